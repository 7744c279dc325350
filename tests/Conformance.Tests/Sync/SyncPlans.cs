using Berth.CommandLine.Client.Sync;
using Xunit;

namespace Berth.Conformance.Tests.Sync;

/// <summary>What a sync would do: a source against what is here (B810 to B813).</summary>
public sealed class SyncPlans
{
    private static readonly SyncOptions Keep = new("hr", Missing.Keep), Disable = new("hr", Missing.Disable), Delete = new("hr", Missing.Delete);

    [Fact]
    public void B812_omission_is_never_removal_unless_it_is_asked_for()
    {
        HereDirectory here = Here(3, members: [0, 1, 2]);
        SourceDirectory source = Source(1, members: [0]);
        Assert.Empty(Draw(source, here, Keep).Changes);
        Assert.Equal(["leaves team: p1", "leaves team: p2", "disabled: p1", "disabled: p2"], Told(Draw(source, here, Disable)));

        // Who is deleted leaves their groups with that.
        Assert.Equal(["deleted: p1", "deleted: p2"], Told(Draw(source, here, Delete)));

        // Nobody is taken to have gone when it is not known who somebody is.
        SyncPlan unsure = Draw(source with { IsWhole = false, Troubles = ["somebody"] }, here, Delete);
        Assert.Empty(unsure.Changes);
        Assert.Equal(2, unsure.Problems.Count);

        // Nor who is there and cannot be read.
        SourceDirectory unread = source with { Users = [.. source.Users, new SourceUser("k1", "p1", new Dictionary<string, string>(), null)] };
        Assert.Equal(["deleted: p2"], Told(Draw(unread with { Groups = [] }, here, Delete)).Where(one => !one.StartsWith("group", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(9, 8, false)]
    [InlineData(10, 3, false)]
    [InlineData(10, 4, true)]
    [InlineData(11, 3, false)]
    [InlineData(11, 4, true)]
    [InlineData(100, 30, false)]
    [InlineData(100, 31, true)]
    [InlineData(0, 0, false)]
    public void B813_more_than_30_percent_of_at_least_ten_are_many(int there, int losing, bool many)
    {
        Assert.Equal(many, SyncGuard.IsMany(losing, there));
        foreach (SyncOptions options in losing < there ? (SyncOptions[])[Disable, Delete] : [])
        {
            Assert.Equal(many, Draw(Source(there - losing), Here(there), options).Guard is not null);
        }
    }

    [Fact]
    public void B813_memberships_groups_and_an_empty_source_are_guarded_too_and_disablings_of_the_source_count()
    {
        HereDirectory here = Here(20, members: [.. Enumerable.Range(0, 20)]);
        Assert.Null(Draw(Source(20, members: [.. Enumerable.Range(0, 14)]), here, Disable).Guard);
        Assert.Equal(
            "7 of 20 memberships of hr would end, 35 %; the limit is 30 %. Nothing was changed (B813). Look at it with --dry-run; give --allow-mass-removal if that is what you want.",
            Draw(Source(20, members: [.. Enumerable.Range(0, 13)]), here, Disable).Guard);
        Assert.StartsWith("the source has nobody, and hr brought 3 users", Draw(Source(0), Here(3), Delete).Guard!, StringComparison.Ordinal);
        Assert.Null(Draw(Source(0), Here(3), Keep).Guard);

        SourceDirectory off = Source(20);
        off = off with { Users = [.. off.Users.Select((user, i) => i < 7 ? user with { IsEnabled = false } : user)] };
        Assert.StartsWith("7 of 20 users of hr would be disabled or deleted, 35 %", Draw(off, Here(20), Keep).Guard!, StringComparison.Ordinal);

        HereDirectory many = Here(1) with { Groups = [.. Enumerable.Range(0, 10).Select(i => new HereGroup(Id(i, 3), SyncMark.OfGroup("hr", $"g{i}"), $"g{i}", null, false))] };
        Assert.StartsWith("4 of 10 groups of hr would be deleted, 40 %", Draw(Groups(6), many, Delete).Guard!, StringComparison.Ordinal);
        Assert.Null(Draw(Groups(7), many, Delete).Guard);

        static SourceDirectory Groups(int count) => Source(1) with { Groups = [.. Enumerable.Range(0, count).Select(i => new SourceGroup($"g{i}", $"g{i}", null, new HashSet<string>()))] };
    }

    [Fact]
    public void B810_and_B811_a_sync_knows_its_own_takes_over_who_is_nobodys_and_leaves_those_of_others()
    {
        // One is this sync's, one is nobody's, one another's (B811).
        HereUser own = Of(0), free = Of(1) with { Mark = null }, others = Of(2) with { Mark = "ad:k2" };
        HereDirectory here = new([own, free, others], [new HereGroup(Id(7, 2), "team", "Team", null, false)], new Dictionary<Guid, IReadOnlySet<Guid>>());
        SyncPlan plan = Draw(Source(4, members: [0, 1, 2, 3]), here, Keep);
        Assert.Equal(["is taken over: p1", "comes: p3@x.example", "comes: team", "joins team: p0@x.example", "joins team: p1@x.example", "joins team: p3@x.example"], Told(plan));
        Assert.Contains("p2@x.example", Assert.Single(plan.Problems), StringComparison.Ordinal);
        Assert.Equal("hr:k1", Assert.Single(plan.Changes.OfType<SyncChange.UpdateUser>()).Properties["onPremisesImmutableId"]);

        // A group is taken over when that is wanted and its name is one's alone.
        SyncPlan taking = Draw(Source(1, members: [0]), here, Keep with { TakesOverGroups = true });
        Assert.Equal(["is taken over: Team", "joins team: p0@x.example"], Told(taking));
        HereDirectory twice = here with { Groups = [.. here.Groups, here.Groups[0] with { Id = Id(8, 2) }] };
        Assert.Single(Draw(Source(1, members: [0]), twice, Keep with { TakesOverGroups = true }).Changes.OfType<SyncChange.CreateGroup>());

        // Another sync whose name begins alike is another.
        Assert.True(SyncMark.IsUserOf("hr", "hr:x") && !SyncMark.IsUserOf("hr", "hr-2:x") && !SyncMark.IsUserOf("hr", null));
        Assert.True(SyncMark.IsGroupOf("hr", SyncMark.OfGroup("hr", "x")) && !SyncMark.IsGroupOf("hr", SyncMark.OfGroup("hr-2", "x")) && !SyncMark.IsGroupOf("hr", "hr-team"));
        Assert.True(SyncMark.OfGroup(new string('a', SyncLimits.NameCharacters), "x").Length <= Berth.Graph.GraphLimits.MailNicknameCharacters);
        Assert.Equal((true, true, false), (SyncMark.IsName(new string('a', SyncLimits.NameCharacters - 1)), SyncMark.IsName(new string('a', SyncLimits.NameCharacters)), SyncMark.IsName(new string('a', SyncLimits.NameCharacters + 1))));
        Assert.True(!SyncMark.IsName("") && !SyncMark.IsName("Hr") && !SyncMark.IsName("-hr") && !SyncMark.IsName("hr-"));
    }

    [Fact]
    public void What_gives_comes_before_what_takes()
    {
        HereDirectory here = Here(2, members: [0]);
        SourceDirectory source = Source(2) with { Groups = [new SourceGroup("team", "team", null, new HashSet<string>()), new SourceGroup("new", "new", null, new HashSet<string> { "k0" })] };
        Assert.Equal(["comes: new", "joins new: p0@x.example", "leaves team: p0"], Told(Draw(source, here, Disable)));
    }

    private static SyncPlan Draw(SourceDirectory source, HereDirectory here, SyncOptions options)
    {
        int next = 0;
        return SyncPlan.Of(source, here, options, () => Id(next++, 9));
    }

    private static IEnumerable<string> Told(SyncPlan plan) => plan.Changes.Select(change => change switch
    {
        SyncChange.DisableUser => $"disabled: {Short(change)}",
        SyncChange.DeleteUser => $"deleted: {Short(change)}",
        SyncChange.DeleteGroup => $"group deleted: {change.Subject}",
        SyncChange.RemoveMember => $"{change.Detail}: {Short(change)}",
        SyncChange.UpdateUser => $"{change.Detail}: {Short(change)}",
        _ => $"{change.Detail}: {change.Subject}",
    });

    private static string Short(SyncChange change) => change.Subject.Split('@')[0];

    private static SourceDirectory Source(int users, int[]? members = null) => new(
        [.. Enumerable.Range(0, users).Select(i => new SourceUser($"k{i}", $"p{i}@x.example", new Dictionary<string, string> { ["userPrincipalName"] = $"p{i}@x.example" }, null))],
        members is null ? [] : [new SourceGroup("team", "team", null, members.Select(i => $"k{i}").ToHashSet())],
        ["userPrincipalName"],
        []);

    private static HereDirectory Here(int users, int[]? members = null) => new(
        [.. Enumerable.Range(0, users).Select(Of)],
        members is null ? [] : [new HereGroup(Id(0, 2), SyncMark.OfGroup("hr", "team"), "team", null, false)],
        members is null ? new Dictionary<Guid, IReadOnlySet<Guid>>() : new Dictionary<Guid, IReadOnlySet<Guid>> { [Id(0, 2)] = members.Select(i => Id(i, 1)).ToHashSet() });

    private static HereUser Of(int i) => new(Id(i, 1), $"hr:k{i}", true, new Dictionary<string, string> { ["userPrincipalName"] = $"p{i}@x.example", ["displayName"] = $"p{i}" });

    private static Guid Id(int number, byte kind) => new(number, 0, 0, 0, 0, 0, 0, 0, 0, 0, kind);
}
