using System.Collections.Concurrent;
using Berth.Ledger;

namespace Berth.Identity;

/// <summary>How what each tenant has of a kind lies beside the journals.</summary>
/// <typeparam name="T">What a tenant has.</typeparam>
/// <param name="List">The value in which that of all tenants lay before each had its own; the name of a tenant's begins with it.</param>
/// <param name="None">What a tenant has that has nothing.</param>
/// <param name="Read">Reads a tenant's; throws <see cref="InvalidDataException"/>, with a message for people, when it is damaged or a newer version wrote it.</param>
/// <param name="Write">Writes a tenant's.</param>
/// <param name="Apart">Takes the list apart; null when it was already. Throws like <paramref name="Read"/>.</param>
/// <param name="Left">What is left of the list then: one without anything, of a format that the programs before refuse.</param>
internal sealed record TenantFormat<T>(string List, T None, Func<byte[], T> Read, Func<Guid, T, byte[]> Write, Func<byte[], IReadOnlyList<(Guid Tenant, T Value)>?> Apart, byte[] Left)
{
    /// <summary>What the names of all tenants' values begin with.</summary>
    public string Beginning { get; } = $"{List}/";

    /// <summary>Where a tenant's lies.</summary>
    public string NameOf(Guid tenant) => $"{Beginning}{tenant:N}";
}

/// <summary>
/// What each tenant has of a kind, in one named value beside the journals, so that what is done in one tenant costs the same however many there are (B775, B777). For any number of threads.
/// </summary>
/// <typeparam name="T">What a tenant has.</typeparam>
internal sealed class TenantValues<T> : IDisposable
    where T : class
{
    private readonly LedgerDoor _ledger;
    private readonly TenantFormat<T> _format;
    private readonly Action<T, T>? _turned;
    private readonly SemaphoreSlim _writing = new(1);
    private readonly ConcurrentDictionary<Guid, T> _known = new();

    private TenantValues(LedgerDoor ledger, TenantFormat<T> format, Action<T, T>? turned) => (_ledger, _format, _turned) = (ledger, format, turned);

    /// <summary>Reads what the store keeps.</summary>
    /// <param name="ledger">Where it lies.</param>
    /// <param name="format">How.</param>
    /// <param name="turned">Is told, one call after the other, what a tenant had and has now.</param>
    /// <param name="cancel">Ends the reading.</param>
    /// <exception cref="InvalidDataException">It was written by a newer version, or is damaged; the message is for people.</exception>
    public static async Task<TenantValues<T>> OpenAsync(LedgerDoor ledger, TenantFormat<T> format, Action<T, T>? turned, CancellationToken cancel)
    {
        // Also what a file of an older program brought: it takes the place of what its tenants had.
        await ledger.ChangeBlobAsync(
            format.List,
            list => list is not null && format.Apart(list) is { } each ? (format.Left, [.. each.Select(one => (format.NameOf(one.Tenant), format.Write(one.Tenant, one.Value)))]) : null,
            cancel).ConfigureAwait(false);
        TenantValues<T> values = new(ledger, format, turned);
        await values.ReadAgainAsync(cancel).ConfigureAwait(false);
        return values;
    }

    /// <summary>What a tenant has.</summary>
    public T Of(Guid tenant) => _known.GetValueOrDefault(tenant) ?? _format.None;

    /// <summary>Reads again what the store keeps: another process may have changed it.</summary>
    public async Task ReadAgainAsync(CancellationToken cancel)
    {
        await _writing.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            HashSet<Guid> gone = [.. _known.Keys];
            foreach ((string name, byte[] value) in await _ledger.ReadBlobsAsync(_format.Beginning, cancel).ConfigureAwait(false))
            {
                if (Guid.TryParseExact(name.AsSpan(_format.Beginning.Length), "N", out Guid tenant))
                {
                    gone.Remove(tenant);
                    Keep(tenant, _format.Read(value));
                }
            }

            foreach (Guid tenant in gone)
            {
                Keep(tenant, _format.None);
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>The same of one tenant, which came here from another process.</summary>
    public async Task ReadAgainAsync(Guid tenant, CancellationToken cancel)
    {
        await _writing.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            Keep(tenant, await _ledger.ReadBlobAsync(_format.NameOf(tenant), cancel).ConfigureAwait(false) is { } value ? _format.Read(value) : _format.None);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Changes what a tenant has, as it is stored; durable when it returns.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="change">Makes the new value, called again when another process was faster; giving back what it got writes nothing.</param>
    /// <param name="cancel">Is heeded until it is this change's turn: what is written is known here as well.</param>
    public async Task ChangeAsync(Guid tenant, Func<T, T> change, CancellationToken cancel)
    {
        await _writing.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            // Of what is stored now: another process may have changed it (B772).
            T next = _format.None;
            await _ledger.ChangeBlobAsync(
                _format.NameOf(tenant),
                value =>
                {
                    T before = value is null ? _format.None : _format.Read(value);
                    next = change(before);
                    return ReferenceEquals(next, before) ? null : _format.Write(tenant, next);
                },
                CancellationToken.None).ConfigureAwait(false);
            Keep(tenant, next);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>The same, which gives a tenant something.</summary>
    /// <exception cref="LedgerFencedException">The tenant was removed.</exception>
    public Task GiveAsync(Guid tenant, Func<T, T> change, CancellationToken cancel) => ChangeAsync(
        tenant,
        before => _ledger.IsRemoved(tenant) ? throw new LedgerFencedException($"Tenant {tenant} was removed.", tenant) : change(before),
        cancel);

    /// <summary>Forgets a tenant that is gone (B743); the ledger takes away what lies in the store, with whatever else is the tenant's alone.</summary>
    public async Task ForgetAsync(Guid tenant)
    {
        await _writing.WaitAsync().ConfigureAwait(false);
        try
        {
            Keep(tenant, _format.None);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _writing.Dispose();

    // The caller writes.
    private void Keep(Guid tenant, T now)
    {
        T before = Of(tenant);
        if (ReferenceEquals(now, _format.None))
        {
            _known.TryRemove(tenant, out _);
        }
        else
        {
            _known[tenant] = now;
        }

        _turned?.Invoke(before, now);
    }
}
