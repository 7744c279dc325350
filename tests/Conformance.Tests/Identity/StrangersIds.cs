using System.Buffers.Binary;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Berth.Conformance.Tests.Completeness;
using Berth.Conformance.Tests.Process;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Xunit;

namespace Berth.Conformance.Tests.Identity;

/// <summary>
/// Ids of one tenant with a token of another, in paths, query options and bodies, by themselves and in a batch, on every route (B732). What another tenant has
/// is answered as what nobody has: each request goes out twice, with an id of the other tenant and with one that was made up, and both answers are the same.
/// </summary>
public sealed partial class StrangersIds
{
    private const string Fabrikam = """{"displayName":"Fabrikam","domain":"fabrikam.example","country":"DE","kind":"emulator"}""";
    private const string Nobody = "0badc0de-0bad-4bad-8bad-0badc0de0bad";
    private const string Marker = "IDENTITY";

    /// <summary>Rounds over all routes.</summary>
    private const int Rounds = 3;

    /// <summary>Graph's most for one batch.</summary>
    private const int InBatch = 20;

    private static readonly string[] Queries =
    [
        "", "$filter=id eq 'ID'", "$filter=assignedLicenses/any(s:s/skuId eq ID)", "$expand=manager", "$expand=members", "$expand=cloudPCs", "$search=\"displayName:ID\"&$count=true",
        "$filter=startswith(displayName,'ID')&$count=true", "$filter=groupId eq 'ID' or userId eq 'ID'", "$select=id&$skiptoken=ID", "$top=5&$orderby=displayName", "userId=ID&groupId=ID", "skuId=ID",
        "$deltatoken=ID", "$apply=aggregate($count as c)",
    ];

