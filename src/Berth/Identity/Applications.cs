using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Serialization;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Serving;
using Route = Berth.Graph.Routes.Route;

namespace Berth.Identity;

/// <summary>
/// <c>/berth/v1/applications</c>: the programs that sign in by themselves, and what each may do (B637). <c>GET</c> lists them, <c>POST</c> registers one,
/// <c>POST /{clientId}/secret</c> gives one a new secret, <c>DELETE /{clientId}</c> takes one away. Needs <c>Application.ReadWrite.All</c> and is about the caller's own
/// tenant. A secret is shown in the one answer that makes it.
/// </summary>
internal sealed class Applications(AppRegistrations apps, IdentityRecord record)
{
    /// <summary>The largest body, in bytes.</summary>
    public const int LongestBody = 16 * 1024;

    /// <summary>The longest name of an application, in characters.</summary>
    public const int LongestDisplayName = 256;

    /// <summary>The most applications of a tenant.</summary>
    public const int Most = 200;

    /// <summary>What answers its routes.</summary>
    public IEnumerable<(Route Route, InstallationAnswer Answer)> Answers =>
    [
        (InstallationRoutes.ListApplications, ListAsync),
        (InstallationRoutes.RegisterApplication, (context, caller, _) => RegisterAsync(context, caller)),
        (InstallationRoutes.RemoveApplication, RemoveAsync),
        (InstallationRoutes.RenewSecret, RenewSecretAsync),
    ];

    private static GraphError TooMany => GraphError.BadRequest("tooManyObjects", $"A tenant has at most {Most} applications: take one away that is not used any more.");

    private async Task<GraphError?> ListAsync(HttpContext context, Caller caller, RouteKeys keys)
    {
        await context.WriteJsonAsync(StatusCodes.Status200OK, json => WriteList(json, apps.Of(caller.TenantId))).ConfigureAwait(false);
        return null;
    }

    // One of the caller's tenant that can be changed.
    private (AppRegistration? App, GraphError? Error) Find(Caller caller, string key) =>
        !Guid.TryParseExact(key, "D", out Guid id) || apps.Find(id) is not { } app || app.TenantId != caller.TenantId
            ? (null, GraphError.NotFound(TokenRequestRules.Shown(key)))

            // What the demo says on its console must go on being true.
            : apps.Passing?.ClientId == app.ClientId
                ? (null, GraphError.BadRequest("operationNotSupported", "The demo's own client comes with the demo: it keeps its secret and cannot be taken away."))
                : (app, null);

    private async Task<GraphError?> RemoveAsync(HttpContext context, Caller caller, RouteKeys keys)
    {
        (AppRegistration? app, GraphError? error) = Find(caller, keys.First);
        if (app is null)
        {
            return error;
        }

        await record.WriteAsync(caller.TenantId, caller.Actor, IdentityAct.ApplicationRemoved, app.ClientId, app.DisplayName).ConfigureAwait(false);
        await apps.RemoveAsync(app.ClientId, CancellationToken.None).ConfigureAwait(false);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return null;
    }

    private async Task<GraphError?> RenewSecretAsync(HttpContext context, Caller caller, RouteKeys keys)
    {
        (AppRegistration? app, GraphError? error) = Find(caller, keys.First);
        if (app is null)
        {
            return error;
        }

        // Who has the secret is the application: nobody becomes more than they are by it.
        if (!caller.Permissions.Covers(PermissionSet.Known(app.Permissions)))
        {
            return GraphError.Denied;
        }

        string secret = ClientSecret.Invent();
        await record.WriteAsync(caller.TenantId, caller.Actor, IdentityAct.SecretChanged, app.ClientId, app.DisplayName, "secret").ConfigureAwait(false);
        ClientSecret kept = ClientSecret.OfInvented(secret);
        if (!await apps.ChangeAsync(app.ClientId, before => before with { Secret = kept }, CancellationToken.None).ConfigureAwait(false))
        {
            return GraphError.NotFound(TokenRequestRules.Shown(keys.First));
        }

        await context.WriteJsonAsync(StatusCodes.Status200OK, json => WriteOne(json, app, secret)).ConfigureAwait(false);
        return null;
    }

