using System.Text.Json;
using Berth.Conformance.Tests.CloudPcs;
using Berth.Conformance.Tests.Graph;
using Berth.Engine.CloudPcs;
using Xunit;

namespace Berth.Conformance.Tests.CloudApps;

/// <summary>Cloud apps as Graph's beta has them (C125, B468 to B477).</summary>
public sealed class OverHttp
{
    private const string Path = CloudAppLines.Path;

    [Fact]
    public async Task Apps_of_the_image_are_listed_and_read_as_Graph_shows_them()
    {
        // B468, B469, C125
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await CloudAppLines.AssignAsync(room);
        ProvisioningPolicy policy = Assert.Single(room.Tenant.Fleet.Policies.Values);
        JsonElement page = await room.DoAsync("GET", $"{Path}?$filter=provisioningPolicyId eq '{policy.Id}' and appStatus eq 'preparing'&$orderby=displayName desc&$count=true");
        Assert.Equal(9, page.GetProperty("@odata.count").GetInt32());
        Assert.Equal("Windows PowerShell", page.GetProperty("value")[0].GetProperty("displayName").GetString());
        Assert.Equal(9, int.Parse((await room.SendAsync("GET", $"{Path}/$count")).Text, System.Globalization.CultureInfo.InvariantCulture));
        JsonElement one = await room.DoAsync("GET", $"{Path}/{CloudAppLines.Find(room, "Registry Editor")}");
        Assert.Equal(
            [
                "@odata.context", "id", "displayName", "discoveredAppName", "provisioningPolicyId", "description", "appDetail", "addedDateTime", "lastPublishedDateTime", "appStatus",
                "actionFailedErrorCode", "actionFailedErrorMessage", "availableToUser", "scopeIds",
            ],
            one.EnumerateObject().Select(property => property.Name));
        Assert.Equal(
            """{"@odata.type":"#microsoft.graph.cloudPcAutomaticDiscoveredAppDetail","filePath":"C:\\Windows\\regedit.exe","commandLineArguments":"","iconPath":"C:\\Windows\\regedit.exe","iconIndex":0}""",
            one.GetProperty("appDetail").GetRawText());
        Assert.Equal(("0001-01-01T00:00:00Z", "", false), (one.GetProperty("lastPublishedDateTime").GetString(), one.GetProperty("description").GetString(), one.GetProperty("availableToUser").GetBoolean()));
        Assert.Equal(404, (await room.SendAsync("GET", $"{Path}/{Guid.NewGuid()}")).Status);
        Assert.Equal(404, (await room.SendAsync("PATCH", $"{Path}/nobody", "{}")).Status);
        Assert.Equal(404, (await room.SendAsync("DELETE", $"{Path}/nobody")).Status);
        Assert.Equal(400, (await room.SendAsync("GET", $"/v1.0{FleetUnderTest.Root}/cloudApps")).Status);
    }

