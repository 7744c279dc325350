using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Licensing;

namespace Berth.Engine;

/// <content>What somebody asks of Cloud PCs (C42, C55 to C73).</content>
internal sealed partial class Decider
{
    private readonly Lifecycle _machines;

    private Refusal? ApplyPolicy(Command.ApplyPolicy apply)
    {
        int policy = _draft.Fleet.FindPolicy(apply.PolicyId);
        if (policy < 0)
        {
            return new Refusal(RefusalCode.PolicyNotFound) { Subject = apply.PolicyId };
        }

        List<(int Index, CloudPc Row)> rows = [];
        foreach (Guid id in apply.CloudPcIds.Distinct())
        {
            if (FindCloudPc(id, out int index, out CloudPc row) is { } missing)
            {
                return missing;
            }

            if (row.Policy != policy)
            {
                return new Refusal(RefusalCode.OperationNotSupported) { Subject = id, Detail = "it was not made by this provisioning policy." };
            }

            if (Unsettled(row, "Only a provisioned Cloud PC takes over settings: wait until it is.") is { } unsettled)
            {
                return unsettled;
            }

            rows.Add((index, row));
        }

        if (apply.CloudPcIds.Count == 0)
        {
            rows.AddRange(_draft.Fleet.All().Where(one => one.Row.Policy == policy && IsSettled(one.Row) && !one.Row.IsBusy));
        }

        foreach ((int index, CloudPc row) in rows)
        {
            _machines.TakeOver(index, row, apply.Settings, apply.PolicyId);
        }

        return null;
    }

    // B406: all of them, or none.
    private Refusal? RetryPolicy(Command.RetryPolicy retry)
    {
        if (FindPolicy(retry.PolicyId, out _, out ProvisioningPolicy policy) is { } missing)
        {
            return missing;
        }

        if (policy.ProvisioningType != ProvisioningType.SharedByEntraGroup)
        {
            return new Refusal(RefusalCode.OperationNotSupported)
            {
                Subject = policy.Id,
                Name = "Provisioning policy",
                Detail = "only Cloud PCs of a policy of the type sharedByEntraGroup are retried together: reprovision the others one by one (C55).",
            };
        }

        int[] failed =
        [
            .. policy.Assignments.SelectMany(assignment => _draft.Fleet.PoolOf(assignment.Key ?? default))
                .Where(index => _draft.Fleet.CloudPc(index) is { Status: CloudPcStatus.Failed, Job: null }).Order(),
        ];
        if (failed.Select(index => Paused(_draft.Fleet.CloudPc(index)!)).FirstOrDefault(one => one is not null) is { } paused)
        {
            return paused;
        }

        foreach (int index in failed)
        {
            CloudPc begun = _machines.Begun(_draft.Fleet.CloudPc(index)!, Lifecycle.NameOf(HostJobKind.Reprovision));
            _machines.StartProvision(index, begun, HostJobKind.Reprovision, CloudPcReason.ActionAsked);
        }

        return null;
    }

    // C118, B407.
    private Refusal? Paused(CloudPc row) =>
        row.Assignment is { } assignment && _draft.Fleet.FindAssignment(assignment) is { Assignment.IsReprovisionPaused: true }
            ? Conflict(row, "the licenses of its assignment expired once: remove the assignment and add it again, then its Cloud PCs can be made anew (C118).")
            : null;

    private Refusal? EndGracePeriod(Command.EndGracePeriod end)
    {
        if (FindCloudPc(end.CloudPcId, out int index, out CloudPc row) is { } missing)
        {
            return missing;
        }

        if (row.Status != CloudPcStatus.InGracePeriod)
        {
            return Conflict(row, "only a grace period that runs can be ended.");
        }

        _machines.Deprovision(index, CloudPcReason.GraceEnded);
        return null;
    }

