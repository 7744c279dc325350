using Microsoft.Graph.Models;
using Xunit;
using static Berth.Conformance.Tests.Sdk.LicenseCalls;

namespace Berth.Conformance.Tests.Sdk;

/// <summary>The audit log: who did what to whom (L64, L86, L87, L88).</summary>
[Collection(nameof(SdkTenant))]
public sealed class Audits(SdkTenant tenant)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, EveryDoor]
    public async Task A_license_given_by_hand_names_the_application_and_the_user(Door door)
    {
        Guid sku = await tenant.SeatsAsync("CPC_E_8C_32GB_128GB", 1);
        User user = await tenant.UserAsync(door);
        await tenant.Graph(door).AddAsync(user.Id!, sku);

        DirectoryAudit audit = Assert.Single(await OfAsync(door, user.Id!, "Change user license"));

        Assert.Equal("UserManagement", audit.Category);
        Assert.Equal("Core Directory", audit.LoggedByService);
        Assert.Equal(OperationResult.Success, audit.Result);
        Assert.Equal("Berth demo client", audit.InitiatedBy!.App!.DisplayName);
        Assert.Equal(Process.BerthProcess.DemoClient, audit.InitiatedBy.App.AppId);
        Assert.Null(audit.InitiatedBy.User);
        TargetResource target = Assert.Single(audit.TargetResources!);
        Assert.Equal("User", target.Type);
        Assert.Equal(user.UserPrincipalName, target.UserPrincipalName);
        Assert.NotEmpty(target.ModifiedProperties!);
        Assert.True(Guid.TryParse(audit.CorrelationId, out _));
        Assert.NotNull(audit.ActivityDateTime);

        DirectoryAudit one = (await tenant.Graph(door).AuditLogs.DirectoryAudits[audit.Id].GetAsync(cancellationToken: Cancel))!;
        Assert.Equal(audit.ActivityDisplayName, one.ActivityDisplayName);
        Assert.Equal(audit.CorrelationId, one.CorrelationId);
    }

    [Theory, EveryDoor]
    public async Task A_refused_call_leaves_no_trace(Door door)
    {
        Guid sku = await tenant.SeatsAsync("CPC_E_8C_32GB_128GB", 0);
        User user = await tenant.UserAsync(door);
        await Assert.ThrowsAsync<Microsoft.Graph.Models.ODataErrors.ODataError>(() => tenant.Graph(door).AddAsync(user.Id!, sku));

        Assert.Empty(await OfAsync(door, user.Id!, "Change user license"));
    }

    [Theory, EveryDoor]
    public async Task Group_work_is_told_from_its_start_to_its_end_with_each_member(Door door)
    {
        Guid sku = await tenant.SeatsAsync("CPC_E_8C_32GB_256GB", 1);
        User[] users = [await tenant.UserAsync(door), await tenant.UserAsync(door)];
        Group group = await tenant.GroupAsync(door, users);

        await tenant.Graph(door).AssignGroupAsync(group.Id!, [License(sku)]);

        DirectoryAudit set = Assert.Single(await OfAsync(door, group.Id!, "Set group license"));
        Assert.Equal("GroupManagement", set.Category);
        Assert.Equal("Berth demo client", set.InitiatedBy!.App!.DisplayName);
        DirectoryAudit start = Assert.Single(await OfAsync(door, group.Id!, "Start applying group based license to users"));
        DirectoryAudit finish = Assert.Single(await OfAsync(door, group.Id!, "Finish applying group based license to users"));
        Assert.Equal("Microsoft Entra ID Group-Based Licensing", start.InitiatedBy!.App!.DisplayName);
        Assert.Contains(
            finish.TargetResources!.SelectMany(target => target.ModifiedProperties!),
            property => property.DisplayName == "Result"
                && property.NewValue!.Contains("Users successfully assigned licenses: 1, Users for whom license assignment failed: 1.", StringComparison.Ordinal));

        User lucky = users.MinBy(user => user.Id, StringComparer.Ordinal)!, waiting = users.MaxBy(user => user.Id, StringComparer.Ordinal)!;
        Assert.Equal(OperationResult.Success, Assert.Single(await OfAsync(door, lucky.Id!, "Change user license")).Result);
        DirectoryAudit failure = Assert.Single(await OfAsync(door, waiting.Id!, "Change user license"));
        Assert.Equal(OperationResult.Failure, failure.Result);
        Assert.Equal("Microsoft Entra ID Group-Based Licensing", failure.InitiatedBy!.App!.DisplayName);
        Assert.StartsWith("Not enough licenses are available to complete this operation.", failure.ResultReason, StringComparison.Ordinal);
        await tenant.SeatsAsync("CPC_E_8C_32GB_256GB", 1);
    }

    [Theory, EveryDoor]
    public async Task The_life_of_a_user_and_a_group_is_told(Door door)
    {
        User user = await tenant.UserAsync(door);
        Group group = await tenant.GroupAsync(door, user);
        await tenant.Graph(door).Users[user.Id].PatchAsync(new User { UsageLocation = "DE" }, cancellationToken: Cancel);
        await tenant.Graph(door).Groups[group.Id].Members[user.Id].Ref.DeleteAsync(cancellationToken: Cancel);
        await tenant.Graph(door).Groups[group.Id].PatchAsync(new Group { Description = "Changed" }, cancellationToken: Cancel);
        await tenant.Graph(door).Users[user.Id].DeleteAsync(cancellationToken: Cancel);
        await tenant.Graph(door).Groups[group.Id].DeleteAsync(cancellationToken: Cancel);

        foreach ((string id, string[] activities) in ((string, string[])[])
            [
                (user.Id!, ["Add user", "Update user", "Delete user", "Add member to group", "Remove member from group"]),
                (group.Id!, ["Add group", "Update group", "Delete group"]),
            ])
        {
            foreach (string activity in activities)
            {
                Assert.Single(await OfAsync(door, id, activity));
            }
        }

        ModifiedProperty moved = Assert.Single(
            Assert.Single(await OfAsync(door, user.Id!, "Update user")).TargetResources!.SelectMany(target => target.ModifiedProperties!),
            property => property.DisplayName == "UsageLocation");
        Assert.Contains("US", moved.OldValue, StringComparison.Ordinal);
        Assert.Contains("DE", moved.NewValue, StringComparison.Ordinal);
    }

    [Theory, EveryDoor]
    public async Task The_newest_comes_first_and_pages_lead_to_the_oldest(Door door)
    {
        await tenant.UserAsync(door);
        await tenant.UserAsync(door);

        DirectoryAuditCollectionResponse page = (await tenant.Graph(door).AuditLogs.DirectoryAudits.GetAsync(
            request => (request.QueryParameters.Top, request.QueryParameters.Orderby) = (1, ["activityDateTime desc"]), Cancel))!;
        DirectoryAudit newest = Assert.Single(page.Value!);
        DirectoryAuditCollectionResponse next = (await tenant.Graph(door).AuditLogs.DirectoryAudits.WithUrl(page.OdataNextLink!).GetAsync(cancellationToken: Cancel))!;

        Assert.StartsWith(tenant.BaseOf(door), page.OdataNextLink, StringComparison.Ordinal);
        Assert.True(newest.ActivityDateTime >= Assert.Single(next.Value!).ActivityDateTime);
        Assert.NotEqual(newest.Id, next.Value![0].Id);
    }

    // A filter that finds little may answer short pages with a link: a program follows it.
    private async Task<List<DirectoryAudit>> OfAsync(Door door, string target, string activity)
    {
        List<DirectoryAudit> found = [];
        DirectoryAuditCollectionResponse page = (await tenant.Graph(door).AuditLogs.DirectoryAudits.GetAsync(
            request => request.QueryParameters.Filter = $"activityDisplayName eq '{activity}' and targetResources/any(t:t/id eq '{target}')", Cancel))!;
        while (true)
        {
            found.AddRange(page.Value!);
            if (page.OdataNextLink is null)
            {
                return found;
            }

            page = (await tenant.Graph(door).AuditLogs.DirectoryAudits.WithUrl(page.OdataNextLink).GetAsync(cancellationToken: Cancel))!;
        }
    }
}
