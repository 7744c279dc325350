using Berth.CommandLine.Client.AsCode;
using Berth.CommandLine.Client.AsCode.Format;
using Berth.CommandLine.Client.AsCode.States;
using Berth.Engine.Insight;
using CsCheck;
using Xunit;

namespace Berth.Conformance.Tests.CommandLine.AsCode;

/// <summary>The changes that a file asks for, in random tenants: made, nothing is left to do; what is not named stays unless a scope is exclusive (B552, B553, B555).</summary>
public sealed class DifferenceTests
{
    private const int Cases = 400;

    private static readonly Gen<(TenantView View, Desired Desired)> _cases = Worlds.Tenants.SelectMany(view => Worlds.Wishes(view).Select(desired => (view, desired)));

    [Fact]
    public void Made_once_nothing_is_left_to_do() => _cases.Try(
        one =>
        {
            TenantView after = one.View.After(Difference.Of(one.Desired, one.View));
            Assert.Empty(Difference.Of(one.Desired, after));
        },
        times: Cases,
        atOnce: 1);

    // The same told without a difference: for each place what must be there, and what may (B552, B553).
    [Fact]
    public void What_is_named_is_there_and_of_the_rest_exactly_what_no_scope_takes() => _cases.Try(
        one =>
        {
            (TenantView view, Desired desired) = one;
            TenantView after = view.After(Difference.Of(desired, view));
            foreach (SeenGroup group in view.Groups.Values)
            {
                DesiredGroup? wanted = desired.Groups.FirstOrDefault(item => item.Id == group.Id);
                Licenses(group.Licenses, after.Groups[group.Id].Licenses, wanted?.Licenses ?? [], sku =>
                    wanted?.OnlyLicenses == true || desired.Skus.Any(scope => scope.Id == sku && scope.OnlyGroups));
                Assert.Equal(
                    wanted is null ? group.Members : group.Members?.Where(member => !wanted.OnlyMembers || wanted.Members.Contains(member)).Union(wanted.Members).ToHashSet(),
                    after.Groups[group.Id].Members);
            }

            foreach (SeenUser user in view.Users.Values)
            {
                DesiredUser? wanted = desired.Users.FirstOrDefault(item => item.Id == user.Id);
                Licenses(user.Direct!, after.Users[user.Id].Direct!, wanted?.Licenses ?? [], sku =>
                    wanted?.OnlyLicenses == true || desired.Skus.Any(scope => scope.Id == sku && scope.OnlyUsers));
            }

            foreach (SeenPolicy policy in view.Policies.Values)
            {
                DesiredPolicy? wanted = desired.Policies.FirstOrDefault(item => item.Id == policy.Id);
                Assert.Equal(
                    policy.Assignments.Where(item => wanted?.OnlyAssignments != true || wanted.Assignments.Any(named => (named.Group, named.Plan) == (item.Group, item.Plan)))
                        .Select(item => (item.Group, item.Plan)).Union((wanted?.Assignments ?? []).Select(item => (item.Group, item.Plan))),
                    after.Policies[policy.Id].Assignments.Select(item => (item.Group, item.Plan)));
                Assert.All(wanted?.Assignments ?? [], named =>
                {
                    SeenAssignment item = after.Policies[policy.Id].Assignments.Single(item => (named.Group, named.Plan) == (item.Group, item.Plan));
                    Assert.Equal(named.Licenses ?? policy.Assignments.FirstOrDefault(old => (named.Group, named.Plan) == (old.Group, old.Plan))?.Licenses, item.Licenses);
                });
            }

            Assert.All(desired.Skus, sku => Assert.Equal(sku.Units ?? view.UnitsOf(sku.Id), after.UnitsOf(sku.Id)));
        },
        times: Cases,
        atOnce: 1);

    [Fact]
    public void Without_a_scope_nothing_is_ever_taken_away() => _cases.Try(
        one =>
        {
            Desired open = new(
                [.. one.Desired.Groups.Select(group => group with { OnlyLicenses = false, OnlyMembers = false })],
                [.. one.Desired.Users.Select(user => user with { OnlyLicenses = false })],
                [.. one.Desired.Skus.Select(sku => sku with { OnlyGroups = false, OnlyUsers = false })],
                [.. one.Desired.Policies.Select(policy => policy with { OnlyAssignments = false })]);
            Assert.All(Difference.Of(open, one.View), change => Assert.True(change switch
            {
                StateChange.OfGroup item => item.Remove.Count == 0,
                StateChange.OfUser item => item.Remove.Count == 0,
                StateChange.Members item => item.Remove.Count == 0,
                StateChange.Assignments item => one.View.Policies[item.Policy].Assignments.All(old => item.All.Any(young => (young.Group, young.Plan) == (old.Group, old.Plan))),
                _ => true,
            }));
        },
        times: Cases,
        atOnce: 1);

