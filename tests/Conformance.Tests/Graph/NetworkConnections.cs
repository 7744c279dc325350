using System.Text;
using System.Text.Json;
using Berth.Engine;
using Berth.Ledger.Journal;
using Berth.Ledger.Stores;
using Xunit;

namespace Berth.Conformance.Tests.Graph;

/// <summary>Azure network connections over HTTP: what the SDK cannot show, the form of each answer and what is refused.</summary>
public sealed class NetworkConnections
{
    public const string Path = "/v1.0/deviceManagement/virtualEndpoint/onPremisesConnections";

    private const string Group = "/subscriptions/0ac520ee-14c0-480f-b6c9-0a90c585ad47/resourceGroups/CustomerRG";
    private const string Network = Group + "/providers/Microsoft.Network/virtualNetworks/MyVNET";
    private const string Secret = "Do-not-tell-1A";

    /// <summary>A connection for Entra join.</summary>
    public static string Joined(string name) => $$"""
        {"displayName":"{{name}}","connectionType":"azureADJoin","subscriptionId":"0ac520ee-14c0-480f-b6c9-0a90c585ffff","resourceGroupId":"{{Group}}","virtualNetworkId":"{{Network}}","subnetId":"{{Network}}/subnets/one"}
        """;

    /// <summary>A connection for hybrid join, which is the default.</summary>
    public static string Hybrid(string name) => $$"""
        {"@odata.type":"#microsoft.graph.cloudPcOnPremisesConnection","displayName":"{{name}}","subscriptionId":"0ac520ee-14c0-480f-b6c9-0a90c585ffff","resourceGroupId":"{{Group}}","virtualNetworkId":"{{Network}}",
         "subnetId":"{{Network}}/subnets/one","adDomainName":"contoso001.com","adDomainUsername":"dcadmin","adDomainPassword":"{{Secret}}","organizationalUnit":"OU=Cloud PCs,DC=contoso001,DC=com"}
        """;

    /// <summary>A device image.</summary>
    public static string Image(string version) => $$"""
        {"displayName":"ImageForDev","version":"{{version}}","sourceImageResourceId":"{{Group}}/providers/Microsoft.Compute/images/exampleImage"}
        """;

    /// <summary>Where policies are.</summary>
    public const string Policies = "/v1.0/deviceManagement/virtualEndpoint/provisioningPolicies";

    /// <summary>A policy that names a connection, or an image.</summary>
    public static string Policy(Guid? connection, Guid? image = null) => $$"""
        {"displayName":"A policy","description":"","imageType":"{{(image is null ? "gallery" : "custom")}}","imageId":"{{image?.ToString() ?? "microsoftwindowsdesktop_windows-ent-cpc_win11-24h2-ent-cpc"}}","imageDisplayName":"Windows 11",
         "domainJoinConfigurations":[{"domainJoinType":"azureADJoin",{{(connection is null ? "\"regionName\":\"eastus\"" : $"\"onPremisesConnectionId\":\"{connection}\"")}}}]}
        """;

    [Fact]
    public async Task What_is_by_select_only_comes_by_select_only()
    {
        // C172, C177
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid id = (await room.DoAsync("POST", Path, Hybrid("West"))).GetProperty("id").GetGuid();
        JsonElement plain = (await room.SendAsync("GET", $"{Path}/{id}")).Json;
        foreach (string hidden in (string[])["healthCheckStatusDetail", "inUse", "alternateResourceUrl", "adDomainPassword", "managedBy"])
        {
            Assert.False(plain.TryGetProperty(hidden, out _), hidden);
        }

        JsonElement selected = (await room.SendAsync("GET", $"{Path}/{id}?$select=id,displayName,healthCheckStatus,healthCheckStatusDetail,inUse,adDomainPassword,alternateResourceUrl")).Json;
        Assert.Equal(("West", "passed", false), (selected.GetProperty("displayName").GetString(), selected.GetProperty("healthCheckStatus").GetString(), selected.GetProperty("inUse").GetBoolean()));
        Assert.Equal(JsonValueKind.Null, selected.GetProperty("adDomainPassword").ValueKind);
        Assert.Equal(15, selected.GetProperty("healthCheckStatusDetail").GetProperty("healthChecks").GetArrayLength());

        string beta = $"/beta{Path["/v1.0".Length..]}/{id}";
        Assert.Equal("windows365", (await room.SendAsync("GET", beta)).Json.GetProperty("managedBy").GetString());
        JsonElement older = (await room.SendAsync("GET", $"{beta}?$select=healthCheckStatusDetails,type")).Json;
        Assert.Equal(15, older.GetProperty("healthCheckStatusDetails").GetProperty("healthChecks").GetArrayLength());
    }

