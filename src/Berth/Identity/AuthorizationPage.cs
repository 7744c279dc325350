using Berth.Ledger;
using Microsoft.AspNetCore.WebUtilities;

namespace Berth.Identity;

/// <summary>
/// <c>/authorize</c>: a person signs in and the program gets a code at its own loopback address (RFC 6749, 4.1, RFC 8252, 7.3), which it redeems with the
/// verifier of its challenge (RFC 7636) or its secret (B208).
/// </summary>
internal sealed class AuthorizationPage(TokenRequestRules rules, AuthorizationCodes codes, SignIn signIn, LedgerDoor ledger, OwnAddresses addresses, TimeProvider time, ExternalSignIn? external = null)
{
    /// <summary>The address that Entra gives to programs that read the code out of their own browser window.</summary>
    private const string NativeClient = "https://login.microsoftonline.com/common/oauth2/nativeclient";

    private const string Title = "Sign in";

    /// <summary>Shows the page, or takes its form.</summary>
    public async Task AnswerAsync(HttpContext context, TokenExchange exchange)
    {
        bool isAnswer = HttpMethods.IsPost(context.Request.Method);
        if (!isAnswer && !HttpMethods.IsGet(context.Request.Method))
        {
            context.Response.Headers.Allow = "GET, POST";
            await SignInPage.WriteTextAsync(context, Title, null, "This page is read with GET and answered with POST.", StatusCodes.Status405MethodNotAllowed).ConfigureAwait(false);
            return;
        }

        // Until program and address are known there is nowhere to send a refusal but the page.
        IQueryCollection query = context.Request.Query;
        (AppRegistration? app, TokenRefusal? refusal) = rules.FindApp(exchange, query["client_id"], OpenIddict.Abstractions.OpenIddictConstants.GrantTypes.AuthorizationCode);
        string redirect = query["redirect_uri"].ToString();
        refusal ??= (app?.ClientId == PortalApplication.ClientId ? redirect == addresses.PageOrigin(context) + PortalApplication.RedirectPath : IsRedirect(redirect)) ? null : new TokenRefusal(TokenRefusalCode.RedirectUnknown, TokenRequestRules.Shown(redirect));
        refusal ??= query["state"].ToString().Length > IdentityLimits.State || query["nonce"].ToString().Length > IdentityLimits.State
            ? new TokenRefusal(TokenRefusalCode.ParameterInvalid, $"The parameters 'state' and 'nonce' have at most {IdentityLimits.State} characters.")
            : null;
        if (refusal is not null)
        {
            await SignInPage.WriteTextAsync(context, Title, refusal.Describe(), "The program that sent you here asked for something that cannot be.", StatusCodes.Status400BadRequest)
                .ConfigureAwait(false);
            return;
        }

        (AskedScopes? asked, refusal) = Read(query, context.Request);
        if (refusal is not null || query["prompt"] == "none")
        {
            Send(context, redirect, refusal?.Error ?? "login_required", refusal?.Describe() ?? "AADSTS50058: A silent sign-in request was sent but no user is signed in.");
            return;
        }

        // Whoever comes back from the issuer is signed in already (B739).
        if (exchange.Person is { } known)
        {
            if (app!.TenantId != PortalApplication.AnyTenant && app.TenantId != known.TenantId)
            {
                await SignInPage.WriteTextAsync(
                    context, Title, $"{known.UserPrincipalName} is of another tenant than {app.DisplayName}.", "Begin again at the program that sent you here.", StatusCodes.Status400BadRequest).ConfigureAwait(false);
                return;
            }

            Grant(context, app, known, asked!, redirect);
            return;
        }

        if (external is { IsOnly: true })
        {
            await SignInPage.WriteLinkAsync(context, TitleOf(app!), external.Name, ExternalSignIn.LinkFrom(context)).ConfigureAwait(false);
            return;
        }

        (string Name, string Link)? elsewhere = external is null ? null : (external.Name, ExternalSignIn.LinkFrom(context));
        string leadsTo = new Uri(redirect).GetLeftPart(UriPartial.Authority);
        if (!isAnswer)
        {
            await SignInPage.WriteFormAsync(context, TitleOf(app!), null, null, TokenRequestRules.Shown(query["login_hint"].ToString()), leadsTo, elsewhere: elsewhere).ConfigureAwait(false);
            return;
        }

        if (await SignInPage.ReadAsync(context).ConfigureAwait(false) is not { } form)
        {
            await SignInPage.WriteFormAsync(
                context, TitleOf(app!), "This form did not come from this page, or the page is old. Please try again.", null, "", leadsTo, StatusCodes.Status400BadRequest, elsewhere).ConfigureAwait(false);
            return;
        }

        string name = form["username"].ToString();
        (SignedInPerson? person, refusal) = await signIn.CheckAsync(TenantOf(app!, name), name, form["password"].ToString(), context.RequestAborted).ConfigureAwait(false);
        if (person is null)
        {
            await SignInPage.WriteFormAsync(context, TitleOf(app!), refusal!.Describe(), null, name, leadsTo, StatusCodes.Status400BadRequest, elsewhere).ConfigureAwait(false);
            return;
        }

        Grant(context, app!, person, asked!, redirect);
    }

