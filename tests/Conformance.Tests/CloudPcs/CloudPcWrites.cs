using Berth.Conformance.Tests.Graph;
using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Licensing;
using Berth.Ledger;
using Xunit;

namespace Berth.Conformance.Tests.CloudPcs;

/// <summary>The writes about Cloud PCs for the test that sends every write twice, each with a Cloud PC on which it can succeed.</summary>
internal static class CloudPcWrites
{
    private const string Root = FleetUnderTest.Root;
    private const string Sku = "CPC_B_2C_8RAM_128GB";
    private const string Json = "application/json";

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
        lines.Add(($"PATCH {Root}/organizationSettings", $"/beta{Root}/organizationSettings", """{"enableMEMAutoEnroll":true}""", Json));
        (Guid _, Guid checkedOne) = await MadeAsync(room, "checked");
        lines.Add(($"POST {Root}/cloudPCs/validateBulkResize", $"/beta{Root}/cloudPCs/validateBulkResize", $$"""{"cloudPcIds":["{{checkedOne}}"],"targetServicePlanId":"{{room.Plan("CPC_1")}}"}""", Json));
        lines.Add(($"POST {Root}/bulkActions", $"/beta{Root}/bulkActions", $$"""{"@odata.type":"#microsoft.graph.cloudPcBulkRestart","displayName":"x","cloudPcIds":["{{checkedOne}}"]}""", Json));
        Guid[] reserved = await ReserveAsync(room);
        lines.Add(($"POST {Root}/cloudPCs/{{cloudPC}}/provision", $"/beta{Root}/cloudPCs/{reserved[0]}/provision", null, ""));
        await room.DoAsync("POST", $"/beta{Root}/cloudPCs/{reserved[1]}/provision");
        lines.Add(($"POST {Root}/cloudPCs/{{cloudPC}}/deprovision", $"/beta{Root}/cloudPCs/{reserved[1]}/deprovision", null, ""));
        foreach (bool ofUser in (bool[])[false, true])
        {
            await AddAsync("rename", """{"displayName":"New"}""");
            await AddAsync("reboot", null);
            await AddAsync("troubleshoot", null);
            (Guid sized, Guid small) = await EnterpriseAsync(room, $"resize-{ofUser}");
            Add("resize", sized, small, $$"""{"targetServicePlanId":"{{room.Plan("CPC_2")}}"}""");
            await AddAsync("reprovision", """{"userAccountType":"administrator"}""");
            if (!ofUser)
            {
                await AddAsync("setReviewStatus", """{"reviewStatus":{"inReview":true,"userAccessLevel":"restricted"}}""");
                await AddAsync("retryPartnerAgentInstallation", null);
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

    /// <summary>Two Reserve licenses that can be used: the clock stands seven days after they were allocated (C133).</summary>
    private static async Task<Guid[]> ReserveAsync(RunningRoom room)
    {
        Guid sku = Guid.NewGuid(), plan = Guid.NewGuid(), policy = Guid.NewGuid();
        Guid first = await room.AddUserAsync("reserve-1"), second = await room.AddUserAsync("reserve-2"), group = await room.AddGroupAsync("reserve", first, second);
        foreach (Command command in (Command[])
            [
                new Command.ImportCatalog([new CatalogRow("Reserve", sku, "Reserve", "CPC_R_2C_4GB_64GB", plan, "Reserve")], null),
                new Command.CreateSubscription(Guid.NewGuid(), sku, 2, SubscriptionStatus.Enabled, false),
                new Command.CreatePolicy(new ProvisioningPolicy(policy, "Reserve")
                {
                    ProvisioningType = ProvisioningType.Reserve,
                    ImageId = "microsoftwindowsdesktop_windows-ent-cpc_win11-24h2-ent-cpc",
                    ImageDisplayName = "Windows 11 Enterprise 24H2",
                    Joins = [new DomainJoin(DomainJoinType.AzureADJoin, null, DomainJoin.AutomaticRegion, null)],
                }),
                new Command.AssignPolicy(policy, [new AssignmentRequest(null, group, plan, null, null)]),
                new Command.SetClock(true, null, TimeSpan.FromDays(7)),
            ])
        {
            Submission.Done done = Assert.IsType<Submission.Done>(await room.Desk.SubmitAsync(command, Actor.Berth, null, TestContext.Current.CancellationToken), exactMatch: true);
            Assert.IsType<Decision.Accepted>(done.Decision, exactMatch: true);
        }

        return [.. new[] { first, second }.Select(user => room.Tenant.Fleet.CloudPcs[room.Tenant.Fleet.OfUser(room.Tenant.FindUser(user))[0]]!.Id)];
    }

    /// <summary>A user with a Business license, and the Cloud PC that it brings at once.</summary>
    public static async Task<(Guid User, Guid CloudPc)> MadeAsync(RunningRoom room, string name)
    {
        Guid user = await room.AddUserAsync(name);
        await room.DoAsync("POST", $"/v1.0/users/{user}/assignLicense", RunningRoom.Licenses([room.Sku(Sku)], []));
        CloudPc made = room.Tenant.Fleet.CloudPcs[room.Tenant.Fleet.OfUser(room.Tenant.FindUser(user))[0]]!;
        return (user, made.Id);
    }

    /// <summary>A user with an Enterprise license and a policy, the Cloud PC that this makes, and a free license of the next size (<c>CPC_2</c>).</summary>
    public static async Task<(Guid User, Guid CloudPc)> EnterpriseAsync(RunningRoom room, string name)
    {
        await room.BuyAsync("CPC_E_2C_4GB_128GB", 1);
        await room.BuyAsync("CPC_E_2C_8GB_128GB", 1);
        Guid user = await room.AddUserAsync(name), group = await room.AddGroupAsync(name, user), policy = Guid.NewGuid();
        foreach (Command command in (Command[])
            [
                new Command.CreatePolicy(new ProvisioningPolicy(policy, name)
                {
                    ImageId = "microsoftwindowsdesktop_windows-ent-cpc_win11-24h2-ent-cpc",
                    ImageDisplayName = "Windows 11 Enterprise 24H2",
                    Joins = [new DomainJoin(DomainJoinType.AzureADJoin, null, DomainJoin.AutomaticRegion, null)],
                }),
                new Command.AssignPolicy(policy, [new AssignmentRequest(null, group, null, null, null)]),
            ])
        {
            Submission.Done done = Assert.IsType<Submission.Done>(await room.Desk.SubmitAsync(command, Actor.Berth, null, TestContext.Current.CancellationToken), exactMatch: true);
            Assert.IsType<Decision.Accepted>(done.Decision, exactMatch: true);
        }

        await room.DoAsync("POST", $"/v1.0/users/{user}/assignLicense", RunningRoom.Licenses([room.Sku("CPC_E_2C_4GB_128GB")], []));
        return (user, room.Tenant.Fleet.CloudPcs[room.Tenant.Fleet.OfUser(room.Tenant.FindUser(user))[0]]!.Id);
    }
}
