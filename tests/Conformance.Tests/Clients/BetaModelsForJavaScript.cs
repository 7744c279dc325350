using System.Net.Http.Json;
using System.Text.Json;
using Berth.Engine.Catalog;
using Xunit;

namespace Berth.Conformance.Tests.Clients;

/// <summary>The typed beta models of <c>@microsoft/msgraph-beta-sdk</c> with its Kiota packages, unmodified: what generated code reads is there by name and type.</summary>
[Collection(nameof(ClientTenant))]
public sealed class BetaModelsForJavaScript(ClientTenant tenant)
{
    [Theory]
    [InlineData(ClientDoor.OwnName)]
    [InlineData(ClientDoor.Exec)]
    public async Task Generated_models_read_and_write_users_groups_and_licenses(ClientDoor door)
    {
        JsonElement seen = await tenant.ScriptAsync(door, "beta-sdk/licensing.mjs");

        string sku = seen.GetProperty("skuId").GetString()!;
        Assert.True(seen.GetProperty("enabled").GetInt32() > 0);
        Assert.All(seen.GetProperty("plans").EnumerateArray(), type => Assert.Equal("string", type.GetString()));
        Assert.Equal(1, seen.GetProperty("licensed").GetInt32());
        Assert.Equal("Typed", seen.GetProperty("department").GetString());
        Assert.Equal(sku, Assert.Single(seen.GetProperty("licenses").EnumerateArray()).GetString());
        Assert.Equal("""[{"state":"Active","error":"None","updated":true}]""", seen.GetProperty("states").GetRawText());
        Assert.All(seen.GetProperty("planned").EnumerateArray(), status => Assert.Equal("Enabled", status.GetString()));
        Assert.Equal("""["CPC_E_4C_16GB_512GB"]""", seen.GetProperty("details").GetRawText());
        Assert.True(seen.GetProperty("created").GetBoolean());
        Assert.Equal("[true]", seen.GetProperty("found").GetRawText());
        JsonElement refused = seen.GetProperty("refused");
        Assert.Equal((400, "Request_BadRequest"), (refused.GetProperty("status").GetInt32(), refused.GetProperty("code").GetString()));
        Assert.Equal($"License {seen.GetProperty("user").GetString()} does not correspond to a valid company License.", refused.GetProperty("message").GetString());
    }

    [Theory]
    [InlineData(ClientDoor.OwnName)]
    [InlineData(ClientDoor.Exec)]
    public async Task Generated_models_read_the_evaluation_of_a_rule_down_to_its_leaves(ClientDoor door)
    {
        JsonElement seen = await tenant.ScriptAsync(door, "beta-sdk/dynamic.mjs");

        string alias = seen.GetProperty("alias").GetString()!;
        Assert.Equal("""["DynamicMembership"]""", seen.GetProperty("types").GetRawText());
        Assert.Equal($"(user.department -eq \"{alias}\") -and (user.usageLocation -eq \"US\")", seen.GetProperty("rule").GetString());
        Assert.True(seen.GetProperty("result").GetBoolean());
        Assert.True(seen.GetProperty("whole").GetBoolean());
        JsonElement[] leaves = [.. seen.GetProperty("leaves").EnumerateArray()];
        Assert.Equal(2, leaves.Length);
        Assert.All(leaves, leaf => Assert.True(leaf.GetProperty("result").GetBoolean()));
        Assert.Equal(["department", "usageLocation"], leaves.Select(leaf => leaf.GetProperty("property").GetString()!.Split('.')[^1]));
        Assert.Equal([alias, "US"], leaves.Select(leaf => leaf.GetProperty("value").GetString()));
    }

