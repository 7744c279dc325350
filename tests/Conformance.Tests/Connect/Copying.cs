using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Berth.CommandLine.Client.Tenants;
using Berth.Conformance.Tests.CommandLine;
using Berth.Connect;
using Berth.Connect.Checking;
using Berth.Connect.Copies;
using Berth.Connect.Pulling;
using Berth.Connect.Wire;
using Berth.Engine;
using Berth.Engine.Catalog;
using Xunit;

namespace Berth.Conformance.Tests.Connect;

/// <summary>
/// A copy of a tenant beside the tenant itself, a Berth in another process with the demo company: it shows the same (B565), also when it was pulled on bad days (B561) and
/// by what changed (B563).
/// </summary>
[Collection(nameof(Afar))]
public sealed class Copying(Afar afar)
{
    private static readonly string[] _reads =
    [
        $"v1.0/users?$select={GraphUser.Selected}&$top=999",
        $"v1.0/groups?$select={GraphGroup.Selected}&$top=999",
        "v1.0/subscribedSkus",
        "v1.0/directory/subscriptions",
        "beta/deviceManagement/virtualEndpoint/cloudPCs?$select=id,displayName,userPrincipalName,servicePlanId,servicePlanName,status,provisioningPolicyId,provisioningType,managedDeviceName,gracePeriodEndDateTime,provisionedDateTime,imageDisplayName",
        "beta/deviceManagement/virtualEndpoint/provisioningPolicies?$select=id,displayName,provisioningType,imageId,domainJoinConfigurations,enableSingleSignOn&$expand=assignments",
        "v1.0/organization?$select=id,displayName,countryLetterCode",
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_copy_shows_what_the_tenant_shows()
    {
        TenantCopy copy = await PullAsync(null);
        Assert.Empty(copy.Head.Missing);
        await SameAsync(copy);
    }

    [Fact]
    public async Task Bad_days_lose_nothing()
    {
        using GraphPort port = await afar.PortAsync(new HastyClock());
        Pulled? pulled = null, second = null;
        int[] fired = await afar.UnderAsync(
            [
                new { kind = "throttle", probability = 0.2, seed = 3, retryAfter = 3 },
                new { kind = "error", probability = 0.1, seed = 4, status = 504 },
                new { kind = "throttle", scope = "batchItem", probability = 0.4, seed = 5, retryAfter = 7 },
                new { kind = "drop", probability = 0.05, seed = 6, scope = "request" },
                new { kind = "eventualConsistency", reads = "all", probability = 0.5, seed = 7 },
            ],
            async () =>
            {
                pulled = await Pull.RunAsync(port, null, DateTimeOffset.UtcNow, static _ => { }, Cancel);
                second = await Pull.RunAsync(port, pulled.Copy, DateTimeOffset.UtcNow, static _ => { }, Cancel);
            });

        Assert.True(fired[0] > 0 && fired[2] > 0, string.Join(' ', fired));
        Assert.True(pulled!.WasFull);
        Assert.False(second!.WasFull);
        await SameAsync(second.Copy);
    }

    [Fact]
    public async Task What_changed_is_enough_for_the_next_copy()
    {
        TenantCopy former = await PullAsync(null);
        GraphUser[] people = [.. former.Users.Values];
        GraphGroup licensed = former.Groups.Values.Where(group => group.IsLicensed && group.MembershipRule is null && former.Members.ContainsKey(group.Id)).MinBy(group => former.Members[group.Id].Users.Count)!;
        Guid member = former.Members[licensed.Id].Users[0], stranger = people.First(user => !former.Members[licensed.Id].Users.Contains(user.Id) && user.UserPrincipalName != "admin@contoso.example").Id;

        // Somebody comes and somebody goes, licenses by a group and directly, a department that a rule reads, units, a group without members.
        await afar.SendAsync(HttpMethod.Post, $"v1.0/groups/{licensed.Id}/members/$ref", new Dictionary<string, string> { ["@odata.id"] = $"https://graph.microsoft.com/v1.0/directoryObjects/{stranger}" });
        await afar.SendAsync(HttpMethod.Delete, $"v1.0/groups/{licensed.Id}/members/{member}/$ref");
        Guid gone = people.First(user => user.Id != member && user.Id != stranger && user.UserPrincipalName != "admin@contoso.example").Id;
        await afar.SendAsync(HttpMethod.Delete, $"v1.0/users/{gone}");
        JsonElement added = await afar.SendAsync(HttpMethod.Post, "v1.0/users", new
        {
            displayName = "New Here", userPrincipalName = "new.here@contoso.example", mailNickname = "newhere", accountEnabled = true, usageLocation = "US", department = "Sales",
            passwordProfile = new { password = "Sail-the-7-seas" },
        });
        Guid flow = Guid.Parse("f30db892-07e9-47e9-837c-80727f46fd3d");
        await afar.SendAsync(HttpMethod.Post, "berth/v1/subscriptions", new { skuId = flow, units = 5, ownerType = "User", ownerId = Guid.NewGuid() });
        await afar.SendAsync(HttpMethod.Post, $"v1.0/users/{added.GetProperty("id").GetString()}/assignLicense", new { addLicenses = new[] { new { skuId = flow, disabledPlans = Array.Empty<Guid>() } }, removeLicenses = Array.Empty<Guid>() });
        await afar.SendAsync(HttpMethod.Post, "v1.0/groups", new { displayName = "Nobody yet", mailNickname = "nobody", mailEnabled = false, securityEnabled = true });

        using GraphPort port = await afar.PortAsync();
        Pulled pulled = await Pull.RunAsync(port, former, DateTimeOffset.UtcNow, static _ => { }, Cancel);

        Assert.False(pulled.WasFull);
        Assert.InRange(pulled.UsersRead, 3, people.Length / 2);
        await SameAsync(pulled.Copy);

        // The same as if everything had been read, and nothing is read when nothing changed but those with errors.
        string folder = Directory.CreateTempSubdirectory("berth-copy-").FullName;
        CopyFile.Write(folder, pulled.Copy);
        TenantCopy again = CopyFile.Read(folder)!;
        Directory.Delete(folder, recursive: true);
        Assert.Equal(Lines(await PullAsync(null)), Lines(again));
        Pulled third = await Pull.RunAsync(port, again, DateTimeOffset.UtcNow, static _ => { }, Cancel);
        Assert.Equal(third.Copy.Users.Values.Count(static user => user.IsTroubled), third.UsersRead);
        Assert.Empty(CopyCheck.Of(third.Copy, CopiedTenant.Of(third.Copy)));
    }

    [Fact]
    public async Task A_token_that_is_too_old_makes_a_pull_whole()
    {
        TenantCopy former = await PullAsync(null);
        // The server keeps tokens for seven days of real time; that it says 410 is another suite's matter, what follows is this one's.
        string at = "";
        await using ScriptedServer old = await ScriptedServer.StartAsync(asked => asked.Target.Contains("deltatoken=", StringComparison.OrdinalIgnoreCase) && !asked.Target.Contains("latest", StringComparison.Ordinal)
            ? new Scripted(410, """{"error":{"code":"syncStateNotFound","message":"The sync state generation is not found."}}""")
            : Relay(asked));
        at = old.Address.GetLeftPart(UriPartial.Authority);
        using GraphPort through = new(afar.Profile with { Graph = old.Address }, new Afar.GivenToken(await afar.Berth.TokenAsync()), new HastyClock());
        string link = former.Head.UsersDelta.Replace(afar.Profile.Graph.GetLeftPart(UriPartial.Authority), at, StringComparison.Ordinal);
        Pulled pulled = await Pull.RunAsync(through, former with { Head = former.Head with { UsersDelta = link } }, DateTimeOffset.UtcNow, static _ => { }, Cancel);

        Assert.True(pulled.WasFull);
        Assert.Contains("410", pulled.Note, StringComparison.Ordinal);
        await SameAsync(pulled.Copy);

        Scripted Relay(Asked asked)
        {
            using HttpRequestMessage request = new(new HttpMethod(asked.Method), new Uri(asked.Target, UriKind.Relative));
            using HttpResponseMessage response = afar.Http.Send(request, Cancel);
            using StreamReader body = new(response.Content.ReadAsStream(Cancel));
            return new Scripted((int)response.StatusCode, body.ReadToEnd().Replace(afar.Profile.Graph.GetLeftPart(UriPartial.Authority), at, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_plan_on_the_copy_is_the_plan_of_the_tenant()
    {
        // Microsoft does not try again on its own (L66); this Berth is told to be like that, as every copy is.
        await afar.SendAsync(HttpMethod.Patch, "berth/v1/settings", new { retry = "entra-strict" });
        try
        {
            TenantCopy copy = await PullAsync(null);
            GraphGroup licensed = copy.Groups.Values.First(group => group.IsLicensed && group.MembershipRule is null && copy.Members.ContainsKey(group.Id));
            object body = new
            {
                changes = new object[]
                {
                    new { kind = "groupLicense", groupId = licensed.Id, add = Array.Empty<object>(), remove = licensed.AssignedLicenses!.Select(one => one.SkuId) },
                    new { kind = "membership", groupId = copy.Groups.Values.Last(group => group.IsLicensed && group.MembershipRule is null).Id, addMembers = copy.Users.Values.Where(user => user.UserPrincipalName.StartsWith('a')).Take(3).Select(user => user.Id).Where(id => !copy.Members.GetValueOrDefault(copy.Groups.Values.Last(group => group.IsLicensed && group.MembershipRule is null).Id)!.Users.Contains(id)), removeMembers = Array.Empty<Guid>() },
                },
            };
            JsonObject there = JsonNode.Parse((await afar.SendAsync(HttpMethod.Post, "berth/v1/plan", body)).GetRawText())!.AsObject();
            using HttpClient here = Door(copy);
            using HttpResponseMessage response = await here.PostAsJsonAsync("berth/v1/plan", body, Cancel);
            JsonObject planned = (await response.Content.ReadFromJsonAsync<JsonObject>(Cancel))!;

            Assert.True(there["users"]!.AsArray().Count > 3, there.ToJsonString());
            foreach (JsonObject plan in new[] { there, planned })
            {
                plan.Remove("id");
                plan.Remove("version");
                foreach (JsonNode? machine in plan["cloudPcs"]!.AsArray())
                {
                    machine!.AsObject().Remove("date");
                }
            }

            Assert.Equal(there.ToJsonString(), planned.ToJsonString());
        }
        finally
        {
            await afar.SendAsync(HttpMethod.Patch, "berth/v1/settings", new { retry = "fair" });
        }
    }

    [Theory]
    [InlineData("POST", "v1.0/users", "{}")]
    [InlineData("DELETE", "v1.0/users/admin@contoso.example", null)]
    [InlineData("POST", "berth/v1/apply", "{}")]
    [InlineData("POST", "v1.0/$batch", """{"requests":[{"id":"1","method":"GET","url":"/organization"},{"id":"2","method":"DELETE","url":"/users/x"}]}""")]
    public async Task Nothing_is_changed_through_a_copy(string method, string path, string? body)
    {
        // B567
        using HttpClient here = Door(Bare());
        using HttpRequestMessage request = new(new HttpMethod(method), new Uri(path, UriKind.Relative)) { Content = body is null ? null : new StringContent(body, System.Text.Encoding.UTF8, "application/json") };
        using HttpResponseMessage response = await here.SendAsync(request, Cancel);
        JsonElement error = (await response.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("error");
        Assert.Equal(403, (int)response.StatusCode);
        Assert.Equal("copyIsReadOnly", error.GetProperty("innerError").GetProperty("code").GetString());
        Assert.StartsWith("Nothing was changed: afar is a copy of a tenant, and a copy is only read.", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_SKU_that_nobody_knows_is_as_good_as_any()
    {
        // B566: its plans are those that the tenant shows; a license that is disabled in part, and one without any plan.
        Guid sku = Guid.NewGuid(), bare = Guid.NewGuid(), plan = Guid.NewGuid(), other = Guid.NewGuid(), lost = Guid.NewGuid();
        Guid e3 = SkuCatalog.BuiltIn.FindByPartNumber("SPE_E3").Single().Id, added = Guid.NewGuid();
        TenantCopy copy = Bare(
            skus:
            [
                new GraphSku(sku, "BRAND_NEW", "Enabled", "User", 1, new GraphUnits(5, 0, 0, 0), [new GraphPlan(plan, "NEW_PLAN", "User"), new GraphPlan(other, "OTHER_PLAN", "User")]),
                new GraphSku(bare, "NO_PLANS", "Enabled", "User", 1, new GraphUnits(3, 0, 0, 0), []),
                new GraphSku(e3, "SPE_E3", "Enabled", "User", 0, new GraphUnits(1, 0, 0, 0), [new GraphPlan(added, "ADDED_LATELY", "User")]),
            ],
            users:
            [
                new GraphUser
                {
                    Id = Guid.NewGuid(), UserPrincipalName = "a@x.example", UsageLocation = "US",
                    AssignedLicenses = [new GraphLicense(sku, [other]), new GraphLicense(bare, []), new GraphLicense(lost, [])],
                    LicenseAssignmentStates = [State(sku, [other]), State(bare, []), State(lost, [])],
                },
            ]);
        Tenant tenant = CopiedTenant.Of(copy);

        Assert.Equal(["NO_PLANS", "BRAND_NEW", $"{lost}"], tenant.LicensesOf(0).Held().Select(one => tenant.Catalog.Skus[one].PartNumber).OrderBy(static name => name.Length));
        Assert.Equal(["OTHER_PLAN"], tenant.LicensesOf(0).MergedDisabled(tenant.Catalog.FindByPartNumber("BRAND_NEW").Single().Index).Select(one => tenant.Catalog.Plans[one].Name));
        Assert.True(tenant.Catalog.TryGetPlan(added, out _));
        Assert.Equal(SkuCatalog.BuiltIn.Skus[0].ProductName, tenant.Catalog.Skus[0].ProductName);
        Assert.Empty(CopyCheck.Of(copy, tenant));
    }

    [Fact]
    public void What_was_seen_is_not_decided_again()
    {
        // B565: more holders than units, an exclusive pair, a source of a group that is gone: all as Graph says.
        Guid small = SkuCatalog.BuiltIn.FindByPartNumber("EXCHANGESTANDARD").Single().Id, large = SkuCatalog.BuiltIn.FindByPartNumber("EXCHANGEENTERPRISE").Single().Id, gone = Guid.NewGuid();
        TenantCopy copy = Bare(
            skus: [new GraphSku(small, "EXCHANGESTANDARD", "Enabled", "User", 7, new GraphUnits(0, 0, 1, 0), []), new GraphSku(large, "EXCHANGEENTERPRISE", "Enabled", "User", 1, new GraphUnits(1, 0, 0, 0), [])],
            users:
            [
                new GraphUser
                {
                    Id = Guid.NewGuid(), UserPrincipalName = "a@x.example", UsageLocation = "US",
                    AssignedLicenses = [new GraphLicense(small, []), new GraphLicense(large, [])],
                    LicenseAssignmentStates = [State(small, []), State(large, []) with { AssignedByGroup = gone }],
                },
            ]);
        Tenant tenant = CopiedTenant.Of(copy);

        Assert.Equal(2, tenant.LicensesOf(0).Held().Length);
        Assert.Equal(-1, tenant.FindGroup(gone));
        CheckRow[] rows = [.. CopyCheck.Of(copy, tenant)];

        // B568: a group whose member the user is not gives nothing (L62), the two exclude each other (E4), and seven hold what one does.
        Assert.Contains(rows, row => row is { Sku: "EXCHANGEENTERPRISE", Rule: "L62", Says: "Active", Computes: "nothing" });
        Assert.Contains(rows, row => row is { Source: "direct", Rule: "E4", Computes: "refused: PlansMutuallyExclusive" });
        Assert.Contains(rows, row => row is { Sku: "EXCHANGESTANDARD", Rule: "L61", Says: "consumedUnits 7", Computes: "1 users hold it" });
    }

    [Fact]
    public async Task A_wrong_belief_is_seen_by_its_rule()
    {
        // B568: what a healthy tenant says, with one answer turned round.
        TenantCopy copy = await PullAsync(null);
        GraphUser victim = copy.Users.Values.First(user => user.LicenseAssignmentStates!.Any(state => state.AssignedByGroup is not null && state.IsGood));
        GraphAssignment turned = victim.LicenseAssignmentStates!.First(state => state.AssignedByGroup is not null && state.IsGood);
        OrderedDictionary<Guid, GraphUser> users = new(copy.Users)
        {
            [victim.Id] = victim with { LicenseAssignmentStates = [.. victim.LicenseAssignmentStates!.Select(state => state == turned ? state with { State = "Error", Error = "MutuallyExclusiveViolation" } : state)] },
        };
        TenantCopy planted = copy with { Users = users };

        Assert.Empty(CopyCheck.Of(copy, CopiedTenant.Of(copy)));
        CheckRow[] rows = [.. CopyCheck.Of(planted, CopiedTenant.Of(planted))];
        CheckRow row = rows.First(one => one.GroupId == turned.AssignedByGroup);
        Assert.Equal((victim.UserPrincipalName, turned.SkuId, "Error (MutuallyExclusiveViolation)"), (row.User, row.SkuId, row.Says));
        Assert.Contains(rows, one => one is { Source: "merged", Says: "holds it", Computes: "does not hold it", Rule: "L113" } or { Source: "units", Rule: "L61" });
    }

    [Fact]
    public async Task A_part_that_is_not_permitted_is_named_and_missing()
    {
        // B564: an application that may read users, groups and licenses, and no Cloud PCs.
        await using ScriptedServer server = await ScriptedServer.StartAsync(asked =>
            asked.Target.Contains("virtualEndpoint", StringComparison.Ordinal) ? new Scripted(403, """{"error":{"code":"Forbidden","message":"No."}}""")
            : asked.Target.Contains("organization", StringComparison.Ordinal) ? new Scripted(200, """{"value":[{"id":"6b1f7a52-3c0e-4f5b-9a51-0d0c5a7e1d10","displayName":"X","verifiedDomains":[{"name":"x.example","isDefault":true}]}]}""")
            : new Scripted(200, $$"""{"value":[],"@odata.deltaLink":"{{(asked.Target.Contains("delta", StringComparison.Ordinal) ? "https://x.example/next" : "")}}"}"""));
        using GraphPort port = new(afar.Profile with { Graph = server.Address }, new Afar.GivenToken("x"), new HastyClock());
        Pulled pulled = await Pull.RunAsync(port, null, DateTimeOffset.UtcNow, static _ => { }, Cancel);
        Assert.Equal([new MissingPart("provisioning policies", "CloudPC.Read.All"), new MissingPart("Cloud PCs", "CloudPC.Read.All")], pulled.Copy.Head.Missing);
        Assert.Equal("x.example", pulled.Copy.Head.Organization.Domain);

        await using ScriptedServer closed = await ScriptedServer.StartAsync(asked => asked.Target.Contains("/users", StringComparison.Ordinal)
            ? new Scripted(403, """{"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges."}}""")
            : new Scripted(200, """{"value":[{"id":"6b1f7a52-3c0e-4f5b-9a51-0d0c5a7e1d10"}]}"""));
        using GraphPort nothing = new(afar.Profile with { Graph = closed.Address }, new Afar.GivenToken("x"), new HastyClock());
        PullRefusedException refused = await Assert.ThrowsAsync<PullRefusedException>(() => Pull.RunAsync(nothing, null, DateTimeOffset.UtcNow, static _ => { }, Cancel));
        Assert.Equal("users cannot be read: Insufficient privileges. Grant the application User.Read.All (with an administrator's consent), or sign in as somebody who may.", refused.Message);
    }

    [Fact]
    public void A_copy_that_was_cut_off_is_no_copy()
    {
        // B562
        string folder = Directory.CreateTempSubdirectory("berth-copy-").FullName;
        try
        {
            Assert.Null(CopyFile.Read(folder));
            CopyFile.Write(folder, Bare());
            string path = Path.Combine(folder, CopyFile.Name);

            // What a pull left that was killed while it wrote is beside the copy, and the next one writes over it.
            File.WriteAllText(path + ".new", "half a");
            Assert.NotNull(CopyFile.Read(folder));
            CopyFile.Write(folder, Bare());
            Assert.Equal([path], Directory.GetFiles(folder));

            string[] lines = File.ReadAllLines(path);
            File.WriteAllLines(path, lines[..^1]);
            Assert.Contains("pull the tenant anew with --full", Assert.Throws<ConnectFailedException>(() => CopyFile.Read(folder)).Message, StringComparison.Ordinal);
            File.WriteAllLines(path, [lines[0].Replace("\"berthCopy\":1", "\"berthCopy\":2", StringComparison.Ordinal), .. lines[1..]]);
            Assert.Null(CopyFile.Read(folder));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static GraphAssignment State(Guid sku, Guid[] disabled) => new(sku, null, "Active", "None", disabled, DateTimeOffset.UnixEpoch);

    private static TenantCopy Bare(IReadOnlyList<GraphSku>? skus = null, IReadOnlyList<GraphUser>? users = null) => new(new CopyHead(
        CopyHead.Format, new GraphOrganization(Guid.NewGuid(), "X", "US", null, [new GraphDomain("x.example", true)]), DateTimeOffset.UnixEpoch, "u", "g", []))
    {
        Users = new OrderedDictionary<Guid, GraphUser>((users ?? []).ToDictionary(static user => user.Id)), Groups = [], Members = [], Skus = skus ?? [], Subscriptions = [], Policies = [], CloudPcs = [],
    };

    private static HttpClient Door(TenantCopy copy) =>
        new(CopyDoor.To("afar", CopiedTenant.Of(copy), TimeProvider.System)) { BaseAddress = new Uri("https://copy.invalid") };

    // The order of objects is the order in which they came; a copy by changes has those that are new at the end.
    private static string[] Lines(TenantCopy copy) =>
    [
        .. copy.Users.Values.OrderBy(static one => one.Id).Select(static one => JsonSerializer.Serialize(one)),
        .. copy.Groups.Values.OrderBy(static one => one.Id).Select(static one => JsonSerializer.Serialize(one)),
        .. copy.Members.Values.OrderBy(static one => one.GroupId).Select(static one => JsonSerializer.Serialize(one)),
        .. copy.Skus.Select(static one => JsonSerializer.Serialize(one)),
        .. copy.CloudPcs.Select(static one => JsonSerializer.Serialize(one)),
    ];

    private async Task<TenantCopy> PullAsync(TenantCopy? former)
    {
        using GraphPort port = await afar.PortAsync();
        return (await Pull.RunAsync(port, former, DateTimeOffset.UtcNow, static _ => { }, Cancel)).Copy;
    }

    private async Task SameAsync(TenantCopy copy)
    {
        using HttpClient here = Door(copy);
        List<string> reads = [.. _reads];
        reads.AddRange(copy.Groups.Keys.Select(static id => $"v1.0/groups/{id}/members?$select=id&$top=999"));
        reads.AddRange(copy.Users.Keys.Take(20).Select(static id => $"v1.0/users/{id}/licenseDetails"));
        foreach (string read in reads)
        {
            Assert.Equal(await RowsAsync(afar.Http, read), await RowsAsync(here, read));
        }
    }

    private static async Task<string[]> RowsAsync(HttpClient http, string path)
    {
        using HttpResponseMessage response = await http.GetAsync(new Uri(path, UriKind.Relative), Cancel);
        string text = await response.Content.ReadAsStringAsync(Cancel);
        Assert.True(response.IsSuccessStatusCode, $"{path}: {text}");
        return [.. JsonNode.Parse(text)!["value"]!.AsArray().Select(static row => row!.ToJsonString()).Order(StringComparer.Ordinal)];
    }
}
