using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Frontline;
using Berth.Engine.Insight;
using Xunit;

namespace Berth.Engine.Tests.Frontline;

/// <summary>What users of shared Cloud PCs keep (C121, C123, C124, B430 to B434).</summary>
public sealed class UserStorageTests
{
    private static readonly TimeSpan _tick = TimeSpan.FromTicks(1);

    private readonly ShiftDesk _desk = new(licenses: 3);
    private readonly Guid[] _ward;
    private readonly Guid _group;

    public UserStorageTests()
    {
        _ward = Tenant.Users(5);
        _group = Tenant.Group(_ward);
    }

    private TenantUnderTest Tenant => _desk.Tenant;

    [Theory]
    [InlineData(16, 3)] // room for one more
    [InlineData(32, 2)] // exactly as much as there is
    [InlineData(64, 1)]
    public void A_storage_is_made_while_the_pool_has_room_for_it(int size, int made) // B430, B431
    {
        (_, Guid assignment) = Keep(size, 1);
        foreach (Guid user in _ward[..3])
        {
            Visit(user, assignment);
        }

        StoragePool pool = Pool(assignment);
        Assert.Equal((made, made * size, 64L), (pool.Storages.Count, (int)pool.UsedGB, StoragePool.CapacityOf(Tenant.Now, assignment)));
        Assert.Equal(_ward[..made].Select(Tenant.Now.FindUser).Order(), pool.Storages.Keys);
        Assert.Null(pool.Terms.ExceededSince);
    }

    [Fact]
    public void The_size_is_the_policys_when_the_assignment_is_made() // B430
    {
        (Guid policy, Guid first) = Keep(8, 1);
        Tenant.Do(new Command.UpdatePolicy(Policy(policy) with { Persistence = new UserSettingsPersistence(true, 64) }));
        Assert.Equal(8, Pool(first).Terms.SizeGB);
        Tenant.Do(new Command.AssignPolicy(policy, []));
        Assert.Empty(Tenant.Now.Frontline.Storages.Pools);
        Assert.Equal(64, Pool(_desk.Allot(policy, _group, 1)).Terms.SizeGB);
        (_, Guid without) = _desk.Assign(_group, 1, shared: true);
        Assert.False(Tenant.Now.Frontline.Storages.Pools.ContainsKey(without));
        Visit(_ward[0], without);
        (_, Guid off) = Assign(new UserSettingsPersistence(false, 16), 1);
        Assert.False(Tenant.Now.Frontline.Storages.Pools.ContainsKey(off));
    }

    [Fact]
    public void A_session_attaches_and_one_that_is_gone_on_with_does_not() // B431
    {
        (_, Guid assignment) = Keep(16, 1);
        CloudPc machine = _desk.Share(_ward[0], assignment);
        UserStorage storage = Of(assignment, _ward[0]);
        Assert.Equal((_desk.Time, true), (storage.AttachedAt, IsConnected(assignment, _ward[0])));
        _desk.Disconnect(machine);
        _desk.Pass(TimeSpan.FromMinutes(1));
        Assert.True(IsConnected(assignment, _ward[0]));
        _desk.Share(_ward[0], assignment);
        Assert.Equal(storage, Of(assignment, _ward[0]));
        _desk.End(machine);
        Assert.False(IsConnected(assignment, _ward[0]));
        _desk.Pass(TimeSpan.FromMinutes(10));
        Visit(_ward[0], assignment);
        Assert.Equal(storage with { AttachedAt = _desk.Time - TimeSpan.FromMinutes(3) }, Of(assignment, _ward[0]));
    }

    [Fact]
    public void After_seven_days_the_storages_that_were_attached_longest_ago_are_deleted() // C124, B432
    {
        (_, Guid assignment) = Keep(32, 3);
        foreach (Guid user in _ward)
        {
            Visit(user, assignment);
        }

        Visit(_ward[0], assignment);
        Break(2);
        DateTimeOffset since = _desk.Time;
        Assert.Equal((since, since.AddDays(7)), (Pool(assignment).Terms.ExceededSince, Pool(assignment).Terms.DueAt));
        _desk.Pass(StorageTerms.Tolerance - _tick);
        Assert.Equal(5, Pool(assignment).Storages.Count);
        TenantUnderTest.SameAs(Tenant.Now, Deciding.Restore(Tenant.Now.Version, Deciding.Describe(Tenant.Now)));
        _desk.Pass(_tick);
        Assert.Equal(new[] { _ward[0], _ward[4] }.Select(Tenant.Now.FindUser).Order(), Pool(assignment).Storages.Keys);
        Assert.Null(Pool(assignment).Terms.ExceededSince);
        Assert.Null(Tenant.Now.Frontline.NextDue);
    }

