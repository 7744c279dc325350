using System.Buffers.Text;
using System.Text.Json;
using Berth.Identity;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace Berth.Clustering;

/// <summary>
/// Whose tenant a request is about, so that it gets to the node that has it (B718). Nothing is believed here: a token is read and not checked, which the node with the tenant does. What is about no
/// tenant, or about none that is there, is answered by whichever node gets it.
/// </summary>
internal sealed class RequestTenant
{
    private const string Scheme = "Bearer ";

    private static readonly string[] WithTokens = ["/v1.0", "/beta", "/berth/v1", "/scim/v2"];

    private readonly TenantList _tenants;
    private readonly AppRegistrations _apps;
    private readonly JoinedReading _reading;

    public RequestTenant(TenantList tenants, AppRegistrations apps)
    {
        (_tenants, _apps) = (tenants, apps);

        // For everybody who waits for it: no one of them may end it.
        _reading = new JoinedReading(() => apps.ReadAgainAsync(CancellationToken.None));
    }

    /// <summary>The tenant, or null.</summary>
    public async ValueTask<Guid?> OfAsync(HttpContext context)
    {
        PathString path = context.Request.Path;
        if (TokenOf(context.Request) is { } token && WithTokens.Any(prefix => path.StartsWithSegments(prefix, StringComparison.OrdinalIgnoreCase)))
        {
            // A token that does not end begins with the application (B801).
            return TenantOf(token) is { } named ? await _tenants.FindAsync(named, context.RequestAborted).ConfigureAwait(false)
                : token.Split('.') is [{ Length: 36 } client, _, ..] ? await OfClientAsync(client, context.RequestAborted).ConfigureAwait(false)
                : null;
        }

        return IdentityPaths.TrySplit(path, out string? tenant, out string? endpoint) ? await OfIdentityAsync(context, tenant, endpoint).ConfigureAwait(false) : null;
    }

    /// <summary>Whether a tenant that a request is about is there still (B744).</summary>
    public ValueTask<bool> HasAsync(Guid tenant, CancellationToken cancel) => _tenants.HasAsync(tenant, cancel);

    /// <summary>The tenant that a token names, without checking anything of it; null when it is no token, or names none.</summary>
    internal static string? TenantOf(string token)
    {
        string[] parts = token.Length > EdgeLimits.Token ? [] : token.Split('.');
        if (parts.Length != 3 || !Base64Url.IsValid(parts[1]))
        {
            return null;
        }

        try
        {
            Utf8JsonReader json = new(Base64Url.DecodeFromChars(parts[1]));
            while (json.Read())
            {
                if (json.TokenType == JsonTokenType.PropertyName && json.CurrentDepth == 1 && json.ValueTextEquals("tid"))
                {
                    return json.Read() && json.TokenType == JsonTokenType.String ? json.GetString() : null;
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // No token of ours.
        }

        return null;
    }

    private static string? TokenOf(HttpRequest request) =>
        request.Headers.Authorization.ToString() is { } header && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header[Scheme.Length..].Trim() : null;

    private async ValueTask<Guid?> OfIdentityAsync(HttpContext context, string tenant, string endpoint)
    {
        CancellationToken cancel = context.RequestAborted;
        if (!new TokenExchange(tenant).AnyTenant)
        {
            return await _tenants.FindAsync(tenant, cancel).ConfigureAwait(false);
        }

        // The path leaves it to the program and to the person which tenant is meant.
        if (endpoint == IdentityPaths.Authorize)
        {
            return await OfClientAsync(context.Request.Query["client_id"].ToString(), cancel).ConfigureAwait(false)
                ?? (HttpMethods.IsPost(context.Request.Method) ? await OfNameAsync((await FormAsync(context).ConfigureAwait(false))("username"), cancel).ConfigureAwait(false) : null);
        }

        if (endpoint is not (IdentityPaths.Token or IdentityPaths.OldToken or IdentityPaths.DeviceCode) || !HttpMethods.IsPost(context.Request.Method))
        {
            return null;
        }

        Func<string, string> form = await FormAsync(context).ConfigureAwait(false);
        string? named = TenantOf(form("refresh_token")) ?? AuthorizationCodes.TenantOf(form("code"))?.ToString();
        return named is not null
            ? await _tenants.FindAsync(named, cancel).ConfigureAwait(false)
            : await OfClientAsync(form("client_id"), cancel).ConfigureAwait(false);
    }

    private async ValueTask<Guid?> OfNameAsync(string name, CancellationToken cancel) =>
        _tenants.Only ?? await _tenants.FindAsync(name[(name.LastIndexOf('@') + 1)..], cancel).ConfigureAwait(false);

    private async ValueTask<Guid?> OfClientAsync(string clientId, CancellationToken cancel)
    {
        if (!Guid.TryParse(clientId, out Guid id) || id == PortalApplication.ClientId)
        {
            return null;
        }

        if (_apps.Find(id) is null)
        {
            await _reading.AgainAsync(cancel).ConfigureAwait(false);
        }

        return _apps.Find(id)?.TenantId;
    }

    /// <summary>The fields of the form that a request brings; empty ones when it brings none, or one that cannot be kept.</summary>
    internal static async Task<Func<string, string>> FormAsync(HttpContext context)
    {
        if (!context.Request.HasFormContentType || await KeptBody.OfAsync(context).ConfigureAwait(false) is not { IsWhole: true } body)
        {
            return static _ => "";
        }

        try
        {
            using MemoryStream copy = new(body.Bytes, false);
            using FormReader reader = new(copy) { ValueCountLimit = TokenRequestLimits.Parameters, KeyLengthLimit = TokenRequestLimits.ParameterName, ValueLengthLimit = TokenRequestLimits.ParameterValue };
            Dictionary<string, StringValues> form = await reader.ReadFormAsync(context.RequestAborted).ConfigureAwait(false);
            return name => form.GetValueOrDefault(name).ToString();
        }
        catch (InvalidDataException)
        {
            return static _ => "";
        }
    }
}
