using System.Globalization;
using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;

namespace Berth.Engine.Tests.Comparison;

/// <content>Policies, Cloud PCs and connections.</content>
public sealed partial class EngineDesk
{
    private const string Azure = "/subscriptions/00000000-0000-0000-0000-0000000000aa/resourceGroups/group";
    private const string Network = Azure + "/providers/Microsoft.Network/virtualNetworks/network";

    // What a Cloud PC is called that nobody gave another name.
    private const string DefaultName = "Cloud PC ";

    private readonly Dictionary<(int CloudPc, string Kind, int Attempt, DateTimeOffset Asked), Guid> _jobs = [];
    private int _sessions;

    public override List<string> Fleet()
    {
        Fleet fleet = Tenant.Fleet;
        List<string> lines =
        [
            .. fleet.Policies.Values.Select(policy => $"policy {Text(policy.Id)} {Camel(policy.ProvisioningType)} for "
                + string.Join(' ', policy.Assignments.Where(one => !Tenant.Groups[one.Group].IsDeleted)
                    .Select(one => Text(Tenant.Groups[one.Group].Id) + (one.Plan is { } plan ? "/" + PlanId(plan) : "")).Order(StringComparer.Ordinal)))
                .Select(line => line.TrimEnd()),
        ];
        foreach (int user in Enumerable.Range(0, Tenant.Users.Count).Where(user => Tenant.Users[user] is not null).OrderBy(user => Text(Tenant.Users[user]!.Id), StringComparer.Ordinal))
        {
            foreach (ProvisioningType type in (ProvisioningType[])[ProvisioningType.Dedicated, ProvisioningType.Reserve, ProvisioningType.SharedByUser])
            {
                Coverage[] those = [.. fleet.CoverageOf(user).Where(one => fleet.Policies[one.Policy].ProvisioningType == type)];
                if (those.Length > 0)
                {
                    string losers = string.Join(' ', those.Where(one => !one.Wins).Select(one => Text(fleet.Policies[one.Policy].Id)));
                    lines.Add($"winner {Text(Tenant.Users[user]!.Id)} {Camel(type)} {Text(fleet.Policies[those.Single(one => one.Wins).Policy].Id)} {losers}".TrimEnd());
                }
            }
        }

        (int Index, CloudPc Row)[] rows = [.. Enumerable.Range(0, fleet.CloudPcs.Count).Where(index => fleet.CloudPcs[index] is not null).Select(index => (index, fleet.CloudPcs[index]!))];
        lines.AddRange(rows.Select(one => Line(one.Index, one.Row)));
        lines.AddRange(Tenant.Catalog.CloudPcPlans.Where(plan => plan.Kind != CloudPcKind.Frontline)
            .Select(plan => (plan.Id, Used: fleet.SlotsUsed(plan.Plan), Slots: Slots.Of(Tenant.Catalog, Tenant.Subscriptions, plan.Plan)))
            .Where(plan => plan.Used > 0 || plan.Slots > 0).OrderBy(plan => Text(plan.Id), StringComparer.Ordinal)
            .Select(plan => $"slots {Text(plan.Id)} {plan.Used} of {plan.Slots}"));
        lines.AddRange(fleet.Retained.Values.Select(one => (Number: NumberOf(one.CloudPcId), Retained: one)).OrderBy(one => one.Number)
            .Select(one => $"retained {PlanId(one.Retained.Plan)}#{one.Number} " + (one.Retained.Job is { } drop
                ? $"asks agent to {Camel(drop.Kind)} attempt {drop.Attempt} asked {When(drop.RequestedAt)}"
                : $"until {When(one.Retained.CreatedAt + RetentionSnapshot.Retention)}")));
        lines.AddRange(rows.Where(one => one.Row.Assignment is null && fleet.SessionOn(one.Index) is not null)
            .Select(one => $"session {Text(one.Row.UserId)} {PlanId(one.Row.Plan)}#{one.Index + 1}{(fleet.SessionOn(one.Index)!.DisconnectedAt is null ? "" : " disconnected")}"));
        lines.AddRange(FrontlineLines(fleet, rows));
        lines.AddRange(PeopleLines(fleet, rows));
        lines.AddRange(rows.Select(one => (one.Index, one.Row, Points: RestorePoints.Of(one.Row, HoursOf(one.Row), Last.Context.Now))).Where(one => one.Points.Count > 0)
            .Select(one => $"points {Owner(one.Row)} {PlanId(one.Row.Plan)}#{one.Index + 1} "
                + Points(one.Points)));
        lines.AddRange(fleet.Connections.Values.OrderBy(one => Text(one.Id), StringComparer.Ordinal).Select(one => $"connection {Text(one.Id)} {Camel(one.Health)}"));
        return lines;
    }

