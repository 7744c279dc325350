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

    [Theory]
    [InlineData(SqliteStore.LongestInRow - 1, 0)]
    [InlineData(SqliteStore.LongestInRow, 0)]
    [InlineData(SqliteStore.LongestInRow + 1, 1)]
    public async Task A_long_payload_lies_beside_the_journal_and_goes_with_it(int length, int beside)
    {
        Guid tenant = Guid.NewGuid(), other = Guid.NewGuid();
        using (SqliteStore store = SqliteStore.Open(_place.Path))
        {
            Claim claim = store.TakeEpoch(tenant);
            JournalRow[] rows = [.. Enumerable.Range(1, 3).Select(i => new JournalRow(tenant, i, claim.Epoch, 0, "", "", Bytes(i == 2 ? length : 20, i)))];
            store.Append([claim], rows, []);
            Claim elsewhere = store.TakeEpoch(other);
            store.Append([elsewhere], [new JournalRow(other, 2, elsewhere.Epoch, 0, "", "", Bytes(length, 7))], []);
            Assert.Equal(2 * beside, Number("SELECT count(*) FROM journal_payload"));
            Same(rows, store.ReadFrom(tenant, 0));
            Same([rows[2], rows[1]], await store.ReadBackAsync(tenant, 4, 2, long.MaxValue, TestContext.Current.CancellationToken));
            store.Clear(claim);
            Assert.Empty(store.ReadFrom(tenant, 0));
            Assert.Equal(beside, Number("SELECT count(*) FROM journal_payload"));
            while (store.Erase(elsewhere, 1) > 0)
            {
            }
        }

        Assert.Equal(0, Number("SELECT (SELECT count(*) FROM journal) + (SELECT count(*) FROM journal_payload)"));
    }

    [Fact]
    public void Tables_of_the_first_version_are_brought_up_to_date_and_hold_what_they_held()
    {
        Guid tenant = Guid.NewGuid();
        JournalRow[] rows;
        using (SqliteStore store = SqliteStore.Open(_place.Path))
        {
            Assert.Equal(0, store.FoundSchema);
            Claim claim = store.TakeEpoch(tenant);
            rows = [.. new[] { 31_000, 20, SqliteStore.LongestInRow, SqliteStore.LongestInRow + 1, 100_000 }.Select((length, i) => new JournalRow(tenant, i + 1, claim.Epoch, i, "actor", "kind", Bytes(length, i)))];
            store.Append([claim], rows, []);
        }

        // As that version had them: every payload in its row.
        Execute("UPDATE journal SET payload = (SELECT payload FROM journal_payload beside WHERE beside.tenant = journal.tenant AND beside.seq = journal.seq) WHERE length(payload) = 0");
        Execute("DROP TABLE journal_payload; UPDATE meta SET value = 1 WHERE name = 'schema'");
        Assert.Contains("tables of version 1", Assert.Throws<LedgerRefusedException>(() => SqliteStore.OpenReading(_place.Path)).Message, StringComparison.Ordinal);

        using (SqliteStore store = SqliteStore.Open(_place.Path))
        {
            Assert.Equal(1, store.FoundSchema);
            Same(rows, store.ReadFrom(tenant, 0));
            Assert.Equal(3, Number("SELECT count(*) FROM journal_payload"));
            Claim claim = store.TakeEpoch(tenant);
            JournalRow next = new(tenant, 6, claim.Epoch, 9, "actor", "kind", Bytes(5_000, 9));
            store.Append([claim], [next], []);
            Same([.. rows, next], store.ReadFrom(tenant, 0));
        }

        using SqliteStore again = SqliteStore.Open(_place.Path);
        Assert.Equal(SqliteStore.SchemaVersion, again.FoundSchema);
    }

    private static byte[] Bytes(int length, int seed)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static void Same(IEnumerable<JournalRow> expected, IEnumerable<JournalRow> actual) =>
        Assert.Equal(expected.Select(row => (row with { Payload = default }, Convert.ToHexString(row.Payload.Span))), actual.Select(row => (row with { Payload = default }, Convert.ToHexString(row.Payload.Span))));

    private long Number(string sql) => Ask(sql, static command => (long)command.ExecuteScalar()!);

    private string Refused()
    {
        LedgerRefusedException refused = Assert.Throws<LedgerRefusedException>(() => SqliteStore.Open(_place.Path));
        Assert.Contains(_place.Path, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
        return refused.Message;
    }

    private void Execute(string sql) => Ask(sql, static command => command.ExecuteNonQuery());

    private T Ask<T>(string sql, Func<SqliteCommand, T> ask)
    {
        using SqliteConnection connection = new($"Data Source={_place.Path};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // The texts stand above.
        command.CommandText = sql;
#pragma warning restore CA2100
        return ask(command);
    }
}
