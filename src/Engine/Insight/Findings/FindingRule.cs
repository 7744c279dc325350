using Berth.Engine.Collections;

namespace Berth.Engine.Insight.Findings;

/// <summary>Changes that may mend a finding.</summary>
/// <param name="Commands">The changes; none when the kind knows beforehand that there is none.</param>
/// <param name="Obstacle">Why there is none, or what they leave.</param>
/// <param name="Group">The group that the obstacle is about, or -1.</param>
internal readonly record struct Candidate(Command[] Commands, FindingObstacle Obstacle = FindingObstacle.None, int Group = -1);

/// <summary>One kind of finding: where it is made, what it says, and what may mend it. It decides nothing of its own.</summary>
internal abstract class FindingRule
{
    /// <summary>Every kind, in the order in which they are told.</summary>
    public static IReadOnlyList<FindingRule> All { get; } =
    [
        new RedundantDirectLicenses(), new LicensesOfDisabledUsers(), new UnusedCloudPcs(), new SeatsHeldByGrace(), new MissingEntraP1(), new MissingCompanions(), new NestedGroups(),
        new PlansSwitchedOn(), new OwnPurchases(),
    ];

    /// <summary>The kind.</summary>
    public abstract FindingKind Kind { get; }

    /// <summary>Where it is made, in any order: one walk over what there is, without deciding anything.</summary>
    public abstract IEnumerable<Found> Search(FindingQuestion question);

    /// <summary>What it says beside where it was made.</summary>
    public abstract FindingDetails Details(FindingQuestion question, Found found);

    /// <summary>What may mend it, the best first; each is decided before it is told.</summary>
    public abstract IEnumerable<Candidate> Candidates(FindingQuestion question, Found found);

    /// <summary>Whether a change does what the finding promises.</summary>
    public abstract bool Mends(FindingQuestion question, Found found, Plan plan);

    /// <summary>How many seats, or places, the subject holds no more.</summary>
    public virtual int Freed(FindingQuestion question, Found found, Plan plan) =>
        found.User < 0 ? 0 : question.Tenant.LicensesOf(found.User).Held().Except(plan.After.LicensesOf(found.User).Held()).Count();

    /// <summary>A finding about one user, or about none.</summary>
    protected static FindingDetails About(int user, IEnumerable<int> skus, IEnumerable<int>? plans = null, DateTimeOffset? date = null) =>
        new(skus.ToValueArray(), (plans ?? []).ToValueArray(), user < 0 ? 0 : 1, user < 0 ? [] : [user], date);
}

/// <summary>See <see cref="Finding"/>.</summary>
internal readonly record struct FindingDetails(ValueArray<int> Skus, ValueArray<int> Plans, int Users, ValueArray<int> Named, DateTimeOffset? Date);
