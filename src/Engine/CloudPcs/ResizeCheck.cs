using Berth.Engine.Catalog;
using Berth.Engine.Collections;
using Berth.Engine.Licensing;

namespace Berth.Engine.CloudPcs;

/// <summary>What a resize looks at: a tenant, or the next one in the making.</summary>
/// <param name="Catalog">The catalog.</param>
/// <param name="Subscriptions">The subscriptions.</param>
/// <param name="Licenses">The licenses of a user, by index.</param>
/// <param name="RowsOf">The Cloud PCs of a user, by index.</param>
/// <param name="SlotsUsed">How many rows hold a slot of a plan, by index.</param>
/// <param name="FreeSeats">Free seats of a SKU, by index.</param>
/// <param name="Owns">Whether a SKU, by index, is the tenant's.</param>
public sealed record ResizeFacts(
    SkuCatalog Catalog,
    ValueArray<Subscription> Subscriptions,
    Func<int, UserLicenses> Licenses,
    Func<int, IEnumerable<CloudPc>> RowsOf,
    Func<int, int> SlotsUsed,
    Func<int, long> FreeSeats,
    Func<int, bool> Owns)
{
    /// <summary>The facts of a tenant.</summary>
    public static ResizeFacts Of(Tenant tenant) => new(
        tenant.Catalog,
        tenant.Subscriptions,
        tenant.LicensesOf,
        user => tenant.Fleet.OfUser(user).Select(index => tenant.Fleet.CloudPcs[index]!),
        tenant.Fleet.SlotsUsed,
        tenant.FreeSeats,
        tenant.Owns);
}

/// <summary>How a Cloud PC would get another size.</summary>
public abstract record ResizeWay
{
    private ResizeWay()
    {
    }

    /// <summary>Not at all.</summary>
    public sealed record Refused(Refusal Refusal) : ResizeWay;

    /// <summary>In one switch of direct licenses (C63, B275).</summary>
    /// <param name="Target">The index of the plan it gets.</param>
    /// <param name="Remove">Indexes of the SKUs that the user has directly and that enable the plan it has, ascending.</param>
    /// <param name="Add">The index of the SKU that gives the plan it gets.</param>
    public sealed record Direct(int Target, ValueArray<int> Remove, int Add) : ResizeWay;

    /// <summary>A group gives the license: somebody has to change that within the window (C64, B276).</summary>
    /// <param name="Target">The index of the plan it is to get.</param>
    public sealed record ByGroup(int Target) : ResizeWay;
}

/// <summary>Whether a Cloud PC can get another size: a column of early refusals in the order of B277.</summary>
public static class ResizeCheck
{
    /// <summary>How a Cloud PC that is there would get a size, or why not.</summary>
    /// <param name="facts">What is looked at.</param>
    /// <param name="row">The Cloud PC.</param>
    /// <param name="targetPlanId">The service plan of the wanted size.</param>
    public static ResizeWay Of(ResizeFacts facts, CloudPc row, Guid targetPlanId)
    {
        SkuCatalog catalog = facts.Catalog;
        if (catalog.CloudPcPlanOf(row.Plan) is not { Kind: CloudPcKind.Enterprise } source)
        {
            return NotSupported(row, "only Enterprise Cloud PCs can be resized (C60).");
        }

        CloudPcPlan? target = catalog.TryGetPlan(targetPlanId, out ServicePlan? plan) ? catalog.CloudPcPlanOf(plan.Index) : null;
        if (target is not { Kind: CloudPcKind.Enterprise })
        {
            return NotSupported(row, $"service plan {targetPlanId} is not that of an Enterprise Cloud PC (C60). GET servicePlans lists those that are.");
        }

        if (source.HasGraphics || target.HasGraphics)
        {
            return NotSupported(row, "sizes with a graphics processor cannot be resized (C60).");
        }

        if (target.Plan == source.Plan)
        {
            return NotSupported(row, $"it has the size {source.Size} already.");
        }

        if (target.Size.Disk < source.Size.Disk)
        {
            return NotSupported(row, $"a disk of {source.Size.Disk} GB does not fit on one of {target.Size.Disk} GB; a disk only grows (C60).");
        }

        if (row.Status != CloudPcStatus.Provisioned || row.IsBusy)
        {
            return new ResizeWay.Refused(new Refusal(RefusalCode.OperationConflict)
            {
                Subject = row.Id,
                Name = row.Status.ToName(),
                Detail = "only a Cloud PC that is provisioned, and on which nothing else runs, can be resized (C61).",
            });
        }

        UserLicenses licenses = facts.Licenses(row.User);
        if (IsLicensed(catalog, licenses, target.Plan)
            || facts.RowsOf(row.User).Any(other => other.Plan == target.Plan && other.Status != CloudPcStatus.Deprovisioning))
        {
            return new ResizeWay.Refused(new Refusal(RefusalCode.TargetLicenseHasAssigned) { Subject = row.Id });
        }

        if (Slots.Of(catalog, facts.Subscriptions, target.Plan) <= facts.SlotsUsed(target.Plan))
        {
            return NoLicense(target);
        }

        foreach (GroupSource group in licenses.Groups)
        {
            if (group.Applied.CloudPcPlans(catalog).Contains(row.Plan))
            {
                return new ResizeWay.ByGroup(target.Plan);
            }
        }

        return SkuFor(facts, licenses, target.Plan) is { } sku
            ? new ResizeWay.Direct(target.Plan, SourcesOf(catalog, licenses.Direct, row.Plan), sku)
            : NoLicense(target);
    }

    private static bool IsLicensed(SkuCatalog catalog, UserLicenses licenses, int plan)
    {
        if (licenses.Direct.CloudPcPlans(catalog).Contains(plan))
        {
            return true;
        }

        foreach (GroupSource group in licenses.Groups)
        {
            if (group.Applied.CloudPcPlans(catalog).Contains(plan))
            {
                return true;
            }
        }

        return false;
    }

    private static ValueArray<int> SourcesOf(SkuCatalog catalog, LicenseSet direct, int plan) => direct.Items
        .Where(license => catalog.Skus[license.Sku].Plans.Contains(plan) && !license.Disabled.Contains(plan))
        .Select(license => license.Sku)
        .ToValueArray();

    // Paid before trials (C70), then the order of the catalog.
    private static int? SkuFor(ResizeFacts facts, UserLicenses licenses, int plan)
    {
        int? ofTrials = null;
        foreach (Sku sku in facts.Catalog.Skus)
        {
            if (sku.AppliesTo != LicenseTarget.User || !sku.Plans.Contains(plan) || !facts.Owns(sku.Index)
                || !(licenses.Holds(sku.Index) || facts.FreeSeats(sku.Index) >= 1))
            {
                continue;
            }

            if (facts.Subscriptions.Any(one => one.Sku == sku.Index && !one.IsTrial && one.Status <= SubscriptionStatus.Warning))
            {
                return sku.Index;
            }

            ofTrials ??= sku.Index;
        }

        return ofTrials;
    }

    private static ResizeWay.Refused NotSupported(CloudPc row, string why) =>
        new(new Refusal(RefusalCode.OperationNotSupported) { Subject = row.Id, Detail = why });

    private static ResizeWay.Refused NoLicense(CloudPcPlan target) => new(new Refusal(RefusalCode.NoLicenseForSize) { Subject = target.Id });
}
