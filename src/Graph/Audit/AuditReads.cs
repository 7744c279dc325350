using System.Globalization;
using System.Text.Json;
using Berth.Engine;
using Berth.Graph.Queries;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Ledger;

namespace Berth.Graph.Audit;

/// <summary>
/// <c>auditLogs/directoryAudits</c>: the journal as activities, newest first. A page reads as much of the journal as it shows, and a
/// filter that finds little gives short pages with a link, never a long silence.
/// </summary>
internal static class AuditReads
{
    private static readonly RouteAccess Read = RouteAccess.AnyOf("AuditLog.Read.All");

    private static readonly QueryReader<AuditRow> Pages = new(
        AuditShapes.DirectoryAudit, QueryOptions.Select | QueryOptions.Filter | QueryOptions.OrderBy | QueryOptions.Page);

    private static readonly Resource<AuditRow> Audits = new(AuditShapes.DirectoryAudit, "auditLogs/directoryAudits");

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Get, "/auditLogs/directoryAudits", Read, List),
        new(GraphMethod.Get, "/auditLogs/directoryAudits/{audit}", Read, One),
    ];

    private static Handling List(Tenant tenant, GraphRequest request, RouteKeys keys)
    {
        if (Pages.Read(request.Query, out Query<AuditRow> query, out string key, out SkipToken? token) is { } error)
        {
            return GraphResponse.Error(request, error);
        }

        // Newest first is the only order there is; clients ask for it by name.
        if (query.Order is not ([] or [{ Descending: true, Operand: Operand<AuditRow>.Time }]))
        {
            return GraphResponse.Error(request, GraphError.UnsupportedQuery("Activities are sorted by activityDateTime desc and by nothing else."));
        }

        Place? after = null;
        if (token is not null && (after = Place.Of(token)) is null)
        {
            return GraphResponse.Error(request, GraphError.BadQuery("The $skiptoken is not one that was given out here.") with { Target = "$skiptoken" });
        }

        return new Handling.Working((desk, cancel) => PageAsync(desk, tenant, request, query, key, after, cancel));
    }

    private static Handling One(Tenant tenant, GraphRequest request, RouteKeys keys)
    {
        string id = keys.First;
        return Place.Of(id) is { } place
            ? new Handling.Working((desk, cancel) => OneAsync(desk, tenant, request, id, place, cancel))
            : GraphResponse.Error(request, GraphError.NotFound(id));
    }

    private static async ValueTask<GraphResponse> PageAsync(
        TenantDesk desk, Tenant tenant, GraphRequest request, Query<AuditRow> query, string key, Place? after, CancellationToken cancel)
    {
        int size = query.Top ?? GraphLimits.DefaultPage;
        DateTimeOffset oldest = tenant.Now(request.ReceivedAt) - GraphLimits.AuditRetention;
        List<AuditRow> rows = [];
        Place? next = null;
        int scanned = 0, entries = 0;
        long below = after is { } place ? Math.Min(place.Sequence, tenant.Version) + 1 : tenant.Version + 1;
        await foreach (TenantEvent happened in desk.ReadBackAsync(below, cancel).ConfigureAwait(false))
        {
            if (happened.At < oldest)
            {
                break;
            }

            AuditTrail trail = new(tenant, DepartedUsers.Of(desk), happened, request.ReceivedAt);
            int ordinal = after is { } last && last.Sequence == happened.Sequence ? Math.Min(last.Ordinal, trail.Count) : trail.Count;
            bool full = ++entries > GraphLimits.AuditScanEntries;
            while (ordinal > 0 && !full)
            {
                full = rows.Count == size || scanned == GraphLimits.AuditScanRows;
                if (!full)
                {
                    scanned++;
                    AuditRow row = await RowAsync(desk, trail, happened, --ordinal, cancel).ConfigureAwait(false);
                    if (query.Takes(row))
                    {
                        rows.Add(row);
                    }
                }
            }

            if (full)
            {
                next = new Place(happened.Sequence, ordinal);
                break;
            }
        }

        return GraphResponse.Json(200, (request, query, key, rows, next), static (json, s) =>
        {
            (GraphRequest request, Query<AuditRow> query, string key, List<AuditRow> rows, Place? next) = s;
            json.WriteStartObject();
            if (!request.WithoutMetadata)
            {
                string select = query.SelectList is null ? "" : $"({query.SelectList})";
                json.WriteString("@odata.context"u8, $"{request.ServiceRoot}/$metadata#auditLogs/directoryAudits{select}");
            }

            if (next is { } place)
            {
                json.WriteString(
                    "@odata.nextLink"u8,
                    $"{request.ServiceRoot}{request.Path.Text}?{key}{(key.Length > 0 ? "&" : "")}$skiptoken={place.ToToken().Encode()}");
            }

            json.WriteStartArray("value"u8);
            foreach (AuditRow row in rows)
            {
                json.WriteStartObject();
                Shape<AuditRow>.Write(json, row, query.Selected);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static async ValueTask<GraphResponse> OneAsync(
        TenantDesk desk, Tenant tenant, GraphRequest request, string id, Place place, CancellationToken cancel)
    {
        DateTimeOffset oldest = tenant.Now(request.ReceivedAt) - GraphLimits.AuditRetention;
        await foreach (TenantEvent happened in desk.ReadBackAsync(Math.Min(place.Sequence, tenant.Version) + 1, cancel).ConfigureAwait(false))
        {
            AuditTrail trail = new(tenant, DepartedUsers.Of(desk), happened, request.ReceivedAt);
            if (happened.Sequence == place.Sequence && happened.At >= oldest && place.Ordinal < trail.Count)
            {
                AuditRow row = await RowAsync(desk, trail, happened, place.Ordinal, cancel).ConfigureAwait(false);
                if (row.Id.Equals(id, StringComparison.OrdinalIgnoreCase))
                {
                    return Audits.One(request, row);
                }
            }

            break;
        }

        return GraphResponse.Error(request, GraphError.NotFound(id));
    }

    private static async ValueTask<AuditRow> RowAsync(TenantDesk desk, AuditTrail trail, TenantEvent happened, int ordinal, CancellationToken cancel)
    {
        AuditRow row = trail[ordinal];
        if (row.IsNameless)
        {
            await DepartedUsers.Of(desk).SearchAsync(desk, happened.Sequence, cancel).ConfigureAwait(false);
            row = trail[ordinal];
        }

        return row;
    }

    /// <summary>Between two activities: behind the one with this ordinal, in the order of the list.</summary>
    private readonly record struct Place(long Sequence, int Ordinal)
    {
        public static Place? Of(SkipToken token) => token.Keys is [{ } sequence, { } ordinal] ? Of(sequence, ordinal) : null;

        public static Place? Of(string id) => id.Split('_') is [_, _, var sequence, var ordinal] ? Of(sequence, ordinal) : null;

        public SkipToken ToToken() => new(0, [Sequence.ToString(CultureInfo.InvariantCulture), Ordinal.ToString(CultureInfo.InvariantCulture)]);

        private static Place? Of(string sequence, string ordinal) =>
            long.TryParse(sequence, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            && int.TryParse(ordinal, NumberStyles.None, CultureInfo.InvariantCulture, out int place)
                ? new Place(number, place)
                : null;
    }
}
