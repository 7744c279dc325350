using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Berth.Ledger.Stores;

/// <summary>
/// The journals in a PostgreSQL database, 15 or newer (B700). A commit is one statement and one round trip, whatever it carries: the claims are checked and locked, and the
/// rows are written only when every claim is in force (B701). Reads have connections of their own.
/// </summary>
public sealed partial class PostgresStore : IJournalStore
{
    // The lock keeps whoever takes an epoch waiting until this commit is done, so that it reads what was written under the epoch before.
    private const string AppendSql =
        """
        WITH held AS MATERIALIZED (SELECT t.id FROM tenant t JOIN unnest($1, $2) AS c(id, epoch) ON t.id = c.id AND t.epoch = c.epoch FOR SHARE OF t),
        allowed AS MATERIALIZED (SELECT count(*) = cardinality($1) AS yes FROM held),
        events AS (INSERT INTO journal(tenant, seq, epoch, at, actor, kind, payload)
            SELECT e.* FROM unnest($3, $4, $5, $6, $7, $8, $9) AS e WHERE (SELECT yes FROM allowed)),
        answers AS (INSERT INTO answer(tenant, place, key, hash, at, answer)
            SELECT a.* FROM unnest($10, $11, $12, $13, $14, $15) AS a WHERE (SELECT yes FROM allowed)
            ON CONFLICT (tenant, place) DO UPDATE SET hash = EXCLUDED.hash, at = EXCLUDED.at, answer = EXCLUDED.answer)
        SELECT yes FROM allowed
        """;

    /// <summary>Seconds that what is no commit may take: the deletion of a large tenant, say.</summary>
    private const int LongestWrite = 3600;

    private readonly PostgresAddress _address;
    private readonly PostgresLine _line;
    private readonly NpgsqlDataSource _pool;
    private readonly AppendRows _rows = new();
    private NpgsqlCommand? _append;

    private PostgresStore(PostgresAddress address, PostgresLine line)
    {
        _address = address;
        _line = line;
        _pool = address.Pool();
    }

    /// <summary>The version of the tables that this program makes.</summary>
    public static int SchemaVersion => PostgresSchema.Version;

    /// <summary>The version of the tables that was found on opening; 0 when there were none.</summary>
    public long FoundSchema => _line.Found;

    /// <summary>Opens a database, and brings its tables to the newest version (B702).</summary>
    /// <exception cref="LedgerRefusedException">It cannot be opened here; the message says why.</exception>
    public static PostgresStore Open(PostgresAddress address) => Open(address, PostgresLine.Patience);

