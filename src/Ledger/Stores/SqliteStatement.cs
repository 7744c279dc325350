using System.Text;
using SQLitePCL;
using static SQLitePCL.raw;

namespace Berth.Ledger.Stores;

/// <summary>A prepared statement that is kept and used again, without a box or a copy for each value; one owner, one thread.</summary>
internal sealed class SqliteStatement : IDisposable
{
    private const int SmallText = 512;

    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;
    private int _bound;

    public SqliteStatement(sqlite3 database, string sql)
    {
        _database = database;
        Check(sqlite3_prepare_v2(database, sql, out _statement));
    }

    public SqliteStatement With(long value)
    {
        Check(sqlite3_bind_int64(_statement, ++_bound, value));
        return this;
    }

    public SqliteStatement With(Guid value)
    {
        Span<byte> bytes = stackalloc byte[16];
        value.TryWriteBytes(bytes);
        return With(bytes);
    }

    public SqliteStatement With(ReadOnlySpan<byte> value)
    {
        Check(value.IsEmpty ? sqlite3_bind_zeroblob(_statement, ++_bound, 0) : sqlite3_bind_blob(_statement, ++_bound, value));
        return this;
    }

    public SqliteStatement With(string value)
    {
        Span<byte> utf8 = stackalloc byte[SmallText];
        if (Encoding.UTF8.TryGetBytes(value, utf8, out int written))
        {
            Check(sqlite3_bind_text(_statement, ++_bound, utf8[..written]));
        }
        else
        {
            Check(sqlite3_bind_text(_statement, ++_bound, value));
        }

        return this;
    }

    /// <summary>Goes to the next row; false when there is none, and the statement is ready for new values.</summary>
    public bool Next()
    {
        int code = sqlite3_step(_statement);
        if (code == SQLITE_ROW)
        {
            return true;
        }

        Reset();
        Check(code == SQLITE_DONE ? SQLITE_OK : code);
        return false;
    }

    /// <summary>Runs a statement to its end.</summary>
    public void Run()
    {
        while (Next())
        {
        }
    }

    /// <summary>Gives up further rows.</summary>
    public void Reset()
    {
        _bound = 0;
        _ = sqlite3_reset(_statement);
    }

    public bool IsNull(int column) => sqlite3_column_type(_statement, column) == SQLITE_NULL;

    public long Number(int column) => sqlite3_column_int64(_statement, column);

    public string Text(int column) => sqlite3_column_text(_statement, column).utf8_to_string();

    public byte[] Blob(int column) => sqlite3_column_blob(_statement, column).ToArray();

    public Guid Id(int column) => new(sqlite3_column_blob(_statement, column));

    public void Dispose() => _statement.Dispose();

    private void Check(int code)
    {
        if (code != SQLITE_OK)
        {
            throw new SqliteFailureException(sqlite3_extended_errcode(_database), sqlite3_errmsg(_database).utf8_to_string());
        }
    }
}

/// <summary>SQLite could not do something.</summary>
internal sealed class SqliteFailureException(int code, string message) : Exception($"SQLite: {message} (code {code})")
{
    /// <summary>The primary result code.</summary>
    public int Code => code & 0xFF;

    /// <summary>Whether bytes found no place: a full disk, or a file that may not grow.</summary>
    public bool IsOfWriting => Code == SQLITE_FULL || code == WriteFailed;

    // SQLITE_IOERR_WRITE, https://sqlite.org/rescode.html#ioerr_write
    private const int WriteFailed = SQLITE_IOERR | (3 << 8);

    /// <summary>What it means for who wanted to write, once nothing was; itself when it is no passing trouble of the machine.</summary>
    public Exception AsNothingWritten() =>
        Code is SQLITE_FULL or SQLITE_BUSY or SQLITE_LOCKED or SQLITE_IOERR or SQLITE_NOMEM or SQLITE_READONLY or SQLITE_CANTOPEN
            ? new WriteFailedException($"Nothing was written: {Message}. Send the command again.", this)
            : this;
}
