using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Berth.Engine.Catalog;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Licensing;

namespace Berth.Engine.CloudPcs;

/// <summary>
/// Lets Cloud PCs follow licenses, policies and time while a command is decided (B260 to B284). It looks at a row only when something that the row depends on
/// turned, or when the row is due; every row that changed stands once for each point in time in the event, with the reason of its last step.
/// </summary>
internal sealed partial class Lifecycle
{
    /// <summary>How long a Cloud PC stays usable after its right is lost (C37, C180).</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromDays(7);

    /// <summary>How long a group has to give the license of another size (C64, C181).</summary>
    public static readonly TimeSpan ResizeWindow = TimeSpan.FromHours(48);

    /// <summary>How long a failed row without right is shown (C51, C191).</summary>
    public static readonly TimeSpan CleanUp = TimeSpan.FromHours(3);

    /// <summary>When a host that could not take a machine down is asked again (B269).</summary>
    public static readonly TimeSpan DeprovisionAgain = TimeSpan.FromHours(1);

    /// <summary>The most Business Cloud PCs of a tenant (C130, C188).</summary>
    public const int MostBusiness = 300;

    private readonly Draft _draft;
    private readonly long _version;
    private readonly FrontlineRoom _frontline;
    private readonly FleetTurns _turns = new();

    // The last step of each row that changed after it came; those that came, by what they came with.
    private readonly Dictionary<int, CloudPcStep> _steps = [];
    private List<Arrivals>? _arrivals;
    private Dictionary<ValueArray<Coverage>, List<int>>? _covered;
    private int _jobs;

    public Lifecycle(Tenant before, Draft draft, DateTimeOffset now, FrontlineRoom frontline)
    {
        _draft = draft;
        _frontline = frontline;
        _version = before.Version + 1;
        Now = now;
        draft.Turns = _turns;
        Checks = new ConnectionChecks(before, draft);
    }

    /// <summary>The health checks of network connections.</summary>
    public ConnectionChecks Checks { get; }

    /// <summary>The time at which things happen; flips and dues happen at their own (B283).</summary>
    public DateTimeOffset Now { get; set; }

    private Fleet.Builder Fleet => _draft.Fleet;

    /// <summary>Looks at everybody: a catalog can change what licenses give.</summary>
    public void Disturb()
    {
        for (int user = 0; user < _draft.UserCount; user++)
        {
            _turns.Turn(user);
        }
    }

    /// <summary>Hears of each moment, by the tenant's clock, at which everything that follows from what happened has happened.</summary>
    public Action<DateTimeOffset>? AtRest { get; set; }

    /// <summary>Whether flips are passing: at one moment they come first, so that a host that takes no time is done after those that are left of it (B283).</summary>
    public bool InFlips { get; set; }

    /// <summary>Looks at what turned, gives free slots, and keeps what changed for the event.</summary>
    public void Settle()
    {
        if (!_turns.Any && !_draft.FleetChanged)
        {
            AtRest?.Invoke(Now);
            return;
        }

        do
        {
            if (_turns.Any)
            {
                LookAtWhatTurned();
            }

            _frontline.GoOn(this);
            GiveSlots();
        }
        while (_turns.Any);
        _frontline.Settle(Now);
        Note();
        AtRest?.Invoke(Now);
    }

    private void LookAtWhatTurned()
    {
        if (_turns.AnyGroups)
        {
            foreach (int member in _turns.Groups.SelectMany(_draft.Members))
            {
                _turns.Turn(member);
            }

            _turns.Groups.Clear();
        }

        int[] users = _turns.TakeUsers(_draft.UserCount);
        SortById(users);
        foreach (int user in users)
        {
            Look(user);
        }

        LookAtSharedRows();
    }

