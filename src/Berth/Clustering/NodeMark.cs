using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Berth.Ledger;

namespace Berth.Clustering;

/// <summary>
/// What one node tells another of a request that it sends on: how far it came, and who sent it from where. It begins with a secret that lies in the database, so nobody else can say it; of whoever
/// does not know it, it is not heeded and goes nowhere (B718).
/// </summary>
internal sealed class NodeMark(byte[] secret)
{
    /// <summary>The header.</summary>
    public const string Header = "Berth-Node";

    private const string BlobName = "cluster/secret";
    private const int Bytes = 32;

    private readonly byte[] _secret = Encoding.ASCII.GetBytes(Base64Url.EncodeToString(secret));

    /// <summary>Reads the secret of the cluster, or makes it when there is none.</summary>
    public static async Task<NodeMark> OpenAsync(LedgerDoor ledger, CancellationToken cancel)
    {
        byte[] secret = [];
        await ledger.ChangeBlobAsync(BlobName, seen => secret = seen ?? RandomNumberGenerator.GetBytes(Bytes), cancel).ConfigureAwait(false);
        return new NodeMark(secret);
    }

    /// <summary>Takes the mark off a request, and lets the request be what it was at the first node.</summary>
    /// <returns>How many nodes it came by; 0 when it comes from outside.</returns>
    public int Take(HttpContext context)
    {
        string? mark = context.Request.Headers[Header];
        context.Request.Headers.Remove(Header);
        if (mark?.Split(' ') is not [var secret, var hops, var scheme, var sender]
            || !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(secret), _secret)
            || !int.TryParse(hops, NumberStyles.None, CultureInfo.InvariantCulture, out int came))
        {
            return 0;
        }

        context.Request.Scheme = scheme;
        context.Connection.RemoteIpAddress = IPAddress.TryParse(sender, out IPAddress? address) ? address : null;
        return came;
    }

    /// <summary>The mark of a request that is sent on.</summary>
    /// <param name="context">The request.</param>
    /// <param name="came">How many nodes it came by before.</param>
    public string Of(HttpContext context, int came) => string.Create(
        CultureInfo.InvariantCulture, $"{Encoding.ASCII.GetString(_secret)} {came + 1} {context.Request.Scheme} {context.Connection.RemoteIpAddress?.ToString() ?? "-"}");
}
