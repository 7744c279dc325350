using Berth.Ledger.Stores;

namespace Berth.CommandLine.Databases;

/// <summary>The database that a command speaks of.</summary>
/// <param name="Server">A PostgreSQL database; null for the file.</param>
/// <param name="File">The SQLite file of the data folder.</param>
internal sealed record DatabasePlace(PostgresAddress? Server, string File)
{
    /// <summary>Opens it to write: nobody else has it meanwhile.</summary>
    public IJournalStore Open() => Server is { } server ? PostgresStore.Open(server) : SqliteStore.Open(File);

    /// <summary>Opens it to read, also beside a server.</summary>
    public IJournalStore OpenReading() => Server is { } server ? PostgresStore.OpenReading(server) : SqliteStore.OpenReading(File);

    /// <summary>What became of its tables.</summary>
    public static string Told(IJournalStore store)
    {
        long found = (store as PostgresStore)?.FoundSchema ?? ((SqliteStore)store).FoundSchema;
        long version = store is PostgresStore ? PostgresStore.SchemaVersion : SqliteStore.SchemaVersion;
        return found == version ? $"the tables have version {version}" : $"the tables came from version {found} to {version}";
    }

    /// <summary>For people.</summary>
    public override string ToString() => Server?.ToString() ?? File;
}
