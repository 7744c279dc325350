using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Licensing;

namespace Berth.Engine.Frontline;

/// <summary>How the licenses of a Frontline plan are used at a moment (B444).</summary>
/// <param name="Licenses">How many there are.</param>
/// <param name="Shared">How many of them shared Cloud PCs use.</param>
/// <param name="Taken">How many those of dedicated mode take.</param>
/// <param name="Sessions">How many shared Cloud PCs somebody works on.</param>
public readonly record struct PlanUsage(long Licenses, int Shared, int Taken, int Sessions)
{
    /// <summary>How many licenses people work with.</summary>
    public int Claimed => Taken + Sessions;

    /// <summary>How many are taken above the limit of dedicated mode (C89).</summary>
    public long AboveLimit => Math.Max(0, Taken - Math.Max(0, Licenses - Shared));

    /// <summary>How the licenses of a plan are used, by its index.</summary>
    public static PlanUsage Of(SkuCatalog catalog, ValueArray<Subscription> subscriptions, int plan, PlanUse use) =>
        new(Slots.Of(catalog, subscriptions, plan), use.Shared, use.Taken, use.Sessions);
}
