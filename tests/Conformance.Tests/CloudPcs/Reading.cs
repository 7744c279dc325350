using System.Text.Json;
using Berth.Engine;
using Berth.Engine.CloudPcs;
using Berth.Engine.Directory;
using Berth.Graph.Requests;
using Xunit;

namespace Berth.Conformance.Tests.CloudPcs;

/// <summary>Cloud PCs as Graph shows them (protocol 3.1, 3.2; C159, C164, C166, C167, C256).</summary>
public sealed class Reading
{
    private const string Enterprise = "CPC_1";

    private readonly FleetUnderTest _fleet = new();

    public static TheoryData<CloudPcStatus> EveryStatus => [.. Enum.GetValues<CloudPcStatus>()];

    [Fact]
    public void V1_has_fifteen_properties_and_no_status()
    {
        _fleet.Policy("Sales");
        CloudPc pc = _fleet.CloudPc(_fleet.User("ada"), Enterprise, CloudPcStatus.Provisioned, FleetUnderTest.Made);
        JsonElement row = _fleet.Read($"/v1.0{FleetUnderTest.Root}/cloudPCs/{pc.Id}");
        Assert.Equal(
            [
                "@odata.context", "id", "aadDeviceId", "displayName", "gracePeriodEndDateTime", "imageDisplayName", "lastModifiedDateTime", "managedDeviceId", "managedDeviceName",
                "onPremisesConnectionName", "provisioningPolicyId", "provisioningPolicyName", "provisioningType", "servicePlanId", "servicePlanName", "userPrincipalName",
            ],
            row.EnumerateObject().Select(property => property.Name));
        Assert.Equal("https://graph.microsoft.com/v1.0/$metadata#deviceManagement/virtualEndpoint/cloudPCs/$entity", row.GetProperty("@odata.context").GetString());
        Assert.Equal("Cloud PC Enterprise 2vCPU/4GB/128GB", row.GetProperty("servicePlanName").GetString());
        Assert.Equal(("dedicated", "Sales", "ada@contoso.example"), (Text(row, "provisioningType"), Text(row, "provisioningPolicyName"), Text(row, "userPrincipalName")));
        Assert.Equal(4, row.GetProperty("managedDeviceId").GetGuid().Version);
    }

    [Theory]
    [MemberData(nameof(EveryStatus))]
    public void Beta_shows_every_status_by_its_true_name(CloudPcStatus status)
    {
        CloudPc pc = _fleet.CloudPc(_fleet.User("ada"), Enterprise, status);
        JsonElement row = _fleet.Read($"/beta{FleetUnderTest.Root}/cloudPCs/{pc.Id}");
        Assert.Equal(status.ToString(), Text(row, "status"), ignoreCase: true);
        Assert.Equal([pc.Id.ToString()], _fleet.Rows($"/beta{FleetUnderTest.Root}/cloudPCs?$filter=status eq '{Text(row, "status")}'").Select(one => Text(one, "id")));
    }

    [Fact]
    public void Some_properties_of_beta_come_only_when_they_are_asked_for()
    {
        string[] asked = ["powerState", "connectivityResult", "lastLoginResult", "lastRemoteActionResult", "osVersion", "userAccountType", "disasterRecoveryCapability"];
        _fleet.Policy("Sales");
        CloudPc pc = _fleet.CloudPc(_fleet.User("ada"), Enterprise, CloudPcStatus.Provisioned, row => FleetUnderTest.Made(row) with
        {
            Actions = [new RemoteAction("Reboot", RemoteActionState.Active, FleetUnderTest.Noon, FleetUnderTest.Noon, null)],
        });
        JsonElement row = _fleet.Read($"/beta{FleetUnderTest.Root}/cloudPCs/{pc.Id}");
        Assert.Empty(row.EnumerateObject().Select(property => property.Name).Intersect(asked));
        Assert.Equal(("provisioned", "enterprise", "westeurope"), (Text(row, "status"), Text(row, "productType"), Text(row, "deviceRegionName")));
        Assert.True(row.GetProperty("connectionSetting").GetProperty("enableSingleSignOn").GetBoolean());

        JsonElement selected = _fleet.Read($"/beta{FleetUnderTest.Root}/cloudPCs/{pc.Id}?$select={string.Join(',', asked)}");
        Assert.Equal(asked.Order(), selected.EnumerateObject().Select(property => property.Name).Where(name => name[0] != '@').Order());
        Assert.Equal("available", Text(selected.GetProperty("connectivityResult"), "status"));
        Assert.Equal(("windows11", "standardUser"), (Text(selected, "osVersion"), Text(selected, "userAccountType")));
        Assert.Equal(("Reboot", "active"), (Text(selected.GetProperty("lastRemoteActionResult"), "actionName"), Text(selected.GetProperty("lastRemoteActionResult"), "actionState")));
        Assert.Equal(JsonValueKind.Null, selected.GetProperty("lastLoginResult").ValueKind);
    }

