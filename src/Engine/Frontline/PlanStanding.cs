using Berth.Engine.CloudPcs;

namespace Berth.Engine.Frontline;

/// <summary>What a license that somebody takes is counted as.</summary>
public enum LicenseSource : byte
{
    /// <summary>One below the limits (B412).</summary>
    Pool,

    /// <summary>One above a limit, which the concurrency buffer gives (B422).</summary>
    Buffer,
}

/// <summary>How the licenses of a Frontline plan stand at this moment.</summary>
/// <param name="Licenses">How many there are: the plan's slots (B264).</param>
/// <param name="Use">What takes them.</param>
/// <param name="HasBuffer">Whether the plan has a concurrency buffer (B420).</param>
/// <param name="Buffer">What the buffer remembers.</param>
/// <param name="MostExcess">The setting <c>bufferExcess</c>; null for any number.</param>
public readonly record struct PlanStanding(long Licenses, PlanUse Use, bool HasBuffer, ConcurrencyBuffer Buffer, int? MostExcess)
{
    /// <summary>How many licenses dedicated mode may take at once: what shared machines leave (C89, B412).</summary>
    public long Limit => Math.Max(0, Licenses - Use.Shared);

    /// <summary>How many are taken above what is allowed (B420); 0 when nothing is exceeded.</summary>
    public long Excess => Math.Max(Math.Max(0, Use.Taken - Limit), Use.Over);

    /// <summary>Whether the buffer is needed for what is taken (B421).</summary>
    public bool Exceeds => HasBuffer && Excess > 0;

    /// <summary>Where a further license for a machine of dedicated mode comes from; null when there is none to be had (C99).</summary>
    /// <param name="taken">How many its assignment takes already.</param>
    /// <param name="allotment">How many are allotted to the assignment; null when the assignment is gone and only the plan counts.</param>
    /// <param name="now">The tenant's time.</param>
    public LicenseSource? Find(int taken, int? allotment, DateTimeOffset now)
    {
        bool allotted = !(taken >= allotment);
        if (allotted && Use.Taken < Limit)
        {
            return LicenseSource.Pool;
        }

        long excess = Math.Max(Use.Taken + 1 - Limit, Use.Over + (allotted ? 0 : 1));
        return HasBuffer && Buffer.Gives(now, excess, MostExcess) ? LicenseSource.Buffer : null;
    }

    /// <summary>Where the buffer stands at a time.</summary>
    public BufferState StateAt(DateTimeOffset now) => !HasBuffer ? BufferState.NotAvailable
        : Buffer.IsBlocked ? (Buffer.BlockedUntil is null ? BufferState.PermanentlyBlocked : BufferState.Blocked)
        : !Buffer.Gives(now, Excess + 1, MostExcess) ? BufferState.UsedUp
        : Buffer.Since is null ? BufferState.Available
        : BufferState.InUse;

    /// <summary>How the licenses of a plan of a tenant stand.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="plan">The plan's index.</param>
    public static PlanStanding Of(Tenant tenant, int plan) => new(
        Slots.Of(tenant.Catalog, tenant.Subscriptions, plan),
        tenant.Fleet.UseOf(plan),
        Grants(tenant.Catalog, tenant.Settings, plan),
        tenant.Frontline.BufferOf(plan),
        tenant.Settings.BufferExcess);

    internal static PlanStanding Of(Draft draft, int plan) => new(
        Slots.Of(draft.Catalog, draft.Subscriptions, plan),
        draft.Fleet.UseOf(plan),
        Grants(draft.Catalog, draft.Settings, plan),
        draft.Buffers.GetValueOrDefault(plan, ConcurrencyBuffer.Unused),
        draft.Settings.BufferExcess);

    private static bool Grants(Catalog.SkuCatalog catalog, TenantSettings settings, int plan) =>
        settings.BufferExcess != 0 && catalog.CloudPcPlanOf(plan) is { HasGraphics: false };
}
