using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Berth.Conformance.Tests.Process;
using Berth.Engine.Catalog;
using Xunit;

namespace Berth.Conformance.Tests.Plans;

/// <summary>The evening of an administrator at a real server: why, what would happen, do it, what happened, take it back.</summary>
public sealed class AtAServer : IAsyncLifetime
{
    private const string Size = "CPC_E_2C_8GB_128GB";

    private BerthProcess _berth = null!;
    private HttpClient _http = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _berth = await BerthProcess.StartEmptyDemoAsync();
        _http = await _berth.ClientAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _berth.DisposeAsync();
    }

    [Fact]
    public async Task From_a_question_to_a_license_and_back()
    {
        Guid sku = SkuCatalog.BuiltIn.FindByPartNumber(Size).Single().Id;
        string user = (await SendAsync(
            HttpMethod.Post, "/v1.0/users",
            new
            {
                accountEnabled = true, displayName = "Ada", mailNickname = "ada", userPrincipalName = "ada@contoso.example", usageLocation = "US", passwordProfile = new { password = "never-used-1A" },
            },
            HttpStatusCode.Created)).GetProperty("id").GetString()!;
        await SendAsync(HttpMethod.Post, "/berth/v1/subscriptions", new { skuId = sku, units = 1 }, HttpStatusCode.Created);

        JsonElement why = await SendAsync(HttpMethod.Get, $"/berth/v1/users/{user}/explain?skuId={sku}");
        JsonElement fix = why.GetProperty("fixes")[0];
        Assert.Equal((false, "assignDirectly"), (why.GetProperty("has").GetBoolean(), fix.GetProperty("kind").GetString()));

        JsonElement plan = await SendAsync(HttpMethod.Post, "/berth/v1/plan", new { changes = fix.GetProperty("changes") });
        Assert.Equal(1, plan.GetProperty("summary").GetProperty("usersGaining").GetInt32());
        JsonElement operation = await SendAsync(HttpMethod.Post, "/berth/v1/apply", new { planId = plan.GetProperty("id").GetGuid() }, HttpStatusCode.Accepted);
        string id = operation.GetProperty("id").GetString()!;
        Assert.Equal(user, (await SendAsync(HttpMethod.Get, $"/berth/v1/operations/{id}")).GetProperty("results")[0].GetProperty("userId").GetString());
        Assert.Equal(id, (await SendAsync(HttpMethod.Get, $"/berth/v1/history?userId={user}")).GetProperty("value")[0].GetProperty("id").GetString());
        Assert.True((await SendAsync(HttpMethod.Get, $"/berth/v1/users/{user}/explain?skuId={sku}")).GetProperty("has").GetBoolean());
        Assert.Equal(0, (await SendAsync(HttpMethod.Get, "/berth/v1/forecast?days=30")).GetProperty("value")[0].GetProperty("free").GetInt32());

        Assert.Equal(1, (await SendAsync(HttpMethod.Get, $"/berth/v1/history/{id}/undo")).GetProperty("summary").GetProperty("usersLosing").GetInt32());
        await SendAsync(HttpMethod.Post, $"/berth/v1/history/{id}/undo");
        Assert.False((await SendAsync(HttpMethod.Get, $"/berth/v1/users/{user}/explain?skuId={sku}")).GetProperty("has").GetBoolean());
    }

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, object? body = null, HttpStatusCode wanted = HttpStatusCode.OK)
    {
        using HttpRequestMessage request = new(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using HttpResponseMessage answer = await _http.SendAsync(request, Cancel);
        string text = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.True(answer.StatusCode == wanted, $"{method} {path} was answered {(int)answer.StatusCode}: {text}");
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement.Clone();
    }
}
