using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Berth.Engine.Tests.Golden;
using CsCheck;
using Xunit;

namespace Berth.Engine.Tests.Comparison;

/// <summary>Drives the engine and the oracle with the same random scripts and finds the first difference.</summary>
/// <param name="output">Where what occurred is told.</param>
/// <param name="skus">The SKUs that can occur.</param>
public abstract class ScriptComparison(ITestOutputHelper output, IReadOnlyCollection<string> skus)
{
    private const int LongerBy = 50;

    // What is rare has so many times the commands to occur.
    private const int LongerAtMost = 5;

    private readonly ConcurrentDictionary<string, int> _occurred = new();
    private readonly Draws _draws = new();
    private long _commands;

    /// <summary>Compares on random scripts until enough commands were compared, and sees that everything occurred that must.</summary>
    private protected void Compare(Gen<(string Country, (Request Request, int Minute, int Aim)[] Steps)> random, int fewest, string[] mustOccur)
    {
        int commands = Environment.GetEnvironmentVariable("BERTH_LONG") == "1" ? fewest * LongerBy : fewest;
        Stopwatch watch = Stopwatch.StartNew();
        int scripts = 0;
        while (_commands < commands || (_commands < (long)commands * LongerAtMost && mustOccur.Except(_occurred.Keys).Any()))
        {
            long left = Math.Max(commands - _commands, fewest / 10);
            _draws.Try(
                random,
                Math.Max(1, left / 80),
                script =>
                {
                    Interlocked.Increment(ref scripts);
                    List<(Request, int)> happened = [];
                    if (FirstDifference(script.Country, script.Steps, happened) is not null)
                    {
                        List<(Request, int)> shrunk = Shrink(script.Country, happened);
                        Assert.Fail($"{FirstDifference(script.Country, shrunk)}\n{GoldenCase.Write(script.Country, shrunk)}");
                    }
                });
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{_commands} commands in {scripts} scripts, {_commands / watch.Elapsed.TotalSeconds:F0} commands/s (oracle, engine and invariants together)"));
        foreach ((string what, int times) in _occurred.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{times,10}  {what}"));
        }

        Assert.True(_commands >= commands, $"{_commands} commands were compared.");
        Assert.Empty(mustOccur.Except(_occurred.Keys));
    }

    /// <summary>The request that a random one becomes; it must not depend on who aims.</summary>
    private protected virtual Request AimAt(EngineDesk engine, Request request, int random) => Aim.At(engine.Tenant, request, random);

    private string? FirstDifference(string country, IEnumerable<(Request Request, int Minute)> steps) =>
        FirstDifference(country, steps.Select(step => (step.Request, step.Minute, 0)), null);

    // Runs a script; with a list it counts, and keeps the requests as they were aimed.
    private string? FirstDifference(string country, IEnumerable<(Request Request, int Minute, int Aim)> steps, List<(Request, int)>? happened)
    {
        OracleDesk oracle = new(country, skus);
        EngineDesk engine = new(country);
        int number = 0;
        foreach ((Request random, int minute, int aim) in steps)
        {
            number++;
            Request request = AimAt(engine, random, aim);
            happened?.Add((request, minute));
            DateTimeOffset now = Desk.Opening.AddMinutes(minute);
            string expected = oracle.Do(request, now);
            string actual;
            try
            {
                actual = engine.Do(request, now);
            }
            catch (Exception broken) when (broken is InvalidOperationException or ArgumentException or NullReferenceException or IndexOutOfRangeException or OverflowException)
            {
                return $"command {number}: the engine failed: {broken}";
            }

            List<string> wanted = [.. oracle.Picture(), .. oracle.Fleet()], found = [.. engine.Picture(), .. engine.Fleet()];
            if (happened is not null)
            {
                Count(request, expected, wanted);
                Count($"passes {oracle.Passes}");
                if (request is not Request.DeleteStorages && engine.Last.Decision is Decision.Accepted { Event.Changes: { } changes } && changes.Any(change => change is Change.StoragesDeleted)
                    && !changes.Any(change => change is Change.StorageTermsSet { Terms: null }))
                {
                    Count("storages deleted by time");
                }

                if (oracle.Flips > 0)
                {
                    Count(oracle.Flips > 1 ? "flips, several" : "flips, one");
                }

                if (oracle.Dues > 0)
                {
                    Count(oracle.Flips > 0 ? "flips and dues" : "dues");
                }
            }

            if (expected != actual)
            {
                return $"command {number}: the oracle answers '{Names.Readable(expected)}', the engine '{Names.Readable(actual)}'";
            }

            if (!wanted.SequenceEqual(found))
            {
                return $"command {number}: only the oracle shows\n  {Lines(wanted.Except(found))}\nonly the engine shows\n  {Lines(found.Except(wanted))}";
            }

            if (Invariants.Broken(engine).FirstOrDefault() is { } broke)
            {
                return $"command {number}: {broke}";
            }
        }

        Tenant replayed = engine.Journal.Aggregate(Tenant.Unborn, Deciding.Apply);
        Tenant restored = Deciding.Restore(engine.Tenant.Version, Deciding.Describe(engine.Tenant));
        return Invariants.Differences("The whole journal", replayed, engine.Tenant).Concat(Invariants.Differences("A snapshot", restored, engine.Tenant)).FirstOrDefault();
    }

    private void Count(Request request, string answer, List<string> picture)
    {
        Interlocked.Increment(ref _commands);
        string kind = answer.StartsWith("done without", StringComparison.Ordinal)
            ? "done without lines"
            : string.Join(' ', answer.Split(' ').TakeWhile(word => !word.Contains('-', StringComparison.Ordinal) && !char.IsAsciiDigit(word[0]) && word[0] != '#'));
        Count(kind);
        Count($"{request.GetType().Name} {kind}");
        foreach (string line in picture)
        {
            foreach (string what in FrontlineOccurrences.In(line))
            {
                Count(what);
            }

            if (line.StartsWith("user ", StringComparison.Ordinal))
            {
                string[] words = line.Split(' ');
                Count($"{words[5]} {words[6]}");
            }
            else if (line.StartsWith("cloudPc ", StringComparison.Ordinal))
            {
                string[] words = line.Split(' ');
                Count($"status {words[3]}");
                if (Array.IndexOf(words, "agent") is > 0 and int agent)
                {
                    Count($"agent is to {words[agent + 2]}{(words[agent + 3] == "at" ? " at its time" : "")}, {words[3]}");
                    if (words[^1] == "it")
                    {
                        Count("agent is to deprovision, keeping it");
                    }
                }

                if (words.Contains("allocated"))
                {
                    Count($"reserve {words[3]}");
                }

                if (Array.IndexOf(words, "error") is > 0 and int at)
                {
                    Count($"status {words[3]} {words[at + 1]}");
                }
            }
            else if (line.StartsWith("retained ", StringComparison.Ordinal) || line.StartsWith("session ", StringComparison.Ordinal))
            {
                Count(line.Split(' ')[0]);
                if (line.Contains(" deleteSnapshot ", StringComparison.Ordinal))
                {
                    Count("agent is to deleteSnapshot");
                }

                if (line.EndsWith(" disconnected", StringComparison.Ordinal))
                {
                    Count("session disconnected");
                }
            }
            else if (line.StartsWith("use ", StringComparison.Ordinal))
            {
                Count(line.Contains(" out ", StringComparison.Ordinal) ? "use, in and out" : line.Contains(" in ", StringComparison.Ordinal) ? "use, in" : "use");
                if (line.EndsWith(" administrator", StringComparison.Ordinal))
                {
                    Count("use, administrator");
                }
            }
            else if (line.StartsWith("review ", StringComparison.Ordinal))
            {
                Count(line.EndsWith(" restricted", StringComparison.Ordinal) ? "review restricted" : "review");
            }
            else if (line.StartsWith("points ", StringComparison.Ordinal))
            {
                Count(line.Contains(" by hand ", StringComparison.Ordinal) ? "points, one by hand" : "points");
            }
        }
    }

    private void Count(string what) => _occurred.AddOrUpdate(what, 1, (_, times) => times + 1);

    // Leaves out whatever can be left out while something still differs: ever smaller runs of commands, until single ones.
    private List<(Request, int)> Shrink(string country, List<(Request, int)> steps)
    {
        List<(Request, int)> kept = steps;
        string? kind = KindOf(FirstDifference(country, steps));
        for (int run = kept.Count / 2; run >= 1; run = run == 1 ? 0 : run / 2)
        {
            bool shorter = true;
            while (shorter)
            {
                shorter = false;
                for (int at = kept.Count - run; at >= 0; at -= run)
                {
                    List<(Request, int)> without = [.. kept[..at], .. kept[(at + run)..]];
                    if (FirstDifference(country, without) is { } difference && KindOf(difference) == kind)
                    {
                        kept = without;
                        shorter = true;
                    }
                }
            }
        }

        return kept;
    }

    // What differs, without the command's number and ids: leaving commands out must not lead to something else.
    private static string? KindOf(string? difference) => difference is null
        ? null
        : string.Join(' ', difference.Split('\n')[0].Split(' ').Where(word => !word.Any(char.IsAsciiDigit)).Take(8));

    private static string Lines(IEnumerable<string> lines) => string.Join("\n  ", lines.Select(Names.Readable));
}
