using System.Globalization;
using Berth.Engine.CloudPcs;
using Berth.Engine.Licensing;

namespace Berth.Engine.Tests.Comparison;

/// <summary>
/// Turns a random request into one that hits: a removal of what is there, a member who can join or leave. A blind generator mostly learns
/// that nothing is found. The hit is an ordinary request; nothing in it depends on who aimed.
/// </summary>
public static class Aim
{
    // A SKU with more plans is a suite.
    private const int AddOnPlans = 3;

    /// <summary>The request aimed at a tenant, by a random number; some stay blind.</summary>
    public static Request At(Tenant tenant, Request request, int random) => random % 8 == 0 ? request : request switch
    {
        Request.AssignUser r => r with { Remove = r.Remove.Length == 0 ? [] : Held(tenant, r.User, r, random) },
        Request.AssignGroup r => r with { Remove = r.Remove.Length == 0 ? [] : Wanted(tenant, r.Group, r, random) },
        Request.RemoveMember r when Pick(Dependents(tenant), random) is { } pair && random % 3 == 1 => new Request.RemoveMember(pair.Split(' ')[0], pair.Split(' ')[1]),
        Request.RemoveMember r => Pick(Members(tenant, r.Group), random) is { } member ? r with { Member = member } : r,
        Request.RemoveMembers r => Members(tenant, r.Group).ToArray() is { Length: > 0 } there ? r with { Members = [.. there.Skip(random % there.Length).Take(3)] } : r,
        Request.Together r => r with { Parts = [.. r.Parts.Select((part, i) => At(tenant, part, random / (i + 1)))] },
        Request.AddMembers r when random % 50 == 1 => r with { Members = [.. r.Members, r.Group] },
        Request.AddMembers r => r with { Members = [.. r.Members.Select((member, i) => Pick(Strangers(tenant, r.Group), random / (i + 1)) ?? member)] },
        Request.CreateGroup r => r with { Members = [.. r.Members.Select((member, i) => Pick(Everybody(tenant), random / (i + 1)) ?? member)] },
        Request.ReprocessUser r => Pick(Worthwhile(tenant, random % 4), random) is { } user ? new Request.ReprocessUser(user) : r,
        Request.Restore r => Pick(DeletedIds(tenant), random) is { } item ? new Request.Restore(item) : r,
        Request.Purge r => Pick(DeletedIds(tenant), random) is { } item ? new Request.Purge(item) : r,
        Request.DeleteGroup r => Pick(Groups(tenant).Where(group => !group.IsDeleted && (group.Licenses.IsEmpty || random % 5 == 0)).Select(group => $"{group.Id}"), random)
            is { } group ? new Request.DeleteGroup(group) : r,
        Request.EndGrace r => Row(tenant, random, CloudPcStatus.InGracePeriod) is { } number ? new Request.EndGrace(number) : r,
        Request.Reprovision r => Row(tenant, random, CloudPcStatus.Provisioned, CloudPcStatus.Failed) is { } number ? r with { CloudPc = number } : r,
        Request.Resize r => Row(tenant, random, CloudPcStatus.Provisioned) is { } number ? r with { CloudPc = number } : r,
        Request.RenameCloudPc r => Row(tenant, random, CloudPcStatus.Provisioned, CloudPcStatus.InGracePeriod) is { } number ? r with { CloudPc = number } : r,
        Request.RestoreCloudPc r => Row(tenant, random, CloudPcStatus.Provisioned) is { } number
            ? r with { CloudPc = number, Point = Point(tenant.Fleet.CloudPcs[number - 1]!, random) } : r,
        Request.RestoreManual r => RowWith(tenant, random, row => row.ManualPointAt is not null && row.HasData) is { } number
            ? new Request.RestoreManual(number, tenant.Fleet.CloudPcs[number - 1]!.ManualPointAt!.Value) : r,
        Request.RestoreRetained r => Retained(tenant, random) ?? r,
        Request.SnapshotCloudPc r => Row(tenant, random, CloudPcStatus.Provisioned, CloudPcStatus.InGracePeriod) is { } number ? new Request.SnapshotCloudPc(number) : r,
        Request.RestartCloudPc r => Row(tenant, random, CloudPcStatus.Provisioned, CloudPcStatus.InGracePeriod) is { } number ? new Request.RestartCloudPc(number) : r,
        Request.ReportJob r => Asked(tenant, random) is var (number, job)
            ? r with { CloudPc = number, Kind = char.ToLowerInvariant($"{job.Kind}"[0]) + $"{job.Kind}"[1..], Attempt = job.Attempt, Asked = job.RequestedAt } : r,
        Request.SetReview r => (r.Restricted is null ? RowWith(tenant, random, row => row.Review is not null) : Row(tenant, random, CloudPcStatus.Provisioned, CloudPcStatus.InGracePeriod)) is { } number
            ? r with { CloudPc = number } : r,
        Request.SetAccountType r => Row(tenant, random, CloudPcStatus.Provisioned) is { } number ? r with { CloudPc = number } : r,
        Request.ApplyPolicy r => Applied(tenant, r, random),
        Request.ChangePolicy r => random % 2 == 0 && Pick(Makers(tenant), random) is { } maker ? r with { Policy = maker } : r,
        Request.ProvisionReserve r => Reserve(tenant, random, CloudPcStatus.NotProvisioned, CloudPcStatus.Failed) is { } number ? new Request.ProvisionReserve(number) : r,
        Request.DeprovisionReserve r => Reserve(tenant, random, CloudPcStatus.Provisioned, CloudPcStatus.Failed) is { } number ? new Request.DeprovisionReserve(number) : r,
        Request.StartSession r => Row(tenant, random, random % 3 == 0 ? [CloudPcStatus.Failed, CloudPcStatus.Deprovisioning, CloudPcStatus.ResizePendingLicense] : [CloudPcStatus.Provisioned, CloudPcStatus.InGracePeriod]) is { } number
            ? new Request.StartSession($"{tenant.Fleet.CloudPcs[number - 1]!.UserId}", number) : r,
        Request.EndSession r => Session(tenant, random) is { } number ? new Request.EndSession(number) : r,
        Request.DisconnectSession r => Session(tenant, random) is { } number ? new Request.DisconnectSession(number) : r,
        _ => request,
    };

