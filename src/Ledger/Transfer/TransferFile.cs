using System.Buffers.Binary;
using System.Security.Cryptography;
using Berth.Ledger.Stores;

namespace Berth.Ledger.Transfer;

/// <summary>
/// What a file of exported tenants is made of (B707): eight letters, then records, each with its length (four bytes, little endian), its kind (one byte) and its
/// content; the last one is a SHA-256 of everything before it. A later format has other letters.
/// </summary>
internal static class TransferFile
{
    /// <summary>The first bytes of a file, with the version of the format.</summary>
    public static ReadOnlySpan<byte> Letters => "BERTHDB1"u8;

    /// <summary>The largest record: a payload may have 512 MiB.</summary>
    public const int MostBytes = 520 << 20;

    /// <summary>What a record holds.</summary>
    public enum Kind : byte
    {
        /// <summary>Whether the file has a whole database or one tenant.</summary>
        Head = 1,

        /// <summary>A tenant: its id. What follows is its own.</summary>
        Tenant,

        /// <summary>An event.</summary>
        Event,

        /// <summary>A remembered answer.</summary>
        Answer,

        /// <summary>A named value.</summary>
        Blob,

        /// <summary>The checksum.</summary>
        End,
    }

    /// <summary>Writes records to a stream, and the checksum at the end; no faster than the stream takes them.</summary>
    public sealed class Writer(Stream stream, CancellationToken cancel) : IDisposable
    {
        /// <summary>Bytes that go to the stream in one piece.</summary>
        private const int Piece = 1 << 16;

        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private readonly MemoryStream _content = new();
        private readonly byte[] _head = new byte[5];
        private readonly byte[] _piece = new byte[Piece];
        private int _filled;

        /// <summary>Begins the file.</summary>
        public async ValueTask BeginAsync(bool isEverything)
        {
            await WriteAsync(Letters.ToArray()).ConfigureAwait(false);
            await PutAsync(Kind.Head, content => content.Write(isEverything)).ConfigureAwait(false);
        }

        /// <summary>Writes one record.</summary>
        public async ValueTask PutAsync(Kind kind, Action<BinaryWriter> write)
        {
            _content.SetLength(0);
            using (BinaryWriter content = new(_content, System.Text.Encoding.UTF8, leaveOpen: true))
            {
                write(content);
            }

            BinaryPrimitives.WriteInt32LittleEndian(_head, checked((int)_content.Length));
            _head[4] = (byte)kind;
            await WriteAsync(_head).ConfigureAwait(false);
            await WriteAsync(_content.GetBuffer().AsMemory(0, (int)_content.Length)).ConfigureAwait(false);
        }

        /// <summary>Writes an event.</summary>
        public ValueTask PutAsync(JournalRow row) => PutAsync(Kind.Event, content =>
        {
            content.Write(row.Sequence);
            content.Write(row.Epoch);
            content.Write(row.At);
            content.Write(row.Actor);
            content.Write(row.Kind);
            content.Write(row.Payload.Span);
        });

        /// <summary>Writes an answer.</summary>
        public ValueTask PutAsync(AnswerRow row) => PutAsync(Kind.Answer, content =>
        {
            content.Write(row.Key);
            content.Write(row.At);
            content.Write(row.BodyHash.Length);
            content.Write(row.BodyHash.Span);
            content.Write(row.Answer.Span);
        });

        /// <summary>Ends the file.</summary>
        public async ValueTask EndAsync()
        {
            byte[] sum = _hash.GetHashAndReset();
            await PutAsync(Kind.End, content => content.Write(sum)).ConfigureAwait(false);
            await PassOnAsync().ConfigureAwait(false);
            await stream.FlushAsync(cancel).ConfigureAwait(false);
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            _hash.Dispose();
            _content.Dispose();
        }

        private async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
        {
            _hash.AppendData(bytes.Span);
            while (!bytes.IsEmpty)
            {
                int some = Math.Min(bytes.Length, Piece - _filled);
                bytes[..some].CopyTo(_piece.AsMemory(_filled));
                _filled += some;
                bytes = bytes[some..];
                if (_filled == Piece)
                {
                    await PassOnAsync().ConfigureAwait(false);
                }
            }
        }

