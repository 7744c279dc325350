using System.CommandLine;
using System.Globalization;
using Berth.CommandLine.Client.Licenses;
using Berth.CommandLine.Client.Tenants;
using Berth.CommandLine.Client.Wire;
using Berth.Connect.Writing;

namespace Berth.CommandLine.Client.Bulk;

/// <summary><c>berth bulk</c>: licenses for a list of users of any length, one switch of licenses for each (B590).</summary>
internal static class BulkCommands
{
    /// <summary>The command with those below it.</summary>
    public static Command Create(ConnectionOptions options) =>
        new("bulk", "Lists of users.") { CreateAssign(options), CreateRemove(options), CreateReplace(options), CreateSwap(options) };

    private static Command CreateAssign(ConnectionOptions options)
    {
        Option<string[]> skus = LicenseArguments.Skus("assign");
        skus.Required = false;
        Option<string[]> remove = new("--remove")
        {
            Description = "A SKU to take away in the same step: part number, product name or id. May be given several times.",
            HelpName = "NAME",
        };
        Option<string[]> disabled = LicenseArguments.DisabledPlans();
        Option<string?> location = LicenseArguments.UsageLocation();
        Command assign = new("assign", "Assign licenses to a list of users; run it again to do what is left.") { skus, remove, disabled, location };
        assign.Validators.Add(result =>
        {
            if (result.GetValue(skus) is not { Length: > 0 } && result.GetValue(remove) is not { Length: > 0 })
            {
                result.AddError("Say what to assign with --sku NAME (or what to take away with --remove NAME).");
            }
        });
        return Does(options, assign, (screen, parsed, book) => ReadAssign(
            screen, book, parsed.GetValue(skus) ?? [], parsed.GetValue(remove) ?? [], parsed.GetValue(disabled) ?? [], parsed.GetValue(location)));
    }

    private static Command CreateRemove(ConnectionOptions options)
    {
        Option<string[]> skus = LicenseArguments.Skus("take away");
        return Does(
            options,
            new Command("remove", "Take direct licenses away from a list of users; run it again to do what is left.") { skus },
            (screen, parsed, book) => LicenseWords.Read(screen, book, parsed.GetValue(skus)!, []) is { } gone ? new RemoveJob([.. gone.Select(one => one.SkuId)], book) : null);
    }

    private static Command CreateReplace(ConnectionOptions options)
    {
        Option<string[]> skus = LicenseArguments.Skus("be there");
        Option<string[]> disabled = LicenseArguments.DisabledPlans();
        Option<string?> location = LicenseArguments.UsageLocation();
        return Does(
            options,
            new Command("replace", "Make the direct licenses of a list of users exactly these, in one step for each; run it again to do what is left.") { skus, disabled, location },
            (screen, parsed, book) => LicenseWords.Read(screen, book, parsed.GetValue(skus)!, parsed.GetValue(disabled) ?? []) is { } wanted && AreOwned(screen, book, wanted)
                ? new ReplaceJob(wanted, book, parsed.GetValue(location)?.ToUpperInvariant())
                : null);
    }

    private static Command CreateSwap(ConnectionOptions options)
    {
        Argument<string> old = new("OLD") { Description = "The SKU that goes: part number, product name or id." }, young = new("NEW") { Description = "The SKU that comes in its place." };
        Option<string[]> disabled = LicenseArguments.DisabledPlans();
        disabled.Description = "A service plan of the new SKU to leave off: name or id. May be given several times. Without it, plans that were off stay off where the new SKU has them.";
        Option<string?> location = LicenseArguments.UsageLocation();
        return Does(
            options,
            new Command("swap", "Swap one SKU for another for those of a list who have it directly, in one step for each; run it again to do what is left.") { old, young, disabled, location },
            (screen, parsed, book) => ReadSwap(
                screen, book, parsed.GetValue(old)!, parsed.GetValue(young)!, parsed.GetValue(disabled) is { Length: > 0 } off ? off : null, parsed.GetValue(location)));
    }

