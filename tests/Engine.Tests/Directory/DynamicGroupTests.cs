using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Directory.Rules;
using Berth.Engine.Licensing;
using Xunit;

namespace Berth.Engine.Tests.Directory;

/// <summary>Membership follows rules, and licenses follow membership (L75, L76, L138, L140, L141, B130 to B138).</summary>
public sealed class DynamicGroupTests
{
    private const string Sales = "user.department -eq \"Sales\"";

    private readonly TenantUnderTest _tenant = new();

    [Fact]
    public void A_group_that_gets_a_rule_takes_who_matches_lets_go_who_does_not_and_touches_nobody_who_stays()
    {
        Guid stays = Employee("Sales"), goes = Employee("IT"), comes = Employee("Sales");
        Guid inner = _tenant.Group(), group = _tenant.Group(stays, goes, inner);
        _tenant.Buy("SPE_E3", 10);
        _tenant.License(group, "SPE_E3");
        DateTimeOffset before = Updated(stays);
        _tenant.System += TimeSpan.FromHours(1);

        Change[] changes = [.. Rule(group, Sales).Event!.Changes];

        Assert.Equal([stays, comes], Members(group));
        Assert.Equal(before, Updated(stays));
        Assert.Empty(_tenant.States(goes));
        Assert.Equal(["SPE_E3 group Active None"], _tenant.States(comes));
        Assert.Empty(_tenant.Now.Groups[_tenant.Now.FindGroup(group)].MemberGroups);
        Assert.Contains(changes, change => change is Change.MembersRemoved { Users.Count: 1 });
        Assert.Contains(changes, change => change is Change.MembersAdded { Users.Count: 1 });
        Assert.Equal(_tenant.System, _tenant.Now.Groups[_tenant.Now.FindGroup(group)].MembershipUpdatedAt);
    }

    [Fact]
    public void A_change_of_an_attribute_asks_only_the_rules_that_read_it()
    {
        Guid user = Employee("IT"), other = Employee("Sales");
        Guid sales = Dynamic(Sales);
        foreach (string rule in new[] { "user.city -eq \"Oslo\"", "user.jobTitle -eq \"Clerk\"", "user.objectId -ne null", "user.city -ne null -or user.department -eq \"Law\"" })
        {
            Dynamic(rule);
        }

        Assert.Equal(2, Set(user, UserAttribute.Department, "Sales").RuleEvaluations);
        Assert.Equal(new[] { user, other }.Order(), Members(sales).Order());
        Assert.Equal(2, Set(user, UserAttribute.City, "Oslo").RuleEvaluations);
        Assert.Equal(0, Set(user, UserAttribute.State, "CA").RuleEvaluations);
        Assert.Equal(0, _tenant.Do(new Command.UpdateUser(User(user))).RuleEvaluations);
        Set(user, UserAttribute.Department, "IT");
        Assert.Equal([other], Members(sales));
    }

    [Fact]
    public void A_new_user_is_looked_at_by_every_rule_also_in_an_import()
    {
        Guid all = Dynamic("user.objectId -ne null"), sales = Dynamic(Sales);
        Guid first = Employee("Sales");
        Guid second = Guid.NewGuid(), third = Guid.NewGuid(), late = Guid.NewGuid(), hand = Guid.NewGuid();
        Decision.Accepted done = _tenant.Do(new Command.ImportDirectory(
        [
            new ImportLine.OfUser(1, NewUser(second, "Sales")),
            new ImportLine.OfGroup(2, Profile(late, Sales)),
            new ImportLine.OfUser(3, NewUser(third, "Sales")),
            new ImportLine.OfMember(4, late, third),
            new ImportLine.OfGroup(5, Profile(hand, null)),
            new ImportLine.OfMember(6, hand, third),
            new ImportLine.OfGroup(7, Profile(Guid.NewGuid(), "user.x -eq 1")),
        ]));

        Assert.Equal([RefusalCode.GroupIsDynamic, RefusalCode.MembershipRuleInvalid], done.Lines.Select(line => line.Refusal.Code));
        Assert.Equal(3, Members(all).Length);
        Assert.Equal(new[] { first, second, third }.Order(), Members(sales).Order());
        Assert.Equal(Members(sales), Members(late));
        Assert.Equal([third], Members(hand));
    }

