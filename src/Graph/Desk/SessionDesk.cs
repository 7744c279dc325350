using System.Text.Json;
using Berth.Engine;
using Berth.Engine.CloudPcs;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Graph.Writes;
using Microsoft.AspNetCore.WebUtilities;

namespace Berth.Graph.Desk;

/// <summary>Who uses which Cloud PC: <c>/berth/v1/sessions</c> (contract, B285).</summary>
internal static class SessionDesk
{
    /// <summary>The most sessions that the list shows; narrow it by user or Cloud PC to see others.</summary>
    public const int ListedSessions = 1000;

    private const string Resource = "Session";

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Get, "/sessions", DeskAccess.ReadCloudPcs, List) { Versions = RouteVersions.Berth },
        new(GraphMethod.Post, "/sessions", DeskAccess.WriteCloudPcs, Start) { Versions = RouteVersions.Berth },
        new(GraphMethod.Delete, "/sessions/{session}", DeskAccess.WriteCloudPcs, End) { Versions = RouteVersions.Berth },
        new(GraphMethod.Post, "/sessions/{session}/disconnect", DeskAccess.WriteCloudPcs, Disconnect) { Versions = RouteVersions.Berth, Body = RouteBody.None },
    ];

    private static Handling List(Tenant tenant, GraphRequest request, RouteKeys keys)
    {
        Guid? user = null, cloudPc = null;
        foreach ((string name, Microsoft.Extensions.Primitives.StringValues values) in QueryHelpers.ParseQuery(request.Query))
        {
            if (!Guid.TryParseExact(values.ToString(), "D", out Guid id))
            {
                return GraphResponse.Error(request, GraphError.BadQuery($"'{name}' must be a GUID."));
            }

            switch (name.ToUpperInvariant())
            {
                case "USERID":
                    user = id;
                    break;
                case "CLOUDPCID":
                    cloudPc = id;
                    break;
                default:
                    return GraphResponse.Error(request, GraphError.BadQuery($"The list of sessions takes userId and cloudPcId, and no '{name}'."));
            }
        }

        (Session Session, CloudPc Row)[] all =
        [
            .. tenant.Fleet.Sessions.Values.Select(session => (session, tenant.Fleet.CloudPcs[session.CloudPc]!))
                .Where(one => (user is null || one.Item2.UserId == user) && (cloudPc is null || one.Item2.Id == cloudPc))
                .OrderBy(one => (one.session.StartedAt, one.session.Id)),
        ];
        return GraphResponse.Json(200, all, static (json, all) =>
        {
            json.WriteStartObject();
            json.WriteNumber("@odata.count"u8, all.Length);
            json.WriteStartArray("value"u8);
            foreach ((Session session, CloudPc row) in all.Take(ListedSessions))
            {
                Write(json, session, row);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static Handling Start(Tenant tenant, GraphRequest request, RouteKeys keys) => request.Reading(Resource, Read, start => request.Submit(
        $"{start.UserId}",
        start,
        accepted =>
        {
            // A session that was left has an id already (B380).
            Session session = accepted.Next.Fleet.SessionOn(accepted.Next.Fleet.FindCloudPc(start.CloudPcId))!;
            return GraphResponse.Json(
                201,
                (session, accepted.Next.Fleet.CloudPcs[session.CloudPc]!),
                static (json, s) => Write(json, s.session, s.Item2),
                new ResponseHeaders { Location = $"{request.ServiceRoot}/sessions/{session.Id}" });
        }));

    private static Handling End(Tenant tenant, GraphRequest request, RouteKeys keys) => Guid.TryParseExact(keys.First, "D", out Guid id)
        ? request.Submit(keys.First, new Command.EndSession(id), static _ => GraphResponse.Empty())
        : GraphResponse.Error(request, GraphError.NotFound(keys.First));

    private static Handling Disconnect(Tenant tenant, GraphRequest request, RouteKeys keys) => Guid.TryParseExact(keys.First, "D", out Guid id)
        ? request.Submit(keys.First, new Command.DisconnectSession(id), static _ => GraphResponse.Empty())
        : GraphResponse.Error(request, GraphError.NotFound(keys.First));

    private static Command.StartSession Read(BodyReader read, JsonElement body)
    {
        Guid? user = null, cloudPc = null;
        foreach ((string name, JsonElement value) in read.Properties(body, "body"))
        {
            switch (name.ToUpperInvariant())
            {
                case "USERID":
                    user = read.Id(value, name);
                    break;
                case "CLOUDPCID":
                    cloudPc = read.Id(value, name);
                    break;
                case "ASSIGNMENTID":
                    read.Fail(
                        "assignmentNotPossible",
                        "A session by assignmentId is for Frontline Cloud PCs in shared mode, which this version does not have. Name the user's own Cloud PC with cloudPcId.");
                    break;
                default:
                    read.FailUnknown(name);
                    break;
            }
        }

        if (user is null || cloudPc is null)
        {
            read.FailMissing(user is null ? "userId" : "cloudPcId");
        }

        return new Command.StartSession(Guid.NewGuid(), user ?? Guid.Empty, cloudPc ?? Guid.Empty);
    }

    private static void Write(Utf8JsonWriter json, Session session, CloudPc row)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, session.Id);
        json.WriteString("cloudPcId"u8, row.Id);
        json.WriteString("userId"u8, row.UserId);
        json.WriteString("startedDateTime"u8, session.StartedAt.UtcDateTime);
        if (session.DisconnectedAt is { } since)
        {
            json.WriteString("disconnectedDateTime"u8, since.UtcDateTime);
        }
        else
        {
            json.WriteNull("disconnectedDateTime"u8);
        }

        json.WriteString("userAccountType"u8, row.HasAdministrator ? "administrator" : "standardUser");
        json.WriteBoolean("usesBuffer"u8, false);
        json.WriteEndObject();
    }
}
