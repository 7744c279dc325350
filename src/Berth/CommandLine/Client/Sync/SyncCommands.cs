using System.CommandLine;
using System.Globalization;

namespace Berth.CommandLine.Client.Sync;

/// <summary><c>berth sync</c>: brings users and groups of another directory here, again and again (B810 to B820).</summary>
internal static class SyncCommands
{
    /// <summary>The command with those below it.</summary>
    public static Command Create(ConnectionOptions options) => new("sync", "Bring users and groups of another directory here, and keep them as they are there.") { CreateCsv(options), CreateLdap(options) };

    private static Command CreateCsv(ConnectionOptions options)
    {
        Option<string> name = new("--name") { Description = "The name of this sync: by it what it brought is known again.", HelpName = "NAME", Required = true };
        Option<FileInfo> users = new("--users") { Description = "The table of users: userPrincipalName, and whatever else is to be kept; key, when names change.", HelpName = "FILE", Required = true };
        Option<FileInfo?> members = new("--members") { Description = "The table of groups: the columns group and user.", HelpName = "FILE" };
        name.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && !SyncMark.IsName(text))
            {
                result.AddError($"--name: 1 to {SyncLimits.NameCharacters} small letters, digits and hyphens.");
            }
        });
        return Does(
            options,
            new Command("csv", "From tables, as an HR system or a spreadsheet writes them.") { name, users, members },
            parsed => (parsed.GetValue(name)!, _ => CsvSource.Read(parsed.GetValue(users)!, parsed.GetValue(members))));
    }

    private static Command CreateLdap(ConnectionOptions options)
    {
        Argument<FileInfo> file = new("SETTINGS") { Description = "The file that says which directory and how it is read (docs/how-to/sync.md)." };
        return Does(
            options,
            new Command("ldap", "From OpenLDAP, Active Directory or another LDAP directory, which is only read.") { file },
            parsed =>
            {
                LdapSettings settings = LdapSettings.Read(parsed.GetValue(file)!);
                return (settings.Name, cancel => LdapSource.Read(settings, cancel));
            });
    }

    private static Command Does(ConnectionOptions options, Command command, Func<ParseResult, (string Name, Func<CancellationToken, SourceDirectory> Read)> source)
    {
        Option<string> missing = new("--missing")
        {
            Description = "What becomes of what this sync brought and the source does not have any more: keep, disable or delete.", HelpName = "WHAT", DefaultValueFactory = _ => "keep",
        };
        missing.AcceptOnlyFromAmong("keep", "disable", "delete");
        Option<bool> take = new("--take-over-groups") { Description = "Fill a group that is here already when it alone has the name of one of the source." };
        Option<bool> dryRun = new("--dry-run") { Description = "Say what would happen, and change nothing." };
        Option<bool> many = new("--allow-mass-removal") { Description = $"Also when more than {SyncLimits.RemovalPercent} % of what this sync brought, of at least {SyncLimits.RemovalLeast}, would go." };
        Option<string?> every = new("--every") { Description = "Do it again after each pause of this length, such as 15m, 1h or 1d, until it is stopped.", HelpName = "PAUSE" };
        every.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && SyncSchedule.Read(text) is null)
            {
                result.AddError($"--every: '{text}' is no pause from 1m to 7d.");
            }
        });
        foreach (Option option in (Option[])[missing, take, dryRun, many, every])
        {
            command.Add(option);
        }

        command.Validators.Add(result =>
        {
            if (result.GetValue(every) is not null && result.GetValue(many))
            {
                result.AddError("--allow-mass-removal is for one run that you have looked at: do not give it with --every.");
            }
        });
        command.Does(options, (session, parsed, cancel) => session.Copy is not null ? Task.FromResult(NotACopy(session.Screen)) : SyncSchedule.RunAsync(
            parsed.GetValue(every) is { } text ? SyncSchedule.Read(text) : null,
            session.Time,
            () =>
            {
                (string name, Func<CancellationToken, SourceDirectory> read) = source(parsed);
                SyncOptions wanted = new(name, Enum.Parse<Missing>(parsed.GetValue(missing)!, ignoreCase: true))
                {
                    TakesOverGroups = parsed.GetValue(take), MayRemoveMany = parsed.GetValue(many), IsDryRun = parsed.GetValue(dryRun),
                };
                return OnceAsync(session, wanted, read, cancel);
            },
            session.Screen.Warn,
            cancel));
        return command;
    }

    private static int NotACopy(Screen screen)
    {
        screen.Warn("a sync writes to a running Berth, not to the copy of a tenant that was added: leave --tenant out or give an id, and --graph.");
        return ExitCode.BadUsage;
    }

    // One run: read both sides, plan, guard, do.
    private static async Task<int> OnceAsync(Session session, SyncOptions options, Func<CancellationToken, SourceDirectory> read, CancellationToken cancel)
    {
        // LDAP waits on its thread.
        SourceDirectory source = await Task.Run(() => read(cancel), cancel).ConfigureAwait(false);
        HashSet<string> named = source.Groups.Select(group => group.DisplayName).ToHashSet(StringComparer.OrdinalIgnoreCase);
        HereDirectory here = await BerthDirectory.ReadAsync(
            session.Graph,
            source.Mapped,
            group => SyncMark.IsGroupOf(options.Name, group.Mark) || (options.TakesOverGroups && !group.IsDynamic && named.Contains(group.DisplayName)),
            cancel).ConfigureAwait(false);
        SyncPlan plan = SyncPlan.Of(source, here, options, Guid.NewGuid);
        string? guard = options.MayRemoveMany ? null : plan.Guard;
        IReadOnlyList<string> refused = guard is null && !options.IsDryRun ? await new SyncRun(session.Graph, cancel).DoAsync(plan).ConfigureAwait(false) : [];
        Tell(session.Screen, options, source, plan, guard, refused);
        return guard is not null || refused.Count + plan.Problems.Count > 0 ? ExitCode.SomeRowsFailed
            : options.IsDryRun && plan.Changes.Count > 0 ? ExitCode.Changes
            : ExitCode.Done;
    }

    private static void Tell(Screen screen, SyncOptions options, SourceDirectory source, SyncPlan plan, string? guard, IReadOnlyList<string> refused)
    {
        string[] problems = [.. plan.Problems, .. refused];
        SortedDictionary<string, int> counts = plan.Counts();
        if (screen.Json)
        {
            SyncChangeAnswer[] changes = [.. plan.Changes.Select(change => new SyncChangeAnswer(change.Kind, change.Subject, change.Detail))];
            screen.Write(new SyncAnswer(options.Name, options.IsDryRun, source.Users.Count, source.Groups.Count, counts, plan.Unchanged, guard, changes, problems), SyncJson.Default.SyncAnswer);
        }
        else
        {
            if (options.IsDryRun || guard is not null)
            {
                screen.Table(["whom", "what"], [.. plan.Changes.Take(SyncLimits.Named).Select(change => new[] { change.Subject, change.Detail })]);
                if (plan.Changes.Count > SyncLimits.Named)
                {
                    screen.Say(string.Create(CultureInfo.InvariantCulture, $"... and {plan.Changes.Count - SyncLimits.Named} more; -o json has all."));
                }
            }

            string what = counts.Count == 0 ? "nothing to do" : string.Join(", ", counts.Select(one => string.Create(CultureInfo.InvariantCulture, $"{one.Key} {one.Value}")));
            screen.Say(string.Create(
                CultureInfo.InvariantCulture,
                $"{options.Name}: {source.Users.Count} users and {source.Groups.Count} groups in the source; {what}; {plan.Unchanged} as they are{(options.IsDryRun || guard is not null ? ". Nothing was changed" : "")}."));
            foreach (string problem in problems)
            {
                screen.Warn(problem);
            }
        }

        if (guard is not null)
        {
            screen.Warn(guard);
        }
    }
}
