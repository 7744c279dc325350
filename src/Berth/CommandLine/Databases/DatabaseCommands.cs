using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;
using Berth.Engine;
using Berth.Identity;
using Berth.Ledger;
using Berth.Ledger.Stores;
using Berth.Ledger.Transfer;
using Berth.Serving;
using Command = System.CommandLine.Command;

namespace Berth.CommandLine.Databases;

/// <summary><c>berth db</c>: what an operator does with a database without a server: bring it up to date, check it, take tenants out and in (B706 to B710).</summary>
internal static partial class DatabaseCommands
{
    /// <summary>The command with those below it.</summary>
    public static Command Create()
    {
        Option<string?> data = new("--data") { Description = "The data folder (default: your user's)." };
        Option<string?> db = DatabaseOption.Create();
        Command root = new("db", "The database: bring it up to date, check it, move tenants, make a backup of one and bring it back.");

        Command migrate = new("migrate", "Bring the tables to the version of this program, as 'serve' does on start. Nobody may have the database meanwhile.");
        Add(migrate, (parsed, output, _) => Migrate(Place(parsed), output));

        Option<Guid?> one = new("--tenant") { Description = "Only this tenant." };
        Command check = new("check", "Replay every journal, and compare the snapshots with it. May run beside a server.") { one };
        Add(check, (parsed, output, cancel) => Check(Place(parsed), parsed.GetValue(one), output, parsed.InvocationConfiguration.Error, cancel));

        Option<Guid?> tenant = new("--tenant") { Description = "The tenant; without it everything that the database holds." };
        Option<FileInfo> to = new("--to") { Description = "The file to write; it must not be there.", Required = true };
        Option<string?> at = new("--at") { Description = "The tenant as it was: a version, or a moment with its zone, such as 2026-11-27T08:00:00Z.", HelpName = "VERSION|TIME" };
        Command export = new("export", "Write a tenant, or everything, to a file. May run beside a server.") { tenant, to, at };
        export.Validators.Add(result =>
        {
            if (result.GetValue(at) is { } text && (result.GetValue(tenant) is null || !TryReadMoment(text, out _, out _)))
            {
                result.AddError(result.GetValue(tenant) is null
                    ? "--at is for one tenant: name it with --tenant."
                    : $"--at: '{text}' is neither a version nor a moment with its zone, such as 2026-11-27T08:00:00Z.");
            }
        });
        Add(export, (parsed, output, cancel) => Export(Place(parsed), parsed.GetValue(tenant), parsed.GetValue(at), parsed.GetValue(to)!, output, cancel));

        Argument<FileInfo> from = new("FILE") { Description = "What 'berth db export' wrote." };
        Option<bool> replace = new("--replace") { Description = "Put the file's tenant in the place of the one that is there." };
        Command import = new("import", "Bring the tenants of a file into a database, of whatever kind. Nobody may have it meanwhile.") { from, replace };
        Add(import, (parsed, output, cancel) => Import(Place(parsed), parsed.GetValue(from)!, parsed.GetValue(replace), output, cancel));
        return root;

        DatabasePlace Place(ParseResult parsed) => new(
            parsed.GetValue(db) is { } connection ? PostgresAddress.Read(connection) : null,
            new DataFolder(Path.GetFullPath(parsed.GetValue(data) ?? ServeCommand.DefaultDataFolder())).Database);

        void Add(Command command, Func<ParseResult, TextWriter, CancellationToken, Task<int>> run)
        {
            command.Add(data);
            command.Add(db);
            command.Validators.Add(result => DatabaseOption.Check(result, db));
            command.SetAction(async (parsed, cancel) =>
            {
                try
                {
                    return await run(parsed, parsed.InvocationConfiguration.Output, cancel).ConfigureAwait(false);
                }
                catch (Exception e) when (e is LedgerRefusedException or JournalDamagedException or WriteFailedException or DatabaseAwayException or CommitInDoubtException or LedgerFencedException)
                {
                    await parsed.InvocationConfiguration.Error.WriteLineAsync($"berth: {e.Message}").ConfigureAwait(false);
                    return e is LedgerRefusedException ? ExitCode.BadUsage : ExitCode.Failed;
                }
            });
            root.Add(command);
        }
    }

