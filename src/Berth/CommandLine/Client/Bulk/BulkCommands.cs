using System.CommandLine;
using System.Globalization;
using Berth.CommandLine.Client.Licenses;
using Berth.CommandLine.Client.Wire;

namespace Berth.CommandLine.Client.Bulk;

/// <summary><c>berth bulk assign</c>: licenses for a list of users of any length.</summary>
internal static class BulkCommands
{
    /// <summary>The command with those below it.</summary>
    public static Command Create(ConnectionOptions options)
    {
        Option<FileInfo> csv = new("--csv")
        {
            Description = "The list: a header line with one of the columns " + string.Join(", ", UserList.UserColumns) + ", and a row for each user.",
            HelpName = "FILE",
            Required = true,
        };
        Option<string[]> skus = LicenseArguments.Skus("assign");
        skus.Required = false;
        Option<string[]> remove = new("--remove")
        {
            Description = "A SKU to take away in the same step: part number, product name or id. May be given several times.",
            HelpName = "NAME",
        };
        Option<string[]> disabled = LicenseArguments.DisabledPlans();
        Option<string?> location = LicenseArguments.UsageLocation();
        Option<bool> dryRun = new("--dry-run") { Description = "Say for each row what would happen, and change nothing." };
        Option<FileInfo?> results = new("--out") { Description = "The result file (default: the list's name with .result.csv).", HelpName = "FILE" };
        Command assign = new("assign", "Assign licenses to a list of users; run it again to do what is left.") { csv, skus, remove, disabled, location, dryRun, results };
        assign.Validators.Add(result =>
        {
            if (result.GetValue(skus) is not { Length: > 0 } && result.GetValue(remove) is not { Length: > 0 })
            {
                result.AddError("Say what to assign with --sku NAME (or what to take away with --remove NAME).");
            }
        });
        assign.Does(options, async (session, parsed, cancel) =>
        {
            FileInfo file = parsed.GetValue(csv)!;
            ListReading reading = UserList.Read(file);
            if (reading is not ListReading.Readable { List: var list })
            {
                session.Screen.Warn(((ListReading.Unreadable)reading).Problem);
                return ExitCode.BadUsage;
            }

            Reply<SkuBook> reply = await SkuBook.OpenAsync(session.Graph, cancel).ConfigureAwait(false);
            if (!reply.Is(out SkuBook? book, out GraphRefusal? refusal))
            {
                session.Screen.Refused("The tenant's SKUs", refusal);
                return ExitCode.BadUsage;
            }

            BulkJob? job = ReadJob(
                session.Screen, book, parsed.GetValue(skus) ?? [], parsed.GetValue(remove) ?? [], parsed.GetValue(disabled) ?? [], parsed.GetValue(location));
            if (job is null)
            {
                return ExitCode.BadUsage;
            }

            return parsed.GetValue(dryRun)
                ? await ForeseeAsync(session, file, list, book, job, cancel).ConfigureAwait(false)
                : await RunAsync(session, file, list, job, parsed.GetValue(results)?.FullName, cancel).ConfigureAwait(false);
        });
        return new Command("bulk", "Lists of users.") { assign };
    }

    private static BulkJob? ReadJob(Screen screen, SkuBook book, string[] skus, string[] remove, string[] disabled, string? location)
    {
        if (LicenseWords.Read(screen, book, skus, disabled) is not { } wanted || LicenseWords.Read(screen, book, remove, []) is not { } gone)
        {
            return null;
        }

        WireChange change = new(wanted, [.. gone.Select(one => one.SkuId)]);
        if (wanted.FirstOrDefault(one => change.RemoveLicenses.Contains(one.SkuId)) is { } both)
        {
            screen.Warn($"{book.Of(both.SkuId).PartNumber} is both to be assigned and to be taken away.");
            return null;
        }

        if (wanted.FirstOrDefault(one => book.Of(one.SkuId).Owned is null) is { } foreign)
        {
            string has = string.Join(", ", book.Owned.Select(sku => sku.PartNumber));
            screen.Warn($"the tenant has no subscription of {book.Of(foreign.SkuId).PartNumber} ({foreign.SkuId}); it has {(has.Length == 0 ? "none" : has)}.");
            return null;
        }

        return new BulkJob(change, location?.ToUpperInvariant(), LicenseWords.Describe(book, change));
    }