    private void Grant(HttpContext context, AppRegistration app, SignedInPerson person, AskedScopes asked, string redirect)
    {
        IQueryCollection query = context.Request.Query;
        string code = codes.Add(new GrantedCode(
            app.TenantId == PortalApplication.AnyTenant ? PortalApplication.In(person.TenantId) : app,
            person,
            asked,
            redirect,
            query["code_challenge"].ToString() is { Length: > 0 } challenge ? challenge : null,
            query["nonce"].ToString() is { Length: > 0 } nonce ? nonce : null,
            time.GetUtcNow() + IdentityLimits.AuthorizationCode));
        Send(context, redirect, new Dictionary<string, string?> { ["code"] = code, ["session_state"] = Guid.NewGuid().ToString() });
    }

    // Where the path names no tenant and there are several, the domain of the name says which one is meant.
    private Guid TenantOf(AppRegistration app, string name) =>
        app.TenantId != PortalApplication.AnyTenant ? app.TenantId
        : ledger.Desks.Take(2).ToArray() is [{ } only] ? only.Id
        : ledger.FindByDomain(name[(name.LastIndexOf('@') + 1)..])?.Id ?? PortalApplication.AnyTenant;

    private static string TitleOf(AppRegistration app) => $"Sign in to {app.DisplayName}";

    private (AskedScopes? Asked, TokenRefusal? Refusal) Read(IQueryCollection query, HttpRequest request)
    {
        string type = query["response_type"].ToString(), mode = query["response_mode"].ToString(), scope = query["scope"].ToString();
        if (type != "code" || mode is not ("" or "query" or "fragment"))
        {
            return (null, new TokenRefusal(TokenRefusalCode.ResponseTypeUnsupported, TokenRequestRules.Shown(type != "code" ? type : mode)));
        }

        if (scope.Length == 0)
        {
            return (null, new TokenRefusal(TokenRefusalCode.ParameterMissing, "scope"));
        }

        // A plain challenge protects from nobody who can read the request (RFC 7636, 7.2).
        string challenge = query["code_challenge"].ToString();
        return challenge.Length > 0 && (challenge.Length != 43 || query["code_challenge_method"] != "S256")
            ? (null, new TokenRefusal(TokenRefusalCode.ParameterInvalid, "The code_challenge must be that of the method S256: 43 characters of Base64Url."))
            : AskedScopes.Read(scope, addresses, request);
    }

    // A port of loopback changes with every start of a program, so any is taken (RFC 8252, 7.3).
    private static bool IsRedirect(string text) =>
        text == NativeClient
        || (text.Length <= IdentityLimits.RedirectUri && Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && uri.Scheme == Uri.UriSchemeHttp
            && OwnAddresses.IsLoopback(uri.Host) && uri.UserInfo.Length == 0 && uri.Fragment.Length == 0);

    private static void Send(HttpContext context, string redirect, string error, string description) =>
        Send(context, redirect, new Dictionary<string, string?> { ["error"] = error, ["error_description"] = description });

    private static void Send(HttpContext context, string redirect, Dictionary<string, string?> answer)
    {
        if (context.Request.Query["state"].ToString() is { Length: > 0 } state)
        {
            answer["state"] = state;
        }

        string text = QueryHelpers.AddQueryString("", answer);
        context.Response.Headers.CacheControl = "no-store";
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = context.Request.Query["response_mode"] == "fragment" ? $"{redirect}#{text[1..]}"
            : redirect.Contains('?', StringComparison.Ordinal) ? $"{redirect}&{text[1..]}" : redirect + text;
    }
}
