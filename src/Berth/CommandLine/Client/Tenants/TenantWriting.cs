using System.Globalization;
using Berth.Connect.Profiles;
using Berth.Connect.Wire;
using Berth.Connect.Writing;

namespace Berth.CommandLine.Client.Tenants;

/// <summary>Whoever wants something written.</summary>
/// <param name="About">See <see cref="RunHead.About"/>.</param>
/// <param name="GoOn">What goes on with a run, in words.</param>
/// <param name="Begins">Hears the calls, once the tenant is confirmed and before any is sent; false sends none.</param>
internal sealed record WritingErrand(string? About, Func<string, string> GoOn, Func<IReadOnlyList<PlannedCall>, bool> Begins);

/// <summary>What came of it.</summary>
internal abstract record Written
{
    /// <summary>Nothing was written, and why was said.</summary>
    public sealed record Refused(int ExitCode) : Written;

    /// <summary>A run came to its end, or was cut off.</summary>
    public sealed record Ran(RunHead Head, RunResult Result) : Written;
}

/// <summary>Writes to a tenant that was added, for whatever command: asks for its domain, makes a run or goes on with one (B573 to B576).</summary>
/// <param name="session">The person or program, and the copy.</param>
/// <param name="shelf">The tenants that were added.</param>
/// <param name="name">Which.</param>
/// <param name="wishes">How.</param>
internal sealed class TenantWriting(Session session, TenantShelf shelf, string name, WritingWishes wishes)
{
    private readonly Screen _screen = session.Screen;
    private readonly Connect.Profiles.TenantProfile _profile = shelf.Read(name);

    private string Applies => Path.Combine(shelf.FolderOf(name), "applies");

    /// <summary>Why it cannot be begun at all; null when it can.</summary>
    public string? Problem() =>
        wishes.WritesPerSecond > ApplyLimits.WritesPerSecond && _profile.IsMicrosofts
            ? $"Microsoft's Graph takes 20 writes a second from an application: --writes-per-second is at most {ApplyLimits.WritesPerSecond} there (B574)."
        : wishes.Confirm is null && Console.IsInputRedirected
            ? $"nothing was written: where nobody can be asked, name the tenant that is meant with --confirm DOMAIN (B576)."
        : null;

    /// <summary>The calls, and how long they take at least, in a sentence.</summary>
    public string Describe(CallPlan plan)
    {
        TimeSpan atLeast = TimeSpan.FromSeconds(Math.Ceiling((double)plan.Calls.Count / wishes.WritesPerSecond));
        return string.Create(CultureInfo.InvariantCulture, $"{plan.Rows} changes in {plan.Calls.Count} calls, at {wishes.WritesPerSecond} a second: {atLeast} at least. The copy is of {session.Copy!.PulledAt:u}.");
    }

    /// <summary>Writes calls that were planned on the copy.</summary>
    public async Task<Written> BeginAsync(CallPlan plan, WritingErrand errand, CancellationToken cancel)
    {
        WarnOfOldCopy();
        if (plan.Unbridged > 0)
        {
            _screen.Warn(string.Create(CultureInfo.InvariantCulture, $"{plan.Unbridged} new licenses cannot be given before the old ones are gone: those users are without for a moment."));
        }

        _screen.Say(Describe(plan));
        using Pace pace = new(wishes.WritesPerSecond, session.Time);
        using GraphPort port = TenantOptions.PortTo(_profile, _screen, session.Time, pace.TakeAsync);
        if (await ConfirmAsync(port, session.Copy!.Tenant.Profile.Id, cancel).ConfigureAwait(false) is not { } facts)
        {
            return new Written.Refused(ExitCode.SomeRowsFailed);
        }

        if (!errand.Begins(plan.Calls))
        {
            return new Written.Refused(ExitCode.BadUsage);
        }

        DateTimeOffset begins = session.Time.GetUtcNow();
        RunHead head = new(1, RunFolder.NewId(begins), facts.Id, facts.DisplayName, facts.Domain, _profile.Graph, begins, plan.Calls.Count, plan.Rows, errand.About);
        using RunFolder folder = RunFolder.Create(Applies, head, plan.Calls);
        return await RunAsync(port, folder, pace, errand, cancel).ConfigureAwait(false);
    }

