using System.Globalization;
using System.Net;

namespace Berth.Serving;

/// <summary>One address the server listens on, as said on the command line.</summary>
/// <param name="Text">As it was written, for messages.</param>
/// <param name="Scheme"><c>http</c> or <c>https</c>.</param>
/// <param name="Host">An IP address, <c>localhost</c> or <c>*</c> (every interface).</param>
/// <param name="Port">0 to 65535; 0 takes a free one.</param>
internal sealed record ListenAddress(string Text, string Scheme, string Host, int Port)
{
    /// <summary>The most addresses one server listens on.</summary>
    public const int MostAddresses = 16;

    /// <summary>The host that means every interface.</summary>
    public const string EveryInterface = "*";

    /// <summary>Whether only programs on this machine can reach it.</summary>
    public bool IsLoopback => Host == "localhost" || (IPAddress.TryParse(Host, out IPAddress? ip) && IPAddress.IsLoopback(ip));

    /// <summary>Reads a list separated by <c>;</c>. Either the addresses or an error for people, never both.</summary>
    /// <param name="list">Such as <c>http://127.0.0.1:5365;http://[::1]:5365</c>.</param>
    /// <param name="scheme">The scheme each must have.</param>
    /// <param name="option">The option's name, for the error.</param>
    public static (IReadOnlyList<ListenAddress> Addresses, string? Error) ParseAll(string list, string scheme, string option)
    {
        string[] parts = list.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (parts.Length is 0 or > MostAddresses)
        {
            return ([], string.Create(CultureInfo.InvariantCulture, $"{option}: give between 1 and {MostAddresses} addresses, such as {scheme}://127.0.0.1:5365."));
        }

        List<ListenAddress> addresses = [];
        foreach (string part in parts)
        {
            if (Parse(part, scheme) is not { } address)
            {
                return ([], $"{option}: '{part}' is no address to listen on. Write {scheme}://HOST:PORT, where HOST is an IP address, localhost or *.");
            }

            addresses.Add(address);
        }

        return (addresses, null);
    }

    private static ListenAddress? Parse(string text, string scheme)
    {
        string prefix = scheme + "://";
        if (!text.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        string rest = text[prefix.Length..].TrimEnd('/');
        int colon = rest.LastIndexOf(':');
        if (colon <= 0 || !ushort.TryParse(rest.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port))
        {
            return null;
        }

        string host = rest[..colon] is ['[', .. string inner, ']'] ? inner : rest[..colon];
        if (host is "+" or EveryInterface)
        {
            return new ListenAddress(text, scheme, EveryInterface, port);
        }

        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
        {
            return new ListenAddress(text, scheme, "localhost", port);
        }

        return IPAddress.TryParse(host, out IPAddress? ip) ? new ListenAddress(text, scheme, ip.ToString(), port) : null;
    }
}
