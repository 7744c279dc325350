using System.Data.Common;
using System.Net.Sockets;
using Npgsql;

namespace Berth.Ledger.Stores;

/// <summary>Where a PostgreSQL database is and who asks for it, read from a connection string. What it shows of itself never has the password (B703).</summary>
public sealed class PostgresAddress
{
    /// <summary>The schema that holds every table of Berth.</summary>
    internal const string SchemaName = "berth";

    /// <summary>Seconds to reach the server, when the connection string says nothing: a request that waits for a lost server is told so soon.</summary>
    private const int ReachSeconds = 5;

    private const int MostPrepared = 32;

    private readonly NpgsqlConnectionStringBuilder _text;

    private PostgresAddress(NpgsqlConnectionStringBuilder text) => _text = text;

    /// <summary>Reads a connection string as Npgsql takes it: <c>Host=...;Database=...;Username=...</c>.</summary>
    /// <exception cref="LedgerRefusedException">It is none. The message repeats nothing of it, because a password with a semicolon falls into pieces.</exception>
    public static PostgresAddress Read(string connection)
    {
        try
        {
            NpgsqlConnectionStringBuilder text = new(connection);
            if (string.IsNullOrWhiteSpace(text.Host) || string.IsNullOrWhiteSpace(text.Database))
            {
                throw new LedgerRefusedException("The connection string of the database names no Host or no Database. Write \"Host=NAME;Database=NAME;Username=NAME\".");
            }

            text.Timeout = new DbConnectionStringBuilder { ConnectionString = connection }.ContainsKey("Timeout") ? text.Timeout : ReachSeconds;
            text.ApplicationName ??= "berth";
            text.SearchPath = SchemaName;
            text.Enlist = false;
            text.Multiplexing = false;
            text.PersistSecurityInfo = false;
            text.IncludeErrorDetail = false;
            text.TcpKeepAlive = true;

            // What the initializer of a connection sets is to stay when it goes back to the pool.
            text.NoResetOnClose = true;
            text.MaxAutoPrepare = MostPrepared;
            return new PostgresAddress(text);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidCastException or NotSupportedException or OverflowException)
        {
            throw new LedgerRefusedException(
                "The connection string of the database cannot be read. Write \"Host=NAME;Port=5432;Database=NAME;Username=NAME\"; a value with a semicolon stands in quotes. "
                + "The password may come from the variable PGPASSWORD or from the file ~/.pgpass.");
        }
    }

    /// <summary>For people, without the password: <c>berth at db.example:5432</c>.</summary>
    public override string ToString() =>
        _text.Host!.StartsWith('/') ? $"{_text.Database} at the socket in {_text.Host}" : $"{_text.Database} at {_text.Host}:{_text.Port}";

    /// <summary>Connections that are shared and given back.</summary>
    public NpgsqlDataSource Pool() => Source(pooled: true);

    /// <summary>Connections that are one owner's for their whole life.</summary>
    internal NpgsqlDataSource Lines() => Source(pooled: false);

    /// <summary>What a failure to reach the database means, and what to do: one line.</summary>
    internal string Explain(Exception failure) => failure switch
    {
        PostgresException { SqlState: PostgresErrorCodes.InvalidPassword } =>
            $"The database {this} refuses the password of {_text.Username}. Give the right one in the connection string, in PGPASSWORD or in ~/.pgpass.",
        PostgresException { SqlState: PostgresErrorCodes.InvalidAuthorizationSpecification } e =>
            $"The database {this} lets {_text.Username} not in: {e.MessageText}. Create the role, or allow it in pg_hba.conf.",
        PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } =>
            $"There is no database {this}. Create it: createdb --owner {_text.Username} {_text.Database}.",
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } e =>
            $"{_text.Username} may not do in the database {this} what Berth needs: {e.MessageText}. Make that role the owner of the database.",
        PostgresException e => $"The database {this} answers: {e.MessageText} ({e.SqlState}).",
        NpgsqlException { InnerException: SocketException e } => $"Nothing answers as the database {this}: {e.Message}. Is the server running, and are host and port right?",
        NpgsqlException { InnerException: TimeoutException } or TimeoutException => $"The database {this} did not answer in time.",
        _ => $"The database {this} cannot be reached: {OneLine(failure.Message)}",
    };

    private static string OneLine(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private NpgsqlDataSource Source(bool pooled)
    {
        NpgsqlDataSourceBuilder builder = new(_text.ConnectionString);
        builder.ConnectionStringBuilder.Pooling = pooled;
        builder.UsePhysicalConnectionInitializer(
            connection =>
            {
                using NpgsqlCommand command = new(Session, connection);
                command.ExecuteNonQuery();
            },
            async connection =>
            {
                await using NpgsqlCommand command = new(Session, connection);
                await command.ExecuteNonQueryAsync().ConfigureAwait(false);
            });
        return builder.Build();
    }

    /// <summary>
    /// A commit is on the disk when it is answered, whatever the server's settings say (B701); and a server notices within a minute that the machine of a client is
    /// gone, and lets go of what that client held.
    /// </summary>
    private const string Session =
        "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'; "
        + "SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3";
}
