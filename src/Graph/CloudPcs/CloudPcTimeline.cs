using System.Globalization;
using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Directory;

namespace Berth.Graph.CloudPcs;

/// <summary>What a step was about.</summary>
/// <param name="Id">The id.</param>
/// <param name="Type"><c>group</c>, <c>user</c>, <c>policy</c>, <c>sku</c>; null for what is not there any more.</param>
/// <param name="DisplayName">Its name today.</param>
internal readonly record struct TimelineSubject(Guid Id, string? Type, string? DisplayName);

/// <summary>A step in the life of a Cloud PC, for people.</summary>
/// <param name="At">When, by the tenant's clock.</param>
/// <param name="Status">Where it stood from then on; <c>gone</c> at the end.</param>
/// <param name="Reason">Why, as a word.</param>
/// <param name="Text">The same as a sentence.</param>
/// <param name="By">Who.</param>
/// <param name="About">What it was about, where one is known.</param>
internal sealed record TimelineEntry(DateTimeOffset At, string Status, string Reason, string Text, Actor By, TimelineSubject? About);

/// <summary>The story of a Cloud PC as the journal knows it: each change of it has its reason, and the entry of the journal tells who (B365).</summary>
internal static class CloudPcTimeline
{
    /// <summary>What a change of a Cloud PC means.</summary>
    /// <param name="tenant">The tenant today, for names.</param>
    /// <param name="happened">The entry of the journal.</param>
    /// <param name="set">The change.</param>
    public static TimelineEntry Of(Tenant tenant, TenantEvent happened, Change.CloudPcSet set)
    {
        CloudPc row = set.CloudPc;
        Actor by = Doer(happened, set.Step);
        string text = set.Step.Reason == CloudPcReason.PointFailed
            ? $"A restore point was not made at {Time(set.Step.At)}: {row.Points?.Trouble?.Message ?? "the host is not an agent any more."}{(row.Points?.NextAt is { } next ? $" The next is due at {Time(next)}." : "")}"
            : set.Step.Reason == CloudPcReason.ActionAsked
            ? $"{by.DisplayName} asked for {ActionOf(happened, row)}. {Status(tenant, row, set.Step)}."
            : $"{Status(tenant, row, set.Step)}{Because(tenant, happened, row, set.Step, by)}.";
        return new TimelineEntry(set.Step.At, row.Status.ToName(), NameOf(set.Step.Reason), text, by, SubjectOf(tenant, set.Step.About));
    }

    /// <summary>What it means that a Cloud PC came.</summary>
    /// <param name="tenant">The tenant today, for names.</param>
    /// <param name="happened">The entry of the journal.</param>
    /// <param name="came">The change.</param>
    /// <param name="id">Which of those that came.</param>
    public static TimelineEntry Of(Tenant tenant, TenantEvent happened, Change.CloudPcsCame came, Guid id)
    {
        int index = IdsByName.CloudPcIndex(id);
        CloudPc row = new(id, Guid.Empty, came.Users[came.Indexes.Span.BinarySearch(index)], came.Plan, came.Status) { Policy = came.Policy };
        return Of(tenant, happened, new Change.CloudPcSet(index, row, came.Step));
    }

    /// <summary>What the end of a Cloud PC means.</summary>
    /// <param name="tenant">The tenant today, for names.</param>
    /// <param name="happened">The entry of the journal.</param>
    /// <param name="gone">The change.</param>
    public static TimelineEntry Of(Tenant tenant, TenantEvent happened, Change.CloudPcGone gone)
    {
        Actor by = Doer(happened, gone.Step);
        return new TimelineEntry(
            gone.Step.At,
            "gone",
            NameOf(gone.Step.Reason),
            $"Gone since {Time(gone.Step.At)}{Because(tenant, happened, null, gone.Step, by)}.",
            by,
            SubjectOf(tenant, gone.Step.About));
    }

    /// <summary>Whether a step belongs to the story: restore points that come at their times do not, those that do not come do (B381).</summary>
    public static bool Tells(CloudPcReason reason) => reason is not (CloudPcReason.PointAsked or CloudPcReason.PointMade);

    /// <summary>A reason as a word: <c>licenseLost</c>.</summary>
    public static string NameOf(CloudPcReason reason)
    {
        string name = reason.ToString();
        return $"{char.ToLowerInvariant(name[0])}{name[1..]}";
    }

    // What time has done before a command lies in its entry, too, and is nobody's doing.
    private static Actor Doer(TenantEvent happened, CloudPcStep step) =>
        step.At < happened.At || happened.Kind == nameof(Command.RunDue) || step.Reason is CloudPcReason.ScheduleCame or CloudPcReason.GraceOver or CloudPcReason.ResizeWindowOver or CloudPcReason.CleanedUp or CloudPcReason.ReserveUsedUp
            || (step.Reason == CloudPcReason.PolicyReprovisioned && happened.Kind != nameof(Command.ReprovisionPolicy))
            || (step.Reason is CloudPcReason.HostDone or CloudPcReason.HostFailed or CloudPcReason.PointFailed && happened.Kind != nameof(Command.ReportHostJob))
            ? Actor.Berth
            : happened.Actor;

