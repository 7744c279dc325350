using System.Text.Json;
using Berth.Conformance.Tests.Graph;
using Berth.Engine;
using Berth.Graph;
using Berth.Graph.CloudPcs;
using Xunit;

namespace Berth.Conformance.Tests.CloudPcs;

/// <summary>How much one request about Cloud PCs reads and takes.</summary>
public sealed class Timelines
{
    private const string Sku = "CPC_B_2C_8RAM_128GB";

    [Fact]
    public async Task A_page_of_a_story_has_its_size()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await room.BuyAsync(Sku, 1);
        (_, Guid pc) = await CloudPcWrites.MadeAsync(room, "pat");
        for (int i = 0; i < TimelineReads.Page; i++)
        {
            await room.DoAsync("POST", $"/v1.0{FleetUnderTest.Root}/cloudPCs/{pc}/rename", $$"""{"displayName":"Number {{i}}"}""");
        }

        JsonElement page = await room.DoAsync("GET", $"/berth/v1/cloudPcs/{pc}/timeline");
        Assert.Equal(TimelineReads.Page, page.GetProperty("value").GetArrayLength());
        Assert.StartsWith("Test client asked for the name Number 99.", page.GetProperty("value")[0].GetProperty("text").GetString(), StringComparison.Ordinal);
        JsonElement rest = await room.DoAsync("GET", new Uri(page.GetProperty("@odata.nextLink").GetString()!).PathAndQuery);
        Assert.Equal(["conditionsMet"], rest.GetProperty("value").EnumerateArray().Select(step => step.GetProperty("reason").GetString()).TakeLast(1));
        Assert.False(rest.TryGetProperty("@odata.nextLink", out _));

        string path = $"/berth/v1/cloudPcs/{pc}/timeline";
        Assert.Equal(TimelineReads.Page, (await room.DoAsync("GET", $"{path}?$top={TimelineReads.Page}")).GetProperty("value").GetArrayLength());
        Assert.Equal(1, (await room.DoAsync("GET", $"{path}?$top=1")).GetProperty("value").GetArrayLength());
        foreach (string query in (string[])["$top=0", $"$top={TimelineReads.Page + 1}", "$top=x", "$skiptoken=x", "$filter=x"])
        {
            await room.RefusedAsync(400, "queryInvalid", "GET", $"{path}?{query}");
        }

        await room.RefusedAsync(404, "resourceNotFound", "GET", $"/berth/v1/cloudPcs/{Guid.NewGuid()}/timeline");
        await room.RefusedAsync(404, "resourceNotFound", "GET", "/berth/v1/cloudPcs/nobody/timeline");
        await room.RefusedAsync(403, "permissionMissing", "GET", path, token: "User.Read.All");
    }

    [Fact]
    public async Task A_story_that_lies_far_back_comes_with_a_link()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await room.BuyAsync(Sku, 2);
        (_, Guid old) = await CloudPcWrites.MadeAsync(room, "old");
        (_, Guid busy) = await CloudPcWrites.MadeAsync(room, "busy");
        for (int i = 0; i < GraphLimits.AuditScanEntries; i++)
        {
            await room.Desk.SubmitAsync(new Command.RenameCloudPc(busy, $"Number {i}"), Actor.Berth, null, TestContext.Current.CancellationToken);
        }

        JsonElement first = await room.DoAsync("GET", $"/berth/v1/cloudPcs/{old}/timeline");
        Assert.Equal(0, first.GetProperty("value").GetArrayLength());
        JsonElement second = await room.DoAsync("GET", new Uri(first.GetProperty("@odata.nextLink").GetString()!).PathAndQuery);
        Assert.NotEqual(0, second.GetProperty("value").GetArrayLength());
        Assert.False(second.TryGetProperty("@odata.nextLink", out _));
    }

    /// <summary>B368.</summary>
    [Fact]
    public async Task A_wish_that_was_heeded_is_confirmed_in_a_batch_too()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        (string, string) wish = ("Prefer", "include-unknown-enum-members");
        Answer answer = await room.SendAsync("GET", $"/v1.0{FleetUnderTest.Root}/cloudPCs", null as string, "*", wish);
        Assert.Equal((200, "include-unknown-enum-members"), (answer.Status, answer.Header("Preference-Applied")));
        Assert.Null((await room.SendAsync("GET", $"/v1.0{FleetUnderTest.Root}/cloudPCs", null as string)).Header("Preference-Applied"));
        JsonElement batch = await room.DoAsync(
            "POST", "/v1.0/$batch", $$$"""{"requests":[{"id":"1","method":"GET","url":"{{{FleetUnderTest.Root}}}/cloudPCs","headers":{"Prefer":"include-unknown-enum-members"}}]}""");
        Assert.Equal("include-unknown-enum-members", batch.GetProperty("responses")[0].GetProperty("headers").GetProperty("Preference-Applied").GetString());
    }

    [Fact]
    public async Task A_bulk_action_takes_five_thousand_and_no_more()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        JsonElement made = await room.DoAsync("POST", $"/beta{FleetUnderTest.Root}/bulkActions", Bulk(Command.StartBulkAction.MostCloudPcs));
        Assert.Equal(Command.StartBulkAction.MostCloudPcs, made.GetProperty("actionSummary").GetProperty("failedCount").GetInt32());
        await room.RefusedAsync(400, "valueInvalid", "POST", $"/beta{FleetUnderTest.Root}/bulkActions", Bulk(Command.StartBulkAction.MostCloudPcs + 1));
        await room.RefusedAsync(400, "valueInvalid", "POST", $"/beta{FleetUnderTest.Root}/bulkActions", Bulk(0));
        await room.RefusedAsync(
            400, "valueInvalid", "POST", $"/beta{FleetUnderTest.Root}/bulkActions", """{"@odata.type":"#microsoft.graph.cloudPcBulkPowerOn","displayName":"x","cloudPcIds":[]}""");

        static string Bulk(int count) => JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["@odata.type"] = "microsoft.graph.cloudPcBulkRestart",
            ["displayName"] = "Many",
            ["cloudPcIds"] = Enumerable.Range(0, count).Select(_ => Guid.NewGuid()),
        });
    }
}
