using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Berth.Conformance.Tests.Alerts;
using Berth.Conformance.Tests.CloudApps;
using Berth.Conformance.Tests.CloudPcs;
using Berth.Conformance.Tests.Notifications;
using Berth.Conformance.Tests.Scim;
using Berth.Graph;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Xunit;

namespace Berth.Conformance.Tests.Graph;

/// <summary>What must hold for every route there is, so that a new one cannot be forgotten.</summary>
public sealed partial class RouteCompleteness
{
    [Fact]
    public async Task Every_route_refuses_a_token_without_permission_and_a_request_without_token()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        foreach (Route route in GraphRoom.Table.Routes)
        {
            foreach (string path in Paths(route))
            {
                string? body = route.Method == GraphMethod.Get ? null : "{}";
                Assert.Equal(401, (await Unsigned(room, route.Method, path)).Status);
                Answer answer = await room.SendAsync(MethodOf(route.Method), path, body, token: "none");
                bool open = route.Access.Allows(PermissionSet.None);
                Assert.True(open ? answer.Status != 403 : answer.Status == 403 && (route.Versions == RouteVersions.Scim || answer.Code == "Authorization_RequestDenied"), $"{route}: {answer.Status} {answer.Text}");
            }
        }
    }

    [Fact]
    public async Task Every_write_repeats_its_answer_byte_for_byte_and_happens_once()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada"), bob = await room.AddUserAsync("bob"), group = await room.AddGroupAsync("sales"), old = await room.AddGroupAsync("old");
        Guid subscription = await room.BuyAsync("SPE_E5", 5);
        await room.DoAsync("PATCH", $"/v1.0/groups/{group}", $$"""{"owners@odata.bind":["https://x/users/{{ada}}"]}""");
        string licenses = RunningRoom.Licenses([room.Sku("SPE_E5")], []);
        const string Table = "skuPartNumber,skuId,productName,servicePlanName,servicePlanId,friendlyName\nN,11111111-1111-4111-8111-111111111111,n,P,22222222-2222-4222-8222-222222222222,p\n";
        await using Receiver receiver = await Receiver.StartAsync();
        string told = Subscribing.Body(receiver.Url(), DateTimeOffset.UtcNow.AddHours(2));
        Guid notified = (await room.DoAsync("POST", "/v1.0/subscriptions", told)).GetProperty("id").GetGuid();
        const string Endpoint = "/deviceManagement/virtualEndpoint";
        Guid connection = (await room.DoAsync("POST", NetworkConnections.Path, NetworkConnections.Hybrid("East"))).GetProperty("id").GetGuid();
        Guid image = (await room.DoAsync("POST", $"/v1.0{Endpoint}/deviceImages", NetworkConnections.Image("1.0"))).GetProperty("id").GetGuid();
        (string Route, string Path, string? Body, string ContentType)[] hosts = [.. HostRoutes(await HostedAsync(room))];
        await RepeatAsync(room, hosts);
        await room.DoAsync("PATCH", "/berth/v1/settings", """{"host":"simulator"}""");
        string made = (await room.DoAsync("POST", "/berth/v1/apply", $$"""{"changes":[{"kind":"subscription","skuId":"{{room.Sku("SPE_E5")}}","units":6}]}""")).GetProperty("id").GetString()!;
        (string Route, string Path, string? Body, string ContentType)[] writes =
        [
            ("POST /users", "/v1.0/users", RunningRoom.UserJson("eve"), "application/json"),
            ("PATCH /users/{user}", $"/v1.0/users/{ada}", """{"city":"Kyiv"}""", "application/json"),
            ("PUT /users/{user}/manager/$ref", $"/v1.0/users/{ada}/manager/$ref", $$"""{"@odata.id":"https://x/users/{{bob}}"}""", "application/json"),
            ("DELETE /users/{user}/manager/$ref", $"/v1.0/users/{ada}/manager/$ref", null, ""),
            ("POST /groups", "/v1.0/groups", """{"displayName":"g","mailEnabled":false,"mailNickname":"g","securityEnabled":true}""", "application/json"),
            ("PATCH /groups/{group}", $"/v1.0/groups/{group}", """{"description":"d"}""", "application/json"),
            ("POST /groups/{group}/evaluateDynamicMembership", $"/beta/groups/{group}/evaluateDynamicMembership", Evaluation(ada), "application/json"),
            ("POST /groups/evaluateDynamicMembership", "/beta/groups/evaluateDynamicMembership", Evaluation(ada), "application/json"),
            ("POST /groups/evaluateMembershipRule", "/berth/v1/groups/evaluateMembershipRule", """{"membershipRule":"user.city -eq \"Oslo\""}""", "application/json"),
            ("POST /groups/{group}/members/$ref", $"/v1.0/groups/{group}/members/$ref", $$"""{"@odata.id":"https://x/users/{{ada}}"}""", "application/json"),
            ("POST /groups/{group}/owners/$ref", $"/v1.0/groups/{group}/owners/$ref", $$"""{"@odata.id":"https://x/users/{{bob}}"}""", "application/json"),
            ("DELETE /groups/{group}/owners/{owner}/$ref", $"/v1.0/groups/{group}/owners/{ada}/$ref", null, ""),
            ("POST /users/{user}/assignLicense", $"/v1.0/users/{ada}/assignLicense", licenses, "application/json"),
            ("POST /groups/{group}/assignLicense", $"/v1.0/groups/{group}/assignLicense", licenses, "application/json"),
            ("POST /users/{user}/reprocessLicenseAssignment", $"/v1.0/users/{ada}/reprocessLicenseAssignment", null, ""),
            .. Functions("/users", "{user}", ada, group), .. Functions("/groups", "{group}", group, group), .. Functions("/directoryObjects", "{object}", ada, group),
            ("DELETE /groups/{group}/members/{member}/$ref", $"/v1.0/groups/{group}/members/{ada}/$ref", null, ""),
            ("DELETE /groups/{group}", $"/v1.0/groups/{old}", null, ""),
            ("DELETE /users/{user}", $"/v1.0/users/{bob}", null, ""),
            ("POST /directory/deletedItems/{item}/restore", $"/v1.0/directory/deletedItems/{bob}/restore", null, ""),
            ("DELETE /directoryObjects/{object}", $"/v1.0/directoryObjects/{bob}", null, ""),
            ("DELETE /directory/deletedItems/{item}", $"/v1.0/directory/deletedItems/{bob}", null, ""),
            ("POST /directory/deletedItems/getUserOwnedObjects", "/v1.0/directory/deletedItems/getUserOwnedObjects", $$"""{"userId":"{{ada}}","type":"Group"}""", "application/json"),
            ("POST /directoryObjects/getByIds", "/v1.0/directoryObjects/getByIds", $$"""{"ids":["{{ada}}"]}""", "application/json"),
            ("POST /$batch", "/v1.0/$batch", $$"""{"requests":[{"id":1,"method":"DELETE","url":"/users/{{ada}}"}]}""", "application/json"),
            ("POST /subscriptions", "/berth/v1/subscriptions", """{"skuPartNumber":"SPE_E3","units":1}""", "application/json"),
            ("PATCH /subscriptions/{subscription}", $"/berth/v1/subscriptions/{subscription}", """{"units":6}""", "application/json"),
            ("PATCH /settings", "/berth/v1/settings", """{"groupAtomicity":"independent"}""", "application/json"),
            ("POST /clock", "/berth/v1/clock", """{"mode":"frozen"}""", "application/json"),
            ("POST /import", "/berth/v1/import", """{"group":{"displayName":"i"}}""", "application/x-ndjson"),
            ("POST /groups/{group}/reprocess", $"/berth/v1/groups/{group}/reprocess", null, ""),
            ("POST /catalog/import", "/berth/v1/catalog/import", Table, "text/csv"),
            ("POST /subscriptions", "/v1.0/subscriptions", told, "application/json"),
            ("PATCH /subscriptions/{subscription}", $"/v1.0/subscriptions/{notified}", $$"""{"expirationDateTime":"{{DateTimeOffset.UtcNow.AddHours(3):O}}"}""", "application/json"),
            ("POST /subscriptions/{subscription}/reauthorize", $"/v1.0/subscriptions/{notified}/reauthorize", null, ""),
            ("DELETE /subscriptions/{subscription}", $"/v1.0/subscriptions/{notified}", null, ""),
            ($"POST {Endpoint}/onPremisesConnections", NetworkConnections.Path, NetworkConnections.Joined("West"), "application/json"),
            ($"PATCH {Endpoint}/onPremisesConnections/{{connection}}", $"{NetworkConnections.Path}/{connection}", """{"displayName":"Far East"}""", "application/json"),
            ($"POST {Endpoint}/onPremisesConnections/{{connection}}/runHealthChecks", $"{NetworkConnections.Path}/{connection}/runHealthChecks", null, ""),
            ($"POST {Endpoint}/onPremisesConnections/{{connection}}/updateAdDomainPassword", $"{NetworkConnections.Path}/{connection}/updateAdDomainPassword", """{"adDomainPassword":"Another-1"}""", "application/json"),
            ("PUT /onPremisesConnections/{connection}/simulatedChecks", $"/berth/v1/onPremisesConnections/{connection}/simulatedChecks", """{"checks":[{"name":"udp"}]}""", "application/json"),
            ($"DELETE {Endpoint}/onPremisesConnections/{{connection}}", $"{NetworkConnections.Path}/{connection}", null, ""),
            ($"POST {Endpoint}/deviceImages", $"/v1.0{Endpoint}/deviceImages", NetworkConnections.Image("1.1"), "application/json"),
            ($"DELETE {Endpoint}/deviceImages/{{deviceImage}}", $"/v1.0{Endpoint}/deviceImages/{image}", null, ""),
            .. hosts,
            ("POST /plan", "/berth/v1/plan", """{"changes":[]}""", "application/json"),
            ("POST /migrations", "/berth/v1/migrations", $$"""{"kind":"directToGroup","skuIds":["{{room.Sku("SPE_E5")}}"],"toGroupId":"{{group}}"}""", "application/json"),
            ("POST /apply", "/berth/v1/apply", $$"""{"changes":[{"kind":"subscription","skuId":"{{room.Sku("SPE_E5")}}","units":7}]}""", "application/json"),
            ("POST /history/{operation}/undo", $"/berth/v1/history/{made}/undo", null, ""),
            ("POST /frontline/simulate", "/berth/v1/frontline/simulate", ShiftSimulations.Small, "application/json"),
            ("POST /faults", "/berth/v1/faults", """{"kind":"throttle","probability":0}""", "application/json"),
            ("DELETE /faults/{fault}", "/berth/v1/faults/1", null, ""),
            ("DELETE /faults", "/berth/v1/faults", null, ""),
            .. await CloudPcWrites.LinesAsync(room),
            .. await FrontlineWrites.LinesAsync(room),
            .. await PolicyWriteLines.LinesAsync(room),
            .. await AlertWriteLines.LinesAsync(room),
            .. await CloudAppLines.LinesAsync(room),
            .. await ScimLines.LinesAsync(room),
            ($"POST {Endpoint}/reports/getFrontlineReport", $"/beta{Endpoint}/reports/getFrontlineReport", """{"reportName":"frontlineLicenseUsageReport"}""", "application/json"),
            ($"POST {Endpoint}/reports/retrieveFrontlineReports", $"/beta{Endpoint}/reports/retrieveFrontlineReports", """{"reportName":"licenseUsageReport"}""", "application/json"),
            ("PUT /catalog/rules", "/berth/v1/catalog/rules", """{"requires":[]}""", "application/json"),
        ];

        Assert.Equal(
            GraphRoom.Table.Routes.Where(route => route.Method != GraphMethod.Get).Select(route => $"{MethodOf(route.Method)} {route.Template}").Order(),
            writes.Select(write => write.Route).Order());

        await RepeatAsync(room, writes.Except(hosts));
    }

    private static async Task RepeatAsync(RunningRoom room, IEnumerable<(string Route, string Path, string? Body, string ContentType)> writes)
    {
        foreach ((string route, string path, string? body, string contentType) in writes)
        {
            string method = route.Split(' ')[0];
            (string, string) id = ("Repeatability-Request-ID", Guid.NewGuid().ToString());
            Answer first = await Send(room, method, path, body, contentType, id);
            Assert.True(first.Status < 300, $"{route}: {first.Status} {first.Text}");
            long version = room.Tenant.Version;
            Answer again = await Send(room, method, path, body, contentType, id);
            Assert.Equal((first.Status, first.Text, first.Location), (again.Status, again.Text, again.Location));
            Assert.Equal(version, room.Tenant.Version);
        }
    }

    // Two Cloud PCs that an agent is to make, one of which is there: what an agent says, and a session.
    private static async Task<(Guid User, Guid CloudPc, Guid Session, JsonElement Job, JsonElement Other)> HostedAsync(RunningRoom room)
    {
        const string Part = "CPC_B_2C_4RAM_64GB";
        await room.BuyAsync(Part, 4);
        (Guid user, Guid cloudPc) = await HireAsync("pat");
        (Guid other, Guid held) = await HireAsync("kim");
        Guid session = (await room.DoAsync("POST", "/berth/v1/sessions", $$"""{"userId":"{{other}}","cloudPcId":"{{held}}"}""")).GetProperty("id").GetGuid();
        await room.DoAsync("PATCH", "/berth/v1/settings", """{"host":"agent"}""");
        await HireAsync("lee");
        await HireAsync("max");
        JsonElement jobs = (await room.DoAsync("POST", "/berth/v1/host/jobs/claim", """{"agent":"test","max":2}""")).GetProperty("value");
        return (user, cloudPc, session, jobs[0], jobs[1]);

        async Task<(Guid User, Guid CloudPc)> HireAsync(string name)
        {
            Guid id = await room.AddUserAsync(name);
            await room.DoAsync("POST", $"/v1.0/users/{id}/assignLicense", RunningRoom.Licenses([room.Sku(Part)], []));
            return (id, room.Tenant.Fleet.CloudPcs[Assert.Single(room.Tenant.Fleet.OfUser(room.Tenant.FindUser(id)))]!.Id);
        }
    }

    private static IEnumerable<(string Route, string Path, string? Body, string ContentType)> HostRoutes(
        (Guid User, Guid CloudPc, Guid Session, JsonElement Job, JsonElement Other) hosted)
    {
        yield return ("POST /host/jobs/claim", "/berth/v1/host/jobs/claim", """{"agent":"test"}""", "application/json");
        yield return Report("progress", hosted.Job, "");
        yield return Report("done", hosted.Job, "");
        yield return Report("failed", hosted.Other, ""","code":"c","message":"m" """);
        yield return ("POST /sessions", "/berth/v1/sessions", $$"""{"userId":"{{hosted.User}}","cloudPcId":"{{hosted.CloudPc}}"}""", "application/json");
        yield return ("POST /sessions/{session}/disconnect", $"/berth/v1/sessions/{hosted.Session}/disconnect", null, "");
        yield return ("DELETE /sessions/{session}", $"/berth/v1/sessions/{hosted.Session}", null, "");

        static (string, string, string?, string) Report(string kind, JsonElement job, string more) =>
            ($"POST /host/jobs/{{job}}/{kind}", $"/berth/v1/host/jobs/{job.GetProperty("id").GetGuid()}/{kind}", $"{{\"leaseId\":\"{job.GetProperty("leaseId").GetGuid()}\"{more}}}", "application/json");
    }

    private static string Evaluation(Guid member) => $$"""{"memberId":"{{member}}","membershipRule":"user.city -ne null"}""";

    // They change nothing; their repetition is the same question.
    private static IEnumerable<(string Route, string Path, string? Body, string ContentType)> Functions(string set, string brace, Guid key, Guid group)
    {
        foreach ((string function, string body) in ((string, string)[])
            [
                ("getMemberGroups", "{}"), ("getMemberObjects", "{}"),
                ("checkMemberGroups", $$"""{"groupIds":["{{group}}"]}"""), ("checkMemberObjects", $$"""{"ids":["{{group}}"]}"""),
            ])
        {
            yield return ($"POST {set}/{brace}/{function}", $"/v1.0{set}/{key}/{function}", body, "application/json");
        }
    }

    private static async Task<Answer> Send(RunningRoom room, string method, string path, string? body, string contentType, (string, string) id)
    {
        using StringContent? content = body is null ? null : new StringContent(body, new UTF8Encoding(false), contentType);
        return await room.SendAsync(method, path, content, "*", id);
    }

    private static async Task<Answer> Unsigned(RunningRoom room, GraphMethod method, string path)
    {
        using HttpRequestMessage request = new(new HttpMethod(MethodOf(method)), path);
        using HttpResponseMessage response = await room.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return new Answer((int)response.StatusCode, await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken), null, null);
    }

    private static IEnumerable<string> Paths(Route route)
    {
        string path = Brace().Replace(route.Template, $"{Guid.NewGuid()}");
        foreach ((RouteVersions version, string prefix) in ((RouteVersions, string)[])[(RouteVersions.V1, "/v1.0"), (RouteVersions.Beta, "/beta"), (RouteVersions.Berth, "/berth/v1"), (RouteVersions.Scim, "/scim/v2")])
        {
            if (route.Versions.HasFlag(version))
            {
                yield return prefix + path;
            }
        }
    }

    private static string MethodOf(GraphMethod method) => method.ToString().ToUpperInvariant();

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex Brace();
}
