using System.Security.Cryptography;
using Berth.Conformance.Tests.House;
using Berth.Engine;
using Berth.Engine.Collections;
using Berth.Engine.Licensing;
using Berth.Ledger;
using Berth.Ledger.Journal;
using Berth.Ledger.Stores;
using CsCheck;
using Xunit;

namespace Berth.Conformance.Tests.Ledger;

/// <summary>What is written to the journal is read back, now and by every later version; what is damaged is named.</summary>
public sealed class PayloadTests
{
    /// <summary>Set to <c>write</c> to write golden files that are missing; one that exists is never written again.</summary>
    private const string GoldenSwitch = "BERTH_GOLDEN";

    private static readonly Guid _tenant = Guid.Parse("6b1f7a52-3c0e-4f5b-9a51-0d0c5a7e1d10");
    private static readonly DateTimeOffset _noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    private static readonly Actor _actor = new(ActorKind.Application, Guid.Parse("b3a7c1de-52f4-4d2e-8a0b-1f6d9c3e7a20"), "Berth demo, with spaces");

    public static TheoryData<string> Kinds => [.. Changes.Kinds.Select(kind => kind.Name)];

    /// <summary>The golden files of every format but the one that is written.</summary>
    public static TheoryData<string> OlderGolden =>
    [
        .. Directory.EnumerateFiles(Repository.PathOf("tests/Conformance.Tests/Ledger/Golden"), "*.bin").Select(file => Path.GetFileName(file))
            .Where(file => !file.EndsWith($".v{PayloadFormat.Version}.bin", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
    ];

    [Fact]
    public void Every_kind_of_change_has_an_example_and_a_generator()
    {
        Assert.Equal(Changes.Kinds, Changes.Examples.Select(change => change.GetType()).OrderBy(type => type.Name, StringComparer.Ordinal));
        Assert.Equal(Changes.Kinds, Changes.Random.Keys.OrderBy(type => type.Name, StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_golden_journal_entry_is_read_as_it_was_meant_and_written_the_same(string kind)
    {
        Change example = Changes.Examples.Single(change => change.GetType().Name == kind);
        JournalRow row = Write(example);
        string file = Repository.PathOf($"tests/Conformance.Tests/Ledger/Golden/{kind}.v{PayloadFormat.Version}.bin");
        if (Environment.GetEnvironmentVariable(GoldenSwitch) == "write" && !File.Exists(file))
        {
            File.WriteAllBytes(file, row.Payload.ToArray());
        }

        byte[] golden = File.ReadAllBytes(file);
        Change read = Assert.Single(JournalReader.Read(row with { Payload = golden }).Changes);
        Assert.True(Changes.Same(example, read), $"{file} is read as {read}");
        Assert.Equal(Convert.ToHexString(golden), Convert.ToHexString(row.Payload.Span));
    }

    [Theory]
    [MemberData(nameof(OlderGolden))]
    public void A_golden_journal_entry_of_an_older_format_is_read_as_it_was_meant(string file)
    {
        Change example = Changes.InFormat1(Changes.Examples.Single(change => change.GetType().Name == file.Split('.')[0]));
        byte[] golden = File.ReadAllBytes(Repository.PathOf($"tests/Conformance.Tests/Ledger/Golden/{file}"));
        Change read = Assert.Single(JournalReader.Read(Write(example) with { Payload = golden }).Changes);
        Assert.True(Changes.Same(example, read), $"{file} is read as {read}");
    }

    // B698
    [Fact]
    public void A_golden_journal_entry_is_never_changed_and_none_goes()
    {
        string folder = Repository.PathOf("tests/Conformance.Tests/Ledger/Golden");
        IEnumerable<string> found = Directory.EnumerateFiles(folder, "*.bin").Order(StringComparer.Ordinal)
            .Select(file => $"{Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)))}  {Path.GetFileName(file)}");
        Assert.Equal(File.ReadAllLines(Path.Combine(folder, "SHA256SUMS")), found);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Whatever_a_change_holds_is_read_back(string kind) =>
        Changes.Random.Single(pair => pair.Key.Name == kind).Value.Array[1, 4].Try(
            changes =>
            {
                TenantEvent happened = new(17, _noon, _actor, kind, changes.ToValueArray());
                TenantEvent read = JournalReader.Read(new JournalWriter().Write(new Claim(_tenant, 1), happened));
                return read with { Changes = [] } == happened with { Changes = [] }
                    && read.Changes.Count == changes.Length
                    && changes.Zip(read.Changes, Changes.Same).All(same => same);
            },
            times: 300);

    [Fact]
    public void A_million_users_in_a_row_take_a_handful_of_bytes()
    {
        LicenseSet set = LicenseSet.Of([new License(3, [])]);
        JournalRow row = Write(new Change.SourceSet(2, [.. Enumerable.Range(0, 1_000_000)], set, null, _noon));
        Assert.InRange(row.Payload.Length, 1, 32);
        Assert.Equal(1_000_000, ((Change.SourceSet)JournalReader.Read(row).Changes[0]).Users.Count);
    }

    [Fact]
    public void A_direct_assignment_takes_a_few_bytes()
    {
        LicenseSet one = LicenseSet.Of([new License(3, [])]), two = LicenseSet.Of([new License(3, []), new License(9, [1])]);
        Assert.InRange(Write(new Change.DirectSet([123_456], one, two, [_noon, _noon])).Payload.Length, 1, 32);
    }

    [Fact]
    public void Any_single_damaged_byte_is_noticed_and_the_entry_named()
    {
        JournalRow row = Write([.. Changes.Examples]);
        byte[] bytes = row.Payload.ToArray();
        Random random = new(3);
        for (int i = 0; i < bytes.Length; i++)
        {
            byte[] damaged = [.. bytes];
            damaged[i] ^= (byte)random.Next(1, 256);
            Exception failure = Assert.ThrowsAny<Exception>(() => JournalReader.Read(row with { Payload = damaged }));
            Assert.True(failure is JournalDamagedException or LedgerRefusedException, failure.ToString());
            Assert.Contains($"Event 17 of tenant {_tenant}", failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_payload_at_the_wrong_place_is_noticed()
    {
        JournalRow row = Write(new Change.UserDeleted(5));
        Assert.Throws<JournalDamagedException>(() => JournalReader.Read(row with { Sequence = 18 }));
        Assert.Throws<JournalDamagedException>(() => JournalReader.Read(row with { At = row.At + 1 }));
        Assert.Throws<JournalDamagedException>(() => JournalReader.Read(row with { At = -1 }));
        Assert.Throws<JournalDamagedException>(() => JournalReader.Read(row with { Actor = "nobody" }));
        Assert.Throws<JournalDamagedException>(() => JournalReader.Read(row with { Actor = "Stranger - x" }));
        Assert.Throws<JournalDamagedException>(() => JournalReader.Read(row with { Payload = row.Payload[..4] }));
        Assert.Throws<JournalDamagedException>(() => JournalReader.Read(row with { Payload = default }));
    }

    [Fact]
    public void A_payload_of_a_newer_format_and_an_unknown_kind_of_change_are_refused_with_one_line()
    {
        foreach (byte[] body in new byte[][] { [PayloadFormat.Version + 1, 1, 2, 3], [PayloadFormat.Version, 200] })
        {
            LedgerRefusedException refused = Assert.Throws<LedgerRefusedException>(() => JournalReader.Read(Signed(body)));
            Assert.Contains($"Event 17 of tenant {_tenant} was written by a newer version of Berth", refused.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', refused.Message);
        }
    }

    [Fact]
    public void Nonsense_with_a_right_checksum_is_an_error_and_never_much_memory()
    {
        byte[] good = Write([.. Changes.Examples]).Payload[..^PayloadFormat.ChecksumBytes].ToArray();
        Random random = new(5);
        long before = GC.GetAllocatedBytesForCurrentThread();
        const int Rounds = 3000;
        for (int round = 0; round < Rounds; round++)
        {
            byte[] body = [.. good.AsSpan(0, random.Next(1, good.Length))];
            for (int hits = random.Next(4); hits > 0; hits--)
            {
                body[random.Next(1, Math.Max(2, body.Length)) % body.Length] = (byte)random.Next(256);
            }

            body[0] = (byte)random.Next(PayloadFormat.Oldest, PayloadFormat.Version + 1);
            Exception? failure = Record.Exception(() => JournalReader.Read(Signed(body)));
            Assert.True(failure is null or JournalDamagedException or LedgerRefusedException, failure?.ToString());
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Rounds * 2_000_000L);
    }

    [Theory]
    [InlineData(new byte[] { 10, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F })]
    [InlineData(new byte[] { 10, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01 })]
    [InlineData(new byte[] { 13, 0xFE, 0xFF, 0xFF, 0xFF, 0x0F })]
    [InlineData(new byte[] { 2, 0xFE, 0xFF, 0xFF, 0x7F })]
    [InlineData(new byte[] { 6, 0xFF, 0xFF, 0xFF, 0x0F, 1, 0xFF, 0xFF, 0xFF, 0x07 })]
    public void A_count_that_cannot_be_is_an_error_before_memory_is_asked_for(byte[] change)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<JournalDamagedException>(() => JournalReader.Read(Signed([PayloadFormat.Version, .. change])));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void The_number_of_indexes_in_one_payload_has_an_end()
    {
        // Two lists, each half of what is allowed, fit; one more index does not. The lists are runs, so they take no bytes.
        int half = PayloadFormat.MostIndexes / 2;
        ValueArray<int> list = ValueArray.Own(Enumerable.Range(0, half).ToArray());
        Change.MembersAdded most = new(1, list, list);
        Assert.Equal(half, ((Change.MembersAdded)JournalReader.Read(Write(most)).Changes[0]).Groups.Count);
        Change.MembersAdded more = most with { Groups = ValueArray.Own(Enumerable.Range(0, half + 1).ToArray()) };
        InvalidOperationException refused = Assert.Throws<InvalidOperationException>(() => Write(more));
        Assert.Contains("split it", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_that_is_no_Unicode_is_refused_before_it_is_written() =>
        Assert.Throws<InvalidOperationException>(() => Write(new Change.TenantCreated(
            new TenantProfile(_tenant, "half a \uD83E parrot", "contoso.example", "US", TenantKind.Demo, _noon))));

    [Fact]
    public void More_texts_than_are_remembered_are_still_read_back()
    {
        Change[] changes = [.. Enumerable.Range(0, PayloadFormat.MostRemembered + 10).SelectMany(i => Enumerable.Repeat(new Change.GroupSet(
            i, new Engine.Directory.GroupProfile(_tenant, "g", null, null, false, true, [$"type {i}"], "Private", _noon)), 2))];
        Assert.Equal(changes, JournalReader.Read(Write(changes)).Changes);
        Change[] sets = [.. Enumerable.Range(0, PayloadFormat.MostRemembered + 10).SelectMany(i => Enumerable.Repeat(new Change.GroupLicensesSet(
            1, LicenseSet.Empty, LicenseSet.Of([new License(i, [])])), 2))];
        Assert.Equal(sets, JournalReader.Read(Write(sets)).Changes);
    }

    private static JournalRow Write(params Change[] changes) =>
        new JournalWriter().Write(new Claim(_tenant, 1), new TenantEvent(17, _noon, _actor, changes[0].GetType().Name, changes.ToValueArray()));

    private static JournalRow Signed(byte[] body)
    {
        byte[] payload = [.. body, .. BitConverter.GetBytes(PayloadFormat.Checksum(body, 17, _noon.UtcTicks))];
        return new JournalRow(_tenant, 17, 1, _noon.UtcTicks, ActorText.Write(_actor), "Nonsense", payload);
    }
}
