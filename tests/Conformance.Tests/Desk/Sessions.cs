using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Berth.Conformance.Tests.Process;
using Berth.Engine.Catalog;
using Xunit;

namespace Berth.Conformance.Tests.Desk;

/// <summary>Sessions on Cloud PCs at a real server (B285): only the owner with an active right gets one.</summary>
public sealed class Sessions : OwnDemo
{
    private const string Part = "CPC_B_2C_4RAM_64GB";
    private const string Path = "/berth/v1/sessions";

    protected override async Task PrepareAsync()
    {
        await DoAsync(HttpMethod.Post, "/berth/v1/subscriptions", new { skuPartNumber = Part, units = 5 });
        await DoAsync(HttpMethod.Post, "/berth/v1/clock", new { mode = "frozen" });
    }

    [Fact]
    public async Task A_user_setting_makes_its_users_administrators_when_they_sign_in()
    {
        (Guid user, Guid pc) = await HireAsync("lin");
        Guid group = (await DoAsync(HttpMethod.Post, "/v1.0/groups", new { displayName = "Admins", mailEnabled = false, mailNickname = "admins", securityEnabled = true }, HttpStatusCode.Created))
            .GetProperty("id").GetGuid();
        await DoAsync(HttpMethod.Post, $"/v1.0/groups/{group}/members/$ref", new Dictionary<string, string> { ["@odata.id"] = $"{Http.BaseAddress}v1.0/users/{user}" }, HttpStatusCode.NoContent);
        const string Settings = "/v1.0/deviceManagement/virtualEndpoint/userSettings";
        Guid setting = (await DoAsync(HttpMethod.Post, Settings, new { displayName = "Admins", localAdminEnabled = true }, HttpStatusCode.Created)).GetProperty("id").GetGuid();
        DateTimeOffset now = (await DoAsync(HttpMethod.Get, "/berth/v1/clock")).GetProperty("now").GetDateTimeOffset();
        await DoAsync(HttpMethod.Post, $"{Settings}/{setting}/assign", new { assignments = new[] { new { target = new { groupId = group } } } }, HttpStatusCode.NoContent);
        await DoAsync(HttpMethod.Post, "/berth/v1/clock", new { advance = "PT1H" });
        await DoAsync(HttpMethod.Patch, $"{Settings}/{setting}", new { displayName = "Administrators" });
        JsonElement assignment = Assert.Single((await DoAsync(HttpMethod.Get, $"{Settings}/{setting}/assignments")).GetProperty("value").EnumerateArray().ToArray());
        Assert.Equal(now, assignment.GetProperty("createdDateTime").GetDateTimeOffset());

        JsonElement session = await DoAsync(HttpMethod.Post, Path, new { userId = user, cloudPcId = pc }, HttpStatusCode.Created);
        Assert.Equal("administrator", session.GetProperty("userAccountType").GetString());
        Assert.Equal((now.AddHours(1), null, "administrator"), await UseAsync(pc));
    }

