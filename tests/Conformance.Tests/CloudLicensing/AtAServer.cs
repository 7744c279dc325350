using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Berth.Conformance.Tests.Process;
using Berth.Engine.Catalog;
using Xunit;

namespace Berth.Conformance.Tests.CloudLicensing;

/// <summary>Every path of the pool model at a real server: L172, and by the navigation of L174 and L175.</summary>
public sealed class AtAServer : OwnDemo
{
    private const string Admin = "/admin/cloudLicensing";

    [Fact]
    public async Task Every_path_leads_to_what_the_others_say()
    {
        Guid size = Sku("CPC_E_2C_8GB_128GB"), suite = Sku("SPE_E3");
        await SendAsync("/berth/v1/subscriptions", new { skuId = size, units = 1 });
        await SendAsync("/berth/v1/subscriptions", new { skuId = suite, units = 2 });
        string ada = await UserAsync("ada"), bob = await UserAsync("bob");
        string group = (await SendAsync("/v1.0/groups", new Dictionary<string, object>
        {
            ["displayName"] = "Sales", ["mailEnabled"] = false, ["mailNickname"] = "sales", ["securityEnabled"] = true,
            ["members@odata.bind"] = new[] { ada, bob }.Select(id => $"https://graph.microsoft.com/v1.0/directoryObjects/{id}").ToArray(),
        })).GetProperty("id").GetString()!;
        await SendAsync($"/v1.0/users/{bob}/assignLicense", new { addLicenses = new[] { new { skuId = size } }, removeLicenses = Array.Empty<Guid>() });
        await SendAsync($"/v1.0/groups/{group}/assignLicense", new { addLicenses = new[] { new { skuId = size }, new { skuId = suite } }, removeLicenses = Array.Empty<Guid>() });

        // Bob holds the only seat of the size; Ada waits for one, and the group's suite is held back with it.
        JsonElement allotment = (await AllAsync($"{Admin}/allotments")).Single(one => one.GetProperty("skuId").GetGuid() == size);
        string pool = Id(allotment);
        Assert.Equal((1, 1), (allotment.GetProperty("allottedUnits").GetInt32(), (await GetAsync($"{Admin}/allotments/{pool}")).GetProperty("consumedUnits").GetInt32()));
        Assert.Equal([bob, group], (await AllAsync($"{Admin}/allotments/{pool}/assignments?$expand=assignedTo")).Select(one => Id(one.GetProperty("assignedTo"))));
        string direct = Id((await AllAsync($"/users/{bob}/cloudLicensing/assignments"))[0]), given = Id((await AllAsync($"/groups/{group}/cloudLicensing/assignments"))[0]);
        Assert.Equal(3, (await AllAsync($"{Admin}/assignments")).Length);
        foreach (string path in (string[])[$"{Admin}/allotments/{pool}/assignments", $"{Admin}/assignments", $"/users/{bob}/cloudLicensing/assignments"])
        {
            Assert.Equal(direct, Id(await GetAsync($"{path}/{direct}")));
        }

        Assert.Equal(given, Id(await GetAsync($"/groups/{group}/cloudLicensing/assignments/{given}")));
        Assert.Equal(bob, Id(await GetAsync($"{Admin}/assignments/{direct}/assignedTo")));
        foreach (string path in (string[])[$"{Admin}/assignments/{direct}", $"/users/{bob}/cloudLicensing/assignments/{direct}"])
        {
            Assert.Equal(pool, Id(await GetAsync($"{path}/allotment")));
        }

        Assert.Contains(Id(await GetAsync($"/groups/{group}/cloudLicensing/assignments/{given}/allotment")), (await AllAsync($"{Admin}/allotments")).Select(Id));

        string waiting = Id(Assert.Single(await AllAsync($"{Admin}/allotments/{pool}/waitingMembers")));
        Assert.Equal(waiting, Id(await GetAsync($"{Admin}/allotments/{pool}/waitingMembers/{waiting}")));
        Assert.Equal(waiting, Id(Assert.Single(await AllAsync($"/users/{ada}/cloudLicensing/waitingMembers"))));
        Assert.Equal(ada, Id((await GetAsync($"/users/{ada}/cloudLicensing/waitingMembers/{waiting}?$expand=assignedTo")).GetProperty("assignedTo")));
        Assert.Equal(pool, Id(await GetAsync($"/users/{ada}/cloudLicensing/waitingMembers/{waiting}/allotment")));

        JsonElement[] errors = await AllAsync($"{Admin}/assignmentErrors");
        Assert.Equal(["CountViolation", "Other"], errors.Select(one => one.GetProperty("code").GetString()).Order(StringComparer.Ordinal));
        string error = Id(errors[0]);
        Assert.Equal(ada, Id(await GetAsync($"{Admin}/assignmentErrors/{error}/assignedTo")));
        Assert.Equal(error, Id(await GetAsync($"{Admin}/assignmentErrors/{error}")));
        Assert.Equal(2, (await AllAsync($"/users/{ada}/cloudLicensing/assignmentErrors")).Length);
        Assert.Equal(error, Id(await GetAsync($"/users/{ada}/cloudLicensing/assignmentErrors/{error}")));

        JsonElement[] rights = await AllAsync($"/users/{bob}/cloudLicensing/usageRights");
        Assert.Equal(new[] { size, suite }.Order(), rights.Select(one => one.GetProperty("skuId").GetGuid()).Order());
        Assert.Equal(Id(rights[0]), Id(await GetAsync($"/users/{bob}/cloudLicensing/usageRights/{Id(rights[0])}")));
        string ofGroup = Id((await AllAsync($"/groups/{group}/cloudLicensing/usageRights"))[0]);
        Assert.Equal(ofGroup, Id(await GetAsync($"/groups/{group}/cloudLicensing/usageRights/{ofGroup}")));

        // An error beside a right: Ada gets the suite directly, and the group still owes her the size.
        await SendAsync($"/v1.0/users/{ada}/assignLicense", new { addLicenses = new[] { new { skuId = suite } }, removeLicenses = Array.Empty<Guid>() });
        JsonElement beside = (await AllAsync($"/users/{ada}/cloudLicensing/assignmentErrors?$expand=usageRight")).Single(one => one.GetProperty("skuId").GetGuid() == suite);
        Assert.Equal(Id(beside.GetProperty("usageRight")), Id(await GetAsync($"{Admin}/assignmentErrors/{Id(beside)}/usageRight")));
    }

