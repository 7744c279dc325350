using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Insight.Findings;
using Berth.Engine.Licensing;

namespace Berth.Engine.Tests.Insight;

/// <summary>Findings the slow and obvious way (B544 to B549): everything is asked again of the rows that clients see, for each user, and nothing is remembered.</summary>
internal static class FindingOracle
{
    public static List<string> Of(FindingQuestion question)
    {
        List<string> found = [];
        Tenant tenant = question.Tenant;
        for (int user = 0; user < tenant.Users.Count; user++)
        {
            if (tenant.Users[user] is { } person)
            {
                found.AddRange(Redundant(tenant, user).Select(sku => Line(FindingKind.RedundantDirectLicense, person.Id, tenant.Catalog.Skus[sku].Id, 0)));
                if (!person.AccountEnabled && Held(tenant, user).Count > 0)
                {
                    found.Add(Line(FindingKind.DisabledUserLicense, person.Id, Guid.Empty, Held(tenant, user).Count));
                }

                if (Machines(tenant).Any(row => row.User == user && NeedsCompanions(tenant, row)) && !HasCompanions(tenant, user))
                {
                    found.Add(Line(FindingKind.MissingCompanions, person.Id, Guid.Empty, 0));
                }

                found.AddRange(
                    from license in tenant.LicensesOf(user).Direct.Items
                    where license.Disabled.Count > 0 && SwitchedOn(tenant, license).Any()
                    select Line(FindingKind.PlanSwitchedOn, person.Id, tenant.Catalog.Skus[license.Sku].Id, 0));
            }
        }

        foreach (CloudPc row in Machines(tenant))
        {
            if (row.Status is CloudPcStatus.Provisioned or CloudPcStatus.ProvisionedWithWarnings && tenant.Fleet.Sessions.Values.All(session => tenant.Fleet.CloudPcs[session.CloudPc]!.Id != row.Id)
                && new[] { row.ProvisionedAt, row.Use?.SignedInAt, row.Use?.SignedOutAt }.Max() is { } last && (question.Now - last).TotalDays >= question.Days)
            {
                found.Add(Line(FindingKind.UnusedCloudPc, row.UserId, row.Id, 1));
            }

            if (row.GraceEndsAt is not null && row.Status == CloudPcStatus.InGracePeriod)
            {
                found.Add(Line(FindingKind.SeatHeldByGrace, row.UserId, row.Id, 1));
            }
        }

        Group[] groups = [.. Enumerable.Range(0, tenant.Groups.Count).Select(index => tenant.Groups[index]).Where(group => !group.IsDeleted)];
        foreach (Group one in groups)
        {
            found.AddRange(
                from inner in one.MemberGroups
                where Inside(tenant, inner, []).Distinct().Any(user => !one.Members.Contains(user) && one.Licenses.Items.Any(license => !Held(tenant, user).Contains(license.Sku)))
                select Line(FindingKind.NestedGroup, one.Id, tenant.Groups[inner].Id, 0));
            found.AddRange(
                from license in one.Licenses.Items
                where license.Disabled.Count > 0 && SwitchedOn(tenant, license).Any()
                select Line(FindingKind.PlanSwitchedOn, one.Id, tenant.Catalog.Skus[license.Sku].Id, 0));
        }

        HashSet<int> licensed = [.. groups.Where(group => !group.Licenses.IsEmpty).SelectMany(group => group.Members)];
        HashSet<int> ruled = [.. groups.Where(group => group.Profile.IsDynamic).SelectMany(group => group.Members).Except(licensed)];
        long p1 = Units(tenant, "AAD_PREMIUM"), education = tenant.Catalog.Skus.Where(sku => Has(tenant, sku, "INTUNE_EDU") && !Has(tenant, sku, "AAD_PREMIUM")).Sum(sku => tenant.PrepaidUnitsOf(sku.Index).Assignable);

        // Who belongs by a rule only takes a unit for education first; what is left over of these helps nobody else.
        if (licensed.Count + Math.Max(0, ruled.Count - education) > p1)
        {
            found.Add(Line(FindingKind.MissingEntraP1, Guid.Empty, Guid.Empty, 0));
        }

        foreach (Sku sku in tenant.Catalog.Skus.Where(sku => sku.PartNumber == "VISIO_PLAN1_DEPT"
            || tenant.Subscriptions.Any(one => one.Sku == sku.Index && one.Status != SubscriptionStatus.Deleted && one.Owner?.Type == "User")))
        {
            int holders = Enumerable.Range(0, tenant.Users.Count).Count(user => Held(tenant, user).Contains(sku.Index));
            if (holders > 0 || tenant.Subscriptions.Any(one => one.Sku == sku.Index && one.Status != SubscriptionStatus.Deleted))
            {
                found.Add(Line(FindingKind.SelfServiceSubscription, sku.Id, Guid.Empty, holders));
            }
        }

        found.Sort(StringComparer.Ordinal);
        return found;
    }