    private static string Status(Tenant tenant, CloudPc row, CloudPcStep step)
    {
        string since = Time(step.At);
        return row.Status switch
        {
            CloudPcStatus.NotProvisioned when row.AllocatedAt is { } allocated => $"Without a machine since {since}, with a Reserve license since {Time(allocated)}",
            CloudPcStatus.NotProvisioned => $"Not provisioned since {since}",
            CloudPcStatus.PendingProvision => $"Waiting for a free license of {Plan(tenant, row.Plan)} since {since}",
            CloudPcStatus.Provisioning => row.Job is { Attempt: > 1 } job ? $"Being made since {since}, attempt {job.Attempt} of {HostJob.MostAttempts}" : $"Being made since {since}",
            CloudPcStatus.Provisioned => $"Ready to use since {since}",
            CloudPcStatus.ProvisionedWithWarnings => $"Ready to use since {since}, with a warning: {row.Error?.Message}",
            CloudPcStatus.Failed => $"Failed at {since}: {row.Error?.Message}{(row.GoesAt is { } end ? $" It goes at {Time(end)}" : "")}",
            CloudPcStatus.InGracePeriod => $"In grace since {since} until {(row.GraceEndsAt is { } end ? Time(end) : "it is ended")}",
            CloudPcStatus.Deprovisioning => $"Being taken down with its data since {since}",
            CloudPcStatus.Resizing => $"Getting another size since {since}",
            CloudPcStatus.ResizePendingLicense => $"Waiting since {since} for a group to give {(row.ResizeTo is { } plan ? Plan(tenant, plan) : "the other license")}"
                + (row.ResizeEndsAt is { } end ? $", until {Time(end)}" : ""),
            CloudPcStatus.Restoring => $"Being put back to a restore point since {since}",
            CloudPcStatus.MovingRegion => $"Moving to another region since {since}",
            CloudPcStatus.ModifyingSingleSignOn => $"Switching single sign-on since {since}",
        };
    }

    private static string Because(Tenant tenant, TenantEvent happened, CloudPc? row, CloudPcStep step, Actor by)
    {
        string deed = by.Kind == ActorKind.Berth ? "" : $": {by.DisplayName} {Deed(tenant, happened)}";
        string about = SubjectOf(tenant, step.About) is { DisplayName: { } name, Type: { } type } ? $" ({type} {name})" : "";

        // The group that gave the license says more than the policy of the Cloud PC.
        string license = SubjectOf(tenant, step.About) is { Type: "group" or "sku" } ? about : "";
        return step.Reason switch
        {
            CloudPcReason.ConditionsMet when row is { Assignment: not null } => $" because a license of {Plan(tenant, row.Plan)} is free{(PolicyName(tenant, row) is { } maker ? $" for the policy {maker}" : "")}{deed}",
            CloudPcReason.ConditionsMet => $" because the user is licensed{(row is null ? "" : $" for {Plan(tenant, row.Plan)}")}{(PolicyName(tenant, row) is { } policy ? $" and covered by the policy {policy}" : "")}{deed}",
            CloudPcReason.NoPolicy => $" because no provisioning policy covers the user{deed}",
            CloudPcReason.NoSlot => $" because all licenses are taken{deed}",
            CloudPcReason.HostDone => " because the host has finished",
            CloudPcReason.HostFailed => " because the host failed",
            CloudPcReason.ReserveAllocated => $" because a policy allocated a Reserve license{about}{deed}",
            CloudPcReason.LicenseLost => $" because the license is gone{license}{deed}",
            CloudPcReason.LeftPolicyGroup => $" because the user left the group of its policy{about}{deed}",
            CloudPcReason.PolicyUnassigned => $" because its policy is not assigned to the user's group any more{about}{deed}",
            CloudPcReason.UserDeleted => $" because the user was deleted{deed}",
            CloudPcReason.RightRestored => $" because what was missing came back{about}{deed}",
            CloudPcReason.GraceOver => " because the grace period is over",
            CloudPcReason.GraceEnded => $" because the grace period was ended{deed}",
            CloudPcReason.SubscriptionOver => $" because the subscription is not usable any more{about}{deed}",
            CloudPcReason.ActionAsked => $" because of {ActionOf(happened, row)}",
            CloudPcReason.ResizeWindowOver => " because 48 hours went by without the other license",
            CloudPcReason.ResizeLicenseFound => $" because the other license is there{about}{deed}",
            CloudPcReason.CleanedUp => " because what had failed was cleaned up",
            CloudPcReason.ReserveUsedUp => " because the days of the Reserve license are used up",
            CloudPcReason.AssignmentChanged => $" and counts for another assignment of its policy{about}{deed}",
            CloudPcReason.AllotmentLowered => $" because fewer Cloud PCs are allotted to its assignment{about}{deed}",
            CloudPcReason.AssignmentRemoved => $" because its assignment is gone{about}{deed}",
            CloudPcReason.HostChanged => $" because another host has the machines{deed}",
            CloudPcReason.PolicyReprovisioned => $" because all Cloud PCs of its policy are made anew{about}{deed}",
            CloudPcReason.ScheduleCame => $" because the schedule of its policy makes all its Cloud PCs anew{about}",
            CloudPcReason.PointAsked => " because it is time for a restore point",
            CloudPcReason.PointMade => " because the host has made a restore point",
            CloudPcReason.PointFailed => " because the host has not made a restore point",
        };
    }

