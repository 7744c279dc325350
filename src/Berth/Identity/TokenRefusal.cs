using System.Text.Json.Nodes;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Berth.Identity;

/// <summary>Why no token is given, in the order in which a request is checked.</summary>
internal enum TokenRefusalCode
{
    /// <summary>Too much was refused to the address (B766).</summary>
    TooManyRefusals,

    /// <summary>The request is no POST of a form.</summary>
    NotAForm,

    /// <summary>The form is larger than <see cref="TokenRequestLimits"/> allow.</summary>
    FormTooLarge,

    /// <summary>A parameter is missing. Subject: its name.</summary>
    ParameterMissing,

    /// <summary>A parameter is malformed or given twice. Subject: what is wrong with it.</summary>
    ParameterInvalid,

    /// <summary>No grant that is known. Subject: the grant.</summary>
    GrantUnsupported,

    /// <summary>No such tenant. Subject: the name asked for.</summary>
    TenantNotFound,

    /// <summary>Client credentials ask for everything: <c>{resource}/.default</c> and nothing else. Subject: the scope.</summary>
    ScopeInvalid,

    /// <summary>The resource is not served here. Subject: the resource.</summary>
    ResourceUnknown,

    /// <summary>No such application in this tenant. Subject: the client id.</summary>
    ClientUnknown,

    /// <summary>The admin center asks in a way that is not its own (B605). Subject: the grant.</summary>
    GrantNotOfPortal,

    /// <summary>Neither secret nor assertion.</summary>
    SecretMissing,

    /// <summary>An assertion is no token at all, or of another kind.</summary>
    AssertionMalformed,

    /// <summary>Not signed with a key the application registered. Subject: what was found.</summary>
    AssertionUnverified,

    /// <summary>An assertion about another application.</summary>
    AssertionOfAnother,

    /// <summary>An assertion that is over, has not begun, or goes on for too long.</summary>
    AssertionOver,

    /// <summary>An assertion for another authority or tenant.</summary>
    AssertionForAnother,

    /// <summary>The secret is wrong. Subject: the client id.</summary>
    SecretWrong,

    /// <summary>A scope that is no scope. Subject: the scope.</summary>
    DelegatedScopeInvalid,

    /// <summary>Too many wrong passwords.</summary>
    AccountLocked,

    /// <summary>No such user. Subject: the organization.</summary>
    UserUnknown,

    /// <summary>The password is wrong, or there is none.</summary>
    PasswordWrong,

    /// <summary>People sign in at an issuer only (B739). Subject: the issuer.</summary>
    PasswordsOff,

    /// <summary>The user may not sign in.</summary>
    AccountDisabled,

    /// <summary>A code or refresh token that is none of ours, or another application's.</summary>
    GrantInvalid,

    /// <summary>The password changed since the refresh token was given.</summary>
    GrantRevoked,

    /// <summary>What the issuer said is too long ago, or it is the issuer no more (B740).</summary>
    SignInOver,

    /// <summary>The refresh token is over.</summary>
    RefreshTokenExpired,

    /// <summary>The authorization code was redeemed before.</summary>
    CodeUsed,

    /// <summary>The authorization code is over.</summary>
    CodeExpired,

    /// <summary>The address is not the one the code was sent to.</summary>
    RedirectMismatch,

    /// <summary>The verifier does not meet the challenge (RFC 7636, 4.6).</summary>
    VerifierWrong,

    /// <summary>No such device code.</summary>
    DeviceCodeInvalid,

    /// <summary>The device code is over.</summary>
    DeviceCodeExpired,

    /// <summary>Nobody has signed in for the device yet, and it asks too often: it has to wait five seconds longer each time (RFC 8628, 3.5).</summary>
    SlowDown,

    /// <summary>Nobody has signed in for the device yet.</summary>
    AuthorizationPending,

    /// <summary>The person said no.</summary>
    AuthorizationDeclined,

    /// <summary>Too many devices wait.</summary>
    TooManyDevices,

