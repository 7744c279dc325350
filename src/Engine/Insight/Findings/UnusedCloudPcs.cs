using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Licensing;

namespace Berth.Engine.Insight.Findings;

/// <summary>
/// Cloud PCs that could be worked on and were not for so many days (B546): by the last sign-in and sign-out that a row keeps (B371), and by the day it came up
/// when nobody ever came.
/// </summary>
internal sealed class UnusedCloudPcs : FindingRule
{
    public override FindingKind Kind => FindingKind.UnusedCloudPc;

    public override IEnumerable<Found> Search(FindingQuestion question)
    {
        Fleet fleet = question.Tenant.Fleet;
        DateTimeOffset before = question.Now.AddDays(-question.Days);
        for (int index = 0; index < fleet.CloudPcs.Count; index++)
        {
            if (fleet.CloudPcs[index] is { Status: CloudPcStatus.Provisioned or CloudPcStatus.ProvisionedWithWarnings } row
                && LastUse(row) is { } last && last <= before && fleet.SessionOn(index) is null && IsAbout(question, row.Plan))
            {
                yield return new Found(Kind, row.UserId, row.Id, row.User, -1, index, 1);
            }
        }
    }

    public override FindingDetails Details(FindingQuestion question, Found found)
    {
        CloudPc row = question.Tenant.Fleet.CloudPcs[found.Other]!;
        return About(found.User, SkusOf(question.Tenant, row), [row.Plan], LastUse(row));
    }

    public override IEnumerable<Candidate> Candidates(FindingQuestion question, Found found)
    {
        Tenant tenant = question.Tenant;
        CloudPc row = tenant.Fleet.CloudPcs[found.Other]!;
        if (row.IsShared)
        {
            return [new Candidate([], FindingObstacle.SharedCloudPc)];
        }

        return tenant.Catalog.CloudPcPlanOf(row.Plan)?.Kind switch
        {
            CloudPcKind.Reserve => [new Candidate([], FindingObstacle.ReserveCloudPc)],
            CloudPcKind.Frontline => [OfAssignment(tenant, found.User, row)],
            _ => [OfLicense(tenant, found.User, row)],
        };
    }

    // What is promised: the Cloud PC has no right any more, and goes when its grace is over.
    public override bool Mends(FindingQuestion question, Found found, Plan plan) =>
        plan.After.Fleet.CloudPcs[found.Other] is null or { Status: CloudPcStatus.InGracePeriod or CloudPcStatus.Deprovisioning };

    internal static DateTimeOffset? LastUse(CloudPc row) => row.ProvisionedAt is not { } up ? null : Later(up, Later(row.Use?.SignedInAt ?? up, row.Use?.SignedOutAt ?? up));

    internal static bool IsAbout(FindingQuestion question, int plan) => question.Sku < 0 || question.Tenant.Catalog.Skus[question.Sku].Plans.Contains(plan);

    /// <summary>The SKUs of the user that give the plan of a row; those of the tenant when the plan is no license of a user.</summary>
    internal static IEnumerable<int> SkusOf(Tenant tenant, CloudPc row)
    {
        bool own = tenant.Catalog.CloudPcPlanOf(row.Plan)?.Kind is CloudPcKind.Enterprise or CloudPcKind.Business;
        return tenant.Catalog.Skus.Where(sku => sku.Plans.Contains(row.Plan) && (own ? row.User >= 0 && tenant.LicensesOf(row.User).Holds(sku.Index) : tenant.Owns(sku.Index)))
            .Select(static sku => sku.Index);
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    // Dedicated Frontline: who leaves the group of the assignment has no right to it.
    private static Candidate OfAssignment(Tenant tenant, int user, CloudPc row)
    {
        int[] groups = row.Policy >= 0 && tenant.Fleet.Policies.TryGetValue(row.Policy, out ProvisioningPolicy? policy)
            ? [.. policy.Assignments.Where(one => one.Plan == row.Plan).Select(static one => one.Group).Distinct().Where(group => tenant.GroupsOf(user).Span.BinarySearch(group) >= 0)]
            : [];
        return Leave(tenant, user, [], groups, static _ => true);
    }

    private static Candidate OfLicense(Tenant tenant, int user, CloudPc row)
    {
        SkuCatalog catalog = tenant.Catalog;
        UserLicenses licenses = tenant.LicensesOf(user);
        Guid[] direct = [.. licenses.Direct.Items.Where(one => Enables(one)).Select(one => catalog.Skus[one.Sku].Id)];
        int[] groups = [.. licenses.Groups.Where(source => source.Applied.Items.Any(Enables)).Select(static source => source.Group)];
        return Leave(tenant, user, direct, groups, group => group.Licenses.Items.All(one => catalog.GivesCloudPcs(one.Sku)));

        bool Enables(License license) => catalog.Skus[license.Sku].Plans.Contains(row.Plan) && license.Disabled.Span.BinarySearch(row.Plan) < 0;
    }

    private static Candidate Leave(Tenant tenant, int user, Guid[] direct, int[] groups, Func<Group, bool> isOnlyThat)
    {
        Guid id = tenant.Users[user]!.Id;
        List<Command> commands = [];
        foreach (int group in groups)
        {
            if (tenant.Groups[group].Profile.IsDynamic)
            {
                return new Candidate([], FindingObstacle.DynamicGroup, group);
            }

            if (!isOnlyThat(tenant.Groups[group]))
            {
                return new Candidate([], FindingObstacle.GroupGivesMore, group);
            }

            commands.Add(new Command.RemoveMembers(tenant.Groups[group].Id, [id]));
        }

        if (direct.Length > 0)
        {
            commands.Add(new Command.AssignUserLicenses(id, [], direct.ToValueArray()));
        }

        return new Candidate([.. commands], commands.Count == 0 ? FindingObstacle.WithoutEffect : FindingObstacle.None);
    }
}
