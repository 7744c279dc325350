using System.Buffers.Text;
using System.Security.Cryptography;
using Berth.Engine.Collections;
using Berth.Graph.Requests;

namespace Berth.Graph.Changes;

/// <summary>Where a page of a round ended.</summary>
/// <param name="Sequence">The entry of the journal up to which everything was told; 0 while everything is listed.</param>
/// <param name="First">The touch of the next entry to go on with; or the object, while everything is listed.</param>
/// <param name="Relation">While everything is listed: the relation of that object.</param>
/// <param name="After">While everything is listed: the position of the last related object that was shown, or -1.</param>
internal readonly record struct DeltaPlace(long Sequence, int First, int Relation, int After);

/// <summary>What a client asks to follow: it is said once and lies in every link from then on.</summary>
/// <param name="Select">The names as asked for; null when nothing was selected.</param>
/// <param name="Ids">The only objects to follow; empty for all.</param>
internal sealed record DeltaQuery(string? Select, ValueArray<Guid> Ids);

/// <summary>
/// The state of a client that follows changes, opaque to it (L160, B180). It holds nothing that its bearer may not know and every field is
/// checked when it comes back, so there is no key to keep and every Berth over the same database reads it.
/// </summary>
internal sealed record DeltaToken
{
    /// <summary>How long a token lives, in real time (L162).</summary>
    public static readonly TimeSpan Life = TimeSpan.FromDays(7);

    private const byte Format = 1;
    private const int ChecksumBytes = 8;

    /// <summary>Whether it stands in a <c>deltaLink</c>: the next round begins with it.</summary>
    public required bool EndsRound { get; init; }

    /// <summary>The interface it was given out in.</summary>
    public required GraphVersion Version { get; init; }

    /// <summary>Whose directory.</summary>
    public required Guid Tenant { get; init; }

    /// <summary>The collection followed, such as <c>users</c>.</summary>
    public required string Set { get; init; }

    /// <summary>What is followed.</summary>
    public required DeltaQuery Query { get; init; }

    /// <summary>When it was given out, in seconds of Unix time.</summary>
    public required long IssuedAt { get; init; }

    /// <summary>The version of the tenant after which changes are wanted.</summary>
    public required long Since { get; init; }

    /// <summary>Inside a round of changes: the version up to which this round tells; 0 while everything is listed.</summary>
    public long Until { get; init; }

    /// <summary>Inside a round: where the page ended.</summary>
    public DeltaPlace Place { get; init; }

    /// <summary>Inside a round: whether only changed properties are wanted.</summary>
    public bool Minimal { get; init; }

    /// <summary>Inside a round: the most objects of a page, or 0 when nothing was asked.</summary>
    public int PageSize { get; init; }

    /// <summary>The token as it stands in a link.</summary>
    public string Encode()
    {
        using MemoryStream bytes = new();
        using BinaryWriter to = new(bytes);
        to.Write(Format);
        to.Write(EndsRound);
        to.Write((byte)Version);
        to.Write(Tenant.ToByteArray());
        to.Write(Set);
        to.Write(Query.Select is not null);
        to.Write(Query.Select ?? "");
        to.Write((byte)Query.Ids.Count);
        foreach (Guid id in Query.Ids)
        {
            to.Write(id.ToByteArray());
        }

        to.Write(IssuedAt);
        to.Write(Since);
        to.Write(Until);
        to.Write(Place.Sequence);
        to.Write(Place.First);
        to.Write(Place.Relation);
        to.Write(Place.After);
        to.Write(Minimal);
        to.Write((short)PageSize);
        to.Flush();
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes.GetBuffer().AsSpan(0, (int)bytes.Length), hash);
        to.Write(hash[..ChecksumBytes]);
        to.Flush();
        return Base64Url.EncodeToString(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
    }

    /// <summary>Reads a token; null when nobody made it here, or when anything of it was changed on the way.</summary>
    public static DeltaToken? Decode(string text)
    {
        if (text.Length > GraphLimits.DeltaTokenCharacters || !Base64Url.IsValid(text))
        {
            return null;
        }

        byte[] bytes = Base64Url.DecodeFromChars(text);
        if (bytes.Length <= ChecksumBytes || bytes[0] != Format
            || !SHA256.HashData(bytes.AsSpan(0, bytes.Length - ChecksumBytes)).AsSpan(0, ChecksumBytes).SequenceEqual(bytes.AsSpan(bytes.Length - ChecksumBytes)))
        {
            return null;
        }

        try
        {
            using MemoryStream stream = new(bytes, 1, bytes.Length - 1 - ChecksumBytes);
            using BinaryReader from = new(stream);
            DeltaToken token = new()
            {
                EndsRound = from.ReadBoolean(),
                Version = (GraphVersion)from.ReadByte(),
                Tenant = new Guid(from.ReadBytes(16)),
                Set = from.ReadString(),
                Query = ReadQuery(from),
                IssuedAt = from.ReadInt64(),
                Since = from.ReadInt64(),
                Until = from.ReadInt64(),
                Place = new DeltaPlace(from.ReadInt64(), from.ReadInt32(), from.ReadInt32(), from.ReadInt32()),
                Minimal = from.ReadBoolean(),
                PageSize = from.ReadInt16(),
            };

            // Written again it must be the same text: so there is one spelling of a token, and nothing stands behind its end.
            return token.IsSound && token.Encode() == text ? token : null;
        }
        catch (Exception unreadable) when (unreadable is EndOfStreamException or IOException or ArgumentException or FormatException)
        {
            return null;
        }
    }

    private bool IsSound =>
        Since > 0 && (Until == 0 || Until >= Since) && (Until == 0 ? Place.Sequence == 0 : Place.Sequence >= Since && Place.Sequence <= Until) && Place.First >= 0
        && Place.Relation is >= 0 and < 8 && Place.After >= -1 && PageSize is >= 0 and <= GraphLimits.LargestPage
        && IssuedAt > 0 && IssuedAt < DateTimeOffset.MaxValue.ToUnixTimeSeconds() && (!EndsRound || (Until == 0 && Place == default));

    private static DeltaQuery ReadQuery(BinaryReader from)
    {
        bool selects = from.ReadBoolean();
        string select = from.ReadString();
        Guid[] ids = new Guid[from.ReadByte()];
        for (int i = 0; i < ids.Length; i++)
        {
            ids[i] = new Guid(from.ReadBytes(16));
        }

        return new DeltaQuery(selects ? select : null, ValueArray.Own(ids));
    }
}
