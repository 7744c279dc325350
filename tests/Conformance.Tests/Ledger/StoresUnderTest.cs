using Berth.Ledger.Stores;
using Microsoft.Data.Sqlite;
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
