using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Berth.CommandLine.Client.Licenses;

namespace Berth.CommandLine.Client.Plans;

/// <summary><c>berth migrate</c>: the steps on which licenses move without anybody losing a service, each as a file for <c>berth apply -f</c> (B595 to B599).</summary>
internal static class MigrateCommands
{
    /// <summary>The most users who are shown as staying; <c>-o json</c> has more.</summary>
    public const int MostShown = 50;

    /// <summary>The command with its recipes.</summary>
    public static Command Create(ConnectionOptions options) => new("migrate", "Say on which steps licenses move without anybody losing a service, and save each step as a file. Nothing changes.")
    {
        DirectToGroup(options), GroupToGroup(options), SwitchSku(options),
    };

    private static Command DirectToGroup(ConnectionOptions options)
    {
        Option<string[]> skus = LicenseArguments.Skus("move");
        Option<string> group = Group("--group", "The group that gives the licenses from then on: id or display name.");
        Option<string[]> users = Users("Only this user; may be given several times. Without it everybody who has the license directly.");
        Option<DirectoryInfo> folder = Folder();
        Option<bool> losses = Losses();
        Command command = new("direct-to-group", "Direct licenses give way to those of a group (L77, L78).") { skus, group, users, losses, folder };
        command.Does(options, (session, parsed, cancel) => DrawAsync(
            session, parsed, "directToGroup", parsed.GetValue(skus)!, null, parsed.GetValue(group)!, parsed.GetValue(users)!, parsed.GetValue(losses), parsed.GetValue(folder)!, cancel));
        return command;
    }

    private static Command GroupToGroup(ConnectionOptions options)
    {
        Option<string[]> skus = new("--sku") { Description = "A SKU that the new group is to give as the old one does, when it does not yet; may be given several times.", HelpName = "NAME" };
        Option<string> from = Group("--from", "The group that is left: id or display name."), to = Group("--to", "The group that is moved to.");
        Option<string[]> users = Users("Only this user; may be given several times. Without it all members.");
        Option<DirectoryInfo> folder = Folder();
        Option<bool> losses = Losses();
        Command command = new("group-to-group", "The members of a group move to another one (L79, L80).") { skus, from, to, users, losses, folder };
        command.Does(options, (session, parsed, cancel) => DrawAsync(
            session, parsed, "groupToGroup", parsed.GetValue(skus) ?? [], parsed.GetValue(from), parsed.GetValue(to)!, parsed.GetValue(users)!, parsed.GetValue(losses), parsed.GetValue(folder)!, cancel));
        return command;
    }

    private static Command SwitchSku(ConnectionOptions options)
    {
        Option<string> group = Group("--group", "The group: id or display name.");
        Option<string> from = new("--from-sku") { Description = "The SKU that goes.", HelpName = "NAME", Required = true }, to = new("--to-sku") { Description = "The SKU that comes.", HelpName = "NAME", Required = true };
        Option<DirectoryInfo> folder = Folder();
        Command command = new("switch-sku", "A group gives another SKU in place of one (L81).") { group, from, to, folder };
        command.Does(options, (session, parsed, cancel) => DrawAsync(
            session, parsed, "switchSku", [parsed.GetValue(from)!, parsed.GetValue(to)!], null, parsed.GetValue(group)!, [], false, parsed.GetValue(folder)!, cancel));
        return command;
    }

    private static async Task<int> DrawAsync(
        Session session, ParseResult parsed, string kind, string[] skus, string? from, string to, string[] users, bool losses, DirectoryInfo folder, CancellationToken cancel)
    {
        Dictionary<string, Guid>? skuIds = await ChangeFile.SkusAsync(session, [.. skus.Distinct(StringComparer.OrdinalIgnoreCase)], cancel).ConfigureAwait(false);
        Dictionary<string, Guid>? groups = skuIds is null ? null : await ChangeFile.GroupsAsync(session, [.. new[] { from, to }.OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase)], cancel).ConfigureAwait(false);
        Dictionary<string, Guid>? userIds = groups is null ? null : await ChangeFile.UsersAsync(session, [.. users.Distinct(StringComparer.OrdinalIgnoreCase)], cancel).ConfigureAwait(false);
        if (userIds is null)
        {
            return ExitCode.BadUsage;
        }

        JsonObject body = new()
        {
            ["kind"] = kind,
            ["skuIds"] = Ids(skus.Select(name => skuIds![name])),
            ["toGroupId"] = groups![to].ToString(),
            ["userIds"] = Ids(userIds.Values),
            ["acceptLosses"] = losses,
        };
        if (from is not null)
        {
            body["fromGroupId"] = groups[from].ToString();
        }

        if (await PlanCommands.AskAsync(session, HttpMethod.Post, "/migrations", body, "The migration", cancel).ConfigureAwait(false) is not { } recipe)
        {
            return ExitCode.SomeRowsFailed;
        }

