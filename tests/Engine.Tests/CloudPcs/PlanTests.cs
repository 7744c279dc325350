using Berth.Engine.CloudPcs;
using Berth.Engine.Insight;
using Xunit;
using static Berth.Engine.Tests.CloudPcs.CloudPcDesk;

namespace Berth.Engine.Tests.CloudPcs;

public class PlanTests
{
    private readonly CloudPcDesk _desk = new();

    private TenantUnderTest Tenant => _desk.Tenant;

    [Fact]
    public void Ending_a_grace_period_destroys_the_data_now_and_gives_the_slot_to_who_waits()
    {
        Tenant.Buy(Small, 1);
        Guid first = Tenant.User(), second = Tenant.User();
        _desk.Policy(Tenant.Group(first, second));
        Tenant.Assign(first, Small);
        _desk.Take(first, Small);
        Tenant.Assign(second, Small);
        Guid gone = _desk.Only(first).Id, waits = _desk.Only(second).Id;
        Tenant before = Tenant.Now;
        Plan plan = Draw(new Command.EndGracePeriod(gone));
        Assert.Equal(
            [(gone, CloudPcEffect.Deprovisioned, _desk.Time, true), (waits, CloudPcEffect.Provisioned, _desk.Time, false)],
            plan.CloudPcs.Select(one => (one.Id!.Value, one.Effect, one.Date, one.DestroysData)));
        Assert.Same(before, Tenant.Now);
    }

    [Fact]
    public void A_policy_without_its_group_puts_everybody_into_grace_and_says_until_when()
    {
        Tenant.Buy(Small, 2);
        Guid[] users = Tenant.Users(2);
        Guid policy = _desk.Policy(Tenant.Group(users));
        Tenant.Assign(users[0], Small);
        Tenant.Assign(users[1], Small);
        Plan plan = Draw(new Command.AssignPolicy(policy, []));
        Assert.Equal(users, plan.CloudPcs.Select(one => one.UserId));
        Assert.All(plan.CloudPcs, one => Assert.Equal((CloudPcEffect.EntersGrace, _desk.Time.AddDays(7), true), (one.Effect, one.Date, one.DestroysData)));
        Assert.Empty(plan.Licenses);
        Assert.Empty(plan.WithoutCompanions);
    }

    [Fact]
    public void A_new_group_gets_machines_and_who_lacks_companion_licenses_is_named()
    {
        Tenant.Buy(Small, 2);
        Tenant.Buy("SPE_E3", 1);
        Guid[] users = Tenant.Users(2);
        Guid policy = _desk.Policy();
        Tenant.Assign(users[0], Small, "SPE_E3");
        Tenant.Assign(users[1], Small);
        Guid group = Tenant.Group(users);
        Plan plan = Draw(new Command.AssignPolicy(policy, [new AssignmentRequest(null, group, null, null, null)]));
        Assert.Equal([CloudPcEffect.Provisioned, CloudPcEffect.Provisioned], plan.CloudPcs.Select(one => one.Effect));
        Assert.Equal([users[1]], plan.WithoutCompanions);
    }

    [Fact]
    public void A_resize_of_a_direct_license_names_both_licenses()
    {
        Tenant.Buy(Small, 1);
        Tenant.Buy(Large, 1);
        Guid user = Tenant.User();
        _desk.Policy(Tenant.Group(user));
        Tenant.Assign(user, Small);
        Plan plan = Draw(new Command.ResizeCloudPc(_desk.Only(user).Id, Tenant.Plan("CPC_E_4C_16GB_128GB")));
        Assert.Equal((CloudPcEffect.Resized, false), (Assert.Single(plan.CloudPcs).Effect, plan.CloudPcs[0].DestroysData));
        Assert.Equal((1, 1), (plan.Gaining, plan.Losing));
        Assert.Equal(2, plan.Licenses.Count);
        Assert.Equal([(1, 0), (0, 1)], plan.Pools.Select(pool => (pool.ConsumedBefore, pool.ConsumedAfter)).OrderDescending());
    }

    [Fact]
    public void Reprovisioning_destroys_the_data_of_a_machine_that_stays()
    {
        Tenant.Buy(Small, 1);
        Guid user = Tenant.User();
        _desk.Policy(Tenant.Group(user));
        Tenant.Assign(user, Small);
        Plan plan = Draw(new Command.Reprovision(_desk.Only(user).Id, null));
        Assert.Equal((CloudPcEffect.Reprovisioned, true), (Assert.Single(plan.CloudPcs).Effect, plan.CloudPcs[0].DestroysData));
    }

    [Fact]
    public void A_change_that_would_be_refused_makes_no_plan()
    {
        Assert.Null(Plan.Of(Tenant.Now, [new Command.EndGracePeriod(Guid.NewGuid())], new DecisionContext(Tenant.System, Actor.Berth), out Refusal? refusal));
        Assert.Equal((RefusalCode.CloudPcNotFound, 0), (refusal!.Code, refusal.Part));
    }

    private Plan Draw(params Command[] commands)
    {
        Plan? plan = Plan.Of(Tenant.Now, commands, new DecisionContext(Tenant.System, Actor.Berth), out Refusal? refusal);
        Assert.Null(refusal);
        return plan!;
    }
}
