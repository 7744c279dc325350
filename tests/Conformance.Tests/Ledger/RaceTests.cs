using Berth.Engine;
using Berth.Ledger;
using Xunit;

namespace Berth.Conformance.Tests.Ledger;

/// <summary>Many callers want the last seats at once: exactly the seats that exist are given (L61, L97).</summary>
public sealed class RaceTests
{
    private const int Callers = 64;
    private const int Threads = 8;

    [Theory]
    [InlineData(1, 2000)]
    [InlineData(3, 500)]
    public async Task Of_64_callers_at_once_as_many_get_a_seat_as_there_are_in_every_round(int seats, int rounds)
    {
        using SqlitePlace place = new();
        await using LedgerDoor door = LedgerDoor.Open(place.Open(), TimeProvider.System);
        TenantDesk desk = await Company.FoundAsync(door);
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(user => desk.DoAsync(Company.User(user))));
        await desk.DoAsync(Company.Buy(Company.E5, seats));

        // Each thread speaks for some callers; a barrier starts them together and gathers them.
        bool[] given = new bool[Callers];
        using Barrier barrier = new(Threads + 1);
        Task[] threads = [.. Enumerable.Range(0, Threads).Select(thread => Task.Factory.StartNew(
            () =>
            {
                for (int round = 0; round < rounds; round++)
                {
                    barrier.SignalAndWait();
                    Task.WaitAll(Enumerable.Range(0, Callers).Where(user => user % Threads == thread).Select(async user => given[user] = await TryAssignAsync(desk, user)));
                    barrier.SignalAndWait();
                }
            },
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default))];
        HashSet<int> everHeld = [];
        for (int round = 0; round < rounds; round++)
        {
            barrier.SignalAndWait(TestContext.Current.CancellationToken);
            barrier.SignalAndWait(TestContext.Current.CancellationToken);
            int[] holders = [.. Enumerable.Range(0, Callers).Where(user => given[user])];
            Assert.Equal(seats, holders.Length);
            Assert.Equal(holders.Select(user => desk.Current.FindUser(Company.UserId(user))).Order(), desk.Current.HoldersOf(Company.E5.Index));
            Assert.Equal(0, desk.Current.FreeSeats(Company.E5.Index));
            everHeld.UnionWith(holders);
            await Task.WhenAll(holders.Select(user => desk.DoAsync(Company.Remove(user, Company.E5))));
        }

        await Task.WhenAll(threads);
        Assert.True(everHeld.Count > seats, "A race that always has the same winners is none.");
    }

    private static async Task<bool> TryAssignAsync(TenantDesk desk, int user)
    {
        Submission.Done done = Assert.IsType<Submission.Done>(await desk.SubmitAsync(Company.Assign(user, Company.E5), Company.Somebody));
        if (done.Decision is Decision.Refused refused)
        {
            Assert.Equal(RefusalCode.SeatsExhausted, refused.Refusal.Code);
            return false;
        }

        return true;
    }
}
