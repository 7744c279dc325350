using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Berth.Conformance.Tests.Process;

namespace Berth.Portal.Tests;

/// <summary>
/// A Berth of one test's own: a demo tenant with nothing but its administrator, and what the test makes in it over HTTP before the page is opened. For tests that move
/// the clock, set faults, or count things that others make as well.
/// </summary>
internal sealed class OwnCompany : IAsyncDisposable
{
    public const string Endpoint = "/beta/deviceManagement/virtualEndpoint";

    private readonly BerthProcess _berth;
    private readonly HttpClient _client;

    private OwnCompany(BerthProcess berth, HttpClient client)
    {
        _berth = berth;
        _client = client;
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<OwnCompany> StartAsync()
    {
        BerthProcess berth = await BerthProcess.StartEmptyDemoAsync();
        return new OwnCompany(berth, await berth.ClientAsync());
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _berth.DisposeAsync();
    }

    /// <summary>A window in which its administrator is signed in and looks at an address of the portal.</summary>
    public async Task<Window> OpenAsync(PortalUnderTest portal, string address)
    {
        Window window = await portal.OpenAsync(at: _berth.Http);
        await window.Page.GotoAsync(new Uri(_berth.Http!, "/portal/" + address).ToString());
        await window.SignInAsync(PortalUnderTest.Admin, PortalUnderTest.Password);
        return window;
    }

    /// <summary>A request that succeeds; its answer, when it has one.</summary>
    public async Task<JsonNode> SendAsync(HttpMethod method, string address, object? body = null)
    {
        using HttpRequestMessage request = new(method, new Uri(address, UriKind.Relative)) { Content = body is null ? null : JsonContent.Create(body) };
        using HttpResponseMessage response = await _client.SendAsync(request, Cancel);
        string answer = await response.Content.ReadAsStringAsync(Cancel);
        Assert.True(response.IsSuccessStatusCode, $"{method} {address}: {answer}");
        return answer.Length == 0 ? new JsonObject() : JsonNode.Parse(answer)!;
    }

    public Task<JsonNode> GetAsync(string address) => SendAsync(HttpMethod.Get, address);

    /// <summary>Somebody in a country, so that licenses can be given.</summary>
    public async Task<string> UserAsync(string name)
    {
        string alias = name.Split(' ')[0].ToLowerInvariant();
        return Id(await SendAsync(HttpMethod.Post, "/v1.0/users", new
        {
            displayName = name,
            mailNickname = alias,
            userPrincipalName = alias + "@contoso.example",
            accountEnabled = true,
            usageLocation = "US",
            passwordProfile = new { password = "a password of their own" },
        }));
    }

    public async Task<string> GroupAsync(string name, IEnumerable<string> members)
    {
        string id = Id(await SendAsync(HttpMethod.Post, "/v1.0/groups", new { displayName = name, mailEnabled = false, mailNickname = name.Replace(" ", "", StringComparison.Ordinal), securityEnabled = true }));
        foreach (string member in members)
        {
            await SendAsync(HttpMethod.Post, $"/v1.0/groups/{id}/members/$ref", new Dictionary<string, string> { ["@odata.id"] = $"{_berth.Http}v1.0/directoryObjects/{member}" });
        }

        return id;
    }

    /// <summary>Units of a SKU: its id.</summary>
    public async Task<string> BuyAsync(string sku, int units) =>
        (string)(await SendAsync(HttpMethod.Post, "/berth/v1/subscriptions", new { skuPartNumber = sku, units }))["skuId"]!;

    public Task LicenseAsync(string user, string sku) =>
        SendAsync(HttpMethod.Post, $"/v1.0/users/{user}/assignLicense", new { addLicenses = new[] { new { skuId = sku, disabledPlans = Array.Empty<string>() } }, removeLicenses = Array.Empty<string>() });

    /// <summary>A policy for machines in one region, with these assignments: its id.</summary>
    public async Task<string> PolicyAsync(string name, string type, params object[] targets)
    {
        string id = Id(await SendAsync(HttpMethod.Post, Endpoint + "/provisioningPolicies", new
        {
            displayName = name,
            provisioningType = type,
            imageId = "microsoftwindowsdesktop_windows-ent-cpc_win11-24h2-ent-cpc",
            domainJoinConfigurations = new[] { new { regionName = "eastus" } },
        }));
        await SendAsync(HttpMethod.Post, $"{Endpoint}/provisioningPolicies/{id}/assign", new { assignments = targets.Select(target => new { target }) });
        return id;
    }

    /// <summary>Many people in a country at once, <c>crowd00000@contoso.example</c> and so on: their ids.</summary>
    public async Task<string[]> CrowdAsync(int count)
    {
        string[] ids = [.. Enumerable.Range(1, count).Select(number => new Guid(number, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7).ToString())];
        using StringContent lines = new(string.Concat(ids.Select((id, at) => JsonSerializer.Serialize(new
        {
            user = new { id, displayName = $"Crowd {at:D5}", mailNickname = $"crowd{at:D5}", userPrincipalName = $"crowd{at:D5}@contoso.example", accountEnabled = true, usageLocation = "US" },
        }) + "\n")), System.Text.Encoding.UTF8, "application/x-ndjson");
        using HttpResponseMessage answer = await _client.PostAsync(new Uri("/berth/v1/import", UriKind.Relative), lines, Cancel);
        Assert.Equal(count, (int)JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancel))!["users"]!);
        return ids;
    }

    /// <summary>Runs <c>berth</c> against this server.</summary>
    public Task<(int ExitCode, string Output, string Errors)> ShellAsync(params string[] arguments) => ShellAsync(_berth, arguments);

    /// <summary>Runs <c>berth</c> against a demo's server.</summary>
    public static Task<(int ExitCode, string Output, string Errors)> ShellAsync(BerthProcess berth, params string[] arguments) => BerthProcess.CommandInAsync(
        new Dictionary<string, string> { ["BERTH_CLIENT_SECRET"] = BerthProcess.DemoSecret }, [.. arguments, "--graph", berth.Http!.ToString().TrimEnd('/')]);

    /// <summary>A request that is refused.</summary>
    public async Task RefusedAsync(HttpMethod method, string address, object? body)
    {
        using HttpRequestMessage request = new(method, new Uri(address, UriKind.Relative)) { Content = body is null ? null : JsonContent.Create(body) };
        using HttpResponseMessage response = await _client.SendAsync(request, Cancel);
        Assert.False(response.IsSuccessStatusCode, $"{method} {address} was not refused.");
    }

    /// <summary>What a program gets with a secret: the status of reading users, and of reading groups; 401 when it cannot sign in.</summary>
    public async Task<(int Users, int Groups)> MayAsync(string client, string secret)
    {
        using HttpClient program = new() { BaseAddress = _berth.Http };
        using FormUrlEncodedContent form = new(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = client,
            ["client_secret"] = secret,
            ["scope"] = BerthProcess.GraphScope,
        });
        using HttpResponseMessage signIn = await program.PostAsync(new Uri($"/{BerthProcess.DemoTenant}/oauth2/v2.0/token", UriKind.Relative), form, Cancel);
        if (!signIn.IsSuccessStatusCode)
        {
            return ((int)signIn.StatusCode, (int)signIn.StatusCode);
        }

        string token = (string)JsonNode.Parse(await signIn.Content.ReadAsStringAsync(Cancel))!["access_token"]!;
        program.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using HttpResponseMessage users = await program.GetAsync(new Uri("/v1.0/users", UriKind.Relative), Cancel), groups = await program.GetAsync(new Uri("/v1.0/groups", UriKind.Relative), Cancel);
        return ((int)users.StatusCode, (int)groups.StatusCode);
    }

    public static string Id(JsonNode answer) => (string)answer["id"]!;
}
