using Xunit;

namespace Berth.Conformance.Tests.Notifications;

/// <summary>A clock that stands until a test moves it; what waits for a moment in between is woken at it, in order.</summary>
internal sealed class SteppedTime : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<Waiting> _waiting = [];
    private DateTimeOffset _now = new(2027, 1, 4, 9, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            return _now;
        }
    }

    /// <summary>Moves the clock, again and again by a step, until something has happened.</summary>
    public async Task StepUntilAsync(TimeSpan step, Task happened)
    {
        for (int i = 0; !happened.IsCompleted; i++)
        {
            Assert.True(i < 100_000, "It never happens.");
            Advance(step);
            await Task.WhenAny(happened, Task.Delay(5, TestContext.Current.CancellationToken));
        }

        await happened;
    }

    /// <summary>Moves the clock to a moment, as soon as somebody waits for exactly that moment.</summary>
    public async Task ReachAsync(DateTimeOffset moment)
    {
        while (!IsAwaited(moment))
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        Advance(moment - GetUtcNow());
    }

    public void Advance(TimeSpan by)
    {
        DateTimeOffset to = GetUtcNow() + by;
        while (true)
        {
            Waiting? next;
            lock (_lock)
            {
                next = _waiting.Where(one => one.Due <= to).MinBy(one => one.Due);
                _now = next is null ? to : next.Due > _now ? next.Due : _now;
                if (next is null)
                {
                    return;
                }

                _waiting.Remove(next);
            }

            next.Wake();
        }
    }

    private bool IsAwaited(DateTimeOffset moment)
    {
        lock (_lock)
        {
            return _waiting.Exists(one => one.Due == moment);
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Waiting waiting = new(this, callback, state);
        waiting.Change(dueTime, period);
        return waiting;
    }

    private sealed class Waiting(SteppedTime time, TimerCallback callback, object? state) : ITimer
    {
        public DateTimeOffset Due { get; private set; }

        public void Wake() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._lock)
            {
                time._waiting.Remove(this);
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    Due = time._now + dueTime;
                    time._waiting.Add(this);
                }
            }

            return true;
        }

        public void Dispose()
        {
            lock (time._lock)
            {
                time._waiting.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