    private string Line(int index, CloudPc row) => $"cloudPc {Owner(row)} {PlanId(row.Plan)}#{index + 1} {Camel(row.Status)}"
        + (Tenant.Fleet.Policies.TryGetValue(row.Policy, out ProvisioningPolicy? policy) ? $" by {Text(policy.Id)}" : "")
        + FrontlineLine(row)
        + (row.Origin is { } origin && row.Status is not (CloudPcStatus.PendingProvision or CloudPcStatus.NotProvisioned or CloudPcStatus.Failed) ? Where(origin) : "")
        + (row.GraceEndsAt is { } grace ? $" until {When(grace)}" : "")
        + (row.ResizeEndsAt is { } window ? $" to {PlanId(row.ResizeTo!.Value)} until {When(window)}" : "")
        + (row.AllocatedAt is { } allocated ? $" allocated {When(allocated)}" : "")
        + (row.ReserveEndsAt is { } used ? $" until {When(used)}" : "")
        + (row.GoesAt is { } goes ? $" goes {When(goes)}" : "")
        + (row.Job is { DueAt: { } due } job && row.Status != CloudPcStatus.Failed ? $" attempt {job.Attempt} due {When(due)}" : "")
        + (row.Job is { DueAt: null } asked ? $" asks agent to {Camel(asked.Kind)}{(asked.GivesWay ? " at its time" : "")} attempt {asked.Attempt} asked {When(asked.RequestedAt)}{(asked is { Kind: HostJobKind.Deprovision, Detail: not null } ? " keeping it" : "")}" : "")
        + (row.Job is { DueAt: null, Kind: HostJobKind.Snapshot } point && Beside(row, point) is { Count: > 0 } beside ? $" beside {Points(beside)}" : "")
        + (row.Error is { } error && (row.Job is null || row.Status == CloudPcStatus.Failed) ? $" error {error.Code}" : "")
        + (row.DisplayName.StartsWith(DefaultName, StringComparison.Ordinal) ? "" : $" named {row.DisplayName}");

    private static UserSettingsPersistence? Kept(int size) => size == 0 ? null : new UserSettingsPersistence(true, size);

    private static string Where(CloudPcOrigin origin) => (origin.RegionName == Place.Usual ? "" : $" in {origin.RegionName}")
        + (origin.ConnectionId is { } connection ? $" through {Text(connection)}" : "")
        + (origin.SingleSignOn ? " with single sign-on" : "");

    private static string Points(IEnumerable<RestorePoint> points) =>
        string.Join(' ', points.OrderBy(point => point.Kind).ThenBy(point => point.At).Select(point => (point.Kind == RestorePointKind.Manual ? "by hand " : "") + When(point.At)));

    // What an agent is told to keep.
    private List<RestorePoint> Beside(CloudPc row, HostJob snapshot)
    {
        ValueArray<Guid> kept = RestorePoints.KeptBeside(row, snapshot, HoursOf(row), snapshot.RequestedAt);
        return [.. RestorePoints.Of(row, HoursOf(row), snapshot.RequestedAt).Where(point => kept.Contains(point.Id))];
    }

