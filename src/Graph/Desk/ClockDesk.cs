using System.Text.Json;
using Berth.Engine;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Graph.Writes;

namespace Berth.Graph.Desk;

/// <summary>The tenant's clock: <c>/berth/v1/clock</c>. Demo and emulator tenants can freeze and advance it (contract).</summary>
internal static class ClockDesk
{
    private static readonly Dictionary<string, bool> Modes = new(StringComparer.OrdinalIgnoreCase) { ["system"] = false, ["frozen"] = true };

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Get, "/clock", DeskAccess.Read, static (tenant, request, _) => Answer(tenant, request)) { Versions = RouteVersions.Berth },
        new(GraphMethod.Post, "/clock", DeskAccess.Write, Set) { Versions = RouteVersions.Berth },
    ];

    private static Handling Set(Tenant tenant, GraphRequest request, RouteKeys keys) => request.Reading(
        "Clock",
        Read,
        set => request.Submit("clock", set, accepted => Answer(accepted.Next, request)));

    private static Command.SetClock Read(BodyReader read, JsonElement body)
    {
        bool? frozen = null;
        DateTimeOffset? now = null;
        TimeSpan? advance = null;
        foreach ((string name, JsonElement value) in read.Properties(body, "body"))
        {
            switch (name.ToUpperInvariant())
            {
                case "MODE":
                    frozen = read.OneOf(value, name, Modes);
                    break;
                case "NOW":
                    now = read.Instant(value, name);
                    break;
                case "ADVANCE":
                    advance = read.Duration(value, name);
                    break;
                default:
                    read.FailUnknown(name);
                    break;
            }
        }

        return new Command.SetClock(frozen, now, advance);
    }

    private static GraphResponse Answer(Tenant tenant, GraphRequest request) => GraphResponse.Json(200, (tenant, request), static (json, s) =>
    {
        json.WriteStartObject();
        json.WriteString("now"u8, s.tenant.Now(s.request.ReceivedAt).UtcDateTime);
        json.WriteString("mode"u8, s.tenant.Clock.FrozenAt is null ? "system"u8 : "frozen"u8);
        json.WriteEndObject();
    });
}
