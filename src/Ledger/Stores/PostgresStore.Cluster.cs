using System.Collections.Concurrent;
using System.Globalization;
using Berth.Engine;
using Npgsql;

namespace Berth.Ledger.Stores;

/// <summary>
/// What the nodes of a cluster do with the database they share (B711): each tenant belongs to the node that took it last, and a node that took one over begins only when the one before
/// cannot answer for it any more.
/// </summary>
public sealed partial class PostgresStore
{
    /// <summary>How long whoever takes a tenant over waits for a commit of the node before, in milliseconds: then that node's connection is ended.</summary>
    private const int TakeMilliseconds = 1500;

    // Where tenants are, and since which transaction of the database changes are not in it yet; 0 where nothing is.
    private ConcurrentDictionary<Guid, TenantPlace> _places = new();
    private ulong _placesSince;

    /// <summary>The number of this node; 0 for a process that has the database to itself.</summary>
    public long Node => _line.Number;

    /// <summary>Opens a database together with other nodes (B711).</summary>
    /// <param name="address">The database; its tables are there and of this version.</param>
    /// <param name="patience">How long to wait for a process that has the database to itself.</param>
    /// <exception cref="LedgerRefusedException">It cannot be opened here; the message says why.</exception>
    public static PostgresStore Join(PostgresAddress address, TimeSpan patience)
    {
        PostgresLine line = new(address, isNode: true);
        try
        {
            line.Open(patience);
            return new PostgresStore(address, line);
        }
        catch
        {
            line.Dispose();
            throw;
        }
    }

    /// <summary>Opens a database for this process alone, or null while another one has it.</summary>
    /// <exception cref="LedgerRefusedException">It cannot be opened here for another reason; the message says why.</exception>
    public static PostgresStore? TryOpen(PostgresAddress address)
    {
        PostgresLine line = new(address);
        try
        {
            if (line.TryOpen())
            {
                return new PostgresStore(address, line);
            }

            line.Dispose();
            return null;
        }
        catch
        {
            line.Dispose();
            throw;
        }
    }

    /// <summary>Whether a tenant was born that the list of tenants does not know, because an older version or an import brought it.</summary>
    public bool IsListIncomplete() => Read(static connection =>
    {
        using NpgsqlCommand select = new("SELECT EXISTS(SELECT FROM tenant WHERE domain IS NULL AND EXISTS(SELECT FROM journal WHERE journal.tenant = tenant.id))", connection);
        return (bool)select.ExecuteScalar()!;
    });

    /// <summary>Puts a tenant on the list of tenants, and takes its mark away where it has one.</summary>
    /// <returns>False when another tenant has its domain.</returns>
    internal bool List(Claim claim, TenantProfile profile)
    {
        try
        {
            Held(claim, Write<long>(
                """
                WITH listed AS (UPDATE tenant SET domain = $3, name = $4, country = $5, kind = $6, born = $7, changed = pg_current_xact_id()
                    WHERE id = $1 AND epoch = $2 RETURNING 1),
                unmarked AS (DELETE FROM blob WHERE name = $8 AND EXISTS(SELECT FROM listed))
                SELECT count(*) FROM listed
                """,
                Of(claim.Tenant),
                Of(claim.Epoch),
                Of(profile.Domain.ToLowerInvariant()),
                Of(Text(profile.DisplayName)),
                Of(profile.Country),
                Of((int)profile.Kind),
                Of(profile.CreatedAt.UtcTicks),
                Of(GoneTenant.NameOf(claim.Tenant))));
            return true;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return false;
        }
    }

    /// <summary>Every tenant on the list, in no order.</summary>
    internal ValueTask<IReadOnlyList<TenantProfile>> ReadListAsync(CancellationToken cancel) => ReadListAsync("", cancel);

    /// <summary>The tenant on the list that came first, of two that came at one moment the one with the smaller id; none while the list is empty.</summary>
    internal ValueTask<IReadOnlyList<TenantProfile>> ReadFirstAsync(CancellationToken cancel) => ReadListAsync(" ORDER BY born, id LIMIT 1", cancel);

    /// <summary>The tenants on the list that have an id or a domain, ignoring case.</summary>
    internal ValueTask<IReadOnlyList<TenantProfile>> FindListedAsync(Guid id, string domain, CancellationToken cancel) =>
        ReadListAsync(" AND (id = $1 OR domain = $2)", cancel, Of(id), Of(domain.ToLowerInvariant()));

