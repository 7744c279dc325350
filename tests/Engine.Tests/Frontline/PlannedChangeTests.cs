using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Insight;
using Xunit;

namespace Berth.Engine.Tests.Frontline;

/// <summary>What a plan says before an assignment of Frontline changes.</summary>
public class PlannedChangeTests
{
    private readonly FrontlineDesk _desk = new();

    private TenantUnderTest Tenant => _desk.Tenant;

    [Fact]
    public void A_new_assignment_names_whose_machine_comes_and_who_waits()
    {
        Tenant.Buy(FrontlineDesk.Sku, 1);
        Guid[] users = Tenant.Users(4);
        Guid group = Tenant.Group(users);
        Guid policy = _desk.Dedicated(), pool = _desk.Shared();
        Plan plan = Draw(policy, _desk.To(group, 1));
        Assert.Equal(users, plan.CloudPcs.Select(one => one.UserId));
        Assert.Equal(
            [CloudPcEffect.Provisioned, CloudPcEffect.Provisioned, CloudPcEffect.Provisioned, CloudPcEffect.Pending], plan.CloudPcs.Select(one => one.Effect));

        // C76: nobody holds a companion license; what waits is not counted.
        Assert.Equal(users.Take(3), plan.WithoutCompanions);
        plan = Draw(pool, _desk.To(group, 1));
        Assert.Equal((Guid.Empty, CloudPcEffect.Provisioned, false), (Assert.Single(plan.CloudPcs).UserId, plan.CloudPcs[0].Effect, plan.CloudPcs[0].DestroysData));
        Assert.Empty(plan.WithoutCompanions);
        Assert.Equal(0, Tenant.Now.Fleet.Count);
    }

    [Fact]
    public void Taking_an_assignment_away_is_grace_for_users_and_the_end_at_once_for_a_pool()
    {
        Tenant.Buy(FrontlineDesk.Sku, 2);
        Guid user = Tenant.User(), group = Tenant.Group(user);
        Guid policy = _desk.Dedicated(_desk.To(group, 1)), pool = _desk.Shared(_desk.To(group, 1));
        PlannedCloudPc grace = Assert.Single<PlannedCloudPc>(Draw(policy).CloudPcs), gone = Assert.Single(Draw(pool).CloudPcs);
        Assert.Equal((user, CloudPcEffect.EntersGrace, _desk.Time.AddDays(7), true), (grace.UserId, grace.Effect, grace.Date, grace.DestroysData));
        Assert.Equal((Guid.Empty, CloudPcEffect.Deprovisioned, _desk.Time, true), (gone.UserId, gone.Effect, gone.Date, gone.DestroysData));
        Assert.Equal(_desk.Pool(pool)[0].Id, gone.Id);
    }

    [Fact]
    public void Another_size_is_a_resize_and_too_many_licenses_are_no_plan()
    {
        Tenant.Buy(FrontlineDesk.Sku, 1);
        Tenant.Buy(FrontlineDesk.LargeSku, 1);
        Guid user = Tenant.User(), group = Tenant.Group(user);
        Guid policy = _desk.Dedicated(_desk.To(group, 1));
        string id = _desk.Assignments(policy)[0].Id;
        PlannedCloudPc resized = Assert.Single<PlannedCloudPc>(Draw(policy, _desk.To(group, 1, FrontlineDesk.LargePlan, id)).CloudPcs);
        Assert.Equal((CloudPcEffect.Resized, false, _desk.PlanIndex(FrontlineDesk.LargePlan)), (resized.Effect, resized.DestroysData, resized.Plan));
        Assert.Null(Plan.Of(Tenant.Now, [Change(policy, _desk.To(group, 2))], new DecisionContext(Tenant.System, Actor.Berth), out Refusal? refusal));
        Assert.Equal("allotmentLicensesCount", refusal!.Name);
    }

    private static Command.AssignPolicy Change(Guid policy, params AssignmentRequest[] to) => new(policy, to.ToValueArray());

    private Plan Draw(Guid policy, params AssignmentRequest[] to)
    {
        Plan? plan = Plan.Of(Tenant.Now, [Change(policy, to)], new DecisionContext(Tenant.System, Actor.Berth), out Refusal? refusal);
        Assert.Null(refusal);
        return plan!;
    }
}
