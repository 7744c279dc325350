using System.Globalization;
using Berth.Engine;
using Berth.Engine.Insight;
using Berth.Engine.Licensing;
using Berth.Graph.Requests;

namespace Berth.Graph.Plans;

/// <summary>What comes out otherwise when a plan is drawn again (B506). Dates move with the clock and versions with every write: those are no difference.</summary>
internal static class PlanDifferences
{
    /// <summary>The most differences that are told.</summary>
    public const int Most = 20;

    /// <summary>The differences, in sentences.</summary>
    public static IEnumerable<ErrorDetail> Between(Plan old, Plan young, Tenant tenant) =>
        Rows(old, young, tenant).Concat(Machines(old, young)).Concat(Pools(old, young, tenant));

    private static IEnumerable<ErrorDetail> Rows(Plan old, Plan young, Tenant tenant)
    {
        HashSet<PlannedLicense> was = [.. old.Licenses.Select(Bare)], now = [.. young.Licenses.Select(Bare)];
        foreach (PlannedLicense row in young.Licenses.Where(row => !was.Contains(Bare(row))))
        {
            yield return Detail($"{row.UserPrincipalName}: {tenant.Catalog.Skus[row.Sku].PartNumber} would be {Word(row.After, row.Error)}, which the plan does not say.", row.UserId);
        }

        foreach (PlannedLicense row in old.Licenses.Where(row => !now.Contains(Bare(row))))
        {
            yield return Detail($"{row.UserPrincipalName}: {tenant.Catalog.Skus[row.Sku].PartNumber} would not become {Word(row.After, row.Error)}, as the plan says.", row.UserId);
        }
    }

    // A name may have changed meanwhile; that is no other outcome.
    private static PlannedLicense Bare(PlannedLicense row) => row with { UserPrincipalName = "" };

    private static string Word(AssignmentState? state, LicenseError error) =>
        state is null ? "taken away" : error == LicenseError.None ? $"{state}" : $"{state} with {error}";

    private static IEnumerable<ErrorDetail> Machines(Plan old, Plan young)
    {
        Dictionary<PlannedCloudPc, int> was = Counted(old), now = Counted(young);
        foreach (PlannedCloudPc row in was.Keys.Union(now.Keys))
        {
            int before = was.GetValueOrDefault(row), after = now.GetValueOrDefault(row);
            if (before != after)
            {
                string which = row.Id is { } id ? $"Cloud PC {id}" : "a new Cloud PC";
                yield return Detail(
                    after > before ? $"{which} would be {PlanJson.NameOf(row.Effect)}, which the plan does not say." : $"{which} would not be {PlanJson.NameOf(row.Effect)}, as the plan says.",
                    row.Id ?? row.UserId);
            }
        }
    }

    private static Dictionary<PlannedCloudPc, int> Counted(Plan plan) =>
        plan.CloudPcs.GroupBy(static row => row with { Date = default }).ToDictionary(static rows => rows.Key, static rows => rows.Count());

    private static IEnumerable<ErrorDetail> Pools(Plan old, Plan young, Tenant tenant)
    {
        Dictionary<int, (int Seats, int Waiting)> was = Moves(old), now = Moves(young);
        foreach (int sku in was.Keys.Union(now.Keys).Order())
        {
            (int Seats, int Waiting) before = was.GetValueOrDefault(sku), after = now.GetValueOrDefault(sku);
            if (before != after)
            {
                yield return Detail(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{tenant.Catalog.Skus[sku].PartNumber}: {after.Seats:+0;-0;0} seats and {after.Waiting:+0;-0;0} waiting, where the plan says {before.Seats:+0;-0;0} and {before.Waiting:+0;-0;0}."),
                    tenant.Catalog.Skus[sku].Id);
            }
        }
    }

    private static Dictionary<int, (int Seats, int Waiting)> Moves(Plan plan) => plan.Pools
        .Select(static pool => (pool.Sku, Move: (pool.ConsumedAfter - pool.ConsumedBefore, pool.WaitingAfter - pool.WaitingBefore)))
        .Where(static one => one.Move != (0, 0)).ToDictionary(static one => one.Sku, static one => one.Move);

    private static ErrorDetail Detail(string message, Guid target) => new("planDiffers", message, target.ToString());
}