    [Fact]
    public void Whoever_is_moved_keeps_the_seat_and_what_is_freed_is_there_for_who_needs_it()
    {
        Guid sku = Worlds.Skus[0], other = Worlds.Skus[2];
        TenantView view = new(
            Worlds.Book,
            new Dictionary<Guid, SeenGroup>
            {
                [Worlds.Id(1, 0)] = new(Worlds.Id(1, 0), "From", false, new LicenseSet([(sku, [])]), new HashSet<Guid> { Worlds.Id(2, 0) }),
                [Worlds.Id(1, 1)] = new(Worlds.Id(1, 1), "To", false, [], new HashSet<Guid>()),
            },
            new Dictionary<Guid, SeenUser>
            {
                [Worlds.Id(2, 0)] = new(Worlds.Id(2, 0), "held@contoso.example", [], new HashSet<Guid> { sku }),
                [Worlds.Id(2, 1)] = new(Worlds.Id(2, 1), "switch@contoso.example", new LicenseSet([(other, [])]), new HashSet<Guid> { other }),
                [Worlds.Id(2, 2)] = new(Worlds.Id(2, 2), "new@contoso.example", [], new HashSet<Guid>()),
                [Worlds.Id(2, 3)] = new(Worlds.Id(2, 3), "gone@contoso.example", new LicenseSet([(sku, [])]), new HashSet<Guid> { sku }),
            },
            new Dictionary<Guid, SeenPolicy>
            {
                [Worlds.Id(3, 0)] = new(Worlds.Id(3, 0), "More", []),
                [Worlds.Id(3, 1)] = new(Worlds.Id(3, 1), "Less", [new SeenAssignment(Worlds.Id(1, 0), Worlds.Id(4, 0), "A", 5)]),
            },
            []);
        DesiredLicense wanted = new(sku, null);
        Desired desired = new(
            [new DesiredGroup(Worlds.Id(1, 0), [], true, [], true), new DesiredGroup(Worlds.Id(1, 1), [wanted], false, [Worlds.Id(2, 1)], false)],
            [
                new DesiredUser(Worlds.Id(2, 2), [wanted], false), new DesiredUser(Worlds.Id(2, 1), [wanted], true), new DesiredUser(Worlds.Id(2, 3), [], true),
                new DesiredUser(Worlds.Id(2, 0), [wanted], false),
            ],
            [new DesiredSku(other, 0, false, false), new DesiredSku(sku, 100, false, false)],
            [
                new DesiredPolicy(Worlds.Id(3, 0), [new DesiredAssignment(Worlds.Id(1, 1), Worlds.Id(4, 0), "B", 2)], false),
                new DesiredPolicy(Worlds.Id(3, 1), [new DesiredAssignment(Worlds.Id(1, 0), Worlds.Id(4, 0), null, 3)], false),
            ]);

        Assert.Equal(
            [
                "SKU SPE_E3: 100 units in place of 1", "group To: added SPE_E3", "group To: added switch@contoso.example", "user held@contoso.example: added SPE_E3",
                "group From: removed SPE_E3", "group From: removed held@contoso.example", "user gone@contoso.example: removed SPE_E3",
                "user switch@contoso.example: added SPE_E3, removed EMS", "user new@contoso.example: added SPE_E3", "policy Less: 1 assignments in place of 1",
                "policy More: 1 assignments in place of 0", "SKU EMS: 0 units in place of 3",
            ],
            Difference.Of(desired, view).Select(change => ChangeWords.Of(change, view)));
    }

    [Theory]
    [InlineData(CodeLimits.MembersOfOneChange - 1, new[] { CodeLimits.MembersOfOneChange - 1 })]
    [InlineData(CodeLimits.MembersOfOneChange, new[] { CodeLimits.MembersOfOneChange })]
    [InlineData(CodeLimits.MembersOfOneChange + 1, new[] { CodeLimits.MembersOfOneChange, 1 })]
    public void Members_come_and_go_in_changes_that_a_plan_takes(int members, int[] changes)
    {
        Guid[] users = [.. Enumerable.Range(0, members).Select(index => new Guid(index + 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))];
        SeenGroup full = new(Worlds.Id(1, 0), "Full", false, [], users.ToHashSet()), empty = new(Worlds.Id(1, 1), "Empty", false, [], new HashSet<Guid>());
        TenantView view = new(
            Worlds.Book, new[] { full, empty }.ToDictionary(group => group.Id), new Dictionary<Guid, SeenUser>(), new Dictionary<Guid, SeenPolicy>(), []);
        Desired desired = new([new DesiredGroup(full.Id, [], false, [], true), new DesiredGroup(empty.Id, [], false, users, false)], [], [], []);
        StateChange.Members[] all = [.. Difference.Of(desired, view).Cast<StateChange.Members>()];
        Assert.Equal(changes, all.Where(change => change.Group == full.Id).Select(change => change.Remove.Count));
        Assert.Equal(changes, all.Where(change => change.Group == empty.Id).Select(change => change.Add.Count));
    }

    // B556.
    [Theory]
    [InlineData(Plan.MostChanges, CodeChanges.MostBytes, true)]
    [InlineData(Plan.MostChanges - 1, CodeChanges.MostBytes - 1, true)]
    [InlineData(Plan.MostChanges + 1, 1, false)]
    [InlineData(1, CodeChanges.MostBytes + 1, false)]
    public void More_than_one_plan_takes_is_refused_with_what_to_do(int changes, int bytes, bool fits)
    {
        string? sentence = CodeChanges.TooMany(changes, bytes);
        Assert.Equal(fits, sentence is null);
        Assert.True(fits || sentence!.Contains("one plan has at most 20000 changes", StringComparison.Ordinal));
    }

    private static void Licenses(LicenseSet before, LicenseSet after, IReadOnlyList<DesiredLicense> wanted, Func<Guid, bool> isTaken)
    {
        Assert.Equal(before.Keys.Where(sku => !isTaken(sku)).Union(wanted.Select(one => one.Sku)).Order(), after.Keys);
        foreach ((Guid sku, IReadOnlySet<Guid> off) in after)
        {
            IReadOnlySet<Guid> expected = wanted.FirstOrDefault(one => one.Sku == sku)?.DisabledPlans ?? (before.TryGetValue(sku, out IReadOnlySet<Guid>? was) ? was : new HashSet<Guid>());
            Assert.True(expected.SetEquals(off), $"{sku}");
        }
    }
}
