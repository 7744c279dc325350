using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Berth.Serving;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Http.Features;

namespace Berth.Identity;

/// <summary>
/// The paths of the identity endpoints. Each begins with a tenant, which OpenIddict knows nothing of: the tenant becomes the path base,
/// so that every address OpenIddict builds begins with it again.
/// </summary>
internal static class IdentityPaths
{
    /// <summary>Where tokens are given.</summary>
    public const string Token = "/oauth2/v2.0/token";

    /// <summary>Where tokens of version 1 are given, for a resource instead of scopes.</summary>
    public const string OldToken = "/oauth2/token";

    /// <summary>Where a person grants a program something (RFC 6749, 3.1).</summary>
    public const string Authorize = "/oauth2/v2.0/authorize";

    /// <summary>Where a device without a browser begins (RFC 8628, 3.1).</summary>
    public const string DeviceCode = "/oauth2/v2.0/devicecode";

    /// <summary>Where the addresses of a tenant are told (OpenID Connect Discovery).</summary>
    public const string Configuration = "/v2.0/.well-known/openid-configuration";

    /// <summary>Where the public keys are (RFC 7517).</summary>
    public const string Keys = "/discovery/v2.0/keys";

    /// <summary>Where MSAL asks whether an authority is known.</summary>
    public const string Instance = "/discovery/instance";

    /// <summary>Where MSAL asks, before it sends a password, whether a name signs in elsewhere; the name follows.</summary>
    public const string UserRealm = "/userrealm/";

    /// <summary>The longest name of a tenant: that of a domain (RFC 1035, 2.3.4).</summary>
    public const int LongestTenantName = 255;

    /// <summary>The name of a tenant as a token's issuer, at the address the request came to.</summary>
    public static string IssuerOf(HttpRequest request, Guid tenant) => UriHelper.BuildAbsolute(request.Scheme, request.Host, $"/{tenant}/v2.0");

    /// <summary>Splits a path into tenant and endpoint; false when it is no identity path.</summary>
    public static bool TrySplit(PathString path, [NotNullWhen(true)] out string? tenant, [NotNullWhen(true)] out string? endpoint)
    {
        (tenant, endpoint) = (null, null);
        string text = path.Value ?? "";
        int slash = text.Length > 1 ? text.IndexOf('/', 1) : -1;
        if (slash is <= 1 or > LongestTenantName + 1)
        {
            return false;
        }

        ReadOnlySpan<char> rest = text.AsSpan(slash);
        foreach (string known in (ReadOnlySpan<string>)[Token, OldToken, Authorize, DeviceCode, Configuration, Keys, Instance])
        {
            if (rest.Equals(known, StringComparison.OrdinalIgnoreCase))
            {
                (tenant, endpoint) = (text[1..slash], known);
                return true;
            }
        }

        if (rest.StartsWith(UserRealm, StringComparison.OrdinalIgnoreCase) && rest.Length > UserRealm.Length)
        {
            (tenant, endpoint) = (text[1..slash], UserRealm);
            return true;
        }

        return false;
    }

    /// <summary>Answers MSAL's question about a name: whoever it is signs in here. It tells nobody whether there is such a user.</summary>
    public static async Task WriteUserRealmAsync(HttpContext context)
    {
        string path = context.Request.Path.Value!;
        string name = path[(path.IndexOf(UserRealm, StringComparison.OrdinalIgnoreCase) + UserRealm.Length)..];
        context.Response.ContentType = "application/json; charset=utf-8";
        await using Utf8JsonWriter json = new(context.Response.BodyWriter);
        json.WriteStartObject();
        json.WriteString("ver", "1.0");
        json.WriteString("account_type", "Managed");
        json.WriteString("domain_name", name[(name.IndexOf('@', StringComparison.Ordinal) + 1)..]);
        json.WriteString("cloud_instance_name", "microsoftonline.com");
        json.WriteString("cloud_audience_urn", "urn:federation:MicrosoftOnline");
        json.WriteEndObject();
    }

    /// <summary>Answers MSAL's question about an authority: this one, known as the host it was asked for (graph-protocol 4.5).</summary>
    public static async Task WriteInstanceAsync(HttpContext context)
    {
        // MSAL asks a well-known host about another authority; that one is echoed when it names a tenant path of ours.
        string authority = context.Request.Host.ToUriComponent();
        string tenant = "common";
        if (Uri.TryCreate(context.Request.Query["authorization_endpoint"], UriKind.Absolute, out Uri? asked) && asked.Segments.Length > 1)
        {
            tenant = Uri.UnescapeDataString(asked.Segments[1].TrimEnd('/'));
        }

        context.Response.ContentType = "application/json; charset=utf-8";
        await using Utf8JsonWriter json = new(context.Response.BodyWriter);
        json.WriteStartObject();
        json.WriteString("tenant_discovery_endpoint", UriHelper.BuildAbsolute(context.Request.Scheme, context.Request.Host, $"/{tenant}{Configuration}"));
        json.WriteString("api-version", "1.1");
        json.WriteStartArray("metadata");
        json.WriteStartObject();
        json.WriteString("preferred_network", authority);
        json.WriteString("preferred_cache", authority);
        json.WriteStartArray("aliases");
        json.WriteStringValue(authority);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Lets a token request bring no more than <see cref="TokenRequestLimits"/>.</summary>
    /// <returns>Null, or why the form is not taken.</returns>
    public static async Task<TokenRefusal?> ReadFormAsync(HttpContext context)
    {
        if (!context.Request.HasFormContentType)
        {
            return null;
        }

        if (await context.ReadBodyAsync(TokenRequestLimits.Body).ConfigureAwait(false) is not { } body)
        {
            return new TokenRefusal(TokenRefusalCode.FormTooLarge);
        }

        context.Request.Body = new MemoryStream(body.ToArray(), false);
        try
        {
            await context.Request.ReadFormAsync(
                new FormOptions
                {
                    ValueCountLimit = TokenRequestLimits.Parameters,
                    KeyLengthLimit = TokenRequestLimits.ParameterName,
                    ValueLengthLimit = TokenRequestLimits.ParameterValue,
                },
                context.RequestAborted).ConfigureAwait(false);
            return null;
        }
        catch (InvalidDataException)
        {
            return new TokenRefusal(TokenRefusalCode.FormTooLarge);
        }
        catch (Exception broken) when (broken is IOException or FormatException or ArgumentException)
        {
            // A form of several parts that ends in the middle of one, say.
            return new TokenRefusal(TokenRefusalCode.ParameterInvalid, "The form cannot be read.");
        }
    }
}