    // What all of them are asked, and how they go.
    private static Command Does(ConnectionOptions options, Command command, Func<Screen, ParseResult, SkuBook, BulkJob?> read)
    {
        Option<FileInfo> csv = new("--csv")
        {
            Description = "The list: a header line with one of the columns " + string.Join(", ", UserList.UserColumns) + ", and a row for each user.",
            HelpName = "FILE",
            Required = true,
        };
        Option<bool> dryRun = new("--dry-run") { Description = "Say for each row what would happen, and change nothing." };
        Option<FileInfo?> results = new("--out") { Description = "The result file (default: the list's name with .result.csv).", HelpName = "FILE" };
        Option<bool> many = new("--allow-mass-removal") { Description = "Also when more than 30 % of the holders of a SKU, and at least 10, lose it." };
        command.Add(csv);
        command.Add(dryRun);
        command.Add(results);
        command.Add(many);
        WritingOptions there = new();
        there.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(dryRun) && result.GetValue(there.Resume) is not null)
            {
                result.AddError("--resume goes on with a run that was begun, and --dry-run begins none: give one of them.");
            }
        });
        command.Does(options, async (session, parsed, cancel) =>
        {
            FileInfo file = parsed.GetValue(csv)!;
            TenantWriting? writing = there.Open(options, parsed, session, out string? unfit);
            if ((unfit ?? (parsed.GetValue(dryRun) ? null : writing?.Problem())) is { } problem)
            {
                session.Screen.Warn(problem);
                return ExitCode.BadUsage;
            }

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

            if (read(session.Screen, parsed, book) is not { } job)
            {
                return ExitCode.BadUsage;
            }

            // What was let through once goes on.
            string? guarded = parsed.GetValue(many) || parsed.GetValue(there.Resume) is not null ? null : await RemovalGuard.LookAsync(session.Graph, list, book, job, cancel).ConfigureAwait(false);
            TenantList? atTenant = writing is null ? null : new(session, writing, job, list, parsed.GetValue(there.Resume));
            if (parsed.GetValue(dryRun))
            {
                int code = await ForeseeAsync(session, file, list, book, job, atTenant, cancel).ConfigureAwait(false);
                return guarded is null ? code : Refuse(session.Screen, guarded);
            }

            return guarded is null
                ? await RunAsync(session, file, list, job, atTenant, parsed.GetValue(results)?.FullName, cancel).ConfigureAwait(false)
                : Refuse(session.Screen, guarded);
        });
        return command;
    }

    private static int Refuse(Screen screen, string sentence)
    {
        screen.Warn(sentence);
        return ExitCode.SomeRowsFailed;
    }

    private static SwapJob? ReadSwap(Screen screen, SkuBook book, string oldName, string youngName, string[]? disabled, string? location)
    {
        if (LicenseWords.Read(screen, book, [oldName], []) is not [var old] || LicenseWords.Read(screen, book, [youngName], disabled ?? []) is not [var young])
        {
            return null;
        }

        if (old.SkuId == young.SkuId)
        {
            screen.Warn($"{book.Of(old.SkuId).PartNumber} cannot be swapped for itself; 'bulk assign' changes the plans that are off.");
            return null;
        }

        return AreOwned(screen, book, [young])
            ? new SwapJob(book.Of(old.SkuId), book.Of(young.SkuId), disabled is null ? null : young.DisabledPlans, book, location?.ToUpperInvariant())
            : null;
    }

    private static AssignJob? ReadAssign(Screen screen, SkuBook book, string[] skus, string[] remove, string[] disabled, string? location)
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

        return AreOwned(screen, book, wanted) ? new AssignJob(change, location?.ToUpperInvariant(), LicenseWords.Describe(book, change)) : null;
    }

    private static bool AreOwned(Screen screen, SkuBook book, IReadOnlyList<WireLicense> wanted)
    {
        if (wanted.FirstOrDefault(one => book.Of(one.SkuId).Owned is null) is not { } foreign)
        {
            return true;
        }

        string has = string.Join(", ", book.Owned.Select(sku => sku.PartNumber));
        screen.Warn($"the tenant has no subscription of {book.Of(foreign.SkuId).PartNumber} ({foreign.SkuId}); it has {(has.Length == 0 ? "none" : has)}.");
        return false;
    }

    private static async Task<int> RunAsync(Session session, FileInfo file, UserList list, BulkJob job, TenantList? atTenant, string? resultPath, CancellationToken cancel)
    {
        string path = resultPath ?? Path.ChangeExtension(file.FullName, null) + ".result.csv";
        if (Path.GetFullPath(path) == file.FullName)
        {
            session.Screen.Warn("--out: the result file cannot be the list itself.");
            return ExitCode.BadUsage;
        }

        BulkTally tally = new(session.Screen, session.Graph.Patience, session.Time, list.Rows.Count);
        string? ended = null, run = null;
        bool hasBegun = true;
        if (atTenant is not null)
        {
            (RunHead? head, int? refused) = await atTenant.WriteAsync(Open, tally, cancel).ConfigureAwait(false);
            if (refused is { } code)
            {
                return code;
            }

            run = head?.Id;
        }
        else
        {
            using ResultFile? opened = Open();
            if (opened is null)
            {
                return ExitCode.BadUsage;
            }

            BulkRun here = new(session.Graph, job, list, opened, tally);
            ended = await here.RunAsync(cancel).ConfigureAwait(false);
            hasBegun = here.HasBegun;
        }

        session.Screen.EndLine();
        tally.Explain();
        if (ended is not null)
        {
            session.Screen.Warn($"{ended}: {tally.Rows - tally.Done} of {tally.Rows} rows are left. Run the same command again to do them.");
        }

        session.Screen.Say(job.Words + ":");
        Tell(session.Screen, file, tally, job.OutcomeWords(false), path, run, [.. tally.Failures]);
        return tally.Done == tally.Rows && tally[RowFate.Failed] + tally[RowFate.Accepted] == 0 ? ExitCode.Done
            : tally.Done == 0 && !hasBegun && !cancel.IsCancellationRequested ? ExitCode.BadUsage
            : ExitCode.SomeRowsFailed;

        ResultFile? Open()
        {
            (ResultFile? opened, string? problem) = ResultFile.Open(path, list, job.OutcomeWords(false), session.Time);
            if (opened is null)
            {
                session.Screen.Warn(problem!);
            }

            return opened;
        }
    }

    private static async Task<int> ForeseeAsync(Session session, FileInfo file, UserList list, SkuBook book, BulkJob job, TenantList? atTenant, CancellationToken cancel)
    {
        BulkTally tally = new(session.Screen, session.Graph.Patience, session.Time, list.Rows.Count);
        (IReadOnlyList<(ListRow Row, RowOutcome Outcome)> rows, string sentence) = atTenant is not null
            ? await atTenant.ForeseeAsync(tally, cancel).ConfigureAwait(false)
            : (await ForeseeRowsAsync(session, list, book, job, tally, cancel).ConfigureAwait(false), "Nothing was changed. Whether plans exclude or need one another is told when they are assigned.");
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
        session.Screen.Say(sentence);
        Tell(session.Screen, file, tally, words, null, null, rows);
        return tally[RowFate.Failed] == 0 ? ExitCode.Done : ExitCode.SomeRowsFailed;
    }

    private static async Task<IReadOnlyList<(ListRow Row, RowOutcome Outcome)>> ForeseeRowsAsync(Session session, UserList list, SkuBook book, BulkJob job, BulkTally tally, CancellationToken cancel)
    {
        Foresight foresight = new(job, book);
        List<(ListRow Row, RowOutcome Outcome)> rows = [];
        await foreach ((ListRow row, WireUser? user, RowOutcome? problem) in UserReading.ReadAsync(session.Graph, list, cancel).ConfigureAwait(false))
        {
            rows.Add((row, user is null ? problem! : foresight.Next(user)));
            tally.Add([rows[^1]]);
        }

        return rows;
    }

    private static void Tell(Screen screen, FileInfo file, BulkTally tally, OutcomeWords words, string? resultPath, string? run, IReadOnlyList<(ListRow Row, RowOutcome Outcome)> details)
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
                    tally[RowFate.LeftAlone],
                    tally[RowFate.Accepted],
                    tally.Rows - tally.Done,
                    Math.Round(tally.Elapsed.TotalSeconds, 3),
                    resultPath,
                    run,
                    [.. details.Select(one => new BulkRowAnswer(
                        one.Row.Line, one.Row.User, words.For(one.Outcome.Fate), one.Outcome.Code is "" ? null : one.Outcome.Code, one.Outcome.Message))]),
                AnswerJson.Default.BulkAnswer);
            return;
        }

        screen.Say(string.Join(", ", Enum.GetValues<RowFate>().Where(fate => fate is not (RowFate.LeftAlone or RowFate.Accepted) || tally[fate] > 0).Select(fate => string.Create(CultureInfo.InvariantCulture, $"{tally[fate]} {words.For(fate)}")))
            + (tally.Done < tally.Rows ? string.Create(CultureInfo.InvariantCulture, $", {tally.Rows - tally.Done} left") : "") + ".");
        if (resultPath is not null)
        {
            screen.Say(string.Create(
                CultureInfo.InvariantCulture, $"{tally.Done} rows in {tally.Elapsed.TotalSeconds:0.0} s, {tally.Done / Math.Max(tally.Elapsed.TotalSeconds, 0.001):0}/s."));
            screen.Say($"Each row's outcome: {resultPath}");
        }
    }
}
