using System.Net;
using Microsoft.Graph;
using Microsoft.Graph.Models;
using Microsoft.Kiota.Abstractions;
using Xunit;
using static Berth.Conformance.Tests.Sdk.LicenseCalls;

namespace Berth.Conformance.Tests.Sdk;

/// <summary>$batch as the SDK builds it (protocol 1.6).</summary>
[Collection(nameof(SdkTenant))]
public sealed class Batches(SdkTenant tenant)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, EveryDoor]
    public async Task Each_item_has_its_own_answer(Door door)
    {
        Guid sku = await tenant.SeatsAsync("CPC_E_4C_16GB_512GB", 1);
        User user = await tenant.UserAsync(door);
        GraphServiceClient graph = tenant.Graph(door);
        BatchRequestContentCollection batch = new(graph);
        string read = await batch.AddBatchRequestStepAsync(graph.Users[user.UserPrincipalName].ToGetRequestInformation());
        string missing = await batch.AddBatchRequestStepAsync(graph.Users[Guid.NewGuid().ToString()].ToGetRequestInformation());
        string assign = await batch.AddBatchRequestStepAsync(graph.Users[user.UserPrincipalName].AssignLicense.ToPostRequestInformation(
            new() { AddLicenses = [License(sku)], RemoveLicenses = [] }));
        string change = await batch.AddBatchRequestStepAsync(graph.Users[user.Id].ToPatchRequestInformation(new User { City = "Oslo" }));
        string count = await batch.AddBatchRequestStepAsync(graph.Users.Count.ToGetRequestInformation(request => request.Headers.Add("ConsistencyLevel", "eventual")));

        BatchResponseContentCollection answers = await graph.Batch.PostAsync(batch, Cancel);

        Dictionary<string, HttpStatusCode> statuses = await answers.GetResponsesStatusCodesAsync();
        Assert.Equal(
            (HttpStatusCode.OK, HttpStatusCode.NotFound, HttpStatusCode.OK, HttpStatusCode.NoContent, HttpStatusCode.OK),
            (statuses[read], statuses[missing], statuses[assign], statuses[change], statuses[count]));
        Assert.Equal(user.Id, (await answers.GetResponseByIdAsync<User>(read)).Id);
        Assert.Equal(sku, Assert.Single((await answers.GetResponseByIdAsync<User>(assign)).AssignedLicenses!).SkuId);
        using HttpResponseMessage number = await answers.GetResponseByIdAsync(count);
        Assert.True(int.Parse(await number.Content.ReadAsStringAsync(Cancel), System.Globalization.CultureInfo.InvariantCulture) > 1);
        using HttpResponseMessage error = await answers.GetResponseByIdAsync(missing);
        Assert.Contains("Request_ResourceNotFound", await error.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.Equal("Oslo", (await graph.Users[user.Id].GetAsync(request => request.QueryParameters.Select = ["city"], Cancel))!.City);
    }

    [Theory, EveryDoor]
    public async Task Twenty_three_items_go_in_two_batches_and_all_are_done(Door door)
    {
        Guid sku = await tenant.SeatsAsync("CPC_E_4C_16GB_512GB", 23);
        GraphServiceClient graph = tenant.Graph(door);
        BatchRequestContentCollection batch = new(graph);
        Dictionary<string, User> steps = [];
        for (int i = 0; i < 23; i++)
        {
            User user = await tenant.UserAsync(door);
            steps[await batch.AddBatchRequestStepAsync(graph.Users[user.Id].AssignLicense.ToPostRequestInformation(
                new() { AddLicenses = [License(sku)], RemoveLicenses = [] }))] = user;
        }

        BatchResponseContentCollection answers = await graph.Batch.PostAsync(batch, Cancel);

        Dictionary<string, HttpStatusCode> statuses = await answers.GetResponsesStatusCodesAsync();
        Assert.Equal(23, statuses.Count);
        Assert.All(steps, step => Assert.Equal(HttpStatusCode.OK, statuses[step.Key]));
        foreach (User user in steps.Values)
        {
            Assert.Equal([$"{sku} direct Active None"], (await tenant.LicensesOfAsync(door, user.Id!)).States());
        }
    }

    [Theory, EveryDoor]
    public async Task An_item_waits_for_what_it_depends_on_and_fails_with_it(Door door)
    {
        Guid basis = await tenant.SeatsAsync("MCOSTANDARD", 1), conferencing = await tenant.SeatsAsync("MCOMEETADV", 1);
        User user = await tenant.UserAsync(door);
        GraphServiceClient graph = tenant.Graph(door);
        BatchRequestContentCollection batch = new(graph);

        await AddAsync("base", null, License(basis));
        await AddAsync("needs", ["base"], License(conferencing));
        await AddAsync("refused", null, License(Guid.NewGuid()));
        await AddAsync("follows", ["refused"], License(SdkTenant.Sku("POWER_BI_PRO").Id));
        await AddAsync("last", ["follows"], License(SdkTenant.Sku("POWER_BI_PRO").Id));

        BatchResponseContentCollection answers = await graph.Batch.PostAsync(batch, Cancel);

        Dictionary<string, HttpStatusCode> statuses = await answers.GetResponsesStatusCodesAsync();
        Assert.Equal(
            (HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.BadRequest, HttpStatusCode.FailedDependency, HttpStatusCode.FailedDependency),
            (statuses["needs"], statuses["base"], statuses["refused"], statuses["follows"], statuses["last"]));
        Assert.Equal(2, (await tenant.LicensesOfAsync(door, user.Id!)).States().Length);

        async Task AddAsync(string id, List<string>? dependsOn, AssignedLicense license)
        {
            RequestInformation information = graph.Users[user.Id].AssignLicense.ToPostRequestInformation(new() { AddLicenses = [license], RemoveLicenses = [] });
            HttpRequestMessage message = (await graph.RequestAdapter.ConvertToNativeRequestAsync<HttpRequestMessage>(information, Cancel))!;
            Assert.True(batch.AddBatchRequestStep(new BatchRequestStep(id, message, dependsOn)));
        }
    }
}
