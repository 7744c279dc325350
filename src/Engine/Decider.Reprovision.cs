using Berth.Engine.CloudPcs;
using Berth.Engine.Frontline;

namespace Berth.Engine;

/// <content>All Cloud PCs of a policy of shared mode anew, at once or by a schedule (B435 to B438).</content>
internal sealed partial class Decider
{
    private Refusal? ReprovisionPolicy(Command.ReprovisionPolicy again)
    {
        if ((FindShared(again.PolicyId, out int index, out ProvisioningPolicy policy) ?? CheckKept(again.KeptPercentage, again.SignsOut)) is { } refusal)
        {
            return refusal;
        }

        string? hindrance = PoolReprovision.IsPaused(policy)
                ? "the licenses of an assignment expired once: remove the assignment and add it again, then its Cloud PCs can be made anew (C118)."
            : _draft.Frontline.Reprovision.IsRunning(index) ? "its Cloud PCs are being made anew already; retrievePolicyApplyActionResult tells when that is over (B437)."
            : null;
        if (hindrance is not null)
        {
            return new Refusal(RefusalCode.OperationConflict) { Subject = policy.Id, Detail = hindrance };
        }

        new PoolReprovision(_draft).Begin(index, again.KeptPercentage, again.SignsOut, isScheduled: false, _now);
        return null;
    }

    private Refusal? SchedulePolicy(Command.SchedulePolicy schedule)
    {
        if (FindShared(schedule.PolicyId, out int index, out _) is { } cannot)
        {
            return cannot;
        }

        if (schedule.Wanted is not { } wanted)
        {
            if (_draft.Frontline.Reprovision.Schedules.ContainsKey(index))
            {
                _draft.Record(new Change.ReprovisionScheduled(index, null));
            }

            return null;
        }

        if (CheckKept(wanted.KeptPercentage, wanted.SignsOut) is { } refusal)
        {
            return refusal;
        }

        if (!CronExpression.TryRead(wanted.Expression, out _, out string? why))
        {
            return Invalid("cronScheduleExpression", why);
        }

        DateTimeOffset start = wanted.StartsAt?.ToUniversalTime() ?? _now;
        if (wanted.EndsAt <= start)
        {
            return Invalid("endDateTime", "A schedule ends after it starts.");
        }

        ReprovisionSchedule next = new ReprovisionSchedule(wanted.Expression, wanted.KeptPercentage, wanted.SignsOut, wanted.Zone, start, wanted.EndsAt?.ToUniversalTime()).From(_now);
        if (next.NextAt is null)
        {
            return Invalid("cronScheduleExpression", $"No moment of '{wanted.Expression}' comes within {CronExpression.FarthestYears} years after the start and before the end.");
        }

        _draft.Record(new Change.ReprovisionScheduled(index, next));
        return null;
    }

    private Refusal? FindShared(Guid id, out int index, out ProvisioningPolicy policy) =>
        FindPolicy(id, out index, out policy) ?? (policy.ProvisioningType == ProvisioningType.SharedByEntraGroup
            ? null
            : new Refusal(RefusalCode.OperationNotSupported)
            {
                Subject = policy.Id,
                Name = "Provisioning policy",
                Detail = "only Cloud PCs of a policy of the type sharedByEntraGroup are made anew together: reprovision the others one by one (C55).",
            });

    // B435, B436.
    private static Refusal? CheckKept(int percentage, bool signsOut) =>
        percentage is < 0 or > ReprovisionRun.MostKept ? Invalid("reservePercentage", $"From 0 to {ReprovisionRun.MostKept} percent of the Cloud PCs are kept available.")
        : signsOut && percentage != 0 ? Invalid("reservePercentage", "It is 0 when isForceUserLogoffEnabled is true: who signs everybody out keeps nothing available.")
        : null;
}
