using Berth.Engine.CloudPcs;
using Berth.Engine.Licensing;
using Xunit;


namespace Berth.Engine.Tests.Frontline;

public class PoolTests
{
    private readonly FrontlineDesk _desk = new();

    private TenantUnderTest Tenant => _desk.Tenant;

    // B404
    [Fact]
    public void An_assignment_has_as_many_Cloud_PCs_as_licenses_and_they_belong_to_nobody()
    {
        Tenant.Buy(FrontlineDesk.Sku, 3);
        Guid policy = _desk.Shared(_desk.To(Tenant.Group(Tenant.User()), 2, name: "Ward 3"));
        CloudPc[] pool = _desk.Pool(policy);
        Assert.Equal([CloudPcStatus.Provisioned, CloudPcStatus.Provisioned], pool.Select(row => row.Status));
        Assert.All(pool, row => Assert.Equal((CloudPc.Nobody, Guid.Empty, true), (row.User, row.UserId, row.IsShared)));

        // B409: names without a user.
        Assert.All(pool, row => Assert.Equal("Cloud PC Frontline 2vCPU/8GB/128GB - Ward 3", row.DisplayName));
        Assert.All(pool, row => Assert.Matches("^CPC-[A-Z0-9]{11}$", row.ManagedDeviceName));
        Assert.Equal(6, _desk.Use().Units);
        _desk.Assign(policy, _desk.To(Tenant.Now.Groups[0].Id, 3));
        Assert.Equal(3, _desk.Pool(policy).Length);
        Assert.Equal(pool.Select(row => row.Id), _desk.Pool(policy).Take(2).Select(row => row.Id));
    }

    // C82
    [Fact]
    public void When_licenses_come_the_dedicated_row_is_first_although_it_waits_for_less_time()
    {
        Guid subscription = Tenant.Buy(FrontlineDesk.Sku, 2);
        Guid pool = _desk.Shared(_desk.To(Tenant.Group(), 1));
        Guid user = Tenant.User(), group = Tenant.Group();
        Guid policy = _desk.Dedicated(_desk.To(group, 1));
        _desk.Status(subscription, SubscriptionStatus.Suspended);
        CloudPc waiting = _desk.Pool(pool).Single();
        Assert.Equal(CloudPcStatus.PendingProvision, waiting.Status);
        _desk.Pass(TimeSpan.FromHours(1));
        Tenant.Do(new Command.AddMembers(group, [user]));
        Assert.Equal(CloudPcStatus.PendingProvision, _desk.Only(user).Status);

        // B403: one license is three units: one for the dedicated row, and two are too few for the shared one.
        Tenant.Do(new Command.UpdateSubscription(subscription, 1, SubscriptionStatus.Enabled));
        Assert.Equal((CloudPcStatus.Provisioned, CloudPcStatus.PendingProvision), (_desk.Only(user).Status, _desk.Again(waiting).Status));
        _desk.Units(subscription, 2);
        Assert.Equal(CloudPcStatus.Provisioned, _desk.Again(waiting).Status);
        Assert.Equal(_desk.Key(policy), _desk.Only(user).Assignment);
    }

    // B404
    [Fact]
    public void Fewer_licenses_of_an_assignment_take_what_waits_then_what_failed_then_what_is_free_and_last_what_is_used()
    {
        Tenant.Buy(FrontlineDesk.Sku, 5);
        Guid user = Tenant.User(), group = Tenant.Group(user);
        Guid policy = _desk.Shared(_desk.To(group, 3));
        CloudPc[] good = _desk.Pool(policy);
        _desk.Fail(true, HostJobKind.Provision);
        _desk.Assign(policy, _desk.To(group, 4));
        CloudPc failed = _desk.Pool(policy)[3];
        Assert.Equal(CloudPcStatus.Failed, failed.Status);
        Guid session = _desk.SitDown(user, good[2]);
        _desk.Assign(policy, _desk.To(group, 3));
        Assert.True(_desk.IsGone(failed));
        _desk.Assign(policy, _desk.To(group, 2));
        Assert.True(_desk.IsGone(good[1]));
        _desk.Assign(policy, _desk.To(group, 0));
        Assert.True(_desk.IsGone(good[0]));
        Assert.Equal(CloudPcStatus.Provisioned, Assert.Single(_desk.Pool(policy)).Status);
        Assert.Equal(CloudPcReason.AllotmentLowered, Ended(Tenant.Do(new Command.EndSession(session)), good[2]));
        Assert.Empty(_desk.Pool(policy));
        Assert.Equal(default, _desk.Use());
    }

    // B404
    [Fact]
    public void What_waits_is_the_first_to_go()
    {
        Guid subscription = Tenant.Buy(FrontlineDesk.Sku, 3);
        Guid group = Tenant.Group();
        Guid policy = _desk.Shared(_desk.To(group, 3));
        _desk.Status(subscription, SubscriptionStatus.Suspended);
        Tenant.Do(new Command.UpdateSubscription(subscription, 1, SubscriptionStatus.Enabled));
        CloudPc[] pool = _desk.Pool(policy);
        Assert.Equal(1, pool.Count(row => row.Status == CloudPcStatus.Provisioned));
        _desk.Assign(policy, _desk.To(group, 1));
        Assert.Equal(CloudPcStatus.Provisioned, Assert.Single(_desk.Pool(policy)).Status);
    }

