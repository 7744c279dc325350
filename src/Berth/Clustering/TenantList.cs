using System.Collections.Frozen;
using Berth.Engine;
using Berth.Ledger;

namespace Berth.Clustering;

/// <summary>
/// The tenants of the installation, by id and by domain, on every node. Whoever is not known is looked up once more, so that a tenant made at one node is there at all of them at once (B719); at
/// most one look-up is under way at a time, whatever strangers ask.
/// </summary>
internal sealed class TenantList
{
    private readonly LedgerDoor _ledger;
    private readonly JoinedReading _reading;
    private volatile Known _known = new([]);

    public TenantList(LedgerDoor ledger)
    {
        _ledger = ledger;
        _reading = new JoinedReading(ReadAsync);
    }

    /// <summary>The id of the tenant with an id or a domain, or null.</summary>
    public async ValueTask<Guid?> FindAsync(string name, CancellationToken cancel)
    {
        if (_known.Find(name) is { } known)
        {
            return known;
        }

        await _reading.AgainAsync(cancel).ConfigureAwait(false);
        return _known.Find(name);
    }

    /// <summary>Whether a tenant that was on the list still is.</summary>
    public async ValueTask<bool> HasAsync(Guid tenant, CancellationToken cancel)
    {
        await _reading.AgainAsync(cancel).ConfigureAwait(false);
        return _known.Find(tenant.ToString()) is not null;
    }

    /// <summary>The only tenant, or null when there are none or several.</summary>
    public Guid? Only => _known.Only;

    private async Task ReadAsync() => _known = new Known(await _ledger.ReadListAsync().ConfigureAwait(false));

    private sealed class Known(IReadOnlyList<TenantProfile> list)
    {
        private readonly FrozenDictionary<string, Guid> _ids = list.SelectMany(one => new[] { (Name: one.Id.ToString(), one.Id), (Name: one.Domain, one.Id) })
            .ToFrozenDictionary(one => one.Name, one => one.Id, StringComparer.OrdinalIgnoreCase);

        public Guid? Only { get; } = list.Count == 1 ? list[0].Id : null;

        public Guid? Find(string name) => _ids.TryGetValue(name, out Guid id) ? id : null;
    }
}
