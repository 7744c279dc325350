using System.Text.Json;
using Berth.Engine;
using Berth.Engine.CloudPcs;
using Berth.Graph.Audit;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Ledger;

namespace Berth.Graph.History;

/// <summary>
/// What happened, newest first: <c>/berth/v1/history</c> (B520 to B522). A page reads as much of the journal as it shows, and a filter that finds little gives
/// short pages with a link, never a long silence.
/// </summary>
internal static class HistoryDesk
{
    /// <summary>Who may read: it tells what the audit log tells, and more.</summary>
    public static RouteAccess Access { get; } = RouteAccess.AnyOf("AuditLog.Read.All", "Directory.Read.All", "Directory.ReadWrite.All");

    /// <summary>The most entries of the journal that one page looks at.</summary>
    public const int MostEntries = 5_000;

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Get, "/history", Access, List) { Versions = RouteVersions.Berth },
        new(GraphMethod.Get, "/history/{operation}", Access, One) { Versions = RouteVersions.Berth },
    ];

    private static Handling List(Tenant tenant, GraphRequest request, RouteKeys keys)
    {
        (HistoryQuery query, GraphError? error) = HistoryQuery.Read(tenant, request.Query);
        return error is not null
            ? GraphResponse.Error(request, error)
            : new Handling.Working((desk, cancel) => PageAsync(desk, tenant, request, query, cancel));
    }

    private static async ValueTask<GraphResponse> PageAsync(TenantDesk desk, Tenant tenant, GraphRequest request, HistoryQuery query, CancellationToken cancel)
    {
        List<TenantEvent> page = [];
        long next = 0;
        int looked = 0;
        await foreach (TenantEvent happened in desk.ReadBackAsync(Math.Min(query.Below, tenant.Version + 1), cancel).ConfigureAwait(false))
        {
            if (page.Count == query.Top || looked++ == MostEntries)
            {
                next = happened.Sequence + 1;
                break;
            }

            if (query.Takes(tenant, happened))
            {
                page.Add(happened);
            }
        }

        DepartedUsers departed = DepartedUsers.Of(desk);
        if (page.Count > 0)
        {
            await departed.SearchAsync(desk, page[^1].Sequence, cancel).ConfigureAwait(false);
        }

        return GraphResponse.Json(200, (tenant, departed, request, query, page, next), static (json, s) =>
        {
            json.WriteStartObject();
            if (s.next > 0)
            {
                json.WriteString("@odata.nextLink"u8, $"{s.request.ServiceRoot}/history?{s.query.Rest}$skiptoken={s.next}");
            }

            json.WriteStartArray("value"u8);
            foreach (TenantEvent happened in s.page)
            {
                Entry(json, s.tenant, s.departed, happened, s.query.User);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static Handling.Working One(Tenant tenant, GraphRequest request, RouteKeys keys)
    {
        string key = keys.First;
        return new Handling.Working(async (desk, cancel) =>
        {
            if (await FindAsync(desk, tenant, key, cancel).ConfigureAwait(false) is not { } happened)
            {
                return GraphResponse.Error(request, GraphError.NotFound(key));
            }

            DepartedUsers departed = DepartedUsers.Of(desk);
            await departed.SearchAsync(desk, happened.Sequence, cancel).ConfigureAwait(false);
            return GraphResponse.Json(200, (tenant, departed, happened), static (json, s) => Entry(json, s.tenant, s.departed, s.happened, only: null));
        });
    }

    private static void Entry(Utf8JsonWriter json, Tenant tenant, DepartedUsers departed, TenantEvent happened, int? only)
    {
        json.WriteStartObject();
        Head(json, tenant, happened);
        OperationSides sides = new(tenant, departed, happened, only);
        sides.Gather();
        sides.Write(json);
        json.WriteEndObject();
    }

    /// <summary>Who did what when.</summary>
    internal static void Head(Utf8JsonWriter json, Tenant tenant, TenantEvent happened)
    {
        json.WriteString("id"u8, IdsByName.OfOperation(tenant.Profile.Id, happened.Sequence));
        json.WriteString("at"u8, happened.At.UtcDateTime);
        json.WriteStartObject("actor"u8);
        json.WriteString("kind"u8, happened.Actor.Kind switch { ActorKind.Berth => "berth"u8, ActorKind.Application => "application"u8, ActorKind.User => "user"u8 });
        json.WriteString("id"u8, happened.Actor.Id?.ToString());
        json.WriteString("displayName"u8, happened.Actor.DisplayName);
        json.WriteEndObject();
        json.WriteString("kind"u8, char.ToLowerInvariant(happened.Kind[0]) + happened.Kind[1..]);
        json.WriteNumber("version"u8, happened.Sequence);
    }

    /// <summary>The entry of the journal that an id names, or null.</summary>
    internal static async ValueTask<TenantEvent?> FindAsync(TenantDesk desk, Tenant tenant, string key, CancellationToken cancel)
    {
        long sequence = Guid.TryParseExact(key, "D", out Guid id) ? IdsByName.SequenceOf(tenant.Profile.Id, id) : 0;
        if (sequence > 0 && sequence <= tenant.Version)
        {
            await foreach (TenantEvent happened in desk.ReadBackAsync(sequence + 1, sequence - 1, cancel).ConfigureAwait(false))
            {
                return happened;
            }
        }

        return null;
    }
}
