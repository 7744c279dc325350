using Berth.Engine;
using Berth.Graph.Queries;
using Berth.Graph.Requests;
using Berth.Graph.Routes;

namespace Berth.Graph.Reads;

/// <summary>Who a user reports to, and who reports to the user (B140).</summary>
internal static class ReportingReads
{
    private static readonly RouteAccess Read = RouteAccess.AnyOf("User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All");

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Get, "/users/{user}/manager", Read, Manager(static (request, manager) => MemberReads.Members.One(request, new MemberRow(manager, null)))),
        new(GraphMethod.Get, "/users/{user}/manager/$ref", Read, Manager(static (request, manager) => Reference(request, manager.User.Id))),
        .. Relations.Of("/users/{user}/directReports", Read, ["user", "orgContact"], static (tenant, key) => UserReads.Find(tenant, key) is { } user
            ? new Related(tenant, IndexList.Of(tenant.ReportsOf(user.Position)), IndexList.Empty)
            : null),
    ];

    // B142: who has no manager has none to show.
    private static RouteHandler Manager(Func<GraphRequest, UserRow, GraphResponse> answer) => (tenant, request, keys) =>
        UserReads.Find(tenant, keys[0]) is not { } user ? GraphResponse.Error(request, GraphError.NotFound(keys[0]))
        : user.Manager() is { } manager ? answer(request, manager)
        : GraphResponse.Error(request, GraphError.NotFound("manager"));

    /// <summary>A reference to an object: its URL alone.</summary>
    internal static GraphResponse Reference(GraphRequest request, Guid id) =>
        GraphResponse.Json(200, (request, id), static (json, s) =>
        {
            json.WriteStartObject();
            if (!s.request.WithoutMetadata)
            {
                json.WriteString("@odata.context"u8, $"{s.request.ServiceRoot}/$metadata#$ref");
            }

            json.WriteString("@odata.id"u8, $"{s.request.ServiceRoot}/directoryObjects/{s.id}");
            json.WriteEndObject();
        });
}
