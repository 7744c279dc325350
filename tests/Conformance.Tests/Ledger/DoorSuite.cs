using System.Text;
using Berth.Engine;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Licensing;
using Berth.Ledger;
using Berth.Ledger.Stores;
using Xunit;

namespace Berth.Conformance.Tests.Ledger;

/// <summary>The door before a journal in SQLite.</summary>
public sealed class SqliteDoorSuite() : DoorSuite(new SqlitePlace());

/// <summary>The door before a journal in memory.</summary>
public sealed class MemoryDoorSuite() : DoorSuite(new MemoryPlace());

/// <summary>The door before a journal in PostgreSQL (B700).</summary>
public sealed class PostgresDoorSuite() : DoorSuite(new PostgresPlace());

/// <summary>What callers can rely on, whatever the journal lies in.</summary>
public abstract class DoorSuite : IAsyncLifetime
{
    private readonly IPlace _place;
    private readonly HandClock _clock = new();
    private IJournalStore _store = null!;
    private LedgerDoor _door = null!;
    private TenantDesk _desk = null!;

    protected DoorSuite(IPlace place) => _place = place;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Open();
        _desk = await Company.FoundAsync(_door);
    }

    public async ValueTask DisposeAsync()
    {
        await _door.DisposeAsync();
        _place.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task What_is_answered_is_published_and_in_the_journal()
    {
        Decision.Accepted accepted = await _desk.DoAsync(Company.User(1));
        Assert.Same(accepted.Next, _desk.Current);
        List<TenantEvent> journal = await _desk.JournalAsync();
        Assert.Equal(accepted.Event, journal[0]);
        Assert.Equal(2, journal.Count);
        Assert.Equal(Company.Somebody, journal[0].Actor);
        Assert.Equal(Company.Noon, journal[0].At);
    }

    [Fact]
    public async Task A_refusal_changes_nothing_and_is_not_in_the_journal()
    {
        Tenant before = _desk.Current;
        Assert.Equal(RefusalCode.UserNotFound, await _desk.RefusedAsync(Company.Assign(1, Company.E5)));
        Assert.Same(before, _desk.Current);
        Assert.Single(await _desk.JournalAsync());
    }

    [Fact]
    public async Task A_restart_finds_every_tenant_as_it_was()
    {
        Guid second = Guid.NewGuid();
        TenantDesk other = await Company.FoundAsync(_door, second, "Fabrikam.example");
        await WorkAsync(_desk, 300, seed: 1);
        await WorkAsync(other, 100, seed: 2);
        Tenant one = _desk.Current, two = other.Current;
        await RestartAsync();
        Assert.Equal(2, _door.Desks.Count);
        Company.Same(one, _desk.Current);
        Company.Same(two, _door.FindByDomain("FABRIKAM.example")!.Current);
        Assert.Null(_door.Find(Guid.NewGuid()));
        Assert.Null(_door.FindByDomain("nowhere.example"));
        await _desk.DoAsync(Company.User(1_000_000));
    }

    [Fact]
    public async Task A_restart_from_a_snapshot_and_the_journal_after_it_is_the_same_as_from_the_journal_alone()
    {
        await WorkAsync(_desk, 200, seed: 3);
        await _door.TakeSnapshotAsync(_desk);
        long covered = _desk.Current.Version;
        await _door.TakeSnapshotAsync(_desk);
        await WorkAsync(_desk, 50, seed: 4);
        Tenant before = _desk.Current;
        await RestartAsync();
        Assert.Equal(covered, _store.FindSnapshot(Company.Id)!.Value.Sequence);
        Company.Same(before, _desk.Current);
        Assert.Equal(before.Version, (await _desk.JournalAsync()).Count);

        Tenant replayed = Tenant.Unborn;
        foreach (TenantEvent happened in Enumerable.Reverse(await _desk.JournalAsync()))
        {
            replayed = Deciding.Apply(replayed, happened);
        }

        Company.Same(before, replayed);
    }

    [Fact]
    public async Task Every_version_of_a_tenant_can_be_read_again_as_it_was()
    {
        // B528: with a snapshot in the middle, before and after a restart, in any order.
        List<Tenant> was = [];
        for (int i = 0; i < 300; i++)
        {
            if (i == 150)
            {
                await _door.TakeSnapshotAsync(_desk);
            }

            _clock.Move(TimeSpan.FromMinutes(1));
            await WorkAsync(_desk, 1, seed: i);
            if (_desk.Current.Version > (was.Count == 0 ? 0 : was[^1].Version))
            {
                was.Add(_desk.Current);
            }
        }

        Random random = new(5);
        for (int round = 0; round < 2; round++)
        {
            foreach (Tenant one in was.OrderBy(_ => random.Next()).Take(25))
            {
                Company.Same(one, await _desk.AsOfAsync(one.Version, Cancel));
            }

            await RestartAsync();
        }

        Assert.Same(_desk.Current, await _desk.AsOfAsync(_desk.Current.Version, Cancel));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => _desk.AsOfAsync(_desk.Current.Version + 1, Cancel).AsTask());
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => _desk.AsOfAsync(0, Cancel).AsTask());
        Assert.Equal(0, await _desk.VersionAtAsync(Company.Noon.AddTicks(-1), Cancel));
        Assert.Equal(1, await _desk.VersionAtAsync(Company.Noon, Cancel));
        Assert.Equal(was[0].Version, await _desk.VersionAtAsync(Company.Noon.AddMinutes(1), Cancel));
        Assert.Equal(_desk.Current.Version, await _desk.VersionAtAsync(DateTimeOffset.MaxValue, Cancel));
    }

    [Fact]
    public async Task States_of_the_past_are_few_and_go_when_nobody_asks()
    {
        await WorkAsync(_desk, 40, seed: 6);
        Faults.ManualTime time = new();
        using PastStates past = new(_store, time);
        for (int version = 1; version <= PastStates.MostKept + 1; version++)
        {
            Assert.Equal(version, (await past.AtAsync(_desk.Current, version, () => Task.FromResult(default(SnapshotMark)), Cancel)).Version);
            Assert.Equal(Math.Min(version, PastStates.MostKept), past.Kept);
            time.Advance(TimeSpan.FromSeconds(1));
        }

        Tenant second = await AtAsync(2);
        Assert.Same(second, await AtAsync(2));
        time.Advance(PastStates.KeptFor - TimeSpan.FromSeconds(1));
        Assert.Same(second, await AtAsync(2));
        time.Advance(PastStates.KeptFor);
        time.Advance(PastStates.KeptFor);
        Assert.Equal(0, past.Kept);
        Assert.NotSame(second, await AtAsync(2));

        async Task<Tenant> AtAsync(long version) => await past.AtAsync(_desk.Current, version, () => Task.FromResult(default(SnapshotMark)), Cancel);
    }

    [Theory]
    [InlineData(PastStates.MostAtOnce - 1, false)]
    [InlineData(PastStates.MostAtOnce, true)]
    public async Task A_long_look_back_keeps_no_other_tenant_waiting_until_too_many_look_at_once(int looking, bool waits)
    {
        // B511: each of the long ones stands where its snapshot is asked for; a second one of the same tenant takes no place.
        using PastStates past = new(_store, TimeProvider.System);
        TaskCompletionSource<SnapshotMark> stands = new(TaskCreationOptions.RunContinuationsAsynchronously);
        List<Task<Tenant>> all = [];
        TenantDesk last = await FoundAsync();
        for (int i = 0; i < looking; i++)
        {
            TenantDesk one = await FoundAsync();
            TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
            all.Add(past.AtAsync(one.Current, 1, Long, Cancel).AsTask());
            await begun.Task;
            all.Add(past.AtAsync(one.Current, 1, Long, Cancel).AsTask());

            Task<SnapshotMark> Long()
            {
                begun.TrySetResult();
                return stands.Task;
            }
        }

        bool asked = false;
        Task<Tenant> other = past.AtAsync(last.Current, 1, Short, Cancel).AsTask();
        if (!waits)
        {
            Assert.Equal(1, (await other).Version);
        }

        Assert.Equal(!waits, asked);
        Assert.DoesNotContain(all, one => one.IsCompleted);
        stands.SetResult(default);
        Assert.Equal(1, (await other).Version);
        Assert.All(await Task.WhenAll(all), one => Assert.Equal(1, one.Version));

        Task<SnapshotMark> Short()
        {
            asked = true;
            return Task.FromResult(default(SnapshotMark));
        }

        async Task<TenantDesk> FoundAsync()
        {
            Guid id = Guid.NewGuid();
            TenantDesk desk = await Company.FoundAsync(_door, id, $"{id:N}.example");
            await desk.DoAsync(Company.User(1));
            return desk;
        }
    }

    [Fact]
    public async Task The_journal_is_read_newest_first_over_many_pages()
    {
        await Task.WhenAll(Enumerable.Range(0, 200).Select(user => _desk.DoAsync(Company.User(user))));
        List<TenantEvent> journal = await _desk.JournalAsync();
        Assert.Equal(Enumerable.Range(1, 201).Reverse().Select(at => (long)at), journal.Select(happened => happened.Sequence));
        Assert.Equal([99, 98], (await _desk.JournalAsync(100)).Take(2).Select(happened => happened.Sequence));
        Assert.Empty(await _desk.JournalAsync(1));
    }

    // B730
    [Fact]
    public async Task The_tenant_that_came_first_is_known_without_looking_through_all()
    {
        TenantDesk second = await Company.FoundAsync(_door, Guid.NewGuid(), "fabrikam.example"), third = await Company.FoundAsync(_door, Guid.NewGuid(), "tailspin.example");
        TenantDesk[] byAge = [.. new[] { _desk, second, third }.OrderBy(static desk => (desk.Current.Profile.CreatedAt, desk.Id))];
        Assert.Same(byAge[0], _door.Oldest);
        Assert.Equal((await _door.ReadListAsync(Cancel))[0], await _door.ReadFirstAsync(Cancel));
        Guid[] ids = [.. byAge.Select(static desk => desk.Id)];
        await RestartAsync();
        Assert.Equal(ids[0], _door.Oldest!.Id);

        // The others as they go, whichever goes first.
        await _door.RemoveTenantAsync(ids[1], null);
        Assert.Equal(ids[0], _door.Oldest!.Id);
        await _door.RemoveTenantAsync(ids[0], null);
        Assert.Equal(ids[2], _door.Oldest!.Id);
        Assert.Equal([ids[2]], _door.Desks.Select(static desk => desk.Id));
        await _door.RemoveTenantAsync(ids[2], null);
        Assert.Null(_door.Oldest);
        Assert.Null(await _door.ReadFirstAsync(Cancel));
    }

    [Fact]
    public async Task A_tenant_has_an_id_and_a_domain_of_its_own()
    {
        Assert.Equal(RefusalCode.IdTaken, Refused(await _door.CreateTenantAsync(Company.Create(domain: "other.example"), Actor.Berth, Cancel)));
        Assert.Equal(RefusalCode.ValueInvalid, Refused(await _door.CreateTenantAsync(Company.Create(Guid.NewGuid(), "CONTOSO.example"), Actor.Berth, Cancel)));
        Assert.Single(_door.Desks);

        Guid wanted = Guid.NewGuid();
        TenantCreation[] creations = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => _door.CreateTenantAsync(Company.Create(wanted, "new.example"), Actor.Berth, Cancel))));
        Assert.Single(creations, creation => creation is TenantCreation.Created);
        Assert.Single((await _door.Find(wanted)!.JournalAsync()));

        static RefusalCode Refused(TenantCreation creation) => Assert.IsType<TenantCreation.Refused>(creation, exactMatch: true).Refusal.Code;
    }

    [Fact]
    public async Task A_command_sent_again_gets_the_answer_it_got_and_does_nothing()
    {
        Assert.IsType<Submission.Done>(await RepeatAsync(Company.User(1), "key", "body", "made 1"));
        Assert.Equal("made 1", Answer(await RepeatAsync(Company.User(1), "key", "body", "not asked for")));
        Assert.IsType<Submission.RepeatedDifferently>(await RepeatAsync(Company.User(2), "key", "another body", "x"));
        Assert.Equal(1, _desk.Current.UserCount);
        await RestartAsync();
        Assert.Equal("made 1", Answer(await RepeatAsync(Company.User(1), "key", "body", "not asked for")));
        Assert.IsType<Submission.RepeatedDifferently>(await RepeatAsync(Company.User(2), "key", "another body", "x"));
        Assert.IsType<Submission.Done>(await RepeatAsync(Company.User(2), "KEY", "body", "made 2"));
        Assert.Equal(2, _desk.Current.UserCount);
    }

    [Fact]
    public async Task Of_many_equal_commands_at_once_one_is_done_and_the_others_get_its_answer()
    {
        Submission[] all = await Task.WhenAll(Enumerable.Range(0, 64).Select(caller => Task.Run(() => RepeatAsync(Company.User(1), "key", "body", $"made by {caller}"))));
        Assert.Single(all, one => one is Submission.Done);
        Assert.Single(all.OfType<Submission.Repeated>().Select(Answer).Distinct());
        Assert.Equal(63, all.OfType<Submission.Repeated>().Count());
        Assert.Equal(1, _desk.Current.UserCount);
    }

    [Fact]
    public async Task A_refusal_is_not_remembered()
    {
        Submission.Done refused = Assert.IsType<Submission.Done>(await RepeatAsync(Company.Assign(1, Company.E5), "key", "body", "x"));
        Assert.IsType<Decision.Refused>(refused.Decision);
        await _desk.DoAsync(Company.User(1));
        await _desk.DoAsync(Company.Buy(Company.E5, 1));
        Submission.Done done = Assert.IsType<Submission.Done>(await RepeatAsync(Company.Assign(1, Company.E5), "key", "body", "assigned"));
        Assert.IsType<Decision.Accepted>(done.Decision);
    }

    [Fact]
    public async Task A_command_that_changes_nothing_is_remembered_all_the_same()
    {
        await _desk.DoAsync(Company.User(1));
        Command nothing = new Command.AssignUserLicenses(Company.UserId(1), [], []);
        Submission.Done done = Assert.IsType<Submission.Done>(await RepeatAsync(nothing, "key", "body", "as before"));
        Assert.Null(Assert.IsType<Decision.Accepted>(done.Decision).Event);
        Assert.Equal("as before", Answer(await RepeatAsync(nothing, "key", "body", "x")));
        Assert.Equal(2, (await _desk.JournalAsync()).Count);
    }

    [Fact]
    public async Task An_answer_is_remembered_for_a_day_of_real_time_and_then_forgotten()
    {
        await _desk.DoAsync(new Command.SetClock(true, Company.Noon.AddDays(30), null));
        await RepeatAsync(Company.User(1), "key", "body", "made 1");
        _clock.Move(Repeatable.Remembered);
        Assert.Equal("made 1", Answer(await RepeatAsync(Company.User(1), "key", "body", "x")));
        Assert.NotNull(_store.FindAnswer(Company.Id, "key"));
        _clock.Move(TimeSpan.FromTicks(1));
        Submission.Done again = Assert.IsType<Submission.Done>(await RepeatAsync(Company.User(1), "key", "body", "x"));
        Assert.IsType<Decision.Refused>(again.Decision);

        // The writer forgets between two commits, at most once a minute.
        _clock.Move(TimeSpan.FromMinutes(2));
        await _desk.DoAsync(Company.User(2));
        await RestartAsync();
        Assert.Null(_store.FindAnswer(Company.Id, "key"));
    }

    [Fact]
    public async Task A_key_and_a_hash_have_a_longest_length()
    {
        string longest = new('k', Repeatable.LongestKey);
        string hash = new('h', Repeatable.LongestBodyHash);
        Assert.IsType<Submission.Done>(await RepeatAsync(Company.User(1), longest, hash, "x"));
        Assert.IsType<Submission.Repeated>(await RepeatAsync(Company.User(1), longest, hash, "x"));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => RepeatAsync(Company.User(2), longest + "k", hash, "x"));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => RepeatAsync(Company.User(2), longest, hash + "h", "x"));
        Assert.Equal(1, _desk.Current.UserCount);
    }

    [Fact]
    public async Task What_goes_wrong_in_one_decision_goes_to_its_caller_only()
    {
        Repeatable broken = new("key", new byte[] { 1 }, _ => throw new FormatException("a bug"));
        Task<Submission>[] all =
        [
            .. Enumerable.Range(0, 20).Select(user => _desk.SubmitAsync(Company.User(user), Company.Somebody, user == 7 ? broken : null).AsTask()),
        ];
        await Assert.ThrowsAsync<FormatException>(() => all[7]);
        await Task.WhenAll(all.Where(one => one != all[7]));
        Assert.Equal(19, _desk.Current.UserCount);
        Assert.Null(_store.FindAnswer(Company.Id, "key"));
        Tenant before = _desk.Current;
        await RestartAsync();
        Company.Same(before, _desk.Current);
    }

    [Fact]
    public async Task A_caller_may_leave_until_the_command_is_decided()
    {
        using CancellationTokenSource cancel = new();
        using ManualResetEventSlim block = new();
        Task<Submission> blocking = BlockAsync(block);
        Task<Submission> waiting = _desk.SubmitAsync(Company.User(2), Company.Somebody, null, cancel.Token).AsTask();
        await cancel.CancelAsync();
        block.Set();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await blocking;
        Assert.Equal(1, _desk.Current.UserCount);
    }

    [Fact]
    public async Task When_too_many_commands_wait_a_caller_waits_for_a_place()
    {
        using CancellationTokenSource cancel = new();
        using ManualResetEventSlim block = new();
        using ManualResetEventSlim begun = new();
        Task<Submission> blocking = BlockAsync(block, begun);
        begun.Wait(Cancel);
        Command.CreateUser again = Company.User(0);
        Task<Submission>[] waiting = [.. Enumerable.Range(0, GroupCommit.MostWaiting).Select(_ => _desk.SubmitAsync(again, Company.Somebody).AsTask())];

        // A command without a place can be taken back at once; one with a place waits for the writer to come to it.
        Task<Submission> outside = _desk.SubmitAsync(again, Company.Somebody, null, cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => outside);
        Assert.DoesNotContain(waiting, one => one.IsCompleted);
        Task<Submission> last = _desk.SubmitAsync(again, Company.Somebody, null, Cancel).AsTask();
        block.Set();
        await Task.WhenAll([blocking, last, .. waiting]);
        Assert.Equal(2, _desk.Current.UserCount);
    }

    [Fact]
    public async Task Who_has_a_tenant_to_himself_decides_it_while_its_others_wait_and_no_other_tenant_does()
    {
        // B510.
        TenantDesk other = await Company.FoundAsync(_door, Guid.NewGuid(), "fabrikam.example");
        using ManualResetEventSlim block = new();
        (Task<Submission> alone, Task begun) = Alone(() => Company.User(0), block);
        await begun;
        Task<Submission> waiting = _desk.SubmitAsync(Company.User(0), Company.Somebody, cancel: Cancel).AsTask(), second = Alone(() => Company.User(2), block).Alone;
        Tenant before = _desk.Current;
        await other.DoAsync(Company.User(1));
        Assert.Same(before, _desk.Current);
        Assert.False(waiting.IsCompleted || second.IsCompleted);
        block.Set();
        Assert.IsType<Decision.Accepted>(Assert.IsType<Submission.Done>(await alone).Decision);
        Assert.IsType<Decision.Refused>(Assert.IsType<Submission.Done>(await waiting).Decision);
        Assert.IsType<Decision.Accepted>(Assert.IsType<Submission.Done>(await second).Decision);
        Assert.Equal(2, _desk.Current.UserCount);
        Assert.Equal(3, (await _desk.JournalAsync()).Count);
    }

    [Fact]
    public async Task A_turn_is_over_when_too_many_wait_and_what_was_decided_in_it_is_decided_again()
    {
        using ManualResetEventSlim block = new();
        TenantDesk other = await Company.FoundAsync(_door, Guid.NewGuid(), "fabrikam.example");
        (Task<Submission> alone, Task begun) = Alone(() => Company.User(0), block);
        await begun;
        Task<Submission>[] waiting = new Task<Submission>[Turns.MostAside];
        for (int i = 0; i < waiting.Length; i++)
        {
            waiting[i] = _desk.SubmitAsync(Company.User(0), Company.Somebody, null, Cancel).AsTask();
        }

        await other.DoAsync(Company.User(1));
        Assert.DoesNotContain(waiting, one => one.IsCompleted);
        await _desk.SubmitAsync(Company.User(0), Company.Somebody, null, Cancel);
        await Task.WhenAll(waiting);
        Assert.False(alone.IsCompleted);
        block.Set();
        Assert.IsType<Decision.Refused>(Assert.IsType<Submission.Done>(await alone).Decision);
        Assert.Equal(1, _desk.Current.UserCount);
    }

    [Fact]
    public async Task Who_leaves_holds_no_tenant()
    {
        using ManualResetEventSlim block = new();
        using CancellationTokenSource cancel = new();
        (Task<Submission> alone, Task begun) = Alone(() => Company.User(0), block);
        await begun;
        Task<Submission> gone = _desk.SubmitAloneAsync(_ => Company.User(1), Company.Somebody, null, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        Task<Submission> broken = _desk.SubmitAloneAsync(_ => throw new InvalidOperationException("nothing comes to mind"), Company.Somebody, null, Cancel);
        block.Set();
        await alone;
        await Assert.ThrowsAsync<InvalidOperationException>(() => broken);
        await _desk.DoAsync(Company.User(2));
        Assert.Equal(2, _desk.Current.UserCount);
    }

    [Fact]
    public async Task Closing_in_the_middle_of_a_turn_commits_what_waits_aside()
    {
        using ManualResetEventSlim block = new();
        TenantDesk other = await Company.FoundAsync(_door, Guid.NewGuid(), "fabrikam.example");
        (Task<Submission> alone, Task begun) = Alone(() => Company.User(0), block);
        await begun;
        Task<Submission> waiting = _desk.SubmitAsync(Company.User(1), Company.Somebody, cancel: Cancel).AsTask();
        await other.DoAsync(Company.User(1));
        Assert.False(waiting.IsCompleted);
        await RestartAsync();
        Assert.IsType<Decision.Accepted>(Assert.IsType<Submission.Done>(await waiting).Decision);
        block.Set();
        await Assert.ThrowsAsync<LedgerFencedException>(() => alone);
        Assert.Equal(1, _desk.Current.UserCount);
    }

    [Fact]
    public async Task What_is_decided_alone_is_remembered_like_anything_else()
    {
        int made = 0;
        Repeatable once = new("alone", new byte[] { 1 }, _ => [7]);
        Assert.IsType<Submission.Done>(await _desk.SubmitAloneAsync(_ => Make(), Company.Somebody, once, Cancel));
        Assert.Equal([7], Assert.IsType<Submission.Repeated>(await _desk.SubmitAloneAsync(_ => Make(), Company.Somebody, once, Cancel)).Answer.ToArray());
        Assert.Equal((2, 1), (made, _desk.Current.UserCount));

        Command Make()
        {
            made++;
            return Company.User(0);
        }
    }

    [Fact]
    public async Task A_tenant_that_somebody_else_took_over_is_fenced_and_stays_readable()
    {
        TenantDesk other = await Company.FoundAsync(_door, Guid.NewGuid(), "fabrikam.example");
        await _desk.DoAsync(Company.User(1));
        Tenant before = _desk.Current;
        _place.TakeOver(Company.Id);
        for (int attempt = 0; attempt < 2; attempt++)
        {
            LedgerFencedException fenced = await Assert.ThrowsAsync<LedgerFencedException>(() => _desk.DoAsync(Company.User(2)));
            Assert.Equal(Company.Id, fenced.Tenant);
        }

        Assert.Same(before, _desk.Current);
        Assert.Equal(2, (await _desk.JournalAsync()).Count);
        await other.DoAsync(Company.User(1));
        Assert.Null(_door.Failure);

        await RestartAsync();
        await _desk.DoAsync(Company.User(2));
        Assert.Equal(3, (await _desk.JournalAsync()).Count);
    }

    [Fact]
    public async Task Closing_commits_what_waits_and_then_takes_nothing()
    {
        Task<Submission>[] all = [.. Enumerable.Range(0, 500).Select(user => _desk.SubmitAsync(Company.User(user), Company.Somebody).AsTask())];
        TenantDesk closed = _desk;
        await RestartAsync();
        await Task.WhenAll(all);
        Assert.Equal(500, _desk.Current.UserCount);
        await Assert.ThrowsAsync<LedgerFencedException>(() => closed.DoAsync(Company.User(500)));
    }

    [Fact]
    public async Task Named_values_lie_beside_the_tenants()
    {
        Assert.Null(await _door.ReadBlobAsync("signing-key", Cancel));
        await Task.WhenAll([
            _door.WriteBlobAsync("signing-key", new byte[] { 7 }, Cancel).AsTask(),
            .. Enumerable.Range(0, 200).Select(user => _desk.DoAsync(Company.User(user))),
        ]);
        await RestartAsync();
        Assert.Equal(new byte[] { 7 }, await _door.ReadBlobAsync("signing-key", Cancel));
    }

    [Fact]
    public async Task The_time_of_a_tenant_is_that_of_its_clock()
    {
        Assert.Equal(Company.Noon, _desk.Now);
        await _desk.DoAsync(new Command.SetClock(true, Company.Noon.AddDays(3), null));
        _clock.Move(TimeSpan.FromHours(1));
        Assert.Equal(Company.Noon.AddDays(3), _desk.Now);
        await _desk.DoAsync(new Command.SetClock(false, null, null));
        Assert.Equal(Company.Noon.AddHours(1), _desk.Now);
    }

    private static string Answer(Submission submission) => Encoding.UTF8.GetString(Assert.IsType<Submission.Repeated>(submission).Answer.Span);

    /// <summary>Random commands, of which many are refused, all submitted at once.</summary>
    private static async Task WorkAsync(TenantDesk desk, int commands, int seed)
    {
        Random random = new(seed);
        Guid group = new(seed, 0, 0, new byte[8]);
        List<Task> all =
        [
            desk.SubmitAsync(Company.Buy(Company.E5, 10), Company.Somebody).AsTask(),
            desk.SubmitAsync(new Command.CreateGroup(new GroupProfile(group, "Desk", null, "desk", false, true, [], null, default), []), Company.Somebody).AsTask(),
            desk.SubmitAsync(new Command.AssignGroupLicenses(group, [new LicenseRequest(Company.E5.Id, [])], []), Company.Somebody).AsTask(),
        ];
        for (int i = 0; i < commands; i++)
        {
            int user = random.Next(40);
            Command command = random.Next(6) switch
            {
                0 => Company.Assign(user, Company.E5),
                1 => Company.Remove(user, Company.E5),
                2 => new Command.AddMembers(group, [Company.UserId(user)]),
                3 => new Command.RemoveMember(group, Company.UserId(user)),
                4 when random.Next(4) == 0 => new Command.DeleteUser(Company.UserId(user)),
                _ => Company.User(user),
            };
            all.Add(desk.SubmitAsync(command, Company.Somebody).AsTask());
        }

        await Task.WhenAll(all);
    }

    private async Task<Submission> RepeatAsync(Command command, string key, string body, string answer) => await _desk.SubmitAsync(
        command, Company.Somebody, new Repeatable(key, Encoding.UTF8.GetBytes(body), _ => Encoding.UTF8.GetBytes(answer)));

    /// <summary>A command in whose decision the writer stands still until it is let go.</summary>
    private Task<Submission> BlockAsync(ManualResetEventSlim block, ManualResetEventSlim? begun = null) => _desk.SubmitAsync(
        Company.User(1),
        Company.Somebody,
        new Repeatable("block", new byte[] { 1 }, _ =>
        {
            begun?.Set();
            block.Wait();
            return [];
        })).AsTask();

    // Somebody who thinks about a command until the block is set; second, that he has begun to.
    private (Task<Submission> Alone, Task Begun) Alone(Func<Command> make, ManualResetEventSlim block)
    {
        TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        return (_desk.SubmitAloneAsync(
            _ =>
            {
                begun.SetResult();
                block.Wait();
                return make();
            },
            Company.Somebody), begun.Task);
    }

    private void Open()
    {
        _store = _place.Open();
        _door = LedgerDoor.Open(_store, _clock);
    }

    private async Task RestartAsync()
    {
        await _door.DisposeAsync();
        Open();
        _desk = _door.Find(Company.Id)!;
    }
}
