namespace Berth.Engine.Collections;

/// <summary>
/// An immutable vector in pages: a write copies one page and the list of pages, a reader never sees a change.
/// The measured compromise between the reads of an array and the updates of a tree (docs/adr/0001).
/// </summary>
/// <typeparam name="T">What it holds; <c>default</c> is a legal element.</typeparam>
public sealed class PagedVector<T>
{
    /// <summary>Elements a page: large enough that a scan is an array scan, small enough that copying one is cheap.</summary>
    internal const int PageSize = 512;

    private const int PageBits = 9;
    private const int PageMask = PageSize - 1;

    /// <summary>The vector without elements.</summary>
    public static readonly PagedVector<T> Empty = new([], 0);

    private readonly T[][] _pages;

    private PagedVector(T[][] pages, int count)
    {
        _pages = pages;
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
            return _pages[index >> PageBits][index & PageMask];
        }
    }

    /// <summary>The elements of one page, for scans without a bounds check each; the last page may be shorter.</summary>
    public ReadOnlySpan<T> Page(int page) => _pages[page].AsSpan(0, Math.Min(PageSize, Count - (page << PageBits)));

    /// <summary>The number of pages.</summary>
    public int Pages => _pages.Length;

    /// <summary>A builder that starts from this vector and copies only the pages it writes.</summary>
    public Builder ToBuilder() => new(this);

    /// <summary>Collects writes; one owner, one thread.</summary>
    public sealed class Builder
    {
        private readonly PagedVector<T> _source;
        private T[][] _pages;
        private bool[]? _owned;

        internal Builder(PagedVector<T> source)
        {
            _source = source;
            _pages = source._pages;
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
                return _pages[index >> PageBits][index & PageMask];
            }

            set
            {
                ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count);
                Own(index >> PageBits)[index & PageMask] = value;
            }
        }

        /// <summary>Appends an element; its index is the old <see cref="Count"/>.</summary>
        public void Add(T value)
        {
            int page = Count >> PageBits;
            T[] target = Own(page);
            target[Count & PageMask] = value;
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
            if (_owned is null)
            {
                return _source;
            }

            int pages = (Count + PageMask) >> PageBits;
            return new PagedVector<T>(_pages.Length == pages ? _pages : _pages[..pages], Count);
        }

        private T[] Own(int page)
        {
            if (_owned is null)
            {
                _owned = new bool[Math.Max(page + 1, _pages.Length)];
                _pages = _pages.AsSpan().ToArray();
            }

            if (page >= _pages.Length)
            {
                // Doubling keeps appending linear; Seal trims.
                Array.Resize(ref _pages, Math.Max(page + 1, Math.Min(_pages.Length * 2, _pages.Length + 1024)));
            }

            if (page >= _owned.Length)
            {
                Array.Resize(ref _owned, _pages.Length);
            }

            if (!_owned[page])
            {
                T[] fresh = new T[PageSize];
                _pages[page]?.CopyTo(fresh, 0);
                _pages[page] = fresh;
                _owned[page] = true;
            }

            return _pages[page];
        }
    }
}
