using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Berth.Conformance.Tests.Process;
using Berth.Engine.Catalog;
using Xunit;

namespace Berth.Conformance.Tests.Desk;

/// <summary>Berth's own interface at a real server: what an operator does between two calls of Graph.</summary>
public sealed class OwnInterface : OwnDemo
{
    [Fact]
    public async Task Units_are_bought_changed_and_summed_over_the_subscriptions_of_a_SKU()
    {
        Guid sku = Sku("CPC_E_2C_8GB_128GB");
        JsonElement first = await SendAsync(HttpMethod.Post, "/berth/v1/subscriptions", new { skuPartNumber = "CPC_E_2C_8GB_128GB", units = 5 }, HttpStatusCode.Created);
        JsonElement second = await SendAsync(HttpMethod.Post, "/berth/v1/subscriptions", new { skuId = sku, units = 8, status = "Warning", isTrial = true }, HttpStatusCode.Created);

        Assert.Equal((sku, 5, "Enabled"), (first.GetProperty("skuId").GetGuid(), first.GetProperty("units").GetInt32(), first.GetProperty("status").GetString()));
        JsonElement pool = await SendAsync(HttpMethod.Get, $"/v1.0/subscribedSkus/{BerthProcess.DemoTenant}_{sku}");
        Assert.Equal((5, 8), (pool.GetProperty("prepaidUnits").GetProperty("enabled").GetInt32(), pool.GetProperty("prepaidUnits").GetProperty("warning").GetInt32()));
        Assert.Equal(2, pool.GetProperty("subscriptionIds").GetArrayLength());
        JsonElement trial = await SendAsync(HttpMethod.Get, $"/v1.0/directory/subscriptions/{second.GetProperty("id").GetString()}");
        Assert.Equal((8, true), (trial.GetProperty("totalLicenses").GetInt32(), trial.GetProperty("isTrial").GetBoolean()));

        JsonElement changed = await SendAsync(HttpMethod.Patch, $"/berth/v1/subscriptions/{first.GetProperty("id").GetString()}", new { units = 0 });
        Assert.Equal(0, changed.GetProperty("units").GetInt32());
        Assert.Equal(2, (await SendAsync(HttpMethod.Get, "/berth/v1/subscriptions")).GetProperty("value").GetArrayLength());
        await RefusedAsync(HttpMethod.Patch, $"/berth/v1/subscriptions/{Guid.NewGuid()}", new { units = 1 }, 404, "resourceNotFound");
        await RefusedAsync(HttpMethod.Post, "/berth/v1/subscriptions", new { skuPartNumber = "MCOPSTN5", units = 1 }, 400, "partNumberAmbiguous");
        await RefusedAsync(HttpMethod.Post, "/berth/v1/subscriptions", new { skuId = sku, units = -1 }, 400, "valueInvalid");
    }

    [Fact]
    public async Task The_clock_of_a_demo_is_frozen_advanced_and_released_and_never_goes_back()
    {
        Assert.Equal("system", (await SendAsync(HttpMethod.Get, "/berth/v1/clock")).GetProperty("mode").GetString());
        await RefusedAsync(HttpMethod.Post, "/berth/v1/clock", new { advance = "P7D" }, 400, "clockNotFrozen");

        JsonElement frozen = await SendAsync(HttpMethod.Post, "/berth/v1/clock", new { mode = "frozen" });
        JsonElement later = await SendAsync(HttpMethod.Post, "/berth/v1/clock", new { advance = "P7D" });

        Assert.Equal("frozen", frozen.GetProperty("mode").GetString());
        Assert.Equal(frozen.GetProperty("now").GetDateTimeOffset().AddDays(7), later.GetProperty("now").GetDateTimeOffset());
        Assert.Equal(later.GetProperty("now").GetDateTimeOffset(), (await SendAsync(HttpMethod.Get, "/berth/v1/clock")).GetProperty("now").GetDateTimeOffset());
        await RefusedAsync(HttpMethod.Post, "/berth/v1/clock", new { now = frozen.GetProperty("now").GetDateTimeOffset() }, 400, "clockBackwards");
        JsonElement user = await UserAsync("later");
        Assert.Equal(
            later.GetProperty("now").GetDateTimeOffset(),
            (await SendAsync(HttpMethod.Get, $"/v1.0/users/{user.GetProperty("id").GetString()}?$select=createdDateTime")).GetProperty("createdDateTime").GetDateTimeOffset());
    }

