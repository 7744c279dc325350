using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;

namespace Berth.Engine.Insight;

/// <content>Policies and settings, and what has no way back (B525).</content>
internal sealed partial class UndoDrawing
{
    private void SetFleetBack(Change change, int at)
    {
        switch (change)
        {
            case Change.PolicySet set:
                SetPolicyBack(set, at, Before<Change.PolicySet>(at, one => one.Index == set.Index)?.Policy);
                break;
            case Change.PolicyDeleted deleted when Before<Change.PolicySet>(at, one => one.Index == deleted.Index) is { } was:
                Do(new Command.CreatePolicy(was.Policy));
                break;
            case Change.UserSettingSet set:
                SetSettingBack(set.Setting, Before<Change.UserSettingSet>(at, one => one.Setting.Id == set.Setting.Id)?.Setting);
                break;
            case Change.UserSettingDeleted deleted when Before<Change.UserSettingSet>(at, one => one.Setting.Id == deleted.Id) is { } was:
                Do(new Command.CreateUserSetting(was.Setting));
                AssignSetting(was.Setting);
                break;
            case Change.OrganizationSettingsSet set when Before<Change.OrganizationSettingsSet>(at, static _ => true) is { } was:
                Do(new Command.UpdateOrganizationSettings(was.Settings) { Basis = set.Settings });
                break;
        }
    }

    private void SetPolicyBack(Change.PolicySet set, int at, ProvisioningPolicy? before)
    {
        if (before?.Assignments.Any(one => Here(one.Group) is null) == true)
        {
            PutOff(set, at);
        }

        if (!_now.Fleet.Policies.TryGetValue(set.Index, out ProvisioningPolicy? policy))
        {
            Miss(UndoGapReason.Gone, "provisioningPolicy", set.Policy.Id);
            return;
        }

        if (before is null || before.Assignments != set.Policy.Assignments)
        {
            Assign(policy, before?.Assignments ?? [], set.Policy.Assignments);
        }

        if (before is null)
        {
            Do(new Command.DeletePolicy(policy.Id));
        }
        else if (before with { Assignments = [], ModifiedAt = default, ModifiedBy = "" } != set.Policy with { Assignments = [], ModifiedAt = default, ModifiedBy = "" })
        {
            Do(new Command.UpdatePolicy(before) { Basis = set.Policy });
        }
    }

    // What the operation changed of the list; what others changed since stays (B523).
    private void Assign(ProvisioningPolicy policy, ValueArray<PolicyAssignment> before, ValueArray<PolicyAssignment> after)
    {
        Dictionary<(int Group, int? Plan), PolicyAssignment> wanted = policy.Assignments.ToDictionary(static one => (one.Group, one.Plan));
        foreach (PolicyAssignment came in after.Where(one => !before.Any(old => (old.Group, old.Plan) == (one.Group, one.Plan))))
        {
            wanted.Remove((came.Group, came.Plan));
        }

        foreach (PolicyAssignment was in before.Where(one => !after.Contains(one) && Here(one.Group) is not null))
        {
            wanted[(was.Group, was.Plan)] = was;
        }

        Do(new Command.AssignPolicy(policy.Id, wanted.Values.Select(one => new AssignmentRequest(
            policy.Assignments.Any(now => now.Id == one.Id) ? one.Id : null,
            Here(one.Group)!.Id,
            one.Plan is { } plan ? _tenant.Catalog.Plans[plan].Id : null,
            one.AllotmentName,
            one.AllotmentLicenses)).ToValueArray()));
    }

    private void SetSettingBack(UserSetting after, UserSetting? before)
    {
        if (!_now.Fleet.UserSettings.ContainsKey(after.Id))
        {
            Miss(UndoGapReason.Gone, "userSetting", after.Id);
        }
        else if (before is null)
        {
            Do(new Command.DeleteUserSetting(after.Id));
        }
        else if (before.Assignments != after.Assignments)
        {
            AssignSetting(before);
        }
        else
        {
            Do(new Command.UpdateUserSetting(before) { Basis = after });
        }
    }

    private void AssignSetting(UserSetting setting) => Do(new Command.AssignUserSetting(
        setting.Id, setting.Assignments.Select(one => Here(one.Group)).OfType<Group>().Select(static group => group.Id).ToValueArray()));

    // What is only said, or follows from what is set back, is no gap.
    private void Miss(Change change)
    {
        switch (change)
        {
            case Change.CloudPcSet set:
                MissOf(set);
                break;
            case Change.CloudPcGone gone when gone.Step.Reason is not (CloudPcReason.CleanedUp or CloudPcReason.ReserveUsedUp):
                break;
            case Change.DeletedItemsPurged purged when !purged.Over:
                Miss(UndoGapReason.DeletedForGood, "deletedItem");
                break;
            case Change.StoragesDeleted:
                Miss(UndoGapReason.DataDestroyed, "userStorage");
                break;
            case Change.SessionSet or Change.SessionEnded:
                Miss(UndoGapReason.SessionOver, "session");
                break;
            case Change.ClockSet:
                Miss(UndoGapReason.ClockMoved, "clock");
                break;
            case Change.CatalogSet:
                Miss(UndoGapReason.CatalogChanged, "catalog");
                break;
            case Change.IdentityRecorded:
                Miss(UndoGapReason.NotReversible, "identity");
                break;
            case Change.ConnectionSet or Change.ConnectionDeleted:
                Miss(UndoGapReason.NotReversible, "onPremisesConnection");
                break;
            case Change.DeviceImageSet or Change.DeviceImageDeleted:
                Miss(UndoGapReason.NotReversible, "deviceImage");
                break;
            case Change.AlertRuleSet:
                Miss(UndoGapReason.NotReversible, "alertRule");
                break;
            case Change.BulkActionSet:
                Miss(UndoGapReason.ActionDone, "bulkAction");
                break;
        }
    }

    private void MissOf(Change.CloudPcSet set)
    {
        Guid id = set.CloudPc.Id;
        CloudPc? now = set.Index < _tenant.Fleet.CloudPcs.Count ? _tenant.Fleet.CloudPcs[set.Index] : null;
        if (set.Step.Reason == CloudPcReason.ActionAsked)
        {
            Miss(UndoGapReason.ActionDone, "cloudPC", id);
        }
        else if (set.CloudPc.Status == CloudPcStatus.InGracePeriod && now is null or { Status: CloudPcStatus.Deprovisioning })
        {
            Miss(UndoGapReason.GraceOver, "cloudPC", id);
        }
        else if (set.CloudPc is { Status: CloudPcStatus.Deprovisioning, ProvisionedAt: not null })
        {
            Miss(UndoGapReason.DataDestroyed, "cloudPC", id);
        }
    }
}
