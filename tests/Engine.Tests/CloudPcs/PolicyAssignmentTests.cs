using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Xunit;

namespace Berth.Engine.Tests.CloudPcs;

/// <summary>The groups that a policy is assigned to (C25, C79, C80, C90, C113, C157, C222, B344 to B346).</summary>
public sealed class PolicyAssignmentTests
{
    private const string Frontline = "CPC_S_2C_8GB_128GB";
    private const string OtherFrontline = "CPC_S_4C_16GB_128GB";
    private const string FrontlineSku = "Windows_365_S_2vCPU_8GB_128GB";
    private const string OtherFrontlineSku = "Windows_365_S_4vCPU_16GB_128GB";

    private readonly TenantUnderTest _tenant = new();

    [Fact]
    public void Assigning_replaces_the_whole_set_and_keeps_those_that_are_listed_again()
    {
        // C157, B344
        Guid policy = Policy(), one = _tenant.Group(), two = _tenant.Group(), three = _tenant.Group();
        Assign(policy, To(one), To(two));
        _tenant.System = TenantUnderTest.Noon.AddDays(1);
        Assign(policy, To(three), To(two));
        Assert.Equal([($"{policy}_{three}", TenantUnderTest.Noon.AddDays(1)), ($"{policy}_{two}", TenantUnderTest.Noon)], Assignments(policy).Select(item => (item.Id, item.CreatedAt)));
        Assert.All(Assignments(policy), item => Assert.Equal((null, null, null), (item.Plan, item.AllotmentName, item.AllotmentLicenses)));
        Assert.Equal([0], _tenant.Now.Fleet.PoliciesOf(_tenant.Now.FindGroup(three)));
        Assert.Empty(_tenant.Now.Fleet.PoliciesOf(_tenant.Now.FindGroup(one)));
        Assert.Null(Assign(policy, To(three), To(two)).Event);
        Assign(policy);
        Assert.Empty(Assignments(policy));
    }

    [Fact]
    public void An_assignment_is_listed_again_with_or_without_its_id_and_twice_is_once()
    {
        // B344
        Guid policy = Policy(), group = _tenant.Group();
        Assign(policy, To(group), To(group));
        PolicyAssignment kept = Assert.Single(Assignments(policy));
        foreach (string? id in (string?[])[null, kept.Id, kept.Id.ToUpperInvariant(), $"{group}"])
        {
            Assert.Null(Assign(policy, To(group) with { Id = id }).Event);
        }
    }

    [Fact]
    public void An_assignment_that_is_named_and_gone_is_a_lost_update()
    {
        // B344
        Guid policy = Policy(), one = _tenant.Group(), two = _tenant.Group();
        Assign(policy, To(one));
        Assign(policy, To(two));
        foreach (string id in (string[])[$"{policy}_{one}", $"{one}", "something"])
        {
            Refusal refused = _tenant.Refused(new Command.AssignPolicy(policy, [To(two), To(one) with { Id = id }]));
            Assert.Equal((RefusalCode.AssignmentGone, id), (refused.Code, refused.Name));
        }

        Assert.Equal([$"{policy}_{two}"], Assignments(policy).Select(item => item.Id));
    }

    [Fact]
    public void A_group_is_there_and_has_members_of_the_right_kind()
    {
        // C25
        Guid policy = Policy(), missing = Guid.NewGuid(), list = Guid.NewGuid(), crew = Guid.NewGuid();
        Refusal refused = _tenant.Refused(new Command.AssignPolicy(policy, [To(_tenant.Group()), To(missing)]));
        Assert.Equal((RefusalCode.GroupNotFound, missing), (refused.Code, refused.Subject));
        _tenant.Do(new Command.CreateGroup(new GroupProfile(list, "List", null, "list", true, false, [], null, default), []));
        _tenant.Do(new Command.CreateGroup(new GroupProfile(crew, "Crew", null, "crew", true, false, ["Unified"], null, default), []));
        Assert.Equal("groupId", _tenant.Refused(new Command.AssignPolicy(policy, [To(list)])).Name);
        Assign(policy, To(crew));
    }

    [Fact]
    public void An_Enterprise_policy_takes_no_plan_and_no_heed_of_an_allotment()
    {
        // C79, B344
        Guid policy = Policy(), group = _tenant.Group();
        Assert.Equal("servicePlanId", _tenant.Refused(new Command.AssignPolicy(policy, [To(group) with { ServicePlanId = _tenant.Plan("CPC_2") }])).Name);
        Assign(policy, To(group) with { AllotmentName = "Default Allotment", AllotmentLicenses = 1 });
        Assert.Equal((null, null), (Assignments(policy)[0].AllotmentName, Assignments(policy)[0].AllotmentLicenses));
    }

