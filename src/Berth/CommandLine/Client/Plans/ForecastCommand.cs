using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Berth.CommandLine.Client.Licenses;

namespace Berth.CommandLine.Client.Plans;

/// <summary><c>berth forecast</c>: when the seats run out (B540 to B543).</summary>
internal static class ForecastCommand
{
    /// <summary>The command.</summary>
    public static Command Create(ConnectionOptions options)
    {
        Option<int?> days = new("--days") { Description = "How many days to look ahead, 1 to 365; 90 when nobody says.", HelpName = "N" };
        Option<string?> sku = SkuOption("Only this SKU: part number, product name or id.");
        Command forecast = new("forecast", "Say when the seats of each SKU and of each Frontline plan run out, by a straight line through the last four weeks.") { days, sku };
        forecast.Does(options, async (session, parsed, cancel) =>
        {
            SkuBook? book = await PlanCommands.BookAsync(session, cancel).ConfigureAwait(false);
            Guid? only = null;
            if (parsed.GetValue(sku) is { } name && (only = SkuOf(session.Screen, book, name)) is null)
            {
                return ExitCode.BadUsage;
            }

            string query = parsed.GetValue(days) is { } ahead ? string.Create(CultureInfo.InvariantCulture, $"?days={ahead}") : "";
            if (await PlanCommands.AskAsync(session, HttpMethod.Get, $"/forecast{query}", null, "The forecast", cancel).ConfigureAwait(false) is not { } answer)
            {
                return ExitCode.SomeRowsFailed;
            }

            if (only is { } wanted)
            {
                // A Frontline plan is shared by everybody and belongs to no one SKU of a forecast.
                answer["value"] = new JsonArray([.. Rows(answer, "value").Where(row => (Guid)row["skuId"]! == wanted).Select(static row => row.DeepClone())]);
                answer["frontline"] = new JsonArray();
            }

            if (session.Screen.Json)
            {
                await parsed.InvocationConfiguration.Output.WriteLineAsync(answer.ToJsonString().AsMemory(), cancel).ConfigureAwait(false);
                return ExitCode.Done;
            }

            Show(session.Screen, answer);
            return ExitCode.Done;
        });
        return forecast;
    }

    /// <summary>A SKU that narrows what is told.</summary>
    public static Option<string?> SkuOption(string description) => new("--sku") { Description = description, HelpName = "NAME" };

    /// <summary>The id of a SKU that somebody named; null when it names none or several, which was said then.</summary>
    public static Guid? SkuOf(Screen screen, SkuBook? book, string name)
    {
        switch (book?.Find(name))
        {
            case Naming<NamedSku>.One one:
                return one.Value.Id;
            case Naming<NamedSku>.Unclear unclear:
                screen.Warn(unclear.Problem);
                return null;
            default:
                if (Guid.TryParse(name, out Guid id))
                {
                    return id;
                }

                screen.Warn("the SKUs of the tenant cannot be read, so give the SKU's id.");
                return null;
        }
    }

    private static void Show(Screen screen, JsonObject answer)
    {
        string days = answer["days"]!.ToString();
        JsonObject[] skus = [.. Rows(answer, "value")], plans = [.. Rows(answer, "frontline")];
        if (skus.Length + plans.Length == 0)
        {
            screen.Say("There is nothing to forecast: no SKU of that name is the tenant's.");
            return;
        }

        if (skus.Length > 0)
        {
            screen.Table(
                ["SKU", "Units", "Used", "Free", "Waiting", "Came", "Went", "A day", "Runs out"],
                [.. skus.Select(row => new[]
                {
                    Text(row, "skuPartNumber"), Text(row, "units"), Text(row, "used"), Text(row, "free"), Text(row, "waiting"), Text(row, "gained"), Text(row, "lost"), Trend(row), RunsOut(row, days),
                })]);
        }

        if (plans.Length > 0)
        {
            screen.Say("Frontline, by the most licenses in use on a day:");
            screen.Table(
                ["Service plan", "Licenses", "Today", "Peak", "A day", "Runs out"],
                [.. plans.Select(row => new[] { Text(row, "servicePlanId"), Text(row, "licenses"), Text(row, "used"), Text(row, "peak"), Trend(row), RunsOut(row, days) })]);
        }
    }

    private static string Trend(JsonObject row) => ((double)row["trendPerDay"]!).ToString("+0.###;-0.###;0", CultureInfo.InvariantCulture);

    private static string RunsOut(JsonObject row, string days) => row["runsOutDate"]?.ToString() ?? $"not in {days} days";

    private static IEnumerable<JsonObject> Rows(JsonObject from, string name) => (from[name] as JsonArray ?? []).OfType<JsonObject>();

    private static string Text(JsonObject row, string name) => row[name]?.ToString() ?? "";
}