    [Theory]
    [InlineData(ClientDoor.OwnName)]
    [InlineData(ClientDoor.Exec)]
    public async Task Generated_models_write_and_read_a_Frontline_policy_and_its_targets(ClientDoor door)
    {
        // C3, C79, C123, C138, protocol 3.3, 3.4
        JsonElement seen = await tenant.ScriptAsync(door, "beta-sdk/policies.mjs");

        Assert.Equal(["sharedByEntraGroup", "cloudApp", "gallery", "disabled"], seen.GetProperty("types").EnumerateArray().Select(type => type.GetString()));
        Assert.Equal(("Typed again", true, 168), (seen.GetProperty("description").GetString(), seen.GetProperty("created").GetBoolean(), seen.GetProperty("grace").GetInt32()));
        Assert.Equal("sixteenGB", seen.GetProperty("persistence").GetString());
        Assert.Equal("[30,true]", seen.GetProperty("autopilot").GetRawText());
        Assert.Equal("""[["azureADJoin","westeurope","europe"]]""", seen.GetProperty("joins").GetRawText());
        JsonElement[] targets = [.. seen.GetProperty("targets").EnumerateArray()];
        Assert.Equal(3, targets.Length);
        Assert.All(targets, target => Assert.Equal($"""["{seen.GetProperty("group").GetString()}","64981bdb-a5a6-4a22-869f-a9455366d5bc","Nurses",0]""", target.GetRawText()));
    }

    [Theory]
    [InlineData(ClientDoor.OwnName)]
    [InlineData(ClientDoor.Exec)]
    public async Task Generated_models_write_and_read_a_schedule_and_the_result_of_a_run(ClientDoor door)
    {
        // B435 to B439, C122: Graph's own example, its midnight of the 20th at 08:00:00 in cst.
        JsonElement seen = await tenant.ScriptAsync(door, "beta-sdk/reprovision.mjs");

        Assert.Equal("[[null,null,null,null,null,null,null],null]", seen.GetProperty("before").GetRawText());
        Assert.Equal("""[50,false,"0 0 0 20 * *","2099-03-20 08:00:00","2099-03-12 00:00:00",null,"cst"]""", seen.GetProperty("monthly").GetRawText());
        Assert.Equal("""[0,true,"0 0 0 20 * *","2099-03-20 08:00:00","2099-03-12 00:00:00","2099-03-20 08:00:01","cst"]""", seen.GetProperty("last").GetRawText());
        Assert.Equal("""["succeeded",true,true]""", seen.GetProperty("run").GetRawText());
        Assert.Equal(400, seen.GetProperty("refused")[0].GetInt32());
        Assert.Contains("isForceUserLogoffEnabled", seen.GetProperty("refused")[1].GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ClientDoor.OwnName)]
    [InlineData(ClientDoor.Exec)]
    public async Task Generated_models_read_and_write_cloud_apps(ClientDoor door)
    {
        // C125, B468, B471
        JsonElement seen = await tenant.ScriptAsync(door, "beta-sdk/apps.mjs");

        Assert.Equal(["Character Map", "Command Prompt", "Control Panel"], seen.GetProperty("names").EnumerateArray().Select(name => name.GetString()).Take(3));
        Assert.Equal("""["#microsoft.graph.cloudPcAutomaticDiscoveredAppDetail","#microsoft.graph.cloudPcFilePathAppDetail"]""", seen.GetProperty("kinds").GetRawText());
        Assert.Equal("""["Ledger","Ledger","Books","preparing",false]""", seen.GetProperty("app").GetRawText());
        Assert.Equal("""["C:\\Apps\\ledger.exe","-x",2]""", seen.GetProperty("detail").GetRawText());
        Assert.True(seen.GetProperty("added").GetBoolean() && seen.GetProperty("policy").GetBoolean());
        Assert.Equal("""[409,"Conflict"]""", seen.GetProperty("refused").GetRawText());
    }

    [Theory]
    [InlineData(ClientDoor.OwnName)]
    [InlineData(ClientDoor.Exec)]
    public async Task Generated_models_read_and_delete_what_users_of_shared_Cloud_PCs_keep(ClientDoor door)
    {
        // C123, C124, B434
        (string policy, string user) = await KeepAsync();
        JsonElement seen = await tenant.ScriptAsync(door, "beta-sdk/storage.mjs");

        Assert.Equal(policy, seen.GetProperty("policy").GetString());
        Assert.Equal(JsonValueKind.Null, seen.GetProperty("grace").ValueKind);
        Assert.Equal("[64,48,16]", seen.GetProperty("before").GetRawText());
        Assert.Equal($"""["{user}",16,"notConnected",true]""", seen.GetProperty("profile").GetRawText());
        Assert.Equal("[64,64,0]", seen.GetProperty("after").GetRawText());
        Assert.Equal(0, seen.GetProperty("left").GetInt32());
    }