    [Fact]
    public void Nobody_is_added_or_removed_by_hand_and_a_static_group_keeps_who_was_there()
    {
        Guid user = Employee("Sales"), other = Employee("IT");
        Guid group = Dynamic(Sales);

        Assert.Equal(RefusalCode.GroupIsDynamic, _tenant.Refused(new Command.AddMembers(group, [other])).Code);
        Assert.Equal(RefusalCode.GroupIsDynamic, _tenant.Refused(new Command.AddMembers(group, [Guid.NewGuid()])).Code);
        Assert.Equal(RefusalCode.GroupIsDynamic, _tenant.Refused(new Command.RemoveMember(group, user)).Code);
        Assert.Equal(RefusalCode.GroupIsDynamic, _tenant.Refused(new Command.UpdateGroup(ProfileOf(group), [other])).Code);
        Assert.Equal(RefusalCode.GroupIsDynamic, _tenant.Refused(new Command.CreateGroup(Profile(Guid.NewGuid(), Sales), [other])).Code);

        _tenant.Do(new Command.UpdateGroup(ProfileOf(group) with { MembershipRule = null, RuleProcessing = null, GroupTypes = [] }, [other]));
        Assert.Equal(new[] { user, other }.Order(), Members(group).Order());
        Set(user, UserAttribute.Department, "IT");
        Assert.Equal(2, Members(group).Length);
    }

    [Fact]
    public void A_paused_group_keeps_its_members_until_it_is_on_again()
    {
        Guid user = Employee("Sales"), member = Employee("IT");
        Guid inner = _tenant.Group(), group = _tenant.Group(member, inner);

        _tenant.Do(new Command.UpdateGroup(Profile(group, Sales) with { RuleProcessing = RuleProcessing.Paused }, []));
        Assert.Equal([member], Members(group));
        Assert.Single(_tenant.Now.Groups[_tenant.Now.FindGroup(group)].MemberGroups);
        Assert.Equal(0, Set(member, UserAttribute.Department, "Law").RuleEvaluations);

        _tenant.Do(new Command.UpdateGroup(ProfileOf(group) with { RuleProcessing = RuleProcessing.On }, []));
        Assert.Equal([user], Members(group));
        Assert.Empty(_tenant.Now.Groups[_tenant.Now.FindGroup(group)].MemberGroups);

        _tenant.Do(new Command.UpdateGroup(ProfileOf(group) with { RuleProcessing = RuleProcessing.Paused }, []));
        Set(user, UserAttribute.Department, "IT");
        Assert.Equal([user], Members(group));
    }

    [Fact]
    public void What_a_dynamic_group_is_refused_for_is_told_in_order()
    {
        Guid id = Guid.NewGuid(), source = _tenant.Group(), licensed = _tenant.Group(), following = Dynamic(MemberOf(source));
        _tenant.Buy("SPE_E3", 1);
        _tenant.License(licensed, "SPE_E3");
        const string Devices = "device.displayName -eq \"a\"";

        Assert.Equal(RefusalCode.MembershipRuleMismatch, Create(Profile(id, Sales) with { GroupTypes = [] }));
        Assert.Equal(RefusalCode.MembershipRuleMismatch, Create(Profile(id, null) with { GroupTypes = ["DynamicMembership"] }));
        Assert.Equal(RefusalCode.MembershipRuleMismatch, Create(Profile(id, null) with { RuleProcessing = RuleProcessing.Paused }));
        Refusal invalid = _tenant.Refused(new Command.CreateGroup(Profile(id, "user.department eq Sales"), []));
        Assert.Equal((RefusalCode.MembershipRuleInvalid, 20), (invalid.Code, invalid.Position));
        Assert.Equal(RefusalCode.DeviceRuleNotAllowed, Create(Profile(id, Devices) with { GroupTypes = ["Unified", "DynamicMembership"] }));
        Assert.Equal(RefusalCode.DeviceRuleNotAllowed, _tenant.Refused(new Command.UpdateGroup(Profile(licensed, Devices), [])).Code);
        Assert.Equal(RefusalCode.MemberOfSourceNotFound, Create(Profile(id, MemberOf(Guid.NewGuid()))));
        Assert.Equal(RefusalCode.MemberOfSourceNotAllowed, Create(Profile(id, MemberOf(following))));
        Refusal circle = _tenant.Refused(new Command.UpdateGroup(Profile(source, MemberOf(licensed)), []));
        Assert.Equal((RefusalCode.MemberOfSourceNotAllowed, source), (circle.Code, circle.Ids.Single()));

        Guid devices = Dynamic(Devices);
        Assert.Equal(
            RefusalCode.DeviceRuleNotAllowed,
            _tenant.Refused(new Command.AssignGroupLicenses(devices, [new LicenseRequest(_tenant.Sku("SPE_E3"), [])], [])).Code);
        Assert.Empty(Members(devices));

        RefusalCode Create(GroupProfile profile) => _tenant.Refused(new Command.CreateGroup(profile, [])).Code;
    }

