using System.CommandLine;
using System.Globalization;
using System.Text;
using Berth.CommandLine.Client.AsCode.Format;
using Berth.CommandLine.Client.AsCode.Reading;
using Berth.CommandLine.Client.AsCode.States;

namespace Berth.CommandLine.Client.AsCode.Export;

/// <summary><c>berth export</c>: writes a tenant, or a part of it, as a file of licenses (B558).</summary>
internal static class ExportCommand
{
    /// <summary>The command.</summary>
    public static Command Create(ConnectionOptions options)
    {
        Option<string[]> groups = Names("--group", "Only this group: display name or id. May be given several times, as may the others.");
        Option<string[]> users = Names("--user", "Only this user: user principal name or id.");
        Option<string[]> skus = Names("--sku", "Only licenses of this SKU: part number, product name or id.");
        Option<string[]> policies = Names("--policy", "Only this provisioning policy: display name or id.");
        Option<FileInfo?> file = new("--file", "-f") { Description = "Write into this file.", HelpName = "FILE" };
        Option<bool> exclusive = new("--exclusive") { Description = "Declare what is written whole as exclusive: whatever else comes is a change." };
        Option<bool> noMembers = new("--no-members") { Description = "Leave the members of groups out." };
        Command export = new("export", "Write licenses as code: a YAML file of what groups give, what users have directly, and whom policies serve. Planned at once, it changes nothing.")
        {
            groups, users, skus, policies, file, exclusive, noMembers,
        };
        export.Does(options, async (session, parsed, cancel) =>
        {
            LicenseFile names = Filter(parsed.GetValue(groups) ?? [], parsed.GetValue(users) ?? [], parsed.GetValue(skus) ?? [], parsed.GetValue(policies) ?? []);
            bool isPart = names.Groups.Count + names.Users.Count + names.Skus.Count + names.Policies.Count > 0;
            if (await new TenantReader(session, cancel).ReadForExportAsync(isPart ? names : null, !parsed.GetValue(noMembers)).ConfigureAwait(false) is not { } view)
            {
                return ExitCode.SomeRowsFailed;
            }

            (Desired? named, IReadOnlyList<Problem> problems) = Resolution.Of(names, view);
            if (named is null)
            {
                problems.ToList().ForEach(problem => session.Screen.Warn(problem.Sentence));
                return ExitCode.BadUsage;
            }

            string text = ExportText.Of(view, (isPart ? ScopeOf(named) : ExportScope.All) with { Exclusive = parsed.GetValue(exclusive) });
            if (Mistake(text, view) is { } mistake)
            {
                session.Screen.Warn($"nothing was exported: {mistake} Export a part, with --group, --user, --sku, --policy or --no-members.");
                return ExitCode.SomeRowsFailed;
            }

            if (parsed.GetValue(file) is not { } to)
            {
                await parsed.InvocationConfiguration.Output.WriteAsync(text.AsMemory(), cancel).ConfigureAwait(false);
                return ExitCode.Done;
            }

            try
            {
                await File.WriteAllTextAsync(to.FullName, text, cancel).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                session.Screen.Warn($"{to.Name} cannot be written: {e.Message}");
                return ExitCode.Failed;
            }

            session.Screen.Say(string.Create(CultureInfo.InvariantCulture, $"Wrote {to.FullName}."));
            return ExitCode.Done;
        });
        return export;
    }

    /// <summary>What a file of a tenant lacks to be one that changes nothing; null when it lacks nothing. Whatever is exported went through this.</summary>
    public static string? Mistake(string text, TenantView view)
    {
        (LicenseFile? file, IReadOnlyList<Problem> problems) = LicenseFile.Read(Encoding.UTF8.GetBytes(text));
        (Desired? desired, problems) = file is null ? (null, problems) : Resolution.Of(file, view);
        return desired is null ? $"{problems[0].At}: {problems[0].Sentence}"
            : Difference.Of(desired, view) is [StateChange first, ..] ? $"{ChangeWords.Of(first, view)} would be a change."
            : null;
    }

    private static ExportScope ScopeOf(Desired named)
    {
        // A filter names what is written; the kinds that none names are left out, but for SKUs, which name whoever has them.
        bool namesHolders = named.Groups.Count + named.Users.Count + named.Policies.Count > 0;
        HashSet<Guid>? skus = named.Skus.Count > 0 ? [.. named.Skus.Select(sku => sku.Id)] : null;
        return new ExportScope(
            namesHolders ? named.Groups.Select(group => group.Id).ToHashSet() : null,
            namesHolders ? named.Users.Select(user => user.Id).ToHashSet() : null,
            namesHolders ? named.Policies.Select(policy => policy.Id).ToHashSet() : null,
            skus);
    }

    private static LicenseFile Filter(string[] groups, string[] users, string[] skus, string[] policies)
    {
        // Where nothing else is named, a SKU is a question for all who have it.
        bool asksHolders = groups.Length + users.Length + policies.Length == 0;
        return new LicenseFile(
            [.. groups.Select(name => new WrittenGroup(Written(name), null, null, false, false))],
            [.. users.Select(name => new WrittenUser(Written(name), null, false))],
            [.. skus.Select(name => new WrittenSku(Written(name), null, asksHolders, asksHolders))],
            [.. policies.Select(name => new WrittenPolicy(Written(name), null, false))]);
    }

    private static WrittenName Written(string name) => new(name.Trim(), new Place(1, 1));

    private static Option<string[]> Names(string name, string description) => new(name) { Description = description, HelpName = "NAME", DefaultValueFactory = static _ => [] };
}
