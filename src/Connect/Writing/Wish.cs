using System.Text.Json;
using System.Text.Json.Serialization;

namespace Berth.Connect.Writing;

/// <summary>A license as a call names it.</summary>
/// <param name="SkuId">The SKU.</param>
/// <param name="DisabledPlans">The service plans that are off, all of them (L7); ascending, each once.</param>
public sealed record WantedLicense(Guid SkuId, [property: JsonRequired] IReadOnlyList<Guid> DisabledPlans);

/// <summary>A group that a policy is to have, as a call names it.</summary>
public sealed record WantedAssignment(string? Id, Guid GroupId, Guid? ServicePlanId, string? AllotmentName, int? AllotmentLicenses);

/// <summary>What one row of a run wants to be true of the tenant: what a call asks for, and what is looked for afterwards (B570, B575).</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(UserLicense), "userLicense")]
[JsonDerivedType(typeof(GroupLicense), "groupLicense")]
[JsonDerivedType(typeof(Member), "member")]
[JsonDerivedType(typeof(NoMember), "noMember")]
[JsonDerivedType(typeof(Properties), "properties")]
[JsonDerivedType(typeof(ReportsTo), "reportsTo")]
[JsonDerivedType(typeof(Policy), "policy")]
[JsonDerivedType(typeof(CloudPcAction), "cloudPcAction")]
[JsonDerivedType(typeof(NoUser), "noUser")]
public abstract record Wish
{
    private Wish()
    {
    }

    /// <summary>Direct licenses of a user: these with these plans, those not.</summary>
    public sealed record UserLicense(Guid UserId, [property: JsonRequired] IReadOnlyList<WantedLicense> Add, [property: JsonRequired] IReadOnlyList<Guid> Remove) : Wish;

    /// <summary>Licenses of a group: these with these plans, those not.</summary>
    public sealed record GroupLicense(Guid GroupId, [property: JsonRequired] IReadOnlyList<WantedLicense> Add, [property: JsonRequired] IReadOnlyList<Guid> Remove) : Wish;

    /// <summary>Somebody is a member of a group, and has what the group gives by then.</summary>
    /// <param name="GroupId">The group.</param>
    /// <param name="MemberId">The user or group that is to be a member.</param>
    /// <param name="Gives">The SKUs that the group then has; empty for a member that is a group (L38).</param>
    public sealed record Member(Guid GroupId, Guid MemberId, [property: JsonRequired] IReadOnlyList<Guid> Gives) : Wish;

    /// <summary>Somebody is no member of a group.</summary>
    public sealed record NoMember(Guid GroupId, Guid MemberId) : Wish;

    /// <summary>Properties of a user have these values, by their names in Graph.</summary>
    public sealed record Properties(Guid UserId, JsonElement Set) : Wish;

    /// <summary>A user has this manager.</summary>
    public sealed record ReportsTo(Guid UserId, Guid ManagerId) : Wish;

    /// <summary>A policy has these groups and no others.</summary>
    public sealed record Policy(Guid PolicyId, [property: JsonRequired] IReadOnlyList<WantedAssignment> Assignments) : Wish;

    /// <summary>Something is done to a Cloud PC once.</summary>
    /// <param name="CloudPcId">Which.</param>
    /// <param name="Action">The action by its name in Graph.</param>
    /// <param name="Argument">What it takes: the service plan of a resize, the snapshot of a restore.</param>
    public sealed record CloudPcAction(Guid CloudPcId, [property: JsonRequired] string Action, Guid? Argument) : Wish;

    /// <summary>A user is deleted.</summary>
    public sealed record NoUser(Guid UserId) : Wish;

    /// <summary>The name of the wish in what people and programs read.</summary>
    public string Name => this switch
    {
        UserLicense => "userLicense",
        GroupLicense => "groupLicense",
        Member => "member",
        NoMember => "noMember",
        Properties => "properties",
        ReportsTo => "reportsTo",
        Policy => "policy",
        CloudPcAction => "cloudPcAction",
        NoUser => "noUser",
        _ => throw new InvalidOperationException($"Nobody has named {GetType().Name}."),
    };

    /// <summary>What it is about: a user, a group, a policy or a Cloud PC.</summary>
    public Guid Subject => this switch
    {
        UserLicense one => one.UserId,
        GroupLicense one => one.GroupId,
        Member one => one.MemberId,
        NoMember one => one.MemberId,
        Properties one => one.UserId,
        ReportsTo one => one.UserId,
        Policy one => one.PolicyId,
        CloudPcAction one => one.CloudPcId,
        NoUser one => one.UserId,
        _ => throw new InvalidOperationException($"Nobody has said what {GetType().Name} is about."),
    };

    /// <summary>Whether asking twice is no more than asking once, so that a call without an answer may be sent again (B573).</summary>
    public bool MayRepeat => this is not CloudPcAction;
}
