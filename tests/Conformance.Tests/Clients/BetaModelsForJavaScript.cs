using System.Text.Json;
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
}
