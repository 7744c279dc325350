using System.Globalization;
using System.Net;
using Berth.Graph.Requests;

namespace Berth.Serving;

/// <summary>
/// Links and challenges name the host that a request came to. One that is no name of a host, by its letters or its length (RFC 1035, 2.3.4), is refused before anything is made of it (B769).
/// </summary>
internal sealed class HostNames(TimeProvider time, RequestDelegate next)
{
    /// <summary>The longest name, in characters, without the port.</summary>
    public const int LongestName = 253;

    /// <summary>The longest part of a name between two dots.</summary>
    public const int LongestLabel = 63;

    // A connection repeats its header, and Kestrel the same text.
    private volatile string _good = "";

    /// <summary>Lets through what came to a host that can be one.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        string host = context.Request.Host.Value ?? "";
        if (ReferenceEquals(host, _good))
        {
            return next(context);
        }

        if (!IsHost(host))
        {
            return context.WriteErrorAsync(new GraphError(400, "BadRequest", "The Host header is no name of a host: letters, digits, hyphens and dots, and perhaps a port.", "hostInvalid"), time);
        }

        _good = host;
        return next(context);
    }

    /// <summary>Whether a text is a host, perhaps with a port; none at all is one too, as HTTP has it.</summary>
    public static bool IsHost(string text)
    {
        int end = text.StartsWith('[') ? text.IndexOf(']', StringComparison.Ordinal) + 1 : text.IndexOf(':', StringComparison.Ordinal);
        ReadOnlySpan<char> name = end < 0 ? text : text.AsSpan(0, end), port = text.AsSpan(name.Length);
        if (!port.IsEmpty && (port[0] != ':' || (port.Length > 1 && !ushort.TryParse(port[1..], NumberStyles.None, CultureInfo.InvariantCulture, out _))))
        {
            return false;
        }

        if (text.StartsWith('['))
        {
            return name.Length > 2 && IPAddress.TryParse(name[1..^1], out _);
        }

        if (name.Length > LongestName)
        {
            return false;
        }

        int label = 0;
        for (int i = 0; i < name.Length; i++)
        {
            if (name[i] == '.' ? label == 0 : !(char.IsAsciiLetterOrDigit(name[i]) || name[i] is '-' or '_') || label == LongestLabel)
            {
                return false;
            }

            label = name[i] == '.' ? 0 : label + 1;
        }

        return true;
    }
}
