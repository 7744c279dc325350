using Berth.Engine.Catalog;
using Berth.Engine.Licensing;
using Xunit;

namespace Berth.Engine.Tests.Tenancy;

public class TenantTests
{
    [Fact]
    public void Nothing_happens_in_a_tenant_that_was_not_created_and_none_is_created_twice()
    {
        Decision early = Deciding.Decide(Tenant.Unborn, new Command.DeleteUser(Guid.NewGuid()), new DecisionContext(TenantUnderTest.Noon, Actor.Berth));
        Assert.Equal(RefusalCode.TenantNotReady, Assert.IsType<Decision.Refused>(early).Refusal.Code);

        TenantUnderTest tenant = new();
        Assert.Equal(RefusalCode.TenantNotReady, tenant.Refused(new Command.CreateTenant(tenant.Now.Profile, SkuCatalog.BuiltIn)).Code);
    }

    [Fact]
    public void A_tenant_lies_in_a_country_that_exists()
    {
        TenantProfile nowhere = new(Guid.NewGuid(), "Nowhere", "nowhere.example", "ZZ", TenantKind.Demo, default);
        Decision decision = Deciding.Decide(Tenant.Unborn, new Command.CreateTenant(nowhere, SkuCatalog.BuiltIn), new DecisionContext(TenantUnderTest.Noon, Actor.Berth));
        Assert.Equal("country", Assert.IsType<Decision.Refused>(decision).Refusal.Name);
    }

    [Fact]
    public void A_frozen_clock_stands_still_and_only_goes_forward()
    {
        TenantUnderTest tenant = new();
        Assert.Equal(RefusalCode.ClockNotFrozen, tenant.Refused(new Command.SetClock(null, null, TimeSpan.FromDays(1))).Code);
        Assert.Equal(RefusalCode.ClockNotFrozen, tenant.Refused(new Command.SetClock(null, TenantUnderTest.Noon, null)).Code);

        tenant.Do(new Command.SetClock(true, null, null));
        tenant.System += TimeSpan.FromHours(5);
        Assert.Equal(TenantUnderTest.Noon, tenant.Now.Now(tenant.System));

        tenant.Do(new Command.SetClock(null, null, TimeSpan.FromDays(7)));
        Assert.Equal(TenantUnderTest.Noon.AddDays(7), tenant.Now.Now(tenant.System));
        Assert.Equal(RefusalCode.ClockBackwards, tenant.Refused(new Command.SetClock(null, TenantUnderTest.Noon, null)).Code);
        Assert.Equal(RefusalCode.ClockBackwards, tenant.Refused(new Command.SetClock(null, null, TimeSpan.FromTicks(-1))).Code);
        Assert.Equal(RefusalCode.ClockBackwards, tenant.Refused(new Command.SetClock(null, null, TimeSpan.MaxValue)).Code);

        tenant.Do(new Command.SetClock(false, null, null));
        Assert.Equal(tenant.System, tenant.Now.Now(tenant.System));
    }

    [Fact]
    public void The_clock_of_a_production_tenant_is_the_systems()
    {
        TenantUnderTest tenant = new(TenantKind.Production);
        Assert.Equal(RefusalCode.ClockNotMovable, tenant.Refused(new Command.SetClock(true, null, null)).Code);
    }

    [Fact]
    public void Settings_outside_their_bounds_are_refused_and_change_nothing()
    {
        TenantUnderTest tenant = new();
        TenantSettings longest = TenantSettings.Default with { ProvisioningDelay = TenantSettings.LongestProvisioningDelay };
        Assert.Equal("provisioningDelay", tenant.Refused(new Command.UpdateSettings(longest with { ProvisioningDelay = longest.ProvisioningDelay + TimeSpan.FromTicks(1) })).Name);
        Assert.Equal("provisioningDelay", tenant.Refused(new Command.UpdateSettings(longest with { ProvisioningDelay = TimeSpan.FromTicks(-1) })).Name);
        Assert.Equal("bufferExcess", tenant.Refused(new Command.UpdateSettings(longest with { BufferExcess = -1 })).Name);
        Assert.Equal("profileResetTime", tenant.Refused(new Command.UpdateSettings(longest with { ProfileReset = TenantSettings.LongestProfileReset + TimeSpan.FromTicks(1) })).Name);
        Assert.Equal("profileResetTime", tenant.Refused(new Command.UpdateSettings(longest with { ProfileReset = TimeSpan.FromTicks(-1) })).Name);
        Assert.Equal(TenantSettings.Default, tenant.Now.Settings);
        foreach (TenantSettings wanted in new[] { longest with { BufferExcess = 0, ProfileReset = TenantSettings.LongestProfileReset }, longest with { ProfileReset = TimeSpan.Zero } })
        {
            tenant.Do(new Command.UpdateSettings(wanted));
            Assert.Equal(wanted, tenant.Now.Settings);
        }
    }

    // B45.
    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, true)]
    [InlineData(Subscription.MostUnits, true)]
    [InlineData(Subscription.MostUnits + 1, false)]
    public void A_subscription_has_zero_to_ten_million_units(int units, bool fits)
    {
        TenantUnderTest tenant = new();
        Decision decision = tenant.Decide(new Command.CreateSubscription(Guid.NewGuid(), tenant.Sku("SPE_E3"), units, SubscriptionStatus.Enabled, false));
        Assert.Equal(fits, decision is Decision.Accepted);
    }

    [Fact]
    public void A_command_that_changes_nothing_leaves_no_trace_in_the_journal()
    {
        TenantUnderTest tenant = new();
        Guid user = tenant.User();
        long version = tenant.Now.Version;
        Assert.Null(tenant.Do(new Command.AssignUserLicenses(user, [], [])).Event);
        Assert.Null(tenant.Do(new Command.UpdateSettings(tenant.Now.Settings)).Event);
        Assert.Null(tenant.Do(new Command.UpdateUser(tenant.Now.Users[0]!)).Event);
        Assert.Equal(version, tenant.Now.Version);
    }

    [Fact]
    public void A_described_tenant_is_restored_with_holes_where_users_and_groups_were()
    {
        TenantUnderTest tenant = new();
        tenant.Buy("ENTERPRISEPACK", 2);
        tenant.Buy("MCOMEETADV", 5);
        Guid[] users = tenant.Users(5);
        Guid group = tenant.Group(users), empty = tenant.Group(users[1]);
        tenant.License(group, "ENTERPRISEPACK");
        tenant.Assign(users[0], "MCOMEETADV");
        tenant.Do(new Command.RemoveMember(group, users[0]));
        tenant.Do(new Command.AddMembers(group, [empty]));
        tenant.Do(new Command.DeleteGroup(empty));
        tenant.Do(new Command.DeleteUser(users[2]));
        tenant.Do(new Command.DeleteUser(tenant.User()));

        Tenant restored = Deciding.Restore(tenant.Now.Version, Deciding.Describe(tenant.Now));
        TenantUnderTest.SameAs(tenant.Now, restored);
        Assert.Equal(["ENTERPRISEPACK group ActiveWithError DependencyViolation", "MCOMEETADV direct Active None"], tenant.States(users[0]).Order(StringComparer.Ordinal));
    }
}
