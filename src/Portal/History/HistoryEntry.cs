using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Berth.Portal.Graph;

namespace Berth.Portal.History;

/// <summary>An operation of the history: who did what, when, and what was and became (docs/how-to/plan-and-undo.md).</summary>
public sealed record HistoryEntry(string Id, DateTimeOffset At, EntryActor Actor, string Kind, long Version, EntrySide Before, EntrySide After, bool Truncated)
{
    /// <summary>When, in words.</summary>
    public string When => At.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>Who, in words.</summary>
    public string Who => Actor.DisplayName ?? (Actor.Kind == "berth" ? "Berth itself" : $"an {Actor.Kind}");

    /// <summary>What was asked for: the name of the command as people write it.</summary>
    public string What => WireNames.InWords(Kind).Replace("cloud pc", "Cloud PC", StringComparison.OrdinalIgnoreCase);
}

/// <summary>Who did it.</summary>
public sealed record EntryActor(string Kind, string? DisplayName);

/// <summary>What was, or what became of it: each kind of source that changed. A setter and no <c>init</c>: what an answer leaves out stays empty.</summary>
public sealed record EntrySide
{
    /// <summary>What users have through groups.</summary>
    public IReadOnlyList<EntryLicense> Licenses { get; set; } = [];

    /// <summary>The licenses that users have directly.</summary>
    public IReadOnlyList<EntryDirect> DirectLicenses { get; set; } = [];

    /// <summary>The licenses that groups give.</summary>
    public IReadOnlyList<EntryGroupLicenses> GroupLicenses { get; set; } = [];

    /// <summary>Members that went or came.</summary>
    public IReadOnlyList<EntryMembers> Members { get; set; } = [];

    /// <summary>Owners that went or came.</summary>
    public IReadOnlyList<EntryOwners> Owners { get; set; } = [];

    /// <summary>Whom users report to.</summary>
    public IReadOnlyList<EntryReport> Managers { get; set; } = [];

    /// <summary>Properties of users.</summary>
    public IReadOnlyList<Dictionary<string, string?>> Users { get; set; } = [];

    /// <summary>Properties of groups.</summary>
    public IReadOnlyList<Dictionary<string, string?>> Groups { get; set; } = [];

    /// <summary>Subscriptions.</summary>
    public IReadOnlyList<EntrySubscription> Subscriptions { get; set; } = [];

    /// <summary>The tenant's settings.</summary>
    public IReadOnlyList<Dictionary<string, JsonElement>> Settings { get; set; } = [];

    /// <summary>Provisioning policies with their groups.</summary>
    public IReadOnlyList<EntryPolicy> PolicyAssignments { get; set; } = [];

    /// <summary>Cloud PCs.</summary>
    public IReadOnlyList<EntryCloudPc> CloudPcs { get; set; } = [];
}

/// <summary>A license through a group.</summary>
public sealed record EntryLicense(Guid? UserId, string? UserPrincipalName, Guid SkuId, string SkuPartNumber, Guid Source, string State, string? Error);

/// <summary>The direct licenses of a user.</summary>
public sealed record EntryDirect(Guid? UserId, string? UserPrincipalName, IReadOnlyList<EntryOneLicense> Licenses);

/// <summary>The licenses of a group.</summary>
public sealed record EntryGroupLicenses(Guid GroupId, string DisplayName, IReadOnlyList<EntryOneLicense> Licenses);

/// <summary>One of them.</summary>
public sealed record EntryOneLicense(Guid SkuId, string SkuPartNumber, IReadOnlyList<Guid> DisabledPlans);

/// <summary>Members of a group: how many, and at most a hundred of them.</summary>
public sealed record EntryMembers(Guid GroupId, string DisplayName, int Count, IReadOnlyList<Guid> MemberIds);

/// <summary>Owners of a group.</summary>
public sealed record EntryOwners(Guid GroupId, string DisplayName, int Count, IReadOnlyList<Guid> Owners);

/// <summary>A user and whom they report to.</summary>
public sealed record EntryReport(Guid? UserId, string? UserPrincipalName, Guid? ManagerId);

/// <summary>A subscription.</summary>
public sealed record EntrySubscription(Guid Id, string SkuPartNumber, int Units, string Status);

/// <summary>A policy and its groups.</summary>
public sealed record EntryPolicy(Guid PolicyId, string DisplayName, IReadOnlyList<EntryPolicyGroup> Assignments);

/// <summary>A group of a policy, with its share where it has one.</summary>
public sealed record EntryPolicyGroup(Guid GroupId, int? AllotmentLicensesCount);

/// <summary>A Cloud PC.</summary>
public sealed record EntryCloudPc(Guid Id, Guid? UserId, string Status, string Reason);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(GraphPage<HistoryEntry>))]
[JsonSerializable(typeof(HistoryEntry))]
internal sealed partial class HistoryJson : JsonSerializerContext;
