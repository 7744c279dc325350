using System.CommandLine;
using System.Globalization;
using System.Text;
using Berth.CommandLine.Client;
using Berth.Engine.Catalog;
using Berth.Engine.Insight.Shifts;
using Berth.Graph;
using Berth.Graph.Frontline;

namespace Berth.CommandLine;

/// <summary><c>berth frontline</c>: what can be worked out about Frontline licenses without a server.</summary>
internal static class FrontlineCommand
{
    /// <summary>The command with those below it.</summary>
    public static Command Create()
    {
        Option<FileInfo> shifts = new("--shifts") { Description = "The JSON file that says who works when; see docs/how-to/shift-simulation.md.", Required = true };
        Option<int?> licenses = new("--licenses") { Description = "Look at this number of licenses too." };
        Option<FileInfo?> svg = new("--svg") { Description = "Draw the answer into this file." };
        Option<string> output = new("--output", "-o") { Description = "text or json.", DefaultValueFactory = static _ => "text" };
        output.AcceptOnlyFromAmong("text", "json");
        Command simulate = new("simulate", "Find the smallest number of Frontline licenses with which nobody who comes to work is refused. Needs no server and no tenant.")
        {
            shifts, licenses, svg, output,
        };
        simulate.SetAction((parsed, cancel) => Run(
            new Screen(parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, parsed.GetValue(output) == "json"),
            parsed.InvocationConfiguration.Output,
            parsed.GetValue(shifts)!,
            parsed.GetValue(licenses),
            parsed.GetValue(svg),
            cancel));
        return new Command("frontline", "Frontline licenses: what a number of them is good for.") { simulate };
    }

    private static async Task<int> Run(Screen screen, TextWriter output, FileInfo shifts, int? licenses, FileInfo? svg, CancellationToken cancel)
    {
        ReadOnlyMemory<byte> json;
        try
        {
            if (shifts.Exists && shifts.Length > GraphLimits.BodyBytes)
            {
                screen.Warn($"{shifts.Name} has more than {GraphLimits.BodyBytes} bytes; that many shifts cannot be simulated.");
                return ExitCode.BadUsage;
            }

            json = await File.ReadAllBytesAsync(shifts.FullName, cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            screen.Warn($"{shifts.Name} cannot be read: {e.Message}");
            return ExitCode.BadUsage;
        }

        if (!ShiftDocument.TryRead(json, SkuCatalog.BuiltIn, out ShiftPlan? plan, out string? error))
        {
            screen.Warn($"{shifts.Name}: {error}");
            return ExitCode.BadUsage;
        }

        if (licenses is < 0 or > ShiftDocument.MostLicenses)
        {
            screen.Warn($"--licenses must be a whole number from 0 to {ShiftDocument.MostLicenses}.");
            return ExitCode.BadUsage;
        }

        ShiftAnswer answer = ShiftSimulation.Of(plan with { Licenses = licenses ?? plan.Licenses }, SkuCatalog.BuiltIn, cancel);
        if (screen.Json)
        {
            await output.WriteLineAsync(Encoding.UTF8.GetString(ShiftDocument.Write(answer)).AsMemory(), cancel).ConfigureAwait(false);
        }
        else
        {
            Tell(screen, answer);
        }

        if (svg is not null)
        {
            try
            {
                await File.WriteAllTextAsync(svg.FullName, ShiftPlot.Draw(answer), cancel).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                screen.Warn($"{svg.Name} cannot be written: {e.Message}");
                return ExitCode.Failed;
            }
        }

        return ExitCode.Done;
    }

    private static void Tell(Screen screen, ShiftAnswer answer)
    {
        screen.Say(ShiftPlot.Words(answer));
        screen.Say("");
        (string, ShiftOutcome)[] runs =
        [
            .. new (string, ShiftOutcome?)[] { ("asked for", answer.Asked), ("smallest", answer.Smallest), ("one less", answer.OneLess) }
                .Where(one => one.Item2 is not null).Select(one => (one.Item1, one.Item2!)),
        ];
        screen.Table(
            ["", "Licenses", "Refusals", "People refused", "Without a Cloud PC", "Buffer uses", "Overruns", "Blocks"],
            [.. runs.Select(run => new[]
            {
                run.Item1, Count(run.Item2.Licenses), Count(run.Item2.Refusals), Count(run.Item2.Refused.Count), Count(run.Item2.RefusedWithoutMachine),
                Count(run.Item2.BufferUses.Count), Count(run.Item2.Overruns.Count), Count(run.Item2.Blocks.Count),
            })]);
        ShiftOutcome told = answer.Asked ?? answer.Smallest;
        screen.Say("");
        screen.Say(string.Create(CultureInfo.InvariantCulture, $"Hour by hour with {told.Licenses} licenses:"));
        screen.Table(
            ["Hour", "Sessions", "Average", "In buffer", "Refusals", "Waiting"],
            [.. told.Hours.Where(hour => hour.MostSessions + hour.Refusals > 0).Select(hour => new[]
            {
                hour.At.ToString("ddd yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture), Count(hour.MostSessions),
                (hour.SessionMinutes / 60m).ToString("0.0", CultureInfo.InvariantCulture), Count(hour.MostInBuffer), Count(hour.Refusals), Count(hour.MostWaiting),
            })]);
    }

    private static string Count(int number) => number.ToString(CultureInfo.InvariantCulture);
}