    // C121
    [Fact]
    public void The_number_is_not_lowered_while_all_failed()
    {
        Tenant.Buy(FrontlineDesk.Sku, 3);
        _desk.Fail(true, HostJobKind.Provision);
        Guid group = Tenant.Group();
        Guid policy = _desk.Shared(_desk.To(group, 2));
        Refusal refusal = _desk.Refused(policy, _desk.To(group, 1));
        Assert.Equal((RefusalCode.ValueInvalid, "allotmentLicensesCount"), (refusal.Code, refusal.Name));
        Assert.Contains("C121", refusal.Detail, StringComparison.Ordinal);
        _desk.Assign(policy, _desk.To(group, 2, name: "Another name"));
        _desk.Fail(false);
        _desk.Assign(policy, _desk.To(group, 3));
        Assert.Equal([CloudPcStatus.Failed, CloudPcStatus.Failed, CloudPcStatus.Provisioned], _desk.Pool(policy).Select(row => row.Status));
        _desk.Assign(policy, _desk.To(group, 1));
        Assert.Equal(CloudPcStatus.Provisioned, Assert.Single(_desk.Pool(policy)).Status);
    }

    // C246, C117
    [Fact]
    public void An_unassigned_group_loses_its_Cloud_PCs_at_once_and_a_member_only_the_access()
    {
        Tenant.Buy(FrontlineDesk.Sku, 3);
        Guid ada = Tenant.User(), bob = Tenant.User(), group = Tenant.Group(ada, bob);
        Guid policy = _desk.Shared(_desk.To(group, 2));
        CloudPc[] pool = _desk.Pool(policy);
        _desk.SitDown(ada, pool[0]);
        Guid his = _desk.SitDown(bob, pool[1]);
        Tenant.Do(new Command.RemoveMember(group, ada));
        Assert.Equal([his], Tenant.Now.Fleet.Sessions.Keys);
        Assert.Empty(Tenant.Now.Fleet.SessionsOf(Tenant.Now.FindUser(ada)));
        Assert.Equal([CloudPcStatus.Provisioned, CloudPcStatus.Provisioned], _desk.Pool(policy).Select(row => row.Status));
        _desk.Slow(TimeSpan.FromHours(1));
        Guid key = _desk.Key(policy);
        _desk.Assign(policy);
        Assert.All(pool, row => Assert.Equal((CloudPcStatus.Deprovisioning, null), (_desk.Again(row).Status, _desk.Again(row).GraceEndsAt)));
        Assert.Empty(Tenant.Now.Fleet.Sessions);
        Assert.Equal((default(AssignmentUse), default(PlanUse)), (Tenant.Now.Fleet.UseOf(key), _desk.Use()));
        _desk.Pass(TimeSpan.FromHours(1));
        Assert.All(pool, row => Assert.True(_desk.IsGone(row)));
    }

    // B405
    [Fact]
    public void A_deleted_group_is_an_unassigned_one_and_a_disabled_member_is_signed_out()
    {
        Tenant.Buy(FrontlineDesk.Sku, 2);
        Guid ada = Tenant.User(), group = Tenant.Group(ada);
        Guid policy = _desk.Shared(_desk.To(group, 2));
        CloudPc[] pool = _desk.Pool(policy);
        _desk.SitDown(ada, pool[0]);
        Tenant.Do(new Command.UpdateUser(Tenant.Now.Users[0]! with { AccountEnabled = false }));
        Assert.Empty(Tenant.Now.Fleet.Sessions);
        Tenant.Do(new Command.DeleteGroup(group));
        Assert.All(pool, row => Assert.True(_desk.IsGone(row)));
        Assert.Empty(_desk.Assignments(policy));
    }

    [Fact]
    public void A_snapshot_brings_back_pools_their_sessions_and_what_is_counted()
    {
        Tenant.Buy(FrontlineDesk.Sku, 3);
        Guid user = Tenant.User(), group = Tenant.Group(user);
        Guid policy = _desk.Shared(_desk.To(group, 2));
        _desk.Dedicated(_desk.To(group, 1));
        _desk.SitDown(user, _desk.Pool(policy)[0]);
        Tenant after = Deciding.Restore(Tenant.Now.Version, Deciding.Describe(Tenant.Now));
        TenantUnderTest.SameAs(Tenant.Now, after);
        Assert.Equal(new PlanUse(1, 2, 0) { Sessions = 1 }, after.Fleet.UseOf(_desk.PlanIndex()));
    }

