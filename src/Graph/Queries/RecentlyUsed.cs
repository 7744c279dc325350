using System.Diagnostics.CodeAnalysis;

namespace Berth.Graph.Queries;

/// <summary>A bounded memory that forgets what was not asked for the longest. For any number of threads.</summary>
/// <typeparam name="TValue">What is kept.</typeparam>
/// <param name="capacity">The most entries.</param>
internal sealed class RecentlyUsed<TValue>(int capacity)
{
    private readonly Dictionary<string, LinkedListNode<KeyValuePair<string, TValue>>> _entries = new(StringComparer.Ordinal);
    private readonly LinkedList<KeyValuePair<string, TValue>> _order = new();
    private readonly Lock _lock = new();

    /// <summary>The number of entries.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>The value of a key, which is then the last to be forgotten.</summary>
    public bool TryGet(string key, [MaybeNullWhen(false)] out TValue value)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(key, out LinkedListNode<KeyValuePair<string, TValue>>? node))
            {
                value = default;
                return false;
            }

            if (!ReferenceEquals(_order.First, node))
            {
                _order.Remove(node);
                _order.AddFirst(node);
            }

            value = node.Value.Value;
            return true;
        }
    }

    /// <summary>Keeps a value; another one of the same key goes.</summary>
    public void Put(string key, TValue value)
    {
        lock (_lock)
        {
            if (_entries.Remove(key, out LinkedListNode<KeyValuePair<string, TValue>>? old))
            {
                _order.Remove(old);
            }
            else if (_entries.Count == capacity)
            {
                _entries.Remove(_order.Last!.Value.Key);
                _order.RemoveLast();
            }

            _entries.Add(key, _order.AddFirst(KeyValuePair.Create(key, value)));
        }
    }
}
