using System.Globalization;
using Berth.CommandLine.Client.Tenants;
using Berth.CommandLine.Client.Wire;
using Berth.Connect.Writing;
using Fate = Berth.Connect.Writing.RowFate;

namespace Berth.CommandLine.Client.Bulk;

/// <summary>A list at a tenant that was added: decided on its copy, written by a run, and each row's outcome put down (B569, B579).</summary>
/// <param name="session">The person or program, and the copy.</param>
/// <param name="writing">The way to write there.</param>
/// <param name="job">What is wanted for each user.</param>
/// <param name="list">The list.</param>
/// <param name="resume">The run to go on with; null for a new one.</param>
internal sealed class TenantList(Session session, TenantWriting writing, BulkJob job, UserList list, string? resume)
{
    private readonly WritingErrand _words = new(job.Words, static run => $"the same command with --resume {run}", static _ => true);
    private readonly ListPlay _play = new(session.Copy!, job, session.Time.GetUtcNow());
    private readonly Dictionary<Guid, (ListRow Row, string Words)> _named = [];
    private readonly List<(ListRow Row, Guid? User, RowOutcome Outcome)> _planned = [];

    /// <summary>What would become of each row, and of all of them a sentence.</summary>
    public async Task<(IReadOnlyList<(ListRow Row, RowOutcome Outcome)> Rows, string Sentence)> ForeseeAsync(BulkTally tally, CancellationToken cancel)
    {
        await PlanAsync(cancel).ConfigureAwait(false);
        (ListRow Row, RowOutcome Outcome)[] rows = [.. _planned.Select(static one => (one.Row, one.Outcome))];
        tally.Add(rows);
        return (rows, $"Nothing was changed. To be written: {writing.Describe(Calls())}");
    }

    /// <summary>Writes the list, or goes on with a run of it.</summary>
    /// <param name="open">Opens the result file; null when it cannot be, which was said then.</param>
    /// <param name="tally">Counts the rows.</param>
    /// <param name="cancel">Stops; what is on its way is still answered.</param>
    /// <returns>The run, null when nothing had to be written; or the exit code of a refusal.</returns>
    public async Task<(RunHead? Run, int? Refused)> WriteAsync(Func<ResultFile?> open, BulkTally tally, CancellationToken cancel)
    {
        await PlanAsync(cancel).ConfigureAwait(false);
        ResultFile? results = null;
        try
        {
            CallPlan plan = resume is null ? Calls() : new CallPlan([], 0);
            WritingErrand errand = _words with { Begins = Begin };
            if (resume is null && plan.Calls.Count == 0)
            {
                return (null, Begin([]) ? null : ExitCode.BadUsage);
            }

            Written written = resume is null ? await writing.BeginAsync(plan, errand, cancel).ConfigureAwait(false) : await writing.ResumeAsync(errand, cancel).ConfigureAwait(false);
            if (written is not Written.Ran ran)
            {
                return (null, ((Written.Refused)written).ExitCode);
            }

            Settle([.. ran.Result.Rows.GroupBy(static row => row.Wish.Subject).Where(user => _named.ContainsKey(user.Key)).Select(user => (_named[user.Key].Row, Outcome: OutcomeOf([.. user], _named[user.Key].Words)))
                .Where(static one => one.Outcome is not null).Select(static one => (one.Row, one.Outcome!))]);
            writing.Remind(ran, errand);
            return (ran.Head, null);
        }
        finally
        {
            results?.Finish();
            results?.Dispose();
        }

        // Rows that ask nothing of the tenant have their outcome before anything is sent; what a run has is its own, whatever the copy says by now.
        bool Begin(IReadOnlyList<PlannedCall> calls)
        {
            results = open();
            HashSet<Guid> sent = [.. calls.SelectMany(static call => call.Wishes).Select(static wish => wish.Subject)];
            Settle([.. _planned.Where(one => one.User is not { } user || !sent.Contains(user)).Where(one => resume is null || one.Outcome.Fate != RowFate.Changed)
                .Select(static one => (one.Row, one.Outcome))]);
            return results is not null;
        }

        void Settle(IReadOnlyCollection<(ListRow Row, RowOutcome Outcome)> done)
        {
            results?.AddNews(done, job.Words);
            tally.Add(done);
        }
    }

    private async Task PlanAsync(CancellationToken cancel)
    {
        await foreach ((ListRow row, WireUser? user, RowOutcome? problem) in UserReading.ReadAsync(session.Graph, list, cancel).ConfigureAwait(false))
        {
            RowOutcome outcome = user is null ? problem! : _play.Next(user);
            _planned.Add((row, user?.Id, outcome));
            if (user is not null)
            {
                _named.Add(user.Id, (row, outcome.Fate == RowFate.Changed ? outcome.Message : job.Words));
            }
        }
    }

    // Licenses and countries of users are what Graph can always be asked for.
    private CallPlan Calls() => ((CallPlanning.Planned)CallPlan.Of(session.Copy!.Tenant, _play.Commands, session.Time.GetUtcNow())).Plan;

    // A user's country and licenses are two rows of a run, and one of the list: the worse of the two is told. Null for what was not reached.
    private static RowOutcome? OutcomeOf(RowResult[] rows, string words)
    {
        if (Array.Find(rows, static row => row.Fate == Fate.Failed) is { } failed)
        {
            return failed.Refusal is { } refusal
                ? RowOutcome.Failure(refusal.InnerCode ?? Advice.CodeOf(refusal.Status, refusal.Message ?? "") ?? refusal.Code ?? "", refusal.Message ?? "")
                : RowOutcome.Failure("licenseError", failed.Message ?? "");
        }

        string remarks = string.Concat(rows.Where(static row => row.Message is not null).Select(static row => $"; {row.Message}"));
        return Array.Exists(rows, static row => row.Fate == Fate.Left) ? null
            : new RowOutcome(Array.Exists(rows, static row => row.Fate == Fate.Accepted) ? RowFate.Accepted : RowFate.Changed, "", words + remarks);
    }
}
