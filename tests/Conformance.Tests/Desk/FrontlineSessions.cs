using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Berth.Conformance.Tests.CloudPcs;
using Berth.Conformance.Tests.Process;
using Berth.Engine.Catalog;
using Xunit;

namespace Berth.Conformance.Tests.Desk;

/// <summary>Sessions, power and the concurrency buffer of Frontline at a real server (B411 to B415, B424, B425, B435 to B439).</summary>
public sealed class FrontlineSessions : OwnDemo
{
    private const string Sessions = "/berth/v1/sessions";
    private const string Endpoint = FleetUnderTest.Root;
    private static readonly Guid _plan = SkuCatalog.BuiltIn.Plans.First(plan => plan.Name == FrontlineWrites.Plan).Id;

    private Guid _subscription;

    protected override async Task PrepareAsync()
    {
        _subscription = (await DoAsync(HttpMethod.Post, "/berth/v1/subscriptions", new { skuPartNumber = FrontlineWrites.Part, units = 2 })).GetProperty("id").GetGuid();
        await DoAsync(HttpMethod.Post, "/berth/v1/clock", new { mode = "frozen" });
    }

    [Fact]
    public async Task Two_licenses_are_two_sessions_and_the_third_uses_the_buffer_until_that_is_blocked_and_unblocked()
    {
        Guid[] nurses = await HireAsync("ada", "bob", "eve");
        await AssignAsync("sharedByUser", 2, nurses);
        Guid[] pcs = [.. await Task.WhenAll(nurses.Select(CloudPcOfAsync))];
        Assert.Equal(("available", 2, 0, 2), State(await PlanAsync()));
        Assert.False((await WorkAsync(nurses[0], pcs[0])).GetProperty("usesBuffer").GetBoolean());
        await WorkAsync(nurses[1], pcs[1]);
        JsonElement third = await WorkAsync(nurses[2], pcs[2]);
        Assert.True(third.GetProperty("usesBuffer").GetBoolean());
        Assert.Equal(third.GetProperty("id").GetGuid(), Assert.Single(await ListAsync($"?cloudPcId={pcs[2]}")).GetProperty("id").GetGuid());
        Assert.Equal(("inUse", 2, 3, 2), State(await PlanAsync()));

        for (int i = 0; i < 4; i++)
        {
            await DoAsync(HttpMethod.Post, "/berth/v1/clock", new { advance = "PT90M" });
            await DoAsync(HttpMethod.Delete, $"{Sessions}/{third.GetProperty("id").GetGuid()}", null, HttpStatusCode.NoContent);
            if (i < 3)
            {
                third = await WorkAsync(nurses[2], pcs[2]);
            }
        }

        JsonElement plan = await PlanAsync();
        Assert.Equal(("blocked", 2, 2, 2), State(plan));
        Assert.Equal((4, 4), (plan.GetProperty("buffer").GetProperty("usesWithinDay").GetInt32(), plan.GetProperty("buffer").GetProperty("overrunsWithinDay").GetInt32()));
        await RefusedAsync(HttpMethod.Post, Sessions, new { userId = nurses[2], cloudPcId = pcs[2] }, HttpStatusCode.Conflict, "noLicensesAvailable");
        await RefusedAsync(HttpMethod.Post, $"/beta{Endpoint}/cloudPCs/{pcs[2]}/powerOn", null, HttpStatusCode.Conflict, "noLicensesAvailable");
        Assert.Empty(await ListAsync($"?userId={nurses[2]}"));
        await DoAsync(HttpMethod.Post, $"/berth/v1/frontline/{_plan}/unblock", null, HttpStatusCode.NoContent);
        await WorkAsync(nurses[2], pcs[2]);
        await RefusedAsync(HttpMethod.Post, $"/berth/v1/frontline/{Guid.NewGuid()}/unblock", null, HttpStatusCode.NotFound, "resourceNotFound");
        await RefusedAsync(HttpMethod.Post, "/berth/v1/frontline/x/unblock", null, HttpStatusCode.NotFound, "resourceNotFound");
    }

