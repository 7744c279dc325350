using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.Collections;
using Berth.Engine.Licensing;
using Berth.Graph.Queries;

namespace Berth.Graph.Reads;

/// <summary>The license values that stand inside users, groups, SKUs and subscriptions (protocol 2.2).</summary>
internal static class LicenseShapes
{
    private static readonly Operand<Guid> GuidItself = new Operand<Guid>.Identifier(static id => id);

    /// <summary><c>assignedLicense</c>.</summary>
    public static Shape<LicenseRow> AssignedLicense { get; } = new(
        "assignedLicense",
        new ValuesProperty<LicenseRow, Guid>("disabledPlans", static row => PlanIds(row.Catalog, row.License.Disabled), GuidItself),
        new IdProperty<LicenseRow>("skuId", static row => row.Catalog.Skus[row.License.Sku].Id));

    /// <summary><c>licenseAssignmentState</c> (L115).</summary>
    public static Shape<StateRow> AssignmentState { get; } = new(
        "licenseAssignmentState",
        new IdProperty<StateRow>("skuId", static row => row.Tenant.Catalog.Skus[row.State.Sku].Id),
        new ValuesProperty<StateRow, Guid>("disabledPlans", static row => PlanIds(row.Tenant.Catalog, row.State.Disabled), GuidItself),
        new TextProperty<StateRow>("assignedByGroup", static row => row.State.Group < 0 ? null : row.Tenant.Groups[row.State.Group].Id.ToString()),
        new TextProperty<StateRow>("state", static row => Name(row.State.State)),
        new TextProperty<StateRow>("error", static row => Name(row.State.Error))
        {
            // Both spellings are in the field (decisions, Wire).
            Literal = static text => text.Equals("Others", StringComparison.OrdinalIgnoreCase) ? "Other" : text,
        },
        new TimeProperty<StateRow>("lastUpdatedDateTime", static row => row.State.UpdatedAt));

    /// <summary><c>servicePlanInfo</c>.</summary>
    public static Shape<PlanRow> ServicePlanInfo { get; } = new(
        "servicePlanInfo",
        new IdProperty<PlanRow>("servicePlanId", static row => row.Plan.Id),
        new TextProperty<PlanRow>("servicePlanName", static row => row.Plan.Name),
        new TextProperty<PlanRow>("provisioningStatus", static row => row.IsDisabled ? "Disabled" : "Success"),
        new TextProperty<PlanRow>("appliesTo", static row => Name(row.Plan.AppliesTo)));

    /// <summary><c>assignedPlan</c> (L114).</summary>
    public static Shape<HeldPlanRow> AssignedPlan { get; } = new(
        "assignedPlan",
        new TimeProperty<HeldPlanRow>("assignedDateTime", static row => row.Since),
        new TextProperty<HeldPlanRow>("capabilityStatus", static row => Name(row.Status)),
        new TextProperty<HeldPlanRow>("service", static row => row.Plan.Service),
        new IdProperty<HeldPlanRow>("servicePlanId", static row => row.Plan.Id));

    /// <summary><c>provisionedPlan</c>.</summary>
    public static Shape<HeldPlanRow> ProvisionedPlan { get; } = new(
        "provisionedPlan",
        new TextProperty<HeldPlanRow>("capabilityStatus", static row => Name(row.Status)),
        new TextProperty<HeldPlanRow>("provisioningStatus", static _ => "Success"),
        new TextProperty<HeldPlanRow>("service", static row => row.Plan.Service));

    /// <summary><c>licenseUnitsDetail</c> (L93).</summary>
    public static Shape<PrepaidUnits> Units { get; } = new(
        "licenseUnitsDetail",
        new NumberProperty<PrepaidUnits>("enabled", static units => units.Enabled),
        new NumberProperty<PrepaidUnits>("suspended", static units => units.Suspended),
        new NumberProperty<PrepaidUnits>("warning", static units => units.Warning),
        new NumberProperty<PrepaidUnits>("lockedOut", static units => units.LockedOut));

