using System.Collections.Immutable;
using Berth.Engine.Collections;
using Berth.Engine.Directory;

namespace Berth.Engine.CloudPcs;

/// <content>The next fleet in the making.</content>
public sealed partial class Fleet
{
    internal Builder ToBuilder() => new(this);

    /// <summary>Collects writes and keeps what follows from them; one owner, one thread.</summary>
    internal sealed class Builder(Fleet source)
    {
        private readonly CloudPcRows.Builder _rows = source.CloudPcs.ToBuilder();
        private readonly PagedVector<ValueArray<Coverage>>.Builder _coverage = source.Coverage.ToBuilder();
        private readonly RowsOfUsers.Builder _ofUsers = source.OfUsers.ToBuilder();
        private ImmutableSortedSet<PendingRow>.Builder? _pending;
        private ImmutableSortedSet<int>.Builder? _resizes;
        private readonly ImmutableSortedSet<Due>.Builder _dues = source.Dues.ToBuilder();
        private ImmutableDictionary<Guid, int>.Builder? _jobs;
        private ImmutableDictionary<int, int>.Builder? _waiting;
        private ImmutableDictionary<int, int>.Builder? _used;
        private ImmutableDictionary<Guid, int>.Builder? _usesOfConnections;
        private readonly ImmutableSortedDictionary<Guid, Session>.Builder _sessions = source.Sessions.ToBuilder();
        private readonly ImmutableDictionary<int, Guid>.Builder _sessionOf = source.SessionOf.ToBuilder();
        private readonly FrontlineIndex _frontline = new(source);
        private ImmutableDictionary<int, ValueArray<int>> _policiesOfGroups = source.PoliciesOfGroups;
        private ImmutableDictionary<Guid, int> _policyIds = source.PolicyIds;
        private int _count = source.Count;
        private int _inGrace = source.InGrace;
        private int _failed = source.Failed;
        private int _failedConnections = source.FailedConnections;

        // What a command writes seldom is not made ready before.
        private ImmutableSortedSet<PendingRow>.Builder PendingInMaking => _pending ??= source.Pending.ToBuilder();

        private ImmutableSortedSet<int>.Builder ResizesInMaking => _resizes ??= source.Resizes.ToBuilder();

        private ImmutableDictionary<Guid, int>.Builder JobsInMaking => _jobs ??= source.Jobs.ToBuilder();

        private ImmutableDictionary<int, int>.Builder WaitingInMaking => _waiting ??= source.Waiting.ToBuilder();

        private ImmutableDictionary<int, int>.Builder UsedInMaking => _used ??= source.Used.ToBuilder();

        private ImmutableDictionary<Guid, int>.Builder UsesInMaking => _usesOfConnections ??= source.UsesOfConnections.ToBuilder();

        public ImmutableSortedDictionary<int, ProvisioningPolicy> Policies { get; private set; } = source.Policies;

        public int NextPolicy { get; private set; } = source.NextPolicy;

        public ImmutableSortedDictionary<Guid, NetworkConnection> Connections { get; private set; } = source.Connections;

        public ImmutableSortedDictionary<Guid, UserSetting> UserSettings { get; private set; } = source.UserSettings;

        public ImmutableSortedDictionary<Guid, DeviceImage> DeviceImages { get; private set; } = source.DeviceImages;

        public ImmutableSortedDictionary<Guid, RetentionSnapshot> Retained { get; private set; } = source.Retained;

        public ImmutableSortedDictionary<Guid, BulkAction> BulkActions { get; private set; } = source.BulkActions;

        public OrganizationSettings Organization { get; set; } = source.Organization;

        public int NextCloudPc => _rows.Count;

        public int Count => _count;

        public int InGrace => _inGrace;

        public int Failed => _failed;

        public int FailedConnections => _failedConnections;

        /// <summary>How many rows wait for a slot, by plan; plans for which none waits are missing.</summary>
        public IReadOnlyDictionary<int, int> Waiting => _waiting ?? (IReadOnlyDictionary<int, int>)source.Waiting;

        public IReadOnlyDictionary<Guid, Session> Sessions => _sessions;

        /// <summary>The first thing that is due, or null.</summary>
        public Due? NextDue => _dues.Count == 0 ? null : _dues.Min;

        public CloudPc? CloudPc(int index) => index < _rows.Count ? _rows[index] : null;

        public CloudPcStanding? Standing(int index) => _rows.Standing(index);

