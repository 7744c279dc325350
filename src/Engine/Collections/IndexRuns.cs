namespace Berth.Engine.Collections;

/// <summary>Indexes in the order they come, kept as runs: a million neighbors take no room, and any others no more than a list of them.</summary>
internal sealed class IndexRuns
{
    private readonly List<(int First, int Next)> _runs = [];
    private int _first;
    private int _next;

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    public void Add(int index)
    {
        if (Count == 0)
        {
            _first = index;
        }
        else if (index != _next)
        {
            _runs.Add((_first, _next));
            _first = index;
        }

        _next = index + 1;
        Count++;
    }

    /// <summary>All of them, as an array of their own.</summary>
    public int[] ToArray()
    {
        int[] indexes = new int[Count];
        int at = 0;
        foreach ((int first, int next) in _runs)
        {
            Fill(first, next);
        }

        Fill(_first, _next);
        return indexes;

        void Fill(int first, int next)
        {
            for (int index = first; index < next; index++)
            {
                indexes[at++] = index;
            }
        }
    }
}
