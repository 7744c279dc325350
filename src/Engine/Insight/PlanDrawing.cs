using System.Collections;
using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Licensing;

namespace Berth.Engine.Insight;

/// <summary>Draws a plan: it keeps whom and what the changes touch, and compares those before and after.</summary>
internal sealed class PlanDrawing
{
    private readonly Tenant _before;
    private readonly Tenant _after;
    private readonly DateTimeOffset _now;
    private readonly BitArray _users;
    private readonly BitArray _rows;
    private readonly HashSet<int> _skus = [];
    private readonly HashSet<int> _asked = [];
    private (UserLicenses Of, bool Has)? _companions;

    public PlanDrawing(Tenant before, Tenant after, DateTimeOffset now)
    {
        (_before, _after, _now) = (before, after, now);
        _users = new BitArray(after.Users.Count);
        _rows = new BitArray(after.Fleet.CloudPcs.Count);
    }

    /// <summary>The plan of what commands changed.</summary>
    public Plan Draw(ValueArray<Change> changes, IReadOnlyList<Command> commands)
    {
        foreach (Change change in changes)
        {
            Touch(change);
        }

        foreach (Command command in commands)
        {
            _skus.UnionWith(Named(command).Select(id => _after.Catalog.TryGetSku(id, out Sku? sku) ? sku.Index : -1).Where(static sku => sku >= 0));
        }

        LicenseComparison licenses = new(_before, _after);
        licenses.Compare(_users);
        _skus.UnionWith(licenses.Skus);
        List<PlannedCloudPc> rows = [];
        for (int index = 0; index < _rows.Count; index++)
        {
            if (_rows[index] && Compare(index) is { } row)
            {
                rows.Add(row);
            }
        }

        rows.Sort(static (one, other) =>
        {
            int order = other.DestroysData.CompareTo(one.DestroysData);
            order = order != 0 ? order : one.Date.CompareTo(other.Date);
            order = order != 0 ? order : one.UserId.CompareTo(other.UserId);
            order = order != 0 ? order : one.Plan.CompareTo(other.Plan);
            return order != 0 ? order : Nullable.Compare(one.Id, other.Id);
        });
        return new Plan(
            _before.Version, _after, licenses.Rows(), rows.ToValueArray(), _skus.Order().Select(Pool).ToValueArray(), licenses.Gaining, licenses.Losing, licenses.InError)
        {
            MassRemovals = MassRemoval.Between(_before, _after),
            WithoutCompanions = rows.Where(one => one.Effect == CloudPcEffect.Provisioned && !HasCompanions(one.UserId)).Select(one => one.UserId).Distinct().Order().ToValueArray(),
        };
    }

    private static IEnumerable<Guid> Named(Command command) => command switch
    {
        Command.AssignUserLicenses assign => assign.Add.Select(static one => one.SkuId).Concat(assign.Remove),
        Command.AssignGroupLicenses assign => assign.Add.Select(static one => one.SkuId).Concat(assign.Remove),
        Command.SetUnits set => [set.SkuId],
        _ => [],
    };

    private void Touch(Change change)
    {
        switch (change)
        {
            case Change.DirectSet direct:
                Touch(direct.Users);
                break;
            case Change.SourceSet source:
                Touch(source.Users);
                break;
            case Change.UserToDeletedItems deleted:
                _users[deleted.User] = true;
                break;
            case Change.UserRestored restored:
                _users[restored.User] = true;
                break;
            case Change.SubscriptionSet bought:
                _skus.Add(bought.Subscription.Sku);
                break;
            case Change.CloudPcSet set:
                Step(set.Index, set.Step.Reason);
                break;
            case Change.CloudPcsCame came:
                foreach (int index in came.Indexes)
                {
                    Step(index, came.Step.Reason);
                }

                break;
            case Change.CloudPcGone gone:
                Step(gone.Index, gone.Step.Reason);
                break;
        }
    }

    private void Touch(ValueArray<int> users)
    {
        foreach (int user in users.Span)
        {
            _users[user] = true;
        }
    }

    private void Step(int index, CloudPcReason reason)
    {
        if (index >= _rows.Count)
        {
            // It came and went.
            return;
        }

        _rows[index] = true;
        if (reason == CloudPcReason.ActionAsked)
        {
            _asked.Add(index);
        }
    }

    private PlannedPool Pool(int sku) => new(
        sku,
        _after.PrepaidUnitsOf(sku).Assignable,
        _before.HoldersOf(sku).Count,
        _after.HoldersOf(sku).Count,
        _before.CountWaiting(sku),
        _after.CountWaiting(sku));