    [Fact]
    public async Task What_an_image_has_is_told_for_a_policy_that_gives_apps()
    {
        // B469
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await CloudAppLines.AssignAsync(room);
        Guid policy = Assert.Single(room.Tenant.Fleet.Policies.Values).Id;
        const string Image = "microsoftwindowsdesktop_windows-ent-cpc_win11-24h2-ent-cpc-m365";
        JsonElement found = await room.DoAsync("GET", $"{Path}/retrieveDiscoveredApps(sourceId='{Image}',provisioningPolicyId='{policy}')");
        Assert.Equal(15, found.GetProperty("value").GetArrayLength());
        JsonElement word = found.GetProperty("value").EnumerateArray().Single(app => app.GetProperty("appName").GetString() == "Word");
        Assert.Equal((Image, @"C:\Program Files\Microsoft Office\root\Office16\WINWORD.EXE"), (word.GetProperty("sourceId").GetString(), word.GetProperty("appDetail").GetProperty("filePath").GetString()));

        // The generated clients put the policy into the query, without the sign that OData gives an alias.
        foreach (string query in (string[])[$"provisioningPolicyId={policy}", $"@provisioningPolicyId='{policy}'"])
        {
            Assert.Equal(found.GetRawText(), (await room.DoAsync("GET", $"{Path}/retrieveDiscoveredApps(sourceId='{Image}',provisioningPolicyId='@provisioningPolicyId')?{query}")).GetRawText());
        }

        Guid device = (await room.DoAsync("POST", $"/v1.0{FleetUnderTest.Root}/deviceImages", NetworkConnections.Image("1.0"))).GetProperty("id").GetGuid();
        Assert.Equal(9, (await room.DoAsync("GET", $"{Path}/retrieveDiscoveredApps(sourceId='{device}',provisioningPolicyId='{policy}')")).GetProperty("value").GetArrayLength());
        foreach (string arguments in (string[])[$"sourceId='{Guid.NewGuid()}',provisioningPolicyId='{policy}'", $"sourceId='{Image}',provisioningPolicyId='{Guid.NewGuid()}'", $"sourceId='{Image}',provisioningPolicyId='@p'"])
        {
            Assert.Equal(404, (await room.SendAsync("GET", $"{Path}/retrieveDiscoveredApps({arguments})")).Status);
        }

        await FrontlineWrites.AssignAsync(room, ProvisioningType.SharedByUser, 0);
        Guid desktops = room.Tenant.Fleet.Policies.Values.Last().Id;
        Assert.Equal(404, (await room.SendAsync("GET", $"{Path}/retrieveDiscoveredApps(sourceId='{Image}',provisioningPolicyId='{desktops}')")).Status);
    }

    [Fact]
    public async Task An_app_is_added_published_used_and_taken_back()
    {
        // C125, B471 to B477
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada"), assignment = await CloudAppLines.AssignAsync(room, ada);
        Answer created = await room.SendAsync("POST", Path, CloudAppLines.Body(room, "Ledger"));
        Assert.Equal(201, created.Status);
        Guid app = created.Json.GetProperty("id").GetGuid();
        Assert.EndsWith($"/cloudApps/{app}", created.Location, StringComparison.Ordinal);
        Assert.Equal("#microsoft.graph.cloudPcFilePathAppDetail", created.Json.GetProperty("appDetail").GetProperty("@odata.type").GetString());
        string start = $$"""{"userId":"{{ada}}","assignmentId":"{{assignment}}","cloudAppId":"{{app}}"}""";
        await CloudAppLines.PassAsync(room, 5);
        Assert.Equal((409, "cloudAppNotReady"), Problem(await room.SendAsync("POST", "/berth/v1/sessions", start)));
        Assert.Equal(202, (await room.SendAsync("POST", $"{Path}/publish", $$"""{"cloudAppIds":["{{app}}"]}""")).Status);
        Assert.Equal("publishing", await StatusAsync());
        await CloudAppLines.PassAsync(room, 1);
        Assert.Equal("published", await StatusAsync());
        JsonElement session = await room.DoAsync("POST", "/berth/v1/sessions", start);
        Assert.Equal(app, session.GetProperty("cloudAppId").GetGuid());

        Assert.Equal(204, (await room.SendAsync("PATCH", $"{Path}/{app}", """{"displayName":"Books","appDetail":{"iconPath":"books.ico","iconIndex":1,"commandLineArguments":"-x"}}""")).Status);
        await CloudAppLines.PassAsync(room, 1);
        JsonElement failed = await room.DoAsync("GET", $"{Path}/{app}");
        Assert.Equal(("failed", "iconPathInvalid", "Books"), (failed.GetProperty("appStatus").GetString(), failed.GetProperty("actionFailedErrorCode").GetString(), failed.GetProperty("displayName").GetString()));
        Assert.StartsWith("The icon path is no absolute path", failed.GetProperty("actionFailedErrorMessage").GetString(), StringComparison.Ordinal);
        Assert.Equal(202, (await room.SendAsync("POST", $"{Path}/reset", $$"""{"cloudAppIds":["{{app}}"]}""")).Status);
        await room.SendAsync("POST", $"{Path}/publish", $$"""{"cloudAppIds":["{{app}}"]}""");
        await CloudAppLines.PassAsync(room, 1);
        Assert.Equal(202, (await room.SendAsync("POST", $"{Path}/unpublish", $$"""{"cloudAppIds":["{{app}}"]}""")).Status);
        await CloudAppLines.PassAsync(room, 1);
        Assert.Equal("ready", await StatusAsync());
        Assert.Equal(204, (await room.SendAsync("DELETE", $"{Path}/{app}")).Status);
        Assert.Equal(app, (await room.DoAsync("GET", "/berth/v1/sessions")).GetProperty("value")[0].GetProperty("cloudAppId").GetGuid());
        string[] activities = [.. (await room.DoAsync("GET", $"/v1.0{FleetUnderTest.Root}/auditEvents?$filter=componentName eq 'CloudApp'")).GetProperty("value").EnumerateArray().Select(one => one.GetProperty("activityType").GetString()!)];
        Assert.Equal(["Create CloudApp", "Delete CloudApp", "Publish CloudApp", "Publish CloudApp", "Reset CloudApp", "Unpublish CloudApp", "Update CloudApp"], activities.Order(StringComparer.Ordinal));

        async Task<string?> StatusAsync() => (await room.DoAsync("GET", $"{Path}/{app}")).GetProperty("appStatus").GetString();
    }

