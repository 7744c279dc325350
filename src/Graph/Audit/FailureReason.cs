using Berth.Engine;
using Berth.Engine.Collections;
using Berth.Engine.Licensing;
using Berth.Graph.Errors;

namespace Berth.Graph.Audit;

/// <summary>Why group work failed for a user, in the words the audit log has for it (L64, L88).</summary>
internal static class FailureReason
{
    /// <summary>The reason of a recorded failure.</summary>
    /// <param name="tenant">The tenant now.</param>
    /// <param name="user">The user's index.</param>
    /// <param name="source">What the journal recorded.</param>
    /// <param name="trouble">The failure in it.</param>
    /// <param name="now">The system's time.</param>
    public static string Of(Tenant tenant, int user, Change.SourceSet source, Trouble trouble, DateTimeOffset now)
    {
        SkuError first = trouble.Errors.OrderBy(error => error.Error).ThenBy(error => tenant.Catalog.Skus[error.Sku].Id).First();
        return first.Error switch
        {
            LicenseError.None or LicenseError.Other => "Another license of the same group cannot be assigned.",
            LicenseError.ProhibitedInUsageLocationViolation => RefusalTable.InvalidUsageLocation,
            LicenseError.MutuallyExclusiveViolation => Exact(tenant, user, source, trouble, now)
                ?? $"License assignment failed because service plans of {Named(tenant, trouble, first.Error)} and of another license of the user are mutually exclusive.",
            LicenseError.DependencyViolation => Exact(tenant, user, source, trouble, now)
                ?? $"License assignment failed because service plan of {Named(tenant, trouble, first.Error)} depends on the service plan(s) of another license.",
            LicenseError.CountViolation => "Not enough licenses are available to complete this operation. "
                + $"No unit is left of {Named(tenant, trouble, LicenseError.CountViolation)}; licenses being added: {Named(tenant, trouble, null)}.",
            LicenseError.UniquenessViolation => "A proxy address of the license is in use by another object.",
        };
    }

    // The journal keeps the code and not the plans. While the pair stands as it was recorded, the engine can say which plans:
    // by what a reprocess would answer. Nothing is submitted.
    private static string? Exact(Tenant tenant, int user, Change.SourceSet source, Trouble trouble, DateTimeOffset now)
    {
        if (!tenant.TryGetUser(user, out Engine.Directory.User? known))
        {
            return null;
        }

        GroupSource? earliest = tenant.LicensesOf(user).Groups.Where(one => one.Trouble is not null)
            .OrderBy(one => one.Trouble!.Since).ThenBy(one => tenant.Groups[one.Group].Id)
            .Cast<GroupSource?>().FirstOrDefault();
        return earliest is { } pair && pair.Group == source.Group && pair.UpdatedAt == source.UpdatedAt && pair.Trouble == trouble
            && Deciding.Decide(tenant, new Command.ReprocessUser(known.Id), new DecisionContext(now, Actor.Berth)) is Decision.Accepted { Remaining: { } remaining }
                ? remaining.ToError().Message
                : null;
    }

    private static string Named(Tenant tenant, Trouble trouble, LicenseError? only) => string.Join(", ", trouble.Errors
        .Where(error => only is null || error.Error == only)
        .Select(error => tenant.Catalog.Skus[error.Sku])
        .Select(sku => $"{sku.PartNumber} ({sku.Id})"));
}
