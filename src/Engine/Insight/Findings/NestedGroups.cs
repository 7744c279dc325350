using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Licensing;

namespace Berth.Engine.Insight.Findings;

/// <summary>A group that is a member of a licensed group, and whose members get nothing from that (B548, L38).</summary>
internal sealed class NestedGroups : FindingRule
{
    // What one change of members takes, so that it is taken over HTTP too.
    private const int MostMembers = 20_000;

    public override FindingKind Kind => FindingKind.NestedGroup;

    public override IEnumerable<Found> Search(FindingQuestion question)
    {
        Tenant tenant = question.Tenant;
        for (int group = 0; group < tenant.Groups.Count; group++)
        {
            Group outer = tenant.Groups[group];
            if (outer.IsDeleted || outer.MemberGroups.Count == 0 || outer.Licenses.IsEmpty || (question.Sku >= 0 && !outer.Licenses.Contains(question.Sku)))
            {
                continue;
            }

            foreach (int inner in outer.MemberGroups)
            {
                if (Unserved(tenant, group, inner).Any())
                {
                    yield return new Found(Kind, outer.Id, tenant.Groups[inner].Id, -1, group, inner, 0);
                }
            }
        }
    }

    public override FindingDetails Details(FindingQuestion question, Found found)
    {
        int[] users = [.. Unserved(question.Tenant, found.Group, found.Other).OrderBy(user => question.Tenant.Users[user]!.Id)];
        return new FindingDetails(
            question.Tenant.Groups[found.Group].Licenses.Items.Select(static one => one.Sku).ToValueArray(), [], users.Length, users.Take(Finding.MostNamed).ToValueArray(), null);
    }

    public override IEnumerable<Candidate> Candidates(FindingQuestion question, Found found)
    {
        Tenant tenant = question.Tenant;
        Group outer = tenant.Groups[found.Group], inner = tenant.Groups[found.Other];

        // To license the inner group too keeps one place to say who belongs; what it has of its own stays as it is.
        LicenseRequest[] missing =
        [
            .. outer.Licenses.Items.Where(one => !inner.Licenses.Contains(one.Sku))
                .Select(one => new LicenseRequest(tenant.Catalog.Skus[one.Sku].Id, one.Disabled.Select(plan => tenant.Catalog.Plans[plan].Id).ToValueArray())),
        ];
        if (inner.Profile.SecurityEnabled && missing.Length > 0)
        {
            yield return new Candidate([new Command.AssignGroupLicenses(inner.Id, missing.ToValueArray(), [])]);
        }

        if (!outer.Profile.IsDynamic)
        {
            yield return new Candidate(
                [new Command.AddMembers(outer.Id, Unserved(tenant, found.Group, found.Other).Select(user => tenant.Users[user]!.Id).Order().Take(MostMembers).ToValueArray())]);
        }
        else if (!inner.Profile.SecurityEnabled || missing.Length == 0)
        {
            yield return new Candidate([], FindingObstacle.DynamicGroup, found.Group);
        }
    }

    // Seats permitting, it has to help somebody.
    public override bool Mends(FindingQuestion question, Found found, Plan plan)
    {
        LicenseSet licenses = question.Tenant.Groups[found.Group].Licenses;
        return Unserved(question.Tenant, found.Group, found.Other)
            .Any(user => licenses.Items.Any(one => !question.Tenant.LicensesOf(user).Holds(one.Sku) && plan.After.LicensesOf(user).Holds(one.Sku)));
    }

    /// <summary>Who belongs to the outer group through the inner one only, at any depth, and lacks one of its SKUs.</summary>
    internal static IEnumerable<int> Unserved(Tenant tenant, int outer, int inner)
    {
        LicenseSet licenses = tenant.Groups[outer].Licenses;
        HashSet<int> groups = [outer, inner], users = [];
        Queue<int> inside = new([inner]);
        while (inside.TryDequeue(out int group))
        {
            foreach (int user in tenant.Groups[group].Members)
            {
                if (users.Add(user) && tenant.GroupsOf(user).Span.BinarySearch(outer) < 0 && Lacks(tenant.LicensesOf(user), licenses))
                {
                    yield return user;
                }
            }

            foreach (int deeper in tenant.Groups[group].MemberGroups)
            {
                if (groups.Add(deeper))
                {
                    inside.Enqueue(deeper);
                }
            }
        }
    }

    private static bool Lacks(UserLicenses has, LicenseSet licenses)
    {
        foreach (ref readonly License license in licenses.Items.Span)
        {
            if (!has.Holds(license.Sku))
            {
                return true;
            }
        }

        return false;
    }
}