    [Fact]
    public async Task What_the_simulator_was_told_shows_check_by_check()
    {
        // C175, C179, B310
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid id = (await room.DoAsync("POST", Path, Hybrid("West"))).GetProperty("id").GetGuid();
        string told = $"/berth/v1/onPremisesConnections/{id}/simulatedChecks";
        JsonElement set = await room.DoAsync(
            "PUT", told, """{"checks":[{"errorType":"ADJOINCHECKACCESSDENIED","additionalDetail":"No right in OU"},{"name":"DeviceSync","status":"warning"},{"name":"udp","status":"informational"}]}""");
        Assert.Equal(
            ["domainJoin failed adJoinCheckAccessDenied", "deviceSync warning ", "udp informational "],
            set.GetProperty("checks").EnumerateArray().Select(check => $"{check.GetProperty("name").GetString()} {check.GetProperty("status").GetString()} {check.GetProperty("errorType").GetString()}"));
        Assert.Equal(set.GetRawText(), (await room.DoAsync("GET", told, null)).GetRawText());
        Assert.Equal("passed", (await room.SendAsync("GET", $"{Path}/{id}")).Json.GetProperty("healthCheckStatus").GetString());

        Assert.Equal(204, (await room.SendAsync("POST", $"{Path}/{id}/runHealthChecks")).Status);
        JsonElement failed = (await room.SendAsync("GET", $"{Path}/{id}?$select=healthCheckStatus,healthCheckStatusDetail")).Json;
        Assert.Equal("failed", failed.GetProperty("healthCheckStatus").GetString());
        JsonElement[] checks = [.. failed.GetProperty("healthCheckStatusDetail").GetProperty("healthChecks").EnumerateArray()];
        JsonElement join = checks.Single(check => check.GetProperty("displayName").GetString() == "Active Directory domain join");
        Assert.Equal(("failed", "adJoinCheckAccessDenied", "No right in OU"), (
            join.GetProperty("status").GetString(), join.GetProperty("errorType").GetString(), join.GetProperty("additionalDetail").GetString()));
        Assert.NotNull(join.GetProperty("recommendedAction").GetString());
        Assert.True(Guid.TryParse(join.GetProperty("correlationId").GetString(), out _));
        Assert.Equal(
            ["failed", "informational", "warning", .. Enumerable.Repeat("passed", 12)],
            checks.Select(check => check.GetProperty("status").GetString()!).OrderBy(status => status == "passed").ThenBy(status => status, StringComparer.Ordinal));

        foreach ((string body, string said) in ((string, string)[])
            [
                ("""{"checks":[{"status":"failed"}]}""", "Each item names a check"),
                ("""{"checks":[{"errorType":"fire"}]}""", "'fire' is no error of a check."),
                ("""{"checks":[{"name":"udp","errorType":"dnsCheckFqdnNotFound"}]}""", "is no error of the check 'udp'"),
                ("""{"checks":[{"name":"udp","status":"running"}]}""", "must be one of passed, informational, warning, failed"),
                ("""{"checks":[{"name":"weather"}]}""", "'weather' is none of the checks"),
                ("""{"checks":[{"name":"udp"},{"name":"udp"}]}""", "occurs more than once"),
                ("{}", "checks"),
            ])
        {
            Answer refused = await room.SendAsync("PUT", told, body);
            Assert.True(refused.Status == 400 && refused.Message.Contains(said, StringComparison.Ordinal), $"{body}: {refused.Status} {refused.Text}");
        }

        Assert.Equal(404, (await room.SendAsync("PUT", $"/berth/v1/onPremisesConnections/{Guid.NewGuid()}/simulatedChecks", """{"checks":[]}""")).Status);
        Assert.Equal(404, (await room.SendAsync("GET", "/berth/v1/onPremisesConnections/x/simulatedChecks")).Status);
    }

    [Fact]
    public async Task A_password_goes_nowhere()
    {
        // B307
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Answer made = await room.SendAsync("POST", Path, Hybrid("West"), "*", ("Repeatability-Request-ID", Guid.NewGuid().ToString()));
        Assert.Equal(201, made.Status);
        Guid id = made.Json.GetProperty("id").GetGuid();
        Answer set = await room.SendAsync("POST", $"{Path}/{id}/updateAdDomainPassword", $$"""{"adDomainPassword":"{{Secret}}"}""");
        Assert.Equal(204, set.Status);
        Answer changed = await room.SendAsync("PATCH", $"{Path}/{id}", $$"""{"adDomainPassword":"{{Secret}}"}""");
        Answer read = await room.SendAsync("GET", $"{Path}?$select=adDomainPassword");
        foreach (Answer answer in (Answer[])[made, set, changed, read])
        {
            Assert.DoesNotContain(Secret, answer.Text, StringComparison.Ordinal);
        }

        byte[] secret = Encoding.UTF8.GetBytes(Secret);
        int entries = 0;
        await foreach (TenantEvent happened in room.Desk.ReadBackAsync(room.Tenant.Version + 1, TestContext.Current.CancellationToken))
        {
            Assert.True(new JournalWriter().Write(new Claim(RunningRoom.TenantId, 1), happened).Payload.Span.IndexOf(secret) < 0, happened.Kind);
            entries++;
        }

        Assert.True(entries >= 4, $"{entries} entries");
    }

