using Berth.Connect.Wire;

namespace Berth.Connect.Writing;

/// <summary>How far a run is, for people.</summary>
/// <param name="Words">What it does now.</param>
/// <param name="Done">The calls that have an answer.</param>
/// <param name="Calls">All calls.</param>
public sealed record RunProgress(string Words, int Done, int Calls);

/// <summary>What became of one row.</summary>
/// <param name="Row">Its number in the run, from 0.</param>
/// <param name="Wish">What it wanted.</param>
/// <param name="Fate">What became of it.</param>
/// <param name="Message">Why it failed or was held back, or what is to be told beside; null for nothing.</param>
/// <param name="Refusal">Graph's refusal, when that is why it failed; else null.</param>
public sealed record RowResult(int Row, Wish Wish, RowFate Fate, string? Message, KnownAnswer? Refusal = null);

/// <summary>What became of a run. The four counts of rows are all of them.</summary>
/// <param name="Ended">Why it ended before its end, or null.</param>
/// <param name="Rows">Every row.</param>
/// <param name="Sent">The requests that were sent by this process.</param>
/// <param name="Lost">The answers that were lost.</param>
public sealed record RunResult(string? Ended, IReadOnlyList<RowResult> Rows, int Sent, int Lost)
{
    /// <summary>How many rows have a fate.</summary>
    public int Count(RowFate fate) => Rows.Count(row => row.Fate == fate);
}

/// <summary>
/// Writes a run to its tenant: stage by stage, at a pace, putting down what goes out before it goes and what came back before it counts (B571, B573, B574); then looks
/// until each row is seen, or was looked for long enough (B575). Whatever a process before this one left is taken up where it was left.
/// </summary>
public sealed class ApplyRun
{
    private const string AnswerLost = "answerLost";

    private readonly GraphPort _port;
    private readonly RunFolder _folder;
    private readonly Pace _pace;
    private readonly TimeSpan _lookFor;
    private readonly TimeProvider _time;
    private readonly Action<RunProgress> _tell;
    private readonly int[] _firstRow;
    private readonly Dictionary<int, string> _held = [];
    private readonly string _graph;
    private int _sent, _lost, _denied, _done, _settled;

    /// <summary>A run that has not begun, or not gone on, yet.</summary>
    /// <param name="port">The way to the tenant; what it sends again because Graph said so is counted in <paramref name="pace"/> by whoever made both.</param>
    /// <param name="folder">The run.</param>
    /// <param name="pace">The pace (B574).</param>
    /// <param name="lookFor">How long is looked for what was accepted (B575).</param>
    /// <param name="time">The clock.</param>
    /// <param name="tell">Hears how far it is.</param>
    public ApplyRun(GraphPort port, RunFolder folder, Pace pace, TimeSpan lookFor, TimeProvider time, Action<RunProgress> tell)
    {
        (_port, _folder, _pace, _lookFor, _time, _tell) = (port, folder, pace, lookFor, time, tell);
        _graph = $"{folder.Head.Graph.GetLeftPart(UriPartial.Path).TrimEnd('/')}/v1.0";
        _firstRow = new int[folder.Calls.Count];
        for (int call = 1; call < _firstRow.Length; call++)
        {
            _firstRow[call] = _firstRow[call - 1] + folder.Calls[call - 1].Wishes.Count;
        }

        _settled = folder.Calls.Count(IsSettled);
    }

