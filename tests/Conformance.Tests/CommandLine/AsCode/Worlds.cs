using Berth.CommandLine.Client.AsCode.States;
using Berth.CommandLine.Client.Licenses;
using Berth.CommandLine.Client.Wire;
using Berth.Engine.Catalog;
using CsCheck;

namespace Berth.Conformance.Tests.CommandLine.AsCode;

/// <summary>A tenant as a file of licenses sees it, and what changes make of it: small worlds in which names collide, plans are off, and groups are dynamic.</summary>
internal static class Worlds
{
    /// <summary>The SKUs: some by part number, two of one part number (MCOPSTN5), one that no catalog has.</summary>
    public static readonly Guid[] Skus =
    [
        Sku("SPE_E3"), Sku("CPC_E_4C_16GB_512GB"), Sku("EMS"), new("d43177b5-475b-4880-92d4-d54c27b5efbd"), new("54a152dc-90de-4996-93d2-bc47e670fc06"),
        new("11111111-2222-4333-8444-555555555555"),
    ];

    /// <summary>Names of groups and policies, as people call things.</summary>
    private static readonly string?[] _names =
    [
        "Legal", "legal", "Sales: EMEA", "  padded ", "#1 team", "yes", "12", "null", "[x]", "Zoë's & Co.", "\u6CD5\u52D9", "a\tb", "- dash", "\"quoted\"", "1e5", "0da63026-e422-4390-89e8-b14520d7e699", "", null, "Shift A #2",
        "trailing:", "x: y", "two  blanks", "&anchor", "*star", "!tag", "%percent", "@at", "`tick", "line\nbreak", "\u2028", "emoji \U0001F600", "back\\slash",
    ];

    public static readonly SkuBook Book = new(Skus.Select((sku, index) => new WireSku(
        sku,
        SkuCatalog.BuiltIn.TryGetSku(sku, out Sku? known) ? known.PartNumber : "CONTOSO_OWN",
        "Enabled",
        "User",
        0,
        new WireUnits(index, 1, 5, 5),
        [.. known is null ? [new WirePlan(Id(9, 1), "OWN_PLAN")] : known.Plans.Select(plan => new WirePlan(SkuCatalog.BuiltIn.Plans[plan].Id, SkuCatalog.BuiltIn.Plans[plan].Name))])));

    private static readonly SeenPlan[] _sizes = [new(Id(4, 0), "Cloud PC Frontline 2vCPU/8GB/128GB"), new(Id(4, 1), "Cloud PC Frontline 4vCPU/16GB/256GB"), new(Id(4, 2), "Cloud PC Frontline 4vCPU/16GB/256GB")];

    private static readonly Gen<LicenseSet> _licenses = Gen.Select(Gen.Int[0, Skus.Length - 1], Gen.Int[0, 7]).Array[0, 4]
        .Select(all => new LicenseSet(all.Select(one => (Skus[one.Item1], Plans(Skus[one.Item1], one.Item2)))));

    private static readonly Gen<SeenGroup[]> _groups = Gen.Select(Gen.Int[0, _names.Length - 1], Gen.Int[0, 5], _licenses, Gen.Int[0, 255])
        .Array[0, 6].Select(all => all.Select((one, index) => new SeenGroup(
            Id(1, index),
            _names[one.Item1],
            one.Item2 == 0,
            one.Item3,
            one.Item2 == 0 ? null : Users(one.Item4))).ToArray());

    private static readonly Gen<SeenUser[]> _users = Gen.Select(_licenses, Gen.Int[0, 63], Gen.Bool).Array[8].Select(all => all.Select((one, index) => new SeenUser(
        Id(2, index),
        index == 7 ? null : $"user{index}@contoso.example",
        one.Item1,
        new HashSet<Guid>(one.Item1.Keys.Concat(Skus.Where((_, sku) => (one.Item2 >> sku & 1) == 1))))).ToArray());

