using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Berth.Ledger.Stores;

/// <summary>
/// The one connection that writes. Whoever opens the database takes a lock on it that lasts as long as the connection, and the next number of the openings: a second
/// process is refused, and one that lost the lock writes nothing more (B702). When the connection breaks, a new one is made, provided that nobody else came in between
/// and that the database still has everything it acknowledged (B704). The nodes of a cluster share the lock, and each has one of its own beside it, which tells when its
/// old connection is at its end (B711). One thread at a time.
/// </summary>
internal sealed class PostgresLine : IDisposable
{
    /// <summary>"BERT", and what of it: the right to write the whole database.</summary>
    private const string LockKey = "1111839316, 1";

    /// <summary>The locks of nodes have the numbers after this one.</summary>
    private const long NodeLocks = 1000;

    /// <summary>How long a node that says nothing may still answer for its tenants (B713).</summary>
    internal static readonly TimeSpan Lease = TimeSpan.FromSeconds(3);

    /// <summary>How long an opening waits for a process that is on its way out, such as one that was killed a moment ago.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly PostgresAddress _address;
    private readonly NpgsqlDataSource _source;

    /// <summary>The newest event of each tenant that was written here.</summary>
    private readonly Dictionary<Guid, long> _heads = [];
    private NpgsqlConnection? _connection;
    private int _backend;

    /// <param name="address">The database.</param>
    /// <param name="isNode">Whether other nodes of a cluster have it too.</param>
    public PostgresLine(PostgresAddress address, bool isNode = false)
    {
        _address = address;
        _source = address.Lines();
        _isNode = isNode;
    }

    private readonly bool _isNode;

    /// <summary>The number of this node; 0 of a process that has the database to itself.</summary>
    public long Number { get; private set; }

    private string OwnLock => _isNode ? NodeLock(Number) : LockKey;

    /// <summary>The number of this opening of the database; who opens it next has a higher one.</summary>
    public long Opening { get; private set; }

    /// <summary>The version of the tables that was found on opening.</summary>
    public long Found { get; private set; }

    /// <summary>Takes the database: the lock, then the newest tables, then the next opening.</summary>
    /// <param name="patience">How long to wait for whoever has it.</param>
    /// <exception cref="LedgerRefusedException">It cannot be taken; the message says why.</exception>
    public void Open(TimeSpan patience)
    {
        if (!TryOpen(patience))
        {
            NpgsqlConnection connection = _connection!;
            throw new LedgerRefusedException(_isNode
                ? $"The database {_address} is in use by a Berth process that is no node of a cluster ({Holder(connection)}). Stop that one, or choose another database."
                : $"The database {_address} is in use by another Berth process ({Holder(connection)}). Stop that one, or choose another database.");
        }
    }

    /// <summary>The same, but false when somebody else has it.</summary>
    public bool TryOpen(TimeSpan patience = default)
    {
        try
        {
            NpgsqlConnection connection = Connect();
            PostgresSchema.CheckServer(connection, _address);
            for (long began = Stopwatch.GetTimestamp(); !TryLock(connection);)
            {
                if (Stopwatch.GetElapsedTime(began) >= patience)
                {
                    return false;
                }

                using ManualResetEventSlim never = new();
                never.Wait(Pause);
            }

            if (_isNode)
            {
                Join(connection);
                return true;
            }

            Found = PostgresSchema.Migrate(connection, _address);
            using NpgsqlCommand open = new("UPDATE meta SET value = value + 1 WHERE name = 'opening' RETURNING value", connection);
            Opening = (long)open.ExecuteScalar()!;
            return true;
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            throw new LedgerRefusedException(_address.Explain(e), e);
        }
    }

    /// <summary>The connection, made anew where the last one broke.</summary>
    /// <exception cref="WriteFailedException">The database cannot be reached: nothing was sent.</exception>
    /// <exception cref="LedgerFencedException">The database is another process's by now, or lost what it had acknowledged.</exception>
    public NpgsqlConnection Ready()
    {
        try
        {
            return _connection ?? Return(null);
        }
        catch (Exception e) when (IsAway(e))
        {
            Drop();
            throw new WriteFailedException($"Nothing was written: {_address.Explain(e)} Send the command again.", e);
        }
    }

    /// <summary>Gives the connection up: nothing more can be known of it.</summary>
    public void Drop()
    {
        _connection?.Dispose();
        _connection = null;
    }

    /// <summary>Events were written.</summary>
    public void Wrote(IReadOnlyDictionary<Guid, (long Epoch, long Last)> events)
    {
        foreach ((Guid tenant, (long _, long last)) in events)
        {
            _heads[tenant] = last;
        }
    }

