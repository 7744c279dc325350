using System.Collections.Concurrent;
using System.Text.Json;
using Berth.Graph;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Microsoft.Data.Sqlite;

namespace Berth.Conformance.Tests.Completeness;

/// <summary>
/// What the tests of this run really did at real servers: nobody keeps it by hand. Requests are looked at on their way
/// (<see cref="Observer"/>) and matched with the product's own route table; commands are read from the journals that the servers leave.
/// </summary>
public static class Evidence
{
    private static readonly ConcurrentDictionary<(Route Route, GraphVersion Version), bool> _answered = [];
    private static readonly ConcurrentDictionary<(string InnerCode, Route? Route), string> _errors = [];
    private static readonly ConcurrentDictionary<string, bool> _assignmentErrors = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<string, bool> _commands = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<string, bool> _commandLines = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<(Route Route, GraphVersion Version, string Client), bool> _witnesses = [];
    private static readonly ConcurrentDictionary<(string Request, string Client), bool> _identityWitnesses = [];

    private static readonly (string Prefix, GraphVersion Version)[] _versions =
        [("/v1.0", GraphVersion.V1), ("/beta", GraphVersion.Beta), ("/berth/v1", GraphVersion.Berth), ("/scim/v2", GraphVersion.Scim)];

    /// <summary>Whether a route answered with success in a version.</summary>
    public static bool IsAnswered(Route route, GraphVersion version) => _answered.ContainsKey((route, version));

    /// <summary>The clients that asked for a route in a version and were answered with success.</summary>
    public static IEnumerable<string> WitnessesOf(Route route, GraphVersion version) =>
        _witnesses.Keys.Where(seen => seen.Route == route && seen.Version == version).Select(seen => seen.Client).Order(StringComparer.Ordinal);

    /// <summary>The requests for tokens and about them that were answered with success, with the clients that sent them.</summary>
    public static IEnumerable<(string Request, IEnumerable<string> Clients)> IdentityWitnesses => _identityWitnesses.Keys
        .GroupBy(seen => seen.Request, seen => seen.Client, StringComparer.Ordinal)
        .OrderBy(request => request.Key, StringComparer.Ordinal)
        .Select(request => (request.Key, request.Order(StringComparer.Ordinal).AsEnumerable()));

    /// <summary>Whether the body of a request to this path and query tells something: that of a batch, and of a request for a token.</summary>
    public static bool LooksInto(string target) =>
        target.Split('?')[0].EndsWith("/$batch", StringComparison.OrdinalIgnoreCase) || IdentityRequest.IsForToken(target);

    /// <summary>Whether an error with this machine code was seen, on a route or on any.</summary>
    public static bool IsRefused(string innerCode, string? route = null) =>
        _errors.Keys.Any(seen => seen.InnerCode == innerCode && (route is null || seen.Route?.ToString() == route));

    /// <summary>Whether a client read this error in a <c>licenseAssignmentState</c>.</summary>
    public static bool IsAssignmentError(string error) => _assignmentErrors.ContainsKey(error);

    /// <summary>Whether a server's journal has an entry of this command.</summary>
    public static bool IsJournaled(string command) => _commands.ContainsKey(command);

    /// <summary>Whether a command line that begins so was run and did what it was asked.</summary>
    public static bool IsRun(string commandLine) => _commandLines.Keys.Any(line => line == commandLine || line.StartsWith(commandLine + " ", StringComparison.Ordinal));

    /// <summary>A command line did what it was asked.</summary>
    public static void OfCommandLine(IEnumerable<string> arguments) => _commandLines.TryAdd(string.Join(' ', arguments), true);

