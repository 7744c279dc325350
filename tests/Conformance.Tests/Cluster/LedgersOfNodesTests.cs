using Berth.Conformance.Tests.Ledger;
using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Ledger;
using Berth.Ledger.Stores;
using Npgsql;
using Xunit;

namespace Berth.Conformance.Tests.Cluster;

/// <summary>Two ledgers that share a database, as nodes do: who has a tenant, and who lost it (B711, B712, B713, B719, B723, B744).</summary>
public sealed class LedgersOfNodesTests : IAsyncLifetime
{
    private static readonly Uri _url = new("http://127.0.0.1:1/");
    private static readonly TimeSpan _none = TimeSpan.Zero;

    private readonly PostgresPlace _place = new();
    private LedgerDoor _one = null!;
    private LedgerDoor _other = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _place.Open().Dispose();
        _one = Join();
        _other = Join();
        await _one.RenewAsync(_url, "", Cancel);
        await _other.RenewAsync(_url, "", Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await _one.DisposeAsync();
        await _other.DisposeAsync();
        _place.Dispose();
    }

    // B711
    [Fact]
    public void A_shared_database_is_taken_by_nobody_alone_and_one_that_somebody_has_alone_is_not_shared()
    {
        PostgresAddress address = PostgresAddress.Read(_place.Connection);
        Assert.Contains("in use by another Berth process", Assert.Throws<LedgerRefusedException>(() => PostgresStore.Open(address, _none)).Message, StringComparison.Ordinal);
        Assert.Null(PostgresStore.TryOpen(address));

        using PostgresPlace place = new();
        using IJournalStore alone = place.Open();
        Assert.Contains("no node of a cluster", Assert.Throws<LedgerRefusedException>(() => PostgresStore.Join(PostgresAddress.Read(place.Connection), _none)).Message, StringComparison.Ordinal);
    }

    // B711
    [Fact]
    public void Tables_of_another_version_are_not_shared()
    {
        _place.Execute("UPDATE meta SET value = value - 1 WHERE name = 'schema'");
        Assert.Contains("Nodes of one version", Assert.Throws<LedgerRefusedException>(() => PostgresStore.Join(PostgresAddress.Read(_place.Connection), _none)).Message, StringComparison.Ordinal);
    }

    // B712, B713
    [Fact]
    public async Task Whoever_lost_a_tenant_writes_nothing_of_it_and_learns_it_with_the_next_sign_of_life()
    {
        TenantDesk mine = await CreateAsync(_one, "one.example");
        await Done(mine, "first");
        TenantDesk theirs = await _other.TakeAsync(mine.Id, Cancel);
        Assert.Equal(mine.Current.Version, theirs.Current.Version);
        await Done(theirs, "second");
        await Assert.ThrowsAsync<LedgerFencedException>(() => Done(mine, "third"));
        await Assert.ThrowsAsync<LedgerFencedException>(async () => await _one.WriteBlobAsync(mine, "notifications", new byte[] { 1 }, Cancel));
        await _other.WriteBlobAsync(theirs, "notifications", new byte[] { 2 }, Cancel);

        (NodeNews news, IReadOnlyList<TenantDesk> lost) = await _one.RenewAsync(_url, "", Cancel);
        Assert.Equal(mine, Assert.Single(lost));
        Assert.Null(_one.Find(mine.Id));
        Assert.Equal(_other.Node, news.Tenants[mine.Id].Node);
        Assert.Empty((await _other.RenewAsync(_url, "", Cancel)).Lost);
    }

    // B713
    [Fact]
    public async Task A_node_that_takes_over_begins_when_the_one_before_cannot_answer_any_more()
    {
        TenantDesk mine = await CreateAsync(_one, "two.example");
        await _one.RenewAsync(_url, "", Cancel);
        await _other.TakeAsync(mine.Id, Cancel);
        (NodeNews news, _) = await _other.RenewAsync(_url, "", Cancel);
        Assert.DoesNotContain(_one.Node, news.Nodes.Keys);
    }

    // B716
    [Fact]
    public async Task A_tenant_that_was_given_up_is_taken_at_once_with_everything_that_was_submitted()
    {
        TenantDesk mine = await CreateAsync(_one, "three.example");
        Task<Submission>[] last = [.. Enumerable.Range(0, 50).Select(number => Submit(mine, $"u{number}").AsTask())];
        await Task.WhenAll(last);
        await _one.GiveUpAsync(mine);
        await Assert.ThrowsAsync<LedgerFencedException>(() => Done(mine, "late"));
        (NodeNews news, _) = await _one.RenewAsync(_url, "", Cancel);
        Assert.False(news.IsHeld(news.Tenants[mine.Id]));
        TenantDesk theirs = await _other.TakeAsync(mine.Id, Cancel);
        Assert.Equal(51, theirs.Current.Version);
    }

