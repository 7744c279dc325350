using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Xunit;

namespace Berth.Engine.Tests.CloudPcs;

/// <summary>User settings and the groups they are assigned to (C27, B361).</summary>
public sealed class UserSettingTests
{
    private readonly TenantUnderTest _tenant = new();

    [Fact]
    public void A_setting_comes_changes_and_goes()
    {
        Guid id = Make("Developers");
        Assert.Equal((TenantUnderTest.Noon, TenantUnderTest.Noon, 0), (Now(id).CreatedAt, Now(id).ModifiedAt, Now(id).Assignments.Count));

        _tenant.System = TenantUnderTest.Noon.AddHours(1);
        UserSetting seen = Now(id);
        _tenant.Do(new Command.UpdateUserSetting(seen with { LocalAdmin = true, CreatedAt = default, Assignments = [new SettingAssignment(7, default)] }) { Basis = seen });
        Assert.Equal((true, TenantUnderTest.Noon, TenantUnderTest.Noon.AddHours(1), 0), (Now(id).LocalAdmin, Now(id).CreatedAt, Now(id).ModifiedAt, Now(id).Assignments.Count));

        Assert.Null(_tenant.Do(new Command.UpdateUserSetting(Now(id))).Event);
        _tenant.Do(new Command.DeleteUserSetting(id));
        Assert.Empty(_tenant.Now.Fleet.UserSettings);
        Assert.Equal((RefusalCode.UserSettingNotFound, id), Refused(new Command.DeleteUserSetting(id)));
        Assert.Equal((RefusalCode.UserSettingNotFound, id), Refused(new Command.UpdateUserSetting(seen)));
        Assert.Equal((RefusalCode.UserSettingNotFound, id), Refused(new Command.AssignUserSetting(id, [])));
    }

    [Fact]
    public void Who_changes_different_properties_does_not_undo_the_other()
    {
        Guid id = Make("Developers");
        UserSetting seen = Now(id);
        _tenant.Do(new Command.UpdateUserSetting(seen with { Reset = true }) { Basis = seen });
        _tenant.Do(new Command.UpdateUserSetting(seen with { RestoreHours = 4 }) { Basis = seen });
        Assert.Equal((true, 4), (Now(id).Reset, Now(id).RestoreHours));
    }

    [Fact]
    public void Assigning_replaces_the_list_and_keeps_the_place_of_those_who_stay()
    {
        Guid id = Make("Developers"), one = _tenant.Group(), two = _tenant.Group(), three = _tenant.Group();
        _tenant.Do(new Command.AssignUserSetting(id, [three, one]));
        Assert.Equal([2, 0], Groups());
        _tenant.Do(new Command.AssignUserSetting(id, [two, one, two, three]));
        Assert.Equal([2, 0, 1], Groups());
        Assert.Null(_tenant.Do(new Command.AssignUserSetting(id, [one, two, three])).Event);
        Guid nobody = Guid.NewGuid();
        Assert.Equal((RefusalCode.GroupNotFound, nobody), Refused(new Command.AssignUserSetting(id, [one, nobody])));
        Assert.Equal([2, 0, 1], Groups());
        _tenant.Do(new Command.AssignUserSetting(id, []));
        Assert.Empty(Groups());

        int[] Groups() => [.. Now(id).Assignments.Select(one => one.Group)];
    }

    [Fact]
    public void An_assignment_is_as_old_as_it_is_and_ends_with_its_group()
    {
        // B345.
        Guid id = Make("Developers"), one = _tenant.Group(), two = _tenant.Group();
        _tenant.Do(new Command.AssignUserSetting(id, [one]));
        _tenant.System = TenantUnderTest.Noon.AddHours(1);
        _tenant.Do(new Command.AssignUserSetting(id, [two, one]));
        _tenant.System = TenantUnderTest.Noon.AddHours(2);
        _tenant.Do(new Command.UpdateUserSetting(Now(id) with { Reset = true }));
        Assert.Equal([new SettingAssignment(0, TenantUnderTest.Noon), new SettingAssignment(1, TenantUnderTest.Noon.AddHours(1))], Now(id).Assignments);

        _tenant.Do(new Command.DeleteGroup(one));
        Assert.Equal([new SettingAssignment(1, TenantUnderTest.Noon.AddHours(1))], Now(id).Assignments);
    }

