using System.Text.Json;
using Berth.Engine;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Graph.Writes;

namespace Berth.Graph.CloudPcs;

/// <summary>What the built-in simulator finds at a network connection: <c>/berth/v1/onPremisesConnections/{id}/simulatedChecks</c> (B310).</summary>
internal static class SimulatedChecksDesk
{
    private const string Path = "/onPremisesConnections/{connection}/simulatedChecks";

    private static readonly Dictionary<string, HealthCheckStatus> Outcomes = new[]
    {
        HealthCheckStatus.Passed, HealthCheckStatus.Informational, HealthCheckStatus.Warning, HealthCheckStatus.Failed,
    }.ToDictionary(ConnectionReads.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Get, Path, CloudPcAccess.Read, static (tenant, request, keys) => ConnectionReads.Find(tenant, keys.First) is { } connection
            ? Show(connection)
            : GraphResponse.Error(request, GraphError.NotFound(keys.First))) { Versions = RouteVersions.Berth },
        new(GraphMethod.Put, Path, CloudPcAccess.Write, Replace) { Versions = RouteVersions.Berth },
    ];

    private static Handling Replace(Tenant tenant, GraphRequest request, RouteKeys keys)
    {
        string key = keys.First;
        return Guid.TryParseExact(key, "D", out Guid id)
            ? request.Reading(
                "simulatedChecks",
                Read,
                checks => request.Submit(key, new Command.SimulateChecks(id, checks), accepted => Show(accepted.Next.Fleet.Connections[id])))
            : GraphResponse.Error(request, GraphError.NotFound(key));
    }

    /// <summary>Reads results of checks: <c>{"checks":[{"name","status","errorType","additionalDetail"}]}</c>. An error names its check, and what is named fails unless said otherwise.</summary>
    private static ValueArray<HealthCheck> Read(BodyReader read, JsonElement body)
    {
        ValueArray<HealthCheck>? checks = null;
        foreach ((string name, JsonElement value) in read.Properties(body, "body"))
        {
            if (name.Equals("checks", StringComparison.OrdinalIgnoreCase))
            {
                checks = ReadChecks(read, value);
            }
            else
            {
                read.FailUnknown(name);
            }
        }

        if (checks is null)
        {
            read.FailMissing("checks");
        }

        return checks ?? [];
    }

    /// <summary>The items of a list of results.</summary>
    internal static ValueArray<HealthCheck> ReadChecks(BodyReader read, JsonElement list)
    {
        List<HealthCheck> checks = [];
        foreach (JsonElement item in read.Items(list, "checks"))
        {
            checks.Add(ReadCheck(read, item));
            if (read.Error is not null || checks.Count > ConnectionCheck.All.Count)
            {
                break;
            }
        }

        return [.. checks];
    }

    private static HealthCheck ReadCheck(BodyReader read, JsonElement item)
    {
        string? check = null, error = null, detail = null;
        HealthCheckStatus status = HealthCheckStatus.Failed;
        foreach ((string name, JsonElement value) in read.Properties(item, "checks"))
        {
            switch (name.ToUpperInvariant())
            {
                case "NAME" or "DISPLAYNAME":
                    check = read.Required(value, name, GraphLimits.NameCharacters);
                    break;
                case "STATUS":
                    status = read.OneOf(value, name, Outcomes);
                    break;
                case "ERRORTYPE":
                    error = read.Text(value, name, GraphLimits.ListItemCharacters);
                    break;
                case "ADDITIONALDETAIL":
                    detail = read.Text(value, name, GraphLimits.ListItemCharacters);
                    break;
                default:
                    read.FailUnknown(name);
                    break;
            }
        }

        ConnectionCheckError? known = error is not null && ConnectionCheckError.TryFind(error, out ConnectionCheckError? found) ? found : null;
        if (check is not null && ConnectionCheck.TryFind(check, out ConnectionCheck? named))
        {
            check = named.Name;
        }

        if ((check ?? known?.Check) is not { } of)
        {
            read.FailValue("checks", error is null ? "Each item names a check, or an error of one." : $"'{error}' is no error of a check.");
            return new HealthCheck("", status, null, null);
        }

        return new HealthCheck(of, status, known?.Name ?? error, detail);
    }

    private static GraphResponse Show(NetworkConnection connection) => GraphResponse.Json(200, connection, static (json, connection) =>
    {
        json.WriteStartObject();
        json.WriteStartArray("checks"u8);
        foreach (HealthCheck check in connection.Simulated)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, check.Name);
            json.WriteString("status"u8, ConnectionReads.Name(check.Status));
            json.WriteString("errorType"u8, check.ErrorType);
            json.WriteString("additionalDetail"u8, check.Detail);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });
}
