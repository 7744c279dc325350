using System.Net;

namespace Berth.Identity;

/// <summary>The names under which this process serves Graph: what a client may call the resource it wants a token for.</summary>
internal sealed class OwnAddresses
{
    /// <summary>Graph's own name: the audience of every token, whatever name the client used for the resource.</summary>
    public const string Graph = "https://graph.microsoft.com";

    private volatile HashSet<int> _ports = [];
    private volatile Uri? _first;

    /// <summary>Told once the server listens: any of its ports on loopback is its own base.</summary>
    public void ListensOn(IEnumerable<Uri> addresses)
    {
        Uri[] all = [.. addresses];
        _ports = all.Select(address => address.Port).ToHashSet();
        _first = all.FirstOrDefault();
    }

    /// <summary>
    /// Where a person's browser reaches this process: where the program came to, but for Microsoft's names, which lead here for that program alone.
    /// </summary>
    public string PageOrigin(HttpContext context)
    {
        bool isMicrosofts = Gateway.GatewayLimits.Names.Contains(context.Request.Host.Host, StringComparer.OrdinalIgnoreCase);
        return isMicrosofts && _first is { } first
            ? $"{first.Scheme}://{(first.Host is "0.0.0.0" or "[::]" ? "localhost" : first.Host)}:{first.Port}"
            : $"{SchemeOf(context)}://{context.Request.Host.ToUriComponent()}";
    }

    /// <summary>Whether an address is at this authority: where the request came to, one of the names of Entra, or this process on loopback.</summary>
    public bool IsAuthority(Uri uri, HttpRequest request) =>
        (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
        && (uri.Authority.Equals(request.Host.ToUriComponent(), StringComparison.OrdinalIgnoreCase)
            || (uri.IsDefaultPort && uri.Scheme == Uri.UriSchemeHttps && Gateway.GatewayLimits.Names.Contains(uri.Host, StringComparer.OrdinalIgnoreCase) && uri.Host != "graph.microsoft.com")
            || (IsLoopback(uri.Host) && _ports.Contains(uri.Port)));

    /// <summary>
    /// Whether a resource is Graph as served here: <see cref="Graph"/>, Graph's application id, the base that this request came to, or
    /// this process on loopback (a client may get its token on the https port and call Graph on the http one).
    /// </summary>
    public bool IsGraph(string resource, HttpRequest request)
    {
        if (resource is Graph or "00000003-0000-0000-c000-000000000000")
        {
            return true;
        }

        return Uri.TryCreate(resource, UriKind.Absolute, out Uri? uri)
            && uri.AbsolutePath == "/"
            && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
            && (uri.Authority.Equals(request.Host.ToUriComponent(), StringComparison.OrdinalIgnoreCase)
                || (IsLoopback(uri.Host) && _ports.Contains(uri.Port)));
    }

    /// <summary>
    /// The scheme of a request as its sender sees it. A gateway on this machine ends TLS and says so; from elsewhere the header is a claim of a stranger.
    /// </summary>
    public static string SchemeOf(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } peer && IPAddress.IsLoopback(peer) && context.Request.Headers["X-Forwarded-Proto"] == Uri.UriSchemeHttps
            ? Uri.UriSchemeHttps
            : context.Request.Scheme;

    /// <summary>Where tokens for a request come from, without a path: where it came to, but for Graph's own name, which goes with Entra's.</summary>
    public static string AuthorityOf(HttpContext context)
    {
        string origin = $"{SchemeOf(context)}://{context.Request.Host.ToUriComponent()}";
        return origin.Equals(Graph, StringComparison.OrdinalIgnoreCase) ? "https://login.microsoftonline.com" : origin;
    }

    /// <summary>Whether a host is this machine.</summary>
    public static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? ip) && IPAddress.IsLoopback(ip));
}
