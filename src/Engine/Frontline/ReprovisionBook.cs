using System.Collections.Immutable;
using Berth.Engine.Collections;

namespace Berth.Engine.Frontline;

/// <summary>What is remembered of policies of shared mode whose Cloud PCs are made anew. An immutable value.</summary>
public sealed class ReprovisionBook
{
    private ReprovisionBook()
    {
    }

    /// <summary>Nothing.</summary>
    public static ReprovisionBook Empty { get; } = new();

    /// <summary>The last run of each policy, by the policy's index (B437).</summary>
    public ImmutableSortedDictionary<int, ReprovisionRun> Runs { get; private init; } = ImmutableSortedDictionary<int, ReprovisionRun>.Empty;

    /// <summary>The schedules, by the policy's index (B438).</summary>
    public ImmutableSortedDictionary<int, ReprovisionSchedule> Schedules { get; private init; } = ImmutableSortedDictionary<int, ReprovisionSchedule>.Empty;

    /// <summary>When the next moment of a schedule comes; null for never.</summary>
    public DateTimeOffset? NextDue => Schedules.Values.Min(one => one.NextAt);

    /// <summary>Whether a run of a policy is not over.</summary>
    public bool IsRunning(int policy) => Runs.TryGetValue(policy, out ReprovisionRun? run) && !run.IsOver;

    internal ReprovisionBook With(int policy, ReprovisionRun run) => new() { Runs = Runs.SetItem(policy, run), Schedules = Schedules };

    internal ReprovisionBook With(int policy, ReprovisionSchedule? schedule) =>
        new() { Runs = Runs, Schedules = schedule is null ? Schedules.Remove(policy) : Schedules.SetItem(policy, schedule) };

    internal ReprovisionBook After(int policy, ReprovisionStep step, ValueArray<int> rows) => With(policy, Runs[policy].After(step, rows));

    internal ReprovisionBook Ended(int policy, DateTimeOffset at) => With(policy, Runs[policy] with { EndedAt = at });

    internal ReprovisionBook Without(int policy) =>
        Runs.ContainsKey(policy) || Schedules.ContainsKey(policy) ? new() { Runs = Runs.Remove(policy), Schedules = Schedules.Remove(policy) } : this;

    internal IEnumerable<Change> Describe() =>
    [
        .. Runs.Select(one => new Change.ReprovisionSet(one.Key, one.Value)),
        .. Schedules.Select(one => new Change.ReprovisionScheduled(one.Key, one.Value)),
    ];
}