    private Command TranslateFleet(Request request) => request switch
    {
        Request.CreatePolicy r => new Command.CreatePolicy(new ProvisioningPolicy(Id(r.Policy), r.Policy)
        {
            ProvisioningType = Enum.Parse<ProvisioningType>(r.Type, ignoreCase: true),
            ImageId = "microsoftwindowsdesktop_windows-ent-cpc_win11-24h2-ent-cpc",
            ImageDisplayName = "Windows 11",
            Joins = Joins(r.Connections, r.Region),
            SingleSignOn = r.SingleSignOn,
            LocalAdmin = r.Administrators,
            SnapshotReset = r.KeepsProfiles ? false : null,
            Persistence = Kept(r.StorageGB),
            UserExperienceType = r.OnlyApps ? UserExperienceType.CloudApp : UserExperienceType.CloudPc,
        }),
        Request.ChangePolicy r => (Tenant.Fleet.FindPolicy(Id(r.Policy)) is >= 0 and int index ? Tenant.Fleet.Policies[index] : new ProvisioningPolicy(Id(r.Policy), r.Policy)) is var now
            ? new Command.UpdatePolicy(now with { Joins = Joins(r.Connections, r.Region), SingleSignOn = r.SingleSignOn, LocalAdmin = r.Administrators, Persistence = r.StorageGB is { } size ? Kept(size) : now.Persistence })
            : throw new NotSupportedException(request.ToString()),
        Request.ApplyPolicy r => new Command.ApplyPolicy(
            Id(r.Policy), r.Settings.Select(setting => Enum.Parse<AppliedSetting>(setting, ignoreCase: true)).ToValueArray(), r.CloudPcs.Select(IdOf).ToValueArray()),
        Request.DeletePolicy r => new Command.DeletePolicy(Id(r.Policy)),
        Request.AssignPolicy r => new Command.AssignPolicy(
            Id(r.Policy), r.To.Select(one => Entry(Id(r.Policy), one)).ToValueArray()),
        Request.EndGrace r => new Command.EndGracePeriod(IdOf(r.CloudPc)),
        Request.Reprovision r => new Command.Reprovision(IdOf(r.CloudPc), r.Administrator) { IsSelfService = r.Self },
        Request.Resize r => new Command.ResizeCloudPc(IdOf(r.CloudPc), Id(r.Plan)),
        Request.RenameCloudPc r => new Command.RenameCloudPc(IdOf(r.CloudPc), r.Name),
        Request.RestoreCloudPc r => new Command.RestoreCloudPc(IdOf(r.CloudPc), PointOf(r.CloudPc, r.Point)) { IsSelfService = r.Self },
        Request.RestoreManual r => new Command.RestoreCloudPc(IdOf(r.CloudPc), RestorePoints.ManualIdOf(new CloudPc(IdOf(r.CloudPc), default, 0, 0, default), r.Point)),
        Request.RestoreRetained r => new Command.RestoreCloudPc(IdOf(r.CloudPc), Tenant.Fleet.Retained.Values.FirstOrDefault(kept => kept.CloudPcId == IdOf(r.Kept))?.Id ?? Guid.Empty),
        Request.SnapshotCloudPc r => new Command.SnapshotCloudPc(IdOf(r.CloudPc)),
        Request.RestartCloudPc r => new Command.RestartCloudPc(IdOf(r.CloudPc)),
        Request.CreateConnection r => new Command.CreateConnection(new NetworkConnection(Id(r.Connection), r.Connection)
        {
            SubscriptionId = "00000000-0000-0000-0000-0000000000aa",
            ResourceGroupId = Azure,
            VirtualNetworkId = Network,
            VirtualNetworkLocation = r.Region,
            SubnetId = Network + "/subnets/default",
        }),
        Request.SetConnectionHealth r => new Command.RunHealthChecks(Id(r.Connection)),
        Request.ProvisionReserve r => new Command.ProvisionReserve(IdOf(r.CloudPc)),
        Request.DeprovisionReserve r => new Command.DeprovisionReserve(IdOf(r.CloudPc)),
        Request.StartSession r => new Command.StartSession(new Guid(++_sessions, 0, 0, new byte[8]), Id(r.User), IdOf(r.CloudPc)),
        Request.EndSession r => new Command.EndSession(Tenant.Fleet.SessionOn(r.CloudPc - 1)?.Id ?? Guid.Empty),
        Request.DisconnectSession r => new Command.DisconnectSession(Tenant.Fleet.SessionOn(r.CloudPc - 1)?.Id ?? Guid.Empty),
        Request.SetHost r => new Command.UpdateSettings(Tenant.Settings with
        {
            Host = r.Agent ? HostKind.Agent : HostKind.Simulator,
            ProvisioningDelay = TimeSpan.FromMinutes(r.Minutes),
            FailureRates = r.Failing.Select(kind => Enum.Parse<HostJobKind>(kind, ignoreCase: true)).Order().Select(kind => new FailureRate(kind, FailureRate.Always)).ToValueArray(),
        }),
        Request.ReportJob r => new Command.ReportHostJob(
            JobOf(r),
            r.Outcome switch { "done" => HostOutcome.Done, "warning" => HostOutcome.DoneWithWarnings, _ => HostOutcome.Failed },
            r.Error is { } error ? new CloudPcError(error, "The agent says so.") : null) { IsFinal = r.Last },
        _ => TranslateFrontline(request),
    };

