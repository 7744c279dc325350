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
    private const int FormatVersion = 2;
    private const int TakenApart = 3;

    private readonly ConcurrentDictionary<Guid, AppRegistration> _byClient;
    private readonly TenantValues<AppRegistration[]> _apps;
    private readonly Lock _changing = new();
    private volatile AppRegistration? _passing;

    private AppRegistrations(TenantValues<AppRegistration[]> apps, ConcurrentDictionary<Guid, AppRegistration> byClient) => (_apps, _byClient) = (apps, byClient);

    /// <summary>How those of a tenant lie in the store.</summary>
    public static TenantFormat<AppRegistration[]> Format { get; } = new(
        "identity/apps", [], Read, static (_, apps) => Write(apps), Apart, JsonSerializer.SerializeToUtf8Bytes(new AppList(TakenApart, []), AppListJson.Default.AppList));

    /// <summary>Reads what the store keeps.</summary>
    /// <exception cref="InvalidDataException">It was written by a newer version, or is damaged; the message is for people.</exception>
    public static async Task<AppRegistrations> OpenAsync(LedgerDoor ledger, CancellationToken cancel)
    {
        ConcurrentDictionary<Guid, AppRegistration> byClient = new();
        return new AppRegistrations(await TenantValues<AppRegistration[]>.OpenAsync(ledger, Format, (before, now) => Turn(byClient, before, now), cancel).ConfigureAwait(false), byClient);
    }

    /// <summary>Reads again what the store keeps: another process may have changed it.</summary>
    public Task ReadAgainAsync(CancellationToken cancel) => _apps.ReadAgainAsync(cancel);

    /// <summary>The same of one tenant, which came here from another process.</summary>
    public Task ReadAgainAsync(Guid tenant, CancellationToken cancel) => _apps.ReadAgainAsync(tenant, cancel);

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
                await _apps.ChangeAsync(
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

        lock (_changing)
        {
            _passing = change(_passing);
            return true;
        }
    }

    /// <summary>The applications of a tenant, by name, the demo's own among them while it runs.</summary>
    public IReadOnlyList<AppRegistration> Of(Guid tenant) =>
        [.. _apps.Of(tenant).Concat(_passing is { } passing && passing.TenantId == tenant ? [passing] : []).OrderBy(app => (app.DisplayName, app.ClientId))];

    /// <summary>The application that is accepted while this process runs, or null.</summary>
    public AppRegistration? Passing => _passing;

    /// <summary>Adds an application, or replaces the one with its client id; it is durable when this returns.</summary>
    /// <exception cref="LedgerFencedException">Its tenant was removed.</exception>
    public Task PutAsync(AppRegistration app, CancellationToken cancel) => AddAsync(app, int.MaxValue, cancel);

    /// <summary>The same, unless its tenant has so many others; then nothing is done, and the answer is false.</summary>
    public async Task<bool> AddAsync(AppRegistration app, int most, CancellationToken cancel)
    {
        bool isRoom = false;
        await _apps.GiveAsync(
            app.TenantId,
            apps =>
            {
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
            await _apps.ChangeAsync(known.TenantId, apps => apps.Any(app => app.ClientId == clientId) ? [.. apps.Where(other => other.ClientId != clientId)] : apps, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Forgets every application of a tenant that is gone (B743).</summary>
    public Task ForgetTenantAsync(Guid tenant) => _apps.ForgetAsync(tenant);

    /// <inheritdoc/>
    public void Dispose() => _apps.Dispose();

    private static void Turn(ConcurrentDictionary<Guid, AppRegistration> byClient, AppRegistration[] before, AppRegistration[] now)
    {
        foreach (AppRegistration app in now)
        {
            byClient[app.ClientId] = app;
        }

        foreach (AppRegistration app in before.Where(app => !now.Any(other => other.ClientId == app.ClientId)))
        {
            byClient.TryRemove(app.ClientId, out _);
        }
    }

    private static IReadOnlyList<(Guid, AppRegistration[])>? Apart(byte[] list) =>
        Parse(list) is { Version: TakenApart } ? null : [.. Read(list).GroupBy(static app => app.TenantId).Select(static apps => (apps.Key, apps.ToArray()))];

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
