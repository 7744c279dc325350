using System.Text;
using System.Text.Json;
using Berth.Conformance.Tests.CloudPcs;
using Berth.Conformance.Tests.Graph;
using Berth.Engine.CloudPcs;
using Berth.Graph;
using Xunit;

namespace Berth.Conformance.Tests.Reports;

/// <summary>Reports of Frontline over HTTP (C126, B442 to B448).</summary>
public sealed class FrontlineReporting
{
    private const string Root = "/beta/deviceManagement/virtualEndpoint/reports";
    private const string Part = "Windows_365_S_4vCPU_16GB_256GB";
    private const string Plan = "2d1d344e-d10c-41bb-953b-b3a47521dca0";

    [Fact]
    public async Task Hours_and_days_tell_how_many_licenses_there_were()
    {
        // B444, B445: five licenses at eight, seven from half past nine, and a quarter past ten now.
        await using RunningRoom room = await BoughtAsync();
        Table hours = await AskAsync(room, "getFrontlineReport", """{"reportName":"frontlineLicenseHourlyUsageReport"}""");
        Assert.Equal((3, "ServicePlanId String, DisplayName String, LicenseCount Int32, ClaimedLicenseCount Int32, AboveLimitLicenseCount Int32, DateTimeUTC DateTime, RefusedConnectionCount Int32, AverageClaimedLicenseCount Double"), (hours.Total, hours.Schema));
        Assert.Equal(
            [
                $"""["{Plan}","Cloud PC Frontline 4vCPU/16GB/256GB",7,0,0,"2031-05-01T10:00:00",0,0]""",
                $"""["{Plan}","Cloud PC Frontline 4vCPU/16GB/256GB",7,0,0,"2031-05-01T09:00:00",0,0]""",
                $"""["{Plan}","Cloud PC Frontline 4vCPU/16GB/256GB",5,0,0,"2031-05-01T08:00:00",0,0]""",
            ],
            hours.Rows);
        Assert.Equal([$"""["{Plan}","Cloud PC Frontline 4vCPU/16GB/256GB",7,0,0,"2031-05-01T10:15:00"]"""], (await AskAsync(room, "retrieveFrontlineReports", """{"reportName":"licenseUsageRealTimeReport"}""")).Rows);

        // A month later the first days are forgotten, and every hour since then is there.
        await room.DoAsync("POST", "/berth/v1/clock", """{"advance":"P30D"}""");
        Table days = await AskAsync(room, "retrieveFrontlineReports", """{"reportName":"licenseUsageReport","select":["LicenseCount","DateTimeUTC"]}""");
        Assert.Equal((29, """[7,"2031-05-31T00:00:00"]""", """[7,"2031-05-03T00:00:00"]"""), (days.Total, days.Rows[0], days.Rows[^1]));
        Assert.Equal(28 * 24, (await AskAsync(room, "getFrontlineReport", """{"reportName":"licenseHourlyUsageReport","top":1}""")).Total);
    }

    [Fact]
    public async Task The_example_of_Graph_s_reference_is_answered_as_a_stream()
    {
        // Protocol 3.9, B442
        await using RunningRoom room = await BoughtAsync();
        string body = $$"""
            {"reportName":"frontlineLicenseUsageReport","filter":"ServicePlanId eq '{{Plan}}' and DateTimeUTC gt datetime'2022-11-30'",
             "select":["ServicePlanId","LicenseCount","ClaimedLicenseCount","DateTimeUTC"],"skip":0,"top":100}
            """;
        Answer answer = await room.SendAsync("POST", $"{Root}/getFrontlineReport", body);
        Assert.Equal((200, "application/octet-stream"), (answer.Status, answer.MediaType));
        Assert.Equal(
            $$"""{"TotalRowCount":1,"Schema":[{"name":"ServicePlanId","type":"String"},{"name":"LicenseCount","type":"Int32"},{"name":"ClaimedLicenseCount","type":"Int32"},{"name":"DateTimeUTC","type":"DateTime"}],"Values":[["{{Plan}}",7,0,"2031-05-01T00:00:00"]]}""",
            answer.Text);

        // In a batch a stream is a text in base 64.
        string item = JsonSerializer.Serialize(new { requests = new[] { new { id = "1", method = "POST", url = "/deviceManagement/virtualEndpoint/reports/getFrontlineReport", headers = new Dictionary<string, string> { ["Content-Type"] = "application/json" }, body = JsonDocument.Parse(body).RootElement } } });
        JsonElement response = (await room.DoAsync("POST", "/beta/$batch", item)).GetProperty("responses")[0];
        Assert.Equal("application/octet-stream", response.GetProperty("headers").GetProperty("Content-Type").GetString());
        Assert.Equal(answer.Text, Encoding.UTF8.GetString(response.GetProperty("body").GetBytesFromBase64()));

        Assert.Equal(400, (await room.SendAsync("POST", "/v1.0/deviceManagement/virtualEndpoint/reports/getFrontlineReport", body)).Status);
        Assert.Equal(403, (await room.SendAsync("POST", $"{Root}/getFrontlineReport", body, token: "User.Read.All")).Status);
        Assert.Equal(200, (await room.SendAsync("POST", $"{Root}/getFrontlineReport", body, token: "CloudPC.Read.All")).Status);
    }