    /// <summary>Lets everything happen that is due before a time, or at it too, each at its own time and in order (B283).</summary>
    public void PassTo(DateTimeOffset until, bool inclusive)
    {
        while (_draft.NextFleetDue is { } due && (due.At < until || (inclusive && due.At == until)))
        {
            Now = due.At;
            switch (due.Kind)
            {
                case DueKind.CloudPc:
                    BecomeDue(due.CloudPc);
                    break;
                case DueKind.Connection:
                    ConnectionBecomesDue(due.Id);
                    break;
                case DueKind.Retention:
                    RetentionIsOver(Fleet.Retained[due.Id]);
                    break;
                case DueKind.Frontline:
                    _frontline.BecomeDue(Now);
                    break;
                case DueKind.Watch:
                    // Whoever watches looks when everything is settled.
                    break;
            }

            Settle();
        }
    }

    /// <summary>Indexes of the plans that give a user a Cloud PC, ascending; none for somebody who is gone.</summary>
    public ValueArray<int> LicensedPlans(int user) =>
        user < _draft.UserCount && _draft.User(user) is not null ? _draft.Licenses(user).CloudPcPlans(_draft.Catalog) : [];

    /// <summary>Slots of a plan less those that are taken; negative after a shrink (B264).</summary>
    public long FreeSlots(int plan) => SlotsOf(plan) - Fleet.SlotsUsed(plan);

    /// <summary>Writes a row with what changed about it; a session on it ends when its user is let in no longer (B285, B373).</summary>
    public void Put(int index, CloudPc row, CloudPcReason reason, Guid? about = null)
    {
        if (!row.LetsIn && Fleet.SessionOn(index) is { } session)
        {
            _draft.Record(new Change.SessionEnded(session.Id, Now));
            row = row with { Use = Fleet.CloudPc(index)!.Use };
        }

        Fleet.Set(index, row with { ModifiedAt = Now, Power = row.Assignment is null ? null : _frontline.PowerOf(row) });
        _steps[index] = new CloudPcStep(Now, reason, about);
    }

    // The first half of an id decides nearly always, and numbers are sorted much faster than ids.
    private void SortById(int[] users)
    {
        if (users.Length < 2)
        {
            return;
        }

        ulong[] halves = new ulong[users.Length];
        Span<byte> id = stackalloc byte[16];
        for (int i = 0; i < users.Length; i++)
        {
            IdOf(users[i]).TryWriteBytes(id, bigEndian: true, out _);
            halves[i] = BinaryPrimitives.ReadUInt64BigEndian(id);
        }

        Array.Sort(halves, users);
        for (int from = 0, to; from < users.Length; from = to)
        {
            for (to = from + 1; to < users.Length && halves[to] == halves[from]; to++)
            {
            }

            if (to - from > 1)
            {
                users.AsSpan(from, to - from).Sort((one, other) => IdOf(one).CompareTo(IdOf(other)));
            }
        }
    }

    private Guid IdOf(int user) => _draft.User(user)?.Id ?? (_draft.Deleted.Users.TryGetValue(user, out DeletedUser? gone) ? gone.User.Id : Guid.Empty);

    private long SlotsOf(int plan) => Slots.Of(_draft.Catalog, _draft.Subscriptions, plan);

    private CloudPcKind KindOf(int plan) => _draft.Catalog.CloudPcPlanOf(plan)!.Kind;


    private void Look(int user)
    {
        ValueArray<Coverage> coverage = Cover(user);
        ValueArray<int> licensed = LicensedPlans(user);
        int winner = WinnerOf(coverage, ProvisioningType.Dedicated), reserve = WinnerOf(coverage, ProvisioningType.Reserve);
        ValueArray<int> reserved = ReservedPlans(user, reserve);
        EndForeignSessions(user);
        SortedDictionary<int, PolicyAssignment> served = Served(user, WinnerOf(coverage, ProvisioningType.SharedByUser));
        Fleet.Stir(user);
        foreach (int index in Fleet.OfUser(user))
        {
            switch (KindOf(Fleet.Standing(index)!.Value.Plan))
            {
                case CloudPcKind.Reserve:
                    LookAtReserve(index, reserved, reserve);
                    break;
                case CloudPcKind.Frontline:
                    LookAtDedicated(index, served, coverage);
                    break;
                default:
                    LookAt(index, licensed, coverage, winner);
                    break;
            }
        }

        bool resizing = IsResizing(user);
        foreach (int plan in ById(licensed))
        {
            CloudPcKind kind = KindOf(plan);
            if (!HasRow(user, plan) && (kind == CloudPcKind.Business || (kind == CloudPcKind.Enterprise && !resizing)))
            {
                Come(user, plan, kind == CloudPcKind.Business ? -1 : winner, waits: kind == CloudPcKind.Business || winner >= 0);
            }
        }

        foreach (int plan in ById(reserved))
        {
            if (!HasRow(user, plan))
            {
                Come(user, plan, reserve, waits: true);
            }
        }

        if (served.Count > 0)
        {
            foreach ((int plan, PolicyAssignment assignment) in served.Where(one => !HasRow(user, one.Key)).OrderBy(one => _draft.Catalog.Plans[one.Key].Id))
            {
                Come(user, plan, WinnerOf(coverage, ProvisioningType.SharedByUser), waits: true, assignment.Key);
            }
        }
    }

