using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Berth.CommandLine.Client.Licenses;

namespace Berth.CommandLine.Client.Plans;

/// <summary><c>berth findings</c>: what costs without a use or is missing, and a file of the changes that mend it (B544 to B549).</summary>
internal static class FindingCommand
{
    /// <summary>The most findings that a person is shown; <c>-o json</c> has them all.</summary>
    public const int MostShown = 50;

    private const string Everything = "the findings";

    /// <summary>The command.</summary>
    public static Command Create(ConnectionOptions options)
    {
        Option<string?> kind = new("--kind")
        {
            Description = "Only these: redundantDirectLicense, disabledUserLicense, unusedCloudPc, seatHeldByGrace, missingEntraP1, missingCompanions, nestedGroup, planSwitchedOn or selfServiceSubscription.",
            HelpName = "KIND",
        };
        Option<string?> sku = ForecastCommand.SkuOption("Only what is about this SKU: part number, product name or id.");
        Option<int?> days = new("--days") { Description = "For how many days a Cloud PC is to have been unused, 1 to 365; 30 when nobody says.", HelpName = "N" };
        Option<FileInfo?> save = new("--save") { Description = "Save the changes that mend them into this file, which 'berth plan -f' and 'berth apply -f' take.", HelpName = "FILE" };
        Command findings = new("findings", "Say what costs without a use, and what is missing, with what would mend it. Nothing changes.") { kind, sku, days, save };
        findings.Does(options, async (session, parsed, cancel) =>
        {
            SkuBook? book = await PlanCommands.BookAsync(session, cancel).ConfigureAwait(false);
            List<string> query = ["$top=200"];
            if (parsed.GetValue(sku) is { } name)
            {
                if (ForecastCommand.SkuOf(session.Screen, book, name) is not { } id)
                {
                    return ExitCode.BadUsage;
                }

                query.Add($"skuId={id}");
            }

            if (parsed.GetValue(kind) is { } one)
            {
                query.Add($"kind={Uri.EscapeDataString(one)}");
            }

            if (parsed.GetValue(days) is { } unused)
            {
                query.Add(string.Create(CultureInfo.InvariantCulture, $"days={unused}"));
            }

            FileInfo? to = parsed.GetValue(save);
            if (await ReadAsync(session, string.Join('&', query), session.Screen.Json || to is not null, cancel).ConfigureAwait(false) is not { } answer)
            {
                return ExitCode.SomeRowsFailed;
            }

            if (session.Screen.Json)
            {
                await parsed.InvocationConfiguration.Output.WriteLineAsync(answer.ToJsonString().AsMemory(), cancel).ConfigureAwait(false);
            }
            else
            {
                Show(session.Screen, answer);
            }

            return to is null ? ExitCode.Done : await SaveAsync(session, to, answer, cancel).ConfigureAwait(false);
        });
        return findings;
    }

    // The first page is enough for a person; a program and a file get them all.
    private static async Task<JsonObject?> ReadAsync(Session session, string query, bool all, CancellationToken cancel)
    {
        JsonObject? whole = null;
        string? next = $"/findings?{query}";
        while (next is not null)
        {
            if (await PlanCommands.AskAsync(session, HttpMethod.Get, next, null, Everything, cancel).ConfigureAwait(false) is not { } page)
            {
                return null;
            }

            string? link = page["@odata.nextLink"]?.ToString();
            next = link is null || !all ? null : link[link.IndexOf("/findings?", StringComparison.Ordinal)..];
            if (whole is null)
            {
                whole = page;
                whole.Remove("@odata.nextLink");
            }
            else
            {
                JsonArray value = whole["value"]!.AsArray();
                foreach (JsonNode? finding in page["value"]!.AsArray())
                {
                    value.Add(finding!.DeepClone());
                }
            }
        }

        return whole;
    }

    private static void Show(Screen screen, JsonObject answer)
    {
        JsonObject[] counts = [.. Rows(answer, "counts").Where(static count => (int)count["findings"]! > 0)], found = [.. Rows(answer, "value")];
        foreach (JsonNode? kind in answer["withheld"] as JsonArray ?? [])
        {
            screen.Say($"Not told without the permission to read Cloud PCs: {kind}.");
        }

        if (counts.Length == 0)
        {
            screen.Say("Nothing was found.");
            return;
        }

        screen.Table(["Finding", "How many", "Seats held"], [.. counts.Select(static count => new[] { count["kind"]!.ToString(), count["findings"]!.ToString(), count["seats"]!.ToString() })]);
        foreach (JsonObject finding in found.Take(MostShown))
        {
            screen.Say(finding["message"]!.ToString());
            if ((finding["changes"] as JsonArray)?.Count > 0)
            {
                screen.Say($"  mended by {Mended(finding)}");
            }

            if (finding["unmended"] is { } reason)
            {
                screen.Say($"  {reason}");
            }
        }

        int all = counts.Sum(static count => (int)count["findings"]!);
        if (all > MostShown)
        {
            screen.Say(string.Create(CultureInfo.InvariantCulture, $"... and {all - Math.Min(found.Length, MostShown)} more; --kind and --sku narrow it, -o json has them all."));
        }
    }

