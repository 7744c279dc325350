using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Berth.Conformance.Tests.Process;
using Berth.Engine;
using Xunit;

namespace Berth.Conformance.Tests.CloudPcs;

/// <summary>From a license to a Cloud PC and back, at a real server, driven by the tenant's clock; and what a plan says before each step.</summary>
public sealed class ByTheClock : OwnDemo
{
    private const string Root = "/beta/deviceManagement/virtualEndpoint";
    private const string Size = "CPC_E_2C_8GB_128GB";

    protected override async Task PrepareAsync()
    {
        await SendAsync(HttpMethod.Post, "/berth/v1/clock", new { mode = "frozen" });
    }

    [Fact]
    public async Task No_license_no_Cloud_PC_and_grace_in_between()
    {
        (string policy, string group) = await PolicyAsync();
        string user = await UserAsync("ada", group);
        Guid sku = await BuyAsync(1);
        Assert.Equal(0, (await SendAsync(HttpMethod.Get, $"{Root}/cloudPCs")).GetProperty("value").GetArrayLength());
        await LicenseAsync(user, [sku], []);
        JsonElement cloudPc = await OnlyAsync("provisioned");
        string id = cloudPc.GetProperty("id").GetString()!;
        Assert.Equal("ada@contoso.example", cloudPc.GetProperty("userPrincipalName").GetString());

        // What a change of the policy would destroy, and when; nothing happens.
        JsonElement plan = await PlanAsync(new { kind = "policyAssignment", policyId = policy, assignments = Array.Empty<object>() });
        JsonElement planned = Assert.Single(plan.GetProperty("cloudPcs").EnumerateArray());
        DateTimeOffset now = (await SendAsync(HttpMethod.Get, "/berth/v1/clock")).GetProperty("now").GetDateTimeOffset();
        Assert.Equal((id, "enteringGrace", true), (planned.GetProperty("id").GetString(), planned.GetProperty("effect").GetString(), planned.GetProperty("destroysData").GetBoolean()));
        Assert.Equal(now.AddDays(7), planned.GetProperty("date").GetDateTimeOffset());
        Assert.Equal(1, plan.GetProperty("summary").GetProperty("cloudPcsEnteringGrace").GetInt32());
        Assert.NotEmpty(plan.GetProperty("warnings").EnumerateArray());
        await OnlyAsync("provisioned");

        await LicenseAsync(user, [], [sku]);
        JsonElement grace = await OnlyAsync("inGracePeriod");
        Assert.Equal(now.AddDays(7), grace.GetProperty("gracePeriodEndDateTime").GetDateTimeOffset());
        await SendAsync(HttpMethod.Post, "/berth/v1/clock", new { advance = "P6D" });
        await LicenseAsync(user, [sku], []);
        Assert.Equal(id, (await OnlyAsync("provisioned")).GetProperty("id").GetString());
        await LicenseAsync(user, [], [sku]);
        await SendAsync(HttpMethod.Post, "/berth/v1/clock", new { advance = "P7D" });
        Assert.Equal(0, (await SendAsync(HttpMethod.Get, $"{Root}/cloudPCs")).GetProperty("value").GetArrayLength());
        string[] told = [.. (await SendAsync(HttpMethod.Get, $"/berth/v1/cloudPcs/{id}/timeline")).GetProperty("value").EnumerateArray().Select(one => one.GetProperty("status").GetString()!)];
        Assert.Equal(["gone", "inGracePeriod", "provisioned", "inGracePeriod", "provisioned"], told);
        await LicenseAsync(user, [sku], []);
        Assert.NotEqual(id, (await OnlyAsync("provisioned")).GetProperty("id").GetString());
    }

    [Fact]
    public async Task A_plan_says_what_an_action_destroys_and_refuses_what_Graph_would()
    {
        (_, string group) = await PolicyAsync();
        string ada = await UserAsync("ada", group), bob = await UserAsync("bob", group);
        Guid sku = await BuyAsync(1);
        await LicenseAsync(ada, [sku], []);
        string id = (await OnlyAsync("provisioned")).GetProperty("id").GetString()!;
        JsonElement refused = await SendAsync(HttpMethod.Post, "/berth/v1/plan", Changes(new { kind = "cloudPcAction", action = "endGracePeriod", cloudPcIds = new[] { id } }), HttpStatusCode.Conflict);
        Assert.Equal("operationConflict", refused.GetProperty("error").GetProperty("innerError").GetProperty("code").GetString());
        JsonElement again = await PlanAsync(new { kind = "cloudPcAction", action = "reprovision", cloudPcIds = new[] { id } });
        Assert.Equal(("reprovisioned", true), Effects(again).Single());
        await LicenseAsync(ada, [], [sku]);
        await LicenseAsync(bob, [sku], []);
        JsonElement ended = await PlanAsync(new { kind = "cloudPcAction", action = "endGracePeriod", cloudPcIds = new[] { id } });
        Assert.Equal([("deprovisioned", true), ("provisioned", false)], Effects(ended));
        await SendAsync(HttpMethod.Post, $"{Root}/cloudPCs/{id}/endGracePeriod", null, HttpStatusCode.NoContent);
        Assert.Equal("bob@contoso.example", (await OnlyAsync("provisioned")).GetProperty("userPrincipalName").GetString());
    }

