namespace Berth.Oracle;

/// <summary>What is kept of a user between sessions on the machines of an assignment.</summary>
/// <param name="User">Whose it is; also when the user is deleted.</param>
/// <param name="UserId">The user's id.</param>
/// <param name="Attached">When a session of the user last began.</param>
public sealed record OracleStorage(OracleUser User, string UserId, DateTimeOffset Attached);

/// <summary>The storages of an assignment.</summary>
public sealed class OraclePool
{
    /// <summary>The assignment's key.</summary>
    public required int Assignment { get; init; }

    /// <summary>What each takes, in GB.</summary>
    public required int Size { get; init; }

    /// <summary>Since when they take more than there is.</summary>
    public DateTimeOffset? Exceeded { get; set; }

    /// <summary>The storages.</summary>
    public List<OracleStorage> Storages { get; init; } = [];

    /// <summary>What they take, in GB.</summary>
    public long Used => Storages.Count * (long)Size;

    /// <summary>The same again.</summary>
    public OraclePool Copy() => new() { Assignment = Assignment, Size = Size, Exceeded = Exceeded, Storages = [.. Storages] };
}

/// <content>Frontline: what users of shared machines keep. (frontline.md)</content>
public sealed partial class OracleTenant
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromDays(7); // C124

    /// <summary>Deletes storages of users, or none (B434).</summary>
    public Answer DeleteStorages(string policy, string group, string plan, IReadOnlyList<string> users)
    {
        if (FindPolicy(policy)?.Assignments.Find(one => one.Group == group && one.Plan == plan) is not { } assignment || PoolOf(assignment) is not { } pool)
        {
            return Answer.Refused("B434", "assignmentNotFound");
        }

        foreach (string user in users)
        {
            if (pool.Storages.Find(one => one.UserId == user) is not { } storage)
            {
                return Answer.Refused("B434", "storageNotFound");
            }

            if (IsConnected(assignment, storage))
            {
                return Answer.Refused("B434", "storageInUse");
            }
        }

        return Accept(() => pool.Storages.RemoveAll(one => users.Contains(one.UserId)));
    }

    private OraclePool? PoolOf(OracleAssignment assignment) => _fleet.Pools.Find(pool => pool.Assignment == assignment.Key);

    // B430
    private long Capacity(OracleAssignment assignment) =>
        PlanOf(assignment.Plan!)!.DiskGB * (long)RowsOf(assignment).Count(row => row.Status is "provisioned" or "provisionedWithWarnings");

    private bool IsConnected(OracleAssignment assignment, OracleStorage storage) => RowsOf(assignment).Exists(row => row.Session?.User == storage.UserId);

    // B431
    private void Attach(OracleAssignment assignment, string user)
    {
        if (PoolOf(assignment) is not { } pool)
        {
            return;
        }

        int own = pool.Storages.FindIndex(one => one.UserId == user);
        if (own >= 0)
        {
            pool.Storages[own] = pool.Storages[own] with { Attached = _now };
        }
        else if (pool.Used + pool.Size <= Capacity(assignment))
        {
            pool.Storages.Add(new OracleStorage(_users[user], user, _now));
        }
    }

    // B433: fewer machines than what is kept needs.
    private bool HasRoomFor(OracleAssignment before, int licenses) => PoolOf(before) is not { } pool || pool.Used <= PlanOf(before.Plan!)!.DiskGB * (long)licenses;

    // B431 to B433
    private void FollowStorages()
    {
        foreach (OraclePool pool in _fleet.Pools.ToList())
        {
            if (_fleet.Policies.SelectMany(policy => policy.Assignments).FirstOrDefault(one => one.Key == pool.Assignment) is not { } assignment)
            {
                _fleet.Pools.Remove(pool);
                continue;
            }

            pool.Storages.RemoveAll(one => IsGoneForGood(one.User, one.UserId));
            pool.Exceeded = pool.Used > Capacity(assignment) ? pool.Exceeded ?? _now : null;
        }
    }

    // B432
    private IEnumerable<(DateTimeOffset At, Action Happens)> StorageDues() =>
        from pool in _fleet.Pools
        where pool.Exceeded is not null
        select (pool.Exceeded!.Value + Tolerance, (Action)(() => DeleteOldest(pool)));

    private void DeleteOldest(OraclePool pool)
    {
        OracleAssignment assignment = _fleet.Policies.SelectMany(policy => policy.Assignments).First(one => one.Key == pool.Assignment);
        foreach (OracleStorage oldest in pool.Storages.Where(one => !IsConnected(assignment, one)).OrderBy(one => one.Attached).ThenBy(one => one.UserId, StringComparer.Ordinal).ToList())
        {
            if (pool.Used > Capacity(assignment))
            {
                pool.Storages.Remove(oldest);
            }
        }

        pool.Exceeded = null; // the settling begins anew when that was not enough
    }

    private IEnumerable<string> StorageLines()
    {
        foreach ((OraclePolicy policy, OracleAssignment one) in Assigned("sharedByEntraGroup"))
        {
            if (PoolOf(one) is { } pool)
            {
                string whose = $"{policy.Id}/{one.Group}/{one.Plan}";
                yield return $"storages {whose} of {pool.Size} used {pool.Used} of {Capacity(one)}" + (pool.Exceeded is { } exceeded ? $" exceeded from {When(exceeded)}" : "");
                foreach (OracleStorage storage in pool.Storages.OrderBy(storage => storage.UserId, StringComparer.Ordinal))
                {
                    yield return $"storage {storage.UserId} {whose} attached {When(storage.Attached)}{(IsConnected(one, storage) ? " connected" : "")}";
                }
            }
        }
    }

    // B431: who has a session where there is a pool, and no storage.
    private bool IsTemporary(OracleRow row) => AssignmentOf(row) is { } assignment && PoolOf(assignment) is { } pool && !pool.Storages.Exists(one => one.UserId == row.Session!.User);
}