    // Mostly one that an agent made, or that is counted.
    private static DateTimeOffset Point(CloudPc row, int random) =>
        row.Points is { Made: { Count: > 0 } made } ? made[random % made.Count] : row.PointsSince!.Value.AddHours(12 * (1 + (random % 3)));

    private static int? Reserve(Tenant tenant, int random, params CloudPcStatus[] statuses) =>
        RowWith(tenant, random, row => row.AllocatedAt is not null && statuses.Contains(row.Status));

    // The number of a Cloud PC with a session.
    private static int? Session(Tenant tenant, int random) =>
        Pick(tenant.Fleet.Sessions.Values.Select(session => $"{session.CloudPc + 1}"), random) is { } number ? int.Parse(number, CultureInfo.InvariantCulture) : null;

    // The number of a Cloud PC in one of some statuses.
    private static int? Row(Tenant tenant, int random, params CloudPcStatus[] statuses) => RowWith(tenant, random, row => statuses.Contains(row.Status));

    private static int? RowWith(Tenant tenant, int random, Func<CloudPc, bool> fits) => Numbers(tenant, fits) is { Length: > 0 } all ? all[random % all.Length] : null;

    private static int[] Numbers(Tenant tenant, Func<CloudPc, bool> fits) =>
        [.. Enumerable.Range(0, tenant.Fleet.CloudPcs.Count).Where(index => tenant.Fleet.CloudPcs[index] is { } row && fits(row)).Select(index => index + 1)];

    // A job that an agent has, and the number of the Cloud PC that it is about.
    private static (int CloudPc, HostJob Job)? Asked(Tenant tenant, int random)
    {
        (int CloudPc, HostJob Job)[] all =
        [
            .. Numbers(tenant, row => row.Job is { DueAt: null }).Select(number => (number, tenant.Fleet.CloudPcs[number - 1]!.Job!)),
            .. tenant.Fleet.Retained.Values.Where(kept => kept.Job is not null).Select(kept => (NumberOf(tenant, kept), kept.Job!)),
        ];
        return all.Length == 0 ? null : all[random % all.Length];
    }

