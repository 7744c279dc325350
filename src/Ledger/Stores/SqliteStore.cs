using Microsoft.Data.Sqlite;
using SQLitePCL;
using static SQLitePCL.raw;

namespace Berth.Ledger.Stores;

/// <summary>
/// The journals in a SQLite file: write-ahead log, synchronous FULL, one connection that writes by prepared statements, one that
/// looks up answers, further ones for whoever reads back. A lock beside the file keeps a second process out; the epochs would fence whoever got past it.
/// </summary>
public sealed partial class SqliteStore : IJournalStore
{
    /// <summary>The version of the tables.</summary>
    public const int SchemaVersion = 2;

    /// <summary>
    /// The longest payload that lies in its row of the journal, in bytes. To find a place in the journal rows are compared, and SQLite reads the whole of one that has pages of its own: with many tenants, each of which begins
    /// with its catalog of 30 KB, nearly all that a commit read was of those.
    /// </summary>
    internal const int LongestInRow = 512;

    // What each version of the tables adds to the one before it.
    private static readonly string[] Steps =
    [
        """
        CREATE TABLE meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE tenant(id BLOB PRIMARY KEY, epoch INTEGER NOT NULL,
            snapshot_seq INTEGER, snapshot_parts INTEGER, snapshot_bytes INTEGER) WITHOUT ROWID;
        CREATE TABLE journal(tenant BLOB NOT NULL, seq INTEGER NOT NULL, epoch INTEGER NOT NULL, at INTEGER NOT NULL,
            actor TEXT NOT NULL, kind TEXT NOT NULL, payload BLOB NOT NULL, PRIMARY KEY(tenant, seq)) WITHOUT ROWID;
        CREATE TABLE snapshot(tenant BLOB NOT NULL, seq INTEGER NOT NULL, part INTEGER NOT NULL, payload BLOB NOT NULL,
            UNIQUE(tenant, seq, part));
        CREATE TABLE answer(tenant BLOB NOT NULL, key TEXT NOT NULL, hash BLOB NOT NULL, at INTEGER NOT NULL,
            answer BLOB NOT NULL, PRIMARY KEY(tenant, key)) WITHOUT ROWID;
        CREATE INDEX answer_at ON answer(at);
        CREATE TABLE blob(name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
        """,
        $"""
        CREATE TABLE journal_payload(tenant BLOB NOT NULL, seq INTEGER NOT NULL, payload BLOB NOT NULL, UNIQUE(tenant, seq));
        INSERT INTO journal_payload(tenant, seq, payload) SELECT tenant, seq, payload FROM journal WHERE length(payload) > {LongestInRow};
        UPDATE journal SET payload = x'' WHERE length(payload) > {LongestInRow};
        """,
    ];

    // No payload is empty: where the row has none it lies beside the journal.
    private const string Payload =
        "CASE length(payload) WHEN 0 THEN (SELECT beside.payload FROM journal_payload beside WHERE beside.tenant = journal.tenant AND beside.seq = journal.seq) ELSE payload END";

    /// <summary>How long a connection waits for another one's transaction; ours are milliseconds.</summary>
    private const int BusyMilliseconds = 10_000;

    /// <summary>A COMMIT returns when the write-ahead log is on the disk.</summary>
    private const string Durable = "PRAGMA synchronous = FULL;";

    /// <summary>Pages of the write-ahead log after which a commit moves them into the file: 16 MiB.</summary>
    private const int CheckpointPages = 4096;

    private readonly bool _isMoment;
    private readonly FileStream? _lock;
    private readonly string _reading;
    private readonly SqliteConnection _connection;
    private readonly SqliteConnection _recall;
    private readonly sqlite3 _database;
    private readonly List<SqliteStatement> _statements = [];
    private readonly SqliteStatement _begin, _commit, _rollback, _epoch, _takeEpoch, _event, _payload, _answer, _findAnswer, _forget;
    private readonly SqliteStatement _part, _complete, _prune, _mark;

