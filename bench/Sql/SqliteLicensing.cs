using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Berth.Bench.Sql;

/// <summary>SQLite: a file with a write-ahead log, full synchronization, a gigabyte of cache, members and assignments without row ids.</summary>
internal sealed class SqliteLicensing : SqlLicensing
{
    private readonly SqliteConnection _line;

    public SqliteLicensing(string path)
    {
        _line = new SqliteConnection($"Data Source={path};Pooling=False");
        _line.Open();
        Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -1000000; PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 4000000000;");
    }

    public override string Name => $"SQLite {_line.ServerVersion} (WAL, synchronous FULL, cache 1 GB)";

    protected override DbConnection Line => _line;

    protected override string OwnSchema => """
        CREATE TABLE members(group_id INTEGER NOT NULL, user_id INTEGER NOT NULL, PRIMARY KEY(group_id, user_id)) WITHOUT ROWID;
        CREATE TABLE assignments(user_id INTEGER NOT NULL, sku_id INTEGER NOT NULL, group_id INTEGER NOT NULL, state INTEGER NOT NULL, updated TEXT NOT NULL, PRIMARY KEY(user_id, sku_id, group_id)) WITHOUT ROWID;
        """;

    protected override string Explain => "EXPLAIN QUERY PLAN";

    protected override void Copy(int users)
    {
        using SqliteTransaction transaction = _line.BeginTransaction();
        using SqliteCommand user = Prepared("INSERT INTO users VALUES($1, $2, $3)", 3, transaction), member = Prepared("INSERT INTO members VALUES($1, $2)", 2, transaction);
        for (int i = 1; i <= users; i++)
        {
            (user.Parameters[0].Value, user.Parameters[1].Value, user.Parameters[2].Value) = (i, Guid.NewGuid().ToString(), Location(i));
            user.ExecuteNonQuery();
        }

        for (int group = 1; group <= 2; group++)
        {
            for (int i = group; i <= users; i += group)
            {
                (member.Parameters[0].Value, member.Parameters[1].Value) = (group, i);
                member.ExecuteNonQuery();
            }
        }

        transaction.Commit();
    }

    protected override void Settle() => Execute("ANALYZE; PRAGMA wal_checkpoint(TRUNCATE);");

    private SqliteCommand Prepared(string sql, int parameters, SqliteTransaction transaction)
    {
#pragma warning disable CA2100 // The texts stand above.
        SqliteCommand command = new(sql, _line, transaction);
#pragma warning restore CA2100
        for (int i = 1; i <= parameters; i++)
        {
            command.Parameters.Add(new SqliteParameter($"${i}", null));
        }

        return command;
    }
}
