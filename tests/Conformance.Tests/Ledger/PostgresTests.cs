using System.Text;
using Berth.Engine;
using Berth.Ledger;
using Berth.Ledger.Stores;
using Xunit;

namespace Berth.Conformance.Tests.Ledger;

/// <summary>What can be wrong with a PostgreSQL database, and what becomes of a commit when it goes away (B700, B701, B702, B703, B704, B705).</summary>
public sealed class PostgresTests : IDisposable
{
    private readonly PostgresPlace _place = new();

    public void Dispose() => _place.Dispose();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // B702
    [Fact]
    public void A_second_opening_is_refused_while_the_first_one_lasts()
    {
        using (_place.Open())
        {
            Assert.Contains("in use by another Berth process (backend ", Refused(_place.Connection), StringComparison.Ordinal);
        }

        _place.Open().Dispose();
    }

    // B702
    [Fact]
    public async Task Whoever_lost_the_database_to_another_process_writes_nothing_more()
    {
        using IJournalStore store = _place.Open();
        Claim claim = store.TakeEpoch(Company.Id);
        await store.WriteBlobAsync("key", new byte[] { 1 }, Cancel);
        Assert.Equal(1, _place.Execute("UPDATE meta SET value = value + 1 WHERE name = 'opening'"));

        LedgerFencedException fenced = await Assert.ThrowsAsync<LedgerFencedException>(async () => await store.WriteBlobAsync("key", new byte[] { 2 }, Cancel));
        Assert.Contains("Another process has taken over the database", fenced.Message, StringComparison.Ordinal);
        Assert.Equal(new byte[] { 1 }, await store.ReadBlobAsync("key", Cancel));

        // Its connection is another one from here on, and the look at who has the database comes before anything is written.
        Disconnect();
        Assert.Throws<CommitInDoubtException>(() => store.Append([claim], [Event(1)], []));
        Assert.Throws<LedgerFencedException>(() => store.Append([claim], [Event(1)], []));
        Assert.Empty(store.ReadFrom(Company.Id, 0));
    }

    // B702
    [Fact]
    public void A_database_of_a_newer_version_is_refused_and_stays_as_it_is()
    {
        using (PostgresStore store = (PostgresStore)_place.Open())
        {
            Assert.Equal(0, store.FoundSchema);
        }

        _place.Execute("UPDATE meta SET value = value + 1 WHERE name = 'schema'");
        Assert.Contains($"newer version of Berth (schema {PostgresStore.SchemaVersion + 1}", Refused(_place.Connection), StringComparison.Ordinal);
        _place.Execute("UPDATE meta SET value = value - 1 WHERE name = 'schema'");
        using PostgresStore again = (PostgresStore)_place.Open();
        Assert.Equal(PostgresStore.SchemaVersion, again.FoundSchema);
    }

    // B701
    [Fact]
    public void A_commit_is_on_the_disk_also_where_the_server_would_rather_wait()
    {
        string name = _place.Connection.Split("Database=")[1];
        using (_place.Open())
        {
            _place.Execute($"ALTER DATABASE {name} SET synchronous_commit = off");
        }

        using Npgsql.NpgsqlDataSource lines = PostgresAddress.Read(_place.Connection).Lines();
        using Npgsql.NpgsqlDataSource pool = PostgresAddress.Read(_place.Connection).Pool();
        foreach (Npgsql.NpgsqlDataSource source in new[] { lines, pool, pool })
        {
            using Npgsql.NpgsqlConnection connection = source.OpenConnection();
            using Npgsql.NpgsqlCommand command = new("SHOW synchronous_commit", connection);
            Assert.Equal("on", command.ExecuteScalar());
        }
    }

    // B703
    [Fact]
    public void What_is_wrong_with_a_database_is_one_line_without_the_password()
    {
        PostgresServer server = PostgresServer.OfThisRun;
        const string Wrong = "a wrong one; really";
        Assert.Contains("refuses the password of berth", Refused(server.Network("postgres", Wrong), Wrong), StringComparison.Ordinal);
        Assert.Contains("There is no database nowhere at 127.0.0.1", Refused(server.Network("nowhere")), StringComparison.Ordinal);
        Assert.Contains("createdb --owner berth nowhere", Refused(server.Socket("nowhere")), StringComparison.Ordinal);
        Assert.Contains("Nothing answers as the database", Refused($"Host=127.0.0.1;Port=1;Database=x;Username=y;Password=\"{Wrong}\"", Wrong), StringComparison.Ordinal);
        Assert.Contains("not in UTF-8", Refused(server.NewDatabase("ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")), StringComparison.Ordinal);
    }