    private static int NumberOf(Tenant tenant, RetentionSnapshot kept) =>
        Enumerable.Range(1, tenant.Fleet.CloudPcs.Count).First(number => IdsByName.OfCloudPc(tenant.Profile.Id, number - 1) == kept.CloudPcId);

    // Mostly for a Cloud PC of the same user and plan. When there is none yet, a step on the way: a subscription expires, or is paid again.
    private static Request? Retained(Tenant tenant, int random)
    {
        RetentionSnapshot[] all = [.. tenant.Fleet.Retained.Values];
        if (all.Length == 0)
        {
            return Pick(InUse(tenant), random) is { } used ? new Request.ChangeSubscription(used, null, "Suspended") : null;
        }

        if (random % 4 > 0 && Pick(Expired(tenant), random) is { } expired)
        {
            return new Request.ChangeSubscription(expired, null, "Enabled");
        }

        RetentionSnapshot kept = all[random % all.Length];
        int of = NumberOf(tenant, kept);
        int? number = random % 2 == 0 ? Row(tenant, random, CloudPcStatus.Provisioned)
            : RowWith(tenant, random, row => row.User == kept.User && row.Plan == kept.Plan && row.Status == CloudPcStatus.Provisioned);
        return number is { } found ? new Request.RestoreRetained(found, of) : null;
    }

    // A policy of which something differs, and as many Cloud PCs as it named, mostly of that policy.
    private static Request.ApplyPolicy Applied(Tenant tenant, Request.ApplyPolicy request, int random)
    {
        string aimed = Pick(Enumerable.Range(0, tenant.Fleet.CloudPcs.Count).Select(index => tenant.Fleet.CloudPcs[index])
            .Where(row => row is { Status: CloudPcStatus.Provisioned, Origin: not null } && tenant.Fleet.Policies.TryGetValue(row.Policy, out ProvisioningPolicy? maker)
                && PolicyDifference.Of(row, maker, tenant.Fleet.Connections) != default)
            .Select(row => $"{tenant.Fleet.Policies[row!.Policy].Id}"), random) ?? request.Policy;
        int policy = tenant.Fleet.FindPolicy(Guid.Parse(aimed));
        int[] all = Numbers(tenant, row => random % 5 == 0 || (row.Policy == policy && row.Status == CloudPcStatus.Provisioned));
        return request with { Policy = aimed, CloudPcs = all.Length == 0 ? request.CloudPcs : [.. request.CloudPcs.Select((_, i) => all[(random + i) % all.Length])] };
    }

    // Policies that made Cloud PCs.
    private static IEnumerable<string> Makers(Tenant tenant) => Enumerable.Range(0, tenant.Fleet.CloudPcs.Count).Select(index => tenant.Fleet.CloudPcs[index])
        .Where(row => row is { Status: CloudPcStatus.Provisioned } && tenant.Fleet.Policies.ContainsKey(row.Policy)).Select(row => $"{tenant.Fleet.Policies[row!.Policy].Id}");

    // Subscriptions by which Cloud PCs of which something is kept come back.
    private static IEnumerable<string> Expired(Tenant tenant) => tenant.Subscriptions.Where(one => one.Status == SubscriptionStatus.Suspended
        && tenant.Fleet.Retained.Values.Any(kept => tenant.Catalog.Skus[one.Sku].Plans.Contains(kept.Plan))).Select(one => $"{one.Id}");

    private static IEnumerable<string> InUse(Tenant tenant) => tenant.Subscriptions.Where(one => one.Status == SubscriptionStatus.Enabled
        && Numbers(tenant, row => row.Status == CloudPcStatus.Provisioned && tenant.Catalog.Skus[one.Sku].Plans.Contains(row.Plan)).Length > 0).Select(one => $"{one.Id}");

