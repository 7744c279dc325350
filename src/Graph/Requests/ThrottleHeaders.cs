namespace Berth.Graph.Requests;

/// <summary>What an answer tells of throttling (L166).</summary>
/// <param name="ResourceUnit"><c>x-ms-resource-unit</c>: what the request cost; 0 sends none.</param>
/// <param name="LimitPercentage"><c>x-ms-throttle-limit-percentage</c>: the share of the limit that is used, from 0.8 to 1.8; 0 sends none.</param>
/// <param name="Scope"><c>x-ms-throttle-scope</c> of a refusal: <c>Scope/Limit/application/tenant</c>.</param>
/// <param name="Information"><c>x-ms-throttle-information</c> of a refusal: its reason.</param>
public sealed record ThrottleHeaders(int ResourceUnit, double LimitPercentage, string? Scope, string? Information)
{
    /// <summary>A refusal that does not come from a meter.</summary>
    /// <param name="request">The request.</param>
    /// <param name="limit"><c>Read</c>, <c>Write</c> or <c>ReadWrite</c>.</param>
    /// <param name="information">The reason.</param>
    public static ThrottleHeaders Of(GraphRequest request, string limit, string information) =>
        new(0, 0, ScopeOf("Tenant_Application", limit, request.Caller), information);

    /// <summary>The text of <c>x-ms-throttle-scope</c>.</summary>
    public static string ScopeOf(string scope, string limit, Caller caller) => $"{scope}/{limit}/{caller.AppId}/{caller.TenantId}";

    /// <summary>The headers by name, in a fixed order.</summary>
    public IEnumerable<(string Name, string Value)> ToHeaders()
    {
        if (ResourceUnit > 0)
        {
            yield return ("x-ms-resource-unit", ResourceUnit.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        if (LimitPercentage > 0)
        {
            yield return ("x-ms-throttle-limit-percentage", LimitPercentage.ToString("0.0#", System.Globalization.CultureInfo.InvariantCulture));
        }

        if (Scope is not null)
        {
            yield return ("x-ms-throttle-scope", Scope);
        }

        if (Information is not null)
        {
            yield return ("x-ms-throttle-information", Information);
        }
    }
}