    [Fact]
    public async Task A_license_is_kept_or_released_by_who_disconnects()
    {
        Guid[] nurses = await HireAsync("ada", "bob");
        await DoAsync(HttpMethod.Patch, $"/berth/v1/subscriptions/{_subscription}", new { units = 1 });
        await AssignAsync("sharedByUser", 1, nurses);
        await DoAsync(HttpMethod.Patch, "/berth/v1/settings", new { bufferExcess = 0 });
        Guid[] pcs = [.. await Task.WhenAll(nurses.Select(CloudPcOfAsync))];
        Guid session = (await WorkAsync(nurses[0], pcs[0])).GetProperty("id").GetGuid();
        await DoAsync(HttpMethod.Post, $"{Sessions}/{session}/disconnect", null, HttpStatusCode.NoContent);
        await RefusedAsync(HttpMethod.Post, Sessions, new { userId = nurses[1], cloudPcId = pcs[1] }, HttpStatusCode.Conflict, "noLicensesAvailable");
        Assert.Equal(session, (await WorkAsync(nurses[0], pcs[0])).GetProperty("id").GetGuid());

        await DoAsync(HttpMethod.Patch, "/berth/v1/settings", new { disconnectedSessions = "released" });
        await DoAsync(HttpMethod.Post, $"{Sessions}/{session}/disconnect", null, HttpStatusCode.NoContent);
        await WorkAsync(nurses[1], pcs[1]);
        await RefusedAsync(HttpMethod.Post, Sessions, new { userId = nurses[0], cloudPcId = pcs[0] }, HttpStatusCode.Conflict, "noLicensesAvailable");
        Assert.Equal(2, (await ListAsync("")).Length);
    }

    [Fact]
    public async Task A_shared_machine_is_somebodys_for_a_session_and_nobodys_while_the_profile_goes()
    {
        Guid[] ward = await HireAsync("ada", "bob", "eve");
        (Guid assignment, Guid group) = await AssignAsync("sharedByEntraGroup", 1, ward);
        JsonElement session = await ShareAsync(ward[0], assignment);
        Guid pc = session.GetProperty("cloudPcId").GetGuid();
        Assert.Equal((ward[0], assignment, false), (session.GetProperty("userId").GetGuid(), session.GetProperty("assignmentId").GetGuid(), session.GetProperty("usesBuffer").GetBoolean()));
        Assert.Equal("ada@contoso.example", (await CloudPcAsync(pc)).GetProperty("sharedDeviceDetail").GetProperty("assignedToUserPrincipalName").GetString());
        Assert.Equal("inUse", await ConnectivityAsync(pc));
        Assert.Single(await ListAsync($"?assignmentId={assignment}"));
        Assert.Empty(await ListAsync($"?assignmentId={Guid.NewGuid()}"));
        await RefusedAsync(HttpMethod.Post, Sessions, new { userId = ward[0], assignmentId = assignment }, HttpStatusCode.Conflict, "cloudPcInUse");
        await RefusedAsync(HttpMethod.Post, Sessions, new { userId = ward[1], assignmentId = assignment }, HttpStatusCode.Conflict, "noLicensesAvailable");
        await RefusedAsync(HttpMethod.Post, Sessions, new { userId = ward[1], cloudPcId = pc }, HttpStatusCode.Conflict, "notAssigned");

        Guid id = session.GetProperty("id").GetGuid();
        await DoAsync(HttpMethod.Post, $"{Sessions}/{id}/disconnect", null, HttpStatusCode.NoContent);
        Assert.Equal(id, (await ShareAsync(ward[0], assignment)).GetProperty("id").GetGuid());
        await DoAsync(HttpMethod.Post, $"{Sessions}/{id}/disconnect", null, HttpStatusCode.NoContent);
        await DoAsync(HttpMethod.Post, "/berth/v1/clock", new { advance = "PT30M" });
        Assert.Empty(await ListAsync(""));
        Assert.Equal("underServiceMaintenance", await ConnectivityAsync(pc));
        await RefusedAsync(HttpMethod.Post, Sessions, new { userId = ward[1], assignmentId = assignment }, HttpStatusCode.Conflict, "cloudPcNotReady");
        await DoAsync(HttpMethod.Post, "/berth/v1/clock", new { advance = "PT3M" });
        await ShareAsync(ward[1], assignment);

        await DoAsync(HttpMethod.Delete, $"/v1.0/groups/{group}/members/{ward[1]}/$ref", null, HttpStatusCode.NoContent);
        Assert.Empty(await ListAsync(""));
        await RefusedAsync(HttpMethod.Post, Sessions, new { userId = ward[1], assignmentId = assignment }, HttpStatusCode.Conflict, "notAssigned");
        await RefusedAsync(HttpMethod.Post, Sessions, new { userId = ward[1], assignmentId = Guid.NewGuid() }, HttpStatusCode.NotFound, "resourceNotFound");
        await RefusedAsync(HttpMethod.Post, Sessions, new { userId = ward[0], assignmentId = assignment, cloudPcId = pc }, HttpStatusCode.BadRequest, "valueInvalid");
    }

