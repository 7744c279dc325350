using System.Collections.Immutable;
using Berth.Engine.Collections;

namespace Berth.Engine.CloudPcs;

/// <summary>
/// Everything of Windows 365 that a tenant has: policies, whom they cover, the Cloud PCs, and what belongs to them. An immutable value; policies and
/// Cloud PCs have dense indexes inside and ids outside, and an index is never reused.
/// </summary>
public sealed partial class Fleet
{
    /// <summary>Nothing of Windows 365.</summary>
    public static Fleet Empty { get; } = new();

    private Fleet()
    {
    }

    /// <summary>The policies by index; deleted ones are missing.</summary>
    public ImmutableSortedDictionary<int, ProvisioningPolicy> Policies { get; private init; } = ImmutableSortedDictionary<int, ProvisioningPolicy>.Empty;

    /// <summary>The index that the next policy gets.</summary>
    public int NextPolicy { get; private init; }

    /// <summary>The Cloud PCs by index; null where one is gone.</summary>
    public CloudPcRows CloudPcs { get; private init; } = CloudPcRows.Empty;

    /// <summary>The number of Cloud PCs that are there.</summary>
    public int Count { get; private init; }

    /// <summary>How many Cloud PCs are in their grace period.</summary>
    public int InGrace { get; private init; }

    /// <summary>How many Cloud PCs have failed.</summary>
    public int Failed { get; private init; }

    /// <summary>How many Azure network connections have failed their checks.</summary>
    public int FailedConnections { get; private init; }

    /// <summary>The Azure network connections by id.</summary>
    public ImmutableSortedDictionary<Guid, NetworkConnection> Connections { get; private init; } = ImmutableSortedDictionary<Guid, NetworkConnection>.Empty;

    /// <summary>The user settings by id.</summary>
    public ImmutableSortedDictionary<Guid, UserSetting> UserSettings { get; private init; } = ImmutableSortedDictionary<Guid, UserSetting>.Empty;

    /// <summary>The custom images by id.</summary>
    public ImmutableSortedDictionary<Guid, DeviceImage> DeviceImages { get; private init; } = ImmutableSortedDictionary<Guid, DeviceImage>.Empty;

    /// <summary>What is kept of Cloud PCs whose subscription expired, by id.</summary>
    public ImmutableSortedDictionary<Guid, RetentionSnapshot> Retained { get; private init; } = ImmutableSortedDictionary<Guid, RetentionSnapshot>.Empty;

    /// <summary>The bulk actions by id.</summary>
    public ImmutableSortedDictionary<Guid, BulkAction> BulkActions { get; private init; } = ImmutableSortedDictionary<Guid, BulkAction>.Empty;

    /// <summary>What Cloud PCs without a policy are made with (B376).</summary>
    public OrganizationSettings Organization { get; private init; } = OrganizationSettings.Default;

    /// <summary>The sessions by id.</summary>
    public ImmutableSortedDictionary<Guid, Session> Sessions { get; private init; } = ImmutableSortedDictionary<Guid, Session>.Empty;

    /// <summary>What hosts have to do, by job id: the index of the Cloud PC.</summary>
    public ImmutableDictionary<Guid, int> Jobs { get; private init; } = ImmutableDictionary<Guid, int>.Empty;

    /// <summary>Rows that wait for a slot, by plan, then in the order in which they get one (B264).</summary>
    public ImmutableSortedSet<PendingRow> Pending { get; private init; } = [];

    /// <summary>Rows that wait for the license of another size, by index (B276).</summary>
    public ImmutableSortedSet<int> Resizes { get; private init; } = [];

    /// <summary>When the next thing is due; null for nothing (B283).</summary>
    public DateTimeOffset? NextDue => Dues.IsEmpty ? null : Dues.Min.At;

    internal Due? FirstDue => Dues.IsEmpty ? null : Dues.Min;

    internal ImmutableSortedSet<Due> Dues { get; private init; } = [];

