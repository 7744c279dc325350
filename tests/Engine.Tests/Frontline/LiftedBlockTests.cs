using Berth.Engine.CloudPcs;
using Berth.Engine.Frontline;
using Xunit;

namespace Berth.Engine.Tests.Frontline;

/// <summary>A buffer that is given back while more is taken than there is (B421, B424).</summary>
public sealed class LiftedBlockTests
{
    [Fact]
    public void What_still_exceeds_when_a_block_is_lifted_is_a_new_use_from_that_moment() // B421, B424
    {
        ShiftDesk desk = new(licenses: 1);
        Guid[] nurses = desk.Tenant.Users(2);
        desk.Assign(desk.Tenant.Group(nurses), 1);
        desk.Work(nurses[0]);
        desk.Work(nurses[1]);
        desk.Tenant.Replay(new Change.BufferSet(desk.PlanIndex, ConcurrencyBuffer.Unused with { IsBlocked = true, Blocks = [desk.Time] }));
        desk.Pass(TimeSpan.FromMinutes(10));
        Assert.Null(desk.Buffer.Since);
        desk.Tenant.Do(new Command.UnblockBuffer(desk.PlanId));
        Assert.Equal((desk.Time, false), (desk.Buffer.Since, desk.Buffer.IsBlocked));
    }
}
