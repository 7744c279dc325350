using Berth.Engine.Collections;
using Berth.Engine.Licensing;

namespace Berth.Engine.Insight.Findings;

/// <summary>
/// Direct licenses whose every enabled plan comes from groups as well (B545): without them the user has what there was, and loses it when leaving the group,
/// as was meant (L77).
/// </summary>
internal sealed class RedundantDirectLicenses : FindingRule
{
    public override FindingKind Kind => FindingKind.RedundantDirectLicense;

    public override IEnumerable<Found> Search(FindingQuestion question)
    {
        Tenant tenant = question.Tenant;
        for (int user = 0; user < tenant.Users.Count; user++)
        {
            UserLicenses licenses = tenant.LicensesOf(user);
            if (licenses.Direct.IsEmpty || licenses.Groups.Count == 0 || tenant.Users[user] is not { } person)
            {
                continue;
            }

            foreach (License license in licenses.Direct.Items)
            {
                if (question.IsAbout(license.Sku) && IsCovered(tenant, user, licenses, license))
                {
                    yield return new Found(Kind, person.Id, tenant.Catalog.Skus[license.Sku].Id, user, -1, license.Sku, 0);
                }
            }
        }
    }

    public override FindingDetails Details(FindingQuestion question, Found found) => About(found.User, [found.Other]);

    public override IEnumerable<Candidate> Candidates(FindingQuestion question, Found found) => [new([new Command.AssignUserLicenses(found.First, [], [found.Second])])];

    // Not one plan may go: what the user has switched on afterwards is what it was.
    public override bool Mends(FindingQuestion question, Found found, Plan plan) =>
        !plan.After.LicensesOf(found.User).Direct.Contains(found.Other)
        && EnabledPlans.Of(question.Tenant, found.User).All(EnabledPlans.Of(plan.After, found.User).ToHashSet().Contains);

    // A group counts that the user belongs to and that owes nothing: what is held in error only can go any moment.
    private static bool IsCovered(Tenant tenant, int user, UserLicenses licenses, License license)
    {
        HashSet<int>? left = null;
        foreach (ref readonly GroupSource source in licenses.Groups.Span)
        {
            if (source.Trouble is not null || source.Applied.Disabled(license.Sku) is not { } disabled || tenant.GroupsOf(user).Span.BinarySearch(source.Group) < 0)
            {
                continue;
            }

            if (disabled.Count == 0 || disabled == license.Disabled)
            {
                return true;
            }

            // Plans that the direct license switches on and every group so far leaves off.
            if (left is null)
            {
                left = [.. disabled.Where(plan => license.Disabled.Span.BinarySearch(plan) < 0)];
            }
            else
            {
                left.IntersectWith(disabled);
            }
        }

        return left is { Count: 0 };
    }
}