    private static readonly Gen<SeenPolicy[]> _policies = Gen.Select(
        Gen.Int[0, _names.Length - 1], Gen.Select(Gen.Int[0, 6], Gen.Int[0, 3], Gen.Int[0, 3], Gen.Int[0, 40]).Array[0, 4]).Array[0, 3]
        .Select(all => all.Select((one, index) => new SeenPolicy(
            Id(3, index),
            _names[one.Item1],
            [.. one.Item2.DistinctBy(part => (part.Item1, part.Item2)).Select(part => new SeenAssignment(
                Id(1, part.Item1),
                part.Item2 == 3 ? null : _sizes[part.Item2].Id,
                part.Item2 == 3 ? null : _names[part.Item3],
                part.Item2 == 3 ? null : part.Item4))])).ToArray());

    /// <summary>Tenants; a policy may be assigned to a group that is not there any more.</summary>
    public static Gen<TenantView> Tenants { get; } = Gen.Select(_groups, _users, _policies).Select(world => new TenantView(
        Book,
        world.Item1.ToDictionary(group => group.Id),
        world.Item2.ToDictionary(user => user.Id),
        world.Item3.ToDictionary(policy => policy.Id),
        _sizes));

    /// <summary>What may be wanted of a tenant: whatever groups, users and policies there are, in whatever scopes.</summary>
    public static Gen<Desired> Wishes(TenantView view)
    {
        Gen<DesiredLicense[]> licenses = Gen.Select(Gen.Int[0, Skus.Length - 1], Gen.Int[0, 15]).Array[0, 4].Select(all => all.DistinctBy(one => one.Item1)
            .Select(one => new DesiredLicense(Skus[one.Item1], one.Item2 > 7 ? null : Plans(Skus[one.Item1], one.Item2).ToHashSet())).ToArray());
        Gen<DesiredGroup[]> groups = Gen.Select(Gen.Int[0, 31], licenses, Gen.Int[0, 255], Gen.Int[0, 3]).Array[0, 5].Select(all => all.Select(one => (one, group: Pick(view.Groups, one.Item1)))
            .Where(one => one.group is not null).DistinctBy(one => one.group!.Id)
            .Select(one => new DesiredGroup(
                one.group!.Id,
                one.one.Item2,
                (one.one.Item4 & 1) == 1,
                one.group.IsDynamic ? [] : [.. Users(one.one.Item3)],
                !one.group.IsDynamic && (one.one.Item4 & 2) == 2)).ToArray());
        Gen<DesiredUser[]> users = Gen.Select(Gen.Int[0, 31], licenses, Gen.Bool).Array[0, 5].Select(all => all.Select(one => new DesiredUser(Pick(view.Users, one.Item1)!.Id, one.Item2, one.Item3))
            .DistinctBy(user => user.Id).ToArray());
        Gen<DesiredSku[]> skus = Gen.Select(Gen.Int[0, Skus.Length - 1], Gen.Int[-1, 8], Gen.Int[0, 3]).Array[0, 3].Select(all => all.DistinctBy(one => one.Item1)
            .Select(one => new DesiredSku(Skus[one.Item1], one.Item2 < 0 ? null : one.Item2, (one.Item3 & 1) == 1, (one.Item3 & 2) == 2)).ToArray());
        Gen<DesiredPolicy[]> policies = Gen.Select(Gen.Int[0, 31], Gen.Select(Gen.Int[0, 6], Gen.Int[0, 3], Gen.Int[-1, 40]).Array[0, 4], Gen.Bool).Array[0, 3]
            .Select(all => all.Select(one => (one, policy: Pick(view.Policies, one.Item1))).Where(one => one.policy is not null).DistinctBy(one => one.policy!.Id)
                .Select(one => new DesiredPolicy(
                    one.policy!.Id,
                    [.. one.one.Item2.DistinctBy(part => (part.Item1, part.Item2)).Select(part => new DesiredAssignment(
                        Id(1, part.Item1), part.Item2 == 3 ? null : _sizes[part.Item2].Id, part.Item3 % 2 == 0 ? "Crew" : null, part.Item3 < 0 ? null : part.Item3))],
                    one.one.Item3)).ToArray());
        return Gen.Select(groups, users, skus, policies).Select(all => new Desired(all.Item1, all.Item2, all.Item3, all.Item4));
    }

