using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Berth.Engine;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Graph.Reads;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Graph.Writes;

namespace Berth.Graph.Scim;

/// <summary>Users over SCIM: each write is the command that Graph's would be (B800), also when it disables or deletes (B802).</summary>
internal static class ScimUsers
{
    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        Route(GraphMethod.Get, "/Users", UserReads.Read, static (tenant, request, _) => ScimLists.Reading(request, query => Page(tenant, request, query))),
        Route(GraphMethod.Post, "/Users/.search", UserReads.Read, static (tenant, request, _) => ScimLists.Search(request, query => Page(tenant, request, query))),
        Route(GraphMethod.Get, "/Users/{user}", UserReads.Read, Read),
        Route(GraphMethod.Post, "/Users", UserWrites.Write, Create),
        Route(GraphMethod.Put, "/Users/{user}", UserWrites.Write, Replace),
        Route(GraphMethod.Patch, "/Users/{user}", UserWrites.Write, Change),
        Route(GraphMethod.Delete, "/Users/{user}", UserWrites.Remove, Delete),
    ];

    /// <summary>A route of this interface.</summary>
    public static Route Route(GraphMethod method, string template, RouteAccess access, RouteHandler handler) =>
        new(method, template, access, handler) { Versions = RouteVersions.Scim };

    private static GraphResponse Page(Tenant tenant, GraphRequest request, ScimQuery query) =>
        ScimLists.Page(request, ScimUserShape.Users, query, Rows(tenant, query.Filter), tenant.UserCount);

    private static Handling Read(Tenant tenant, GraphRequest request, RouteKeys keys) => ScimLists.Reading(
        request,
        query => Find(tenant, keys.First) is { } row ? ScimLists.One(request, ScimUserShape.Users, query, row) : ScimError.Response(ScimError.NotFound(keys.First)));

    private static Handling Create(Tenant tenant, GraphRequest request, RouteKeys keys) => request.Reading(
        UserBody.Resource,
        (read, body) => ScimUserBody.Create(read, body, tenant),
        user => Write(tenant, request, user!, new Command.CreateUser(user!.Written.User) { ManagerId = user.Written.ManagerId }, 201));

    private static Handling Replace(Tenant tenant, GraphRequest request, RouteKeys keys) => Update(
        tenant, request, keys.First, (read, body, row) => ScimUserBody.Replace(read, body, row.User, tenant), () => Fingerprint.Of(request.Body.Span));

    private static Handling Change(Tenant tenant, GraphRequest request, RouteKeys keys)
    {
        IReadOnlyList<ScimOperation> operations = [];
        return Update(
            tenant,
            request,
            keys.First,
            (read, body, row) =>
            {
                (operations, GraphError? error) = ScimPatch.Read(body);
                JsonObject tree = ScimUserShape.Users.Tree(row, new ScimQuery(), request.ServiceRoot);
                if ((error ?? ScimPatch.Apply(tree, operations)) is { } wrong)
                {
                    read.Fail(wrong);
                    return null;
                }

                return ScimUserBody.Change(read, tree, row.User, tenant);
            },
            () => Mark(request, operations));
    }

    private static Handling.Wanted Delete(Tenant tenant, GraphRequest request, RouteKeys keys) =>
        request.Submit(keys.First, new Command.DeleteUser(Submitting.GroupId(keys.First)), static _ => GraphResponse.Empty());

    private static Handling Update(
        Tenant tenant, GraphRequest request, string key, Func<BodyReader, JsonElement, UserRow, ScimWrittenUser?> read, Func<byte[]> mark)
    {
        if (Find(tenant, key) is not { } row)
        {
            return GraphResponse.Error(request, ScimError.NotFound(key));
        }

        return request.Reading(
            UserBody.Resource,
            (reader, body) => read(reader, body, row),
            user =>
            {
                if (user!.Written.Password is not null && !UserWrites.MayChangePassword(tenant, request, row.User.Id))
                {
                    return GraphResponse.Error(request, GraphError.Denied);
                }

                Command update = new Command.UpdateUser(user.Written.User) { Basis = row.User, ManagerId = user.Written.ManagerId };
                Command command = user.EndsManager ? new Command.ApplyChanges([update, new Command.ReportTo(row.User.Id, null)]) : update;
                return Write(tenant, request, user, command, 200) with { BodyHash = mark };
            });
    }

    private static Handling.Wanted Write(Tenant tenant, GraphRequest request, ScimWrittenUser user, Command command, int status)
    {
        Guid id = user.Written.User.Id;
        return request.Submit(
            $"{id}",
            command,
            accepted => ScimLists.One(request, ScimUserShape.Users, new ScimQuery(), UserReads.At(accepted.Next, accepted.Next.FindUser(id))!.Value, status)) with
        {
            BodyHash = () => Fingerprint.Of(request.Body.Span),
            Password = user.Written.NewPassword,
        };
    }

    // A password that an operation names by its path stands as 'value' in the body: nothing may be kept by which it could be tried (B203).
    private static byte[] Mark(GraphRequest request, IReadOnlyList<ScimOperation> operations) =>
        operations.Any(one => one.Path.Name.Attribute.Equals("password", StringComparison.OrdinalIgnoreCase))
            ? SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', operations.Select(one => $"{one.Verb} {one.Path.Name}"))))
            : Fingerprint.Of(request.Body.Span);

    private static UserRow? Find(Tenant tenant, string key) => Guid.TryParseExact(key, "D", out Guid id) ? UserReads.At(tenant, tenant.FindUser(id)) : null;

    // A name or an id in the filter leads to one user through an index.
    private static IEnumerable<UserRow> Rows(Tenant tenant, ScimFilter? filter)
    {
        if (Named(tenant, filter) is { } index)
        {
            return UserReads.At(tenant, index) is { } row ? [row] : [];
        }

        return All(tenant);
    }

    private static IEnumerable<UserRow> All(Tenant tenant)
    {
        PagedVector<User?> users = tenant.Users;
        for (int index = 0; index < users.Count; index++)
        {
            if (users[index] is { } user)
            {
                yield return new UserRow(tenant, index, user);
            }
        }
    }

    private static int? Named(Tenant tenant, ScimFilter? filter) => filter switch
    {
        ScimFilter.And and => Named(tenant, and.Left) ?? Named(tenant, and.Right),
        ScimFilter.Compare { Operator: ScimOperator.Equal, Value: { } value, Name: { Sub: null } name } =>
            name.Attribute.Equals("userName", StringComparison.OrdinalIgnoreCase) ? tenant.FindUser(value)
            : name.Attribute.Equals("id", StringComparison.OrdinalIgnoreCase) ? (Guid.TryParseExact(value, "D", out Guid id) ? tenant.FindUser(id) : -1)
            : null,
        _ => null,
    };
}