    // B406
    [Fact]
    public void What_failed_of_a_pool_keeps_its_place_and_is_made_anew_when_somebody_asks()
    {
        Tenant.Buy(FrontlineDesk.Sku, 3);
        Guid group = Tenant.Group();
        Guid policy = _desk.Shared(_desk.To(group, 1));
        CloudPc good = Assert.Single(_desk.Pool(policy));
        _desk.Fail(true, HostJobKind.Provision, HostJobKind.Reprovision);
        _desk.Assign(policy, _desk.To(group, 3));
        CloudPc[] failed = [.. _desk.Pool(policy).Skip(1)];
        Assert.All(failed, row => Assert.Equal((CloudPcStatus.Failed, null), (row.Status, row.GoesAt)));
        Assert.Equal(3, _desk.Use().Shared);
        Tenant.Do(new Command.RetryPolicy(policy));
        Assert.All(failed, row => Assert.Equal(CloudPcStatus.Failed, _desk.Again(row).Status));
        Assert.All(failed, row => Assert.Equal(("Reprovision", RemoteActionState.Failed), (_desk.Again(row).Actions[0].Name, _desk.Again(row).Actions[0].State)));
        _desk.Fail(false);
        Tenant.Do(new Command.RetryPolicy(policy));
        Assert.All(failed, row => Assert.Equal(CloudPcStatus.Provisioned, _desk.Again(row).Status));
        Assert.Empty(_desk.Again(good).Actions);
        Assert.Null(Tenant.Do(new Command.RetryPolicy(policy)).Event);
        Assert.Equal(RefusalCode.PolicyNotFound, Tenant.Refused(new Command.RetryPolicy(Guid.NewGuid())).Code);
        Assert.Equal(RefusalCode.OperationNotSupported, Tenant.Refused(new Command.RetryPolicy(_desk.Dedicated())).Code);
    }

    // B406, B407
    [Fact]
    public void What_failed_after_its_licenses_expired_is_not_made_anew()
    {
        Guid subscription = Tenant.Buy(FrontlineDesk.Sku, 1);
        Guid policy = _desk.Shared(_desk.To(Tenant.Group(), 1));
        _desk.Fail(true, HostJobKind.Provision);
        _desk.Status(subscription, SubscriptionStatus.Suspended);
        _desk.Status(subscription, SubscriptionStatus.Enabled);
        Assert.Equal(CloudPcStatus.Failed, Assert.Single(_desk.Pool(policy)).Status);
        Refusal refusal = Tenant.Refused(new Command.RetryPolicy(policy));
        Assert.Equal((RefusalCode.OperationConflict, _desk.Pool(policy)[0].Id), (refusal.Code, refusal.Subject!.Value));
    }

    // B407, C118
    [Fact]
    public void Expired_licenses_take_the_last_shared_Cloud_PCs_and_stop_reprovisioning()
    {
        Guid subscription = Tenant.Buy(FrontlineDesk.Sku, 3);
        Tenant.Buy(FrontlineDesk.Sku, 1);
        Guid user = Tenant.User(), group = Tenant.Group();
        _desk.Dedicated(_desk.To(Tenant.Group(user), 1));
        Guid policy = _desk.Shared(_desk.To(group, 2));
        _desk.Pass(TimeSpan.FromMinutes(1));
        Guid late = _desk.Shared(_desk.To(group, 1));
        CloudPc[] first = _desk.Pool(policy), last = _desk.Pool(late);

        // A change of units takes nothing.
        _desk.Units(subscription, 2);
        Assert.All([.. first, .. last], row => Assert.Equal(CloudPcStatus.Provisioned, _desk.Again(row).Status));
        _desk.Status(subscription, SubscriptionStatus.Suspended);

        // One license is left for a dedicated and three shared ones; the subscription had two units, so two machines go: the last two to come.
        Assert.Equal(CloudPcStatus.Provisioned, _desk.Only(user).Status);
        Assert.Equal((true, true, false), (_desk.IsGone(last[0]), _desk.IsGone(first[1]), _desk.IsGone(first[0])));
        Assert.Equal(CloudPcStatus.PendingProvision, Assert.Single(_desk.Pool(late)).Status);
        Assert.Equal([CloudPcStatus.Provisioned, CloudPcStatus.PendingProvision], _desk.Pool(policy).Select(row => row.Status));
        _desk.Status(subscription, SubscriptionStatus.Enabled);
        _desk.Units(subscription, 3);
        Assert.Equal(CloudPcStatus.Provisioned, _desk.Pool(late)[0].Status);
        Refusal refusal = Tenant.Refused(new Command.Reprovision(_desk.Pool(late)[0].Id, null));
        Assert.Equal(RefusalCode.OperationConflict, refusal.Code);
        Assert.Contains("C118", refusal.Detail, StringComparison.Ordinal);
        Tenant.Do(new Command.Reprovision(_desk.Only(user).Id, null));
        _desk.Assign(late);
        _desk.Assign(late, _desk.To(group, 1));
        Tenant.Do(new Command.Reprovision(_desk.Pool(late)[0].Id, null));
    }

    private static CloudPcReason Ended(Decision.Accepted accepted, CloudPc row) =>
        accepted.Event!.Changes.OfType<Change.CloudPcGone>().Single(gone => IdsByName.OfCloudPc(accepted.Next.Profile.Id, gone.Index) == row.Id).Step.Reason;
}
