using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Berth.Clustering;
using Berth.Engine;
using Berth.Engine.Directory;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Identity;
using Berth.Ledger;
using Berth.Serving;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Route = Berth.Graph.Routes.Route;

namespace Berth.SetUp;

/// <summary>
/// <c>/berth/v1/tenants</c>: <c>GET</c> lists the tenants of this installation, <c>POST</c> creates one (B730, B731), <c>DELETE</c> of one removes it (B742), <c>GET</c> of its <c>export</c>
/// gives it as a file (B750). For who has <c>Organization.ReadWrite.All</c> in the tenant that came first.
/// </summary>
internal sealed class TenantsEndpoint(LedgerDoor ledger, NewTenants tenants, InstallationTenant installation, IdentityRecord record)
{
    /// <summary>The header that tells the newest event of an exported tenant: at that version it can be removed (B742, B750).</summary>
    private const string VersionHeader = "Berth-Tenant-Version";

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
            Dictionary<string, byte[]> made = (await ledger.ReadBlobsAsync(TenantMaker.Beginning, context.RequestAborted).ConfigureAwait(false)).ToDictionary(static one => one.Name, static one => one.Value);
            Dictionary<Guid, string?> makers = list.ToDictionary(static one => one.Id, one => TenantMaker.Read(made.GetValueOrDefault(TenantMaker.NameOf(one.Id))));
            await context.WriteJsonAsync(StatusCodes.Status200OK, json => WriteList(json, list, makers)).ConfigureAwait(false);
            return null;
        }),
        (InstallationRoutes.MakeTenant, async (context, caller, _) => await installation.IsOfAsync(caller, context.RequestAborted).ConfigureAwait(false) ? await MakeAsync(context, caller).ConfigureAwait(false) : GraphError.Denied),
        (InstallationRoutes.RemoveTenant, async (context, caller, keys) => await installation.IsOfAsync(caller, context.RequestAborted).ConfigureAwait(false) ? await RemoveAsync(context, caller, keys).ConfigureAwait(false) : GraphError.Denied),
        (InstallationRoutes.ExportTenant, async (context, caller, keys) => await installation.IsOfAsync(caller, context.RequestAborted).ConfigureAwait(false) ? await ExportAsync(context, caller, keys).ConfigureAwait(false) : GraphError.Denied),
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

    private async Task<GraphError?> RemoveAsync(HttpContext context, Caller caller, RouteKeys keys)
    {
        IReadOnlyList<TenantProfile> list = await ledger.ReadListAsync(context.RequestAborted).ConfigureAwait(false);
        if (!Guid.TryParseExact(keys.First, "D", out Guid id) || list.FirstOrDefault(one => one.Id == id) is not { } tenant)
        {
            return GraphError.NotFound(TokenRequestRules.Shown(keys.First));
        }

        if (id == list[0].Id)
        {
            return GraphError.BadRequest("operationNotSupported", $"{tenant.DisplayName} is the installation's own tenant: it goes with the installation only (B742).");
        }

        // The id in the path and the domain here are two names of one tenant: a slip in either meets none.
        if (!context.Request.Query["confirm"].ToString().Equals(tenant.Domain, StringComparison.OrdinalIgnoreCase))
        {
            return GraphError.BadRequest(
                "confirmationMissing",
                $"Nothing was removed. {tenant.DisplayName} would be gone with everything in it; export it first (GET /berth/v1/tenants/{id}/export, or berth db export --tenant {id} --to FILE). To remove it, name its domain: ?confirm={tenant.Domain} (B742).");
        }

        long? version = null;
        if (context.Request.Query.TryGetValue("version", out StringValues text))
        {
            if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long wanted))
            {
                return GraphError.BadRequest("valueInvalid", "'version' is the number of the tenant's newest event, as its export told it.");
            }

            version = wanted;
        }

        if (version is not null && ledger.Find(id) is { } desk && desk.Current.Version != version)
        {
            return Moved(tenant);
        }

        await record.WriteAsync(caller.TenantId, caller.Actor, IdentityAct.TenantRemoved, id, tenant.DisplayName, tenant.Domain).ConfigureAwait(false);
        if (!await ledger.RemoveTenantAsync(id, version).ConfigureAwait(false))
        {
            return Moved(tenant);
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return null;
    }

    // B750 to B752
    private async Task<GraphError?> ExportAsync(HttpContext context, Caller caller, RouteKeys keys)
    {
        CancellationToken cancel = context.RequestAborted;
        IReadOnlyList<TenantProfile> list = await ledger.ReadListAsync(cancel).ConfigureAwait(false);
        if (!Guid.TryParseExact(keys.First, "D", out Guid id) || list.FirstOrDefault(one => one.Id == id) is not { } tenant)
        {
            return GraphError.NotFound(TokenRequestRules.Shown(keys.First));
        }

        await record.WriteAsync(caller.TenantId, caller.Actor, IdentityAct.TenantExported, id, tenant.DisplayName, tenant.Domain).ConfigureAwait(false);
        HttpResponse response = context.Response;
        try
        {
            await ledger.ExportAsync(id, response.Body, JointIdentity.Values, BeginAsync, cancel).ConfigureAwait(false);
            return null;
        }
        catch (LedgerRefusedException) when (!response.HasStarted)
        {
            // It was removed a moment ago.
            return GraphError.NotFound(keys.First);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // Whoever wanted it has gone.
            return null;
        }
        catch (DatabaseAwayException) when (response.HasStarted)
        {
            // Whoever gets it is not to take it for the whole.
            context.Abort();
            return null;
        }

        async Task BeginAsync(long version)
        {
            response.ContentType = "application/octet-stream";
            response.Headers.CacheControl = "no-store";
            response.Headers[VersionHeader] = version.ToString(CultureInfo.InvariantCulture);
            ContentDispositionHeaderValue file = new("attachment");
            file.SetHttpFileName($"{tenant.Domain}-{version}.berth");
            response.Headers.ContentDisposition = file.ToString();
            await response.StartAsync(cancel).ConfigureAwait(false);

            // What comes now needs the database only, and may take long: the caller's own tenant may go to another node meanwhile.
            context.Features.Get<TenantVisit>()?.Dispose();
        }
    }

    private static GraphError Moved(TenantProfile tenant) =>
        new(StatusCodes.Status409Conflict, "Request_BadRequest", $"Nothing was removed: something was written to {tenant.DisplayName} since that version. Export it again (B742).", "versionMoved");

    private static void WriteList(Utf8JsonWriter json, IReadOnlyList<TenantProfile> list, Dictionary<Guid, string?> makers)
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
            json.WriteString("createdBy", makers[profile.Id]);
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
