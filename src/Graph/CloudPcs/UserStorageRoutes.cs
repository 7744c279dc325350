using System.Text.Json;
using Berth.Engine;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Frontline;
using Berth.Graph.Queries;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Graph.Writes;

namespace Berth.Graph.CloudPcs;

/// <summary>What users of shared Cloud PCs keep: <c>userSettingsPersistenceDetail</c> of an assignment and its functions (B434). In v1.0 there is nothing of it.</summary>
internal static class UserStorageRoutes
{
    private const string Path = PolicyReads.Path + "/{policy}/assignments/{assignment}/userSettingsPersistenceDetail";

    private static readonly Resource<StorageRow> Profiles = new(
        Shape<StorageRow>.Entity(
            "cloudPCUserSettingsPersistenceProfile",
            [
                new TextProperty<StorageRow>("profileId", static row => row.Storage.Id.ToString()) { IsDefault = true },
                new TextProperty<StorageRow>("userPrincipalName", static row => row.User.UserPrincipalName) { IsDefault = true },
                new NumberProperty<StorageRow>("profileSizeInGB", static row => row.Pool.Pool.Terms.SizeGB) { IsDefault = true },
                new TimeProperty<StorageRow>("lastProfileAttachedDateTime", static row => row.Storage.AttachedAt) { IsDefault = true },
                new TextProperty<StorageRow>("status", static row => row.IsConnected ? "connected" : "notConnected") { IsDefault = true },
            ]),
        "Collection(microsoft.graph.cloudPCUserSettingsPersistenceProfile)");