    private ValueArray<int> ById(ValueArray<int> plans) => plans.Count < 2 ? plans : plans.OrderBy(plan => _draft.Catalog.Plans[plan].Id).ToValueArray();

    // A Reserve license whose machine is taken down keeps its row.
    private bool HasRow(int user, int plan)
    {
        foreach (int index in Fleet.OfUser(user))
        {
            if (Fleet.Standing(index) is { } row && row.Plan == plan && (row.Status != CloudPcStatus.Deprovisioning || Fleet.CloudPc(index)!.AllocatedAt is not null))
            {
                return true;
            }
        }

        return false;
    }

    private bool IsResizing(int user)
    {
        foreach (int index in Fleet.OfUser(user))
        {
            if (Fleet.Standing(index)!.Value.Status == CloudPcStatus.ResizePendingLicense)
            {
                return true;
            }
        }

        return false;
    }

    private int WinnerOf(ValueArray<Coverage> coverage, ProvisioningType type)
    {
        foreach (Coverage one in coverage.Span)
        {
            if (one.Wins && Fleet.Policies[one.Policy].ProvisioningType == type)
            {
                return one.Policy;
            }
        }

        return -1;
    }

    // B261: a row comes; who has what it takes waits for a slot, which may be there at once.
    private void Come(int user, int plan, int policy, bool waits, Guid? assignment = null)
    {
        int index = Fleet.NextCloudPc;
        CloudPcReason reason = waits ? CloudPcReason.NoSlot : CloudPcReason.NoPolicy;
        CloudPcStatus status = waits ? CloudPcStatus.PendingProvision : CloudPcStatus.NotProvisioned;
        if (assignment is not null)
        {
            Put(index, ArrivalOf(plan, policy, status).Row(index, user, _draft.User(user)!) with { Assignment = assignment }, reason);
            return;
        }

        Arrivals together = ArrivalsWith(plan, policy, status, reason);
        together.Indexes.Add(index);
        together.Users.Add(user);
        Fleet.Come(index, together.With, user, _draft.User(user)!);
    }

    private Arrivals ArrivalsWith(int plan, int policy, CloudPcStatus status, CloudPcReason reason)
    {
        foreach (Arrivals one in _arrivals ??= [])
        {
            if (one.With.Plan == plan && one.With.Policy == policy && one.With.Status == status && one.With.At == Now)
            {
                return one;
            }
        }

        Arrivals first = new(ArrivalOf(plan, policy, status), new CloudPcStep(Now, reason, null), [], []);
        _arrivals.Add(first);
        return first;
    }

    private CloudPcRows.Arrival ArrivalOf(int plan, int policy, CloudPcStatus status) =>
        new(_draft.Profile.Id, plan, _draft.Catalog.CloudPcPlanOf(plan)!.DisplayName, policy, status, Now);

    private static string Shortened(string name) => name.Length <= CloudPc.LongestDisplayName ? name : name[..CloudPc.LongestDisplayName];

