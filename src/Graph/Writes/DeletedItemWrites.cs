using System.Text.Json;
using Berth.Engine;
using Berth.Engine.Directory;
using Berth.Graph.Reads;
using Berth.Graph.Requests;
using Berth.Graph.Routes;

namespace Berth.Graph.Writes;

/// <summary>Restoring what was deleted (B74, B148), and deleting it for good (B147).</summary>
internal static class DeletedItemWrites
{
    private const string Resource = "DirectoryObject";

    private static readonly RouteAccess Users = RouteAccess.AnyOf("User.DeleteRestore.All", "User.ReadWrite.All", "Directory.ReadWrite.All");
    private static readonly RouteAccess Groups = RouteAccess.AnyOf("Group.ReadWrite.All", "Directory.ReadWrite.All");
    private static readonly RouteAccess Either = Users.Or(Groups);

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Post, "/directory/deletedItems/{item}/restore", Either, Restore),
        new(GraphMethod.Delete, "/directory/deletedItems/{item}", Either, Purge),
        new(GraphMethod.Post, "/directory/deletedItems/getUserOwnedObjects", DeletedItemReads.Groups, OwnedObjects),
    ];

    private static Handling Restore(Tenant tenant, GraphRequest request, RouteKeys keys)
    {
        string key = keys.First;
        if (!MayWrite(tenant, request, key))
        {
            return GraphResponse.Error(request, GraphError.Denied);
        }

        return request.Body.IsEmpty
            ? Submit(null)
            : request.Reading(
                Resource,
                static (read, body) =>
                {
                    string? name = null;
                    foreach ((string property, JsonElement value) in read.Properties(body, "restore"))
                    {
                        switch (property.ToUpperInvariant())
                        {
                            case "NEWUSERPRINCIPALNAME":
                                name = value.ValueKind == JsonValueKind.Null ? null : UserBody.PrincipalName(read, value, property);
                                break;
                            case "AUTORECONCILEPROXYCONFLICT":
                                // Berth keeps no proxy address that could stand in the way: there is nothing to reconcile.
                                _ = value.ValueKind != JsonValueKind.Null && read.Flag(value, property);
                                break;
                            default:
                                read.FailUnknown(property, "The body of a restore has newUserPrincipalName and autoReconcileProxyConflict.");
                                break;
                        }
                    }

                    return name;
                },
                Submit);

        Handling Submit(string? newName)
        {
            Guid id = Submitting.GroupId(key);
            return request.Submit(
                key,
                new Command.RestoreDeletedItem(id) { NewUserPrincipalName = newName },
                accepted => MemberReads.Members.Written(request, DirectoryObjectReads.Find(accepted.Next, id)!.Value, 200, default));
        }
    }

    private static Handling Purge(Tenant tenant, GraphRequest request, RouteKeys keys) => MayWrite(tenant, request, keys.First)
        ? request.Submit(keys.First, new Command.PurgeDeletedItem(Submitting.GroupId(keys.First)), static _ => GraphResponse.Empty())
        : GraphResponse.Error(request, GraphError.Denied);

    // What is not there is for the decision to say: a request that is sent again gets its first answer.
    private static bool MayWrite(Tenant tenant, GraphRequest request, string key) =>
        DeletedItemReads.Find(tenant, request, key) is not { } item || (item.User is null ? Groups : Users).Allows(request.Caller.Permissions);

    private static Handling OwnedObjects(Tenant tenant, GraphRequest request, RouteKeys keys) => request.Reading(
        Resource,
        static (read, body) =>
        {
            Guid? user = null;
            bool groups = false;
            foreach ((string property, JsonElement value) in read.Properties(body, "getUserOwnedObjects"))
            {
                switch (property.ToUpperInvariant())
                {
                    case "USERID":
                        user = read.Id(value, property);
                        break;
                    case "TYPE":
                        groups = read.Required(value, property, GraphLimits.NameCharacters).Equals("Group", StringComparison.OrdinalIgnoreCase);
                        break;
                    default:
                        read.FailUnknown(property, "The body has userId and type.");
                        break;
                }
            }

            if (user is null)
            {
                read.FailMissing("userId");
            }
            else if (!groups)
            {
                read.FailValue("type", "It must be Group: only groups are owned here.");
            }

            return user ?? Guid.Empty;
        },
        user =>
        {
            int index = tenant.FindUser(user) is >= 0 and int there ? there : tenant.Deleted.FindUser(user);
            return MemberReads.Members.All(request, index < 0 ? [] : DeletedItemReads.OwnedBy(tenant, request, index));
        });
}
