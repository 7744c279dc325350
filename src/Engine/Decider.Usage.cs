using System.Collections.Immutable;
using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Frontline;
using Berth.Engine.Licensing;

namespace Berth.Engine;

/// <content>How the licenses of Frontline are used, for reports (B444).</content>
internal sealed partial class Decider
{
    private ImmutableDictionary<int, PlanUse> _notedUses;
    private ValueArray<Subscription> _notedSubscriptions;
    private SkuCatalog _notedCatalog;

    // Two references and a list of purchases tell that nothing changed, which is nearly always.
    private void NoteUsage(DateTimeOffset now)
    {
        ImmutableDictionary<int, PlanUse> uses = _draft.PlanUses;
        bool bought = !ReferenceEquals(_draft.Catalog, _notedCatalog) || _draft.Subscriptions != _notedSubscriptions;
        if (ReferenceEquals(uses, _notedUses) && !bought)
        {
            return;
        }

        IEnumerable<int> plans = bought
            ? _draft.Catalog.CloudPcPlans.Where(static plan => plan.Kind == CloudPcKind.Frontline).Select(static plan => plan.Plan)
            : _draft.TurnedPlans ?? [];
        foreach (int plan in plans)
        {
            PlanUsage before = PlanUsage.Of(_notedCatalog, _notedSubscriptions, plan, _notedUses.GetValueOrDefault(plan));
            PlanUsage after = PlanUsage.Of(_draft.Catalog, _draft.Subscriptions, plan, uses.GetValueOrDefault(plan));
            if (after != before)
            {
                _draft.Note(new Change.PlanUsed(plan, now, before, after));
            }
        }

        _draft.ForgetTurnedPlans();
        (_notedUses, _notedSubscriptions, _notedCatalog) = (uses, _draft.Subscriptions, _draft.Catalog);
    }
}
