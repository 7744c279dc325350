using System.Text.Json.Nodes;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Berth.Identity;

/// <summary>Why no token is given, in the order in which a request is checked.</summary>
internal enum TokenRefusalCode
{
    /// <summary>The request is no POST of a form.</summary>
    NotAForm,

    /// <summary>The form is larger than <see cref="TokenRequestLimits"/> allow.</summary>
    FormTooLarge,

    /// <summary>A parameter is missing. Subject: its name.</summary>
    ParameterMissing,

    /// <summary>A parameter is malformed or given twice. Subject: what is wrong with it.</summary>
    ParameterInvalid,

    /// <summary>Not the grant of this release. Subject: the grant.</summary>
    GrantUnsupported,

    /// <summary>No such tenant. Subject: the name asked for.</summary>
    TenantNotFound,

    /// <summary>Client credentials ask for everything: <c>{resource}/.default</c> and nothing else. Subject: the scope.</summary>
    ScopeInvalid,

    /// <summary>The resource is not served here. Subject: the resource.</summary>
    ResourceUnknown,

    /// <summary>No such application in this tenant. Subject: the client id.</summary>
    ClientUnknown,

    /// <summary>Neither secret nor assertion.</summary>
    SecretMissing,

    /// <summary>Client assertions come with a later release.</summary>
    AssertionUnsupported,

    /// <summary>The secret is wrong. Subject: the client id.</summary>
    SecretWrong,
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
        TokenRefusalCode.ClientUnknown => Errors.UnauthorizedClient,
        TokenRefusalCode.SecretMissing or TokenRefusalCode.AssertionUnsupported or TokenRefusalCode.SecretWrong => Errors.InvalidClient,
    };

    /// <summary>Entra's number, which scripts compare.</summary>
    public int Number => Code switch
    {
        TokenRefusalCode.NotAForm => 900561,
        TokenRefusalCode.FormTooLarge => 90015,
        TokenRefusalCode.ParameterMissing => 900144,
        TokenRefusalCode.ParameterInvalid => 90014,
        TokenRefusalCode.GrantUnsupported => 70003,
        TokenRefusalCode.TenantNotFound => 90002,
        TokenRefusalCode.ScopeInvalid => 1002012,
        TokenRefusalCode.ResourceUnknown => 500011,
        TokenRefusalCode.ClientUnknown => 700016,
        TokenRefusalCode.SecretMissing => 7000218,
        TokenRefusalCode.AssertionUnsupported => 700027,
        TokenRefusalCode.SecretWrong => 7000215,
    };

    private string Sentence => Code switch
    {
        TokenRefusalCode.NotAForm => "The token endpoint takes POST requests with a form (application/x-www-form-urlencoded).",
        TokenRefusalCode.FormTooLarge => "The request is too large for a token request.",
        TokenRefusalCode.ParameterMissing => $"The request body must contain the following parameter: '{Subject}'.",
        TokenRefusalCode.ParameterInvalid => Subject,
        TokenRefusalCode.GrantUnsupported => $"The grant '{Subject}' is not supported by this release of Berth; use client_credentials.",
        TokenRefusalCode.TenantNotFound => $"Tenant '{Subject}' not found. Use a tenant id or a verified domain of this Berth.",
        TokenRefusalCode.ScopeInvalid => $"The scope '{Subject}' is not valid for client credentials; it must be one resource with the suffix /.default.",
        TokenRefusalCode.ResourceUnknown => $"The resource '{Subject}' was not found in the tenant; ask for https://graph.microsoft.com/.default.",
        TokenRefusalCode.ClientUnknown => $"Application with identifier '{Subject}' was not found in the directory.",
        TokenRefusalCode.SecretMissing => "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
        TokenRefusalCode.AssertionUnsupported => "Client assertions are not supported by this release of Berth; use client_secret.",
        TokenRefusalCode.SecretWrong => $"Invalid client secret provided for app '{Subject}'. Send the secret's value, not its id.",
    };

    /// <summary>Writes the body fields beside <c>error</c>.</summary>
    public void Describe(OpenIddictResponse response, Guid trace, Guid correlation, DateTimeOffset now)
    {
        string timestamp = now.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", null);
        response.Error = Error;
        response.ErrorUri = null;
        response.ErrorDescription = $"AADSTS{Number}: {Sentence} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {timestamp}";
        response.SetParameter("error_codes", new JsonArray(JsonValue.Create(Number)));
        response.SetParameter("timestamp", timestamp);
        response.SetParameter("trace_id", trace.ToString());
        response.SetParameter("correlation_id", correlation.ToString());
    }
}