    /// <summary>Runs to the end, or until it is stopped: no further call goes out then, and those on their way are still answered.</summary>
    public async Task<RunResult> RunAsync(CancellationToken stop)
    {
        string? ended = null;
        try
        {
            foreach (IGrouping<CallStage, PlannedCall> stage in _folder.Calls.GroupBy(static call => call.Stage))
            {
                await WriteStageAsync(stage.Key, await HoldBackAsync([.. stage], stop).ConfigureAwait(false), stop).ConfigureAwait(false);
            }

            await VerifyAsync(stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            ended = "stopped";
        }
        catch (ConnectFailedException e)
        {
            ended = e.Message;
        }

        return new RunResult(ended, Results(), _sent, _lost);
    }

    // Whoever has to be seen with something new first, and is not, keeps the old.
    private async Task<List<PlannedCall>> HoldBackAsync(PlannedCall[] calls, CancellationToken stop)
    {
        PlannedCall[] waiting = [.. calls.Where(call => call.After.Count > 0 && !IsSettled(call))];
        HashSet<Gain> open = [.. waiting.SelectMany(static call => call.After)];
        Dictionary<Gain, string> missing = [];
        DateTimeOffset until = _time.GetUtcNow() + _lookFor;
        for (TimeSpan pause = ApplyLimits.FirstLook; open.Count > 0; pause = Longer(pause))
        {
            Tell($"looking whether {open.Count} new licenses have arrived");
            Gain[] asked = [.. open];
            IReadOnlyList<Sight> sights = await new TenantLook(_port).AtAsync(asked, stop).ConfigureAwait(false);
            foreach ((Gain gain, Sight sight) in asked.Zip(sights))
            {
                // What will never come is not waited for.
                _ = sight is not Sight.NotYet && open.Remove(gain);
                _ = sight is Sight.Seen ? missing.Remove(gain) : (missing[gain] = sight is Sight.Never never ? never.Reason : $"user {gain.UserId} was not seen with SKU {gain.SkuId}").Length > 0;
            }

            if (open.Count == 0 || _time.GetUtcNow() + pause > until)
            {
                break;
            }

            await Task.Delay(pause, _time, stop).ConfigureAwait(false);
        }

        List<PlannedCall> ready = [];
        foreach (PlannedCall call in calls)
        {
            if (!IsSettled(call) && call.After.FirstOrDefault(missing.ContainsKey) is { } gain)
            {
                _held[call.Number] = $"held back, because the new license has not arrived: {missing[gain]}";
            }
            else
            {
                ready.Add(call);
            }
        }

        return ready;
    }

    private async Task WriteStageAsync(CallStage stage, List<PlannedCall> calls, CancellationToken stop)
    {
        List<Parcel> open = [.. calls.SelectMany(Parcels).Where(parcel => _folder.Answer(parcel.Key) is null)];

        // What a process before this one sent without hearing of it may have happened.
        Parcel[] unknown = [.. open.Where(parcel => _folder.HasBegun(parcel.Key))];
        HashSet<Parcel> again = await LookForAsync(unknown, stop).ConfigureAwait(false);
        open = [.. open.Where(parcel => !unknown.Contains(parcel) || again.Contains(parcel))];
        for (int round = 1; open.Count > 0; round++)
        {
            (Parcel[] lost, Parcel[] refused) = await SendAsync(stage, open, stop).ConfigureAwait(false);
            HashSet<Parcel> left = await LookForAsync([.. lost, .. refused], stop).ConfigureAwait(false);
            Parcel[] once = [.. lost.Where(left.Contains)];
            Settle([.. once.Where(static parcel => parcel.IsHopeless).Select(static parcel => parcel.GivenUp())]);
            open = [.. once.Where(static parcel => !parcel.IsHopeless), .. refused.Where(left.Contains).SelectMany(TakeApart)];
            if (open.Count > 0)
            {
                await Task.Delay(ApplyLimits.FirstLook * Math.Min(round, ApplyLimits.Rounds), _time, stop).ConfigureAwait(false);
            }
        }
    }

    // Members that were refused together are asked for one by one, so that one of them does not keep nineteen out.
    private IEnumerable<Parcel> TakeApart(Parcel refused) => refused.Wishes.Count > 1 ? Parts(refused.Call).Where(part => _folder.Answer(part.Key) is null) : [];

    /// <summary>Sends parts of a stage once; what was lost, and what was refused and may be so because it is as wanted.</summary>
    private async Task<(Parcel[] Lost, Parcel[] Refused)> SendAsync(CallStage stage, IReadOnlyList<Parcel> parcels, CancellationToken stop)
    {
        using CancellationTokenSource finish = new();
        using CancellationTokenRegistration countdown = stop.Register(() => finish.CancelAfter(ApplyLimits.Finish));
        List<Parcel> lost = [], refused = [];
        List<Task> onTheirWay = [];
        try
        {
            foreach (Parcel[] batch in parcels.Chunk(Math.Min(ApplyLimits.WritesOfABatch, _pace.Most)))
            {
                while (onTheirWay.Count >= ApplyLimits.WritesInFlight && !onTheirWay.Any(static task => task.IsFaulted))
                {
                    await Task.WhenAny(onTheirWay).WaitAsync(stop).ConfigureAwait(false);
                    onTheirWay.RemoveAll(static task => task.IsCompletedSuccessfully);
                }

                if (onTheirWay.Any(static task => task.IsFaulted))
                {
                    break;
                }

                if (_denied >= ApplyLimits.DenialsThatSayNo && _done == 0)
                {
                    throw new ConnectFailedException("Graph refuses everything this application asks: it lacks the permissions to write (LicenseAssignment.ReadWrite.All, GroupMember.ReadWrite.All, User.ReadWrite.All, CloudPC.ReadWrite.All).");
                }

                await _pace.TakeAsync(batch.Length, stop).ConfigureAwait(false);
                onTheirWay.Add(SendBatchAsync(batch));
            }
        }
        finally
        {
            await Task.WhenAll(onTheirWay).WaitAsync(finish.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await Task.WhenAll(onTheirWay).ConfigureAwait(false);
        stop.ThrowIfCancellationRequested();
        return ([.. lost], [.. refused]);

        async Task SendBatchAsync(Parcel[] batch)
        {
            _folder.Add([new ProgressLine { Begin = [.. batch.Select(static parcel => parcel.Key)] }]);
            Interlocked.Add(ref _sent, batch.Length);
            IReadOnlyList<PortAnswer> answers = await _port.BatchAsync([.. batch.Select(Call)], finish.Token).ConfigureAwait(false);
            List<ProgressLine> known = [];
            foreach ((Parcel parcel, PortAnswer answer) in batch.Zip(answers))
            {
                if (answer.IsLost || answer.Status is 409 or 429 or 503)
                {
                    _ = answer.IsLost ? Interlocked.Increment(ref _lost) : 0;
                    parcel.Missed(answer);
                    lock (lost)
                    {
                        lost.Add(parcel);
                    }

                    continue;
                }

                known.Add(new ProgressLine { Call = parcel.Key, Status = answer.Status, Code = answer.IsDone ? null : answer.Code, InnerCode = answer.IsDone ? null : answer.InnerCode, Message = answer.IsDone ? null : answer.Message });
                _ = answer.IsDone ? Interlocked.Increment(ref _done) : 0;
                _ = answer.Status is 401 or 403 ? Interlocked.Increment(ref _denied) : 0;
                if (answer.Status is 400 or 404)
                {
                    lock (lost)
                    {
                        refused.Add(parcel);
                    }
                }
            }

            Settle(known);
            Tell(StageWords(stage));
        }

        PortCall Call(Parcel parcel)
        {
            CallRequest request = CallRequest.Of(parcel.Wishes, _graph);
            return new PortCall(request.Method, request.Version + request.Path, request.Body is null ? default : System.Text.Encoding.UTF8.GetBytes(request.Body))
            {
                CanRepeat = false, RepeatabilityId = _folder.RepeatabilityId(parcel.Key),
            };
        }
    }

    // Parts that are seen have their answer now; those that must not be asked for twice have one too. The rest is to be sent again.
    private async Task<HashSet<Parcel>> LookForAsync(IReadOnlyCollection<Parcel> unknown, CancellationToken stop)
    {
        if (unknown.Count == 0)
        {
            return [];
        }

        // Whether to ask again is a matter of the membership; what the group gives comes later by itself.
        Wish[] wishes = [.. unknown.SelectMany(static parcel => parcel.Wishes).Select(static wish => wish is Wish.Member member ? member with { Gives = [] } : wish)];
        IReadOnlyList<Sight> sights = await new TenantLook(_port).AtAsync(wishes, _folder.Head.StartedAt, stop).ConfigureAwait(false);
        HashSet<Parcel> left = [];
        List<ProgressLine> lines = [];
        int at = 0;
        foreach (Parcel parcel in unknown)
        {
            bool[] seen = [.. sights.Skip(at).Take(parcel.Wishes.Count).Select(static sight => sight is Sight.Seen)];
            at += seen.Length;
            if (seen.All(static one => one))
            {
                lines.Add(new ProgressLine { Call = parcel.Key, Status = 0 });
                continue;
            }

            bool isRefused = _folder.Answer(parcel.Key) is not null;
            if (!isRefused && !parcel.Wishes.All(static wish => wish.MayRepeat))
            {
                lines.Add(new ProgressLine
                {
                    Call = parcel.Key, Status = 504, Code = AnswerLost, Message = "no answer came back, and doing it twice would do harm: look at the Cloud PC, and ask again if it was not done",
                });
                continue;
            }

            left.Add(parcel);
            lines.AddRange(Enumerable.Range(0, seen.Length).Where(part => isRefused && seen.Length > 1 && seen[part]).Select(part => new ProgressLine { Call = Key(parcel.Call, part), Status = 0 }));
        }

        Settle(lines);
        return left;
    }

    // What was not seen, or was an error, the last time is looked at again: fates are the tenant's, and it moves.
    private async Task VerifyAsync(CancellationToken stop)
    {
        List<(int Row, Wish Wish, KnownAnswer Answer)> open =
            [.. Rows().Where(row => row.Answer is not null && _folder.FateOf(row.Row) is not { Fate: RowFate.Applied }).Select(static row => (row.Row, row.Wish, row.Answer!))];
        DateTimeOffset until = _time.GetUtcNow() + _lookFor;
        for (TimeSpan pause = ApplyLimits.FirstLook; open.Count > 0; pause = Longer(pause))
        {
            Tell($"looking for {open.Count} of {_folder.Head.Rows} rows in the tenant");
            IReadOnlyList<Sight> sights = await new TenantLook(_port).AtAsync([.. open.Select(static row => row.Wish)], _folder.Head.StartedAt, stop).ConfigureAwait(false);
            bool isLast = _time.GetUtcNow() + pause > until;
            List<(int Row, Wish Wish, KnownAnswer Answer)> left = [];
            List<ProgressLine> lines = [];
            foreach (((int Row, Wish Wish, KnownAnswer Answer) row, Sight sight) in open.Zip(sights))
            {
                if (FateOf(row.Answer, sight, isLast) is { } fate)
                {
                    lines.Add(new ProgressLine { Row = row.Row, Fate = fate.Fate, Message = fate.Message });
                }
                else
                {
                    left.Add(row);
                }
            }

            _folder.Add(lines);
            open = left;
            if (open.Count > 0)
            {
                await Task.Delay(pause, _time, stop).ConfigureAwait(false);
            }
        }
    }

    private static (RowFate Fate, string? Message)? FateOf(KnownAnswer answer, Sight sight, bool isLast) => sight switch
    {
        Sight.Seen seen => (RowFate.Applied, seen.Remark),
        Sight.Never never when answer.IsDone => (RowFate.Failed, never.Reason),
        _ when !answer.IsDone && (isLast || answer.Code != AnswerLost) => (RowFate.Failed, $"{answer.Code}: {answer.Message}"),
        _ => isLast ? (RowFate.Accepted, "Graph took it, and the tenant does not show it yet") : null,
    };

    private RowResult[] Results() =>
    [
        .. Rows().Select(row => _folder.FateOf(row.Row) is { } fate
            ? new RowResult(row.Row, row.Wish, fate.Fate, fate.Message, fate.Fate is RowFate.Failed && row.Answer is { IsDone: false } ? row.Answer : null)
            : new RowResult(
                row.Row,
                row.Wish,
                row.Answer is null ? RowFate.Left : row.Answer.IsDone ? RowFate.Accepted : RowFate.Failed,
                row.Answer is null ? _held.GetValueOrDefault(row.Call, "not reached") : row.Answer.IsDone ? "not looked for yet" : $"{row.Answer.Code}: {row.Answer.Message}",
                row.Answer is { IsDone: false } ? row.Answer : null)),
    ];

    // The answer to a row: its own when its call was taken apart, else its call's.
    private IEnumerable<(int Row, int Call, Wish Wish, KnownAnswer? Answer)> Rows() => _folder.Calls.SelectMany(call => call.Wishes.Select((wish, part) =>
    {
        KnownAnswer? whole = _folder.Answer(Key(call));
        KnownAnswer? own = call.Wishes.Count > 1 && whole is not { IsDone: true } ? _folder.Answer(Key(call, part)) : null;
        return (_firstRow[call.Number] + part, call.Number, wish, own ?? whole);
    }));

    private bool IsSettled(PlannedCall call) => _folder.Answer(Key(call)) is not null;

    // A call that was refused whole, and taken apart, is its parts from then on.
    private IEnumerable<Parcel> Parcels(PlannedCall call) =>
        call.Wishes.Count > 1 && _folder.Answer(Key(call)) is { IsDone: false, Status: 400 or 404 } ? Parts(call) : [new Parcel(Key(call), call, call.Wishes)];

    private static IEnumerable<Parcel> Parts(PlannedCall call) => call.Wishes.Select((wish, part) => new Parcel(Key(call, part), call, [wish]));

    private static string Key(PlannedCall call) => $"{call.Number}";

    private static string Key(PlannedCall call, int part) => $"{call.Number}.{part}";

    private static TimeSpan Longer(TimeSpan pause) => pause * 2 < ApplyLimits.LongestLook ? pause * 2 : ApplyLimits.LongestLook;

    private static string StageWords(CallStage stage) => stage switch
    {
        CallStage.Properties => "properties of users",
        CallStage.GroupLicenses => "licenses of groups",
        CallStage.Joining => "new members of groups",
        CallStage.Policies => "policies",
        CallStage.UserLicenses => "licenses of users",
        CallStage.GroupRemovals => "licenses that groups lose",
        CallStage.Leaving => "members that leave",
        CallStage.CloudPcs => "Cloud PCs",
        CallStage.Deletions => "deletions",
    };

    private void Settle(IReadOnlyCollection<ProgressLine> answers)
    {
        Interlocked.Add(ref _settled, answers.Count(line => !line.Call!.Contains('.', StringComparison.Ordinal) && _folder.Answer(line.Call) is null));
        _folder.Add(answers);
    }

    private void Tell(string words) => _tell(new RunProgress(words, _settled, _folder.Calls.Count));

    /// <summary>A call, or the part of one that was taken apart, on its way.</summary>
    private sealed class Parcel(string key, PlannedCall call, IReadOnlyList<Wish> wishes)
    {
        private int _missed;
        private PortAnswer _last = PortAnswer.Lost;

        public string Key => key;

        public PlannedCall Call => call;

        public IReadOnlyList<Wish> Wishes => wishes;

        public bool IsHopeless => _missed >= ApplyLimits.Rounds;

        public void Missed(PortAnswer answer) => (_missed, _last) = (_missed + 1, answer);

        public ProgressLine GivenUp() => _last.IsLost
            ? new ProgressLine { Call = key, Status = 504, Code = AnswerLost, Message = $"{_last.Message}; it was asked for {_missed} times and not seen in the tenant" }
            : new ProgressLine { Call = key, Status = _last.Status, Code = _last.Code, InnerCode = _last.InnerCode, Message = _last.Message };
    }
}