    // B719
    [Fact]
    public async Task A_domain_is_one_tenants_whichever_node_makes_it()
    {
        TenantCreation[] made = await Task.WhenAll(((LedgerDoor[])[_one, _other, _one, _other]).Select(door => door.CreateTenantAsync(Create("same.example"), Actor.Berth, Cancel)));
        TenantCreation.Created only = Assert.Single(made.OfType<TenantCreation.Created>());
        Assert.All(made.OfType<TenantCreation.Refused>(), refused => Assert.Equal("Another tenant has this domain.", refused.Refusal.Detail));
        Assert.Equal(only.Desk.Id, Assert.Single(await _other.ReadListAsync(Cancel)).Id);
        Assert.Equal(only.Desk.Current.Profile, Assert.Single(await _one.ReadListAsync(Cancel)));
    }

    // B744
    [Fact]
    public async Task A_tenant_removed_at_one_node_is_lost_at_the_one_that_has_it_and_taken_by_nobody()
    {
        TenantDesk theirs = await CreateAsync(_other, "four.example");
        await Done(theirs, "first");
        await _other.RenewAsync(_url, "", Cancel);
        Task<bool> removing = _one.RemoveTenantAsync(theirs.Id, null);
        await Assert.ThrowsAsync<LedgerFencedException>(async () =>
        {
            while (true)
            {
                await Done(theirs, $"u{Guid.NewGuid():N}");
            }
        });

        // The other node may answer reads until it learns it, or until its word has run out: as long the removal takes.
        (NodeNews news, IReadOnlyList<TenantDesk> lost) = await _other.RenewAsync(_url, "", Cancel);
        Assert.Equal(theirs, Assert.Single(lost));
        Assert.DoesNotContain(theirs.Id, news.Tenants.Keys);
        Assert.Contains("no tenant", (await Assert.ThrowsAsync<LedgerRefusedException>(() => _other.TakeAsync(theirs.Id, Cancel))).Message, StringComparison.Ordinal);
        Assert.True(await removing);
        Assert.Empty(await _one.ReadListAsync(Cancel));
        Assert.Equal(0, _place.Execute($"DELETE FROM journal WHERE tenant = '{theirs.Id}'"));
        Assert.Equal(0, _place.Execute("DELETE FROM blob WHERE name LIKE 'gone/%'"));

        // A connection that breaks afterwards finds no tenant missing.
        await Done(await CreateAsync(_other, "five.example"), "first");
    }

    // B744
    [Fact]
    public async Task What_a_node_was_making_or_removing_when_it_ended_is_finished_by_one_that_lives()
    {
        TenantDesk removed = await CreateAsync(_one, "six.example"), half = await CreateAsync(_one, "seven.example"), making = await CreateAsync(_one, "eight.example");
        await Done(removed, "first");

        // As the process left it: the one was on its way out, the other on its way in, and the third is made by a node that lives.
        await _one.RenewAsync(_url, "", Cancel);
        _place.Execute($"UPDATE tenant SET domain = NULL; INSERT INTO blob(name, value) VALUES ('gone/{removed.Id}', {Mark(0)}), ('gone/{half.Id}', {Mark(999_999)}), ('gone/{making.Id}', {Mark(_one.Node)})");
        List<Guid> told = [];
        _other.Farewell = tenant =>
        {
            told.Add(tenant);
            return Task.CompletedTask;
        };
        Task sweeping = _other.SweepAsync();
        while (!sweeping.IsCompleted)
        {
            await _one.RenewAsync(_url, "", Cancel);
        }

        await sweeping;
        Assert.Equal([removed.Id, half.Id], told.OrderByDescending(id => id == removed.Id));
        Assert.Equal(0, _place.Execute($"DELETE FROM journal WHERE tenant IN ('{removed.Id}', '{half.Id}')"));
        Assert.Equal(1, _place.Execute($"DELETE FROM journal WHERE tenant = '{making.Id}'"));
        Assert.Equal(1, _place.Execute("DELETE FROM blob WHERE name LIKE 'gone/%'"));
    }

    // B719
    [Fact]
    public async Task Nobodys_change_of_a_value_of_all_is_lost()
    {
        await Task.WhenAll(Enumerable.Range(0, 40).Select(number => (number % 2 == 0 ? _one : _other).ChangeBlobAsync("list", seen => [.. seen ?? [], (byte)number], Cancel).AsTask()));
        Assert.Equal(Enumerable.Range(0, 40).Select(number => (byte)number), (await _one.ReadBlobAsync("list", Cancel))!.Order());
    }