    [Fact]
    public async Task Rows_are_searched_sorted_grouped_and_skipped()
    {
        // B442
        await using RunningRoom room = await BoughtAsync();
        await room.BuyAsync("Windows_365_S_2vCPU_4GB_64GB", 2);
        Assert.Equal(["[7]", "[2]", "[7]", "[5]"], await RowsAsync("""{"reportName":"licenseHourlyUsageReport","select":["LicenseCount"],"orderBy":["DateTimeUTC desc","LicenseCount desc"]}"""));
        Assert.Equal(["[2]", "[5]", "[7]"], await RowsAsync("""{"reportName":"licenseHourlyUsageReport","select":["LicenseCount"],"groupBy":["licensecount"],"orderBy":["LicenseCount"]}"""));
        Assert.Equal(["[2]"], await RowsAsync("""{"reportName":"licenseHourlyUsageReport","select":["LicenseCount"],"search":"2VCPU/4gb"}"""));
        Assert.Equal(["[7]"], await RowsAsync("""{"reportName":"licenseHourlyUsageReport","select":["LicenseCount"],"search":"4vCPU","orderBy":["DateTimeUTC asc"],"skip":1,"top":1}"""));
        Assert.Empty(await RowsAsync("""{"reportName":"licenseHourlyUsageReport","top":0}"""));
        Assert.Empty(await RowsAsync("""{"reportName":"connectedUserRealtimeReport"}"""));
        Assert.Empty(await RowsAsync("""{"reportName":"noLicenseAvailableConnectivityFailureReport","filter":null,"select":null,"search":"","groupBy":[],"skip":null}"""));

        async Task<string[]> RowsAsync(string body) => (await AskAsync(room, "retrieveFrontlineReports", body)).Rows;
    }

    [Fact]
    public async Task Sessions_claim_licenses_and_who_finds_none_is_told()
    {
        // B445, B446, B447, B448
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await room.DoAsync("POST", "/berth/v1/clock", """{"mode":"frozen","now":"2031-05-01T08:00:00Z"}""");
        await room.DoAsync("PATCH", "/berth/v1/settings", """{"bufferExcess":0}""");
        await room.BuyAsync(FrontlineWrites.Part, 1);
        Guid ada = await room.AddUserAsync("ada"), bob = await room.AddUserAsync("bob");
        Guid assignment = await FrontlineWrites.AssignAsync(room, ProvisioningType.SharedByUser, 1, ada, bob);
        Guid hers = FrontlineWrites.CloudPcOf(room, ada), his = FrontlineWrites.CloudPcOf(room, bob), plan = room.Plan(FrontlineWrites.Plan);
        const string Name = "Cloud PC Frontline 2vCPU/4GB/64GB";
        JsonElement session = await room.DoAsync("POST", "/berth/v1/sessions", $$"""{"userId":"{{ada}}","cloudPcId":"{{hers}}"}""");
        await room.DoAsync("POST", "/berth/v1/clock", """{"advance":"PT30M"}""");
        Assert.Equal(409, (await room.SendAsync("POST", "/berth/v1/sessions", $$"""{"userId":"{{bob}}","cloudPcId":"{{his}}"}""")).Status);

        Assert.Equal([$"""["{plan}","{Name}",1,1,0,"2031-05-01T08:30:00"]"""], await RowsAsync("""{"reportName":"licenseUsageRealTimeReport"}"""));
        string device = room.Tenant.Fleet.CloudPcs[room.Tenant.Fleet.FindCloudPc(hers)]!.ManagedDeviceName!;
        Assert.Equal(
            [$"""["{ada}","ada@fabrikam.example","{hers}","{device}","{plan}","{Name}","Nurses","2031-05-01T08:00:00",null,false]"""],
            await RowsAsync("""{"reportName":"frontlineRealtimeUserConnectionsReport"}"""));
        Assert.Equal(
            [$"""["2031-05-01T08:30:00","{bob}","bob@fabrikam.example","{plan}","{Name}","{his}","{assignment}"]"""],
            await RowsAsync("""{"reportName":"noLicenseAvailableConnectivityFailureReport"}"""));

        await room.DoAsync("POST", "/berth/v1/clock", """{"advance":"PT45M"}""");
        await room.DoAsync("DELETE", $"/berth/v1/sessions/{session.GetProperty("id").GetGuid()}");
        await room.DoAsync("POST", "/berth/v1/clock", """{"advance":"PT15M"}""");
        Assert.Equal(
            [$"""["{plan}","{Name}",1,1,0,"2031-05-01T09:00:00",0,0.5]""", $"""["{plan}","{Name}",1,1,0,"2031-05-01T08:00:00",1,1]"""],
            await RowsAsync("""{"reportName":"licenseHourlyUsageReport"}"""));
        Assert.Equal([$"""["{plan}","{Name}",1,1,0,"2031-05-01T00:00:00",1]"""], await RowsAsync("""{"reportName":"licenseUsageReport"}"""));
        Assert.Empty(await RowsAsync("""{"reportName":"connectedUserRealtimeReport"}"""));

        async Task<string[]> RowsAsync(string body) => (await AskAsync(room, "retrieveFrontlineReports", body)).Rows;
    }