    [Theory]
    [InlineData("POST", "", "{}", "valueMissing")]
    [InlineData("POST", "", """{"displayName":"a","discoveredAppName":"a","provisioningPolicyId":"11111111-1111-4111-8111-111111111111"}""", "valueMissing")]
    [InlineData("POST", "", """{"displayName":"a","discoveredAppName":"a","provisioningPolicyId":"x","appDetail":{}}""", "guidInvalid")]
    [InlineData("POST", "", """{"displayName":"a","discoveredAppName":"a","provisioningPolicyId":"11111111-1111-4111-8111-111111111111","appDetail":{"filePath":"C:\\a","iconIndex":-1}}""", "valueInvalid")]
    [InlineData("POST", "", """{"displayName":"a","discoveredAppName":"a","provisioningPolicyId":"11111111-1111-4111-8111-111111111111","appDetail":"C:\\a"}""", "typeWrong")]
    [InlineData("POST", "", """{"appStatus":"published"}""", "propertyUnknown")]
    [InlineData("PATCH", "/11111111-1111-4111-8111-111111111111", """{"discoveredAppName":"a"}""", "propertyUnknown")]
    [InlineData("PATCH", "/11111111-1111-4111-8111-111111111111", """{"appDetail":{"path":"a"}}""", "propertyUnknown")]
    [InlineData("POST", "/publish", "{}", "valueMissing")]
    [InlineData("POST", "/publish", """{"cloudAppIds":["x"]}""", "guidInvalid")]
    [InlineData("POST", "/publish", """{"cloudAppIds":[]}""", "valueInvalid")]
    [InlineData("POST", "/reset", """{"ids":[]}""", "propertyUnknown")]
    public async Task What_cannot_be_meant_is_refused_and_changes_nothing(string method, string path, string body, string code)
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        long version = room.Tenant.Version;
        Answer answer = await room.SendAsync(method, Path + path, body);
        Assert.Equal((400, code), Problem(answer));
        Assert.Equal(version, room.Tenant.Version);
    }

    [Fact]
    public async Task An_app_is_started_on_an_assignment_only()
    {
        // B477
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Answer answer = await room.SendAsync("POST", "/berth/v1/sessions", $$"""{"userId":"{{Guid.NewGuid()}}","cloudPcId":"{{Guid.NewGuid()}}","cloudAppId":"{{Guid.NewGuid()}}"}""");
        Assert.Equal((400, "valueInvalid"), Problem(answer));
    }

    private static (int, string?) Problem(Answer answer) => (answer.Status, answer.InnerCode);
}