    [Fact]
    public void A_failure_tells_its_code_and_its_sentence()
    {
        CloudPc pc = _fleet.CloudPc(_fleet.User("ada"), Enterprise, CloudPcStatus.Failed, row => row with { Error = new CloudPcError("licenseNotFound", "The license is gone.") });
        JsonElement detail = _fleet.Read($"/beta{FleetUnderTest.Root}/cloudPCs/{pc.Id}").GetProperty("statusDetail");
        Assert.Equal(("licenseNotFound", "The license is gone."), (Text(detail, "code"), Text(detail, "message")));
    }

    /// <summary>B368: clients of v1.0 lose a member that they do not know.</summary>
    [Fact]
    public void V1_hides_members_that_came_later_unless_they_are_asked_for()
    {
        CloudPc pc = _fleet.CloudPc(_fleet.User("ada"), "CPC_S_2C_8GB_128GB", CloudPcStatus.Provisioned);
        string address = $"{FleetUnderTest.Root}/cloudPCs/{pc.Id}";
        using GraphResponse hidden = _fleet.Ask("GET", $"/v1.0{address}");
        using GraphResponse shown = _fleet.Ask("GET", $"/v1.0{address}", prefer: "odata.maxpagesize=5, include-unknown-enum-members");
        Assert.Equal(("shared", null), (TypeOf(hidden), hidden.Headers.PreferenceApplied));
        Assert.Equal(("sharedByUser", "include-unknown-enum-members"), (TypeOf(shown), shown.Headers.PreferenceApplied));
        Assert.Equal("sharedByUser", Text(_fleet.Read($"/beta{address}"), "provisioningType"));

        static string? TypeOf(GraphResponse response) => Text(JsonDocument.Parse(response.Body.ToArray()).RootElement, "provisioningType");
    }

    [Fact]
    public void Pages_follow_the_order_in_which_Cloud_PCs_came_and_lose_none()
    {
        User ada = _fleet.User("ada");
        Guid[] ids = [.. Enumerable.Range(0, 5).Select(_ => _fleet.CloudPc(ada, Enterprise, CloudPcStatus.Provisioned).Id)];
        _fleet.Set(new Change.CloudPcGone(1, new CloudPcStep(FleetUnderTest.Noon, CloudPcReason.GraceOver, null)));
        List<string> seen = [];
        string? next = $"/beta{FleetUnderTest.Root}/cloudPCs?$top=2&$count=true&$select=id";
        while (next is not null)
        {
            JsonElement page = _fleet.Read(next);
            seen.AddRange(page.GetProperty("value").EnumerateArray().Select(row => Text(row, "id")!));
            next = page.TryGetProperty("@odata.nextLink", out JsonElement link) ? link.GetString()!["https://graph.microsoft.com".Length..] : null;
        }

        Assert.Equal([ids[0], ids[2], ids[3], ids[4]], seen.Select(Guid.Parse));
        using GraphResponse count = _fleet.Ask("GET", $"/v1.0{FleetUnderTest.Root}/cloudPCs/$count");
        Assert.Equal("4", System.Text.Encoding.UTF8.GetString(count.Body.Span));
    }

    [Fact]
    public void A_deleted_user_keeps_the_name_while_it_lies_in_deleted_items()
    {
        User ada = _fleet.User("ada");
        CloudPc pc = _fleet.CloudPc(ada, Enterprise, CloudPcStatus.InGracePeriod, row => FleetUnderTest.Made(row) with { GraceEndsAt = FleetUnderTest.Noon.AddDays(7) });
        _fleet.Set(new Change.UserToDeletedItems(0, FleetUnderTest.Noon));
        foreach (string query in (string[])["", "?$filter=userPrincipalName eq 'ada@contoso.example'", $"?$filter=id eq '{pc.Id}'"])
        {
            JsonElement row = Assert.Single(_fleet.Rows($"/v1.0{FleetUnderTest.Root}/cloudPCs{query}"));
            Assert.Equal(("ada@contoso.example", FleetUnderTest.Noon.AddDays(7)), (Text(row, "userPrincipalName"), row.GetProperty("gracePeriodEndDateTime").GetDateTimeOffset()));
        }
    }