        /// <summary>What a row came with, when nothing happened to it since.</summary>
        public CloudPcRows.Arrival? Arrived(int index) => index < _rows.Count ? _rows.Arrived(index) : null;

        public int FindCloudPc(Guid id) => IdsByName.CloudPcIndex(id) is >= 0 and int index && CloudPc(index)?.Id == id ? index : -1;

        public int FindPolicy(Guid id) => _policyIds.TryGetValue(id, out int index) ? index : -1;

        public int FindJob(Guid id) => (_jobs is { } jobs ? jobs.TryGetValue(id, out int row) : source.Jobs.TryGetValue(id, out row)) ? row : -1;

        public ValueArray<int> OfUser(int user) => _ofUsers.Of(user);

        public ValueArray<Coverage> CoverageOf(int user) => user >= 0 && user < _coverage.Count ? _coverage[user] : [];

        public FrontlineAssignment? FindAssignment(Guid id) => _frontline.Assignments.GetValueOrDefault(id);

        public AssignmentUse UseOf(Guid assignment) => _frontline.UseOf(assignment);

        public ImmutableSortedSet<int> PoolOf(Guid assignment) => _frontline.PoolOf(assignment);

        public PlanUse UseOf(int plan) => _frontline.UseOf(plan);

        public ImmutableDictionary<int, PlanUse> UsesOfPlans => _frontline.UsesOfPlans;

        public ImmutableSortedSet<int> FreeOf(Guid assignment) => _frontline.FreeOf(assignment);

        /// <summary>Assignments of which the number of provisioned rows may have changed since this was last asked (B432).</summary>
        public Guid[] TakeShifted()
        {
            Guid[] shifted = [.. _frontline.Shifted];
            _frontline.Shifted.Clear();
            return shifted;
        }

        /// <summary>Plans of which licenses are taken (B411).</summary>
        public IEnumerable<int> TakenPlans => _frontline.UsesOfPlans.Where(one => one.Value.Taken > 0).Select(one => one.Key);

        /// <summary>Plans whose licenses are used differently since <see cref="ForgetTurnedPlans"/>, ascending; null for none.</summary>
        public SortedSet<int>? TurnedPlans => _frontline.Turned;

        public void ForgetTurnedPlans() => _frontline.Turned = null;

        public ValueArray<Guid> SessionsOf(int user) => _frontline.SessionsOf(user);

        /// <summary>Whether any group has a policy.</summary>
        public bool HasPolicies => !_policiesOfGroups.IsEmpty;

        public ValueArray<int> PoliciesOf(int group) => _policiesOfGroups.TryGetValue(group, out ValueArray<int> policies) ? policies : [];

        public int SlotsUsed(int plan) => _used is { } used ? used.GetValueOrDefault(plan) : source.Used.GetValueOrDefault(plan);

        public int ConnectionUses(Guid connection) =>
            _usesOfConnections is { } uses ? uses.GetValueOrDefault(connection) : source.UsesOfConnections.GetValueOrDefault(connection);

        public Session? SessionOn(int cloudPc) => _sessionOf.TryGetValue(cloudPc, out Guid id) ? _sessions[id] : null;

        /// <summary>The row of a plan that gets a slot next, or null.</summary>
        public PendingRow? FirstPending(int plan)
        {
            PendingRow? next = PendingFrom(new PendingRow(plan, Guid.Empty, DateTimeOffset.MinValue, Guid.Empty, -1));
            return next?.Plan == plan ? next : null;
        }

        /// <summary>Of each assignment of Frontline for whose rows of a plan something waits, the row that has waited longest.</summary>
        public IEnumerable<PendingRow> FirstPendingOfAssignments(int plan)
        {
            PendingRow? next = FirstPending(plan);
            while (next is { } first && first.Plan == plan)
            {
                yield return first;
                next = PendingFrom(first with { Since = DateTimeOffset.MaxValue, UserId = Guid.AllBitsSet, CloudPc = int.MaxValue });
            }
        }

        /// <summary>Plans for which rows wait, ascending.</summary>
        public IEnumerable<int> PendingPlans()
        {
            for (int plan = -1; PendingFrom(new PendingRow(plan + 1, Guid.Empty, DateTimeOffset.MinValue, Guid.Empty, -1)) is { } next;)
            {
                plan = next.Plan;
                yield return plan;
            }
        }

        /// <summary>Rows that wait for the license of another size, by index.</summary>
        public IReadOnlyCollection<int> Resizes => _resizes ?? (IReadOnlyCollection<int>)source.Resizes;

