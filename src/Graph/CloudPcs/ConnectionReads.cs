using Berth.Engine;
using Berth.Engine.CloudPcs;
using Berth.Graph.Queries;
using Berth.Graph.Requests;
using Berth.Graph.Routes;

namespace Berth.Graph.CloudPcs;

/// <summary>An Azure network connection; positions go by the time at which they came.</summary>
internal readonly record struct ConnectionRow(Tenant Tenant, int Position, NetworkConnection Connection) : IRow
{
    /// <summary>Its checks one by one.</summary>
    public IEnumerable<ConnectionCheckRow> Checks()
    {
        foreach (ConnectionCheck check in ConnectionCheck.All)
        {
            if (check.IsFor(Connection.JoinType))
            {
                yield return new ConnectionCheckRow(Connection, check, Connection.Job is null ? Connection.Checks.FirstOrDefault(found => found.Name == check.Name) : null);
            }
        }

        // A host's own (B310).
        foreach (HealthCheck found in Connection.Checks)
        {
            if (Connection.Job is null && !ConnectionCheck.TryFind(found.Name, out _))
            {
                yield return new ConnectionCheckRow(Connection, new ConnectionCheck(found.Name, found.Name, false, ""), found);
            }
        }
    }
}

/// <summary>A check of a connection with what the last run found that is not passed.</summary>
internal readonly record struct ConnectionCheckRow(NetworkConnection Connection, ConnectionCheck Check, HealthCheck? Found)
{
    /// <summary>What it shows.</summary>
    public HealthCheckStatus Status => Connection.Job is not null ? HealthCheckStatus.Running : Found?.Status ?? HealthCheckStatus.Passed;
}

/// <summary>Azure network connections: <c>onPremisesConnections</c> (C168 to C179).</summary>
internal static class ConnectionReads
{
    /// <summary>Where they are.</summary>
    public const string Path = CloudPcAccess.Root + "/onPremisesConnections";

    private const string Set = "deviceManagement/virtualEndpoint/onPremisesConnections";

    private static readonly Shape<ConnectionCheckRow> Check = new(
        "cloudPcOnPremisesConnectionHealthCheck",
        new TextProperty<ConnectionCheckRow>("displayName", static row => row.Check.DisplayName),
        new TextProperty<ConnectionCheckRow>("status", static row => Name(row.Status)),
        new TextProperty<ConnectionCheckRow>("errorType", static row => row.Found?.ErrorType),
        new TextProperty<ConnectionCheckRow>(
            "recommendedAction",
            static row => row.Found is { Status: HealthCheckStatus.Failed or HealthCheckStatus.Warning } && row.Check.Advice.Length > 0 ? row.Check.Advice : null),
        new TextProperty<ConnectionCheckRow>("additionalDetail", static row => row.Found?.Detail),
        new TextProperty<ConnectionCheckRow>("correlationId", static row => row.Found is null ? null : $"{IdsByName.Of(row.Connection.Id, $"result/{row.Connection.CheckedAt?.UtcTicks}")}"),
        new TimeProperty<ConnectionCheckRow>("startDateTime", static row => StartOf(row.Connection)),
        new TimeProperty<ConnectionCheckRow>("endDateTime", static row => EndOf(row.Connection)));

    private static readonly Shape<ConnectionRow> Detail = DetailOf("cloudPcOnPremisesConnectionStatusDetail");

    private static readonly Property<ConnectionRow>[] Own =
    [
        new ObjectIdProperty<ConnectionRow>("id", static row => row.Connection.Id) { IsDefault = true },
        new TextProperty<ConnectionRow>("displayName", static row => row.Connection.DisplayName) { IsDefault = true },
        new TextProperty<ConnectionRow>("connectionType", static row => Name(row.Connection.JoinType)) { IsDefault = true },
        new TextProperty<ConnectionRow>("subscriptionId", static row => row.Connection.SubscriptionId) { IsDefault = true },
        new TextProperty<ConnectionRow>("subscriptionName", static row => row.Connection.SubscriptionName) { IsDefault = true },
        new TextProperty<ConnectionRow>("adDomainName", static row => row.Connection.AdDomainName) { IsDefault = true },
        new TextProperty<ConnectionRow>("adDomainUsername", static row => row.Connection.AdDomainUsername) { IsDefault = true },
        new TextProperty<ConnectionRow>("organizationalUnit", static row => row.Connection.OrganizationalUnit) { IsDefault = true },
        new TextProperty<ConnectionRow>("resourceGroupId", static row => row.Connection.ResourceGroupId) { IsDefault = true },
        new TextProperty<ConnectionRow>("virtualNetworkId", static row => row.Connection.VirtualNetworkId) { IsDefault = true },
        new TextProperty<ConnectionRow>("subnetId", static row => row.Connection.SubnetId) { IsDefault = true },
        new TextProperty<ConnectionRow>("virtualNetworkLocation", static row => row.Connection.VirtualNetworkLocation) { IsDefault = true },
        new TextProperty<ConnectionRow>("healthCheckStatus", static row => Name(row.Connection.ShownHealth)) { IsDefault = true },
        new FlagProperty<ConnectionRow>("healthCheckPaused", static row => row.Connection.ChecksPause) { IsDefault = true },
        new FlagProperty<ConnectionRow>("inUseByCloudPc", static row => row.Tenant.Fleet.ConnectionUses(row.Connection.Id) > 0) { IsDefault = true },
        new ValuesProperty<ConnectionRow, string>("scopeIds", static row => row.Connection.ScopeIds, new Operand<string>.Text(static id => id)) { IsDefault = true },

        // By $select only; the password can be written and is kept nowhere (B307).
        new PartProperty<ConnectionRow, ConnectionRow>("healthCheckStatusDetail", Detail, static row => row, static row => StartOf(row.Connection) is not null),
        new FlagProperty<ConnectionRow>("inUse", static row => row.Tenant.Fleet.Policies.Values.Any(policy => policy.Uses(row.Connection.Id))),
        new TextProperty<ConnectionRow>("alternateResourceUrl", static _ => null),
        new TextProperty<ConnectionRow>("adDomainPassword", static _ => null),
    ];