    [Theory]
    [InlineData("""{"displayName":"West"}""", "valueInvalid", "subscriptionId")]
    [InlineData("""{"displayName":null}""", "valueInvalid", "displayName")]
    [InlineData("""{"connectionType":"vpn"}""", "valueInvalid", "connectionType")]
    [InlineData("""{"displayName":"West","color":"red"}""", "propertyUnknown", "color")]
    [InlineData("""{"displayName":7}""", "typeWrong", "displayName")]
    public async Task A_body_that_makes_no_connection_is_refused_by_name(string body, string innerCode, string property)
    {
        // C169
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Answer refused = await room.SendAsync("POST", Path, body);
        Assert.Equal((400, innerCode), (refused.Status, refused.InnerCode));
        Assert.Contains(property, refused.Message, StringComparison.Ordinal);
        Assert.Empty(room.Tenant.Fleet.Connections);
    }

    [Fact]
    public async Task What_was_read_can_be_sent_back()
    {
        // B308
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid id = (await room.DoAsync("POST", Path, Hybrid("West"))).GetProperty("id").GetGuid();
        Answer read = await room.SendAsync("GET", $"{Path}/{id}");
        Answer sent = await room.SendAsync("PATCH", $"{Path}/{id}", read.Text);
        Assert.Equal((200, read.Json.GetProperty("displayName").GetString()), (sent.Status, sent.Json.GetProperty("displayName").GetString()));

        Answer moved = await room.SendAsync("PATCH", $"{Path}/{id}", """{"virtualNetworkLocation":"westus","subscriptionName":"Ours","scopeIds":["0","7"]}""");
        Assert.Equal(("failed", "westus", "Ours"), (
            moved.Json.GetProperty("healthCheckStatus").GetString(), moved.Json.GetProperty("virtualNetworkLocation").GetString(), moved.Json.GetProperty("subscriptionName").GetString()));
        Assert.Equal(["0", "7"], moved.Json.GetProperty("scopeIds").EnumerateArray().Select(scope => scope.GetString()));
    }

    [Fact]
    public async Task Reading_needs_one_permission_and_changing_another()
    {
        // C257
        await using RunningRoom room = await RunningRoom.OpenAsync();
        foreach ((string permission, int read, int write) in ((string, int, int)[])[("CloudPC.Read.All", 200, 403), ("CloudPC.ReadWrite.All", 200, 201), ("Directory.ReadWrite.All", 403, 403)])
        {
            foreach (string route in (string[])["", "/servicePlans", "/galleryImages", "/deviceImages", "/onPremisesConnections", "/onPremisesConnections/$count"])
            {
                Assert.Equal(read, (await room.SendAsync("GET", $"/beta/deviceManagement/virtualEndpoint{route}", null as string, permission)).Status);
            }

            Assert.Equal(write, (await room.SendAsync("POST", Path, Joined("West"), permission)).Status);
        }
    }

    [Fact]
    public async Task What_is_not_there_is_not_found_and_a_password_is_asked_for()
    {
        // C169, B307
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid id = (await room.DoAsync("POST", Path, Joined("West"))).GetProperty("id").GetGuid();
        foreach ((string method, string path, string? body, int status) in ((string, string, string?, int)[])
            [
                ("GET", $"{Path}/x", null, 404), ("GET", $"{Path}/{Guid.NewGuid()}", null, 404), ("PATCH", $"{Path}/{Guid.NewGuid()}", "{}", 404), ("DELETE", $"{Path}/x", null, 404),
                ("POST", $"{Path}/x/runHealthChecks", null, 404), ("POST", $"{Path}/{Guid.NewGuid()}/runHealthChecks", null, 404),
                ("POST", $"{Path}/x/updateAdDomainPassword", """{"adDomainPassword":"x"}""", 404), ("POST", $"{Path}/{Guid.NewGuid()}/updateAdDomainPassword", """{"adDomainPassword":"x"}""", 404),
                ("POST", $"{Path}/{id}/updateAdDomainPassword", "{}", 400), ("POST", $"{Path}/{id}/updateAdDomainPassword", """{"adDomainPassword":""}""", 400),
                ("POST", $"{Path}/{id}/updateAdDomainPassword", """{"password":"x"}""", 400), ("POST", $"{Path}/{id}/updateAdDomainPassword", """{"adDomainPassword":"x"}""", 400),
                ("DELETE", $"{Path}/{id}", null, 204), ("GET", $"{Path}/{id}", null, 404),
            ])
        {
            Answer answer = await room.SendAsync(method, path, body);
            Assert.True(answer.Status == status, $"{method} {path}: {answer.Status} {answer.Text}");
        }
    }
}
