using System.Text;

namespace Berth.Engine.Collections;

/// <summary>
/// A text that may be missing, kept as UTF-8 within an array that holds others too: half the memory of a string, and nothing of its own. It is read where it lies; a string
/// is made only for who wants one. Two are equal when both are missing, or when their characters are the same.
/// </summary>
public readonly struct Utf8Text : IEquatable<Utf8Text>
{
    // Nearly every text is short; a longer one is read from a larger piece of the stack, and the longest from the heap.
    private const int ShortCharacters = 64;
    private const int LongCharacters = 1024;

    private readonly byte[]? _bytes;
    private readonly int _start;
    private readonly int _length;

    /// <summary>A piece of an array that is valid UTF-8 and is not written any more.</summary>
    internal Utf8Text(byte[] bytes, int start, int length) => (_bytes, _start, _length) = (bytes, start, length);

    /// <summary>Whether there is no text; the default value is none.</summary>
    public bool IsMissing => _bytes is null;

    /// <summary>The text in UTF-8; no bytes when it is empty or missing.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(_start, _length);

    /// <summary>The text as a string of its own, or null when it is missing.</summary>
    public string? Text => _bytes is null ? null : Encoding.UTF8.GetString(Bytes);

    /// <summary>A string as UTF-8; null is missing. Half a surrogate pair, which is no character, becomes U+FFFD.</summary>
    public static Utf8Text Of(string? text)
    {
        if (text is null)
        {
            return default;
        }

        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return new Utf8Text(bytes, 0, bytes.Length);
    }

    /// <summary>Whether the text satisfies a condition, without a string being made; null when it is missing.</summary>
    public bool? Satisfies(Func<ReadOnlySpan<char>, bool> condition) => IsMissing ? null : Read(condition, static (characters, asked) => asked(characters));

    /// <summary>Whether it is another text but for upper and lower case, as ordinal comparison of strings has it; null when it is missing.</summary>
    public bool? IsButForCase(string other)
    {
        if (IsMissing)
        {
            return null;
        }

        // Of two texts in ASCII their bytes decide; nearly all are.
        ReadOnlySpan<byte> bytes = Bytes;
        return Ascii.EqualsIgnoreCase(bytes, other)
            || (!(Ascii.IsValid(bytes) && Ascii.IsValid(other)) && Read(other, static (characters, other) => characters.Equals(other, StringComparison.OrdinalIgnoreCase)));
    }

    /// <summary>What is read from the characters, without a string being made; a missing text has none.</summary>
    /// <typeparam name="TWith">What the reading needs besides.</typeparam>
    /// <typeparam name="TResult">What is read.</typeparam>
    public TResult Read<TWith, TResult>(TWith with, Func<ReadOnlySpan<char>, TWith, TResult> read)
    {
        if (_length > ShortCharacters)
        {
            return ReadLong(with, read);
        }

        // No text has more characters than bytes.
        Span<char> characters = stackalloc char[ShortCharacters];
        return read(characters[..Encoding.UTF8.GetChars(Bytes, characters)], with);
    }

    /// <inheritdoc/>
    public bool Equals(Utf8Text other) => IsMissing == other.IsMissing && Bytes.SequenceEqual(other.Bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Utf8Text other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.AddBytes(Bytes);
        return hash.ToHashCode();
    }

    /// <summary>The text; empty when it is missing.</summary>
    public override string ToString() => Text ?? "";

    /// <summary>The same text, or both missing.</summary>
    public static bool operator ==(Utf8Text left, Utf8Text right) => left.Equals(right);

    /// <summary>Another text.</summary>
    public static bool operator !=(Utf8Text left, Utf8Text right) => !left.Equals(right);

    private TResult ReadLong<TWith, TResult>(TWith with, Func<ReadOnlySpan<char>, TWith, TResult> read)
    {
        Span<char> characters = _length <= LongCharacters ? stackalloc char[LongCharacters] : new char[_length];
        return read(characters[..Encoding.UTF8.GetChars(Bytes, characters)], with);
    }
}