        /// <summary>Whether a row gave its slot back.</summary>
        public bool SlotsFreed { get; private set; }

        /// <summary>Users whose rows, licenses or coverage changed while a row waits for another size; taken out by who looks at them.</summary>
        public HashSet<int> Stirred { get; } = [];

        /// <summary>Something of a user changed that a resize may have waited for.</summary>
        public void Stir(int user)
        {
            if (Resizes.Count > 0)
            {
                Stirred.Add(user);
            }
        }

        /// <summary>Every row that is there, in the order of their indexes.</summary>
        public IEnumerable<(int Index, CloudPc Row)> All()
        {
            for (int i = 0; i < _rows.Count; i++)
            {
                if (_rows[i] is { } row)
                {
                    yield return (i, row);
                }
            }
        }

        /// <summary>A row comes to an index at which none is; it is that of <see cref="CloudPcRows.Arrival.Row"/> until something else happens to it (B261).</summary>
        public void Come(int index, CloudPcRows.Arrival arrival, int user, User person)
        {
            _rows.Grow(index + 1);
            _rows.Come(index, arrival, user, person);
            _count++;
            _ofUsers.Add(user, index);
            CountStatus(arrival.Status, arrival.Plan, 1);
            if (arrival.Status == CloudPcStatus.PendingProvision)
            {
                PendingInMaking.Add(Pending(index, arrival));
            }

            Stir(user);
        }

        public void Set(int index, CloudPc row)
        {
            _rows.Grow(index + 1);
            int? before = _rows.Standing(index)?.User;
            Forget(index, row);
            _rows[index] = row;
            _count++;
            CountStatus(row.Status, row.Plan, 1);
            if (before != row.User)
            {
                if (before is { } user)
                {
                    _ofUsers.Remove(user, index);
                }

                _ofUsers.Add(row.User, index);
            }

            _frontline.Count(index, row, _sessionOf.ContainsKey(index), +1);

            if (row.HoldsSlot)
            {
                UsedInMaking[row.Plan] = SlotsUsed(row.Plan) + 1;
            }

            if (row.Origin?.ConnectionId is { } connection)
            {
                UsesInMaking[connection] = ConnectionUses(connection) + 1;
            }

            if (row.Status == CloudPcStatus.PendingProvision)
            {
                PendingInMaking.Add(Pending(index, row));
            }

            if (row.Status == CloudPcStatus.ResizePendingLicense)
            {
                ResizesInMaking.Add(index);
            }

            Stir(row.User);
            if (row.DueAt is { } due)
            {
                _dues.Add(new Due(due, DueKind.CloudPc, index, default));
            }

            if (row.Job is { } job)
            {
                JobsInMaking[job.Id] = index;
            }
        }

        /// <summary>Writes the power of a row and nothing else of it.</summary>
        public void SetPower(int index, CloudPcPower power)
        {
            if (CloudPc(index) is { } before)
            {
                CloudPc row = before with { Power = power };
                _frontline.Turn(index, before, row, _sessionOf.ContainsKey(index));
                _rows[index] = row;
                if (row.DueAt != before.DueAt)
                {
                    Expect(index, before.DueAt, row.DueAt);
                }
            }
        }

        public void Remove(int index)
        {
            _rows.Grow(index + 1);
            if (_rows.Standing(index) is { User: int user })
            {
                EndSessionOn(index);
                Forget(index, null);
                _rows[index] = null;
                Stir(user);
                _ofUsers.Remove(user, index);
            }
        }

        public void SetCoverage(ReadOnlySpan<int> users, ValueArray<Coverage> coverage)
        {
            foreach (int user in users)
            {
                _coverage.Grow(user + 1);
                _coverage[user] = coverage;
            }
        }

        public void Set(int index, ProvisioningPolicy policy)
        {
            if (Policies.TryGetValue(index, out ProvisioningPolicy? before))
            {
                Unlist(index, before);
            }

            Policies = Policies.SetItem(index, policy);
            _policyIds = _policyIds.SetItem(policy.Id, index);
            NextPolicy = Math.Max(NextPolicy, index + 1);
            _frontline.List(index, policy);
            foreach (int group in policy.Assignments.Select(assignment => assignment.Group).Distinct())
            {
                _policiesOfGroups = _policiesOfGroups.SetItem(group, PoliciesOf(group).Append(index).Order().ToValueArray());
            }
        }

