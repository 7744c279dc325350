using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Xunit;


namespace Berth.Engine.Tests.Frontline;

public class AssignmentSizeTests
{
    private const string Graphics = "CPC_S_4C_16GB_256GB_GPU";

    private readonly FrontlineDesk _desk = new();

    private TenantUnderTest Tenant => _desk.Tenant;

    // B408, C100
    [Fact]
    public void Another_size_of_an_assignment_resizes_what_is_provisioned_and_what_waits_waits_for_it()
    {
        Tenant.Buy(FrontlineDesk.Sku, 1);
        Tenant.Buy(FrontlineDesk.LargeSku, 1);
        Guid[] users = Tenant.Users(4);
        Guid group = Tenant.Group(users);
        Guid policy = _desk.Dedicated(_desk.To(group, 1));
        _desk.Slow(TimeSpan.FromHours(1));
        string id = _desk.Assignments(policy)[0].Id;
        Guid[] rows = [.. users.Select(user => _desk.Only(user).Id)];
        DateTimeOffset since = _desk.Only(users[3]).ConditionsSince;
        Tenant.Do(new Command.RestartCloudPc(rows[0]));
        _desk.Pass(TimeSpan.FromMinutes(10));
        _desk.Assign(policy, _desk.To(group, 1, FrontlineDesk.LargePlan, id));
        Assert.Equal((id, _desk.PlanIndex(FrontlineDesk.LargePlan)), (_desk.Assignments(policy)[0].Id, _desk.Assignments(policy)[0].Plan!.Value));
        Assert.Equal(rows, users.Select(user => _desk.Only(user).Id));
        Assert.Equal(
            [CloudPcStatus.Resizing, CloudPcStatus.Resizing, CloudPcStatus.Resizing, CloudPcStatus.PendingProvision], users.Select(user => _desk.Only(user).Status));
        Assert.All(users, user => Assert.Equal(_desk.PlanIndex(FrontlineDesk.LargePlan), _desk.Only(user).Plan));
        Assert.Equal(since, _desk.Only(users[3]).ConditionsSince);
        Assert.Equal([("Resize", RemoteActionState.Active), ("Reboot", RemoteActionState.Canceled)], _desk.Only(users[0]).Actions.Select(action => (action.Name, action.State)));
        Assert.Equal((default, new PlanUse(3, 0, 0)), (_desk.Use(), _desk.Use(FrontlineDesk.LargePlan)));
        _desk.Pass(TimeSpan.FromHours(1));
        Assert.Equal(3, users.Count(user => _desk.Only(user).Status == CloudPcStatus.Provisioned));
    }

    // B408
    [Fact]
    public void What_is_neither_provisioned_nor_waiting_loses_its_right_and_so_does_who_has_the_size_already()
    {
        Tenant.Buy(FrontlineDesk.Sku, 2);
        Tenant.Buy(FrontlineDesk.LargeSku, 2);
        Guid user = Tenant.User(), both = Tenant.User(), group = Tenant.Group(user, both), other = Tenant.Group(both);
        Guid policy = _desk.Dedicated(_desk.To(group, 1), _desk.To(other, 1, FrontlineDesk.LargePlan));
        string id = _desk.Assignments(policy)[0].Id;
        Assert.Equal(2, _desk.Of(both).Length);
        _desk.Slow(TimeSpan.FromHours(1));
        Tenant.Do(new Command.Reprovision(_desk.Only(user).Id, null));
        _desk.Assign(policy, _desk.To(group, 1, FrontlineDesk.LargePlan, id), _desk.To(other, 1, FrontlineDesk.LargePlan));
        Assert.Equal((CloudPcStatus.Failed, "provisioningPolicyNotFound"), (_desk.Of(user)[0].Status, _desk.Of(user)[0].Error!.Code));
        Assert.Equal([CloudPcStatus.InGracePeriod, CloudPcStatus.Provisioned], _desk.Statuses(both));
    }

    // B403, B408
    [Fact]
    public void What_has_the_old_size_still_takes_none_of_the_places_of_the_new_one()
    {
        Tenant.Buy(FrontlineDesk.Sku, 1);
        Tenant.Buy(FrontlineDesk.LargeSku, 1);
        Guid[] users = Tenant.Users(3);
        Guid group = Tenant.Group(users);
        Guid policy = _desk.Dedicated(_desk.To(group, 1));
        Tenant.Do(new Command.RemoveMember(group, users[0]));
        _desk.Assign(policy, _desk.To(group, 1, FrontlineDesk.LargePlan, _desk.Assignments(policy)[0].Id));
        Assert.Equal((CloudPcStatus.InGracePeriod, _desk.PlanIndex()), (_desk.Only(users[0]).Status, _desk.Only(users[0]).Plan));
        Assert.Equal(2, Tenant.Now.Fleet.UseOf(_desk.Key(policy)).Places);
        Guid late = Tenant.User();
        Tenant.Do(new Command.AddMembers(group, [late]));
        Assert.Equal(CloudPcStatus.Provisioned, _desk.Only(late).Status);
    }