    private static readonly Resource<ConnectionRow> V1 = new(Shape<ConnectionRow>.Entity("cloudPcOnPremisesConnection", Own), Set);

    /// <summary>How they are answered in beta, which keeps some names that are out of use.</summary>
    public static Resource<ConnectionRow> Connections { get; } = new(
        Shape<ConnectionRow>.Entity(
            "cloudPcOnPremisesConnection",
            [
                .. Own,
                new TextProperty<ConnectionRow>("managedBy", static _ => "windows365") { IsDefault = true },
                new PartProperty<ConnectionRow, ConnectionRow>(
                    "healthCheckStatusDetails", DetailOf("cloudPcOnPremisesConnectionStatusDetails"), static row => row, static row => StartOf(row.Connection) is not null),
                new TextProperty<ConnectionRow>("type", static _ => null),
            ]),
        Set);

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Get, Path, CloudPcAccess.Read, static (tenant, request, _) =>
            Of(request).Page(request, (_, after) => (Rows(tenant).Skip(after + 1), tenant.Fleet.Connections.Count))),
        new(GraphMethod.Get, Path + "/$count", CloudPcAccess.Read, static (tenant, request, _) =>
            Of(request).Count(request, (_, _) => (Rows(tenant), tenant.Fleet.Connections.Count))),
        new(GraphMethod.Get, Path + "/{connection}", CloudPcAccess.Read, static (tenant, request, keys) => Find(tenant, keys[0]) is { } connection
            ? Of(request).One(request, new ConnectionRow(tenant, 0, connection))
            : GraphResponse.Error(request, GraphError.NotFound(keys[0]))),
    ];

    /// <summary>The connection that a key of a path names, or null.</summary>
    public static NetworkConnection? Find(Tenant tenant, string key) =>
        Guid.TryParseExact(key, "D", out Guid id) ? tenant.Fleet.Connections.GetValueOrDefault(id) : null;

    /// <summary>A connection that a command made or changed.</summary>
    public static GraphResponse Written(Tenant tenant, GraphRequest request, Guid id, int status) => Of(request).Written(
        request,
        new ConnectionRow(tenant, 0, tenant.Fleet.Connections[id]),
        status,
        status == 201 ? new ResponseHeaders { Location = $"{request.ServiceRoot}{Path}/{id}" } : default);

    /// <summary>A status as Graph spells it.</summary>
    public static string Name(HealthCheckStatus status) => status switch
    {
        HealthCheckStatus.Pending => "pending",
        HealthCheckStatus.Running => "running",
        HealthCheckStatus.Passed => "passed",
        HealthCheckStatus.Warning => "warning",
        HealthCheckStatus.Informational => "informational",
        HealthCheckStatus.Failed => "failed",
    };

    private static string Name(DomainJoinType join) => join switch
    {
        DomainJoinType.AzureADJoin => "azureADJoin",
        DomainJoinType.HybridAzureADJoin => "hybridAzureADJoin",
    };

    private static Shape<ConnectionRow> DetailOf(string name) => new(
        name,
        new TimeProperty<ConnectionRow>("startDateTime", static row => StartOf(row.Connection)),
        new TimeProperty<ConnectionRow>("endDateTime", static row => EndOf(row.Connection)),
        new PartsProperty<ConnectionRow, ConnectionCheckRow>("healthChecks", Check, static row => row.Checks()));

    private static DateTimeOffset? StartOf(NetworkConnection connection) => connection.Job?.RequestedAt ?? connection.CheckStartedAt;

    private static DateTimeOffset? EndOf(NetworkConnection connection) => connection.Job is null ? connection.CheckedAt : null;

    private static Resource<ConnectionRow> Of(GraphRequest request) => request.Version == GraphVersion.Beta ? Connections : V1;

    private static IEnumerable<ConnectionRow> Rows(Tenant tenant) => tenant.Fleet.Connections.Values
        .OrderBy(connection => connection.CreatedAt).ThenBy(connection => connection.Id)
        .Select((connection, position) => new ConnectionRow(tenant, position, connection));
}
