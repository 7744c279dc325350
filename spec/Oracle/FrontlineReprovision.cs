namespace Berth.Oracle;

/// <summary>The machines of a policy are made anew.</summary>
public sealed class OracleRun
{
    /// <summary>Since when.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>Percent that are kept.</summary>
    public required int Kept { get; init; }

    /// <summary>Whether nobody is waited for.</summary>
    public required bool SignsOut { get; init; }

    /// <summary>Whether a schedule began it.</summary>
    public required bool Scheduled { get; init; }

    /// <summary>Numbers of the rows that wait.</summary>
    public List<int> Waiting { get; init; } = [];

    /// <summary>Numbers of the rows that are being made.</summary>
    public List<int> Making { get; init; } = [];

    /// <summary>Whether one failed.</summary>
    public bool Failed { get; set; }

    /// <summary>When it was over.</summary>
    public DateTimeOffset? Ended { get; set; }

    /// <summary>The same again.</summary>
    public OracleRun Copy() => new() { Started = Started, Kept = Kept, SignsOut = SignsOut, Scheduled = Scheduled, Waiting = [.. Waiting], Making = [.. Making], Failed = Failed, Ended = Ended };
}

/// <summary>When the machines of a policy are made anew by themselves.</summary>
/// <param name="Cron">The expression.</param>
/// <param name="Kept">Percent that are kept.</param>
/// <param name="SignsOut">Whether nobody is waited for.</param>
/// <param name="Start">The first moment is not before.</param>
/// <param name="End">All moments are before; null for no end.</param>
/// <param name="Next">The next moment; null for none any more.</param>
/// <param name="Skipped">The last moment that was skipped; null for none.</param>
public sealed record OracleSchedule(string Cron, int Kept, bool SignsOut, DateTimeOffset Start, DateTimeOffset? End, DateTimeOffset? Next, DateTimeOffset? Skipped);

/// <content>Shared machines anew, all together. (frontline.md)</content>
public sealed partial class OracleTenant
{
    private const int MostKept = 99; // C122

    /// <summary>Makes the machines of a policy of shared mode anew (B435 to B437).</summary>
    public Answer ReprovisionPolicy(string policy, int kept, bool signsOut)
    {
        if (NoRun(policy, kept, signsOut) is { } refused)
        {
            return refused;
        }

        OraclePolicy found = FindPolicy(policy)!;
        return found.Assignments.Exists(one => _fleet.Paused.Contains(one.Key)) || _fleet.Runs.GetValueOrDefault(policy) is { Ended: null }
            ? Answer.Refused("B437", "operationConflict", policy)
            : Accept(() => BeginRun(found, kept, signsOut, scheduled: false));
    }

    /// <summary>Gives a policy of shared mode a schedule; without an expression it has none any more (B438).</summary>
    public Answer SchedulePolicy(string policy, string? cron, int kept, bool signsOut, DateTimeOffset? start, DateTimeOffset? end)
    {
        if (NoRun(policy, cron is null ? 0 : kept, cron is not null && signsOut) is { } refused)
        {
            return refused;
        }

        if (cron is null)
        {
            return Accept(() => _fleet.Schedules.Remove(policy));
        }

        DateTimeOffset begin = start ?? _asked;
        OracleSchedule schedule = new(cron, kept, signsOut, begin, end, null, null);
        return end <= begin || NextMoment(schedule, _asked) is not { } next
            ? Answer.Refused("B438", "valueInvalid")
            : Accept(() => _fleet.Schedules[policy] = schedule with { Next = next });
    }

    private Answer? NoRun(string policy, int kept, bool signsOut) => FindPolicy(policy) is not { } found ? Answer.Refused("C155", "policyNotFound", policy)
        : found.Type != "sharedByEntraGroup" ? Answer.Refused("B435", "operationNotSupported", policy)
        : kept is < 0 or > MostKept || (signsOut && kept != 0) ? Answer.Refused("B436", "valueInvalid")
        : null;

    // The first moment after now that is not before the start, and before the end.
    private static DateTimeOffset? NextMoment(OracleSchedule schedule, DateTimeOffset now)
    {
        DateTimeOffset after = schedule.Start > now ? schedule.Start.AddTicks(-1) : now;
        return CronCalendar.After(schedule.Cron, after) is { } moment && (schedule.End is null || moment < schedule.End) ? moment : null;
    }

    private void BeginRun(OraclePolicy policy, int kept, bool signsOut, bool scheduled)
    {
        OracleRun run = new() { Started = _now, Kept = kept, SignsOut = signsOut, Scheduled = scheduled };
        if (policy.Assignments.Exists(one => _fleet.Paused.Contains(one.Key)))
        {
            (run.Failed, run.Ended) = (true, _now); // B438
        }
        else
        {
            run.Waiting.AddRange(policy.Assignments.SelectMany(RowsOf).Where(row => row.Status is not ("pendingProvision" or "provisioning" or "deprovisioning")).Select(row => row.Number));
        }

        _fleet.Runs[policy.Id] = run;
    }

