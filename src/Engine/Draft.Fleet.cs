using Berth.Engine.CloudPcs;

namespace Berth.Engine;

/// <content>Policies, Cloud PCs and what belongs to them.</content>
internal sealed partial class Draft
{
    private Fleet.Builder? _fleet;

    /// <summary>The fleet in the making.</summary>
    public Fleet.Builder Fleet => _fleet ??= _before.Fleet.ToBuilder();

    private Fleet SealFleet() => _fleet?.Seal() ?? _before.Fleet;

    private void ApplyToFleet(Change change)
    {
        switch (change)
        {
            case Change.PolicySet set:
                Fleet.Set(set.Index, set.Policy);
                break;
            case Change.PolicyDeleted deleted:
                Fleet.RemovePolicy(deleted.Index);
                break;
            case Change.CoverageSet set:
                Fleet.SetCoverage(set.Users.Span, set.Coverage);
                break;
            case Change.CloudPcSet set:
                Fleet.Set(set.Index, set.CloudPc);
                break;
            case Change.CloudPcGone gone:
                Fleet.Remove(gone.Index);
                break;
            case Change.ConnectionSet set:
                Fleet.Set(set.Connection);
                break;
            case Change.ConnectionDeleted deleted:
                Fleet.RemoveConnection(deleted.Id);
                break;
            case Change.UserSettingSet set:
                Fleet.Set(set.Setting);
                break;
            case Change.UserSettingDeleted deleted:
                Fleet.RemoveUserSetting(deleted.Id);
                break;
            case Change.DeviceImageSet set:
                Fleet.Set(set.Image);
                break;
            case Change.DeviceImageDeleted deleted:
                Fleet.RemoveDeviceImage(deleted.Id);
                break;
            case Change.SnapshotRetained retained:
                Fleet.Set(retained.Snapshot);
                break;
            case Change.RetainedGone gone:
                Fleet.RemoveRetained(gone.Id);
                break;
            case Change.BulkActionSet set:
                Fleet.Set(set.Action);
                break;
            case Change.SessionSet set:
                Fleet.Set(set.Session);
                break;
            case Change.SessionEnded ended:
                Fleet.EndSession(ended.Id);
                break;
            default:
                throw new InvalidOperationException($"A change of kind {change.GetType().Name} is none of the fleet.");
        }
    }
}