    private ValueTask<IReadOnlyList<TenantProfile>> ReadListAsync(string which, CancellationToken cancel, params NpgsqlParameter[] values) => ReadAsync<IReadOnlyList<TenantProfile>>(
        async connection =>
        {
            await using NpgsqlCommand select = Command(connection, "SELECT id, name, domain, country, kind, born FROM tenant WHERE domain IS NOT NULL" + which, [.. values.Select(static value => value.Clone())]);
            await using NpgsqlDataReader reader = await select.ExecuteReaderAsync(cancel).ConfigureAwait(false);
            List<TenantProfile> list = [];
            while (await reader.ReadAsync(cancel).ConfigureAwait(false))
            {
                list.Add(new TenantProfile(
                    reader.GetGuid(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), (TenantKind)reader.GetInt32(4), new DateTimeOffset(reader.GetInt64(5), TimeSpan.Zero)));
            }

            return list;
        },
        cancel);

    /// <summary>Whether a node said lately that it lives.</summary>
    internal bool Lives(long node) => Read(connection =>
    {
        using NpgsqlCommand select = Command(connection, "SELECT EXISTS(SELECT FROM node WHERE number = $1 AND until > clock_timestamp())", Of(node));
        return (bool)select.ExecuteScalar()!;
    });

    /// <summary>Takes a tenant over from whichever node has it, whose writes are refused from then on (B712).</summary>
    /// <returns>The claim, and how long the node before may still answer reads (B713).</returns>
    /// <exception cref="LedgerRefusedException">It is on the list no more, or not yet.</exception>
    internal (Claim Claim, TimeSpan Wait) TakeOver(Guid tenant) => Take(tenant, null, null) ?? throw new LedgerRefusedException($"There is no tenant {tenant} any more.");

    /// <summary>The same, or what <see cref="Retire"/> does; null when the tenant is not there, or at another version.</summary>
    internal (Claim Claim, TimeSpan Wait)? Take(Guid tenant, long? maker, long? version)
    {
        NpgsqlConnection connection = _line.Ready();
        long before = 0;
        try
        {
            using NpgsqlTransaction transaction = connection.BeginTransaction();
            using NpgsqlCommand patience = new(string.Create(CultureInfo.InvariantCulture, $"SET LOCAL lock_timeout = {TakeMilliseconds}"), connection);
            patience.ExecuteNonQuery();
            before = Scalar<long>(connection, "SELECT node FROM tenant WHERE id = $1", Of(tenant));
            before = Scalar<long>(connection, "SELECT node FROM tenant WHERE id = $1 FOR UPDATE", Of(tenant));

            // A renewal waits for this, and sees afterwards that the tenant is lost; one that came before is seen here.
            double left = Scalar<double>(connection, "SELECT extract(epoch FROM until - clock_timestamp())::float8 FROM node WHERE number = $1 FOR UPDATE", Of(before));
            long epoch;
            if (maker is not { } node)
            {
                epoch = Scalar<long>(connection, "UPDATE tenant SET epoch = epoch + 1, node = $2, changed = pg_current_xact_id() WHERE id = $1 AND domain IS NOT NULL RETURNING epoch", Of(tenant), Of(Node));
            }
            else if (version is { } wanted && Scalar<long>(connection, "SELECT coalesce(max(seq), 0) FROM journal WHERE tenant = $1", Of(tenant)) != wanted)
            {
                epoch = 0;
            }
            else
            {
                // On no list: nobody brings it to life.
                epoch = Scalar<long>(
                    connection,
                    """
                    WITH marked AS (INSERT INTO blob(name, value) VALUES($2, $3) ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value)
                    INSERT INTO tenant(id, epoch, node, changed) VALUES($1, 1, $4, pg_current_xact_id())
                    ON CONFLICT (id) DO UPDATE SET epoch = tenant.epoch + 1, node = $4, domain = NULL, changed = pg_current_xact_id() RETURNING epoch
                    """,
                    Of(tenant),
                    Of(GoneTenant.NameOf(tenant)),
                    Of(GoneTenant.ValueOf(node)),
                    Of(node));
            }

            if (epoch == 0)
            {
                transaction.Rollback();
                return null;
            }

            transaction.Commit();
            _line.Cleared(tenant);
            return (new Claim(tenant, epoch), before == Node || left <= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(left));
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable && before != Node)
        {
            // The node before stopped in the middle of a commit: what it began is undone.
            Read(reading =>
            {
                PostgresLine.End(reading, before);
                return true;
            });
            throw new WriteFailedException($"Tenant {tenant} could not be taken over yet: the node before was in the middle of a commit.", e);
        }
        catch (PostgresException e) when (e.InvariantSeverity == "ERROR")
        {
            throw Undone(e);
        }
        catch (Exception e) when (PostgresLine.IsAway(e))
        {
            _line.Drop();
            throw new WriteFailedException($"{_address.Explain(e)} Send the command again.", e);
        }
    }

