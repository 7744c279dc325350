using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Berth.CommandLine.Client.Plans;
using Berth.Connect;
using Berth.Connect.Copies;
using Berth.Connect.Profiles;
using Berth.Connect.Wire;
using Berth.Connect.Writing;
using Berth.Engine;
using Berth.Graph.Plans;

namespace Berth.CommandLine.Client.Tenants;

/// <summary><c>berth apply --tenant NAME</c>: writes changes to a tenant that was added, after the plan on its copy was looked at (B570 to B578).</summary>
/// <param name="session">The person or program, and the copy.</param>
/// <param name="output">Where an answer for a program goes.</param>
/// <param name="shelf">The tenants that were added.</param>
/// <param name="name">Which.</param>
/// <param name="wishes">How.</param>
internal sealed class ApplyToTenant(Session session, TextWriter output, TenantShelf shelf, string name, ApplyWishes wishes)
{
    /// <summary>The most rows that are told to people; the folder of the run and a program get all.</summary>
    private const int MostRows = 50;

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

    /// <summary>Writes changes whose plan was shown.</summary>
    public async Task<int> BeginAsync(JsonArray changes, CancellationToken cancel)
    {
        TenantCopy copy = CopyFile.Read(shelf.FolderOf(name)) ?? throw new ConnectFailedException($"there is no copy of {name} yet: 'berth pull {name}' makes one.");
        Tenant tenant = CopiedTenant.Of(copy);
        DateTimeOffset now = session.Time.GetUtcNow();
        (IReadOnlyList<Command>? commands, string? problem) = ChangeReading.Read(Encoding.UTF8.GetBytes(new JsonObject { ["changes"] = changes.DeepClone() }.ToJsonString()), tenant, now);
        if (commands is null)
        {
            _screen.Warn(problem!);
            return ExitCode.BadUsage;
        }

        CallPlanning planning = CallPlan.Of(tenant, commands, now);
        if (planning is CallPlanning.Refused refused)
        {
            foreach (string one in refused.Problems)
            {
                _screen.Warn(one);
            }

            return ExitCode.SomeRowsFailed;
        }

        CallPlan plan = ((CallPlanning.Planned)planning).Plan;
        if (plan.Calls.Count == 0)
        {
            _screen.Say($"{name} is as wanted already: there is nothing to write.");
            return ExitCode.Done;
        }

        if (plan.Unbridged > 0)
        {
            _screen.Warn(string.Create(CultureInfo.InvariantCulture, $"{plan.Unbridged} new licenses cannot be given before the old ones are gone: those users are without for a moment."));
        }

        TimeSpan atLeast = TimeSpan.FromSeconds(Math.Ceiling((double)plan.Calls.Count / wishes.WritesPerSecond));
        _screen.Say(string.Create(CultureInfo.InvariantCulture, $"{plan.Rows} changes in {plan.Calls.Count} calls, at {wishes.WritesPerSecond} a second: {atLeast} at least. The copy is of {copy.Head.PulledAt:u}."));
        using Pace pace = new(wishes.WritesPerSecond, session.Time);
        using GraphPort port = TenantOptions.PortTo(_profile, _screen, session.Time, () => pace.Count(1));
        if (await ConfirmAsync(port, copy.Head.Organization.Id, cancel).ConfigureAwait(false) is not { } facts)
        {
            return ExitCode.SomeRowsFailed;
        }

        DateTimeOffset begins = session.Time.GetUtcNow();
        RunHead head = new(1, RunFolder.NewId(begins), facts.Id, facts.DisplayName, facts.Domain, _profile.Graph, begins, plan.Calls.Count, plan.Rows);
        using RunFolder folder = RunFolder.Create(Applies, head, plan.Calls);
        return await RunAsync(port, folder, pace, cancel).ConfigureAwait(false);
    }

