using Berth.Engine.Collections;

namespace Berth.Engine.Directory;

/// <summary>
/// The properties of a user that have a value, ascending by <see cref="UserAttribute"/>, each once and none empty: most users have few. They lie as UTF-8 in one array, which is
/// that of the user where they come from one. Two are equal when all their texts are.
/// </summary>
public readonly record struct UserAttributes
{
    private readonly byte[]? _packed;
    private readonly int _start;

    /// <summary>Attributes in any order; empty texts are left out, and of two texts of one attribute the last counts.</summary>
    public UserAttributes(ValueArray<KeyValuePair<UserAttribute, string>> values)
    {
        AttributePacker packer = new();
        foreach ((UserAttribute attribute, string value) in values)
        {
            packer.Add(attribute, Utf8Text.Of(value).Bytes);
        }

        _packed = packer.Finish().ToArray();
    }

    /// <summary>The attributes from a place of an array to its end.</summary>
    internal UserAttributes(byte[] packed, int start) => (_packed, _start) = (packed, start);

    /// <summary>The number of attributes.</summary>
    public int Count
    {
        get
        {
            int count = 0;
            foreach (KeyValuePair<UserAttribute, Utf8Text> _ in this)
            {
                count++;
            }

            return count;
        }
    }

    /// <summary>Every attribute with its value as a string.</summary>
    public ValueArray<KeyValuePair<UserAttribute, string>> Values
    {
        get
        {
            List<KeyValuePair<UserAttribute, string>> values = [];
            foreach ((UserAttribute attribute, Utf8Text text) in this)
            {
                values.Add(new(attribute, text.ToString()));
            }

            return values.ToValueArray();
        }
    }

    /// <summary>As they lie.</summary>
    internal ReadOnlySpan<byte> Packed => _packed.AsSpan(_start);

    /// <summary>The value of an attribute, or null.</summary>
    public string? this[UserAttribute attribute] => Utf8(attribute).Text;

    /// <summary>The value of an attribute where it lies; missing, and never empty, when it has none.</summary>
    public Utf8Text Utf8(UserAttribute attribute) => _packed is null ? default : UserTexts.Attribute(_packed, _start, attribute);

    /// <summary>The attributes with one changed; null or empty text takes it away.</summary>
    public UserAttributes With(UserAttribute attribute, string? value)
    {
        AttributePacker packer = new();
        foreach ((UserAttribute key, Utf8Text text) in this)
        {
            if (key != attribute)
            {
                packer.Add(key, text.Bytes);
            }
        }

        packer.Add(attribute, Utf8Text.Of(value).Bytes);
        return new UserAttributes(packer.Finish().ToArray(), 0);
    }

    /// <summary>Walks the attributes where they lie.</summary>
    public Enumerator GetEnumerator() => new(_packed ?? [], _start);

    /// <inheritdoc/>
    public bool Equals(UserAttributes other) => Packed.SequenceEqual(other.Packed);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.AddBytes(Packed);
        return hash.ToHashCode();
    }

    /// <summary>The walk over attributes.</summary>
    public struct Enumerator
    {
        private readonly byte[] _packed;
        private int _at;

        internal Enumerator(byte[] packed, int start) => (_packed, _at) = (packed, start);

        /// <summary>The attribute that was reached, with its text.</summary>
        public KeyValuePair<UserAttribute, Utf8Text> Current { get; private set; }

        /// <summary>Goes to the next attribute; false when there is none.</summary>
        public bool MoveNext()
        {
            if (_at == _packed.Length)
            {
                return false;
            }

            UserAttribute attribute = (UserAttribute)_packed[_at++];
            Current = new(attribute, UserTexts.Next(_packed, ref _at));
            return true;
        }
    }
}

/// <summary>Lays attributes side by side as a user has them; its buffer is used again. One owner, one thread.</summary>
public sealed class AttributePacker
{
    private byte[] _buffer = new byte[256];
    private int _length;
    private int _last;
    private bool _isCanonical = true;

    /// <summary>Adds an attribute with its text in valid UTF-8, in any order; nothing happens when the text is empty.</summary>
    public void Add(UserAttribute attribute, ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
        {
            return;
        }

        int needed = _length + UserTexts.BytesOfAttribute(text.Length);
        if (needed > _buffer.Length)
        {
            Array.Resize(ref _buffer, Math.Max(needed, _buffer.Length * 2));
        }

        UserTexts.WriteAttribute(_buffer, ref _length, attribute, text);
        _isCanonical &= (int)attribute > _last;
        _last = (int)attribute;
    }

    /// <summary>What was added since the last time; valid until the next <see cref="Add"/>.</summary>
    internal ReadOnlySpan<byte> Finish()
    {
        if (!_isCanonical)
        {
            Sort();
        }

        ReadOnlySpan<byte> packed = _buffer.AsSpan(0, _length);
        (_length, _last, _isCanonical) = (0, 0, true);
        return packed;
    }

    // Each attribute once and in its place; of two texts the last counts. Rare, so it takes what memory it needs.
    private void Sort()
    {
        SortedDictionary<UserAttribute, Utf8Text> sorted = [];
        foreach ((UserAttribute attribute, Utf8Text text) in new UserAttributes(_buffer.AsSpan(0, _length).ToArray(), 0))
        {
            sorted[attribute] = text;
        }

        _length = 0;
        foreach ((UserAttribute attribute, Utf8Text text) in sorted)
        {
            UserTexts.WriteAttribute(_buffer, ref _length, attribute, text.Bytes);
        }
    }
}
