using System.Text.Json;
using System.Text.Json.Nodes;
using Berth.Graph.Requests;
using Berth.Graph.Writes;

namespace Berth.Graph.Scim;

/// <summary>Answers with lists and with one resource, and how writes are read (B805, B809).</summary>
internal static class ScimLists
{
    /// <summary>A page of those rows that meet the query.</summary>
    /// <param name="request">The request.</param>
    /// <param name="resource">Their kind.</param>
    /// <param name="query">What is wanted.</param>
    /// <param name="rows">The rows, by a filter narrowed as far as an index reaches.</param>
    /// <param name="all">How many there are without a filter.</param>
    /// <param name="weight">How many values of a row are shown, or null where that is no matter.</param>
    public static GraphResponse Page<TRow>(
        GraphRequest request, ScimResource<TRow> resource, ScimQuery query, IEnumerable<TRow> rows, int all, Func<TRow, int>? weight = null)
    {
        if (resource.Unknown(query.Filter) is { } unknown)
        {
            return ScimError.Response(ScimError.Filter($"'{unknown}' is no attribute of {resource.Collection} that can be filtered by; /Schemas names those there are."));
        }

        List<TRow> page = [];
        int total = 0;
        foreach (TRow row in rows)
        {
            if (query.Filter is null || resource.Meets(query.Filter, row))
            {
                total++;
                if (total >= query.StartIndex && page.Count < query.Count)
                {
                    page.Add(row);
                }
                else if (query.Filter is null && total > query.StartIndex)
                {
                    break;
                }
            }
        }

        total = query.Filter is null ? all : total;
        return weight is not null && page.Sum(row => (long)weight(row)) > ScimLimits.MembersShown ? TooManyMembers : GraphResponse.Json(
            200,
            (request, resource, query, page, total),
            static (json, s) =>
            {
                Begin(json, s.total, s.query.StartIndex, s.page.Count);
                foreach (TRow row in s.page)
                {
                    s.resource.Tree(row, s.query, s.request.ServiceRoot).WriteTo(json);
                }

                json.WriteEndArray();
                json.WriteEndObject();
            });
    }

    /// <summary>One resource.</summary>
    public static GraphResponse One<TRow>(GraphRequest request, ScimResource<TRow> resource, ScimQuery query, TRow row, int status = 200) => GraphResponse.Json(
        status,
        (request, resource, query, row),
        static (json, s) => s.resource.Tree(s.row, s.query, s.request.ServiceRoot).WriteTo(json),
        new ResponseHeaders { Location = $"{request.ServiceRoot}/{resource.Collection}/{resource.Id(row)}" });

    /// <summary>A list of what is there in any case.</summary>
    public static GraphResponse Fixed(IReadOnlyList<JsonObject> resources) => GraphResponse.Json(200, resources, static (json, all) =>
    {
        Begin(json, all.Count, 1, all.Count);
        foreach (JsonObject resource in all)
        {
            resource.WriteTo(json);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    /// <summary>The answer would show more members than one may.</summary>
    public static GraphResponse TooManyMembers => ScimError.Response(ScimError.TooMany(
        $"The groups asked for have more than {ScimLimits.MembersShown} members together: leave the members out with excludedAttributes=members, or ask for fewer groups."));

    /// <summary>Answers a search, whose body is the query.</summary>
    public static Handling Search(GraphRequest request, Func<ScimQuery, GraphResponse> answer)
    {
        BodyReader reader = new("SearchRequest");
        using JsonDocument? body = reader.Parse(request.Body);
        if (body is null)
        {
            return GraphResponse.Error(request, reader.Error!);
        }

        (ScimQuery query, GraphError? error) = ScimQuery.Read(body.RootElement);
        return error is null ? answer(query) : GraphResponse.Error(request, error);
    }

    /// <summary>Answers a GET by its query.</summary>
    public static Handling Reading(GraphRequest request, Func<ScimQuery, GraphResponse> answer)
    {
        (ScimQuery query, GraphError? error) = ScimQuery.Read(request);
        return error is null ? answer(query) : GraphResponse.Error(request, error);
    }

    private static void Begin(Utf8JsonWriter json, int total, int start, int count)
    {
        json.WriteStartObject();
        json.WriteStartArray("schemas"u8);
        json.WriteStringValue(ScimSchemas.List);
        json.WriteEndArray();
        json.WriteNumber("totalResults"u8, total);
        json.WriteNumber("startIndex"u8, start);
        json.WriteNumber("itemsPerPage"u8, count);
        json.WriteStartArray("Resources"u8);
    }
}
