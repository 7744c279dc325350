using System.Globalization;
using Npgsql;
using Orleans;
using Orleans.Runtime;

namespace Berth.Cluster.Membership;

/// <summary>
/// Who is in the cluster, as Orleans keeps it, in the ledger's own database (B714): a row for each node and one number for the whole table. Every change names the number it saw, so that of two
/// changes at once one is refused and tried again by whoever wanted it.
/// </summary>
internal sealed class PostgresMembership(NpgsqlDataSource database) : IMembershipTable
{
    private const string Columns = "s.address, s.etag, s.status, s.name, s.host, s.proxy, s.began, s.alive, s.suspects";

    // Orleans asks for the table when a node starts; the ledger's migrations have made it.
    public Task InitializeMembershipTable(bool tryInitTableVersion) => Task.CompletedTask;

    public Task DeleteMembershipTableEntries(string clusterId) => ChangeAsync("DELETE FROM silo");

    public Task CleanupDefunctSiloEntries(DateTimeOffset beforeDate) =>
        ChangeAsync("DELETE FROM silo WHERE status <> $1 AND greatest(alive, began) < $2", (int)SiloStatus.Active, beforeDate.UtcDateTime);

    public Task<MembershipTableData> ReadAll() => ReadAsync($"SELECT m.value, {Columns} FROM meta m LEFT JOIN silo s ON true WHERE m.name = 'silos'");

    public Task<MembershipTableData> ReadRow(SiloAddress key) =>
        ReadAsync($"SELECT m.value, {Columns} FROM meta m LEFT JOIN silo s ON s.address = $1 WHERE m.name = 'silos'", key.ToParsableString());

    public async Task<bool> InsertRow(MembershipEntry entry, TableVersion tableVersion) => await ChangeAsync(
        """
        WITH version AS (UPDATE meta SET value = $1 WHERE name = 'silos' AND value = $2 AND NOT EXISTS(SELECT FROM silo WHERE address = $3) RETURNING 1)
        INSERT INTO silo(address, etag, status, name, host, proxy, began, alive, suspects) SELECT $3, 1, $4, $5, $6, $7, $8, $9, $10 FROM version
        """,
        [(long)tableVersion.Version, EtagOf(tableVersion.VersionEtag), .. ValuesOf(entry)]).ConfigureAwait(false) == 1;

    public async Task<bool> UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion) => await ChangeAsync(
        """
        WITH version AS (UPDATE meta SET value = $1 WHERE name = 'silos' AND value = $2 AND EXISTS(SELECT FROM silo WHERE address = $3 AND etag = $11) RETURNING 1)
        UPDATE silo SET etag = etag + 1, status = $4, name = $5, host = $6, proxy = $7, began = $8, alive = $9, suspects = $10 FROM version WHERE address = $3 AND etag = $11
        """,
        [(long)tableVersion.Version, EtagOf(tableVersion.VersionEtag), .. ValuesOf(entry), EtagOf(etag)]).ConfigureAwait(false) == 1;

    public Task UpdateIAmAlive(MembershipEntry entry) =>
        ChangeAsync("UPDATE silo SET alive = $2 WHERE address = $1", entry.SiloAddress.ToParsableString(), Utc(entry.IAmAliveTime));

    private static object[] ValuesOf(MembershipEntry entry) =>
    [
        entry.SiloAddress.ToParsableString(), (int)entry.Status, entry.SiloName ?? "", entry.HostName ?? "", entry.ProxyPort, Utc(entry.StartTime), Utc(entry.IAmAliveTime),
        string.Join(';', (entry.SuspectTimes ?? []).Select(one => string.Create(CultureInfo.InvariantCulture, $"{one.Item1.ToParsableString()},{one.Item2.Ticks}"))),
    ];

    private static DateTime Utc(DateTime time) => DateTime.SpecifyKind(time, DateTimeKind.Utc);

    // An etag that is none of ours is that of nothing.
    private static long EtagOf(string etag) => long.TryParse(etag, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : -1;

    private async Task<int> ChangeAsync(string sql, params object[] values)
    {
        await using NpgsqlCommand command = CommandOf(sql, values);
        return await command.ExecuteNonQueryAsync().ConfigureAwait(false);
    }

    private async Task<MembershipTableData> ReadAsync(string sql, params object[] values)
    {
        await using NpgsqlCommand command = CommandOf(sql, values);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync().ConfigureAwait(false);
        List<Tuple<MembershipEntry, string>> entries = [];
        long version = 0;
        while (await reader.ReadAsync().ConfigureAwait(false))
        {
            version = reader.GetInt64(0);
            if (!await reader.IsDBNullAsync(1).ConfigureAwait(false))
            {
                entries.Add(Tuple.Create(EntryOf(reader), reader.GetInt64(2).ToString(CultureInfo.InvariantCulture)));
            }
        }

        return new MembershipTableData(entries, new TableVersion(checked((int)version), version.ToString(CultureInfo.InvariantCulture)));
    }

    private static MembershipEntry EntryOf(NpgsqlDataReader reader) => new()
    {
        SiloAddress = SiloAddress.FromParsableString(reader.GetString(1)),
        Status = (SiloStatus)reader.GetInt32(3),
        SiloName = reader.GetString(4),
        HostName = reader.GetString(5),
        ProxyPort = reader.GetInt32(6),
        StartTime = reader.GetDateTime(7),
        IAmAliveTime = reader.GetDateTime(8),
        SuspectTimes =
        [
            .. reader.GetString(9).Split(';', StringSplitOptions.RemoveEmptyEntries).Select(one => one.Split(',')).Select(parts =>
                Tuple.Create(SiloAddress.FromParsableString(parts[0]), new DateTime(long.Parse(parts[1], CultureInfo.InvariantCulture), DateTimeKind.Utc))),
        ],
    };

    private NpgsqlCommand CommandOf(string sql, object[] values)
    {
        NpgsqlCommand command = database.CreateCommand(sql);
        foreach (object value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return command;
    }
}