    [Fact]
    public async Task Power_is_switched_by_administrators_and_users_and_the_Cloud_PC_tells_what_it_has()
    {
        Guid[] nurses = await HireAsync("ada");
        await AssignAsync("sharedByUser", 1, nurses);
        Guid pc = await CloudPcOfAsync(nurses[0]);
        string admin = $"/beta{Endpoint}/cloudPCs/{pc}", own = $"/beta/users/{nurses[0]}/cloudPCs/{pc}";
        await IsAsync("unassigned", "poweredOff");
        await DoAsync(HttpMethod.Post, $"{admin}/powerOn", null, HttpStatusCode.NoContent);
        await IsAsync("active", "running");
        await DoAsync(HttpMethod.Post, $"{admin}/powerOff", null, HttpStatusCode.NoContent);
        await IsAsync("unassigned", "poweredOff");
        await DoAsync(HttpMethod.Post, $"{own}/start", null, HttpStatusCode.NoContent);
        await IsAsync("active", "running");
        Guid session = (await WorkAsync(nurses[0], pc)).GetProperty("id").GetGuid();
        await DoAsync(HttpMethod.Delete, $"{Sessions}/{session}", null, HttpStatusCode.NoContent);
        await IsAsync("standbyMode", "running");
        await DoAsync(HttpMethod.Post, $"{own}/stop", null, HttpStatusCode.NoContent);
        await IsAsync("unassigned", "poweredOff");
        await DoAsync(HttpMethod.Post, $"{admin}/start", null, HttpStatusCode.NoContent);
        await DoAsync(HttpMethod.Post, $"{admin}/stop", null, HttpStatusCode.NoContent);
        JsonElement[] actions = [.. (await DoAsync(HttpMethod.Get, $"{admin}/retrieveCloudPcRemoteActionResults")).GetProperty("value").EnumerateArray()];
        Assert.Equal(["PowerOff", "PowerOn", "PowerOff", "PowerOn", "PowerOff", "PowerOn"], actions.Select(action => action.GetProperty("actionName").GetString()));
        Assert.All(actions, action => Assert.Equal("done", action.GetProperty("actionState").GetString()));

        JsonElement bulk = await DoAsync(HttpMethod.Post, $"/beta{Endpoint}/bulkActions", new Dictionary<string, object>
        {
            ["@odata.type"] = "#microsoft.graph.cloudPcBulkPowerOn", ["displayName"] = "Early shift", ["cloudPcIds"] = new[] { pc },
        });
        Assert.Equal("succeeded", bulk.GetProperty("status").GetString());
        await IsAsync("active", "running");
        await DoAsync(HttpMethod.Post, $"/beta{Endpoint}/bulkActions", new Dictionary<string, object>
        {
            ["@odata.type"] = "#microsoft.graph.cloudPcBulkPowerOff", ["displayName"] = "Late shift", ["cloudPcIds"] = new[] { pc },
        });
        await IsAsync("unassigned", "poweredOff");
        string[] activities = [.. (await DoAsync(HttpMethod.Get, $"/v1.0{Endpoint}/auditEvents")).GetProperty("value").EnumerateArray().Select(one => one.GetProperty("activityType").GetString()!)];
        Assert.Equal((3, 3), (activities.Count(one => one == "PowerOn CloudPC"), activities.Count(one => one == "PowerOff CloudPC")));

        await DoAsync(HttpMethod.Post, "/berth/v1/subscriptions", new { skuPartNumber = "CPC_B_2C_4RAM_64GB", units = 1 });
        await DoAsync(HttpMethod.Post, $"/v1.0/users/{nurses[0]}/assignLicense", new
        {
            addLicenses = new[] { new { skuId = SkuCatalog.BuiltIn.FindByPartNumber("CPC_B_2C_4RAM_64GB").First().Id, disabledPlans = Array.Empty<string>() } },
            removeLicenses = Array.Empty<Guid>(),
        });
        JsonElement other = (await DoAsync(HttpMethod.Get, $"/beta/users/{nurses[0]}/cloudPCs")).GetProperty("value").EnumerateArray().Single(one => one.GetProperty("id").GetGuid() != pc);
        Assert.Equal("notApplicable", other.GetProperty("frontlineCloudPcAvailability").GetString());
        foreach (string action in (string[])["powerOn", "powerOff", "start", "stop"])
        {
            await RefusedAsync(HttpMethod.Post, $"/beta{Endpoint}/cloudPCs/{other.GetProperty("id").GetGuid()}/{action}", null, HttpStatusCode.BadRequest, "operationNotSupported");
        }

        async Task IsAsync(string access, string power)
        {
            foreach (string path in (string[])[admin, own])
            {
                Assert.Equal(access, (await DoAsync(HttpMethod.Get, $"{path}/getFrontlineCloudPcAccessState")).GetProperty("value").GetString());
                Assert.Equal(access, (await DoAsync(HttpMethod.Get, $"{path}/retrieveFlexCloudPcAccessConfiguration()")).GetProperty("accessState").GetString());
                Assert.Equal("available", (await DoAsync(HttpMethod.Get, $"{path}/retrieveFrontlineCloudPcDetail")).GetProperty("frontlineCloudPcAvailability").GetString());
                Assert.Equal("available", (await DoAsync(HttpMethod.Get, $"{path}/retrieveFlexCloudPcConfigurationDetail")).GetProperty("flexCloudPcAvailability").GetString());
            }

            JsonElement row = await DoAsync(HttpMethod.Get, $"{admin}?$select=powerState,frontlineCloudPcAvailability");
            Assert.Equal((power, "available"), (row.GetProperty("powerState").GetString(), row.GetProperty("frontlineCloudPcAvailability").GetString()));
        }
    }

