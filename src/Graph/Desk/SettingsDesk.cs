using System.Text.Json;
using System.Xml;
using Berth.Engine;
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
                default:
                    read.FailUnknown(name);
                    break;
            }
        }

        return settings;
    }

    private static GraphResponse Answer(TenantSettings settings) => GraphResponse.Json(200, settings, static (json, settings) =>
    {
        json.WriteStartObject();
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

        json.WriteEndObject();
    });
}
