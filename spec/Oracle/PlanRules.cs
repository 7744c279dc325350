using System.Text.Json;

namespace Berth.Oracle;

/// <summary>What a plan needs: one of the alternatives, enabled (L108, L109).</summary>
public sealed record Requirement(string Plan, List<string> AnyOf);

/// <summary>Where a plan is offered; null lists say nothing.</summary>
public sealed record Region(string Plan, List<string>? Allow, List<string>? Deny);

/// <summary>The rules between plans, read from JSON in their own order (L112).</summary>
public sealed class PlanRules
{
    /// <summary>Sets of plans that exclude each other through different SKUs.</summary>
    public List<List<string>> ExclusiveSets { get; } = [];

    /// <summary>Pairs that may stand together all the same (L102).</summary>
    public List<List<string>> AllowedPairs { get; } = [];

    /// <summary>Dependencies.</summary>
    public List<Requirement> Requirements { get; } = [];

    /// <summary>Regions.</summary>
    public List<Region> Regions { get; } = [];

    /// <summary>Reads the rules file.</summary>
    public static PlanRules Read(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        PlanRules rules = new();
        foreach (JsonElement set in document.RootElement.GetProperty("exclusiveSets").EnumerateArray())
        {
            rules.ExclusiveSets.Add([.. set.GetProperty("plans").EnumerateArray().Select(plan => Id(plan.GetProperty("servicePlanId")))]);
        }

        foreach (JsonElement pair in document.RootElement.GetProperty("exclusivePairsAllowed").EnumerateArray())
        {
            rules.AllowedPairs.Add([.. pair.GetProperty("plans").EnumerateArray().Select(Id)]);
        }

        foreach (JsonElement rule in document.RootElement.GetProperty("requires").EnumerateArray())
        {
            rules.Requirements.Add(new Requirement(Id(rule.GetProperty("servicePlanId")), [.. rule.GetProperty("anyOf").EnumerateArray().Select(Id)]));
        }

        foreach (JsonElement rule in document.RootElement.GetProperty("regions").EnumerateArray())
        {
            rules.Regions.Add(new Region(Id(rule.GetProperty("servicePlanId")), Texts(rule, "allow"), Texts(rule, "deny")));
        }

        return rules;
    }

    /// <summary>Whether two different plans exclude each other: they share a set and are no allowed pair.</summary>
    public bool Exclude(string p, string q)
    {
        if (p == q || AllowedPairs.Exists(pair => pair.Contains(p) && pair.Contains(q)))
        {
            return false;
        }

        return ExclusiveSets.Exists(set => set.Contains(p) && set.Contains(q));
    }

    /// <summary>Whether a plan is offered in a country.</summary>
    public bool IsOffered(string plan, string country)
    {
        foreach (Region region in Regions)
        {
            if (region.Plan == plan)
            {
                if (region.Allow is { Count: > 0 } && !region.Allow.Contains(country))
                {
                    return false;
                }

                if (region.Deny is not null && region.Deny.Contains(country))
                {
                    return false;
                }
            }
        }

        return true;
    }

    private static string Id(JsonElement element) => element.GetGuid().ToString();

    private static List<string>? Texts(JsonElement rule, string name) =>
        rule.TryGetProperty(name, out JsonElement list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Select(text => text.GetString()!.ToUpperInvariant())]
            : null;
}