    [Fact]
    public void The_setting_that_was_made_last_holds()
    {
        Guid user = _tenant.User(), group = _tenant.Group(user), other = _tenant.Group(user);
        Guid first = Make("First", hours: 24);
        _tenant.System = TenantUnderTest.Noon.AddHours(1);
        Guid second = Make("Second", hours: 4);
        _tenant.Do(new Command.AssignUserSetting(first, [group]));
        Assert.Equal(24, Hours());
        _tenant.Do(new Command.AssignUserSetting(second, [other]));
        Assert.Equal(4, Hours());
        _tenant.Do(new Command.UpdateUserSetting(Now(first) with { Reset = true }));
        Assert.Equal(4, Hours());
        _tenant.Do(new Command.RemoveMember(other, user));
        Assert.Equal(24, Hours());

        int Hours() => EffectiveSetting.RestoreHoursOf(_tenant.Now.Fleet.UserSettings.Values, _tenant.Now.GroupsOf(_tenant.Now.FindUser(user)));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(4, true)]
    [InlineData(6, true)]
    [InlineData(12, true)]
    [InlineData(16, true)]
    [InlineData(24, true)]
    [InlineData(3, false)]
    [InlineData(5, false)]
    [InlineData(25, false)]
    [InlineData(-4, false)]
    public void Restore_points_come_in_one_of_five_rhythms(int hours, bool possible)
    {
        Command command = new Command.CreateUserSetting(Setting("A", hours));
        Assert.Equal(possible, _tenant.Decide(command) is Decision.Accepted);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(UserSetting.LongestDisplayName, true)]
    [InlineData(UserSetting.LongestDisplayName + 1, false)]
    public void A_name_has_its_length(int characters, bool possible) =>
        Assert.Equal(possible, _tenant.Decide(new Command.CreateUserSetting(Setting(new string('x', characters), 0))) is Decision.Accepted);

    [Fact]
    public void There_are_so_many_settings_and_groups_of_one_and_no_more()
    {
        Guid last = Guid.Empty;
        for (int i = 0; i < UserSetting.Most; i++)
        {
            last = Make("Same name");
        }

        Assert.Equal(RefusalCode.TooManyObjects, Refused(new Command.CreateUserSetting(Setting("One more", 0))).Code);
        Guid[] groups = [.. Enumerable.Range(0, UserSetting.MostGroups + 1).Select(_ => _tenant.Group())];
        Assert.Equal(RefusalCode.ValueInvalid, Refused(new Command.AssignUserSetting(last, groups.ToValueArray())).Code);
        _tenant.Do(new Command.AssignUserSetting(last, groups[1..].ToValueArray()));
        Assert.Equal(UserSetting.MostGroups, Now(last).Assignments.Count);
        _tenant.Do(new Command.DeleteUserSetting(last));
        UserSetting again = Setting("One more", 0);
        _tenant.Do(new Command.CreateUserSetting(again));
        _tenant.Do(new Command.DeleteUserSetting(_tenant.Now.Fleet.UserSettings.Keys.First(id => id != again.Id)));
        Assert.Equal((RefusalCode.IdTaken, again.Id), Refused(new Command.CreateUserSetting(again)));
    }

    private static UserSetting Setting(string name, int hours) => new(Guid.NewGuid(), name, false, false, hours, false, default, default, []);

    private Guid Make(string name, int hours = 0)
    {
        UserSetting setting = Setting(name, hours);
        _tenant.Do(new Command.CreateUserSetting(setting));
        return setting.Id;
    }

    private UserSetting Now(Guid id) => _tenant.Now.Fleet.UserSettings[id];

    private (RefusalCode Code, Guid Subject) Refused(Command command) => _tenant.Refused(command) is var refusal ? (refusal.Code, refusal.Subject ?? Guid.Empty) : default;
}
