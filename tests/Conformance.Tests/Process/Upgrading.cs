using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Berth.Conformance.Tests.House;
using Berth.Conformance.Tests.Ledger;
using Xunit;

namespace Berth.Conformance.Tests.Process;

/// <summary>
/// Databases that programs of the past wrote, opened by the program of today through the command line (B698). <c>Databases/NAME.db.gz</c> is what the program of a past commit left, <c>NAME.json.gz</c> what it
/// answered before it stopped. To add one: build that commit, and with its program in <c>BERTH_PROGRAM</c> and a name in <c>BERTH_UPGRADE</c> run
/// <c>Berth.Conformance.Tests -method '*Upgrading.A_program_leaves_a_database' -explicit only</c>. One that exists is never written again.
/// </summary>
public sealed class Upgrading
{
    private const string NameSwitch = "BERTH_UPGRADE";
    private const string License = "FLOW_FREE", OfGroup = "AAD_BASIC";

    /// <summary>What is asked and of each answer compared: what a client relies on, and no address.</summary>
    private static readonly (string Path, string[] Fields)[] _questions =
    [
        ("/v1.0/users?$top=999&$select=id,userPrincipalName,displayName,usageLocation,accountEnabled,assignedLicenses,licenseAssignmentStates",
            ["id", "userPrincipalName", "displayName", "usageLocation", "accountEnabled", "assignedLicenses", "licenseAssignmentStates"]),
        ("/v1.0/groups?$top=999&$select=id,displayName,assignedLicenses", ["id", "displayName", "assignedLicenses"]),
        ("/v1.0/subscribedSkus", ["skuId", "skuPartNumber", "capabilityStatus", "consumedUnits", "prepaidUnits", "servicePlans"]),
        ("/v1.0/directory/subscriptions", ["id", "skuId", "totalLicenses", "status"]),
        ("/v1.0/directory/deletedItems/microsoft.graph.user", ["id", "userPrincipalName"]),
        ("/v1.0/deviceManagement/virtualEndpoint/provisioningPolicies", ["id", "displayName"]),
        ("/v1.0/deviceManagement/virtualEndpoint/cloudPCs", ["id", "displayName", "status", "userPrincipalName", "provisioningPolicyId", "servicePlanId"]),
        ("/berth/v1/waiting", ["userId", "groupId", "skuId", "error", "waitingSince"]),
        ("/berth/v1/history", ["id", "at", "kind"]),
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static string Folder => Repository.PathOf("tests/Conformance.Tests/Process/Databases");

    public static TheoryData<string> Databases => [.. Directory.EnumerateFiles(Folder, "*.db.gz").Select(file => Path.GetFileName(file)[..^".db.gz".Length]).Order(StringComparer.Ordinal)];

    // B698
    [Theory]
    [MemberData(nameof(Databases))]
    public async Task A_database_of_the_past_is_opened_answers_as_it_did_and_goes_on(string name)
    {
        DirectoryInfo data = Directory.CreateTempSubdirectory("berth-upgrade-");
        try
        {
            await UnpackAsync(name, data);
            JsonObject then = Recorded(name);
            await using (BerthProcess berth = await BerthProcess.StartAsync(data.FullName, "--demo"))
            {
                using HttpClient client = await berth.ClientAsync();
                Same(then, await AnswersAsync(client));
                await GoesOnAsync(client);
                Assert.Equal(0, await berth.StopAsync());
                Assert.Empty(berth.Errors);
            }

            (int exitCode, string output, string errors) = await BerthProcess.CommandAsync("db", "check", "--data", data.FullName);
            Assert.True(exitCode == 0, output + errors);
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    // B698
    [Theory]
    [MemberData(nameof(Databases))]
    public async Task A_database_of_the_past_moves_to_PostgreSQL(string name)
    {
        DirectoryInfo data = Directory.CreateTempSubdirectory("berth-upgrade-");
        try
        {
            await UnpackAsync(name, data);
            string file = Path.Combine(data.FullName, "everything.berth"), database = PostgresServer.OfThisRun.NewDatabase();
            await DoneAsync("db", "migrate", "--data", data.FullName);
            await DoneAsync("db", "export", "--to", file, "--data", data.FullName);
            await DoneAsync("db", "import", file, "--db", database);
            await using BerthProcess berth = await BerthProcess.StartAsync(null, "--demo", "--db", database);
            using HttpClient client = await berth.ClientAsync();
            Same(Recorded(name), await AnswersAsync(client));
            await GoesOnAsync(client);
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    // B698, B709
    [Fact]
    public async Task A_tenant_of_the_past_is_had_as_it_was_at_a_moment()
    {
        const string Name = "2-format-2";
        DirectoryInfo data = Directory.CreateTempSubdirectory("berth-upgrade-");
        try
        {
            await UnpackAsync(Name, data);

            // The newest page of what happened, of which the older half is asked for.
            string[] history = [.. Lines(Recorded(Name)["/berth/v1/history"]!.AsArray())];
            string[] moments = [.. history.Select(Moment).Distinct().Order(StringComparer.Ordinal)];
            string moment = moments[moments.Length / 2];
            Assert.NotEqual(moments[^1], moment);
            string file = Path.Combine(data.FullName, "then.berth"), then = Path.Combine(data.FullName, "then");
            await DoneAsync("db", "migrate", "--data", data.FullName);
            await DoneAsync("db", "export", "--to", file, "--tenant", BerthProcess.DemoTenant, "--at", moment, "--data", data.FullName);
            await DoneAsync("db", "import", file, "--data", then);
            await using BerthProcess berth = await BerthProcess.StartAsync(then, "--demo");
            using HttpClient client = await berth.ClientAsync();
            string[] found = [.. Lines((await AnswersAsync(client))["/berth/v1/history"]!.AsArray())];
            Assert.Equal(history.Where(row => string.CompareOrdinal(Moment(row), moment) <= 0), history.Intersect(found));
        }
        finally
        {
            data.Delete(recursive: true);
        }

        static string Moment(string row) => (string)JsonNode.Parse(row)!["at"]!;
    }

    [Fact]
    public void The_first_format_is_among_the_databases() => Assert.Equal(["1-format-1", "2-format-2"], Databases.Select(row => row.Data));

    /// <summary>Not a test of this program: it makes what the tests above open, with a program of the past.</summary>
    [Fact(Explicit = true)]
    public async Task A_program_leaves_a_database()
    {
        string name = Environment.GetEnvironmentVariable(NameSwitch) ?? throw new InvalidOperationException($"Set {NameSwitch} to the name of the database.");
        string packed = Path.Combine(Folder, name + ".db.gz"), told = Path.Combine(Folder, name + ".json.gz");
        Assert.False(File.Exists(packed), $"{packed} exists and is never written again.");
        Directory.CreateDirectory(Folder);
        DirectoryInfo data = Directory.CreateTempSubdirectory("berth-upgrade-");
        try
        {
            await using (BerthProcess berth = await BerthProcess.StartAsync(data.FullName, "--demo"))
            {
                using HttpClient client = await berth.ClientAsync();
                await WorkAsync(client);
                await using GZipStream answers = new(File.Create(told), CompressionLevel.SmallestSize);
                await JsonSerializer.SerializeAsync(answers, await AnswersAsync(client), cancellationToken: Cancel);
                Assert.Equal(0, await berth.StopAsync());
            }

            await using FileStream database = File.OpenRead(Path.Combine(data.FullName, "berth.db"));
            await using GZipStream zip = new(File.Create(packed), CompressionLevel.SmallestSize);
            await database.CopyToAsync(zip, Cancel);
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    // What an administrator does on a day: people and groups come, change and go, licenses are given, refused, waited for and taken away, time passes.
    private static async Task WorkAsync(HttpClient client)
    {
        await SendAsync(client, HttpMethod.Post, "/berth/v1/clock", new { mode = "frozen" });
        string direct = await BuyAsync(client, License, 3), ofGroup = await BuyAsync(client, OfGroup, 2);
        string[] users = new string[8];
        for (int i = 0; i < users.Length; i++)
        {
            users[i] = await CreateUserAsync(client, $"upgrade{i}");
        }

        for (int i = 0; i < 3; i++)
        {
            await AssignAsync(client, $"/v1.0/users/{users[i]}", direct);
        }

        Assert.Equal(HttpStatusCode.BadRequest, await TryAsync(client, HttpMethod.Post, $"/v1.0/users/{users[3]}/assignLicense", Adding(direct)));
        string group = await CreateGroupAsync(client, "upgraders"), other = await CreateGroupAsync(client, "gone-soon");
        foreach (string user in users[..5])
        {
            await MemberAsync(client, group, user);
        }

        await MemberAsync(client, other, users[6]);
        await AssignAsync(client, $"/v1.0/groups/{group}", ofGroup);
        await SendAsync(client, HttpMethod.Post, "/berth/v1/clock", new { advance = "P1D" });
        await SendAsync(client, HttpMethod.Patch, $"/v1.0/users/{users[0]}", new { displayName = "Upgrade, renamed", usageLocation = "DE" });
        await SendAsync(client, HttpMethod.Delete, $"/v1.0/groups/{group}/members/{users[1]}/$ref", null);
        await SendAsync(client, HttpMethod.Post, $"/v1.0/users/{users[2]}/assignLicense", new { addLicenses = Array.Empty<object>(), removeLicenses = new[] { direct } });
        await SendAsync(client, HttpMethod.Delete, $"/v1.0/users/{users[7]}", null);
        await SendAsync(client, HttpMethod.Delete, $"/v1.0/groups/{other}", null);
        await SendAsync(client, HttpMethod.Post, "/berth/v1/clock", new { advance = "P2D" });

        // What the older programs did not know yet is refused by them, and that is well.
        await TryAsync(client, HttpMethod.Put, $"/v1.0/users/{users[0]}/manager/$ref", new Dictionary<string, string> { ["@odata.id"] = $"https://graph.microsoft.com/v1.0/users/{users[1]}" });
        string cloudPc = await BuyAsync(client, "CPC_E_2C_4GB_128GB", 2);
        await AssignAsync(client, $"/v1.0/users/{users[0]}", cloudPc);
        JsonObject policy = new()
        {
            ["@odata.type"] = "#microsoft.graph.cloudPcProvisioningPolicy",
            ["displayName"] = "Upgrade policy",
            ["provisioningType"] = "dedicated",
            ["imageId"] = "microsoftwindowsdesktop_windows-ent-cpc_win11-24H2-ent-cpc",
            ["imageType"] = "gallery",
            ["domainJoinConfigurations"] = new JsonArray(new JsonObject { ["domainJoinType"] = "azureADJoin", ["regionName"] = "automatic", ["regionGroup"] = "usWest" }),
        };
        using HttpResponseMessage made = await client.PostAsJsonAsync("/v1.0/deviceManagement/virtualEndpoint/provisioningPolicies", policy, Cancel);
        if (made.IsSuccessStatusCode)
        {
            string id = (await made.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("id").GetString()!;
            JsonObject assignments = new()
            {
                ["assignments"] = new JsonArray(new JsonObject { ["target"] = new JsonObject { ["@odata.type"] = "microsoft.graph.cloudPcManagementGroupAssignmentTarget", ["groupId"] = group } }),
            };
            await TryAsync(client, HttpMethod.Post, $"/v1.0/deviceManagement/virtualEndpoint/provisioningPolicies/{id}/assign", assignments);
        }

        await SendAsync(client, HttpMethod.Post, "/berth/v1/clock", new { advance = "PT2H" });
    }

    // The program of today decides on top of what it found: who waited gets the seat that is bought now.
    private static async Task GoesOnAsync(HttpClient client)
    {
        int Waiting(JsonObject answers) => answers["/berth/v1/waiting"]!.AsArray().Count;
        JsonObject before = await AnswersAsync(client);
        Assert.NotEqual(0, Waiting(before));
        await BuyAsync(client, OfGroup, 20);
        await SendAsync(client, HttpMethod.Post, "/berth/v1/clock", new { advance = "P1D" });
        await CreateUserAsync(client, "afterwards");
        JsonObject after = await AnswersAsync(client);
        Assert.True(Waiting(after) < Waiting(before), after.ToJsonString());
        Assert.Equal(before["/v1.0/users"]!.AsArray().Count + 1, after["/v1.0/users"]!.AsArray().Count);
    }

    private static async Task<JsonObject> AnswersAsync(HttpClient client)
    {
        JsonObject answers = [];
        foreach ((string path, string[] fields) in _questions)
        {
            string name = path.Split('?')[0];
            using HttpResponseMessage response = await client.GetAsync(new Uri(path, UriKind.Relative), Cancel);
            if (!response.IsSuccessStatusCode)
            {
                // Not known to that program, or not in that shape.
                continue;
            }

            JsonArray rows = [];
            foreach (JsonNode? row in (await response.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["value"]!.AsArray())
            {
                JsonObject kept = [];
                foreach (string field in fields)
                {
                    kept[field] = row![field]?.DeepClone();
                }

                rows.Add((JsonNode)kept);
            }

            answers[name] = rows;
        }

        return answers;
    }

    private static void Same(JsonObject then, JsonObject now)
    {
        Assert.NotEmpty(then);
        foreach ((string path, JsonNode? rows) in then)
        {
            JsonArray before = rows!.AsArray(), after = now[path]!.AsArray();
            Assert.NotEmpty(before);
            Assert.Equal(Lines(before), Lines(after));
        }
    }

    private static IEnumerable<string> Lines(JsonArray rows) => rows.Select(row => row!.ToJsonString()).Order(StringComparer.Ordinal);

    private static JsonObject Recorded(string name)
    {
        using GZipStream zip = new(File.OpenRead(Path.Combine(Folder, name + ".json.gz")), CompressionMode.Decompress);
        return JsonNode.Parse(zip)!.AsObject();
    }

    private static async Task UnpackAsync(string name, DirectoryInfo data)
    {
        await using GZipStream zip = new(File.OpenRead(Path.Combine(Folder, name + ".db.gz")), CompressionMode.Decompress);
        await using FileStream database = File.Create(Path.Combine(data.FullName, "berth.db"));
        await zip.CopyToAsync(database, Cancel);
    }

    private static async Task DoneAsync(params string[] arguments)
    {
        (int exitCode, string output, string errors) = await BerthProcess.CommandAsync(arguments);
        Assert.True(exitCode == 0, $"berth {string.Join(' ', arguments)}: {output}{errors}");
    }

    private static object Adding(string skuId) => new { addLicenses = new[] { new { skuId, disabledPlans = Array.Empty<string>() } }, removeLicenses = Array.Empty<string>() };

    private static Task<JsonElement> AssignAsync(HttpClient client, string whom, string skuId) => SendAsync(client, HttpMethod.Post, whom + "/assignLicense", Adding(skuId));

    private static async Task<string> BuyAsync(HttpClient client, string skuPartNumber, int units) =>
        (await SendAsync(client, HttpMethod.Post, "/berth/v1/subscriptions", new { skuPartNumber, units })).GetProperty("skuId").GetString()!;

    private static async Task<string> CreateUserAsync(HttpClient client, string name) =>
        (await SendAsync(client, HttpMethod.Post, "/v1.0/users", new
        {
            accountEnabled = true,
            displayName = name,
            mailNickname = name,
            userPrincipalName = name + "@contoso.example",
            usageLocation = "US",
            passwordProfile = new { password = "a-Passw0rd-for-a-test" },
        })).GetProperty("id").GetString()!;

    private static async Task<string> CreateGroupAsync(HttpClient client, string name) =>
        (await SendAsync(client, HttpMethod.Post, "/v1.0/groups", new { displayName = name, mailNickname = name, mailEnabled = false, securityEnabled = true })).GetProperty("id").GetString()!;

    private static Task<JsonElement> MemberAsync(HttpClient client, string group, string user) =>
        SendAsync(client, HttpMethod.Post, $"/v1.0/groups/{group}/members/$ref", new Dictionary<string, string> { ["@odata.id"] = $"https://graph.microsoft.com/v1.0/directoryObjects/{user}" });

    private static async Task<JsonElement> SendAsync(HttpClient client, HttpMethod method, string path, object? body)
    {
        using HttpRequestMessage request = new(method, new Uri(path, UriKind.Relative)) { Content = body is null ? null : JsonContent.Create(body) };
        using HttpResponseMessage response = await client.SendAsync(request, Cancel);
        string text = await response.Content.ReadAsStringAsync(Cancel);
        Assert.True(response.IsSuccessStatusCode, $"{method} {path}: {(int)response.StatusCode} {text}");
        return text.StartsWith('{') ? JsonElement.Parse(text) : default;
    }

    private static async Task<HttpStatusCode> TryAsync(HttpClient client, HttpMethod method, string path, object body)
    {
        using HttpRequestMessage request = new(method, new Uri(path, UriKind.Relative)) { Content = JsonContent.Create(body) };
        using HttpResponseMessage response = await client.SendAsync(request, Cancel);
        return response.StatusCode;
    }
}
