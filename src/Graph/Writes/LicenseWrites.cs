using Berth.Engine;
using Berth.Graph.Errors;
using Berth.Graph.Requests;
using Berth.Graph.Routes;

namespace Berth.Graph.Writes;

/// <summary>assignLicense on users and groups, and reprocessLicenseAssignment (L1 to L19, L36, L67).</summary>
internal static class LicenseWrites
{
    private const string Resource = "assignLicense";

    /// <summary>Who may change licenses of users.</summary>
    public static readonly RouteAccess OfUsers = RouteAccess.AnyOf("LicenseAssignment.ReadWrite.All", "User.ReadWrite.All", "Directory.ReadWrite.All");

    /// <summary>Who may change licenses of groups.</summary>
    public static readonly RouteAccess OfGroups = RouteAccess.AnyOf("LicenseAssignment.ReadWrite.All", "Group.ReadWrite.All", "Directory.ReadWrite.All");

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(
            GraphMethod.Post,
            "/users/{user}/assignLicense",
            OfUsers,
            AssignUser),
        new(
            GraphMethod.Post,
            "/groups/{group}/assignLicense",
            OfGroups,
            AssignGroup),
        new(
            GraphMethod.Post,
            "/users/{user}/reprocessLicenseAssignment",
            OfUsers,
            Reprocess) { Body = RouteBody.None },
    ];

    private static Handling AssignUser(Tenant tenant, GraphRequest request, RouteKeys keys)
    {
        string key = keys.First;
        return request.Reading(Resource, LicenseBody.Read, licenses =>
        {
            Guid id = Submitting.UserId(tenant, key);
            return request.Submit(
                key, new Command.AssignUserLicenses(id, licenses.Add, licenses.Remove), accepted => Entities.User(accepted.Next, request, 200, id));
        });
    }

    private static Handling AssignGroup(Tenant tenant, GraphRequest request, RouteKeys keys)
    {
        string key = keys.First;
        return request.Reading(Resource, LicenseBody.Read, licenses =>
        {
            Guid id = Submitting.GroupId(key);
            return request.Submit(
                key, new Command.AssignGroupLicenses(id, licenses.Add, licenses.Remove), accepted => Entities.Group(accepted.Next, request, 202, id));
        });
    }

    private static Handling.Wanted Reprocess(Tenant tenant, GraphRequest request, RouteKeys keys)
    {
        Guid id = Submitting.UserId(tenant, keys.First);
        return request.Submit(keys.First, new Command.ReprocessUser(id), accepted => accepted.Remaining is { } remaining
            ? GraphResponse.Error(request, remaining.ToError())
            : Entities.User(accepted.Next, request, 200, id));
    }
}
