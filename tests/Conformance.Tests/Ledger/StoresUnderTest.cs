using Berth.Ledger.Stores;
using Microsoft.Data.Sqlite;
using Npgsql;
using Xunit;

namespace Berth.Conformance.Tests.Ledger;

/// <summary>A place where a journal lies: it can be opened, closed and opened again, as after a restart.</summary>
public interface IPlace : IDisposable
{
    /// <summary>Opens the store; the one opened before must have been disposed.</summary>
    IJournalStore Open();

    /// <summary>Takes a tenant over behind the back of whoever has opened the store, as another node would.</summary>
    void TakeOver(Guid tenant);
}

/// <summary>A folder of its own with a SQLite file.</summary>
public sealed class SqlitePlace : IPlace
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("berth-ledger-");

    /// <summary>The file.</summary>
    public string Path => System.IO.Path.Combine(_folder.FullName, "berth.db");

    /// <inheritdoc/>
    public IJournalStore Open() => SqliteStore.Open(Path);

    /// <inheritdoc/>
    public void TakeOver(Guid tenant)
    {
        using SqliteConnection connection = new($"Data Source={Path};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "UPDATE tenant SET epoch = epoch + 1 WHERE id = $id";
        command.Parameters.AddWithValue("$id", tenant.ToByteArray());
        Assert.Equal(1, command.ExecuteNonQuery());
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Delete(recursive: true);
}

/// <summary>Memory, which lasts as long as this object.</summary>
public sealed class MemoryPlace : IPlace
{
    private readonly MemoryStore _store = new();

    /// <inheritdoc/>
    public IJournalStore Open() => _store;

    /// <inheritdoc/>
    public void TakeOver(Guid tenant) => _store.TakeEpoch(tenant);

    /// <inheritdoc/>
    public void Dispose() => _store.Dispose();
}

/// <summary>A database of its own in the PostgreSQL of this run.</summary>
public sealed class PostgresPlace : IPlace
{
    /// <summary>The connection string, over the socket.</summary>
    public string Connection { get; } = PostgresServer.OfThisRun.NewDatabase();

    /// <inheritdoc/>
    public IJournalStore Open() => PostgresStore.Open(PostgresAddress.Read(Connection));

    /// <inheritdoc/>
    public void TakeOver(Guid tenant) => Assert.Equal(1, Execute($"UPDATE tenant SET epoch = epoch + 1 WHERE id = '{tenant}'"));

    /// <summary>Does something in the database behind the store's back.</summary>
    /// <returns>How many rows it met.</returns>
    public int Execute(string sql)
    {
        using NpgsqlConnection connection = new($"{Connection};Search Path=berth;Pooling=false");
        connection.Open();
#pragma warning disable CA2100 // The texts stand in the tests.
        using NpgsqlCommand command = new(sql, connection);
#pragma warning restore CA2100
        return command.ExecuteNonQuery();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The database goes with its server.
    }
}
