using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Berth.Cluster.Placement;

/// <summary>
/// Which node a tenant belongs to, as every node reckons it by itself: that of the highest hash of tenant and node. Tenants spread over the nodes, and when one comes or goes only those move that
/// come to it or were there (B715).
/// </summary>
internal static class PreferredNode
{
    /// <summary>The number of the node, or null when there is none.</summary>
    public static long? Of(Guid tenant, IEnumerable<long> nodes)
    {
        (long Node, ulong Weight)? best = null;
        foreach (long node in nodes)
        {
            ulong weight = Weight(tenant, node);
            best = best is { } other && other.Weight >= weight ? best : (node, weight);
        }

        return best?.Node;
    }

    private static ulong Weight(Guid tenant, long node)
    {
        Span<byte> text = stackalloc byte[16 + sizeof(long)];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        tenant.TryWriteBytes(text);
        BinaryPrimitives.WriteInt64LittleEndian(text[16..], node);
        SHA256.HashData(text, hash);
        return BinaryPrimitives.ReadUInt64LittleEndian(hash);
    }
}