        if (session.Screen.Json)
        {
            await parsed.InvocationConfiguration.Output.WriteLineAsync(recipe.ToJsonString().AsMemory(), cancel).ConfigureAwait(false);
        }
        else
        {
            Show(session.Screen, await PlanCommands.BookAsync(session, cancel).ConfigureAwait(false), recipe);
        }

        return await SaveAsync(session, folder, recipe, cancel).ConfigureAwait(false);
    }

    private static void Show(Screen screen, SkuBook? book, JsonObject recipe)
    {
        JsonObject[] steps = [.. Rows(recipe, "steps")], staying = [.. Rows(recipe, "usersStaying")];
        if (steps.Length == 0)
        {
            screen.Say("There is nothing to move.");
        }

        foreach (JsonObject step in steps)
        {
            screen.Say($"Step {step["step"]}: {step["description"]}");
            screen.Say($"  {PlanTable.Summary(new JsonObject { ["summary"] = step["summary"]!.DeepClone() })}");
            foreach (JsonObject guard in Rows(step, "guards"))
            {
                screen.Say($"  Guard: {guard["losing"]} of {guard["holders"]} holders lose {Sku(book, guard)}: apply it with --allow-mass-removal if that is what you want (B505).");
            }

            foreach (JsonNode? warning in step["warnings"] as JsonArray ?? [])
            {
                screen.Say($"  Warning: {warning}");
            }
        }

        foreach (JsonObject seat in Rows(recipe, "seats").Where(static seat => (long)seat["short"]! > 0))
        {
            screen.Say($"Seats of {Sku(book, seat)}: {seat["needed"]} are needed and {seat["free"]} are free; buy {seat["short"]} more so that nobody stays for want of one.");
        }

        if (staying.Length > 0)
        {
            screen.Say(string.Create(CultureInfo.InvariantCulture, $"Not moved: {(int)recipe["staying"]!}"));
            foreach (JsonObject one in staying.Take(MostShown))
            {
                screen.Say($"  {one["userPrincipalName"]}: {one["message"]}");
            }
        }

        if ((int)recipe["remaining"]! > 0)
        {
            screen.Say($"{recipe["remaining"]} more have it: apply these steps, and ask again.");
        }

        foreach (JsonObject loss in Rows(recipe, "hurt"))
        {
            screen.Say($"Hurt: {loss["userPrincipalName"]} would lose the service plan {loss["servicePlanName"]}.");
        }

        screen.Say((bool)recipe["safe"]!
            ? $"{recipe["moving"]} move. Nobody loses a service plan or a Cloud PC after any of the steps."
            : $"{recipe["moving"]} move. It is not safe: {recipe["cloudPcsHurt"]} Cloud PCs would enter grace or go, and whoever is named above would lose something.");
    }

    private static async Task<int> SaveAsync(Session session, DirectoryInfo folder, JsonObject recipe, CancellationToken cancel)
    {
        List<string> files = [];
        try
        {
            folder.Create();
            foreach (JsonObject step in Rows(recipe, "steps"))
            {
                string file = $"step{step["step"]}.json";
                await File.WriteAllTextAsync(Path.Combine(folder.FullName, file), new JsonObject { ["changes"] = step["changes"]!.DeepClone() }.ToJsonString() + "\n", cancel).ConfigureAwait(false);
                files.Add(file);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            session.Screen.Warn($"the steps cannot be saved in {folder.FullName}: {e.Message}");
            return ExitCode.Failed;
        }

        if (files.Count > 0)
        {
            session.Screen.Say($"Saved {string.Join(", ", files)}: 'berth apply -f {files[0]}' makes the first; look at what became of it before the next.");
        }

        return (bool)recipe["safe"]! ? ExitCode.Done : ExitCode.SomeRowsFailed;
    }

    private static JsonArray Ids(IEnumerable<Guid> ids) => [.. ids.Select(static id => (JsonNode)id.ToString())];

    private static Option<string> Group(string name, string description) => new(name) { Description = description, HelpName = "GROUP", Required = true };

    private static Option<string[]> Users(string description) => new("--user") { Description = description, HelpName = "USER" };

    private static Option<bool> Losses() => new("--accept-losses") { Description = "Move those too who would only lose a service plan, and name them." };

    private static Option<DirectoryInfo> Folder() => new("--folder")
    {
        Description = "Where step1.json, step2.json and so on are saved; this folder when nobody says.", HelpName = "DIR", DefaultValueFactory = static _ => new DirectoryInfo("."),
    };

    private static string Sku(SkuBook? book, JsonObject row) => Guid.TryParse(row["skuId"]?.ToString(), out Guid id) ? book?.Of(id).PartNumber ?? id.ToString() : "";

    private static IEnumerable<JsonObject> Rows(JsonObject from, string name) => (from[name] as JsonArray ?? []).OfType<JsonObject>();
}