        private async ValueTask PassOnAsync()
        {
            await stream.WriteAsync(_piece.AsMemory(0, _filled), cancel).ConfigureAwait(false);
            _filled = 0;
        }
    }

    /// <summary>The records of a file in their order, without the last one, which is checked.</summary>
    /// <exception cref="LedgerRefusedException">It is no such file, of another version, cut off, or changed.</exception>
    public static IEnumerable<(Kind Kind, byte[] Content)> Read(Stream stream, string name)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] head = new byte[8];
        if (stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) < head.Length || !head.AsSpan().StartsWith("BERTHDB"u8))
        {
            throw new LedgerRefusedException($"{name} is no file that 'berth db export' wrote.");
        }

        if (!head.AsSpan().SequenceEqual(Letters))
        {
            throw new LedgerRefusedException($"{name} was written by a newer version of Berth. Use that version.");
        }

        hash.AppendData(head);
        while (true)
        {
            byte[] before = new byte[5];
            Fill(before);
            int length = BinaryPrimitives.ReadInt32LittleEndian(before);
            if (length is < 0 or > MostBytes)
            {
                throw Damaged();
            }

            byte[] content = new byte[Math.Min(length, 1 << 16)];
            Fill(content);
            if (content.Length < length)
            {
                // A length that is wrong must not ask for all memory: what comes is there before its place is.
                using MemoryStream rest = new();
                rest.Write(content);
                while (rest.Length < length)
                {
                    byte[] next = new byte[Math.Min(length - rest.Length, 1 << 20)];
                    Fill(next);
                    rest.Write(next);
                }

                content = rest.ToArray();
            }

            if (before[4] == (byte)Kind.End)
            {
                if (!hash.GetHashAndReset().AsSpan().SequenceEqual(content) || stream.ReadByte() >= 0)
                {
                    throw Damaged();
                }

                yield break;
            }

            hash.AppendData(before);
            hash.AppendData(content);
            yield return ((Kind)before[4], content);
        }

        void Fill(Span<byte> bytes)
        {
            if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
            {
                throw new LedgerRefusedException($"{name} is cut off: its end is missing. Nothing was imported; export again, or copy the file again.");
            }
        }

        LedgerRefusedException Damaged() => new($"{name} is damaged: its checksum is another one. Nothing was imported; export again, or copy the file again.");
    }

    /// <summary>An event as it was written.</summary>
    public static JournalRow ReadEvent(Guid tenant, byte[] content)
    {
        using BinaryReader reader = new(new MemoryStream(content));
        (long sequence, long epoch, long at, string actor, string kind) = (reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), Text(reader), Text(reader));
        return new JournalRow(tenant, sequence, epoch, at, actor, kind, content.AsMemory((int)reader.BaseStream.Position));
    }

    /// <summary>An answer as it was written.</summary>
    public static AnswerRow ReadAnswer(Guid tenant, byte[] content)
    {
        using BinaryReader reader = new(new MemoryStream(content));
        (string key, long at, int length) = (Text(reader), reader.ReadInt64(), reader.ReadInt32());
        int position = (int)reader.BaseStream.Position;
        return new AnswerRow(tenant, key, content.AsMemory(position, length), at, content.AsMemory(position + length));
    }

    /// <summary>A named value as it was written.</summary>
    public static (string Name, byte[] Value) ReadBlob(byte[] content)
    {
        using BinaryReader reader = new(new MemoryStream(content));
        string name = Text(reader);
        return (name, content[(int)reader.BaseStream.Position..]);
    }

    /// <summary>A text of a record that lies in memory.</summary>
    /// <exception cref="FormatException">Its length is below zero.</exception>
    private static string Text(BinaryReader reader)
    {
        try
        {
            return reader.ReadString();
        }
        catch (IOException e) when (e is not EndOfStreamException)
        {
            // No disk is read here: whoever takes this for one would blame it.
            throw new FormatException(e.Message, e);
        }
    }
}
