using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Berth.Conformance.Tests.Process;
using Berth.Engine.Catalog;
using Xunit;

namespace Berth.Conformance.Tests.Plans;

/// <summary>The evening of an administrator at a real server: why, what would happen, do it, what happened, take it back.</summary>
public sealed class AtAServer : OwnDemo
{
    private const string Size = "CPC_E_2C_8GB_128GB";

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
        Assert.Equal(id, (await SendAsync(HttpMethod.Get, $"/berth/v1/history/{id}")).GetProperty("id").GetString());
        Assert.True((await SendAsync(HttpMethod.Get, $"/berth/v1/users/{user}/explain?skuId={sku}")).GetProperty("has").GetBoolean());
        JsonElement taken = await SendAsync(HttpMethod.Post, "/berth/v1/groups/evaluateMembershipRule", new { membershipRule = "user.mailNickname -eq \"ada\"" });
        Assert.Equal((1, user), (taken.GetProperty("matching").GetInt32(), taken.GetProperty("value")[0].GetProperty("id").GetString()));
        Assert.Equal(0, (await SendAsync(HttpMethod.Get, "/berth/v1/forecast?days=30")).GetProperty("value")[0].GetProperty("free").GetInt32());

        JsonElement nobody = await SendAsync(HttpMethod.Post, "/v1.0/groups", new { displayName = "Nobody", mailNickname = "nobody", mailEnabled = false, securityEnabled = true }, HttpStatusCode.Created);
        JsonElement recipe = await SendAsync(HttpMethod.Post, "/berth/v1/migrations", new { kind = "directToGroup", skuIds = new[] { sku }, toGroupId = nobody.GetProperty("id").GetString() });
        Assert.Equal((1, 3, true), (recipe.GetProperty("moving").GetInt32(), recipe.GetProperty("steps").GetArrayLength(), recipe.GetProperty("safe").GetBoolean()));
        Assert.Equal("missingEntraP1", (await SendAsync(HttpMethod.Get, "/berth/v1/findings")).GetProperty("counts")[4].GetProperty("kind").GetString());

        Assert.Equal(1, (await SendAsync(HttpMethod.Get, $"/berth/v1/history/{id}/undo")).GetProperty("summary").GetProperty("usersLosing").GetInt32());
        await SendAsync(HttpMethod.Post, $"/berth/v1/history/{id}/undo");
        Assert.False((await SendAsync(HttpMethod.Get, $"/berth/v1/users/{user}/explain?skuId={sku}")).GetProperty("has").GetBoolean());
    }

    [Fact]
    public async Task What_was_meant_for_another_version_and_what_takes_from_many_is_refused()
    {
        Guid sku = SkuCatalog.BuiltIn.FindByPartNumber(Size).Single().Id, group = Guid.NewGuid();
        Guid[] users = [.. Enumerable.Range(0, 10).Select(_ => Guid.NewGuid())];
        object Line(Guid user) => new { user = new { id = user, userPrincipalName = $"{user}@contoso.example", displayName = "A user", usageLocation = "US" } };
        string lines = string.Join('\n', users.Select(user => JsonSerializer.Serialize(Line(user)))
            .Append(JsonSerializer.Serialize(new { group = new { id = group, displayName = "Sales", mailNickname = "sales", mailEnabled = false, securityEnabled = true } })));
        using (StringContent body = new(lines, Encoding.UTF8, "application/x-ndjson"))
        {
            using HttpResponseMessage imported = await Http.PostAsync("/berth/v1/import", body, Cancel);
            Assert.True(imported.IsSuccessStatusCode, await imported.Content.ReadAsStringAsync(Cancel));
        }

        object[] give =
        [
            new { kind = "subscription", skuId = sku, units = 10 },
            new { kind = "groupLicense", groupId = group, add = new[] { new { skuId = sku } } },
            new { kind = "membership", groupId = group, addMembers = users },
        ];
        object[] take = [new { kind = "membership", groupId = group, removeMembers = users }];
        JsonElement plan = await SendAsync(HttpMethod.Post, "/berth/v1/plan", new { changes = give });
        Assert.Equal(10, plan.GetProperty("summary").GetProperty("usersGaining").GetInt32());
        long version = plan.GetProperty("version").GetInt64();
        await SendAsync(HttpMethod.Post, "/berth/v1/apply", new { changes = give, expectedVersion = version }, HttpStatusCode.Accepted);
        await RefusedAsync(new { changes = take, expectedVersion = version }, "versionMoved");
        await RefusedAsync(new { changes = take }, "massRemoval");
        await SendAsync(HttpMethod.Post, "/berth/v1/apply", new { changes = take, allowMassRemoval = true }, HttpStatusCode.Accepted);
    }

    private async Task RefusedAsync(object body, string code)
    {
        JsonElement answer = await SendAsync(HttpMethod.Post, "/berth/v1/apply", body, HttpStatusCode.Conflict);
        Assert.Equal(code, answer.GetProperty("error").GetProperty("innerError").GetProperty("code").GetString());
    }

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, object? body = null, HttpStatusCode wanted = HttpStatusCode.OK)
    {
        using HttpRequestMessage request = new(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using HttpResponseMessage answer = await Http.SendAsync(request, Cancel);
        string text = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.True(answer.StatusCode == wanted, $"{method} {path} was answered {(int)answer.StatusCode}: {text}");
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement.Clone();
    }
}