    /// <summary>B367.</summary>
    [Fact]
    public void Under_a_users_path_are_the_users_own()
    {
        User ada = _fleet.User("ada"), bob = _fleet.User("bob");
        CloudPc hers = _fleet.CloudPc(ada, Enterprise, CloudPcStatus.Provisioned), his = _fleet.CloudPc(bob, Enterprise, CloudPcStatus.Provisioned);
        Assert.Equal([hers.Id.ToString()], _fleet.Rows($"/v1.0/users/{ada.Id}/cloudPCs").Select(row => Text(row, "id")));
        Assert.Equal(his.Id.ToString(), Text(_fleet.Read($"/beta/users/{bob.UserPrincipalName}/cloudPCs/{his.Id}"), "id"));
        _fleet.Read($"/v1.0/users/{ada.Id}/cloudPCs/{his.Id}", 404);
        _fleet.Read($"/v1.0/users/{Guid.NewGuid()}/cloudPCs", 404);

        Assert.Equal(200, _fleet.Ask("GET", "/v1.0/me/cloudPCs", signedIn: ada.Id, permissions: "User.Read").Status);
        Assert.Equal(403, _fleet.Ask("GET", $"/v1.0/users/{bob.Id}/cloudPCs", signedIn: ada.Id, permissions: "User.Read").Status);
        Assert.Equal(403, _fleet.Ask("POST", $"/v1.0/me/cloudPCs/{hers.Id}/reboot", signedIn: ada.Id, permissions: "User.Read").Status);
        Assert.Equal(403, _fleet.Ask("GET", $"/v1.0{FleetUnderTest.Root}/cloudPCs", permissions: "User.Read.All").Status);
        Assert.Equal(200, _fleet.Ask("GET", $"/v1.0{FleetUnderTest.Root}/cloudPCs", permissions: "CloudPC.Read.All").Status);
    }

    [Theory]
    [InlineData("POST", "/cloudPCs")]
    [InlineData("PATCH", "/cloudPCs/{id}")]
    [InlineData("DELETE", "/cloudPCs/{id}")]
    public void Nobody_makes_or_deletes_a_Cloud_PC_by_hand(string method, string path)
    {
        CloudPc pc = _fleet.CloudPc(_fleet.User("ada"), Enterprise, CloudPcStatus.Provisioned);
        using GraphResponse answer = _fleet.Ask(method, $"/v1.0{FleetUnderTest.Root}{path.Replace("{id}", $"{pc.Id}", StringComparison.Ordinal)}", "{}");
        Assert.Equal(405, answer.Status);
    }

    /// <summary>B369.</summary>
    [Theory]
    [InlineData("getFrontlineCloudPcAccessState")]
    [InlineData("retrieveFrontlineCloudPcDetail()")]
    [InlineData("retrieveFlexCloudPcAccessConfiguration")]
    [InlineData("retrieveFlexCloudPcConfigurationDetail")]
    public void What_only_Frontline_tells_is_refused_for_others(string name)
    {
        CloudPc pc = _fleet.CloudPc(_fleet.User("ada"), Enterprise, CloudPcStatus.Provisioned);
        JsonElement error = _fleet.Read($"/beta{FleetUnderTest.Root}/cloudPCs/{pc.Id}/{name}", 400).GetProperty("error");
        Assert.Equal("operationNotSupported", Text(error.GetProperty("innerError"), "code"));
    }

    /// <summary>B363.</summary>
    [Fact]
    public void Only_a_usable_Cloud_PC_can_be_launched()
    {
        CloudPc ready = _fleet.CloudPc(_fleet.User("ada"), Enterprise, CloudPcStatus.InGracePeriod, FleetUnderTest.Made);
        CloudPc waiting = _fleet.CloudPc(_fleet.User("bob"), Enterprise, CloudPcStatus.PendingProvision);
        JsonElement detail = _fleet.Read($"/v1.0{FleetUnderTest.Root}/cloudPCs/{ready.Id}/retrieveCloudPcLaunchDetail()");
        Assert.Equal($"https://graph.microsoft.com/berth/v1/sessions?cloudPcId={ready.Id}", Text(detail, "cloudPcLaunchUrl"));
        Assert.True(detail.GetProperty("windows365SwitchCompatible").GetBoolean());
        Assert.Equal(ready.Id.ToString(), Text(_fleet.Read($"/beta{FleetUnderTest.Root}/cloudPCs/{ready.Id}/getCloudPcLaunchInfo"), "cloudPcId"));
        Assert.Equal("cloudPcNotReady", Text(_fleet.Read($"/v1.0{FleetUnderTest.Root}/cloudPCs/{waiting.Id}/retrieveCloudPcLaunchDetail", 409).GetProperty("error").GetProperty("innerError"), "code"));
    }