    /// <summary>Neither the person nor the application may have what was asked for. Subject: the application.</summary>
    ConsentMissing,

    /// <summary>The redirect address is not the application's. Subject: the address.</summary>
    RedirectUnknown,

    /// <summary>Only the code flow is served. Subject: the response type or mode.</summary>
    ResponseTypeUnsupported,
}

/// <summary>A refusal at the token endpoint, as MSAL and Azure.Identity read it: OAuth's error and Entra's number.</summary>
/// <param name="Code">Why.</param>
/// <param name="Subject">See the code; never a secret.</param>
internal sealed record TokenRefusal(TokenRefusalCode Code, string Subject = "")
{
    /// <summary>OAuth's error; <c>invalid_client</c> is answered with 401, everything else with 400 (RFC 6749, 5.2).</summary>
    public string Error => Code switch
    {
        TokenRefusalCode.NotAForm or TokenRefusalCode.FormTooLarge or TokenRefusalCode.ParameterMissing or TokenRefusalCode.ParameterInvalid
            or TokenRefusalCode.TenantNotFound => Errors.InvalidRequest,
        TokenRefusalCode.GrantUnsupported => Errors.UnsupportedGrantType,
        TokenRefusalCode.ScopeInvalid => Errors.InvalidScope,
        TokenRefusalCode.ResourceUnknown => "invalid_resource",
        TokenRefusalCode.ClientUnknown or TokenRefusalCode.GrantNotOfPortal => Errors.UnauthorizedClient,
        TokenRefusalCode.SecretMissing or TokenRefusalCode.AssertionMalformed or TokenRefusalCode.AssertionUnverified or TokenRefusalCode.AssertionOfAnother
            or TokenRefusalCode.AssertionOver or TokenRefusalCode.AssertionForAnother or TokenRefusalCode.SecretWrong => Errors.InvalidClient,
        TokenRefusalCode.DelegatedScopeInvalid => Errors.InvalidScope,
        TokenRefusalCode.AccountLocked or TokenRefusalCode.UserUnknown or TokenRefusalCode.PasswordWrong or TokenRefusalCode.PasswordsOff or TokenRefusalCode.SignInOver or TokenRefusalCode.AccountDisabled
            or TokenRefusalCode.GrantInvalid or TokenRefusalCode.GrantRevoked or TokenRefusalCode.RefreshTokenExpired or TokenRefusalCode.CodeUsed
            or TokenRefusalCode.CodeExpired or TokenRefusalCode.RedirectMismatch or TokenRefusalCode.VerifierWrong or TokenRefusalCode.ConsentMissing => Errors.InvalidGrant,
        TokenRefusalCode.DeviceCodeInvalid => "bad_verification_code",
        TokenRefusalCode.DeviceCodeExpired => Errors.ExpiredToken,
        TokenRefusalCode.SlowDown => Errors.SlowDown,
        TokenRefusalCode.AuthorizationPending => Errors.AuthorizationPending,
        TokenRefusalCode.AuthorizationDeclined => "authorization_declined",
        TokenRefusalCode.TooManyRefusals or TokenRefusalCode.TooManyDevices => "temporarily_unavailable",
        TokenRefusalCode.RedirectUnknown => Errors.InvalidRequest,
        TokenRefusalCode.ResponseTypeUnsupported => Errors.UnsupportedResponseType,
    };

