using System.Text;
using Berth.CommandLine.Client.AsCode.Export;
using Berth.CommandLine.Client.AsCode.Format;
using Berth.CommandLine.Client.AsCode.States;
using CsCheck;
using Xunit;

namespace Berth.Conformance.Tests.CommandLine.AsCode;

/// <summary>A tenant as a file that changes nothing (B558).</summary>
public sealed class ExportTests
{
    // B558: whatever the names, plans and assignments are; exclusive or not, whole or in part.
    [Fact]
    public void A_file_of_a_tenant_planned_at_once_changes_nothing() => Gen.Select(Worlds.Tenants, Gen.Bool, Gen.Int[0, 31], Gen.Int[0, 63]).Try(
        one =>
        {
            (TenantView view, bool exclusive, int part, int skus) = one;
            IReadOnlySet<Guid>? Some(IEnumerable<Guid> ids, int mask) => (part & mask) == 0 ? null : ids.Where((_, index) => index % 2 == 0).ToHashSet();
            ExportScope scope = new(
                Some(view.Groups.Keys, 1), Some(view.Users.Keys, 2), Some(view.Policies.Keys, 4), (part & 24) != 24 ? null : Worlds.Skus.Where((_, index) => (skus >> index & 1) == 1).ToHashSet())
            { Exclusive = exclusive };
            string text = ExportText.Of(view, scope);
            Assert.True(ExportCommand.Mistake(text, view) is null, $"{ExportCommand.Mistake(text, view)}\n{text}");
        },
        times: 300,
        atOnce: 1);

    // An export that wrote nothing would change nothing either.
    [Fact]
    public void A_file_of_a_tenant_makes_an_emptied_tenant_what_it_was() => Worlds.Tenants.Try(
        view =>
        {
            string text = ExportText.Of(view, ExportScope.All with { Exclusive = true });
            TenantView empty = view with
            {
                Groups = view.Groups.Values.ToDictionary(group => group.Id, group => group with { Licenses = [], Members = group.IsDynamic ? null : new HashSet<Guid>() }),
                Users = view.Users.Values.ToDictionary(user => user.Id, user => user with { Direct = [] }),
            };
            (LicenseFile? file, _) = LicenseFile.Read(Encoding.UTF8.GetBytes(text));
            (Desired? desired, _) = Resolution.Of(file!, empty);
            TenantView after = empty.After(Difference.Of(desired!, empty));
            HashSet<Guid> assigned = [.. view.Policies.Values.SelectMany(policy => policy.Assignments).Select(one => one.Group)];
            Assert.All(view.Groups.Values, group =>
            {
                Same(group.Licenses, after.Groups[group.Id].Licenses);
                Assert.True(group.IsDynamic || (group.Licenses.Count == 0 && !assigned.Contains(group.Id)) || group.Members!.SetEquals(after.Groups[group.Id].Members!));
            });
            Assert.All(view.Users.Values, user => Same(user.Direct!, after.Users[user.Id].Direct!));
        },
        times: 150,
        atOnce: 1);

    [Fact]
    public void The_order_is_that_of_the_names_whatever_the_server_says_first()
    {
        Worlds.Tenants.Try(
            view =>
            {
                static Dictionary<Guid, T> Reversed<T>(IReadOnlyDictionary<Guid, T> all) => all.Reverse().ToDictionary();
                TenantView other = view with { Groups = Reversed(view.Groups), Users = Reversed(view.Users), Policies = Reversed(view.Policies) };
                Assert.Equal(ExportText.Of(view, ExportScope.All), ExportText.Of(other, ExportScope.All));
            },
            times: 60,
            atOnce: 1);
    }

    [Fact]
    public void Names_stand_where_they_are_clear_and_ids_with_the_name_behind_them_where_not()
    {
        SeenGroup[] groups =
        [
            new(Worlds.Id(1, 0), "Twice", false, new LicenseSet([(Worlds.Skus[0], [Worlds.Book.Of(Worlds.Skus[0]).Plans[0].Id]), (Worlds.Skus[3], [])]), new HashSet<Guid> { Worlds.Id(2, 0) }),
            new(Worlds.Id(1, 1), "twice", false, [], null),
            new(Worlds.Id(1, 2), "By rule", true, new LicenseSet([(Worlds.Skus[5], [])]), null),
        ];
        TenantView view = new(
            Worlds.Book,
            groups.ToDictionary(group => group.Id),
            new Dictionary<Guid, SeenUser> { [Worlds.Id(2, 0)] = new(Worlds.Id(2, 0), "ada@contoso.example", [], new HashSet<Guid>()) },
            new Dictionary<Guid, SeenPolicy>(),
            []);
        string plan = Worlds.Book.Of(Worlds.Skus[0]).Plans[0] is { } first ? $"{first.Name} # {first.FriendlyName}" : "";
        Assert.Equal(
            $"""
            licenses: 1

            groups:
              - group: By rule
                licenses:
                  - CONTOSO_OWN
                # members: whoever the rule of this dynamic group says
              - group: {Worlds.Id(1, 0)} # Twice
                licenses:
                  - {Worlds.Skus[3]} # MCOPSTN5, {Worlds.Book.Of(Worlds.Skus[3]).ProductName}
                  - sku: SPE_E3 # Microsoft 365 E3
                    disabledPlans:
                      - {plan}
                members: # 1
                  - ada@contoso.example

            """,
            ExportText.Of(view, ExportScope.All).Split("schema.json\n")[1]);
    }

    [Fact]
    public void What_would_change_something_is_found_before_it_is_written()
    {
        TenantView view = new(
            Worlds.Book,
            new Dictionary<Guid, SeenGroup> { [Worlds.Id(1, 0)] = new(Worlds.Id(1, 0), "Legal", false, new LicenseSet([(Worlds.Skus[0], [])]), new HashSet<Guid>()) },
            new Dictionary<Guid, SeenUser>(),
            new Dictionary<Guid, SeenPolicy>(),
            []);
        Assert.Null(ExportCommand.Mistake(ExportText.Of(view, ExportScope.All with { Exclusive = true }), view));
        Assert.Equal("group Legal: removed SPE_E3 would be a change.", ExportCommand.Mistake("licenses: 1\ngroups: [{group: Legal, licenses: [], exclusive: [licenses]}]", view));
        Assert.Equal("line 2, column 18: no group is called 'Lega'. A group is named by its whole display name or its id; a file makes none.", ExportCommand.Mistake("licenses: 1\ngroups: [{group: Lega}]", view));
    }

    private static void Same(LicenseSet one, LicenseSet other)
    {
        Assert.Equal(one.Keys, other.Keys);
        Assert.All(one, license => Assert.True(license.Value.SetEquals(other[license.Key])));
    }
}
