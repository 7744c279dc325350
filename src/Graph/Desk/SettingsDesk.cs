using System.Text.Json;
using System.Xml;
using Berth.Engine;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Graph.Hosts;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Graph.Writes;

namespace Berth.Graph.Desk;

/// <summary>The behavior an administrator chooses: <c>/berth/v1/settings</c>.</summary>
internal static class SettingsDesk
{
    private static readonly Dictionary<string, RetryMode> Retries = new(StringComparer.OrdinalIgnoreCase)
    {
        ["fair"] = RetryMode.Fair,
        ["entra-strict"] = RetryMode.EntraStrict,
    };

    private static readonly Dictionary<string, GroupAtomicity> Atomicities = new(StringComparer.OrdinalIgnoreCase)
    {
        ["atomic"] = GroupAtomicity.Atomic,
        ["independent"] = GroupAtomicity.Independent,
    };

    private static readonly Dictionary<string, HostKind> Hosts = new(StringComparer.OrdinalIgnoreCase)
    {
        ["simulator"] = HostKind.Simulator,
        ["agent"] = HostKind.Agent,
    };

    private static readonly Dictionary<string, DisconnectedSessions> Disconnected = new(StringComparer.OrdinalIgnoreCase)
    {
        ["held"] = DisconnectedSessions.Held,
        ["released"] = DisconnectedSessions.Released,
    };

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Get, "/settings", DeskAccess.Read, static (tenant, _, _) => Answer(tenant.Settings)) { Versions = RouteVersions.Berth },
        new(GraphMethod.Patch, "/settings", DeskAccess.Write, Change) { Versions = RouteVersions.Berth },
    ];

    private static Handling Change(Tenant tenant, GraphRequest request, RouteKeys keys) => request.Reading(
        "Settings",
        (read, body) => Read(read, body, tenant.Settings),
        settings => request.Submit(
            "settings", new Command.UpdateSettings(settings) { Basis = tenant.Settings }, static accepted => Answer(accepted.Next.Settings)));

    private static TenantSettings Read(BodyReader read, JsonElement body, TenantSettings settings)
    {
        foreach ((string name, JsonElement value) in read.Properties(body, "body"))
        {
            switch (name.ToUpperInvariant())
            {
                case "RETRY":
                    settings = settings with { Retry = read.OneOf(value, name, Retries) };
                    break;
                case "GROUPATOMICITY":
                    settings = settings with { GroupAtomicity = read.OneOf(value, name, Atomicities) };
                    break;
                case "PROVISIONINGDELAY":
                    settings = settings with { ProvisioningDelay = read.Duration(value, name) };
                    break;
                case "BUFFEREXCESS":
                    settings = settings with { BufferExcess = value.ValueKind == JsonValueKind.Null ? null : read.Whole(value, name, 0, int.MaxValue) };
                    break;
                case "DISCONNECTEDSESSIONS":
                    settings = settings with { DisconnectedSessions = read.OneOf(value, name, Disconnected) };
                    break;
                case "PROFILERESETTIME":
                    settings = settings with { ProfileReset = read.Duration(value, name) };
                    break;
                case "INTELLIGENTPRESTART":
                    settings = settings with { IntelligentPrestart = read.Flag(value, name) };
                    break;
                case "HOST":
                    settings = settings with { Host = read.OneOf(value, name, Hosts) };
                    break;
                case "FAILURERATES":
                    settings = settings with { FailureRates = Rates(read, value, name) };
                    break;
                case "SIMULATORSEED":
                    settings = settings with { SimulatorSeed = read.Whole(value, name, int.MinValue, int.MaxValue) };
                    break;
                default:
                    read.FailUnknown(name);
                    break;
            }
        }

        return settings;
    }

    // A kind that is not named never fails.
    private static ValueArray<FailureRate> Rates(BodyReader read, JsonElement value, string property)
    {
        List<FailureRate> rates = [];
        foreach ((string name, JsonElement share) in read.Properties(value, property))
        {
            if (!HostJobKinds.ByName.TryGetValue(name, out HostJobKind kind))
            {
                read.FailValue(property, $"'{name}' is no kind of job; there are {string.Join(", ", HostJobKinds.ByName.Keys)}.");
            }
            else if (share.ValueKind != JsonValueKind.Number || !share.TryGetDouble(out double rate) || rate is not (>= 0 and <= 1))
            {
                read.FailValue(property, $"The rate of '{name}' must be a number from 0 to 1.");
            }
            else if ((int)Math.Round(rate * FailureRate.Always) is > 0 and int perMillion)
            {
                rates.Add(new FailureRate(kind, perMillion));
            }
        }

        return rates.OrderBy(rate => rate.Kind).ToValueArray();
    }

    private static GraphResponse Answer(TenantSettings settings) => GraphResponse.Json(200, settings, static (json, settings) =>
    {
        json.WriteStartObject();
        Members(json, settings);
        json.WriteEndObject();
    });

    /// <summary>The settings as members of an object.</summary>
    internal static void Members(Utf8JsonWriter json, TenantSettings settings)
    {
        json.WriteString("retry"u8, settings.Retry switch { RetryMode.Fair => "fair", RetryMode.EntraStrict => "entra-strict" });
        json.WriteString("groupAtomicity"u8, settings.GroupAtomicity switch { GroupAtomicity.Atomic => "atomic", GroupAtomicity.Independent => "independent" });
        json.WriteString("provisioningDelay"u8, XmlConvert.ToString(settings.ProvisioningDelay));
        if (settings.BufferExcess is { } excess)
        {
            json.WriteNumber("bufferExcess"u8, excess);
        }
        else
        {
            json.WriteNull("bufferExcess"u8);
        }

        json.WriteString("disconnectedSessions"u8, settings.DisconnectedSessions switch { DisconnectedSessions.Held => "held", DisconnectedSessions.Released => "released" });
        json.WriteString("profileResetTime"u8, XmlConvert.ToString(settings.ProfileReset));
        json.WriteBoolean("intelligentPrestart"u8, settings.IntelligentPrestart);
        json.WriteString("host"u8, settings.Host switch { HostKind.Simulator => "simulator", HostKind.Agent => "agent" });
        json.WriteStartObject("failureRates"u8);
        foreach (FailureRate rate in settings.FailureRates)
        {
            json.WriteNumber(rate.Kind.ToName(), (decimal)rate.PerMillion / FailureRate.Always);
        }

        json.WriteEndObject();
        json.WriteNumber("simulatorSeed"u8, settings.SimulatorSeed);
    }
}
