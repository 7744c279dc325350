using System.Globalization;
using System.Text;
using Berth.Graph.Requests;

namespace Berth.Graph.Faults;

/// <summary>What a struck request is answered with: Graph's bodies, and a machine code of ours that says who made the fault.</summary>
internal static class FaultErrors
{
    /// <summary>The answer of a rule; not of one that delays, drops or shows an older tenant.</summary>
    public static GraphError Of(FaultRule rule, GraphRequest request, string size) => rule.Kind switch
    {
        FaultKind.Throttle when rule.Status == 503 => new GraphError(
            503,
            "Request_ThrottledTemporarily",
            string.Create(CultureInfo.InvariantCulture, $"Your request is throttled temporarily. Please try after {rule.RetryAfter} seconds."),
            "faultThrottle") { Headers = new ResponseHeaders { RetryAfterSeconds = rule.RetryAfter } },
        FaultKind.Throttle => Throttled(request, "faultThrottle", size, rule.RetryAfter, ThrottleHeaders.Of(request, "ReadWrite", "ResourceUnitLimitExceeded")),
        FaultKind.Error => new GraphError(
            rule.Status,
            rule.Status switch { 500 => "Service_InternalServerError", 503 => "serviceNotAvailable", _ => "UnknownError" },
            rule.Status switch { 500 => "Encountered an internal server error.", 503 => "Service unavailable", _ => "" },
            rule.Moment == FaultMoment.After ? "faultErrorAfterEffect" : "faultError") { Headers = new ResponseHeaders { RetryAfterSeconds = rule.RetryAfter } },
        FaultKind.Conflict => new GraphError(
            409,
            "Directory_ConcurrencyViolation",
            "Error due to concurrent requests being made to the tenant. Please wait briefly and retry.",
            "faultConflict") { Headers = new ResponseHeaders { RetryAfterSeconds = rule.RetryAfter } },
        FaultKind.Challenge => new GraphError(401, "InvalidAuthenticationToken", ChallengeText, "faultChallenge")
        {
            Headers = new ResponseHeaders { Authenticate = Challenge(request) },
        },
        FaultKind.Delay or FaultKind.Drop or FaultKind.EventualConsistency or FaultKind.ThrottleModel =>
            throw new InvalidOperationException($"A rule of the kind {rule.Kind} has no error of its own."),
    };

    /// <summary>429 as the directory words it (L163, B224).</summary>
    /// <param name="request">The request.</param>
    /// <param name="innerCode">Who refused: a rule or the model.</param>
    /// <param name="size">The tenant's size in the name of the category: small, medium or large.</param>
    /// <param name="retryAfter">Seconds; 0 sends no header.</param>
    /// <param name="throttle">The throttle headers.</param>
    public static GraphError Throttled(GraphRequest request, string innerCode, string size, int retryAfter, ThrottleHeaders throttle) => new(
        429,
        "TooManyRequests",
        $"Too many requests from Identifier:{request.Caller.AppId} under category:throttle.aad.ags.appId.{size}. Please try again later.",
        innerCode)
    {
        Headers = new ResponseHeaders { RetryAfterSeconds = retryAfter, Throttle = throttle },
    };

    private const string ChallengeText =
        "Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp";

    // A token issued now is new enough: the client asks for one with these claims and sends the request again.
    private static string Challenge(GraphRequest request)
    {
        string now = request.ReceivedAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        string claims = "{\"access_token\":{\"nbf\":{\"essential\":true,\"value\":\"" + now + "\"}}}";
        return "Bearer realm=\"\", authorization_uri=\"https://login.microsoftonline.com/common/oauth2/authorize\", error=\"insufficient_claims\", "
            + $"claims=\"{Convert.ToBase64String(Encoding.UTF8.GetBytes(claims))}\", errorDescription=\"{ChallengeText}\"";
    }
}
