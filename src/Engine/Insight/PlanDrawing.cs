using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Licensing;

namespace Berth.Engine.Insight;

/// <summary>Draws a plan: it decides, keeps whom and what the events touch, and compares those before and after.</summary>
internal sealed class PlanDrawing
{
    private readonly Tenant _before;
    private readonly DecisionContext _context;
    private readonly HashSet<int> _users = [];
    private readonly HashSet<int> _skus = [];
    private readonly SortedDictionary<int, CloudPcReason> _rows = [];
    private readonly HashSet<int> _asked = [];
    private Tenant _after;

    public PlanDrawing(Tenant before, DecisionContext context) => (_before, _context, _after) = (before, context, before);

    /// <summary>Decides one more command; its refusal when it is refused.</summary>
    public Refusal? Add(Command command)
    {
        switch (Deciding.Decide(_after, command, _context))
        {
            case Decision.Refused refused:
                return refused.Refusal;
            case Decision.Accepted { Event: { } happened } accepted:
                _after = accepted.Next;
                foreach (Change change in happened.Changes)
                {
                    Touch(change);
                }

                break;
        }

        return null;
    }

    /// <summary>The plan.</summary>
    public Plan Finish()
    {
        DateTimeOffset now = _before.Now(_context.Now);
        List<PlannedLicense> licenses = [];
        int gaining = 0, losing = 0, inError = 0;
        foreach (int user in _users.Order())
        {
            HashSet<int> held = [.. HeldBy(_before, user)], holds = [.. HeldBy(_after, user)];
            gaining += holds.IsSubsetOf(held) ? 0 : 1;
            losing += held.IsSubsetOf(holds) ? 0 : 1;
            PlannedLicense[] changed = [.. Compare(user)];
            inError += changed.Any(one => one.Error != LicenseError.None) ? 1 : 0;
            licenses.AddRange(changed);
            _skus.UnionWith(changed.Select(one => one.Sku));
        }

        PlannedCloudPc[] rows = [.. _rows.Select(pair => Compare(pair.Key, pair.Value, now)).OfType<PlannedCloudPc>()];
        return new Plan(
            _before.Version,
            _after,
            licenses.OrderBy(one => one.After is not null).ThenBy(one => one.Error == LicenseError.None)
                .ThenBy(one => one.UserId).ThenBy(one => one.Sku).ThenBy(one => one.GroupId).ToValueArray(),
            rows.OrderBy(one => !one.DestroysData).ThenBy(one => one.Date).ThenBy(one => one.UserId).ThenBy(one => one.Plan).ToValueArray(),
            _skus.Order().Select(Pool).ToValueArray(),
            gaining,
            losing,
            inError)
        {
            WithoutCompanions = rows.Where(one => one.Effect == CloudPcEffect.Provisioned && !HasCompanions(one.UserId)).Select(one => one.UserId).Distinct().Order().ToValueArray(),
        };
    }

    private void Touch(Change change)
    {
        switch (change)
        {
            case Change.DirectSet direct:
                _users.UnionWith(direct.Users);
                break;
            case Change.SourceSet source:
                _users.UnionWith(source.Users);
                break;
            case Change.UserToDeletedItems deleted:
                _users.Add(deleted.User);
                break;
            case Change.UserRestored restored:
                _users.Add(restored.User);
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

    private void Step(int index, CloudPcReason reason)
    {
        _rows[index] = reason;
        if (reason == CloudPcReason.ActionAsked)
        {
            _asked.Add(index);
        }
    }

    private static IEnumerable<int> HeldBy(Tenant tenant, int user) => user < tenant.Users.Count ? tenant.LicensesOf(user).Held() : [];

    private IEnumerable<PlannedLicense> Compare(int user)
    {
        Dictionary<(int Sku, int Group), LicenseState> was = StatesOf(_before, user), is_ = StatesOf(_after, user);
        User person = (user < _after.Users.Count ? _after.Users[user] : null) ?? _before.Users[user] ?? _after.Deleted.Users[user].User;
        foreach ((int sku, int group) in was.Keys.Union(is_.Keys).Order())
        {
            LicenseState? old = was.TryGetValue((sku, group), out LicenseState one) ? one : null;
            LicenseState? now = is_.TryGetValue((sku, group), out LicenseState other) ? other : null;
            if (old?.State != now?.State || old?.Error != now?.Error)
            {
                Guid? source = group < 0 ? null : _after.Groups[group].Id;
                yield return new PlannedLicense(
                    person.Id, person.UserPrincipalName, sku, source, old?.State, now?.State, now?.Error == old?.Error ? LicenseError.None : now?.Error ?? LicenseError.None);
            }
        }
    }

    private static Dictionary<(int Sku, int Group), LicenseState> StatesOf(Tenant tenant, int user) => user < tenant.Users.Count
        ? LicenseState.Of(tenant, user).ToDictionary(state => (state.Sku, state.Group))
        : [];

    private PlannedPool Pool(int sku) => new(
        sku,
        _after.PrepaidUnitsOf(sku).Assignable,
        _before.HoldersOf(sku).Count,
        _after.HoldersOf(sku).Count,
        Waiting(_before, sku),
        Waiting(_after, sku));

    private static int Waiting(Tenant tenant, int sku) =>
        tenant.WaitingFor(sku).Count(pair => tenant.LicensesOf(pair.User).Source(pair.Group)?.Trouble?[sku] == LicenseError.CountViolation);

    // Where a row stood and where it stands; what only happened on the way to the same place is no effect, unless somebody asked for it.
    private PlannedCloudPc? Compare(int index, CloudPcReason reason, DateTimeOffset now)
    {
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
            _ when asked && LastAction(was, is_) is { } action => action switch
            {
                "Reprovision" => Row(is_, CloudPcEffect.Reprovisioned, now, data),
                "Restore" => Row(is_, CloudPcEffect.Restored, now, true),
                "ApplyPolicySettings" => Row(is_, CloudPcEffect.SettingsApplied, now, false),
                _ => null,
            },
            _ when was?.Status is CloudPcStatus.InGracePeriod => Row(is_, CloudPcEffect.Recovered, now, false),
            _ when was is null || !was.HoldsSlot => Row(is_, CloudPcEffect.Provisioned, now, false),
            _ => null,
        };
    }

    private static string? LastAction(CloudPc? was, CloudPc row) =>
        row.Actions.Count > 0 && (was is null || was.Actions.Count == 0 || was.Actions[0] != row.Actions[0]) ? row.Actions[0].Name : null;

    private PlannedCloudPc Row(CloudPc row, CloudPcEffect effect, DateTimeOffset date, bool destroys) =>
        new(_before.Fleet.FindCloudPc(row.Id) < 0 ? null : row.Id, row.UserId, row.Plan, effect, date, destroys);

    // C17: Intune, Entra ID P1 and one of the plans that bring Windows.
    private bool HasCompanions(Guid userId)
    {
        if (userId == Guid.Empty)
        {
            return true;
        }

        int user = _after.FindUser(userId);
        HashSet<Guid> plans = [.. _after.PlansOf(user).Select(plan => plan.Plan.Id)];
        return plans.Contains(Companions.Intune) && plans.Contains(Companions.EntraP1) && plans.Overlaps(Companions.Windows);
    }
}
