using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Berth.CommandLine.Client.Bulk;
using Berth.CommandLine.Client.Wire;
using CsvHelper;
using CsvHelper.Configuration;

namespace Berth.CommandLine.Client.Plans;

/// <summary><c>berth history export</c>: all that happened, for an auditor or a collector of events (B784).</summary>
internal static class HistoryExport
{
    /// <summary>Operations of one answer.</summary>
    private const int PageSize = 100;

    private static readonly string[] _columns = ["id", "at", "actorKind", "actorId", "actor", "kind", "isTruncated", "before", "after"];

    /// <summary>The command.</summary>
    public static Command Create(ConnectionOptions options)
    {
        Option<string> to = new("--to") { Description = "The file to write; there must be none of that name.", HelpName = "FILE", Required = true };
        Option<string?> since = new("--since") { Description = "Not before this time, such as 2026-01-31T08:00:00Z.", HelpName = "TIME" };
        Option<string?> until = new("--until") { Description = "Before this time.", HelpName = "TIME" };
        Option<string> format = new("--format") { Description = "ndjson, an operation a line as the server tells it, or csv.", DefaultValueFactory = static _ => "ndjson" };
        format.AcceptOnlyFromAmong("ndjson", "csv");
        Command export = new("export", "Write all that happened into a file, newest first: who, when, what it was and what it became.") { to, since, until, format };
        export.Does(options, async (session, parsed, cancel) =>
        {
            string path = parsed.GetValue(to)!, unfinished = path + ".part";
            if (File.Exists(path))
            {
                session.Screen.Warn($"{path} is there already: choose another file with --to.");
                return ExitCode.BadUsage;
            }

            try
            {
                List<string> query = [$"$top={PageSize}"];
                foreach ((string property, string? value) in new[] { ("since", parsed.GetValue(since)), ("until", parsed.GetValue(until)) })
                {
                    query.AddRange(value is null ? [] : [$"{property}={Uri.EscapeDataString(value)}"]);
                }

                long? written;
                await using (StreamWriter file = new(unfinished, Encoding.UTF8, OwnersAlone()))
                {
                    await using IRows rows = parsed.GetValue(format) == "csv" ? new CsvRows(file) : new JsonRows(file);
                    written = await WriteAsync(session, $"/history?{string.Join('&', query)}", rows, cancel).ConfigureAwait(false);
                }

                if (written is null)
                {
                    File.Delete(unfinished);
                    return ExitCode.SomeRowsFailed;
                }

                File.Move(unfinished, path);
                session.Screen.Say(string.Create(CultureInfo.InvariantCulture, $"{written} operations written to {path}."));
                return ExitCode.Done;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
            {
                session.Screen.Warn($"{path} cannot be written: {e.Message}");
                return ExitCode.BadUsage;
            }
            catch
            {
                // Who finds the name finds all of it.
                File.Delete(unfinished);
                throw;
            }
        });
        return export;
    }

    // How many were written, or null when the server refused.
    private static async Task<long?> WriteAsync(Session session, string path, IRows rows, CancellationToken cancel)
    {
        long written = 0;
        for (string? next = path; next is not null;)
        {
            if (await PlanCommands.AskAsync(session, HttpMethod.Get, next, null, "The history", cancel).ConfigureAwait(false) is not { } page)
            {
                return null;
            }

            foreach (JsonObject operation in (page["value"] as JsonArray ?? []).OfType<JsonObject>())
            {
                await rows.WriteAsync(operation).ConfigureAwait(false);
                written++;
            }

            // The link names this server as it sees itself; what follows the interface is the same from everywhere.
            string? link = (string?)page["@odata.nextLink"];
            next = link is null ? null : link[link.IndexOf("/history?", StringComparison.Ordinal)..];
            if (next is not null)
            {
                session.Screen.Progress(string.Create(CultureInfo.InvariantCulture, $"{written} operations"));
            }
        }

        return written;
    }

    private static FileStreamOptions OwnersAlone()
    {
        FileStreamOptions options = new() { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }

    private interface IRows : IAsyncDisposable
    {
        Task WriteAsync(JsonObject operation);
    }

    private sealed class JsonRows(TextWriter to) : IRows
    {
        public Task WriteAsync(JsonObject operation) => to.WriteLineAsync(operation.ToJsonString());

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class CsvRows : IRows
    {
        private readonly CsvWriter _csv;

        public CsvRows(TextWriter to)
        {
            // A name that begins as a formula does is none in the spreadsheet that opens it.
            CsvConfiguration format = UserList.Format(',');
            format.InjectionOptions = InjectionOptions.Escape;
            _csv = new CsvWriter(to, format, leaveOpen: true);
            Write(_columns);
        }

        public Task WriteAsync(JsonObject operation)
        {
            JsonNode? actor = operation["actor"];
            Write([
                (string?)operation["id"], operation["at"]?.ToString(), actor?["kind"]?.ToString(), actor?["id"]?.ToString(), actor?["displayName"]?.ToString(), operation["kind"]?.ToString(),
                (bool?)operation["truncated"] == true ? "true" : "false", operation["before"]?.ToJsonString(), operation["after"]?.ToJsonString(),
            ]);
            return Task.CompletedTask;
        }

        public async ValueTask DisposeAsync() => await _csv.DisposeAsync().ConfigureAwait(false);

        private void Write(string?[] fields)
        {
            Array.ForEach(fields, _csv.WriteField);
            _csv.NextRecord();
        }
    }
}
