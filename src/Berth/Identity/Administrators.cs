using System.Text.Json;
using System.Text.Json.Serialization;
using Berth.Ledger;

namespace Berth.Identity;

/// <summary>Who administers a tenant (B205), kept as one named value of the installation. For any number of threads.</summary>
internal sealed class Administrators
{
    private const string BlobName = "identity/administrators";
    private const int FormatVersion = 1;

    private readonly LedgerDoor _ledger;
    private volatile HashSet<(Guid Tenant, Guid User)> _known;
    private volatile HashSet<(Guid Tenant, Guid User)> _passing = [];

    private Administrators(LedgerDoor ledger, HashSet<(Guid Tenant, Guid User)> known) => (_ledger, _known) = (ledger, known);

    /// <summary>Reads what the store keeps.</summary>
    /// <exception cref="InvalidDataException">It was written by a newer version, or is damaged; the message is for people.</exception>
    public static async Task<Administrators> OpenAsync(LedgerDoor ledger, CancellationToken cancel) =>
        new(ledger, Read(await ledger.ReadBlobAsync(BlobName, cancel).ConfigureAwait(false)));

    /// <summary>Reads what the store keeps by now: another node may have written it (B719).</summary>
    public async Task ReadAgainAsync(CancellationToken cancel) => _known = Read(await _ledger.ReadBlobAsync(BlobName, cancel).ConfigureAwait(false));

    private static HashSet<(Guid Tenant, Guid User)> Read(byte[]? blob)
    {
        if (blob is null)
        {
            return [];
        }

        AdministratorList? list;
        try
        {
            list = JsonSerializer.Deserialize(blob, AdministratorJson.Default.AdministratorList);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException("The list of administrators in the database is damaged; restore the database from a backup.", e);
        }

        return list is { Version: FormatVersion }
            ? [.. list.Administrators.Select(row => (row.TenantId, row.UserId))]
            : throw new InvalidDataException("The list of administrators in the database was written by a newer version of Berth; use that version.");
    }

    /// <summary>Whether a user administers a tenant.</summary>
    public bool Has(Guid tenant, Guid user) => _known.Contains((tenant, user)) || _passing.Contains((tenant, user));

    /// <summary>Makes somebody an administrator until this process ends; it is never stored.</summary>
    public void AcceptWhileRunning(Guid tenant, Guid user) => _passing = [.. _passing, (tenant, user)];

    /// <summary>Makes somebody an administrator; durable when it returns. Called by one at a time.</summary>
    public async Task AddAsync(Guid tenant, Guid user, CancellationToken cancel)
    {
        HashSet<(Guid Tenant, Guid User)> next = [];
        await _ledger.ChangeBlobAsync(
            BlobName,
            blob =>
            {
                next = [.. Read(blob), (tenant, user)];
                AdministratorList list = new(FormatVersion, [.. next.Order().Select(row => new AdministratorRow(row.Tenant, row.User))]);
                return JsonSerializer.SerializeToUtf8Bytes(list, AdministratorJson.Default.AdministratorList);
            },
            cancel).ConfigureAwait(false);
        _known = next;
    }
}

/// <summary>The administrators as they lie in the store.</summary>
internal sealed record AdministratorList(int Version, IReadOnlyList<AdministratorRow> Administrators);

/// <summary>One of them.</summary>
internal sealed record AdministratorRow(Guid TenantId, Guid UserId);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AdministratorList))]
internal sealed partial class AdministratorJson : JsonSerializerContext;