    [Theory]
    [InlineData(ProvisioningType.SharedByUser)]
    [InlineData(ProvisioningType.SharedByEntraGroup)]
    public void A_Frontline_policy_takes_a_Frontline_plan_and_a_named_allotment(ProvisioningType type)
    {
        // C79, C80, C90, C113, B340
        _tenant.Buy(FrontlineSku, 5);
        Guid policy = Policy(type), group = _tenant.Group();
        AssignmentRequest good = To(group, Frontline, "Nurses", 3);
        foreach ((AssignmentRequest wrong, string property) in ((AssignmentRequest, string)[])
            [
                (good with { ServicePlanId = null }, "servicePlanId"),
                (good with { ServicePlanId = Guid.NewGuid() }, "servicePlanId"),
                (good with { ServicePlanId = _tenant.Plan("CPC_2") }, "servicePlanId"),
                (good with { ServicePlanId = _tenant.Plan("EXCHANGE_S_ENTERPRISE") }, "servicePlanId"),
                (good with { AllotmentName = null }, "allotmentDisplayName"),
                (good with { AllotmentName = " " }, "allotmentDisplayName"),
                (good with { AllotmentName = new string('x', ProvisioningPolicy.LongestAllotmentName + 1) }, "allotmentDisplayName"),
                (good with { AllotmentLicenses = null }, "allotmentLicensesCount"),
                (good with { AllotmentLicenses = -1 }, "allotmentLicensesCount"),
            ])
        {
            Refusal refused = _tenant.Refused(new Command.AssignPolicy(policy, [wrong]));
            Assert.Equal((RefusalCode.ValueInvalid, property), (refused.Code, refused.Name));
        }

        Assign(policy, good with { AllotmentName = new string('x', ProvisioningPolicy.LongestAllotmentName), AllotmentLicenses = 0 });
        Assign(policy, good);
        PolicyAssignment kept = Assert.Single(Assignments(policy));
        Assert.True(Guid.TryParse(kept.Id, out _));
        Assert.Equal(("Nurses", 3), (kept.AllotmentName, kept.AllotmentLicenses));
        Assert.Null(Assign(policy, good with { Id = kept.Id }).Event);
        Assert.Equal(RefusalCode.AssignmentGone, _tenant.Refused(new Command.AssignPolicy(policy, [good with { Id = $"{group}" }])).Code);
    }

    [Fact]
    public void A_group_and_a_plan_are_one_assignment_with_one_allotment()
    {
        // B344
        _tenant.Buy(FrontlineSku, 5);
        _tenant.Buy(OtherFrontlineSku, 5);
        Guid policy = Policy(ProvisioningType.SharedByUser), group = _tenant.Group();
        Assign(policy, To(group, Frontline, "a", 1), To(group, OtherFrontline, "b", 1), To(group, Frontline, "a", 1));
        Assert.Equal(["a", "b"], Assignments(policy).Select(item => item.AllotmentName));
        Assert.Equal(2, Assignments(policy).Select(item => item.Id).Distinct().Count());
        Assert.Equal("assignments", _tenant.Refused(new Command.AssignPolicy(policy, [To(group, Frontline, "a", 1), To(group, Frontline, "a", 2)])).Name);
    }

    [Fact]
    public void Allotments_never_grow_beyond_the_licenses_but_what_a_shrink_left_may_stay()
    {
        // C80, C222, B346
        Guid subscription = _tenant.Buy(FrontlineSku, 5);
        _tenant.Buy(OtherFrontlineSku, 1);
        Guid one = Policy(ProvisioningType.SharedByUser), two = Policy(ProvisioningType.SharedByEntraGroup), group = _tenant.Group(), other = _tenant.Group();
        Assert.Equal("allotmentLicensesCount", _tenant.Refused(new Command.AssignPolicy(one, [To(group, Frontline, "a", 6)])).Name);
        Assert.Equal("allotmentLicensesCount", _tenant.Refused(new Command.AssignPolicy(one, [To(group, Frontline, "a", 3), To(other, Frontline, "b", 3)])).Name);
        Assign(one, To(group, Frontline, "a", 3));
        Assert.Equal("allotmentLicensesCount", _tenant.Refused(new Command.AssignPolicy(two, [To(group, Frontline, "b", 3)])).Name);
        Assign(two, To(group, Frontline, "b", 2), To(group, OtherFrontline, "c", 1));
        _tenant.Do(new Command.UpdateSubscription(subscription, 2, null));
        Assign(one, To(group, Frontline, "renamed", 3));
        Assign(one, To(group, Frontline, "renamed", 2));
        Assert.Equal("allotmentLicensesCount", _tenant.Refused(new Command.AssignPolicy(one, [To(group, Frontline, "renamed", 3)])).Name);
    }

