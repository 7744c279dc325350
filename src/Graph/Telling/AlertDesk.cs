using System.Text.Json;
using Berth.Engine;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Microsoft.AspNetCore.WebUtilities;

namespace Berth.Graph.Telling;

/// <summary>What is wrong with the tenant now: <c>/berth/v1/alerts</c> (B789).</summary>
internal static class AlertDesk
{
    private static readonly string[] _licenses =
    [
        "LicenseAssignment.Read.All", "Organization.Read.All", "LicenseAssignment.ReadWrite.All", "Organization.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All",
    ];

    // Pools and Cloud PCs both: who may see one of them only gets it from where it lies.
    private static readonly RouteAccess Reading = new(
        [.. from cloudPcs in new[] { "CloudPC.Read.All", "CloudPC.ReadWrite.All" } from licenses in _licenses select PermissionSet.Of(licenses, cloudPcs)]);

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Get, "/alerts", Reading, List) { Versions = RouteVersions.Berth },
    ];

    private static Handling List(Tenant tenant, GraphRequest request, RouteKeys keys)
    {
        Guid? receiver = null;
        foreach ((string name, Microsoft.Extensions.Primitives.StringValues values) in QueryHelpers.ParseQuery(request.Query))
        {
            if (!name.Equals("receiverId", StringComparison.OrdinalIgnoreCase))
            {
                return GraphResponse.Error(request, GraphError.BadQuery($"Alerts take receiverId, and no '{name}'."));
            }

            if (!Guid.TryParseExact(values.ToString(), "D", out Guid id))
            {
                return GraphResponse.Error(request, GraphError.BadQuery("receiverId must be the GUID of a receiver of alerts."));
            }

            receiver = id;
        }

        return ListenerDesk.With(request, (_, book, _) =>
        {
            AlertListener? listener = book.Own.FirstOrDefault(one => one.Id == receiver);
            return new ValueTask<GraphResponse>(receiver is { } asked && listener is null
                ? GraphResponse.Error(request, GraphError.NotFound(asked.ToString()))
                : Write(book, listener));
        });
    }

    private static GraphResponse Write(ListenerBook book, AlertListener? listener) => GraphResponse.Json(200, (book, listener), static (json, s) =>
    {
        json.WriteStartObject();
        json.WriteStartArray("value"u8);
        foreach (ActiveAlert alert in s.book.Active(s.listener))
        {
            json.WriteStartObject();
            AlertMessage.WriteMembers(json, s.book.Desk.Id, alert);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });
}
