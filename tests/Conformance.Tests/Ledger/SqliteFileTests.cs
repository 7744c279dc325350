using Berth.Ledger;
using Berth.Ledger.Stores;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Berth.Conformance.Tests.Ledger;

/// <summary>What can be wrong with a SQLite file: one clear line each, and nothing changed.</summary>
public sealed class SqliteFileTests : IDisposable
{
    private readonly SqlitePlace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public void A_second_opening_is_refused_while_the_first_one_lasts()
    {
        using (SqliteStore.Open(_place.Path))
        {
            string message = Refused();
            Assert.Contains("in use by another Berth process", message, StringComparison.Ordinal);
        }

        SqliteStore.Open(_place.Path).Dispose();
    }

    [Fact]
    public void A_database_of_a_newer_version_is_refused_and_stays_as_it_is()
    {
        SqliteStore.Open(_place.Path).Dispose();
        Execute($"UPDATE meta SET value = {SqliteStore.SchemaVersion + 1} WHERE name = 'schema'");
        Assert.Contains("newer version of Berth", Refused(), StringComparison.Ordinal);
        Execute($"UPDATE meta SET value = {SqliteStore.SchemaVersion} WHERE name = 'schema'");
        SqliteStore.Open(_place.Path).Dispose();
    }

    [Fact]
    public void A_file_that_is_no_database_is_refused_and_stays_as_it_is()
    {
        string text = string.Concat(Enumerable.Repeat("this is a letter to my aunt. ", 100));
        File.WriteAllText(_place.Path, text);
        Assert.Contains("cannot be opened", Refused(), StringComparison.Ordinal);
        Assert.Equal(text, File.ReadAllText(_place.Path));
    }

    [Fact]
    public void A_database_of_another_program_is_refused_and_stays_as_it_is()
    {
        Execute("CREATE TABLE recipe(name TEXT)");
        Assert.Contains("cannot be opened", Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_refused()
    {
        File.WriteAllText(_place.Path, "a file where a folder should be");
        LedgerRefusedException refused = Assert.Throws<LedgerRefusedException>(() => SqliteStore.Open(Path.Combine(_place.Path, "below", "berth.db")));
        Assert.Contains("cannot be written", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
    }

    [Fact]
    public void Only_its_owner_can_read_a_new_database()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no such modes.");
            return;
        }

        using SqliteStore store = SqliteStore.Open(_place.Path);
        store.TakeEpoch(Guid.NewGuid());
        string[] files = Directory.GetFiles(Path.GetDirectoryName(_place.Path)!);
        Assert.Equal(4, files.Length);
        foreach (string file in files)
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
    }

    [Fact]
    public void A_disk_without_room_takes_nothing_and_the_store_goes_on_when_there_is_room_again()
    {
        using SqliteStore store = SqliteStore.Open(_place.Path);
        Claim claim = store.TakeEpoch(Guid.NewGuid());
        store.LimitPages(100);
        JournalRow[] rows = [.. Enumerable.Range(1, 50).Select(i => new JournalRow(claim.Tenant, i, claim.Epoch, 0, "", "", new byte[20_000]))];
        WriteFailedException failed = Assert.Throws<WriteFailedException>(() => store.Append([claim], rows, []));
        Assert.Contains("Nothing was written", failed.Message, StringComparison.Ordinal);
        Assert.Empty(store.ReadFrom(claim.Tenant, 0));
        store.LimitPages(1_000_000);
        store.Append([claim], rows, []);
        Assert.Equal(50, store.ReadFrom(claim.Tenant, 0).Count());
    }

    private string Refused()
    {
        LedgerRefusedException refused = Assert.Throws<LedgerRefusedException>(() => SqliteStore.Open(_place.Path));
        Assert.Contains(_place.Path, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
        return refused.Message;
    }

    private void Execute(string sql)
    {
        using SqliteConnection connection = new($"Data Source={_place.Path};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // The texts stand above.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