    /// <summary>Gives a tenant up, so that the next node need not wait.</summary>
    internal void Release(Claim claim)
    {
        _line.Cleared(claim.Tenant);
        Write<long>("WITH released AS (UPDATE tenant SET node = 0, changed = pg_current_xact_id() WHERE id = $1 AND epoch = $2 RETURNING 1) SELECT count(*) FROM released", Of(claim.Tenant), Of(claim.Epoch));
    }

    /// <summary>
    /// Tells the other nodes that this one lives, for <see cref="PostgresLine.Lease"/> from now on, and learns what they do. Where tenants are is read whole once, and then only what changed
    /// since (B723). For one caller at a time.
    /// </summary>
    /// <param name="url">Where the other nodes reach this one.</param>
    /// <param name="silo">Its name in the membership; empty while it takes no tenants.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="LedgerFencedException">The database is no longer this cluster's.</exception>
    internal async ValueTask<NodeNews> RenewAsync(Uri url, string silo, CancellationToken cancel)
    {
        ulong next = 0;
        NodeNews news = await ReadAsync(
            async connection =>
            {
                // After whatever cuts this off everything is read again: another server may stand in for the one before by then.
                ulong since = _placesSince;
                _placesSince = 0;
                ConcurrentDictionary<Guid, TenantPlace> places = since == 0 ? new() : _places;

                // One snapshot each: a statement sees who took a tenant before the one before it was through.
                await using NpgsqlBatch batch = new(connection)
                {
                    BatchCommands =
                    {
                        new("UPDATE node SET until = clock_timestamp() + $2, url = $4, silo = $5 WHERE number = $1 AND EXISTS(SELECT FROM meta WHERE name = 'opening' AND value = $3) RETURNING number")
                        {
                            Parameters = { Of(Node), Of(PostgresLine.Lease), Of(_line.Opening), Of(url.AbsoluteUri), Of(silo) },
                        },
                        new("SELECT pg_snapshot_xmin(pg_current_snapshot())"),
                        new("SELECT id, epoch, node, domain IS NOT NULL FROM tenant WHERE changed >= $1") { Parameters = { new NpgsqlParameter<ulong> { TypedValue = since, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Xid8 } } },
                        new("SELECT number, url, silo, until > clock_timestamp() FROM node WHERE until > clock_timestamp() - interval '1 minute'"),
                    },
                };
                await using NpgsqlDataReader reader = await batch.ExecuteReaderAsync(cancel).ConfigureAwait(false);
                if (!await reader.ReadAsync(cancel).ConfigureAwait(false))
                {
                    throw Taken();
                }

                // Whatever is under way by then and not seen below has this number or a later one.
                await reader.NextResultAsync(cancel).ConfigureAwait(false);
                await reader.ReadAsync(cancel).ConfigureAwait(false);
                next = await reader.GetFieldValueAsync<ulong>(0, cancel).ConfigureAwait(false);
                await reader.NextResultAsync(cancel).ConfigureAwait(false);
                while (await reader.ReadAsync(cancel).ConfigureAwait(false))
                {
                    if (reader.GetBoolean(3))
                    {
                        places[reader.GetGuid(0)] = new TenantPlace(reader.GetInt64(1), reader.GetInt64(2));
                    }
                    else
                    {
                        places.TryRemove(reader.GetGuid(0), out _);
                    }
                }

                Dictionary<long, NodePlace> nodes = [];
                List<string> silent = [];
                await reader.NextResultAsync(cancel).ConfigureAwait(false);
                while (await reader.ReadAsync(cancel).ConfigureAwait(false))
                {
                    if (reader.GetBoolean(3))
                    {
                        nodes[reader.GetInt64(0)] = new NodePlace(new Uri(reader.GetString(1)), reader.GetString(2));
                    }
                    else if (reader.GetString(2) is { Length: > 0 } lost)
                    {
                        silent.Add(lost);
                    }
                }

                _places = places;
                return new NodeNews(places, nodes, silent);
            },
            cancel).ConfigureAwait(false);
        _placesSince = next;
        return news;
    }

