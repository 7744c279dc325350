using Berth.Engine.Collections;

namespace Berth.Graph.Reads;

/// <summary>Indexes of users or of groups in ascending order, read only as far as a page needs.</summary>
/// <param name="After">Those after an index.</param>
/// <param name="Contains">Whether one is among them.</param>
/// <param name="Count">Their number when it is known.</param>
internal sealed record IndexList(Func<int, IEnumerable<int>> After, Func<int, bool> Contains, int? Count)
{
    /// <summary>No index.</summary>
    public static IndexList Empty { get; } = new(static _ => [], static _ => false, 0);

    /// <summary>Those of a set.</summary>
    public static IndexList Of(SortedPages<int> indexes) => new(after => indexes.From(after + 1), indexes.Contains, indexes.Count);

    /// <summary>Those of an ascending array without repetition.</summary>
    public static IndexList Of(int[] indexes) => new(after => From(indexes, after), index => Array.BinarySearch(indexes, index) >= 0, indexes.Length);

    /// <summary>Those of several sets, each once. Their number is known only by counting.</summary>
    public static IndexList Of(SortedPages<int>[] sets) => sets.Length == 1
        ? Of(sets[0])
        : new IndexList(after => Merged(sets, after), index => sets.Any(set => set.Contains(index)), null);

    private static IEnumerable<int> From(int[] indexes, int after)
    {
        int at = Array.BinarySearch(indexes, after);
        for (int i = at < 0 ? ~at : at + 1; i < indexes.Length; i++)
        {
            yield return indexes[i];
        }
    }

    private static IEnumerable<int> Merged(SortedPages<int>[] sets, int after)
    {
        PriorityQueue<IEnumerator<int>, int> heads = new(sets.Length);
        try
        {
            foreach (SortedPages<int> set in sets)
            {
                Advance(set.From(after + 1).GetEnumerator());
            }

            int last = after;
            while (heads.TryDequeue(out IEnumerator<int>? head, out int index))
            {
                if (index > last)
                {
                    yield return last = index;
                }

                Advance(head);
            }
        }
        finally
        {
            foreach ((IEnumerator<int> head, _) in heads.UnorderedItems)
            {
                head.Dispose();
            }
        }

        void Advance(IEnumerator<int> head)
        {
            if (head.MoveNext())
            {
                heads.Enqueue(head, head.Current);
            }
            else
            {
                head.Dispose();
            }
        }
    }
}
