using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Licensing;

namespace Berth.Engine.Insight.Findings;

/// <summary>Seats of users who cannot sign in (B545, B271): one finding a user, because what depends on what can go only together.</summary>
internal sealed class LicensesOfDisabledUsers : FindingRule
{
    public override FindingKind Kind => FindingKind.DisabledUserLicense;

    public override IEnumerable<Found> Search(FindingQuestion question)
    {
        Tenant tenant = question.Tenant;
        for (int user = 0; user < tenant.Users.Count; user++)
        {
            if (tenant.Users[user] is { AccountEnabled: false } person && !ReferenceEquals(tenant.LicensesOf(user), UserLicenses.None)
                && tenant.LicensesOf(user) is { } licenses && licenses.Held().Length is > 0 and int seats && (question.Sku < 0 || licenses.Holds(question.Sku)))
            {
                yield return new Found(Kind, person.Id, Guid.Empty, user, -1, 0, seats);
            }
        }
    }

    public override FindingDetails Details(FindingQuestion question, Found found) => About(found.User, question.Tenant.LicensesOf(found.User).Held());

    public override IEnumerable<Candidate> Candidates(FindingQuestion question, Found found)
    {
        Tenant tenant = question.Tenant;
        Command[] direct = tenant.LicensesOf(found.User).Direct.Items.Select(one => tenant.Catalog.Skus[one.Sku].Id).ToArray() is { Length: > 0 } skus
            ? [new Command.AssignUserLicenses(found.First, [], skus.ToValueArray())]
            : [];
        List<Command> leaving = [];
        int dynamic = -1;
        foreach (int group in tenant.GroupsOf(found.User))
        {
            Group one = tenant.Groups[group];
            if (one.Licenses.IsEmpty)
            {
                continue;
            }

            if (one.Profile.IsDynamic)
            {
                dynamic = dynamic < 0 ? group : dynamic;
            }
            else
            {
                leaving.Add(new Command.RemoveMembers(one.Id, [found.First]));
            }
        }

        // Which goes first matters when one holds the other: leaving is never refused, and what then hangs on the direct license follows it.
        FindingObstacle rest = dynamic < 0 ? FindingObstacle.None : FindingObstacle.DynamicGroup;
        yield return new Candidate([], rest, dynamic);
        yield return new Candidate([.. leaving, .. direct], rest, dynamic);
        if (leaving.Count > 0 && direct.Length > 0)
        {
            yield return new Candidate([.. direct, .. leaving], rest, dynamic);
            yield return new Candidate([.. leaving], rest, dynamic);
        }
    }

    public override bool Mends(FindingQuestion question, Found found, Plan plan) => Freed(question, found, plan) > 0;
}