    [Fact]
    public void Storages_of_one_moment_go_by_user_id_and_one_that_is_connected_stays() // B432
    {
        _desk.Set(settings => settings with { ProfileReset = TimeSpan.Zero });
        (_, Guid assignment) = Keep(32, 2);
        Guid[] byId = [.. _ward[..4].Order()];
        foreach (Guid user in byId.Reverse())
        {
            _desk.End(_desk.Share(user, assignment));
        }

        // The machine that stays is the first: who sits there has the smallest id.
        CloudPc machine = _desk.Share(byId[0], assignment);
        Break(1);
        _desk.Pass(StorageTerms.Tolerance);
        Assert.NotNull(_desk.On(machine));
        Assert.Equal(new[] { byId[0], byId[3] }.Select(Tenant.Now.FindUser).Order(), Pool(assignment).Storages.Keys);
    }

    [Fact]
    public void When_the_connected_ones_alone_exceed_seven_more_days_begin() // B432
    {
        Guid plan = Guid.NewGuid();
        Tenant.Do(new Command.ImportCatalog([new CatalogRow("SMALL_DISK", Guid.NewGuid(), "A product", "CPC_S_2C_4GB_32GB", plan, "A plan")], null));
        Tenant.Buy("SMALL_DISK", 4);
        (_, Guid assignment) = Keep(64, 4, plan);
        _desk.Share(_ward[0], assignment);
        CloudPc second = _desk.Share(_ward[1], assignment);
        Break(2);
        Assert.Equal((128L, 64L), (Pool(assignment).UsedGB, StoragePool.CapacityOf(Tenant.Now, assignment)));
        _desk.Pass(StorageTerms.Tolerance);
        Assert.Equal((2, _desk.Time), (Pool(assignment).Storages.Count, Pool(assignment).Terms.ExceededSince!.Value));
        _desk.End(second);
        _desk.Pass(StorageTerms.Tolerance - _tick);
        Assert.Equal(2, Pool(assignment).Storages.Count);
        _desk.Pass(_tick);
        Assert.Equal([Tenant.Now.FindUser(_ward[0])], Pool(assignment).Storages.Keys);
        Assert.Null(Pool(assignment).Terms.ExceededSince);
    }

    [Fact]
    public void Deleting_is_all_or_nothing_and_makes_another_storage_of_another_id() // B434
    {
        (_, Guid assignment) = Keep(32, 1);
        Visit(_ward[0], assignment);
        CloudPc machine = _desk.Share(_ward[1], assignment);
        (Guid first, Guid second) = (Of(assignment, _ward[0]).Id, Of(assignment, _ward[1]).Id);
        Guid unknown = Guid.NewGuid();
        Refused(RefusalCode.AssignmentNotFound, unknown, new Command.DeleteUserStorages(unknown, [first]));
        Refused(RefusalCode.StorageNotFound, unknown, new Command.DeleteUserStorages(assignment, [first, unknown]));
        Refused(RefusalCode.StorageInUse, second, new Command.DeleteUserStorages(assignment, [first, second]));
        Assert.Equal(2, Pool(assignment).Storages.Count);
        Assert.Null(Tenant.Do(new Command.DeleteUserStorages(assignment, [])).Event);
        Tenant.Do(new Command.DeleteUserStorages(assignment, [first, first]));
        _desk.End(machine);
        _desk.Pass(TimeSpan.FromHours(1));
        Visit(_ward[0], assignment);
        Assert.NotEqual(first, Of(assignment, _ward[0]).Id);
    }

