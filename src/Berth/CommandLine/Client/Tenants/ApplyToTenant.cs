using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Berth.Connect.Writing;
using Berth.Engine;
using Berth.Graph.Plans;

namespace Berth.CommandLine.Client.Tenants;

/// <summary><c>berth apply --tenant NAME</c>: writes changes to a tenant that was added, after the plan on its copy was looked at (B570 to B578).</summary>
/// <param name="session">The person or program, and the copy.</param>
/// <param name="output">Where an answer for a program goes.</param>
/// <param name="name">The tenant's name.</param>
/// <param name="writing">The way to write to it.</param>
internal sealed class ApplyToTenant(Session session, TextWriter output, string name, TenantWriting writing)
{
    /// <summary>The most rows that are told to people; the folder of the run and a program get all.</summary>
    private const int MostRows = 50;

    private readonly Screen _screen = session.Screen;
    private readonly WritingErrand _errand = new(null, run => $"'berth apply --tenant {name} --resume {run}'", static _ => true);

    /// <summary>Writes changes whose plan was shown.</summary>
    public async Task<int> BeginAsync(JsonArray changes, CancellationToken cancel)
    {
        Tenant tenant = session.Copy!.Tenant;
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

        return await FinishAsync(await writing.BeginAsync(plan, _errand, cancel).ConfigureAwait(false)).ConfigureAwait(false);
    }

    /// <summary>Goes on with a run.</summary>
    public async Task<int> ResumeAsync(CancellationToken cancel) => await FinishAsync(await writing.ResumeAsync(_errand, cancel).ConfigureAwait(false)).ConfigureAwait(false);

    private async Task<int> FinishAsync(Written written)
    {
        if (written is not Written.Ran ran)
        {
            return ((Written.Refused)written).ExitCode;
        }

        if (_screen.Json)
        {
            await output.WriteLineAsync(Json(ran.Head, ran.Result).ToJsonString().AsMemory(), CancellationToken.None).ConfigureAwait(false);
        }

        Show(ran.Head, ran.Result);
        writing.Remind(ran, _errand);
        return ran.Result.Ended is not null ? ExitCode.Failed : ran.Result.Count(RowFate.Applied) == ran.Result.Rows.Count ? ExitCode.Done : ExitCode.Partly;
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
            ["code"] = row.Refusal?.Code,
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
