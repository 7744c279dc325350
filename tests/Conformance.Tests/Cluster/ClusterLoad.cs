using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Berth.Conformance.Tests.CloudPcs;
using Berth.Engine.Catalog;
using Xunit;

namespace Berth.Conformance.Tests.Cluster;

/// <summary>
/// Callers that make users, take seats and begin sessions at whichever node, and note what they were answered. Whatever becomes of the nodes: what was acknowledged is there once, what was read
/// after it is not older, and nothing is ever used that is not there.
/// </summary>
internal sealed class ClusterLoad(ThreeNodes nodes, string name, string part)
{
    private const int Callers = 6;
    private const int Seats = 5;
    private const int Licenses = 2;

    private static readonly Guid _plan = SkuCatalog.BuiltIn.Plans.First(plan => plan.Name == FrontlineWrites.Plan).Id;

    private readonly ConcurrentDictionary<string, string> _made = new();
    private readonly ConcurrentBag<string> _unknown = [];
    private readonly ConcurrentDictionary<string, int> _refused = new();
    private readonly ConcurrentBag<string> _wrong = [];
    private volatile bool _isEnough;
    private Task _running = Task.CompletedTask;
    private string _sku = "";
    private string[] _nurses = [];
    private string[] _cloudPcs = [];
    private int _sessions;
    private int _answers;

    /// <summary>Requests that were answered as they should be.</summary>
    public int Answers => Volatile.Read(ref _answers);

    /// <summary>Requests of which nobody knew what became of them.</summary>
    public int Unknown => _unknown.Count;

    /// <summary>Sessions that began.</summary>
    public int Sessions => Volatile.Read(ref _sessions);

    /// <summary>Buys what is scarce, and begins.</summary>
    public async Task BeginAsync()
    {
        _sku = (await nodes.DoAsync(HttpMethod.Post, "/berth/v1/subscriptions", new { skuPartNumber = part, units = Seats })).GetProperty("skuId").GetString()!;
        await nodes.DoAsync(HttpMethod.Post, "/berth/v1/subscriptions", new { skuPartNumber = FrontlineWrites.Part, units = Licenses });
        await nodes.DoAsync(HttpMethod.Patch, "/berth/v1/settings", new { bufferExcess = 0 });
        _nurses = [.. await Task.WhenAll(Enumerable.Range(0, Licenses * 3).Select(async number => (await nodes.DoAsync(HttpMethod.Post, "/v1.0/users", User($"nurse-{name}-{number}"))).GetProperty("id").GetString()!))];
        await ShareAsync();
        _cloudPcs = [.. await Task.WhenAll(_nurses.Select(async nurse => (await nodes.DoAsync(HttpMethod.Get, $"/beta/users/{nurse}/cloudPCs")).GetProperty("value")[0].GetProperty("id").GetString()!))];
        await EndSessionsAsync();
        _running = Task.WhenAll([.. Enumerable.Range(0, Callers).Select(caller => Task.Run(() => MakeAsync(caller))), Task.Run(() => WorkAsync(0)), Task.Run(() => WorkAsync(1)), Task.Run(WatchAsync)]);
    }

    /// <summary>Waits until so many more requests were answered.</summary>
    public async Task MoreAsync(int answers)
    {
        for (int wanted = Answers + answers; Answers < wanted && !_running.IsCompleted && _wrong.IsEmpty;)
        {
            await Task.Delay(10);
        }
    }

    /// <summary>Ends, and looks at what is there.</summary>
    /// <param name="everythingIsKnown">No request may have been left without an answer.</param>
    public async Task EndAsync(bool everythingIsKnown)
    {
        _isEnough = true;
        await _running;
        Assert.True(_wrong.IsEmpty, string.Join('\n', _wrong.Take(5)));
        Assert.True(Sessions > 0, $"No session began: {string.Join(", ", _refused.Select(one => $"{one.Key} {one.Value} times"))}");
        Assert.True(!everythingIsKnown || _unknown.IsEmpty, $"{_unknown.Count} requests failed while no node was killed: {string.Join('\n', _unknown.Take(5))}");

        Dictionary<string, int> there = [];
        int licensed = 0;
        for (string? page = $"/v1.0/users?$select=userPrincipalName,assignedLicenses&$top=500"; page is not null;)
        {
            JsonElement body = await nodes.DoAsync(HttpMethod.Get, page);
            foreach (JsonElement user in body.GetProperty("value").EnumerateArray())
            {
                string upn = user.GetProperty("userPrincipalName").GetString()!;
                there[upn] = there.GetValueOrDefault(upn) + 1;
                licensed += user.GetProperty("assignedLicenses").EnumerateArray().Any(license => license.GetProperty("skuId").GetString() == _sku) ? 1 : 0;
            }

            page = body.TryGetProperty("@odata.nextLink", out JsonElement next) ? new Uri(next.GetString()!).PathAndQuery : null;
        }

        Assert.All(_made.Keys, upn => Assert.Equal(1, there.GetValueOrDefault(upn)));
        Assert.InRange(licensed, 1, Seats);
        Assert.Equal(licensed, (await SkuAsync()).GetProperty("consumedUnits").GetInt32());
    }

    private static object User(string alias) => new
    {
        accountEnabled = true, displayName = alias, mailNickname = alias, userPrincipalName = $"{alias}@contoso.example", usageLocation = "US", passwordProfile = new { password = "A-long-Password-1" },
    };

