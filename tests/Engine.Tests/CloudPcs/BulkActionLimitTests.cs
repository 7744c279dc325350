using Berth.Engine.CloudPcs;
using Xunit;

namespace Berth.Engine.Tests.CloudPcs;

/// <summary>How many bulk actions are kept (B374).</summary>
public sealed class BulkActionLimitTests
{
    private readonly CloudPcDesk _desk = new();
    private readonly Guid _user;

    public BulkActionLimitTests()
    {
        Tenant.Buy(CloudPcDesk.Small, 1);
        _user = Tenant.User();
        _desk.Policy(Tenant.Group(_user));
        Tenant.Assign(_user, CloudPcDesk.Small);
    }

    private TenantUnderTest Tenant => _desk.Tenant;

    [Fact]
    public void The_oldest_that_is_done_goes_for_a_new_one()
    {
        BulkAction running = Running();
        BulkAction done = running with { Id = Guid.NewGuid(), CreatedAt = running.CreatedAt.AddMinutes(1), Items = [new BulkItem(_desk.Only(_user).Id, "operationConflict")] };
        Copy(done, BulkAction.Most - 2);
        _desk.Pass(TimeSpan.FromDays(1));
        Start();
        Assert.Equal(BulkAction.Most, Tenant.Now.Fleet.BulkActions.Count);
        Assert.Contains(done.Id, Tenant.Now.Fleet.BulkActions.Keys);

        Guid last = Start();
        Assert.Equal(BulkAction.Most, Tenant.Now.Fleet.BulkActions.Count);
        Assert.Contains(running.Id, Tenant.Now.Fleet.BulkActions.Keys);
        Assert.Contains(last, Tenant.Now.Fleet.BulkActions.Keys);
        Assert.DoesNotContain(done.Id, Tenant.Now.Fleet.BulkActions.Keys);
    }

    [Fact]
    public void None_goes_while_all_are_running()
    {
        BulkAction running = Running();
        Copy(running with { Id = Guid.NewGuid() }, BulkAction.Most - 1);

        Refusal refusal = Tenant.Refused(Bulk());
        Assert.Equal((RefusalCode.TooManyObjects, $"{BulkAction.Most}"), (refusal.Code, refusal.Detail));
    }

    // An agent has not done it yet.
    private BulkAction Running()
    {
        Tenant.Do(new Command.UpdateSettings(Tenant.Now.Settings with { Host = HostKind.Agent }));
        Guid id = Start();
        return Tenant.Now.Fleet.BulkActions[id];
    }

    // The first as it is, the others later.
    private void Copy(BulkAction action, int times)
    {
        for (int i = 0; i < times; i++)
        {
            Tenant.Replay(new Change.BulkActionSet(i == 0 ? action : action with { Id = Guid.NewGuid(), CreatedAt = action.Items[0].Refusal is null ? action.CreatedAt : action.CreatedAt.AddSeconds(i) }));
        }
    }

    private Guid Start()
    {
        Command.StartBulkAction start = Bulk();
        Tenant.Do(start);
        return start.Id;
    }

    private Command.StartBulkAction Bulk() =>
        new(Guid.NewGuid(), "All", "cloudPcBulkRestart", "Ada", [new Command.RestartCloudPc(_desk.Only(_user).Id)]);
}
