namespace Berth.Portal.Lists;

/// <summary>Which rows of a list are selected, by what identifies them.</summary>
public sealed class GridSelection
{
    private readonly HashSet<string> _keys = [];

    /// <summary>The selected ones, in no order.</summary>
    public IReadOnlyCollection<string> Keys => _keys;

    /// <summary>Something was selected or is no more.</summary>
    public event Action? Changed;

    /// <summary>Whether a row is selected.</summary>
    public bool Has(string key) => _keys.Contains(key);

    /// <summary>Selects a row, or does not any more.</summary>
    public void Toggle(string key)
    {
        if (!_keys.Remove(key))
        {
            _keys.Add(key);
        }

        Changed?.Invoke();
    }

    /// <summary>Selects rows beside those that are.</summary>
    public void Add(IEnumerable<string> keys)
    {
        _keys.UnionWith(keys);
        Changed?.Invoke();
    }

    /// <summary>Selects nothing.</summary>
    public void Clear()
    {
        _keys.Clear();
        Changed?.Invoke();
    }
}
