using System.Net;
using System.Text.Json;
using Microsoft.Graph;
using Microsoft.Graph.Models;
using Microsoft.Graph.Models.ODataErrors;
using Xunit;
using static Berth.Conformance.Tests.Sdk.LicenseCalls;

namespace Berth.Conformance.Tests.Sdk;

/// <summary>The unmodified SDK on the service's bad days: what it is made for, it does (L163, B223 to B227).</summary>
[Collection(nameof(SdkTenant))]
public sealed class BadDays(SdkTenant tenant) : IAsyncLifetime
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync() => await tenant.SendAsync(HttpMethod.Delete, "/berth/v1/faults");

    [Theory, EveryDoor]
    public async Task The_SDK_waits_after_429_and_503_and_gets_its_answer(Door door)
    {
        User user = await tenant.UserAsync(door);
        string throttle = await InstallAsync(new { kind = "throttle", route = "GET /users/{user}", count = 1 });
        string unavailable = await InstallAsync(new { kind = "error", status = 503, route = "GET /users/{user}", skip = 1, count = 1 });

        User read = (await tenant.Graph(door).Users[user.Id].GetAsync(cancellationToken: Cancel))!;

        Assert.Equal(user.Id, read.Id);
        Assert.Equal((3, 1), await CountsAsync(throttle));
        Assert.Equal((3, 1), await CountsAsync(unavailable));
        Assert.Equal(2, (await tenant.SendAsync(HttpMethod.Get, "/berth/v1/faults")).GetProperty("value").GetArrayLength());
    }

    [Theory, EveryDoor]
    public async Task A_license_whose_answer_was_lost_is_assigned_again_and_takes_one_seat(Door door)
    {
        Guid sku = await tenant.SeatsAsync("CPC_E_4C_16GB_512GB", 1);
        User user = await tenant.UserAsync(door);
        string lost = await InstallAsync(new { kind = "error", status = 504, moment = "after", route = "POST /users/{user}/assignLicense", count = 1, retryAfter = 1 });

        User assigned = (await tenant.Graph(door).Users[user.Id].AssignLicense.PostAsync(
            new() { AddLicenses = [License(sku)], RemoveLicenses = [] }, cancellationToken: Cancel))!;

        Assert.Equal(sku, Assert.Single(assigned.AssignedLicenses!).SkuId);
        Assert.Equal((2, 1), await CountsAsync(lost));
        JsonElement pool = await tenant.SendAsync(HttpMethod.Get, $"/v1.0/subscribedSkus/{Process.BerthProcess.DemoTenant}_{sku}");
        Assert.Equal(pool.GetProperty("prepaidUnits").GetProperty("enabled").GetInt32(), pool.GetProperty("consumedUnits").GetInt32());
    }

    [Theory, EveryDoor]
    public async Task A_throttled_item_of_a_batch_is_sent_again_in_the_next(Door door)
    {
        User user = await tenant.UserAsync(door);
        GraphServiceClient graph = tenant.Graph(door);
        BatchRequestContentCollection batch = new(graph);
        string one = await batch.AddBatchRequestStepAsync(graph.Users[user.Id].ToGetRequestInformation());
        string two = await batch.AddBatchRequestStepAsync(graph.Users[user.Id].ToPatchRequestInformation(new User { City = "Oslo" }));
        await InstallAsync(new { kind = "throttle", scope = "batchItem", route = "PATCH /users/{user}", count = 1 });

        Dictionary<string, HttpStatusCode> statuses = await (await graph.Batch.PostAsync(batch, Cancel)).GetResponsesStatusCodesAsync();
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.TooManyRequests), (statuses[one], statuses[two]));
        BatchRequestContentCollection again = batch.NewBatchWithFailedRequests(statuses);
        statuses = await (await graph.Batch.PostAsync(again, Cancel)).GetResponsesStatusCodesAsync();

        Assert.Equal(HttpStatusCode.NoContent, Assert.Single(statuses).Value);
        Assert.Equal("Oslo", (await graph.Users[user.Id].GetAsync(request => request.QueryParameters.Select = ["city"], Cancel))!.City);
    }

    [Theory, EveryDoor]
    public async Task A_conflict_is_told_to_the_caller_and_changed_nothing(Door door)
    {
        User user = await tenant.UserAsync(door);
        await InstallAsync(new { kind = "conflict", count = 1 });

        ODataError error = await Assert.ThrowsAsync<ODataError>(() => tenant.Graph(door).Users[user.Id].PatchAsync(new User { City = "Oslo" }, cancellationToken: Cancel));

        Assert.Equal((409, "Directory_ConcurrencyViolation"), (error.ResponseStatusCode, error.Error!.Code));
        Assert.Null((await tenant.Graph(door).Users[user.Id].GetAsync(request => request.QueryParameters.Select = ["city"], Cancel))!.City);
    }

    [Fact]
    public async Task Azure_Identity_answers_a_challenge_with_a_new_token()
    {
        User user = await tenant.UserAsync(Door.AzureIdentity);
        string challenge = await InstallAsync(new { kind = "challenge", count = 1 });

        User read = (await tenant.Graph(Door.AzureIdentity).Users[user.Id].GetAsync(cancellationToken: Cancel))!;

        Assert.Equal(user.Id, read.Id);
        Assert.Equal((2, 1), await CountsAsync(challenge));
    }

    [Fact]
    public async Task A_client_that_asks_too_much_is_refused_and_told_and_a_fault_that_is_taken_away_strikes_no_more()
    {
        string model = await InstallAsync(new { kind = "throttleModel", resourceUnits = 1 });
        using HttpResponseMessage served = await tenant.Http.GetAsync(new Uri("/v1.0/organization", UriKind.Relative), Cancel);
        using HttpResponseMessage refused = await tenant.Http.GetAsync(new Uri("/v1.0/organization", UriKind.Relative), Cancel);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.TooManyRequests), (served.StatusCode, refused.StatusCode));
        Assert.Equal("1", Assert.Single(served.Headers.GetValues("x-ms-resource-unit")));
        Assert.Equal(
            $"Tenant_Application/ReadWrite/{Process.BerthProcess.DemoClient}/{Process.BerthProcess.DemoTenant}", Assert.Single(refused.Headers.GetValues("x-ms-throttle-scope")));

        await tenant.SendAsync(HttpMethod.Delete, $"/berth/v1/faults/{model}");
        using HttpResponseMessage free = await tenant.Http.GetAsync(new Uri("/v1.0/organization", UriKind.Relative), Cancel);
        Assert.Equal(HttpStatusCode.OK, free.StatusCode);
        Assert.False(free.Headers.Contains("x-ms-resource-unit"));
    }

    private async Task<string> InstallAsync(object rule) => (await tenant.SendAsync(HttpMethod.Post, "/berth/v1/faults", rule)).GetProperty("id").GetString()!;

    private async Task<(int Matched, int Fired)> CountsAsync(string fault)
    {
        JsonElement shown = await tenant.SendAsync(HttpMethod.Get, $"/berth/v1/faults/{fault}");
        return (shown.GetProperty("matched").GetInt32(), shown.GetProperty("fired").GetInt32());
    }
}
