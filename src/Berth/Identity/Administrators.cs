using System.Collections.Concurrent;
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

/// <summary>
/// Who has which role in a tenant (B205, B735); those of each tenant are one named value beside the journals, so that what is done in one tenant costs the same however many there are (B777). For any number of threads.
/// </summary>
internal sealed class Administrators : IDisposable
{
    /// <summary>What the names of all tenants' values begin with.</summary>
    public const string Beginning = "identity/administrators/";

    // Where those of all tenants lay in one value. Once they are taken apart there is a list without any, of a format that the programs before refuse.
    private const string OldName = "identity/administrators";

    // Format 1 knew administrators only: they may everything.
    private const int FormatVersion = 2;
    private const int TakenApart = 3;

    private static readonly FrozenDictionary<Guid, DirectoryRole[]> _nobody = FrozenDictionary<Guid, DirectoryRole[]>.Empty;

    private readonly LedgerDoor _ledger;
    private readonly SemaphoreSlim _writing = new(1);
    private readonly ConcurrentDictionary<Guid, FrozenDictionary<Guid, DirectoryRole[]>> _known = new();
    private readonly Lock _taking = new();
    private volatile HashSet<(Guid Tenant, Guid User)> _passing = [];
    private volatile HashSet<(Guid Tenant, Guid User)> _leaving = [];

    private Administrators(LedgerDoor ledger) => _ledger = ledger;

    /// <summary>Where the administrators of a tenant lie.</summary>
    public static string NameOf(Guid tenant) => $"{Beginning}{tenant:N}";

    /// <summary>Reads what the store keeps.</summary>
    /// <exception cref="InvalidDataException">It was written by a newer version, or is damaged; the message is for people.</exception>
    public static async Task<Administrators> OpenAsync(LedgerDoor ledger, CancellationToken cancel)
    {
        await ledger.ChangeBlobAsync(OldName, TakeApart, cancel).ConfigureAwait(false);
        Administrators administrators = new(ledger);
        foreach ((string name, byte[] value) in await ledger.ReadBlobsAsync(Beginning, cancel).ConfigureAwait(false))
        {
            if (Guid.TryParseExact(name.AsSpan(Beginning.Length), "N", out Guid tenant))
            {
                administrators.Keep(tenant, Read(value));
            }
        }

        return administrators;
    }

    /// <summary>Reads again what the store keeps of one tenant, which came here from another process.</summary>
    public async Task ReadAgainAsync(Guid tenant, CancellationToken cancel)
    {
        await _writing.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            Keep(tenant, await _ledger.ReadBlobAsync(NameOf(tenant), cancel).ConfigureAwait(false) is { } value ? Read(value) : _nobody);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Whether a user has a role in a tenant, whichever.</summary>
    public bool Has(Guid tenant, Guid user) => KnownOf(tenant).ContainsKey(user) || _passing.Contains((tenant, user));

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
        DirectoryRole[] kept = KnownOf(tenant).GetValueOrDefault(user) ?? [];
        return !_passing.Contains((tenant, user)) || kept.Contains(DirectoryRole.GlobalAdministrator) ? kept : [DirectoryRole.GlobalAdministrator, .. kept];
    }

    /// <summary>Everybody who has a role in a tenant, with each of their roles.</summary>
    public IReadOnlyList<RoleHolder> Of(Guid tenant) =>
    [
        .. _passing.Where(one => one.Tenant == tenant).Select(one => new RoleHolder(one.User, DirectoryRole.GlobalAdministrator, true))
            .Concat(KnownOf(tenant).SelectMany(one => one.Value.Select(role => new RoleHolder(one.Key, role, false))))
            .DistinctBy(one => (one.User, one.Role))
            .OrderBy(one => (one.Role.DisplayName, one.User)),
    ];

    /// <summary>Makes somebody Global Administrator until this process ends; it is never stored.</summary>
    public void AcceptWhileRunning(Guid tenant, Guid user) => _passing = [.. _passing, (tenant, user)];