    // Where a row stood and where it stands; what only happened on the way to the same place is no effect, unless somebody asked for it.
    private PlannedCloudPc? Compare(int index)
    {
        DateTimeOffset now = _now;
        CloudPc? was = index < _before.Fleet.CloudPcs.Count ? _before.Fleet.CloudPcs[index] : null;
        CloudPc? is_ = index < _after.Fleet.CloudPcs.Count ? _after.Fleet.CloudPcs[index] : null;
        if (is_ is null or { Status: CloudPcStatus.Deprovisioning })
        {
            CloudPc? last = was ?? is_;
            bool machine = last?.ProvisionedAt is not null;
            return last is null ? null : Row(last, machine ? CloudPcEffect.Deprovisioned : CloudPcEffect.Unlisted, now, machine);
        }

        bool asked = _asked.Contains(index);
        bool data = was?.ProvisionedAt is not null;
        if (was is not null && is_.Plan != was.Plan)
        {
            return Row(is_, CloudPcEffect.Resized, now, false);
        }

        return is_.Status switch
        {
            CloudPcStatus.InGracePeriod => was?.Status == is_.Status ? null : Row(is_, CloudPcEffect.EntersGrace, is_.GraceEndsAt!.Value, true),
            CloudPcStatus.Failed => was?.Status == is_.Status && !asked ? null : Row(is_, CloudPcEffect.Failed, now, asked && data),
            CloudPcStatus.PendingProvision => was?.Status == is_.Status ? null : Row(is_, CloudPcEffect.Pending, now, false),
            CloudPcStatus.NotProvisioned => was?.Status == is_.Status ? null : Row(is_, CloudPcEffect.NotProvisioned, now, false),
            CloudPcStatus.ResizePendingLicense => Row(is_, CloudPcEffect.Resized, is_.ResizeEndsAt!.Value, false),
            CloudPcStatus.Resizing => Row(is_, CloudPcEffect.Resized, now, false),
            CloudPcStatus.Restoring => Row(is_, CloudPcEffect.Restored, now, true),
            CloudPcStatus.MovingRegion or CloudPcStatus.ModifyingSingleSignOn => Row(is_, CloudPcEffect.SettingsApplied, now, false),
            _ when asked && LastAction(was, is_) is "Reprovision" => Row(is_, CloudPcEffect.Reprovisioned, now, data),
            _ when asked && LastAction(was, is_) is "Restore" => Row(is_, CloudPcEffect.Restored, now, true),
            _ when asked && LastAction(was, is_) is "ApplyPolicySettings" => Row(is_, CloudPcEffect.SettingsApplied, now, false),
            _ when was?.Status is CloudPcStatus.InGracePeriod => Row(is_, CloudPcEffect.Recovered, now, false),
            _ when was is null || !was.HoldsSlot => Row(is_, CloudPcEffect.Provisioned, now, false),
            _ => null,
        };
    }

    private static string? LastAction(CloudPc? was, CloudPc row) =>
        row.Actions.Count > 0 && (was is null || was.Actions.Count == 0 || was.Actions[0] != row.Actions[0]) ? row.Actions[0].Name : null;

    private PlannedCloudPc Row(CloudPc row, CloudPcEffect effect, DateTimeOffset date, bool destroys) =>
        new(_before.Fleet.FindCloudPc(row.Id) < 0 ? null : row.Id, row.UserId, row.Plan, effect, date, destroys);

    // C17: Intune, Entra ID P1 and one of the plans that bring Windows. Neighbors mostly have the same licenses.
    private bool HasCompanions(Guid userId)
    {
        if (userId == Guid.Empty)
        {
            return true;
        }

        int user = _after.FindUser(userId);
        UserLicenses licenses = _after.LicensesOf(user);
        if (_companions is { } known && ReferenceEquals(known.Of.Direct, licenses.Direct) && known.Of.Groups.Count == licenses.Groups.Count
            && known.Of.Groups.Zip(licenses.Groups).All(static pair => ReferenceEquals(pair.First.Applied, pair.Second.Applied)))
        {
            return known.Has;
        }

        HashSet<Guid> plans = [.. _after.PlansOf(user).Select(plan => plan.Plan.Id)];
        bool has = plans.Contains(Companions.Intune) && plans.Contains(Companions.EntraP1) && plans.Overlaps(Companions.Windows);
        _companions = (licenses, has);
        return has;
    }
}
