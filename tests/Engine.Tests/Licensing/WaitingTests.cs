using Berth.Engine.Licensing;
using Xunit;

namespace Berth.Engine.Tests.Licensing;

public class WaitingTests
{
    private readonly TenantUnderTest _tenant = new();

    [Fact]
    public void A_group_gives_its_members_what_seats_allow_and_the_rest_wait_in_order_of_their_ids()
    {
        _tenant.Buy("SPE_E3", 2);
        Guid[] users = _tenant.Users(4);
        _tenant.License(_tenant.Group(users), "SPE_E3");
        Assert.Equal(users[..2], Holders());
        Assert.Equal(users[2..], Waiting());
        Assert.Equal(["SPE_E3 group Error CountViolation"], _tenant.States(users[3]));

        // A deleted user's seat goes to who waits first (L26, fair retry).
        _tenant.Do(new Command.DeleteUser(users[0]));
        Assert.Equal(users[1..3], Holders());
        Assert.Equal(users[3..], Waiting());
    }

    [Fact]
    public void Who_came_later_does_not_overtake_who_waits_when_seats_are_bought()
    {
        Guid subscription = _tenant.Buy("SPE_E3", 0);
        Guid first = _tenant.User(), second = _tenant.User();
        Guid group = _tenant.Group();
        _tenant.License(group, "SPE_E3");
        _tenant.Do(new Command.AddMembers(group, [first]));
        _tenant.Do(new Command.AddMembers(group, [second]));
        Assert.Equal([first, second], Waiting());
        _tenant.Do(new Command.UpdateSubscription(subscription, 1, null));
        Assert.Equal([first], Holders());
        Assert.Equal([second], Waiting());
    }

    [Fact]
    public void In_mode_entra_strict_a_bought_seat_waits_for_a_reprocess()
    {
        _tenant.Do(new Command.UpdateSettings(TenantSettings.Default with { Retry = RetryMode.EntraStrict }));
        Guid subscription = _tenant.Buy("SPE_E3", 0);
        Guid user = _tenant.User();
        _tenant.License(_tenant.Group(user), "SPE_E3");
        _tenant.Do(new Command.UpdateSubscription(subscription, 1, null));
        Assert.Equal(["SPE_E3 group Error CountViolation"], _tenant.States(user));
        Assert.Null(_tenant.Do(new Command.ReprocessUser(user)).Remaining);
        Assert.Equal(["SPE_E3 group Active None"], _tenant.States(user));
    }

    private Guid[] Holders() => [.. _tenant.Now.HoldersOf(Index()).Select(user => _tenant.Now.Users[user]!.Id).Order()];

    private Guid[] Waiting() => [.. _tenant.Now.WaitingFor(Index()).Select(pair => pair.UserId)];

    private int Index() => _tenant.Now.Catalog.FindByPartNumber("SPE_E3").Single().Index;
}