    private Refusal? Reprovision(Command.Reprovision again)
    {
        if (FindCloudPc(again.CloudPcId, out int index, out CloudPc row) is { } missing)
        {
            return missing;
        }

        if (again.IsSelfService && Unserved(row, static setting => setting.Reset, "resetEnabled") is { } unserved)
        {
            return unserved;
        }

        bool fits = IsSettled(row) || (row.Status == CloudPcStatus.Failed && row.GoesAt is null);
        if (!fits || row.IsBusy)
        {
            return Conflict(row, "only a Cloud PC that is provisioned or failed, whose user has the license and the policy, can be reprovisioned (C55).");
        }

        if (Paused(row) is { } paused)
        {
            return paused;
        }

        CloudPc begun = _machines.Begun(row, Lifecycle.NameOf(HostJobKind.Reprovision));
        _machines.StartProvision(index, begun, HostJobKind.Reprovision, CloudPcReason.ActionAsked, again.IsAdministrator ?? false);
        return null;
    }

    private Refusal? RenameCloudPc(Command.RenameCloudPc rename)
    {
        if (FindCloudPc(rename.CloudPcId, out int index, out CloudPc row) is { } missing)
        {
            return missing;
        }

        if (rename.DisplayName.Length is 0 or > CloudPc.LongestDisplayName)
        {
            return Invalid("displayName", $"The display name of a Cloud PC has 1 to {CloudPc.LongestDisplayName} characters.");
        }

        if (rename.DisplayName != row.DisplayName)
        {
            _machines.Put(index, row with { DisplayName = rename.DisplayName }, CloudPcReason.ActionAsked);
        }

        return null;
    }

    // B275 to B277.
    private Refusal? ResizeCloudPc(Command.ResizeCloudPc resize)
    {
        if (FindCloudPc(resize.CloudPcId, out int index, out CloudPc row) is { } missing)
        {
            return missing;
        }

        ResizeFacts facts = new(
            _draft.Catalog,
            _draft.Subscriptions,
            _draft.Licenses,
            user => _draft.Fleet.OfUser(user).Select(one => _draft.Fleet.CloudPc(one)!),
            _draft.Fleet.SlotsUsed,
            _draft.Seats.Free,
            _tenant.Owns);
        CloudPc begun = _machines.Begun(row, Lifecycle.NameOf(HostJobKind.Resize));
        switch (ResizeCheck.Of(facts, row, resize.TargetPlanId))
        {
            case ResizeWay.Refused refused:
                return refused.Refusal;
            case ResizeWay.ByGroup way:
                _machines.Put(
                    index,
                    begun with { Status = CloudPcStatus.ResizePendingLicense, ResizeTo = way.Target, ResizeEndsAt = _machines.Now + Lifecycle.ResizeWindow },
                    CloudPcReason.ActionAsked,
                    resize.TargetPlanId);
                return null;
            case ResizeWay.Direct way:
                return SwitchDirectly(index, begun, way);
            case var way:
                throw new InvalidOperationException($"A resize goes one of three ways, not {way}.");
        }
    }

    // The service itself takes the one license away and gives the other (C63).
    private Refusal? SwitchDirectly(int index, CloudPc row, ResizeWay.Direct way)
    {
        UserLicenses licenses = _draft.Licenses(row.User);
        LicenseRequest give = new(_draft.Catalog.Skus[way.Add].Id, []);
        (LicenseSet? direct, Refusal? refusal) = DirectCall.OnUser(
            _tenant, _draft.User(row.User)!, licenses, [give], way.Remove.Select(sku => _draft.Catalog.Skus[sku].Id).ToValueArray());
        if (refusal is not null)
        {
            return refusal;
        }

        _draft.SetLicenses(row.User, licenses.WithDirect(direct!, _now));
        _processing.Disturb(row.User);
        _machines.StartResize(index, row, way.Target, CloudPcReason.ActionAsked);
        return null;
    }

