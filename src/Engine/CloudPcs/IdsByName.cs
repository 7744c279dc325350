using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Berth.Engine.CloudPcs;

/// <summary>
/// Ids that follow from a name, so that replay, a snapshot and a plan find the same one. They carry the version bits of random ids, because clients accept
/// no others (protocol 4.4).
/// </summary>
public static class IdsByName
{
    // 2^48 entries of a journal.
    private const int SequenceBytes = 6;

    // Names are put together by Berth and nearly all shorter, with their space.
    private const int ShortName = 128;

    /// <summary>
    /// The id of the Cloud PC at an index, whether it is there or not (B261). The index is in it, hidden by the rest, so that nobody needs a table to find the
    /// row of an id.
    /// </summary>
    public static Guid OfCloudPc(Guid tenant, int index)
    {
        Span<byte> id = stackalloc byte[16];
        Of(tenant, $"cloudPc/{index}").TryWriteBytes(id, bigEndian: true, out _);
        BinaryPrimitives.WriteInt32BigEndian(id[^4..], index ^ BinaryPrimitives.ReadInt32BigEndian(id));
        return new Guid(id, bigEndian: true);
    }

    /// <summary>The index of the Cloud PC that has an id, if one has: for any other id it is some number, also a negative one.</summary>
    public static int CloudPcIndex(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return BinaryPrimitives.ReadInt32BigEndian(bytes[^4..]) ^ BinaryPrimitives.ReadInt32BigEndian(bytes);
    }

    /// <summary>The id of an operation: an entry of the journal (B520). The number of the entry is in it, hidden by the rest.</summary>
    public static Guid OfOperation(Guid tenant, long sequence)
    {
        Span<byte> id = stackalloc byte[16];
        Of(tenant, $"operation/{sequence}").TryWriteBytes(id, bigEndian: true, out _);
        Span<byte> number = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(number, sequence);
        for (int i = 0; i < SequenceBytes; i++)
        {
            id[16 - SequenceBytes + i] = (byte)(number[8 - SequenceBytes + i] ^ id[i]);
        }

        return new Guid(id, bigEndian: true);
    }

    /// <summary>The number of the entry that an id of an operation names, or 0 when it is not one of the tenant.</summary>
    public static long SequenceOf(Guid tenant, Guid operation)
    {
        Span<byte> id = stackalloc byte[16];
        operation.TryWriteBytes(id, bigEndian: true, out _);
        Span<byte> number = stackalloc byte[8];
        number.Clear();
        for (int i = 0; i < SequenceBytes; i++)
        {
            number[8 - SequenceBytes + i] = (byte)(id[16 - SequenceBytes + i] ^ id[i]);
        }

        long sequence = BinaryPrimitives.ReadInt64BigEndian(number);
        return sequence > 0 && OfOperation(tenant, sequence) == operation ? sequence : 0;
    }

    /// <summary>The id of a name within a space; the same for the same two.</summary>
    /// <param name="space">An id that the name belongs to, such as the tenant's or a Cloud PC's.</param>
    /// <param name="name">The name, such as <c>cloudPC/7</c>.</param>
    public static Guid Of(Guid space, string name)
    {
        int length = 16 + Encoding.UTF8.GetByteCount(name);
        Span<byte> text = length <= ShortName ? stackalloc byte[ShortName] : new byte[length];
        text = text[..length];
        space.TryWriteBytes(text, bigEndian: true, out _);
        Encoding.UTF8.GetBytes(name, text[16..]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text, hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x40);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
