using Npgsql;

namespace Berth.Ledger.Stores;

/// <summary>The tables in PostgreSQL and the way to them from every older version, taken on start while nobody else has the database (B702).</summary>
internal static class PostgresSchema
{
    /// <summary>The oldest server that is taken, as <c>server_version_num</c> has it.</summary>
    public const int OldestServer = 150_000;

    /// <summary>The version of the tables.</summary>
    public static int Version => Steps.Length;

    // Step by step, from the first version on; a step that has been released never changes.
    private static readonly string[] Steps =
    [
        """
        CREATE TABLE tenant(id uuid PRIMARY KEY, epoch bigint NOT NULL, snapshot_seq bigint, snapshot_parts integer, snapshot_bytes bigint);
        CREATE TABLE journal(tenant uuid NOT NULL, seq bigint NOT NULL, epoch bigint NOT NULL, at bigint NOT NULL,
            actor text COLLATE "C" NOT NULL, kind text COLLATE "C" NOT NULL, payload bytea NOT NULL, PRIMARY KEY(tenant, seq));
        CREATE TABLE snapshot(tenant uuid NOT NULL, seq bigint NOT NULL, part integer NOT NULL, payload bytea NOT NULL, PRIMARY KEY(tenant, seq, part));
        CREATE TABLE answer(tenant uuid NOT NULL, place bytea NOT NULL, key text COLLATE "C" NOT NULL, hash bytea NOT NULL, at bigint NOT NULL,
            answer bytea NOT NULL, PRIMARY KEY(tenant, place));
        CREATE INDEX answer_at ON answer(at);
        CREATE TABLE blob(name text COLLATE "C" PRIMARY KEY, value bytea NOT NULL);
        ALTER TABLE journal ALTER COLUMN payload SET STORAGE EXTERNAL;
        ALTER TABLE snapshot ALTER COLUMN payload SET STORAGE EXTERNAL;
        """,
        """
        ALTER TABLE tenant ADD COLUMN node bigint NOT NULL DEFAULT 0, ADD COLUMN domain text COLLATE "C", ADD COLUMN name text COLLATE "C",
            ADD COLUMN country text COLLATE "C", ADD COLUMN kind integer, ADD COLUMN born bigint;
        CREATE UNIQUE INDEX tenant_domain ON tenant(domain);
        CREATE TABLE node(number bigint PRIMARY KEY, url text COLLATE "C" NOT NULL, silo text COLLATE "C" NOT NULL, until timestamptz NOT NULL);
        CREATE TABLE silo(address text COLLATE "C" PRIMARY KEY, etag bigint NOT NULL, status integer NOT NULL, name text COLLATE "C" NOT NULL, host text COLLATE "C" NOT NULL,
            proxy integer NOT NULL, began timestamptz NOT NULL, alive timestamptz NOT NULL, suspects text COLLATE "C" NOT NULL);
        INSERT INTO meta(name, value) VALUES('node', 0), ('era', 0), ('silos', 0);
        """,
        """
        ALTER TABLE tenant ADD COLUMN changed xid8 NOT NULL DEFAULT '0';
        CREATE INDEX tenant_changed ON tenant(changed);
        """,
    ];

    /// <summary>Refuses a server that cannot hold a ledger: too old, a standby, or of an encoding that has not every letter.</summary>
    /// <exception cref="LedgerRefusedException">It cannot; the message says what to do.</exception>
    public static void CheckServer(NpgsqlConnection connection, PostgresAddress address) =>
        CheckServer(
            address,
            Number(connection, "SELECT current_setting('server_version_num')::bigint"),
            Number(connection, "SELECT pg_is_in_recovery()::int::bigint") == 1,
            Number(connection, "SELECT (current_setting('server_encoding') = 'UTF8')::int::bigint") == 1);

    /// <summary>The same of what a server says of itself.</summary>
    internal static void CheckServer(PostgresAddress address, long version, bool isStandby, bool isUtf8)
    {
        if (version < OldestServer)
        {
            throw new LedgerRefusedException($"The server of the database {address} is PostgreSQL {version / 10_000}; Berth needs {OldestServer / 10_000} or newer. Upgrade it, or choose another.");
        }

        if (isStandby)
        {
            throw new LedgerRefusedException($"The server of the database {address} is a standby, which takes no writes. Name the primary.");
        }

        if (!isUtf8)
        {
            throw new LedgerRefusedException($"The database {address} is not in UTF-8, so it cannot hold every name. Create it anew: createdb --encoding UTF8 --template template0 NAME.");
        }
    }

    /// <summary>The version of the tables that are there; 0 when there are none.</summary>
    public static long Find(NpgsqlConnection connection) =>
        Number(connection, $"SELECT (to_regclass('{PostgresAddress.SchemaName}.meta') IS NOT NULL)::int::bigint") == 0
            ? 0
            : Number(connection, "SELECT value FROM meta WHERE name = 'schema'");

    /// <summary>Brings the tables to the newest version, all steps or none. The caller has the database to itself.</summary>
    /// <returns>The version that was there before; 0 when there were no tables.</returns>
    /// <exception cref="LedgerRefusedException">A newer version of Berth made the tables.</exception>
    public static long Migrate(NpgsqlConnection connection, PostgresAddress address)
    {
        long found = Find(connection);
        if (found > Version)
        {
            throw new LedgerRefusedException(
                $"The database {address} was written by a newer version of Berth (schema {found}; this one knows {Version}). Use that version.");
        }

        if (found < Version)
        {
            using NpgsqlTransaction transaction = connection.BeginTransaction();
            if (found == 0)
            {
                Execute(connection, $"CREATE SCHEMA IF NOT EXISTS {PostgresAddress.SchemaName}");
                Execute(connection, "CREATE TABLE meta(name text COLLATE \"C\" PRIMARY KEY, value bigint NOT NULL); INSERT INTO meta(name, value) VALUES('schema', 0), ('opening', 0)");
            }

            foreach (string step in Steps.Skip((int)found))
            {
                Execute(connection, step);
            }

            Execute(connection, $"UPDATE meta SET value = {Version} WHERE name = 'schema'");
            transaction.Commit();
        }

        return found;
    }

    private static long Number(NpgsqlConnection connection, string sql)
    {
#pragma warning disable CA2100 // Every text comes from this file.
        using NpgsqlCommand command = new(sql, connection);
#pragma warning restore CA2100
        return (long)command.ExecuteScalar()!;
    }

    private static void Execute(NpgsqlConnection connection, string sql)
    {
#pragma warning disable CA2100 // Every text comes from this file.
        using NpgsqlCommand command = new(sql, connection);
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
