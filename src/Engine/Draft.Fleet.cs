using System.Collections.Immutable;
using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Frontline;
using Berth.Engine.Licensing;

namespace Berth.Engine;

/// <content>Policies, Cloud PCs and what belongs to them.</content>
internal sealed partial class Draft
{
    private Fleet.Builder? _fleet;
    private FrontlineState.Builder? _frontline;

    /// <summary>The fleet in the making.</summary>
    public Fleet.Builder Fleet => _fleet ??= _before.Fleet.ToBuilder();

    /// <summary>What Frontline remembers, in the making.</summary>
    public FrontlineState.Builder Frontline => _frontline ??= _before.Frontline.ToBuilder();

    /// <summary>Whether anything of the fleet or of Frontline was written.</summary>
    public bool FleetWritten => _fleet is not null || _frontline is not null;

    /// <summary>What Frontline Cloud PCs take of plans now.</summary>
    public ImmutableDictionary<int, PlanUse> PlanUses => _fleet?.UsesOfPlans ?? _before.Fleet.UsesOfPlans;

    /// <summary>The concurrency buffers as they are now.</summary>
    public ImmutableSortedDictionary<int, ConcurrencyBuffer> Buffers => _frontline?.Buffers ?? _before.Frontline.Buffers;

    /// <summary>Whether there was no concurrency buffer before the command and none was written.</summary>
    public bool HasNoBuffers => _frontline is null && _before.Frontline.Buffers.IsEmpty;

    /// <summary>Plans whose licenses are used differently since <see cref="ForgetTurnedPlans"/>, ascending; null for none.</summary>
    public SortedSet<int>? TurnedPlans => _fleet?.TurnedPlans;

    public void ForgetTurnedPlans() => _fleet?.ForgetTurnedPlans();

    /// <summary>The runs that make shared Cloud PCs anew, as they are now.</summary>
    public ImmutableSortedDictionary<int, ReprovisionRun> Reprovisions => (_frontline?.Reprovision ?? _before.Frontline.Reprovision).Runs;

    /// <summary>What users of shared Cloud PCs keep, as it is now.</summary>
    public UserStorages Storages => _frontline?.Storages ?? _before.Frontline.Storages;

    /// <summary>Whether anything can have changed for rows that wait, or for the limits of Frontline: the fleet itself, or how many slots there are.</summary>
    public bool FleetChanged => _fleet is not null || _frontline is not null
        || ((!_before.Fleet.Pending.IsEmpty || !_before.Fleet.Resizes.IsEmpty || !_before.Fleet.UsesOfAssignments.IsEmpty)
            && LimitsMayHaveChanged);

    /// <summary>Whether the limits of Frontline can be others than before the command, whoever takes what of them.</summary>
    public bool LimitsMayHaveChanged => SlotsMayHaveChanged || Settings != _before.Settings;

    /// <summary>Whether plans can have another number of slots than before the command.</summary>
    public bool SlotsMayHaveChanged => Subscriptions != _before.Subscriptions || !ReferenceEquals(Catalog, _before.Catalog);

    /// <summary>The first thing that is due in the fleet, of Frontline, or to whoever watches; null for nothing.</summary>
    public Due? NextFleetDue
    {
        get
        {
            Due? ofFleet = _fleet is { } fleet ? fleet.NextDue : _before.Fleet.FirstDue;
            DateTimeOffset? at = _frontline is { } frontline ? frontline.NextDue : _before.Frontline.NextDue;
            Due? own = at is not { } time || ofFleet?.At <= time ? ofFleet : new Due(time, DueKind.Frontline, -1, default);
            DateTimeOffset? watched = CloudApps.DueAt is { } app && !(Alerts.DueAt <= app) ? app : Alerts.DueAt;
            return watched is { } look && !(own?.At <= look) ? new Due(look, DueKind.Watch, -1, default) : own;
        }
    }

    /// <summary>Indexes of the groups that a policy was assigned to before this command, with a plan where it has plans.</summary>
    public IEnumerable<int> HadAssigned(int policy, int plan) => _before.Fleet.Policies.TryGetValue(policy, out ProvisioningPolicy? before)
        ? before.Assignments.Where(one => one.Plan is null || one.Plan == plan).Select(one => one.Group)
        : [];

    /// <summary>
    /// What gave a user a plan before this command and does not now: the first of the user's groups, else the SKU of the user's own license. Null when
    /// nothing did, or the license came and went meanwhile.
    /// </summary>
    public Guid? GaveBefore(int user, int plan)
    {
        if (user >= _before.Users.Count)
        {
            return null;
        }

        UserLicenses licenses = _before.Parts.Licenses[user];
        foreach (GroupSource source in licenses.Groups.Span)
        {
            if (source.Applied.CloudPcPlans(_before.Catalog) is { } given && given.Contains(plan))
            {
                return _before.Groups[source.Group].Id;
            }
        }

        foreach (License license in licenses.Direct.Items.Span)
        {
            Sku sku = _before.Catalog.Skus[license.Sku];
            if (sku.Plans.Contains(plan) && license.Disabled.Span.BinarySearch(plan) < 0)
            {
                return sku.Id;
            }
        }

        return null;
    }