    private static string Mended(JsonObject finding)
    {
        int changes = finding["changes"]!.AsArray().Count;
        (string Name, string Words)[] effects =
        [
            ("seatsFreed", "seats freed"), ("usersGaining", "users gain a license"), ("usersLosing", "users lose one"), ("cloudPcsLosingData", "Cloud PCs lose their data"),
        ];
        IEnumerable<string> told = effects.Where(effect => (int)finding[effect.Name]! > 0).Select(effect => string.Create(CultureInfo.InvariantCulture, $"{(int)finding[effect.Name]!} {effect.Words}"));
        return string.Join(", ", told.Prepend(string.Create(CultureInfo.InvariantCulture, $"{changes} change{(changes == 1 ? "" : "s")}"))) + ".";
    }

    // Each finding was decided by itself. Together two of them can want the same: then the second waits for the next time.
    private static async Task<int> SaveAsync(Session session, FileInfo to, JsonObject answer, CancellationToken cancel)
    {
        (List<JsonArray> chosen, int left) = Choose(answer);
        while (chosen.Count > 0)
        {
            JsonArray changes = [.. chosen.SelectMany(static one => one).Select(static change => change!.DeepClone())];
            byte[] body = Encoding.UTF8.GetBytes(new JsonObject { ["changes"] = changes.DeepClone() }.ToJsonString());
            Wire.GraphAnswer plan = await session.Graph.SendAsync(new Wire.GraphCall(HttpMethod.Post, "/berth/v1/plan", body), cancel).ConfigureAwait(false);
            if (plan.IsDone)
            {
                try
                {
                    await File.WriteAllTextAsync(to.FullName, new JsonObject { ["changes"] = changes }.ToJsonString() + "\n", cancel).ConfigureAwait(false);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    session.Screen.Warn($"{to.Name} cannot be written: {e.Message}");
                    return ExitCode.Failed;
                }

                session.Screen.Say(string.Create(CultureInfo.InvariantCulture, $"Saved {changes.Count} changes that mend {chosen.Count} findings: 'berth plan -f {to.Name}' shows what they do."));
                if (left > 0)
                {
                    session.Screen.Say(string.Create(CultureInfo.InvariantCulture, $"{left} more can be mended, but not together with these: apply the file, and ask again."));
                }

                return ExitCode.Done;
            }

            if (Culprit(plan, chosen) is not { } at)
            {
                return session.Screen.Refused("The changes", Wire.GraphRefusal.Of(plan));
            }

            chosen.RemoveAt(at);
            left++;
        }

        session.Screen.Say("Nothing can be mended by a change: no file was written.");
        return ExitCode.Done;
    }

    // One finding for each user, group or Cloud PC; whose account is disabled loses all licenses, so a redundant one need not be named too.
    private static (List<JsonArray> Chosen, int Left) Choose(JsonObject answer)
    {
        List<JsonArray> chosen = [];
        HashSet<string> about = [];
        (int changes, int bytes, int left) = (0, 0, 0);
        foreach (JsonObject finding in Rows(answer, "value").OrderBy(static one => one["kind"]!.ToString() != "disabledUserLicense"))
        {
            if (finding["changes"] is not JsonArray { Count: > 0 } list)
            {
                continue;
            }

            string subject = (finding["userId"] ?? finding["groupId"] ?? finding["cloudPcId"])?.ToString() ?? "";
            int size = Encoding.UTF8.GetByteCount(list.ToJsonString());
            if (changes + list.Count > MostChanges || bytes + size > ChangeFile.MostBytes - Margin || !about.Add(subject))
            {
                left++;
                continue;
            }

            chosen.Add(list);
            (changes, bytes) = (changes + list.Count, bytes + size + 1);
        }

        return (chosen, left);
    }

    // Of more, a person would look at none; and room for what surrounds the changes in a request.
    private const int MostChanges = 1_000;
    private const int Margin = 1_000;

    // The server names the change that refuses them all, by its position.
    private static int? Culprit(Wire.GraphAnswer refused, List<JsonArray> chosen)
    {
        JsonNode? error = refused.Body.IsEmpty ? null : JsonNode.Parse(refused.Body.Span)?["error"];
        string? target = (error?["details"] as JsonArray)?.Select(static one => one?["target"]?.ToString()).FirstOrDefault(static one => one?.StartsWith("changes[", StringComparison.Ordinal) == true);
        if (target is null || !int.TryParse(target["changes[".Length..].Split(']')[0], NumberStyles.None, CultureInfo.InvariantCulture, out int change))
        {
            return null;
        }

        for (int at = 0; at < chosen.Count; at++)
        {
            if (change < chosen[at].Count)
            {
                return at;
            }

            change -= chosen[at].Count;
        }

        return null;
    }

    private static IEnumerable<JsonObject> Rows(JsonObject from, string name) => (from[name] as JsonArray ?? []).OfType<JsonObject>();
}