    private void LookAt(int index, ValueArray<int> licensed, ValueArray<Coverage> coverage, int winner)
    {
        (int user, int plan, int policy, CloudPcStatus status) = Fleet.Standing(index)!.Value;
        bool isLicensed = licensed.Span.Contains(plan);
        bool isBusiness = KindOf(plan) == CloudPcKind.Business;
        if (Fleet.Arrived(index) is not null)
        {
            // There was no attempt yet, so it has left nothing (B388).
            if (!isLicensed)
            {
                Go(index, WhyUnlicensed(user), WhatGave(user, plan));
                return;
            }

            if (status == CloudPcStatus.NotProvisioned ? winner < 0 : isBusiness || (winner >= 0 && winner == policy))
            {
                return;
            }
        }

        CloudPc row = Fleet.CloudPc(index)!;
        bool hasRight = isLicensed && (isBusiness || coverage.Any(one => one.Policy == row.Policy));
        switch (row.Status)
        {
            case CloudPcStatus.NotProvisioned when !isLicensed:
            case CloudPcStatus.PendingProvision when !isLicensed:
                Leave(index, row, WhyUnlicensed(row.User), WhatGave(row.User, row.Plan));
                break;
            case CloudPcStatus.NotProvisioned when winner >= 0:
                Put(index, row with { Status = CloudPcStatus.PendingProvision, Policy = winner, ConditionsSince = Now }, CloudPcReason.NoSlot);
                break;
            case CloudPcStatus.PendingProvision when !isBusiness && winner < 0:
                Put(index, row with { Status = CloudPcStatus.NotProvisioned, Policy = -1 }, CloudPcReason.NoPolicy);
                break;
            case CloudPcStatus.PendingProvision when !isBusiness && winner != row.Policy:
                Put(index, row with { Policy = winner }, CloudPcReason.NoSlot);
                break;
            case CloudPcStatus.Failed when row.GoesAt is not null && hasRight:
                WaitAgain(index, row with { Policy = isBusiness ? -1 : winner });
                break;
            case CloudPcStatus.ResizePendingLicense:
                LookAtResize(index, row, coverage);
                break;
            default:
                FollowRight(index, row, hasRight, isLicensed);
                break;
        }
    }

    // B265 to B268: what becomes of a machine, or of what shall become one, when its right goes or comes back.
    private void FollowRight(int index, CloudPc row, bool hasRight, bool isLicensed)
    {
        switch (row.Status)
        {
            case CloudPcStatus.Provisioning when !hasRight:
                Fail(
                    index,
                    _draft.User(row.User) is null
                        ? new CloudPcError("userNotFound", "User not found: the user was deleted while the Cloud PC was provisioned.")
                        : isLicensed
                            ? new CloudPcError("provisioningPolicyNotFound", "Provisioning policy not found: no policy that made this Cloud PC covers its user any more.")
                            : new CloudPcError("licenseNotFound", "License not found: the license was removed while the Cloud PC was provisioned."),
                    isLicensed ? WhyUncovered(row) : WhyUnlicensed(row.User),
                    Now + CleanUp);
                break;
            case CloudPcStatus.Failed when row.GoesAt is null && !hasRight:
                Put(index, row with { GoesAt = Now + CleanUp }, isLicensed ? WhyUncovered(row) : WhyUnlicensed(row.User));
                break;
            case CloudPcStatus.Provisioned or CloudPcStatus.ProvisionedWithWarnings when IsGoneForGood(row.User):
                Deprovision(index, CloudPcReason.UserDeleted);
                break;
            case CloudPcStatus.Provisioned or CloudPcStatus.ProvisionedWithWarnings when !hasRight:
                EnterGrace(index, row, isLicensed ? WhyUncovered(row) : WhyUnlicensed(row.User), Now);
                break;
            case CloudPcStatus.InGracePeriod when hasRight:
                Put(index, row with { Status = Settled(row), GraceEndsAt = null }, CloudPcReason.RightRestored);
                break;
            case CloudPcStatus.InGracePeriod when IsGoneForGood(row.User):
                Deprovision(index, CloudPcReason.UserDeleted);
                break;
        }
    }

