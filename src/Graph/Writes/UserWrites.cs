using Berth.Engine;
using Berth.Engine.Directory;
using Berth.Graph.Requests;
using Berth.Graph.Routes;

namespace Berth.Graph.Writes;

/// <summary>Creating, changing and deleting users.</summary>
internal static class UserWrites
{
    /// <summary>Who may delete users.</summary>
    public static readonly RouteAccess Remove = RouteAccess.AnyOf("User.DeleteRestore.All", "User.ReadWrite.All", "Directory.ReadWrite.All");
    /// <summary>Who may change users.</summary>
    public static readonly RouteAccess Write = RouteAccess.AnyOf("User.ReadWrite.All", "Directory.ReadWrite.All");

    private static readonly PermissionSet WholeDirectory = PermissionSet.Of("Directory.ReadWrite.All");

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Post, "/users", Write, Create),
        new(GraphMethod.Patch, "/users/{user}", Write, Change),
        new(GraphMethod.Delete, "/users/{user}", Remove, Delete),
    ];

    private static Handling Create(Tenant tenant, GraphRequest request, RouteKeys keys) => request.Reading(
        UserBody.Resource,
        (read, body) => UserBody.Create(read, body, Guid.NewGuid(), tenant),
        read => WithoutPassword(request, read.NewPassword, request.Submit(
            read.User.UserPrincipalName,
            new Command.CreateUser(read.User) { ManagerId = read.ManagerId },
            accepted => Entities.User(accepted.Next, request, 201, read.User.Id))));

    private static Handling Change(Tenant tenant, GraphRequest request, RouteKeys keys)
    {
        string key = keys.First;
        return tenant.TryGetUser(Submitting.FindUser(tenant, key), out User? before)
            ? request.Reading(
                UserBody.Resource,
                (read, body) => UserBody.Change(read, body, before, tenant),
                change => change.Password is not null && !MayChangePassword(tenant, request, before.Id)
                    ? GraphResponse.Error(request, GraphError.Denied)
                    : WithoutPassword(request, change.NewPassword, request.Submit(
                    key, new Command.UpdateUser(change.User) { Basis = before, ManagerId = change.ManagerId }, static _ => GraphResponse.Empty())))
            : GraphResponse.Error(request, GraphError.NotFound(key));
    }

    private static Handling.Wanted Delete(Tenant tenant, GraphRequest request, RouteKeys keys) =>
        request.Submit(keys.First, new Command.DeleteUser(Submitting.UserId(tenant, keys.First)), static _ => GraphResponse.Empty());

    /// <summary>Whether the caller may give a user another password: who may change users is not thereby an administrator, and would be with an administrator's (B205).</summary>
    internal static bool MayChangePassword(Tenant tenant, GraphRequest request, Guid user) =>
        request.Passwords?.IsAdministrator(tenant.Profile.Id, user) != true || request.Caller.Permissions.Covers(WholeDirectory);

    private static Handling.Wanted WithoutPassword(GraphRequest request, NewPassword? password, Handling.Wanted write) =>
        write with { BodyHash = () => Fingerprint.Of(request.Body.Span), Password = password };
}
