using System.Globalization;
using System.Text.Json;
using Berth.Engine;
using Berth.Engine.CloudPcs;
using Berth.Engine.Directory;
using Berth.Engine.Licensing;
using Berth.Graph.Audit;
using Berth.Graph.CloudPcs;
using Berth.Graph.Desk;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Ledger;
using Microsoft.AspNetCore.WebUtilities;

namespace Berth.Graph.History;

/// <summary>An operation with what it did, row by row: <c>/berth/v1/operations/{id}</c> (B507).</summary>
internal static class OperationDesk
{
    /// <summary>The most rows of a page.</summary>
    public const int Page = 1_000;

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Get, "/operations/{operation}", HistoryDesk.Access.Or(DeskAccess.Read).Or(CloudPcAccess.Read), One) { Versions = RouteVersions.Berth },
    ];

    /// <summary>The answer to changes that were applied.</summary>
    internal static GraphResponse Applied(GraphRequest request, Decision.Accepted accepted)
    {
        Tenant tenant = accepted.Next;

        // What changes nothing is no operation: to name the newest one would hand out somebody else's, to be undone.
        Guid? id = accepted.Event is null ? null : IdsByName.OfOperation(tenant.Profile.Id, tenant.Version);
        return GraphResponse.Json(
            202,
            (tenant, request, id, accepted.Event),
            static (json, s) =>
            {
                json.WriteStartObject();
                json.WriteString("id"u8, s.id?.ToString());
                json.WriteString("state"u8, "succeeded"u8);
                json.WriteString("at"u8, (s.Event?.At ?? s.tenant.Now(s.request.ReceivedAt)).UtcDateTime);
                json.WriteNumber("version"u8, s.tenant.Version);
                json.WriteBoolean("changed"u8, s.Event is not null);
                json.WriteEndObject();
            },
            new ResponseHeaders { Location = id is null ? null : $"{request.BaseUrl}/berth/v1/operations/{id}" });
    }

    private static Handling One(Tenant tenant, GraphRequest request, RouteKeys keys)
    {
        int skip = 0;
        foreach ((string name, Microsoft.Extensions.Primitives.StringValues values) in QueryHelpers.ParseQuery(request.Query))
        {
            if (!name.Equals("$skiptoken", StringComparison.OrdinalIgnoreCase) || !int.TryParse(values.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out skip))
            {
                return GraphResponse.Error(request, GraphError.BadQuery($"An operation is read page by page with the link it gives, and takes no '{name}'."));
            }
        }

        string key = keys.First;
        return new Handling.Working(async (desk, cancel) =>
        {
            if (await HistoryDesk.FindAsync(desk, tenant, key, cancel).ConfigureAwait(false) is not { } happened)
            {
                return GraphResponse.Error(request, GraphError.NotFound(key));
            }

            DepartedUsers departed = DepartedUsers.Of(desk);
            await departed.SearchAsync(desk, happened.Sequence, cancel).ConfigureAwait(false);
            return Answer(tenant, request, key, happened, departed, skip);
        });
    }

    private static GraphResponse Answer(Tenant tenant, GraphRequest request, string key, TenantEvent happened, DepartedUsers departed, int skip) => GraphResponse.Json(
        200,
        (tenant, request, key, happened, departed, skip),
        static (json, s) =>
        {
            bool licenses = DeskAccess.Read.Allows(s.request.Caller.Permissions) || HistoryDesk.Access.Allows(s.request.Caller.Permissions);
            bool machines = CloudPcAccess.Read.Allows(s.request.Caller.Permissions);
            OperationRows rows = new(s.tenant, s.departed, s.happened, licenses, machines);
            json.WriteStartObject();
            HistoryDesk.Head(json, s.tenant, s.happened);
            json.WriteString("state"u8, "succeeded"u8);
            json.WriteStartObject("progress"u8);
            json.WriteNumber("done"u8, rows.Count);
            json.WriteNumber("total"u8, rows.Count);
            json.WriteEndObject();
            if (rows.Count - s.skip > Page)
            {
                json.WriteString("@odata.nextLink"u8, $"{s.request.ServiceRoot}/operations/{s.key}?$skiptoken={s.skip + Page}");
            }

            json.WriteStartArray("results"u8);
            rows.Write(json, s.skip, Page);
            json.WriteEndArray();
            json.WriteEndObject();
        });
}
