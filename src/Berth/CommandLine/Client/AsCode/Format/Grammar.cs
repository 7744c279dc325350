using Berth.Engine.Licensing;

namespace Berth.CommandLine.Client.AsCode.Format;

/// <summary>The one table of what a file of licenses has (B550).</summary>
internal static class Grammar
{
    /// <summary>The key that begins a file, with its version.</summary>
    public const string Mark = "licenses";

    /// <summary>The version of the format.</summary>
    public const int Version = 1;

    private static readonly Shape.Text Sku = new("a SKU by part number, product name or id") { IsSku = true };
    private static readonly Shape.Text Group = new("a group by its whole display name or id");
    private static readonly Shape.Text User = new("a user by user principal name or id");

    private static readonly Shape.ListOf Licenses = new(new Shape.TextOrMap(
        Sku,
        new Shape.Map(
            "a license",
            new ShapeKey("sku", Sku, "The SKU.") { IsRequired = true },
            new ShapeKey(
                "disabledPlans",
                new Shape.ListOf(new Shape.Text("a service plan of the SKU by name or id")),
                "The service plans that are switched off, all others being on; [] switches all on. Without this key the plans stay as they are."))));

    /// <summary>The whole file.</summary>
    public static Shape.Map File { get; } = new(
        "a file of licenses",
        new ShapeKey(Mark, new Shape.Whole(Version, Version), "The version of the format; it says that this is a file of licenses.") { IsRequired = true },
        new ShapeKey("$schema", new Shape.Text("the address of the schema"), "For editors of JSON; nothing else reads it."),
        new ShapeKey(
            "groups",
            new Shape.ListOf(new Shape.Map(
                "a group",
                new ShapeKey("group", Group, "The group; it must be there already.") { IsRequired = true },
                new ShapeKey("licenses", Licenses, "What the group gives its members."),
                new ShapeKey("members", new Shape.ListOf(User), "Users who are members. Not of a dynamic group, whose rule decides."),
                Exclusive("licenses", "members", "licenses: the group gives nothing else. members: no other user is a member."))),
            "Groups."),
        new ShapeKey(
            "users",
            new Shape.ListOf(new Shape.Map(
                "a user",
                new ShapeKey("user", User, "The user.") { IsRequired = true },
                new ShapeKey("licenses", Licenses, "What the user has directly, whatever groups give."),
                Exclusive("licenses", null, "licenses: the user has nothing else directly."))),
            "Users with direct licenses."),
        new ShapeKey(
            "skus",
            new Shape.ListOf(new Shape.Map(
                "a SKU",
                new ShapeKey("sku", Sku, "The SKU.") { IsRequired = true },
                new ShapeKey("units", new Shape.Whole(0, Subscription.MostUnits), "The units that can be given; only on a Berth, where they are not bought."),
                Exclusive("users", "groups", "users: nobody has it directly but whom this file names with it. groups: no group gives it but those that this file names with it."))),
            "What holds for a SKU in the whole tenant."),
        new ShapeKey(
            "policies",
            new Shape.ListOf(new Shape.Map(
                "a provisioning policy",
                new ShapeKey("policy", new Shape.Text("a provisioning policy by its whole display name or id"), "The provisioning policy; it must be there already.") { IsRequired = true },
                new ShapeKey(
                    "assignments",
                    new Shape.ListOf(new Shape.Map(
                        "an assignment",
                        new ShapeKey("group", Group, "The group it is assigned to.") { IsRequired = true },
                        new ShapeKey(
                            "servicePlan",
                            new Shape.Text("a service plan of Cloud PCs by display name or id, or its SKU"),
                            "The size: for Frontline and Reserve, not for Enterprise."),
                        new ShapeKey("allotment", new Shape.Text("the name of the allotment"), "Frontline: the name of the allotment."),
                        new ShapeKey("licenses", new Shape.Whole(0, int.MaxValue), "Frontline: the licenses that are allotted."))),
                    "The groups it is assigned to."),
                Exclusive("assignments", null, "assignments: it is assigned to nothing else."))),
            "Provisioning policies: who gets Cloud PCs, and the allotments of Frontline."));

    private static ShapeKey Exclusive(string one, string? other, string meaning) => new(
        "exclusive",
        new Shape.ListOf(other is null ? new Shape.Word(one) : new Shape.Word(one, other)),
        $"Where what is not named goes. {meaning}");
}
