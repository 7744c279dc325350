using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;
using Berth.Engine.Collections;
using Berth.Engine.Licensing;

namespace Berth.Ledger.Journal;

/// <summary>Writes the atoms of a payload into a buffer that is used again; one owner, one thread.</summary>
internal sealed class PayloadWriter
{
    private const int LongestVarint = 10;
    private const int KeptBuffer = 1 << 20;

    private readonly Dictionary<string, int> _texts = new(StringComparer.Ordinal);
    private readonly Dictionary<LicenseSet, int> _sets = [];
    private byte[] _buffer = new byte[4096];
    private int _length;
    private long _lastTime;
    private long _indexes;

    /// <summary>Bytes written so far.</summary>
    public int Length => _length;

    /// <summary>Begins a payload.</summary>
    /// <param name="time">The time that the first time refers to.</param>
    public void Begin(DateTimeOffset time)
    {
        if (_buffer.Length > KeptBuffer)
        {
            _buffer = new byte[KeptBuffer];
        }

        _length = 0;
        _lastTime = time.UtcTicks;
        _indexes = 0;
        _texts.Clear();
        _sets.Clear();
        Byte(PayloadFormat.Version);
    }

    /// <summary>The finished payload, valid until the next <see cref="Begin"/>.</summary>
    public ReadOnlySpan<byte> End(long sequence, long beside)
    {
        uint checksum = PayloadFormat.Checksum(_buffer.AsSpan(0, _length), sequence, beside);
        BinaryPrimitives.WriteUInt32LittleEndian(Reserve(PayloadFormat.ChecksumBytes), checksum);
        _length += PayloadFormat.ChecksumBytes;
        return _buffer.AsSpan(0, _length);
    }

    public void Byte(byte value)
    {
        Reserve(1)[0] = value;
        _length++;
    }

    public void Flag(bool value) => Byte(value ? (byte)1 : (byte)0);

    public void Count(int value) => Varint((ulong)value);

    public void Varint(ulong value)
    {
        Span<byte> to = Reserve(LongestVarint);
        int at = 0;
        while (value >= 0x80)
        {
            to[at++] = unchecked((byte)(value | 0x80));
            value >>= 7;
        }

        to[at++] = (byte)value;
        _length += at;
    }

    /// <summary>A number that may be negative but is mostly near 0.</summary>
    public void Signed(long value) => Varint(unchecked((ulong)((value << 1) ^ (value >> 63))));

    public void Id(Guid value)
    {
        value.TryWriteBytes(Reserve(16));
        _length += 16;
    }

    public void Id(Guid? value)
    {
        Flag(value is not null);
        if (value is { } id)
        {
            Id(id);
        }
    }

    /// <summary>A number from 0 to <see cref="int.MaxValue"/> that may be missing.</summary>
    public void Number(int? value) => Varint(value is { } number ? (ulong)number + 1 : 0);

    /// <summary>A list, each element by <paramref name="write"/>.</summary>
    public void Each<T>(ValueArray<T> values, Action<PayloadWriter, T> write)
    {
        Count(values.Count);
        foreach (T value in values)
        {
            write(this, value);
        }
    }

    public void Bytes(ReadOnlySpan<byte> value)
    {
        Count(value.Length);
        value.CopyTo(Reserve(value.Length));
        _length += value.Length;
    }

    /// <summary>A time, as the distance from the one before it.</summary>
    public void Time(DateTimeOffset value)
    {
        Signed(value.UtcTicks - _lastTime);
        _lastTime = value.UtcTicks;
    }

    public void Time(DateTimeOffset? value)
    {
        Flag(value is not null);
        if (value is { } time)
        {
            Time(time);
        }
    }

    /// <summary>A text that may be missing.</summary>
    public void Text(string? value) => Text(value, 1);

    /// <summary>The same of a text that is UTF-8 already.</summary>
    public void Text(Utf8Text value) => Text(value, 1);

    /// <summary>A text that is one of few.</summary>
    public void Shared(string? value)
    {
        if (value is null)
        {
            Byte(0);
        }
        else if (!RefersTo(value))
        {
            Byte(1);
            Text(value);
            Keep(value);
        }
    }

    /// <summary>The same of a text that is UTF-8 already.</summary>
    public void Shared(Utf8Text value)
    {
        if (value.IsMissing)
        {
            Byte(0);
        }
        else if (!value.Read(this, static (text, to) => to.RefersTo(text)))
        {
            Byte(1);
            Text(value);
            Keep(value.ToString());
        }
    }