    /// <summary>A tenant has no event any more, or none of this process's business.</summary>
    public void Cleared(Guid tenant) => _heads.Remove(tenant);

    /// <summary>Whether a commit that was cut off happened; null while the database cannot be asked.</summary>
    /// <param name="events">The epoch and the last event of each tenant of that commit.</param>
    /// <param name="answer">An answer of that commit, for one without events.</param>
    /// <exception cref="LedgerFencedException">The database is another process's by now, or lost what it had acknowledged.</exception>
    public bool? FindOut(IReadOnlyDictionary<Guid, (long Epoch, long Last)> events, AnswerRow? answer)
    {
        try
        {
            // With the lock in hand the old connection is at its end on the server too: what it did is done, and it does nothing more.
            NpgsqlConnection connection = _connection ?? Return(events);
            bool happened = events.Count > 0
                ? events.All(one => IsThere(connection, one.Key, one.Value.Epoch, one.Value.Last))
                : answer is { } row && Remembers(connection, row);
            if (happened)
            {
                Wrote(events);
            }

            return happened;
        }
        catch (Exception e) when (IsAway(e))
        {
            Drop();
            return null;
        }
    }

    public void Dispose()
    {
        Drop();
        _source.Dispose();
    }

    /// <summary>Whether a failure is one of reaching the database, or of the database at the moment, and not of what it was asked.</summary>
    public static bool IsAway(Exception e) => e switch
    {
        PostgresException refused => refused.InvariantSeverity != "ERROR" || IsPassing(refused),
        NpgsqlException or TimeoutException or IOException => true,
        _ => false,
    };

    /// <summary>Whether a refusal of the server may be another one later: it has no room, is going down, gave up a lock, takes no writes, or its disk fails.</summary>
    public static bool IsPassing(PostgresException e) => e.SqlState[..2] is "08" or "25" or "40" or "53" or "55" or "57" or "58";

    private NpgsqlConnection Return(IReadOnlyDictionary<Guid, (long Epoch, long Last)>? inDoubt)
    {
        int before = _backend;
        NpgsqlConnection connection = Connect();
        CheckOpening(connection);
        if (!TryLock(connection, OwnLock) || (_isNode && !TryLock(connection)))
        {
            // Nobody has come between: what holds it is our old connection, of which the server does not know yet that it is broken, or somebody who is just about to open.
            using NpgsqlCommand end = new("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND usename = current_user AND datname = current_database()", connection)
            {
                Parameters = { new() { Value = before } },
            };
            end.ExecuteNonQuery();
            throw new TimeoutException("the connection before is not at its end yet");
        }

        CheckOpening(connection);
        foreach ((Guid tenant, long head) in _heads.ToArray())
        {
            if (_isNode && IsGone(connection, tenant))
            {
                _heads.Remove(tenant);
                continue;
            }

            long newest = Newest(connection, tenant);
            bool isKnown = newest == head || (_isNode && newest > head)
                || (inDoubt is not null && inDoubt.TryGetValue(tenant, out (long Epoch, long Last) events) && newest == events.Last);
            if (!isKnown)
            {
                throw Lost($"The database {_address} has tenant {tenant} up to event {newest}, and acknowledged event {head}: it went back to an older state. This process writes no more. Find out which is right, then start it again.");
            }
        }

        return connection;
    }

    private void CheckOpening(NpgsqlConnection connection)
    {
        using NpgsqlCommand read = new("SELECT value FROM meta WHERE name = 'opening'", connection);
        if (read.ExecuteScalar() is not long opening || opening != Opening)
        {
            throw Lost($"Another process has taken over the database {_address}: this one may not write it any more.");
        }
    }

    private LedgerFencedException Lost(string why)
    {
        Drop();
        return new LedgerFencedException(why, null);
    }

    private NpgsqlConnection Connect()
    {
        Drop();
        NpgsqlConnection connection = _source.OpenConnection();
        _connection = connection;
        _backend = connection.ProcessID;
        return connection;
    }

    private bool TryLock(NpgsqlConnection connection) => TryLock(connection, LockKey, _isNode ? "_shared" : "");

    private static bool TryLock(NpgsqlConnection connection, string key, string kind = "")
    {
        using NpgsqlCommand command = new($"SELECT pg_try_advisory_lock{kind}({key})", connection);
        return (bool)command.ExecuteScalar()!;
    }

    private static string NodeLock(long number) => string.Create(CultureInfo.InvariantCulture, $"1111839316, {NodeLocks + (number % int.MaxValue / 2)}");