    /// <summary>Goes on with a run.</summary>
    public async Task<int> ResumeAsync(CancellationToken cancel)
    {
        using RunFolder folder = RunFolder.Open(Applies, wishes.Resume!);
        using Pace pace = new(wishes.WritesPerSecond, session.Time);
        using GraphPort port = TenantOptions.PortTo(_profile, _screen, session.Time, () => pace.Count(1));
        return await ConfirmAsync(port, folder.Head.TenantId, cancel).ConfigureAwait(false) is null
            ? ExitCode.SomeRowsFailed
            : await RunAsync(port, folder, pace, cancel).ConfigureAwait(false);
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

    private async Task<int> RunAsync(GraphPort port, RunFolder folder, Pace pace, CancellationToken cancel)
    {
        string goOn = $"berth apply --tenant {name} --resume {folder.Head.Id}";
        _screen.Warn($"run {folder.Head.Id}. If it is cut off, '{goOn}' goes on.");
        RunResult result = await new ApplyRun(port, folder, pace, wishes.LookFor, session.Time, ProgressTo()).RunAsync(cancel).ConfigureAwait(false);
        _screen.EndLine();
        if (_screen.Json)
        {
            await output.WriteLineAsync(Json(folder.Head, result).ToJsonString().AsMemory(), CancellationToken.None).ConfigureAwait(false);
        }

        Show(folder.Head, result);
        if (result.Ended is { } ended)
        {
            _screen.Warn($"{ended}. What is done stays done and nothing is lost: go on with '{goOn}'.");
            return ExitCode.Failed;
        }

        if (result.Count(RowFate.Applied) == result.Rows.Count)
        {
            return ExitCode.Done;
        }

        if (result.Count(RowFate.Left) + result.Count(RowFate.Accepted) > 0)
        {
            _screen.Warn($"go on with what is left once its reason is gone: '{goOn}'.");
        }

        return ExitCode.Partly;
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

    private void Show(RunHead head, RunResult result)
    {
        RowResult[] told = [.. result.Rows.Where(static row => row.Fate != RowFate.Applied || row.Message is not null)];
        if (told.Length > 0)
        {
            _screen.Table(
                ["Row", "Change", "Of", "Outcome", "Why"],
                [.. told.Take(MostRows).Select(static row => new[] { $"{row.Row}", row.Wish.Name, $"{row.Wish.Subject}", Words(row.Fate), row.Message ?? "" })]);
            if (told.Length > MostRows)
            {
                _screen.Say(string.Create(CultureInfo.InvariantCulture, $"... and {told.Length - MostRows} more; -o json has them all."));
            }
        }

        _screen.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"{head.TenantName}: {result.Rows.Count} changes, {result.Count(RowFate.Applied)} applied, {result.Count(RowFate.Accepted)} accepted but not seen yet, {result.Count(RowFate.Failed)} failed, {result.Count(RowFate.Left)} left. {result.Sent} requests, {result.Lost} answers lost."));
        _screen.Say($"'berth pull {name}' brings the copy up to date.");
    }

    private static JsonObject Json(RunHead head, RunResult result) => new()
    {
        ["run"] = head.Id,
        ["tenantId"] = head.TenantId,
        ["displayName"] = head.TenantName,
        ["domain"] = head.Domain,
        ["ended"] = result.Ended,
        ["calls"] = head.Calls,
        ["rows"] = result.Rows.Count,
        ["applied"] = result.Count(RowFate.Applied),
        ["accepted"] = result.Count(RowFate.Accepted),
        ["failed"] = result.Count(RowFate.Failed),
        ["left"] = result.Count(RowFate.Left),
        ["requests"] = result.Sent,
        ["lost"] = result.Lost,
        ["results"] = new JsonArray([.. result.Rows.Select(static row => new JsonObject
        {
            ["row"] = row.Row,
            ["kind"] = row.Wish.Name,
            ["id"] = row.Wish.Subject,
            ["outcome"] = Words(row.Fate),
            ["message"] = row.Message,
        })]),
    };

    private static string Words(RowFate fate) => fate switch
    {
        RowFate.Applied => "applied",
        RowFate.Accepted => "accepted",
        RowFate.Failed => "failed",
        RowFate.Left => "left",
    };
}
