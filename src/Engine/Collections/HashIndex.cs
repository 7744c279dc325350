namespace Berth.Engine.Collections;

/// <summary>
/// An index from the hashes of keys to dense indexes, in place of a map: the keys stand with what the indexes lead to, so they are not kept twice. Whoever looks a key up
/// compares it with that of each index that <see cref="Of"/> gives, and so may be given too many: all versions of a tenant share one table that is only added to, and
/// nothing of it is copied for a new version. An older version is given indexes that it does not have yet, and a version may be given what is gone or was only tried;
/// none is ever missing. What is given too many goes when the table grows.
/// </summary>
public sealed class HashIndex
{
    /// <summary>The index without entries.</summary>
    public static readonly HashIndex Empty = new(0);

    private const int FewestSlots = 64;

    // A hash, and behind it its index plus 1: written at once, so that a reader needs no lock. 0 is empty.
    private readonly long[] _slots;
    private int _used;

    private HashIndex(int slots) => _slots = new long[slots];

    /// <summary>The hash of an id; another in each process, so that nobody can choose ids that meet.</summary>
    internal static int HashOf(Guid id) => HashCode.Combine(id);

    /// <summary>At least the indexes of all keys with a hash, in no order; nearly always none or one.</summary>
    public Candidates Of(int hash) => new(_slots, hash);

    /// <summary>The index with an entry; this one, unless it is full.</summary>
    /// <param name="hash">The hash of the key.</param>
    /// <param name="index">What the key leads to; at least 0.</param>
    /// <param name="isKey">Whether an index has a key with a hash: what does not is left out of a table that grows.</param>
    public HashIndex Add(int hash, int index, Func<int, int, bool> isKey)
    {
        // Plans are made on any thread, each with a tenant of its own that shares the table.
        lock (_slots)
        {
            if (Place(hash, index))
            {
                return this;
            }
        }

        HashIndex grown = Grown(isKey);
        _ = grown.Place(hash, index);
        return grown;
    }

    private static int Spread(int hash) => unchecked((int)((uint)hash * 0x9E3779B1u >> 4));

    private static (int Hash, int Index) Read(long slot) => (unchecked((int)(slot >> 32)), unchecked((int)slot) - 1);

    // False when there is no room: at more than three fifths the walks become long.
    private bool Place(int hash, int index)
    {
        long slot = ((long)hash << 32) | unchecked((uint)(index + 1));
        int mask = _slots.Length - 1;
        int at = Spread(hash) & mask;
        while (mask > 0 && _slots[at] != 0)
        {
            if (_slots[at] == slot)
            {
                return true;
            }

            at = (at + 1) & mask;
        }

        if ((_used + 1) * 5L > _slots.Length * 3L)
        {
            return false;
        }

        Volatile.Write(ref _slots[at], slot);
        _used++;
        return true;
    }

    private HashIndex Grown(Func<int, int, bool> isKey)
    {
        List<(int Hash, int Index)> kept = new(_used);
        for (int i = 0; i < _slots.Length; i++)
        {
            if (Volatile.Read(ref _slots[i]) is not 0 and long slot && Read(slot) is var entry && isKey(entry.Index, entry.Hash))
            {
                kept.Add(entry);
            }
        }

        int size = FewestSlots;
        while (kept.Count * 5L > size * 2L)
        {
            size *= 2;
        }

        HashIndex grown = new(size);
        foreach ((int hash, int index) in kept)
        {
            _ = grown.Place(hash, index);
        }

        return grown;
    }

    /// <summary>The walk over the indexes of keys with one hash.</summary>
    public struct Candidates
    {
        private readonly long[] _slots;
        private readonly int _hash;
        private int _at;

        internal Candidates(long[] slots, int hash)
        {
            (_slots, _hash) = (slots, hash);
            _at = Spread(hash) - 1;
        }

        /// <summary>The index that was found.</summary>
        public int Current { get; private set; }

        /// <summary>This walk.</summary>
        public readonly Candidates GetEnumerator() => this;

        /// <summary>Goes to the next index; false when there is none.</summary>
        public bool MoveNext()
        {
            int mask = _slots.Length - 1;
            while (mask > 0)
            {
                _at = (_at + 1) & mask;
                long slot = Volatile.Read(ref _slots[_at]);
                if (slot == 0)
                {
                    return false;
                }

                (int hash, int index) = Read(slot);
                if (hash == _hash)
                {
                    Current = index;
                    return true;
                }
            }

            return false;
        }
    }
}