    // Mostly the direct licenses; sometimes what a group gives.
    private static string[] Held(Tenant tenant, string user, Request.AssignUser request, int random)
    {
        int index = tenant.FindUser(Guid.Parse(user));
        if (index < 0)
        {
            return request.Remove;
        }

        UserLicenses licenses = tenant.LicensesOf(index);
        IEnumerable<int> skus = random % 6 == 1 ? licenses.Held() : licenses.Direct.Items.Select(license => license.Sku);
        return Some(skus.Select(sku => $"{tenant.Catalog.Skus[sku].Id}").Except(request.Add.Select(add => add.Sku)), request.Remove.Length, random);
    }

    private static string[] Wanted(Tenant tenant, string group, Request.AssignGroup request, int random)
    {
        int index = tenant.FindGroup(Guid.Parse(group));
        return index < 0
            ? request.Remove
            : Some(
                tenant.Groups[index].Licenses.Items.Select(license => $"{tenant.Catalog.Skus[license.Sku].Id}").Except(request.Add.Select(add => add.Sku)),
                request.Remove.Length,
                random);
    }

    // Whose reprocess may come to something: users in error, users who are held first of all, users with a calling plan who may have moved.
    private static IEnumerable<string> Worthwhile(Tenant tenant, int what) => what switch
    {
        0 => tenant.Troubled.Select(pair => $"{pair.UserId}"),
        1 => tenant.Troubled.DistinctBy(pair => pair.User).Where(pair => IsHeld(tenant, pair)).Select(pair => $"{pair.UserId}"),
        2 => Everybody(tenant).Where(user => tenant.LicensesOf(tenant.FindUser(Guid.Parse(user))).Groups
            .Any(source => source.Applied.Items.Any(license => tenant.Catalog.Skus[license.Sku].PartNumber.StartsWith("MCOPSTN", StringComparison.Ordinal)))),
        _ => [],
    };

    // Group and member where the member has something directly that may need what the group gives.
    private static IEnumerable<string> Dependents(Tenant tenant) =>
        from user in Everybody(tenant)
        let licenses = tenant.LicensesOf(tenant.FindUser(Guid.Parse(user)))
        where licenses.Direct.Items.Any(license => tenant.Catalog.Skus[license.Sku].Plans.Count <= AddOnPlans)
        from source in licenses.Groups
        where source.Applied.Items.Any(license => tenant.Catalog.Skus[license.Sku].Plans.Count > AddOnPlans)
        select $"{tenant.Groups[source.Group].Id} {user}";

    private static bool IsHeld(Tenant tenant, WaitingPair pair) => tenant.LicensesOf(pair.User).Source(pair.Group) is { Applied.IsEmpty: false, Trouble: { } trouble }
        && trouble.Errors.Any(error => error.Error == LicenseError.DependencyViolation);

    private static IEnumerable<string> Members(Tenant tenant, string group)
    {
        int index = tenant.FindGroup(Guid.Parse(group));
        return index < 0 ? [] : tenant.Groups[index].Members.Select(user => $"{tenant.Users[user]!.Id}")
            .Concat(tenant.Groups[index].MemberGroups.Select(inner => $"{tenant.Groups[inner].Id}"));
    }

    private static IEnumerable<string> Strangers(Tenant tenant, string group) => Everybody(tenant).Except(Members(tenant, group));

    private static IEnumerable<string> Everybody(Tenant tenant)
    {
        for (int user = 0; user < tenant.Users.Count; user++)
        {
            if (tenant.Users[user] is { } there)
            {
                yield return $"{there.Id}";
            }
        }
    }

    private static IEnumerable<string> DeletedIds(Tenant tenant) =>
        tenant.Deleted.Users.Values.Select(item => $"{item.User.Id}").Concat(tenant.Deleted.Groups.Values.Select(item => $"{item.Id}"));

    private static IEnumerable<Group> Groups(Tenant tenant) => Enumerable.Range(0, tenant.Groups.Count).Select(index => tenant.Groups[index]);

    private static string? Pick(IEnumerable<string> values, int random)
    {
        string[] all = [.. values];
        return all.Length == 0 ? null : all[random % all.Length];
    }

    private static string[] Some(IEnumerable<string> values, int count, int random)
    {
        string[] all = [.. values];
        return [.. all.Select((_, i) => all[(i + random) % all.Length]).Take(count)];
    }
}