    [Fact]
    public void Cloud_PCs_are_counted_by_status_and_those_of_a_group_are_listed_by_size()
    {
        User ada = _fleet.User("ada"), bob = _fleet.User("bob");
        GroupProfile group = new(Guid.NewGuid(), "Sales", null, "sales", false, true, [], null, FleetUnderTest.Noon);
        _fleet.Set(new Change.GroupSet(0, group));
        _fleet.Set(new Change.MembersAdded(0, [0], []));
        CloudPc hers = _fleet.CloudPc(ada, Enterprise, CloudPcStatus.Provisioned, FleetUnderTest.Made);
        _fleet.CloudPc(ada, "CPC_2", CloudPcStatus.Provisioned, FleetUnderTest.Made);
        _fleet.CloudPc(bob, Enterprise, CloudPcStatus.Failed, FleetUnderTest.Made);
        Assert.Equal(
            [("provisioned", 2), ("failed", 1)],
            _fleet.Rows($"/beta{FleetUnderTest.Root}/cloudPCs/retrieveCloudPcCountByStatus").Select(row => (Text(row, "status")!, row.GetProperty("count").GetInt32())));
        Guid plan = _fleet.Tenant.Catalog.Plans.First(one => one.Name == Enterprise).Id;
        foreach (string arguments in (string[])[$"groupId='{group.Id}',servicePlanId='{plan}'", $"servicePlanId='{plan}',groupId='{group.Id}'"])
        {
            JsonElement row = Assert.Single(_fleet.Rows($"/beta{FleetUnderTest.Root}/cloudPCs/getProvisionedCloudPCs({arguments})"));
            Assert.Equal(hers.Id.ToString(), Text(row, "id"));
        }

        _fleet.Read($"/beta{FleetUnderTest.Root}/cloudPCs/getProvisionedCloudPCs(groupId='{Guid.NewGuid()}',servicePlanId='{plan}')", 404);
    }

    /// <summary>B360.</summary>
    [Fact]
    public void A_resize_of_many_is_checked_one_by_one()
    {
        User ada = _fleet.User("ada");
        CloudPc ready = _fleet.CloudPc(ada, Enterprise, CloudPcStatus.Provisioned), failed = _fleet.CloudPc(_fleet.User("bob"), Enterprise, CloudPcStatus.Failed);
        CloudPc business = _fleet.CloudPc(_fleet.User("eve"), "CPC_SS_2", CloudPcStatus.Provisioned);
        Guid plan = _fleet.Tenant.Catalog.Plans.First(one => one.Name == "CPC_E_4C_16GB_256GB").Id;
        string[] ids = [$"{ready.Id}", $"{failed.Id}", $"{business.Id}", "nobody"];
        string body = JsonSerializer.Serialize(new { cloudPcIds = ids, targetServicePlanId = plan });
        string address = $"/beta{FleetUnderTest.Root}/cloudPCs/validateBulkResize";
        Assert.Equal(["operationConflict", "operationConflict", "operationNotSupported", "cloudPcNotFound"], Results());
        _fleet.Set(new Change.SubscriptionSet(new Engine.Licensing.Subscription(
            Guid.NewGuid(), _fleet.Tenant.Catalog.FindByPartNumber("CPC_E_4C_16GB_256GB").First().Index, 1, Engine.Licensing.SubscriptionStatus.Enabled, false, FleetUnderTest.Noon)));
        Assert.Equal("success", Results()[0]);

        string many = JsonSerializer.Serialize(new { cloudPcIds = Enumerable.Repeat("x", 2_001), targetServicePlanId = plan });
        _fleet.Read(address, 400, "POST", many);
        _fleet.Read(address, 200, "POST", JsonSerializer.Serialize(new { cloudPcIds = Enumerable.Repeat("x", 2_000), targetServicePlanId = plan }));

        string[] Results() => [.. _fleet.Read(address, 200, "POST", body).GetProperty("value").EnumerateArray().Select(row => Text(row, "validationResult")!)];
    }

