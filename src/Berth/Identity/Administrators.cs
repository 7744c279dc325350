using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization;
using Berth.Ledger;

namespace Berth.Identity;

/// <summary>Somebody with a role.</summary>
/// <param name="User">Who.</param>
/// <param name="Role">Which.</param>
/// <param name="IsOfDemo">Whether they have it while the demo runs, stored nowhere.</param>
internal readonly record struct RoleHolder(Guid User, DirectoryRole Role, bool IsOfDemo);

/// <summary>Who has which role in a tenant (B205, B735), kept as one named value of the installation. For any number of threads.</summary>
internal sealed class Administrators : IDisposable
{
    private const string BlobName = "identity/administrators";

    // Format 1 knew administrators only: they may everything.
    private const int FormatVersion = 2;

    private readonly LedgerDoor _ledger;
    private readonly SemaphoreSlim _writing = new(1);
    private volatile FrozenDictionary<(Guid Tenant, Guid User), DirectoryRole[]> _known = FrozenDictionary<(Guid, Guid), DirectoryRole[]>.Empty;
    private readonly Lock _taking = new();
    private volatile HashSet<(Guid Tenant, Guid User)> _passing = [];
    private volatile HashSet<(Guid Tenant, Guid User)> _leaving = [];

    private Administrators(LedgerDoor ledger) => _ledger = ledger;

    /// <summary>Reads what the store keeps.</summary>
    /// <exception cref="InvalidDataException">It was written by a newer version, or is damaged; the message is for people.</exception>
    public static async Task<Administrators> OpenAsync(LedgerDoor ledger, CancellationToken cancel)
    {
        Administrators administrators = new(ledger);
        await administrators.ReadAgainAsync(cancel).ConfigureAwait(false);
        return administrators;
    }

