using System.Text.Json;
using System.Text.Json.Serialization;
using Berth.Engine;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Ledger;
using Berth.Serving;
using Route = Berth.Graph.Routes.Route;

namespace Berth.SetUp;

/// <summary>
/// <c>/berth/v1/tenants</c>: <c>GET</c> lists the tenants of this installation, <c>POST</c> creates one (B730, B731). For who has
/// <c>Organization.ReadWrite.All</c> in the tenant that came first.
/// </summary>
internal sealed class TenantsEndpoint(LedgerDoor ledger, NewTenants tenants, InstallationTenant installation)
{
    /// <summary>What answers its routes.</summary>
    public IEnumerable<(Route Route, InstallationAnswer Answer)> Answers =>
    [
        (InstallationRoutes.ListTenants, async (context, caller, _) =>
        {
            if (!await installation.IsOfAsync(caller, context.RequestAborted).ConfigureAwait(false))
            {
                return GraphError.Denied;
            }

            IReadOnlyList<TenantProfile> list = await ledger.ReadListAsync(context.RequestAborted).ConfigureAwait(false);
            await context.WriteJsonAsync(StatusCodes.Status200OK, json => WriteList(json, list)).ConfigureAwait(false);
            return null;
        }),
        (InstallationRoutes.MakeTenant, async (context, caller, _) => await installation.IsOfAsync(caller, context.RequestAborted).ConfigureAwait(false) ? await MakeAsync(context, caller).ConfigureAwait(false) : GraphError.Denied),
    ];

    private async Task<GraphError?> MakeAsync(HttpContext context, Caller caller)
    {
        if (await context.ReadBodyAsync(SetUpEndpoint.LongestBody).ConfigureAwait(false) is not { } body)
        {
            return GraphError.BodyTooLarge(SetUpEndpoint.LongestBody);
        }

        NewTenant? wanted;
        try
        {
            wanted = JsonSerializer.Deserialize(body.Span, TenantJson.Default.NewTenant);
        }
        catch (JsonException)
        {
            wanted = null;
        }

        if (wanted is null)
        {
            return GraphError.BadRequest("bodyInvalid", "The body is not JSON of the form {displayName, domain, country, kind, administrator}.");
        }

        if (wanted.Problem() is { } problem)
        {
            return GraphError.BadRequest("valueInvalid", problem);
        }

        switch (await tenants.MakeAsync(wanted, caller.Actor).ConfigureAwait(false))
        {
            case NewTenants.Made.Done made:
                await context.WriteJsonAsync(StatusCodes.Status201Created, made.Write).ConfigureAwait(false);
                return null;
            case NewTenants.Made.Refused refused:
                return GraphError.BadRequest("valueInvalid", refused.Why);
            default:
                throw new InvalidOperationException("A tenant is made or refused.");
        }
    }

    private static void WriteList(Utf8JsonWriter json, IReadOnlyList<TenantProfile> list)
    {
        json.WriteStartObject();
        json.WriteStartArray("value");
        foreach (TenantProfile profile in list)
        {
            json.WriteStartObject();
            json.WriteString("tenantId", profile.Id);
            json.WriteString("displayName", profile.DisplayName);
            json.WriteString("domain", profile.Domain);
            json.WriteString("country", profile.Country);
            json.WriteString("kind", NewTenant.NameOf(profile.Kind));
            json.WriteString("createdDateTime", profile.CreatedAt.UtcDateTime);
            json.WriteBoolean("isInstallation", profile.Id == list[0].Id);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(NewTenant))]
internal sealed partial class TenantJson : JsonSerializerContext;
