using System.Globalization;
using System.Text.Json;
using Berth.Engine;
using Berth.Graph.Reads;
using Berth.Graph.Requests;
using Berth.Graph.Routes;

namespace Berth.Graph.Writes;

/// <summary>Deleting whatever an id names, and asking for many ids at once.</summary>
internal static class DirectoryObjectWrites
{
    private const string Resource = "DirectoryObject";

    private static readonly RouteAccess Read = RouteAccess.AnyOf("Directory.Read.All", "Directory.ReadWrite.All");
    private static readonly RouteAccess DeleteUsers = RouteAccess.AnyOf("User.DeleteRestore.All", "User.ReadWrite.All", "Directory.ReadWrite.All");
    private static readonly RouteAccess DeleteGroups = RouteAccess.AnyOf("Group.ReadWrite.All", "Directory.ReadWrite.All");

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Delete, "/directoryObjects/{object}", DeleteUsers.Or(DeleteGroups), Delete),
        new(GraphMethod.Post, "/directoryObjects/getByIds", Read, ByIds),
    ];

    private static Handling Delete(Tenant tenant, GraphRequest request, RouteKeys keys)
    {
        string key = keys.First;
        Guid id = Submitting.GroupId(key);
        bool isGroup = tenant.FindGroup(id) >= 0;
        return (isGroup ? DeleteGroups : tenant.FindUser(id) >= 0 ? DeleteUsers : DeleteUsers.Or(DeleteGroups)).Allows(request.Caller.Permissions)
            ? request.Submit(key, isGroup ? new Command.DeleteGroup(id) : new Command.DeleteUser(id), static _ => GraphResponse.Empty())
            : GraphResponse.Error(request, GraphError.Denied);
    }

    private static Handling ByIds(Tenant tenant, GraphRequest request, RouteKeys keys) => request.Reading(
        Resource,
        ReadIds,
        wanted => MemberReads.Members.All(
            request,
            wanted.Ids.Select(id => DirectoryObjectReads.Find(tenant, id)).OfType<MemberRow>().DistinctBy(row => row.Position).OrderBy(row => row.Position)
                .Where(row => row.User is null ? wanted.Groups : wanted.Users)));

    // Ids that name nothing are left out, as in Graph; a type that Berth has none of matches nothing.
    private static (List<Guid> Ids, bool Users, bool Groups) ReadIds(BodyReader read, JsonElement body)
    {
        List<Guid>? ids = null;
        List<string>? types = null;
        foreach ((string name, JsonElement value) in read.Properties(body, "getByIds"))
        {
            if (name.Equals("ids", StringComparison.OrdinalIgnoreCase))
            {
                ids = [.. read.Items(value, name).Take(GraphLimits.DirectoryObjectIds + 1).Select(item => read.Id(item, "ids"))];
            }
            else if (name.Equals("types", StringComparison.OrdinalIgnoreCase))
            {
                types = [.. value.ValueKind == JsonValueKind.Null
                    ? []
                    : read.Items(value, name).Take(GraphLimits.DirectoryObjectTypes).Select(item => read.Required(item, "types", GraphLimits.NameCharacters))];
            }
            else
            {
                read.FailUnknown(name, "The body has ids and types.");
            }
        }

        if (ids is null || ids.Count == 0)
        {
            read.FailMissing("ids");
        }
        else if (ids.Count > GraphLimits.DirectoryObjectIds)
        {
            read.FailValue("ids", string.Create(CultureInfo.InvariantCulture, $"One request names at most {GraphLimits.DirectoryObjectIds} ids."));
        }

        return (ids ?? [], Has("user"), Has("group"));

        bool Has(string type) => types is not { Count: > 0 }
            || types.Contains(type, StringComparer.OrdinalIgnoreCase) || types.Contains("directoryObject", StringComparer.OrdinalIgnoreCase);
    }
}
