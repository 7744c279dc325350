using Berth.Engine.CloudPcs;

namespace Berth.Engine.Frontline;

/// <summary>The power of Frontline's machines, who takes a license, and the concurrency buffers, while a command is decided (B410 to B424).</summary>
/// <param name="draft">The tenant in the making.</param>
/// <param name="storages">What users of shared machines keep, which time and settlings change too.</param>
internal sealed class MachinePower(Draft draft, StorageKeeping storages) : FrontlineRoom
{
    /// <summary>How long a machine of dedicated mode stays on when nobody works on it (C96, C98).</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromHours(2);

    /// <summary>How long a session on a shared machine is kept for who disconnected (C116).</summary>
    public static readonly TimeSpan SharedHold = TimeSpan.FromMinutes(30);

    private readonly PoolReprovision _reprovision = new(draft);

    private Fleet.Builder Fleet => draft.Fleet;

    public override CloudPcPower? PowerOf(CloudPc row) => row switch
    {
        { LetsIn: true } => row.Power ?? CloudPcPower.Off,
        { Power: { } power } => Off(power) with { ReadyAt = null },
        _ => null,
    };

    /// <summary>Somebody connects: the machine runs, and takes a license of dedicated mode (B411).</summary>
    public void Connect(int index, DateTimeOffset now)
    {
        CloudPcPower power = PowerAt(index, out CloudPc row);
        CloudPcPower running = power with { IsRunning = true, OffAt = null, SignOutAt = null };
        Set(index, row.IsShared ? running : Remembering(running, now) with { LicenseSince = power.LicenseSince ?? now });
    }

    /// <summary>Who is connected goes, and the session is held (B413, C116).</summary>
    public void Disconnect(int index, DateTimeOffset now)
    {
        CloudPcPower power = PowerAt(index, out CloudPc row);
        bool keeps = draft.Settings.DisconnectedSessions == DisconnectedSessions.Held;
        Set(index, row.IsShared ? power with { SignOutAt = now + SharedHold } : power with { OffAt = now + Idle, LicenseSince = keeps ? power.LicenseSince : null });
    }

    /// <summary>Ends a session: its license is free at once; the machine idles, or the profile goes (B411, B414).</summary>
    public override void SignOut(Session session, DateTimeOffset now)
    {
        draft.Record(new Change.SessionEnded(session.Id, now));
        if (Fleet.CloudPc(session.CloudPc) is { Power: { } power } row)
        {
            Set(session.CloudPc, row.IsShared
                ? power with { SignOutAt = null, ReadyAt = ResetTime(row) is { Ticks: > 0 } time ? now + time : null }
                : power with { LicenseSince = null, OffAt = now + Idle });
        }
    }

    /// <summary>The machine is switched on for its user: it takes a license if it has none, and idles (B411). Power of a shared one is power alone.</summary>
    public static CloudPcPower On(CloudPc row, DateTimeOffset now) => row.IsShared ? row.Power! with { IsRunning = true }
        : row.Power!.LicenseSince is null ? row.Power with { IsRunning = true, LicenseSince = now, OffAt = now + Idle }
        : row.Power;

    /// <summary>The machine is switched off; who is on it is signed out, also who disconnected (C87).</summary>
    public void SwitchOff(int index, DateTimeOffset now)
    {
        if (Fleet.SessionOn(index) is { } session)
        {
            SignOut(session, now);
        }

        Set(index, Off(PowerAt(index, out _)));
    }

    /// <summary>Prestart is switched on: machines whose users are known are expected again (B416).</summary>
    public void ExpectEverybody(DateTimeOffset now)
    {
        foreach ((int index, CloudPc row) in Fleet.All().Where(one => one.Row.Power is { FirstConnections.Count: > 0 }).ToArray())
        {
            Set(index, row.Power! with { PrestartAt = Expected(row.Power, row.Power.FirstConnections[^1].UtcDateTime.Date, now) });
        }
    }

    public override void BecomeDue(int index, DateTimeOffset now)
    {
        CloudPcPower power = PowerAt(index, out CloudPc row);
        if (power.OffAt <= now)
        {
            SwitchOff(index, now);
        }
        else if (power.SignOutAt <= now)
        {
            SignOut(Fleet.SessionOn(index)!, now);
        }
        else if (power.ReadyAt <= now)
        {
            Set(index, power with { ReadyAt = null });
        }
        else if (power.PrestartAt <= now)
        {
            Set(index, Prestarted(row, power, power.PrestartAt.Value, now));
        }
    }

    public override void BecomeDue(DateTimeOffset now)
    {
        foreach ((int plan, ConcurrencyBuffer buffer) in draft.Frontline.Buffers)
        {
            if (buffer.DueAt <= now)
            {
                draft.Record(new Change.BufferSet(plan, buffer.BecomeDue()));
            }
        }

        _reprovision.BecomeDue(now);
        storages.BecomeDue(now);
    }

    public override void Provisions(int index, CloudPc row) => _reprovision.Goes(index, row);

    public override void GoOn(Lifecycle machines) => _reprovision.GoOn(machines);

    public override void Settle(DateTimeOffset now)
    {
        foreach (int plan in Fleet.TakenPlans.Union(draft.Frontline.Buffers.Keys).Order().ToArray())
        {
            PlanStanding standing = PlanStanding.Of(draft, plan);
            ConcurrencyBuffer after = standing.Buffer.Follow(standing.Exceeds, now);
            if (!ReferenceEquals(after, standing.Buffer))
            {
                draft.Record(new Change.BufferSet(plan, after));
            }
        }

        storages.Settle(now);
    }

    private static CloudPcPower Off(CloudPcPower power) => power with { IsRunning = false, LicenseSince = null, OffAt = null, SignOutAt = null };

    private CloudPcPower PowerAt(int index, out CloudPc row)
    {
        row = Fleet.CloudPc(index)!;
        return row.Power!;
    }

    private void Set(int index, CloudPcPower power)
    {
        if (Fleet.CloudPc(index)!.Power != power)
        {
            draft.Record(new Change.PowerSet(index, power));
        }
    }

    // C115: the profile of who leaves goes, unless the policy keeps it.
    private TimeSpan ResetTime(CloudPc row) =>
        Fleet.Policies.GetValueOrDefault(row.Policy) is { SnapshotReset: true } ? draft.Settings.ProfileReset : TimeSpan.Zero;

    // B416: who comes shows when to expect the next.
    private CloudPcPower Remembering(CloudPcPower power, DateTimeOffset now)
    {
        if (UsualTime.CameOn(power.FirstConnections, now))
        {
            return power;
        }

        CloudPcPower remembering = power with { FirstConnections = UsualTime.With(power.FirstConnections, now) };
        return remembering with { PrestartAt = Expected(remembering, now.UtcDateTime.Date, now) };
    }

    private DateTimeOffset? Expected(CloudPcPower power, DateTime after, DateTimeOffset now) =>
        draft.Settings.IntelligentPrestart ? UsualTime.Next(power.FirstConnections, after, now) - UsualTime.Ahead : null;

    private CloudPcPower Prestarted(CloudPc row, CloudPcPower power, DateTimeOffset due, DateTimeOffset now)
    {
        bool starts = draft.Settings.IntelligentPrestart && row.LetsIn && !power.IsRunning;
        CloudPcPower next = power with { PrestartAt = Expected(power, (due + UsualTime.Ahead).UtcDateTime.Date, now) };
        return starts ? next with { IsRunning = true, OffAt = now + Idle } : next;
    }
}