    // B723
    [Fact]
    public async Task Where_tenants_are_is_read_once_and_then_only_what_changed()
    {
        TenantDesk first = await CreateAsync(_one, "nine.example"), second = await CreateAsync(_one, "ten.example");
        NodeNews news = await NewsAsync();
        Assert.Equal(_one.Node, news.Tenants[first.Id].Node);

        // Nobody writes this without a sign of it: a row that bears none is not read again, until the connection was lost and everything is.
        _place.Execute($"UPDATE tenant SET node = 999999 WHERE id = '{first.Id}'");
        await _other.TakeAsync(second.Id, Cancel);
        news = await NewsAsync();
        Assert.Equal((_one.Node, _other.Node), (news.Tenants[first.Id].Node, news.Tenants[second.Id].Node));
        _place.Execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE 'SELECT number, url%'");
        news = await NewsAsync();
        Assert.Equal((999_999, _other.Node), (news.Tenants[first.Id].Node, news.Tenants[second.Id].Node));
        await _other.RemoveTenantAsync(second.Id, null);
        Assert.Equal([first.Id], (await NewsAsync()).Tenants.Keys);
    }

    // B723
    [Fact]
    public async Task A_change_that_was_under_way_while_others_were_read_is_seen_when_it_is_done()
    {
        TenantDesk slow = await CreateAsync(_one, "eleven.example"), quick = await CreateAsync(_one, "twelve.example");
        await NewsAsync();
        await using NpgsqlConnection line = new($"{_place.Connection};Search Path=berth;Pooling=false");
        await line.OpenAsync(Cancel);
        await using NpgsqlTransaction transaction = await line.BeginTransactionAsync(Cancel);
        await using NpgsqlCommand change = new("UPDATE tenant SET node = 999999, changed = pg_current_xact_id() WHERE id = $1", line, transaction) { Parameters = { new() { Value = slow.Id } } };
        await change.ExecuteNonQueryAsync(Cancel);
        for (int later = 0; later < 3; later++)
        {
            await (later % 2 == 0 ? _other : _one).TakeAsync(quick.Id, Cancel);
            await _other.RenewAsync(_url, "", Cancel);
            NodeNews between = await NewsAsync();
            Assert.Equal((_one.Node, later % 2 == 0 ? _other.Node : _one.Node), (between.Tenants[slow.Id].Node, between.Tenants[quick.Id].Node));
        }

        await transaction.CommitAsync(Cancel);
        Assert.Equal(999_999, (await NewsAsync()).Tenants[slow.Id].Node);
    }

    // B702, B723
    [Fact]
    public async Task Tables_from_before_places_bore_numbers_are_brought_up_to_date_and_no_tenant_is_missed()
    {
        using PostgresPlace place = new();
        Guid tenant;
        await using (LedgerDoor alone = LedgerDoor.Open(place.Open(), TimeProvider.System))
        {
            tenant = (await CreateAsync(alone, "thirteen.example")).Id;
        }

        place.Execute("ALTER TABLE tenant DROP COLUMN changed; UPDATE meta SET value = 2 WHERE name = 'schema'");
        using (PostgresStore store = (PostgresStore)place.Open())
        {
            Assert.Equal(2, store.FoundSchema);
        }

        await using LedgerDoor node = LedgerDoor.OpenShared(PostgresStore.Join(PostgresAddress.Read(place.Connection), _none), TimeProvider.System);
        Assert.Equal([tenant], (await node.RenewAsync(_url, "", Cancel)).News.Tenants.Keys);
    }

    private async Task<NodeNews> NewsAsync() => (await _one.RenewAsync(_url, "", Cancel)).News;

    private static string Mark(long maker) => $"'\\x{Convert.ToHexString(BitConverter.GetBytes(maker))}'";

    private LedgerDoor Join() => LedgerDoor.OpenShared(PostgresStore.Join(PostgresAddress.Read(_place.Connection), _none), TimeProvider.System);

    private static Command.CreateTenant Create(string domain) => new(new TenantProfile(Guid.NewGuid(), "Company", domain, "US", TenantKind.Production, default), SkuCatalog.BuiltIn);

    private static async Task<TenantDesk> CreateAsync(LedgerDoor door, string domain) => ((TenantCreation.Created)await door.CreateTenantAsync(Create(domain), Actor.Berth, Cancel)).Desk;

    private static ValueTask<Submission> Submit(TenantDesk desk, string name) => desk.SubmitAsync(
        new Command.CreateUser(new Berth.Engine.Directory.User(Guid.NewGuid(), $"{name}@{desk.Current.Profile.Domain}", name, name, true, "US", default, default)), Actor.Berth, null, Cancel);

    private static async Task Done(TenantDesk desk, string name) => Assert.IsType<Decision.Accepted>(Assert.IsType<Submission.Done>(await Submit(desk, name)).Decision);
}
