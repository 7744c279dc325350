using System.Text.Json;
using OpenIddict.Abstractions;

namespace Berth.Identity;

/// <summary>
/// Sign-in for programs without a browser (RFC 8628): the program asks for a code, and a person types it on a page at Berth's own address (B207).
/// </summary>
internal sealed class DevicePages(TokenRequestRules rules, WaitingDevices devices, SignIn signIn, OwnAddresses addresses)
{
    /// <summary>The page where the code is typed.</summary>
    public const string Path = "/devicelogin";

    private const string Title = "Sign in for a device";
    private const string WrongCode = "This code is not known, is over, or was used. Look at the device again.";

    /// <summary>Gives a program its codes.</summary>
    public async Task BeginAsync(HttpContext context, TokenExchange exchange)
    {
        TokenRefusal? refusal;
        if (!HttpMethods.IsPost(context.Request.Method) || !context.Request.HasFormContentType)
        {
            refusal = new TokenRefusal(TokenRefusalCode.NotAForm);
        }
        else
        {
            string? scope = context.Request.Form["scope"];
            (AppRegistration? app, refusal) = rules.FindApp(exchange, context.Request.Form["client_id"], OpenIddict.Abstractions.OpenIddictConstants.GrantTypes.DeviceCode);
            AskedScopes? asked = null;
            if (refusal is null)
            {
                (asked, refusal) = string.IsNullOrEmpty(scope)
                    ? (null, new TokenRefusal(TokenRefusalCode.ParameterMissing, OpenIddictConstants.Parameters.Scope))
                    : AskedScopes.Read(scope, addresses, context.Request);
            }

            WaitingDevice? device = refusal is null ? devices.Add(app!, asked!) : null;
            if (device is not null)
            {
                await WriteAsync(context, device).ConfigureAwait(false);
                return;
            }

            refusal ??= new TokenRefusal(TokenRefusalCode.TooManyDevices);
        }

        await TokenAnswer.WriteAsync(context, refusal, StatusCodes.Status400BadRequest).ConfigureAwait(false);
    }

    /// <summary>The page, and what a person answers on it.</summary>
    public async Task AnswerPageAsync(HttpContext context)
    {
        if (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method))
        {
            string typed = context.Request.Query["user_code"].ToString() is { Length: > 0 } code ? code : context.Request.Query["otc"].ToString();
            await SignInPage.WriteFormAsync(context, Title, null, TokenRequestRules.Shown(typed), "", null).ConfigureAwait(false);
            return;
        }

        if (!HttpMethods.IsPost(context.Request.Method))
        {
            context.Response.Headers.Allow = "GET, POST";
            await SignInPage.WriteTextAsync(context, Title, null, "This page is read with GET and answered with POST.", StatusCodes.Status405MethodNotAllowed).ConfigureAwait(false);
            return;
        }

        if (await SignInPage.ReadAsync(context).ConfigureAwait(false) is not { } form)
        {
            await SignInPage.WriteFormAsync(
                context, Title, "This form did not come from this page, or the page is old. Please try again.", "", "", null, StatusCodes.Status400BadRequest).ConfigureAwait(false);
            return;
        }

        string userCode = TokenRequestRules.Shown(form["user_code"].ToString()), name = form["username"].ToString();
        if (devices.FindByUserCode(userCode) is not { } device)
        {
            await SignInPage.WriteFormAsync(context, Title, WrongCode, "", name, null, StatusCodes.Status400BadRequest).ConfigureAwait(false);
            return;
        }

        if (form["answer"] == "no")
        {
            devices.Answer(device, null);
            await SignInPage.WriteTextAsync(context, "Declined", null, $"{device.App.DisplayName} was not signed in. You can close this page.").ConfigureAwait(false);
            return;
        }

        (SignedInPerson? person, TokenRefusal? refusal) =
            await signIn.CheckAsync(device.App.TenantId, name, form["password"].ToString(), context.RequestAborted).ConfigureAwait(false);
        if (person is null)
        {
            await SignInPage.WriteFormAsync(context, Title, refusal!.Describe(), userCode, name, null, StatusCodes.Status400BadRequest).ConfigureAwait(false);
            return;
        }

        devices.Answer(device, person);
        await SignInPage.WriteTextAsync(
            context, "Signed in", null, $"{device.App.DisplayName} is signed in as {person.UserPrincipalName}. You can close this page.").ConfigureAwait(false);
    }

    private async Task WriteAsync(HttpContext context, WaitingDevice device)
    {
        string page = addresses.PageOrigin(context) + Path;
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        await using Utf8JsonWriter json = new(context.Response.BodyWriter, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteString("user_code", device.UserCode);
        json.WriteString("device_code", device.DeviceCode);
        json.WriteString("verification_uri", page);
        json.WriteString("verification_uri_complete", $"{page}?user_code={device.UserCode}");
        json.WriteNumber("expires_in", (int)IdentityLimits.DeviceCode.TotalSeconds);
        json.WriteNumber("interval", (int)IdentityLimits.DeviceInterval.TotalSeconds);
        json.WriteString("message", $"To sign in, use a web browser to open the page {page} and enter the code {device.UserCode} to authenticate.");
        json.WriteEndObject();
    }
}
