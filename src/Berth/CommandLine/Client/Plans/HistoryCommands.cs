using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Berth.CommandLine.Client.Licenses;
using Berth.CommandLine.Client.Wire;

namespace Berth.CommandLine.Client.Plans;

/// <summary><c>berth history</c> and <c>berth undo</c>: what happened, and taking it back (B520 to B527).</summary>
internal static class HistoryCommands
{
    /// <summary><c>berth history</c>.</summary>
    public static Command CreateHistory(ConnectionOptions options)
    {
        Option<string?> user = new("--user") { Description = "What touched this user: user principal name or id.", HelpName = "USER" };
        Option<Guid?> group = new("--group") { Description = "What touched this group: its id.", HelpName = "ID" };
        Option<string?> sku = new("--sku") { Description = "What touched this SKU: part number, product name or id.", HelpName = "NAME" };
        Option<string?> since = new("--since") { Description = "Not before this time, such as 2026-01-31T08:00:00Z.", HelpName = "TIME" };
        Option<string?> until = new("--until") { Description = "Before this time.", HelpName = "TIME" };
        Option<int> top = new("--top") { Description = "How many operations.", HelpName = "N", DefaultValueFactory = static _ => 20 };
        Command history = new("history", "Show what happened, newest first: who, when, what it was and what it became.") { user, group, sku, since, until, top };
        history.Add(HistoryExport.Create(options));
        history.Does(options, async (session, parsed, cancel) =>
        {
            List<string> query = [$"$top={parsed.GetValue(top).ToString(CultureInfo.InvariantCulture)}"];
            if (parsed.GetValue(user) is { } name)
            {
                if (!LicenseArguments.IsUser(name))
                {
                    session.Screen.Warn($"'{name}' is neither a user principal name nor an id.");
                    return ExitCode.BadUsage;
                }

                Reply<WireUser> reply = await session.Graph.GetAsync($"{UserCommands.PathOf(name)}?$select=id", WireJson.Default.WireUser, cancel).ConfigureAwait(false);
                if (!reply.Is(out WireUser? found, out GraphRefusal? refusal))
                {
                    return session.Screen.Refused(name, refusal);
                }

                query.Add($"userId={found.Id}");
            }

            if (parsed.GetValue(sku) is { } part)
            {
                if (await PlanCommands.BookAsync(session, cancel).ConfigureAwait(false) is not { } book || book.Find(part) is not Naming<NamedSku>.One one)
                {
                    session.Screen.Warn($"'{part}' names no SKU, or several: 'berth sku list' shows them.");
                    return ExitCode.BadUsage;
                }

                query.Add($"skuId={one.Value.Id}");
            }

            Add("groupId", parsed.GetValue(group)?.ToString());
            Add("since", parsed.GetValue(since));
            Add("until", parsed.GetValue(until));
            if (await PlanCommands.AskAsync(session, HttpMethod.Get, $"/history?{string.Join('&', query)}", null, "The history", cancel).ConfigureAwait(false) is not { } answer)
            {
                return ExitCode.SomeRowsFailed;
            }

            if (session.Screen.Json)
            {
                await parsed.InvocationConfiguration.Output.WriteLineAsync(answer.ToJsonString().AsMemory(), cancel).ConfigureAwait(false);
                return ExitCode.Done;
            }

            Show(session.Screen, answer);
            return ExitCode.Done;

            void Add(string property, string? value)
            {
                if (value is not null)
                {
                    query.Add($"{property}={Uri.EscapeDataString(value)}");
                }
            }
        });
        return history;
    }

    /// <summary><c>berth undo</c>.</summary>
    public static Command CreateUndo(ConnectionOptions options)
    {
        Argument<Guid> operation = new("OPERATION") { Description = "The operation's id, as 'berth history' shows it." };
        Option<bool> yes = PlanCommands.Yes();
        Command undo = new("undo", "Take an operation back, after showing what that does.") { operation, yes };
        undo.Does(options, async (session, parsed, cancel) =>
        {
            string path = $"/history/{parsed.GetValue(operation)}/undo";
            if (await PlanCommands.AskAsync(session, HttpMethod.Get, path, null, "The operation", cancel).ConfigureAwait(false) is not { } plan)
            {
                return ExitCode.SomeRowsFailed;
            }

            PlanTable.Show(session.Screen, await PlanCommands.BookAsync(session, cancel).ConfigureAwait(false), plan);
            if (!PlanTable.Changes(plan))
            {
                return ExitCode.Done;
            }

            if (!Confirm.Asked(session.Screen, parsed.GetValue(yes), "Take it back?"))
            {
                return ExitCode.Failed;
            }

            if (await PlanCommands.AskAsync(session, HttpMethod.Post, path, null, "The operation", cancel).ConfigureAwait(false) is not { } done)
            {
                return ExitCode.SomeRowsFailed;
            }

            if (session.Screen.Json)
            {
                await parsed.InvocationConfiguration.Output.WriteLineAsync(done.ToJsonString().AsMemory(), cancel).ConfigureAwait(false);
            }

            session.Screen.Say($"Taken back: operation {done["id"]}.");
            return ExitCode.Done;
        });
        return undo;
    }

    private static void Show(Screen screen, JsonObject answer)
    {
        JsonObject[] operations = [.. (answer["value"] as JsonArray ?? []).OfType<JsonObject>()];
        if (operations.Length == 0)
        {
            screen.Say("Nothing happened.");
            return;
        }

        screen.Table(
            ["When", "Who", "What", "Changed", "Operation"],
            [.. operations.Select(static one => new[]
            {
                one["at"]!.ToString(), one["actor"]?["displayName"]?.ToString() ?? "", one["kind"]!.ToString(), Changed(one), one["id"]!.ToString(),
            })]);
        if (answer["@odata.nextLink"] is not null)
        {
            screen.Say("There is more: narrow it with --user, --group, --sku, --since or --until, or ask for more with --top.");
        }
    }

    // What kinds of things changed, and how many of each are told.
    private static string Changed(JsonObject operation)
    {
        Dictionary<string, int> counts = [];
        foreach (string side in new[] { "before", "after" })
        {
            foreach ((string kind, JsonNode? entries) in operation[side] as JsonObject ?? [])
            {
                counts[kind] = Math.Max(counts.GetValueOrDefault(kind), (entries as JsonArray)?.Count ?? 0);
            }
        }

        string more = (bool?)operation["truncated"] == true ? "+" : "";
        return string.Join(", ", counts.Select(count => string.Create(CultureInfo.InvariantCulture, $"{count.Key} {count.Value}{more}")));
    }
}
