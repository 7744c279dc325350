namespace Berth.Engine.Collections;

/// <summary>Indexes in the order they come, kept as runs: a million neighbors take no room, every second of a million as much as a list of them, and any others at most twice that.</summary>
internal sealed class IndexRuns
{
    private (int First, int Next)[] _closed = [];
    private int _closedCount;

    // The run that may grow still; empty when there is none.
    private int _first;
    private int _next;

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>Whether each is above the one before it.</summary>
    public bool IsAscending { get; private set; } = true;

    /// <summary>The one that came last; -1 when there is none.</summary>
    public int Last => _next - 1;

    /// <summary>Runs in the order they came, each from its first index to the one after its last.</summary>
    public ReadOnlySpan<(int First, int Next)> Runs
    {
        get
        {
            Close();
            return _closed.AsSpan(0, _closedCount);
        }
    }

    public void Add(int index)
    {
        if (index != _next || _first == _next)
        {
            IsAscending &= index >= _next;
            Close();
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
        foreach ((int first, int next) in Runs)
        {
            for (int index = first; index < next; index++)
            {
                indexes[at++] = index;
            }
        }

        return indexes;
    }

    /// <summary>The same indexes, ascending and each once.</summary>
    public IndexRuns Sorted()
    {
        if (IsAscending)
        {
            return this;
        }

        int[] indexes = ToArray();
        indexes.AsSpan().Sort();
        IndexRuns sorted = new();
        foreach (int index in indexes)
        {
            if (index != sorted.Last)
            {
                sorted.Add(index);
            }
        }

        return sorted;
    }

    private void Close()
    {
        if (_first == _next)
        {
            return;
        }

        if (_closedCount == _closed.Length)
        {
            Array.Resize(ref _closed, Math.Max(1, 2 * _closedCount));
        }

        _closed[_closedCount++] = (_first, _next);
        _first = _next;
    }
}