    private static string Id(JsonElement one) => one.GetProperty("id").GetString()!;

    private static Guid Sku(string partNumber) => SkuCatalog.BuiltIn.FindByPartNumber(partNumber).Single().Id;

    private async Task<string> UserAsync(string name) => Id(await SendAsync("/v1.0/users", new
    {
        accountEnabled = true, displayName = name, mailNickname = name, userPrincipalName = $"{name}@contoso.example", usageLocation = "US", passwordProfile = new { password = "never-used-1A" },
    }));

    private async Task<JsonElement[]> AllAsync(string path) => [.. (await GetAsync(path)).GetProperty("value").EnumerateArray()];

    private Task<JsonElement> GetAsync(string path) => AnswerAsync(HttpMethod.Get, $"/beta{path}", null);

    private Task<JsonElement> SendAsync(string path, object body) => AnswerAsync(HttpMethod.Post, path, body);

    private async Task<JsonElement> AnswerAsync(HttpMethod method, string path, object? body)
    {
        using HttpRequestMessage request = new(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using HttpResponseMessage response = await Http.SendAsync(request, Cancel);
        string text = await response.Content.ReadAsStringAsync(Cancel);
        Assert.True(response.StatusCode < HttpStatusCode.BadRequest, $"{method} {path}: {response.StatusCode} {text}");
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement.Clone();
    }
}