    // The nodes of a cluster have one opening together: whoever opened the database alone before them is out, and they are when somebody does so after them.
    private void Join(NpgsqlConnection connection)
    {
        Found = PostgresSchema.Find(connection);
        if (Found != PostgresSchema.Version)
        {
            throw new LedgerRefusedException(
                $"The database {_address} has tables of version {Found}, and this Berth knows {PostgresSchema.Version}. Nodes of one version share a database: stop the others first.");
        }

        using NpgsqlTransaction transaction = connection.BeginTransaction();
        using NpgsqlCommand read = new("SELECT value FROM meta WHERE name IN ('era', 'opening') ORDER BY name FOR UPDATE", connection);
        using (NpgsqlDataReader reader = read.ExecuteReader())
        {
            reader.Read();
            long era = reader.GetInt64(0);
            reader.Read();
            Opening = reader.GetInt64(0);
            Opening = era == Opening ? era : checked(Opening + 1);
        }

        using NpgsqlCommand join = new(
            """
            WITH numbered AS (UPDATE meta SET value = value + 1 WHERE name = 'node' RETURNING value),
            opened AS (UPDATE meta SET value = $1 WHERE name IN ('era', 'opening')),
            gone AS (DELETE FROM node WHERE until < clock_timestamp() - interval '1 day' AND number NOT IN (SELECT node FROM tenant))
            INSERT INTO node(number, url, silo, until) SELECT value, '', '', clock_timestamp() FROM numbered RETURNING number
            """,
            connection)
        {
            Parameters = { new() { Value = Opening } },
        };
        Number = (long)join.ExecuteScalar()!;
        transaction.Commit();
        if (!TryLock(connection, OwnLock))
        {
            throw new LedgerRefusedException($"The lock of node {Number} at the database {_address} is taken. Start this node again.");
        }
    }

    /// <summary>Ends the connection of another node, which holds up what everybody may do.</summary>
    public static void End(NpgsqlConnection connection, long node)
    {
        using NpgsqlCommand end = new(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
            + "AND classid = 1111839316 AND objid = $1::bigint::oid AND objsubid = 2 AND granted",
            connection)
        {
            Parameters = { new() { Value = NodeLocks + (node % int.MaxValue / 2) } },
        };
        end.ExecuteNonQuery();
    }

    private const string Holders =
        "SELECT l.pid, a.application_name, a.client_addr, a.backend_start FROM pg_locks l LEFT JOIN pg_stat_activity a USING (pid) "
        + "WHERE l.locktype = 'advisory' AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
        + "AND l.classid = 1111839316 AND l.objid = 1 AND l.objsubid = 2 AND l.granted";

    private static string Holder(NpgsqlConnection connection)
    {
        using NpgsqlCommand command = new(
            $"SELECT format('backend %s of %s, since %s', pid, coalesce(host(client_addr), 'this machine'), to_char(backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI \"UTC\"')) FROM ({Holders}) AS holder",
            connection);
        return command.ExecuteScalar() as string ?? "it has just gone";
    }

    private static long Newest(NpgsqlConnection connection, Guid tenant)
    {
        using NpgsqlCommand command = new("SELECT seq FROM journal WHERE tenant = $1 ORDER BY seq DESC LIMIT 1", connection) { Parameters = { new() { Value = tenant } } };
        return command.ExecuteScalar() as long? ?? 0;
    }

    // Another node has removed it (B744): its journal may end anywhere.
    private static bool IsGone(NpgsqlConnection connection, Guid tenant)
    {
        using NpgsqlCommand command = new("SELECT EXISTS(SELECT FROM tenant WHERE id = $1 AND domain IS NULL)", connection) { Parameters = { new() { Value = tenant } } };
        return (bool)command.ExecuteScalar()!;
    }

    private static bool IsThere(NpgsqlConnection connection, Guid tenant, long epoch, long sequence)
    {
        using NpgsqlCommand command = new("SELECT EXISTS(SELECT FROM journal WHERE tenant = $1 AND seq = $2 AND epoch = $3)", connection)
        {
            Parameters = { new() { Value = tenant }, new() { Value = sequence }, new() { Value = epoch } },
        };
        return (bool)command.ExecuteScalar()!;
    }

    private static bool Remembers(NpgsqlConnection connection, AnswerRow row)
    {
        using NpgsqlCommand command = new("SELECT EXISTS(SELECT FROM answer WHERE tenant = $1 AND place = $2 AND hash = $3 AND at = $4 AND answer = $5)", connection)
        {
            Parameters =
            {
                new() { Value = row.Tenant }, new() { Value = PostgresStore.PlaceOf(row.Key) }, new() { Value = row.BodyHash.ToArray() }, new() { Value = row.At }, new() { Value = row.Answer.ToArray() },
            },
        };
        return (bool)command.ExecuteScalar()!;
    }
}
