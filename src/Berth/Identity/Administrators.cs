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
    // Format 1 knew administrators only: they may everything.
    private const int FormatVersion = 2;
    private const int TakenApart = 3;

    private static readonly FrozenDictionary<Guid, DirectoryRole[]> _nobody = FrozenDictionary<Guid, DirectoryRole[]>.Empty;

    private readonly TenantValues<FrozenDictionary<Guid, DirectoryRole[]>> _holders;
    private readonly Lock _taking = new();
    private volatile HashSet<(Guid Tenant, Guid User)> _passing = [];
    private volatile HashSet<(Guid Tenant, Guid User)> _leaving = [];

    private Administrators(TenantValues<FrozenDictionary<Guid, DirectoryRole[]>> holders) => _holders = holders;

    /// <summary>How those of a tenant lie in the store.</summary>
    public static TenantFormat<FrozenDictionary<Guid, DirectoryRole[]>> Format { get; } = new(
        "identity/administrators", _nobody, Read, Write, Apart, JsonSerializer.SerializeToUtf8Bytes(new AdministratorList(TakenApart, []), AdministratorJson.Default.AdministratorList));

    /// <summary>Reads what the store keeps.</summary>
    /// <exception cref="InvalidDataException">It was written by a newer version, or is damaged; the message is for people.</exception>
    public static async Task<Administrators> OpenAsync(LedgerDoor ledger, CancellationToken cancel) =>
        new(await TenantValues<FrozenDictionary<Guid, DirectoryRole[]>>.OpenAsync(ledger, Format, null, cancel).ConfigureAwait(false));

    /// <summary>Reads again what the store keeps of one tenant, which came here from another process.</summary>
    public Task ReadAgainAsync(Guid tenant, CancellationToken cancel) => _holders.ReadAgainAsync(tenant, cancel);

    /// <summary>Whether a user has a role in a tenant, whichever.</summary>
    public bool Has(Guid tenant, Guid user) => _holders.Of(tenant).ContainsKey(user) || _passing.Contains((tenant, user));

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
        DirectoryRole[] kept = _holders.Of(tenant).GetValueOrDefault(user) ?? [];
        return !_passing.Contains((tenant, user)) || kept.Contains(DirectoryRole.GlobalAdministrator) ? kept : [DirectoryRole.GlobalAdministrator, .. kept];
    }

    /// <summary>Everybody who has a role in a tenant, with each of their roles.</summary>
    public IReadOnlyList<RoleHolder> Of(Guid tenant) =>
    [
        .. _passing.Where(one => one.Tenant == tenant).Select(one => new RoleHolder(one.User, DirectoryRole.GlobalAdministrator, true))
            .Concat(_holders.Of(tenant).SelectMany(one => one.Value.Select(role => new RoleHolder(one.Key, role, false))))
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
        await _holders.GiveAsync(
            tenant,
            before =>
            {
                isRoom = before.Sum(static one => one.Value.Length) < most;
                return isRoom ? With(before, user, [.. (before.GetValueOrDefault(user) ?? []).Where(one => one != role), role]) : before;
            },
            cancel).ConfigureAwait(false);
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
        await _holders.ChangeAsync(
            tenant,
            before =>
            {
                isLeft = role != DirectoryRole.GlobalAdministrator
                    || before.Where(one => one.Value.Contains(role)).Select(static one => one.Key)
                        .Concat(_passing.Where(one => one.Tenant == tenant).Select(static one => one.User))
                        .Any(other => other != user && signsIn(other));
                return isLeft && before.TryGetValue(user, out DirectoryRole[]? roles) ? With(before, user, [.. roles.Where(one => one != role)]) : before;
            },
            cancel).ConfigureAwait(false);
        return isLeft;
    }

    /// <summary>Forgets every role of a tenant that is gone (B743).</summary>
    public Task ForgetTenantAsync(Guid tenant) => _holders.ForgetAsync(tenant);

    /// <inheritdoc/>
    public void Dispose() => _holders.Dispose();

    // Who has no role left is nobody.
    private static FrozenDictionary<Guid, DirectoryRole[]> With(FrozenDictionary<Guid, DirectoryRole[]> before, Guid user, DirectoryRole[] roles)
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

        return next.ToFrozenDictionary();
    }

    private static IReadOnlyList<(Guid, FrozenDictionary<Guid, DirectoryRole[]>)>? Apart(byte[] list) =>
        Parse(list) is { Version: TakenApart } ? null : [.. Rows(list).GroupBy(static row => row.TenantId).Select(static rows => (rows.Key, Holders(rows)))];

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

    private static byte[] Write(Guid tenant, FrozenDictionary<Guid, DirectoryRole[]> holders) => JsonSerializer.SerializeToUtf8Bytes(
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