    [Fact]
    public async Task A_Reserve_license_gives_a_machine_when_it_is_asked_for()
    {
        Guid plan = Guid.NewGuid(), sku = Guid.NewGuid();
        using (StringContent table = new($"skuPartNumber,skuId,productName,servicePlanName,servicePlanId,friendlyName\nRESERVE,{sku},Reserve,CPC_R_2C_4GB_64GB,{plan},Reserve\n", System.Text.Encoding.UTF8, "text/csv"))
        using (HttpResponseMessage imported = await Http.PostAsync("/berth/v1/catalog/import", table, Cancel))
        {
            Assert.Equal(HttpStatusCode.OK, imported.StatusCode);
        }

        await SendAsync(HttpMethod.Post, "/berth/v1/subscriptions", new { skuId = sku, units = 1 }, HttpStatusCode.Created);
        JsonElement group = await SendAsync(
            HttpMethod.Post, "/v1.0/groups", new { displayName = "Reserve", mailNickname = "reserve", mailEnabled = false, securityEnabled = true }, HttpStatusCode.Created);
        string groupId = group.GetProperty("id").GetString()!;
        await UserAsync("ada", groupId);
        JsonElement policy = await SendAsync(
            HttpMethod.Post,
            $"{Root}/provisioningPolicies",
            new
            {
                displayName = "Reserve",
                description = "",
                provisioningType = "reserve",
                imageId = "microsoftwindowsdesktop_windows-ent-cpc_win11-24h2-ent-cpc",
                imageDisplayName = "Windows 11",
                imageType = "gallery",
                domainJoinConfigurations = new[] { new { domainJoinType = "azureADJoin", regionName = "automatic", regionGroup = "usEast" } },
            },
            HttpStatusCode.Created);
        await SendAsync(
            HttpMethod.Post,
            $"{Root}/provisioningPolicies/{policy.GetProperty("id").GetString()}/assign",
            new { assignments = new[] { new { target = new { groupId, servicePlanId = plan, allotmentDisplayName = "Reserve", allotmentLicensesCount = 1 } } } },
            HttpStatusCode.NoContent);
        string id = (await OnlyAsync("notProvisioned")).GetProperty("id").GetString()!;
        await SendAsync(HttpMethod.Post, $"{Root}/cloudPCs/{id}/provision", null, HttpStatusCode.Conflict);
        await SendAsync(HttpMethod.Post, "/berth/v1/clock", new { advance = "P7D" });
        await SendAsync(HttpMethod.Post, $"{Root}/cloudPCs/{id}/provision", null, HttpStatusCode.NoContent);
        await OnlyAsync("provisioned");
        await SendAsync(HttpMethod.Post, $"{Root}/cloudPCs/{id}/deprovision", null, HttpStatusCode.NoContent);
        await OnlyAsync("notProvisioned");
    }

    [Fact]
    public async Task A_plan_is_read_strictly()
    {
        await RefusedAsync(new { }, "valueMissing");
        await RefusedAsync(new { changes = new[] { new { kind = "somethingElse" } } }, "valueInvalid");
        await RefusedAsync(new { changes = new[] { new { action = "reprovision" } } }, "valueMissing");
        await RefusedAsync(Changes(new { kind = "cloudPcAction", action = "explode", cloudPcIds = new[] { Guid.NewGuid() } }), "valueInvalid");
        await RefusedAsync(Changes(new { kind = "cloudPcAction", action = "resize", cloudPcIds = new[] { Guid.NewGuid() } }), "valueMissing");
        await RefusedAsync(Changes(new { kind = "policyAssignment", policyId = Guid.NewGuid() }), "valueMissing");
        await RefusedAsync(new { changes = Enumerable.Range(0, Engine.Insight.Plan.MostChanges + 1).Select(_ => new { kind = "cloudPcAction", action = "reprovision", cloudPcIds = Array.Empty<Guid>() }) }, "valueInvalid");
        JsonElement empty = await SendAsync(
            HttpMethod.Post, "/berth/v1/plan",
            new { changes = Enumerable.Range(0, Engine.Insight.Plan.MostChanges).Select(_ => new { kind = "cloudPcAction", action = "reprovision", cloudPcIds = Array.Empty<Guid>() }) });
        Assert.Equal(0, empty.GetProperty("cloudPcs").GetArrayLength());

        // B509: an action counts for each of its Cloud PCs.
        const int Most = Command.StartBulkAction.MostCloudPcs;
        object all = new { kind = "cloudPcAction", action = "reprovision", cloudPcIds = Enumerable.Repeat(Guid.Empty, Most) };
        object[] fitting = [.. Enumerable.Repeat(all, Engine.Insight.Plan.MostChanges / Most)];
        await SendAsync(HttpMethod.Post, "/berth/v1/plan", new { changes = fitting }, HttpStatusCode.NotFound);
        await RefusedAsync(new { changes = fitting.Append(new { kind = "cloudPcAction", action = "reprovision", cloudPcIds = Enumerable.Repeat(Guid.Empty, (Engine.Insight.Plan.MostChanges % Most) + 1) }) }, "valueInvalid");
    }