    [Fact]
    public void A_tenant_has_at_most_500_groups_with_a_memberOf_rule()
    {
        Guid source = _tenant.Group();
        _tenant.Do(new Command.ImportDirectory(Enumerable.Range(1, RuleLimits.MostMemberOfGroups - 1)
            .Select(line => (ImportLine)new ImportLine.OfGroup(line, Profile(Guid.NewGuid(), MemberOf(source)))).ToValueArray()));

        Guid last = Dynamic(MemberOf(source));
        Assert.Equal(RefusalCode.TooManyMemberOfGroups, _tenant.Refused(new Command.CreateGroup(Profile(Guid.NewGuid(), MemberOf(source)), [])).Code);
        _tenant.Do(new Command.DeleteGroup(last));
        Dynamic(MemberOf(source));
    }

    [Fact]
    public void A_tenant_has_at_most_15000_dynamic_groups()
    {
        foreach (int[] lines in Enumerable.Range(1, RuleLimits.MostDynamicGroups - 1).Chunk(Command.ImportDirectory.MostLines))
        {
            _tenant.Do(new Command.ImportDirectory(lines.Select(line => (ImportLine)new ImportLine.OfGroup(line, Profile(Guid.NewGuid(), Sales))).ToValueArray()));
        }

        Guid last = Dynamic(Sales);
        Assert.Equal(RefusalCode.TooManyDynamicGroups, _tenant.Refused(new Command.CreateGroup(Profile(Guid.NewGuid(), Sales), [])).Code);
        _tenant.Do(new Command.UpdateGroup(Profile(last, "user.city -ne null"), []));
        Guid user = Employee("Sales");
        Assert.Equal(RuleLimits.MostDynamicGroups - 1, _tenant.Now.GroupsOf(_tenant.Now.FindUser(user)).Count);
    }

    [Fact]
    public void Members_of_source_groups_follow_into_a_memberOf_group_and_out_again()
    {
        Guid direct = Employee("IT"), seller = Employee("Sales");
        Guid byHand = _tenant.Group(direct), byRule = Dynamic(Sales), both = Dynamic(MemberOf(byHand, byRule));

        Assert.Equal(new[] { direct, seller }.Order(), Members(both).Order());
        Set(seller, UserAttribute.Department, "IT");
        Assert.Equal([direct], Members(both));
        _tenant.Do(new Command.AddMembers(byHand, [seller]));
        _tenant.Do(new Command.RemoveMember(byHand, direct));
        Assert.Equal([seller], Members(both));
        _tenant.Do(new Command.DeleteGroup(byHand));
        Assert.Empty(Members(both));
    }

    [Fact]
    public void Direct_reports_follow_their_manager()
    {
        Guid boss = Employee("Sales"), other = Employee("Sales"), user = Employee("IT");
        Guid team = Dynamic($"Direct Reports for \"{boss}\"");

        _tenant.Do(new Command.ReportTo(user, boss));
        Assert.Equal([user], Members(team));
        _tenant.Do(new Command.ReportTo(user, other));
        Assert.Empty(Members(team));
        _tenant.Do(new Command.ReportTo(user, boss));
        _tenant.Do(new Command.DeleteUser(boss));
        Assert.Empty(Members(team));
    }

    [Fact]
    public void A_chain_of_groups_over_plans_follows_in_the_same_command_and_comes_to_rest_when_it_goes_in_circles()
    {
        _tenant.Buy("SPE_E3", 5);
        _tenant.Buy("POWER_BI_PRO", 5);
        Guid user = Employee("IT");
        Guid office = Dynamic(Sales);
        _tenant.License(office, "SPE_E3");
        string holder = $"user.assignedPlans -any (assignedPlan.servicePlanId -eq \"{_tenant.Plan("EXCHANGE_S_ENTERPRISE")}\" -and assignedPlan.capabilityStatus -eq \"Enabled\")";
        Guid chained = Dynamic(holder);
        _tenant.License(chained, "POWER_BI_PRO");

        Set(user, UserAttribute.Department, "Sales");
        Assert.Equal(["POWER_BI_PRO group Active None", "SPE_E3 group Active None"], _tenant.States(user).Order());
        Set(user, UserAttribute.Department, "IT");
        Assert.Empty(_tenant.States(user));

        // Whoever has no plan gets one, and so loses it.
        _tenant.Buy("VISIOCLIENT", 5);
        Guid circle = _tenant.Group();
        _tenant.License(circle, "VISIOCLIENT");
        Decision.Accepted done = Rule(circle, "user.assignedPlans -all (assignedPlan.servicePlanId -eq null)");
        Assert.Equal(RuleLimits.MostMembershipRounds, done.RuleEvaluations - (RuleLimits.MostMembershipRounds - 1));
        Assert.Empty(Members(circle));
        Assert.Equal(0, Set(user, UserAttribute.City, "Oslo").RuleEvaluations);
    }

