using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Licensing;

namespace Berth.Ledger.Journal;

/// <summary>Reads the atoms of a payload; believes nothing. Whatever cannot be is an <see cref="InvalidDataException"/>.</summary>
internal ref struct PayloadReader
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly List<RepeatedText> _texts = [];
    private readonly List<LicenseSet> _sets = [];
    private AttributePacker? _attributes;
    private int _at;
    private long _lastTime;
    private long _indexes;

    /// <summary>Checks the payload and stands at its first change.</summary>
    /// <param name="payload">As <see cref="PayloadWriter.End"/> gave it.</param>
    /// <param name="time">The time that the first time refers to.</param>
    /// <param name="sequence">The event, or the version of a snapshot.</param>
    /// <param name="beside">The time of the event in ticks, or the part of a snapshot.</param>
    public PayloadReader(ReadOnlySpan<byte> payload, DateTimeOffset time, long sequence, long beside)
    {
        if (payload.Length <= PayloadFormat.ChecksumBytes)
        {
            throw new InvalidDataException("it is too short");
        }

        if (payload[0] > PayloadFormat.Version)
        {
            throw new NewerFormatException($"format {payload[0]}");
        }

        _bytes = payload[..^PayloadFormat.ChecksumBytes];
        uint expected = BinaryPrimitives.ReadUInt32LittleEndian(payload[^PayloadFormat.ChecksumBytes..]);
        if (PayloadFormat.Checksum(_bytes, sequence, beside) != expected)
        {
            throw new InvalidDataException("its checksum is wrong");
        }

        Format = payload[0];
        if (Format < PayloadFormat.Oldest)
        {
            throw new InvalidDataException($"there never was a format {payload[0]}");
        }

        _at = 1;
        _lastTime = time.UtcTicks;
    }

    /// <summary>The format the payload is written in, from <see cref="PayloadFormat.Oldest"/> on.</summary>
    public byte Format { get; }

    /// <summary>What lays the attributes of each user side by side.</summary>
    public AttributePacker Attributes => _attributes ??= new();

    /// <summary>Bytes not read yet.</summary>
    public readonly int Left => _bytes.Length - _at;

    public byte Byte() => _at < _bytes.Length ? _bytes[_at++] : throw Short();

    public bool Flag() => Byte() switch
    {
        0 => false,
        1 => true,
        byte other => throw new InvalidDataException($"{other} is neither yes nor no"),
    };

    /// <summary>A member of an enum whose members are 0 to <paramref name="last"/>.</summary>
    public byte Choice(byte last) => Byte() is byte value && value <= last ? value : throw new InvalidDataException("a choice is unknown");

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Varint()
    {
        ReadOnlySpan<byte> bytes = _bytes;
        int at = _at;
        if ((uint)at < (uint)bytes.Length && bytes[at] < 0x80)
        {
            _at = at + 1;
            return bytes[at];
        }

        return LongVarint();
    }

    /// <summary>A number from 0 to <see cref="int.MaxValue"/>.</summary>
    public int Number() => Varint() is ulong value and <= int.MaxValue ? (int)value : throw new InvalidDataException("a number is out of range");

    /// <summary>A number of things of at least <paramref name="bytesEach"/> bytes: never more than can follow.</summary>
    public int Count(int bytesEach = 1)
    {
        int count = Number();
        return count <= Left / bytesEach ? count : throw Short();
    }

    /// <summary>A number from 0 to <see cref="int.MaxValue"/> that may be missing.</summary>
    public int? OptionalNumber() => Varint() switch
    {
        0 => null,
        ulong first and <= int.MaxValue + 1UL => (int)(first - 1),
        _ => throw new InvalidDataException("a number is out of range"),
    };

    /// <summary>A member of an enum whose members are bytes from 0 on, without a gap.</summary>
    public T Member<T>()
        where T : struct, Enum => Unsafe.BitCast<byte, T>(Choice(Last<T>.Value));

    public long Signed()
    {
        ulong value = Varint();
        return unchecked((long)(value >> 1) ^ -(long)(value & 1));
    }

    public Guid Id() => new(Take(16));

    public Guid? OptionalId() => Flag() ? Id() : null;

    public ReadOnlySpan<byte> Bytes() => Take(Number());

    public DateTimeOffset Time()
    {
        long ticks = unchecked(_lastTime + Signed());
        if (ticks < DateTimeOffset.MinValue.Ticks || ticks > DateTimeOffset.MaxValue.Ticks)
        {
            throw new InvalidDataException("a time is out of range");
        }

        _lastTime = ticks;
        return new DateTimeOffset(ticks, TimeSpan.Zero);
    }

    public DateTimeOffset? OptionalTime() => Flag() ? Time() : null;

    public string? OptionalText() => TryUtf8(out ReadOnlySpan<byte> text) ? Encoding.UTF8.GetString(text) : null;

    public string Text() => Encoding.UTF8.GetString(Utf8());

    /// <summary>A text as it lies in the payload.</summary>
    public ReadOnlySpan<byte> Utf8() => TryUtf8(out ReadOnlySpan<byte> text) ? text : throw new InvalidDataException("a text is missing");

    /// <summary>A text that is one of few: one string for all of them.</summary>
    public string? Shared()
    {
        if (!TryShared(out ReadOnlySpan<byte> text, out int number))
        {
            return null;
        }

        if (number < 0)
        {
            return Encoding.UTF8.GetString(text);
        }

        ref RepeatedText shared = ref CollectionsMarshal.AsSpan(_texts)[number];
        return shared.Text ??= Encoding.UTF8.GetString(text);
    }

    /// <summary>A text that is one of few, as it lies in the payload; false when it is missing.</summary>
    public bool TryShared(out ReadOnlySpan<byte> text) => TryShared(out text, out _);

    /// <summary>A text that is often a user principal name or its local part; false when it is missing.</summary>
    public bool TryName(ReadOnlySpan<byte> userPrincipalName, out ReadOnlySpan<byte> text)
    {
        int first = Number();
        text = first switch
        {
            0 => default,
            1 => userPrincipalName,
            2 => PayloadWriter.LocalPart(userPrincipalName),
            _ => Utf8(first - 3),
        };
        return first > 0;
    }

    /// <summary>Indexes in the order in which they were written.</summary>
    /// <param name="most">How many there can be.</param>
    public ValueArray<int> Indexes(int most = PayloadFormat.MostIndexes)
    {
        ulong first = Varint();
        ulong count = first >> 1;
        if (count > (ulong)most)
        {
            throw new InvalidDataException("a list is too long");
        }

        _indexes += (long)count;
        if (_indexes > PayloadFormat.MostIndexes)
        {
            throw new InvalidDataException("its lists are too long");
        }

        if (count == 0)
        {
            return [];
        }

        int[] values = new int[count];
        if ((first & 1) == 0)
        {
            Unordered(values);
        }
        else
        {
            Runs(values);
        }

        return ValueArray.Own(values);
    }

    public LicenseSet Licenses()
    {
        int first = Number();
        if (first == 0)
        {
            return LicenseSet.Empty;
        }

        if (first > 1)
        {
            return first - 2 < _sets.Count ? _sets[first - 2] : throw new InvalidDataException("a license set refers to nothing");
        }

        License[] items = new License[Count(2)];
        long sku = -1;
        for (int i = 0; i < items.Length; i++)
        {
            sku += 1L + Number();
            items[i] = new License(sku <= int.MaxValue ? (int)sku : throw new InvalidDataException("a SKU is out of range"), Indexes());
        }

        LicenseSet set = LicenseSet.Of(items);
        if (_sets.Count < PayloadFormat.MostRemembered)
        {
            _sets.Add(set);
        }

        return set;
    }

    private static InvalidDataException Short() => new("it ends too early");

    private void Unordered(Span<int> values)
    {
        if (values.Length > Left)
        {
            throw Short();
        }

        int last = 0;
        foreach (ref int value in values)
        {
            long next = unchecked(last + Signed());
            value = last = next is >= int.MinValue and <= int.MaxValue ? (int)next : throw new InvalidDataException("an index is out of range");
        }
    }

    private void Runs(Span<int> values)
    {
        long next = 0;
        for (int i = 0; i < values.Length;)
        {
            ulong head = Varint();
            ulong gap = head >> 1;
            int run = (head & 1) == 0 ? 1 : (int)Math.Min(int.MaxValue, Number() + 2L);
            if (run > values.Length - i || gap > int.MaxValue || next + (long)gap + run > int.MaxValue)
            {
                throw new InvalidDataException("a run of indexes is too long");
            }

            int value = (int)next + (int)gap;
            next = value + run;
            for (int end = i + run; i < end; i++)
            {
                values[i] = value++;
            }
        }
    }

    // The number is what others refer to the text by, or -1 when there are too many.
    private bool TryShared(out ReadOnlySpan<byte> text, out int number)
    {
        int first = Number();
        if (first > 1)
        {
            number = first - 2;
            text = number < _texts.Count ? _bytes.Slice(_texts[number].Start, _texts[number].Length) : throw new InvalidDataException("a text refers to nothing");
            return true;
        }

        text = first == 0 ? default : Utf8();
        number = -1;
        if (first == 1 && _texts.Count < PayloadFormat.MostRemembered)
        {
            number = _texts.Count;
            _texts.Add(new RepeatedText { Start = _at - text.Length, Length = text.Length });
        }

        return first == 1;
    }

    private bool TryUtf8(out ReadOnlySpan<byte> text)
    {
        int first = Number();
        text = first == 0 ? default : Utf8(first - 1);
        return first > 0;
    }

    private ReadOnlySpan<byte> Utf8(int bytes)
    {
        ReadOnlySpan<byte> text = Take(bytes);
        return System.Text.Unicode.Utf8.IsValid(text) ? text : throw new InvalidDataException("a text is not UTF-8");
    }

    private ReadOnlySpan<byte> Take(int bytes)
    {
        if (bytes > Left)
        {
            throw Short();
        }

        ReadOnlySpan<byte> taken = _bytes.Slice(_at, bytes);
        _at += bytes;
        return taken;
    }

    private ulong LongVarint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte next = Byte();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new InvalidDataException("a number is too long");
    }

    private struct RepeatedText
    {
        public int Start;
        public int Length;
        public string? Text;
    }

    private static class Last<T>
        where T : struct, Enum
    {
        public static readonly byte Value = (byte)(Enum.GetValues<T>().Length - 1);
    }
}

/// <summary>The payload was written by a newer version of this program.</summary>
internal sealed class NewerFormatException(string message) : Exception(message);
