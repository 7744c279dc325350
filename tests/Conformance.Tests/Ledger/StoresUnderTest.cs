using Berth.Ledger.Stores;

namespace Berth.Conformance.Tests.Ledger;

/// <summary>A place where a journal lies: it can be opened, closed and opened again, as after a restart.</summary>
public interface IPlace : IDisposable
{
    /// <summary>Opens the store; the one opened before must have been disposed.</summary>
    IJournalStore Open();
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
    public void Dispose() => _folder.Delete(recursive: true);
}

/// <summary>Memory, which lasts as long as this object.</summary>
public sealed class MemoryPlace : IPlace
{
    private readonly MemoryStore _store = new();

    /// <inheritdoc/>
    public IJournalStore Open() => _store;

    /// <inheritdoc/>
    public void Dispose() => _store.Dispose();
}
