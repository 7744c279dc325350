using Berth.Engine.Catalog;
using Berth.Engine.Collections;
using Berth.Engine.Licensing;

namespace Berth.Engine.CloudPcs;

/// <content>What is kept of actions, and subscriptions that are over.</content>
internal sealed partial class Lifecycle
{
    /// <summary>A row with an action that begins; the oldest go when there are too many.</summary>
    public CloudPc Begun(CloudPc row, string name) => row with
    {
        Actions = row.Actions.Prepend(new RemoteAction(name, RemoteActionState.Active, Now, Now, null)).Take(CloudPc.MostActions).ToValueArray(),
    };

    /// <summary>The name of the action that a kind of work belongs to, as Graph spells it.</summary>
    public static string NameOf(HostJobKind kind) => kind switch
    {
        HostJobKind.Provision => "Provision",
        HostJobKind.Deprovision => "Deprovision",
        HostJobKind.Reprovision => "Reprovision",
        HostJobKind.Resize => "Resize",
        HostJobKind.Restore => "Restore",
        HostJobKind.Snapshot => "CreateSnapshot",
        HostJobKind.Restart => "Reboot",
        HostJobKind.Troubleshoot => "Troubleshoot",
        HostJobKind.ApplySettings => "ApplyPolicySettings",
        HostJobKind.HealthCheck => "HealthCheck",
        HostJobKind.DeleteSnapshot => "DeleteSnapshot",
    };

    /// <summary>
    /// What is deprovisioned when units of a SKU are not usable any more (B280): rows above the slots that are left, the last to come first, no more than the
    /// units that went.
    /// </summary>
    /// <param name="sku">The SKU's index.</param>
    /// <param name="units">The units that went.</param>
    /// <param name="retains">Whether a snapshot is kept: the subscription expired (C54) and was not canceled.</param>
    public void Expire(int sku, int units, bool retains)
    {
        foreach (int plan in _draft.Catalog.Skus[sku].Plans)
        {
            if (_draft.Catalog.CloudPcPlanOf(plan) is { Kind: CloudPcKind.Frontline })
            {
                ExpireShared(plan, units);
                continue;
            }

            long excess = Math.Min(units, _draft.Catalog.CloudPcPlanOf(plan) is null ? 0 : -FreeSlots(plan));
            if (excess <= 0)
            {
                continue;
            }

            (int Index, CloudPc Row)[] over =
            [
                .. Fleet.All().Where(one => one.Row.Plan == plan && one.Row.HoldsSlot)
                    .OrderByDescending(one => one.Row.ConditionsSince).ThenByDescending(one => one.Row.UserId).Take((int)excess),
            ];
            foreach ((int index, CloudPc row) in over)
            {
                string? retained = retains && KindOf(row.Plan) == CloudPcKind.Enterprise && row.HasData ? Retain(row) : null;

                // What was allocated is allocated no longer (B282).
                Fleet.Set(index, Fleet.CloudPc(index)! with { AllocatedAt = null });
                Deprovision(index, CloudPcReason.SubscriptionOver, retained);
            }
        }
    }

    // The action that ran is done, or failed.
    private ValueArray<RemoteAction> Ended(CloudPc row, HostJobKind kind, CloudPcError? error) =>
        Ended(row, kind, error is null ? RemoteActionState.Done : RemoteActionState.Failed, error);

    // Something else came first.
    private ValueArray<RemoteAction> Canceled(CloudPc row, HostJobKind kind) => Ended(row, kind, RemoteActionState.Canceled, null);

    private ValueArray<RemoteAction> Ended(CloudPc row, HostJobKind kind, RemoteActionState state, CloudPcError? error)
    {
        string name = NameOf(kind);
        RemoteAction[] actions = [.. row.Actions];
        int at = Array.FindIndex(actions, action => action.State == RemoteActionState.Active && action.Name == name);
        if (at >= 0)
        {
            actions[at] = actions[at] with { State = state, UpdatedAt = Now, Error = error };
        }

        return ValueArray.Own(actions);
    }
}
