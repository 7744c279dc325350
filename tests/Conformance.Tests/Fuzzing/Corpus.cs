using System.Text.Json;
using Berth.Conformance.Tests.House;

namespace Berth.Conformance.Tests.Fuzzing;

/// <summary>
/// Good bodies to begin with: what clients and tests sent to each route, in <c>corpus.ndjson</c>, a line each with the method, the route's template behind its prefix, and the body. Ids that a tenant
/// made itself stand there as <c>ID-HERE</c>.
/// </summary>
internal static class Corpus
{
    private static readonly Dictionary<(string Method, string Template), string[]> Bodies = Repository.Read("tests/Conformance.Tests/Fuzzing/corpus.ndjson").Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => JsonSerializer.Deserialize<JsonElement>(line))
        .GroupBy(line => (line.GetProperty("method").GetString()!, line.GetProperty("template").GetString()!), line => line.GetProperty("body").GetString()!)
        .ToDictionary(group => group.Key, group => group.ToArray());

    /// <summary>Bodies of no route in particular.</summary>
    public static string[] Anything { get; } =
    [
        "{}", "[]", """{"id":"ID-HERE"}""", """{"displayName":"X","ids":["ID-HERE"],"userId":"ID-HERE","groupId":"ID-HERE"}""", """{"@odata.id":"https://x/v1.0/directoryObjects/ID-HERE"}""", """{"value":[{"id":"ID-HERE"}]}""", """{"changes":[{"kind":"deleteUser","userId":"ID-HERE"}]}""",
        """{"cloudPcIds":["ID-HERE"],"at":"2026-11-27T12:00:00Z","duration":"PT1H"}""",
    ];

    /// <summary>What the tenant has before it begins.</summary>
    public static (string Path, string Body)[] Beginning { get; } =
    [
        ("/berth/v1/subscriptions", """{"skuId":"f8a1db68-be16-40ed-86d5-cb42ce701560","units":10}"""),
        ("/berth/v1/import", string.Join('\n', Enumerable.Range(0, 20).Select(i => $$$"""{"user":{"id":"{{{new Guid(i, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7)}}}","userPrincipalName":"person{{{i}}}@fabrikam.example","displayName":"Person {{{i}}}","usageLocation":"DE"}}""")
            .Concat(Enumerable.Range(0, 5).Select(i => $$$"""{"group":{"id":"{{{new Guid(i, 8, 7, 7, 7, 7, 7, 7, 7, 7, 7)}}}","displayName":"Team {{{i}}}"}}"""))
            .Concat(Enumerable.Range(0, 5).Select(i => $$$"""{"member":{"groupId":"{{{new Guid(i, 8, 7, 7, 7, 7, 7, 7, 7, 7, 7)}}}","userId":"{{{new Guid(i, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7)}}}"}}""")))),
    ];

    /// <summary>The bodies that a route was sent.</summary>
    public static string[] Of(string method, string template) => Bodies.GetValueOrDefault((method, template), []);
}
