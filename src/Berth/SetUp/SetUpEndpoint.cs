using System.Text.Json;
using System.Text.Json.Serialization;
using Berth.Ledger;
using Berth.Serving;

namespace Berth.SetUp;

/// <summary>
/// <c>POST /berth/v1/setup</c> of an installation without tenants: <c>{code, displayName, domain, country, administrator}</c> -> 201
/// <c>{tenantId, clientId, clientSecret}</c>. The secret is shown this once. <c>GET</c> says whether there is anything to set up (B608).
/// </summary>
internal sealed class SetUpEndpoint(SetUpCode? code, LedgerDoor ledger, NewTenants tenants, TimeProvider time, RequestDelegate next)
{
    /// <summary>The path.</summary>
    public const string Path = "/berth/v1/setup";

    /// <summary>The largest body, in bytes.</summary>
    public const int LongestBody = 16 * 1024;

    /// <summary>Answers the path; everything else goes on.</summary>
    public Task InvokeAsync(HttpContext context) => context.Request.Path.Equals(Path, StringComparison.OrdinalIgnoreCase) ? AnswerAsync(context) : next(context);

    private async Task AnswerAsync(HttpContext context)
    {
        if (HttpMethods.IsGet(context.Request.Method))
        {
            context.Response.ContentType = "application/json; charset=utf-8";
            context.Response.Headers.CacheControl = "no-store";
            await context.Response.WriteAsync($"{{\"isNeeded\":{(await IsSetUpAsync(context).ConfigureAwait(false) ? "false" : "true")}}}", context.RequestAborted).ConfigureAwait(false);
            return;
        }

        // A Berth that began with a tenant has nothing to set up: the path means nothing here.
        if (code is null)
        {
            await next(context).ConfigureAwait(false);
            return;
        }

        if (!HttpMethods.IsPost(context.Request.Method))
        {
            context.Response.Headers.Allow = "GET, POST";
            await RefuseAsync(context, 405, "Request_BadRequest", "methodNotAllowed", "Specified HTTP method is not allowed for the request target.").ConfigureAwait(false);
            return;
        }

        if (await context.ReadBodyAsync(LongestBody).ConfigureAwait(false) is not { } body)
        {
            await RefuseAsync(context, 413, "RequestEntityTooLarge", "bodyTooLarge", $"The request body is larger than {LongestBody} bytes.").ConfigureAwait(false);
            return;
        }

        SetUpRequest? wanted;
        try
        {
            wanted = JsonSerializer.Deserialize(body.Span, SetUpJson.Default.SetUpRequest);
        }
        catch (JsonException)
        {
            wanted = null;
        }

        await (wanted is null
            ? RefuseAsync(context, 400, "BadRequest", "bodyInvalid", "The body is not JSON of the form {code, displayName, domain, country, administrator}.")
            : SetUpAsync(context, code, wanted)).ConfigureAwait(false);
    }

    // In a cluster another node may have done it.
    private async ValueTask<bool> IsSetUpAsync(HttpContext context) => (await ledger.ReadListAsync(context.RequestAborted).ConfigureAwait(false)).Count > 0;

    private async Task SetUpAsync(HttpContext context, SetUpCode code, SetUpRequest wanted)
    {
        NewTenant tenant = new(wanted.DisplayName, wanted.Domain, wanted.Country, null, wanted.Administrator);
        if ((string.IsNullOrWhiteSpace(wanted.Code) ? "'code' is missing: the set-up code on the server's console." : tenant.Problem()) is { } problem)
        {
            await RefuseAsync(context, 400, "Request_BadRequest", "valueInvalid", problem).ConfigureAwait(false);
            return;
        }

        switch (code.Try(wanted.Code!))
        {
            case SetUpCode.Attempt.Wrong:
                await RefuseAsync(context, 403, "Authorization_RequestDenied", "setupCodeWrong", "This is not the set-up code. It stands on the server's console.").ConfigureAwait(false);
                return;
            case SetUpCode.Attempt.Locked:
                await RefuseAsync(context, 403, "Authorization_RequestDenied", "setupLocked", "Too many wrong set-up codes. Restart the server: it shows a new one.").ConfigureAwait(false);
                return;
            case SetUpCode.Attempt.Used:
                await RefuseAsync(context, 409, "Request_BadRequest", "setupDone", "This Berth is set up already.").ConfigureAwait(false);
                return;
            case SetUpCode.Attempt.Taken:
                break;
        }

        bool done = false;
        try
        {
            if (await IsSetUpAsync(context).ConfigureAwait(false))
            {
                done = true;
                await RefuseAsync(context, 409, "Request_BadRequest", "setupDone", "This Berth is set up already.").ConfigureAwait(false);
                return;
            }

            switch (await tenants.MakeAsync(tenant, Engine.Actor.Berth).ConfigureAwait(false))
            {
                case NewTenants.Made.Refused refused:
                    await RefuseAsync(context, 400, "Request_BadRequest", "valueInvalid", refused.Why).ConfigureAwait(false);
                    return;
                case NewTenants.Made.Done made:
                    done = true;
                    await context.WriteJsonAsync(StatusCodes.Status201Created, made.Write).ConfigureAwait(false);
                    return;
            }
        }
        finally
        {
            code.Finish(done);
        }
    }

    private async Task RefuseAsync(HttpContext context, int status, string graphCode, string innerCode, string message)
    {
        string requestId = Guid.NewGuid().ToString();
        string clientRequestId = Guid.TryParse(context.Request.Headers["client-request-id"], out Guid given) ? given.ToString() : requestId;
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.Headers["request-id"] = requestId;
        context.Response.Headers["client-request-id"] = clientRequestId;
        await using Utf8JsonWriter json = new(context.Response.BodyWriter);
        json.WriteStartObject();
        json.WriteStartObject("error");
        json.WriteString("code", graphCode);
        json.WriteString("message", message);
        json.WriteStartObject("innerError");
        json.WriteString("code", innerCode);
        json.WriteString("date", time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss", null));
        json.WriteString("request-id", requestId);
        json.WriteString("client-request-id", clientRequestId);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }
}

/// <summary>What set-up asks for.</summary>
internal sealed record SetUpRequest(string? Code, string? DisplayName, string? Domain, string? Country, SetUpAdministrator? Administrator = null);

/// <summary>Who is to administer the tenant; without one only the first application gets in (B609).</summary>
internal sealed record SetUpAdministrator(string? UserPrincipalName, string? Password);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SetUpRequest))]
internal sealed partial class SetUpJson : JsonSerializerContext;
