using System.Data.Common;
using Npgsql;
using NpgsqlTypes;

namespace Berth.Bench.Sql;

/// <summary>PostgreSQL of the distribution, made and ended by <c>eng/postgres</c>: durable commits, no compilation of queries, 2 GB of buffers, memory enough for its sorts.</summary>
internal sealed class PostgresLicensing : SqlLicensing
{
    private readonly PostgresServer _server;
    private readonly NpgsqlConnection _line;

    /// <param name="repository">Where <c>eng/postgres</c> is.</param>
    public PostgresLicensing(string repository)
    {
        _server = new PostgresServer(repository);
        string address = _server.Address("postgres") + ";Pooling=false;Command Timeout=0";
        using (NpgsqlConnection first = new(address))
        {
            first.Open();
            foreach (string setting in (string[])["shared_buffers = '2GB'", "work_mem = '512MB'", "maintenance_work_mem = '512MB'", "max_wal_size = '8GB'", "checkpoint_timeout = '30min'", "jit = off", "effective_cache_size = '8GB'"])
            {
#pragma warning disable CA2100 // The texts stand above.
                using NpgsqlCommand set = new($"ALTER SYSTEM SET {setting}", first);
#pragma warning restore CA2100
                set.ExecuteNonQuery();
            }

            using NpgsqlCommand checkpoint = new("CHECKPOINT", first);
            checkpoint.ExecuteNonQuery();
        }

        _server.Tell("stop");
        _server.Tell("start");
        _line = new NpgsqlConnection(address);
        _line.Open();
    }

    public override string Name => $"PostgreSQL {_line.PostgreSqlVersion} (jit off, shared_buffers 2 GB, work_mem 512 MB, synchronous_commit on)";

    protected override DbConnection Line => _line;

    protected override string OwnSchema => """
        CREATE TABLE members(group_id INTEGER NOT NULL, user_id INTEGER NOT NULL, PRIMARY KEY(group_id, user_id));
        CREATE TABLE assignments(user_id INTEGER NOT NULL, sku_id INTEGER NOT NULL, group_id INTEGER NOT NULL, state SMALLINT NOT NULL, updated TEXT NOT NULL, PRIMARY KEY(user_id, sku_id, group_id));
        ALTER TABLE audit ALTER id ADD GENERATED ALWAYS AS IDENTITY;
        """;

    protected override string Explain => "EXPLAIN";

    public override void Dispose()
    {
        base.Dispose();
        _server.Dispose();
    }

    protected override void Copy(int users)
    {
        using (NpgsqlBinaryImporter copy = _line.BeginBinaryImport("COPY users FROM STDIN (FORMAT BINARY)"))
        {
            for (int i = 1; i <= users; i++)
            {
                copy.StartRow();
                copy.Write(i, NpgsqlDbType.Integer);
                copy.Write(Guid.NewGuid().ToString(), NpgsqlDbType.Text);
                copy.Write(Location(i), NpgsqlDbType.Text);
            }

            copy.Complete();
        }

        using NpgsqlBinaryImporter members = _line.BeginBinaryImport("COPY members FROM STDIN (FORMAT BINARY)");
        for (int group = 1; group <= 2; group++)
        {
            for (int i = group; i <= users; i += group)
            {
                members.StartRow();
                members.Write(group, NpgsqlDbType.Integer);
                members.Write(i, NpgsqlDbType.Integer);
            }
        }

        members.Complete();
    }

    protected override void Settle()
    {
        Execute("VACUUM ANALYZE");
        Execute("CHECKPOINT");
    }
}
