using System.Net;

namespace Berth.Clustering;

/// <summary>What <c>berth serve --cluster</c> was asked beside the rest, checked (B711).</summary>
/// <param name="NodeUrl">Where the other nodes reach this one by HTTP; null for the first plain address it listens on.</param>
/// <param name="SiloPort">Where the other nodes reach its membership; 0 takes a free port.</param>
internal sealed record ClusterOptions(Uri? NodeUrl, int SiloPort)
{
    /// <summary>The address the others are told for the membership: that of <see cref="NodeUrl"/>.</summary>
    /// <exception cref="Serving.StartRefusedException">The name of the host leads nowhere.</exception>
    public static async Task<IPAddress> AddressOfAsync(Uri url, CancellationToken cancel)
    {
        if (IPAddress.TryParse(url.DnsSafeHost, out IPAddress? address))
        {
            return address;
        }

        try
        {
            IPAddress[] all = await Dns.GetHostAddressesAsync(url.DnsSafeHost, cancel).ConfigureAwait(false);
            return all.OrderBy(one => one.AddressFamily).First();
        }
        catch (Exception e) when (e is System.Net.Sockets.SocketException or InvalidOperationException)
        {
            throw new Serving.StartRefusedException($"--node-url: the host {url.DnsSafeHost} has no address: {e.Message} Name the address of this machine that the other nodes reach.", e);
        }
    }
}
