using System.Globalization;
using System.Text.Json;
using System.Xml;
using Berth.Engine;
using Berth.Graph.Faults;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Graph.Writes;
using Berth.Ledger;

namespace Berth.Graph.Desk;

/// <summary>Faults on purpose: <c>/berth/v1/faults</c>, for demo and emulator tenants (contract, B220). They lie in memory and are gone with the process.</summary>
internal static class FaultDesk
{
    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Get, "/faults", DeskAccess.Read, List) { Versions = RouteVersions.Berth },
        new(GraphMethod.Post, "/faults", DeskAccess.Write, Install) { Versions = RouteVersions.Berth },
        new(GraphMethod.Delete, "/faults", DeskAccess.Write, RemoveAll) { Versions = RouteVersions.Berth },
        new(GraphMethod.Get, "/faults/{fault}", DeskAccess.Read, Get) { Versions = RouteVersions.Berth },
        new(GraphMethod.Delete, "/faults/{fault}", DeskAccess.Write, Remove) { Versions = RouteVersions.Berth },
    ];

    private static Handling List(Tenant tenant, GraphRequest request, RouteKeys keys) =>
        Refused(tenant, request) ?? GraphResponse.Json(200, Of(request).RulesOf(tenant.Profile.Id), static (json, rules) =>
        {
            json.WriteStartObject();
            json.WriteStartArray("value"u8);
            foreach (ActiveFault active in rules)
            {
                Write(json, active);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });

    private static Handling Get(Tenant tenant, GraphRequest request, RouteKeys keys) =>
        Refused(tenant, request)
        ?? (Of(request).RulesOf(tenant.Profile.Id).FirstOrDefault(Is(keys.First)) is { } active
            ? GraphResponse.Json(200, active, static (json, one) => Write(json, one))
            : GraphResponse.Error(request, GraphError.NotFound(keys.First)));

    private static Handling Install(Tenant tenant, GraphRequest request, RouteKeys keys) =>
        Refused(tenant, request) is { } refused ? refused : request.Reading("Fault", FaultBody.Read, rule => Once(request, desk =>
        {
            (ActiveFault? active, GraphError? error) = Of(request).Install(desk, rule);
            return active is null ? GraphResponse.Error(request, error!) : GraphResponse.Json(
                201,
                active,
                static (json, one) => Write(json, one),
                new ResponseHeaders { Location = string.Create(CultureInfo.InvariantCulture, $"{request.ServiceRoot}/faults/{active.Id}") });
        }));

    private static Handling RemoveAll(Tenant tenant, GraphRequest request, RouteKeys keys) =>
        Refused(tenant, request) is { } refused ? refused : Once(request, desk =>
        {
            Of(request).Remove(desk, static _ => true);
            return GraphResponse.Empty();
        });

    private static Handling Remove(Tenant tenant, GraphRequest request, RouteKeys keys) =>
        Refused(tenant, request) is { } refused ? refused : Once(request, desk =>
        {
            Func<ActiveFault, bool> meant = Is(keys.First);
            return Of(request).Remove(desk, active => meant(active)) ? GraphResponse.Empty() : GraphResponse.Error(request, GraphError.NotFound(keys.First));
        });

    private static Handling Once(GraphRequest request, Func<TenantDesk, GraphResponse> act) => GraphRoom.RepeatabilityError(request) is { } error
        ? GraphResponse.Error(request, error)
        : new Handling.Working((desk, _) => new(Of(request).Once(request, () => act(desk))));

    private static GraphResponse? Refused(Tenant tenant, GraphRequest request) => tenant.Profile.Kind == TenantKind.Production
        ? GraphResponse.Error(request, GraphError.BadRequest(
            "faultsNotPossible", "A production tenant has no faults: they are for demo and emulator tenants, and nothing was changed."))
        : null;

    private static InstalledFaults Of(GraphRequest request) => request.Faults ?? throw new InvalidOperationException("This request came through no door that has faults.");

    private static Func<ActiveFault, bool> Is(string key) =>
        int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out int id) ? active => active.Id == id : static _ => false;

    private static void Write(Utf8JsonWriter json, ActiveFault active)
    {
        FaultRule rule = active.Rule;
        json.WriteStartObject();
        json.WriteString("id"u8, active.Id.ToString(CultureInfo.InvariantCulture));
        json.WriteString("kind"u8, JsonNamingPolicy.CamelCase.ConvertName(rule.Kind.ToString()));
        json.WriteString("route"u8, rule.Route?.Text);
        json.WriteString("version"u8, rule.Version is { } version ? Name(FaultBody.Versions, version) : null);
        json.WriteString("scope"u8, Name(FaultBody.Scopes, rule.Scope));
        json.WriteNumber("probability"u8, rule.Probability);
        json.WriteNumber("skip"u8, rule.Skip);
        WriteNumber(json, "count", rule.Count);
        json.WriteNumber("seed"u8, rule.Seed);
        foreach (string property in FaultBody.PropertiesOf(rule.Kind))
        {
            switch (property)
            {
                case "status":
                    json.WriteNumber("status"u8, rule.Status);
                    break;
                case "retryAfter":
                    json.WriteNumber("retryAfter"u8, rule.RetryAfter);
                    break;
                case "delay":
                    json.WriteString("delay"u8, XmlConvert.ToString(rule.Delay));
                    break;
                case "moment":
                    json.WriteString("moment"u8, Name(FaultBody.Moments, rule.Moment));
                    break;
                case "reads":
                    json.WriteString("reads"u8, Name(FaultBody.Reads, rule.Reads));
                    break;
                case "window":
                    json.WriteString("window"u8, XmlConvert.ToString(rule.Window));
                    break;
                case "versions":
                    json.WriteNumber("versions"u8, rule.Versions);
                    break;
                case "resourceUnits":
                    WriteNumber(json, "resourceUnits", rule.ResourceUnits);
                    break;
                case "writes":
                    WriteNumber(json, "writes", rule.Writes);
                    break;
            }
        }

        json.WriteNumber("matched"u8, active.Matched);
        json.WriteNumber("fired"u8, active.Fired);
        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, int? number)
    {
        if (number is { } value)
        {
            json.WriteNumber(name, value);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static string Name<T>(Dictionary<string, T> names, T value)
        where T : struct, Enum => names.First(name => name.Value.Equals(value)).Key;
}