    // Names that bodies carry; a route takes what it knows and refuses the rest.
    private static readonly string[] Fields =
    [
        "\"id\":\"ID\"", "\"userId\":\"ID\"", "\"groupId\":\"ID\"", "\"cloudPcId\":\"ID\"", "\"cloudPcIds\":[\"ID\"]", "\"ids\":[\"ID\"]", "\"groupIds\":[\"ID\"]", "\"policyId\":\"ID\"", "\"memberId\":\"ID\"",
        "\"assignmentId\":\"ID\"", "\"toGroupId\":\"ID\"", "\"subscriptionId\":\"ID\"", "\"planId\":\"ID\"", "\"userIds\":[\"ID\"]", "\"skuIds\":[\"ID\"]", "\"agent\":\"ID\"", "\"leaseId\":\"ID\"", "\"snapshotId\":\"ID\"",
        "\"@odata.id\":\"https://x/v1.0/directoryObjects/ID\"", "\"members@odata.bind\":[\"https://x/v1.0/directoryObjects/ID\"]", "\"owners@odata.bind\":[\"https://x/v1.0/users/ID\"]",
        "\"addLicenses\":[{\"skuId\":\"ID\",\"disabledPlans\":[]}],\"removeLicenses\":[]", "\"addLicenses\":[],\"removeLicenses\":[\"ID\"]", "\"type\":\"Group\"", "\"securityEnabledOnly\":false",
        "\"membershipRule\":\"user.objectId -eq \\\"ID\\\"\"", "\"principalId\":\"ID\",\"roleDefinitionId\":\"62e90394-69f5-4237-9190-012177145e10\",\"directoryScopeId\":\"/\"",
        "\"changes\":[{\"kind\":\"membership\",\"groupId\":\"ID\",\"addMembers\":[\"ID\"],\"removeMembers\":[]}]", "\"changes\":[{\"kind\":\"deleteUser\",\"userId\":\"ID\"}]",
        "\"changes\":[{\"kind\":\"userLicense\",\"userId\":\"ID\",\"add\":[],\"remove\":[]}]", "\"changes\":[{\"kind\":\"policyAssignment\",\"policyId\":\"ID\",\"assignments\":[]}]",
        "\"assignments\":[{\"target\":{\"@odata.type\":\"#microsoft.graph.cloudPcManagementGroupAssignmentTarget\",\"groupId\":\"ID\"}}]",
        "\"requests\":[{\"id\":\"1\",\"method\":\"GET\",\"url\":\"/users/ID\"},{\"id\":\"2\",\"method\":\"DELETE\",\"url\":\"/groups/ID\",\"dependsOn\":[\"1\"]}]",
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task B732_an_id_of_another_tenant_is_answered_as_one_that_nobody_has()
    {
        await using BerthProcess berth = await BerthProcess.StartDemoAsync();
        using HttpClient http = await berth.ClientAsync(authenticated: false);
        string home = await berth.TokenAsync();
        JsonElement made = JsonSerializer.Deserialize<JsonElement>((await SendAsync(http, home, new Attempt("POST", "/berth/v1/tenants", Fabrikam))).Text);
        string other = await TokenAsync(berth, made.Text("clientId"), made.Text("clientSecret"));
        await SendAsync(http, home, new Attempt("POST", "/berth/v1/applications", """{"displayName":"Payroll","permissions":[]}"""));
        Dictionary<string, string[]> listed = await SecretAsync(http, home, other);
        string[] secret = [.. listed.Values.SelectMany(ids => ids).Distinct().Order(StringComparer.Ordinal)];
        Assert.True(secret.Length > 500, $"{secret.Length} ids that only the first tenant has: the demo has more.");
        string before = (await SendAsync(http, home, new Attempt("GET", "/berth/v1/history?$top=1"))).Text;

        Random draw = Draws.Random();
        List<Attempt> attempts = [];
        foreach ((Route route, string prefix) in Enumerable.Range(0, Rounds).SelectMany(_ => PermissionTable.Routes.SelectMany(route => Prefixes(route).Select(prefix => (route, prefix)))))
        {
            attempts.Add(Any(draw, route, prefix));
        }

        foreach (Attempt attempt in attempts)
        {
            string id = Of(attempt);
            Judge(attempt, id, await SendAsync(http, other, attempt.With(id)), await SendAsync(http, other, attempt.With(Nobody)), secret);
        }

        // The same again inside of batches, of which each item is a request like any other.
        int batched = 0;
        foreach (string prefix in (string[])["/v1.0", "/beta"])
        {
            foreach (Attempt[] items in attempts.Where(attempt => attempt.Path.StartsWith(prefix + "/", StringComparison.Ordinal) && !attempt.Path.Contains("$batch", StringComparison.Ordinal)).Chunk(InBatch))
            {
                string id = secret[draw.Next(secret.Length)];
                string[] theirs = await BatchAsync(http, other, prefix, items, id), nobodys = await BatchAsync(http, other, prefix, items, Nobody);
                for (int i = 0; i < items.Length; i++)
                {
                    Judge(items[i], id, Read(theirs[i]), Read(nobodys[i]), secret);
                    batched++;
                }
            }
        }

        Assert.True(attempts.Count > 900 && batched > 600, $"{attempts.Count} requests, {batched} in batches");
        Assert.Equal(before, (await SendAsync(http, home, new Attempt("GET", "/berth/v1/history?$top=1"))).Text);

        // Three of four are of the kind that the path speaks of.
        string Of(Attempt attempt)
        {
            string[] own = draw.Next(4) == 0 ? [] : listed.Where(list => attempt.Path.StartsWith($"{list.Key}/", StringComparison.Ordinal)).Select(list => list.Value).FirstOrDefault([]);
            return own.Length > 0 ? own[draw.Next(own.Length)] : secret[draw.Next(secret.Length)];
        }

        static (int Status, string Text) Read(string item)
        {
            using JsonDocument answer = JsonDocument.Parse(item);
            return (answer.RootElement.GetProperty("status").GetInt32(), answer.RootElement.TryGetProperty("body", out JsonElement body) ? body.GetRawText() : "");
        }
    }

    private static void Judge(Attempt attempt, string id, (int Status, string Text) theirs, (int Status, string Text) nobodys, string[] secret)
    {
        string what = $"BERTH_SEED={Draws.Name}: {attempt.With(id)}: {theirs.Status} {theirs.Text}";
        Assert.True(theirs.Status < 500, what);
        Assert.False(theirs.Text.Contains("contoso", StringComparison.OrdinalIgnoreCase), $"It tells of another tenant. {what}");
        string[] told = [.. Id().Matches(theirs.Text).Select(match => match.Value.ToLowerInvariant()).Where(one => one != id).Intersect(secret)];
        Assert.True(told.Length == 0, $"It tells another tenant of {string.Join(", ", told)}. {what}");

        // A write that both may do answers with what is new each time; a refusal and a read say the same to the letter.
        if (theirs.Status >= 400 || nobodys.Status >= 400 || attempt.Method == "GET")
        {
            Assert.True(Alike(theirs, id) == Alike(nobodys, Nobody), $"What another tenant has is answered differently from what nobody has. {what}\nbut {nobodys.Status} {nobodys.Text}");
        }
    }

    // Without what every answer has of its own: the ids of the request, its moment, and tokens to go on with, which hold what was asked.
    private static string Alike((int Status, string Text) answer, string id) =>
        $"{answer.Status} {Own().Replace(answer.Text.Replace(id, Marker, StringComparison.OrdinalIgnoreCase), "")}";

    private static Attempt Any(Random draw, Route route, string prefix)
    {
        string query = Queries[draw.Next(Queries.Length)];
        string[] fields = [.. Enumerable.Range(0, draw.Next(4)).Select(_ => Fields[draw.Next(Fields.Length)]).DistinctBy(field => field.Split(':')[0])];
        return new Attempt(
            route.Method.ToString().ToUpperInvariant(),
            prefix + Brace().Replace(route.Template, "ID") + (query.Length == 0 ? "" : "?" + query),
            route.Method is GraphMethod.Get or GraphMethod.Delete ? null : $"{{{string.Join(",", fields)}}}");
    }

    private static IEnumerable<string> Prefixes(Route route) =>
        from pair in ((RouteVersions Version, string Prefix)[])[(RouteVersions.V1, "/v1.0"), (RouteVersions.Beta, "/beta"), (RouteVersions.Berth, "/berth/v1"), (RouteVersions.Scim, "/scim/v2")]
        where route.Versions.HasFlag(pair.Version)
        select pair.Prefix;

    // Every id that a list of the first tenant tells, less what both are told, such as SKUs.
    private static async Task<Dictionary<string, string[]>> SecretAsync(HttpClient http, string home, string other)
    {
        Dictionary<string, string[]> mine = [];
        HashSet<string> both = [];
        foreach (Route route in PermissionTable.Routes.Where(route => route.Method == GraphMethod.Get && !route.Template.Contains('{', StringComparison.Ordinal)))
        {
            foreach (string prefix in Prefixes(route))
            {
                mine[prefix + route.Template] = Ids((await SendAsync(http, home, new Attempt("GET", prefix + route.Template))).Text);
                both.UnionWith(Ids((await SendAsync(http, other, new Attempt("GET", prefix + route.Template))).Text));
            }
        }

        return mine.ToDictionary(list => list.Key, list => list.Value.Except(both).ToArray(), StringComparer.Ordinal);

        static string[] Ids(string text) => [.. Id().Matches(text).Select(match => match.Value.ToLowerInvariant()).Distinct()];
    }

    private static async Task<string[]> BatchAsync(HttpClient http, string token, string prefix, Attempt[] items, string id)
    {
        string requests = string.Join(",", items.Select((item, i) =>
        {
            Attempt one = item.With(id);
            string body = one.Body is null ? "" : $$""","headers":{"Content-Type":"application/json"},"body":{{one.Body}}""";
            return $$"""{"id":"{{i}}","method":"{{one.Method}}","url":{{JsonSerializer.Serialize(one.Path[prefix.Length..])}}{{body}}}""";
        }));
        (int status, string text) = await SendAsync(http, token, new Attempt("POST", $"{prefix}/$batch", $$"""{"requests":[{{requests}}]}"""));
        Assert.True(status == 200, text);
        using JsonDocument answer = JsonDocument.Parse(text);
        return [.. answer.RootElement.GetProperty("responses").EnumerateArray().OrderBy(one => int.Parse(one.Text("id"), System.Globalization.CultureInfo.InvariantCulture)).Select(one => one.GetRawText())];
    }

    private static async Task<string> TokenAsync(BerthProcess berth, string client, string secret)
    {
        using HttpResponseMessage answer = await berth.AskForTokenAsync("fabrikam.example", client, secret);
        using JsonDocument token = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancel));
        return token.RootElement.Text("access_token");
    }

    private static async Task<(int Status, string Text)> SendAsync(HttpClient http, string token, Attempt attempt)
    {
        using HttpRequestMessage request = new(new HttpMethod(attempt.Method), new Uri(attempt.Path, UriKind.Relative))
        {
            Content = attempt.Body is null ? null : new StringContent(attempt.Body, Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.TryAddWithoutValidation("ConsistencyLevel", "eventual");
        using HttpResponseMessage response = await http.SendAsync(request, Cancel);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(Cancel));
    }

    /// <summary>A request with ID where an id stands.</summary>
    private sealed record Attempt(string Method, string Path, string? Body = null)
    {
        public Attempt With(string id) => new(Method, Path.Replace("ID", id, StringComparison.Ordinal), Body?.Replace("ID", id, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex Brace();

    [GeneratedRegex("[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")]
    private static partial Regex Id();

    [GeneratedRegex("""
        "(client-)?request-id": ?"[^"]*"|(delta|skip)token=[^"&]*|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z?
        """)]
    private static partial Regex Own();
}