    // The open job that is called so, or one that was called so.
    private Guid JobOf(Request.ReportJob r)
    {
        for (int index = 0; index < Tenant.Fleet.CloudPcs.Count; index++)
        {
            if (Tenant.Fleet.CloudPcs[index]?.Job is { } job)
            {
                _jobs[(index + 1, Camel(job.Kind), job.Attempt, job.RequestedAt)] = job.Id;
            }
        }

        foreach (RetentionSnapshot kept in Tenant.Fleet.Retained.Values)
        {
            if (kept.Job is { } job)
            {
                _jobs[(NumberOf(kept.CloudPcId), Camel(job.Kind), job.Attempt, job.RequestedAt)] = job.Id;
            }
        }

        return _jobs.GetValueOrDefault((r.CloudPc, r.Kind, r.Attempt, r.Asked));
    }

    // What the simulator has to find so that the whole is of a health.
    private static ValueArray<HealthCheck> Checks(string health) =>
        health == "passed" ? [] : [new HealthCheck("endpoints", Enum.Parse<HealthCheckStatus>(health, ignoreCase: true), null, null)];

    private static ValueArray<DomainJoin> Joins(string[] connections, string region) => connections.Length == 0
        ? [new DomainJoin(DomainJoinType.AzureADJoin, null, region, null)]
        : connections.Select(connection => new DomainJoin(DomainJoinType.AzureADJoin, Id(connection), null, null)).ToValueArray();

    // The id of the restore point that comes by itself at a time, whether there is one or not.
    private Guid PointOf(int number, DateTimeOffset at) =>
        RestorePoints.Of(new CloudPc(IdOf(number), default, 0, 0, CloudPcStatus.Provisioned) { PointsSince = at.AddHours(-UserSetting.DefaultRestoreHours) }, UserSetting.DefaultRestoreHours, at)[0].Id;

    // The id of the Cloud PC with a number, whether there is one or not.
    private Guid IdOf(int number) => IdsByName.OfCloudPc(Tenant.Profile.Id, number - 1);

    private int NumberOf(Guid id) => Enumerable.Range(1, int.MaxValue - 1).First(number => IdOf(number) == id);

    private string PlanId(int plan) => Text(Tenant.Catalog.Plans[plan].Id);

    private static string When(DateTimeOffset time) =>
        time.UtcDateTime.ToString(time.UtcTicks % TimeSpan.TicksPerMinute == 0 ? "yyyy-MM-dd'T'HH:mm" : "yyyy-MM-dd'T'HH:mm:ss.fffffff", CultureInfo.InvariantCulture);

    private static string Camel<T>(T value)
        where T : struct, Enum
    {
        string name = value.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }
}
