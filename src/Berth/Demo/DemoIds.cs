using System.Security.Cryptography;
using System.Text;

namespace Berth.Demo;

/// <summary>Ids of the demo: the same in every installation, and version 4 GUIDs by their bits, because some clients check that (RFC 9562, 5.4).</summary>
internal static class DemoIds
{
    /// <summary>The id of a thing of the demo.</summary>
    /// <param name="kind">Such as <c>user</c>.</param>
    /// <param name="name">Unique in its kind.</param>
    public static Guid Of(string kind, string name)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"berth demo {kind} {name}"), hash);
        Span<byte> id = hash[..16];
        id[6] = (byte)((id[6] & 0x0f) | 0x40);
        id[8] = (byte)((id[8] & 0x3f) | 0x80);
        return new Guid(id, bigEndian: true);
    }
}
