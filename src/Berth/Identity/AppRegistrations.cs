using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization;
using Berth.Engine.Collections;
using Berth.Ledger;

namespace Berth.Identity;

/// <summary>Every application of the installation, kept as one named value beside the journals. For any number of threads.</summary>
internal sealed class AppRegistrations : IDisposable
{
    private const string BlobName = "identity/apps";
    private const int FormatVersion = 2;

    private readonly LedgerDoor _ledger;
    private readonly SemaphoreSlim _writing = new(1);
    private volatile FrozenDictionary<Guid, AppRegistration> _apps;
    private volatile AppRegistration? _passing;

    private AppRegistrations(LedgerDoor ledger, IEnumerable<AppRegistration> apps)
    {
        _ledger = ledger;
        _apps = apps.ToFrozenDictionary(app => app.ClientId);
    }

    /// <summary>Reads what the store keeps.</summary>
    /// <exception cref="InvalidDataException">It was written by a newer version, or is damaged; the message is for people.</exception>
    public static async Task<AppRegistrations> OpenAsync(LedgerDoor ledger, CancellationToken cancel)
    {
        byte[]? blob = await ledger.ReadBlobAsync(BlobName, cancel).ConfigureAwait(false);
        return new AppRegistrations(ledger, blob is null ? [] : Read(blob));
    }

    /// <summary>Reads again what the store keeps: another process may have changed it.</summary>
    public async Task ReadAgainAsync(CancellationToken cancel)
    {
        await _writing.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            _apps = (await StoredAsync(cancel).ConfigureAwait(false)).ToFrozenDictionary(app => app.ClientId);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>The application with a client id, or null.</summary>
    public AppRegistration? Find(Guid clientId) => _apps.GetValueOrDefault(clientId) ?? (_passing?.ClientId == clientId ? _passing : null);

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
            await WriteAsync(
                apps =>
                {
                    isThere = apps.Any(app => app.ClientId == clientId);
                    return apps.Select(app => app.ClientId == clientId ? change(app) : app);
                },
                cancel).ConfigureAwait(false);
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
        [.. _apps.Values.Concat(_passing is { } passing ? [passing] : []).Where(app => app.TenantId == tenant).OrderBy(app => (app.DisplayName, app.ClientId))];

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
            apps =>
            {
                if (_ledger.IsRemoved(app.TenantId))
                {
                    throw new LedgerFencedException($"Tenant {app.TenantId} was removed.", app.TenantId);
                }

                AppRegistration[] others = [.. apps.Where(other => other.ClientId != app.ClientId)];
                isRoom = others.Count(other => other.TenantId == app.TenantId) < most;
                return isRoom ? [.. others, app] : apps;
            },
            cancel).ConfigureAwait(false);
        return isRoom;
    }

    /// <summary>Takes an application away; durable when this returns.</summary>
    public Task RemoveAsync(Guid clientId, CancellationToken cancel) => WriteAsync(apps => apps.Where(other => other.ClientId != clientId), cancel);

    /// <summary>Takes away every application of a tenant that is gone (B743); durable when this returns.</summary>
    public Task RemoveTenantAsync(Guid tenant) => WriteAsync(apps => apps.Where(other => other.TenantId != tenant), CancellationToken.None);

    private async Task WriteAsync(Func<AppRegistration[], IEnumerable<AppRegistration>> change, CancellationToken cancel)
    {
        await _writing.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            // Of what is stored now: another process may have changed it (B772).
            AppRegistration[] apps = [];
            await _ledger.ChangeBlobAsync(
                BlobName,
                blob =>
                {
                    apps = [.. change(blob is null ? [] : [.. Read(blob)])];
                    return Write(apps);
                },
                cancel).ConfigureAwait(false);
            _apps = apps.ToFrozenDictionary(one => one.ClientId);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _writing.Dispose();

    private async Task<IEnumerable<AppRegistration>> StoredAsync(CancellationToken cancel) =>
        await _ledger.ReadBlobAsync(BlobName, cancel).ConfigureAwait(false) is { } blob ? Read(blob) : [];

    private static IEnumerable<AppRegistration> Read(byte[] blob)
    {
        AppList? list;
        try
        {
            list = JsonSerializer.Deserialize(blob, AppListJson.Default.AppList);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException("The list of applications in the database is damaged; restore the database from a backup.", e);
        }

        return list is { Version: 1 or FormatVersion }
            ? list.Apps.Select(app => new AppRegistration(
                app.ClientId,
                app.ObjectId,
                app.TenantId,
                app.DisplayName,
                app.Permissions.ToValueArray(),
                new ClientSecret(app.Salt.ToValueArray(), app.Hash.ToValueArray(), app.Iterations))
            {
                Certificates = (app.Certificates ?? []).Select(certificate => certificate.ToValueArray()).ToValueArray(),
            })
            : throw new InvalidDataException("The list of applications in the database was written by a newer version of Berth; use that version.");
    }

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