    [Theory]
    [InlineData("{}", "valueMissing")]
    [InlineData("""{"reportName":"inaccessibleCloudPcReports"}""", "valueInvalid")]
    [InlineData("""{"reportName":"licenseUsageReport","color":"red"}""", "propertyUnknown")]
    [InlineData("""{"reportName":"licenseUsageReport","select":["Color"]}""", "valueInvalid")]
    [InlineData("""{"reportName":"licenseUsageReport","select":["LicenseCount","licenseCount"]}""", "valueInvalid")]
    [InlineData("""{"reportName":"licenseUsageReport","select":"LicenseCount"}""", "typeWrong")]
    [InlineData("""{"reportName":"licenseUsageReport","groupBy":["LicenseCount"]}""", "valueInvalid")]
    [InlineData("""{"reportName":"licenseUsageReport","groupBy":["LicenseCount"],"select":["LicenseCount","DateTimeUTC"]}""", "valueInvalid")]
    [InlineData("""{"reportName":"licenseUsageReport","groupBy":["LicenseCount"],"select":["LicenseCount"],"orderBy":["DateTimeUTC"]}""", "valueInvalid")]
    [InlineData("""{"reportName":"licenseUsageReport","orderBy":["LicenseCount up"]}""", "valueInvalid")]
    [InlineData("""{"reportName":"licenseUsageReport","filter":"LicenseCount ne 5"}""", "valueInvalid")]
    [InlineData("""{"reportName":"licenseUsageReport","skip":-1}""", "valueInvalid")]
    [InlineData("""{"reportName":"licenseUsageReport","top":10001}""", "valueInvalid")]
    public async Task What_is_no_report_is_refused(string body, string code)
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await room.RefusedAsync(400, code, "POST", $"{Root}/retrieveFrontlineReports", body);
        Assert.Equal(10_000, GraphLimits.ReportRows);
    }

    private static async Task<RunningRoom> BoughtAsync()
    {
        RunningRoom room = await RunningRoom.OpenAsync();
        await room.DoAsync("POST", "/berth/v1/clock", """{"mode":"frozen","now":"2031-05-01T08:00:00Z"}""");
        Guid subscription = await room.BuyAsync(Part, 5);

        // Somebody looks in between: what is known already is not told again.
        await room.DoAsync("POST", "/berth/v1/clock", """{"advance":"PT70M"}""");
        Assert.Equal(2, (await AskAsync(room, "getFrontlineReport", """{"reportName":"licenseHourlyUsageReport"}""")).Total);
        await room.DoAsync("POST", "/berth/v1/clock", """{"advance":"PT20M"}""");
        await room.DoAsync("PATCH", $"/berth/v1/subscriptions/{subscription}", """{"units":7}""");
        await room.DoAsync("POST", "/berth/v1/clock", """{"advance":"PT45M"}""");
        return room;
    }

    private static async Task<Table> AskAsync(RunningRoom room, string action, string body)
    {
        Answer answer = await room.SendAsync("POST", $"{Root}/{action}", body);
        Assert.True(answer.Status == 200, answer.Text);
        JsonElement json = JsonDocument.Parse(answer.Body).RootElement;
        return new Table(
            json.GetProperty("TotalRowCount").GetInt32(),
            string.Join(", ", json.GetProperty("Schema").EnumerateArray().Select(column => $"{column.GetProperty("name").GetString()} {column.GetProperty("type").GetString()}")),
            [.. json.GetProperty("Values").EnumerateArray().Select(row => row.GetRawText())]);
    }

    private sealed record Table(int Total, string Schema, string[] Rows);
}
