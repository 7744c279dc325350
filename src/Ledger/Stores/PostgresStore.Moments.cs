using System.Data;
using Npgsql;

namespace Berth.Ledger.Stores;

/// <summary>What is read on and on: row by row, or all of it as it is at one moment, in a transaction that only reads, on one connection (B751).</summary>
public sealed partial class PostgresStore
{
    private readonly NpgsqlTransaction? _moment;
    private readonly NpgsqlConnection? _held;

    private PostgresStore(PostgresStore store, NpgsqlTransaction moment)
    {
        _address = store._address;
        _line = new PostgresLine(_address);
        _pool = store._pool;
        (_moment, _held) = (moment, moment.Connection);
    }

    /// <inheritdoc/>
    public IJournalStore HoldMoment() => new PostgresStore(this, Read(
        static connection =>
        {
            NpgsqlTransaction moment = connection.BeginTransaction(IsolationLevel.RepeatableRead);

            // The first read settles which moment it is.
            using NpgsqlCommand begin = new("SET TRANSACTION READ ONLY; SELECT count(*) FROM meta", connection);
            begin.ExecuteNonQuery();
            return moment;
        },
        keep: true));

    // What is read row by row cannot begin again: its connection is tried before.
    private Lent Proven() => Read(
        connection =>
        {
            using NpgsqlCommand nothing = new("SELECT 1", connection);
            nothing.ExecuteScalar();
            return new Lent(connection, _moment is null);
        },
        keep: true);

    // What is read on and on has no limit of time.
    private NpgsqlDataReader Begin(NpgsqlCommand select)
    {
        select.CommandTimeout = 0;
        return Told(() => select.ExecuteReader());
    }

    private bool Next(NpgsqlDataReader reader) => Told(reader.Read);

    private T Told<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (PostgresLine.IsAway(e))
        {
            throw new DatabaseAwayException(_address.Explain(e), e);
        }
    }

    private async ValueTask<T> ToldAsync<T>(Func<Task<T>> read)
    {
        try
        {
            return await read().ConfigureAwait(false);
        }
        catch (Exception e) when (PostgresLine.IsAway(e))
        {
            throw new DatabaseAwayException(_address.Explain(e), e);
        }
    }

    /// <summary>A connection that is given back, unless it stays where it was.</summary>
    private readonly struct Lent(NpgsqlConnection connection, bool isGivenBack) : IDisposable
    {
        public NpgsqlConnection Connection => connection;

        public void Dispose()
        {
            if (isGivenBack)
            {
                connection.Dispose();
            }
        }
    }
}