    /// <summary><c>licenseProcessingState</c>.</summary>
    public static Shape<bool> ProcessingState { get; } = new(
        "licenseProcessingState",
        // A group's change is decided as one: there is no published tenant in which it is half done.
        new TextProperty<bool>("state", static _ => "ProcessingComplete"));

    /// <summary>What a user holds, merged over the sources: one entry for each SKU (L113, decisions, Wire).</summary>
    public static LicenseRow[] Merged(UserRow row)
    {
        int[] skus = row.Licenses.Held();
        LicenseRow[] rows = new LicenseRow[skus.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = new LicenseRow(row.Tenant.Catalog, new License(skus[i], row.Licenses.MergedDisabled(skus[i])));
        }

        return rows;
    }

    /// <summary>The plans that what a user holds switches on, each once (B139).</summary>
    public static HeldPlanRow[] HeldPlans(UserRow row)
    {
        UserLicenses licenses = row.Licenses;
        return Array.ConvertAll(row.Tenant.PlansOf(row.Position), plan => new HeldPlanRow(plan.Plan, plan.Status, Since(licenses, plan.Sku)));
    }

    /// <summary>The plans of a SKU, some of them disabled.</summary>
    public static IEnumerable<PlanRow> Plans(SkuCatalog catalog, Sku sku, ValueArray<int> disabled)
    {
        foreach (int plan in sku.Plans)
        {
            yield return new PlanRow(catalog.Plans[plan], disabled.Span.BinarySearch(plan) >= 0);
        }
    }

    /// <summary>The status on the wire.</summary>
    public static string Name(SubscriptionStatus status) => status switch
    {
        SubscriptionStatus.Enabled => "Enabled",
        SubscriptionStatus.Warning => "Warning",
        SubscriptionStatus.Suspended => "Suspended",
        SubscriptionStatus.LockedOut => "LockedOut",
        SubscriptionStatus.Deleted => "Deleted",
    };

    /// <summary>The target on the wire.</summary>
    public static string Name(LicenseTarget target) => target switch
    {
        LicenseTarget.User => "User",
        LicenseTarget.Company => "Company",
    };

    private static string Name(AssignmentState state) => state switch
    {
        Engine.Licensing.AssignmentState.Active => "Active",
        Engine.Licensing.AssignmentState.ActiveWithError => "ActiveWithError",
        Engine.Licensing.AssignmentState.Error => "Error",
    };

    /// <summary>The error on the wire (decisions, Wire: <c>None</c> when there is none).</summary>
    public static string Name(LicenseError error) => error switch
    {
        LicenseError.None => "None",
        LicenseError.ProhibitedInUsageLocationViolation => "ProhibitedInUsageLocationViolation",
        LicenseError.MutuallyExclusiveViolation => "MutuallyExclusiveViolation",
        LicenseError.DependencyViolation => "DependencyViolation",
        LicenseError.CountViolation => "CountViolation",
        LicenseError.UniquenessViolation => "UniquenessViolation",
        LicenseError.Other => "Other",
    };

    private static Guid[] PlanIds(SkuCatalog catalog, ValueArray<int> plans)
    {
        Guid[] ids = plans.Count == 0 ? [] : new Guid[plans.Count];
        for (int i = 0; i < ids.Length; i++)
        {
            ids[i] = catalog.Plans[plans[i]].Id;
        }

        return ids;
    }

    private static DateTimeOffset Since(UserLicenses licenses, int sku)
    {
        DateTimeOffset since = DateTimeOffset.MaxValue;
        for (int i = 0; i < licenses.Direct.Items.Count; i++)
        {
            if (licenses.Direct.Items[i].Sku == sku)
            {
                since = licenses.DirectUpdatedAt[i];
            }
        }

        foreach (GroupSource source in licenses.Groups)
        {
            if (source.Applied.Contains(sku) && source.UpdatedAt < since)
            {
                since = source.UpdatedAt;
            }
        }

        return since;
    }
}