    /// <summary>Entra's number, which scripts compare.</summary>
    public int Number => Code switch
    {
        TokenRefusalCode.TooManyRefusals or TokenRefusalCode.SlowDown => 50196,
        TokenRefusalCode.NotAForm => 900561,
        TokenRefusalCode.FormTooLarge => 90015,
        TokenRefusalCode.ParameterMissing => 900144,
        TokenRefusalCode.ParameterInvalid => 90014,
        TokenRefusalCode.GrantUnsupported => 70003,
        TokenRefusalCode.TenantNotFound => 90002,
        TokenRefusalCode.ScopeInvalid => 1002012,
        TokenRefusalCode.ResourceUnknown => 500011,
        TokenRefusalCode.ClientUnknown => 700016,
        TokenRefusalCode.GrantNotOfPortal => 70001,
        TokenRefusalCode.SecretMissing => 7000218,
        TokenRefusalCode.AssertionMalformed => 50027,
        TokenRefusalCode.AssertionUnverified => 700027,
        TokenRefusalCode.AssertionOfAnother => 700021,
        TokenRefusalCode.AssertionOver => 700024,
        TokenRefusalCode.AssertionForAnother => 700023,
        TokenRefusalCode.SecretWrong => 7000215,
        TokenRefusalCode.DelegatedScopeInvalid => 70011,
        TokenRefusalCode.AccountLocked => 50053,
        TokenRefusalCode.UserUnknown => 50034,
        TokenRefusalCode.PasswordWrong => 50126,
        TokenRefusalCode.PasswordsOff => 50144,
        TokenRefusalCode.SignInOver => 50078,
        TokenRefusalCode.AccountDisabled => 50057,
        TokenRefusalCode.GrantInvalid => 70000,
        TokenRefusalCode.GrantRevoked => 50173,
        TokenRefusalCode.RefreshTokenExpired => 700082,
        TokenRefusalCode.CodeUsed => 54005,
        TokenRefusalCode.CodeExpired => 70008,
        TokenRefusalCode.RedirectMismatch => 500112,
        TokenRefusalCode.VerifierWrong => 501481,
        TokenRefusalCode.DeviceCodeInvalid => 70018,
        TokenRefusalCode.DeviceCodeExpired => 70020,
        TokenRefusalCode.AuthorizationPending => 70016,
        TokenRefusalCode.AuthorizationDeclined => 70017,
        TokenRefusalCode.TooManyDevices => 90055,
        TokenRefusalCode.ConsentMissing => 65001,
        TokenRefusalCode.RedirectUnknown => 50011,
        TokenRefusalCode.ResponseTypeUnsupported => 700054,
    };

