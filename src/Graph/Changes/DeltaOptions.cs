using System.Globalization;
using Berth.Engine.Collections;
using Berth.Graph.Requests;

namespace Berth.Graph.Changes;

/// <summary>What the URL and the headers of a delta query say.</summary>
/// <param name="Select"><c>$select</c>, or null.</param>
/// <param name="Ids">The ids of <c>$filter</c>; null when there is none.</param>
/// <param name="SkipToken"><c>$skiptoken</c>, or null.</param>
/// <param name="DeltaToken"><c>$deltatoken</c>, or null; an empty one begins anew, as the link of a 410 has it.</param>
internal sealed record DeltaOptions(string? Select, ValueArray<Guid>? Ids, string? SkipToken, string? DeltaToken)
{
    private const string Latest = "latest";

    private static readonly string[] Unsupported = ["$top", "$expand", "$orderby", "$count", "$search", "$skip"];

    /// <summary>Whether the client wants no past, only a place to follow from.</summary>
    public bool FromNow => Latest.Equals(DeltaToken, StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads the query string.</summary>
    public static (DeltaOptions? Options, GraphError? Error) Read(string query)
    {
        Dictionary<string, string> given = new(StringComparer.OrdinalIgnoreCase);
        foreach (string part in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            string name = Decode(equals < 0 ? part : part[..equals]).Trim();
            name = name.StartsWith('$') ? name : $"${name}";
            string value = Decode(equals < 0 ? "" : part[(equals + 1)..]).Trim();
            if (Unsupported.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                return (null, GraphError.UnsupportedQuery($"The query option '{name}' is not supported for delta queries.") with { Target = name });
            }

            if (name.ToUpperInvariant() is not ("$SELECT" or "$FILTER" or "$SKIPTOKEN" or "$DELTATOKEN"))
            {
                // As everywhere: a custom option is the client's own business, an unknown system option is a mistake.
                if (Decode(part).TrimStart().StartsWith('$') && !name.Equals("$format", StringComparison.OrdinalIgnoreCase))
                {
                    return (null, GraphError.BadQuery($"The query parameter '{name}' is not supported.") with { Target = name });
                }

                continue;
            }

            if (!given.TryAdd(name, value))
            {
                return (null, GraphError.BadQuery($"The query option '{name}' is given more than once.") with { Target = name });
            }

            if (value.Length == 0 && !name.Equals("$deltatoken", StringComparison.OrdinalIgnoreCase))
            {
                return (null, GraphError.BadQuery($"The query option '{name}' is empty.") with { Target = name });
            }
        }

        ValueArray<Guid>? ids = null;
        if (given.TryGetValue("$filter", out string? filter))
        {
            (ids, GraphError? error) = ReadFilter(filter);
            if (error is not null)
            {
                return (null, error);
            }
        }

        string? skip = given.GetValueOrDefault("$skiptoken");
        string? delta = given.GetValueOrDefault("$deltatoken") is { Length: > 0 } some ? some : null;
        return skip is not null && delta is not null
            ? (null, GraphError.BadQuery("A $skiptoken and a $deltatoken do not stand together: follow a link as it was given out.") with { Target = "$skiptoken" })
            : (new DeltaOptions(given.GetValueOrDefault("$select"), ids, skip, delta), null);
    }

    /// <summary>What <c>Prefer</c> wishes: only changed properties, and the most objects of a page (0 when it says nothing that can be done).</summary>
    public static (bool Minimal, int PageSize) ReadPrefer(string? prefer)
    {
        bool minimal = false;
        int size = 0;
        if (prefer is { Length: <= GraphLimits.PreferCharacters })
        {
            foreach (string wish in prefer.Split([',', ';'], StringSplitOptions.TrimEntries))
            {
                minimal |= wish.Equals("return=minimal", StringComparison.OrdinalIgnoreCase);
                string name = wish.StartsWith("odata.", StringComparison.OrdinalIgnoreCase) ? wish["odata.".Length..] : wish;
                if (name.StartsWith("maxpagesize=", StringComparison.OrdinalIgnoreCase)
                    && int.TryParse(name["maxpagesize=".Length..], NumberStyles.None, CultureInfo.InvariantCulture, out int asked) && asked > 0)
                {
                    size = Math.Min(asked, GraphLimits.LargestPage);
                }
            }
        }

        return (minimal, size);
    }

    // id eq '...' or id eq '...': nothing else can be said (L160).
    private static (ValueArray<Guid>? Ids, GraphError? Error) ReadFilter(string filter)
    {
        string[] words = filter.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        List<Guid> ids = [];
        for (int i = 0; i < words.Length; i += 4)
        {
            if (i + 2 >= words.Length || !Is(words[i], "id") || !Is(words[i + 1], "eq") || (i + 3 < words.Length && (!Is(words[i + 3], "or") || i + 4 == words.Length)))
            {
                return (null, GraphError.UnsupportedQuery(
                    "Filter not supported. A delta query is narrowed by object ids and by nothing else: $filter=id eq '{id}' or id eq '{id}'.") with { Target = "$filter" });
            }

            string value = words[i + 2] is ['\'', .., '\''] quoted && quoted.Length > 1 ? quoted[1..^1] : words[i + 2];
            if (!Guid.TryParseExact(value, "D", out Guid id))
            {
                return (null, GraphError.BadRequest("guidInvalid", $"Invalid object identifier '{value[..Math.Min(value.Length, GraphLimits.NameCharacters)]}'.") with { Target = "$filter" });
            }

            if (!ids.Contains(id))
            {
                ids.Add(id);
            }

            if (ids.Count > GraphLimits.DeltaIds)
            {
                return (null, GraphError.UnsupportedQuery($"Filter not supported. A delta query follows at most {GraphLimits.DeltaIds} objects by id.") with { Target = "$filter" });
            }
        }

        return (ids.ToValueArray(), null);

        static bool Is(string word, string wanted) => word.Equals(wanted, StringComparison.OrdinalIgnoreCase);
    }

    private static string Decode(string text) =>
        text.AsSpan().ContainsAny('%', '+') ? Uri.UnescapeDataString(text.Replace('+', ' ')) : text;
}