    /// <summary>The same with another patience for whoever has the database.</summary>
    internal static PostgresStore Open(PostgresAddress address, TimeSpan patience)
    {
        PostgresLine line = new(address);
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

    /// <summary>Opens a database to read it, also beside a process that writes it; it stays as it is, and every write is refused (B706).</summary>
    /// <exception cref="LedgerRefusedException">It cannot be read, or is not of this version; the message says what to do.</exception>
    public static PostgresStore OpenReading(PostgresAddress address)
    {
        PostgresStore store = new(address, new PostgresLine(address));
        try
        {
            long found = store.Read(PostgresSchema.Find);
            return found == SchemaVersion
                ? store
                : throw new LedgerRefusedException(found == 0
                    ? $"The database {address} holds nothing of Berth yet."
                    : $"The database {address} has tables of version {found}, and this Berth knows {SchemaVersion}. Run 'berth db migrate', or use the version of Berth that wrote it.");
        }
        catch (DatabaseAwayException e)
        {
            store.Dispose();
            throw new LedgerRefusedException(e.Message, e);
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<Guid> Tenants() => Read(static connection =>
    {
        using NpgsqlCommand select = new("SELECT id FROM tenant", connection);
        using NpgsqlDataReader reader = select.ExecuteReader();
        List<Guid> tenants = [];
        while (reader.Read())
        {
            tenants.Add(reader.GetGuid(0));
        }

        return tenants;
    });

    /// <inheritdoc/>
    public Claim TakeEpoch(Guid tenant, long above = 0) => new(tenant, Write<long>(
        """
        INSERT INTO tenant(id, epoch, node, changed) VALUES($1, $2 + 1, $3, pg_current_xact_id())
        ON CONFLICT (id) DO UPDATE SET epoch = greatest(tenant.epoch, $2) + 1, node = $3, changed = pg_current_xact_id() RETURNING epoch
        """,
        Of(tenant),
        Of(above),
        Of(_line.Number)));

    /// <inheritdoc/>
    public void Clear(Claim claim)
    {
        Held(claim, Write<long>(
            """
            WITH held AS (UPDATE tenant SET snapshot_seq = NULL, snapshot_parts = NULL, snapshot_bytes = NULL, domain = NULL, changed = pg_current_xact_id()
                WHERE id = $1 AND epoch = $2 RETURNING id),
            events AS (DELETE FROM journal WHERE tenant IN (SELECT id FROM held)),
            parts AS (DELETE FROM snapshot WHERE tenant IN (SELECT id FROM held)),
            answers AS (DELETE FROM answer WHERE tenant IN (SELECT id FROM held))
            SELECT count(*) FROM held
            """,
            Of(claim.Tenant),
            Of(claim.Epoch)));
        _line.Cleared(claim.Tenant);
    }

    /// <inheritdoc/>
    public void Append(ReadOnlySpan<Claim> claims, ReadOnlySpan<JournalRow> events, ReadOnlySpan<AnswerRow> answers)
    {
        NpgsqlConnection connection = _line.Ready();
        Dictionary<Guid, (long Epoch, long Last)> extents = [];
        foreach (ref readonly JournalRow row in events)
        {
            extents[row.Tenant] = (row.Epoch, row.Sequence);
        }

        _rows.Fill(claims, events, answers);
        bool written;
        try
        {
            if (_append?.Connection != connection)
            {
                _append?.Dispose();
                _append = _rows.Command(AppendSql, connection);
            }

            written = (bool)_append.ExecuteScalar()!;
        }
        catch (PostgresException e) when (e.InvariantSeverity == "ERROR")
        {
            throw Undone(e);
        }
        catch (Exception e) when (PostgresLine.IsAway(e))
        {
            AnswerRow? sample = answers.IsEmpty ? null : answers[^1];
            _line.Drop();
            throw new CommitInDoubtException(
                $"{_address.Explain(e)} It was in the middle of a commit, and whether that happened is not known until it is back. "
                + "Send the command again with the same Repeatability-Request-ID, or look first.",
                () => _line.FindOut(extents, sample),
                e);
        }
        finally
        {
            _rows.Clear();
        }

        if (!written)
        {
            throw Fenced(connection, claims);
        }

        _line.Wrote(extents);
    }

    /// <inheritdoc/>
    public IEnumerable<JournalRow> ReadFrom(Guid tenant, long after)
    {
        using Lent lent = Proven();
        using NpgsqlCommand select = Command(lent.Connection, "SELECT seq, epoch, at, actor, kind, payload FROM journal WHERE tenant = $1 AND seq > $2 ORDER BY seq", Of(tenant), Of(after));
        using NpgsqlDataReader reader = Begin(select);
        while (Next(reader))
        {
            yield return Row(tenant, reader);
        }
    }

    /// <inheritdoc/>
    public AnswerRow? FindAnswer(Guid tenant, string key)
    {
        try
        {
            return Read<AnswerRow?>(connection =>
            {
                using NpgsqlCommand select = Command(connection, "SELECT hash, at, answer FROM answer WHERE tenant = $1 AND place = $2", Of(tenant), Of(PlaceOf(key)));
                using NpgsqlDataReader reader = select.ExecuteReader();
                return reader.Read() ? new AnswerRow(tenant, key, Bytes(reader, 0), reader.GetInt64(1), Bytes(reader, 2)) : null;
            });
        }
        catch (DatabaseAwayException e)
        {
            throw new WriteFailedException($"Nothing was written: {e.Message} Send the command again.", e);
        }
    }

    /// <inheritdoc/>
    public IEnumerable<AnswerRow> ReadAnswers(Guid tenant)
    {
        using Lent lent = Proven();
        using NpgsqlCommand select = Command(lent.Connection, "SELECT key, hash, at, answer FROM answer WHERE tenant = $1 ORDER BY key", Of(tenant));
        using NpgsqlDataReader reader = Begin(select);
        while (Next(reader))
        {
            yield return new AnswerRow(tenant, reader.GetString(0), Bytes(reader, 1), reader.GetInt64(2), Bytes(reader, 3));
        }
    }

    /// <inheritdoc/>
    public int ForgetAnswers(long before, int most) => (int)Write<long>(
        "WITH gone AS (DELETE FROM answer WHERE ctid = ANY(ARRAY(SELECT ctid FROM answer WHERE at < $1 ORDER BY at LIMIT $2)) RETURNING 1) SELECT count(*) FROM gone", Of(before), Of(most));

    /// <inheritdoc/>
    public void WriteSnapshotPart(Claim claim, long sequence, int part, ReadOnlySpan<byte> payload) => Held(claim, Write<long>(
        """
        WITH held AS MATERIALIZED (SELECT id FROM tenant WHERE id = $1 AND epoch = $2 FOR SHARE),
        written AS (INSERT INTO snapshot(tenant, seq, part, payload) SELECT id, $3, $4, $5 FROM held ON CONFLICT (tenant, seq, part) DO UPDATE SET payload = EXCLUDED.payload)
        SELECT count(*) FROM held
        """,
        Of(claim.Tenant),
        Of(claim.Epoch),
        Of(sequence),
        Of(part),
        Of(payload.ToArray())));

    /// <inheritdoc/>
    public void CompleteSnapshot(Claim claim, SnapshotMark mark) => Held(claim, Write<long>(
        """
        WITH done AS (UPDATE tenant SET snapshot_seq = $3, snapshot_parts = $4, snapshot_bytes = $5 WHERE id = $1 AND epoch = $2 RETURNING 1)
        SELECT count(*) FROM done
        """,
        Of(claim.Tenant),
        Of(claim.Epoch),
        Of(mark.Sequence),
        Of(mark.Parts),
        Of(mark.Bytes)));

    /// <inheritdoc/>
    public int PruneSnapshots(Claim claim, int most)
    {
        long gone = Write<long>(
            """
            WITH held AS MATERIALIZED (SELECT id, snapshot_seq FROM tenant WHERE id = $1 AND epoch = $2 FOR SHARE),
            gone AS (DELETE FROM snapshot WHERE ctid = ANY(ARRAY(
                SELECT s.ctid FROM snapshot s JOIN held ON s.tenant = held.id AND s.seq IS DISTINCT FROM held.snapshot_seq LIMIT $3)) RETURNING 1)
            SELECT CASE WHEN EXISTS(SELECT FROM held) THEN (SELECT count(*) FROM gone) ELSE -1 END
            """,
            Of(claim.Tenant),
            Of(claim.Epoch),
            Of(most));
        Held(claim, gone + 1);
        return (int)gone;
    }

    /// <inheritdoc/>
    public SnapshotMark? FindSnapshot(Guid tenant) => Read<SnapshotMark?>(connection =>
    {
        using NpgsqlCommand select = Command(connection, "SELECT snapshot_seq, snapshot_parts, snapshot_bytes FROM tenant WHERE id = $1 AND snapshot_seq IS NOT NULL", Of(tenant));
        using NpgsqlDataReader reader = select.ExecuteReader();
        return reader.Read() ? new SnapshotMark(reader.GetInt64(0), reader.GetInt32(1), reader.GetInt64(2)) : null;
    });

    /// <inheritdoc/>
    public IEnumerable<ReadOnlyMemory<byte>> ReadSnapshot(Guid tenant, SnapshotMark mark)
    {
        using Lent lent = Proven();
        using NpgsqlCommand select = Command(lent.Connection, "SELECT payload FROM snapshot WHERE tenant = $1 AND seq = $2 AND part < $3 ORDER BY part", Of(tenant), Of(mark.Sequence), Of(mark.Parts));
        using NpgsqlDataReader reader = Begin(select);
        while (Next(reader))
        {
            yield return Bytes(reader, 0);
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<JournalRow>> ReadBackAsync(Guid tenant, long below, int most, long mostBytes, CancellationToken cancel) => ReadAsync<IReadOnlyList<JournalRow>>(
        async connection =>
        {
            // The server adds up, so that nothing comes over the wire that is not wanted.
            await using NpgsqlCommand select = Command(
                connection,
                """
                SELECT seq, epoch, at, actor, kind, payload FROM (
                    SELECT *, sum(octet_length(payload)) OVER (ORDER BY seq DESC) - octet_length(payload) AS above FROM (
                        SELECT * FROM journal WHERE tenant = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3) AS page) AS measured
                WHERE above < $4 ORDER BY seq DESC
                """,
                Of(tenant),
                Of(below),
                Of(most),
                Of(mostBytes));
            await using NpgsqlDataReader reader = await select.ExecuteReaderAsync(cancel).ConfigureAwait(false);
            List<JournalRow> page = [];
            while (await reader.ReadAsync(cancel).ConfigureAwait(false))
            {
                page.Add(Row(tenant, reader));
            }

            return page;
        },
        cancel);

    /// <inheritdoc/>
    public ValueTask<long> FindSequenceAsync(Guid tenant, long at, CancellationToken cancel) => ReadAsync(
        async connection =>
        {
            // Times may run backwards where clocks are moved, so no index on them.
            await using NpgsqlCommand select = Command(connection, "SELECT seq FROM journal WHERE tenant = $1 AND at <= $2 ORDER BY seq DESC LIMIT 1", Of(tenant), Of(at));
            return await select.ExecuteScalarAsync(cancel).ConfigureAwait(false) as long? ?? 0;
        },
        cancel);

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> ReadSnapshotPartAsync(Guid tenant, long sequence, int part, CancellationToken cancel) => ReadAsync(
        async connection =>
        {
            await using NpgsqlCommand select = Command(connection, "SELECT payload FROM snapshot WHERE tenant = $1 AND seq = $2 AND part = $3", Of(tenant), Of(sequence), Of(part));
            return await select.ExecuteScalarAsync(cancel).ConfigureAwait(false) is byte[] payload ? (ReadOnlyMemory<byte>?)payload : null;
        },
        cancel);

    /// <inheritdoc/>
    public ValueTask<byte[]?> ReadBlobAsync(string name, CancellationToken cancel) => ReadAsync(
        async connection =>
        {
            await using NpgsqlCommand select = Command(connection, "SELECT value FROM blob WHERE name = $1", Of(Text(name)));
            return await select.ExecuteScalarAsync(cancel).ConfigureAwait(false) as byte[];
        },
        cancel);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<(string Name, byte[] Value)>> ReadBlobsAsync(string beginning, CancellationToken cancel) => ReadAsync<IReadOnlyList<(string Name, byte[] Value)>>(
        async connection =>
        {
            await using NpgsqlCommand select = Command(
                connection, "SELECT name, value FROM blob WHERE name >= $1 AND name < $2 ORDER BY name", Of(beginning), Of(beginning + "\U0010FFFF"));
            await using NpgsqlDataReader reader = await select.ExecuteReaderAsync(cancel).ConfigureAwait(false);
            List<(string, byte[])> values = [];
            while (await reader.ReadAsync(cancel).ConfigureAwait(false))
            {
                values.Add((reader.GetString(0), reader.GetFieldValue<byte[]>(1)));
            }

            return values;
        },
        cancel);

    /// <inheritdoc/>
    public ValueTask WriteBlobAsync(string name, ReadOnlyMemory<byte> value, CancellationToken cancel) => WriteBlobsAsync([(name, value)], cancel);

    /// <inheritdoc/>
    public ValueTask WriteBlobsAsync(IReadOnlyList<(string Name, ReadOnlyMemory<byte> Value)> values, CancellationToken cancel) => WriteAsync(values, null, cancel);

    /// <inheritdoc/>
    public ValueTask WriteBlobsAsync(IReadOnlyList<(string Name, ReadOnlyMemory<byte> Value)> values, Claim claim, CancellationToken cancel) => WriteAsync(values, claim, cancel);

    private async ValueTask WriteAsync(IReadOnlyList<(string Name, ReadOnlyMemory<byte> Value)> values, Claim? claim, CancellationToken cancel)
    {
        Dictionary<string, byte[]> last = new(StringComparer.Ordinal);
        foreach ((string name, ReadOnlyMemory<byte> value) in values)
        {
            last[Text(name)] = value.ToArray();
        }

        long held;
        try
        {
            // A named value belongs to no tenant, so it is the opening that fences it. Writing the same value twice is the same as once.
            held = await ReadAsync(
                async connection =>
                {
                    await using NpgsqlCommand write = Command(
                        connection,
                        """
                        WITH claimed AS MATERIALIZED (SELECT id FROM tenant WHERE id = $4 AND epoch = $5 FOR SHARE),
                        held AS MATERIALIZED (SELECT value FROM meta WHERE name = 'opening' AND value = $1 AND ($5 = 0 OR EXISTS(SELECT FROM claimed)) FOR SHARE),
                        written AS (INSERT INTO blob(name, value) SELECT b.* FROM unnest($2, $3) AS b WHERE EXISTS(SELECT FROM held)
                            ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value)
                        SELECT count(*) FROM held
                        """,
                        Of(_line.Opening),
                        Of(last.Keys.ToArray()),
                        Of(last.Values.ToArray()),
                        Of(claim?.Tenant ?? Guid.Empty),
                        Of(claim?.Epoch ?? 0));
                    return (long)(await write.ExecuteScalarAsync(cancel).ConfigureAwait(false))!;
                },
                cancel).ConfigureAwait(false);
        }
        catch (DatabaseAwayException e)
        {
            throw new WriteFailedException($"It is not certain that it was written: {e.Message} Send it again.", e);
        }

        if (held == 0)
        {
            throw claim is { } lost ? LedgerFencedException.Of(lost) : Taken();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _append?.Dispose();
        _line.Dispose();
        if (_moment is null)
        {
            _pool.Dispose();
            return;
        }

        // The pool is the store's that holds the moment.
        _moment.Dispose();
        _held?.Dispose();
    }

    /// <summary>A text as PostgreSQL can hold it: not every text of .NET is one of Unicode, and none has a zero (B705).</summary>
    internal static string Text(string text) => text.AsSpan().Contains('\0') || HasLoneSurrogate(text)
        ? Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Replace('\0', '\uFFFD')
        : text;

    /// <summary>Where an answer lies: a key may be longer than an index can hold.</summary>
    internal static byte[] PlaceOf(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    private static bool HasLoneSurrogate(string text)
    {
        for (int at = 0; at < text.Length; at++)
        {
            if (char.IsSurrogate(text[at]))
            {
                if (!char.IsSurrogatePair(text, at))
                {
                    return true;
                }

                at++;
            }
        }

        return false;
    }

    private static NpgsqlParameter<T> Of<T>(T value) => new() { TypedValue = value };

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
#pragma warning disable CA2100 // Every text comes from this file.
        NpgsqlCommand command = new(sql, connection);
#pragma warning restore CA2100
        foreach (NpgsqlParameter parameter in parameters)
        {
            command.Parameters.Add(parameter);
        }

        return command;
    }

    private static JournalRow Row(Guid tenant, NpgsqlDataReader reader) =>
        new(tenant, reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetString(3), reader.GetString(4), Bytes(reader, 5));

    private static byte[] Bytes(NpgsqlDataReader reader, int column) => reader.GetFieldValue<byte[]>(column);

    private static void Held(Claim claim, long held)
    {
        if (held == 0)
        {
            throw LedgerFencedException.Of(claim);
        }
    }

    // Which of several claims it was is asked only when one was.
    private static LedgerFencedException Fenced(NpgsqlConnection connection, ReadOnlySpan<Claim> claims)
    {
        foreach (Claim claim in claims)
        {
            using NpgsqlCommand select = Command(connection, "SELECT epoch FROM tenant WHERE id = $1", Of(claim.Tenant));
            if (select.ExecuteScalar() as long? != claim.Epoch)
            {
                return LedgerFencedException.Of(claim);
            }
        }

        return LedgerFencedException.Of(claims[0]);
    }

    private Exception Undone(PostgresException e) => PostgresLine.IsPassing(e) ? new WriteFailedException($"Nothing was written: {_address.Explain(e)} Send the command again.", e) : e;

    // What is written here may be written again: when the connection breaks in the middle, nothing hangs on whether it was.
    private T Write<T>(string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        NpgsqlConnection connection = _line.Ready();
        try
        {
            using NpgsqlCommand command = Command(connection, sql, parameters);
            command.CommandTimeout = LongestWrite;
            return (T)command.ExecuteScalar()!;
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

    // A connection of the pool may have broken long ago: the first failure empties the pool, and only the second one is told.
    private T Read<T>(Func<NpgsqlConnection, T> read, bool keep = false)
    {
        if (_held is { } held)
        {
            return Told(() => read(held));
        }

        for (int attempt = 0; ; attempt++)
        {
            NpgsqlConnection? connection = null;
            try
            {
                connection = _pool.OpenConnection();
                T result = read(connection);
                connection = keep ? null : connection;
                return result;
            }
            catch (Exception e) when (PostgresLine.IsAway(e))
            {
                if (attempt > 0 || connection is null)
                {
                    throw new DatabaseAwayException(_address.Explain(e), e);
                }

                _pool.Clear();
            }
            finally
            {
                connection?.Dispose();
            }
        }
    }

    private async ValueTask<T> ReadAsync<T>(Func<NpgsqlConnection, Task<T>> read, CancellationToken cancel)
    {
        if (_held is { } held)
        {
            return await ToldAsync(() => read(held)).ConfigureAwait(false);
        }

        for (int attempt = 0; ; attempt++)
        {
            NpgsqlConnection? connection = null;
            try
            {
                connection = await _pool.OpenConnectionAsync(cancel).ConfigureAwait(false);
                return await read(connection).ConfigureAwait(false);
            }
            catch (Exception e) when (PostgresLine.IsAway(e))
            {
                if (attempt > 0 || connection is null)
                {
                    throw new DatabaseAwayException(_address.Explain(e), e);
                }

                _pool.Clear();
            }
            finally
            {
                if (connection is not null)
                {
                    await connection.DisposeAsync().ConfigureAwait(false);
                }
            }
        }
    }

    /// <summary>The columns of what a commit carries, used again and again.</summary>
    private sealed class AppendRows
    {
        private readonly List<Guid> _claimTenants = [], _eventTenants = [], _answerTenants = [];
        private readonly List<long> _claimEpochs = [], _sequences = [], _epochs = [], _times = [], _answerTimes = [];
        private readonly List<string> _actors = [], _kinds = [], _keys = [];
        private readonly List<byte[]> _payloads = [], _placesOfKeys = [], _hashes = [], _answers = [];
        private readonly Dictionary<(Guid, string), int> _places = [];

        public NpgsqlCommand Command(string sql, NpgsqlConnection connection)
        {
            NpgsqlCommand command = PostgresStore.Command(
                connection,
                sql,
                Of(_claimTenants),
                Of(_claimEpochs),
                Of(_eventTenants),
                Of(_sequences),
                Of(_epochs),
                Of(_times),
                Of(_actors),
                Of(_kinds),
                Of(_payloads),
                Of(_answerTenants),
                Of(_placesOfKeys),
                Of(_keys),
                Of(_hashes),
                Of(_answerTimes),
                Of(_answers));
            command.Prepare();
            return command;
        }

        public void Fill(ReadOnlySpan<Claim> claims, ReadOnlySpan<JournalRow> events, ReadOnlySpan<AnswerRow> answers)
        {
            foreach (ref readonly Claim claim in claims)
            {
                _claimTenants.Add(claim.Tenant);
                _claimEpochs.Add(claim.Epoch);
            }

            foreach (ref readonly JournalRow row in events)
            {
                _eventTenants.Add(row.Tenant);
                _sequences.Add(row.Sequence);
                _epochs.Add(row.Epoch);
                _times.Add(row.At);
                _actors.Add(Text(row.Actor));
                _kinds.Add(Text(row.Kind));
                _payloads.Add(Array(row.Payload));
            }

            foreach (ref readonly AnswerRow row in answers)
            {
                string key = Text(row.Key);
                if (!_places.TryAdd((row.Tenant, row.Key), _keys.Count))
                {
                    // One statement writes a key once: the last answer counts.
                    int place = _places[(row.Tenant, row.Key)];
                    (_hashes[place], _answerTimes[place], _answers[place]) = (Array(row.BodyHash), row.At, Array(row.Answer));
                    continue;
                }

                _answerTenants.Add(row.Tenant);
                _placesOfKeys.Add(PlaceOf(row.Key));
                _keys.Add(key);
                _hashes.Add(Array(row.BodyHash));
                _answerTimes.Add(row.At);
                _answers.Add(Array(row.Answer));
            }
        }

        public void Clear()
        {
            _claimTenants.Clear();
            _claimEpochs.Clear();
            _eventTenants.Clear();
            _sequences.Clear();
            _epochs.Clear();
            _times.Clear();
            _actors.Clear();
            _kinds.Clear();
            _payloads.Clear();
            _answerTenants.Clear();
            _placesOfKeys.Clear();
            _keys.Clear();
            _hashes.Clear();
            _answerTimes.Clear();
            _answers.Clear();
            _places.Clear();
        }

        // Nearly always the whole of an array, which then needs no copy.
        private static byte[] Array(ReadOnlyMemory<byte> bytes) =>
            MemoryMarshal.TryGetArray(bytes, out ArraySegment<byte> segment) && segment.Array is { } whole && segment.Count == whole.Length ? whole : bytes.ToArray();
    }
}
