using Berth.Engine;
using Berth.Engine.Frontline;
using static Berth.Ledger.Journal.PayloadFormat;

namespace Berth.Ledger.Journal;

/// <summary>Reads changes of Cloud PCs that are made anew together; the mirror of <see cref="ReprovisionChangeWriter"/>.</summary>
internal static class ReprovisionChangeReader
{
    public static Change ChangeOfReprovision(this ref PayloadReader from, Tag tag) => tag switch
    {
        Tag.ReprovisionSet => new Change.ReprovisionSet(from.Number(), from.Run()),
        Tag.ReprovisionStepped => new Change.ReprovisionStepped(from.Number(), from.Member<ReprovisionStep>(), from.Indexes()),
        Tag.ReprovisionEnded => new Change.ReprovisionEnded(from.Number(), from.Time()),
        Tag.ReprovisionScheduled => new Change.ReprovisionScheduled(from.Number(), from.Flag() ? from.Schedule() : null),
        _ => from.ChangeOfAlerts(tag),
    };

    private static ReprovisionRun Run(this ref PayloadReader from) => new(from.Time(), from.Number(), from.Flag(), from.Flag())
    {
        Waiting = from.Indexes(),
        Making = from.Indexes(),
        HasFailed = from.Flag(),
        EndedAt = from.OptionalTime(),
    };

    private static ReprovisionSchedule Schedule(this ref PayloadReader from) =>
        new(from.Text(), from.Number(), from.Flag(), from.Member<ScheduleZone>(), from.Time(), from.OptionalTime())
        {
            NextAt = from.OptionalTime(),
            SkippedAt = from.OptionalTime(),
        };
}