    /// <summary>A text that is often a user principal name or its local part.</summary>
    public void Name(Utf8Text value, ReadOnlySpan<byte> userPrincipalName)
    {
        if (!value.IsMissing && value.Bytes.SequenceEqual(userPrincipalName))
        {
            Byte(1);
        }
        else if (!value.IsMissing && value.Bytes.SequenceEqual(LocalPart(userPrincipalName)))
        {
            Byte(2);
        }
        else
        {
            Text(value, 3);
        }
    }

    /// <summary>Indexes in any order; runs of ascending ones take next to nothing.</summary>
    public void Indexes(ValueArray<int> values)
    {
        ReadOnlySpan<int> span = values.Span;
        _indexes += span.Length;
        if (_indexes > PayloadFormat.MostIndexes)
        {
            throw new InvalidOperationException($"One decision may name at most {PayloadFormat.MostIndexes} users; split it.");
        }

        bool ascending = IsAscending(span);
        Varint(((ulong)span.Length << 1) | (ascending ? 1u : 0u));
        if (!ascending)
        {
            int last = 0;
            foreach (int value in span)
            {
                Signed((long)value - last);
                last = value;
            }

            return;
        }

        int next = 0;
        for (int i = 0; i < span.Length;)
        {
            int start = i++;
            while (i < span.Length && span[i] == span[i - 1] + 1)
            {
                i++;
            }

            int run = i - start;
            Varint(((ulong)(span[start] - next) << 1) | (run > 1 ? 1u : 0u));
            if (run > 1)
            {
                Count(run - 2);
            }

            next = span[i - 1] + 1;
        }
    }

    /// <summary>A license set; one that the payload had before is a reference.</summary>
    public void Licenses(LicenseSet set)
    {
        if (set.IsEmpty)
        {
            Byte(0);
            return;
        }

        if (_sets.TryGetValue(set, out int at))
        {
            Varint((ulong)at + 2);
            return;
        }

        Byte(1);
        Count(set.Items.Count);
        int last = -1;
        foreach (License license in set.Items.Span)
        {
            Count(license.Sku - last - 1);
            Indexes(license.Disabled);
            last = license.Sku;
        }

        if (_sets.Count < PayloadFormat.MostRemembered)
        {
            _sets.Add(set, _sets.Count);
        }
    }

    internal static ReadOnlySpan<byte> LocalPart(ReadOnlySpan<byte> userPrincipalName)
    {
        int at = userPrincipalName.IndexOf((byte)'@');
        return at < 0 ? userPrincipalName : userPrincipalName[..at];
    }

    private static bool IsAscending(ReadOnlySpan<int> values)
    {
        int last = -1;
        foreach (int value in values)
        {
            // int.MaxValue has no successor to count a gap from; no index comes near it.
            if (value <= last || value == int.MaxValue)
            {
                return false;
            }

            last = value;
        }

        return true;
    }

    // Writes a reference to a text that the payload had before.
    private bool RefersTo(ReadOnlySpan<char> value)
    {
        if (!_texts.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(value, out int at))
        {
            return false;
        }

        Varint((ulong)at + 2);
        return true;
    }

    private void Keep(string value)
    {
        if (_texts.Count < PayloadFormat.MostRemembered)
        {
            _texts.Add(value, _texts.Count);
        }
    }

    private void Text(Utf8Text value, int reserved)
    {
        if (value.IsMissing)
        {
            Byte(0);
            return;
        }

        ReadOnlySpan<byte> bytes = value.Bytes;
        Varint((ulong)bytes.Length + (ulong)reserved);
        bytes.CopyTo(Reserve(bytes.Length));
        _length += bytes.Length;
    }

    // The first number is the length in bytes plus what is reserved for other meanings; 0 means missing.
    private void Text(string? value, int reserved)
    {
        if (value is null)
        {
            Byte(0);
            return;
        }

        int bytes = Encoding.UTF8.GetByteCount(value);
        Varint((ulong)bytes + (ulong)reserved);
        System.Buffers.OperationStatus status = Utf8.FromUtf16(value, Reserve(bytes), out _, out int written, replaceInvalidSequences: false);
        if (status != System.Buffers.OperationStatus.Done)
        {
            throw new InvalidOperationException("A text is not valid Unicode and cannot be written to the journal.");
        }

        _length += written;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Span<byte> Reserve(int bytes)
    {
        if (_buffer.Length - _length < bytes)
        {
            Grow(bytes);
        }

        return _buffer.AsSpan(_length);
    }

    private void Grow(int bytes)
    {
        long needed = (long)_length + bytes;
        if (needed > PayloadFormat.MostBytes)
        {
            throw new InvalidOperationException($"One decision may take at most {PayloadFormat.MostBytes >> 20} MiB in the journal; split it.");
        }

        Array.Resize(ref _buffer, (int)Math.Min(PayloadFormat.MostBytes, Math.Max(needed, _buffer.Length * 2L)));
    }
}
