using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Berth.Bench.Http;

/// <summary>
/// Reads of Berth beside mock servers from npm that give the same answers out of a file: Prism from an OpenAPI document, Mockoon from an environment. They know nothing of licenses: what is compared is how long one waits for an
/// answer. Rounds of all of them alternate, in one run on one machine.
/// </summary>
internal static class MockBench
{
    private const string Prism = "@stoplight/prism-cli@5.16.0";
    private const string Mockoon = "@mockoon/cli@9.9.0";
    private const int Rounds = 5;
    private const int Warm = 3;
    private const int Readers = 16;
    private const string CloudPc = "e2aebe6c-897d-480f-9d62-fff1381581f7";
    private static readonly TimeSpan _turn = TimeSpan.FromSeconds(2);

    /// <param name="args">The program.</param>
    public static async Task<int> Run(string[] args)
    {
        string program = HttpBench.Program(args.ElementAtOrDefault(0)), tools = Path.Combine(GroupBench.Repository, "artifacts", "bench", "mocks");
        Install(tools);
        string data = Directory.CreateTempSubdirectory("berth-bench-").FullName;
        try
        {
            (Child berth, _) = await Child.Berth(program, Path.Combine(data, "berth"), "none");
            await using Child owned = berth;
            await berth.SignIn();
            await berth.Post("/berth/v1/subscriptions", $$"""{"skuId":"{{CloudPc}}","units":1000}""");
            Guid[] users = [.. Enumerable.Range(0, 1_000).Select(static _ => Guid.NewGuid())];
            await HttpBench.Import(berth, users, Guid.NewGuid());
            await berth.Post($"/v1.0/users/{users[0]}/assignLicense", $$"""{"addLicenses":[{"skuId":"{{CloudPc}}","disabledPlans":[]}],"removeLicenses":[]}""");
            string[] paths = [$"/v1.0/users/{users[0]}", $"/v1.0/users/{users[0]}/licenseDetails"];
            string[] bodies = [await berth.Client.GetStringAsync(paths[0]), await berth.Client.GetStringAsync(paths[1])];

            int first = FreePort(), second = FreePort();
            await File.WriteAllTextAsync(Path.Combine(data, "openapi.json"), OpenApi(bodies));
            await File.WriteAllTextAsync(Path.Combine(data, "mockoon.json"), Environment(bodies, second));
            await using Child prism = await Child.Of("node", [Path.Combine(tools, "node_modules", ".bin", "prism"), "mock", "-h", "127.0.0.1", "-p", $"{first}", "-v", "error", Path.Combine(data, "openapi.json")], new Uri($"http://127.0.0.1:{first}"), "/v1.0/users/x");
            await using Child mockoon = await Child.Of("node", [Path.Combine(tools, "node_modules", ".bin", "mockoon-cli"), "start", "--data", Path.Combine(data, "mockoon.json"), "--port", $"{second}", "--disable-log-to-file", "--disable-admin-api", "--max-transaction-logs", "1"], new Uri($"http://127.0.0.1:{second}"), "/v1.0/users/x");

            (string Name, Child Server)[] servers = [("Berth", berth), (Prism, prism), (Mockoon, mockoon)];
            Console.WriteLine();
            foreach ((string what, string path, string body) in ((string, string, string)[])[("GET /users/{id}", paths[0], bodies[0]), ("GET /users/{id}/licenseDetails", paths[1], bodies[1])])
            {
                foreach ((string name, Child mock) in servers[1..])
                {
                    string other = await mock.Client.GetStringAsync(path);
                    if (!JsonNode.DeepEquals(JsonNode.Parse(other), JsonNode.Parse(body)))
                    {
                        throw new InvalidOperationException($"{name} answers {other} and not {body}");
                    }
                }

                foreach (int readers in (int[])[1, Readers])
                {
                    List<Round>[] rounds = [.. servers.Select(static _ => new List<Round>())];
                    for (int round = -Warm; round < Rounds; round++)
                    {
                        for (int i = 0; i < servers.Length; i++)
                        {
                            byte[] request = Load.Request("GET", path, servers[i].Server.Token.Length > 0 ? servers[i].Server.Token : null);
                            Round one = await Load.Run(servers[i].Server, readers, _turn, _ => [request], 200);
                            if (round >= 0)
                            {
                                rounds[i].Add(one);
                            }
                        }
                    }

                    double Median(int server, Func<Round, double> of) => rounds[server].Select(of).Order().ElementAt(Rounds / 2);
                    for (int i = 1; i < servers.Length; i++)
                    {
                        double ours = Median(0, round => round.P50.TotalMilliseconds), theirs = Median(i, round => round.P50.TotalMilliseconds);
                        Row.Add(
                            Invariant($"{what}, {readers} {(readers == 1 ? "reader" : "readers")}, beside {servers[i].Name}"),
                            Invariant($"p50 {ours:F2} ms, p99 {Median(0, round => round.P99.TotalMilliseconds):F2} ms, {Median(0, round => round.PerSecond):N0}/s, {Median(0, round => round.Served.TotalMicroseconds):F0} us of processor time"),
                            Invariant($"p50 {theirs:F2} ms, p99 {Median(i, round => round.P99.TotalMilliseconds):F2} ms, {Median(i, round => round.PerSecond):N0}/s, {Median(i, round => round.Served.TotalMicroseconds):F0} us"), theirs / ours, ">= 1 times as long", theirs >= ours);
                    }
                }
            }
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }

        Row.Print();
        return 0;
    }