    [Theory]
    [InlineData(4, 2, false)] // 128 GB on 2 disks of 64
    [InlineData(4, 1, true)]
    [InlineData(5, 2, true)] // one storage too many
    public void The_number_is_not_lowered_below_what_storages_take(int users, int licenses, bool refused) // C121, B433
    {
        (Guid policy, Guid assignment) = Keep(32, 3);
        foreach (Guid user in _ward[..users])
        {
            Visit(user, assignment);
        }

        Command lower = new Command.AssignPolicy(policy, [new AssignmentRequest(null, _group, _desk.PlanId, "Nurses", licenses)]);
        if (refused)
        {
            Refusal refusal = Tenant.Refused(lower);
            Assert.Equal((RefusalCode.ValueInvalid, "allotmentLicensesCount"), (refusal.Code, refusal.Name));
            Assert.Contains("C121", refusal.Detail, StringComparison.Ordinal);
        }
        else
        {
            Tenant.Do(lower);
            Assert.Equal(licenses, _desk.Shared().Length);
        }

        Assert.Equal(users, Pool(assignment).Storages.Count);
    }

    [Fact]
    public void An_undo_brings_the_assignment_back_and_says_that_what_was_kept_does_not_come() // B433, B525
    {
        (Guid policy, Guid assignment) = Keep(16, 1);
        Visit(_ward[0], assignment);
        Decision.Accepted removed = Tenant.Do(new Command.AssignPolicy(policy, []));
        Undo undo = Undo.Of(Tenant.Now, removed.Event!, new DecisionContext(_desk.Time, Actor.Berth));
        Assert.Contains(new UndoGap(UndoGapReason.DataDestroyed, "userStorage", null), undo.Gaps);
        Assert.IsType<Command.AssignPolicy>(Assert.Single(undo.Commands));
    }

    [Fact]
    public void What_a_user_keeps_goes_when_the_user_is_gone_for_good() // B431
    {
        (_, Guid assignment) = Keep(64, 1);
        Visit(_ward[0], assignment);
        Tenant.Do(new Command.DeleteUser(_ward[0]));
        Assert.Single(Pool(assignment).Storages);
        _desk.Pass(DeletedItems.Retention - _tick);
        Assert.Single(Pool(assignment).Storages);
        _desk.Pass(_tick);
        Assert.Empty(Pool(assignment).Storages);
    }

    private (Guid Policy, Guid Assignment) Keep(int size, int licenses, Guid? plan = null) => Assign(new UserSettingsPersistence(true, size), licenses, plan);

    private (Guid Policy, Guid Assignment) Assign(UserSettingsPersistence kept, int licenses, Guid? plan = null)
    {
        Guid policy = _desk.Assign(_group, 0, shared: true).Policy;
        Tenant.Do(new Command.AssignPolicy(policy, []));
        Tenant.Do(new Command.UpdatePolicy(Policy(policy) with { Persistence = kept }));
        return (policy, _desk.Allot(policy, _group, licenses, plan));
    }

    private ProvisioningPolicy Policy(Guid id) => Tenant.Now.Fleet.Policies[Tenant.Now.Fleet.FindPolicy(id)];

    private StoragePool Pool(Guid assignment) => Tenant.Now.Frontline.Storages.Pools[assignment];

    private UserStorage Of(Guid assignment, Guid user) => Pool(assignment).Storages[Tenant.Now.FindUser(user)];

    private bool IsConnected(Guid assignment, Guid user) => StoragePool.IsConnected(Tenant.Now, assignment, Tenant.Now.FindUser(user));

    // Somebody comes and goes; three minutes later the machine is free.
    private void Visit(Guid user, Guid assignment)
    {
        _desk.End(_desk.Share(user, assignment));
        _desk.Pass(TimeSpan.FromMinutes(3));
    }

    // The last shared machines fail and stay so.
    private void Break(int machines)
    {
        _desk.Set(settings => settings with { FailureRates = [new FailureRate(HostJobKind.Reprovision, FailureRate.Always)] });
        foreach (CloudPc machine in _desk.Shared().TakeLast(machines))
        {
            Tenant.Do(new Command.Reprovision(machine.Id, null));
        }
    }

    private void Refused(RefusalCode code, Guid about, Command command)
    {
        Refusal refusal = Tenant.Refused(command);
        Assert.Equal((code, about), (refusal.Code, refusal.Subject!.Value));
    }
}
