using Berth.Engine;
using Berth.Engine.Frontline;
using static Berth.Ledger.Journal.PayloadFormat;

namespace Berth.Ledger.Journal;

/// <summary>Writes changes of Cloud PCs that are made anew together; <see cref="ReprovisionChangeReader"/> is its mirror.</summary>
internal static class ReprovisionChangeWriter
{
    public static void WriteOfReprovision(this PayloadWriter to, Change change)
    {
        switch (change)
        {
            case Change.ReprovisionSet set:
                to.Begin(Tag.ReprovisionSet);
                to.Count(set.Policy);
                to.Run(set.Run);
                break;
            case Change.ReprovisionStepped stepped:
                to.Begin(Tag.ReprovisionStepped);
                to.Count(stepped.Policy);
                to.Byte((byte)stepped.Step);
                to.Indexes(stepped.CloudPcs);
                break;
            case Change.ReprovisionEnded ended:
                to.Begin(Tag.ReprovisionEnded);
                to.Count(ended.Policy);
                to.Time(ended.At);
                break;
            case Change.ReprovisionScheduled scheduled:
                to.Begin(Tag.ReprovisionScheduled);
                to.Count(scheduled.Policy);
                to.Schedule(scheduled.Schedule);
                break;
            default:
                to.WriteOfAlerts(change);
                break;
        }
    }

    private static void Run(this PayloadWriter to, ReprovisionRun run)
    {
        to.Time(run.StartedAt);
        to.Count(run.KeptPercentage);
        to.Flag(run.SignsOut);
        to.Flag(run.IsScheduled);
        to.Indexes(run.Waiting);
        to.Indexes(run.Making);
        to.Flag(run.HasFailed);
        to.Time(run.EndedAt);
    }

    private static void Schedule(this PayloadWriter to, ReprovisionSchedule? schedule)
    {
        to.Flag(schedule is not null);
        if (schedule is not null)
        {
            to.Text(schedule.Expression);
            to.Count(schedule.KeptPercentage);
            to.Flag(schedule.SignsOut);
            to.Byte((byte)schedule.Zone);
            to.Time(schedule.StartsAt);
            to.Time(schedule.EndsAt);
            to.Time(schedule.NextAt);
            to.Time(schedule.SkippedAt);
        }
    }
}
