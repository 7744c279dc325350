using System.Text;
using System.Text.Json;
using Berth.Engine;
using Berth.Engine.Licensing;
using Berth.Graph;
using Xunit;

namespace Berth.Conformance.Tests.Graph;

/// <summary>Berth's own interface under <c>/berth/v1</c> as the contract has it.</summary>
public sealed class OwnInterface
{
    [Fact]
    public async Task Units_are_bought_by_SKU_id_or_part_number_and_show_in_subscribedSkus()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid e5 = room.Sku("SPE_E5");
        Answer bought = await room.SendAsync("POST", "/berth/v1/subscriptions", $$"""{"skuId":"{{e5}}","units":5}""");
        JsonElement first = bought.Json;
        Guid id = first.GetProperty("id").GetGuid();
        Assert.Equal((201, $"{room.Http.BaseAddress}berth/v1/subscriptions/{id}"), (bought.Status, bought.Location));
        Assert.Equal(
            (e5, "SPE_E5", 5, "Enabled"),
            (first.GetProperty("skuId").GetGuid(), first.GetProperty("skuPartNumber").GetString(), first.GetProperty("units").GetInt32(), first.GetProperty("status").GetString()));

        await room.DoAsync("POST", "/berth/v1/subscriptions", """{"skuPartNumber":"spe_e5","units":8,"status":"warning","isTrial":true}""");
        await room.DoAsync("POST", "/berth/v1/subscriptions", """{"skuPartNumber":"SPE_E3","units":0}""");
        JsonElement[] skus = [.. (await room.DoAsync("GET", "/v1.0/subscribedSkus")).GetProperty("value").EnumerateArray()];
        Assert.Equal(2, skus.Length);
        JsonElement units = skus.Single(sku => sku.GetProperty("skuId").GetGuid() == e5).GetProperty("prepaidUnits");
        Assert.Equal((5, 8), (units.GetProperty("enabled").GetInt32(), units.GetProperty("warning").GetInt32()));