    [Fact]
    public async Task The_owner_signs_in_disconnects_and_signs_out()
    {
        (Guid user, Guid pc) = await HireAsync("ada");
        DateTimeOffset now = (await DoAsync(HttpMethod.Get, "/berth/v1/clock")).GetProperty("now").GetDateTimeOffset();

        JsonElement session = await DoAsync(HttpMethod.Post, Path, new { userId = user, cloudPcId = pc }, HttpStatusCode.Created);
        Guid id = session.GetProperty("id").GetGuid();
        Assert.Equal(
            (pc, user, now, false),
            (session.GetProperty("cloudPcId").GetGuid(), session.GetProperty("userId").GetGuid(), session.GetProperty("startedDateTime").GetDateTimeOffset(), session.GetProperty("usesBuffer").GetBoolean()));
        Assert.Equal(JsonValueKind.Null, Assert.Single(await ListAsync("")).GetProperty("disconnectedDateTime").ValueKind);
        await RefusedAsync(HttpMethod.Post, Path, new { userId = user, cloudPcId = pc }, HttpStatusCode.Conflict, "cloudPcInUse");

        Assert.Equal((now, null, "standardUser"), await UseAsync(pc));

        await DoAsync(HttpMethod.Post, $"{Path}/{id}/disconnect", null, HttpStatusCode.NoContent);
        Assert.Equal(now, Assert.Single(await ListAsync($"?userId={user}")).GetProperty("disconnectedDateTime").GetDateTimeOffset());

        // B380: he comes back to where he was.
        await DoAsync(HttpMethod.Post, "/berth/v1/clock", new { advance = "PT1H" });
        JsonElement again = await DoAsync(HttpMethod.Post, Path, new { userId = user, cloudPcId = pc }, HttpStatusCode.Created);
        Assert.Equal(
            (id, now, JsonValueKind.Null), (again.GetProperty("id").GetGuid(), again.GetProperty("startedDateTime").GetDateTimeOffset(), again.GetProperty("disconnectedDateTime").ValueKind));
        await RefusedAsync(HttpMethod.Post, Path, new { userId = user, cloudPcId = pc }, HttpStatusCode.Conflict, "cloudPcInUse");

        await DoAsync(HttpMethod.Delete, $"{Path}/{id}", null, HttpStatusCode.NoContent);
        Assert.Empty(await ListAsync($"?cloudPcId={pc}"));
        Assert.Equal((now, now.AddHours(1), "standardUser"), await UseAsync(pc));
        await RefusedAsync(HttpMethod.Delete, $"{Path}/{id}", null, HttpStatusCode.NotFound, "resourceNotFound");
        await RefusedAsync(HttpMethod.Post, $"{Path}/{id}/disconnect", null, HttpStatusCode.NotFound, "resourceNotFound");
        await DoAsync(HttpMethod.Post, Path, new { userId = user, cloudPcId = pc }, HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_refusal_says_which_condition_fails()
    {
        (Guid ada, Guid adas) = await HireAsync("ada");
        (Guid bob, Guid bobs) = await HireAsync("bob");
        await RefusedAsync(HttpMethod.Post, Path, new { userId = bob, cloudPcId = adas }, HttpStatusCode.Conflict, "notAssigned");
        await RefusedAsync(HttpMethod.Post, Path, new { userId = Guid.NewGuid(), cloudPcId = adas }, HttpStatusCode.NotFound, "resourceNotFound");
        await RefusedAsync(HttpMethod.Post, Path, new { userId = ada, cloudPcId = Guid.NewGuid() }, HttpStatusCode.NotFound, "resourceNotFound");

        JsonElement session = await DoAsync(HttpMethod.Post, Path, new { userId = bob, cloudPcId = bobs }, HttpStatusCode.Created);
        await DoAsync(HttpMethod.Patch, $"/v1.0/users/{bob}", new { accountEnabled = false }, HttpStatusCode.NoContent);
        Assert.Empty(await ListAsync($"?userId={bob}"));
        await RefusedAsync(HttpMethod.Delete, $"{Path}/{session.GetProperty("id").GetGuid()}", null, HttpStatusCode.NotFound, "resourceNotFound");
        await RefusedAsync(HttpMethod.Post, Path, new { userId = bob, cloudPcId = bobs }, HttpStatusCode.Conflict, "notAssigned");

        await DoAsync(HttpMethod.Patch, "/berth/v1/settings", new { host = "agent" });
        (Guid eve, Guid eves) = await HireAsync("eve");
        await RefusedAsync(HttpMethod.Post, Path, new { userId = eve, cloudPcId = eves }, HttpStatusCode.Conflict, "cloudPcNotReady");
        await LicenseAsync(eve, false);
        await RefusedAsync(HttpMethod.Post, Path, new { userId = eve, cloudPcId = eves }, HttpStatusCode.Conflict, "notLicensed");
    }

    [Fact]
    public async Task Grace_is_for_working_and_its_end_is_the_end_of_the_session()
    {
        (Guid user, Guid pc) = await HireAsync("ada");
        await LicenseAsync(user, false);
        await DoAsync(HttpMethod.Post, Path, new { userId = user, cloudPcId = pc }, HttpStatusCode.Created);
        await DoAsync(HttpMethod.Post, "/berth/v1/clock", new { advance = "P6D" });
        Assert.Single(await ListAsync(""));

        await DoAsync(HttpMethod.Post, "/berth/v1/clock", new { advance = "P1D" });
        Assert.Empty(await ListAsync(""));
        await RefusedAsync(HttpMethod.Post, Path, new { userId = user, cloudPcId = pc }, HttpStatusCode.NotFound, "resourceNotFound");
    }

    [Fact]
    public async Task What_is_no_session_is_refused_and_changes_nothing()
    {
        (Guid user, Guid pc) = await HireAsync("ada");
        await RefusedAsync(HttpMethod.Post, Path, new { userId = user }, HttpStatusCode.BadRequest, "valueMissing");
        await RefusedAsync(HttpMethod.Post, Path, new { cloudPcId = pc }, HttpStatusCode.BadRequest, "valueMissing");
        await RefusedAsync(HttpMethod.Post, Path, new { userId = user, assignmentId = Guid.NewGuid() }, HttpStatusCode.NotFound, "resourceNotFound");
        await RefusedAsync(HttpMethod.Post, Path, new { userId = user, cloudPcId = pc, assignmentId = Guid.NewGuid() }, HttpStatusCode.BadRequest, "valueInvalid");
        await RefusedAsync(HttpMethod.Post, Path, new { userId = user, cloudPcId = "x" }, HttpStatusCode.BadRequest, "guidInvalid");
        await RefusedAsync(HttpMethod.Post, Path, new { userId = user, cloudPcId = pc, color = "red" }, HttpStatusCode.BadRequest, "propertyUnknown");
        await RefusedAsync(HttpMethod.Delete, $"{Path}/x", null, HttpStatusCode.NotFound, "resourceNotFound");
        await RefusedAsync(HttpMethod.Post, $"{Path}/x/disconnect", null, HttpStatusCode.NotFound, "resourceNotFound");
        await RefusedAsync(HttpMethod.Get, $"{Path}?color=red", null, HttpStatusCode.BadRequest, "queryInvalid");
        await RefusedAsync(HttpMethod.Get, $"{Path}?userId=red", null, HttpStatusCode.BadRequest, "queryInvalid");
        Assert.Empty(await ListAsync(""));
    }

    private async Task<(Guid User, Guid CloudPc)> HireAsync(string name)
    {
        Guid user = (await DoAsync(HttpMethod.Post, "/v1.0/users", new
        {
            accountEnabled = true,
            displayName = name,
            mailNickname = name,
            userPrincipalName = $"{name}@contoso.example",
            usageLocation = "US",
            passwordProfile = new { password = "a long password of a person" },
        }, HttpStatusCode.Created)).GetProperty("id").GetGuid();
        await LicenseAsync(user, true);
        return (user, (await DoAsync(HttpMethod.Get, $"/beta/users/{user}/cloudPCs")).GetProperty("value")[0].GetProperty("id").GetGuid());
    }

    private async Task LicenseAsync(Guid user, bool has)
    {
        Guid sku = SkuCatalog.BuiltIn.FindByPartNumber(Part).First().Id;
        await DoAsync(HttpMethod.Post, $"/v1.0/users/{user}/assignLicense", new
        {
            addLicenses = has ? new[] { new { skuId = sku, disabledPlans = Array.Empty<string>() } } : [],
            removeLicenses = has ? [] : new[] { sku },
        });
    }

    // B371: when somebody last signed in and out, and what they are there.
    private async Task<(DateTimeOffset? In, DateTimeOffset? Out, string? Account)> UseAsync(Guid cloudPc)
    {
        JsonElement pc = await DoAsync(
            HttpMethod.Get, $"/beta/deviceManagement/virtualEndpoint/cloudPCs/{cloudPc}?$select=lastLoginResult,lastLogoffDateTime,userAccountType");
        JsonElement login = pc.GetProperty("lastLoginResult"), logoff = pc.GetProperty("lastLogoffDateTime");
        return (
            login.ValueKind == JsonValueKind.Null ? null : login.GetProperty("time").GetDateTimeOffset(),
            logoff.ValueKind == JsonValueKind.Null ? null : logoff.GetDateTimeOffset(),
            pc.GetProperty("userAccountType").GetString());
    }

    private async Task<JsonElement[]> ListAsync(string query) => [.. (await DoAsync(HttpMethod.Get, Path + query)).GetProperty("value").EnumerateArray()];

    private async Task<JsonElement> DoAsync(HttpMethod method, string path, object? body = null, HttpStatusCode? expected = null)
    {
        (HttpStatusCode status, JsonElement json) = await SendAsync(method, path, body);
        Assert.True(expected is { } one ? status == one : (int)status < 300, $"{method} {path}: {status} {json}");
        return json;
    }

    private async Task RefusedAsync(HttpMethod method, string path, object? body, HttpStatusCode expected, string code)
    {
        (HttpStatusCode status, JsonElement json) = await SendAsync(method, path, body);
        Assert.Equal((expected, code), (status, (int)status < 400 ? null : json.GetProperty("error").GetProperty("innerError").GetProperty("code").GetString()));
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> SendAsync(HttpMethod method, string path, object? body)
    {
        using HttpRequestMessage request = new(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using HttpResponseMessage response = await Http.SendAsync(request, Cancel);
        string text = await response.Content.ReadAsStringAsync(Cancel);
        return (response.StatusCode, text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text));
    }
}
