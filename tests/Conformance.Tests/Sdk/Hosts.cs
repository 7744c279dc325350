using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Graph.Models;
using Xunit;

namespace Berth.Conformance.Tests.Sdk;

/// <summary>Links carry the name by which the client called the server (protocol 1.3): behind the gateway that is Graph's own.</summary>
[Collection(nameof(SdkTenant))]
public sealed class Hosts(SdkTenant tenant)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("graph.microsoft.com", "https", "https://graph.microsoft.com")]
    [InlineData("graph.microsoft.com", null, "http://graph.microsoft.com")]
    [InlineData("berth.example:8443", "https", "https://berth.example:8443")]
    [InlineData("berth.example", "gopher", "http://berth.example")]
    public async Task A_link_to_the_next_page_begins_with_the_host_of_the_request(string host, string? forwarded, string wanted)
    {
        await tenant.UserAsync(Door.Bearer);
        using HttpRequestMessage request = new(HttpMethod.Get, "/v1.0/users?$top=1&$select=id") { Headers = { Host = host } };
        if (forwarded is not null)
        {
            request.Headers.Add("X-Forwarded-Proto", forwarded);
        }

        using HttpResponseMessage answer = await tenant.Http.SendAsync(request, Cancel);
        JsonElement page = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel);

        Assert.StartsWith($"{wanted}/v1.0/users?$top=1&$select=id&$skiptoken=", page.GetProperty("@odata.nextLink").GetString(), StringComparison.Ordinal);
        Assert.Equal($"{wanted}/v1.0/$metadata#users(id)", page.GetProperty("@odata.context").GetString());
    }

    [Fact]
    public async Task Without_metadata_only_links_and_counts_remain()
    {
        User user = await tenant.UserAsync(Door.Bearer);
        Group group = await tenant.GroupAsync(Door.Bearer, user);
        using HttpRequestMessage request = new(HttpMethod.Get, $"/v1.0/groups/{group.Id}/members?$count=true&$top=1");
        request.Headers.Add("Accept", "application/json;odata.metadata=none");
        request.Headers.Add("ConsistencyLevel", "eventual");

        using HttpResponseMessage answer = await tenant.Http.SendAsync(request, Cancel);
        JsonElement page = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel);

        Assert.Equal(["@odata.count", "value"], page.EnumerateObject().Select(property => property.Name));
        Assert.DoesNotContain(page.GetProperty("value")[0].EnumerateObject(), property => property.Name.StartsWith('@'));
        Assert.Contains("odata.metadata=none", answer.Content.Headers.ContentType!.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1.0/USERS('{user}')")]
    [InlineData("/V1.0/users/{user}/")]
    [InlineData("/v1.0/users('{upn}')")]
    [InlineData("/v1.0/groups('{group}')/Members/microsoft.graph.user?$select=Id")]
    [InlineData("/v1.0/groups/{group}/members/graph.user?$filter=id+eq+'{user}'")]
    [InlineData("/v1.0/groups/{group}/members?$filter=startsWith(displayName,%27Somebody%27)&$count=true")]
    public async Task Every_form_of_a_path_that_clients_write_leads_to_the_user(string path)
    {
        User user = await tenant.UserAsync(Door.Bearer);
        Group group = await tenant.GroupAsync(Door.Bearer, user);
        string target = path.Replace("{user}", user.Id, StringComparison.Ordinal).Replace("{group}", group.Id, StringComparison.Ordinal)
            .Replace("{upn}", Uri.EscapeDataString(user.UserPrincipalName!), StringComparison.Ordinal);

        string answer = await tenant.Http.GetStringAsync(new Uri(target, UriKind.Relative), Cancel);

        Assert.Contains($"\"id\":\"{user.Id}\"", answer, StringComparison.Ordinal);
    }
}
