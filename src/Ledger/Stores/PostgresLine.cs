using System.Diagnostics;
using Npgsql;

namespace Berth.Ledger.Stores;

/// <summary>
/// The one connection that writes. Whoever opens the database takes a lock on it that lasts as long as the connection, and the next number of the openings: a second
/// process is refused, and one that lost the lock writes nothing more (B702). When the connection breaks, a new one is made, provided that nobody else came in between
/// and that the database still has everything it acknowledged (B704). One thread at a time.
/// </summary>
internal sealed class PostgresLine : IDisposable
{
    /// <summary>"BERT", and what of it: the right to write the whole database.</summary>
    private const string LockKey = "1111839316, 1";

    /// <summary>How long an opening waits for a process that is on its way out, such as one that was killed a moment ago.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly PostgresAddress _address;
    private readonly NpgsqlDataSource _source;

    /// <summary>The newest event of each tenant that was written here.</summary>
    private readonly Dictionary<Guid, long> _heads = [];
    private NpgsqlConnection? _connection;
    private int _backend;

    public PostgresLine(PostgresAddress address)
    {
        _address = address;
        _source = address.Lines();
    }

    /// <summary>The number of this opening of the database; who opens it next has a higher one.</summary>
    public long Opening { get; private set; }

    /// <summary>The version of the tables that was found on opening.</summary>
    public long Found { get; private set; }

    /// <summary>Takes the database: the lock, then the newest tables, then the next opening.</summary>
    /// <param name="patience">How long to wait for whoever has it.</param>
    /// <exception cref="LedgerRefusedException">It cannot be taken; the message says why.</exception>
    public void Open(TimeSpan patience)
    {
        try
        {
            NpgsqlConnection connection = Connect();
            PostgresSchema.CheckServer(connection, _address);
            for (long began = Stopwatch.GetTimestamp(); !TryLock(connection);)
            {
                if (Stopwatch.GetElapsedTime(began) >= patience)
                {
                    throw new LedgerRefusedException($"The database {_address} is in use by another Berth process ({Holder(connection)}). Stop that one, or choose another database.");
                }

                using ManualResetEventSlim never = new();
                never.Wait(Pause);
            }

            Found = PostgresSchema.Migrate(connection, _address);
            using NpgsqlCommand open = new("UPDATE meta SET value = value + 1 WHERE name = 'opening' RETURNING value", connection);
            Opening = (long)open.ExecuteScalar()!;
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
    public void Wrote(IReadOnlyDictionary<Guid, (long First, long Last)> events)
    {
        foreach ((Guid tenant, (long _, long last)) in events)
        {
            _heads[tenant] = last;
        }
    }

    /// <summary>A tenant has no event any more.</summary>
    public void Cleared(Guid tenant) => _heads.Remove(tenant);

    /// <summary>Whether a commit that was cut off happened; null while the database cannot be asked.</summary>
    /// <param name="events">The first and the last event of each tenant of that commit.</param>
    /// <param name="answer">An answer of that commit, for one without events.</param>
    /// <exception cref="LedgerFencedException">The database is another process's by now, or lost what it had acknowledged.</exception>
    public bool? FindOut(IReadOnlyDictionary<Guid, (long First, long Last)> events, AnswerRow? answer)
    {
        try
        {
            // With the lock in hand the old connection is at its end on the server too: what it did is done, and it does nothing more.
            NpgsqlConnection connection = _connection ?? Return(events);
            bool happened = events.Count > 0
                ? events.All(one => Newest(connection, one.Key) == one.Value.Last)
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

    private NpgsqlConnection Return(IReadOnlyDictionary<Guid, (long First, long Last)>? inDoubt)
    {
        int before = _backend;
        NpgsqlConnection connection = Connect();
        CheckOpening(connection);
        if (!TryLock(connection))
        {
            // Nobody has come between: what holds it is our old connection, of which the server does not know yet that it is broken, or somebody who is just about to open.
            using NpgsqlCommand end = new(
                $"SELECT pg_terminate_backend(pid) FROM ({Holders}) AS holder WHERE pid = $1", connection)
            {
                Parameters = { new() { Value = before } },
            };
            end.ExecuteNonQuery();
            throw new TimeoutException("the connection before is not at its end yet");
        }

        CheckOpening(connection);
        foreach ((Guid tenant, long head) in _heads)
        {
            long newest = Newest(connection, tenant);
            bool isKnown = newest == head || (inDoubt is not null && inDoubt.TryGetValue(tenant, out (long First, long Last) events) && newest == events.Last);
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

    private static bool TryLock(NpgsqlConnection connection)
    {
        using NpgsqlCommand command = new($"SELECT pg_try_advisory_lock({LockKey})", connection);
        return (bool)command.ExecuteScalar()!;
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