        JsonElement changed = await room.DoAsync("PATCH", $"/berth/v1/subscriptions/{id}", """{"units":7,"status":"Suspended"}""");
        Assert.Equal((7, "Suspended"), (changed.GetProperty("units").GetInt32(), changed.GetProperty("status").GetString()));
        Assert.Equal(3, (await room.DoAsync("GET", "/berth/v1/subscriptions")).GetProperty("value").GetArrayLength());
    }

    [Fact]
    public async Task A_purchase_has_an_owner_where_somebody_says_so()
    {
        // B512, L100.
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid owner = Guid.NewGuid();
        string longest = new('x', SubscriptionOwner.LongestType);
        JsonElement owned = await room.DoAsync("POST", "/berth/v1/subscriptions", $$"""{"skuPartNumber":"SPE_E5","units":5,"ownerType":"User","ownerId":"{{owner}}"}""");
        Assert.Equal(("User", owner), (owned.GetProperty("ownerType").GetString(), owned.GetProperty("ownerId").GetGuid()));
        await room.DoAsync("PATCH", $"/berth/v1/subscriptions/{owned.GetProperty("id").GetGuid()}", """{"units":6}""");
        await room.DoAsync("POST", "/berth/v1/subscriptions", $$"""{"skuPartNumber":"SPE_E5","units":1,"ownerType":"{{longest}}","ownerId":null}""");
        await room.DoAsync("POST", "/berth/v1/subscriptions", """{"skuPartNumber":"SPE_E5","units":1}""");
        Assert.Equal(
            [("User", $"{owner}"), (longest, null), (null, null)],
            (await room.DoAsync("GET", "/v1.0/directory/subscriptions")).GetProperty("value").EnumerateArray()
                .Select(one => (one.GetProperty("ownerType").GetString(), one.GetProperty("ownerId").GetString())));
        await room.RefusedAsync(400, "valueInvalid", "POST", "/berth/v1/subscriptions", $$"""{"skuPartNumber":"SPE_E5","units":1,"ownerType":"{{longest}}x"}""");
        await room.RefusedAsync(400, "valueMissing", "POST", "/berth/v1/subscriptions", $$"""{"skuPartNumber":"SPE_E5","units":1,"ownerId":"{{owner}}"}""");
    }

    [Fact]
    public async Task A_part_number_of_two_SKUs_is_refused_and_names_both()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        string message = await room.RefusedAsync(400, "partNumberAmbiguous", "POST", "/berth/v1/subscriptions", """{"skuPartNumber":"MCOPSTN5","units":1}""");
        Assert.All(room.Tenant.Catalog.FindByPartNumber("MCOPSTN5"), sku => Assert.Contains($"{sku.Id}", message, StringComparison.Ordinal));
    }

    // B45
    [Theory]
    [InlineData("""{"units":1}""", "valueMissing")]
    [InlineData("""{"skuId":"06ebc4ee-1bb5-47dd-8120-11324bc54e06","skuPartNumber":"SPE_E5","units":1}""", "valueMissing")]
    [InlineData("""{"skuPartNumber":"SPE_E5"}""", "valueMissing")]
    [InlineData("""{"skuPartNumber":"NO_SUCH_SKU","units":1}""", "skuNotInCatalog")]
    [InlineData("""{"skuId":"11111111-1111-4111-8111-111111111111","units":1}""", "skuNotInTenant")]
    [InlineData("""{"skuId":"x","units":1}""", "guidInvalid")]
    [InlineData("""{"skuPartNumber":"SPE_E5","units":-1}""", "valueInvalid")]
    [InlineData("""{"skuPartNumber":"SPE_E5","units":1.5}""", "valueInvalid")]
    [InlineData("""{"skuPartNumber":"SPE_E5","units":10000001}""", "valueInvalid")]
    [InlineData("""{"skuPartNumber":"SPE_E5","units":1e99}""", "valueInvalid")]
    [InlineData("""{"skuPartNumber":"SPE_E5","units":"1"}""", "typeWrong")]
    [InlineData("""{"skuPartNumber":"SPE_E5","units":1,"status":"Gone"}""", "valueInvalid")]
    [InlineData("""{"skuPartNumber":"SPE_E5","units":1,"isTrial":"no"}""", "typeWrong")]
    [InlineData("""{"skuPartNumber":"SPE_E5","units":1,"price":1}""", "propertyUnknown")]
    public async Task A_bad_purchase_is_refused_and_buys_nothing(string body, string code)
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await room.RefusedAsync(400, code, "POST", "/berth/v1/subscriptions", body);
    }

    [Fact]
    public async Task A_subscription_that_is_not_there_cannot_be_changed_and_the_most_units_are_possible()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid id = await room.BuyAsync("SPE_E5", Subscription.MostUnits);
        await room.RefusedAsync(400, "valueInvalid", "PATCH", $"/berth/v1/subscriptions/{id}", $$"""{"units":{{Subscription.MostUnits + 1}}}""");
        await room.RefusedAsync(404, "resourceNotFound", "PATCH", $"/berth/v1/subscriptions/{Guid.NewGuid()}", """{"units":1}""");
        await room.RefusedAsync(404, "resourceNotFound", "PATCH", "/berth/v1/subscriptions/one", """{"units":1}""");
        await room.RefusedAsync(400, "propertyUnknown", "PATCH", $"/berth/v1/subscriptions/{id}", """{"skuPartNumber":"SPE_E3"}""");
    }

    [Fact]
    public async Task The_clock_of_an_emulator_is_frozen_advanced_and_released()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Assert.Equal("system", (await room.DoAsync("GET", "/berth/v1/clock")).GetProperty("mode").GetString());
        Assert.Contains("freeze it", await room.RefusedAsync(400, "clockNotFrozen", "POST", "/berth/v1/clock", """{"advance":"P1D"}"""), StringComparison.Ordinal);
        await room.RefusedAsync(400, "clockNotFrozen", "POST", "/berth/v1/clock", """{"now":"2126-01-01T00:00:00Z"}""");

        JsonElement frozen = await room.DoAsync("POST", "/berth/v1/clock", """{"mode":"frozen","now":"2126-01-01T00:00:00+00:00"}""");
        Assert.Equal(("frozen", "2126-01-01T00:00:00Z"), (frozen.GetProperty("mode").GetString(), frozen.GetProperty("now").GetString()));
        Assert.Equal("2126-01-08T00:00:00Z", (await room.DoAsync("POST", "/berth/v1/clock", """{"advance":"P7D"}""")).GetProperty("now").GetString());
        Assert.Equal("2126-01-08T00:00:00Z", (await room.DoAsync("GET", "/berth/v1/clock")).GetProperty("now").GetString());
        Assert.Contains("2126-01-08", await room.RefusedAsync(400, "clockBackwards", "POST", "/berth/v1/clock", """{"now":"2126-01-07T00:00:00Z"}"""), StringComparison.Ordinal);
        await room.RefusedAsync(400, "clockBackwards", "POST", "/berth/v1/clock", """{"advance":"-P1D"}""");

        // What is created carries the tenant's time.
        Guid ada = await room.AddUserAsync("ada");
        Assert.Equal("2126-01-08T00:00:00Z", (await room.DoAsync("GET", $"/v1.0/users/{ada}?$select=createdDateTime")).GetProperty("createdDateTime").GetString());
        Assert.Equal("system", (await room.DoAsync("POST", "/berth/v1/clock", """{"mode":"system"}""")).GetProperty("mode").GetString());
    }

    [Theory]
    [InlineData("""{"mode":"stopped"}""", "valueInvalid")]
    [InlineData("""{"now":"2126-01-01"}""", "valueInvalid")]
    [InlineData("""{"now":"2126-01-01T00:00:00"}""", "valueInvalid")]
    [InlineData("""{"advance":"7 days"}""", "valueInvalid")]
    [InlineData("""{"advance":"P99999999999D"}""", "valueInvalid")]
    [InlineData("""{"advance":7}""", "typeWrong")]
    [InlineData("""{"forward":"P1D"}""", "propertyUnknown")]
    public async Task A_bad_time_is_refused_and_moves_nothing(string body, string code)
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await room.RefusedAsync(400, code, "POST", "/berth/v1/clock", body);
    }

    [Fact]
    public async Task The_clock_of_a_production_tenant_is_the_systems()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync(TenantKind.Production);
        await room.RefusedAsync(400, "clockNotMovable", "POST", "/berth/v1/clock", """{"mode":"frozen"}""");
        Assert.Equal("system", (await room.DoAsync("GET", "/berth/v1/clock")).GetProperty("mode").GetString());
    }

    [Fact]
    public async Task Settings_are_changed_one_by_one()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Assert.Equal(
            """{"retry":"fair","groupAtomicity":"atomic","provisioningDelay":"PT0S","bufferExcess":null,"disconnectedSessions":"held","profileResetTime":"PT3M","intelligentPrestart":true,"host":"simulator","failureRates":{},"simulatorSeed":0}""",
            (await room.SendAsync("GET", "/berth/v1/settings")).Text);
        await room.DoAsync("PATCH", "/berth/v1/settings", """{"retry":"entra-strict","bufferExcess":3}""");
        Answer changed = await room.SendAsync("PATCH", "/berth/v1/settings", """{"groupAtomicity":"Independent","provisioningDelay":"PT20M","bufferExcess":null}""");
        Assert.Equal("""{"retry":"entra-strict","groupAtomicity":"independent","provisioningDelay":"PT20M","bufferExcess":null,"disconnectedSessions":"held","profileResetTime":"PT3M","intelligentPrestart":true,"host":"simulator","failureRates":{},"simulatorSeed":0}""", changed.Text);

        await room.RefusedAsync(400, "valueInvalid", "PATCH", "/berth/v1/settings", """{"retry":"never"}""");
        await room.RefusedAsync(400, "valueInvalid", "PATCH", "/berth/v1/settings", """{"provisioningDelay":"P7DT1S"}""");
        await room.RefusedAsync(400, "valueInvalid", "PATCH", "/berth/v1/settings", """{"provisioningDelay":"-PT1S"}""");
        await room.RefusedAsync(400, "valueInvalid", "PATCH", "/berth/v1/settings", """{"bufferExcess":-1}""");
        await room.RefusedAsync(400, "valueInvalid", "PATCH", "/berth/v1/settings", """{"disconnectedSessions":"kept"}""");
        await room.RefusedAsync(400, "valueInvalid", "PATCH", "/berth/v1/settings", """{"profileResetTime":"P1DT1S"}""");
        await room.RefusedAsync(400, "valueInvalid", "PATCH", "/berth/v1/settings", """{"profileResetTime":"-PT1S"}""");
        await room.RefusedAsync(400, "typeWrong", "PATCH", "/berth/v1/settings", """{"intelligentPrestart":"no"}""");
        await room.RefusedAsync(400, "propertyUnknown", "PATCH", "/berth/v1/settings", """{"color":"red"}""");
        JsonElement frontline = await room.DoAsync("PATCH", "/berth/v1/settings", """{"disconnectedSessions":"Released","profileResetTime":"P1D","intelligentPrestart":false}""");
        Assert.Equal(
            ("released", "P1D", false),
            (frontline.GetProperty("disconnectedSessions").GetString(), frontline.GetProperty("profileResetTime").GetString(), frontline.GetProperty("intelligentPrestart").GetBoolean()));
        await room.DoAsync("PATCH", "/berth/v1/settings", """{"provisioningDelay":"P7D"}""");
    }

    [Fact]
    public async Task The_host_and_the_behavior_of_the_simulator_are_settings()
    {
        // B320, B326.
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await room.DoAsync("PATCH", "/berth/v1/settings", """{"host":"agent","failureRates":{"resize":1,"provision":0.25,"restore":0},"simulatorSeed":-7}""");
        JsonElement settings = await room.DoAsync("PATCH", "/berth/v1/settings", "{}");
        Assert.Equal(
            ("agent", """{"provision":0.25,"resize":1}""", -7),
            (settings.GetProperty("host").GetString(), settings.GetProperty("failureRates").GetRawText(), settings.GetProperty("simulatorSeed").GetInt32()));

        await room.RefusedAsync(400, "valueInvalid", "PATCH", "/berth/v1/settings", """{"host":"nobody"}""");
        await room.RefusedAsync(400, "valueInvalid", "PATCH", "/berth/v1/settings", """{"failureRates":{"provision":1.0001}}""");
        await room.RefusedAsync(400, "valueInvalid", "PATCH", "/berth/v1/settings", """{"failureRates":{"provision":-0.1}}""");
        await room.RefusedAsync(400, "valueInvalid", "PATCH", "/berth/v1/settings", """{"failureRates":{"dance":0.5}}""");
        await room.RefusedAsync(400, "typeWrong", "PATCH", "/berth/v1/settings", """{"simulatorSeed":"x"}""");
        Assert.Equal("{}", (await room.DoAsync("PATCH", "/berth/v1/settings", """{"failureRates":{}}""")).GetProperty("failureRates").GetRawText());
    }

    [Fact]
    public async Task The_waiting_list_names_who_waits_for_a_seat_in_order_page_by_page()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        int count = GraphLimits.WaitingPage + 5;
        StringBuilder lines = new();
        Guid group = Guid.NewGuid();
        lines.Append($$$"""{"group":{"id":"{{{group}}}","displayName":"g"}}""").Append('\n');
        for (int i = 0; i < count; i++)
        {
            Guid user = Guid.NewGuid();
            lines.Append($$$"""{"user":{"id":"{{{user}}}","displayName":"u{{{i}}}","userPrincipalName":"u{{{i}}}@fabrikam.example"}}""").Append('\n');
            lines.Append($$$"""{"member":{"groupId":"{{{group}}}","userId":"{{{user}}}"}}""").Append('\n');
        }

        using (StringContent content = new(lines.ToString(), Encoding.UTF8, "application/x-ndjson"))
        {
            Assert.Equal(200, (await room.SendAsync("POST", "/berth/v1/import", content)).Status);
        }

        await room.BuyAsync("SPE_E5", 2);
        await room.BuyAsync("FLOW_FREE", 1000000);
        Guid e5 = room.Sku("SPE_E5");
        await room.DoAsync("POST", $"/v1.0/groups/{group}/assignLicense", RunningRoom.Licenses([e5, room.Sku("FLOW_FREE")], []));

        foreach (string first in (string[])[$"/berth/v1/waiting?skuId={e5}", "/berth/v1/waiting"])
        {
            List<JsonElement> waiting = [];
            for (string? next = first; next is not null;)
            {
                JsonElement page = await room.DoAsync("GET", next);
                waiting.AddRange(page.GetProperty("value").EnumerateArray());
                next = page.TryGetProperty("@odata.nextLink", out JsonElement link) ? link.GetString() : null;
            }

            Assert.Equal(count - 2, waiting.Count);
            Guid[] users = [.. waiting.Select(one => one.GetProperty("userId").GetGuid())];
            Assert.Equal(users.Order(), users);
            Assert.All(waiting, one => Assert.Equal(
                (group, e5, "CountViolation"), (one.GetProperty("groupId").GetGuid(), one.GetProperty("skuId").GetGuid(), one.GetProperty("error").GetString())));
        }

        Assert.Equal(0, (await room.DoAsync("GET", $"/berth/v1/waiting?skuId={room.Sku("FLOW_FREE")}")).GetProperty("value").GetArrayLength());
        await room.RefusedAsync(400, "queryInvalid", "GET", "/berth/v1/waiting?skuId=SPE_E5");
        await room.RefusedAsync(400, "skuNotInTenant", "GET", $"/berth/v1/waiting?skuId={Guid.NewGuid()}");
        await room.RefusedAsync(400, "queryInvalid", "GET", "/berth/v1/waiting?$skiptoken=x");
        await room.RefusedAsync(400, "queryInvalid", "GET", "/berth/v1/waiting?userId=1");
    }

    [Fact]
    public async Task A_group_is_processed_again_on_demand()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada"), group = await room.AddGroupAsync("sales", ada);
        Guid subscription = await room.BuyAsync("SPE_E5", 0);
        await room.DoAsync("PATCH", "/berth/v1/settings", """{"retry":"entra-strict"}""");
        await room.DoAsync("POST", $"/v1.0/groups/{group}/assignLicense", RunningRoom.Licenses([room.Sku("SPE_E5")], []));
        await room.DoAsync("PATCH", $"/berth/v1/subscriptions/{subscription}", """{"units":1}""");
        Assert.Equal(["SPE_E5 group Error CountViolation"], await room.StatesAsync(ada));

        Answer answer = await room.SendAsync("POST", $"/berth/v1/groups/{group}/reprocess");
        Assert.Equal((202, 0), (answer.Status, answer.Body.Length));
        Assert.Equal(["SPE_E5 group Active None"], await room.StatesAsync(ada));
        await room.RefusedAsync(404, "resourceNotFound", "POST", $"/berth/v1/groups/{Guid.NewGuid()}/reprocess");
    }

    [Fact]
    public async Task A_product_table_brings_new_SKUs_and_a_bad_one_brings_nothing()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        int skus = room.Tenant.Catalog.Skus.Count;
        const string Header = "Product_Display_Name,String_Id,GUID,Service_Plan_Name,Service_Plan_Id,Service_Plans_Included_Friendly_Names\n";
        const string Row = "\"New, shiny\",NEW_SKU,11111111-1111-4111-8111-111111111111,NEW_PLAN,22222222-2222-4222-8222-222222222222,New plan\n";

        Answer imported = await Import(room, Encoding.UTF8.GetBytes(Header + Row));
        Assert.Equal((200, 1, skus + 1), (imported.Status, imported.Json.GetProperty("rows").GetInt32(), imported.Json.GetProperty("skus").GetInt32()));
        await room.BuyAsync("NEW_SKU", 1);
        JsonElement sku = (await room.DoAsync("GET", "/berth/v1/catalog")).GetProperty("value").EnumerateArray().Single(one => one.GetProperty("skuPartNumber").GetString() == "NEW_SKU");
        Assert.Equal(("New, shiny", "NEW_PLAN"), (sku.GetProperty("productName").GetString(), sku.GetProperty("servicePlans")[0].GetProperty("servicePlanName").GetString()));

        long version = room.Tenant.Version;
        foreach ((string table, string problem) in ((string, string)[])[(Header + Row + "a,b\n", "Line 3"), ("x,y\n", "Line 1"), ("", "Line 1"), (Header, "Line 2")])
        {
            Answer refused = await Import(room, Encoding.UTF8.GetBytes(table));
            Assert.Equal((400, "tableInvalid"), (refused.Status, refused.InnerCode));
            Assert.Contains(problem, refused.Message, StringComparison.Ordinal);
        }

        Assert.Contains("UTF-8", (await Import(room, [.. Encoding.UTF8.GetBytes(Header), 0xFF, 0xFE])).Message, StringComparison.Ordinal);
        Assert.Equal(415, (await room.SendAsync("POST", "/berth/v1/catalog/import", "{}")).Status);
        Assert.Equal(version, room.Tenant.Version);
    }

    [Fact]
    public async Task A_product_table_may_be_as_large_as_its_limit_and_no_larger()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        byte[] At(int bytes)
        {
            byte[] table = new byte[bytes];
            Array.Fill(table, (byte)'\n');
            Encoding.UTF8.GetBytes("skuPartNumber,skuId,productName,servicePlanName,servicePlanId,friendlyName\nN,11111111-1111-4111-8111-111111111111,n,P,22222222-2222-4222-8222-222222222222,p\n").CopyTo(table, 0);
            return table;
        }

        Assert.Equal(200, (await Import(room, At(GraphLimits.TableBytes))).Status);
        Assert.Equal(413, (await Import(room, At(GraphLimits.TableBytes + 1))).Status);
        using StreamContent chunked = new(new EndlessStream(GraphLimits.TableBytes + 1));
        chunked.Headers.TryAddWithoutValidation("Content-Type", "text/csv");
        Assert.Equal(413, (await room.SendAsync("POST", "/berth/v1/catalog/import", chunked)).Status);
    }

    [Fact]
    public async Task The_plan_rules_are_read_changed_and_in_force_at_once()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada");
        await room.BuyAsync("STANDARDPACK", 1);
        await room.BuyAsync("EXCHANGEENTERPRISE", 1);
        string both = RunningRoom.Licenses([room.Sku("STANDARDPACK"), room.Sku("EXCHANGEENTERPRISE")], []);
        await room.RefusedAsync(400, "plansMutuallyExclusive", "POST", $"/v1.0/users/{ada}/assignLicense", both);

        JsonElement rules = await room.DoAsync("GET", "/berth/v1/catalog/rules");
        Assert.True(rules.GetProperty("exclusiveSets").GetArrayLength() > 0);
        await room.DoAsync("PUT", "/berth/v1/catalog/rules", rules.GetRawText());
        JsonElement empty = await room.DoAsync("PUT", "/berth/v1/catalog/rules", """{"exclusiveSets":[],"exclusivePairsAllowed":[],"requires":[],"regions":[]}""");
        Assert.Equal(0, empty.GetProperty("exclusiveSets").GetArrayLength());
        await room.DoAsync("POST", $"/v1.0/users/{ada}/assignLicense", both);
    }

    [Theory]
    [InlineData("""{"exclusiveSets":7}""")]
    [InlineData("""{"exclusiveSets":null}""")]
    [InlineData("""{"exclusiveSets":[null]}""")]
    [InlineData("""{"exclusiveSets":[{"name":"x","plans":null}]}""")]
    [InlineData("""{"exclusiveSets":[{"name":"x","plans":[null]}]}""")]
    [InlineData("""{"exclusivePairsAllowed":[{"plans":["11111111-1111-4111-8111-111111111111"]}]}""")]
    [InlineData("""{"exclusivePairsAllowed":[null]}""")]
    [InlineData("""{"requires":[{"servicePlanId":"11111111-1111-4111-8111-111111111111","anyOf":[]}]}""")]
    [InlineData("""{"requires":[null]}""")]
    [InlineData("""{"regions":[{"servicePlanId":"11111111-1111-4111-8111-111111111111","deny":["XX"]}]}""")]
    [InlineData("""{"regions":[null]}""")]
    [InlineData("""{"regions":[{"servicePlanId":"x","deny":[]}]}""")]
    [InlineData("null")]
    [InlineData("[]")]
    public async Task Bad_plan_rules_are_refused_and_change_nothing(string body)
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await room.RefusedAsync(400, "planRulesInvalid", "PUT", "/berth/v1/catalog/rules", body);
    }

    [Fact]
    public async Task Reading_and_writing_take_the_permissions_of_Graph()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        (string Method, string Path, string Enough, string TooLittle)[] routes =
        [
            ("GET", "/berth/v1/subscriptions", "LicenseAssignment.Read.All", "User.Read.All"),
            ("GET", "/berth/v1/settings", "Organization.Read.All", "User.ReadWrite.All"),
            ("GET", "/berth/v1/clock", "Organization.Read.All", "Group.Read.All"),
            ("GET", "/berth/v1/waiting", "LicenseAssignment.Read.All", "AuditLog.Read.All"),
            ("GET", "/berth/v1/catalog", "Organization.Read.All", "AuditLog.Read.All"),
            ("GET", "/berth/v1/catalog/rules", "Organization.Read.All", "AuditLog.Read.All"),
            ("PATCH", "/berth/v1/settings", "Organization.ReadWrite.All", "Organization.Read.All"),
            ("POST", "/berth/v1/clock", "LicenseAssignment.ReadWrite.All", "LicenseAssignment.Read.All"),
        ];
        foreach ((string method, string path, string enough, string tooLittle) in routes)
        {
            string? body = method == "GET" ? null : "{}";
            Assert.Equal(200, (await room.SendAsync(method, path, body, enough)).Status);
            await room.RefusedAsync(403, "permissionMissing", method, path, body, tooLittle);
        }

        await room.RefusedAsync(403, "permissionMissing", "POST", "/berth/v1/subscriptions", "{}", "Organization.Read.All");
        await room.RefusedAsync(403, "permissionMissing", "POST", "/berth/v1/import", "{}", "User.ReadWrite.All GroupMember.ReadWrite.All");
        await room.RefusedAsync(403, "permissionMissing", "PUT", "/berth/v1/catalog/rules", "{}", "Organization.Read.All");
        await room.RefusedAsync(403, "permissionMissing", "POST", "/berth/v1/catalog/import", "{}", "Organization.Read.All");
        await room.RefusedAsync(403, "permissionMissing", "POST", $"/berth/v1/groups/{Guid.NewGuid()}/reprocess", null, "LicenseAssignment.Read.All");
    }

    private static async Task<Answer> Import(RunningRoom room, byte[] table)
    {
        using ByteArrayContent content = new(table);
        content.Headers.TryAddWithoutValidation("Content-Type", "text/csv; charset=utf-8");
        return await room.SendAsync("POST", "/berth/v1/catalog/import", content);
    }

    /// <summary>A body whose length is not told beforehand.</summary>
    private sealed class EndlessStream(long length) : Stream
    {
        private long _left = length;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            int read = (int)Math.Min(count, _left);
            Array.Fill(buffer, (byte)'\n', offset, read);
            _left -= read;
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
