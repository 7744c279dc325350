namespace Berth.Engine.Collections;

/// <summary>
/// An immutable vector in small pages on shelves: a write copies a page, a shelf and the list of shelves, which together is little also when there are a million
/// elements; a reader never sees a change. The measured compromise between the reads of an array and the updates of a tree (docs/adr/0001).
/// </summary>
/// <typeparam name="T">What it holds; <c>default</c> is a legal element.</typeparam>
public sealed class PagedVector<T>
{
    /// <summary>Elements a page: large enough that a scan is an array scan, small enough that copying one is cheap.</summary>
    public const int PageSize = 64;

    private const int PageBits = 6;
    private const int PageMask = PageSize - 1;

    // Pages a shelf: one bit each of a word.
    private const int ShelfSize = 64;
    private const int ShelfBits = 6;
    private const int ShelfMask = ShelfSize - 1;

    /// <summary>The vector without elements.</summary>
    public static readonly PagedVector<T> Empty = new([], 0);

    private readonly Shelf[] _shelves;

    private PagedVector(Shelf[] shelves, int count)
    {
        _shelves = shelves;
        Count = count;
    }

    /// <summary>The number of elements.</summary>
    public int Count { get; }

    /// <summary>The element at an index below <see cref="Count"/>.</summary>
    public T this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count);
            return PageOf(_shelves, index >> PageBits)[index & PageMask];
        }
    }

    /// <summary>The elements of one page, for scans without a bounds check each; the last page may be shorter.</summary>
    public ReadOnlySpan<T> Page(int page) => PageOf(_shelves, page).AsSpan(0, Math.Min(PageSize, Count - (page << PageBits)));

    /// <summary>The number of pages.</summary>
    public int Pages => (Count + PageMask) >> PageBits;

    /// <summary>A builder that starts from this vector and copies only the pages it writes.</summary>
    public Builder ToBuilder() => new(this);

    private static T[] PageOf(Shelf[] shelves, int page) => shelves[page >> ShelfBits].Pages[page & ShelfMask];

    // Who made a shelf may write it, and of its pages those that are marked.
    private sealed class Shelf
    {
        public Shelf(object owner, Shelf? before)
        {
            Owner = owner;
            before?.Pages.CopyTo(Pages, 0);
        }

        public object Owner { get; }

        public T[][] Pages { get; } = new T[ShelfSize][];

        public ulong Owned { get; set; }
    }

    /// <summary>Collects writes; one owner, one thread.</summary>
    public sealed class Builder
    {
        private readonly PagedVector<T> _source;
        private Shelf[] _shelves;

        // Not the builder itself: a vector must not keep what it was built from.
        private object? _owner;

        internal Builder(PagedVector<T> source)
        {
            _source = source;
            _shelves = source._shelves;
            Count = source.Count;
        }

        /// <summary>The number of elements so far.</summary>
        public int Count { get; private set; }

        /// <summary>Reads or replaces an element below <see cref="Count"/>.</summary>
        public T this[int index]
        {
            get
            {
                ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count);
                return PageOf(_shelves, index >> PageBits)[index & PageMask];
            }

            set
            {
                ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count);
                Own(index >> PageBits)[index & PageMask] = value;
            }
        }

        /// <summary>The elements of one page as they are now.</summary>
        public ReadOnlySpan<T> Page(int page) => PageOf(_shelves, page).AsSpan(0, Math.Min(PageSize, Count - (page << PageBits)));

        /// <summary>The elements of one page, to be written.</summary>
        public Span<T> PageToWrite(int page) => Own(page).AsSpan(0, Math.Min(PageSize, Count - (page << PageBits)));

        /// <summary>Appends an element; its index is the old <see cref="Count"/>.</summary>
        public void Add(T value)
        {
            Own(Count >> PageBits)[Count & PageMask] = value;
            Count++;
        }

        /// <summary>Appends default elements until <paramref name="count"/> are there.</summary>
        public void Grow(int count)
        {
            while (Count < count)
            {
                Own(Count >> PageBits);
                Count = Math.Min(count, ((Count >> PageBits) + 1) << PageBits);
            }
        }

        /// <summary>The vector as it is now; the builder must not be written afterwards.</summary>
        public PagedVector<T> Seal()
        {
            if (_owner is null)
            {
                return _source;
            }

            int shelves = (Count + (PageSize * ShelfSize) - 1) >> (PageBits + ShelfBits);
            return new PagedVector<T>(_shelves.Length == shelves ? _shelves : _shelves[..shelves], Count);
        }

        private T[] Own(int page)
        {
            if (_owner is null)
            {
                _owner = new object();
                _shelves = _shelves.AsSpan().ToArray();
            }

            int at = page >> ShelfBits, inShelf = page & ShelfMask;
            if (at >= _shelves.Length)
            {
                // Doubling keeps appending linear; Seal trims.
                Array.Resize(ref _shelves, Math.Max(at + 1, Math.Min(_shelves.Length * 2, _shelves.Length + 1024)));
            }

            Shelf? shelf = _shelves[at];
            if (shelf?.Owner != _owner)
            {
                _shelves[at] = shelf = new Shelf(_owner, shelf);
            }

            T[]? before = shelf.Pages[inShelf];
            if ((shelf.Owned & (1UL << inShelf)) != 0)
            {
                return before;
            }

            shelf.Owned |= 1UL << inShelf;
            return shelf.Pages[inShelf] = before is null ? new T[PageSize] : before.AsSpan().ToArray();
        }
    }
}
