using System.Text;
using System.Text.Json;
using Berth.Conformance.Tests.CloudApps;
using Berth.Conformance.Tests.CloudPcs;
using Berth.Engine;
using Berth.Engine.CloudPcs;
using Berth.Engine.Directory.Rules;
using Berth.Graph.Errors;
using Berth.Graph.Requests;
using Xunit;

namespace Berth.Conformance.Tests.Graph;

/// <summary>Completeness: every refusal of the engine can be provoked over HTTP, or it is listed here with the reason why it cannot.</summary>
public sealed class Refusals
{
    private static readonly Dictionary<RefusalCode, string> Unreachable = new()
    {
        [RefusalCode.TenantNotReady] = "A tenant has a desk, and so tokens, only after it was created, and is never created twice over HTTP.",
        [RefusalCode.BlockedBySibling] = "G6 is never the first error of a pair: what blocked the SKU stands before it.",
    };

    /// <summary>Errors of the catalog that have no refusal at all: nothing in Berth can lead to them (decisions, Direct call).</summary>
    private static readonly string[] NeverProduced =
    [
        "noChanges", // E8: an empty call succeeds, as in the modern service
        "addressInUse", // E13 and UniquenessViolation: there are no proxy addresses to collide
        "60012", // E2b: the partner interface is not offered
        "LicenseAssignmentAttributeConcurrencyException", // L53: one writer per tenant, nothing runs at the same time
    ];