    internal ImmutableDictionary<Guid, int> UsesOfConnections { get; private init; } = ImmutableDictionary<Guid, int>.Empty;

    internal ImmutableDictionary<int, int> Waiting { get; private init; } = ImmutableDictionary<int, int>.Empty;

    internal ImmutableDictionary<int, int> Used { get; private init; } = ImmutableDictionary<int, int>.Empty;

    internal ImmutableDictionary<int, ValueArray<int>> PoliciesOfGroups { get; private init; } = ImmutableDictionary<int, ValueArray<int>>.Empty;

    internal PagedVector<ValueArray<Coverage>> Coverage { get; private init; } = PagedVector<ValueArray<Coverage>>.Empty;

    internal RowsOfUsers OfUsers { get; private init; } = RowsOfUsers.Empty;

    internal ImmutableDictionary<Guid, int> PolicyIds { get; private init; } = ImmutableDictionary<Guid, int>.Empty;

    internal ImmutableDictionary<int, Guid> SessionOf { get; private init; } = ImmutableDictionary<int, Guid>.Empty;

    internal ImmutableDictionary<int, ValueArray<Guid>> SessionsOfUsers { get; private init; } = ImmutableDictionary<int, ValueArray<Guid>>.Empty;

    internal ImmutableDictionary<Guid, FrontlineAssignment> Assignments { get; private init; } = ImmutableDictionary<Guid, FrontlineAssignment>.Empty;

    internal ImmutableDictionary<(Guid Assignment, int Plan), AssignmentUse> UsesOfAssignments { get; private init; } =
        ImmutableDictionary<(Guid Assignment, int Plan), AssignmentUse>.Empty;

    internal ImmutableDictionary<Guid, ImmutableSortedSet<int>> Free { get; private init; } = ImmutableDictionary<Guid, ImmutableSortedSet<int>>.Empty;

    internal ImmutableDictionary<Guid, ImmutableSortedSet<int>> Pools { get; private init; } = ImmutableDictionary<Guid, ImmutableSortedSet<int>>.Empty;

    internal ImmutableDictionary<int, PlanUse> UsesOfPlans { get; private init; } = ImmutableDictionary<int, PlanUse>.Empty;

    /// <summary>The index of the Cloud PC with an id, or -1.</summary>
    public int FindCloudPc(Guid id) => IdsByName.CloudPcIndex(id) is >= 0 and int index && index < CloudPcs.Count && CloudPcs[index]?.Id == id ? index : -1;

    /// <summary>The index of the policy with an id, or -1.</summary>
    public int FindPolicy(Guid id) => PolicyIds.TryGetValue(id, out int index) ? index : -1;

    /// <summary>Indexes of the Cloud PCs of a user, ascending.</summary>
    public ValueArray<int> OfUser(int user) => OfUsers.Of(user);

    /// <summary>The Frontline assignment with an id, or null.</summary>
    public FrontlineAssignment? FindAssignment(Guid id) => Assignments.GetValueOrDefault(id);

    /// <summary>What an assignment of Frontline has, by its id; nothing when it is gone.</summary>
    public AssignmentUse UseOf(Guid assignment) => UseOf(assignment, Assignments, UsesOfAssignments);

    /// <summary>Indexes of the shared Cloud PCs of an assignment, by its id, ascending; without those that are on their way out.</summary>
    public ImmutableSortedSet<int> PoolOf(Guid assignment) => Pools.GetValueOrDefault(assignment, []);

    /// <summary>What Frontline Cloud PCs take of a plan.</summary>
    public PlanUse UseOf(int plan) => UsesOfPlans.GetValueOrDefault(plan);

    /// <summary>Ids of the sessions of a user, ascending.</summary>
    public ValueArray<Guid> SessionsOf(int user) => SessionsOfUsers.TryGetValue(user, out ValueArray<Guid> sessions) ? sessions : [];