    // B703
    [Theory]
    [InlineData("")]
    [InlineData("berth.db")]
    [InlineData("Host=db")]
    [InlineData("Database=berth")]
    [InlineData("Host=db;Database=berth;Password=pa;ss=word")]
    [InlineData("Host=db;Database=berth;Port=secret")]
    [InlineData("Host=db;Database=berth;Password=\"secret")]
    [InlineData("postgres://berth:secret@db/berth")]
    public void A_text_that_is_no_connection_string_is_refused_and_not_repeated(string text)
    {
        LedgerRefusedException refused = Assert.Throws<LedgerRefusedException>(() => PostgresAddress.Read(text));
        Assert.Contains("Write \"Host=NAME;", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("ss", refused.Message.Replace("Password", "", StringComparison.OrdinalIgnoreCase).Replace("password", "", StringComparison.OrdinalIgnoreCase).Replace("pgpass", "", StringComparison.OrdinalIgnoreCase), StringComparison.Ordinal);
    }

    // B703
    [Fact]
    public void A_server_is_taken_from_version_15_on_and_no_standby()
    {
        PostgresAddress address = PostgresAddress.Read("Host=db;Database=berth;Username=me");
        PostgresSchema.CheckServer(address, 150_000, false, true);
        PostgresSchema.CheckServer(address, 180_002, false, true);
        Assert.Contains("is PostgreSQL 14; Berth needs 15 or newer", Assert.Throws<LedgerRefusedException>(() => PostgresSchema.CheckServer(address, 149_999, false, true)).Message, StringComparison.Ordinal);
        Assert.Contains("standby", Assert.Throws<LedgerRefusedException>(() => PostgresSchema.CheckServer(address, 150_000, true, true)).Message, StringComparison.Ordinal);
    }

    // B705
    [Fact]
    public void A_text_that_cannot_be_held_is_kept_with_its_other_letters()
    {
        using IJournalStore store = _place.Open();
        Claim claim = store.TakeEpoch(Company.Id);
        store.Append([claim], [Event(1) with { Actor = "User - a\0b \uD83E\uDD9C \uD83E!" }], []);
        Assert.Equal("User - a\uFFFDb \uD83E\uDD9C \uFFFD!", Assert.Single(store.ReadFrom(Company.Id, 0)).Actor);
    }

    // B700
    [Fact]
    public void The_longest_key_of_an_answer_is_remembered()
    {
        using IJournalStore store = _place.Open();
        Claim claim = store.TakeEpoch(Company.Id);
        Random random = new(1);
        string longest = string.Concat(Enumerable.Range(0, Repeatable.LongestKey).Select(_ => (char)random.Next('!', '~')));
        store.Append([claim], [], [new AnswerRow(Company.Id, longest, new byte[64], 1, new byte[] { 7 }), new AnswerRow(Company.Id, longest[..^1], new byte[64], 1, new byte[] { 8 })]);
        Assert.Equal(new byte[] { 7 }, store.FindAnswer(Company.Id, longest)!.Value.Answer.ToArray());
    }

    // B704
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_a_commit_that_was_cut_off_it_is_found_out_whether_it_happened(bool happens)
    {
        using Wire wire = new(PostgresServer.OfThisRun.Port);
        using PostgresStore store = Over(wire);
        Claim claim = store.TakeEpoch(Company.Id);
        store.Append([claim], [Event(1)], []);
        foreach ((JournalRow[] events, AnswerRow[] answers) in new (JournalRow[], AnswerRow[])[]
        {
            ([Event(2), Event(3)], []),
            ([], [new AnswerRow(Company.Id, "key", new byte[] { 1 }, 5, new byte[] { 2 })]),
        })
        {
            // The first commit of a connection prepares its statement before.
            store.Append([claim], [], []);
            CutNext(wire, happens);
            CommitInDoubtException doubt = Assert.Throws<CommitInDoubtException>(() => store.Append([claim], events, answers));
            Assert.Null(doubt.FindOut());
            Assert.Throws<WriteFailedException>(() => store.Append([claim], [Event(9)], []));
            Assert.Throws<DatabaseAwayException>(() => store.Tenants());
            wire.Mend();
            Assert.Equal(happens, FoundOut(doubt));
            if (!happens)
            {
                store.Append([claim], events, answers);
            }
        }

        Assert.Equal([1, 2, 3], store.ReadFrom(Company.Id, 0).Select(row => row.Sequence));
        Assert.NotNull(store.FindAnswer(Company.Id, "key"));
        store.Append([claim], [Event(4)], []);
    }

    // The server notices in its own time that the connection is gone; until then it keeps the lock, and nobody else is let in to ask.
    private static bool FoundOut(CommitInDoubtException doubt)
    {
        while (true)
        {
            if (doubt.FindOut() is { } happened)
            {
                return happened;
            }

            Cancel.WaitHandle.WaitOne(20);
            Cancel.ThrowIfCancellationRequested();
        }
    }

    // B704
    [Fact]
    public void A_database_that_came_back_older_than_what_it_acknowledged_is_written_no_more()
    {
        using IJournalStore store = _place.Open();
        Claim claim = store.TakeEpoch(Company.Id);
        store.Append([claim], [Event(1), Event(2)], []);
        _place.Execute("DELETE FROM journal WHERE seq = 2");
        Disconnect();
        CommitInDoubtException doubt = Assert.Throws<CommitInDoubtException>(() => store.Append([claim], [Event(3)], []));
        LedgerFencedException lost = Assert.Throws<LedgerFencedException>(() => doubt.FindOut());
        Assert.Null(lost.Tenant);
        Assert.Contains("up to event 1, and acknowledged event 2", lost.Message, StringComparison.Ordinal);
    }

    // B704
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_ledger_goes_on_by_itself_when_the_database_is_back(bool happens)
    {
        using Wire wire = new(PostgresServer.OfThisRun.Port);
        string database = PostgresServer.OfThisRun.NewDatabase().Split("Database=")[1];
        PostgresAddress address = PostgresAddress.Read($"{PostgresServer.OfThisRun.Network(database)};Port={wire.Port}");
        await using LedgerDoor door = LedgerDoor.Open(PostgresStore.Open(address), new HandClock());
        TenantDesk desk = await Company.FoundAsync(door);
        Repeatable repeatable = new("once", new byte[] { 1 }, _ => Encoding.UTF8.GetBytes("done"));
        await desk.DoAsync(Company.User(1));

        Task<Submission> Cut() => desk.SubmitAsync(Company.User(2), Company.Somebody, repeatable, Cancel).AsTask();
        CutNext(wire, happens);
        CommitInDoubtException doubt = await Assert.ThrowsAsync<CommitInDoubtException>(Cut);
        Assert.Contains("Repeatability-Request-ID", doubt.Message, StringComparison.Ordinal);
        for (int attempt = 0; attempt < 10; attempt++)
        {
            await Assert.ThrowsAsync<WriteFailedException>(() => desk.DoAsync(Company.User(10)));
        }

        Assert.Equal(1, desk.Current.UserCount);
        Assert.Null(door.Failure);
        wire.Mend();
        Submission? answer = null;
        while (answer is null)
        {
            try
            {
                answer = await Cut();
            }
            catch (WriteFailedException)
            {
                await Task.Delay(20, Cancel);
            }
        }

        Assert.Equal(happens, answer is Submission.Repeated);
        Assert.Equal(2, desk.Current.UserCount);
        await desk.DoAsync(Company.User(3));
        Assert.Equal([4, 3, 2, 1], (await desk.JournalAsync()).Select(one => one.Sequence));
    }

    // B704
    [Fact]
    public async Task A_ledger_whose_database_is_away_can_be_closed()
    {
        using Wire wire = new(PostgresServer.OfThisRun.Port);
        await using LedgerDoor door = LedgerDoor.Open(Over(wire), new HandClock());
        TenantDesk desk = await Company.FoundAsync(door);
        wire.LoseNextAnswer();
        await Assert.ThrowsAsync<CommitInDoubtException>(() => desk.DoAsync(Company.User(1)));
    }

    private static void CutNext(Wire wire, bool happens)
    {
        if (happens)
        {
            wire.LoseNextAnswer();
        }
        else
        {
            wire.LoseNextRequest();
        }
    }

    private static JournalRow Event(long sequence) => new(Company.Id, sequence, 1, 0, "Berth - Berth", "CreateUser", new byte[] { 1 });

    private static PostgresStore Over(Wire wire) =>
        PostgresStore.Open(PostgresAddress.Read($"{PostgresServer.OfThisRun.Network(PostgresServer.OfThisRun.NewDatabase().Split("Database=")[1])};Port={wire.Port}"));

    private static string Refused(string connection, string password = PostgresServer.Password)
    {
        LedgerRefusedException refused = Assert.Throws<LedgerRefusedException>(() => PostgresStore.Open(PostgresAddress.Read(connection), TimeSpan.Zero));
        Assert.DoesNotContain('\n', refused.Message);
        Assert.DoesNotContain(password, refused.Message, StringComparison.Ordinal);
        return refused.Message;
    }

    // Every connection of the store ends, as when somebody restarts the server.
    private void Disconnect() => _place.Execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
}