    /// <summary>Reads a version, or a moment with its zone.</summary>
    internal static bool TryReadMoment(string text, out long version, out DateTimeOffset moment)
    {
        moment = default;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out version)
            || (WithZone().IsMatch(text) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out moment));
    }

    private static async Task<int> Migrate(DatabasePlace place, TextWriter output)
    {
        using IJournalStore store = place.Open();
        await output.WriteLineAsync($"{place}: {DatabasePlace.Told(store)}.").ConfigureAwait(false);
        return ExitCode.Done;
    }

    private static async Task<int> Check(DatabasePlace place, Guid? one, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        using IJournalStore store = place.OpenReading();
        Guid[] tenants = [.. store.Tenants().Where(id => one is null || id == one).Order()];
        if (one is not null && tenants.Length == 0)
        {
            throw new LedgerRefusedException($"There is no tenant {one} in this database.");
        }

        int problems = 0;
        foreach (Guid id in tenants)
        {
            LedgerCheck.Finding finding = LedgerCheck.Of(store, id, cancel);
            problems += finding.Problems.Count;
            if (finding.Problems.Count == 0 && finding.Tenant.Version > 0)
            {
                await output.WriteLineAsync($"{Name(finding.Tenant)}: {finding.Tenant.Version} events without a gap; {(finding.Snapshot == 0 ? "no snapshot yet" : $"the snapshot at event {finding.Snapshot} is what they make")}.").ConfigureAwait(false);
            }

            foreach (string problem in finding.Problems)
            {
                await errors.WriteLineAsync($"berth: {problem}").ConfigureAwait(false);
            }
        }

        return problems == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    private static async Task<int> Export(DatabasePlace place, Guid? tenant, string? at, FileInfo to, TextWriter output, CancellationToken cancel)
    {
        using IJournalStore store = place.OpenReading();
        long? version = null;
        if (at is not null && TryReadMoment(at, out long named, out DateTimeOffset moment))
        {
            version = moment == default ? named : await store.FindSequenceAsync(tenant!.Value, moment.UtcTicks, cancel).ConfigureAwait(false);
            if (moment != default && version == 0)
            {
                throw new LedgerRefusedException($"Tenant {tenant} has no event at {at} or before.");
            }
        }

        LedgerExport.Outcome outcome = default!;
        await NewFile.WriteAsync(to.FullName, async file => outcome = tenant is { } id
            ? await LedgerExport.WriteAsync(store, file, id, version, JointIdentity.Values, cancel).ConfigureAwait(false)
            : await LedgerExport.WriteAsync(store, file, cancel).ConfigureAwait(false)).ConfigureAwait(false);
        foreach ((Guid id, long newest) in outcome.Tenants)
        {
            await output.WriteLineAsync($"Tenant {id} up to event {newest} is in {to.FullName}.").ConfigureAwait(false);
        }

        return ExitCode.Done;
    }

    private static async Task<int> Import(DatabasePlace place, FileInfo from, bool replace, TextWriter output, CancellationToken cancel)
    {
        LedgerImport import = LedgerImport.Read(from.FullName, cancel);
        using IJournalStore store = place.Open();
        await import.WriteAsync(store, replace, JointIdentity.Values).ConfigureAwait(false);
        foreach (Tenant tenant in import.Tenants)
        {
            await output.WriteLineAsync($"{Name(tenant)} is in {place}, up to event {tenant.Version}.").ConfigureAwait(false);
        }

        return ExitCode.Done;
    }

    private static string Name(Tenant tenant) => $"{tenant.Profile.DisplayName} ({tenant.Profile.Domain}) {tenant.Profile.Id}";

    [GeneratedRegex(@"(Z|[+-]\d\d:\d\d)\z", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, 1000)]
    private static partial Regex WithZone();
}
