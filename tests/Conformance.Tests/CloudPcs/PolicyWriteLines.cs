using Berth.Conformance.Tests.Graph;

namespace Berth.Conformance.Tests.CloudPcs;

/// <summary>The writes about provisioning policies for the test that sends every write twice.</summary>
internal static class PolicyWriteLines
{
    private const string Root = FleetUnderTest.Root + "/provisioningPolicies";
    private const string Json = "application/json";

    public static async Task<IEnumerable<(string Route, string Path, string? Body, string ContentType)>> LinesAsync(RunningRoom room)
    {
        Guid group = await room.AddGroupAsync("policy"), policy = await AddAsync(room);
        return
        [
            ($"POST {Root}", $"/v1.0{Root}", Body("B"), Json),
            ($"PATCH {Root}/{{policy}}", $"/v1.0{Root}/{policy}", """{"description":"d"}""", Json),
            ($"POST {Root}/{{policy}}/assign", $"/v1.0{Root}/{policy}/assign", Assignment(group), Json),
            ($"POST {Root}/{{policy}}/apply", $"/beta{Root}/{policy}/apply", """{"policySettings":"region"}""", Json),
            ($"POST {Root}/{{policy}}/applyConfig", $"/beta{Root}/{policy}/applyConfig", """{"policySettings":["singleSignOn"],"cloudPcIds":[]}""", Json),
            ($"DELETE {Root}/{{policy}}", $"/v1.0{Root}/{await AddAsync(room)}", null, ""),
        ];
    }

    /// <summary>Makes a policy.</summary>
    public static async Task<Guid> AddAsync(RunningRoom room) => (await room.DoAsync("POST", $"/v1.0{Root}", Body("A"))).GetProperty("id").GetGuid();

    /// <summary>The body of assign for one group.</summary>
    public static string Assignment(Guid group, string? id = null) =>
        $$$"""{"assignments":[{{{{(id is null ? "" : $"\"id\":\"{id}\",")}}}"target":{"groupId":"{{{group}}}"}}]}""";

    private static string Body(string name) =>
        $$"""{"displayName":"{{name}}","imageId":"microsoftwindowsdesktop_windows-ent-cpc_win11-24h2-ent-cpc","domainJoinConfigurations":[{"regionName":"automatic"}]}""";
}
