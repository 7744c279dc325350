using System.Globalization;
using Berth.Engine;
using Berth.Engine.Alerts;
using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Frontline;
using Berth.Engine.Licensing;

namespace Berth.Graph.Telling;

/// <summary>Sees what is wrong with a tenant (B789): a pure function of its state and its time.</summary>
public static class AlertSight
{
    /// <summary>Everything that is wrong by some thresholds: pools by their part numbers, then buffers, then what Graph's rules raised.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="thresholds">From when on something is worth an alert.</param>
    /// <param name="kinds">What is looked at.</param>
    /// <param name="firstSeen">When an alert with a key was seen first, for those of which the state does not tell; null for just now.</param>
    /// <param name="now">The tenant's time.</param>
    public static IReadOnlyList<ActiveAlert> Of(
        Tenant tenant, AlertThresholds thresholds, IReadOnlyCollection<AlertKind> kinds, Func<string, DateTimeOffset?> firstSeen, DateTimeOffset now)
    {
        List<ActiveAlert> alerts = [];
        if (kinds.Contains(AlertKind.PoolExhausted) || kinds.Contains(AlertKind.PoolWaiting))
        {
            alerts.AddRange(Pools(tenant, thresholds, firstSeen, now).Where(alert => kinds.Contains(alert.Kind)));
        }

        int pools = alerts.Count;
        if (kinds.Contains(AlertKind.BufferInUse) || kinds.Contains(AlertKind.BufferBlocked))
        {
            alerts.AddRange(Buffers(tenant, thresholds, firstSeen, now).Where(alert => kinds.Contains(alert.Kind)));
        }

        if (kinds.Contains(AlertKind.CloudPcRule))
        {
            // What the buffers tell size by size is not told once more.
            bool tellsBuffers = alerts.Count > pools;
            alerts.AddRange(tenant.Alerts.Active.Keys
                .Where(template => !tellsBuffers || template != AlertTemplate.FrontlineConcurrency)
                .Select(template => OfRule(tenant, template)).OfType<ActiveAlert>());
        }

        return alerts;
    }

    /// <summary>What one of Graph's rules raised; null when it raises nothing.</summary>
    public static ActiveAlert? OfRule(Tenant tenant, AlertTemplate template)
    {
        if (!tenant.Alerts.Active.TryGetValue(template, out int index))
        {
            return null;
        }

        AlertRecord record = tenant.Alerts.Records[index];
        AlertRule rule = tenant.Alerts.RuleOf(template);
        string details = string.Join(", ", record.Impact.Details.Select(static detail => $"{detail.Name}: {detail.Value}"));
        return new ActiveAlert(
            $"cloudPcRule/{template}",
            AlertKind.CloudPcRule,
            record.Severity,
            record.Id,
            rule.DisplayName,
            record.DetectedAt,
            $"{rule.DisplayName}: {Reach(record.Impact)}{(details.Length == 0 ? "" : $" ({details})")}. {rule.Description}",
            AdviceOf(template));
    }

    // Frontline's licenses belong to the tenant: nobody holds a seat of them, and their buffers tell how they stand.
    private static IEnumerable<ActiveAlert> Pools(Tenant tenant, AlertThresholds thresholds, Func<string, DateTimeOffset?> firstSeen, DateTimeOffset now)
    {
        foreach (Sku sku in tenant.Catalog.Skus.Where(sku => sku.AppliesTo == LicenseTarget.User && tenant.Owns(sku.Index)).OrderBy(static sku => sku.PartNumber, StringComparer.OrdinalIgnoreCase))
        {
            (long seats, long taken, int waiting) = (tenant.PrepaidUnitsOf(sku.Index).Assignable, tenant.HoldersOf(sku.Index).Count, tenant.CountWaiting(sku.Index));
            string name = $"{sku.PartNumber} ({sku.ProductName})";
            if ((seats > 0 || taken > 0) && IsShort(seats, seats - taken, thresholds))
            {
                string key = $"poolExhausted/{sku.Id}";
                yield return new ActiveAlert(
                    key,
                    AlertKind.PoolExhausted,
                    seats > taken ? AlertSeverity.Informational : AlertSeverity.Warning,
                    sku.Id,
                    sku.PartNumber,
                    firstSeen(key) ?? now,
                    Standing(name, seats, taken),
                    "Buy more units, or take seats back from those who do not need them: 'berth findings' names them.");
            }

            if (waiting >= thresholds.Waiting)
            {
                yield return new ActiveAlert(
                    $"poolWaiting/{sku.Id}",
                    AlertKind.PoolWaiting,
                    AlertSeverity.Critical,
                    sku.Id,
                    sku.PartNumber,
                    WaitingSince(tenant, sku.Index) ?? now,
                    Say($"{name}: {waiting} {(waiting == 1 ? "license of a group waits" : "licenses of groups wait")} for a seat, and whoever they are for goes without."),
                    "Buy units or free seats: whoever waits is served by itself then, the longest wait first. GET /berth/v1/waiting names them.");
            }
        }
    }