    /// <summary>Reads the journal of a server that has gone.</summary>
    public static void OfJournal(string database)
    {
        using SqliteConnection connection = new($"Data Source={database};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM sqlite_master WHERE name = 'journal'";
        if ((long)command.ExecuteScalar()! == 0)
        {
            // It went before it had one.
            return;
        }

        command.CommandText = "SELECT DISTINCT kind FROM journal";
        using SqliteDataReader reader = command.ExecuteReader();
        while (reader.Read())
        {
            _commands.TryAdd(reader.GetString(0), true);
        }
    }

    /// <summary>An exchange over HTTP.</summary>
    public static void OfExchange(Exchange exchange)
    {
        if (exchange is { Status: < 400, Client: { } client } && IdentityRequest.Read(exchange) is { } request)
        {
            _identityWitnesses.TryAdd((request, client), true);
        }

        foreach ((string prefix, GraphVersion version) in _versions)
        {
            if (exchange.Target.StartsWith(prefix + "/", StringComparison.OrdinalIgnoreCase))
            {
                using JsonDocument? body = exchange.Received is null ? null : JsonDocument.Parse(exchange.Received);
                OfExchange(version, exchange.Method, exchange.Target[prefix.Length..], exchange.Status, body?.RootElement, exchange.Client);
                if (exchange is { Sent: not null, Status: 200 } && body is not null)
                {
                    using JsonDocument batch = JsonDocument.Parse(exchange.Sent);
                    OfBatch(version, batch.RootElement, body.RootElement, exchange.Client);
                }
            }
        }
    }

    private static void OfExchange(GraphVersion version, string method, string target, int status, JsonElement? body, string? client)
    {
        int question = target.IndexOf('?', StringComparison.Ordinal);
        Route? route = GraphPath.Read(question < 0 ? target : target[..question]).Path is { } path
            ? new[] { GraphRoom.Table, InstallationRoutes.Table }
                .Select(table => table.Find(version, Enum.TryParse(method, true, out GraphMethod known) ? known : GraphMethod.Other, path).Route)
                .FirstOrDefault(found => found is not null)
            : null;
        if (status < 400 && route is not null)
        {
            _answered.TryAdd((route, version), true);
            if (client is not null)
            {
                _witnesses.TryAdd((route, version, client), true);
            }
        }

        if (body is { ValueKind: JsonValueKind.Object } json)
        {
            if (status >= 400 && json.TryGetProperty("error", out JsonElement error))
            {
                _errors.TryAdd((error.GetProperty("innerError").GetProperty("code").GetString()!, route), error.GetProperty("message").GetString()!);
            }
            else if (version == GraphVersion.Berth && json.TryGetProperty("errors", out JsonElement lines) && lines.ValueKind == JsonValueKind.Array)
            {
                foreach (JsonElement line in lines.EnumerateArray())
                {
                    _errors.TryAdd((line.GetProperty("code").GetString()!, route), line.GetProperty("message").GetString()!);
                }
            }

            OfStates(json);
        }
    }

    private static void OfBatch(GraphVersion version, JsonElement batch, JsonElement answers, string? client)
    {
        Dictionary<string, JsonElement> items = batch.GetProperty("requests").EnumerateArray().ToDictionary(item => item.GetProperty("id").ToString());
        foreach (JsonElement answer in answers.GetProperty("responses").EnumerateArray())
        {
            JsonElement item = items[answer.GetProperty("id").GetString()!];
            string url = item.GetProperty("url").GetString()!;
            OfExchange(
                version,
                item.GetProperty("method").GetString()!,
                url.StartsWith('/') ? url : "/" + url,
                answer.GetProperty("status").GetInt32(),
                answer.TryGetProperty("body", out JsonElement body) ? body : null,
                client);
        }
    }

    private static void OfStates(JsonElement json)
    {
        if (json.TryGetProperty("licenseAssignmentStates", out JsonElement states) && states.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement state in states.EnumerateArray())
            {
                _assignmentErrors.TryAdd(state.GetProperty("error").GetString()!, true);
            }
        }

        if (json.TryGetProperty("value", out JsonElement value) && value.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement item in value.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.Object))
            {
                OfStates(item);
            }
        }
    }
}
