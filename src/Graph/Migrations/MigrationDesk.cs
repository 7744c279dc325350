using Berth.Engine;
using Berth.Engine.Insight.Migrations;
using Berth.Graph.Desk;
using Berth.Graph.Errors;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Graph.Writes;

namespace Berth.Graph.Migrations;

/// <summary>How licenses move from users to a group, or from group to group, without anybody losing a service: <c>/berth/v1/migrations</c>. Nothing changes (B595).</summary>
internal static class MigrationDesk
{
    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Post, "/migrations", DeskAccess.Read, Draw) { Versions = RouteVersions.Berth },
    ];

    private static Handling Draw(Tenant tenant, GraphRequest request, RouteKeys keys) => request.Reading(
        "Migration",
        static (read, body) => MigrationBody.Read(read, body),
        wanted => Answer(tenant, request, wanted!));

    private static GraphResponse Answer(Tenant tenant, GraphRequest request, MigrationRequest wanted)
    {
        DecisionContext context = new(request.ReceivedAt, request.Caller.Actor);
        return Migration.Of(tenant, wanted, context, out Refusal? refusal) is { } migration
            ? GraphResponse.Json(200, (tenant, wanted, migration, request), static (json, s) => MigrationJson.Write(json, s.tenant, s.wanted, s.migration, s.request))
            : GraphResponse.Error(request, (refusal! with { Part = null }).ToError());
    }
}