    /// <summary>How the pool of an assignment is answered.</summary>
    public static Resource<StoragePoolRow> Details { get; } = new(
        Shape<StoragePoolRow>.Entity(
            "cloudPCUserSettingsPersistenceDetail",
            [
                new ObjectIdProperty<StoragePoolRow>("id", static row => row.Id) { IsDefault = true },
                new TimeProperty<StoragePoolRow>("gracePeriodEndDateTime", static row => row.Pool.Terms.DueAt) { IsDefault = true },
            ]),
        "deviceManagement/virtualEndpoint/provisioningPolicies/assignments/userSettingsPersistenceDetail");

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Get, Path, CloudPcAccess.Read, static (tenant, request, keys) => Find(tenant, request, keys) is { } row
            ? Details.One(request, row)
            : GraphResponse.Error(request, GraphError.NotFound(keys[1]))) { Versions = RouteVersions.Beta },
        new(GraphMethod.Get, Path + "/retrieveUserSettingsPersistenceProfileUsage(configurationId={configuration})", CloudPcAccess.Read, static (tenant, request, keys) =>
            About(tenant, request, keys, row => Usage(request, row))) { Versions = RouteVersions.Beta },
        new(GraphMethod.Get, Path + "/retrieveUserSettingsPersistenceProfiles(configurationId={configuration})", CloudPcAccess.Read, static (tenant, request, keys) =>
            About(tenant, request, keys, row => Profiles.Page(request, (_, after) => (row.Storages().Where(one => one.Position > after), row.Pool.Storages.Count)))) { Versions = RouteVersions.Beta },
        new(GraphMethod.Post, Path + "/batchCleanupUserSettingsPersistenceProfile", CloudPcAccess.Write, Delete) { Versions = RouteVersions.Beta },
    ];

    private static StoragePoolRow? Find(Tenant tenant, GraphRequest request, RouteKeys keys) =>
        PolicyRow.Find(tenant, request, keys[0])?.Find(keys[1]) is { Assignment.Key: { } assignment } && tenant.Frontline.Storages.Pools.TryGetValue(assignment, out StoragePool? pool)
            ? new StoragePoolRow(tenant, assignment, pool)
            : null;

    private static GraphResponse About(Tenant tenant, GraphRequest request, RouteKeys keys, Func<StoragePoolRow, GraphResponse> answer) => Find(tenant, request, keys) is not { } row
        ? GraphResponse.Error(request, GraphError.NotFound(keys[1]))
        : Guid.TryParse(keys[2], out Guid id) && id == row.Id ? answer(row)
        : GraphResponse.Error(request, GraphError.NotFound(keys[2]));

    private static GraphResponse Usage(GraphRequest request, StoragePoolRow row) => GraphResponse.Json(200, (request, row), static (json, s) =>
    {
        (long total, long used) = (StoragePool.CapacityOf(s.row.Tenant, s.row.Assignment), s.row.Pool.UsedGB);
        json.WriteStartObject();
        if (!s.request.WithoutMetadata)
        {
            json.WriteString("@odata.context"u8, $"{s.request.ServiceRoot}/$metadata#microsoft.graph.cloudPCUserSettingsPersistenceUsageResult");
        }

        json.WriteNumber("totalAllocatedStorageInGB"u8, total);
        json.WriteNumber("remainingAvailableStorageInGB"u8, total - used);
        json.WriteNumber("usedStorageInGB"u8, used);
        json.WriteEndObject();
    });

    private static Handling Delete(Tenant tenant, GraphRequest request, RouteKeys keys) => Find(tenant, request, keys) is not { } row
        ? GraphResponse.Error(request, GraphError.NotFound(keys[1]))
        : request.Reading("UserSettingsPersistenceDetail", Read, wanted => wanted.Configuration == row.Id
            ? request.Submit(keys[1], new Command.DeleteUserStorages(row.Assignment, wanted.Storages), static _ => GraphResponse.Empty())
            : GraphResponse.Error(request, GraphError.NotFound($"{wanted.Configuration}")));

    private static (Guid Configuration, ValueArray<Guid> Storages) Read(BodyReader read, JsonElement body)
    {
        Guid? configuration = null;
        ValueArray<Guid>? storages = null;
        foreach ((string name, JsonElement value) in read.Properties(body, "the body"))
        {
            switch (name.ToUpperInvariant())
            {
                case "CONFIGURATIONID":
                    configuration = read.Id(value, name);
                    break;
                case "CLOUDPROFILEIDS":
                    storages = read.Ids(value, name);
                    break;
                default:
                    read.FailUnknown(name);
                    break;
            }
        }

        if (configuration is null || storages is null)
        {
            read.FailMissing(configuration is null ? "configurationId" : "cloudProfileIds");
        }

        return (configuration ?? Guid.Empty, storages ?? []);
    }
}

/// <summary>The user storages of an assignment on the wire.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Assignment">The assignment's id.</param>
/// <param name="Pool">The storages.</param>
internal readonly record struct StoragePoolRow(Tenant Tenant, Guid Assignment, StoragePool Pool) : IRow
{
    /// <inheritdoc/>
    public int Position => 0;

    /// <summary>What functions call <c>configurationId</c>.</summary>
    public Guid Id => StoragePool.IdOf(Assignment);

    /// <summary>The storages, each at the index of its user: a page goes on behind the one before although some came meanwhile.</summary>
    public IEnumerable<StorageRow> Storages()
    {
        foreach ((int user, UserStorage storage) in Pool.Storages)
        {
            yield return new StorageRow(this, user, storage);
        }
    }
}

/// <summary>What a user keeps, on the wire.</summary>
/// <param name="Pool">Where.</param>
/// <param name="Position">The index of the user.</param>
/// <param name="Storage">What is kept.</param>
internal readonly record struct StorageRow(StoragePoolRow Pool, int Position, UserStorage Storage) : IRow
{
    /// <summary>The user; also one in deleted items: who is gone for good keeps nothing (B431).</summary>
    public User User => Pool.Tenant.TryGetUser(Position, out User? user) ? user : Pool.Tenant.Deleted.Users[Position].User;

    /// <summary>Whether the user has a session there.</summary>
    public bool IsConnected => StoragePool.IsConnected(Pool.Tenant, Pool.Assignment, Position);
}
