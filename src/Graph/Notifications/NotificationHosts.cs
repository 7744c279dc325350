using System.Net;
using Berth.Graph.Requests;

namespace Berth.Graph.Notifications;

/// <summary>
/// Where notifications may go: to this machine, by http or https, and by https to hosts the operator named (B188). A name is looked up once for each
/// connection, and only the address that was looked at is connected to.
/// </summary>
/// <param name="more">Names of further hosts.</param>
public sealed class NotificationHosts(IEnumerable<string> more)
{
    private readonly HashSet<string> _more = new(more, StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a host is this machine, by one of the three names it has here.</summary>
    public static bool IsLoopback(string host) => host is "127.0.0.1" or "[::1]" or "::1" || host.Equals("localhost", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Whether a named host may lead to an address: not to this machine, not to its neighborhood that only it can see, and nowhere that is no one's
    /// address. A name that the operator did not mean for such a place would be a way into it.
    /// </summary>
    public static bool MayLeadTo(IPAddress address)
    {
        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return !IPAddress.IsLoopback(plain)
            && !plain.IsIPv6LinkLocal && !plain.IsIPv6Multicast && !plain.IsIPv6SiteLocal
            && !plain.Equals(IPAddress.Any) && !plain.Equals(IPAddress.IPv6Any) && !plain.Equals(IPAddress.Broadcast)
            && !(plain.GetAddressBytes() is [var a, var b, _, _] && (a == 0 || (a == 169 && b == 254) || a >= 224));
    }

    /// <summary>What stands against a URL as a receiver, or null.</summary>
    /// <param name="url">As the client wrote it.</param>
    /// <param name="property">Of which property.</param>
    internal GraphError? Refuse(string url, string property)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https") || uri.UserInfo.Length > 0 || uri.Fragment.Length > 0)
        {
            return Error(property, $"The {property} must be an absolute http or https URL without a user name or a fragment.", "notificationUrlInvalid");
        }

        if (IsLoopback(uri.IdnHost))
        {
            return null;
        }

        return !_more.Contains(uri.IdnHost)
            ? Error(
                property,
                $"The {property} leads to host '{uri.Host}', to which this Berth sends nothing. It sends to 127.0.0.1, localhost and [::1], and to hosts that its operator names with --notify-host.",
                "notificationHostNotAllowed")
            : uri.Scheme != "https" ? Error(property, $"The {property} must use the HTTPS protocol.", "notificationUrlInvalid")
            : null;
    }

    private static GraphError Error(string property, string message, string innerCode) => new(400, "InvalidRequest", message, innerCode) { Target = property };
}