    /// <summary>Goes on with a run; one that is about something else is refused, unless whoever asks does not care.</summary>
    public async Task<Written> ResumeAsync(WritingErrand errand, CancellationToken cancel)
    {
        using RunFolder folder = RunFolder.Open(Applies, wishes.Resume!);
        if (errand.About is { } about && folder.Head.About != about)
        {
            _screen.Warn($"the run {folder.Head.Id} is of another command ({folder.Head.About ?? "berth apply"}), and this one asks for: {about}. Nothing was written.");
            return new Written.Refused(ExitCode.BadUsage);
        }

        using Pace pace = new(wishes.WritesPerSecond, session.Time);
        using GraphPort port = TenantOptions.PortTo(_profile, _screen, session.Time, pace.TakeAsync);
        return await ConfirmAsync(port, folder.Head.TenantId, cancel).ConfigureAwait(false) is null ? new Written.Refused(ExitCode.SomeRowsFailed)
            : errand.Begins(folder.Calls) ? await RunAsync(port, folder, pace, errand, cancel).ConfigureAwait(false)
            : new Written.Refused(ExitCode.BadUsage);
    }

    /// <summary>What to do about a run that did not do everything; nothing when it did.</summary>
    public void Remind(Written.Ran ran, WritingErrand errand)
    {
        _screen.Say($"'berth pull {name}' brings the copy up to date.");
        string goOn = errand.GoOn(ran.Head.Id);
        if (ran.Result.Ended is { } ended)
        {
            _screen.Warn($"{ended}. What is done stays done and nothing is lost: go on with {goOn}.");
        }
        else if (ran.Result.Count(RowFate.Left) + ran.Result.Count(RowFate.Accepted) > 0)
        {
            _screen.Warn($"go on with what is left once its reason is gone: {goOn}.");
        }
    }

    // A plan on what was before the last run asks for what is done already, and counts seats that are taken.
    private void WarnOfOldCopy()
    {
        string pulled = RunFolder.NewId(session.Copy!.PulledAt);
        string[] later = Directory.Exists(Applies) ? [.. Directory.EnumerateDirectories(Applies).Select(static folder => Path.GetFileName(folder)).Where(run => string.CompareOrdinal(run, pulled) > 0)] : [];
        if (later.Max(StringComparer.Ordinal) is { } run)
        {
            _screen.Warn($"the copy is older than the run {run}, which wrote to this tenant: 'berth pull {name}' brings it up to date; --resume {run} goes on with that run.");
        }
    }

    // Whose tenant it is comes from Graph, now: a profile may have been changed, and an application moved.
    private async Task<TenantFacts?> ConfirmAsync(GraphPort port, Guid expected, CancellationToken cancel)
    {
        TenantFacts facts = await TenantFacts.ReadAsync(port, cancel).ConfigureAwait(false);
        string whose = $"{facts.DisplayName} ({facts.Domain}, {facts.Id})";
        if (facts.Id != expected)
        {
            _screen.Warn($"nothing was written: {name} is {whose} now, and what is to be written was planned for the tenant {expected}. Pull it anew and look at the plan (B576).");
            return null;
        }

        string? said = wishes.Confirm;
        if (said is null)
        {
            _screen.EndLine();
            await Console.Error.WriteAsync($"This writes to {whose}. Type its domain to go on: ").ConfigureAwait(false);
            said = Console.ReadLine()?.Trim() ?? "";
        }
        else
        {
            _screen.Warn($"writes to {whose}.");
        }

        if (!facts.Has(said))
        {
            _screen.Warn($"nothing was written: '{said}' is no verified domain of {whose} (B576).");
            return null;
        }

        return facts;
    }

    private async Task<Written.Ran> RunAsync(GraphPort port, RunFolder folder, Pace pace, WritingErrand errand, CancellationToken cancel)
    {
        _screen.Warn($"run {folder.Head.Id}. If it is cut off, {errand.GoOn(folder.Head.Id)} goes on.");
        RunResult result = await new ApplyRun(port, folder, pace, wishes.LookFor, session.Time, ProgressTo()).RunAsync(cancel).ConfigureAwait(false);
        _screen.EndLine();
        return new Written.Ran(folder.Head, result);
    }

    // A terminal can be told every time, a log once for each tenth.
    private Action<RunProgress> ProgressTo()
    {
        string words = "";
        int tenth = -1;
        Lock one = new();
        return progress =>
        {
            lock (one)
            {
                int now = progress.Calls == 0 ? 10 : progress.Done * 10 / progress.Calls;
                if (_screen.CanOverwrite || progress.Words != words || now != tenth)
                {
                    (words, tenth) = (progress.Words, now);
                    _screen.Progress(string.Create(CultureInfo.InvariantCulture, $"{progress.Done} of {progress.Calls} calls: {progress.Words}"));
                }
            }
        };
    }
}
