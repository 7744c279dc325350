using Berth.Engine.Collections;

namespace Berth.Engine.Insight.Findings;

/// <summary>How many findings of a kind there are.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Findings">How many.</param>
/// <param name="Seats">The seats, or places of Cloud PCs, that they hold together.</param>
public readonly record struct FindingCount(FindingKind Kind, int Findings, long Seats);

/// <summary>Some of the findings, and how many there are of each kind.</summary>
/// <param name="Counts">The counts of every kind that was asked for.</param>
/// <param name="Findings">The page.</param>
/// <param name="HasMore">Whether more follow.</param>
public sealed record FindingPage(ValueArray<FindingCount> Counts, ValueArray<Finding> Findings, bool HasMore);

/// <summary>
/// Looks for what costs without a use, or is missing (B544). The whole tenant is walked over once and only the page is kept: the memory is that of a page,
/// and only what is on it is decided upon.
/// </summary>
public static class FindingSearch
{
    /// <summary>The most findings of a page.</summary>
    public const int MostOnPage = 200;

    /// <summary>Where findings are, in order, without looking for what would mend them.</summary>
    /// <param name="question">What is asked.</param>
    /// <param name="kinds">Of which kinds.</param>
    public static IEnumerable<Found> Of(FindingQuestion question, IReadOnlyCollection<FindingKind> kinds) =>
        FindingRule.All.Where(rule => kinds.Contains(rule.Kind)).SelectMany(rule => rule.Search(question)).Order();

    /// <summary>A page of findings.</summary>
    /// <param name="question">What is asked.</param>
    /// <param name="kinds">Of which kinds.</param>
    /// <param name="after">The last one of the page before; null for the first page.</param>
    /// <param name="size">How many, at most <see cref="MostOnPage"/>.</param>
    /// <param name="context">Now, and who asks.</param>
    public static FindingPage Page(FindingQuestion question, IReadOnlyCollection<FindingKind> kinds, Found? after, int size, DecisionContext context)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, MostOnPage);
        List<FindingCount> counts = [];

        // The first ones after the last page: the greatest of those kept goes when a smaller one comes.
        PriorityQueue<Found, Found> kept = new(Comparer<Found>.Create(static (one, other) => other.CompareTo(one)));
        foreach (FindingRule rule in FindingRule.All.Where(rule => kinds.Contains(rule.Kind)))
        {
            (int findings, long seats) = (0, 0);
            foreach (Found found in rule.Search(question))
            {
                (findings, seats) = (findings + 1, seats + found.Seats);
                if (after is not { } last || found > last)
                {
                    if (kept.Count <= size)
                    {
                        kept.Enqueue(found, found);
                    }
                    else if (found < kept.Peek())
                    {
                        kept.DequeueEnqueue(found, found);
                    }
                }
            }

            counts.Add(new FindingCount(rule.Kind, findings, seats));
        }

        bool more = kept.Count > size;
        Found[] page = [.. kept.UnorderedItems.Select(static one => one.Element).Order().Take(size)];
        return new FindingPage(counts.ToValueArray(), page.Select(found => Tell(question, found, context)).ToValueArray(), more);
    }

    /// <summary>What a finding says, and what would mend it.</summary>
    /// <param name="question">What was asked.</param>
    /// <param name="found">Where it was made.</param>
    /// <param name="context">Now, and who asks.</param>
    public static Finding Tell(FindingQuestion question, Found found, DecisionContext context)
    {
        FindingRule rule = FindingRule.All[(int)found.Kind];
        FindingDetails details = rule.Details(question, found);
        return new Finding(found, details.Skus, details.Plans, details.Users, details.Named, details.Date, Mend(question, rule, found, context));
    }

    private static Remedy Mend(FindingQuestion question, FindingRule rule, Found found, DecisionContext context)
    {
        (FindingObstacle obstacle, int group, Refusal? refusal) = (FindingObstacle.None, -1, null);
        foreach (Candidate candidate in rule.Candidates(question, found))
        {
            if (candidate.Commands.Length == 0)
            {
                (obstacle, group) = (candidate.Obstacle, candidate.Group);
                continue;
            }

            if (Plan.Of(question.Tenant, candidate.Commands, context, out Refusal? no) is not { } plan)
            {
                refusal ??= no;
                obstacle = obstacle == FindingObstacle.None ? FindingObstacle.Refused : obstacle;
            }
            else if (plan.Changes && rule.Mends(question, found, plan))
            {
                return new Remedy(
                    candidate.Commands.ToValueArray(), rule.Freed(question, found, plan), plan.Gaining, plan.Losing, plan.CloudPcs.Count(static one => one.DestroysData),
                    candidate.Obstacle, candidate.Group, null);
            }
            else
            {
                obstacle = obstacle == FindingObstacle.None ? FindingObstacle.WithoutEffect : obstacle;
            }
        }

        return new Remedy([], 0, 0, 0, 0, obstacle == FindingObstacle.None ? FindingObstacle.WithoutEffect : obstacle, group, obstacle == FindingObstacle.Refused ? refusal : null);
    }
}
