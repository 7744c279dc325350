using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Berth.CommandLine.Client.Licenses;

namespace Berth.CommandLine.Client.Plans;

/// <summary><c>berth explain</c>: why a user has or lacks a license, and what would help (B530 to B534).</summary>
internal static class ExplainCommand
{
    /// <summary>The command.</summary>
    public static Command Create(ConnectionOptions options)
    {
        (Argument<string?>, Option<string?>) user = LicenseArguments.User();
        Option<string?> sku = new("--sku") { Description = "The SKU: part number, product name or id. Without it everything the user has or should have is explained.", HelpName = "NAME" };
        Command explain = new("explain", "Say why a user has or lacks a license and the Cloud PC, who is ahead in the queue, and what would help.") { sku, options.AsOf };
        explain.Add(user);
        explain.Does(options, async (session, parsed, cancel) =>
        {
            SkuBook? book = await PlanCommands.BookAsync(session, cancel).ConfigureAwait(false);
            string query = "";
            if (parsed.GetValue(sku) is { } name)
            {
                switch (book?.Find(name))
                {
                    case Naming<NamedSku>.One one:
                        query = $"?skuId={one.Value.Id}";
                        break;
                    case Naming<NamedSku>.Unclear unclear:
                        session.Screen.Warn(unclear.Problem);
                        return ExitCode.BadUsage;
                    default:
                        session.Screen.Warn("the SKUs of the tenant cannot be read, so give the SKU's id.");
                        return ExitCode.BadUsage;
                }
            }

            string who = parsed.Value(user);
            if (await PlanCommands.AskAsync(session, HttpMethod.Get, $"/users/{Uri.EscapeDataString(who)}/explain{query}", null, who, cancel).ConfigureAwait(false) is not { } answer)
            {
                return ExitCode.SomeRowsFailed;
            }

            if (session.Screen.Json)
            {
                await parsed.InvocationConfiguration.Output.WriteLineAsync(answer.ToJsonString().AsMemory(), cancel).ConfigureAwait(false);
                return ExitCode.Done;
            }

            JsonObject[] all = answer["value"] is JsonArray list ? [.. list.OfType<JsonObject>()] : [answer];
            if (all.Length == 0)
            {
                session.Screen.Say($"{who} has no license, and is in no group that gives one.");
            }

            foreach (JsonObject one in all)
            {
                Show(session.Screen, book, one);
            }

            return ExitCode.Done;
        });
        return explain;
    }

    private static void Show(Screen screen, SkuBook? book, JsonObject one)
    {
        screen.Say($"{one["userPrincipalName"]} {((bool)one["has"]! ? "has" : "does not have")} {one["skuPartNumber"]}.");
        foreach (JsonObject path in Rows(one, "paths"))
        {
            string from = path["displayName"] is { } group ? $"from the group {group}" : "directly";
            string error = path["error"]!.ToString() is "None" ? "" : $" with {path["error"]}";
            screen.Say($"  {from}: {path["state"]}{error}{((bool)path["isMember"]! ? "" : ", although the user is no member any more")}");
        }

        foreach (JsonObject blocker in Rows(one, "blockers"))
        {
            string about = blocker["skuId"]!.ToString() == one["skuId"]!.ToString() ? "" : $"{book?.Of(Guid.Parse(blocker["skuId"]!.ToString())).PartNumber}: ";
            screen.Say($"  in the way: {about}{blocker["message"]} ({blocker["rule"]})");
        }

        if (one["queue"] is JsonObject queue)
        {
            screen.Say(string.Create(CultureInfo.InvariantCulture, $"  waits for a seat since {queue["waitingSince"]}, at place {queue["position"]}"));
            foreach (JsonObject ahead in Rows(queue, "first"))
            {
                screen.Say($"    ahead: {ahead["userPrincipalName"]} since {ahead["waitingSince"]}");
            }
        }

        foreach (JsonObject machine in Rows(one, "cloudPcs"))
        {
            screen.Say($"  Cloud PC: {(machine["status"] is { } status ? $"{status}. " : "")}{machine["message"]}");
        }

        foreach (JsonObject fix in Rows(one, "fixes"))
        {
            string cost = (int)fix["usersLosing"]! > 0 ? string.Create(CultureInfo.InvariantCulture, $" ({(int)fix["usersLosing"]!} users lose a license)") : "";
            screen.Say($"  would help: {fix["description"]}{cost}");
        }
    }

    private static IEnumerable<JsonObject> Rows(JsonObject from, string name) => (from[name] as JsonArray ?? []).OfType<JsonObject>();
}