    // B266: what failed without right waits from the start, with the same id.
    private void WaitAgain(int index, CloudPc row) => Put(
        index, row with { Status = CloudPcStatus.PendingProvision, GoesAt = null, Error = null, Job = null, ConditionsSince = Now }, CloudPcReason.NoSlot);

    private bool IsGoneForGood(int user) => _draft.User(user) is null && !_draft.Deleted.Users.ContainsKey(user);

    private void EnterGrace(int index, CloudPc row, CloudPcReason reason, DateTimeOffset since) => Put(
        index,
        row with { Status = CloudPcStatus.InGracePeriod, GraceEndsAt = since + Grace, ResizeTo = null, ResizeEndsAt = null },
        reason,
        (reason == CloudPcReason.LicenseLost ? WhatGave(row.User, row.Plan) : null) ?? (Fleet.Policies.TryGetValue(row.Policy, out ProvisioningPolicy? policy) ? policy.Id : null));

    private static CloudPcStatus Settled(CloudPc row) => row.Error is null ? CloudPcStatus.Provisioned : CloudPcStatus.ProvisionedWithWarnings;

    private CloudPcReason WhyUnlicensed(int user) => _draft.User(user) is null ? CloudPcReason.UserDeleted : CloudPcReason.LicenseLost;

    // B377: the group or the SKU whose license is gone, when this command took it.
    private Guid? WhatGave(int user, int plan) => _draft.User(user) is null ? null : _draft.GaveBefore(user, plan);

    // Whether the policy lost the group or the user left it: is the user still in a group that the policy had before this command?
    private CloudPcReason WhyUncovered(CloudPc row) =>
        _draft.User(row.User) is null ? CloudPcReason.UserDeleted
        : _draft.HadAssigned(row.Policy, row.Plan).Any(group => _draft.IsThere(group) && _draft.IsMember(row.User, group)) ? CloudPcReason.PolicyUnassigned
        : CloudPcReason.LeftPolicyGroup;

    // The policy that came first stays until it covers the user no longer (C148, C149).
    private ValueArray<Coverage> Cover(int user)
    {
        ValueArray<Coverage> before = Fleet.CoverageOf(user);
        SortedSet<int>? covering = null;
        if (Fleet.HasPolicies && _draft.User(user) is not null)
        {
            foreach (int group in _draft.Memberships(user).Span)
            {
                if (Fleet.PoliciesOf(group) is { Count: > 0 } policies)
                {
                    (covering ??= []).UnionWith(policies);
                }
            }
        }

        if (covering is null && before.Count == 0)
        {
            return before;
        }

        covering ??= [];
        if (before.Count == covering.Count && before.All(one => covering.Contains(one.Policy)))
        {
            return before;
        }

        List<Coverage> after = [.. before.Where(one => covering.Remove(one.Policy))];
        after.AddRange(covering.Select(policy => new Coverage(policy, Now, false)));
        foreach (IGrouping<ProvisioningType, Coverage> ofType in after.GroupBy(one => Fleet.Policies[one.Policy].ProvisioningType).ToArray())
        {
            if (!ofType.Any(one => one.Wins))
            {
                Coverage first = ofType.OrderBy(one => one.Since).ThenBy(one => one.Policy).First();
                after[after.IndexOf(first)] = first with { Wins = true };
            }
        }

        ValueArray<Coverage> now = after.OrderByDescending(one => one.Wins).ThenBy(one => one.Since).ThenBy(one => one.Policy).ToValueArray();
        if (now != before)
        {
            Fleet.SetCoverage([user], now);
            (CollectionsMarshal.GetValueRefOrAddDefault(_covered ??= [], now, out _) ??= []).Add(user);
        }

        return now;
    }

