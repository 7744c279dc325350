using System.Collections;

namespace Berth.Engine.Collections;

/// <summary>
/// An immutable sorted set in chunks: a single change copies one chunk and the list of chunks, a bulk change merges.
/// It carries members of groups, holders of SKUs and the waiting list.
/// </summary>
/// <typeparam name="T">The element, ordered by its own comparison; equal elements are one.</typeparam>
public sealed class SortedPages<T> : IEnumerable<T>, IEquatable<SortedPages<T>>
    where T : struct, IComparable<T>
{
    private const int Full = 512;

    // What is cut anew gets room for some more.
    private const int Filled = Full * 3 / 4;

    /// <summary>The set without elements.</summary>
    public static readonly SortedPages<T> Empty = new([], 0);

    private readonly T[][] _chunks;

    private SortedPages(T[][] chunks, int count)
    {
        _chunks = chunks;
        Count = count;
    }

    /// <summary>The number of elements.</summary>
    public int Count { get; }

    /// <summary>The smallest element; the set must not be empty.</summary>
    public T First => _chunks[0][0];

    /// <summary>Builds a set from elements in ascending order without repetition.</summary>
    public static SortedPages<T> FromSorted(ReadOnlySpan<T> sorted)
    {
        List<T[]> chunks = new((sorted.Length / Filled) + 1);
        Cut(sorted, chunks);
        return chunks.Count == 0 ? Empty : new SortedPages<T>([.. chunks], sorted.Length);
    }

    /// <summary>Whether an element is in the set.</summary>
    public bool Contains(T item)
    {
        int chunk = ChunkOf(item);
        return chunk < _chunks.Length && Array.BinarySearch(_chunks[chunk], item) >= 0;
    }

    /// <summary>The set with an element; the same set when it was there.</summary>
    public SortedPages<T> Add(T item)
    {
        if (_chunks.Length == 0)
        {
            return new SortedPages<T>([[item]], 1);
        }

        int chunk = Math.Min(ChunkOf(item), _chunks.Length - 1);
        T[] old = _chunks[chunk];
        int at = Array.BinarySearch(old, item);
        if (at >= 0)
        {
            return this;
        }

        at = ~at;
        T[] grown = new T[old.Length + 1];
        old.AsSpan(0, at).CopyTo(grown);
        grown[at] = item;
        old.AsSpan(at).CopyTo(grown.AsSpan(at + 1));
        return new SortedPages<T>(
            grown.Length <= Full ? Replace(chunk, grown) : Replace(chunk, grown[..(Full / 2)], grown[(Full / 2)..]),
            Count + 1);
    }

    /// <summary>The set without an element; the same set when it was not there.</summary>
    public SortedPages<T> Remove(T item)
    {
        int chunk = ChunkOf(item);
        int at = chunk < _chunks.Length ? Array.BinarySearch(_chunks[chunk], item) : -1;
        if (at < 0)
        {
            return this;
        }

        T[] old = _chunks[chunk];
        if (old.Length == 1)
        {
            return new SortedPages<T>(Replace(chunk), Count - 1);
        }

        T[] shrunk = new T[old.Length - 1];
        old.AsSpan(0, at).CopyTo(shrunk);
        old.AsSpan(at + 1).CopyTo(shrunk.AsSpan(at));
        return new SortedPages<T>(Replace(chunk, shrunk), Count - 1);
    }

    /// <summary>
    /// The set after many changes at once; both spans ascending without repetition. An element in both ends up in the set.
    /// </summary>
    public SortedPages<T> Merge(ReadOnlySpan<T> added, ReadOnlySpan<T> removed)
    {
        // So few are cheaper one by one.
        if (added.Length + removed.Length <= 8)
        {
            SortedPages<T> set = this;
            foreach (T item in removed)
            {
                set = set.Remove(item);
            }

            foreach (T item in added)
            {
                set = set.Add(item);
            }

            return set;
        }

        if (_chunks.Length == 0)
        {
            return FromSorted(added);
        }

        List<T[]> chunks = new(_chunks.Length + (added.Length / Full) + 1);
        T[] merged = new T[Math.Min(Count, Full * 4) + added.Length];
        int count = 0, filled = 0;
        for (int i = 0; i < _chunks.Length; i++)
        {
            T[] chunk = _chunks[i];

            // What comes behind the last element belongs to the last chunk.
            bool isLast = i == _chunks.Length - 1;
            int adding = isLast ? added.Length : UpTo(added, chunk[^1]), removing = isLast ? removed.Length : UpTo(removed, chunk[^1]);
            if (adding + removing == 0)
            {
                // Nothing of this chunk changes: the new set shares it.
                Cut(merged.AsSpan(0, filled), chunks);
                filled = 0;
                chunks.Add(chunk);
                count += chunk.Length;
                continue;
            }

            if (merged.Length < filled + chunk.Length + adding)
            {
                Array.Resize(ref merged, Math.Max(merged.Length * 2, filled + chunk.Length + adding));
            }

            int made = MergeChunk(chunk, added[..adding], removed[..removing], merged.AsSpan(filled));
            added = added[adding..];
            removed = removed[removing..];
            filled += made;
            count += made;
        }

        Cut(merged.AsSpan(0, filled), chunks);
        return count == 0 ? Empty : new SortedPages<T>([.. chunks], count);
    }

    private static int UpTo(ReadOnlySpan<T> sorted, T last)
    {
        int at = sorted.BinarySearch(last);
        return at < 0 ? ~at : at + 1;
    }

    private static int MergeChunk(ReadOnlySpan<T> chunk, ReadOnlySpan<T> added, ReadOnlySpan<T> removed, Span<T> merged)
    {
        int count = 0, a = 0, r = 0;
        foreach (T item in chunk)
        {
            while (a < added.Length && added[a].CompareTo(item) < 0)
            {
                merged[count++] = added[a++];
            }

            bool alsoAdded = a < added.Length && added[a].CompareTo(item) == 0;
            a += alsoAdded ? 1 : 0;
            while (r < removed.Length && removed[r].CompareTo(item) < 0)
            {
                r++;
            }

            if (alsoAdded || r >= removed.Length || removed[r].CompareTo(item) != 0)
            {
                merged[count++] = item;
            }
        }

        added[a..].CopyTo(merged[count..]);
        return count + added.Length - a;
    }

    private static void Cut(ReadOnlySpan<T> sorted, List<T[]> chunks)
    {
        // Of even sizes, so that no cut leaves a few elements behind.
        for (int pieces = sorted.Length <= Full ? 1 : (sorted.Length + Filled - 1) / Filled; !sorted.IsEmpty; pieces--)
        {
            int size = sorted.Length / pieces;
            chunks.Add(sorted[..size].ToArray());
            sorted = sorted[size..];
        }
    }

    /// <summary>The elements from the first that is not below <paramref name="from"/>, ascending.</summary>
    public IEnumerable<T> From(T from)
    {
        for (int chunk = ChunkOf(from); chunk < _chunks.Length; chunk++)
        {
            T[] items = _chunks[chunk];
            int at = Array.BinarySearch(items, from);
            for (int i = at < 0 ? ~at : at; i < items.Length; i++)
            {
                yield return items[i];
            }
        }
    }

    /// <summary>All elements, ascending, as an array of their own.</summary>
    public T[] ToArray()
    {
        T[] all = new T[Count];
        int at = 0;
        foreach (T[] chunk in _chunks)
        {
            chunk.CopyTo(all, at);
            at += chunk.Length;
        }

        return all;
    }

    /// <summary>Whether two sets have the same elements, however they are cut into chunks.</summary>
    public bool Equals(SortedPages<T>? other) =>
        ReferenceEquals(this, other) || (other is not null && Count == other.Count && this.SequenceEqual(other));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SortedPages<T>);

    /// <inheritdoc/>
    public override int GetHashCode() => Count == 0 ? 0 : HashCode.Combine(Count, First, _chunks[^1][^1]);

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator()
    {
        foreach (T[] chunk in _chunks)
        {
            foreach (T item in chunk)
            {
                yield return item;
            }
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    // The first chunk whose last element is not below the item; the number of chunks when there is none.
    private int ChunkOf(T item)
    {
        int low = 0, high = _chunks.Length;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            if (_chunks[middle][^1].CompareTo(item) < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    private T[][] Replace(int chunk, params ReadOnlySpan<T[]> with)
    {
        T[][] chunks = new T[_chunks.Length - 1 + with.Length][];
        _chunks.AsSpan(0, chunk).CopyTo(chunks);
        with.CopyTo(chunks.AsSpan(chunk));
        _chunks.AsSpan(chunk + 1).CopyTo(chunks.AsSpan(chunk + with.Length));
        return chunks;
    }
}
