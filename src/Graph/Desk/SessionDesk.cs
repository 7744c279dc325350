using System.Text.Json;
using Berth.Engine;
using Berth.Engine.CloudPcs;
using Berth.Engine.Frontline;
using Berth.Graph.Errors;
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
        Guid? user = null, cloudPc = null, assignment = null;
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
                case "ASSIGNMENTID":
                    assignment = id;
                    break;
                default:
                    return GraphResponse.Error(request, GraphError.BadQuery($"The list of sessions takes userId, cloudPcId and assignmentId, and no '{name}'."));
            }
        }

        SessionRow[] all =
        [
            .. tenant.Fleet.Sessions.Values.Select(session => SessionRow.Of(tenant, session))
                .Where(one => (user is null || one.UserId == user) && (cloudPc is null || one.CloudPc.Id == cloudPc) && (assignment is null || one.CloudPc.Assignment == assignment))
                .OrderBy(one => (one.Session.StartedAt, one.Session.Id)),
        ];
        return GraphResponse.Json(200, all, static (json, all) =>
        {
            json.WriteStartObject();
            json.WriteNumber("@odata.count"u8, all.Length);
            json.WriteStartArray("value"u8);
            foreach (SessionRow row in all.Take(ListedSessions))
            {
                Write(json, row);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static Handling Start(Tenant tenant, GraphRequest request, RouteKeys keys) => request.Reading(Resource, Read, wanted => wanted.CloudPcId is { } cloudPc
        ? Start(request, wanted.UserId, new Command.StartSession(Guid.NewGuid(), wanted.UserId, cloudPc), now => now.Fleet.SessionOn(now.Fleet.FindCloudPc(cloudPc)))
        : Start(request, wanted.UserId, new Command.StartPoolSession(Guid.NewGuid(), wanted.UserId, wanted.AssignmentId) { CloudAppId = wanted.CloudAppId }, now => OnAssignment(now, wanted.UserId, wanted.AssignmentId)));

    // A session that was left has an id already (B380).
    private static Handling.Wanted Start(GraphRequest request, Guid user, Command start, Func<Tenant, Session?> find) => request.Submit($"{user}", start, accepted =>
    {
        if (accepted.Remaining is { } refused)
        {
            return GraphResponse.Error(request, refused.ToError());
        }

        SessionRow row = SessionRow.Of(accepted.Next, find(accepted.Next)!);
        return GraphResponse.Json(201, row, Write, new ResponseHeaders { Location = $"{request.ServiceRoot}/sessions/{row.Session.Id}" });
    });

    private static Session? OnAssignment(Tenant tenant, Guid user, Guid assignment) => tenant.Fleet.SessionsOf(tenant.FindUser(user))
        .Select(id => tenant.Fleet.Sessions[id]).FirstOrDefault(session => tenant.Fleet.CloudPcs[session.CloudPc] is { IsShared: true } row && row.Assignment == assignment);

    private static Handling End(Tenant tenant, GraphRequest request, RouteKeys keys) => Guid.TryParseExact(keys.First, "D", out Guid id)
        ? request.Submit(keys.First, new Command.EndSession(id), static _ => GraphResponse.Empty())
        : GraphResponse.Error(request, GraphError.NotFound(keys.First));

    private static Handling Disconnect(Tenant tenant, GraphRequest request, RouteKeys keys) => Guid.TryParseExact(keys.First, "D", out Guid id)
        ? request.Submit(keys.First, new Command.DisconnectSession(id), static _ => GraphResponse.Empty())
        : GraphResponse.Error(request, GraphError.NotFound(keys.First));

    private static (Guid UserId, Guid? CloudPcId, Guid AssignmentId, Guid? CloudAppId) Read(BodyReader read, JsonElement body)
    {
        Guid? user = null, cloudPc = null, assignment = null, app = null;
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
                    assignment = read.Id(value, name);
                    break;
                case "CLOUDAPPID":
                    app = read.Id(value, name);
                    break;
                default:
                    read.FailUnknown(name);
                    break;
            }
        }

        if (user is null || (cloudPc is null && assignment is null))
        {
            read.FailMissing(user is null ? "userId" : "cloudPcId");
        }
        else if (cloudPc is not null && assignment is not null)
        {
            read.FailValue("assignmentId", "A session names either the user's own Cloud PC with cloudPcId, or an assignment of shared mode with assignmentId, and not both.");
        }
        else if (app is not null && assignment is null)
        {
            read.FailValue("cloudAppId", "An app is started on the shared Cloud PCs of an assignment: name that with assignmentId (B477).");
        }

        return (user ?? Guid.Empty, cloudPc, assignment ?? Guid.Empty, app);
    }

    private static void Write(Utf8JsonWriter json, SessionRow row)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, row.Session.Id);
        json.WriteString("cloudPcId"u8, row.CloudPc.Id);
        json.WriteString("assignmentId"u8, row.CloudPc.Assignment?.ToString());
        json.WriteString("cloudAppId"u8, row.Session.CloudApp?.ToString());
        json.WriteString("userId"u8, row.UserId);
        json.WriteString("startedDateTime"u8, row.Session.StartedAt.UtcDateTime);
        if (row.Session.DisconnectedAt is { } since)
        {
            json.WriteString("disconnectedDateTime"u8, since.UtcDateTime);
        }
        else
        {
            json.WriteNull("disconnectedDateTime"u8);
        }

        json.WriteString("userAccountType"u8, row.CloudPc.HasAdministrator ? "administrator" : "standardUser");
        json.WriteBoolean("usesBuffer"u8, row.Session.UsesBuffer);
        json.WriteBoolean("temporaryProfile"u8, row.IsTemporary);
        json.WriteEndObject();
    }

    /// <summary>A session on the wire.</summary>
    private readonly record struct SessionRow(Session Session, CloudPc CloudPc, Guid UserId, bool IsTemporary)
    {
        // Whoever is deleted is signed out (B285), so the user is there.
        public static SessionRow Of(Tenant tenant, Session session)
        {
            CloudPc row = tenant.Fleet.CloudPcs[session.CloudPc]!;
            bool isTemporary = row.Assignment is { } key && tenant.Frontline.Storages.Pools.TryGetValue(key, out StoragePool? pool) && !pool.Storages.ContainsKey(session.User);
            return new SessionRow(session, row, tenant.Users[session.User]!.Id, isTemporary);
        }
    }
}
