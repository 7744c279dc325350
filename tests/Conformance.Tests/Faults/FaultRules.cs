using System.Text.Json;
using Berth.Conformance.Tests.Graph;
using Berth.Engine;
using Berth.Graph;
using Xunit;

namespace Berth.Conformance.Tests.Faults;

/// <summary>Which requests a fault strikes, how often, and who may install one (B220 to B223, B231, B232).</summary>
public sealed class FaultRules
{
    private const string App = "0b6c8b1e-93d4-4a0e-9c1c-6f1f5b0a7d21";

    // B220
    [Fact]
    public async Task There_is_no_fault_until_one_is_installed_and_none_after_it_is_deleted()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Assert.Empty(await room.FaultsAsync());
        Assert.Equal(200, (await room.SendAsync("GET", "/v1.0/organization")).Status);

        JsonElement throttle = await room.InstallAsync("""{"kind":"throttle"}""");
        JsonElement error = await room.InstallAsync("""{"kind":"error","status":504}""");
        Answer struck = await room.SendAsync("GET", "/v1.0/organization");
        Assert.Equal(429, struck.Status);
        Assert.Equal([(1, 1), (1, 0)], await room.CountsAsync());

        await room.DoAsync("DELETE", $"/berth/v1/faults/{throttle.GetProperty("id").GetString()}");
        Assert.Equal(504, (await room.SendAsync("GET", "/v1.0/organization")).Status);
        string id = error.GetProperty("id").GetString()!;
        Assert.Equal(1, (await room.DoAsync("GET", $"/berth/v1/faults/{id}")).GetProperty("fired").GetInt64());
        await room.DoAsync("DELETE", "/berth/v1/faults");
        await room.DoAsync("DELETE", "/berth/v1/faults");
        Assert.Equal(200, (await room.SendAsync("GET", "/v1.0/organization")).Status);
        await room.RefusedAsync(404, "resourceNotFound", "GET", $"/berth/v1/faults/{id}");
        await room.RefusedAsync(404, "resourceNotFound", "DELETE", $"/berth/v1/faults/{id}");
        await room.RefusedAsync(404, "resourceNotFound", "DELETE", "/berth/v1/faults/all");
    }

    // B220
    [Fact]
    public async Task Berths_own_interface_and_what_is_refused_anyway_meet_no_fault()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await room.InstallAsync("""{"kind":"error"}""");
        Assert.Equal(200, (await room.SendAsync("GET", "/berth/v1/settings")).Status);
        Assert.Equal(400, (await room.SendAsync("GET", "/v1.0/nothing")).Status);
        Assert.Equal(403, (await room.SendAsync("GET", "/v1.0/users", (string?)null, "AuditLog.Read.All")).Status);
        Assert.Equal([(0, 0)], await room.CountsAsync());
    }

    // B220
    [Fact]
    public async Task A_production_tenant_has_no_faults()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync(TenantKind.Production);
        foreach ((string method, string path, string? body) in ((string, string, string?)[])
            [
                ("POST", "/berth/v1/faults", """{"kind":"throttle"}"""), ("GET", "/berth/v1/faults", null), ("DELETE", "/berth/v1/faults", null),
                ("GET", "/berth/v1/faults/1", null), ("DELETE", "/berth/v1/faults/1", null),
            ])
        {
            string message = await room.RefusedAsync(400, "faultsNotPossible", method, path, body);
            Assert.Contains("production", message, StringComparison.Ordinal);
        }

        Assert.Equal(200, (await room.SendAsync("GET", "/v1.0/organization")).Status);
    }

    [Fact]
    public async Task Faults_are_read_and_written_with_the_permissions_of_the_other_desks()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Assert.Equal(200, (await room.SendAsync("GET", "/berth/v1/faults", (string?)null, "Organization.Read.All")).Status);
        await room.RefusedAsync(403, "permissionMissing", "POST", "/berth/v1/faults", """{"kind":"throttle"}""", "Organization.Read.All");
        await room.RefusedAsync(403, "permissionMissing", "DELETE", "/berth/v1/faults", null, "User.ReadWrite.All");
        Assert.Equal(201, (await room.SendAsync("POST", "/berth/v1/faults", """{"kind":"delay","delay":"PT0.001S"}""", "LicenseAssignment.ReadWrite.All")).Status);
    }

    [Fact]
    public async Task A_rule_is_shown_as_it_was_understood()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        JsonElement shown = await room.InstallAsync(
            """{"Kind":"THROTTLE","route":"post /users/{id}/assignLicense","version":"beta","scope":"batchItem","probability":0.25,"skip":1,"count":3,"seed":-7,"retryAfter":0}""");
        Assert.Equal(
            """{"id":"1","kind":"throttle","route":"post /users/{id}/assignLicense","version":"beta","scope":"batchItem","probability":0.25,"skip":1,"count":3,"seed":-7,"status":429,"retryAfter":0,"matched":0,"fired":0}""",
            shown.GetRawText());
        Assert.Equal(
            """{"id":"2","kind":"eventualConsistency","route":null,"version":null,"scope":"any","probability":1,"skip":0,"count":null,"seed":0,"reads":"eventual","window":"PT10S","versions":32,"matched":0,"fired":0}""",
            (await room.InstallAsync("""{"kind":"eventualConsistency"}""")).GetRawText());
        Assert.Equal(
            """{"id":"3","kind":"throttleModel","route":null,"version":null,"scope":"any","probability":1,"skip":0,"count":null,"seed":0,"resourceUnits":null,"writes":5,"matched":0,"fired":0}""",
            (await room.InstallAsync("""{"kind":"throttleModel","writes":5}""")).GetRawText());
        Assert.Equal(
            """{"id":"4","kind":"error","route":null,"version":null,"scope":"any","probability":1,"skip":0,"count":null,"seed":0,"status":503,"retryAfter":1,"moment":"after","matched":0,"fired":0}""",
            (await room.InstallAsync("""{"kind":"error","status":503,"moment":"after"}""")).GetRawText());
        Assert.Equal(["1", "2", "3", "4"], (await room.FaultsAsync()).Select(fault => fault.GetProperty("id").GetString()));
    }

    // B232
    [Theory]
    [InlineData("""{}""", "valueMissing")]
    [InlineData("""[]""", "typeWrong")]
    [InlineData("""{"kind":"flood"}""", "valueInvalid")]
    [InlineData("""{"kind":"throttle","delay":"PT1S"}""", "propertyUnknown")]
    [InlineData("""{"kind":"throttle","probabilty":0.5}""", "propertyUnknown")]
    [InlineData("""{"kind":"throttle","status":500}""", "valueInvalid")]
    [InlineData("""{"kind":"throttle","retryAfter":-1}""", "valueInvalid")]
    [InlineData("""{"kind":"throttle","retryAfter":3601}""", "valueInvalid")]
    [InlineData("""{"kind":"throttle","probability":1.01}""", "valueInvalid")]
    [InlineData("""{"kind":"throttle","probability":-0.01}""", "valueInvalid")]
    [InlineData("""{"kind":"throttle","probability":"half"}""", "typeWrong")]
    [InlineData("""{"kind":"throttle","count":0}""", "valueInvalid")]
    [InlineData("""{"kind":"throttle","skip":-1}""", "valueInvalid")]
    [InlineData("""{"kind":"throttle","seed":1.5}""", "valueInvalid")]
    [InlineData("""{"kind":"throttle","seed":9223372036854775808}""", "valueInvalid")]
    [InlineData("""{"kind":"throttle","version":"v2.0"}""", "valueInvalid")]
    [InlineData("""{"kind":"throttle","scope":"inside"}""", "valueInvalid")]
    [InlineData("""{"kind":"error","status":501}""", "valueInvalid")]
    [InlineData("""{"kind":"error","moment":"during"}""", "valueInvalid")]
    [InlineData("""{"kind":"delay"}""", "valueMissing")]
    [InlineData("""{"kind":"delay","delay":"PT0S"}""", "valueInvalid")]
    [InlineData("""{"kind":"delay","delay":"PT10M0.001S"}""", "valueInvalid")]
    [InlineData("""{"kind":"delay","delay":"soon"}""", "valueInvalid")]
    [InlineData("""{"kind":"drop","scope":"batchItem"}""", "valueInvalid")]
    [InlineData("""{"kind":"challenge","scope":"batchItem"}""", "valueInvalid")]
    [InlineData("""{"kind":"challenge","status":401}""", "propertyUnknown")]
    [InlineData("""{"kind":"eventualConsistency","versions":0}""", "valueInvalid")]
    [InlineData("""{"kind":"eventualConsistency","versions":33}""", "valueInvalid")]
    [InlineData("""{"kind":"eventualConsistency","window":"PT1H0.001S"}""", "valueInvalid")]
    [InlineData("""{"kind":"eventualConsistency","reads":"some"}""", "valueInvalid")]
    [InlineData("""{"kind":"throttleModel","resourceUnits":0}""", "valueInvalid")]
    [InlineData("""{"kind":"throttleModel","writes":1000001}""", "valueInvalid")]
    [InlineData("""{"kind":"throttle","route":"FETCH /users"}""", "valueInvalid")]
    [InlineData("""{"kind":"throttle","route":"users"}""", "valueInvalid")]
    [InlineData("""{"kind":"throttle","route":"GET /users now"}""", "valueInvalid")]
    [InlineData("""{"kind":"throttle","route":"/users/{id}/asignLicense"}""", "valueInvalid")]
    [InlineData("""{"kind":"throttle","route":"DELETE /subscribedSkus"}""", "valueInvalid")]
    [InlineData("""{"kind":"throttle","route":"/faults"}""", "valueInvalid")]
    [InlineData("""{"kind":"throttle","route":"/v1.0/users"}""", "valueInvalid")]
    [InlineData("""{"kind":"throttle","route":"/**/users"}""", "valueInvalid")]
    [InlineData("""{"kind":"throttle","route":"/users/%zz"}""", "valueInvalid")]
    [InlineData("""{"kind":"throttle","route":""}""", "valueInvalid")]
    public async Task A_rule_that_makes_no_sense_is_refused_and_installs_nothing(string rule, string code)
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await room.RefusedAsync(400, code, "POST", "/berth/v1/faults", rule);
        Assert.Empty(await room.FaultsAsync());
    }

    // B232
    [Theory]
    [InlineData("""{"kind":"throttle","retryAfter":3600,"probability":0,"skip":0,"count":1,"seed":9223372036854775807}""")]
    [InlineData("""{"kind":"throttle","status":503,"retryAfter":3599,"probability":1.0,"seed":-9223372036854775808}""")]
    [InlineData("""{"kind":"delay","delay":"PT10M","probability":0}""")]
    [InlineData("""{"kind":"eventualConsistency","versions":1,"window":"PT1H"}""")]
    [InlineData("""{"kind":"throttleModel","resourceUnits":1,"writes":1000000}""")]
    [InlineData("""{"kind":"throttle","route":null,"version":null,"count":null}""")]
    public async Task A_rule_at_its_limits_is_installed(string rule)
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await room.InstallAsync(rule);
        Assert.Single(await room.FaultsAsync());
    }

    [Fact]
    public async Task A_route_is_as_long_as_it_may_be_and_no_longer()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        foreach (int length in (int[])[GraphLimits.FaultRouteCharacters - 1, GraphLimits.FaultRouteCharacters, GraphLimits.FaultRouteCharacters + 1])
        {
            string route = "/users/" + new string('x', length - "/users/".Length);
            Assert.Equal(
                length > GraphLimits.FaultRouteCharacters ? 400 : 201,
                (await room.SendAsync("POST", "/berth/v1/faults", $$"""{"kind":"throttle","route":"{{route}}"}""")).Status);
        }
    }

    [Fact]
    public async Task A_tenant_has_so_many_faults_and_one_throttle_model()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await room.InstallAsync("""{"kind":"throttleModel"}""");
        await room.RefusedAsync(400, "faultModelTwice", "POST", "/berth/v1/faults", """{"kind":"throttleModel"}""");
        for (int i = 1; i < GraphLimits.Faults; i++)
        {
            await room.InstallAsync("""{"kind":"throttle","probability":0}""");
        }

        await room.RefusedAsync(400, "faultsTooMany", "POST", "/berth/v1/faults", """{"kind":"throttle","probability":0}""");
        Assert.Equal(GraphLimits.Faults, (await room.FaultsAsync()).Length);
        await room.DoAsync("DELETE", "/berth/v1/faults/1");
        await room.InstallAsync("""{"kind":"throttleModel"}""");
    }

    [Fact]
    public async Task A_fault_that_is_sent_again_under_its_id_is_installed_once()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        const string Rule = """{"kind":"error","status":502,"count":1}""";
        Answer first = await room.SendAsync("POST", "/berth/v1/faults", Rule, "*", ("Repeatability-Request-ID", "one"));
        Assert.Equal((int[])[502, 200], await room.StatusesAsync(2));
        Answer again = await room.SendAsync("POST", "/berth/v1/faults", Rule, "*", ("Repeatability-Request-ID", "one"));
        Assert.Equal((201, 201, first.Text), (first.Status, again.Status, again.Text));
        Assert.Equal([(2, 1)], await room.CountsAsync());

        Answer other = await room.SendAsync("POST", "/berth/v1/faults", """{"kind":"throttle"}""", "*", ("Repeatability-Request-ID", "one"));
        Assert.Equal("repeatedDifferently", other.InnerCode);
        Answer tooLong = await room.SendAsync("POST", "/berth/v1/faults", Rule, "*", ("Repeatability-Request-ID", new string('x', 257)));
        Assert.Equal("repeatabilityIdTooLong", tooLong.InnerCode);
        Assert.Single(await room.FaultsAsync());
    }

    [Fact]
    public async Task So_many_answers_are_remembered_and_then_the_oldest_is_forgotten()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        string first = await RemoveAllAsync(0);
        await room.InstallAsync("""{"kind":"throttle","probability":0}""");
        for (int i = 1; i < GraphLimits.FaultAnswers; i++)
        {
            Assert.Equal(first, await RemoveAllAsync(i));
        }

        // Still remembered, so it does nothing; one more, and it is done anew.
        await room.InstallAsync("""{"kind":"throttle","probability":0}""");
        await RemoveAllAsync(0);
        Assert.Single(await room.FaultsAsync());
        await RemoveAllAsync(GraphLimits.FaultAnswers);
        await room.InstallAsync("""{"kind":"throttle","probability":0}""");
        await RemoveAllAsync(0);
        Assert.Empty(await room.FaultsAsync());

        async Task<string> RemoveAllAsync(int id)
        {
            Answer answer = await room.SendAsync("DELETE", "/berth/v1/faults", (string?)null, "*", ("Repeatability-Request-ID", $"{id}"));
            return $"{answer.Status} {answer.Text}";
        }
    }

    // B221
    [Fact]
    public async Task The_same_requests_meet_the_same_faults_in_every_process()
    {
        // What this rule decides for its first 40 requests is part of the promise: it may not change from one release to the next.
        const string Rule = """{"kind":"error","status":500,"probability":0.3,"seed":42}""";
        const string Wanted = "x.x..x.......xx.........x..x...x..x..xx.";
        int[] first, second, other;
        await using (RunningRoom room = await RunningRoom.OpenAsync())
        {
            await room.InstallAsync(Rule);
            first = await room.StatusesAsync(40);
            Assert.Equal([(40, first.Count(status => status == 500))], await room.CountsAsync());
        }

        await using (RunningRoom room = await RunningRoom.OpenAsync())
        {
            // Where it stands in the list and what others do changes nothing.
            await room.InstallAsync("""{"kind":"delay","delay":"PT0.001S","probability":0.5}""");
            await room.InstallAsync(Rule);
            second = await room.StatusesAsync(40);
        }

        await using (RunningRoom room = await RunningRoom.OpenAsync())
        {
            await room.InstallAsync(Rule.Replace("42", "43", StringComparison.Ordinal));
            other = await room.StatusesAsync(40);
        }

        Assert.Equal(first, second);
        Assert.NotEqual(first, other);
        Assert.Equal(Wanted, string.Concat(first.Select(status => status == 500 ? 'x' : '.')));
    }

    // B221
    [Fact]
    public async Task A_rule_leaves_the_first_requests_alone_and_strikes_no_more_often_than_it_may()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await room.InstallAsync("""{"kind":"error","status":502,"skip":2,"count":3}""");
        Assert.Equal((int[])[200, 200, 502, 502, 502, 200, 200], await room.StatusesAsync(7));
        Assert.Equal([(7, 3)], await room.CountsAsync());
    }

    // B221: which request is struck depends on the order of arrival, how many are does not.
    [Fact]
    public async Task Of_requests_at_the_same_time_as_many_are_struck_as_of_requests_one_after_another()
    {
        const string Rule = """{"kind":"error","status":500,"probability":0.3,"seed":42}""";
        const int Requests = 200;
        int inOrder;
        await using (RunningRoom room = await RunningRoom.OpenAsync())
        {
            await room.InstallAsync(Rule);
            inOrder = (await room.StatusesAsync(Requests)).Count(status => status == 500);
        }

        await using (RunningRoom room = await RunningRoom.OpenAsync())
        {
            await room.InstallAsync(Rule);
            await room.InstallAsync("""{"kind":"throttle","count":7}""");
            int[][] statuses = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => room.StatusesAsync(Requests / 20)));
            Assert.Equal((inOrder, 7), (statuses.Sum(some => some.Count(status => status == 500)), statuses.Sum(some => some.Count(status => status == 429))));
            Assert.Equal([(Requests, inOrder), (Requests, 7)], await room.CountsAsync());
        }
    }

    // B220
    [Fact]
    public async Task An_item_of_a_batch_that_is_not_permitted_is_refused_and_not_struck()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await room.InstallAsync("""{"kind":"throttle"}""");
        Answer batch = await room.SendAsync("POST", "/v1.0/$batch", """{"requests":[{"id":"1","method":"GET","url":"/users"}]}""", "AuditLog.Read.All");
        Assert.Equal(403, Assert.Single(batch.Json.GetProperty("responses").EnumerateArray()).GetProperty("status").GetInt32());
        Assert.Equal([(0, 0)], await room.CountsAsync());
    }

    // B222
    [Fact]
    public async Task The_first_rule_that_ends_a_request_is_the_only_one_that_strikes_it()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await room.InstallAsync("""{"kind":"error","status":502,"count":1}""");
        await room.InstallAsync("""{"kind":"throttle","count":1}""");
        Assert.Equal((int[])[502, 429, 200], await room.StatusesAsync(3));
        Assert.Equal([(3, 1), (3, 1)], await room.CountsAsync());
    }

    // B231
    [Theory]
    [InlineData("GET /users/{user}", "GET", "/v1.0/users/ada@fabrikam.example", true)]
    [InlineData("GET /users/{user}", "GET", "/v1.0/users('ada@fabrikam.example')", true)]
    [InlineData("GET /users/{user}", "GET", "/beta/USERS/ada@fabrikam.example?$select=id", true)]
    [InlineData("GET /users/{user}", "GET", "/v1.0/users", false)]
    [InlineData("GET /users/{user}", "DELETE", "/v1.0/users/ada@fabrikam.example", false)]
    [InlineData("GET /users/{user}", "GET", "/v1.0/users/ada@fabrikam.example/licenseDetails", false)]
    [InlineData("/users/*", "DELETE", "/v1.0/users/ada@fabrikam.example", true)]
    [InlineData("* /users/*", "DELETE", "/v1.0/users/ada@fabrikam.example", true)]
    [InlineData("/users/**", "GET", "/v1.0/users", true)]
    [InlineData("/users/**", "GET", "/v1.0/users/ada@fabrikam.example/licenseDetails", true)]
    [InlineData("/users/**", "GET", "/v1.0/organization", false)]
    [InlineData("/**", "GET", "/v1.0/organization", true)]
    [InlineData("/users/ADA@fabrikam.example", "GET", "/v1.0/users/ada@fabrikam.example", true)]
    [InlineData("/users/bob@fabrikam.example", "GET", "/v1.0/users/ada@fabrikam.example", false)]
    [InlineData("post /users/{u}/ASSIGNLICENSE", "POST", "/v1.0/users/ada@fabrikam.example/microsoft.graph.assignLicense", true)]
    public async Task A_route_meets_the_requests_that_fit_it(string route, string method, string path, bool strikes)
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await room.AddUserAsync("ada");
        await room.InstallAsync($$"""{"kind":"error","status":504,"route":"{{route}}"}""");
        Answer answer = await room.SendAsync(method, path, method == "POST" ? """{"addLicenses":[],"removeLicenses":[]}""" : null);
        Assert.Equal(strikes, answer.Status == 504);
        Assert.Equal([strikes ? (1, 1) : (0, 0)], await room.CountsAsync());
    }

    [Fact]
    public async Task A_rule_of_one_version_leaves_the_other_alone()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await room.InstallAsync("""{"kind":"error","version":"beta"}""");
        Assert.Equal(200, (await room.SendAsync("GET", "/v1.0/organization")).Status);
        Assert.Equal(500, (await room.SendAsync("GET", "/beta/organization")).Status);
    }

    // B223
    [Theory]
    [InlineData("""{"kind":"throttle","retryAfter":7}""", 200, 429, 429, 429)]
    [InlineData("""{"kind":"throttle","retryAfter":7,"scope":"batchItem"}""", 200, 429, 429, 200)]
    [InlineData("""{"kind":"throttle","retryAfter":7,"scope":"request"}""", 200, 200, 200, 429)]
    [InlineData("""{"kind":"throttle","retryAfter":7,"route":"/$batch"}""", 429, 0, 0, 200)]
    [InlineData("""{"kind":"throttle","retryAfter":7,"skip":1,"count":1}""", 200, 200, 429, 200)]
    [InlineData("""{"kind":"throttle","retryAfter":7,"route":"GET /users"}""", 200, 200, 429, 200)]
    public async Task A_batch_is_met_item_by_item_unless_its_route_is_named(string rule, int outer, int first, int second, int alone)
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await room.InstallAsync(rule);
        Answer batch = await room.SendAsync(
            "POST", "/v1.0/$batch", """{"requests":[{"id":"a","method":"GET","url":"/organization"},{"id":"b","method":"GET","url":"/users"}]}""");
        Assert.Equal(outer, batch.Status);
        if (outer == 200)
        {
            JsonElement[] items = [.. batch.Json.GetProperty("responses").EnumerateArray()];
            Assert.Equal([first, second], items.Select(item => item.GetProperty("status").GetInt32()));
            foreach (JsonElement item in items.Where(item => item.GetProperty("status").GetInt32() == 429))
            {
                Assert.Equal(
                    ("7", $"Tenant_Application/ReadWrite/{App}/{RunningRoom.TenantId}", "TooManyRequests"),
                    (item.GetProperty("headers").GetProperty("Retry-After").GetString(), item.GetProperty("headers").GetProperty("x-ms-throttle-scope").GetString(),
                        item.GetProperty("body").GetProperty("error").GetProperty("code").GetString()));
            }
        }

        Assert.Equal(alone, (await room.SendAsync("GET", "/v1.0/organization")).Status);
    }

    // B223
    [Fact]
    public async Task An_item_that_depends_on_a_throttled_one_fails_with_it()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await room.InstallAsync("""{"kind":"throttle","count":1}""");
        JsonElement batch = await room.DoAsync(
            "POST", "/v1.0/$batch", """{"requests":[{"id":"1","method":"GET","url":"/organization"},{"id":"2","method":"GET","url":"/users","dependsOn":["1"]}]}""");
        Assert.Equal([429, 424], batch.GetProperty("responses").EnumerateArray().Select(item => item.GetProperty("status").GetInt32()));
    }
}
