using System.Text.Json;
using Berth.Engine;
using Berth.Engine.CloudPcs;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Graph.Writes;

namespace Berth.Graph.CloudPcs;

/// <summary>Creating, changing, checking and deleting Azure network connections (C168 to C179). A password is not kept: only when it was set (B307).</summary>
internal static class ConnectionWrites
{
    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Post, ConnectionReads.Path, CloudPcAccess.Write, Create),
        new(GraphMethod.Patch, ConnectionReads.Path + "/{connection}", CloudPcAccess.Write, Change),
        new(GraphMethod.Delete, ConnectionReads.Path + "/{connection}", CloudPcAccess.Write, Delete),
        new(GraphMethod.Post, ConnectionReads.Path + "/{connection}/runHealthChecks", CloudPcAccess.Write, Run),
        new(GraphMethod.Post, ConnectionReads.Path + "/{connection}/updateAdDomainPassword", CloudPcAccess.Write, SetPassword),
    ];

    private static Handling Create(Tenant tenant, GraphRequest request, RouteKeys keys) => request.Reading(
        ConnectionBody.Resource,
        (read, body) => ConnectionBody.Read(read, body, new NetworkConnection(Guid.NewGuid(), "") { JoinType = DomainJoinType.HybridAzureADJoin }, request.ReceivedAt),
        connection => WithoutPassword(request, request.Submit(
            connection.DisplayName, new Command.CreateConnection(connection), accepted => ConnectionReads.Written(accepted.Next, request, connection.Id, 201))));

    private static Handling Change(Tenant tenant, GraphRequest request, RouteKeys keys)
    {
        string key = keys.First;
        return ConnectionReads.Find(tenant, key) is { } before
            ? request.Reading(
                ConnectionBody.Resource,
                (read, body) => ConnectionBody.Read(read, body, before, request.ReceivedAt),
                after => WithoutPassword(request, request.Submit(
                    key, new Command.UpdateConnection(after) { Basis = before }, accepted => ConnectionReads.Written(accepted.Next, request, before.Id, 200))))
            : GraphResponse.Error(request, GraphError.NotFound(key));
    }

    private static Handling Delete(Tenant tenant, GraphRequest request, RouteKeys keys) => Named(request, keys, static id => new Command.DeleteConnection(id));

    private static Handling Run(Tenant tenant, GraphRequest request, RouteKeys keys) => Named(request, keys, static id => new Command.RunHealthChecks(id));

    private static Handling SetPassword(Tenant tenant, GraphRequest request, RouteKeys keys)
    {
        string key = keys.First;
        return Guid.TryParseExact(key, "D", out Guid id)
            ? request.Reading(
                ConnectionBody.Resource,
                ReadPassword,
                _ => WithoutPassword(request, request.Submit(key, new Command.SetConnectionPassword(id), static _ => GraphResponse.Empty())))
            : GraphResponse.Error(request, GraphError.NotFound(key));
    }

    // The password itself goes no further than this.
    private static bool ReadPassword(BodyReader read, JsonElement body)
    {
        bool given = false;
        foreach ((string name, JsonElement value) in read.Properties(body, "body"))
        {
            if (name.Equals("adDomainPassword", StringComparison.OrdinalIgnoreCase))
            {
                given = read.Required(value, name, GraphLimits.PasswordCharacters).Length > 0;
            }
            else
            {
                read.FailUnknown(name);
            }
        }

        if (!given)
        {
            read.FailMissing("adDomainPassword");
        }

        return given;
    }

    private static Handling Named(GraphRequest request, RouteKeys keys, Func<Guid, Command> command) => Guid.TryParseExact(keys.First, "D", out Guid id)
        ? request.Submit(keys.First, command(id), static _ => GraphResponse.Empty())
        : GraphResponse.Error(request, GraphError.NotFound(keys.First));

    private static Handling.Wanted WithoutPassword(GraphRequest request, Handling.Wanted write) => write with { BodyHash = () => Fingerprint.Of(request.Body.Span) };
}
