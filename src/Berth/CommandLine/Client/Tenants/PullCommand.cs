using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Berth.Connect.Checking;
using Berth.Connect.Copies;
using Berth.Connect.Profiles;
using Berth.Connect.Pulling;
using Berth.Connect.Wire;

namespace Berth.CommandLine.Client.Tenants;

/// <summary><c>berth pull</c>: copies a tenant, and says where it and the rule book disagree (B562 to B568).</summary>
internal static class PullCommand
{
    /// <summary>The most rows that are shown to people; a program gets all.</summary>
    private const int MostShown = 200;

    /// <summary>The command.</summary>
    public static Command Create()
    {
        Argument<string> name = new("NAME") { Description = "A tenant that was added (berth tenant list)." };
        Option<bool> full = new("--full") { Description = "Read everything, not only what changed since the last pull." };
        Option<bool> check = new("--check") { Description = "Compare every license with what Berth computes; exit code 4 when something differs." };
        Option<string?> data = TenantOptions.Data();
        Option<string> output = TenantOptions.Output();
        Command pull = new("pull", "Copy a tenant: users, groups, licenses, subscriptions, policies and Cloud PCs. Nothing is changed there.") { name, full, check, data, output };
        pull.SetAction((parsed, cancel) =>
        {
            Screen screen = TenantCommands.ScreenOf(parsed, output);
            return TenantOptions.RunAsync(
                screen,
                () => RunAsync(parsed, screen, TenantOptions.ShelfOf(parsed.GetValue(data)), parsed.GetValue(name)!, parsed.GetValue(full), parsed.GetValue(check), cancel),
                cancel);
        });
        return pull;
    }

    private static async Task<int> RunAsync(ParseResult parsed, Screen screen, TenantShelf shelf, string name, bool full, bool check, CancellationToken cancel)
    {
        TenantProfile profile = shelf.Read(name);
        string folder = shelf.FolderOf(name);
        TenantCopy? former = full ? null : CopyFile.Read(folder);
        using GraphPort port = TenantOptions.PortTo(profile, screen, TimeProvider.System);
        Pulled pulled = await Pull.RunAsync(port, former, TimeProvider.System.GetUtcNow(), screen.Progress, cancel).ConfigureAwait(false);
        CopyFile.Write(folder, pulled.Copy);
        screen.EndLine();
        TenantCopy copy = pulled.Copy;
        if (pulled.Note is { } note)
        {
            screen.Warn($"{name} was read whole: {note}.");
        }

        foreach (MissingPart part in copy.Head.Missing)
        {
            screen.Warn($"the copy is without {part.Part}: grant the application {part.Permission}.");
        }

        CheckRow[] rows = check ? [.. CopyCheck.Of(copy, CopiedTenant.Of(copy))] : [];
        TenantCommands.Show(parsed, screen, Json(name, pulled, check ? rows : null));
        GraphOrganization organization = copy.Head.Organization;
        screen.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"{name} is {organization.DisplayName} ({organization.Domain}): {copy.Users.Count} users, {copy.Groups.Count} groups, {copy.Skus.Count} SKUs, {copy.Policies.Count} policies, {copy.CloudPcs.Count} Cloud PCs. {(pulled.WasFull ? "Everything was read." : $"{pulled.UsersRead} users were read anew.")}"));
        if (!check)
        {
            return ExitCode.Done;
        }

        if (rows.Length == 0)
        {
            screen.Say("Every license is as Berth computes it.");
            return ExitCode.Done;
        }

        screen.Table(
            ["User", "SKU", "Source", "Graph says", "Berth computes", "Rule"],
            [.. rows.Take(MostShown).Select(static row => new[] { row.User ?? "", row.Sku, row.Source, row.Says, row.Computes, row.Rule })]);
        screen.Say(rows.Length > MostShown
            ? string.Create(CultureInfo.InvariantCulture, $"{rows.Length} differences, of which {MostShown} are shown; -o json has all.")
            : string.Create(CultureInfo.InvariantCulture, $"{rows.Length} differences."));
        return ExitCode.Changes;
    }

    private static JsonObject Json(string name, Pulled pulled, CheckRow[]? rows)
    {
        TenantCopy copy = pulled.Copy;
        JsonObject answer = new()
        {
            ["name"] = name,
            ["id"] = copy.Head.Organization.Id,
            ["displayName"] = copy.Head.Organization.DisplayName,
            ["domain"] = copy.Head.Organization.Domain,
            ["full"] = pulled.WasFull,
            ["usersRead"] = pulled.UsersRead,
            ["users"] = copy.Users.Count,
            ["groups"] = copy.Groups.Count,
            ["skus"] = copy.Skus.Count,
            ["subscriptions"] = copy.Subscriptions.Count,
            ["policies"] = copy.Policies.Count,
            ["cloudPcs"] = copy.CloudPcs.Count,
            ["missing"] = new JsonArray([.. copy.Head.Missing.Select(static part => new JsonObject { ["part"] = part.Part, ["permission"] = part.Permission })]),
        };
        if (rows is not null)
        {
            answer["differences"] = new JsonArray([.. rows.Select(static row => new JsonObject
            {
                ["userPrincipalName"] = row.User,
                ["userId"] = row.UserId,
                ["skuPartNumber"] = row.Sku,
                ["skuId"] = row.SkuId,
                ["source"] = row.Source,
                ["groupId"] = row.GroupId,
                ["says"] = row.Says,
                ["computes"] = row.Computes,
                ["rule"] = row.Rule,
            })]);
        }

        return answer;
    }
}
