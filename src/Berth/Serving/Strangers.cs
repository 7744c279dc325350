using System.Net;
using System.Net.Sockets;

namespace Berth.Serving;

/// <summary>
/// Counts what is refused to addresses on the way to a token, on real time (B766): each has so many refusals at once and gets some back every second. What is granted costs nothing. For any
/// number of threads.
/// </summary>
internal sealed class Strangers(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (double Left, DateTimeOffset At)> _addresses = new(StringComparer.Ordinal);

    /// <summary>Takes one refusal from an address, before it is known whether there will be one.</summary>
    /// <returns>0, or the seconds until it has one again; then nothing was taken.</returns>
    public int Take(string address)
    {
        lock (_lock)
        {
            DateTimeOffset now = time.GetUtcNow();
            double left = LeftOf(address, now);
            if (left < 1)
            {
                return Math.Max(1, (int)Math.Ceiling((1 - left) / ServerLimits.StrangerRefusalsPerSecond));
            }

            MakeRoom(address, now);
            _addresses[address] = (left - 1, now);
            return 0;
        }
    }

    /// <summary>Gives one back: there was nothing to refuse.</summary>
    public void GiveBack(string address)
    {
        lock (_lock)
        {
            DateTimeOffset now = time.GetUtcNow();
            double left = LeftOf(address, now) + 1;
            if (left >= ServerLimits.StrangerRefusals)
            {
                _addresses.Remove(address);
            }
            else
            {
                _addresses[address] = (left, now);
            }
        }
    }

    /// <summary>Who sends a request.</summary>
    public static string AddressOf(HttpContext context) => AddressOf(context.Connection.RemoteIpAddress, context.Request.Headers["X-Forwarded-For"].ToString());

    /// <summary>
    /// Who asks: the address of the connection, or, when that is a proxy on this machine, the last one that it names. Of IPv6 the first 64 bits, which is what one household or machine has.
    /// </summary>
    public static string AddressOf(IPAddress? peer, string forwardedFor)
    {
        if (peer is not null && IPAddress.IsLoopback(peer) && forwardedFor.Split(',')[^1].Trim() is { Length: > 0 } last)
        {
            if (!IPAddress.TryParse(last, out peer))
            {
                return "?";
            }
        }

        if (peer is { IsIPv4MappedToIPv6: true })
        {
            peer = peer.MapToIPv4();
        }

        return peer switch
        {
            null => "?",
            { AddressFamily: AddressFamily.InterNetworkV6 } => Convert.ToHexString(peer.GetAddressBytes().AsSpan(0, 8)),
            _ => peer.ToString(),
        };
    }

    private double LeftOf(string address, DateTimeOffset now) => _addresses.TryGetValue(address, out (double Left, DateTimeOffset At) one)
        ? Math.Min(ServerLimits.StrangerRefusals, one.Left + (Math.Max(0, (now - one.At).TotalSeconds) * ServerLimits.StrangerRefusalsPerSecond))
        : ServerLimits.StrangerRefusals;

    private void MakeRoom(string address, DateTimeOffset now)
    {
        if (_addresses.Count < ServerLimits.Strangers || _addresses.ContainsKey(address))
        {
            return;
        }

        foreach (string over in _addresses.Keys.Where(one => LeftOf(one, now) >= ServerLimits.StrangerRefusals).ToArray())
        {
            _addresses.Remove(over);
        }

        if (_addresses.Count >= ServerLimits.Strangers)
        {
            _addresses.Remove(_addresses.MaxBy(one => LeftOf(one.Key, now)).Key);
        }
    }
}
