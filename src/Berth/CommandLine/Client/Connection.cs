namespace Berth.CommandLine.Client;

/// <summary>Which Graph a command talks to, and as whom.</summary>
/// <param name="Graph">Scheme, host and perhaps a path, without <c>/v1.0</c> and without a slash at the end.</param>
/// <param name="Authority">Where tokens come from, without the tenant.</param>
/// <param name="Tenant">The tenant's id or one of its domains.</param>
/// <param name="ClientId">The application.</param>
/// <param name="Secret">Its secret.</param>
internal sealed record Connection(Uri Graph, Uri Authority, string Tenant, string ClientId, string Secret)
{
    private const string MicrosoftGraph = "https://graph.microsoft.com";

    // Microsoft keeps Graph and its authority on different hosts, a pair for each cloud; everything else signs in where it serves.
    private static readonly Dictionary<string, string> MicrosoftAuthorities = new(StringComparer.OrdinalIgnoreCase)
    {
        ["graph.microsoft.com"] = "https://login.microsoftonline.com",
        ["graph.microsoft.us"] = "https://login.microsoftonline.us",
        ["dod-graph.microsoft.us"] = "https://login.microsoftonline.us",
        ["microsoftgraph.chinacloudapi.cn"] = "https://login.partner.microsoftonline.cn",
    };

    /// <summary>What the token is for.</summary>
    public string Scope => MicrosoftAuthorities.ContainsKey(Graph.Host) ? $"{Graph.GetLeftPart(UriPartial.Authority)}/.default" : $"{MicrosoftGraph}/.default";

    /// <summary>Whether the secret and the token would cross a network in the clear.</summary>
    public bool IsInTheClear => IsOpen(Graph) || IsOpen(Authority);

    /// <summary>The authority of a Graph when none is named.</summary>
    public static Uri AuthorityOf(Uri graph) => MicrosoftAuthorities.TryGetValue(graph.Host, out string? authority) ? new Uri(authority) : graph;

    /// <summary>Reads an address as people write it: <c>/v1.0</c> and slashes at the end may be there or not. Null when it is none.</summary>
    public static Uri? ReadAddress(string text)
    {
        string trimmed = text.Trim().TrimEnd('/');
        trimmed = trimmed.EndsWith("/v1.0", StringComparison.OrdinalIgnoreCase) ? trimmed[..^"/v1.0".Length].TrimEnd('/') : trimmed;
        return Uri.TryCreate(trimmed, UriKind.Absolute, out Uri? address)
            && (address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp)
            && address is { UserInfo: "", Query: "", Fragment: "", Host.Length: > 0 }
                ? address
                : null;
    }

    /// <summary>The full address of a path that begins with a slash.</summary>
    public Uri At(string path) => new(Graph.GetLeftPart(UriPartial.Path).TrimEnd('/') + path);

    /// <summary>Whether a link of an answer leads back to the same server: the token goes nowhere else.</summary>
    public bool Owns(Uri link) =>
        link.Scheme == Graph.Scheme && link.Port == Graph.Port && link.Host.Equals(Graph.Host, StringComparison.OrdinalIgnoreCase);

    private static bool IsOpen(Uri address) => address.Scheme == Uri.UriSchemeHttp && !address.IsLoopback;
}