    /// <summary>What a tenant is after changes, as a server makes them: what is not there cannot be taken away.</summary>
    public static TenantView After(this TenantView view, IEnumerable<StateChange> changes)
    {
        Dictionary<Guid, SeenGroup> groups = new(view.Groups);
        Dictionary<Guid, SeenUser> users = new(view.Users);
        Dictionary<Guid, SeenPolicy> policies = new(view.Policies);
        Dictionary<Guid, int> units = [];
        foreach (StateChange change in changes)
        {
            switch (change)
            {
                case StateChange.Units one:
                    units[one.Sku] = one.Number;
                    break;
                case StateChange.OfGroup one:
                    groups[one.Group] = groups[one.Group] with { Licenses = Switch(groups[one.Group].Licenses, one.Add, one.Remove) };
                    break;
                case StateChange.OfUser one:
                    users[one.User] = users[one.User] with { Direct = Switch(users[one.User].Direct!, one.Add, one.Remove) };
                    break;
                case StateChange.Members one:
                    IReadOnlySet<Guid> members = groups[one.Group].Members!;
                    if (one.Add.Any(members.Contains) || !one.Remove.All(members.Contains))
                    {
                        throw new InvalidOperationException("A member comes twice, or goes who is none.");
                    }

                    groups[one.Group] = groups[one.Group] with { Members = members.Except(one.Remove).Concat(one.Add).ToHashSet() };
                    break;
                case StateChange.Assignments one:
                    policies[one.Policy] = policies[one.Policy] with { Assignments = one.All };
                    break;
            }
        }

        SkuBook book = units.Count == 0 ? view.Skus : new(Book.Owned.Select(sku => sku.Owned! with { PrepaidUnits = units.TryGetValue(sku.Id, out int number) ? new WireUnits(number, 0, 5, 5) : view.Skus.Of(sku.Id).Owned!.PrepaidUnits }));
        return view with { Skus = book, Groups = groups, Users = users, Policies = policies };
    }

    /// <summary>An id that says what it is of.</summary>
    public static Guid Id(int kind, int index) => new($"00000000-0000-4000-8000-0000000{kind}{index:0000}");

    private static Guid Sku(string partNumber) => SkuCatalog.BuiltIn.FindByPartNumber(partNumber).Single().Id;

    private static IEnumerable<Guid> Plans(Guid sku, int mask) => Book.Of(sku).Plans.Take(3).Where((_, index) => (mask >> index & 1) == 1).Select(plan => plan.Id);

    private static HashSet<Guid> Users(int mask) => [.. Enumerable.Range(0, 8).Where(index => (mask >> index & 1) == 1).Select(index => Id(2, index))];

    private static T? Pick<T>(IReadOnlyDictionary<Guid, T> all, int number)
        where T : class => all.Count == 0 ? null : all.OrderBy(one => one.Key).ElementAt(number % all.Count).Value;

    private static LicenseSet Switch(LicenseSet before, IReadOnlyList<DesiredLicense> add, IReadOnlyList<Guid> remove)
    {
        if (!remove.All(before.ContainsKey))
        {
            throw new InvalidOperationException("A license goes that is not there.");
        }

        return new LicenseSet(before.Where(one => !remove.Contains(one.Key)).Select(one => (one.Key, (IEnumerable<Guid>)one.Value))
            .Concat(add.Select(one => (one.Sku, (IEnumerable<Guid>)(one.DisabledPlans ?? new HashSet<Guid>())))));
    }
}