    // B264: rows that wait, then resizes; a resize frees the slot of the old plan.
    private void GiveSlots()
    {
        do
        {
            foreach (int plan in Fleet.Waiting.Count == 0 ? [] : Fleet.PendingPlans().ToArray())
            {
                if (KindOf(plan) == CloudPcKind.Frontline)
                {
                    GiveUnits(plan);
                    continue;
                }

                long slots = SlotsOf(plan);
                while (IsSlotFree(plan, slots) && Fleet.FirstPending(plan) is { } first)
                {
                    CloudPc row = Fleet.CloudPc(first.CloudPc)!;
                    if (KindOf(plan) == CloudPcKind.Reserve)
                    {
                        Put(first.CloudPc, row with { Status = CloudPcStatus.NotProvisioned, AllocatedAt = Now }, CloudPcReason.ReserveAllocated);
                    }
                    else
                    {
                        StartProvision(first.CloudPc, row, FirstJob(row), CloudPcReason.ConditionsMet);
                    }
                }
            }
        }
        while (BeginResize());
    }

    private bool IsSlotFree(int plan, long slots) => slots > Fleet.SlotsUsed(plan)
        && (KindOf(plan) != CloudPcKind.Business
            || _draft.Catalog.CloudPcPlans.Where(one => one.Kind == CloudPcKind.Business).Sum(one => Fleet.SlotsUsed(one.Plan)) < MostBusiness);

    // B388: what an attempt left may be at the host still.
    private void Leave(int index, CloudPc row, CloudPcReason reason, Guid? about = null)
    {
        if (row.Origin is null)
        {
            Go(index, reason, about);
        }
        else
        {
            // It waited, and nobody was making it (B263).
            Fleet.Set(index, row with { Policy = -1 });
            Deprovision(index, reason, about: about);
        }
    }

    private void Go(int index, CloudPcReason reason, Guid? about = null)
    {
        Fleet.Remove(index);
        _steps[index] = new CloudPcStep(Now, reason, about);
    }

    private void Note()
    {
        if (_covered is not null)
        {
            NoteCovered(_covered);
            _covered = null;
        }

        foreach (Arrivals came in _arrivals ?? [])
        {
            came.KeepThose(index =>
            {
                bool asItCame = ReferenceEquals(Fleet.Arrived(index), came.With);
                _ = asItCame || _steps.TryAdd(index, came.Step);
                return asItCame;
            });
        }

        int[] indexes = _steps.Count == 0 ? [] : [.. _steps.Keys];
        Array.Sort(indexes);
        foreach (int index in indexes)
        {
            _draft.Note(Fleet.CloudPc(index) is { } row ? new Change.CloudPcSet(index, row, _steps[index]) : new Change.CloudPcGone(index, _steps[index]));
        }

        if (_arrivals is not null)
        {
            foreach (Arrivals came in _arrivals.Where(one => one.Indexes.Count > 0).OrderBy(one => one.Indexes[0]))
            {
                _draft.Note(new Change.CloudPcsCame(came.Indexes.ToValueArray(), came.Users.ToValueArray(), came.With.Plan, came.With.Policy, came.With.Status, came.Step));
            }

            _arrivals = null;
        }

        _steps.Clear();
    }

    private void NoteCovered(Dictionary<ValueArray<Coverage>, List<int>> covered)
    {
        foreach ((ValueArray<Coverage> coverage, List<int> users) in covered)
        {
            // Who was looked at twice has only the last coverage.
            int[] those = [.. users.Where(user => Fleet.CoverageOf(user) == coverage).Distinct().Order()];
            if (those.Length > 0)
            {
                _draft.Note(new Change.CoverageSet(ValueArray.Own(those), coverage));
            }
        }
    }

    // Rows that came together, in the order of their indexes.
    private sealed record Arrivals(CloudPcRows.Arrival With, CloudPcStep Step, List<int> Indexes, List<int> Users)
    {
        // Leaves out those that changed after they came.
        public void KeepThose(Predicate<int> stay)
        {
            int left = 0;
            for (int i = 0; i < Indexes.Count; i++)
            {
                if (stay(Indexes[i]))
                {
                    (Indexes[left], Users[left]) = (Indexes[i], Users[i]);
                    left++;
                }
            }

            Indexes.RemoveRange(left, Indexes.Count - left);
            Users.RemoveRange(left, Users.Count - left);
        }
    }
}