    public static string Line(FindingKind kind, Guid first, Guid second, int seats) => $"{kind} {first} {second} {seats}";

    /// <summary>The plans that are switched on for a user, by the rows of licenseAssignmentStates.</summary>
    public static HashSet<int> Enabled(Tenant tenant, int user) =>
    [
        .. LicenseState.Of(tenant, user).Where(state => state.State != AssignmentState.Error)
            .SelectMany(state => tenant.Catalog.Skus[state.Sku].Plans.Where(plan => !state.Disabled.Contains(plan))),
    ];

    public static HashSet<int> Held(Tenant tenant, int user) => [.. LicenseState.Of(tenant, user).Where(state => state.State != AssignmentState.Error).Select(state => state.Sku)];

    private static IEnumerable<int> Redundant(Tenant tenant, int user)
    {
        LicenseState[] states = [.. LicenseState.Of(tenant, user)];
        foreach (LicenseState direct in states.Where(state => state.Group < 0))
        {
            // A group with an error for any of its SKUs owes something.
            LicenseState[] others = [.. states.Where(state => state.Group >= 0 && state.Sku == direct.Sku && state.State == AssignmentState.Active
                && tenant.Groups[state.Group].Members.Contains(user) && states.All(each => each.Group != state.Group || each.Error == LicenseError.None))];
            IEnumerable<int> on = tenant.Catalog.Skus[direct.Sku].Plans.Where(plan => !direct.Disabled.Contains(plan));
            if (others.Length > 0 && on.All(plan => others.Any(other => !other.Disabled.Contains(plan))))
            {
                yield return direct.Sku;
            }
        }
    }

    private static IEnumerable<CloudPc> Machines(Tenant tenant) => Enumerable.Range(0, tenant.Fleet.CloudPcs.Count).Select(index => tenant.Fleet.CloudPcs[index]).OfType<CloudPc>();

    private static bool NeedsCompanions(Tenant tenant, CloudPc row) =>
        tenant.Catalog.CloudPcPlanOf(row.Plan)!.Kind is CloudPcKind.Enterprise or CloudPcKind.Frontline
        && row.Status is not (CloudPcStatus.NotProvisioned or CloudPcStatus.PendingProvision or CloudPcStatus.Failed or CloudPcStatus.InGracePeriod or CloudPcStatus.Deprovisioning);

    private static bool HasCompanions(Tenant tenant, int user)
    {
        HashSet<string> names = [.. Enabled(tenant, user).Select(plan => tenant.Catalog.Plans[plan].Name)];
        string[] windows = ["WIN10_PRO_ENT_SUB", "Virtualization Rights for Windows 10 (E3/E5+VDA)", "WIN10_ENT_LOC_F1", "WINBIZ"];
        return names.Contains("INTUNE_A") && names.Contains("AAD_PREMIUM") && names.Overlaps(windows);
    }

    private static IEnumerable<int> SwitchedOn(Tenant tenant, License license) =>
        SkuCatalog.BuiltIn.TryGetSku(tenant.Catalog.Skus[license.Sku].Id, out Sku? first)
            ? tenant.Catalog.Skus[license.Sku].Plans.Where(plan =>
                !license.Disabled.Contains(plan) && tenant.Catalog.Plans[plan].Name != "EXCHANGE_S_FOUNDATION" && first.Plans.All(old => SkuCatalog.BuiltIn.Plans[old].Id != tenant.Catalog.Plans[plan].Id))
            : [];

    private static IEnumerable<int> Inside(Tenant tenant, int group, HashSet<int> seen) =>
        seen.Add(group) ? tenant.Groups[group].Members.Concat(tenant.Groups[group].MemberGroups.SelectMany(inner => Inside(tenant, inner, seen))) : [];

    private static long Units(Tenant tenant, string plan) => tenant.Catalog.Skus.Where(sku => Has(tenant, sku, plan)).Sum(sku => tenant.PrepaidUnitsOf(sku.Index).Assignable);

    private static bool Has(Tenant tenant, Sku sku, string plan) => sku.Plans.Any(index => tenant.Catalog.Plans[index].Name == plan);
}