    // What a command did, in the words of somebody who tells it, with the name of what it did it to where its entry says that.
    private static string Deed(Tenant tenant, TenantEvent happened) => happened.Kind switch
    {
        nameof(Command.AssignUserLicenses) => "changed the user's licenses",
        nameof(Command.AssignGroupLicenses) => $"changed the licenses of {GroupOf<Change.GroupLicensesSet>(tenant, happened, static change => change.Group)}",
        nameof(Command.AddMembers) => $"added members to {GroupOf<Change.MembersAdded>(tenant, happened, static change => change.Group)}",
        nameof(Command.RemoveMember) => $"removed a member from {GroupOf<Change.MembersRemoved>(tenant, happened, static change => change.Group)}",
        nameof(Command.UpdateUser) => "changed the user's properties",
        nameof(Command.UpdateGroup) => $"changed {GroupOf<Change.GroupSet>(tenant, happened, static change => change.Group)}",
        nameof(Command.DeleteGroup) => "deleted a group",
        nameof(Command.DeleteUser) => "deleted the user",
        nameof(Command.RestoreDeletedItem) => "restored a deleted item",
        nameof(Command.PurgeDeletedItem) => "deleted the user for good",
        nameof(Command.CreateSubscription) => "bought licenses",
        nameof(Command.UpdateSubscription) => "changed a subscription",
        nameof(Command.AssignPolicy) => happened.Changes.OfType<Change.PolicySet>().FirstOrDefault() is { } set
            ? $"changed whom the policy {set.Policy.DisplayName} is assigned to"
            : "changed whom a policy is assigned to",
        nameof(Command.ReprovisionPolicy) => "had all Cloud PCs of a policy made anew",
        nameof(Command.EndGracePeriod) => "ended a grace period",
        nameof(Command.ReprocessUser) or nameof(Command.ReprocessGroup) => "had licenses processed again",
        nameof(Command.StartBulkAction) => "began a bulk action",
        nameof(Command.ApplyChanges) => "applied planned changes",
        _ => $"asked for {happened.Kind}",
    };

    private static string GroupOf<TChange>(Tenant tenant, TenantEvent happened, Func<TChange, int> group)
        where TChange : Change => happened.Changes.OfType<TChange>().FirstOrDefault() is { } change ? $"the group {tenant.Groups[group(change)].Profile.DisplayName}" : "a group";

    private static string ActionOf(TenantEvent happened, CloudPc? row) => happened.Kind switch
    {
        nameof(Command.RenameCloudPc) => $"the name {row?.DisplayName}",
        nameof(Command.ChangeUserAccountType) => row?.IsAdministrator == true ? "administrator rights for the user" : "no administrator rights for the user",
        nameof(Command.SetReviewStatus) => row?.Review is not { } review ? "the end of its review" : review.IsRestricted ? "a review that keeps its user out" : "a review",
        _ => row?.Actions.Count > 0 ? row.Actions[0].Name : "an action",
    };

    private static string? PolicyName(Tenant tenant, CloudPc? row) =>
        row is null || row.Policy < 0 ? null : tenant.Fleet.Policies.TryGetValue(row.Policy, out ProvisioningPolicy? policy) ? policy.DisplayName : "that is gone by now";

    private static string Plan(Tenant tenant, int plan) => tenant.Catalog.CloudPcPlanOf(plan) is { } known ? known.DisplayName : tenant.Catalog.Plans[plan].Name;

    private static TimelineSubject? SubjectOf(Tenant tenant, Guid? about)
    {
        if (about is not { } id)
        {
            return null;
        }

        if (tenant.FindGroup(id) is >= 0 and int group)
        {
            return new TimelineSubject(id, "group", tenant.Groups[group].Profile.DisplayName);
        }

        if (tenant.TryGetUser(tenant.FindUser(id), out User? user))
        {
            return new TimelineSubject(id, "user", user.UserPrincipalName);
        }

        if (tenant.Fleet.FindPolicy(id) is >= 0 and int policy)
        {
            return new TimelineSubject(id, "policy", tenant.Fleet.Policies[policy].DisplayName);
        }

        return tenant.Catalog.TryGetSku(id, out Sku? sku) ? new TimelineSubject(id, "sku", sku.PartNumber) : new TimelineSubject(id, null, null);
    }

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