    private async Task<GraphError?> RegisterAsync(HttpContext context, Caller caller)
    {
        if (await context.ReadBodyAsync(LongestBody).ConfigureAwait(false) is not { } body)
        {
            return GraphError.BodyTooLarge(LongestBody);
        }

        NewApplication? wanted;
        try
        {
            wanted = JsonSerializer.Deserialize(body.Span, ApplicationJson.Default.NewApplication);
        }
        catch (JsonException)
        {
            wanted = null;
        }

        if (wanted is not { DisplayName: { } name, Permissions: { } names } || string.IsNullOrWhiteSpace(name) || name.Length > LongestDisplayName)
        {
            return GraphError.BadRequest("valueInvalid", $"The body has a 'displayName' of 1 to {LongestDisplayName} characters and 'permissions', a list of names.");
        }

        if (names.Contains(null!))
        {
            return GraphError.BadRequest("valueInvalid", "A permission has a name.");
        }

        if (names.FirstOrDefault(one => !PermissionSet.OfApplications.Contains(one, StringComparer.OrdinalIgnoreCase)) is { } unknown)
        {
            return GraphError.BadRequest("valueInvalid", $"'{TokenRequestRules.Shown(unknown)}' is no permission that an application can have here.");
        }

        // Nobody gives what they do not have.
        PermissionSet permissions = PermissionSet.Known(names);
        if (!caller.Permissions.Covers(permissions))
        {
            return GraphError.Denied;
        }

        if (apps.Of(caller.TenantId).Count >= Most)
        {
            return TooMany;
        }

        string secret = ClientSecret.Invent();
        AppRegistration app = new(Guid.NewGuid(), Guid.NewGuid(), caller.TenantId, name.Trim(), permissions.ToNames().ToValueArray(), ClientSecret.OfInvented(secret));
        await record.WriteAsync(caller.TenantId, caller.Actor, IdentityAct.ApplicationAdded, app.ClientId, app.DisplayName, string.Join(' ', app.Permissions)).ConfigureAwait(false);
        if (!await apps.AddAsync(app, Most, CancellationToken.None).ConfigureAwait(false))
        {
            return TooMany;
        }

        await context.WriteJsonAsync(StatusCodes.Status201Created, json => WriteOne(json, app, secret)).ConfigureAwait(false);
        return null;
    }

    private void WriteList(Utf8JsonWriter json, IReadOnlyList<AppRegistration> all)
    {
        json.WriteStartObject();
        json.WriteStartArray("value");
        foreach (AppRegistration app in all)
        {
            WriteOne(json, app, null);
        }

        json.WriteEndArray();
        WriteNames(json, "permissions", PermissionSet.OfApplications);
        json.WriteEndObject();
    }

    private void WriteOne(Utf8JsonWriter json, AppRegistration app, string? secret)
    {
        json.WriteStartObject();
        json.WriteString("clientId", app.ClientId);
        json.WriteString("tenantId", app.TenantId);
        json.WriteString("displayName", app.DisplayName);
        json.WriteBoolean("isOfDemo", apps.Passing?.ClientId == app.ClientId);
        WriteNames(json, "permissions", app.Permissions);
        json.WriteStartArray("certificates");
        foreach (ValueArray<byte> raw in app.Certificates)
        {
            using X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(raw.Span);
            json.WriteStartObject();
            json.WriteString("thumbprint", certificate.Thumbprint);
            json.WriteString("notAfter", certificate.NotAfter.ToUniversalTime());
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (secret is not null)
        {
            json.WriteString("clientSecret", secret);
        }

        json.WriteEndObject();
    }

    private static void WriteNames(Utf8JsonWriter json, string property, IEnumerable<string> names)
    {
        json.WriteStartArray(property);
        foreach (string name in names.Order(StringComparer.Ordinal))
        {
            json.WriteStringValue(name);
        }

        json.WriteEndArray();
    }
}

/// <summary>An application that is to be registered.</summary>
internal sealed record NewApplication(string? DisplayName, IReadOnlyList<string>? Permissions);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(NewApplication))]
internal sealed partial class ApplicationJson : JsonSerializerContext;