    [Fact]
    public async Task Shared_Cloud_PCs_are_made_anew_when_nobody_is_on_them_and_again_when_a_moment_of_the_schedule_comes() // B435 to B439
    {
        Guid[] nurses = await HireAsync("ada");
        (Guid assignment, Guid _) = await AssignAsync("sharedByEntraGroup", 2, nurses);
        Guid policy = (await DoAsync(HttpMethod.Get, $"/beta{Endpoint}/provisioningPolicies")).GetProperty("value")[0].GetProperty("id").GetGuid();
        string path = $"/beta{Endpoint}/provisioningPolicies/{policy}";
        JsonElement session = await ShareAsync(nurses[0], assignment);
        Guid pc = session.GetProperty("cloudPcId").GetGuid();
        Assert.Equal((HttpStatusCode.NoContent, default), await SendAsync(HttpMethod.Get, $"{path}/retrievePolicyApplyActionResult", null));
        await DoAsync(HttpMethod.Post, $"{path}/apply", new { reservePercentage = 0 }, HttpStatusCode.NoContent);
        JsonElement result = await DoAsync(HttpMethod.Get, $"{path}/retrievePolicyApplyActionResult");
        Assert.Equal(("processing", JsonValueKind.Null), (result.GetProperty("status").GetString(), result.GetProperty("finishDateTime").ValueKind));
        JsonElement run = Assert.Single((await DoAsync(HttpMethod.Get, "/berth/v1/frontline")).GetProperty("reprovisions").EnumerateArray());
        Assert.Equal(("processing", 1, 0), (run.GetProperty("status").GetString(), Number(run, "waitingCount"), Number(run, "inProgressCount")));
        await RefusedAsync(HttpMethod.Post, $"{path}/apply", new { reservePercentage = 50 }, HttpStatusCode.Conflict, "operationConflict");
        await DoAsync(HttpMethod.Delete, $"{Sessions}/{session.GetProperty("id").GetGuid()}", null, HttpStatusCode.NoContent);
        Assert.Equal("succeeded", (await DoAsync(HttpMethod.Get, $"{path}/retrievePolicyApplyActionResult")).GetProperty("status").GetString());

        await RefusedAsync(HttpMethod.Post, $"{path}/schedulePolicyApplyTask", new { cronScheduleExpression = "0 0 0 30 2 *" }, HttpStatusCode.BadRequest, "valueInvalid");
        await RefusedAsync(HttpMethod.Post, $"{path}/schedulePolicyApplyTask", new { cronScheduleExpression = "0 3 * * *", endDateTime = "2099-01-01T00:00:00Z" }, HttpStatusCode.BadRequest, "valueInvalid");
        await RefusedAsync(HttpMethod.Post, $"{path}/schedulePolicyApplyTask", new { cronScheduleExpression = "0 3 * * *", timezone = "mars" }, HttpStatusCode.BadRequest, "valueInvalid");
        await RefusedAsync(HttpMethod.Post, $"{path}/schedulePolicyApplyTask", new { reservePercentage = 1 }, HttpStatusCode.BadRequest, "valueMissing");
        await RefusedAsync(HttpMethod.Post, $"{path}/schedulePolicyApplyTask", new { cronScheduleExpression = "0 3 * * *", startDateTime = "0001-01-01 00:00:00", timezone = "lint" }, HttpStatusCode.BadRequest, "valueInvalid");
        await DoAsync(HttpMethod.Post, $"{path}/schedulePolicyApplyTask", new { cronScheduleExpression = "0 3 * * *", timezone = "bit", endDateTime = "9999-12-31T11:59:59" }, HttpStatusCode.Accepted);
        JsonElement schedule = await DoAsync(HttpMethod.Get, $"{path}/retrievePolicyApplySchedule");
        Assert.Equal("9999-12-31 11:59:59", schedule.GetProperty("endDateTime").GetString());
        Assert.EndsWith(" 15:00:00", schedule.GetProperty("nextRunDateTime").GetString(), StringComparison.Ordinal);
        await DoAsync(HttpMethod.Post, "/berth/v1/clock", new { advance = "P1D" });
        JsonElement came = Assert.Single(
            (await DoAsync(HttpMethod.Get, $"/berth/v1/cloudPcs/{pc}/timeline")).GetProperty("value").EnumerateArray(), entry => entry.GetProperty("reason").GetString() == "scheduleCame");
        Assert.EndsWith("because the schedule of its policy makes all its Cloud PCs anew (policy Desks).", came.GetProperty("text").GetString(), StringComparison.Ordinal);
        run = Assert.Single((await DoAsync(HttpMethod.Get, "/berth/v1/frontline")).GetProperty("reprovisions").EnumerateArray());
        Assert.Equal(("succeeded", true, JsonValueKind.Null), (run.GetProperty("status").GetString(), run.GetProperty("isScheduled").GetBoolean(), run.GetProperty("skippedDateTime").ValueKind));
        string[] activities = [.. (await DoAsync(HttpMethod.Get, $"/v1.0{Endpoint}/auditEvents")).GetProperty("value").EnumerateArray().Select(one => one.GetProperty("activityType").GetString()!)];
        Assert.Equal((1, 1), (activities.Count(one => one == "Apply ProvisioningPolicy"), activities.Count(one => one == "Schedule ProvisioningPolicy")));
    }

