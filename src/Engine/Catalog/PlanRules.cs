using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Berth.Engine.Collections;

namespace Berth.Engine.Catalog;

/// <summary>Plans of which at most one may be enabled for a user through different SKUs (section 4.1 of the rule book).</summary>
/// <param name="Name">The name of the set.</param>
/// <param name="Plans">Ids of its plans.</param>
public sealed record ExclusiveSet(string Name, ValueArray<Guid> Plans);

/// <summary>A pair that may be combined although it stands in one exclusive set (L102).</summary>
/// <param name="First">One plan.</param>
/// <param name="Second">The other.</param>
public sealed record AllowedPair(Guid First, Guid Second);

/// <summary>A plan that needs another one; any enabled alternative satisfies it (L108, L109).</summary>
/// <param name="Plan">The dependent plan.</param>
/// <param name="AnyOf">The alternatives, in the order in which messages name them.</param>
public sealed record PlanRequirement(Guid Plan, ValueArray<Guid> AnyOf);

/// <summary>Where a plan is offered.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Allow">If not empty: only in these countries.</param>
/// <param name="Deny">Never in these countries.</param>
public sealed record PlanRegion(Guid Plan, ValueArray<string> Allow, ValueArray<string> Deny);

/// <summary>
/// The rules between service plans: data that an operator can replace, because the vendor publishes no complete table (L112).
/// </summary>
/// <param name="ExclusiveSets">Sets in the order in which messages look at them.</param>
/// <param name="AllowedPairs">Exceptions from the sets.</param>
/// <param name="Requirements">Dependencies.</param>
/// <param name="Regions">Countries.</param>
public sealed record PlanRules(
    ValueArray<ExclusiveSet> ExclusiveSets,
    ValueArray<AllowedPair> AllowedPairs,
    ValueArray<PlanRequirement> Requirements,
    ValueArray<PlanRegion> Regions)
{
    /// <summary>The most distinct plans all rules together may name.</summary>
    public const int MostPlans = 256;

    /// <summary>No rules.</summary>
    public static PlanRules None { get; } = new([], [], [], []);

    /// <summary>The rules that come with this program.</summary>
    public static PlanRules BuiltIn { get; } = ReadBuiltIn();

    /// <summary>Every plan that some rule names, each once, in the order of their first mention.</summary>
    public IEnumerable<Guid> Plans() =>
        ExclusiveSets.SelectMany(set => set.Plans)
            .Concat(Requirements.SelectMany(requirement => requirement.AnyOf.Prepend(requirement.Plan)))
            .Concat(Regions.Select(region => region.Plan))
            .Distinct();

    /// <summary>Reads rules from JSON.</summary>
    /// <returns>The rules, or a sentence that says what is wrong with them.</returns>
    public static (PlanRules? Rules, string? Problem) Parse(ReadOnlySpan<byte> json)
    {
        Document? document;
        try
        {
            document = JsonSerializer.Deserialize(json, PlanRulesJson.Default.Document);
        }
        catch (JsonException e)
        {
            return (null, $"The plan rules are not the expected JSON: {e.Message}");
        }

        if (document is null)
        {
            return (null, "The plan rules are empty.");
        }

        if (HasNull(document.ExclusiveSets, set => HasNull(set.Plans, _ => false)) || HasNull(document.ExclusivePairsAllowed, _ => false)
            || HasNull(document.Requires, _ => false) || HasNull(document.Regions, _ => false))
        {
            return (null, "The plan rules have an entry that is null.");
        }

        if (document.ExclusivePairsAllowed.Any(pair => pair.Plans.Length != 2))
        {
            return (null, "Each entry of exclusivePairsAllowed names exactly two plans.");
        }

        if (document.Requires.Any(rule => rule.AnyOf.Length == 0))
        {
            return (null, "Each entry of requires names at least one alternative in anyOf.");
        }

        if (document.Regions.SelectMany(region => (region.Allow ?? []).Concat(region.Deny ?? [])).FirstOrDefault(country => !Countries.IsKnown(country)) is { } unknown)
        {
            return (null, $"'{unknown}' is not an ISO 3166-1 alpha-2 country code.");
        }

        PlanRules rules = new(
            document.ExclusiveSets.Select(set => new ExclusiveSet(set.Name, set.Plans.Select(plan => plan.ServicePlanId).ToValueArray())).ToValueArray(),
            document.ExclusivePairsAllowed.Select(pair => new AllowedPair(pair.Plans[0], pair.Plans[1])).ToValueArray(),
            document.Requires.Select(rule => new PlanRequirement(rule.ServicePlanId, rule.AnyOf.ToValueArray())).ToValueArray(),
            document.Regions.Select(rule => new PlanRegion(rule.ServicePlanId, (rule.Allow ?? []).ToValueArray(), (rule.Deny ?? []).ToValueArray())).ToValueArray());
        int plans = rules.Plans().Count();
        return plans > MostPlans ? (null, $"The rules name {plans} plans; at most {MostPlans} are possible.") : (rules, null);
    }

    /// <summary>The rules as JSON that <see cref="Parse"/> reads.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(
        new Document
        {
            ExclusiveSets = [.. ExclusiveSets.Select(set => new SetDocument { Name = set.Name, Plans = [.. set.Plans.Select(id => new PlanDocument { ServicePlanId = id })] })],
            ExclusivePairsAllowed = [.. AllowedPairs.Select(pair => new PairDocument { Plans = [pair.First, pair.Second] })],
            Requires = [.. Requirements.Select(rule => new RequireDocument { ServicePlanId = rule.Plan, AnyOf = [.. rule.AnyOf] })],
            Regions = [.. Regions.Select(rule => new RegionDocument { ServicePlanId = rule.Plan, Allow = [.. rule.Allow], Deny = [.. rule.Deny] })],
        },
        PlanRulesJson.Default.Document);

    // JSON can say null where a list has no place for it.
    private static bool HasNull<T>(T?[] items, Func<T, bool> inside)
        where T : class =>
        items.Any(item => item is null || inside(item));

    private static PlanRules ReadBuiltIn()
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("Berth.Engine.Catalog.Data.plan-rules.json")!;
        using MemoryStream bytes = new();
        stream.CopyTo(bytes);
        (PlanRules? rules, string? problem) = Parse(bytes.GetBuffer().AsSpan(0, checked((int)bytes.Length)));
        return rules ?? throw new InvalidOperationException(problem);
    }

    internal sealed class Document
    {
        public SetDocument[] ExclusiveSets { get; set; } = [];

        public PairDocument[] ExclusivePairsAllowed { get; set; } = [];

        public RequireDocument[] Requires { get; set; } = [];

        public RegionDocument[] Regions { get; set; } = [];
    }

    internal sealed class SetDocument
    {
        public string Name { get; set; } = "";

        public PlanDocument[] Plans { get; set; } = [];
    }

    internal sealed class PlanDocument
    {
        public Guid ServicePlanId { get; set; }
    }

    internal sealed class PairDocument
    {
        public Guid[] Plans { get; set; } = [];
    }

    internal sealed class RequireDocument
    {
        public Guid ServicePlanId { get; set; }

        public Guid[] AnyOf { get; set; } = [];
    }

    internal sealed class RegionDocument
    {
        public Guid ServicePlanId { get; set; }

        public string[]? Allow { get; set; }

        public string[]? Deny { get; set; }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(PlanRules.Document))]
internal sealed partial class PlanRulesJson : JsonSerializerContext;