    [Fact]
    public void A_subscription_that_ends_changes_the_status_that_rules_read()
    {
        Guid subscription = _tenant.Buy("SPE_E3", 5), user = Employee("IT");
        _tenant.Assign(user, "SPE_E3");
        Guid enabled = Dynamic("user.assignedPlans -any (assignedPlan.service -eq \"exchange\" -and assignedPlan.capabilityStatus -eq \"Enabled\")");

        Assert.Equal([user], Members(enabled));
        _tenant.Do(new Command.UpdateSubscription(subscription, null, SubscriptionStatus.Suspended));
        Assert.Empty(Members(enabled));
    }

    [Fact]
    public void A_group_of_a_hundred_thousand_gets_its_rule_in_one_event_of_few_changes()
    {
        foreach (int[] lines in Enumerable.Range(1, 100_000).Chunk(Command.ImportDirectory.MostLines))
        {
            _tenant.Do(new Command.ImportDirectory(lines.Select(line => (ImportLine)new ImportLine.OfUser(line, NewUser(Guid.NewGuid(), "Sales"))).ToValueArray()));
        }

        _tenant.Buy("SPE_E3", 200_000);
        Guid group = _tenant.Group();
        _tenant.License(group, "SPE_E3");
        Decision.Accepted done = Rule(group, Sales);

        Assert.Equal(100_000, done.RuleEvaluations);
        Assert.Equal(100_000, _tenant.Consumed("SPE_E3"));
        Assert.InRange(done.Event!.Changes.Count, 1, 6);
    }

    [Fact]
    public void A_rule_with_now_lets_people_in_and_out_as_time_passes()
    {
        _tenant.Buy("SPE_E3", 5);
        Guid soon = Hired(TenantUnderTest.Noon.AddDays(3)), later = Hired(TenantUnderTest.Noon.AddDays(5)), past = Hired(TenantUnderTest.Noon.AddDays(-1));
        Guid starters = Dynamic("user.employeeHireDate -le system.now -plus P1D -and user.employeeHireDate -ge system.now");
        _tenant.License(starters, "SPE_E3");

        Assert.Empty(Members(starters));
        Assert.Equal(TenantUnderTest.Noon.AddDays(2), _tenant.Now.NextDue);
        Assert.Null(_tenant.Do(new Command.RunDue()).Event);

        _tenant.System = TenantUnderTest.Noon.AddDays(2);
        TenantEvent happened = _tenant.Do(new Command.RunDue()).Event!;
        Assert.Equal("RunDue", happened.Kind);
        Assert.Equal([soon], Members(starters));
        Assert.Equal(["SPE_E3 group Active None"], _tenant.States(soon));
        Assert.Equal(TenantUnderTest.Noon.AddDays(3).AddTicks(1), _tenant.Now.NextDue);

        // Another command finds everything up to date, and a refused one changes nothing.
        _tenant.System = TenantUnderTest.Noon.AddDays(4);
        _tenant.Refused(new Command.DeleteUser(Guid.NewGuid()));
        Assert.Equal([soon], Members(starters));
        Employee("IT");
        Assert.Equal([later], Members(starters));
        Assert.Empty(_tenant.States(soon));
        Assert.Equal(TenantUnderTest.Noon.AddDays(5).AddTicks(1), _tenant.Now.NextDue);

        Set(later, UserAttribute.EmployeeHireDate, null);
        Assert.Empty(Members(starters));
        Assert.Null(_tenant.Now.NextDue);
        Assert.DoesNotContain(past, Members(starters));
    }

    // B135: the license makes the second half false, and the first comes true later; who is out stays out, and comes in.
    [Fact]
    public void A_flip_that_turns_nobody_before_a_command_that_changes_nothing_leaves_the_very_same_tenant()
    {
        _tenant.Buy("CPC_E_4C_16GB_512GB", 3);
        Hired(TenantUnderTest.Noon.AddMinutes(14));
        Guid group = Dynamic("user.employeeHireDate -le system.now -minus PT5M -or user.assignedPlans -all (assignedPlan.service -ne \"WindowsCloudPC\" -and assignedPlan.servicePlanId -eq null)");
        _tenant.License(group, "CPC_E_4C_16GB_512GB");
        _tenant.System = TenantUnderTest.Noon.AddMinutes(116);
        Tenant before = _tenant.Now;

        Decision.Accepted nothing = _tenant.Do(new Command.RunDue());

        Assert.Null(nothing.Event);
        Assert.Same(before, nothing.Next);
    }

