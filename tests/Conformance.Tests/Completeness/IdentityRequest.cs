using System.Text.RegularExpressions;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace Berth.Conformance.Tests.Completeness;

/// <summary>Requests for tokens, and about them: the product's route table does not have them, so they are told apart here.</summary>
internal static partial class IdentityRequest
{
    /// <summary>Whether a path and query ask for a token.</summary>
    public static bool IsForToken(string target) => Path().Match(target) is { Success: true } match && match.Groups["rest"].Value == "/oauth2/v2.0/token";

    /// <summary>A request by method and path with what it brings, such as <c>POST /{tenant}/oauth2/v2.0/token: client_credentials, secret</c>; null for any other.</summary>
    public static string? Read(Exchange exchange)
    {
        if (Path().Match(exchange.Target) is not { Success: true } match)
        {
            return null;
        }

        string rest = match.Groups["rest"].Value;
        if (rest == "/discovery/instance" || rest.Length == 0)
        {
            return $"{exchange.Method} {(rest.Length == 0 ? "/msi/token" : "/common/discovery/instance")}";
        }

        string request = $"{exchange.Method} /{{tenant}}{rest}";
        if (exchange.Sent is null || rest != "/oauth2/v2.0/token")
        {
            return request;
        }

        Dictionary<string, StringValues> form = QueryHelpers.ParseQuery(exchange.Sent);
        string grant = form["grant_type"].ToString().Split(':')[^1];
        string proof = form.ContainsKey("client_assertion") ? ", assertion" : form.ContainsKey("client_secret") ? ", secret" : "";
        return $"{request}: {grant}{proof}";
    }

    [GeneratedRegex(
        @"^(?:/msi/token|/[^/?]+(?<rest>/oauth2/v2\.0/(?:token|devicecode|authorize)|/v2\.0/\.well-known/openid-configuration|/discovery/v2\.0/keys|/discovery/instance))(?:\?|$)")]
    private static partial Regex Path();
}
