using Berth.Cluster.Membership;
using Berth.Conformance.Tests.Ledger;
using Berth.Ledger.Stores;
using Npgsql;
using Orleans;
using Orleans.Runtime;
using Xunit;

namespace Berth.Conformance.Tests.Cluster;

/// <summary>What Orleans asks of a membership table, at PostgreSQL (B714).</summary>
public sealed class MembershipTests : IDisposable
{
    private static readonly DateTime _now = new(2026, 11, 27, 8, 0, 0, DateTimeKind.Utc);

    private readonly PostgresPlace _place = new();
    private readonly NpgsqlDataSource _database;
    private readonly PostgresMembership _table;

    public MembershipTests()
    {
        _place.Open().Dispose();
        _database = PostgresAddress.Read(_place.Connection).Pool();
        _table = new PostgresMembership(_database);
    }

    public void Dispose()
    {
        _database.Dispose();
        _place.Dispose();
    }

    [Fact]
    public async Task An_empty_table_has_a_version_and_nobody()
    {
        await _table.InitializeMembershipTable(true);
        MembershipTableData all = await _table.ReadAll();
        Assert.Empty(all.Members);
        Assert.Equal(0, all.Version.Version);
        Assert.Empty((await _table.ReadRow(Silo(1))).Members);
    }

    [Fact]
    public async Task A_row_comes_once_and_everything_of_it_is_kept()
    {
        MembershipEntry entry = Entry(1);
        entry.AddSuspector(Silo(2), _now);
        TableVersion version = (await _table.ReadAll()).Version;
        Assert.True(await _table.InsertRow(entry, version.Next()));
        Assert.False(await _table.InsertRow(entry, version.Next().Next()));
        (MembershipEntry read, string etag) = Assert.Single((await _table.ReadRow(entry.SiloAddress)).Members);
        Assert.NotEmpty(etag);
        Assert.Equal(
            (entry.SiloAddress, SiloStatus.Joining, "node-1", "host", 0, _now, _now.AddSeconds(1)),
            (read.SiloAddress, read.Status, read.SiloName, read.HostName, read.ProxyPort, read.StartTime, read.IAmAliveTime));
        Assert.Equal(Tuple.Create(Silo(2), _now), Assert.Single(read.SuspectTimes!));
        Assert.Equal(version.Version + 1, (await _table.ReadAll()).Version.Version);
    }

    [Fact]
    public async Task Of_two_changes_on_one_version_one_is_refused_and_leaves_nothing()
    {
        TableVersion seen = (await _table.ReadAll()).Version;
        bool[] came = await Task.WhenAll(Enumerable.Range(1, 8).Select(number => _table.InsertRow(Entry(number), seen.Next())));
        Assert.Single(came, true);
        MembershipTableData all = await _table.ReadAll();
        (MembershipEntry entry, string etag) = Assert.Single(all.Members);

        entry.Status = SiloStatus.Active;
        Assert.False(await _table.UpdateRow(entry, etag, seen.Next()));
        Assert.False(await _table.UpdateRow(entry, "7", all.Version.Next()));
        Assert.False(await _table.UpdateRow(Entry(9), etag, all.Version.Next()));
        Assert.Equal(all.Version, (await _table.ReadAll()).Version);
        Assert.True(await _table.UpdateRow(entry, etag, all.Version.Next()));
        Assert.False(await _table.UpdateRow(entry, etag, all.Version.Next().Next()));
        Assert.Equal(SiloStatus.Active, Assert.Single((await _table.ReadAll()).Members).Item1.Status);
    }

    [Fact]
    public async Task A_sign_of_life_changes_no_version_and_the_dead_are_forgotten_after_a_while()
    {
        foreach ((int number, SiloStatus status) in ((int, SiloStatus)[])[(1, SiloStatus.Active), (2, SiloStatus.Dead), (3, SiloStatus.Dead)])
        {
            MembershipEntry one = Entry(number);
            one.Status = status;
            Assert.True(await _table.InsertRow(one, (await _table.ReadAll()).Version.Next()));
        }

        MembershipTableData before = await _table.ReadAll();
        MembershipEntry alive = Entry(3);
        alive.IAmAliveTime = _now.AddHours(1);
        await _table.UpdateIAmAlive(alive);
        MembershipTableData after = await _table.ReadAll();
        Assert.Equal((before.Version, before.TryGet(Silo(3))!.Item2), (after.Version, after.TryGet(Silo(3))!.Item2));
        Assert.Equal(_now.AddHours(1), after.TryGet(Silo(3))!.Item1.IAmAliveTime);

        await _table.CleanupDefunctSiloEntries(_now.AddMinutes(30));
        Assert.Equal([Silo(1), Silo(3)], (await _table.ReadAll()).Members.Select(member => member.Item1.SiloAddress).Order());
        await _table.DeleteMembershipTableEntries("berth");
        Assert.Empty((await _table.ReadAll()).Members);
    }

    private static SiloAddress Silo(int number) => SiloAddress.New(System.Net.IPAddress.Loopback, 11_000 + number, number);

    private static MembershipEntry Entry(int number) => new()
    {
        SiloAddress = Silo(number), Status = SiloStatus.Joining, SiloName = $"node-{number}", HostName = "host", StartTime = _now, IAmAliveTime = _now.AddSeconds(1), SuspectTimes = [],
    };
}