    /// <summary>How policies cover a user: the winner of each provisioning type first, then the others in the order in which they would follow (C148).</summary>
    public ValueArray<Coverage> CoverageOf(int user) => user >= 0 && user < Coverage.Count ? Coverage[user] : [];

    /// <summary>Indexes of the policies that are assigned to a group, ascending.</summary>
    public ValueArray<int> PoliciesOf(int group) => PoliciesOfGroups.TryGetValue(group, out ValueArray<int> policies) ? policies : [];

    /// <summary>How many Cloud PCs take a slot of a plan (B264).</summary>
    public int SlotsUsed(int plan) => Used.GetValueOrDefault(plan);

    /// <summary>How many Cloud PCs were made through a network connection.</summary>
    public int ConnectionUses(Guid connection) => UsesOfConnections.GetValueOrDefault(connection);

    internal static AssignmentUse UseOf(
        Guid assignment, ImmutableDictionary<Guid, FrontlineAssignment> assignments, ImmutableDictionary<(Guid Assignment, int Plan), AssignmentUse> uses) =>
        assignments.TryGetValue(assignment, out FrontlineAssignment? found) ? uses.GetValueOrDefault((assignment, found.Assignment.Plan ?? -1)) : default;

    /// <summary>The session on a Cloud PC, or null.</summary>
    public Session? SessionOn(int cloudPc) => SessionOf.TryGetValue(cloudPc, out Guid id) ? Sessions[id] : null;
}

/// <summary>A row that waits for a slot of its plan.</summary>
/// <param name="Plan">The plan's index.</param>
/// <param name="Assignment">The assignment that a Frontline row belongs to; empty for other kinds.</param>
/// <param name="Since">When the user met all conditions.</param>
/// <param name="UserId">The user's id; empty for a shared one.</param>
/// <param name="CloudPc">The row's index.</param>
public readonly record struct PendingRow(int Plan, Guid Assignment, DateTimeOffset Since, Guid UserId, int CloudPc) : IComparable<PendingRow>
{
    /// <inheritdoc/>
    public int CompareTo(PendingRow other)
    {
        int order = Plan.CompareTo(other.Plan);
        order = order != 0 ? order : Assignment.CompareTo(other.Assignment);
        order = order != 0 ? order : Since.CompareTo(other.Since);
        order = order != 0 ? order : UserId.CompareTo(other.UserId);
        return order != 0 ? order : CloudPc.CompareTo(other.CloudPc);
    }

    /// <summary>Earlier.</summary>
    public static bool operator <(PendingRow left, PendingRow right) => left.CompareTo(right) < 0;

    /// <summary>Later.</summary>
    public static bool operator >(PendingRow left, PendingRow right) => left.CompareTo(right) > 0;

    /// <summary>Not later.</summary>
    public static bool operator <=(PendingRow left, PendingRow right) => left.CompareTo(right) <= 0;

    /// <summary>Not earlier.</summary>
    public static bool operator >=(PendingRow left, PendingRow right) => left.CompareTo(right) >= 0;
}

/// <summary>What something is due for.</summary>
internal enum DueKind : byte
{
    CloudPc,
    Connection,
    Retention,
    Frontline,
    Watch,
}

/// <summary>Something that time brings (B283), in the order in which it happens.</summary>
internal readonly record struct Due(DateTimeOffset At, DueKind Kind, int CloudPc, Guid Id) : IComparable<Due>
{
    public int CompareTo(Due other)
    {
        int order = At.CompareTo(other.At);
        order = order != 0 ? order : Kind.CompareTo(other.Kind);
        order = order != 0 ? order : CloudPc.CompareTo(other.CloudPc);
        return order != 0 ? order : Id.CompareTo(other.Id);
    }

    public static bool operator <(Due left, Due right) => left.CompareTo(right) < 0;

    public static bool operator >(Due left, Due right) => left.CompareTo(right) > 0;

    public static bool operator <=(Due left, Due right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Due left, Due right) => left.CompareTo(right) >= 0;
}
