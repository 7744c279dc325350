namespace Berth.Oracle;

/// <content>Frontline: power, licenses and sessions. (frontline.md)</content>
public sealed partial class OracleTenant
{
    private static readonly TimeSpan Standby = TimeSpan.FromHours(2); // C96
    private const int CountingDays = 30; // C98
    private const int FewestDays = 3; // C98
    private static readonly TimeSpan Ahead = TimeSpan.FromMinutes(30); // C98
    private static readonly TimeSpan SharedDisconnected = TimeSpan.FromMinutes(30); // C116

    /// <summary>Chooses the settings of Frontline: whether a disconnected session keeps its license, how long a profile takes to go, prestart, and the most licenses above the limit.</summary>
    public Answer ConfigureFrontline(bool held, TimeSpan reset, bool prestart, int? excess) => Accept(() =>
    {
        bool switchedOn = prestart && !_fleet.Prestart;
        (_fleet.Held, _fleet.ProfileReset, _fleet.Prestart, _fleet.BufferExcess) = (held, reset, prestart, excess);
        foreach (OracleRow row in _fleet.Rows.Where(row => switchedOn && row.Firsts.Count > 0))
        {
            row.StartsAt = NextStart(row, Day(row.Firsts[^1])); // B416
        }
    });

    /// <summary>Begins a session on one of the machines of an assignment of shared mode (B414), perhaps with an app (B477).</summary>
    public Answer StartPooled(string user, string policy, string group, string plan, string? app = null)
    {
        if (!_users.TryGetValue(user, out OracleUser? found))
        {
            return Answer.Refused("E11", "userNotFound", user);
        }

        if (FindPolicy(policy) is not { } there || there.Assignments.Find(one => one.Group == group && one.Plan == plan) is not { } assignment)
        {
            return Answer.Refused("B414", "assignmentNotFound");
        }

        if (there.Type != "sharedByEntraGroup" || !IsMember(user, group) || !IsOn(found))
        {
            return Answer.Refused("B414", "notAssigned");
        }

        OracleApp? started = app is null ? null : FindApp(policy, app);
        if (app is not null && started is not { Available: true })
        {
            return Answer.Refused("B477", started is null ? "cloudAppNotFound" : "cloudAppNotReady");
        }

        List<OracleRow> rows = RowsOf(assignment);
        if (rows.Find(row => row.Session?.User == user) is { } own)
        {
            return own.Session!.Disconnected is null ? Answer.Refused("B414", "cloudPcInUse", $"#{own.Number}") : Accept(() => own.Session = own.Session with { Disconnected = null, App = started?.Number });
        }

        if (rows.Count(row => row.Session is not null) >= assignment.Licenses || SharedRows(plan).Count(row => row.Session is not null) >= Slots(plan))
        {
            return NoLicense(plan);
        }

        return rows.Find(row => LetsIn(row) && row.Session is null && row.ReadyAt is null) is { } free
            ? Accept(() =>
            {
                SignIn(free, user);
                (free.Session, free.Runs, free.OffAt) = (new OracleSession(user, null, false) { App = started?.Number }, true, null);
                Attach(assignment, user);
            })
            : rows.Exists(row => row.Status == "provisioning" || row.ReadyAt is not null) ? Answer.Refused("B414", "cloudPcNotReady")
            : NoLicense(plan);
    }

    /// <summary>Powers a Frontline Cloud PC on; a dedicated one takes a license (B411).</summary>
    public Answer PowerOn(int number) => With(number, row =>
    {
        if (!IsFrontline(row))
        {
            return Answer.Refused("B411", "operationNotSupported", $"#{number}");
        }

        if (!LetsIn(row))
        {
            return Answer.Refused("B411", "operationConflict", $"#{number}");
        }

        if (row.IsShared)
        {
            return Accept(() => row.Runs = true);
        }

        return row.Licensed ? Accept(() => { })
            : License(row) is null ? NoLicense(row.Plan)
            : Accept(() => (row.Runs, row.Licensed, row.OffAt) = (true, true, _now + Standby));
    });

    /// <summary>Powers a Frontline Cloud PC off; whoever works on it is signed out (C87).</summary>
    public Answer PowerOff(int number) => With(number, row => !IsFrontline(row) ? Answer.Refused("B411", "operationNotSupported", $"#{number}")
        : !LetsIn(row) ? Answer.Refused("B411", "operationConflict", $"#{number}")
        : Accept(() => TurnOff(row)));

    private static bool IsUsable(OracleRow row) => row.Status is "provisioned" or "provisionedWithWarnings" or "inGracePeriod";

    // B415: the journal tells it, and nothing else happens.
    private Answer NoLicense(string plan)
    {
        Accept(() => { });
        return Answer.Done with { Rule = "B412", Code = "noLicensesAvailable", About = [plan] };
    }

