using Berth.CommandLine.Client.Wire;
using Berth.Connect;

namespace Berth.CommandLine.Client.Bulk;

/// <summary>Works off a list: reads the users in batches, writes only what each lacks, several batches at once, and puts down every outcome as it comes.</summary>
internal sealed class BulkRun(GraphClient graph, BulkJob job, UserList list, ResultFile results, BulkTally tally)
{
    // So many rows refused for want of permission, and none granted, are not about the rows.
    private const int DenialsThatSayNo = 2 * ConnectLimits.BatchItems;

    private readonly List<Task> _writes = [];
    private int _denials;

    /// <summary>Whether anything was sent that changes something: then the run has begun, whatever became of it.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Runs until the list is done, the caller stops it, or nothing more can succeed; the result tells why it ended early, or is null.</summary>
    /// <param name="stop">No further batch begins; those on their way are still answered.</param>
    public async Task<string?> RunAsync(CancellationToken stop)
    {
        // After a stop the server gets this long to answer what is on its way.
        using CancellationTokenSource finish = new();
        using CancellationTokenRegistration countdown = stop.Register(() => finish.CancelAfter(ClientLimits.Finish));
        string? ended = null;
        try
        {
            await ReadAndWriteAsync(stop, finish.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            ended = "stopped";
        }
        catch (ConnectionFailedException e)
        {
            ended = e.Message;
        }

        try
        {
            await Task.WhenAll(_writes).ConfigureAwait(false);
        }
        catch (ConnectionFailedException e)
        {
            ended ??= e.Message;
        }
        catch (OperationCanceledException) when (finish.IsCancellationRequested)
        {
            ended = "stopped before the server answered the last rows; they are looked up again by the next run";
        }

        results.Finish();
        return ended ?? (IsDenied ? "the server refuses everything this application asks" : null);
    }

    private bool IsDenied => _denials >= DenialsThatSayNo && tally[RowFate.Changed] + tally[RowFate.Already] == 0;

    private async Task ReadAndWriteAsync(CancellationToken stop, CancellationToken finish)
    {
        List<(ListRow Row, WireUser User, BulkStep.Switch Step)> batch = [];
        List<(ListRow Row, RowOutcome Outcome)> settled = [];
        await foreach ((ListRow row, WireUser? user, RowOutcome? problem) in UserReading.ReadAsync(graph, list, stop).ConfigureAwait(false))
        {
            switch (user is null ? null : job.For(user))
            {
                case null:
                    settled.Add((row, problem!));
                    break;
                case BulkStep.Switch step:
                    batch.Add((row, user!, step));
                    break;
                case BulkStep.Settled done:
                    settled.Add((row, done.Outcome));
                    break;
            }

            if (settled.Count == ConnectLimits.BatchItems)
            {
                Settle(settled);
                settled = [];
            }

            if (batch.Count == ConnectLimits.BatchItems)
            {
                await BeginAsync(batch, stop, finish).ConfigureAwait(false);
                batch = [];
            }

            if (IsDenied || _writes.Any(write => write.IsFaulted))
            {
                break;
            }
        }

        Settle(settled);
        if (batch.Count > 0 && !IsDenied)
        {
            await BeginAsync(batch, stop, finish).ConfigureAwait(false);
        }
    }

    private async Task BeginAsync(List<(ListRow Row, WireUser User, BulkStep.Switch Step)> batch, CancellationToken stop, CancellationToken finish)
    {
        while (_writes.Count >= ClientLimits.WritesInFlight && !_writes.Any(write => write.IsFaulted))
        {
            await Task.WhenAny(_writes).WaitAsync(stop).ConfigureAwait(false);
            _writes.RemoveAll(write => write.IsCompletedSuccessfully);
        }

        HasBegun = true;
        _writes.Add(WriteAsync(batch, finish));
    }

    private async Task WriteAsync(List<(ListRow Row, WireUser User, BulkStep.Switch Step)> batch, CancellationToken finish)
    {
        Dictionary<ListRow, string> located = await LocateAsync(batch, finish).ConfigureAwait(false);
        GraphAnswer[] answers = await graph.SendBatchAsync([.. batch.Select(one => BulkJob.Call(one.User, one.Step.Licenses))], finish).ConfigureAwait(false);
        Settle([.. batch.Zip(answers, (one, answer) => (one.Row, answer.IsDone
            ? new RowOutcome(RowFate.Changed, "", job.Words + one.Step.Note + located.GetValueOrDefault(one.Row))
            : Failure(GraphRefusal.Of(answer))))]);
    }

    // Gives a country to those who have none; whoever does not get it leaves the batch.
    private async Task<Dictionary<ListRow, string>> LocateAsync(List<(ListRow Row, WireUser User, BulkStep.Switch Step)> batch, CancellationToken finish)
    {
        Dictionary<ListRow, string> located = [];
        (ListRow Row, WireUser User, BulkStep.Switch Step)[] without = [.. batch.Where(one => job.NeedsLocation(one.User, one.Step.Licenses))];
        if (without.Length == 0)
        {
            return located;
        }

        WireLocation location = new(job.UsageLocation!);
        GraphAnswer[] answers = await graph.SendBatchAsync(
            [.. without.Select(one => GraphCall.Write(HttpMethod.Patch, Licenses.UserCommands.PathOf($"{one.User.Id}"), location, WireJson.Default.WireLocation))],
            finish).ConfigureAwait(false);
        foreach (((ListRow Row, WireUser User, BulkStep.Switch Step) one, GraphAnswer answer) in without.Zip(answers))
        {
            if (answer.IsDone)
            {
                located.Add(one.Row, $"; usage location set to {job.UsageLocation}");
            }
            else
            {
                batch.Remove(one);
                Settle([(one.Row, Failure(GraphRefusal.Of(answer)))]);
            }
        }

        return located;
    }

    private static RowOutcome Failure(GraphRefusal refusal) => RowOutcome.Failure(refusal.Code, refusal.Message);

    private void Settle(IReadOnlyCollection<(ListRow Row, RowOutcome Outcome)> done)
    {
        foreach ((_, RowOutcome outcome) in done)
        {
            _ = outcome.Code is "permissionMissing" or "InvalidAuthenticationToken" ? Interlocked.Increment(ref _denials) : 0;
        }

        results.AddNews(done, job.Words);
        tally.Add(done);
    }
}
