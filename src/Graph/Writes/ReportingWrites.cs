using Berth.Engine;
using Berth.Graph.Requests;
using Berth.Graph.Routes;

namespace Berth.Graph.Writes;

/// <summary>Giving a user a manager and taking the manager away (B140, B142).</summary>
internal static class ReportingWrites
{
    private static readonly RouteAccess Write = RouteAccess.AnyOf("User.ReadWrite.All", "Directory.ReadWrite.All");

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Put, "/users/{user}/manager/$ref", Write, Set),
        new(GraphMethod.Delete, "/users/{user}/manager/$ref", Write, static (tenant, request, keys) =>
            request.Submit(keys.First, new Command.ReportTo(Submitting.UserId(tenant, keys.First), null), static _ => GraphResponse.Empty())),
    ];

    private static Handling Set(Tenant tenant, GraphRequest request, RouteKeys keys)
    {
        string key = keys.First;
        return request.Reading(
            UserBody.Resource,
            (read, body) => MemberLinks.ReadReference(read, body, tenant),
            manager => request.Submit(key, new Command.ReportTo(Submitting.UserId(tenant, key), manager), static _ => GraphResponse.Empty()));
    }
}