    private static readonly Dictionary<RefusalCode, Func<RunningRoom, Task<Answer>>> Scenarios = new()
    {
        [RefusalCode.ValueInvalid] = async room =>
        {
            Guid group = await LicensedGroup(room);
            return await room.SendAsync("PATCH", $"/v1.0/groups/{group}", """{"securityEnabled":false}""");
        },
        [RefusalCode.DuplicateSku] = async room => await Assign(room, await room.AddUserAsync("ada"), [room.Sku("SPE_E5"), room.Sku("SPE_E5")], []),
        [RefusalCode.SkuInBothLists] = async room => await Assign(room, await room.AddUserAsync("ada"), [room.Sku("SPE_E5")], [room.Sku("SPE_E5")]),
        [RefusalCode.UserNotFound] = room => Assign(room, Guid.NewGuid(), [], []),
        [RefusalCode.GroupNotFound] = room => room.SendAsync("DELETE", $"/v1.0/groups/{Guid.NewGuid()}"),
        [RefusalCode.MemberNotFound] = async room => await room.SendAsync("DELETE", $"/v1.0/groups/{await room.AddGroupAsync("g")}/members/{Guid.NewGuid()}/$ref"),
        [RefusalCode.OwnerNotFound] = async room => await room.SendAsync("DELETE", $"/v1.0/groups/{await room.AddGroupAsync("g")}/owners/{Guid.NewGuid()}/$ref"),
        [RefusalCode.ManagerNotFound] = async room => await Manager(room, await room.AddUserAsync("ada"), Guid.NewGuid()),
        [RefusalCode.ManagerMissing] = async room => await room.SendAsync("DELETE", $"/v1.0/users/{await room.AddUserAsync("ada")}/manager/$ref"),
        [RefusalCode.DeletedItemNotFound] = room => room.SendAsync("POST", $"/v1.0/directory/deletedItems/{Guid.NewGuid()}/restore"),
        [RefusalCode.SubscriptionNotFound] = room => room.SendAsync("PATCH", $"/berth/v1/subscriptions/{Guid.NewGuid()}", """{"units":1}"""),
        [RefusalCode.IdTaken] = async room =>
        {
            Guid group = await room.AddGroupAsync("g");
            using StringContent line = new($$$"""{"group":{"id":"{{{group}}}","displayName":"g"}}""", Encoding.UTF8, "application/x-ndjson");
            return await room.SendAsync("POST", "/berth/v1/import", line);
        },
        [RefusalCode.UserPrincipalNameTaken] = async room =>
        {
            await room.AddUserAsync("ada");
            return await room.SendAsync("POST", "/v1.0/users", RunningRoom.UserJson("ada"));
        },
        [RefusalCode.MembershipRuleMismatch] = async room =>
            await room.SendAsync("PATCH", $"/v1.0/groups/{await room.AddGroupAsync("g")}", """{"groupTypes":["DynamicMembership"]}"""),
        [RefusalCode.MembershipRuleInvalid] = room => room.SendAsync("POST", "/v1.0/groups", DynamicGroup("user.department")),
        [RefusalCode.DeviceRuleNotAllowed] = async room =>
        {
            Guid devices = await AddDynamic(room, "device.isRooted -eq false");
            await room.BuyAsync("SPE_E5", 1);
            return await AssignGroup(room, devices, [room.Sku("SPE_E5")], []);
        },
        [RefusalCode.MemberOfSourceNotFound] = room => room.SendAsync("POST", "/v1.0/groups", DynamicGroup(MemberOf(Guid.NewGuid()))),
        [RefusalCode.MemberOfSourceNotAllowed] = async room =>
        {
            Guid follower = await AddDynamic(room, MemberOf(await room.AddGroupAsync("source")));
            return await room.SendAsync("POST", "/v1.0/groups", DynamicGroup(MemberOf(follower)));
        },
        [RefusalCode.TooManyDynamicGroups] = room => BeyondTheLimit(room, "user.accountEnabled -eq true", RuleLimits.MostDynamicGroups),
        [RefusalCode.TooManyMemberOfGroups] = async room => await BeyondTheLimit(room, MemberOf(await room.AddGroupAsync("source")), RuleLimits.MostMemberOfGroups),
        [RefusalCode.GroupIsDynamic] = async room =>
        {
            Guid ada = await room.AddUserAsync("ada"), group = await AddDynamic(room, "user.accountEnabled -eq false");
            return await room.SendAsync("POST", $"/v1.0/groups/{group}/members/$ref", $$"""{"@odata.id":"https://x/users/{{ada}}"}""");
        },
        [RefusalCode.AlreadyMember] = async room =>
        {
            Guid ada = await room.AddUserAsync("ada"), group = await room.AddGroupAsync("g", ada);
            return await room.SendAsync("POST", $"/v1.0/groups/{group}/members/$ref", $$"""{"@odata.id":"https://x/users/{{ada}}"}""");
        },
        [RefusalCode.MemberOfItself] = async room =>
        {
            Guid group = await room.AddGroupAsync("g");
            return await room.SendAsync("POST", $"/v1.0/groups/{group}/members/$ref", $$"""{"@odata.id":"https://x/groups/{{group}}"}""");
        },
        [RefusalCode.AlreadyOwner] = async room =>
        {
            Guid ada = await room.AddUserAsync("ada");
            return await Own(room, await OwnedGroup(room, ada), ada);
        },
        [RefusalCode.TooManyOwners] = async room =>
        {
            Guid group = await room.AddGroupAsync("g");
            for (int i = 0; i < Group.MostOwners; i++)
            {
                Assert.Equal(204, (await Own(room, group, await room.AddUserAsync($"owner{i}"))).Status);
            }

            return await Own(room, group, await room.AddUserAsync("ada"));
        },
        [RefusalCode.LastOwner] = async room =>
        {
            Guid ada = await room.AddUserAsync("ada");
            return await room.SendAsync("DELETE", $"/v1.0/groups/{await OwnedGroup(room, ada)}/owners/{ada}/$ref");
        },
        [RefusalCode.ManagerOfItself] = async room =>
        {
            Guid ada = await room.AddUserAsync("ada");
            return await Manager(room, ada, ada);
        },
        [RefusalCode.GroupNotSecurityEnabled] = async room => await AssignGroup(room, await room.AddGroupAsync("g", securityEnabled: false), [], []),
        [RefusalCode.GroupHasLicenses] = async room => await room.SendAsync("DELETE", $"/v1.0/groups/{await LicensedGroup(room)}"),
        [RefusalCode.SkuNotInTenant] = async room => await Assign(room, await room.AddUserAsync("ada"), [room.Sku("SPE_E5")], []),
        [RefusalCode.SkuNotAssignableToTarget] = async room =>
        {
            await room.BuyAsync("Windows_365_S_2vCPU_4GB_64GB", 1);
            return await Assign(room, await room.AddUserAsync("ada"), [room.Sku("Windows_365_S_2vCPU_4GB_64GB")], []);
        },
        [RefusalCode.UnknownDisabledPlan] = async room =>
        {
            await room.BuyAsync("SPE_E5", 1);
            return await room.SendAsync(
                "POST",
                $"/v1.0/users/{await room.AddUserAsync("ada")}/assignLicense",
                $$"""{"addLicenses":[{"skuId":"{{room.Sku("SPE_E5")}}","disabledPlans":["{{Guid.NewGuid()}}"]}],"removeLicenses":[]}""");
        },
        [RefusalCode.InheritedFromGroup] = async room =>
        {
            Guid ada = await room.AddUserAsync("ada");
            await LicensedGroup(room, ada);
            return await Assign(room, ada, [], [room.Sku("SPE_E5")]);
        },
        [RefusalCode.LicenseNotHeld] = async room =>
        {
            await room.BuyAsync("SPE_E5", 1);
            return await Assign(room, await room.AddUserAsync("ada"), [], [room.Sku("SPE_E5")]);
        },
        [RefusalCode.UsageLocationMissing] = async room =>
        {
            await room.BuyAsync("SPE_E5", 1);
            return await Assign(room, await room.AddUserAsync("ada", usageLocation: null), [room.Sku("SPE_E5")], []);
        },
        [RefusalCode.ProhibitedInUsageLocation] = async room =>
        {
            await room.BuyAsync("EXCHANGEENTERPRISE", 1);
            await room.DoAsync("PUT", "/berth/v1/catalog/rules", $$"""{"regions":[{"servicePlanId":"{{room.Plan("EXCHANGE_S_ENTERPRISE")}}","deny":["US"]}]}""");
            return await Assign(room, await room.AddUserAsync("ada"), [room.Sku("EXCHANGEENTERPRISE")], []);
        },
        [RefusalCode.PlansMutuallyExclusive] = async room =>
        {
            await room.BuyAsync("EXCHANGEENTERPRISE", 1);
            await room.BuyAsync("EXCHANGESTANDARD", 1);
            return await Assign(room, await room.AddUserAsync("ada"), [room.Sku("EXCHANGEENTERPRISE"), room.Sku("EXCHANGESTANDARD")], []);
        },
        [RefusalCode.MissingDependency] = async room =>
        {
            await room.BuyAsync("MCOMEETADV", 1);
            return await Assign(room, await room.AddUserAsync("ada"), [room.Sku("MCOMEETADV")], []);
        },
        [RefusalCode.DependedUponByOther] = async room =>
        {
            await room.BuyAsync("MCOMEETADV", 1);
            await room.BuyAsync("STANDARDPACK", 1);
            Guid ada = await room.AddUserAsync("ada");
            await Assign(room, ada, [room.Sku("MCOMEETADV"), room.Sku("STANDARDPACK")], []);
            return await Assign(room, ada, [], [room.Sku("STANDARDPACK")]);
        },
        [RefusalCode.SeatsExhausted] = async room =>
        {
            await room.BuyAsync("SPE_E5", 0);
            return await Assign(room, await room.AddUserAsync("ada"), [room.Sku("SPE_E5")], []);
        },
        [RefusalCode.UserSettingNotFound] = room => room.SendAsync("DELETE", $"/v1.0{FleetUnderTest.Root}/userSettings/{Guid.NewGuid()}"),
        [RefusalCode.CloudPcNotFound] = room => room.SendAsync("POST", $"/v1.0{FleetUnderTest.Root}/cloudPCs/{Guid.NewGuid()}/reboot"),
        [RefusalCode.AlertRecordNotFound] = room => room.SendAsync("POST", $"/beta/deviceManagement/monitoring/alertRecords/{Guid.NewGuid()}/setPortalNotificationAsSent"),
        [RefusalCode.CloudAppNotFound] = room => room.SendAsync("POST", $"{CloudAppLines.Path}/publish", $$"""{"cloudAppIds":["{{Guid.NewGuid()}}"]}"""),
        [RefusalCode.CloudAppNotReady] = async room =>
        {
            await CloudAppLines.AssignAsync(room);
            return await room.SendAsync("POST", $"{CloudAppLines.Path}/unpublish", $$"""{"cloudAppIds":["{{CloudAppLines.Find(room, "Paint")}}"]}""");
        },
        [RefusalCode.SnapshotNotFound] = room => OnCloudPc(room, "restore", $$"""{"cloudPcSnapshotId":"{{Guid.NewGuid()}}"}"""),
        [RefusalCode.OperationNotSupported] = room => OnCloudPc(room, "resize", $$"""{"targetServicePlanId":"{{room.Plan("CPC_1")}}"}"""),
        [RefusalCode.TargetLicenseHasAssigned] = async room =>
        {
            (Guid user, Guid pc) = await CloudPcWrites.EnterpriseAsync(room, "pat");
            await Assign(room, user, [room.Sku("CPC_E_2C_8GB_128GB")], []);
            return await room.SendAsync("POST", $"/v1.0{FleetUnderTest.Root}/cloudPCs/{pc}/resize", $$"""{"targetServicePlanId":"{{room.Plan("CPC_2")}}"}""");
        },
        [RefusalCode.NoLicenseForSize] = async room =>
        {
            (_, Guid pc) = await CloudPcWrites.EnterpriseAsync(room, "pat");
            return await room.SendAsync("POST", $"/v1.0{FleetUnderTest.Root}/cloudPCs/{pc}/resize", $$"""{"targetServicePlanId":"{{room.Plan("CPC_E_4C_16GB_256GB")}}"}""");
        },
        [RefusalCode.OperationConflict] = room => OnCloudPc(room, "endGracePeriod", null),
        [RefusalCode.AssignmentNotFound] = async room =>
            await room.SendAsync("POST", "/berth/v1/sessions", $$"""{"userId":"{{await room.AddUserAsync("ada")}}","assignmentId":"{{Guid.NewGuid()}}"}"""),
        [RefusalCode.ServicePlanNotFound] = room => room.SendAsync("POST", $"/berth/v1/frontline/{room.Plan("CPC_1")}/unblock"),
        [RefusalCode.StorageNotFound] = async room =>
        {
            (string path, string configuration, _) = await FrontlineWrites.KeepAsync(room);
            return await room.SendAsync("POST", path, FrontlineWrites.Cleanup(configuration, Guid.NewGuid()));
        },
        [RefusalCode.StorageInUse] = async room =>
        {
            (string path, string configuration, Guid storage) = await FrontlineWrites.KeepAsync(room);
            return await room.SendAsync("POST", path, FrontlineWrites.Cleanup(configuration, storage));
        },
        [RefusalCode.NoLicensesAvailable] = async room =>
        {
            await room.BuyAsync(FrontlineWrites.Part, 1);
            Guid ada = await room.AddUserAsync("ada"), bob = await room.AddUserAsync("bob");
            Guid assignment = await FrontlineWrites.AssignAsync(room, ProvisioningType.SharedByEntraGroup, 1, ada, bob);
            await room.DoAsync("POST", "/berth/v1/sessions", $$"""{"userId":"{{ada}}","assignmentId":"{{assignment}}"}""");
            return await room.SendAsync("POST", "/berth/v1/sessions", $$"""{"userId":"{{bob}}","assignmentId":"{{assignment}}"}""");
        },
        [RefusalCode.ConnectionNotFound] = room => room.SendAsync("DELETE", $"{NetworkConnections.Path}/{Guid.NewGuid()}"),
        [RefusalCode.ConnectionInUse] = async room =>
        {
            Guid connection = (await room.DoAsync("POST", NetworkConnections.Path, NetworkConnections.Joined("West"))).GetProperty("id").GetGuid();
            await room.DoAsync("POST", NetworkConnections.Policies, NetworkConnections.Policy(connection));
            return await room.SendAsync("DELETE", $"{NetworkConnections.Path}/{connection}");
        },
        [RefusalCode.DeviceImageInUse] = async room =>
        {
            Guid image = (await room.DoAsync("POST", "/v1.0/deviceManagement/virtualEndpoint/deviceImages", NetworkConnections.Image("1.0"))).GetProperty("id").GetGuid();
            await room.DoAsync("POST", NetworkConnections.Policies, NetworkConnections.Policy(null, image));
            return await room.SendAsync("DELETE", $"/v1.0/deviceManagement/virtualEndpoint/deviceImages/{image}");
        },
        [RefusalCode.DeviceImageNotFound] = room => room.SendAsync("DELETE", $"/v1.0/deviceManagement/virtualEndpoint/deviceImages/{Guid.NewGuid()}"),
        [RefusalCode.TooManyObjects] = async room =>
        {
            for (int i = 0; i < Engine.CloudPcs.NetworkConnection.MostConnections; i++)
            {
                await room.DoAsync("POST", NetworkConnections.Path, NetworkConnections.Joined($"c{i}"));
            }

            return await room.SendAsync("POST", NetworkConnections.Path, NetworkConnections.Joined("one more"));
        },
        [RefusalCode.DisplayNameTaken] = async room =>
        {
            await room.DoAsync("POST", NetworkConnections.Path, NetworkConnections.Joined("West"));
            return await room.SendAsync("POST", NetworkConnections.Path, NetworkConnections.Joined("WEST"));
        },
        [RefusalCode.HostJobClosed] = async room =>
        {
            await room.DoAsync("PATCH", "/berth/v1/settings", """{"host":"agent"}""");
            await HireAsync(room, "ada");
            JsonElement job = (await room.DoAsync("POST", "/berth/v1/host/jobs/claim", """{"agent":"test"}""")).GetProperty("value")[0];
            string path = $"/berth/v1/host/jobs/{job.GetProperty("id").GetGuid()}", lease = $"\"leaseId\":\"{job.GetProperty("leaseId").GetGuid()}\"";
            await room.SendAsync("POST", $"{path}/done", $"{{{lease}}}");
            return await room.SendAsync("POST", $"{path}/failed", $$"""{{{lease}},"code":"late","message":"Too late."}""");
        },
        [RefusalCode.SessionNotFound] = room => room.SendAsync("DELETE", $"/berth/v1/sessions/{Guid.NewGuid()}"),
        [RefusalCode.SelfServiceNotAllowed] = async room =>
        {
            (Guid ada, Guid pc) = await HireAsync(room, "ada");
            return await room.SendAsync("POST", $"/v1.0/me/cloudPCs/{pc}/reprovision", null as string, $"user {ada} User.Read");
        },
        [RefusalCode.NotAssigned] = async room =>
        {
            (_, Guid pc) = await HireAsync(room, "ada");
            return await SignInAsync(room, await room.AddUserAsync("bob"), pc);
        },
        [RefusalCode.NotLicensed] = async room =>
        {
            await room.DoAsync("PATCH", "/berth/v1/settings", """{"host":"agent"}""");
            (Guid ada, Guid pc) = await HireAsync(room, "ada");
            await Assign(room, ada, [], [room.Sku(BusinessPlan)]);
            return await SignInAsync(room, ada, pc);
        },
        [RefusalCode.CloudPcNotReady] = async room =>
        {
            await room.DoAsync("PATCH", "/berth/v1/settings", """{"host":"agent"}""");
            (Guid ada, Guid pc) = await HireAsync(room, "ada");
            return await SignInAsync(room, ada, pc);
        },
        [RefusalCode.CloudPcInUse] = async room =>
        {
            (Guid ada, Guid pc) = await HireAsync(room, "ada");
            await SignInAsync(room, ada, pc);
            return await SignInAsync(room, ada, pc);
        },
        [RefusalCode.PolicyNotFound] = room => room.SendAsync("DELETE", $"/v1.0{FleetUnderTest.Root}/provisioningPolicies/{Guid.NewGuid()}"),
        [RefusalCode.AssignmentGone] = async room => await AssignPolicy(room, await PolicyWriteLines.AddAsync(room), await room.AddGroupAsync("g"), "gone"),
        [RefusalCode.PolicyInUse] = async room =>
        {
            Guid policy = await PolicyWriteLines.AddAsync(room);
            Assert.Equal(204, (await AssignPolicy(room, policy, await room.AddGroupAsync("g"), null)).Status);
            return await room.SendAsync("DELETE", $"/v1.0{FleetUnderTest.Root}/provisioningPolicies/{policy}");
        },
        [RefusalCode.VersionMoved] = async room =>
        {
            Guid ada = await room.AddUserAsync("ada");
            return await room.SendAsync("POST", "/berth/v1/apply", $$"""{"changes":[{"kind":"deleteUser","userId":"{{ada}}"}],"expectedVersion":{{room.Tenant.Version - 1}}}""");
        },
        [RefusalCode.RemovesMany] = async room =>
        {
            await room.BuyAsync("SPE_E3", 20);
            Guid group = await room.AddGroupAsync("many", [.. await Task.WhenAll(Enumerable.Range(0, 10).Select(i => room.AddUserAsync($"u{i}")))]);
            await room.DoAsync("POST", $"/v1.0/groups/{group}/assignLicense", RunningRoom.Licenses([room.Sku("SPE_E3")], []));
            return await room.SendAsync(
                "POST", "/berth/v1/apply", $$"""{"changes":[{"kind":"groupLicense","groupId":"{{group}}","add":[],"remove":["{{room.Sku("SPE_E3")}}"]}]}""");
        },
        [RefusalCode.ClockNotMovable] = room => room.SendAsync("POST", "/berth/v1/clock", """{"mode":"frozen"}"""),
        [RefusalCode.ClockNotFrozen] = room => room.SendAsync("POST", "/berth/v1/clock", """{"advance":"P1D"}"""),
        [RefusalCode.ClockBackwards] = room => room.SendAsync("POST", "/berth/v1/clock", """{"mode":"frozen","now":"2001-01-01T00:00:00Z"}"""),
    };

