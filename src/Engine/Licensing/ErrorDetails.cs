namespace Berth.Engine.Licensing;

/// <summary>What stands behind an error of a group's license: the same evaluation, with the plans it found.</summary>
public static class ErrorDetails
{
    /// <summary>The violation of a SKU of a pair in error, with the plans it is about.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="user">The user's index.</param>
    /// <param name="group">The group's index.</param>
    /// <param name="error">What the pair shows for the SKU.</param>
    public static Refusal Of(Tenant tenant, int user, int group, SkuError error)
    {
        GroupAtomicity mode = tenant.Settings.GroupAtomicity;
        GroupEvaluation evaluation = new(
            tenant.Catalog, new Seats(tenant), tenant.LicensesOf(user), group, LicenseState.Wanted(tenant, user, group), tenant.Users[user]!.UsageLocation ?? tenant.Profile.Country);

        // In mode entra-strict what a pair shows may be older than what an evaluation would find now.
        return evaluation.Evaluate(mode).Errors.Contains(error)
            ? evaluation.Details(error, mode)
            : new Refusal(CodeOf(error.Error)) { Subject = tenant.Catalog.Skus[error.Sku].Id };
    }

    private static RefusalCode CodeOf(LicenseError error) => error switch
    {
        LicenseError.ProhibitedInUsageLocationViolation => RefusalCode.ProhibitedInUsageLocation,
        LicenseError.MutuallyExclusiveViolation => RefusalCode.PlansMutuallyExclusive,
        LicenseError.DependencyViolation => RefusalCode.MissingDependency,
        LicenseError.CountViolation => RefusalCode.SeatsExhausted,
        _ => RefusalCode.BlockedBySibling,
    };
}
