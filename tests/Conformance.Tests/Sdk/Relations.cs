using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Graph.Models;
using Xunit;

namespace Berth.Conformance.Tests.Sdk;

/// <summary>Every list of related objects at a published server, in both interfaces, whole and by kind, with the number beside it (L159).</summary>
[Collection(nameof(SdkTenant))]
public sealed class Relations(SdkTenant tenant)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("v1.0", Door.Bearer)]
    [InlineData("beta", Door.Beta)]
    public async Task Every_relation_is_listed_whole_and_by_kind_and_counted(string version, Door door)
    {
        // Ada is in inner, inner is in outer; Bob is her manager and owns inner.
        User ada = await tenant.UserAsync(door), bob = await tenant.UserAsync(door);
        Group inner = await tenant.GroupAsync(door, ada), outer = await tenant.GroupAsync(door);
        await tenant.AddMemberAsync(door, outer, inner.Id!);
        await tenant.SendAsync(HttpMethod.Put, $"/{version}/users/{ada.Id}/manager/$ref", Reference(bob));
        await tenant.SendAsync(HttpMethod.Post, $"/{version}/groups/{inner.Id}/owners/$ref", Reference(bob));

        string[] ofMembership = ["graph.group", "graph.directoryRole", "graph.administrativeUnit"];
        string[] members = ["graph.user", "graph.group", "graph.device", "graph.servicePrincipal", "graph.orgContact"];
        await ShowsAsync($"users/{ada.Id}/memberOf", ofMembership, ("graph.group", [inner]));
        await ShowsAsync($"users/{ada.Id}/transitiveMemberOf", ofMembership, ("graph.group", [inner, outer]));
        await ShowsAsync($"groups/{inner.Id}/memberOf", ofMembership, ("graph.group", [outer]));
        await ShowsAsync($"groups/{inner.Id}/transitiveMemberOf", ofMembership, ("graph.group", [outer]));
        await ShowsAsync($"groups/{outer.Id}/members", members, ("graph.group", [inner]));
        await ShowsAsync($"groups/{outer.Id}/transitiveMembers", members, ("graph.user", [ada]), ("graph.group", [inner]));
        await ShowsAsync($"groups/{inner.Id}/membersWithLicenseErrors", ["graph.user"]);
        await ShowsAsync($"groups/{inner.Id}/owners", ["graph.user", "graph.servicePrincipal"], ("graph.user", [bob]));
        await ShowsAsync($"users/{bob.Id}/directReports", ["graph.user", "graph.orgContact"], ("graph.user", [ada]));
        await ShowsAsync($"users/{bob.Id}/ownedObjects", ["graph.group", "graph.application", "graph.servicePrincipal"], ("graph.group", [inner]));

        async Task ShowsAsync(string list, string[] kinds, params (string Kind, DirectoryObject[] Objects)[] related)
        {
            foreach (string kind in kinds.Prepend(""))
            {
                string path = $"/{version}/{list}{(kind.Length == 0 ? "" : "/")}{kind}";
                string?[] expected = [.. related.Where(one => kind.Length == 0 || one.Kind == kind).SelectMany(one => one.Objects).Select(one => one.Id).Order()];
                JsonElement page = JsonDocument.Parse(await AdvancedAsync($"{path}?$count=true")).RootElement;
                Assert.Equal(expected, page.GetProperty("value").EnumerateArray().Select(one => one.GetProperty("id").GetString()).Order());
                Assert.Equal(expected.Length, page.GetProperty("@odata.count").GetInt32());
                Assert.Equal($"{expected.Length}", await AdvancedAsync($"{path}/$count"));
            }
        }
    }

    [Theory]
    [InlineData("v1.0", Door.Bearer)]
    [InlineData("beta", Door.Beta)]
    public async Task Every_object_says_which_groups_it_is_in_and_whether_it_is_in_some(string version, Door door)
    {
        User ada = await tenant.UserAsync(door);
        Group inner = await tenant.GroupAsync(door, ada), outer = await tenant.GroupAsync(door), other = await tenant.GroupAsync(door);
        await tenant.AddMemberAsync(door, outer, inner.Id!);
        (string Object, string?[] Groups)[] objects =
        [
            ($"users/{ada.Id}", [inner.Id, outer.Id]),
            ($"groups/{inner.Id}", [outer.Id]),
            ($"directoryObjects/{ada.Id}", [inner.Id, outer.Id]),
        ];
        foreach ((string one, string?[] groups) in objects)
        {
            string path = $"/{version}/{one}";
            Assert.Equal(groups.Order(), Values(await tenant.SendAsync(HttpMethod.Post, $"{path}/getMemberGroups", new { securityEnabledOnly = false })).Order());
            Assert.Equal(groups.Order(), Values(await tenant.SendAsync(HttpMethod.Post, $"{path}/getMemberObjects", new { securityEnabledOnly = false })).Order());
            Assert.Equal([outer.Id], Values(await tenant.SendAsync(HttpMethod.Post, $"{path}/checkMemberGroups", new { groupIds = new[] { outer.Id, other.Id } })));
            Assert.Equal([outer.Id], Values(await tenant.SendAsync(HttpMethod.Post, $"{path}/checkMemberObjects", new { ids = new[] { outer.Id, other.Id } })));
        }
    }

    [Theory]
    [InlineData("v1.0")]
    [InlineData("beta")]
    public async Task The_metadata_names_the_types_that_clients_are_made_from(string version)
    {
        string metadata = await tenant.Http.GetStringAsync($"/{version}/$metadata", Cancel);
        foreach (string type in new[] { "user", "group", "directoryObject", "assignedLicense" })
        {
            Assert.Contains($"Name=\"{type}\"", metadata, StringComparison.Ordinal);
        }
    }

    private static IEnumerable<string?> Values(JsonElement answer) => answer.GetProperty("value").EnumerateArray().Select(id => id.GetString());

    private static Dictionary<string, string> Reference(User user) => new() { ["@odata.id"] = $"https://graph.microsoft.com/v1.0/users/{user.Id}" };

    private async Task<string> AdvancedAsync(string path)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, path) { Headers = { { "ConsistencyLevel", "eventual" } } };
        using HttpResponseMessage response = await tenant.Http.SendAsync(request, Cancel);
        string text = await response.Content.ReadAsStringAsync(Cancel);
        Assert.True(response.IsSuccessStatusCode, $"{path} was answered {(int)response.StatusCode}: {text}");
        return text;
    }
}
