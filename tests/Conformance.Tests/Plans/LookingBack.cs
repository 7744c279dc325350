using System.Text.Json;
using Berth.Conformance.Tests.CloudPcs;
using Berth.Conformance.Tests.Graph;
using Berth.Graph.CloudLicensing;
using Berth.Graph.History;
using Berth.Graph.Routes;
using Xunit;

namespace Berth.Conformance.Tests.Plans;

/// <summary>Reads of what was, by the header <c>Berth-As-Of</c> (B528, B529).</summary>
public sealed class LookingBack : IAsyncLifetime
{
    private const string Suite = "SPE_E3";

    private readonly Faults.ManualTime _time = new();
    private RunningRoom _room = null!;

    public async ValueTask InitializeAsync() => _room = await RunningRoom.OpenAsync(time: _time);

    public async ValueTask DisposeAsync() => await _room.DisposeAsync();

    [Fact]
    public async Task Licenses_and_Cloud_PCs_are_read_as_they_were()
    {
        (Guid user, Guid cloudPc) = await CloudPcWrites.EnterpriseAsync(_room, "ada");
        long before = _room.Tenant.Version;
        DateTimeOffset then = _time.GetUtcNow();
        string license = await TextAsync($"/v1.0/users/{user}/licenseDetails"), machine = await TextAsync($"/v1.0/deviceManagement/virtualEndpoint/cloudPCs/{cloudPc}");
        string skus = await TextAsync("/v1.0/subscribedSkus"), why = await TextAsync($"/berth/v1/users/{user}/explain");

        _time.Advance(TimeSpan.FromDays(1));
        await _room.DoAsync("DELETE", $"/v1.0/users/{user}");
        Assert.Equal(404, (await _room.SendAsync("GET", $"/v1.0/users/{user}/licenseDetails")).Status);

        foreach (string moment in new[] { then.ToString("O"), then.AddHours(23).ToString("yyyy-MM-ddTHH:mm:ss.fffzzz"), $"{before}" })
        {
            Assert.Equal(license, await PastAsync($"/v1.0/users/{user}/licenseDetails", moment));
            Assert.Equal(machine, await PastAsync($"/v1.0/deviceManagement/virtualEndpoint/cloudPCs/{cloudPc}", moment));
            Assert.Equal(skus, await PastAsync("/v1.0/subscribedSkus", moment));
            Assert.Equal(why, await PastAsync($"/berth/v1/users/{user}/explain", moment));
        }

        // What the route takes for now is the moment, not today: the version after the deletion has the day of the deletion.
        Answer gone = await _room.SendAsync("GET", $"/v1.0/users/{user}", null as string, "*", (PastReads.Header, $"{_room.Tenant.Version}"));
        Assert.Equal(404, gone.Status);
        Assert.Equal(_time.GetUtcNow(), gone.Json.GetProperty("error").GetProperty("innerError").GetProperty("date").GetDateTimeOffset());

        JsonElement batch = await _room.DoAsync("POST", "/v1.0/$batch", $$$"""
            {"requests":[{"id":"1","method":"GET","url":"/users/{{{user}}}/licenseDetails","headers":{"Berth-As-Of":"{{{before}}}"}},{"id":"2","method":"GET","url":"/users/{{{user}}}/licenseDetails"}]}
            """);
        JsonElement[] items = [.. batch.GetProperty("responses").EnumerateArray().OrderBy(item => item.GetProperty("id").GetString())];
        Assert.Equal([200, 404], items.Select(item => item.GetProperty("status").GetInt32()));
        Assert.Equal($"{before}", items[0].GetProperty("headers").GetProperty(PastReads.VersionHeader).GetString());

        async Task<string> PastAsync(string path, string moment)
        {
            Answer answer = await _room.SendAsync("GET", path, null as string, "*", (PastReads.Header, moment));
            Assert.True(answer.Status == 200, answer.Text);
            Assert.Equal($"{before}", answer.Header(PastReads.VersionHeader));
            return answer.Text;
        }
    }