    private async Task MakeAsync(int caller)
    {
        for (int number = 0; !_isEnough; number++)
        {
            string alias = $"{name}-{caller}-{number}", upn = $"{alias}@contoso.example";
            string? repeatability = number % 2 == 0 ? Guid.NewGuid().ToString() : null;
            if (await TryAsync(HttpMethod.Post, "/v1.0/users", User(alias), repeatability) is not (HttpStatusCode.Created, var body))
            {
                continue;
            }

            string id = body.GetProperty("id").GetString()!;
            _made[upn] = id;

            // At whichever node: what was acknowledged is read.
            if (await TryAsync(HttpMethod.Get, $"/v1.0/users/{id}?$select=id") is (HttpStatusCode.NotFound, _))
            {
                _wrong.Add($"{upn} was acknowledged and then not found.");
            }

            object licenses = new { addLicenses = new[] { new { skuId = _sku, disabledPlans = Array.Empty<string>() } }, removeLicenses = Array.Empty<string>() };
            if (await TryAsync(HttpMethod.Post, $"/v1.0/users/{id}/assignLicense", licenses, repeatability, HttpStatusCode.BadRequest) is (HttpStatusCode.OK, _) && number % 3 == 0)
            {
                await TryAsync(HttpMethod.Post, $"/v1.0/users/{id}/assignLicense", new { addLicenses = Array.Empty<object>(), removeLicenses = new[] { _sku } }, null, HttpStatusCode.BadRequest);
            }
        }
    }

    private async Task WorkAsync(int lane)
    {
        for (int number = lane; !_isEnough; number++)
        {
            int nurse = number % _nurses.Length;
            if (await TryAsync(HttpMethod.Post, "/berth/v1/sessions", new { userId = _nurses[nurse], cloudPcId = _cloudPcs[nurse] }, null, HttpStatusCode.Conflict) is (HttpStatusCode.Created, var session))
            {
                Interlocked.Increment(ref _sessions);
                await TryAsync(HttpMethod.Delete, $"/berth/v1/sessions/{session.GetProperty("id").GetString()}", null, null, HttpStatusCode.NotFound);
            }
        }
    }

    private async Task WatchAsync()
    {
        while (!_isEnough)
        {
            if (await TryAsync(HttpMethod.Get, $"/berth/v1/frontline/{_plan}") is (HttpStatusCode.OK, var plan) && plan.GetProperty("taken").GetInt32() > plan.GetProperty("limit").GetInt32())
            {
                _wrong.Add($"More sessions than licenses: {plan}");
            }

            if (await TryAsync(HttpMethod.Get, "/v1.0/subscribedSkus") is (HttpStatusCode.OK, var skus) && Of(skus).GetProperty("consumedUnits").GetInt32() > Seats)
            {
                _wrong.Add($"More seats taken than there are: {Of(skus)}");
            }
        }
    }

    // Null when nobody knows what became of it.
    private async Task<(HttpStatusCode Status, JsonElement Body)?> TryAsync(HttpMethod method, string path, object? body = null, string? repeatability = null, HttpStatusCode? refused = null)
    {
        try
        {
            (HttpStatusCode status, JsonElement json) = await nodes.SendAsync(method, path, body, repeatability);
            if ((int)status < 300 || status == refused || (method == HttpMethod.Get && status == HttpStatusCode.NotFound))
            {
                Interlocked.Increment(ref _answers);
                if (status == HttpStatusCode.Conflict)
                {
                    _refused.AddOrUpdate(json.GetProperty("error").GetProperty("innerError").GetProperty("code").GetString()!, 1, (_, times) => times + 1);
                }

                return (status, json);
            }

            if (status == HttpStatusCode.ServiceUnavailable)
            {
                _unknown.Add($"{method} {path}: {json}");
            }
            else
            {
                _wrong.Add($"{method} {path}: {status} {json}");
            }
        }
        catch (HttpRequestException e)
        {
            _unknown.Add($"{method} {path}: {e.Message}");
        }

        return null;
    }

    private async Task<JsonElement> SkuAsync() => Of(await nodes.DoAsync(HttpMethod.Get, "/v1.0/subscribedSkus"));

    private JsonElement Of(JsonElement skus) => skus.GetProperty("value").EnumerateArray().Single(sku => sku.GetProperty("skuId").GetString() == _sku);

    // Those of whoever was cut off before, who never learned what to end.
    private async Task EndSessionsAsync()
    {
        foreach (JsonElement session in (await nodes.DoAsync(HttpMethod.Get, "/berth/v1/sessions")).GetProperty("value").EnumerateArray())
        {
            await nodes.SendAsync(HttpMethod.Delete, $"/berth/v1/sessions/{session.GetProperty("id").GetString()}");
        }
    }

    private async Task ShareAsync()
    {
        string group = (await nodes.DoAsync(HttpMethod.Post, "/v1.0/groups", new { displayName = $"Nurses {name}", mailEnabled = false, mailNickname = $"nurses-{name}", securityEnabled = true })).GetProperty("id").GetString()!;
        foreach (string nurse in _nurses)
        {
            await nodes.DoAsync(HttpMethod.Post, $"/v1.0/groups/{group}/members/$ref", new Dictionary<string, string> { ["@odata.id"] = $"https://graph.microsoft.com/v1.0/users/{nurse}" });
        }

        string root = $"/beta{FleetUnderTest.Root}/provisioningPolicies";
        string policy = (await nodes.DoAsync(HttpMethod.Post, root, new
        {
            displayName = $"Desks {name}",
            provisioningType = "sharedByUser",
            imageId = "microsoftwindowsdesktop_windows-ent-cpc_win11-24h2-ent-cpc",
            domainJoinConfigurations = new[] { new { regionName = "eastus" } },
        })).GetProperty("id").GetString()!;
        await nodes.DoAsync(HttpMethod.Post, $"{root}/{policy}/assign", new
        {
            assignments = new[] { new { target = new { groupId = group, servicePlanId = _plan, allotmentDisplayName = "Nurses", allotmentLicensesCount = Licenses } } },
        });
    }
}
