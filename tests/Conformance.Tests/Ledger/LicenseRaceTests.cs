using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Frontline;
using Berth.Ledger;
using Xunit;

namespace Berth.Conformance.Tests.Ledger;

/// <summary>Many people want the last licenses of Frontline at once: exactly those that exist are taken, in either mode and with the buffer (B412, B414, B422).</summary>
public sealed class LicenseRaceTests
{
    private const int Callers = 64;
    private const int Threads = 8;
    private static readonly Sku _frontline = SkuCatalog.BuiltIn.FindByPartNumber("Windows_365_S_2vCPU_4GB_64GB").Single();
    private static readonly Guid _group = Guid.Parse("0d8a4c1e-7f52-4b7a-9c65-2f1e3d4c5b6a");

    [Theory]
    [InlineData(22, 0, 60)]
    [InlineData(22, 3, 60)]
    public async Task Of_64_at_once_as_many_take_a_license_of_dedicated_mode_as_there_are_in_every_round(int licenses, int excess, int rounds)
    {
        using SqlitePlace place = new();
        await using LedgerDoor door = LedgerDoor.Open(place.Open(), TimeProvider.System);
        (TenantDesk desk, _) = await OpenAsync(door, ProvisioningType.SharedByUser, licenses, licenses, excess);
        Guid[] machines = [.. Enumerable.Range(0, Callers).Select(user => Row(desk.Current, desk.Current.Fleet.OfUser(desk.Current.FindUser(Company.UserId(user)))[0]).Id)];
        await RaceAsync(desk, rounds, licenses + excess, user => new Command.StartSession(Guid.NewGuid(), Company.UserId(user), machines[user]));
    }

    [Fact]
    public async Task Of_64_at_once_as_many_get_a_shared_machine_as_there_are_in_every_round()
    {
        using SqlitePlace place = new();
        await using LedgerDoor door = LedgerDoor.Open(place.Open(), TimeProvider.System);
        (TenantDesk desk, Guid assignment) = await OpenAsync(door, ProvisioningType.SharedByEntraGroup, 5, 3, 0);
        await RaceAsync(desk, 60, 3, user => new Command.StartPoolSession(Guid.NewGuid(), Company.UserId(user), assignment));
    }

    private static async Task RaceAsync(TenantDesk desk, int rounds, int most, Func<int, Command> start)
    {
        // Each thread speaks for some people; a barrier starts them together and gathers them.
        int given = 0;
        using Barrier barrier = new(Threads + 1);
        Task[] threads = [.. Enumerable.Range(0, Threads).Select(thread => Task.Factory.StartNew(
            () =>
            {
                for (int round = 0; round < rounds; round++)
                {
                    barrier.SignalAndWait();
                    Task.WaitAll(Enumerable.Range(0, Callers).Where(user => user % Threads == thread).Select(async user =>
                    {
                        if (await TryAsync(desk, start(user), most))
                        {
                            Interlocked.Increment(ref given);
                        }
                    }));
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
            Session[] sessions = [.. desk.Current.Fleet.Sessions.Values];
            Assert.Equal((most, most), (Interlocked.Exchange(ref given, 0), sessions.Length));
            Assert.Equal(most, sessions.Select(session => session.CloudPc).Distinct().Count());
            everHeld.UnionWith(sessions.Select(session => session.User));
            await Task.WhenAll(sessions.Select(session => desk.DoAsync(new Command.EndSession(session.Id))));
            Assert.Equal(0, Running(desk.Current));

            // The buffer has a day of its own for each round, and a shared machine its time for the profile.
            await desk.DoAsync(new Command.SetClock(null, null, TimeSpan.FromDays(1)));
        }

        await Task.WhenAll(threads);
        Assert.True(everHeld.Count > most, "A race that always has the same winners is none.");
    }

    private static async Task<bool> TryAsync(TenantDesk desk, Command start, int most)
    {
        Submission.Done done = Assert.IsType<Submission.Done>(await desk.SubmitAsync(start, Company.Somebody));
        Decision.Accepted accepted = Assert.IsType<Decision.Accepted>(done.Decision, exactMatch: true);
        Assert.InRange(Running(accepted.Next), 1, most);
        if (accepted.Remaining is { } refusal)
        {
            Assert.Equal((RefusalCode.NoLicensesAvailable, most), (refusal.Code, Running(accepted.Next)));
            return false;
        }

        return true;
    }

    // Sessions, each of which takes a license: in dedicated mode the count of them, in shared mode that of machines in use.
    private static int Running(Tenant tenant)
    {
        PlanUse use = PlanStanding.Of(tenant, _frontline.Plans[0]).Use;
        Assert.Equal(tenant.Fleet.Sessions.Count, use.Taken + use.Sessions);
        return tenant.Fleet.Sessions.Count;
    }

    private static async Task<(TenantDesk Desk, Guid Assignment)> OpenAsync(LedgerDoor door, ProvisioningType type, int licenses, int allotted, int excess)
    {
        TenantDesk desk = await Company.FoundAsync(door);
        await desk.DoAsync(new Command.SetClock(true, null, null));
        await desk.DoAsync(new Command.UpdateSettings(TenantSettings.Default with { BufferExcess = excess }));
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(user => desk.DoAsync(Company.User(user))));
        await desk.DoAsync(Company.Buy(_frontline, licenses));
        await desk.DoAsync(new Command.CreateGroup(
            new GroupProfile(_group, "Nurses", null, "nurses", false, true, [], null, default), [.. Enumerable.Range(0, Callers).Select(Company.UserId)]));
        Guid policy = Guid.NewGuid();
        await desk.DoAsync(new Command.CreatePolicy(new ProvisioningPolicy(policy, "Desks")
        {
            ProvisioningType = type,
            ImageId = "microsoftwindowsdesktop_windows-ent-cpc_win11-24h2-ent-cpc",
            ImageDisplayName = "Windows 11",
            Joins = [new DomainJoin(DomainJoinType.AzureADJoin, null, "eastus", null)],
        }));
        Decision.Accepted assigned = await desk.DoAsync(new Command.AssignPolicy(
            policy, [new AssignmentRequest(null, _group, SkuCatalog.BuiltIn.Plans[_frontline.Plans[0]].Id, "Nurses", allotted)]));
        return (desk, assigned.Next.Fleet.Policies.Values.Single().Assignments[0].Key!.Value);
    }

    private static CloudPc Row(Tenant tenant, int index) => tenant.Fleet.CloudPcs[index]!;
}
