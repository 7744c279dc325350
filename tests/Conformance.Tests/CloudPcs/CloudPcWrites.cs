using Berth.Conformance.Tests.Graph;
using Berth.Engine.CloudPcs;

namespace Berth.Conformance.Tests.CloudPcs;

/// <summary>The writes about Cloud PCs for the test that sends every write twice, each with a Cloud PC on which it can succeed.</summary>
internal static class CloudPcWrites
{
    private const string Root = FleetUnderTest.Root;
    private const string Sku = "CPC_B_2C_8RAM_128GB";
    private const string Json = "application/json";

    /// <summary>Routes that can only be refused so far: they are for Frontline Cloud PCs (B369).</summary>
    public static IReadOnlySet<string> ForFrontline { get; } = new HashSet<string>(
    [
        $"POST {Root}/cloudPCs/{{cloudPC}}/start", $"POST {Root}/cloudPCs/{{cloudPC}}/stop", $"POST {Root}/cloudPCs/{{cloudPC}}/powerOn", $"POST {Root}/cloudPCs/{{cloudPC}}/powerOff",
        "POST /users/{user}/cloudPCs/{cloudPC}/start", "POST /users/{user}/cloudPCs/{cloudPC}/stop",
        .. Reads("getFrontlineCloudPcAccessState"), .. Reads("retrieveFrontlineCloudPcDetail"), .. Reads("retrieveFlexCloudPcAccessConfiguration"), .. Reads("retrieveFlexCloudPcConfigurationDetail"),
    ]);

    public static async Task<IEnumerable<(string Route, string Path, string? Body, string ContentType)>> LinesAsync(RunningRoom room)
    {
        await room.BuyAsync(Sku, 20);
        Guid group = await room.AddGroupAsync("set");
        Guid setting = (await room.DoAsync("POST", $"/v1.0{Root}/userSettings", """{"displayName":"A"}""")).GetProperty("id").GetGuid();
        List<(string Route, string Path, string? Body, string ContentType)> lines =
        [
            ($"POST {Root}/userSettings", $"/v1.0{Root}/userSettings", """{"displayName":"B"}""", Json),
            ($"PATCH {Root}/userSettings/{{userSetting}}", $"/v1.0{Root}/userSettings/{setting}", """{"resetEnabled":true}""", Json),
            ($"POST {Root}/userSettings/{{userSetting}}/assign", $"/v1.0{Root}/userSettings/{setting}/assign", $$$"""{"assignments":[{"target":{"groupId":"{{{group}}}"}}]}""", Json),
            ($"DELETE {Root}/userSettings/{{userSetting}}", $"/v1.0{Root}/userSettings/{setting}", null, ""),
        ];
        (Guid _, Guid checkedOne) = await MadeAsync(room, "checked");
        lines.Add(($"POST {Root}/cloudPCs/validateBulkResize", $"/beta{Root}/cloudPCs/validateBulkResize", $$"""{"cloudPcIds":["{{checkedOne}}"],"targetServicePlanId":"{{room.Plan("CPC_1")}}"}""", Json));
        lines.Add(($"POST {Root}/bulkActions", $"/beta{Root}/bulkActions", $$"""{"@odata.type":"#microsoft.graph.cloudPcBulkRestart","displayName":"x","cloudPcIds":["{{checkedOne}}"]}""", Json));
        foreach (bool ofUser in (bool[])[false, true])
        {
            await AddAsync("rename", """{"displayName":"New"}""");
            await AddAsync("reboot", null);
            await AddAsync("troubleshoot", null);
            await AddAsync("reprovision", """{"userAccountType":"administrator"}""");
            if (!ofUser)
            {
                await AddAsync("createSnapshot", null);
                await AddAsync("changeUserAccountType", """{"userAccountType":"administrator"}""");
            }

            (Guid user, Guid pc) = await MadeAsync(room, $"restore-{ofUser}");
            await room.DoAsync("POST", $"/beta{Root}/cloudPCs/{pc}/createSnapshot");
            Guid point = (await room.DoAsync("GET", $"/beta{Root}/cloudPCs/{pc}/retrieveSnapshots")).GetProperty("value")[0].GetProperty("id").GetGuid();
            Add("restore", user, pc, $$"""{"cloudPcSnapshotId":"{{point}}"}""");
            (user, pc) = await MadeAsync(room, $"end-{ofUser}");
            await room.DoAsync("POST", $"/v1.0/users/{user}/assignLicense", RunningRoom.Licenses([], [room.Sku(Sku)]));
            Add("endGracePeriod", user, pc, null);

            async Task AddAsync(string action, string? body)
            {
                (Guid owner, Guid one) = await MadeAsync(room, $"{action}-{ofUser}");
                Add(action, owner, one, body);
            }

            void Add(string action, Guid owner, Guid one, string? body) => lines.Add(
                (ofUser ? $"POST /users/{{user}}/cloudPCs/{{cloudPC}}/{action}" : $"POST {Root}/cloudPCs/{{cloudPC}}/{action}",
                ofUser ? $"/beta/users/{owner}/cloudPCs/{one}/{action}" : $"/beta{Root}/cloudPCs/{one}/{action}", body, body is null ? "" : Json));
        }

        return lines;
    }

    /// <summary>A user with a Business license, and the Cloud PC that it brings at once.</summary>
    public static async Task<(Guid User, Guid CloudPc)> MadeAsync(RunningRoom room, string name)
    {
        Guid user = await room.AddUserAsync(name);
        await room.DoAsync("POST", $"/v1.0/users/{user}/assignLicense", RunningRoom.Licenses([room.Sku(Sku)], []));
        CloudPc made = room.Tenant.Fleet.CloudPcs[room.Tenant.Fleet.OfUser(room.Tenant.FindUser(user))[0]]!;
        return (user, made.Id);
    }

    private static IEnumerable<string> Reads(string name) => [$"GET {Root}/cloudPCs/{{cloudPC}}/{name}", $"GET /users/{{user}}/cloudPCs/{{cloudPC}}/{name}"];
}
