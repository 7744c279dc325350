using System.Globalization;
using System.Text.Json.Nodes;
using Berth.CommandLine.Client.Licenses;

namespace Berth.CommandLine.Client.Plans;

/// <summary>A plan for people: what goes first and all by name, then what cannot be, then what comes.</summary>
internal static class PlanTable
{
    /// <summary>The most rows of what comes; what goes is always told whole.</summary>
    public const int MostRows = 50;

    /// <summary>Shows a plan.</summary>
    public static void Show(Screen screen, SkuBook? book, JsonObject plan)
    {
        JsonObject[] users = [.. Rows(plan, "users")];
        JsonObject[] lost = [.. users.Where(static row => row["after"] is null)], failed = [.. users.Where(static row => row["after"] is not null && Text(row, "error") != "None")];
        JsonObject[] rest = [.. users.Except(lost).Except(failed)];
        Licenses(screen, book, "Taken away:", lost, int.MaxValue);
        Licenses(screen, book, "Cannot be given:", failed, MostRows);
        Licenses(screen, book, "Given or changed:", rest, MostRows);
        JsonObject[] machines = [.. Rows(plan, "cloudPcs")];
        if (machines.Length > 0)
        {
            JsonObject[] shown = [.. machines.Where(Destroys), .. machines.Where(static row => !Destroys(row)).Take(MostRows)];
            screen.Say("Cloud PCs:");
            screen.Table(
                ["Effect", "Data", "Date", "User", "Cloud PC"],
                [.. shown.Select(static row => new[]
                {
                    Text(row, "effect"), Destroys(row) ? "destroyed" : "kept", Text(row, "date"), Text(row, "userId"), row["id"] is null ? "new" : Text(row, "id"),
                })]);
            More(screen, machines.Length - shown.Length);
        }

        JsonObject[] pools = [.. Rows(plan, "pools")];
        if (pools.Length > 0)
        {
            screen.Say("Seats:");
            screen.Table(
                ["SKU", "Units", "Taken before", "after", "Waiting before", "after"],
                [.. pools.Select(row => new[]
                {
                    Sku(book, row), Text(row, "assignable"), Text(row, "consumedBefore"), Text(row, "consumedAfter"), Text(row, "waitingBefore"), Text(row, "waitingAfter"),
                })]);
        }

        foreach (JsonNode? warning in plan["warnings"] as JsonArray ?? [])
        {
            screen.Say($"Warning: {warning}");
        }

        screen.Say(Summary(plan));
    }

    /// <summary>A plan in a sentence.</summary>
    public static string Summary(JsonObject plan)
    {
        if (!Changes(plan))
        {
            return "Nothing would change.";
        }

        JsonNode summary = plan["summary"]!;
        (string Name, string Words)[] counts =
        [
            ("usersGaining", "users gain a license"), ("usersLosing", "users lose one"), ("usersInError", "users get an error"), ("cloudPcsProvisioned", "Cloud PCs come up"),
            ("cloudPcsEnteringGrace", "enter grace"), ("cloudPcsRecovered", "come back"), ("cloudPcsDeprovisioned", "are taken down"), ("cloudPcsLosingData", "lose their data"),
        ];
        string[] told = [.. counts.Where(count => (int?)summary[count.Name] > 0).Select(count => string.Create(CultureInfo.InvariantCulture, $"{(int)summary[count.Name]!} {count.Words}"))];
        return told.Length == 0 ? "No license and no Cloud PC would change." : string.Join(", ", told) + ".";
    }

    /// <summary>Whether a plan does anything.</summary>
    public static bool Changes(JsonObject plan) => (bool?)plan["changes"] != false;

    /// <summary>Whether a guard asks for a word more.</summary>
    public static bool IsGuarded(JsonObject plan) => Rows(plan, "guards").Any();

    /// <summary>What two plans say of the outcome, without dates, versions and what others did: the lines that only one of them has.</summary>
    public static (string[] OnlyOld, string[] OnlyYoung) Differences(JsonObject old, JsonObject young)
    {
        string[] was = [.. Lines(old).Order(StringComparer.Ordinal)], now = [.. Lines(young).Order(StringComparer.Ordinal)];
        return ([.. was.Except(now)], [.. now.Except(was)]);
    }

    private static IEnumerable<string> Lines(JsonObject plan)
    {
        foreach (JsonObject row in Rows(plan, "users"))
        {
            yield return $"user {Text(row, "userId")}, SKU {Text(row, "skuId")} from {Text(row, "source")}: {Or(row, "before")} becomes {Or(row, "after")}, error {Text(row, "error")}";
        }

        foreach (IGrouping<string, JsonObject> same in Rows(plan, "cloudPcs").GroupBy(static row =>
            $"Cloud PC {Or(row, "id")} of {Or(row, "userId")}, plan {Text(row, "servicePlanId")}: {Text(row, "effect")}{(Destroys(row) ? ", data destroyed" : "")}"))
        {
            yield return $"{same.Key} ({same.Count()})";
        }

        foreach (JsonObject row in Rows(plan, "pools"))
        {
            int seats = (int)row["consumedAfter"]! - (int)row["consumedBefore"]!, waiting = (int)row["waitingAfter"]! - (int)row["waitingBefore"]!;
            if (seats != 0 || waiting != 0)
            {
                yield return string.Create(CultureInfo.InvariantCulture, $"SKU {Text(row, "skuId")}: {seats:+0;-0;0} seats, {waiting:+0;-0;0} waiting");
            }
        }
    }

    private static void Licenses(Screen screen, SkuBook? book, string head, JsonObject[] rows, int most)
    {
        if (rows.Length == 0)
        {
            return;
        }

        screen.Say(head);
        screen.Table(
            ["User", "SKU", "Source", "Before", "After", "Why"],
            [.. rows.Take(most).Select(row => new[]
            {
                Text(row, "userPrincipalName"), Sku(book, row), Text(row, "source"), Or(row, "before"), Or(row, "after"),
                Text(row, "error") == "None" ? Text(row, "reason") : $"{Text(row, "error")}: {Text(row, "reason")}",
            })]);
        More(screen, rows.Length - most);
    }

    private static void More(Screen screen, int more)
    {
        if (more > 0)
        {
            screen.Say(string.Create(CultureInfo.InvariantCulture, $"... and {more} more; -o json has them all."));
        }
    }

    private static string Sku(SkuBook? book, JsonObject row) => Guid.TryParse(Text(row, "skuId"), out Guid id) ? book?.Of(id).PartNumber ?? id.ToString() : "";

    private static bool Destroys(JsonObject row) => (bool?)row["destroysData"] == true;

    private static IEnumerable<JsonObject> Rows(JsonObject plan, string name) => (plan[name] as JsonArray ?? []).OfType<JsonObject>();

    private static string Text(JsonObject row, string name) => row[name]?.ToString() ?? "";

    private static string Or(JsonObject row, string name) => row[name]?.ToString() ?? "nothing";
}
