using Berth.Connect.Writing;
using Berth.Conformance.Tests.Faults;
using Xunit;

namespace Berth.Conformance.Tests.Applying;

/// <summary>Eighteen writes within any second (B574).</summary>
public sealed class PaceTests
{
    [Fact]
    public async Task The_nineteenth_write_of_a_second_waits_for_the_next()
    {
        // B574
        ManualTime time = new();
        using Pace pace = new(ApplyLimits.WritesPerSecond, time);
        Assert.Equal(18, pace.Most);
        await pace.TakeAsync(10, TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromMilliseconds(400));
        await pace.TakeAsync(8, TestContext.Current.CancellationToken);
        Task next = pace.TakeAsync(10, TestContext.Current.CancellationToken);
        await time.SomebodyWaitsAsync(TestContext.Current.CancellationToken);
        Assert.False(next.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(600));
        await next;

        // The ten of the second before are over, the eight are not.
        Task more = pace.TakeAsync(1, TestContext.Current.CancellationToken);
        await time.SomebodyWaitsAsync(TestContext.Current.CancellationToken);
        Assert.False(more.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(400));
        await more;
    }

    [Fact]
    public async Task Nobody_can_take_more_than_a_second_has()
    {
        using Pace pace = new(18, new ManualTime());
        await pace.TakeAsync(18, TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => pace.TakeAsync(19, TestContext.Current.CancellationToken));
    }
}
