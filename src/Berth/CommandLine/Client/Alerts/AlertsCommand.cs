using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Berth.CommandLine.Client.Plans;

namespace Berth.CommandLine.Client.Alerts;

/// <summary><c>berth alerts</c>: what is wrong with the tenant now (B789).</summary>
internal static class AlertsCommand
{
    /// <summary>The command.</summary>
    public static Command Create(ConnectionOptions options)
    {
        Option<Guid?> receiver = new("--receiver") { Description = "As this receiver of alerts is told it: with its kinds and thresholds.", HelpName = "ID" };
        Command alerts = new("alerts", "Say what is wrong now: pools without seats, people who wait, concurrency buffers in use or blocked, and what Graph's alert rules raised.") { receiver };
        alerts.Does(options, async (session, parsed, cancel) =>
        {
            string query = parsed.GetValue(receiver) is { } id ? $"?receiverId={id}" : "";
            if (await PlanCommands.AskAsync(session, HttpMethod.Get, $"/alerts{query}", null, "The alerts", cancel).ConfigureAwait(false) is not { } answer)
            {
                return ExitCode.SomeRowsFailed;
            }

            if (session.Screen.Json)
            {
                await parsed.InvocationConfiguration.Output.WriteLineAsync(answer.ToJsonString().AsMemory(), cancel).ConfigureAwait(false);
                return ExitCode.Done;
            }

            foreach (JsonObject alert in answer["value"]!.AsArray().OfType<JsonObject>())
            {
                session.Screen.Say($"{alert["severity"]}, since {Day(alert["sinceDateTime"])}: {alert["message"]}");
                session.Screen.Say($"  {alert["advice"]}");
            }

            if (answer["value"]!.AsArray().Count == 0)
            {
                session.Screen.Say("Nothing is wrong.");
            }

            return ExitCode.Done;
        });
        return alerts;
    }

    /// <summary>A moment for people; nothing for none.</summary>
    internal static string Day(JsonNode? moment) => moment is null ? "" : ((DateTimeOffset)moment).UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