    private static async Task<int> RunAsync(Session session, FileInfo file, UserList list, BulkJob job, string? resultPath, CancellationToken cancel)
    {
        string path = resultPath ?? Path.ChangeExtension(file.FullName, null) + ".result.csv";
        if (Path.GetFullPath(path) == file.FullName)
        {
            session.Screen.Warn("--out: the result file cannot be the list itself.");
            return ExitCode.BadUsage;
        }

        (ResultFile? opened, string? problem) = ResultFile.Open(path, list, job.OutcomeWords(false), session.Time);
        if (opened is null)
        {
            session.Screen.Warn(problem!);
            return ExitCode.BadUsage;
        }

        BulkTally tally = new(session.Screen, session.Graph.Patience, session.Time, list.Rows.Count);
        BulkRun run = new(session.Graph, job, list, opened, tally);
        string? ended;
        using (opened)
        {
            ended = await run.RunAsync(cancel).ConfigureAwait(false);
        }

        session.Screen.EndLine();
        tally.Explain();
        if (ended is not null)
        {
            session.Screen.Warn($"{ended}: {tally.Rows - tally.Done} of {tally.Rows} rows are left. Run the same command again to do them.");
        }

        session.Screen.Say(job.Words + ":");
        Tell(session.Screen, file, tally, job.OutcomeWords(false), path, [.. tally.Failures]);
        return tally.Done == tally.Rows && tally[RowFate.Failed] == 0 ? ExitCode.Done
            : tally.Done == 0 && !run.HasBegun && !cancel.IsCancellationRequested ? ExitCode.BadUsage
            : ExitCode.SomeRowsFailed;
    }

    private static async Task<int> ForeseeAsync(Session session, FileInfo file, UserList list, SkuBook book, BulkJob job, CancellationToken cancel)
    {
        Foresight foresight = new(job, book);
        BulkTally tally = new(session.Screen, session.Graph.Patience, session.Time, list.Rows.Count);
        List<(ListRow Row, RowOutcome Outcome)> rows = [];
        await foreach ((ListRow row, WireUser? user, RowOutcome? problem) in UserReading.ReadAsync(session.Graph, list, cancel).ConfigureAwait(false))
        {
            rows.Add((row, user is null ? problem! : foresight.Next(user)));
            tally.Add([rows[^1]]);
        }

        session.Screen.EndLine();
        OutcomeWords words = job.OutcomeWords(true);
        session.Screen.Table(
            ["Line", "User", "Outcome", "Code", "Message"],
            [.. rows.Select(one => new[]
            {
                one.Row.Line.ToString(CultureInfo.InvariantCulture),
                one.Row.User,
                words.For(one.Outcome.Fate),
                one.Outcome.Code,
                one.Outcome.Message,
            })]);
        session.Screen.Say("Nothing was changed. Whether plans exclude or need one another is told when they are assigned.");
        Tell(session.Screen, file, tally, words, null, rows);
        return tally[RowFate.Failed] == 0 ? ExitCode.Done : ExitCode.SomeRowsFailed;
    }

    private static void Tell(Screen screen, FileInfo file, BulkTally tally, OutcomeWords words, string? resultPath, IReadOnlyList<(ListRow Row, RowOutcome Outcome)> details)
    {
        if (screen.Json)
        {
            screen.Write(
                new BulkAnswer(
                    file.FullName,
                    words.IsDryRun,
                    tally.Rows,
                    tally[RowFate.Changed],
                    tally[RowFate.Already],
                    tally[RowFate.Duplicate],
                    tally[RowFate.Failed],
                    tally.Rows - tally.Done,
                    Math.Round(tally.Elapsed.TotalSeconds, 3),
                    resultPath,
                    [.. details.Select(one => new BulkRowAnswer(
                        one.Row.Line, one.Row.User, words.For(one.Outcome.Fate), one.Outcome.Code is "" ? null : one.Outcome.Code, one.Outcome.Message))]),
                AnswerJson.Default.BulkAnswer);
            return;
        }

        screen.Say(string.Join(", ", Enum.GetValues<RowFate>().Select(fate => string.Create(CultureInfo.InvariantCulture, $"{tally[fate]} {words.For(fate)}")))
            + (tally.Done < tally.Rows ? string.Create(CultureInfo.InvariantCulture, $", {tally.Rows - tally.Done} left") : "") + ".");
        if (resultPath is not null)
        {
            screen.Say(string.Create(
                CultureInfo.InvariantCulture, $"{tally.Done} rows in {tally.Elapsed.TotalSeconds:0.0} s, {tally.Done / Math.Max(tally.Elapsed.TotalSeconds, 0.001):0}/s."));
            screen.Say($"Each row's outcome: {resultPath}");
        }
    }
}