    [Fact]
    public async Task The_state_of_a_plan_tells_who_has_what_and_who_waits()
    {
        Guid[] nurses = await HireAsync("ada", "bob", "eve", "kim");
        (Guid assignment, Guid group) = await AssignAsync("sharedByUser", 1, nurses);
        JsonElement plan = await PlanAsync();
        Assert.Equal(
            (2, 6, 3, 2, 0, 1),
            (Number(plan, "licenses"), Number(plan, "units"), Number(plan, "usedUnits"), Number(plan, "limit"), Number(plan, "taken"), Number(plan, "waitingCount")));
        JsonElement one = Assert.Single(plan.GetProperty("assignments").EnumerateArray());
        Assert.Equal(
            (assignment, group, "sharedByUser", 1, 3, 0),
            (one.GetProperty("id").GetGuid(), one.GetProperty("groupId").GetGuid(), one.GetProperty("provisioningType").GetString(), Number(one, "licenses"), Number(one, "cloudPcs"), Number(one, "taken")));
        JsonElement waiting = Assert.Single(plan.GetProperty("waiting").EnumerateArray());
        Assert.Equal((1, nurses.Max(), assignment), (Number(waiting, "place"), waiting.GetProperty("userId").GetGuid(), waiting.GetProperty("assignmentId").GetGuid()));
        JsonElement listed = Assert.Single((await DoAsync(HttpMethod.Get, "/berth/v1/frontline")).GetProperty("value").EnumerateArray());
        Assert.Equal(_plan, listed.GetProperty("servicePlanId").GetGuid());
        await RefusedAsync(HttpMethod.Get, $"/berth/v1/frontline/{Guid.NewGuid()}", null, HttpStatusCode.NotFound, "resourceNotFound");
        await RefusedAsync(HttpMethod.Get, "/berth/v1/frontline/x", null, HttpStatusCode.NotFound, "resourceNotFound");
    }

    private static int Number(JsonElement json, string name) => json.GetProperty(name).GetInt32();

    private static (string? State, int Limit, int Taken, int Licenses) State(JsonElement plan) =>
        (plan.GetProperty("buffer").GetProperty("state").GetString(), Number(plan, "limit"), Number(plan, "taken"), Number(plan, "licenses"));

    private Task<JsonElement> PlanAsync() => DoAsync(HttpMethod.Get, $"/berth/v1/frontline/{_plan}");