    private Refusal? RestoreCloudPc(Command.RestoreCloudPc restore)
    {
        if (FindCloudPc(restore.CloudPcId, out int index, out CloudPc row) is { } missing)
        {
            return missing;
        }

        if (restore.IsSelfService && Unserved(row, static setting => setting.UserRestore, "userRestoreEnabled") is { } unserved)
        {
            return unserved;
        }

        if (Unsettled(row, "only a provisioned Cloud PC can be restored.") is { } unsettled)
        {
            return unsettled;
        }

        DateTimeOffset to;
        if (_draft.Fleet.Retained.TryGetValue(restore.SnapshotId, out RetentionSnapshot? kept) && kept.Job is null)
        {
            to = kept.CreatedAt;
            if (kept.User != row.User || kept.Plan != row.Plan)
            {
                return new Refusal(RefusalCode.OperationNotSupported)
                {
                    Subject = row.Id,
                    Detail = "the snapshot is that of another user's Cloud PC, or of another service plan (C54).",
                };
            }

            if (!string.Equals(kept.RegionName, row.Origin?.RegionName, StringComparison.OrdinalIgnoreCase))
            {
                return new Refusal(RefusalCode.OperationNotSupported)
                {
                    Subject = row.Id,
                    Detail = $"the snapshot lies in region {kept.RegionName}, the Cloud PC in {row.Origin?.RegionName}; it can be restored in the same region only (C54).",
                };
            }
        }
        else if (RestorePoints.Find(row, _machines.HoursOf(row), restore.SnapshotId, _now) is { } point)
        {
            to = point.At;
        }
        else
        {
            return new Refusal(RefusalCode.SnapshotNotFound) { Subject = restore.SnapshotId };
        }

        Ask(index, row with { RestoresTo = to }, HostJobKind.Restore, CloudPcStatus.Restoring, $"{restore.SnapshotId}");
        return null;
    }

    private Refusal? SnapshotCloudPc(Command.SnapshotCloudPc snapshot) => AskUsable(snapshot.CloudPcId, HostJobKind.Snapshot);

    private Refusal? RestartCloudPc(Command.RestartCloudPc restart) => AskUsable(restart.CloudPcId, HostJobKind.Restart);

    private Refusal? TroubleshootCloudPc(Command.TroubleshootCloudPc look) => AskUsable(look.CloudPcId, HostJobKind.Troubleshoot);

    // B282.
    private Refusal? ProvisionReserve(Command.ProvisionReserve provision)
    {
        if (FindReserve(provision.CloudPcId, out int index, out CloudPc row) is { } missing)
        {
            return missing;
        }

        if (row.Status != CloudPcStatus.NotProvisioned && row.Status != CloudPcStatus.Failed)
        {
            return Conflict(row, "only a license without a machine can be provisioned.");
        }

        if (_now < row.AllocatedAt + Lifecycle.ReserveWait)
        {
            return Conflict(row, $"a Reserve license can be used 7 days after it was allocated, from {row.AllocatedAt + Lifecycle.ReserveWait:O} on (C133).");
        }

        if (_machines.ReserveLeft(row) <= TimeSpan.Zero)
        {
            return Conflict(row, "the 10 days of this license year are used up (C132).");
        }

        HostJobKind kind = Lifecycle.FirstJob(row);
        _machines.StartProvision(index, _machines.Begun(row, Lifecycle.NameOf(kind)), kind, CloudPcReason.ActionAsked);
        return null;
    }

    private Refusal? DeprovisionReserve(Command.DeprovisionReserve deprovision)
    {
        if (FindReserve(deprovision.CloudPcId, out int index, out CloudPc row) is { } missing)
        {
            return missing;
        }

        if (!IsSettled(row) && row.Status != CloudPcStatus.Failed)
        {
            return Conflict(row, "only a Cloud PC that is provisioned or failed can be deprovisioned.");
        }

        _machines.Deprovision(index, CloudPcReason.ActionAsked);
        return null;
    }

    private Refusal? FindReserve(Guid id, out int index, out CloudPc row) =>
        FindCloudPc(id, out index, out row) ?? (row.AllocatedAt is null
            ? new Refusal(RefusalCode.OperationNotSupported) { Subject = id, Detail = "it has no license of Windows 365 Reserve." }
            : null);

    private Refusal? ChangeUserAccountType(Command.ChangeUserAccountType change)
    {
        if (FindCloudPc(change.CloudPcId, out int index, out CloudPc row) is { } missing)
        {
            return missing;
        }

        if (Unsettled(row, "only the user of a provisioned Cloud PC gets another account type.") is { } unsettled)
        {
            return unsettled;
        }

        if (row.IsAdministrator != change.IsAdministrator || row.Use is { IsAdministrator: true })
        {
            // Whoever comes back to a session does not get back what was taken away (B370, B380).
            if (_draft.Fleet.SessionOn(index) is { IsAdministrator: true } session)
            {
                _draft.Record(new Change.SessionSet(session with { IsAdministrator = false }));
            }

            _machines.Put(
                index,
                row with { IsAdministrator = change.IsAdministrator, Use = row.Use is { } use ? use with { IsAdministrator = false } : null },
                CloudPcReason.ActionAsked);
        }

        return null;
    }

