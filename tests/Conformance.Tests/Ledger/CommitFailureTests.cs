using Berth.Engine;
using Berth.Ledger;
using Berth.Ledger.Stores;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Berth.Conformance.Tests.Ledger;

/// <summary>What becomes of callers when the database does not take a commit.</summary>
public sealed class CommitFailureTests : IDisposable
{
    private readonly SqlitePlace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task A_commit_that_is_not_taken_undoes_its_decisions_and_the_next_one_follows_on_without_a_gap()
    {
        SqliteStore store = SqliteStore.Open(_place.Path);
        await using (LedgerDoor door = LedgerDoor.Open(store, new HandClock()))
        {
            TenantDesk desk = await Company.FoundAsync(door);
            Tenant before = desk.Current;
            store.LimitPages(1);
            Task<Decision.Accepted>[] all = [.. Enumerable.Range(0, 300).Select(user => desk.DoAsync(Company.User(user)))];
            WriteFailedException failed = await Assert.ThrowsAsync<WriteFailedException>(() => Task.WhenAll(all));
            Assert.Contains("Send the command again", failed.Message, StringComparison.Ordinal);

            // Some may have found room in the pages that were there; whoever was told so is kept, and nobody else.
            int taken = all.Count(one => one.IsCompletedSuccessfully);
            Assert.Equal(taken, desk.Current.UserCount);
            Assert.Equal(before.Version + taken, desk.Current.Version);
            Assert.Null(door.Failure);

            // A command that comes before the writer has undone what failed shares its fate, and is sent again.
            store.LimitPages(1_000_000);
            bool through = false;
            for (int attempt = 0; !through && attempt < 100; attempt++)
            {
                Task<Decision.Accepted> next = desk.DoAsync(Company.User(1000));
                await Task.WhenAny(next);
                through = next.IsCompletedSuccessfully;
                Assert.True(through || next.Exception?.InnerException is WriteFailedException);
            }

            Assert.True(through);
            Assert.Equal(taken + 1, desk.Current.UserCount);
            before = desk.Current;
        }

        await using LedgerDoor again = LedgerDoor.Open(_place.Open(), new HandClock());
        Assert.Equal(Enumerable.Range(1, (int)again.Find(Company.Id)!.Current.Version).Reverse().Select(at => (long)at), (await again.Find(Company.Id)!.JournalAsync()).Select(one => one.Sequence));
        Assert.NotEqual(-1, again.Find(Company.Id)!.Current.FindUser(Company.UserId(1000)));
    }

    [Fact]
    public async Task After_a_failure_of_which_nobody_knows_the_end_the_ledger_writes_no_more_and_says_why()
    {
        await using LedgerDoor door = LedgerDoor.Open(_place.Open(), new HandClock());
        TenantDesk desk = await Company.FoundAsync(door);
        Tenant before = desk.Current;
        using (SqliteConnection connection = new($"Data Source={_place.Path};Pooling=False"))
        {
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "ALTER TABLE journal RENAME TO gone";
            command.ExecuteNonQuery();
        }

        for (int attempt = 0; attempt < 2; attempt++)
        {
            LedgerFencedException fenced = await Assert.ThrowsAsync<LedgerFencedException>(() => desk.DoAsync(Company.User(1)));
            Assert.Null(fenced.Tenant);
            Assert.Contains("no such table", fenced.Message, StringComparison.Ordinal);
        }

        Assert.NotNull(door.Failure);
        Assert.Same(before, desk.Current);
    }
}