    private Task<JsonElement> CloudPcAsync(Guid pc) => DoAsync(HttpMethod.Get, $"/beta{Endpoint}/cloudPCs/{pc}");

    private async Task<string?> ConnectivityAsync(Guid pc) =>
        (await DoAsync(HttpMethod.Get, $"/beta{Endpoint}/cloudPCs/{pc}?$select=connectivityResult")).GetProperty("connectivityResult").GetProperty("status").GetString();

    private Task<JsonElement> WorkAsync(Guid user, Guid pc) => DoAsync(HttpMethod.Post, Sessions, new { userId = user, cloudPcId = pc }, HttpStatusCode.Created);

    private Task<JsonElement> ShareAsync(Guid user, Guid assignment) => DoAsync(HttpMethod.Post, Sessions, new { userId = user, assignmentId = assignment }, HttpStatusCode.Created);

    private async Task<Guid[]> HireAsync(params string[] names)
    {
        List<Guid> users = [];
        foreach (string name in names)
        {
            users.Add((await DoAsync(HttpMethod.Post, "/v1.0/users", new
            {
                accountEnabled = true,
                displayName = name,
                mailNickname = name,
                userPrincipalName = $"{name}@contoso.example",
                usageLocation = "US",
                passwordProfile = new { password = "a long password of a person" },
            }, HttpStatusCode.Created)).GetProperty("id").GetGuid());
        }

        return [.. users];
    }

    private async Task<(Guid Assignment, Guid Group)> AssignAsync(string type, int licenses, Guid[] members)
    {
        Guid group = (await DoAsync(HttpMethod.Post, "/v1.0/groups", new
        {
            displayName = "Nurses", mailEnabled = false, mailNickname = "nurses", securityEnabled = true,
        }, HttpStatusCode.Created)).GetProperty("id").GetGuid();
        foreach (Guid member in members)
        {
            await DoAsync(HttpMethod.Post, $"/v1.0/groups/{group}/members/$ref", new Dictionary<string, string> { ["@odata.id"] = $"https://graph.microsoft.com/v1.0/users/{member}" });
        }

        Guid policy = (await DoAsync(HttpMethod.Post, $"/beta{Endpoint}/provisioningPolicies", new
        {
            displayName = "Desks",
            provisioningType = type,
            imageId = "microsoftwindowsdesktop_windows-ent-cpc_win11-24h2-ent-cpc",
            domainJoinConfigurations = new[] { new { regionName = "eastus" } },
        })).GetProperty("id").GetGuid();
        await DoAsync(HttpMethod.Post, $"/beta{Endpoint}/provisioningPolicies/{policy}/assign", new
        {
            assignments = new[] { new { target = new { groupId = group, servicePlanId = _plan, allotmentDisplayName = "Nurses", allotmentLicensesCount = licenses } } },
        });
        return ((await DoAsync(HttpMethod.Get, $"/beta{Endpoint}/provisioningPolicies/{policy}/assignments")).GetProperty("value")[0].GetProperty("id").GetGuid(), group);
    }

    private async Task<Guid> CloudPcOfAsync(Guid user) => (await DoAsync(HttpMethod.Get, $"/beta/users/{user}/cloudPCs")).GetProperty("value")[0].GetProperty("id").GetGuid();

    private async Task<JsonElement[]> ListAsync(string query) => [.. (await DoAsync(HttpMethod.Get, Sessions + query)).GetProperty("value").EnumerateArray()];

    private async Task<JsonElement> DoAsync(HttpMethod method, string path, object? body = null, HttpStatusCode? expected = null)
    {
        (HttpStatusCode status, JsonElement json) = await SendAsync(method, path, body);
        Assert.True(expected is { } one ? status == one : (int)status < 300, $"{method} {path}: {status} {json}");
        return json;
    }

    private async Task RefusedAsync(HttpMethod method, string path, object? body, HttpStatusCode expected, string code)
    {
        (HttpStatusCode status, JsonElement json) = await SendAsync(method, path, body);
        Assert.Equal((expected, code), (status, (int)status < 400 ? null : json.GetProperty("error").GetProperty("innerError").GetProperty("code").GetString()));
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> SendAsync(HttpMethod method, string path, object? body)
    {
        using HttpRequestMessage request = new(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using HttpResponseMessage response = await Http.SendAsync(request, Cancel);
        string text = await response.Content.ReadAsStringAsync(Cancel);
        return (response.StatusCode, text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text));
    }
}