    [Fact]
    public void A_Reserve_policy_takes_a_Reserve_plan_and_needs_no_allotment()
    {
        // C79
        Guid plan = Guid.Parse("22222222-2222-4222-8222-222222222222");
        _tenant.Do(new Command.ImportCatalog(
            [new CatalogRow("RESERVE", Guid.Parse("11111111-1111-4111-8111-111111111111"), "Reserve", "CPC_R_2C_8GB_128GB", plan, "Reserve")], null));
        Guid policy = Policy(ProvisioningType.Reserve), group = _tenant.Group();
        Assert.Equal("servicePlanId", _tenant.Refused(new Command.AssignPolicy(policy, [To(group)])).Name);
        Assert.Equal("servicePlanId", _tenant.Refused(new Command.AssignPolicy(policy, [To(group) with { ServicePlanId = _tenant.Plan(Frontline) }])).Name);
        Assign(policy, To(group) with { ServicePlanId = plan });
        Assert.Equal((null, null), (Assignments(policy)[0].AllotmentName, Assignments(policy)[0].AllotmentLicenses));
    }

    [Fact]
    public void A_policy_has_so_many_assignments_and_no_more()
    {
        // B340
        Guid policy = Policy();
        AssignmentRequest[] many = [.. Enumerable.Range(0, ProvisioningPolicy.MostAssignments).Select(_ => To(_tenant.Group()))];
        Assign(policy, many[1..]);
        Assign(policy, many);
        Assert.Equal(ProvisioningPolicy.MostAssignments, Assignments(policy).Count);
        Assert.Equal("assignments", _tenant.Refused(new Command.AssignPolicy(policy, [.. many, To(_tenant.Group())])).Name);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_is_assigned_to_a_group_ends_with_the_group_and_does_not_come_back(bool restorable)
    {
        // B345
        Guid one = Policy(), two = Policy(), group = Guid.NewGuid(), stays = _tenant.Group();
        _tenant.Do(new Command.CreateGroup(
            new GroupProfile(group, "Crew", null, "crew", restorable, !restorable, restorable ? ["Unified"] : [], null, default), []));
        Assign(one, To(group), To(stays));
        Assign(two, To(group));
        _tenant.Do(new Command.DeleteGroup(group));
        Assert.Equal([$"{one}_{stays}"], Assignments(one).Select(item => item.Id));
        Assert.Empty(Assignments(two));
        _tenant.Do(new Command.DeletePolicy(two));
        if (restorable)
        {
            _tenant.Do(new Command.RestoreDeletedItem(group));
            Assert.Single(Assignments(one));
            Assert.Equal(RefusalCode.AssignmentGone, _tenant.Refused(new Command.AssignPolicy(one, [To(group) with { Id = $"{one}_{group}" }])).Code);
            Assign(one, To(group));
        }
    }

    [Fact]
    public void Whoever_loses_a_policy_with_its_group_goes_into_grace()
    {
        // B345, C153
        CloudPcDesk desk = new();
        Guid ada = desk.Tenant.User(), group = desk.Tenant.Group(ada);
        desk.Tenant.Buy(CloudPcDesk.Small, 1);
        desk.Policy(group);
        desk.Tenant.Assign(ada, CloudPcDesk.Small);
        Assert.Equal(CloudPcStatus.Provisioned, desk.Only(ada).Status);
        desk.Tenant.Do(new Command.DeleteGroup(group));
        Assert.Equal(CloudPcStatus.InGracePeriod, desk.Only(ada).Status);
    }

    private static AssignmentRequest To(Guid group) => new(null, group, null, null, null);

    private AssignmentRequest To(Guid group, string plan, string name, int licenses) => new(null, group, _tenant.Plan(plan), name, licenses);

    private Guid Policy(ProvisioningType type = ProvisioningType.Dedicated)
    {
        Guid id = Guid.NewGuid();
        _tenant.Do(new Command.CreatePolicy(new ProvisioningPolicy(id, "A policy")
        {
            ProvisioningType = type,
            ImageId = "microsoftwindowsdesktop_windows-ent-cpc_win11-24h2-ent-cpc",
            Joins = [new DomainJoin(DomainJoinType.AzureADJoin, null, "eastus", null)],
        }));
        return id;
    }

    private Decision.Accepted Assign(Guid policy, params AssignmentRequest[] requests) => _tenant.Do(new Command.AssignPolicy(policy, requests.ToValueArray()));

    private ValueArray<PolicyAssignment> Assignments(Guid policy) => _tenant.Now.Fleet.Policies[_tenant.Now.Fleet.FindPolicy(policy)].Assignments;
}
