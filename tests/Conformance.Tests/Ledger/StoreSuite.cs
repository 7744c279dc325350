using System.Text;
using Berth.Ledger;
using Berth.Ledger.Stores;
using Xunit;

namespace Berth.Conformance.Tests.Ledger;

/// <summary>What holds for a journal in SQLite.</summary>
public sealed class SqliteStoreSuite() : StoreSuite(new SqlitePlace());

/// <summary>What holds for a journal in memory.</summary>
public sealed class MemoryStoreSuite() : StoreSuite(new MemoryPlace());

/// <summary>What holds for a journal in PostgreSQL (B700).</summary>
public sealed class PostgresStoreSuite() : StoreSuite(new PostgresPlace());

/// <summary>What every store promises, whatever it is made of.</summary>
public abstract class StoreSuite : IDisposable
{
    private static readonly Guid _one = Guid.Parse("6b1f7a52-3c0e-4f5b-9a51-0d0c5a7e1d10");
    private static readonly Guid _other = Guid.Parse("00000000-0000-0000-0000-000000000001");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private readonly IPlace _place;
    private IJournalStore _store;

    protected StoreSuite(IPlace place)
    {
        _place = place;
        _store = place.Open();
    }

    public void Dispose()
    {
        _store.Dispose();
        _place.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void A_fresh_store_knows_nobody()
    {
        Assert.Empty(_store.Tenants());
        Assert.Equal(new Claim(_one, 1), _store.TakeEpoch(_one));
        Assert.Empty(_store.ReadFrom(_one, 0));
        Assert.Null(_store.FindSnapshot(_one));
        Assert.Null(_store.FindAnswer(_one, "key"));
    }

    // B776
    [Fact]
    public void The_epochs_of_many_tenants_are_taken_at_once_and_fence_whoever_had_them()
    {
        Assert.Empty(_store.TakeEpochs([]));
        Guid[] many = [.. Enumerable.Range(0, LedgerDoor.TakenAtOnce).Select(static _ => Guid.NewGuid())];
        Claim had = _store.TakeEpoch(many[7]);
        Claim[] expected = [.. many.Select(tenant => new Claim(tenant, tenant == many[7] ? 2 : 1))];
        Assert.Equal(expected, _store.TakeEpochs(many));
        Assert.Equal(many.Order(), _store.Tenants().Order());
        Assert.Throws<LedgerFencedException>(() => _store.Append([had], [new JournalRow(many[7], 1, had.Epoch, 0, "", "", default)], []));
        _store.Append([expected[7]], [new JournalRow(many[7], 1, 2, 0, "", "", default)], []);
        Restart();
        Assert.Equal(new Claim(many[7], 3), _store.TakeEpochs([many[7]])[0]);
        Assert.Equal(new Claim(many[6], 2), _store.TakeEpoch(many[6]));
    }

    [Fact]
    public void What_was_appended_is_read_back_byte_for_byte_after_a_restart()
    {
        Claim claim = _store.TakeEpoch(_one);
        JournalRow[] rows =
        [
            new(_one, 1, claim.Epoch, 0, "Berth - Berth", "CreateTenant", new byte[] { 0, 255, 1 }),
            new(_one, 2, claim.Epoch, long.MaxValue, "Größe 'x'; -- \u0001 🦜", new string('k', 3000), new byte[100_000]),
            new(_one, 3, claim.Epoch, -1, "", "", ReadOnlyMemory<byte>.Empty),
        ];
        _store.Append([claim], rows, []);
        Restart();
        Same(rows, _store.ReadFrom(_one, 0));
        Assert.Equal([_one], _store.Tenants());
    }

    [Fact]
    public void Events_come_in_order_and_only_those_asked_for()
    {
        Claim claim = _store.TakeEpoch(_one);
        _store.Append([claim], Rows(claim, 1, 700), []);
        Assert.Equal(Enumerable.Range(1, 700).Select(at => (long)at), _store.ReadFrom(_one, 0).Select(row => row.Sequence));
        Assert.Equal([699, 700], _store.ReadFrom(_one, 698).Select(row => row.Sequence));
        Assert.Empty(_store.ReadFrom(_one, 700));
    }

    // B751
    [Fact]
    public async Task A_moment_that_is_held_has_nothing_of_what_is_written_later()
    {
        Claim claim = _store.TakeEpoch(_one);
        _store.Append([claim], Rows(claim, 1, 3), [new AnswerRow(_one, "before", new byte[] { 1 }, 5, new byte[] { 2 })]);
        await _store.WriteBlobAsync("name", new byte[] { 1 }, Cancel);
        using (IJournalStore moment = _store.HoldMoment())
        {
            _store.Append([claim], Rows(claim, 4, 2), [new AnswerRow(_one, "after", new byte[] { 1 }, 6, new byte[] { 3 }), new AnswerRow(_one, "before", new byte[] { 1 }, 6, new byte[] { 3 })]);
            await _store.WriteBlobsAsync([("name", new byte[] { 2 }), ("other", new byte[] { 2 })], Cancel);
            _store.TakeEpoch(_other);
            Assert.Equal([1, 2, 3], moment.ReadFrom(_one, 0).Select(row => row.Sequence));
            Assert.Equal(3, await moment.FindSequenceAsync(_one, long.MaxValue, Cancel));
            Assert.Equal([3], (await moment.ReadBackAsync(_one, long.MaxValue, 1, long.MaxValue, Cancel)).Select(row => row.Sequence));
            AnswerRow answer = Assert.Single(moment.ReadAnswers(_one));
            Assert.Equal(("before", 5L, (byte)2), (answer.Key, answer.At, answer.Answer.Span[0]));
            Assert.Null(moment.FindAnswer(_one, "after"));
            Assert.Equal(["name"], moment.BlobNames());
            Assert.Equal([1], await moment.ReadBlobAsync("name", Cancel));
            Assert.Null(await moment.ReadBlobAsync("other", Cancel));
            Assert.Equal([1], Assert.Single(await moment.ReadBlobsAsync("na", Cancel)).Value);
            Assert.Equal([_one], moment.Tenants());
            Assert.Null(moment.FindSnapshot(_one));

            // Whoever leaves in the middle of reading leaves nothing.
            Assert.Equal(1, moment.ReadFrom(_one, 0).First().Sequence);
        }

        Assert.Equal(5, await _store.FindSequenceAsync(_one, long.MaxValue, Cancel));
        Assert.Equal([2], await _store.ReadBlobAsync("name", Cancel));
        using IJournalStore later = _store.HoldMoment();
        Assert.Equal(5, await later.FindSequenceAsync(_one, long.MaxValue, Cancel));
    }

    [Fact]
    public async Task Reading_back_is_bounded_by_count_and_by_size()
    {
        Claim claim = _store.TakeEpoch(_one);
        _store.Append([claim], Rows(claim, 1, 10, payload: 1000), []);
        Assert.Equal([10, 9, 8], await ReadBackAsync(long.MaxValue, 3, long.MaxValue));
        Assert.Equal([4, 3, 2, 1], await ReadBackAsync(5, 100, long.MaxValue));
        Assert.Equal([4, 3], await ReadBackAsync(5, 100, 2000));
        Assert.Equal([4, 3, 2], await ReadBackAsync(5, 100, 2001));
        Assert.Equal([4], await ReadBackAsync(5, 100, 1));
        Assert.Empty(await ReadBackAsync(1, 100, long.MaxValue));

        async Task<IEnumerable<long>> ReadBackAsync(long below, int most, long bytes) =>
            (await _store.ReadBackAsync(_one, below, most, bytes, TestContext.Current.CancellationToken)).Select(row => row.Sequence);
    }

    [Fact]
    public async Task The_newest_event_of_a_moment_is_found_also_where_times_run_backwards()
    {
        Claim claim = _store.TakeEpoch(_one);
        long[] times = [10, 20, 20, 90, 30, 40];
        _store.Append([claim], [.. times.Select((at, index) => new JournalRow(_one, index + 1, claim.Epoch, at, "", "", default))], []);
        long[] found = await Task.WhenAll(new long[] { 9, 10, 19, 20, 39, 40, 90, long.MaxValue }.Select(at => _store.FindSequenceAsync(_one, at, TestContext.Current.CancellationToken).AsTask()));
        Assert.Equal([0, 1, 1, 3, 5, 6, 6, 6], found);
    }

    [Fact]
    public async Task A_part_of_a_snapshot_is_read_until_another_snapshot_takes_its_place()
    {
        Claim claim = _store.TakeEpoch(_one);
        _store.Append([claim], Rows(claim, 1, 9), []);
        _store.WriteSnapshotPart(claim, 5, 0, [1, 2]);
        _store.WriteSnapshotPart(claim, 5, 1, [3]);
        _store.CompleteSnapshot(claim, new SnapshotMark(5, 2, 3));
        Assert.Equal([1, 2], (await PartAsync(5, 0))!.Value.ToArray());
        Assert.Equal([3], (await PartAsync(5, 1))!.Value.ToArray());
        Assert.Null(await PartAsync(5, 2));
        Assert.Null(await PartAsync(4, 0));
        _store.WriteSnapshotPart(claim, 9, 0, [4]);
        _store.CompleteSnapshot(claim, new SnapshotMark(9, 1, 1));
        Assert.Equal(2, _store.PruneSnapshots(claim, 10));
        Assert.Null(await PartAsync(5, 0));

        async Task<ReadOnlyMemory<byte>?> PartAsync(long sequence, int part) => await _store.ReadSnapshotPartAsync(_one, sequence, part, TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Tenants_do_not_see_each_other()
    {
        Claim one = _store.TakeEpoch(_one), other = _store.TakeEpoch(_other);
        _store.Append([one, other], [.. Rows(one, 1, 2), .. Rows(other, 1, 3)], [Answer(_one, "key", "mine")]);
        Assert.Equal(2, _store.ReadFrom(_one, 0).Count());
        Assert.Equal(3, _store.ReadFrom(_other, 0).Count());
        Assert.Null(_store.FindAnswer(_other, "key"));
        Assert.Equal(new[] { _other, _one }.Order(), _store.Tenants().Order());
    }

    [Fact]
    public void Each_taking_of_a_tenant_raises_its_epoch_by_one_also_after_a_restart()
    {
        Assert.Equal(1, _store.TakeEpoch(_one).Epoch);
        Assert.Equal(2, _store.TakeEpoch(_one).Epoch);
        Restart();
        Assert.Equal(3, _store.TakeEpoch(_one).Epoch);
        Assert.Equal(1, _store.TakeEpoch(_other).Epoch);
    }

    [Fact]
    public void A_writer_whose_epoch_is_over_writes_nothing_at_all()
    {
        Claim stale = _store.TakeEpoch(_one), other = _store.TakeEpoch(_other);
        _store.Append([stale], Rows(stale, 1, 1), []);
        Claim fresh = _store.TakeEpoch(_one);

        LedgerFencedException fenced = Assert.Throws<LedgerFencedException>(() =>
            _store.Append([other, stale], [.. Rows(other, 1, 1), .. Rows(stale, 2, 1)], [Answer(_other, "key", "x")]));
        Assert.Equal(_one, fenced.Tenant);
        Assert.Contains(_one.ToString(), fenced.Message, StringComparison.Ordinal);
        Assert.Throws<LedgerFencedException>(() => _store.WriteSnapshotPart(stale, 1, 0, [1]));
        Assert.Throws<LedgerFencedException>(() => _store.CompleteSnapshot(stale, new SnapshotMark(1, 1, 1)));
        Assert.Throws<LedgerFencedException>(() => _store.PruneSnapshots(stale, 1));

        Assert.Single(_store.ReadFrom(_one, 0));
        Assert.Empty(_store.ReadFrom(_other, 0));
        Assert.Null(_store.FindAnswer(_other, "key"));
        Assert.Null(_store.FindSnapshot(_one));
        _store.Append([fresh, other], [.. Rows(fresh, 2, 1), .. Rows(other, 1, 1)], []);
        Assert.Equal(2, _store.ReadFrom(_one, 0).Count());
    }

    [Fact]
    public void A_claim_on_a_tenant_that_nobody_took_is_fenced() =>
        Assert.Throws<LedgerFencedException>(() => _store.Append([new Claim(_other, 1)], [], []));

    [Fact]
    public void A_sequence_number_is_given_once_and_a_second_one_takes_the_whole_append_with_it()
    {
        Claim claim = _store.TakeEpoch(_one);
        _store.Append([claim], Rows(claim, 1, 2), []);
        Exception failure = Assert.ThrowsAny<Exception>(() => _store.Append([claim], [.. Rows(claim, 2, 1), .. Rows(claim, 3, 1)], [Answer(_one, "key", "x")]));
        Assert.IsNotType<WriteFailedException>(failure);
        Assert.Equal(2, _store.ReadFrom(_one, 0).Count());
        Assert.Null(_store.FindAnswer(_one, "key"));
        _store.Append([claim], Rows(claim, 3, 1), []);
        Assert.Equal(3, _store.ReadFrom(_one, 0).Count());
    }

    [Fact]
    public void An_answer_is_remembered_with_its_event_until_it_is_forgotten()
    {
        Claim claim = _store.TakeEpoch(_one);
        _store.Append([claim], [], [Answer(_one, "key", "first"), Answer(_one, "empty", "")]);
        Restart();
        Same(Answer(_one, "key", "first"), _store.FindAnswer(_one, "key"));
        Same(Answer(_one, "empty", ""), _store.FindAnswer(_one, "empty"));
        Assert.Null(_store.FindAnswer(_one, "KEY"));

        claim = _store.TakeEpoch(_one);
        _store.Append([claim], [], [Answer(_one, "key", "second", at: 9)]);
        Same(Answer(_one, "key", "second", at: 9), _store.FindAnswer(_one, "key"));
    }

    [Fact]
    public void Old_answers_are_forgotten_a_bounded_number_at_a_time()
    {
        Claim claim = _store.TakeEpoch(_one);
        _store.Append([claim], [], [.. Enumerable.Range(0, 10).Select(at => Answer(_one, $"key {at}", "x", at))]);
        Assert.Equal(3, _store.ForgetAnswers(5, 3));
        Assert.Equal(2, _store.ForgetAnswers(5, 3));
        Assert.Equal(0, _store.ForgetAnswers(5, 3));
        Assert.Null(_store.FindAnswer(_one, "key 4"));
        Assert.NotNull(_store.FindAnswer(_one, "key 5"));
    }

    [Fact]
    public void A_snapshot_counts_only_when_it_is_complete_and_then_replaces_the_older_one()
    {
        Claim claim = _store.TakeEpoch(_one);
        _store.WriteSnapshotPart(claim, 5, 0, [1]);
        _store.WriteSnapshotPart(claim, 5, 1, [2]);
        Assert.Null(_store.FindSnapshot(_one));
        _store.WriteSnapshotPart(claim, 5, 1, [3, 3]);
        SnapshotMark first = new(5, 2, 3);
        _store.CompleteSnapshot(claim, first);
        Restart();
        Assert.Equal(first, _store.FindSnapshot(_one));
        Assert.Equal(["01", "0303"], Parts(first));

        claim = _store.TakeEpoch(_one);
        _store.WriteSnapshotPart(claim, 9, 0, [4]);
        Assert.Equal(first, _store.FindSnapshot(_one));
        SnapshotMark second = new(9, 1, 1);
        _store.CompleteSnapshot(claim, second);
        Assert.Equal(second, _store.FindSnapshot(_one));
        Assert.Equal(1, _store.PruneSnapshots(claim, 1));
        Assert.Equal(1, _store.PruneSnapshots(claim, 5));
        Assert.Equal(0, _store.PruneSnapshots(claim, 5));
        Assert.Equal(["04"], Parts(second));
        Assert.Empty(Parts(first));
    }

    [Fact]
    public void Parts_beyond_the_mark_of_a_snapshot_are_not_read()
    {
        Claim claim = _store.TakeEpoch(_one);
        for (int part = 0; part < 12; part++)
        {
            _store.WriteSnapshotPart(claim, 5, part, [(byte)part]);
        }

        SnapshotMark mark = new(5, 11, 11);
        _store.CompleteSnapshot(claim, mark);
        Assert.Equal(Enumerable.Range(0, 11).Select(part => $"{part:X2}"), Parts(mark));
    }

    [Fact]
    public async Task A_named_value_is_kept_until_it_is_replaced()
    {
        CancellationToken cancel = TestContext.Current.CancellationToken;
        Assert.Null(await _store.ReadBlobAsync("signing-key", cancel));
        await _store.WriteBlobAsync("signing-key", new byte[] { 1, 2 }, cancel);
        await _store.WriteBlobAsync("Signing-Key", new byte[5000], cancel);
        await _store.WriteBlobAsync("empty", Array.Empty<byte>(), cancel);
        Restart();
        Assert.Equal(new byte[] { 1, 2 }, await _store.ReadBlobAsync("signing-key", cancel));
        Assert.Equal(new byte[5000], await _store.ReadBlobAsync("Signing-Key", cancel));
        Assert.Equal(Array.Empty<byte>(), await _store.ReadBlobAsync("empty", cancel));
        await _store.WriteBlobAsync("signing-key", new byte[] { 3 }, cancel);
        Assert.Equal(new byte[] { 3 }, await _store.ReadBlobAsync("signing-key", cancel));
        await _store.WriteBlobsAsync([("signing-key", new byte[] { 4 }), ("one", new byte[] { 5 }), ("one", new byte[] { 6 })], cancel);
        Assert.Equal(new byte[] { 4 }, await _store.ReadBlobAsync("signing-key", cancel));
        Assert.Equal(new byte[] { 6 }, await _store.ReadBlobAsync("one", cancel));
        await _store.WriteBlobsAsync([("list/b", new byte[] { 2 }), ("list/a", new byte[] { 1 }), ("list", new byte[] { 0 }), ("lists", new byte[] { 0 }), ("List/c", new byte[] { 0 })], cancel);
        Assert.Equal([("list/a", (byte)1), ("list/b", (byte)2)], (await _store.ReadBlobsAsync("list/", cancel)).Select(one => (one.Name, one.Value[0])));
        Assert.Empty(await _store.ReadBlobsAsync("list/c", cancel));
        await _store.WriteBlobsAsync([], cancel);
    }

    [Fact]
    public void Random_ids_are_told_apart_also_after_a_restart()
    {
        Random random = new(7);
        HashSet<Guid> tenants = [];
        Span<byte> bytes = stackalloc byte[16];
        for (int i = 0; i < 300; i++)
        {
            random.NextBytes(bytes);
            Assert.True(tenants.Add(new Guid(bytes)));
            Claim claim = _store.TakeEpoch(new Guid(bytes));
            _store.Append([claim], Rows(claim, 1, 1 + (i % 3)), []);
        }

        Restart();
        Assert.Equal(tenants.Order(), _store.Tenants().Order());
        Assert.All(tenants.Select((id, i) => (id, i)), pair => Assert.Equal(1 + (pair.i % 3), _store.ReadFrom(pair.id, 0).Count()));
    }

    private static JournalRow[] Rows(Claim claim, long first, int count, int payload = 8) =>
        [.. Enumerable.Range(0, count).Select(i => new JournalRow(claim.Tenant, first + i, claim.Epoch, i, "Berth - Berth", "CreateUser", new byte[payload]))];

    private static AnswerRow Answer(Guid tenant, string key, string answer, long at = 7) => new(tenant, key, new byte[] { 1, 2, 3 }, at, Encoding.UTF8.GetBytes(answer));

    private static void Same(JournalRow[] expected, IEnumerable<JournalRow> actual) => Assert.Equal(
        expected.Select(row => (row with { Payload = default }, Convert.ToHexString(row.Payload.Span))),
        actual.Select(row => (row with { Payload = default }, Convert.ToHexString(row.Payload.Span))));

    private static void Same(AnswerRow expected, AnswerRow? actual)
    {
        AnswerRow found = Assert.NotNull(actual);
        Assert.Equal((expected.Tenant, expected.Key, expected.At), (found.Tenant, found.Key, found.At));
        Assert.Equal(expected.BodyHash.ToArray(), found.BodyHash.ToArray());
        Assert.Equal(expected.Answer.ToArray(), found.Answer.ToArray());
    }

    private string[] Parts(SnapshotMark mark) => [.. _store.ReadSnapshot(_one, mark).Select(part => Convert.ToHexString(part.Span))];

    private void Restart()
    {
        _store.Dispose();
        _store = _place.Open();
    }
}
