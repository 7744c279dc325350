namespace Berth.Engine.Licensing;

/// <summary>Counts seats while a command is decided: units that can be given less users that hold one.</summary>
internal sealed class Seats
{
    private readonly Tenant _before;
    private long[] _assignable = [];
    private int[] _consumed = [];

    public Seats(Tenant before) => _before = before;

    /// <summary>Whether a SKU has a seat for one more user.</summary>
    public bool IsOpen(int sku) => Free(sku) >= 1;

    /// <summary>Free seats; negative after a shrink.</summary>
    public long Free(int sku)
    {
        Reach(sku);
        return _assignable[sku] - _consumed[sku];
    }

    /// <summary>One user more or less holds a SKU.</summary>
    /// <returns>Whether the answer of <see cref="IsOpen"/> changed.</returns>
    public bool Take(int sku, int users)
    {
        bool before = IsOpen(sku);
        _consumed[sku] += users;
        return before != IsOpen(sku);
    }

    /// <summary>The units changed.</summary>
    public void Recount(int sku, long assignable)
    {
        Reach(sku);
        _assignable[sku] = assignable;
    }

    private void Reach(int sku)
    {
        if (sku < _consumed.Length)
        {
            return;
        }

        int known = _consumed.Length;
        int length = Math.Max(sku + 1, Math.Max(_before.Catalog.Skus.Count, _before.Parts.Holders.Length));
        Array.Resize(ref _consumed, length);
        Array.Resize(ref _assignable, length);
        for (int i = known; i < length; i++)
        {
            _consumed[i] = _before.HoldersOf(i).Count;
        }

        foreach (Subscription subscription in _before.Subscriptions.Span)
        {
            if (subscription.Sku >= known && subscription.Sku < length && subscription.Status <= SubscriptionStatus.Warning)
            {
                _assignable[subscription.Sku] += subscription.Units;
            }
        }
    }
}
