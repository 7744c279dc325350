namespace Berth.Oracle;

/// <summary>The concurrency buffer of a plan.</summary>
public sealed class OracleBuffer
{
    /// <summary>When each use began, since a block was lifted last.</summary>
    public List<DateTimeOffset> Uses { get; init; } = [];

    /// <summary>When each use became an overrun.</summary>
    public List<DateTimeOffset> Overruns { get; init; } = [];

    /// <summary>When each block began.</summary>
    public List<DateTimeOffset> Blocks { get; init; } = [];

    /// <summary>When the running use began.</summary>
    public DateTimeOffset? Since { get; set; }

    /// <summary>Whether the running use is an overrun.</summary>
    public bool Overran { get; set; }

    /// <summary>Whether it is blocked.</summary>
    public bool Blocked { get; set; }

    /// <summary>Until when; null for no end.</summary>
    public DateTimeOffset? BlockedUntil { get; set; }

    /// <summary>The same again.</summary>
    public OracleBuffer Copy() => new()
    {
        Uses = [.. Uses],
        Overruns = [.. Overruns],
        Blocks = [.. Blocks],
        Since = Since,
        Overran = Overran,
        Blocked = Blocked,
        BlockedUntil = BlockedUntil,
    };
}

/// <content>Frontline: more licenses for a while than there are. (frontline.md)</content>
public sealed partial class OracleTenant
{
    private const int MostUses = 4; // C102
    private const int BlockingOverrun = 4; // C105
    private const int LastingBlock = 3; // C106
    private static readonly TimeSpan LongestUse = TimeSpan.FromHours(1); // C102
    private static readonly TimeSpan BufferDay = TimeSpan.FromHours(24); // B422
    private static readonly TimeSpan BufferBlock = TimeSpan.FromHours(48); // C105
    private static readonly TimeSpan BufferWeek = TimeSpan.FromDays(7); // C106

    /// <summary>Lifts a block (B424).</summary>
    public Answer Unblock(string plan) => PlanOf(plan) is not { Kind: "Frontline" }
        ? Answer.Refused("B424", "servicePlanNotFound", plan)
        : Accept(() =>
        {
            if (BufferOf(plan).Blocked)
            {
                _fleet.Buffers.Remove(plan);
            }
        });

    // B420
    private bool HasBuffer(string plan) => !PlanOf(plan)!.HasGraphics && _fleet.BufferExcess != 0;

    // B412
    private long Limit(string plan) => Math.Max(0, Slots(plan) - SharedRows(plan).Count(HoldsSlot));

    private int Taken(string plan) => DedicatedRows(plan).Count(row => row.Licensed);

    private int Taken(OracleAssignment assignment) => RowsOf(assignment).Count(row => row.Licensed);

    // B420: how many licenses are taken above the limit, or above the allotments, whichever is more.
    private long Excess(string plan) => Math.Max(
        Taken(plan) - Limit(plan),
        Assigned("sharedByUser").Where(one => one.Assignment.Plan == plan).Sum(one => Math.Max(0L, Taken(one.Assignment) - one.Assignment.Licenses)));

    private OracleBuffer BufferOf(string plan)
    {
        if (!_fleet.Buffers.TryGetValue(plan, out OracleBuffer? buffer))
        {
            buffer = new OracleBuffer();
            _fleet.Buffers.Add(plan, buffer);
        }

        return buffer;
    }

    private int Within(List<DateTimeOffset> moments, TimeSpan time) => moments.Count(moment => _now - moment < time);

    // B421
    private void FollowBuffers()
    {
        foreach (string plan in _catalog.CloudPcPlans.Keys.Where(plan => PlanOf(plan)!.Kind == "Frontline"))
        {
            OracleBuffer buffer = BufferOf(plan);
            bool uses = HasBuffer(plan) && !buffer.Blocked && Excess(plan) > 0;
            if (uses && buffer.Since is null)
            {
                buffer.Since = _now;
                buffer.Uses.Add(_now);
            }
            else if (!uses)
            {
                (buffer.Since, buffer.Overran) = (null, false);
            }
        }
    }

    // B412, B422: null when nothing can be given, else whether it comes out of the buffer.
    private bool? License(OracleRow row)
    {
        string plan = row.Plan;
        OracleAssignment? assignment = AssignmentOf(row);
        if (Taken(plan) < Limit(plan) && (assignment is null || Taken(assignment) < assignment.Licenses))
        {
            return false;
        }

        OracleBuffer buffer = BufferOf(plan);
        row.Licensed = true;
        long excess = Excess(plan);
        row.Licensed = false;
        bool given = HasBuffer(plan) && !buffer.Blocked && !(excess > _fleet.BufferExcess)
            && (buffer.Since is { } since ? _now < since + LongestUse : Within(buffer.Uses, BufferDay) < MostUses);
        return given ? true : null;
    }

    // B423
    private IEnumerable<(DateTimeOffset At, Action Happens)> BufferDues()
    {
        foreach ((string plan, OracleBuffer buffer) in _fleet.Buffers.OrderBy(one => one.Key, StringComparer.Ordinal))
        {
            if (buffer.BlockedUntil is { } end)
            {
                yield return (end, () => (buffer.Blocked, buffer.BlockedUntil) = (false, null));
            }

            if (buffer.Since is { } since && !buffer.Overran)
            {
                yield return (since + LongestUse + TimeSpan.FromTicks(1), () => Overrun(buffer));
            }
        }
    }

    private void Overrun(OracleBuffer buffer)
    {
        buffer.Overran = true;
        buffer.Overruns.Add(_now);
        if (Within(buffer.Overruns, BufferDay) >= BlockingOverrun)
        {
            buffer.Blocks.Add(_now);
            (buffer.Since, buffer.Overran) = (null, false);
            buffer.Blocked = true;
            buffer.BlockedUntil = Within(buffer.Blocks, BufferWeek) >= LastingBlock ? null : _now + BufferBlock;
        }
    }
}
