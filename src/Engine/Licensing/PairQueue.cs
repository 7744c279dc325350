using System.Runtime.InteropServices;

namespace Berth.Engine.Licensing;

/// <summary>
/// Pairs in error that are to be looked at again, each once, earliest first. Nearly all come before the first is looked at: they are sorted once, which costs far less than a tree; what comes later goes into one.
/// </summary>
internal sealed class PairQueue
{
    private readonly List<WaitingPair> _early = [];
    private SortedSet<WaitingPair>? _late;
    private bool _isSorted;

    /// <summary>The earliest, or null when there is none.</summary>
    public WaitingPair? First
    {
        get
        {
            if (!_isSorted)
            {
                // The earliest is the last: it is taken away most cheaply.
                CollectionsMarshal.AsSpan(_early).Sort(static (one, other) => other.CompareTo(one));
                _isSorted = true;
            }

            WaitingPair? early = _early.Count > 0 ? _early[^1] : null, late = _late is { Count: > 0 } ? _late.Min : null;
            return early is not { } first ? late : late is { } other && other.CompareTo(first) < 0 ? late : early;
        }
    }

    public void Add(WaitingPair pair)
    {
        if (_isSorted && _early.Count > 0)
        {
            (_late ??= []).Add(pair);
        }
        else
        {
            _early.Add(pair);
            _isSorted = false;
        }
    }

    public void UnionWith(IEnumerable<WaitingPair> pairs)
    {
        foreach (WaitingPair pair in pairs)
        {
            Add(pair);
        }
    }

    /// <summary>Takes a pair away that is the earliest or not there.</summary>
    public void Remove(WaitingPair pair)
    {
        while (_isSorted && _early.Count > 0 && _early[^1].CompareTo(pair) == 0)
        {
            _early.RemoveAt(_early.Count - 1);
        }

        _late?.Remove(pair);
    }
}
