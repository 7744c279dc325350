using System.Buffers.Text;

namespace Berth.Graph.CloudLicensing;

/// <summary>What an id of the pool model is of; its first byte.</summary>
internal enum LicensingKind : byte
{
    /// <summary>An allotment.</summary>
    Allotment = 1,

    /// <summary>An assignment.</summary>
    Assignment = 2,

    /// <summary>A usage right.</summary>
    UsageRight = 3,

    /// <summary>A waiting member.</summary>
    WaitingMember = 4,

    /// <summary>An assignment error.</summary>
    AssignmentError = 5,
}

/// <summary>Ids of the pool model: opaque to clients, made of what the object is about, so that they are stable and nothing is kept for them (B581).</summary>
internal static class LicensingId
{
    private const int GuidBytes = 16;

    /// <summary>The id of an object about two others.</summary>
    public static string Of(LicensingKind kind, Guid first, Guid second)
    {
        Span<byte> bytes = stackalloc byte[1 + (2 * GuidBytes)];
        bytes[0] = (byte)kind;
        first.TryWriteBytes(bytes[1..]);
        second.TryWriteBytes(bytes[(1 + GuidBytes)..]);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>The id of an object about three others.</summary>
    public static string Of(LicensingKind kind, Guid first, Guid second, Guid third)
    {
        Span<byte> bytes = stackalloc byte[1 + (3 * GuidBytes)];
        bytes[0] = (byte)kind;
        first.TryWriteBytes(bytes[1..]);
        second.TryWriteBytes(bytes[(1 + GuidBytes)..]);
        third.TryWriteBytes(bytes[(1 + (2 * GuidBytes))..]);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>What an id of a kind is about, in order; null for a text that is no such id.</summary>
    public static Guid[]? Read(LicensingKind kind, string id)
    {
        int count = kind == LicensingKind.AssignmentError ? 3 : 2;
        Span<byte> bytes = stackalloc byte[1 + (3 * GuidBytes)];
        int length = 1 + (count * GuidBytes);
        if (id.Length != Base64Url.GetEncodedLength(length) || !Base64Url.IsValid(id) || !Base64Url.TryDecodeFromChars(id, bytes, out int written) || written != length || bytes[0] != (byte)kind)
        {
            return null;
        }

        Guid[] about = new Guid[count];
        for (int i = 0; i < count; i++)
        {
            about[i] = new Guid(bytes.Slice(1 + (i * GuidBytes), GuidBytes));
        }

        // One text is one id: the bits that a decoder drops must be those that the encoder writes.
        string canonical = count == 3 ? Of(kind, about[0], about[1], about[2]) : Of(kind, about[0], about[1]);
        return canonical == id ? about : null;
    }
}
