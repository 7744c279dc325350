using Berth.Conformance.Tests.Graph;

namespace Berth.Conformance.Tests.CloudPcs;

/// <summary>The writes about provisioning policies for the test that sends every write twice.</summary>
internal static class PolicyWriteLines
{
    private const string Root = FleetUnderTest.Root + "/provisioningPolicies";
    private const string Sku = "CPC_E_2C_4GB_64GB";
    private const string Json = "application/json";

    public static async Task<IEnumerable<(string Route, string Path, string? Body, string ContentType)>> LinesAsync(RunningRoom room)
    {
        Guid group = await room.AddGroupAsync("policy"), policy = await AddAsync(room);
        (Guid busy, Guid pc) = await MadeAsync(room);
        Guid pool = await PoolAsync(room);
        return
        [
            ($"POST {Root}", $"/v1.0{Root}", Body("B"), Json),
            ($"PATCH {Root}/{{policy}}", $"/v1.0{Root}/{policy}", """{"description":"d"}""", Json),
            ($"POST {Root}/{{policy}}/assign", $"/v1.0{Root}/{policy}/assign", Assignment(group), Json),
            ($"POST {Root}/{{policy}}/apply", $"/beta{Root}/{busy}/apply", """{"policySettings":"region"}""", Json),
            ($"POST {Root}/{{policy}}/applyConfig", $"/beta{Root}/{busy}/applyConfig", $$"""{"policySettings":["singleSignOn"],"cloudPcIds":["{{pc}}"]}""", Json),
            ($"POST {Root}/{{policy}}/retry", $"/beta{Root}/{pool}/retry", null, ""),
            ($"POST {Root}/{{policy}}/schedulePolicyApplyTask", $"/beta{Root}/{pool}/schedulePolicyApplyTask", """{"reservePercentage":50,"cronScheduleExpression":"0 0 0 20 * *","timezone":"cst"}""", Json),
            ($"DELETE {Root}/{{policy}}", $"/v1.0{Root}/{await AddAsync(room)}", null, ""),
        ];
    }

    /// <summary>Makes a policy.</summary>
    public static async Task<Guid> AddAsync(RunningRoom room) => (await room.DoAsync("POST", $"/v1.0{Root}", Body("A"))).GetProperty("id").GetGuid();

    /// <summary>The body of assign for one group.</summary>
    public static string Assignment(Guid group, string? id = null) =>
        $$$"""{"assignments":[{{{{(id is null ? "" : $"\"id\":\"{id}\",")}}}"target":{"groupId":"{{{group}}}"}}]}""";

    // A policy with a Cloud PC.
    private static async Task<(Guid Policy, Guid CloudPc)> MadeAsync(RunningRoom room)
    {
        await room.BuyAsync(Sku, 1);
        Guid user = await room.AddUserAsync("policy-owner"), policy = await AddAsync(room);
        await room.DoAsync("POST", $"/v1.0{Root}/{policy}/assign", Assignment(await room.AddGroupAsync("owners", user)));
        await room.DoAsync("POST", $"/v1.0/users/{user}/assignLicense", RunningRoom.Licenses([room.Sku(Sku)], []));
        return (policy, room.Tenant.Fleet.CloudPcs[room.Tenant.Fleet.OfUser(room.Tenant.FindUser(user))[0]]!.Id);
    }

    // A policy of shared mode whose only Cloud PC failed.
    private static async Task<Guid> PoolAsync(RunningRoom room)
    {
        await room.BuyAsync("Windows_365_S_2vCPU_8GB_128GB", 1);
        Guid policy = (await room.DoAsync(
            "POST",
            $"/beta{Root}",
            """{"displayName":"Pool","provisioningType":"sharedByEntraGroup","imageId":"microsoftwindowsdesktop_windows-ent-cpc_win11-24h2-ent-cpc","domainJoinConfigurations":[{"regionName":"eastus"}]}"""))
            .GetProperty("id").GetGuid();
        await room.DoAsync("PATCH", "/berth/v1/settings", """{"failureRates":{"provision":1}}""");
        Guid group = await room.AddGroupAsync("pool");
        await room.DoAsync(
            "POST",
            $"/beta{Root}/{policy}/assign",
            $$$"""{"assignments":[{"target":{"groupId":"{{{group}}}","servicePlanId":"{{{room.Plan("CPC_S_2C_8GB_128GB")}}}","allotmentDisplayName":"Ward","allotmentLicensesCount":1}}]}""");
        await room.DoAsync("PATCH", "/berth/v1/settings", """{"failureRates":{}}""");
        return policy;
    }

    private static string Body(string name) =>
        $$"""{"displayName":"{{name}}","imageId":"microsoftwindowsdesktop_windows-ent-cpc_win11-24h2-ent-cpc","domainJoinConfigurations":[{"regionName":"automatic"}]}""";
}