    // B408
    [Fact]
    public void Without_the_id_or_beside_the_old_size_it_is_another_assignment()
    {
        Tenant.Buy(FrontlineDesk.Sku, 2);
        Tenant.Buy(FrontlineDesk.LargeSku, 2);
        Guid user = Tenant.User(), group = Tenant.Group(user);
        Guid policy = _desk.Dedicated(_desk.To(group, 1));
        string id = _desk.Assignments(policy)[0].Id;
        _desk.Assign(policy, _desk.To(group, 1), _desk.To(group, 1, FrontlineDesk.LargePlan, id));
        Assert.Equal([CloudPcStatus.Provisioned, CloudPcStatus.Provisioned], _desk.Statuses(user));
        Assert.Equal(id, _desk.Assignments(policy)[0].Id);
        Assert.NotEqual(id, _desk.Assignments(policy)[1].Id);

        // Named twice, it is the first entry that counts: here a new assignment, and the old one goes.
        Guid twice = _desk.Dedicated(_desk.To(Tenant.Group(Tenant.User()), 1));
        PolicyAssignment old = _desk.Assignments(twice)[0];
        Guid other = Tenant.Now.Groups[old.Group].Id;
        _desk.Assign(twice, _desk.To(other, 1, FrontlineDesk.LargePlan), _desk.To(other, 1, FrontlineDesk.LargePlan, old.Id));
        Assert.NotEqual(old.Id, Assert.Single(_desk.Assignments(twice)).Id);
        _desk.Assign(twice);

        // The entry of a group and a plan that are assigned is that assignment, whatever id it carries.
        string second = _desk.Assignments(policy)[1].Id;
        _desk.Assign(policy, _desk.To(group, 1, FrontlineDesk.LargePlan, id));
        Assert.Equal(second, Assert.Single(_desk.Assignments(policy)).Id);
        Assert.Equal([CloudPcStatus.InGracePeriod, CloudPcStatus.Provisioned], _desk.Statuses(user));
        _desk.Assign(policy, _desk.To(group, 1));
        Assert.Equal([CloudPcStatus.Provisioned, CloudPcStatus.InGracePeriod], _desk.Statuses(user));
    }

    // B408
    [Fact]
    public void A_smaller_disk_and_graphics_are_refused_and_licenses_of_the_size_are_needed()
    {
        Tenant.Do(new Command.ImportCatalog([new CatalogRow("GRAPHICS", Guid.NewGuid(), "A product", Graphics, Guid.NewGuid(), Graphics)], null));
        Tenant.Buy("GRAPHICS", 2);
        Tenant.Buy(FrontlineDesk.Sku, 2);
        Tenant.Buy(FrontlineDesk.SmallDiskSku, 2);
        Guid group = Tenant.Group(Tenant.User());
        Guid policy = _desk.Dedicated(_desk.To(group, 1));
        string id = _desk.Assignments(policy)[0].Id;
        Assert.Equal(("servicePlanId", true), Said(_desk.Refused(policy, _desk.To(group, 1, FrontlineDesk.SmallDiskPlan, id)), "disk"));
        Assert.Equal(("servicePlanId", true), Said(_desk.Refused(policy, _desk.To(group, 1, Graphics, id)), "graphics"));
        Assert.Equal(("allotmentLicensesCount", true), Said(_desk.Refused(policy, _desk.To(group, 1, FrontlineDesk.LargePlan, id)), "C222"));

        // C85: without the id it is an assignment of its own, in both modes.
        _desk.Assign(policy, _desk.To(group, 1), _desk.To(group, 1, Graphics));
        Assert.True(Tenant.Now.Catalog.CloudPcPlanOf(_desk.PlanIndex(Graphics))!.HasGraphics);
        Assert.Equal(1, _desk.Use(Graphics).Dedicated);
        Guid pool = _desk.Shared(_desk.To(group, 1, Graphics));
        Assert.Equal(CloudPcStatus.Provisioned, Assert.Single(_desk.Pool(pool)).Status);
        Assert.Equal(("servicePlanId", true), Said(_desk.Refused(policy, _desk.To(group, 1), _desk.To(group, 1, FrontlineDesk.LargePlan, _desk.Assignments(policy)[1].Id)), "graphics"));
    }

    // B408
    [Fact]
    public void In_shared_mode_another_size_is_another_assignment()
    {
        Tenant.Buy(FrontlineDesk.Sku, 1);
        Tenant.Buy(FrontlineDesk.LargeSku, 1);
        Guid group = Tenant.Group();
        Guid policy = _desk.Shared(_desk.To(group, 1));
        string id = _desk.Assignments(policy)[0].Id;
        CloudPc small = Assert.Single(_desk.Pool(policy));
        _desk.Assign(policy, _desk.To(group, 1, FrontlineDesk.LargePlan, id));
        Assert.NotEqual(id, _desk.Assignments(policy)[0].Id);
        Assert.True(_desk.IsGone(small));
        Assert.Equal(_desk.PlanIndex(FrontlineDesk.LargePlan), Assert.Single(_desk.Pool(policy)).Plan);
    }

    // C84
    [Fact]
    public void The_action_resize_is_not_for_Frontline()
    {
        Tenant.Buy(FrontlineDesk.Sku, 1);
        Tenant.Buy(FrontlineDesk.LargeSku, 1);
        Guid user = Tenant.User();
        _desk.Dedicated(_desk.To(Tenant.Group(user), 1));
        Assert.Equal(RefusalCode.OperationNotSupported, Tenant.Refused(new Command.ResizeCloudPc(_desk.Only(user).Id, Tenant.Plan(FrontlineDesk.LargePlan))).Code);
    }

    private static (string? Name, bool Says) Said(Refusal refusal, string word) => (refusal.Name, refusal.Detail!.Contains(word, StringComparison.Ordinal));
}