    public static TheoryData<RefusalCode> Reachable => [.. Scenarios.Keys];

    [Fact]
    public void Every_refusal_has_a_scenario_or_a_reason_why_it_has_none() =>
        Assert.Equal(Enum.GetValues<RefusalCode>().Order(), Scenarios.Keys.Concat(Unreachable.Keys).Order());

    [Fact]
    public void Every_refusal_has_an_error_and_none_of_the_errors_that_cannot_occur_is_among_them()
    {
        foreach (RefusalCode code in Enum.GetValues<RefusalCode>())
        {
            GraphError error = new Refusal(code) { Subject = Guid.NewGuid(), Ids = [Guid.NewGuid()], Name = "name", Detail = "detail" }.ToError();
            Assert.True(error.Status >= 400 && error.Message.Length > 0 && error.InnerCode.Length > 0);
            Assert.DoesNotContain(error.InnerCode, NeverProduced);
        }
    }

    // L14, B70
    [Theory]
    [MemberData(nameof(Reachable))]
    public async Task A_refusal_is_answered_over_HTTP_as_the_table_says(RefusalCode code)
    {
        await using RunningRoom room = await RunningRoom.OpenAsync(code == RefusalCode.ClockNotMovable ? TenantKind.Production : TenantKind.Emulator);
        Answer answer = await Scenarios[code](room);
        GraphError expected = new Refusal(code).ToError();
        if (code == RefusalCode.IdTaken)
        {
            // Only an import brings ids along; it reports line by line.
            Assert.Equal(expected.InnerCode, answer.Json.GetProperty("errors")[0].GetProperty("code").GetString());
            return;
        }

        Assert.Equal((expected.Status, expected.Code, expected.InnerCode), (answer.Status, answer.Code, answer.InnerCode));
    }

