using System.Text.Json;
using Berth.Engine;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Xunit;

namespace Berth.Conformance.Tests.CloudPcs;

/// <summary>Frontline's Cloud PCs on the wire, with a user and without one (B409).</summary>
public sealed class FrontlineReading
{
    private const string Plan = "CPC_S_2C_8GB_128GB";

    private readonly FleetUnderTest _fleet = new();
    private readonly Guid _dedicated = Guid.NewGuid();
    private readonly Guid _shared = Guid.NewGuid();
    private readonly User _ada;
    private readonly User _bob;
    private readonly CloudPc _own;
    private readonly CloudPc _pool;

    public FrontlineReading()
    {
        _ada = _fleet.User("ada");
        _bob = _fleet.User("bob");
        _fleet.Set(new Change.GroupSet(0, new GroupProfile(Guid.NewGuid(), "Ward 3", null, "ward3", false, true, [], null, FleetUnderTest.Noon)));
        _fleet.Set(new Change.MembersAdded(0, [0, 1], []));
        Policy(0, ProvisioningType.SharedByUser, _dedicated, "Nurses");
        Policy(1, ProvisioningType.SharedByEntraGroup, _shared, "Ward");
        _own = _fleet.CloudPc(_ada, Plan, CloudPcStatus.Provisioned, row => FleetUnderTest.Made(row) with { Assignment = _dedicated, Power = CloudPcPower.Off });
        _pool = _fleet.CloudPc(
            _bob,
            Plan,
            CloudPcStatus.Provisioned,
            row => FleetUnderTest.Made(row) with { User = CloudPc.Nobody, UserId = Guid.Empty, Policy = 1, Assignment = _shared, Power = CloudPcPower.Off });
    }

    [Fact]
    public void A_shared_one_has_no_user_and_says_who_is_on_it()
    {
        JsonElement shown = Show(_pool);
        Assert.Equal(("sharedByEntraGroup", "frontline", "Ward", null), (Text(shown, "provisioningType"), Text(shown, "productType"), Text(shown, "allotmentDisplayName"), Text(shown, "userPrincipalName")));
        Assert.Equal(JsonValueKind.Null, shown.GetProperty("sharedDeviceDetail").ValueKind);
        _fleet.Set(new Change.SessionSet(new Session(Guid.NewGuid(), 1, 1, FleetUnderTest.Noon, null)));
        JsonElement detail = Show(_pool).GetProperty("sharedDeviceDetail");
        Assert.Equal((_bob.UserPrincipalName, "2026-11-23T12:00:00Z"), (Text(detail, "assignedToUserPrincipalName"), Text(detail, "sessionStartDateTime")));
        Assert.Equal("unknownFutureValue", Text(_fleet.Read($"/v1.0{FleetUnderTest.Root}/cloudPCs/{_pool.Id}"), "provisioningType"));
    }

    [Fact]
    public void A_dedicated_one_is_its_users_and_names_its_allotment()
    {
        JsonElement shown = Show(_own);
        Assert.Equal(("sharedByUser", "Nurses", _ada.UserPrincipalName), (Text(shown, "provisioningType"), Text(shown, "allotmentDisplayName"), Text(shown, "userPrincipalName")));
        Assert.Equal(JsonValueKind.Null, shown.GetProperty("sharedDeviceDetail").ValueKind);
        _fleet.Set(new Change.PolicySet(0, new ProvisioningPolicy(Guid.NewGuid(), "Another") { ProvisioningType = ProvisioningType.SharedByUser }));
        Assert.Null(Text(Show(_own), "allotmentDisplayName"));
    }

    [Fact]
    public void The_list_holds_both_and_a_user_has_what_is_the_users_own()
    {
        Assert.Equal([$"{_own.Id}", $"{_pool.Id}"], _fleet.Rows($"/beta{FleetUnderTest.Root}/cloudPCs").Select(row => Text(row, "id")));
        Assert.Equal([$"{_pool.Id}"], _fleet.Rows($"/beta{FleetUnderTest.Root}/cloudPCs?$filter=userPrincipalName eq null").Select(row => Text(row, "id")));
        Assert.Equal([$"{_own.Id}"], _fleet.Rows($"/beta/users/{_ada.Id}/cloudPCs").Select(row => Text(row, "id")));
        Assert.Empty(_fleet.Rows($"/beta/users/{_bob.Id}/cloudPCs"));
        _fleet.Read($"/beta/users/{_bob.Id}/cloudPCs/{_pool.Id}", 404);
        Assert.NotEmpty(_fleet.Rows($"/beta{FleetUnderTest.Root}/cloudPCs/{_pool.Id}/retrieveSnapshots"));
    }

    // C94
    [Fact]
    public void Who_was_served_stands_at_the_assignment()
    {
        // B347: of dedicated mode who has a Cloud PC of it, of shared mode everybody in the group.
        string policies = $"/beta{FleetUnderTest.Root}/provisioningPolicies";
        ProvisioningPolicy[] all = [.. _fleet.Tenant.Fleet.Policies.Values];
        Assert.Equal([$"{_ada.Id}"], _fleet.Rows($"{policies}/{all[0].Id}/assignments/{_dedicated}/assignedUsers").Select(row => Text(row, "id")));
        Assert.Equal([$"{_ada.Id}", $"{_bob.Id}"], _fleet.Rows($"{policies}/{all[1].Id}/assignments/{_shared}/assignedUsers").Select(row => Text(row, "id")));
        _fleet.CloudPc(_bob, Plan, CloudPcStatus.Provisioned, row => row with { Policy = 0, Assignment = Guid.NewGuid() });
        Assert.Equal([$"{_ada.Id}"], _fleet.Rows($"{policies}/{all[0].Id}/assignments/{_dedicated}/assignedUsers").Select(row => Text(row, "id")));
    }

    private static string? Text(JsonElement of, string name) => of.GetProperty(name).GetString();

    private JsonElement Show(CloudPc row) => _fleet.Read($"/beta{FleetUnderTest.Root}/cloudPCs/{row.Id}");

    private void Policy(int index, ProvisioningType type, Guid assignment, string allotment) => _fleet.Set(new Change.PolicySet(
        index,
        new ProvisioningPolicy(Guid.NewGuid(), $"{type}")
        {
            ProvisioningType = type,
            Assignments = new[] { new PolicyAssignment($"{assignment}", 0, _fleet.Tenant.Catalog.Plans.First(one => one.Name == Plan).Index, allotment, 1, FleetUnderTest.Noon) }.ToValueArray(),
        }));
}
