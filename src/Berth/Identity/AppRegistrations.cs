using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;
using Berth.Engine.Collections;
using Berth.Ledger;

namespace Berth.Identity;

/// <summary>
/// Every application of the installation; those of each tenant are one named value beside the journals, so that what is done in one tenant costs the same however many there are (B775). For any number of threads.
/// </summary>
internal sealed class AppRegistrations : IDisposable
{
    /// <summary>What the names of all tenants' values begin with.</summary>
    public const string Beginning = "identity/apps/";

    // Where the applications of all tenants lay in one value. Once they are taken apart there is a list without any, of a format that the programs before refuse.
    private const string OldName = "identity/apps";
    private const int FormatVersion = 2;
    private const int TakenApart = 3;

    private readonly LedgerDoor _ledger;
    private readonly SemaphoreSlim _writing = new(1);
    private readonly ConcurrentDictionary<Guid, AppRegistration> _byClient = new();
    private readonly ConcurrentDictionary<Guid, AppRegistration[]> _byTenant = new();
    private volatile AppRegistration? _passing;

    private AppRegistrations(LedgerDoor ledger) => _ledger = ledger;

    /// <summary>Where the applications of a tenant lie.</summary>
    public static string NameOf(Guid tenant) => $"{Beginning}{tenant:N}";

    /// <summary>Reads what the store keeps.</summary>
    /// <exception cref="InvalidDataException">It was written by a newer version, or is damaged; the message is for people.</exception>
    public static async Task<AppRegistrations> OpenAsync(LedgerDoor ledger, CancellationToken cancel)
    {
        await ledger.ChangeBlobAsync(OldName, TakeApart, cancel).ConfigureAwait(false);
        AppRegistrations apps = new(ledger);
        await apps.ReadAgainAsync(cancel).ConfigureAwait(false);
        return apps;
    }

