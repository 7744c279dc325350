using Berth.Conformance.Tests.Graph;
using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Frontline;
using Berth.Ledger;
using Xunit;

namespace Berth.Conformance.Tests.CloudPcs;

/// <summary>The writes about Frontline for the test that sends every write twice.</summary>
internal static class FrontlineWrites
{
    public const string Part = "Windows_365_S_2vCPU_4GB_64GB";
    public const string Plan = "CPC_S_2C_4GB_64GB";

    private const string Root = FleetUnderTest.Root;

    public static async Task<IEnumerable<(string Route, string Path, string? Body, string ContentType)>> LinesAsync(RunningRoom room)
    {
        await room.BuyAsync(Part, 2);
        Guid user = await room.AddUserAsync("nurse");
        await AssignAsync(room, ProvisioningType.SharedByUser, 2, user);
        Guid pc = CloudPcOf(room, user);
        (string path, string configuration, Guid storage) = await KeepAsync(room);
        await room.DoAsync("DELETE", $"/berth/v1/sessions/{room.Tenant.Fleet.Sessions.Values.Single(one => room.Tenant.Fleet.CloudPcs[one.CloudPc]!.IsShared).Id}");
        return
        [
            Line($"POST {Root}/cloudPCs/{{cloudPC}}/powerOn", $"/beta{Root}/cloudPCs/{pc}/powerOn"),
            Line($"POST {Root}/cloudPCs/{{cloudPC}}/powerOff", $"/beta{Root}/cloudPCs/{pc}/powerOff"),
            Line($"POST {Root}/cloudPCs/{{cloudPC}}/start", $"/beta{Root}/cloudPCs/{pc}/start"),
            Line($"POST {Root}/cloudPCs/{{cloudPC}}/stop", $"/beta{Root}/cloudPCs/{pc}/stop"),
            Line("POST /users/{user}/cloudPCs/{cloudPC}/start", $"/beta/users/{user}/cloudPCs/{pc}/start"),
            Line("POST /users/{user}/cloudPCs/{cloudPC}/stop", $"/beta/users/{user}/cloudPCs/{pc}/stop"),
            (
                $"POST {Root}/provisioningPolicies/{{policy}}/assignments/{{assignment}}/userSettingsPersistenceDetail/batchCleanupUserSettingsPersistenceProfile",
                path, Cleanup(configuration, storage), "application/json"),
            Line("POST /frontline/{servicePlan}/unblock", $"/berth/v1/frontline/{room.Plan(Plan)}/unblock"),
        ];
    }

    /// <summary>Somebody who has a session on a shared Cloud PC, and keeps something there.</summary>
    /// <returns>Where storages are deleted, what that calls the pool, and the storage.</returns>
    public static async Task<(string Path, string Configuration, Guid Storage)> KeepAsync(RunningRoom room)
    {
        await room.BuyAsync(Part, 1);
        Guid user = await room.AddUserAsync("keeper");
        Guid assignment = await AssignAsync(room, ProvisioningType.SharedByEntraGroup, UserExperienceType.CloudPc, 1, new UserSettingsPersistence(true, 16), user);
        await room.DoAsync("POST", "/berth/v1/sessions", $$"""{"userId":"{{user}}","assignmentId":"{{assignment}}"}""");
        Guid policy = room.Tenant.Fleet.Policies.Values.Single(one => one.Assignments.Any(its => its.Key == assignment)).Id;
        return (
            $"/beta{Root}/provisioningPolicies/{policy}/assignments/{assignment}/userSettingsPersistenceDetail/batchCleanupUserSettingsPersistenceProfile",
            $"{StoragePool.IdOf(assignment)}",
            room.Tenant.Frontline.Storages.Pools[assignment].Storages.Values.Single().Id);
    }

    /// <summary>The body that deletes a storage.</summary>
    public static string Cleanup(string configuration, Guid storage) => $$"""{"configurationId":"{{configuration}}","cloudProfileIds":["{{storage}}"]}""";

    /// <summary>A policy of Frontline that is assigned to a group of users.</summary>
    /// <returns>The assignment.</returns>
    public static Task<Guid> AssignAsync(RunningRoom room, ProvisioningType type, int licenses, params Guid[] users) => AssignAsync(room, type, UserExperienceType.CloudPc, licenses, users);

    /// <summary>The same with what users see.</summary>
    public static Task<Guid> AssignAsync(RunningRoom room, ProvisioningType type, UserExperienceType experience, int licenses, params Guid[] users) =>
        AssignAsync(room, type, experience, licenses, null, users);

    private static async Task<Guid> AssignAsync(
        RunningRoom room, ProvisioningType type, UserExperienceType experience, int licenses, UserSettingsPersistence? kept, params Guid[] users)
    {
        Guid group = await room.AddGroupAsync($"{type}", users), policy = Guid.NewGuid();
        await DoAsync(room, new Command.CreatePolicy(new ProvisioningPolicy(policy, $"{type}")
        {
            ProvisioningType = type,
            UserExperienceType = experience,
            ImageId = "microsoftwindowsdesktop_windows-ent-cpc_win11-24h2-ent-cpc",
            ImageDisplayName = "Windows 11 Enterprise 24H2",
            Persistence = kept,
            Joins = [new DomainJoin(DomainJoinType.AzureADJoin, null, "eastus", null)],
        }));
        await DoAsync(room, new Command.AssignPolicy(policy, [new AssignmentRequest(null, group, room.Plan(Plan), "Nurses", licenses)]));
        return room.Tenant.Fleet.Policies[room.Tenant.Fleet.FindPolicy(policy)].Assignments[0].Key!.Value;
    }

    /// <summary>The only Cloud PC of a user.</summary>
    public static Guid CloudPcOf(RunningRoom room, Guid user) => room.Tenant.Fleet.CloudPcs[Assert.Single(room.Tenant.Fleet.OfUser(room.Tenant.FindUser(user)))]!.Id;

    private static (string Route, string Path, string? Body, string ContentType) Line(string route, string path) => (route, path, null, "");

    private static async Task DoAsync(RunningRoom room, Command command)
    {
        Submission.Done done = Assert.IsType<Submission.Done>(await room.Desk.SubmitAsync(command, Actor.Berth, null, TestContext.Current.CancellationToken), exactMatch: true);
        Assert.IsType<Decision.Accepted>(done.Decision, exactMatch: true);
    }
}