    [Fact]
    public async Task The_clock_of_a_production_tenant_is_the_systems()
    {
        await using BerthProcess berth = await BerthProcess.StartAsync(null);
        const string Mark = "Set-up code: ";
        string code = berth.Lines.Single(line => line.StartsWith(Mark, StringComparison.Ordinal))[Mark.Length..];
        using HttpClient http = await berth.ClientAsync(authenticated: false);
        using HttpResponseMessage created = await http.PostAsJsonAsync(
            "/berth/v1/setup", new { code, displayName = "Fabrikam", domain = "fabrikam.example", country = "DE" }, Cancel);
        JsonElement app = await created.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        using HttpResponseMessage token = await berth.AskForTokenAsync(
            app.GetProperty("tenantId").GetString()!, app.GetProperty("clientId").GetString(), app.GetProperty("clientSecret").GetString());
        http.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Bearer", (await token.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("access_token").GetString());

        using HttpResponseMessage refused = await http.PostAsJsonAsync("/berth/v1/clock", new { mode = "frozen" }, Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("clockNotMovable", await refused.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.Equal("system", (await http.GetFromJsonAsync<JsonElement>("/berth/v1/clock", Cancel)).GetProperty("mode").GetString());
    }

    [Theory]
    [InlineData("/berth/v1/groups/GROUP/reprocess", HttpStatusCode.Accepted)]
    [InlineData("/v1.0/users/USER/reprocessLicenseAssignment", HttpStatusCode.OK)]
    public async Task In_mode_entra_strict_a_new_seat_helps_nobody_until_group_or_user_is_processed_again(string path, HttpStatusCode wanted)
    {
        JsonElement before = await SendAsync(HttpMethod.Get, "/berth/v1/settings");
        Assert.Equal(("fair", "atomic"), (before.GetProperty("retry").GetString(), before.GetProperty("groupAtomicity").GetString()));
        await SendAsync(HttpMethod.Patch, "/berth/v1/settings", new { retry = "entra-strict" });
        Guid sku = Sku("CPC_E_2C_4GB_64GB");
        JsonElement bought = await SendAsync(HttpMethod.Post, "/berth/v1/subscriptions", new { skuId = sku, units = 0 }, HttpStatusCode.Created);
        (string group, string user) = await WaitingAsync(sku);

        JsonElement waiting = Assert.Single((await SendAsync(HttpMethod.Get, $"/berth/v1/waiting?skuId={sku}")).GetProperty("value").EnumerateArray());
        Assert.Equal(
            (user, group, sku, "CountViolation"),
            (waiting.GetProperty("userId").GetString(), waiting.GetProperty("groupId").GetString(), waiting.GetProperty("skuId").GetGuid(), waiting.GetProperty("error").GetString()));
        await SendAsync(HttpMethod.Patch, $"/berth/v1/subscriptions/{bought.GetProperty("id").GetString()}", new { units = 1 });
        Assert.Equal(1, (await SendAsync(HttpMethod.Get, "/berth/v1/waiting")).GetProperty("value").GetArrayLength());

        string target = path.Replace("GROUP", group, StringComparison.Ordinal).Replace("USER", user, StringComparison.Ordinal);
        await SendAsync(HttpMethod.Post, target, null, wanted);

        Assert.Equal(0, (await SendAsync(HttpMethod.Get, "/berth/v1/waiting")).GetProperty("value").GetArrayLength());
        Assert.Equal(1, (await SendAsync(HttpMethod.Get, $"/v1.0/users/{user}/licenseDetails")).GetProperty("value").GetArrayLength());
    }

    [Fact]
    public async Task A_group_in_mode_independent_gives_what_it_can()
    {
        await SendAsync(HttpMethod.Patch, "/berth/v1/settings", new { groupAtomicity = "independent" });
        Guid none = Sku("CPC_E_2C_4GB_64GB"), plenty = Sku("POWER_BI_PRO");
        await SendAsync(HttpMethod.Post, "/berth/v1/subscriptions", new { skuId = none, units = 0 }, HttpStatusCode.Created);
        await SendAsync(HttpMethod.Post, "/berth/v1/subscriptions", new { skuId = plenty, units = 1 }, HttpStatusCode.Created);

        (_, string user) = await WaitingAsync(none, plenty);

        JsonElement states = (await SendAsync(HttpMethod.Get, $"/v1.0/users/{user}?$select=licenseAssignmentStates")).GetProperty("licenseAssignmentStates");
        Assert.Equal(
            ((string[])[$"{none} Error CountViolation", $"{plenty} Active None"]).Order(StringComparer.Ordinal),
            states.EnumerateArray().Select(state => $"{state.GetProperty("skuId")} {state.GetProperty("state")} {state.GetProperty("error")}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_import_takes_its_good_lines_and_names_the_bad_ones()
    {
        Guid ada = Guid.NewGuid(), group = Guid.NewGuid(), nobody = Guid.NewGuid();
        string lines = string.Join(
            '\n',
            $$$"""{"user":{"id":"{{{ada}}}","userPrincipalName":"ada@contoso.example","displayName":"Ada","usageLocation":"US"}}""",
            $$$"""{"group":{"id":"{{{group}}}","displayName":"Imported"}}""",
            $$$"""{"member":{"groupId":"{{{group}}}","userId":"{{{ada}}}"}}""",
            $$$"""{"user":{"id":"{{{ada}}}","userPrincipalName":"other@contoso.example","displayName":"Same id"}}""",
            """{"user":{"userPrincipalName":"ADA@contoso.example","displayName":"Same name"}}""",
            $$$"""{"member":{"groupId":"{{{group}}}","userId":"{{{nobody}}}"}}""",
            """{"user":{"userPrincipalName":"x@contoso.example","displayName":"X","usageLocation":"XX"}}""",
            """{"computer":{}}""",
            "not JSON",
            """{"user":{"userPrincipalName":"bob@contoso.example","displayName":"Bob"}}""");
        using StringContent body = new(lines, Encoding.UTF8, "application/x-ndjson");
        using HttpResponseMessage answer = await Http.PostAsync(new Uri("/berth/v1/import", UriKind.Relative), body, Cancel);
        JsonElement report = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel);

        Assert.Equal((2, 1, 1), (report.GetProperty("users").GetInt32(), report.GetProperty("groups").GetInt32(), report.GetProperty("members").GetInt32()));
        Assert.Equal(
            ["4 idTaken", "5 userPrincipalNameTaken", "6 resourceNotFound", "7 valueInvalid", "8 propertyUnknown", "9 jsonInvalid"],
            report.GetProperty("errors").EnumerateArray().Select(error => $"{error.GetProperty("line")} {error.GetProperty("code")}"));
        JsonElement members = await SendAsync(HttpMethod.Get, $"/v1.0/groups/{group}/members");
        Assert.Equal(ada, Assert.Single(members.GetProperty("value").EnumerateArray()).GetProperty("id").GetGuid());
        Assert.Equal("Bob", (await SendAsync(HttpMethod.Get, "/v1.0/users/bob@contoso.example")).GetProperty("displayName").GetString());
    }

    [Fact]
    public async Task A_table_of_product_names_adds_SKUs_that_can_then_be_bought_and_the_rules_can_be_replaced()
    {
        Guid sku = Guid.NewGuid(), plan = Guid.NewGuid();
        int before = (await SendAsync(HttpMethod.Get, "/berth/v1/catalog")).GetProperty("value").GetArrayLength();
        string table = "Product_Display_Name,String_Id,GUID,Service_Plan_Name,Service_Plan_Id,Service_Plans_Included_Friendly_Names\n"
            + $"Windows 365 Next,CPC_NEXT,{sku},CPC_NEXT_PLAN,{plan},Windows 365 Next\n";
        using StringContent body = new(table, Encoding.UTF8, "text/csv");
        using HttpResponseMessage answer = await Http.PostAsync(new Uri("/berth/v1/catalog/import", UriKind.Relative), body, Cancel);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancel));

        Assert.Equal(before + 1, (await SendAsync(HttpMethod.Get, "/berth/v1/catalog")).GetProperty("value").GetArrayLength());
        await SendAsync(HttpMethod.Post, "/berth/v1/subscriptions", new { skuPartNumber = "CPC_NEXT", units = 1 }, HttpStatusCode.Created);

        JsonNode rules = JsonNode.Parse((await SendAsync(HttpMethod.Get, "/berth/v1/catalog/rules")).GetRawText())!;
        rules["regions"]!.AsArray().Add(new JsonObject { ["servicePlanId"] = plan.ToString(), ["allow"] = new JsonArray("DE") });
        await SendAsync(HttpMethod.Put, "/berth/v1/catalog/rules", rules);
        JsonElement user = await UserAsync("american");
        await RefusedAsync(
            HttpMethod.Post,
            $"/v1.0/users/{user.GetProperty("id").GetString()}/assignLicense",
            new { addLicenses = new[] { new { skuId = sku } }, removeLicenses = Array.Empty<Guid>() },
            400,
            "prohibitedInUsageLocation");
    }

    private static Guid Sku(string partNumber) => SkuCatalog.BuiltIn.FindByPartNumber(partNumber).Single().Id;

    /// <summary>A group with licenses and one member.</summary>
    private async Task<(string Group, string User)> WaitingAsync(params Guid[] skus)
    {
        string user = (await UserAsync("waits")).GetProperty("id").GetString()!;
        JsonElement group = await SendAsync(
            HttpMethod.Post,
            "/v1.0/groups",
            new Dictionary<string, object>
            {
                ["displayName"] = "Waiting",
                ["mailNickname"] = "waiting",
                ["mailEnabled"] = false,
                ["securityEnabled"] = true,
                ["members@odata.bind"] = new[] { $"https://graph.microsoft.com/v1.0/users/{user}" },
            },
            HttpStatusCode.Created);
        string id = group.GetProperty("id").GetString()!;
        await SendAsync(
            HttpMethod.Post, $"/v1.0/groups/{id}/assignLicense", new { addLicenses = skus.Select(sku => new { skuId = sku }), removeLicenses = Array.Empty<Guid>() }, HttpStatusCode.Accepted);
        return (id, user);
    }

    private Task<JsonElement> UserAsync(string alias) => SendAsync(
        HttpMethod.Post,
        "/v1.0/users",
        new
        {
            accountEnabled = true, displayName = alias, mailNickname = alias, userPrincipalName = $"{alias}@contoso.example", usageLocation = "US",
            passwordProfile = new { password = "never-used-1A" },
        },
        HttpStatusCode.Created);

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, object? body = null, HttpStatusCode wanted = HttpStatusCode.OK)
    {
        using HttpRequestMessage request = new(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using HttpResponseMessage answer = await Http.SendAsync(request, Cancel);
        string text = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.True(answer.StatusCode == wanted, $"{method} {path} was answered {(int)answer.StatusCode}: {text}");
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement.Clone();
    }

    private async Task RefusedAsync(HttpMethod method, string path, object body, int status, string innerCode)
    {
        JsonElement answer = await SendAsync(method, path, body, (HttpStatusCode)status);
        Assert.Equal(innerCode, answer.GetProperty("error").GetProperty("innerError").GetProperty("code").GetString());
    }
}
