namespace Berth.Engine.Licensing;

/// <summary>Counts seats while a command is decided: units that can be given less users that hold one.</summary>
internal sealed class Seats
{
    private readonly Tenant _before;

    // More than this are found by a dictionary.
    private const int Few = 16;

    // Of each SKU that was asked for; nearly every command is about few.
    private Pool[] _pools = [];
    private int _known;
    private Dictionary<int, int>? _places;

    public Seats(Tenant before) => _before = before;

    /// <summary>Whether a SKU has a seat for one more user.</summary>
    public bool IsOpen(int sku) => Free(sku) >= 1;

    /// <summary>Free seats; negative after a shrink.</summary>
    public long Free(int sku) => Of(sku).Free;

    /// <summary>One user more or less holds a SKU.</summary>
    /// <returns>Whether the answer of <see cref="IsOpen"/> changed.</returns>
    public bool Take(int sku, int users)
    {
        ref Pool pool = ref Of(sku);
        bool before = pool.Free >= 1;
        pool.Consumed += users;
        return before != pool.Free >= 1;
    }

    /// <summary>The units changed.</summary>
    public void Recount(int sku, long assignable) => Of(sku).Assignable = assignable;

    private ref Pool Of(int sku)
    {
        for (int i = 0; i < Math.Min(_known, Few); i++)
        {
            if (_pools[i].Sku == sku)
            {
                return ref _pools[i];
            }
        }

        if (_places is not null && _places.TryGetValue(sku, out int place))
        {
            return ref _pools[place];
        }

        if (_known == _pools.Length)
        {
            Array.Resize(ref _pools, Math.Max(4, 2 * _known));
        }

        if (_known >= Few)
        {
            (_places ??= []).Add(sku, _known);
        }

        _pools[_known] = new Pool { Sku = sku, Assignable = _before.Parts.Assignable(sku), Consumed = _before.HoldersOf(sku).Count };
        return ref _pools[_known++];
    }

    private struct Pool
    {
        public int Sku;
        public long Assignable;
        public int Consumed;

        public readonly long Free => Assignable - Consumed;
    }
}
