namespace Berth.Engine;

/// <content>The tenant's clock.</content>
internal sealed partial class Decider
{
    private Refusal? SetClock(Command.SetClock set)
    {
        if (_tenant.Profile.Kind == TenantKind.Production)
        {
            return new Refusal(RefusalCode.ClockNotMovable);
        }

        TenantClock clock = _tenant.Clock;
        bool frozen = set.Frozen ?? clock.FrozenAt is not null;
        if (!frozen)
        {
            if (set.Now is not null || set.Advance is not null)
            {
                return new Refusal(RefusalCode.ClockNotFrozen);
            }

            return Put(default, _system);
        }

        DateTimeOffset stands = clock.Now(_system);
        DateTimeOffset target = set.Now ?? stands;
        if (set.Advance is { } advance)
        {
            if (advance < TimeSpan.Zero || DateTimeOffset.MaxValue - target < advance)
            {
                return new Refusal(RefusalCode.ClockBackwards) { Detail = $"{stands:O}" };
            }

            target += advance;
        }

        return target < stands ? new Refusal(RefusalCode.ClockBackwards) { Detail = $"{stands:O}" } : Put(new TenantClock(target), target);

        // Every flip on the way happens in order (B135).
        Refusal? Put(TenantClock next, DateTimeOffset time)
        {
            if (next != clock)
            {
                _draft.Record(new Change.ClockSet(next));
                _memberships.PassFlips(time, _machines);
                PurgeOver(time);
                if (_draft.PassedTo != time && _draft.Rules.Timed.Count > 0)
                {
                    _draft.Record(new Change.TimePassed(time));
                }
            }

            return null;
        }
    }
}
