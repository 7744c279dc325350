using System.Text.Json;
using System.Text.Json.Serialization;
using Berth.Engine;
using Berth.Graph.Hosting;
using Berth.Graph.Requests;
using Berth.Identity;
using Berth.Ledger;
using Berth.Serving;

namespace Berth.SetUp;

/// <summary>
/// <c>/berth/v1/tenants</c>: <c>GET</c> lists the tenants of this installation, <c>POST</c> creates one (B730, B731). For who has
/// <c>Organization.ReadWrite.All</c> in the tenant that came first.
/// </summary>
internal sealed class TenantsEndpoint(LedgerDoor ledger, NewTenants tenants, AccessTokens tokens, TimeProvider time, RequestDelegate next)
{
    private const string Path = "/berth/v1/tenants";

    private static readonly PermissionSet Needed = PermissionSet.Of("Organization.ReadWrite.All");

    /// <summary>Answers the path; everything else goes on.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        if (!context.Request.Path.Equals(Path, StringComparison.OrdinalIgnoreCase))
        {
            await next(context).ConfigureAwait(false);
            return;
        }

        GraphError? error = await tokens.AuthenticateAsync(context).ConfigureAwait(false) switch
        {
            Authentication.Refused refused => GraphError.Unauthenticated(refused.Message, refused.Challenge),
            Authentication.Known { Caller: var caller } => await AnswerAsync(context, caller).ConfigureAwait(false),
            _ => throw new InvalidOperationException("A caller is known or refused."),
        };
        if (error is not null)
        {
            await context.WriteErrorAsync(error, time).ConfigureAwait(false);
        }
    }

    // B730. Two that came at one moment, which a restored database could have, are told apart by their ids.
    private static bool Administers(Caller caller, IReadOnlyList<TenantProfile> list) => caller.Permissions.Covers(Needed) && list is [{ } first, ..] && caller.TenantId == first.Id;

    private async Task<GraphError?> AnswerAsync(HttpContext context, Caller caller)
    {
        IReadOnlyList<TenantProfile> list = await ledger.ReadListAsync(context.RequestAborted).ConfigureAwait(false);
        if (!Administers(caller, list))
        {
            return GraphError.Denied;
        }

        if (HttpMethods.IsGet(context.Request.Method))
        {
            await context.WriteJsonAsync(StatusCodes.Status200OK, json => WriteList(json, list)).ConfigureAwait(false);
            return null;
        }

        if (!HttpMethods.IsPost(context.Request.Method))
        {
            return GraphError.MethodNotAllowed("GET, POST");
        }

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

        switch (await tenants.MakeAsync(wanted).ConfigureAwait(false))
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
