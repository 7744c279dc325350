using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Berth.Conformance.Tests.Process;
using Berth.Engine.Catalog;
using Xunit;

namespace Berth.Conformance.Tests.Hosts;

/// <summary>A company at a real server: licenses of two sizes, a policy, and people who get Cloud PCs, all over HTTP.</summary>
internal sealed class HostedCompany : IAsyncDisposable
{
    /// <summary>The size that people have.</summary>
    public const string Small = "CPC_E_2C_8GB_128GB";

    /// <summary>The size that they can be given.</summary>
    public const string Large = "CPC_E_4C_16GB_128GB";

    private const string Endpoint = "/beta/deviceManagement/virtualEndpoint";

    /// <summary>A state that does not come within this never comes.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(100);

    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(50);

    private readonly List<BerthProcess> _ended = [];
    private int _people;

    private HostedCompany(BerthProcess berth, HttpClient http)
    {
        Berth = berth;
        Http = http;
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The server.</summary>
    public BerthProcess Berth { get; private set; }

    /// <summary>A client with all permissions.</summary>
    public HttpClient Http { get; private set; }

    /// <summary>The group that the policy is assigned to.</summary>
    public Guid Group { get; private set; }

    /// <summary>The policy.</summary>
    public Guid Policy { get; private set; }

    /// <summary>Starts the server and makes the company; its clock stands still.</summary>
    public static async Task<HostedCompany> OpenAsync(object settings, string? data = null)
    {
        BerthProcess berth = await BerthProcess.StartEmptyDemoAsync(data);
        HostedCompany company = new(berth, await berth.ClientAsync());
        try
        {
            await company.FoundAsync(settings);
            return company;
        }
        catch
        {
            await company.DisposeAsync();
            throw;
        }
    }

    private async Task FoundAsync(object settings)
    {
        await DoAsync(HttpMethod.Patch, "/berth/v1/settings", settings);
        await DoAsync(HttpMethod.Post, "/berth/v1/clock", new { mode = "frozen" });
        foreach (string part in new[] { Small, Large })
        {
            await DoAsync(HttpMethod.Post, "/berth/v1/subscriptions", new { skuPartNumber = part, units = 20 });
        }

        Group = (await DoAsync(HttpMethod.Post, "/v1.0/groups", new { displayName = "Cloud PCs", mailEnabled = false, mailNickname = "cloudpcs", securityEnabled = true }))
            .GetProperty("id").GetGuid();
        GalleryImage image = GalleryImages.All[0];
        Policy = (await DoAsync(HttpMethod.Post, $"{Endpoint}/provisioningPolicies", new
        {
            displayName = "Everybody",
            description = "",
            imageId = image.Id,
            imageDisplayName = image.DisplayName,
            imageType = "gallery",
            provisioningType = "dedicated",
            domainJoinConfigurations = new[] { new { domainJoinType = "azureADJoin", regionGroup = "usEast", regionName = "automatic" } },
        })).GetProperty("id").GetGuid();
        await AssignPolicyAsync(Group);
    }

    /// <summary>A person with a license of the small size whom the policy covers; the Cloud PC is asked for when this returns.</summary>
    public async Task<Guid> HireAsync()
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"person{++_people}");
        Guid user = (await DoAsync(HttpMethod.Post, "/v1.0/users", new
        {
            accountEnabled = true,
            displayName = name,
            mailNickname = name,
            userPrincipalName = $"{name}@contoso.example",
            usageLocation = "US",
            passwordProfile = new { password = "a long password of a person" },
        })).GetProperty("id").GetGuid();
        await DoAsync(HttpMethod.Post, $"/v1.0/groups/{Group}/members/$ref", new Dictionary<string, string> { ["@odata.id"] = $"https://graph.microsoft.com/v1.0/directoryObjects/{user}" });
        await LicenseAsync(user, add: Small);
        return user;
    }

    /// <summary>Gives or takes a license.</summary>
    public async Task LicenseAsync(Guid user, string? add = null, string? remove = null) => await DoAsync(HttpMethod.Post, $"/v1.0/users/{user}/assignLicense", new
    {
        addLicenses = add is null ? [] : new[] { new { skuId = await SkuAsync(add), disabledPlans = Array.Empty<string>() } },
        removeLicenses = remove is null ? [] : new[] { await SkuAsync(remove) },
    });

    /// <summary>Assigns the policy to these groups and no others.</summary>
    public Task AssignPolicyAsync(params Guid[] groups) => DoAsync(HttpMethod.Post, $"{Endpoint}/provisioningPolicies/{Policy}/assign", new
    {
        assignments = groups.Select(group => new { target = new Dictionary<string, object> { ["@odata.type"] = "#microsoft.graph.cloudPcManagementGroupAssignmentTarget", ["groupId"] = group } }),
    });

    /// <summary>Switches single sign-on on in the policy and brings it to the Cloud PCs that are there.</summary>
    public async Task ApplySingleSignOnAsync()
    {
        await DoAsync(HttpMethod.Patch, $"{Endpoint}/provisioningPolicies/{Policy}", new { enableSingleSignOn = true });
        await DoAsync(HttpMethod.Post, $"{Endpoint}/provisioningPolicies/{Policy}/apply", new { policySettings = "singleSignOn" });
    }

    /// <summary>The Cloud PCs of a person.</summary>
    public async Task<JsonElement[]> CloudPcsAsync(Guid user) => [.. (await DoAsync(HttpMethod.Get, $"/beta/users/{user}/cloudPCs")).GetProperty("value").EnumerateArray()];

    /// <summary>Waits until a person's only Cloud PC has a status; that Cloud PC.</summary>
    public async Task<JsonElement> UntilAsync(Guid user, string status)
    {
        JsonElement[] last = [];
        try
        {
            return await UntilAsync(async () =>
            {
                last = await CloudPcsAsync(user);
                return last is [var one] && one.GetProperty("status").GetString() == status ? one : (JsonElement?)null;
            });
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"The Cloud PC is not {status}: {string.Join('\n', last)}");
        }
    }

    /// <summary>Waits until a person has no Cloud PC.</summary>
    public Task UntilGoneAsync(Guid user) => UntilAsync(async () => (await CloudPcsAsync(user)).Length == 0 ? (bool?)true : null);

    /// <summary>The open jobs.</summary>
    public async Task<JsonElement[]> JobsAsync() => [.. (await DoAsync(HttpMethod.Get, "/berth/v1/host/jobs")).GetProperty("value").EnumerateArray()];

    /// <summary>Waits until an agent has an open job of a kind.</summary>
    public Task<JsonElement> UntilLeasedAsync(string agent, string kind) => UntilAsync(async () =>
        (await JobsAsync()).Where(job => job.GetProperty("agent").GetString() == agent && job.GetProperty("kind").GetString() == kind).Select(job => (JsonElement?)job).FirstOrDefault());

    /// <summary>An action of a Cloud PC.</summary>
    public Task ActAsync(Guid cloudPc, string action, object? body = null) => DoAsync(HttpMethod.Post, $"{Endpoint}/cloudPCs/{cloudPc}/{action}", body ?? new { });

    /// <summary>Waits for a restore point of a type.</summary>
    public Task<Guid> UntilPointAsync(Guid cloudPc, string type) => UntilAsync(async () =>
        (await PointsAsync(cloudPc)).Where(point => point.Type == type).Select(point => (Guid?)point.Id).FirstOrDefault());

    /// <summary>The restore points of a Cloud PC, newest first.</summary>
    public async Task<(Guid Id, string Type)[]> PointsAsync(Guid cloudPc) =>
    [
        .. (await DoAsync(HttpMethod.Get, $"{Endpoint}/cloudPCs/{cloudPc}/retrieveSnapshots")).GetProperty("value").EnumerateArray()
            .Select(point => (Id(point), point.GetProperty("snapshotType").GetString()!)),
    ];

    /// <summary>What is kept of Cloud PCs whose subscription expired.</summary>
    public async Task<Guid[]> RetainedAsync() =>
    [
        .. (await DoAsync(HttpMethod.Get, $"{Endpoint}/snapshots")).GetProperty("value").EnumerateArray()
            .Where(point => point.GetProperty("snapshotType").GetString() == "retention").Select(Id),
    ];

    /// <summary>Brings the subscription of the small size to a status.</summary>
    public async Task SubscribeAsync(string status)
    {
        JsonElement small = (await DoAsync(HttpMethod.Get, "/v1.0/directory/subscriptions")).GetProperty("value").EnumerateArray()
            .Single(one => one.GetProperty("skuPartNumber").GetString() == Small);
        await DoAsync(HttpMethod.Patch, $"/berth/v1/subscriptions/{small.GetProperty("id").GetString()}", new { status });
    }

    /// <summary>Waits until an action of a Cloud PC is done.</summary>
    public Task UntilDoneAsync(Guid cloudPc, string action) => UntilAsync(async () =>
        (await DoAsync(HttpMethod.Get, $"{Endpoint}/cloudPCs/{cloudPc}/retrieveCloudPcRemoteActionResults")).GetProperty("value").EnumerateArray()
            .Any(result => result.GetProperty("actionName").GetString()!.EndsWith(action, StringComparison.OrdinalIgnoreCase) && result.GetProperty("actionState").GetString() == "done")
            ? (bool?)true
            : null);

    /// <summary>Lets the tenant's time pass.</summary>
    public Task PassAsync(string duration) => DoAsync(HttpMethod.Post, "/berth/v1/clock", new { advance = duration });

    /// <summary>The id of a service plan of a size.</summary>
    public async Task<string> PlanAsync(string part) => (await SkusAsync()).First(sku => sku.GetProperty("skuPartNumber").GetString() == part)
        .GetProperty("servicePlans").EnumerateArray().First(plan => plan.GetProperty("servicePlanName").GetString()!.StartsWith("CPC_", StringComparison.Ordinal))
        .GetProperty("servicePlanId").GetString()!;

    /// <summary>A claim as an agent sends it; the jobs it got.</summary>
    public async Task<JsonElement[]> ClaimAsync(object claim) => [.. (await DoAsync(HttpMethod.Post, "/berth/v1/host/jobs/claim", claim)).GetProperty("value").EnumerateArray()];

    /// <summary>Claims until there is a job.</summary>
    public Task<JsonElement> UntilClaimedAsync(object claim) => UntilAsync(async () => (await ClaimAsync(claim)).Select(job => (JsonElement?)job).FirstOrDefault());

    /// <summary>The id of an object.</summary>
    public static Guid Id(JsonElement item) => item.GetProperty("id").GetGuid();

    /// <summary>Sends something and expects success.</summary>
    public async Task<JsonElement> DoAsync(HttpMethod method, string path, object? body = null)
    {
        (int status, JsonElement json) = await SendAsync(method, path, body);
        Assert.True(status < 300, $"{method} {path}: {status} {json}");
        return json;
    }

    /// <summary>Sends something and expects a refusal.</summary>
    public async Task RefusedAsync(HttpMethod method, string path, object? body, HttpStatusCode status, string code)
    {
        (int given, JsonElement json) = await SendAsync(method, path, body);
        Assert.Equal(((int)status, code), (given, given < 400 ? null : json.GetProperty("error").GetProperty("innerError").GetProperty("code").GetString()));
    }

    /// <summary>Sends something.</summary>
    public async Task<(int Status, JsonElement Body)> SendAsync(HttpMethod method, string path, object? body = null)
    {
        using HttpRequestMessage request = new(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Add("Prefer", "include-unknown-enum-members");
        using HttpResponseMessage response = await Http.SendAsync(request, Cancel);
        string text = await response.Content.ReadAsStringAsync(Cancel);
        return ((int)response.StatusCode, text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text));
    }

    /// <summary>Waits until something is there.</summary>
    public static async Task<T> UntilAsync<T>(Func<Task<T?>> look)
        where T : struct
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        patience.CancelAfter(_patience);
        try
        {
            while (true)
            {
                if (await look() is { } found)
                {
                    return found;
                }

                await Task.Delay(_look, patience.Token);
            }
        }
        catch (OperationCanceledException) when (!Cancel.IsCancellationRequested)
        {
            throw new TimeoutException("What was waited for did not come.");
        }
    }

    /// <summary>Ends the server as a failing machine does, and starts it anew on its data.</summary>
    public async Task RestartServerAsync()
    {
        string data = Berth.Data;
        await Berth.KillAsync();
        Http.Dispose();
        BerthProcess before = Berth;
        Berth = await BerthProcess.StartEmptyDemoAsync(data);
        Http = await Berth.ClientAsync();
        _ended.Add(before);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Berth.DisposeAsync();
        foreach (BerthProcess before in _ended)
        {
            await before.DisposeAsync();
        }
    }

    private async Task<Guid> SkuAsync(string part) => (await SkusAsync()).First(sku => sku.GetProperty("skuPartNumber").GetString() == part).GetProperty("skuId").GetGuid();

    private async Task<JsonElement[]> SkusAsync() => [.. (await DoAsync(HttpMethod.Get, "/v1.0/subscribedSkus")).GetProperty("value").EnumerateArray()];
}