    private string Sentence => Code switch
    {
        TokenRefusalCode.TooManyRefusals => "Too many requests from your address were refused. Wait as long as Retry-After says, then look at what you send.",
        TokenRefusalCode.NotAForm => "The token endpoint takes POST requests with a form (application/x-www-form-urlencoded).",
        TokenRefusalCode.FormTooLarge => "The request is too large for a token request.",
        TokenRefusalCode.ParameterMissing => $"The request body must contain the following parameter: '{Subject}'.",
        TokenRefusalCode.ParameterInvalid => Subject,
        TokenRefusalCode.GrantUnsupported =>
            $"The app requested an unsupported grant type '{Subject}'. Berth takes client_credentials, password, refresh_token, authorization_code and device_code.",
        TokenRefusalCode.TenantNotFound => $"Tenant '{Subject}' not found. Use a tenant id or a verified domain of this Berth.",
        TokenRefusalCode.ScopeInvalid => $"The scope '{Subject}' is not valid for client credentials; it must be one resource with the suffix /.default.",
        TokenRefusalCode.ResourceUnknown => $"The resource '{Subject}' was not found in the tenant; ask for https://graph.microsoft.com/.default.",
        TokenRefusalCode.ClientUnknown => $"Application with identifier '{Subject}' was not found in the directory.",
        TokenRefusalCode.GrantNotOfPortal =>
            $"The admin center gets its tokens by authorization code and refresh token, not by '{Subject}'. Use an application of your own.",
        TokenRefusalCode.SecretMissing => "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
        TokenRefusalCode.AssertionMalformed => "The client assertion is invalid or malformed: it must be a signed JWT of the type jwt-bearer.",
        TokenRefusalCode.AssertionUnverified =>
            $"Client assertion failed signature validation. [Reason - {Subject}.] Sign it with the key of a certificate that the application registered, and name that by x5t#S256, x5t or kid.",
        TokenRefusalCode.AssertionOfAnother => "Client assertion application identifier doesn't match 'client_id' parameter: iss and sub must both be the application's id.",
        TokenRefusalCode.AssertionOver => "Client assertion is not within its valid time range. It must have begun, not have ended, and end within 24 hours; so must its certificate.",
        TokenRefusalCode.AssertionForAnother => "Client assertion audience claim does not match Realm issuer: aud must be the address of this tenant's token endpoint.",
        TokenRefusalCode.SecretWrong => $"Invalid client secret provided for app '{Subject}'. Send the secret's value, not its id.",
        TokenRefusalCode.DelegatedScopeInvalid => $"The provided value for the input parameter 'scope' is not valid: '{Subject}'.",
        TokenRefusalCode.AccountLocked => "The account is locked, you've tried to sign in too many times with an incorrect user ID or password. Try again in a minute.",
        TokenRefusalCode.UserUnknown =>
            $"The user account does not exist in the {Subject} directory. To sign into this application, the account must be added to the directory.",
        TokenRefusalCode.PasswordWrong => "Error validating credentials due to invalid username or password.",
        TokenRefusalCode.PasswordsOff => $"Passwords are not taken here: sign in at {Subject}, with a program that opens a browser.",
        TokenRefusalCode.SignInOver => "The sign-in at the issuer is too long ago. Sign in there again.",
        TokenRefusalCode.AccountDisabled => "The user account is disabled.",
        TokenRefusalCode.GrantInvalid => "Provided grant is invalid or malformed.",
        TokenRefusalCode.GrantRevoked => "The provided grant has expired due to it being revoked, a fresh auth token is needed: the user's password has changed.",
        TokenRefusalCode.RefreshTokenExpired => "The refresh token has expired. Sign in again.",
        TokenRefusalCode.CodeUsed => "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.",
        TokenRefusalCode.CodeExpired => "The provided authorization code has expired. Sign in again.",
        TokenRefusalCode.RedirectMismatch => "The reply address does not match the reply address provided when requesting Authorization code.",
        TokenRefusalCode.VerifierWrong => "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
        TokenRefusalCode.DeviceCodeInvalid => "Invalid verification code: there is no such device code of this application.",
        TokenRefusalCode.DeviceCodeExpired => "The provided device code has expired. Ask for a new one.",
        TokenRefusalCode.SlowDown => "OAuth 2.0 device flow error. Authorization is pending, and you ask too often: wait five seconds longer between two questions from now on.",
        TokenRefusalCode.AuthorizationPending => "OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
        TokenRefusalCode.AuthorizationDeclined => "Authorization was declined by the person who typed the code.",
        TokenRefusalCode.TooManyDevices => "Too many devices wait for a sign-in. Try again later.",
        TokenRefusalCode.ConsentMissing =>
            $"The user or administrator has not consented to use the application with ID '{Subject}' for what it asks. An administrator may sign in instead, or the application be registered for it.",
        TokenRefusalCode.RedirectUnknown => $"The redirect URI '{Subject}' specified in the request does not match the redirect URIs configured for the application: Berth takes loopback addresses.",
        TokenRefusalCode.ResponseTypeUnsupported => $"'{Subject}' is not served here: ask for response_type=code with response_mode query or fragment.",
    };

    /// <summary>The whole description, as clients show it.</summary>
    public string Describe() => $"AADSTS{Number}: {Sentence}";

    /// <summary>Writes the body fields beside <c>error</c>.</summary>
    public void Describe(OpenIddictResponse response, Guid trace, Guid correlation, DateTimeOffset now)
    {
        string timestamp = now.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", null);
        response.Error = Error;
        response.ErrorUri = null;
        response.ErrorDescription = $"{Describe()} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {timestamp}";
        response.SetParameter("error_codes", new JsonArray(JsonValue.Create(Number)));
        response.SetParameter("timestamp", timestamp);
        response.SetParameter("trace_id", trace.ToString());
        response.SetParameter("correlation_id", correlation.ToString());
    }
}
