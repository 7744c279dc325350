using System.Text.Json.Serialization;

namespace Berth.Connect.Copies;

/// <summary>What a copy says of itself.</summary>
/// <param name="BerthCopy">The version of the format.</param>
/// <param name="Organization">Whose.</param>
/// <param name="PulledAt">When the last pull began.</param>
/// <param name="UsersDelta">Where the next pull asks what changed of users.</param>
/// <param name="GroupsDelta">The same of groups and their members.</param>
/// <param name="Missing">What could not be read, for want of a permission (B564).</param>
public sealed record CopyHead(
    int BerthCopy,
    [property: JsonRequired] GraphOrganization Organization,
    DateTimeOffset PulledAt,
    [property: JsonRequired] string UsersDelta,
    [property: JsonRequired] string GroupsDelta,
    [property: JsonRequired] IReadOnlyList<MissingPart> Missing)
{
    /// <summary>The version that this program writes, and the only one it reads: an older one is pulled anew.</summary>
    public const int Format = 1;
}

/// <summary>A part that a copy is without.</summary>
/// <param name="Part">Which, in words.</param>
/// <param name="Permission">The least permission that would let it be read.</param>
public sealed record MissingPart([property: JsonRequired] string Part, [property: JsonRequired] string Permission);

/// <summary>A line of a copy: one object.</summary>
internal sealed record CopyLine
{
    public GraphUser? User { get; init; }

    public GraphGroup? Group { get; init; }

    public GraphMembers? Members { get; init; }

    public GraphSku? Sku { get; init; }

    public GraphSubscription? Subscription { get; init; }

    public GraphPolicy? Policy { get; init; }

    public GraphCloudPc? CloudPc { get; init; }

    public GraphSnapshot? Snapshot { get; init; }

    public int? End { get; init; }
}

/// <summary>A tenant as it was seen: Graph's own objects, each once, in the order in which they came.</summary>
public sealed record TenantCopy(CopyHead Head)
{
    /// <summary>Users by id.</summary>
    public required OrderedDictionary<Guid, GraphUser> Users { get; init; }

    /// <summary>Groups by id.</summary>
    public required OrderedDictionary<Guid, GraphGroup> Groups { get; init; }

    /// <summary>Members by group; a group without members has no entry.</summary>
    public required Dictionary<Guid, GraphMembers> Members { get; init; }

    /// <summary>The SKUs.</summary>
    public required IReadOnlyList<GraphSku> Skus { get; init; }

    /// <summary>The subscriptions behind them.</summary>
    public required IReadOnlyList<GraphSubscription> Subscriptions { get; init; }

    /// <summary>Provisioning policies.</summary>
    public required IReadOnlyList<GraphPolicy> Policies { get; init; }

    /// <summary>Cloud PCs.</summary>
    public required IReadOnlyList<GraphCloudPc> CloudPcs { get; init; }

    /// <summary>Their restore points (B536).</summary>
    public IReadOnlyList<GraphSnapshot> Snapshots { get; init; } = [];
}