    /// <summary>Reads again what the store keeps: another process may have changed it.</summary>
    public async Task ReadAgainAsync(CancellationToken cancel)
    {
        await _writing.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            HashSet<Guid> gone = [.. _byTenant.Keys];
            foreach ((string name, byte[] value) in await _ledger.ReadBlobsAsync(Beginning, cancel).ConfigureAwait(false))
            {
                if (Guid.TryParseExact(name.AsSpan(Beginning.Length), "N", out Guid tenant))
                {
                    gone.Remove(tenant);
                    Keep(tenant, Read(value));
                }
            }

            foreach (Guid tenant in gone)
            {
                Keep(tenant, []);
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
            Keep(tenant, await _ledger.ReadBlobAsync(NameOf(tenant), cancel).ConfigureAwait(false) is { } value ? Read(value) : []);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>The application with a client id, or null.</summary>
    public AppRegistration? Find(Guid clientId) => _byClient.GetValueOrDefault(clientId) ?? (_passing?.ClientId == clientId ? _passing : null);

    /// <summary>Accepts an application until this process ends; it is never stored.</summary>
    public void AcceptWhileRunning(AppRegistration app)
    {
        _passing = app;
    }

    /// <summary>
    /// Changes an application as it is stored; durable when this returns. That of the demo is never stored: what is changed of it lasts until this process ends. False when there is none (any more).
    /// </summary>
    /// <param name="clientId">Which.</param>
    /// <param name="change">Makes the new one; called again when another process was faster.</param>
    /// <param name="cancel">Is heeded until something is written.</param>
    public async Task<bool> ChangeAsync(Guid clientId, Func<AppRegistration, AppRegistration> change, CancellationToken cancel)
    {
        if (_passing?.ClientId != clientId)
        {
            bool isThere = false;
            if (_byClient.GetValueOrDefault(clientId) is { } known)
            {
                await WriteAsync(
                    known.TenantId,
                    apps =>
                    {
                        isThere = apps.Any(app => app.ClientId == clientId);
                        return isThere ? [.. apps.Select(app => app.ClientId == clientId ? change(app) : app)] : apps;
                    },
                    cancel).ConfigureAwait(false);
            }

            return isThere;
        }

        await _writing.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            _passing = change(_passing);
            return true;
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>The applications of a tenant, by name, the demo's own among them while it runs.</summary>
    public IReadOnlyList<AppRegistration> Of(Guid tenant) =>
        [.. (_byTenant.GetValueOrDefault(tenant) ?? []).Concat(_passing is { } passing && passing.TenantId == tenant ? [passing] : []).OrderBy(app => (app.DisplayName, app.ClientId))];

    /// <summary>The application that is accepted while this process runs, or null.</summary>
    public AppRegistration? Passing => _passing;

    /// <summary>Adds an application, or replaces the one with its client id; it is durable when this returns.</summary>
    /// <exception cref="LedgerFencedException">Its tenant was removed.</exception>
    public Task PutAsync(AppRegistration app, CancellationToken cancel) => AddAsync(app, int.MaxValue, cancel);

    /// <summary>The same, unless its tenant has so many others; then nothing is done, and the answer is false.</summary>
    public async Task<bool> AddAsync(AppRegistration app, int most, CancellationToken cancel)
    {
        bool isRoom = false;
        await WriteAsync(
            app.TenantId,
            apps =>
            {
                if (_ledger.IsRemoved(app.TenantId))
                {
                    throw new LedgerFencedException($"Tenant {app.TenantId} was removed.", app.TenantId);
                }

                AppRegistration[] others = [.. apps.Where(other => other.ClientId != app.ClientId)];
                isRoom = others.Length < most;
                return isRoom ? [.. others, app] : apps;
            },
            cancel).ConfigureAwait(false);
        return isRoom;
    }

    /// <summary>Takes an application away; durable when this returns.</summary>
    public async Task RemoveAsync(Guid clientId, CancellationToken cancel)
    {
        if (_byClient.GetValueOrDefault(clientId) is { } known)
        {
            await WriteAsync(known.TenantId, apps => apps.Any(app => app.ClientId == clientId) ? [.. apps.Where(other => other.ClientId != clientId)] : apps, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Forgets every application of a tenant that is gone (B743); the ledger takes away what lies in the store, with whatever else is the tenant's alone.</summary>
    public async Task ForgetTenantAsync(Guid tenant)
    {
        await _writing.WaitAsync().ConfigureAwait(false);
        try
        {
            Keep(tenant, []);
        }
        finally
        {
            _writing.Release();
        }
    }

    // A change that gives back what it got writes nothing.
    private async Task WriteAsync(Guid tenant, Func<AppRegistration[], AppRegistration[]> change, CancellationToken cancel)
    {
        await _writing.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            // Of what is stored now: another process may have changed it (B772).
            AppRegistration[] apps = [];
            await _ledger.ChangeBlobAsync(
                NameOf(tenant),
                value =>
                {
                    AppRegistration[] before = value is null ? [] : Read(value);
                    apps = change(before);
                    return ReferenceEquals(apps, before) ? null : Write(apps);
                },
                cancel).ConfigureAwait(false);
            Keep(tenant, apps);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _writing.Dispose();

    // The caller writes.
    private void Keep(Guid tenant, AppRegistration[] apps)
    {
        foreach (AppRegistration app in apps)
        {
            _byClient[app.ClientId] = app;
        }

        foreach (AppRegistration before in _byTenant.GetValueOrDefault(tenant) ?? [])
        {
            if (!apps.Any(app => app.ClientId == before.ClientId))
            {
                _byClient.TryRemove(before.ClientId, out _);
            }
        }

        if (apps.Length > 0)
        {
            _byTenant[tenant] = apps;
        }
        else
        {
            _byTenant.TryRemove(tenant, out _);
        }
    }

    // Also what a file of an older program brought: it takes the place of what its tenants had.
    private static (byte[] Value, IReadOnlyList<(string Name, byte[] Value)> Beside)? TakeApart(byte[]? list)
    {
        if (list is null || Parse(list) is { Version: TakenApart })
        {
            return null;
        }

        return (
            JsonSerializer.SerializeToUtf8Bytes(new AppList(TakenApart, []), AppListJson.Default.AppList),
            [.. Read(list).GroupBy(static app => app.TenantId).Select(static apps => (NameOf(apps.Key), Write(apps)))]);
    }

    private static AppList? Parse(byte[] value)
    {
        try
        {
            return JsonSerializer.Deserialize(value, AppListJson.Default.AppList);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException("The list of applications in the database is damaged; restore the database from a backup.", e);
        }
    }

    private static AppRegistration[] Read(byte[] value) => Parse(value) is { Version: 1 or FormatVersion } list
        ?
        [
            .. list.Apps.Select(app => new AppRegistration(
                app.ClientId,
                app.ObjectId,
                app.TenantId,
                app.DisplayName,
                app.Permissions.ToValueArray(),
                new ClientSecret(app.Salt.ToValueArray(), app.Hash.ToValueArray(), app.Iterations))
            {
                Certificates = (app.Certificates ?? []).Select(certificate => certificate.ToValueArray()).ToValueArray(),
            }),
        ]
        : throw new InvalidDataException("The list of applications in the database was written by a newer version of Berth; use that version.");

    private static byte[] Write(IEnumerable<AppRegistration> apps) => JsonSerializer.SerializeToUtf8Bytes(
        new AppList(
            FormatVersion,
            [
                .. apps.OrderBy(app => app.ClientId).Select(app => new AppRow(
                    app.ClientId,
                    app.ObjectId,
                    app.TenantId,
                    app.DisplayName,
                    [.. app.Permissions],
                    [.. app.Secret.Salt],
                    [.. app.Secret.Hash],
                    app.Secret.Iterations,
                    [.. app.Certificates.Select(certificate => certificate.ToArray())])),
            ]),
        AppListJson.Default.AppList);
}

/// <summary>The applications as they lie in the store.</summary>
internal sealed record AppList(int Version, IReadOnlyList<AppRow> Apps);

/// <summary>One application as it lies in the store; the bytes are Base64.</summary>
internal sealed record AppRow(
    Guid ClientId, Guid ObjectId, Guid TenantId, string DisplayName, string[] Permissions, byte[] Salt, byte[] Hash, int Iterations, byte[][]? Certificates = null);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AppList))]
internal sealed partial class AppListJson : JsonSerializerContext;