    private SqliteStore(FileStream? held, SqliteConnection connection, string reading, bool isMoment = false)
    {
        _isMoment = isMoment;
        _lock = held;
        _reading = reading;
        _connection = connection;
        _database = connection.Handle!;
        _begin = Prepare("BEGIN IMMEDIATE");
        _commit = Prepare("COMMIT");
        _rollback = Prepare("ROLLBACK");
        _epoch = Prepare("SELECT epoch FROM tenant WHERE id = ?");
        _takeEpoch = Prepare("INSERT INTO tenant(id, epoch) VALUES(?1, ?2 + 1) ON CONFLICT(id) DO UPDATE SET epoch = max(epoch, ?2) + 1 RETURNING epoch");
        _event = Prepare("INSERT INTO journal(tenant, seq, epoch, at, actor, kind, payload) VALUES(?, ?, ?, ?, ?, ?, ?)");
        _payload = Prepare("INSERT INTO journal_payload(tenant, seq, payload) VALUES(?, ?, ?)");
        _answer = Prepare("INSERT OR REPLACE INTO answer(tenant, key, hash, at, answer) VALUES(?, ?, ?, ?, ?)");
        _recall = isMoment ? connection : Connect(reading);
        _findAnswer = new SqliteStatement(_recall.Handle!, "SELECT hash, at, answer FROM answer WHERE tenant = ? AND key = ?");
        _forget = Prepare(
            "DELETE FROM answer WHERE (tenant, key) IN (SELECT tenant, key FROM answer INDEXED BY answer_at WHERE at < ? LIMIT ?)");
        _part = Prepare("INSERT OR REPLACE INTO snapshot(tenant, seq, part, payload) VALUES(?, ?, ?, ?)");
        _complete = Prepare("UPDATE tenant SET snapshot_seq = ?, snapshot_parts = ?, snapshot_bytes = ? WHERE id = ?");
        _prune = Prepare("DELETE FROM snapshot WHERE rowid IN (SELECT rowid FROM snapshot WHERE tenant = ? AND seq <> ? LIMIT ?)");
        _mark = Prepare("SELECT snapshot_seq, snapshot_parts, snapshot_bytes FROM tenant WHERE id = ? AND snapshot_seq IS NOT NULL");
    }

    /// <summary>The version of the tables that was found on opening; 0 when there were none.</summary>
    public long FoundSchema { get; private init; } = SchemaVersion;