    // B373.
    private Refusal? SetReviewStatus(Command.SetReviewStatus set)
    {
        if (FindCloudPc(set.CloudPcId, out int index, out CloudPc row) is { } missing)
        {
            return missing;
        }

        CloudPcReview? review = set.Review is { } wanted ? wanted with { StartedAt = row.Review?.StartedAt ?? _now } : null;
        if (review is not null && !row.IsUsable)
        {
            return Conflict(row, "only a Cloud PC that can be used is placed under review.");
        }

        if (review?.StorageAccountId is { } account && (account.Length > CloudPcReview.LongestAccountId || !AzureResource.IsStorageAccount(account)))
        {
            return Invalid(
                "azureStorageAccountId",
                $"It is the resource id of a storage account, of at most {CloudPcReview.LongestAccountId} characters: /subscriptions/{{}}/resourceGroups/{{}}/providers/Microsoft.Storage/storageAccounts/{{}}.");
        }

        if (review?.StorageContainerName is { Length: 0 or > CloudPcReview.LongestContainerName })
        {
            return Invalid("azureStorageContainerName", $"It has 1 to {CloudPcReview.LongestContainerName} characters.");
        }

        if (review != row.Review)
        {
            _machines.Put(index, row with { Review = review }, CloudPcReason.ActionAsked);
        }

        return null;
    }

    private Refusal? UpdateOrganizationSettings(Command.UpdateOrganizationSettings update)
    {
        OrganizationSettings before = _draft.Fleet.Organization;
        OrganizationSettings after = update.Basis is { } seen ? Rebase.Onto(before, seen, update.Settings) : update.Settings;
        if (!PolicyChecks.IsLanguage(after.Locale))
        {
            return Invalid("windowsSettings/language", $"'{after.Locale}' is no language tag such as en-US (B343).");
        }

        if (after != before)
        {
            _draft.Record(new Change.OrganizationSettingsSet(after));
        }

        return null;
    }

    private Refusal? StartBulkAction(Command.StartBulkAction start)
    {
        if (start.Actions.Count is 0 or > Command.StartBulkAction.MostCloudPcs)
        {
            return Invalid("cloudPcIds", $"A bulk action names 1 to {Command.StartBulkAction.MostCloudPcs} Cloud PCs (C182).");
        }

        if (_draft.Fleet.BulkActions.ContainsKey(start.Id))
        {
            return new Refusal(RefusalCode.IdTaken) { Subject = start.Id };
        }

        BulkAction? oldest = null;
        if (_draft.Fleet.BulkActions.Count >= BulkAction.Most)
        {
            oldest = _draft.Fleet.BulkActions.Values.OrderBy(one => (one.CreatedAt, one.Id)).FirstOrDefault(one => !IsRunning(one));
            if (oldest is null)
            {
                return new Refusal(RefusalCode.TooManyObjects) { Name = "bulk actions that are not done", Detail = $"{BulkAction.Most}" };
            }
        }

        List<BulkItem> items = [];
        HashSet<Guid> seen = [];
        foreach (Command one in start.Actions)
        {
            Guid id = one switch
            {
                Command.Reprovision action => action.CloudPcId,
                Command.ResizeCloudPc action => action.CloudPcId,
                Command.RestoreCloudPc action => action.CloudPcId,
                Command.RestartCloudPc action => action.CloudPcId,
                Command.TroubleshootCloudPc action => action.CloudPcId,
                Command.SnapshotCloudPc action => action.CloudPcId,
                Command.EndGracePeriod action => action.CloudPcId,
                Command.PowerOnCloudPc action => action.CloudPcId,
                Command.PowerOffCloudPc action => action.CloudPcId,
                Command.SetReviewStatus action => action.CloudPcId,
                _ => throw new InvalidOperationException($"{one.GetType().Name} is no action for many Cloud PCs."),
            };
            if (seen.Add(id))
            {
                string? refused = CarryInFleet(one)?.Code.ToString();
                items.Add(new BulkItem(id, refused is null ? null : char.ToLowerInvariant(refused[0]) + refused[1..]));
            }
        }

        if (oldest is not null)
        {
            _draft.Record(new Change.BulkActionGone(oldest.Id));
        }

        _draft.Record(new Change.BulkActionSet(new BulkAction(start.Id, start.DisplayName, start.Kind, _now, start.StartedBy, items.ToValueArray())));
        return null;
    }