    [Theory]
    [InlineData(ClientDoor.OwnName)]
    [InlineData(ClientDoor.Exec)]
    public async Task Generated_models_read_pools_and_what_is_taken_from_them(ClientDoor door)
    {
        // L172, B580, B582, B583. The generated readers want a list where Graph documents a text with commas (assignableTo, state, tags), and leave those out.
        JsonElement seen = await tenant.ScriptAsync(door, "beta-sdk/pools.mjs");

        Assert.Contains("CPC_E_4C_16GB_512GB", seen.GetProperty("services").EnumerateArray().Select(service => service.GetString()));
        Assert.All(seen.GetProperty("purchases").EnumerateArray(), purchase => Assert.Equal("""["string",true]""", purchase.GetRawText()));
        Assert.Equal(1, seen.GetProperty("taken").GetInt32());
        Assert.Equal((true, 0), (seen.GetProperty("own")[0].GetBoolean(), seen.GetProperty("own")[2].GetInt32()));
        Assert.EndsWith("@contoso.example", seen.GetProperty("own")[1].GetString(), StringComparison.Ordinal);
        Assert.Equal("CPC_E_4C_16GB_512GB", seen.GetProperty("right")[0].GetString());
        Assert.Equal(0, seen.GetProperty("waiting").GetInt32());
        Assert.All(seen.GetProperty("errors").EnumerateArray(), error => Assert.Equal("""["string","string",true]""", error.GetRawText()));
    }

    // A policy whose assignment keeps something of a user who was there.
    private async Task<(string Policy, string User)> KeepAsync()
    {
        const string Policies = "/beta/deviceManagement/virtualEndpoint/provisioningPolicies";
        string name = tenant.Name("keeper");
        await PostAsync("/berth/v1/subscriptions", new { skuPartNumber = "Windows_365_S_2vCPU_4GB_64GB", units = 1 });
        string user = Id(await PostAsync("/v1.0/users", new
        {
            accountEnabled = true, displayName = name, mailNickname = name, userPrincipalName = $"{name}@contoso.example", usageLocation = "US",
            passwordProfile = new { password = "never-used-1A" },
        }));
        string group = Id(await PostAsync("/v1.0/groups", new { displayName = name, mailEnabled = false, mailNickname = name, securityEnabled = true }));
        await PostAsync($"/v1.0/groups/{group}/members/$ref", new Dictionary<string, string> { ["@odata.id"] = $"https://graph.microsoft.com/v1.0/users/{user}" });
        string policy = Id(await PostAsync(Policies, new
        {
            displayName = $"Kept {name}", provisioningType = "sharedByEntraGroup", imageId = "microsoftwindowsdesktop_windows-ent-cpc_win11-24h2-ent-cpc",
            domainJoinConfigurations = new[] { new { regionName = "eastus" } },
            userSettingsPersistenceConfiguration = new { userSettingsPersistenceEnabled = true, userSettingsPersistenceStorageSizeCategory = "sixteenGB" },
        }));
        await PostAsync($"{Policies}/{policy}/assign", new
        {
            assignments = new[] { new { target = new { groupId = group, servicePlanId = SkuCatalog.BuiltIn.Plans.Single(plan => plan.Name == "CPC_S_2C_4GB_64GB").Id, allotmentDisplayName = "Ward", allotmentLicensesCount = 1 } } },
        });
        string assignment = Id((await tenant.Http.GetFromJsonAsync<JsonElement>($"{Policies}/{policy}/assignments", TestContext.Current.CancellationToken)).GetProperty("value")[0]);
        string session = Id(await PostAsync("/berth/v1/sessions", new { userId = user, assignmentId = assignment }));
        using HttpResponseMessage ended = await tenant.Http.DeleteAsync($"/berth/v1/sessions/{session}", TestContext.Current.CancellationToken);
        ended.EnsureSuccessStatusCode();
        return (policy, $"{name}@contoso.example");
    }

    private static string Id(JsonElement json) => json.GetProperty("id").GetString()!;

    private async Task<JsonElement> PostAsync(string path, object body)
    {
        using HttpResponseMessage response = await tenant.Http.PostAsJsonAsync(path, body, TestContext.Current.CancellationToken);
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, $"{path} was answered {(int)response.StatusCode}: {text}");
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement.Clone();
    }
}