    // Somebody makes a row anew that waits for that: it is done with that, too.
    private void GoesAnyway(OracleRow row)
    {
        foreach (OracleRun run in _fleet.Runs.Values.Where(run => run.Waiting.Contains(row.Number)))
        {
            run.Waiting.Remove(row.Number);
            run.Making.Add(row.Number);
        }
    }

    // B435: whether a row went.
    private bool GoOn()
    {
        bool went = false;
        foreach (OraclePolicy policy in _fleet.Policies)
        {
            if (_fleet.Runs.GetValueOrDefault(policy.Id) is not { Ended: null } run)
            {
                continue;
            }

            LookAtRun(run);
            List<OracleRow> go = [.. policy.Assignments.SelectMany(assignment => Going(run, assignment))];
            foreach (OracleRow row in go)
            {
                GoesAnyway(row);
                row.SignedOut = row.Session is null ? row.SignedOut : _now;
                (row.Session, row.Runs, row.OffAt, row.ReadyAt) = (null, false, null, null); // B410
                (row.Status, row.Error, row.Job, row.AsksAdministrator) = ("provisioning", null, null, false);
                Attempt(row, "reprovision", 1);
                went = true;
            }

            if (run.Waiting.Count == 0 && run.Making.Count == 0)
            {
                run.Ended = _now;
            }
        }

        return went;
    }

    private void LookAtRun(OracleRun run)
    {
        foreach (int number in run.Making.ToList())
        {
            string status = _fleet.Rows.Find(row => row.Number == number)?.Status ?? "gone";
            if (status != "provisioning")
            {
                run.Making.Remove(number);
                run.Failed |= status == "failed";
            }
        }

        foreach (int number in run.Waiting.ToList())
        {
            OracleRow? row = _fleet.Rows.Find(one => one.Number == number);
            if (row is null || row.Status == "deprovisioning")
            {
                run.Waiting.Remove(number);
            }
            else if (_fleet.Paused.Contains(row.Assignment!.Value))
            {
                run.Failed = true; // B437
            }
        }

        if (run.Failed)
        {
            run.Waiting.Clear(); // B437
        }
    }

    private List<OracleRow> Going(OracleRun run, OracleAssignment assignment)
    {
        List<OracleRow> rows = [.. RowsOf(assignment).Where(row => row.Status != "deprovisioning")];
        int keep = rows.Count * run.Kept / 100; // C250
        int usable = rows.Count(LetsIn);
        List<OracleRow> go = [];
        foreach (OracleRow row in rows.Where(row => run.Waiting.Contains(row.Number)).OrderBy(row => row.Session is null ? 0 : 1).ThenBy(row => row.Number))
        {
            bool free = !IsBusy(row) && row.Status is "provisioned" or "provisionedWithWarnings" or "failed" && (run.SignsOut || row.Session is not { Disconnected: null });
            if (!free)
            {
                continue;
            }

            if (!LetsIn(row))
            {
                go.Add(row);
            }
            else if (usable - 1 >= keep)
            {
                usable--;
                go.Add(row);
            }
        }

        return go;
    }

    // B438
    private IEnumerable<(DateTimeOffset At, Action Happens)> ScheduleDues()
    {
        foreach (OraclePolicy policy in _fleet.Policies)
        {
            if (_fleet.Schedules.GetValueOrDefault(policy.Id) is { Next: { } next } schedule)
            {
                yield return (next, () =>
                {
                    bool skips = _fleet.Runs.GetValueOrDefault(policy.Id) is { Ended: null };
                    if (!skips)
                    {
                        BeginRun(policy, schedule.Kept, schedule.SignsOut, scheduled: true);
                    }

                    _fleet.Schedules[policy.Id] = schedule with { Next = NextMoment(schedule, _now), Skipped = skips ? _now : schedule.Skipped };
                });
            }
        }
    }

    private IEnumerable<string> RunLines()
    {
        foreach (OraclePolicy policy in _fleet.Policies)
        {
            if (_fleet.Runs.GetValueOrDefault(policy.Id) is { } run)
            {
                yield return $"anew {policy.Id} {(run.Ended is null ? "processing" : run.Failed ? "failed" : "succeeded")} from {When(run.Started)}"
                    + (run.Ended is { } ended ? $" to {When(ended)}" : "") + (run.Scheduled ? " scheduled" : "") + $" keeping {run.Kept}%"
                    + string.Concat(run.Waiting.Order().Select(number => $" waits #{number}")) + string.Concat(run.Making.Order().Select(number => $" made #{number}"));
            }

            if (_fleet.Schedules.GetValueOrDefault(policy.Id) is { } schedule)
            {
                yield return $"schedule {policy.Id}" + (schedule.Next is { } next ? $" next {When(next)}" : " over") + (schedule.Skipped is { } skipped ? $" skipped {When(skipped)}" : "");
            }
        }
    }
}