    /// <summary>Opens a database, and creates it where there is none.</summary>
    /// <param name="path">The file; its folder is created when it is missing. Only its owner can read a new one.</param>
    /// <exception cref="LedgerRefusedException">It cannot be opened here; the message says why.</exception>
    public static SqliteStore Open(string path)
    {
        path = Path.GetFullPath(path);
        FileStream held = TakeLock(path);
        SqliteConnectionStringBuilder to = new() { DataSource = path, DefaultTimeout = BusyMilliseconds / 1000 };
        string reading = to.ToString();
        to.Pooling = false;
        SqliteConnection connection = new(to.ToString());
        try
        {
            connection.Open();
            Execute(connection, $"PRAGMA busy_timeout = {BusyMilliseconds}; PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = {CheckpointPages}; {Durable}");
            Execute(connection, "BEGIN IMMEDIATE");
            if (SchemaOf(connection) is var version && version > SchemaVersion)
            {
                throw new LedgerRefusedException(
                    $"The database {path} was written by a newer version of Berth (schema {version}; this one knows {SchemaVersion}). Use that version.");
            }

            if (version < SchemaVersion)
            {
                foreach (string step in Steps.Skip((int)version))
                {
                    Execute(connection, step);
                }

                Execute(connection, $"INSERT OR REPLACE INTO meta(name, value) VALUES('schema', {SchemaVersion})");
            }

            Execute(connection, "COMMIT");
            return new SqliteStore(held, connection, reading) { FoundSchema = version };
        }
        catch (SqliteException e)
        {
            connection.Dispose();
            held.Dispose();
            throw new LedgerRefusedException($"The database {path} cannot be opened: {e.Message}", e);
        }
        catch
        {
            connection.Dispose();
            held.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IJournalStore HoldMoment() => OpenReading(_connection.DataSource, isMoment: true);

    /// <summary>Opens a database to read it, also beside a process that writes it; it stays as it is (B706).</summary>
    /// <exception cref="LedgerRefusedException">There is none, or not one of this version; the message says what to do.</exception>
    public static SqliteStore OpenReading(string path) => OpenReading(path, isMoment: false);

    private static SqliteStore OpenReading(string path, bool isMoment)
    {
        path = Path.GetFullPath(path);
        if (!File.Exists(path))
        {
            throw new LedgerRefusedException($"There is no database {path}. Name its folder with --data, or a PostgreSQL database with --db.");
        }

        SqliteConnectionStringBuilder to = new() { DataSource = path, DefaultTimeout = BusyMilliseconds / 1000 };
        string reading = to.ToString();
        to.Pooling = false;
        SqliteConnection connection = new(to.ToString());
        try
        {
            connection.Open();
            Execute(connection, $"PRAGMA busy_timeout = {BusyMilliseconds}; PRAGMA query_only = ON;{(isMoment ? " BEGIN;" : "")}");

            // The first read settles which moment it is.
            return SchemaOf(connection) is var version && version == SchemaVersion
                ? new SqliteStore(null, connection, reading, isMoment)
                : throw new LedgerRefusedException(
                    $"The database {path} has tables of version {version}, and this Berth knows {SchemaVersion}. Run 'berth db migrate', or use the version of Berth that wrote it.");
        }
        catch (SqliteException e)
        {
            connection.Dispose();
            throw new LedgerRefusedException($"The database {path} cannot be opened: {e.Message}", e);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<Guid> Tenants()
    {
        using SqliteStatement select = new(_database, "SELECT id FROM tenant");
        List<Guid> tenants = [];
        while (select.Next())
        {
            tenants.Add(select.Id(0));
        }

        return tenants;
    }

    /// <inheritdoc/>
    public Claim TakeEpoch(Guid tenant, long above = 0) => TakeEpochs([tenant], above)[0];

    /// <inheritdoc/>
    public IReadOnlyList<Claim> TakeEpochs(IReadOnlyList<Guid> tenants) => TakeEpochs(tenants, 0);

    private List<Claim> TakeEpochs(IReadOnlyList<Guid> tenants, long above)
    {
        List<Claim> claims = new(tenants.Count);
        try
        {
            _begin.Run();
            foreach (Guid tenant in tenants)
            {
                _ = _takeEpoch.With(tenant).With(above).Next();
                claims.Add(new Claim(tenant, _takeEpoch.Number(0)));
                _takeEpoch.Reset();
            }
        }
        catch (Exception e)
        {
            throw Undone(e);
        }

        Commit();
        return claims;
    }

    /// <inheritdoc/>
    public void Clear(Claim claim)
    {
        try
        {
            _begin.Run();
            Check(claim);
            foreach (string what in new[]
            {
                "DELETE FROM journal WHERE tenant = ?", "DELETE FROM journal_payload WHERE tenant = ?", "DELETE FROM snapshot WHERE tenant = ?", "DELETE FROM answer WHERE tenant = ?",
                "UPDATE tenant SET snapshot_seq = NULL, snapshot_parts = NULL, snapshot_bytes = NULL WHERE id = ?",
            })
            {
                using SqliteStatement statement = new(_database, what);
                statement.With(claim.Tenant).Run();
            }
        }
        catch (Exception e)
        {
            throw Undone(e);
        }

        Commit();
    }

    /// <inheritdoc/>
    public void Append(ReadOnlySpan<Claim> claims, ReadOnlySpan<JournalRow> events, ReadOnlySpan<AnswerRow> answers)
    {
        try
        {
            _begin.Run();
            foreach (ref readonly Claim claim in claims)
            {
                Check(claim);
            }

            foreach (ref readonly JournalRow row in events)
            {
                ReadOnlySpan<byte> payload = row.Payload.Span;
                if (payload.Length > LongestInRow)
                {
                    _payload.With(row.Tenant).With(row.Sequence).With(payload).Run();
                    payload = [];
                }

                _event.With(row.Tenant).With(row.Sequence).With(row.Epoch).With(row.At).With(row.Actor).With(row.Kind).With(payload).Run();
            }

            foreach (ref readonly AnswerRow row in answers)
            {
                _answer.With(row.Tenant).With(row.Key).With(row.BodyHash.Span).With(row.At).With(row.Answer.Span).Run();
            }
        }
        catch (Exception e)
        {
            throw Undone(e);
        }

        Commit();
    }

    /// <inheritdoc/>
    public IEnumerable<JournalRow> ReadFrom(Guid tenant, long after)
    {
        using SqliteStatement select = new(_database, $"SELECT seq, epoch, at, actor, kind, {Payload} FROM journal WHERE tenant = ? AND seq > ? ORDER BY seq");
        select.With(tenant).With(after);
        while (select.Next())
        {
            yield return new JournalRow(tenant, select.Number(0), select.Number(1), select.Number(2), select.Text(3), select.Text(4), select.Blob(5));
        }
    }

    /// <inheritdoc/>
    public AnswerRow? FindAnswer(Guid tenant, string key)
    {
        AnswerRow? found = _findAnswer.With(tenant).With(key).Next()
            ? new AnswerRow(tenant, key, _findAnswer.Blob(0), _findAnswer.Number(1), _findAnswer.Blob(2))
            : null;
        _findAnswer.Reset();
        return found;
    }

    /// <inheritdoc/>
    public IEnumerable<AnswerRow> ReadAnswers(Guid tenant)
    {
        using SqliteStatement select = new(_database, "SELECT key, hash, at, answer FROM answer WHERE tenant = ? ORDER BY key");
        select.With(tenant);
        while (select.Next())
        {
            yield return new AnswerRow(tenant, select.Text(0), select.Blob(1), select.Number(2), select.Blob(3));
        }
    }

    /// <inheritdoc/>
    public int ForgetAnswers(long before, int most) => Delete(null, _forget, before, most);

    /// <inheritdoc/>
    public void WriteSnapshotPart(Claim claim, long sequence, int part, ReadOnlySpan<byte> payload)
    {
        try
        {
            _begin.Run();
            Check(claim);
            _part.With(claim.Tenant).With(sequence).With(part).With(payload).Run();
        }
        catch (Exception e)
        {
            throw Undone(e);
        }

        Commit();
    }

    /// <inheritdoc/>
    public void CompleteSnapshot(Claim claim, SnapshotMark mark)
    {
        try
        {
            _begin.Run();
            Check(claim);
            _complete.With(mark.Sequence).With(mark.Parts).With(mark.Bytes).With(claim.Tenant).Run();
        }
        catch (Exception e)
        {
            throw Undone(e);
        }

        Commit();
    }

    /// <inheritdoc/>
    public int PruneSnapshots(Claim claim, int most)
    {
        SnapshotMark? newest = FindSnapshot(claim.Tenant);
        return Delete(claim, _prune.With(claim.Tenant), newest?.Sequence ?? 0, most);
    }

    /// <inheritdoc/>
    public SnapshotMark? FindSnapshot(Guid tenant)
    {
        SnapshotMark? mark = _mark.With(tenant).Next() ? new SnapshotMark(_mark.Number(0), (int)_mark.Number(1), _mark.Number(2)) : null;
        _mark.Reset();
        return mark;
    }

    /// <inheritdoc/>
    public IEnumerable<ReadOnlyMemory<byte>> ReadSnapshot(Guid tenant, SnapshotMark mark)
    {
        using SqliteStatement select = new(_database, "SELECT payload FROM snapshot WHERE tenant = ? AND seq = ? AND part < ? ORDER BY part");
        select.With(tenant).With(mark.Sequence).With(mark.Parts);
        while (select.Next())
        {
            yield return select.Blob(0);
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<JournalRow>> ReadBackAsync(Guid tenant, long below, int most, long mostBytes, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        using Lent lent = Lend();
        using SqliteStatement select = new(
            lent.Handle, $"SELECT seq, epoch, at, actor, kind, {Payload} FROM journal WHERE tenant = ? AND seq < ? ORDER BY seq DESC LIMIT ?");
        select.With(tenant).With(below).With(most);
        List<JournalRow> page = [];
        long bytes = 0;
        while (bytes < mostBytes && select.Next())
        {
            page.Add(new JournalRow(tenant, select.Number(0), select.Number(1), select.Number(2), select.Text(3), select.Text(4), select.Blob(5)));
            bytes += page[^1].Payload.Length;
        }

        return new ValueTask<IReadOnlyList<JournalRow>>(page);
    }

    /// <inheritdoc/>
    public ValueTask<long> FindSequenceAsync(Guid tenant, long at, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        using Lent lent = Lend();

        // Times may run backwards where clocks are moved, so no index and no bisection: the payloads that are passed on the way are not read.
        using SqliteStatement select = new(lent.Handle, "SELECT seq FROM journal WHERE tenant = ? AND at <= ? ORDER BY seq DESC LIMIT 1");
        return new ValueTask<long>(select.With(tenant).With(at).Next() ? select.Number(0) : 0);
    }

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> ReadSnapshotPartAsync(Guid tenant, long sequence, int part, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        using Lent lent = Lend();
        using SqliteStatement select = new(lent.Handle, "SELECT payload FROM snapshot WHERE tenant = ? AND seq = ? AND part = ?");
        return new ValueTask<ReadOnlyMemory<byte>?>(select.With(tenant).With(sequence).With(part).Next() ? (ReadOnlyMemory<byte>?)select.Blob(0) : null);
    }

    /// <inheritdoc/>
    public ValueTask<byte[]?> ReadBlobAsync(string name, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        using Lent lent = Lend();
        using SqliteStatement select = new(lent.Handle, "SELECT value FROM blob WHERE name = ?");
        return new ValueTask<byte[]?>(select.With(name).Next() ? select.Blob(0) : null);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<(string Name, byte[] Value)>> ReadBlobsAsync(string beginning, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        using Lent lent = Lend();
        using SqliteStatement select = new(lent.Handle, "SELECT name, value FROM blob WHERE name >= ? AND name < ? ORDER BY name");
        select.With(beginning).With(beginning + "\U0010FFFF");
        List<(string, byte[])> values = [];
        while (select.Next())
        {
            values.Add((select.Text(0), select.Blob(1)));
        }

        return new ValueTask<IReadOnlyList<(string Name, byte[] Value)>>(values);
    }

    /// <inheritdoc/>
    public ValueTask WriteBlobAsync(string name, ReadOnlyMemory<byte> value, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        using SqliteConnection connection = Connect(_reading);
        Execute(connection, $"PRAGMA busy_timeout = {BusyMilliseconds}; {Durable}");
        using SqliteStatement insert = new(connection.Handle!, "INSERT OR REPLACE INTO blob(name, value) VALUES(?, ?)");
        try
        {
            insert.With(name).With(value.Span).Run();
        }
        catch (SqliteFailureException e)
        {
            throw e.AsNothingWritten();
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask WriteBlobsAsync(IReadOnlyList<(string Name, ReadOnlyMemory<byte> Value)> values, CancellationToken cancel) => WriteBlobs(values, null, cancel);

    /// <inheritdoc/>
    public ValueTask WriteBlobsAsync(IReadOnlyList<(string Name, ReadOnlyMemory<byte> Value)> values, Claim claim, CancellationToken cancel) => WriteBlobs(values, claim, cancel);

    private ValueTask WriteBlobs(IReadOnlyList<(string Name, ReadOnlyMemory<byte> Value)> values, Claim? claim, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        using SqliteConnection connection = Connect(_reading);
        Execute(connection, $"PRAGMA busy_timeout = {BusyMilliseconds}; {Durable}");
        Execute(connection, "BEGIN IMMEDIATE");
        try
        {
            if (claim is { } held)
            {
                using SqliteStatement epoch = new(connection.Handle!, "SELECT epoch FROM tenant WHERE id = ?");
                if (!epoch.With(held.Tenant).Next() || epoch.Number(0) != held.Epoch)
                {
                    throw LedgerFencedException.Of(held);
                }
            }

            using SqliteStatement insert = new(connection.Handle!, "INSERT OR REPLACE INTO blob(name, value) VALUES(?, ?)");
            foreach ((string name, ReadOnlyMemory<byte> value) in values)
            {
                insert.With(name).With(value.Span).Run();
            }

            Execute(connection, "COMMIT");
        }
        catch (Exception e)
        {
            // The connection goes back to the pool: nothing of this may go with it.
            if (sqlite3_get_autocommit(connection.Handle!) == 0)
            {
                Execute(connection, "ROLLBACK");
            }

            SqliteFailureException? failure = e as SqliteFailureException ?? (e is SqliteException full ? new SqliteFailureException(full.SqliteExtendedErrorCode, full.Message) : null);
            if (failure?.AsNothingWritten() is WriteFailedException nothing)
            {
                throw nothing;
            }

            throw;
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _statements.ForEach(statement => statement.Dispose());
        _findAnswer.Dispose();
        if (!_isMoment)
        {
            SqliteConnection.ClearPool(_recall);
            _recall.Dispose();
        }

        _connection.Dispose();
        _lock?.Dispose();
    }

    /// <summary>Makes the database full at a number of pages: what a test can do about a disk without room.</summary>
    internal void LimitPages(int pages) => Execute(_connection, $"PRAGMA max_page_count = {pages}");

    private static FileStream TakeLock(string path)
    {
        string lockPath = path + ".lock";
        try
        {
            System.IO.Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            FileStream held = new(lockPath, OwnersOnly(FileShare.None));
            if (!File.Exists(path))
            {
                using FileStream database = new(path, OwnersOnly(FileShare.ReadWrite));
            }

            return held;
        }
        catch (UnauthorizedAccessException e)
        {
            throw new LedgerRefusedException($"The folder of {path} cannot be written: {e.Message}", e);
        }
        catch (IOException e)
        {
            throw File.Exists(lockPath)
                ? new LedgerRefusedException($"The database {path} is in use by another Berth process. Stop that one, or choose another data folder.", e)
                : new LedgerRefusedException($"The folder of {path} cannot be written: {e.Message}", e);
        }
    }

    private static FileStreamOptions OwnersOnly(FileShare share)
    {
        FileStreamOptions options = new() { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = share };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }

    // 0 for a file without tables.
    private static long SchemaOf(SqliteConnection connection)
    {
        using SqliteCommand tables = connection.CreateCommand();
        tables.CommandText = "SELECT count(*) FROM sqlite_master";
        if ((long)tables.ExecuteScalar()! == 0)
        {
            return 0;
        }

        using SqliteCommand version = connection.CreateCommand();
        version.CommandText = "SELECT value FROM meta WHERE name = 'schema'";
        return (long)version.ExecuteScalar()!;
    }

    // What is read now and then has a connection of its own; what is held is seen through the one that holds it.
    private Lent Lend() => new(_isMoment ? _connection : Connect(_reading), !_isMoment);

    private static SqliteConnection Connect(string to)
    {
        SqliteConnection connection = new(to);
        connection.Open();
        return connection;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // Every text comes from this file.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private SqliteStatement Prepare(string sql)
    {
        SqliteStatement statement = new(_database, sql);
        _statements.Add(statement);
        return statement;
    }

    private void Check(Claim claim)
    {
        long epoch = _epoch.With(claim.Tenant).Next() ? _epoch.Number(0) : 0;
        _epoch.Reset();
        if (epoch != claim.Epoch)
        {
            throw LedgerFencedException.Of(claim);
        }
    }

    private int Delete(Claim? claim, SqliteStatement delete, long value, int most)
    {
        try
        {
            _begin.Run();
            if (claim is { } ours)
            {
                Check(ours);
            }

            delete.With(value).With(most).Run();
        }
        catch (Exception e)
        {
            throw Undone(e);
        }

        int deleted = sqlite3_changes(_database);
        Commit();
        return deleted;
    }

    // Before COMMIT a failure is certain to have changed nothing, provided that the rollback works.
    private Exception Undone(Exception e)
    {
        _statements.ForEach(statement => statement.Reset());
        if (sqlite3_get_autocommit(_database) == 0)
        {
            _rollback.Run();
        }

        return e is SqliteFailureException failure ? failure.AsNothingWritten() : e;
    }

    // A COMMIT that fails and leaves the transaction open did not happen. Neither did one that found no room for its pages: the frame that makes a transaction
    // valid is written after all others, and half of it is none. After anything else, a sync that failed say, nobody can know.
    private void Commit()
    {
        try
        {
            _commit.Run();
        }
        catch (SqliteFailureException e) when (e.IsOfWriting || (e.Code == SQLITE_BUSY && sqlite3_get_autocommit(_database) == 0))
        {
            throw Undone(e);
        }
    }

    /// <summary>A connection that is given back, unless it stays where it was.</summary>
    private readonly struct Lent(SqliteConnection connection, bool isGivenBack) : IDisposable
    {
        public sqlite3 Handle => connection.Handle!;

        public void Dispose()
        {
            if (isGivenBack)
            {
                connection.Dispose();
            }
        }
    }
}
