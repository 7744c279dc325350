using System.Net.Http.Json;
using System.Text.Json;
using Berth.Conformance.Tests.CommandLine;
using Berth.Conformance.Tests.CloudPcs;
using Xunit;
using static Berth.Conformance.Tests.Applying.WritableTenant;

namespace Berth.Conformance.Tests.Applying;

/// <summary><c>berth apply --tenant NAME</c> for policies and Cloud PCs: assigned, allotted, sized, put back, made again and ended at a second Berth (B536, B537).</summary>
[Collection(nameof(RealTenant))]
public sealed class CloudPcChangesTests(RealTenant tenant)
{
    private const string Endpoint = "beta/deviceManagement/virtualEndpoint";
    private const string Small = "CPC_E_4C_16GB_128GB", Large = "CPC_E_4C_16GB_256GB";

    private readonly WritableTenant _copy = RealTenant.NewCopy();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Policies_get_their_groups_and_Cloud_PCs_what_is_asked_of_them()
    {
        _copy.Buy(Small, 4);
        Guid[] users = _copy.Users(6);
        Guid group = _copy.Group(1, users[..4]), ward = _copy.Group(2, users[4..]);
        _copy.Do([.. users.Take(4).Select(static user => new Engine.Command.AssignUserLicenses(user, Of(License(Small)), []))]);
        await tenant.FillAsync(_copy.Now);
        await tenant.BuyAsync(Large, 4);
        await tenant.BuyAsync(FrontlineWrites.Part, 5);
        string dedicated = await PolicyAsync("dedicated"), shared = await PolicyAsync("sharedByUser");
        await tenant.PullAsync();

        // B537: a group, and a group with an allotment.
        object Allotment(int licenses) => new
        {
            kind = "policyAssignment",
            policyId = shared,
            assignments = new[] { new { target = new { groupId = ward, servicePlanId = Plan(FrontlineWrites.Plan), allotmentDisplayName = "Ward", allotmentLicensesCount = licenses } } },
        };
        Ended assigned = await ApplyAsync(new { kind = "policyAssignment", policyId = dedicated, assignments = new[] { new { target = new { groupId = group } } } }, Allotment(1));
        Assert.True(assigned.ExitCode == 0, assigned.Errors + assigned.Output);
        Assert.Equal(("policy applied", "policy applied"), (Outcome(assigned, 0), Outcome(assigned, 1)));
        JsonElement[] machines = await OfAsync(dedicated);
        Assert.Equal(4, machines.Length);
        Assert.Equal(2, (await OfAsync(shared)).Length);

        // One is put back, one sized, one made again, one is at its end; and of the allotment only the number changes, which is not taken for done.
        Guid Pc(int user) => machines.Single(one => Text(one, "userPrincipalName") == $"u{users[user]:N}@contoso.example").GetProperty("id").GetGuid();
        await PostAsync($"{Endpoint}/cloudPCs/{Pc(0)}/createSnapshot", null);
        await PostAsync($"v1.0/users/{users[3]}/assignLicense", new { addLicenses = Array.Empty<object>(), removeLicenses = new[] { Sku(Small) } });
        await tenant.PullAsync();
        Ended acted = await ApplyAsync(
            Allotment(2),
            new { kind = "cloudPcAction", action = "restore", cloudPcIds = new[] { Pc(0) } },
            new { kind = "cloudPcAction", action = "resize", cloudPcIds = new[] { Pc(1) }, targetServicePlanId = PlanOf(Large) },
            new { kind = "cloudPcAction", action = "reprovision", cloudPcIds = new[] { Pc(2) } },
            new { kind = "cloudPcAction", action = "endGracePeriod", cloudPcIds = new[] { Pc(3) } });
        Assert.True(acted.ExitCode == 0, acted.Errors + acted.Output);
        Assert.Equal("policy applied", Outcome(acted, 0));
        Assert.All(Enumerable.Range(1, 4), row => Assert.Equal("cloudPcAction applied", Outcome(acted, row)));
        Assert.Equal(2, await AllottedAsync(shared));
        JsonElement[] after = await OfAsync(dedicated);
        Assert.Equal(3, after.Length);
        Assert.DoesNotContain(after, one => one.GetProperty("id").GetGuid() == Pc(3));
        Assert.Equal($"{PlanOf(Large)}", Text(after.Single(one => one.GetProperty("id").GetGuid() == Pc(1)), "servicePlanId"));
        Assert.Equal("restore succeeded", await LastActionAsync(Pc(0)));
        Assert.Equal("reprovision succeeded", await LastActionAsync(Pc(2)));
    }

    private static Guid PlanOf(string partNumber) => Engine.Catalog.SkuCatalog.BuiltIn.FindByPartNumber(partNumber).First().Plans
        .Select(static plan => Engine.Catalog.SkuCatalog.BuiltIn.Plans[plan]).First(static plan => plan.Name.StartsWith("CPC_", StringComparison.Ordinal)).Id;

    private static string Text(JsonElement of, string name) => of.GetProperty(name).GetString() ?? "";

    private static string Outcome(Ended ended, int row)
    {
        JsonElement one = ended.Json.GetProperty("results")[row];
        return $"{Text(one, "kind")} {Text(one, "outcome")}";
    }

    private async Task<Ended> ApplyAsync(params object[] changes)
    {
        string path = Path.Combine(tenant.Data, $"{Guid.NewGuid():N}.json");
        await File.WriteAllTextAsync(path, JsonSerializer.Serialize(changes), Cancel);
        return await tenant.RunAsync("apply", "--tenant", "second", "-f", path, "--data", tenant.Data, "--confirm", "contoso.example", "--wait", "20", "-o", "json");
    }

    private async Task<string> PolicyAsync(string type) => Text(
        await PostAsync($"{Endpoint}/provisioningPolicies", new
        {
            displayName = $"{type} {Guid.NewGuid():N}",
            provisioningType = type,
            imageType = "gallery",
            imageId = "microsoftwindowsdesktop_windows-ent-cpc_win11-24h2-ent-cpc",
            domainJoinConfigurations = new[] { new { domainJoinType = "azureADJoin", regionName = "eastus" } },
        }),
        "id");

    private async Task<JsonElement[]> OfAsync(string policy) =>
        [.. (await GetAsync($"{Endpoint}/cloudPCs?$filter=provisioningPolicyId eq '{policy}'")).GetProperty("value").EnumerateArray()];

    private async Task<int> AllottedAsync(string policy) =>
        (await GetAsync($"{Endpoint}/provisioningPolicies/{policy}?$expand=assignments")).GetProperty("assignments")[0].GetProperty("target").GetProperty("allotmentLicensesCount").GetInt32();

    private async Task<string> LastActionAsync(Guid machine)
    {
        JsonElement action = (await GetAsync($"{Endpoint}/cloudPCs/{machine}?$select=lastRemoteActionResult")).GetProperty("lastRemoteActionResult");
        return $"{Text(action, "actionName")} {Text(action, "actionState")}".ToLowerInvariant().Replace("done", "succeeded", StringComparison.Ordinal);
    }

    private Task<JsonElement> GetAsync(string path) => tenant.Http.GetFromJsonAsync<JsonElement>(path, Cancel);

    private async Task<JsonElement> PostAsync(string path, object? body)
    {
        using HttpResponseMessage response = await tenant.Http.PostAsync(new Uri(path, UriKind.Relative), body is null ? null : JsonContent.Create(body), Cancel);
        string text = await response.Content.ReadAsStringAsync(Cancel);
        Assert.True(response.IsSuccessStatusCode, text);
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
    }
}