    private const string BusinessPlan = "CPC_B_2C_4RAM_64GB";

    // A person with a Business Cloud PC, which needs no policy (C130).
    private static async Task<(Guid User, Guid CloudPc)> HireAsync(RunningRoom room, string name)
    {
        await room.BuyAsync(BusinessPlan, 1);
        Guid user = await room.AddUserAsync(name);
        Assert.Equal(200, (await Assign(room, user, [room.Sku(BusinessPlan)], [])).Status);
        return (user, room.Tenant.Fleet.CloudPcs[Assert.Single(room.Tenant.Fleet.OfUser(room.Tenant.FindUser(user)))]!.Id);
    }

    private static Task<Answer> SignInAsync(RunningRoom room, Guid user, Guid cloudPc) =>
        room.SendAsync("POST", "/berth/v1/sessions", $$"""{"userId":"{{user}}","cloudPcId":"{{cloudPc}}"}""");

    private static Task<Answer> AssignPolicy(RunningRoom room, Guid policy, Guid group, string? id) =>
        room.SendAsync("POST", $"/v1.0{FleetUnderTest.Root}/provisioningPolicies/{policy}/assign", PolicyWriteLines.Assignment(group, id));

    private static async Task<Answer> OnCloudPc(RunningRoom room, string action, string? body)
    {
        await room.BuyAsync("CPC_B_2C_8RAM_128GB", 1);
        (_, Guid pc) = await CloudPcWrites.MadeAsync(room, "pat");
        return await room.SendAsync("POST", $"/v1.0{FleetUnderTest.Root}/cloudPCs/{pc}/{action}", body);
    }