    private static object Changes(object change) => new { changes = new[] { change } };

    private static IEnumerable<(string? Effect, bool Destroys)> Effects(JsonElement plan) =>
        plan.GetProperty("cloudPcs").EnumerateArray().Select(one => (one.GetProperty("effect").GetString(), one.GetProperty("destroysData").GetBoolean()));

    private Task<JsonElement> PlanAsync(object change) => SendAsync(HttpMethod.Post, "/berth/v1/plan", Changes(change));

    private async Task RefusedAsync(object body, string code)
    {
        JsonElement answer = await SendAsync(HttpMethod.Post, "/berth/v1/plan", body, HttpStatusCode.BadRequest);
        Assert.Equal(code, answer.GetProperty("error").GetProperty("innerError").GetProperty("code").GetString());
    }

    private async Task<JsonElement> OnlyAsync(string status)
    {
        JsonElement one = Assert.Single((await SendAsync(HttpMethod.Get, $"{Root}/cloudPCs")).GetProperty("value").EnumerateArray());
        Assert.Equal(status, one.GetProperty("status").GetString());
        return one;
    }

    private async Task<(string Policy, string Group)> PolicyAsync()
    {
        JsonElement group = await SendAsync(
            HttpMethod.Post, "/v1.0/groups", new { displayName = "Desks", mailNickname = "desks", mailEnabled = false, securityEnabled = true }, HttpStatusCode.Created);
        JsonElement policy = await SendAsync(
            HttpMethod.Post,
            $"{Root}/provisioningPolicies",
            new
            {
                displayName = "Desks",
                description = "",
                imageId = "microsoftwindowsdesktop_windows-ent-cpc_win11-24h2-ent-cpc",
                imageDisplayName = "Windows 11",
                imageType = "gallery",
                domainJoinConfigurations = new[] { new { domainJoinType = "azureADJoin", regionName = "automatic", regionGroup = "usEast" } },
            },
            HttpStatusCode.Created);
        string id = policy.GetProperty("id").GetString()!, groupId = group.GetProperty("id").GetString()!;
        await SendAsync(HttpMethod.Post, $"{Root}/provisioningPolicies/{id}/assign", new { assignments = new[] { new { target = new { groupId } } } }, HttpStatusCode.NoContent);
        return (id, groupId);
    }

    private async Task<string> UserAsync(string alias, string group)
    {
        JsonElement user = await SendAsync(
            HttpMethod.Post,
            "/v1.0/users",
            new
            {
                accountEnabled = true, displayName = alias, mailNickname = alias, userPrincipalName = $"{alias}@contoso.example", usageLocation = "US",
                passwordProfile = new { password = "never-used-1A" },
            },
            HttpStatusCode.Created);
        string id = user.GetProperty("id").GetString()!;
        await SendAsync(
            HttpMethod.Post, $"/v1.0/groups/{group}/members/$ref", new Dictionary<string, string> { ["@odata.id"] = $"https://graph.microsoft.com/v1.0/users/{id}" }, HttpStatusCode.NoContent);
        return id;
    }

    private async Task<Guid> BuyAsync(int units) =>
        (await SendAsync(HttpMethod.Post, "/berth/v1/subscriptions", new { skuPartNumber = Size, units }, HttpStatusCode.Created)).GetProperty("skuId").GetGuid();

    private Task<JsonElement> LicenseAsync(string user, Guid[] add, Guid[] remove) =>
        SendAsync(HttpMethod.Post, $"/v1.0/users/{user}/assignLicense", new { addLicenses = add.Select(sku => new { skuId = sku }), removeLicenses = remove });

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, object? body = null, HttpStatusCode wanted = HttpStatusCode.OK)
    {
        using HttpRequestMessage request = new(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using HttpResponseMessage answer = await Http.SendAsync(request, Cancel);
        string text = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.True(answer.StatusCode == wanted, $"{method} {path} was answered {(int)answer.StatusCode}: {text}");
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement.Clone();
    }
}