    // B374: as far as one of its Cloud PCs remembers.
    private bool IsRunning(BulkAction action)
    {
        foreach (BulkItem item in action.Items.Span)
        {
            if (item.Refusal is null && _draft.Fleet.FindCloudPc(item.CloudPcId) is >= 0 and int index
                && _draft.Fleet.CloudPc(index)!.Actions.Any(one => one.StartedAt == action.CreatedAt && one.State is RemoteActionState.Pending or RemoteActionState.Active))
            {
                return true;
            }
        }

        return false;
    }

    private Refusal? ReportHostJob(Command.ReportHostJob report)
    {
        if (_draft.Fleet.FindJob(report.JobId) is >= 0 and int index && _draft.Fleet.CloudPc(index) is { Job: { DueAt: null } job })
        {
            _machines.Finish(index, job, new HostReport(report.Outcome, report.Error) { IsFinal = report.IsFinal });
            return null;
        }

        return Checks.Report(report, _now) || _machines.ReportRetained(report.JobId, report.Outcome == HostOutcome.Failed)
            ? null
            : new Refusal(RefusalCode.HostJobClosed) { Subject = report.JobId };
    }

    private Refusal? FindCloudPc(Guid id, out int index, out CloudPc row)
    {
        index = _draft.Fleet.FindCloudPc(id);
        row = index < 0 ? null! : _draft.Fleet.CloudPc(index)!;
        return index < 0 ? new Refusal(RefusalCode.CloudPcNotFound) { Subject = id } : null;
    }

    // B372: what a user may do alone is a matter of their setting, and nothing while somebody looks into the Cloud PC.
    private Refusal? Unserved(CloudPc row, Func<UserSetting, bool> allows, string property) =>
        row.Review is { IsRestricted: true } ? new Refusal(RefusalCode.SelfServiceNotAllowed) { Subject = row.Id, Detail = "it is under review and its user is kept out (B373)." }
        : SettingOf(row.User) is not { } setting ? new Refusal(RefusalCode.SelfServiceNotAllowed) { Subject = row.Id, Detail = $"no user setting with {property} is assigned to a group of the user." }
        : allows(setting) ? null
        : new Refusal(RefusalCode.SelfServiceNotAllowed) { Subject = row.Id, Detail = $"the user setting '{setting.DisplayName}', which holds for the user, does not have {property}." };

    private static bool IsSettled(CloudPc row) => row.Status is CloudPcStatus.Provisioned or CloudPcStatus.ProvisionedWithWarnings;

    private static Refusal? Unsettled(CloudPc row, string detail) => IsSettled(row) && !row.IsBusy ? null : Conflict(row, detail);

    private static Refusal Conflict(CloudPc row, string detail) =>
        new(RefusalCode.OperationConflict) { Subject = row.Id, Name = row.Status.ToName(), Detail = detail };

    private Refusal? AskUsable(Guid id, HostJobKind kind)
    {
        if (FindCloudPc(id, out int index, out CloudPc row) is { } missing)
        {
            return missing;
        }

        if (!row.IsUsable || row.IsBusy)
        {
            return Conflict(row, "the action needs a Cloud PC that can be used and on which nothing else runs.");
        }

        Ask(index, row, kind, row.Status, null);
        return null;
    }

    private void Ask(int index, CloudPc row, HostJobKind kind, CloudPcStatus status, string? detail)
    {
        _machines.Put(index, _machines.Begun(row, Lifecycle.NameOf(kind)) with { Status = status }, CloudPcReason.ActionAsked);
        _machines.Work(index, kind, 1, detail);
    }

    private UserSetting? SettingOf(int user) => _draft.Fleet.UserSettings.IsEmpty ? null : EffectiveSetting.Of(_draft.Fleet.UserSettings.Values, _draft.User(user) is null ? [] : _draft.Memberships(user));
}
