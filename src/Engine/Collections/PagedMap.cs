namespace Berth.Engine.Collections;

/// <summary>
/// An immutable map from a key to a dense index: open addressing over <see cref="PagedVector{T}"/>, so a change copies one page.
/// </summary>
/// <typeparam name="TKey">The key: an id or a name.</typeparam>
public sealed class PagedMap<TKey>
    where TKey : notnull
{
    // Empty slots read 0, so a fresh page needs no filling; a deleted slot keeps probes going.
    private const int Gone = -1;

    // A power of two, as after every growth.
    private const int FewestSlots = 512;

    private readonly PagedVector<Slot> _slots;
    private readonly IEqualityComparer<TKey> _comparer;
    private readonly int _used;

    private PagedMap(PagedVector<Slot> slots, IEqualityComparer<TKey> comparer, int count, int used)
    {
        _slots = slots;
        _comparer = comparer;
        Count = count;
        _used = used;
    }

    /// <summary>The number of keys.</summary>
    public int Count { get; }

    /// <summary>The map without keys, compared as given.</summary>
    public static PagedMap<TKey> Create(IEqualityComparer<TKey> comparer)
    {
        PagedVector<Slot>.Builder slots = PagedVector<Slot>.Empty.ToBuilder();
        slots.Grow(FewestSlots);
        return new PagedMap<TKey>(slots.Seal(), comparer, 0, 0);
    }

    /// <summary>The index of a key, or -1.</summary>
    public int Find(TKey key)
    {
        int mask = _slots.Count - 1;
        for (int at = Spread(_comparer.GetHashCode(key)) & mask; ; at = (at + 1) & mask)
        {
            Slot slot = _slots[at];
            if (slot.Index == 0)
            {
                return -1;
            }

            if (slot.Index > 0 && _comparer.Equals(slot.Key, key))
            {
                return slot.Index - 1;
            }
        }
    }

    /// <summary>A builder that starts from this map.</summary>
    public Builder ToBuilder() => new(this);

    private static int Spread(int hash) => unchecked((int)((uint)hash * 0x9E3779B1u >> 4));

    internal readonly record struct Slot(TKey Key, int Index);

    /// <summary>Collects changes; one owner, one thread.</summary>
    public sealed class Builder
    {
        private readonly PagedMap<TKey> _source;
        private PagedVector<Slot>.Builder _slots;
        private int _used;
        private bool _changed;

        internal Builder(PagedMap<TKey> source)
        {
            _source = source;
            _slots = source._slots.ToBuilder();
            Count = source.Count;
            _used = source._used;
        }

        /// <summary>The number of keys so far.</summary>
        public int Count { get; private set; }

        /// <summary>The index of a key, or -1.</summary>
        public int Find(TKey key)
        {
            int at = Locate(key);
            return at < 0 ? -1 : _slots[at].Index - 1;
        }

        /// <summary>Maps a key to an index, in place of what it was mapped to.</summary>
        public void Set(TKey key, int index)
        {
            _changed = true;
            int at = Locate(key);
            if (at >= 0)
            {
                _slots[at] = new Slot(key, index + 1);
                return;
            }

            if ((_used + 1) * 5L > _slots.Count * 3L)
            {
                Rebuild();
            }

            Place(key, index + 1);
            Count++;
        }

        /// <summary>Takes a key out; nothing happens when it is not there.</summary>
        public void Remove(TKey key)
        {
            int at = Locate(key);
            if (at >= 0)
            {
                _changed = true;
                _slots[at] = new Slot(default!, Gone);
                Count--;
            }
        }

        /// <summary>The map as it is now; the builder must not be written afterwards.</summary>
        public PagedMap<TKey> Seal() => _changed ? new PagedMap<TKey>(_slots.Seal(), _source._comparer, Count, _used) : _source;

        private int Locate(TKey key)
        {
            int mask = _slots.Count - 1;
            for (int at = Spread(_source._comparer.GetHashCode(key)) & mask; ; at = (at + 1) & mask)
            {
                Slot slot = _slots[at];
                if (slot.Index == 0)
                {
                    return -1;
                }

                if (slot.Index > 0 && _source._comparer.Equals(slot.Key, key))
                {
                    return at;
                }
            }
        }

        private void Place(TKey key, int stored)
        {
            int mask = _slots.Count - 1;
            int at = Spread(_source._comparer.GetHashCode(key)) & mask;
            while (_slots[at].Index != 0)
            {
                at = (at + 1) & mask;
            }

            _slots[at] = new Slot(key, stored);
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
                    Place(old[i].Key, old[i].Index);
                }
            }
        }
    }
}