    /// <summary>Gives somebody a role; durable when it returns. False, and nothing is given, when the tenant has <paramref name="most"/> assignments already.</summary>
    /// <exception cref="LedgerFencedException">The tenant was removed.</exception>
    public async Task<bool> AddAsync(Guid tenant, Guid user, DirectoryRole role, CancellationToken cancel, int most = int.MaxValue)
    {
        bool isRoom = true;
        cancel.ThrowIfCancellationRequested();
        await ChangeAsync(
            tenant,
            before =>
            {
                if (_ledger.IsRemoved(tenant))
                {
                    throw new LedgerFencedException($"Tenant {tenant} was removed.", tenant);
                }

                isRoom = before.Sum(static one => one.Value.Length) < most;
                return isRoom ? With(before, user, [.. (before.GetValueOrDefault(user) ?? []).Where(one => one != role), role]) : before;
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
        await ChangeAsync(
            tenant,
            before =>
            {
                isLeft = role != DirectoryRole.GlobalAdministrator
                    || before.Where(one => one.Value.Contains(role)).Select(static one => one.Key)
                        .Concat(_passing.Where(one => one.Tenant == tenant).Select(static one => one.User))
                        .Any(other => other != user && signsIn(other));
                return isLeft && before.TryGetValue(user, out DirectoryRole[]? roles) ? With(before, user, [.. roles.Where(one => one != role)]) : before;
            }).ConfigureAwait(false);
        return isLeft;
    }

    /// <summary>Forgets every role of a tenant that is gone (B743); the ledger takes away what lies in the store, with whatever else is the tenant's alone.</summary>
    public async Task ForgetTenantAsync(Guid tenant)
    {
        await _writing.WaitAsync().ConfigureAwait(false);
        try
        {
            Keep(tenant, _nobody);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _writing.Dispose();

    private FrozenDictionary<Guid, DirectoryRole[]> KnownOf(Guid tenant) => _known.GetValueOrDefault(tenant) ?? _nobody;

    // A change that gives back what it got writes nothing.
    private async Task ChangeAsync(Guid tenant, Func<IReadOnlyDictionary<Guid, DirectoryRole[]>, IReadOnlyDictionary<Guid, DirectoryRole[]>> change)
    {
        await _writing.WaitAsync().ConfigureAwait(false);
        try
        {
            // Of what is stored now: another process may have changed it (B772).
            IReadOnlyDictionary<Guid, DirectoryRole[]> holders = _nobody;
            await _ledger.ChangeBlobAsync(
                NameOf(tenant),
                value =>
                {
                    IReadOnlyDictionary<Guid, DirectoryRole[]> before = value is null ? _nobody : Read(value);
                    holders = change(before);
                    return ReferenceEquals(holders, before) ? null : Write(tenant, holders);
                }).ConfigureAwait(false);
            Keep(tenant, holders);
        }
        finally
        {
            _writing.Release();
        }
    }

    // The caller writes, or is alone.
    private void Keep(Guid tenant, IReadOnlyDictionary<Guid, DirectoryRole[]> holders)
    {
        if (holders.Count > 0)
        {
            _known[tenant] = holders.ToFrozenDictionary();
        }
        else
        {
            _known.TryRemove(tenant, out _);
        }
    }

    // Who has no role left is nobody.
    private static Dictionary<Guid, DirectoryRole[]> With(IReadOnlyDictionary<Guid, DirectoryRole[]> before, Guid user, DirectoryRole[] roles)
    {
        Dictionary<Guid, DirectoryRole[]> next = new(before);
        if (roles.Length > 0)
        {
            next[user] = roles;
        }
        else
        {
            next.Remove(user);
        }

        return next;
    }

    // Also what a file of an older program brought: it takes the place of what its tenants had.
    private static (byte[] Value, IReadOnlyList<(string Name, byte[] Value)> Beside)? TakeApart(byte[]? list)
    {
        if (list is null || Parse(list) is { Version: TakenApart })
        {
            return null;
        }

        return (
            JsonSerializer.SerializeToUtf8Bytes(new AdministratorList(TakenApart, []), AdministratorJson.Default.AdministratorList),
            [.. Rows(list).GroupBy(static row => row.TenantId).Select(static rows => (NameOf(rows.Key), Write(rows.Key, Holders(rows))))]);
    }

    private static AdministratorList? Parse(byte[] value)
    {
        try
        {
            return JsonSerializer.Deserialize(value, AdministratorJson.Default.AdministratorList);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException("The list of administrators in the database is damaged; restore the database from a backup.", e);
        }
    }

    private static IReadOnlyList<AdministratorRow> Rows(byte[] value) => Parse(value) is { Version: 1 or FormatVersion } list
        ? list.Administrators
        : throw new InvalidDataException("The list of administrators in the database was written by a newer version of Berth; use that version.");

    private static FrozenDictionary<Guid, DirectoryRole[]> Read(byte[] value) => Holders(Rows(value));

    // A role that means nothing here gives nothing.
    private static FrozenDictionary<Guid, DirectoryRole[]> Holders(IEnumerable<AdministratorRow> rows) => rows
        .Select(static row => (row.UserId, Roles: row.Roles is null ? [DirectoryRole.GlobalAdministrator] : row.Roles.Select(DirectoryRole.Find).OfType<DirectoryRole>().ToArray()))
        .Where(static one => one.Roles.Length > 0)
        .ToFrozenDictionary(static one => one.UserId, static one => one.Roles);

    private static byte[] Write(Guid tenant, IReadOnlyDictionary<Guid, DirectoryRole[]> holders) => JsonSerializer.SerializeToUtf8Bytes(
        new AdministratorList(
            FormatVersion,
            [.. holders.OrderBy(static one => one.Key).Select(one => new AdministratorRow(tenant, one.Key, [.. one.Value.Select(static role => role.TemplateId).Order()]))]),
        AdministratorJson.Default.AdministratorList);
}

/// <summary>The administrators as they lie in the store.</summary>
internal sealed record AdministratorList(int Version, IReadOnlyList<AdministratorRow> Administrators);

/// <summary>One of them, with the template ids of their roles; null in format 1.</summary>
internal sealed record AdministratorRow(Guid TenantId, Guid UserId, IReadOnlyList<Guid>? Roles = null);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AdministratorList))]
internal sealed partial class AdministratorJson : JsonSerializerContext;
