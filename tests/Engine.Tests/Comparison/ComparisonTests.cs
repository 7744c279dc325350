using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Berth.Engine.Tests.Golden;
using CsCheck;
using Xunit;

namespace Berth.Engine.Tests.Comparison;

/// <summary>
/// The engine against the oracle on random scripts: after every command the same answer and the same picture, and the invariants hold.
/// It proves the rules that say how sources, pairs, candidates, rows and sequence numbers come about: B1, B2, B3, B4, B10, B12, B14, B16, B17, B18,
/// B20, B23, B38, B54, L58, L110. BERTH_LONG=1 runs fifty times as long; a failure is shrunk and printed as a golden case.
/// </summary>
public sealed class ComparisonTests(ITestOutputHelper output)
{
    /// <summary>Commands the default run compares at least.</summary>
    public const int FewestCommands = 100_000;

    private const int LongerBy = 50;

    // Every answer and every shown state that random commands must have reached, so that a poor generator is noticed.
    private static readonly string[] MustOccur =
    [
        "done", "done without lines",
        .. new[]
        {
            "duplicateSku", "skuInBothLists", "userNotFound", "groupNotFound", "memberNotFound", "subscriptionNotFound", "idTaken", "alreadyMember", "memberOfItself",
            "deletedItemNotFound", "managerNotFound", "managerOfItself", "managerMissing",
            "groupNotSecurityEnabled", "groupHasLicenses", "skuNotInTenant", "skuNotAssignableToTarget", "unknownDisabledPlan", "inheritedFromGroup", "licenseNotHeld",
            "usageLocationMissing", "prohibitedInUsageLocation", "plansMutuallyExclusive", "missingDependency", "dependedUponByOther", "seatsExhausted",
            "membershipRuleMismatch", "membershipRuleInvalid", "deviceRuleNotAllowed", "memberOfSourceNotFound", "memberOfSourceNotAllowed", "groupIsDynamic",
        }.Select(code => "refused " + code),
        "passes 1", "passes 2", "passes 3", "passes 8", "flips, one", "flips, several",
        .. new[] { "prohibitedInUsageLocation", "plansMutuallyExclusive", "missingDependency", "dependedUponByOther", "seatsExhausted" }.Select(code => "done, still " + code),
        "Active None",
        .. from state in new[] { "Error", "ActiveWithError" }
           from error in new[] { "ProhibitedInUsageLocationViolation", "MutuallyExclusiveViolation", "DependencyViolation", "CountViolation", "Other" }
           where (state, error) != ("ActiveWithError", "CountViolation")
           select $"{state} {error}",
    ];

    private readonly ConcurrentDictionary<string, int> _occurred = new();
    private long _commands;

    [Fact]
    public void The_engine_and_the_oracle_answer_and_show_the_same_after_every_command()
    {
        int commands = Environment.GetEnvironmentVariable("BERTH_LONG") == "1" ? FewestCommands * LongerBy : FewestCommands;
        Stopwatch watch = Stopwatch.StartNew();
        int scripts = 0;
        while (Interlocked.Read(ref _commands) < commands)
        {
            long left = commands - _commands;
            Requests.Script.Sample(
                script =>
                {
                    Interlocked.Increment(ref scripts);
                    List<(Request, int)> happened = [];
                    if (FirstDifference(script.Country, script.Steps, happened) is not null)
                    {
                        List<(Request, int)> shrunk = Shrink(script.Country, happened);
                        Assert.Fail($"{FirstDifference(script.Country, shrunk)}\n{GoldenCase.Write(script.Country, shrunk)}");
                    }
                },
                iter: Math.Max(1, left / 80));
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{_commands} commands in {scripts} scripts, {_commands / watch.Elapsed.TotalSeconds:F0} commands/s (oracle, engine and invariants together)"));
        foreach ((string what, int times) in _occurred.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{times,10}  {what}"));
        }

        Assert.True(_commands >= commands, $"{_commands} commands were compared.");
        Assert.Empty(MustOccur.Except(_occurred.Keys));
    }

    private string? FirstDifference(string country, IEnumerable<(Request Request, int Minute)> steps) =>
        FirstDifference(country, steps.Select(step => (step.Request, step.Minute, 0)), null);

    // Runs a script; with a list it counts, and keeps the requests as they were aimed.
    private string? FirstDifference(string country, IEnumerable<(Request Request, int Minute, int Aim)> steps, List<(Request, int)>? happened)
    {
        OracleDesk oracle = new(country, Requests.Skus);
        EngineDesk engine = new(country);
        int number = 0;
        foreach ((Request random, int minute, int aim) in steps)
        {
            number++;
            Request request = Aim.At(engine.Tenant, random, aim);
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

            List<string> wanted = oracle.Picture(), found = engine.Picture();
            if (happened is not null)
            {
                Count(expected, wanted);
                Count($"passes {oracle.Passes}");
                if (oracle.Flips > 0)
                {
                    Count(oracle.Flips > 1 ? "flips, several" : "flips, one");
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

    private void Count(string answer, List<string> picture)
    {
        Interlocked.Increment(ref _commands);
        string kind = answer.StartsWith("done without", StringComparison.Ordinal)
            ? "done without lines"
            : string.Join(' ', answer.Split(' ').TakeWhile(word => !word.Contains('-', StringComparison.Ordinal) && !char.IsAsciiDigit(word[0])));
        Count(kind);
        foreach (string line in picture)
        {
            if (line.StartsWith("user ", StringComparison.Ordinal))
            {
                string[] words = line.Split(' ');
                Count($"{words[5]} {words[6]}");
            }
        }
    }

    private void Count(string what) => _occurred.AddOrUpdate(what, 1, (_, times) => times + 1);

    // Leaves out whatever can be left out while something still differs: ever smaller runs of commands, until single ones.
    private List<(Request, int)> Shrink(string country, List<(Request, int)> steps)
    {
        List<(Request, int)> kept = steps;
        for (int run = kept.Count / 2; run >= 1; run = run == 1 ? 0 : run / 2)
        {
            bool shorter = true;
            while (shorter)
            {
                shorter = false;
                for (int at = kept.Count - run; at >= 0; at -= run)
                {
                    List<(Request, int)> without = [.. kept[..at], .. kept[(at + run)..]];
                    if (FirstDifference(country, without) is not null)
                    {
                        kept = without;
                        shorter = true;
                    }
                }
            }
        }

        return kept;
    }

    private static string Lines(IEnumerable<string> lines) => string.Join("\n  ", lines.Select(Names.Readable));
}