    /// <summary>Collects what Cloud PCs depend on; null when nobody asks.</summary>
    public FleetTurns? Turns { get; set; }

    private void TurnMembership(int user, int group)
    {
        if (Turns is not null && (_fleet?.PoliciesOf(group) ?? _before.Fleet.PoliciesOf(group)).Count > 0)
        {
            Turns.Turn(user);
        }
    }

    private void TurnPolicy(int index, ProvisioningPolicy? after)
    {
        if (Turns is not null)
        {
            ValueArray<PolicyAssignment> before = Fleet.Policies.TryGetValue(index, out ProvisioningPolicy? old) ? old.Assignments : [];
            ValueArray<PolicyAssignment> now = after?.Assignments ?? [];
            Turns.Groups.UnionWith(Targets(before).Except(Targets(now)).Union(Targets(now).Except(Targets(before))).Select(one => one.Group));
            if ((old ?? after)?.ProvisioningType == ProvisioningType.SharedByEntraGroup)
            {
                Turns.Assignments.UnionWith(before.Except(now).Union(now.Except(before)).Select(one => one.Key).OfType<Guid>());
            }
        }
    }

    private static IEnumerable<(int Group, int? Plan)> Targets(ValueArray<PolicyAssignment> assignments) => assignments.Select(one => (one.Group, one.Plan));

    // Who leaves a shared machine may leave one of too many (B404).
    private void TurnSession(Guid id)
    {
        if (Turns is not null && Fleet.Sessions.TryGetValue(id, out Session? session) && Fleet.CloudPc(session.CloudPc) is { IsShared: true, Assignment: { } assignment })
        {
            Turns.Assignments.Add(assignment);
        }
    }

    private Fleet SealFleet() => _fleet?.Seal() ?? _before.Fleet;

    private FrontlineState SealFrontline() => _frontline?.Seal() ?? _before.Frontline;

    private void ApplyToFleet(Change change)
    {
        switch (change)
        {
            case Change.PolicySet set:
                TurnPolicy(set.Index, set.Policy);
                Fleet.Set(set.Index, set.Policy);
                break;
            case Change.PolicyDeleted deleted:
                TurnPolicy(deleted.Index, null);
                Fleet.RemovePolicy(deleted.Index);
                Frontline.Reprovision = Frontline.Reprovision.Without(deleted.Index);
                break;
            case Change.CoverageSet set:
                Fleet.SetCoverage(set.Users.Span, set.Coverage);
                break;
            case Change.CloudPcSet set:
                Fleet.Set(set.Index, set.CloudPc);
                break;
            case Change.CloudPcsCame came:
                CloudPcRows.Arrival arrival = new(Profile.Id, came.Plan, Catalog.CloudPcPlanOf(came.Plan)!.DisplayName, came.Policy, came.Status, came.Step.At);
                for (int i = 0; i < came.Indexes.Count; i++)
                {
                    Fleet.Come(came.Indexes[i], arrival, came.Users[i], User(came.Users[i])!);
                }

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
            case Change.BulkActionGone gone:
                Fleet.RemoveBulkAction(gone.Id);
                break;
            case Change.OrganizationSettingsSet set:
                Fleet.Organization = set.Settings;
                break;
            case Change.SessionSet set:
                Fleet.Set(set.Session);
                break;
            case Change.PowerSet set:
                Fleet.SetPower(set.Index, set.Power);
                break;
            case Change.BufferSet set:
                Frontline.Set(set.Plan, set.Buffer);
                break;
            case Change.ReprovisionSet set:
                Frontline.Reprovision = Frontline.Reprovision.With(set.Policy, set.Run);
                break;
            case Change.ReprovisionStepped stepped:
                Frontline.Reprovision = Frontline.Reprovision.After(stepped.Policy, stepped.Step, stepped.CloudPcs);
                break;
            case Change.ReprovisionEnded ended:
                Frontline.Reprovision = Frontline.Reprovision.Ended(ended.Policy, ended.At);
                break;
            case Change.ReprovisionScheduled scheduled:
                Frontline.Reprovision = Frontline.Reprovision.With(scheduled.Policy, scheduled.Schedule);
                break;
            case Change.StorageTermsSet set:
                Frontline.Set(set.Assignment, set.Terms);
                break;
            case Change.StorageAttached attached:
                Frontline.Set(attached.Assignment, attached.User, attached.Storage);
                break;
            case Change.StoragesDeleted deleted:
                Frontline.Delete(deleted.Assignment, deleted.Users);
                break;
            case Change.ConnectionRefused:
                // Told, and nothing else (B415).
                break;
            case Change.SessionEnded ended:
                TurnSession(ended.Id);
                Fleet.EndSession(ended.Id, ended.At);
                break;
            default:
                throw new InvalidOperationException($"A change of kind {change.GetType().Name} is none of the fleet.");
        }
    }
}