    [Fact]
    public void A_clock_that_is_advanced_passes_every_flip_in_order_at_its_own_time()
    {
        _tenant.Buy("SPE_E3", 1);
        Guid second = Hired(TenantUnderTest.Noon.AddDays(2)), first = Hired(TenantUnderTest.Noon.AddDays(1));
        Guid started = Dynamic("user.employeeHireDate -le system.now");
        _tenant.License(started, "SPE_E3");
        _tenant.Do(new Command.SetClock(true, null, null));

        _tenant.Do(new Command.SetClock(null, null, TimeSpan.FromDays(7)));

        Assert.Equal(["SPE_E3 group Active None"], _tenant.States(first));
        Assert.Equal(["SPE_E3 group Error CountViolation"], _tenant.States(second));
        Assert.Equal(TenantUnderTest.Noon.AddDays(2), _tenant.Now.Troubled.Single().Since.At);
        Assert.Null(_tenant.Now.NextDue);
        _tenant.Do(new Command.SetClock(false, null, null));
        Assert.Equal(TenantUnderTest.Noon.AddDays(1), _tenant.Now.NextDue);
    }

    [Fact]
    public void A_snapshot_has_rules_and_what_is_due()
    {
        Hired(TenantUnderTest.Noon.AddDays(3));
        Guid started = Dynamic("user.employeeHireDate -le system.now"), sales = Dynamic(Sales);
        Employee("Sales");

        Tenant restored = Deciding.Restore(_tenant.Now.Version, Deciding.Describe(_tenant.Now));

        TenantUnderTest.SameAs(_tenant.Now, restored);
        Assert.Equal(TenantUnderTest.Noon.AddDays(3), restored.NextDue);
        Decision after = Deciding.Decide(restored, new Command.RunDue(), new DecisionContext(TenantUnderTest.Noon.AddDays(4), Actor.Berth));
        Assert.Single(Assert.IsType<Decision.Accepted>(after, exactMatch: true).Next.Groups[restored.FindGroup(started)].Members);
        Assert.Single(restored.Groups[restored.FindGroup(sales)].Members);
    }

    private static string MemberOf(params Guid[] groups) => $"user.memberOf -any (group.objectId -in [{string.Join(", ", groups.Select(group => $"'{group}'"))}])";

    private static GroupProfile Profile(Guid id, string? rule) =>
        new(id, "A group", null, "group", false, true, rule is null ? [] : [GroupProfile.DynamicMembership], null, default) { MembershipRule = rule };

    private static User NewUser(Guid id, string department) =>
        new(id, $"{id:N}@contoso.example", "A user", "user", true, "US", default, default(UserAttributes).With(UserAttribute.Department, department));

    private GroupProfile ProfileOf(Guid group) => _tenant.Now.Groups[_tenant.Now.FindGroup(group)].Profile;

    private Guid Dynamic(string rule)
    {
        Guid id = Guid.NewGuid();
        _tenant.Do(new Command.CreateGroup(Profile(id, rule), []));
        return id;
    }

    private Decision.Accepted Rule(Guid group, string rule) => _tenant.Do(new Command.UpdateGroup(Profile(group, rule), []));

    private Guid Employee(string department)
    {
        Guid id = Guid.NewGuid();
        _tenant.Do(new Command.CreateUser(NewUser(id, department)));
        return id;
    }

    private Guid Hired(DateTimeOffset at)
    {
        Guid id = Employee("IT");
        Set(id, UserAttribute.EmployeeHireDate, at.UtcDateTime.ToString("O", System.Globalization.CultureInfo.InvariantCulture));
        return id;
    }

    private User User(Guid id) => _tenant.Now.Users[_tenant.Now.FindUser(id)]!;

    private Decision.Accepted Set(Guid user, UserAttribute attribute, string? value) =>
        _tenant.Do(new Command.UpdateUser(User(user) with { Attributes = User(user).Attributes.With(attribute, value) }));

    private Guid[] Members(Guid group) => [.. _tenant.Now.Groups[_tenant.Now.FindGroup(group)].Members.Select(user => _tenant.Now.Users[user]!.Id)];

    private DateTimeOffset Updated(Guid user) => _tenant.Now.LicensesOf(_tenant.Now.FindUser(user)).Groups.Single().UpdatedAt;
}