    [Fact]
    public async Task Microsofts_pools_are_read_as_they_were_on_every_route()
    {
        // L172, B580 to B585: who waits, since when and in which order is made again from the journal like anything else.
        await _room.BuyAsync(Suite, 2);
        await _room.BuyAsync("EXCHANGESTANDARD", 9);
        Guid ada = await _room.AddUserAsync("ada"), bob = await _room.AddUserAsync("bob"), cleo = await _room.AddUserAsync("cleo"), dan = await _room.AddUserAsync("dan");
        Guid group = await _room.AddGroupAsync("sales", ada), other = await _room.AddGroupAsync("other", cleo, dan);

        // Bob has the suite without its mail, so the group's fails on him and he has it all the same.
        await _room.DoAsync("POST", $"/v1.0/users/{bob}/assignLicense", RunningRoom.Licenses([_room.Sku("EXCHANGESTANDARD")], []));
        await _room.DoAsync("POST", $"/v1.0/users/{bob}/assignLicense", $$"""{"addLicenses":[{"skuId":"{{_room.Sku(Suite)}}","disabledPlans":["{{_room.Plan("EXCHANGE_S_ENTERPRISE")}}"]}],"removeLicenses":[]}""");
        foreach (Guid one in new[] { group, other })
        {
            await _room.DoAsync("POST", $"/v1.0/groups/{one}/assignLicense", RunningRoom.Licenses([_room.Sku(Suite)], []));
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        await _room.DoAsync("POST", $"/v1.0/groups/{group}/members/$ref", $$"""{"@odata.id":"https://graph.microsoft.com/v1.0/directoryObjects/{{bob}}"}""");
        long before = _room.Tenant.Version;
        string then = $"{_time.GetUtcNow():O}";
        Dictionary<string, string> was = [];
        foreach (Route route in LicensingReads.Routes)
        {
            foreach (Guid user in new[] { ada, bob, cleo })
            {
                if (await PathAsync(route.Template, user) is { } path)
                {
                    was[path] = await TextAsync(path);
                }
            }
        }

        Assert.All(LicensingReads.Routes, route => Assert.Contains(was.Keys, path => Shape(path) == Shape($"/beta{route.Template}")));
        string queue = was.Keys.Single(path => path.EndsWith("/waitingMembers", StringComparison.Ordinal) && path.Contains("/allotments/", StringComparison.Ordinal));
        Assert.Equal(2, JsonElement.Parse(was[queue]).GetProperty("value").GetArrayLength());

        // Everything becomes otherwise: seats for all, a group without its license, a user gone.
        _time.Advance(TimeSpan.FromDays(1));
        await _room.BuyAsync(Suite, 5);
        await _room.DoAsync("POST", $"/v1.0/groups/{group}/assignLicense", RunningRoom.Licenses([_room.Sku("EXCHANGESTANDARD")], [_room.Sku(Suite)]));
        await _room.DoAsync("DELETE", $"/v1.0/users/{bob}");
        Assert.NotEqual(was[queue], await TextAsync(queue));
        foreach ((string path, string text) in was)
        {
            foreach (string moment in new[] { $"{before}", then })
            {
                Answer answer = await _room.SendAsync("GET", path, null as string, "*", (PastReads.Header, moment));
                Assert.True(answer.Status == 200, $"{path}: {answer.Text}");
                Assert.Equal(text, answer.Text);
                Assert.Equal($"{before}", answer.Header(PastReads.VersionHeader));
            }
        }

        // The path with the last object of each collection on the way; null when one is empty.
        async Task<string?> PathAsync(string template, Guid user)
        {
            string path = "/beta";
            foreach (string segment in template.Split('/', StringSplitOptions.RemoveEmptyEntries))
            {
                string? id = segment switch
                {
                    "{user}" => $"{user}",
                    "{group}" => $"{group}",
                    "{allotment}" => Allotment(JsonElement.Parse(await TextAsync(path))),
                    ['{', ..] => (await _room.DoAsync("GET", path)).GetProperty("value").EnumerateArray().Select(row => row.GetProperty("id").GetString()).LastOrDefault(),
                    _ => segment,
                };
                if (id is null)
                {
                    return null;
                }

                path += $"/{id}";
            }

            return (await _room.SendAsync("GET", path)).Status == 200 ? path : null;
        }

        static string Allotment(JsonElement all) =>
            all.GetProperty("value").EnumerateArray().Single(row => row.GetProperty("skuPartNumber").GetString() == Suite).GetProperty("id").GetString()!;

        static string Shape(string path) => string.Join('/', path.Split('/').Select(static segment => segment is ['{', ..] || segment.Length > 20 || segment.Contains('-', StringComparison.Ordinal) ? "*" : segment));
    }

    [Fact]
    public async Task What_is_no_moment_of_the_tenant_is_refused()
    {
        await _room.AddUserAsync("ada");
        _time.Advance(TimeSpan.FromDays(1));
        long version = _room.Tenant.Version;
        await AsOfAsync(200, null, $"{version}");
        await AsOfAsync(400, "asOfUnknown", $"{version + 1}");
        await AsOfAsync(200, null, "1");
        await AsOfAsync(400, "asOfUnknown", "0");
        await AsOfAsync(200, null, $"{_time.GetUtcNow():O}");
        await AsOfAsync(400, "asOfUnknown", $"{_time.GetUtcNow().AddTicks(1):O}");
        await AsOfAsync(200, null, $"{_time.GetUtcNow().AddDays(-1):O}");
        await AsOfAsync(400, "asOfUnknown", $"{_time.GetUtcNow().AddDays(-1).AddTicks(-1):O}");
        await AsOfAsync(400, "asOfUnreadable", "yesterday");
        await AsOfAsync(400, "asOfUnreadable", "-1");
        await AsOfAsync(400, "asOfUnreadable", "");
        await AsOfAsync(200, null, new string('0', PastReads.LongestValue - 1) + "1");
        await AsOfAsync(400, "asOfUnreadable", new string('0', PastReads.LongestValue) + "1");

        // What tells of the past itself, and every write.
        await AsOfAsync(400, "asOfNotPossible", "1", "GET", "/berth/v1/history");
        await AsOfAsync(400, "asOfNotPossible", "1", "GET", "/v1.0/users/delta");
        await AsOfAsync(400, "asOfNotPossible", "1", "POST", "/berth/v1/subscriptions", $$"""{"skuPartNumber":"{{Suite}}","units":1}""");
        Assert.Equal(version, _room.Tenant.Version);
    }

    [Fact]
    public async Task Whoever_looks_back_may_read_the_history_too()
    {
        Guid ada = await _room.AddUserAsync("ada");
        foreach ((string token, int status) in new[]
        {
            ("User.Read.All", 403), ("AuditLog.Read.All", 403), ("User.Read.All AuditLog.Read.All", 200), ("Directory.Read.All", 200), ($"user {ada} User.Read", 403),
        })
        {
            Answer answer = await _room.SendAsync("GET", $"/v1.0/users/{ada}", null as string, token, (PastReads.Header, $"{_room.Tenant.Version}"));
            Assert.True(answer.Status == status, $"{token}: {answer.Text}");
        }
    }

    private async Task AsOfAsync(int status, string? code, string moment, string method = "GET", string path = "/v1.0/users", string? body = null)
    {
        Answer answer = await _room.SendAsync(method, path, body, "*", (PastReads.Header, moment));
        Assert.True(answer.Status == status, $"{moment}: {answer.Status} {answer.Text}");
        Assert.Equal(code, code is null ? null : answer.InnerCode);
    }

    private async Task<string> TextAsync(string path)
    {
        Answer answer = await _room.SendAsync("GET", path);
        Assert.True(answer.Status == 200, answer.Text);
        return answer.Text;
    }
}
