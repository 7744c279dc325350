namespace Berth.Engine.Collections;

/// <summary>
/// An immutable index from the hashes of keys to dense indexes, in place of a map: the keys stand with what the indexes lead to, so they are not kept twice, and
/// nothing is hashed again when it grows. Whoever looks a key up compares it with that of each index that <see cref="Of"/> gives. Open addressing over
/// <see cref="PagedVector{T}"/>, so a change copies one page.
/// </summary>
public sealed class HashIndex
{
    /// <summary>The index without entries.</summary>
    public static readonly HashIndex Empty = Create();

    // Empty slots read 0, so a fresh page needs no filling; a deleted slot keeps probes going.
    private const int Gone = -1;

    // A power of two, as after every growth.
    private const int FewestSlots = 512;

    private readonly PagedVector<Slot> _slots;
    private readonly int _used;

    private HashIndex(PagedVector<Slot> slots, int count, int used)
    {
        _slots = slots;
        Count = count;
        _used = used;
    }

    /// <summary>The number of entries.</summary>
    public int Count { get; }

    /// <summary>The hash of an id; another in each process, so that nobody can choose ids that meet.</summary>
    internal static int HashOf(Guid id) => HashCode.Combine(id);

    /// <summary>The indexes of all keys with a hash, in no order; nearly always none or one.</summary>
    public Candidates Of(int hash) => new(_slots, null, hash);

    /// <summary>A builder that starts from this index.</summary>
    public Builder ToBuilder() => new(this);

    private static HashIndex Create()
    {
        PagedVector<Slot>.Builder slots = PagedVector<Slot>.Empty.ToBuilder();
        slots.Grow(FewestSlots);
        return new HashIndex(slots.Seal(), 0, 0);
    }

    private static int Spread(int hash) => unchecked((int)((uint)hash * 0x9E3779B1u >> 4));

    // The index of the entry, plus 1.
    internal readonly record struct Slot(int Hash, int Index);

    /// <summary>The walk over the indexes of keys with one hash.</summary>
    public struct Candidates
    {
        private readonly PagedVector<Slot> _sealed;
        private readonly PagedVector<Slot>.Builder? _making;
        private readonly int _hash;
        private int _at;

        internal Candidates(PagedVector<Slot> slots, PagedVector<Slot>.Builder? making, int hash)
        {
            (_sealed, _making, _hash) = (slots, making, hash);
            _at = Spread(hash) - 1;
        }

        /// <summary>The index that was found.</summary>
        public int Current { get; private set; }

        /// <summary>This walk.</summary>
        public readonly Candidates GetEnumerator() => this;

        /// <summary>Goes to the next index; false when there is none.</summary>
        public bool MoveNext()
        {
            int mask = (_making?.Count ?? _sealed.Count) - 1;
            while (true)
            {
                _at = (_at + 1) & mask;
                Slot slot = _making is null ? _sealed[_at] : _making[_at];
                if (slot.Index == 0)
                {
                    return false;
                }

                if (slot.Index > 0 && slot.Hash == _hash)
                {
                    Current = slot.Index - 1;
                    return true;
                }
            }
        }
    }

    /// <summary>Collects changes; one owner, one thread.</summary>
    public sealed class Builder
    {
        private readonly HashIndex _source;
        private PagedVector<Slot>.Builder _slots;
        private int _used;
        private bool _changed;

        internal Builder(HashIndex source)
        {
            _source = source;
            _slots = source._slots.ToBuilder();
            Count = source.Count;
            _used = source._used;
        }

        /// <summary>The number of entries so far.</summary>
        public int Count { get; private set; }

        /// <inheritdoc cref="HashIndex.Of"/>
        public Candidates Of(int hash) => new(_source._slots, _slots, hash);

        /// <summary>Enters an index under the hash of its key; nothing happens when it is there.</summary>
        public void Add(int hash, int index)
        {
            if (Locate(hash, index) >= 0)
            {
                return;
            }

            _changed = true;
            if ((_used + 1) * 5L > _slots.Count * 3L)
            {
                Rebuild();
            }

            Place(new Slot(hash, index + 1));
            Count++;
        }

        /// <summary>Takes an index out from under the hash of its key; nothing happens when it is not there.</summary>
        public void Remove(int hash, int index)
        {
            int at = Locate(hash, index);
            if (at >= 0)
            {
                _changed = true;
                _slots[at] = new Slot(0, Gone);
                Count--;
            }
        }

        /// <summary>The index as it is now; the builder must not be written afterwards.</summary>
        public HashIndex Seal() => _changed ? new HashIndex(_slots.Seal(), Count, _used) : _source;

        private int Locate(int hash, int index)
        {
            int mask = _slots.Count - 1;
            for (int at = Spread(hash) & mask; ; at = (at + 1) & mask)
            {
                int stored = _slots[at].Index;
                if (stored == 0)
                {
                    return -1;
                }

                if (stored == index + 1)
                {
                    return at;
                }
            }
        }

        private void Place(Slot slot)
        {
            int mask = _slots.Count - 1;
            int at = Spread(slot.Hash) & mask;
            while (_slots[at].Index != 0)
            {
                at = (at + 1) & mask;
            }

            _slots[at] = slot;
            _used++;
        }

        private void Rebuild()
        {
            PagedVector<Slot>.Builder old = _slots;
            int size = old.Count;
            while (Count * 5L > size * 2L)
            {
                size *= 2;
            }

            _slots = PagedVector<Slot>.Empty.ToBuilder();
            _slots.Grow(size);
            _used = 0;
            for (int i = 0; i < old.Count; i++)
            {
                if (old[i].Index > 0)
                {
                    Place(old[i]);
                }
            }
        }
    }
}