    private Answer StartFrontline(OracleUser user, string id, OracleRow row)
    {
        string? code = row.UserId != id || !IsThere(row) || !IsOn(user) ? "notAssigned"
            : !LetsIn(row) ? "cloudPcNotReady"
            : row.Session is { Disconnected: null } ? "cloudPcInUse"
            : null;
        if (code is not null)
        {
            return Answer.Refused("B285", code, $"#{row.Number}");
        }

        bool? fromBuffer = row.Licensed ? row.Session?.UsesBuffer ?? false : License(row);
        return fromBuffer is not { } above ? NoLicense(row.Plan) : Accept(() =>
        {
            if (row.Session is null)
            {
                SignIn(row, id);
            }

            row.Session = new OracleSession(id, null, above);
            (row.Runs, row.Licensed, row.OffAt) = (true, true, null);
            if (!row.Firsts.Exists(first => Day(first) == Day(_now)))
            {
                row.Firsts = [.. row.Firsts, _now];
                row.StartsAt = NextStart(row, Day(_now));
            }
        });
    }

    // B413, C116
    private void Leave(OracleRow row, OracleSession session)
    {
        if (session.Disconnected is not null)
        {
            return;
        }

        row.Session = session with { Disconnected = _now };
        if (!row.IsShared)
        {
            row.OffAt = _now + Standby;
            row.Licensed &= _fleet.Held;
        }
    }

    private void SignOut(OracleRow row)
    {
        (row.Session, row.SignedOut) = (null, _now);
        row.Licensed = false;
        if (row.IsShared)
        {
            bool resets = row.Maker is not null && FindPolicy(row.Maker) is { SnapshotReset: true } && _fleet.ProfileReset > TimeSpan.Zero;
            row.ReadyAt = resets ? _now + _fleet.ProfileReset : null; // B414
        }
        else
        {
            row.OffAt = _now + Standby; // B411
        }
    }

    private void TurnOff(OracleRow row)
    {
        if (row.Session is not null)
        {
            SignOut(row);
        }

        (row.Runs, row.Licensed, row.OffAt) = (false, false, null);
    }

    // B410: what cannot be used is off; B405 and B285: who has no access any more is signed out.
    private void EndFrontlineSessions()
    {
        foreach (OracleRow row in _fleet.Rows.Where(IsFrontline))
        {
            if (row.Session is { } session && (!_users.TryGetValue(session.User, out OracleUser? user) || !IsOn(user)
                || (row.IsShared && (AssignmentOf(row) is not { } assignment || !IsMember(session.User, assignment.Group)))))
            {
                SignOut(row);
            }

            if (!LetsIn(row))
            {
                row.SignedOut = row.Session is null ? row.SignedOut : _now;
                (row.Session, row.Runs, row.Licensed, row.OffAt, row.ReadyAt) = (null, false, false, null, null);
            }
        }
    }

    private IEnumerable<(DateTimeOffset At, Action Happens)> PowerDues(OracleRow row)
    {
        if (row.OffAt is { } off)
        {
            yield return (off, () => TurnOff(row));
        }

        if (row.ReadyAt is { } ready)
        {
            yield return (ready, () => row.ReadyAt = null);
        }

        if (row is { IsShared: true, Session.Disconnected: { } since })
        {
            yield return (since + SharedDisconnected, () => SignOut(row));
        }

        if (row.StartsAt is { } start)
        {
            yield return (start, () => Start(row));
        }
    }

    private static DateTime Day(DateTimeOffset time) => time.UtcDateTime.Date;

    // B416: half an hour before the usual time of the first day after one on which that lies ahead.
    private DateTimeOffset? NextStart(OracleRow row, DateTime after)
    {
        for (DateTime day = after.AddDays(1); _fleet.Prestart; day = day.AddDays(1))
        {
            List<TimeSpan> times = [.. row.Firsts.Where(first => Day(first) < day && Day(first) >= day.AddDays(-CountingDays)).Select(first => first.UtcDateTime.TimeOfDay).Order()];
            if (times.Count < FewestDays)
            {
                return null;
            }

            DateTimeOffset start = new DateTimeOffset(day + times[(times.Count - 1) / 2], TimeSpan.Zero) - Ahead;
            if (start > _now)
            {
                return start;
            }
        }

        return null;
    }

    private void Start(OracleRow row)
    {
        if (_fleet.Prestart && LetsIn(row) && !row.Runs)
        {
            (row.Runs, row.OffAt) = (true, _now + Standby);
        }

        row.StartsAt = NextStart(row, Day(row.StartsAt!.Value + Ahead));
    }
}
