using System.Text.Json;
using Xunit;

namespace Berth.Conformance.Tests.Graph;

/// <summary>assignLicense and reprocessLicenseAssignment over HTTP: the catalog of errors and what succeeds (L1 to L19, L36 to L52, L67).</summary>
public sealed class LicenseWriting
{
    private const string None = """{"addLicenses":[],"removeLicenses":[]}""";

    // L2, L9
    [Fact]
    public async Task A_license_given_to_a_user_is_in_the_answer_and_takes_a_seat()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid user = await room.AddUserAsync("ada");
        await room.BuyAsync("SPE_E5", 2);

        Answer answer = await room.SendAsync("POST", $"/v1.0/users/{user}/assignLicense", RunningRoom.Licenses([room.Sku("SPE_E5")], []));

        Assert.Equal(200, answer.Status);
        JsonElement license = Assert.Single(answer.Json.GetProperty("assignedLicenses").EnumerateArray().ToArray());
        Assert.Equal(room.Sku("SPE_E5"), license.GetProperty("skuId").GetGuid());
        Assert.Equal(user, answer.Json.GetProperty("id").GetGuid());
        JsonElement sku = (await room.DoAsync("GET", "/v1.0/subscribedSkus")).GetProperty("value")[0];
        Assert.Equal(1, sku.GetProperty("consumedUnits").GetInt32());
    }

    [Theory]
    [InlineData("/v1.0/users/ada@fabrikam.example/assignLicense")]
    [InlineData("/v1.0/users/ADA%40fabrikam.example/microsoft.graph.assignLicense")]
    [InlineData("/beta/users('ada@fabrikam.example')/assignLicense")]
    public async Task The_user_can_be_named_in_every_way_and_the_action_qualified(string path)
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        await room.AddUserAsync("ada");
        await room.BuyAsync("SPE_E5", 1);
        await room.DoAsync("POST", path, RunningRoom.Licenses([room.Sku("SPE_E5")], []));
    }

    [Fact]
    public async Task A_signed_in_user_is_me_and_an_application_is_not()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid user = await room.AddUserAsync("ada");
        await room.BuyAsync("SPE_E5", 1);

        Answer app = await room.SendAsync("POST", "/v1.0/me/assignLicense", None);
        Assert.Equal((400, "/me request is only valid with delegated authentication flow."), (app.Status, app.Message));

        Answer self = await room.SendAsync("POST", "/v1.0/me/assignLicense", RunningRoom.Licenses([room.Sku("SPE_E5")], []), $"user {user} *");
        Assert.Equal((200, user), (self.Status, self.Json.GetProperty("id").GetGuid()));
    }

    // L3
    [Theory]
    [InlineData("""{"addLicenses":[]}""", "removeLicenses")]
    [InlineData("""{"removeLicenses":[]}""", "addLicenses")]
    [InlineData("{}", "addLicenses, removeLicenses")]
    [InlineData("""{"addLicenses":null,"removeLicenses":[]}""", "addLicenses")]
    public async Task A_missing_array_is_named(string body, string missing)
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid user = await room.AddUserAsync("ada");
        string message = await room.RefusedAsync(400, "parameterMissing", "POST", $"/v1.0/users/{user}/assignLicense", body);
        Assert.Equal(
            "One or more parameters of the operation 'assignLicense' are missing from the request payload. The missing parameters are: " + missing + ".", message);
    }

    // L5, B50: shape before the look-up of the user
    [Theory]
    [InlineData("""{"addLicenses":[{"skuId":"SPE_E5"}],"removeLicenses":[]}""", "guidInvalid")]
    [InlineData("""{"addLicenses":[{"skuId":7}],"removeLicenses":[]}""", "guidInvalid")]
    [InlineData("""{"addLicenses":[{"skuId":null}],"removeLicenses":[]}""", "guidInvalid")]
    [InlineData("""{"addLicenses":[],"removeLicenses":["{06ebc4ee-1bb5-47dd-8120-11324bc54e06}"]}""", "guidInvalid")]
    [InlineData("""{"addLicenses":[{"skuId":"06ebc4ee-1bb5-47dd-8120-11324bc54e06","disabledPlans":["x"]}],"removeLicenses":[]}""", "guidInvalid")]
    [InlineData("""{"addLicenses":[{}],"removeLicenses":[]}""", "valueMissing")]
    [InlineData("""{"addLicenses":["06ebc4ee-1bb5-47dd-8120-11324bc54e06"],"removeLicenses":[]}""", "typeWrong")]
    [InlineData("""{"addLicenses":{"skuId":"06ebc4ee-1bb5-47dd-8120-11324bc54e06"},"removeLicenses":[]}""", "typeWrong")]
    [InlineData("""{"addLicenses":[],"removeLicenses":"06ebc4ee-1bb5-47dd-8120-11324bc54e06"}""", "typeWrong")]
    [InlineData("""{"addLicenses":[],"removeLicenses":[],"addLicense":[]}""", "propertyUnknown")]
    [InlineData("""{"addLicenses":[{"skuId":"06ebc4ee-1bb5-47dd-8120-11324bc54e06","plans":[]}],"removeLicenses":[]}""", "propertyUnknown")]
    [InlineData("""{"addLicenses":[],"removeLicenses":[],"REMOVElicenses":[]}""", "propertyRepeated")]
    [InlineData("[]", "typeWrong")]
    [InlineData("{", "jsonInvalid")]
    [InlineData("", "bodyMissing")]
    public async Task A_body_of_the_wrong_shape_is_refused_before_any_rule_is_asked(string body, string code)
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        string message = await room.RefusedAsync(400, code, "POST", $"/v1.0/users/{Guid.NewGuid()}/assignLicense", body);
        Assert.True(code != "guidInvalid" || message.StartsWith("Cannot convert a primitive value to the expected type 'Edm.Guid'.", StringComparison.Ordinal));
    }

    // L6, L63
    [Fact]
    public async Task Names_of_properties_ignore_case_and_annotations_of_OData_mean_nothing()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid user = await room.AddUserAsync("ada");
        await room.BuyAsync("SPE_E5", 1);
        await room.DoAsync(
            "POST",
            $"/v1.0/users/{user}/assignLicense",
            $$"""{"@odata.type":"#x","AddLicenses":[{"@odata.type":"#microsoft.graph.assignedLicense","SKUID":"{{room.Sku("SPE_E5").ToString().ToUpperInvariant()}}","disabledPlans":null}],"removelicenses":[]}""");
        Assert.Equal(["SPE_E5 direct Active None"], await room.StatesAsync(user));
    }

    // B65
    [Fact]
    public async Task Both_arrays_empty_change_nothing_and_succeed()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid user = await room.AddUserAsync("ada"), group = await room.AddGroupAsync("sales");
        long version = room.Tenant.Version;
        Assert.Equal(200, (await room.SendAsync("POST", $"/v1.0/users/{user}/assignLicense", None)).Status);
        Assert.Equal(202, (await room.SendAsync("POST", $"/v1.0/groups/{group}/assignLicense", None)).Status);
        Assert.Equal(version, room.Tenant.Version);
    }

    // L12, L14, B70
    [Fact]
    public async Task Every_refusal_of_a_direct_call_has_its_text_and_changes_nothing()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada"), nobody = Guid.NewGuid(), homeless = await room.AddUserAsync("homeless", null);
        Guid group = await room.AddGroupAsync("sales", ada);
        foreach (string part in (string[])["SPE_E5", "STANDARDPACK", "MCOMEETADV", "Windows_365_S_2vCPU_4GB_64GB", "EXCHANGESTANDARD"])
        {
            await room.BuyAsync(part, 5);
        }

        await room.BuyAsync("SPE_F1", 0);
        Guid e5 = room.Sku("SPE_E5"), e1 = room.Sku("STANDARDPACK"), audio = room.Sku("MCOMEETADV"), f1 = room.Sku("SPE_F1");
        Guid frontline = room.Sku("Windows_365_S_2vCPU_4GB_64GB"), unowned = room.Sku("SPE_E3"), exchange = room.Sku("EXCHANGESTANDARD");
        await room.DoAsync("POST", $"/v1.0/groups/{group}/assignLicense", RunningRoom.Licenses([e5], []));

        Task<string> Refused(Guid user, string code, IEnumerable<Guid> add, IEnumerable<Guid> remove, int status = 400) =>
            room.RefusedAsync(status, code, "POST", $"/v1.0/users/{user}/assignLicense", RunningRoom.Licenses(add, remove));

        Assert.Equal($"License {unowned} does not correspond to a valid company License.", await Refused(ada, "skuNotInTenant", [unowned], []));
        Assert.Equal($"License {unowned} does not correspond to a valid company License.", await Refused(ada, "skuNotInTenant", [], [unowned]));
        Assert.Equal("License assignment cannot be done for user with invalid usage location.", await Refused(homeless, "usageLocationMissing", [e1], []));
        await room.DoAsync("PATCH", $"/v1.0/users/{homeless}", """{"usageLocation":"DE"}""");
        Assert.Equal($"Subscription with SKU {f1} does not have any available licenses.", await Refused(homeless, "seatsExhausted", [f1], []));
        Assert.StartsWith($"License {frontline} cannot be assigned to a user.", await Refused(ada, "skuNotAssignableToTarget", [frontline], []), StringComparison.Ordinal);
        Assert.Contains("provisioning policy", await Refused(ada, "skuNotAssignableToTarget", [frontline], []), StringComparison.Ordinal);
        Assert.Equal(
            "User license is inherited from a group membership and it cannot be removed directly from the user.",
            await Refused(ada, "inheritedFromGroup", [], [e5]));
        Assert.Equal("User does not have a corresponding license.", await Refused(ada, "licenseNotHeld", [], [e1]));
        Assert.Equal(
            $"License assignment failed because service plans {room.Plan("EXCHANGE_S_STANDARD")}, {room.Plan("EXCHANGE_S_ENTERPRISE")} are mutually exclusive.",
            await Refused(ada, "plansMutuallyExclusive", [exchange], []));
        Assert.StartsWith(
            $"License assignment failed because service plan {room.Plan("MCOMEETADV")} depends on the service plan(s) ",
            await Refused(homeless, "missingDependency", [audio], []),
            StringComparison.Ordinal);
        Assert.Equal(
            $"Resource '{nobody}' does not exist or one of its queried reference-property objects are not present.",
            await Refused(nobody, "resourceNotFound", [], [], 404));
        Assert.Contains($"{e1}", await Refused(ada, "duplicateSku", [e1, e1], []), StringComparison.Ordinal);
        Assert.Contains($"{e1}", await Refused(ada, "skuInBothLists", [e1], [e1]), StringComparison.Ordinal);
        string foreign = await room.RefusedAsync(
            400,
            "unknownDisabledPlan",
            "POST",
            $"/v1.0/users/{ada}/assignLicense",
            $$"""{"addLicenses":[{"skuId":"{{e1}}","disabledPlans":["{{room.Plan("MCOMEETADV")}}"]}],"removeLicenses":[]}""");
        Assert.Contains($"{room.Plan("MCOMEETADV")}", foreign, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_would_go_while_another_license_needs_it_cannot_be_removed()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada");
        await room.BuyAsync("STANDARDPACK", 1);
        await room.BuyAsync("MCOMEETADV", 1);
        Guid e1 = room.Sku("STANDARDPACK"), audio = room.Sku("MCOMEETADV");
        await room.DoAsync("POST", $"/v1.0/users/{ada}/assignLicense", RunningRoom.Licenses([e1, audio], []));

        string message = await room.RefusedAsync(400, "dependedUponByOther", "POST", $"/v1.0/users/{ada}/assignLicense", RunningRoom.Licenses([], [e1]));
        Assert.StartsWith("License assignment failed because service plan ", message, StringComparison.Ordinal);
        await room.DoAsync("POST", $"/v1.0/users/{ada}/assignLicense", RunningRoom.Licenses([], [e1, audio]));
    }

    [Fact]
    public async Task A_plan_that_is_not_offered_where_the_user_lives_is_refused_with_the_text_of_E3()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada", "DE");
        await room.BuyAsync("STANDARDPACK", 1);
        Guid plan = room.Tenant.Catalog.Plans[room.Tenant.Catalog.FindByPartNumber("STANDARDPACK").First().Plans[0]].Id;
        await room.DoAsync("PUT", "/berth/v1/catalog/rules", $$"""{"exclusiveSets":[],"exclusivePairsAllowed":[],"requires":[],"regions":[{"servicePlanId":"{{plan}}","deny":["DE"]}]}""");

        string message = await room.RefusedAsync(
            400, "prohibitedInUsageLocation", "POST", $"/v1.0/users/{ada}/assignLicense", RunningRoom.Licenses([room.Sku("STANDARDPACK")], []));
        Assert.Equal("License assignment cannot be done for user with invalid usage location.", message);
    }

    [Fact]
    public async Task A_caller_without_the_permission_is_refused_and_each_documented_permission_is_enough()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid user = await room.AddUserAsync("ada"), group = await room.AddGroupAsync("sales");
        string message = await room.RefusedAsync(403, "permissionMissing", "POST", $"/v1.0/users/{user}/assignLicense", None, "User.Read.All LicenseAssignment.Read.All");
        Assert.Equal("Insufficient privileges to complete the operation.", message);
        await room.RefusedAsync(403, "permissionMissing", "POST", $"/v1.0/groups/{group}/assignLicense", None, "User.ReadWrite.All");

        foreach (string permission in (string[])["LicenseAssignment.ReadWrite.All", "User.ReadWrite.All", "Directory.ReadWrite.All"])
        {
            Assert.Equal(200, (await room.SendAsync("POST", $"/v1.0/users/{user}/assignLicense", None, permission)).Status);
        }

        foreach (string permission in (string[])["LicenseAssignment.ReadWrite.All", "Group.ReadWrite.All", "Directory.ReadWrite.All"])
        {
            Assert.Equal(202, (await room.SendAsync("POST", $"/v1.0/groups/{group}/assignLicense", None, permission)).Status);
        }
    }

    // L10, L46, L48, L50, B66, B67
    [Fact]
    public async Task A_group_call_is_accepted_tells_where_the_group_is_and_gives_the_members_their_licenses()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada"), bob = await room.AddUserAsync("bob"), group = await room.AddGroupAsync("sales", ada, bob);
        await room.BuyAsync("SPE_E5", 1);

        Answer answer = await room.SendAsync("POST", $"/v1.0/groups/{group}/assignLicense", RunningRoom.Licenses([room.Sku("SPE_E5")], []));

        Assert.Equal((202, $"{room.Http.BaseAddress}v1.0/groups/{group}"), (answer.Status, answer.Location));
        Assert.Equal("ProcessingComplete", answer.Json.GetProperty("licenseProcessingState").GetProperty("state").GetString());
        Assert.Equal(
            ["SPE_E5 group Active None", "SPE_E5 group Error CountViolation"],
            new[] { await room.StatesAsync(ada), await room.StatesAsync(bob) }.SelectMany(states => states).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_refusal_of_a_group_call_has_its_text_and_changes_nothing()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid group = await room.AddGroupAsync("sales"), plain = await room.AddGroupAsync("news", securityEnabled: false);
        await room.BuyAsync("MCOMEETADV", 1);
        await room.BuyAsync("SPE_E5", 1);
        Guid audio = room.Sku("MCOMEETADV"), e5 = room.Sku("SPE_E5");

        Task<string> Refused(Guid target, string code, IEnumerable<Guid> add, IEnumerable<Guid> remove, int status = 400) =>
            room.RefusedAsync(status, code, "POST", $"/v1.0/groups/{target}/assignLicense", RunningRoom.Licenses(add, remove));

        Assert.Contains("securityEnabled", await Refused(plain, "groupNotSecurityEnabled", [e5], []), StringComparison.Ordinal);
        Assert.StartsWith("License assignment failed because service plan ", await Refused(group, "missingDependency", [audio], []), StringComparison.Ordinal);
        Assert.Equal("User does not have a corresponding license.", await Refused(group, "licenseNotHeld", [], [e5]));
        await Refused(group, "skuNotInTenant", [room.Sku("SPE_E3")], []);
        await Refused(Guid.NewGuid(), "resourceNotFound", [e5], [], 404);
        Assert.Contains("'sales'", await room.RefusedAsync(404, "resourceNotFound", "POST", "/v1.0/groups/sales/assignLicense", None), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reprocessing_a_user_answers_with_the_user_or_with_the_error_that_stands()
    {
        await using RunningRoom room = await RunningRoom.OpenAsync();
        Guid ada = await room.AddUserAsync("ada"), bob = await room.AddUserAsync("bob"), group = await room.AddGroupAsync("sales", ada, bob);
        Guid subscription = await room.BuyAsync("SPE_E5", 1);
        Guid e5 = room.Sku("SPE_E5");
        await room.DoAsync("PATCH", "/berth/v1/settings", """{"retry":"entra-strict"}""");
        await room.DoAsync("POST", $"/v1.0/groups/{group}/assignLicense", RunningRoom.Licenses([e5], []));
        Guid waiting = (await room.DoAsync("GET", $"/berth/v1/waiting?skuId={e5}")).GetProperty("value")[0].GetProperty("userId").GetGuid();

        Answer refused = await room.SendAsync("POST", $"/v1.0/users/{waiting}/reprocessLicenseAssignment");
        Assert.Equal((400, "seatsExhausted"), (refused.Status, refused.InnerCode));
        Assert.Equal($"Subscription with SKU {e5} does not have any available licenses.", refused.Message);

        await room.DoAsync("PATCH", $"/berth/v1/subscriptions/{subscription}", """{"units":2}""");
        Assert.Equal(["SPE_E5 group Error CountViolation"], await room.StatesAsync(waiting));
        Answer done = await room.SendAsync("POST", $"/v1.0/users/{waiting}/reprocessLicenseAssignment");
        Assert.Equal((200, waiting), (done.Status, done.Json.GetProperty("id").GetGuid()));
        Assert.Equal(["SPE_E5 group Active None"], await room.StatesAsync(waiting));
        await room.RefusedAsync(404, "resourceNotFound", "POST", $"/v1.0/users/{Guid.NewGuid()}/reprocessLicenseAssignment");
    }
}