    [Fact]
    public void Snapshots_are_the_restore_points_and_what_expired_subscriptions_left()
    {
        CloudPc pc = _fleet.CloudPc(_fleet.User("ada"), Enterprise, CloudPcStatus.Provisioned, row => FleetUnderTest.Made(row) with { ManualPointAt = FleetUnderTest.Noon.AddHours(-1) });
        RetentionSnapshot kept = new(Guid.NewGuid(), Guid.NewGuid(), 0, pc.Plan, "westeurope", FleetUnderTest.Noon.AddDays(-1));
        _fleet.Set(new Change.SnapshotRetained(kept));
        JsonElement[] own = _fleet.Rows($"/beta{FleetUnderTest.Root}/cloudPCs/{pc.Id}/retrieveSnapshots");
        Assert.Equal(["automatic", "manual", "automatic"], own.Select(row => Text(row, "snapshotType")));
        JsonElement[] all = _fleet.Rows($"/beta{FleetUnderTest.Root}/snapshots?$top=999");
        Assert.Equal([.. own.Select(row => Text(row, "id")), kept.Id.ToString()], all.Select(row => Text(row, "id")));
        Assert.Equal("retention", Text(_fleet.Read($"/beta{FleetUnderTest.Root}/snapshots/{kept.Id}"), "snapshotType"));
        Assert.Equal(pc.Id.ToString(), Text(_fleet.Read($"/beta{FleetUnderTest.Root}/snapshots/{Text(own[1], "id")}"), "cloudPcId"));
        _fleet.Read($"/beta{FleetUnderTest.Root}/snapshots/{Guid.NewGuid()}", 404);

        List<string?> paged = [];
        for (string? next = $"/beta{FleetUnderTest.Root}/snapshots?$top=1"; next is not null;)
        {
            JsonElement page = _fleet.Read(next);
            paged.AddRange(page.GetProperty("value").EnumerateArray().Select(row => Text(row, "id")));
            next = page.TryGetProperty("@odata.nextLink", out JsonElement link) ? link.GetString()!["https://graph.microsoft.com".Length..] : null;
        }

        Assert.Equal(all.Select(row => Text(row, "id")), paged);
    }

    [Fact]
    public void What_can_be_done_follows_from_kind_and_status()
    {
        CloudPc ready = _fleet.CloudPc(_fleet.User("ada"), Enterprise, CloudPcStatus.Provisioned, FleetUnderTest.Made);
        CloudPc grace = _fleet.CloudPc(_fleet.User("bob"), Enterprise, CloudPcStatus.InGracePeriod, FleetUnderTest.Made);
        Assert.Equal(["Restart", "Rename", "Resize", "Restore", "Reprovision", "ChangeUserAccountType", "Troubleshoot", "CreateSnapshot", "PlaceUnderReview"], Enabled(ready));
        Assert.Equal(["Restart", "Rename", "ChangeUserAccountType", "Troubleshoot", "CreateSnapshot", "PlaceUnderReview"], Enabled(grace));

        IEnumerable<string?> Enabled(CloudPc pc) => _fleet.Rows($"/beta{FleetUnderTest.Root}/cloudPCs/{pc.Id}/getSupportedCloudPcRemoteActions")
            .Where(row => Text(row, "actionCapability") == "enabled").Select(row => Text(row, "actionName"));
    }

    [Fact]
    public void Actions_are_listed_newest_first()
    {
        CloudPc pc = _fleet.CloudPc(_fleet.User("ada"), Enterprise, CloudPcStatus.Provisioned, row => row with
        {
            Actions =
            [
                new RemoteAction("Restore", RemoteActionState.Failed, FleetUnderTest.Noon, FleetUnderTest.Noon, new CloudPcError("internalServerError", "The host failed.")),
                new RemoteAction("Rename", RemoteActionState.Done, FleetUnderTest.Noon.AddDays(-1), FleetUnderTest.Noon, null),
            ],
        });
        JsonElement[] actions = _fleet.Rows($"/beta{FleetUnderTest.Root}/cloudPCs/{pc.Id}/retrieveCloudPcRemoteActionResults");
        Assert.Equal([("Restore", "failed"), ("Rename", "done")], actions.Select(row => (Text(row, "actionName")!, Text(row, "actionState")!)));
        Assert.Equal("The host failed.", Text(actions[0].GetProperty("statusDetail"), "message"));
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