    /// <summary>Says goodbye: nobody is sent here any more.</summary>
    internal void Leave() => Write<long>("WITH gone AS (UPDATE node SET until = clock_timestamp(), silo = '' WHERE number = $1 RETURNING 1) SELECT count(*) FROM gone", Of(Node));

    /// <summary>Writes a named value in place of what the caller has seen, and others beside it; false, and nothing is written, when it is another one by now.</summary>
    internal async ValueTask<bool> ReplaceBlobAsync(string name, byte[]? seen, byte[] value, IReadOnlyList<(string Name, byte[] Value)> beside, CancellationToken cancel)
    {
        long written;
        try
        {
            written = await ReadAsync(
                async connection =>
                {
                    await using NpgsqlCommand write = Command(
                        connection,
                        """
                        WITH held AS MATERIALIZED (SELECT value FROM meta WHERE name = 'opening' AND value = $1 FOR SHARE),
                        made AS (INSERT INTO blob(name, value) SELECT $2, $4 WHERE $3 IS NULL AND EXISTS(SELECT FROM held) ON CONFLICT (name) DO NOTHING RETURNING 1),
                        changed AS (UPDATE blob SET value = $4 WHERE name = $2 AND value = $3 AND EXISTS(SELECT FROM held) RETURNING 1),
                        others AS (INSERT INTO blob(name, value) SELECT b.* FROM unnest($5, $6) AS b WHERE EXISTS(SELECT FROM made) OR EXISTS(SELECT FROM changed)
                            ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value)
                        SELECT CASE WHEN EXISTS(SELECT FROM held) THEN (SELECT count(*) FROM made) + (SELECT count(*) FROM changed) ELSE -1 END
                        """,
                        Of(_line.Opening),
                        Of(Text(name)),
                        new NpgsqlParameter { Value = (object?)seen ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bytea },
                        Of(value),
                        Of(beside.Select(static one => Text(one.Name)).ToArray()),
                        Of(beside.Select(static one => one.Value).ToArray()));
                    return (long)(await write.ExecuteScalarAsync(cancel).ConfigureAwait(false))!;
                },
                cancel).ConfigureAwait(false);
        }
        catch (DatabaseAwayException e)
        {
            throw new WriteFailedException($"It is not certain that it was written: {e.Message} Send it again.", e);
        }

        return written >= 0 ? written == 1 : throw Taken();
    }

    private static T Scalar<T>(NpgsqlConnection connection, string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
        where T : struct
    {
        using NpgsqlCommand command = Command(connection, sql, parameters);
        return command.ExecuteScalar() as T? ?? default;
    }

    private LedgerFencedException Taken() => new($"Another process has taken over the database {_address}: this one may not write it any more.", null);
}

/// <summary>Where a tenant is.</summary>
/// <param name="Epoch">The epoch in force.</param>
/// <param name="Node">The node that took it last; 0 when that one gave it up.</param>
public readonly record struct TenantPlace(long Epoch, long Node);

/// <summary>Where a node is.</summary>
/// <param name="Url">Where the other nodes reach it by HTTP.</param>
/// <param name="Silo">Its name in the membership; empty while it takes no tenants.</param>
public sealed record NodePlace(Uri Url, string Silo);

/// <summary>What a node learns when it says that it lives.</summary>
/// <param name="Tenants">Every tenant on the list, as of the newest news: the next ones change it.</param>
/// <param name="Nodes">Every node that lives, by its number.</param>
/// <param name="Silent">The names in the membership of nodes that said nothing for longer than they may.</param>
public sealed record NodeNews(IReadOnlyDictionary<Guid, TenantPlace> Tenants, IReadOnlyDictionary<long, NodePlace> Nodes, IReadOnlyList<string> Silent)
{
    /// <summary>Whether a place is with a node that lives.</summary>
    public bool IsHeld(TenantPlace place) => Nodes.ContainsKey(place.Node);
}