    private static string Standing(string name, long seats, long taken) =>
        taken > seats ? Say($"{name}: {taken} people hold a seat, and only {seats} can be assigned.")
        : taken == seats ? Say($"{name}: {(seats == 1 ? "the only seat is" : Say($"all {seats} seats are"))} taken.")
        : Say($"{name}: {seats - taken} of {seats} {(seats == 1 ? "seat is" : "seats are")} free.");

    private static bool IsShort(long seats, long free, AlertThresholds thresholds) =>
        free <= thresholds.FreeUnits || (thresholds.FreePercent is { } percent && 100 * free <= percent * seats);

    private static DateTimeOffset? WaitingSince(Tenant tenant, int sku)
    {
        foreach (WaitingPair pair in tenant.WaitingFor(sku))
        {
            if (tenant.LicensesOf(pair.User).Source(pair.Group)?.Trouble?[sku] == LicenseError.CountViolation)
            {
                return pair.Since.At;
            }
        }

        return null;
    }

    private static IEnumerable<ActiveAlert> Buffers(Tenant tenant, AlertThresholds thresholds, Func<string, DateTimeOffset?> firstSeen, DateTimeOffset now)
    {
        foreach (CloudPcPlan plan in tenant.Catalog.CloudPcPlans.Where(static plan => plan.Kind == CloudPcKind.Frontline).OrderBy(static plan => plan.Size).ThenBy(static plan => plan.Id))
        {
            PlanStanding standing = PlanStanding.Of(tenant, plan.Plan);
            if (standing.Buffer.IsBlocked)
            {
                string key = $"bufferBlocked/{plan.Id}";
                string end = standing.Buffer.BlockedUntil is { } until ? Say($"until {until.UtcDateTime:yyyy-MM-dd HH:mm} UTC") : "until an administrator lifts that";
                yield return new ActiveAlert(
                    key,
                    AlertKind.BufferBlocked,
                    AlertSeverity.Critical,
                    plan.Id,
                    plan.DisplayName,
                    standing.Buffer.Blocks is { Count: > 0 } blocks ? blocks[^1] : firstSeen(key) ?? now,
                    Say($"{plan.DisplayName}: the concurrency buffer is blocked {end}; nobody beyond the {standing.Licenses} licenses gets in."),
                    $"Buy licenses, or spread the shifts. POST /berth/v1/frontline/{plan.Id}/unblock lifts the block; overruns block it again.");
            }
            else if (standing.Buffer.Since is { } since && standing.Buffer.UsesAt(now) is int uses && uses >= thresholds.BufferUses)
            {
                yield return new ActiveAlert(
                    $"bufferInUse/{plan.Id}",
                    AlertKind.BufferInUse,
                    AlertSeverity.Warning,
                    plan.Id,
                    plan.DisplayName,
                    since,
                    Say($"{plan.DisplayName}: {standing.Excess} more in use than the {standing.Licenses} licenses allow. The concurrency buffer gives them, use {uses} of {ConcurrencyBuffer.MostUses} within 24 hours."),
                    "A use may last for an hour; longer ones block the buffer in the end. Buy licenses, or spread the shifts: 'berth frontline simulate' says how many are needed.");
            }
        }
    }

    private static string Reach(AlertImpact impact) => Say(impact.Aggregation switch
    {
        AlertAggregation.Count => $"{impact.Value}",
        AlertAggregation.Percentage => $"{impact.Value} %",
        AlertAggregation.AffectedCloudPcCount => $"{impact.Value} Cloud {(impact.Value == 1 ? "PC" : "PCs")}",
        AlertAggregation.AffectedCloudPcPercentage => $"{impact.Value} % of the Cloud PCs",
        AlertAggregation.DurationInMinutes => $"for {impact.Value} minutes",
    });

    private static string AdviceOf(AlertTemplate template) => template switch
    {
        AlertTemplate.Provision => "'berth cloud-pc list' shows what failed and why; provision it again when the cause is gone.",
        AlertTemplate.ImageUpload => "Upload the image again.",
        AlertTemplate.NetworkConnectionCheck => "Look at the checks of the connection, mend what they name, and run them again.",
        AlertTemplate.InGracePeriod => "Give back the license or the policy before the grace period ends, or end it where the Cloud PC may go.",
        AlertTemplate.FrontlineInsufficientLicenses => "Buy licenses of the size, or take people off its policies.",
        AlertTemplate.FrontlineConcurrency => "Buy licenses of the size, or spread the shifts: 'berth frontline simulate' says how many are needed.",
    };

    private static string Say(FormattableString sentence) => sentence.ToString(CultureInfo.InvariantCulture);
}
