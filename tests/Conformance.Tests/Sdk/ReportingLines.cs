using Microsoft.Graph.Models;
using Xunit;

namespace Berth.Conformance.Tests.Sdk;

/// <summary>Managers and direct reports as a program handles them (B140, B142).</summary>
[Collection(nameof(SdkTenant))]
public sealed class ReportingLines(SdkTenant tenant)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, EveryDoor]
    public async Task A_manager_is_set_read_expanded_and_taken_away(Door door)
    {
        User ada = await tenant.UserAsync(door), bob = await tenant.UserAsync(door);
        await tenant.Graph(door).Users[bob.Id].Manager.Ref.PutAsync(new ReferenceUpdate { OdataId = $"{tenant.BaseOf(door)}/users/{ada.Id}" }, cancellationToken: Cancel);

        Assert.Equal(ada.UserPrincipalName, Assert.IsType<User>(await tenant.Graph(door).Users[bob.Id].Manager.GetAsync(cancellationToken: Cancel)).UserPrincipalName);
        Assert.Contains(ada.Id!, await tenant.Graph(door).Users[bob.Id].Manager.Ref.GetAsync(cancellationToken: Cancel) ?? ada.Id!, StringComparison.Ordinal);
        User expanded = (await tenant.Graph(door).Users[bob.Id].GetAsync(request => request.QueryParameters.Expand = ["manager($select=id,displayName)"], Cancel))!;
        Assert.Equal((ada.Id, ada.DisplayName, null), (expanded.Manager!.Id, ((User)expanded.Manager).DisplayName, ((User)expanded.Manager).UserPrincipalName));

        DirectoryObjectCollectionResponse reports = (await tenant.Graph(door).Users[ada.Id].DirectReports.GetAsync(cancellationToken: Cancel))!;
        Assert.Equal(bob.Id, Assert.IsType<User>(Assert.Single(reports.Value!)).Id);
        Assert.Equal(bob.Id, Assert.Single((await tenant.Graph(door).Users[ada.Id].DirectReports.GraphUser.GetAsync(cancellationToken: Cancel))!.Value!).Id);
        Assert.Equal(1, await tenant.Graph(door).Users[ada.Id].DirectReports.Count.GetAsync(request => request.Headers.Add("ConsistencyLevel", "eventual"), Cancel));
        Assert.Equal(1, await tenant.Graph(door).Users[ada.Id].DirectReports.GraphUser.Count.GetAsync(request => request.Headers.Add("ConsistencyLevel", "eventual"), Cancel));

        await tenant.Graph(door).Users[bob.Id].Manager.Ref.DeleteAsync(cancellationToken: Cancel);
        const string None = "Resource 'manager' does not exist or one of its queried reference-property objects are not present.";
        await LicenseCalls.RefusedAsync(
            404, "Request_ResourceNotFound", "resourceNotFound", None, () => tenant.Graph(door).Users[bob.Id].Manager.GetAsync(cancellationToken: Cancel));
        await LicenseCalls.RefusedAsync(
            404, "Request_ResourceNotFound", "managerMissing", None, () => tenant.Graph(door).Users[bob.Id].Manager.Ref.DeleteAsync(cancellationToken: Cancel));
    }

    [Theory, EveryDoor]
    public async Task A_manager_is_bound_when_a_user_is_created(Door door)
    {
        User ada = await tenant.UserAsync(door);
        User bob = await tenant.UserAsync(door, more: user =>
            user.AdditionalData = new Dictionary<string, object> { ["manager@odata.bind"] = $"https://graph.microsoft.com/v1.0/users/{ada.Id}" });

        Assert.Equal(ada.Id, (await tenant.Graph(door).Users[bob.Id].Manager.GetAsync(cancellationToken: Cancel))!.Id);
    }

    [Theory, EveryDoor]
    public async Task Nobody_reports_to_themselves_or_to_one_who_does_not_exist(Door door)
    {
        User ada = await tenant.UserAsync(door);
        string nobody = Guid.NewGuid().ToString();
        await LicenseCalls.RefusedAsync(
            404, "Request_ResourceNotFound", "resourceNotFound", $"Resource '{nobody}' does not exist or one of its queried reference-property objects are not present.", () => ReportToAsync(nobody));
        await LicenseCalls.BadRequestAsync("managerOfItself", $"User {ada.Id} cannot be their own manager: name somebody else.", () => ReportToAsync(ada.Id!));

        Task ReportToAsync(string manager) => tenant.Graph(door).Users[ada.Id].Manager.Ref.PutAsync(
            new ReferenceUpdate { OdataId = $"{tenant.BaseOf(door)}/users/{manager}" }, cancellationToken: Cancel);
    }
}
