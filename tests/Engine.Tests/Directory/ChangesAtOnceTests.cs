using Berth.Engine.Directory;
using Xunit;

namespace Berth.Engine.Tests.Directory;

public class ChangesAtOnceTests
{
    [Fact]
    public void Two_callers_who_change_different_properties_of_a_user_at_once_do_not_undo_each_other()
    {
        TenantUnderTest tenant = new();
        Guid id = tenant.User();
        User seen = tenant.Now.Users[tenant.Now.FindUser(id)]!;

        tenant.Do(new Command.UpdateUser(seen with { DisplayName = "Ada", Attributes = seen.Attributes.With(UserAttribute.City, "Kyiv") }) { Basis = seen });
        tenant.Do(new Command.UpdateUser(seen with { UsageLocation = "de", Attributes = seen.Attributes.With(UserAttribute.Department, "IT") }) { Basis = seen });

        User now = tenant.Now.Users[tenant.Now.FindUser(id)]!;
        Assert.Equal(("Ada", "DE", "Kyiv", "IT"), (now.DisplayName, now.UsageLocation, now.Attributes[UserAttribute.City], now.Attributes[UserAttribute.Department]));
    }

    [Fact]
    public void A_change_of_a_user_without_a_basis_writes_every_property()
    {
        TenantUnderTest tenant = new();
        Guid id = tenant.User();
        User seen = tenant.Now.Users[tenant.Now.FindUser(id)]!;

        tenant.Do(new Command.UpdateUser(seen with { DisplayName = "Ada" }));
        tenant.Do(new Command.UpdateUser(seen with { UsageLocation = "DE" }));

        Assert.Equal(seen.DisplayName, tenant.Now.Users[tenant.Now.FindUser(id)]!.DisplayName);
    }

    [Fact]
    public void Two_callers_who_change_different_properties_of_a_group_or_of_the_settings_at_once_do_not_undo_each_other()
    {
        TenantUnderTest tenant = new();
        Guid id = tenant.Group();
        GroupProfile seen = tenant.Now.Groups[tenant.Now.FindGroup(id)].Profile;
        tenant.Do(new Command.UpdateGroup(seen with { Description = "for tests" }, []) { Basis = seen });
        tenant.Do(new Command.UpdateGroup(seen with { DisplayName = "Testers" }, []) { Basis = seen });
        GroupProfile now = tenant.Now.Groups[tenant.Now.FindGroup(id)].Profile;
        Assert.Equal(("Testers", "for tests"), (now.DisplayName, now.Description));

        TenantSettings before = tenant.Now.Settings;
        tenant.Do(new Command.UpdateSettings(before with { BufferExcess = 3 }) { Basis = before });
        tenant.Do(new Command.UpdateSettings(before with { GroupAtomicity = GroupAtomicity.Independent }) { Basis = before });
        tenant.Do(new Command.UpdateSettings(before with { DisconnectedSessions = DisconnectedSessions.Released }) { Basis = before });
        tenant.Do(new Command.UpdateSettings(before with { ProfileReset = TimeSpan.Zero }) { Basis = before });
        tenant.Do(new Command.UpdateSettings(before with { IntelligentPrestart = false }) { Basis = before });
        Assert.Equal(
            before with
            {
                BufferExcess = 3,
                GroupAtomicity = GroupAtomicity.Independent,
                DisconnectedSessions = DisconnectedSessions.Released,
                ProfileReset = TimeSpan.Zero,
                IntelligentPrestart = false,
            },
            tenant.Now.Settings);
    }

    [Fact]
    public void An_event_tells_what_a_user_or_group_was_before_it()
    {
        TenantUnderTest tenant = new();
        Guid user = tenant.User(), group = tenant.Group();
        User was = tenant.Now.Users[tenant.Now.FindUser(user)]!;
        GroupProfile profile = tenant.Now.Groups[tenant.Now.FindGroup(group)].Profile;

        Assert.Contains(new Change.UserWas(tenant.Now.FindUser(user), was), tenant.Do(new Command.DeleteUser(user)).Event!.Changes);
        Assert.Contains(
            new Change.GroupWas(tenant.Now.FindGroup(group), profile),
            tenant.Do(new Command.UpdateGroup(profile with { DisplayName = "Other" }, [])).Event!.Changes);
    }
}