    private static Task<Answer> Assign(RunningRoom room, Guid user, IEnumerable<Guid> add, IEnumerable<Guid> remove) =>
        room.SendAsync("POST", $"/v1.0/users/{user}/assignLicense", RunningRoom.Licenses(add, remove));

    private static Task<Answer> AssignGroup(RunningRoom room, Guid group, IEnumerable<Guid> add, IEnumerable<Guid> remove) =>
        room.SendAsync("POST", $"/v1.0/groups/{group}/assignLicense", RunningRoom.Licenses(add, remove));

    private static string DynamicGroup(string rule) =>
        $$"""{"displayName":"dynamic","mailEnabled":false,"mailNickname":"dynamic","securityEnabled":true,"groupTypes":["DynamicMembership"],"membershipRule":"{{rule}}"}""";

    private static async Task<Guid> AddDynamic(RunningRoom room, string rule) => (await room.DoAsync("POST", "/v1.0/groups", DynamicGroup(rule))).GetProperty("id").GetGuid();

    private static string MemberOf(Guid source) => $"user.memberOf -any (group.objectId -in ['{source}'])";

    private static async Task<Answer> BeyondTheLimit(RunningRoom room, string rule, int most)
    {
        string line = $$$"""{"group":{"displayName":"one of many","groupTypes":["DynamicMembership"],"membershipRule":"{{{rule}}}"}}""" + "\n";
        using StringContent lines = new(string.Concat(Enumerable.Repeat(line, most)), Encoding.UTF8, "application/x-ndjson");
        Assert.Equal(most, (await room.SendAsync("POST", "/berth/v1/import", lines)).Json.GetProperty("groups").GetInt32());
        return await room.SendAsync("POST", "/v1.0/groups", DynamicGroup(rule));
    }

    private static Task<Answer> Own(RunningRoom room, Guid group, Guid owner) =>
        room.SendAsync("POST", $"/v1.0/groups/{group}/owners/$ref", $$"""{"@odata.id":"https://x/users/{{owner}}"}""");

    private static Task<Answer> Manager(RunningRoom room, Guid user, Guid manager) =>
        room.SendAsync("PUT", $"/v1.0/users/{user}/manager/$ref", $$"""{"@odata.id":"https://x/users/{{manager}}"}""");

    private static async Task<Guid> OwnedGroup(RunningRoom room, Guid owner)
    {
        Guid group = await room.AddGroupAsync("owned");
        Assert.Equal(204, (await Own(room, group, owner)).Status);
        return group;
    }

    private static async Task<Guid> LicensedGroup(RunningRoom room, params Guid[] members)
    {
        await room.BuyAsync("SPE_E5", 5);
        Guid group = await room.AddGroupAsync("licensed", members);
        await AssignGroup(room, group, [room.Sku("SPE_E5")], []);
        return group;
    }
}