    // Once; no package runs a script of its own.
    private static void Install(string folder)
    {
        string stamp = Path.Combine(folder, "installed"), wanted = $"{Prism} {Mockoon}";
        if (File.Exists(stamp) && File.ReadAllText(stamp) == wanted)
        {
            return;
        }

        Directory.CreateDirectory(folder);
        using Process npm = Process.Start(new ProcessStartInfo("npm", ["install", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund", "--no-save", "--loglevel=error", Prism, Mockoon]) { RedirectStandardInput = true })!;
        npm.WaitForExit();
        if (npm.ExitCode != 0)
        {
            throw new IOException("npm install of the mock servers failed: Node.js 20, npm and its registry are needed.");
        }

        File.WriteAllText(stamp, wanted);
    }

    // Each path answers with the body that Berth gave, as an example.
    private static string OpenApi(string[] bodies)
    {
        JsonObject Get(string body) => new()
        {
            ["get"] = new JsonObject
            {
                ["parameters"] = new JsonArray(new JsonObject { ["name"] = "id", ["in"] = "path", ["required"] = true, ["schema"] = new JsonObject { ["type"] = "string" } }),
                ["responses"] = new JsonObject
                {
                    ["200"] = new JsonObject
                    {
                        ["description"] = "as Berth answers",
                        ["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = new JsonObject { ["type"] = "object" }, ["example"] = JsonNode.Parse(body) } },
                    },
                },
            },
        };
        return new JsonObject
        {
            ["openapi"] = "3.0.3",
            ["info"] = new JsonObject { ["title"] = "the same answers", ["version"] = "1" },
            ["paths"] = new JsonObject { ["/v1.0/users/{id}"] = Get(bodies[0]), ["/v1.0/users/{id}/licenseDetails"] = Get(bodies[1]) },
        }.ToJsonString();
    }

    private static string Environment(string[] bodies, int port)
    {
        JsonObject Route(string path, string body) => new()
        {
            ["uuid"] = Guid.NewGuid().ToString(), ["type"] = "http", ["documentation"] = "", ["method"] = "get", ["endpoint"] = path, ["responseMode"] = null, ["streamingMode"] = null, ["streamingInterval"] = 0,
            ["responses"] = new JsonArray(new JsonObject
            {
                ["uuid"] = Guid.NewGuid().ToString(), ["body"] = body, ["latency"] = 0, ["statusCode"] = 200, ["label"] = "", ["bodyType"] = "INLINE", ["filePath"] = "", ["databucketID"] = "", ["sendFileAsBody"] = false,
                ["headers"] = new JsonArray(new JsonObject { ["key"] = "Content-Type", ["value"] = "application/json" }),
                ["rules"] = new JsonArray(), ["rulesOperator"] = "OR", ["disableTemplating"] = true, ["fallbackTo404"] = false, ["default"] = true, ["crudKey"] = "id", ["callbacks"] = new JsonArray(),
            }),
        };
        JsonObject user = Route("v1.0/users/:id", bodies[0]), licenses = Route("v1.0/users/:id/licenseDetails", bodies[1]);
        return new JsonObject
        {
            ["uuid"] = Guid.NewGuid().ToString(), ["lastMigration"] = 33, ["name"] = "the same answers", ["endpointPrefix"] = "", ["latency"] = 0, ["port"] = port, ["hostname"] = "127.0.0.1",
            ["folders"] = new JsonArray(), ["routes"] = new JsonArray(user, licenses),
            ["rootChildren"] = new JsonArray(new JsonObject { ["type"] = "route", ["uuid"] = user["uuid"]!.DeepClone() }, new JsonObject { ["type"] = "route", ["uuid"] = licenses["uuid"]!.DeepClone() }),
            ["proxyMode"] = false, ["proxyHost"] = "", ["proxyRemovePrefix"] = false, ["cors"] = false, ["headers"] = new JsonArray(), ["proxyReqHeaders"] = new JsonArray(), ["proxyResHeaders"] = new JsonArray(),
            ["tlsOptions"] = new JsonObject { ["enabled"] = false, ["type"] = "CERT", ["pfxPath"] = "", ["certPath"] = "", ["keyPath"] = "", ["caPath"] = "", ["passphrase"] = "" },
            ["data"] = new JsonArray(), ["callbacks"] = new JsonArray(),
        }.ToJsonString();
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