    /// <summary>Reads again what the store keeps: another process may have changed it.</summary>
    public async Task ReadAgainAsync(CancellationToken cancel)
    {
        await _writing.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            _known = Read(await _ledger.ReadBlobAsync(BlobName, cancel).ConfigureAwait(false));
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Whether a user has a role in a tenant, whichever.</summary>
    public bool Has(Guid tenant, Guid user) => _known.ContainsKey((tenant, user)) || _passing.Contains((tenant, user));

    /// <summary>Whether a user has a role whose holders a User Administrator does not reach (B746).</summary>
    public bool IsPrivileged(Guid tenant, Guid user) => RolesOf(tenant, user).Any(static role => role.IsPrivileged);

    /// <summary>The Global Administrators of a tenant who stay it, whether or not they can sign in.</summary>
    public IReadOnlyCollection<Guid> GlobalAdministrators(Guid tenant)
    {
        HashSet<(Guid Tenant, Guid User)> leaving = _leaving;
        return [.. Of(tenant).Where(one => one.Role == DirectoryRole.GlobalAdministrator && !leaving.Contains((tenant, one.User))).Select(static one => one.User)];
    }

    /// <summary>
    /// Says that somebody is about to lose the role of a Global Administrator: from now until <see cref="Stay"/> nobody counts on them (B773). False when nobody else would be left.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="user">Who.</param>
    /// <param name="signsIn">Whether another one can sign in.</param>
    public bool TryLeave(Guid tenant, Guid user, Func<Guid, bool> signsIn)
    {
        lock (_taking)
        {
            if (_leaving.Contains((tenant, user)) || !GlobalAdministrators(tenant).Any(other => other != user && signsIn(other)))
            {
                return false;
            }

            _leaving = [.. _leaving, (tenant, user)];
            return true;
        }
    }

    /// <summary>Ends <see cref="TryLeave"/>, whatever came of it.</summary>
    public void Stay(Guid tenant, Guid user)
    {
        lock (_taking)
        {
            _leaving = [.. _leaving.Where(one => one != (tenant, user))];
        }
    }

    /// <summary>The roles of a user.</summary>
    public IReadOnlyList<DirectoryRole> RolesOf(Guid tenant, Guid user)
    {
        DirectoryRole[] kept = _known.GetValueOrDefault((tenant, user)) ?? [];
        return !_passing.Contains((tenant, user)) || kept.Contains(DirectoryRole.GlobalAdministrator) ? kept : [DirectoryRole.GlobalAdministrator, .. kept];
    }

    /// <summary>Everybody who has a role in a tenant, with each of their roles.</summary>
    public IReadOnlyList<RoleHolder> Of(Guid tenant) =>
    [
        .. _passing.Where(one => one.Tenant == tenant).Select(one => new RoleHolder(one.User, DirectoryRole.GlobalAdministrator, true))
            .Concat(_known.Where(one => one.Key.Tenant == tenant).SelectMany(one => one.Value.Select(role => new RoleHolder(one.Key.User, role, false))))
            .DistinctBy(one => (one.User, one.Role))
            .OrderBy(one => (one.Role.DisplayName, one.User)),
    ];

    /// <summary>Makes somebody Global Administrator until this process ends; it is never stored.</summary>
    public void AcceptWhileRunning(Guid tenant, Guid user) => _passing = [.. _passing, (tenant, user)];

    /// <summary>Gives somebody a role; durable when it returns. False, and nothing is given, when the tenant has <paramref name="most"/> assignments already.</summary>
    public async Task<bool> AddAsync(Guid tenant, Guid user, DirectoryRole role, CancellationToken cancel, int most = int.MaxValue)
    {
        bool isRoom = true;
        cancel.ThrowIfCancellationRequested();
        await ChangeAsync(next =>
        {
            if (_ledger.IsRemoved(tenant))
            {
                throw new LedgerFencedException($"Tenant {tenant} was removed.", tenant);
            }

            isRoom = next.Where(one => one.Key.Tenant == tenant).Sum(one => one.Value.Length) < most;
            if (isRoom)
            {
                next[(tenant, user)] = [.. (next.GetValueOrDefault((tenant, user)) ?? []).Where(one => one != role), role];
            }
        }).ConfigureAwait(false);
        return isRoom;
    }

    /// <summary>Takes a role from somebody; durable when it returns. False, and nothing is taken, when no Global Administrator would be left who can sign in (B773).</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="user">From whom.</param>
    /// <param name="role">Which.</param>
    /// <param name="signsIn">Whether a Global Administrator can sign in; asked of what is stored, again when another process was faster.</param>
    /// <param name="cancel">Is heeded until something is written.</param>
    public async Task<bool> RemoveAsync(Guid tenant, Guid user, DirectoryRole role, Func<Guid, bool> signsIn, CancellationToken cancel)
    {
        bool isLeft = true;
        cancel.ThrowIfCancellationRequested();
        await ChangeAsync(next =>
        {
            isLeft = role != DirectoryRole.GlobalAdministrator
                || next.Where(one => one.Value.Contains(role)).Select(static one => one.Key).Concat(_passing).Any(one => one.Tenant == tenant && one.User != user && signsIn(one.User));
            if (isLeft && next.TryGetValue((tenant, user), out DirectoryRole[]? roles))
            {
                next[(tenant, user)] = [.. roles.Where(one => one != role)];
            }
        }).ConfigureAwait(false);
        return isLeft;
    }

    /// <summary>Takes every role of a tenant that is gone (B743); durable when it returns.</summary>
    public Task RemoveTenantAsync(Guid tenant) => ChangeAsync(next =>
    {
        foreach ((Guid Tenant, Guid User) one in next.Keys.Where(one => one.Tenant == tenant).ToArray())
        {
            next.Remove(one);
        }
    });

    /// <inheritdoc/>
    public void Dispose() => _writing.Dispose();

    private async Task ChangeAsync(Action<Dictionary<(Guid Tenant, Guid User), DirectoryRole[]>> change)
    {
        await _writing.WaitAsync().ConfigureAwait(false);
        try
        {
            // Of what is stored now: another process may have changed another tenant's.
            Dictionary<(Guid Tenant, Guid User), DirectoryRole[]> next = [];
            await _ledger.ChangeBlobAsync(
                BlobName,
                blob =>
                {
                    next = new(Read(blob));
                    change(next);
                    AdministratorList list = new(
                        FormatVersion,
                        [.. next.Where(one => one.Value.Length > 0).OrderBy(one => one.Key).Select(one => new AdministratorRow(one.Key.Tenant, one.Key.User, [.. one.Value.Select(role => role.TemplateId).Order()]))]);
                    return JsonSerializer.SerializeToUtf8Bytes(list, AdministratorJson.Default.AdministratorList);
                }).ConfigureAwait(false);
            _known = next.Where(one => one.Value.Length > 0).ToFrozenDictionary();
        }
        finally
        {
            _writing.Release();
        }
    }

    private static FrozenDictionary<(Guid Tenant, Guid User), DirectoryRole[]> Read(byte[]? blob)
    {
        AdministratorList? list;
        try
        {
            list = blob is null ? new AdministratorList(FormatVersion, []) : JsonSerializer.Deserialize(blob, AdministratorJson.Default.AdministratorList);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException("The list of administrators in the database is damaged; restore the database from a backup.", e);
        }

        // A role that means nothing here gives nothing.
        return list is { Version: 1 or FormatVersion }
            ? list.Administrators.ToFrozenDictionary(
                row => (row.TenantId, row.UserId),
                row => row.Roles is null ? [DirectoryRole.GlobalAdministrator] : row.Roles.Select(DirectoryRole.Find).OfType<DirectoryRole>().ToArray())
            : throw new InvalidDataException("The list of administrators in the database was written by a newer version of Berth; use that version.");
    }
}

/// <summary>The administrators as they lie in the store.</summary>
internal sealed record AdministratorList(int Version, IReadOnlyList<AdministratorRow> Administrators);

/// <summary>One of them, with the template ids of their roles; null in format 1.</summary>
internal sealed record AdministratorRow(Guid TenantId, Guid UserId, IReadOnlyList<Guid>? Roles = null);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AdministratorList))]
internal sealed partial class AdministratorJson : JsonSerializerContext;