        public void RemovePolicy(int index)
        {
            NextPolicy = Math.Max(NextPolicy, index + 1);
            if (Policies.TryGetValue(index, out ProvisioningPolicy? before))
            {
                Unlist(index, before);
                Policies = Policies.Remove(index);
                _policyIds = _policyIds.Remove(before.Id);
            }
        }

        public void Set(NetworkConnection connection)
        {
            RemoveConnection(connection.Id);
            Connections = Connections.Add(connection.Id, connection);
            _failedConnections += connection.Health == HealthCheckStatus.Failed ? 1 : 0;
            if (connection.DueAt is { } due)
            {
                _dues.Add(new Due(due, DueKind.Connection, -1, connection.Id));
            }
        }

        public void RemoveConnection(Guid id)
        {
            if (Connections.TryGetValue(id, out NetworkConnection? before))
            {
                if (before.DueAt is { } due)
                {
                    _dues.Remove(new Due(due, DueKind.Connection, -1, id));
                }

                Connections = Connections.Remove(id);
                _failedConnections -= before.Health == HealthCheckStatus.Failed ? 1 : 0;
            }
        }

        public void Set(UserSetting setting) => UserSettings = UserSettings.SetItem(setting.Id, setting);

        public void RemoveUserSetting(Guid id) => UserSettings = UserSettings.Remove(id);

        public void Set(DeviceImage image) => DeviceImages = DeviceImages.SetItem(image.Id, image);

        public void RemoveDeviceImage(Guid id) => DeviceImages = DeviceImages.Remove(id);

        public void Set(BulkAction action) => BulkActions = BulkActions.SetItem(action.Id, action);

        public void RemoveBulkAction(Guid id) => BulkActions = BulkActions.Remove(id);

        public void Set(RetentionSnapshot snapshot)
        {
            RemoveRetained(snapshot.Id);
            Retained = Retained.Add(snapshot.Id, snapshot);
            if (snapshot.DueAt is { } due)
            {
                _dues.Add(new Due(due, DueKind.Retention, -1, snapshot.Id));
            }
        }

        public void RemoveRetained(Guid id)
        {
            if (Retained.TryGetValue(id, out RetentionSnapshot? before))
            {
                if (before.DueAt is { } due)
                {
                    _dues.Remove(new Due(due, DueKind.Retention, -1, id));
                }

                Retained = Retained.Remove(id);
            }
        }

        public void Set(Session session)
        {
            _sessions[session.Id] = session;
            _sessionOf[session.CloudPc] = session.Id;
            _frontline.List(session, CloudPc(session.CloudPc));
            if (CloudPc(session.CloudPc) is { } row)
            {
                _rows[session.CloudPc] = row with { Use = new CloudPcUse(session.StartedAt, row.Use?.SignedOutAt, session.IsAdministrator) };
            }
        }

        public void EndSession(Guid id, DateTimeOffset at)
        {
            if (_sessions.TryGetValue(id, out Session? session))
            {
                Forget(session);
                if (CloudPc(session.CloudPc) is { Use: { } use } row)
                {
                    _rows[session.CloudPc] = row with { Use = use with { SignedOutAt = at } };
                }
            }
        }

        public Fleet Seal() => new()
        {
            Policies = Policies,
            NextPolicy = NextPolicy,
            CloudPcs = _rows.Seal(),
            Count = _count,
            InGrace = _inGrace,
            Failed = _failed,
            FailedConnections = _failedConnections,
            Connections = Connections,
            UserSettings = UserSettings,
            DeviceImages = DeviceImages,
            Retained = Retained,
            BulkActions = BulkActions,
            Organization = Organization,
            Sessions = _sessions.ToImmutable(),
            Jobs = _jobs?.ToImmutable() ?? source.Jobs,
            Pending = _pending?.ToImmutable() ?? source.Pending,
            Resizes = _resizes?.ToImmutable() ?? source.Resizes,
            Dues = _dues.ToImmutable(),
            Waiting = _waiting?.ToImmutable() ?? source.Waiting,
            Used = _used?.ToImmutable() ?? source.Used,
            UsesOfConnections = _usesOfConnections?.ToImmutable() ?? source.UsesOfConnections,
            PoliciesOfGroups = _policiesOfGroups,
            Coverage = _coverage.Seal(),
            OfUsers = _ofUsers.Seal(),
            PolicyIds = _policyIds,
            SessionOf = _sessionOf.ToImmutable(),
            SessionsOfUsers = _frontline.SessionsOfUsers,
            Assignments = _frontline.Assignments,
            UsesOfAssignments = _frontline.UsesOfAssignments,
            Pools = _frontline.Pools,
            Free = _frontline.Free,
            UsesOfPlans = _frontline.UsesOfPlans,
        };

        private void Expect(int index, DateTimeOffset? before, DateTimeOffset? now)
        {
            if (before is { } was)
            {
                _dues.Remove(new Due(was, DueKind.CloudPc, index, default));
            }

            if (now is { } will)
            {
                _dues.Add(new Due(will, DueKind.CloudPc, index, default));
            }
        }

        private PendingRow Pending(int index, CloudPcRows.Arrival came) => new(came.Plan, Guid.Empty, came.At, _rows.UserIdOf(index), index);

        private static PendingRow Pending(int index, CloudPc row) => new(row.Plan, row.Assignment ?? Guid.Empty, row.ConditionsSince, row.UserId, index);

        private PendingRow? PendingFrom(PendingRow least)
        {
            if (_pending is null)
            {
                int before = source.Pending.IndexOf(least);
                before = before < 0 ? ~before : before;
                return before < source.Pending.Count ? source.Pending[before] : null;
            }

            int at = _pending.IndexOf(least);
            at = at < 0 ? ~at : at;
            return at < _pending.Count ? _pending[at] : null;
        }

        private void EndSessionOn(int index)
        {
            if (_sessionOf.TryGetValue(index, out Guid id))
            {
                Forget(_sessions[id]);
            }
        }

        private void Forget(Session session)
        {
            _sessions.Remove(session.Id);
            _sessionOf.Remove(session.CloudPc);
            _frontline.Unlist(session, CloudPc(session.CloudPc));
        }

        private void Unlist(int index, ProvisioningPolicy policy)
        {
            _frontline.Unlist(policy);
            foreach (int group in policy.Assignments.Select(assignment => assignment.Group).Distinct())
            {
                ValueArray<int> left = PoliciesOf(group).Where(one => one != index).ToValueArray();
                _policiesOfGroups = left.Count == 0 ? _policiesOfGroups.Remove(group) : _policiesOfGroups.SetItem(group, left);
            }
        }

        private void CountStatus(CloudPcStatus status, int plan, int by)
        {
            switch (status)
            {
                case CloudPcStatus.InGracePeriod:
                    _inGrace += by;
                    break;
                case CloudPcStatus.Failed:
                    _failed += by;
                    break;
                case CloudPcStatus.PendingProvision when WaitingInMaking.GetValueOrDefault(plan) + by is > 0 and int waiting:
                    WaitingInMaking[plan] = waiting;
                    break;
                case CloudPcStatus.PendingProvision:
                    WaitingInMaking.Remove(plan);
                    break;
                default:
                    break;
            }
        }

        // What follows from a row as it was, before another stands in its place.
        private void Forget(int index, CloudPc? next)
        {
            if (_rows.Arrived(index) is { } came)
            {
                _count--;
                Stir(_rows.Standing(index)!.Value.User);
                CountStatus(came.Status, came.Plan, -1);
                if (came.Status == CloudPcStatus.PendingProvision)
                {
                    PendingInMaking.Remove(Pending(index, came));
                }

                return;
            }

            if (_rows[index] is not { } row)
            {
                return;
            }

            _count--;
            Stir(row.User);
            CountStatus(row.Status, row.Plan, -1);
            _frontline.Count(index, row, _sessionOf.ContainsKey(index), -1);
            if (row.Origin?.ConnectionId is { } connection && --UsesInMaking[connection] == 0)
            {
                UsesInMaking.Remove(connection);
            }

            if (row.HoldsSlot)
            {
                if (--UsedInMaking[row.Plan] == 0)
                {
                    UsedInMaking.Remove(row.Plan);
                }

                SlotsFreed |= next is not { HoldsSlot: true } || next.Plan != row.Plan;
            }

            if (row.Status == CloudPcStatus.PendingProvision)
            {
                PendingInMaking.Remove(Pending(index, row));
            }

            if (row.Status == CloudPcStatus.ResizePendingLicense)
            {
                ResizesInMaking.Remove(index);
            }

            if (row.DueAt is { } due)
            {
                _dues.Remove(new Due(due, DueKind.CloudPc, index, default));
            }

            if (row.Job is { } job)
            {
                JobsInMaking.Remove(job.Id);
            }
        }
    }
}
