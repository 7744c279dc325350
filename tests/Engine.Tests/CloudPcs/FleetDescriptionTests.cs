using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Xunit;

namespace Berth.Engine.Tests.CloudPcs;

/// <summary>A snapshot holds all of a fleet, and what follows from it comes back.</summary>
public sealed class FleetDescriptionTests
{
    private static readonly DateTimeOffset _noon = TenantUnderTest.Noon;

    [Fact]
    public void A_described_fleet_comes_back_whole_also_when_the_last_policy_and_Cloud_PC_are_gone()
    {
        TenantUnderTest tenant = new();
        Guid[] users = tenant.Users(4);
        tenant.Group(users);
        Tenant before = With(
            tenant.Now,
            new Change.PolicySet(0, Policy("First", 0)),
            new Change.PolicySet(1, Policy("Second", 0)),
            new Change.PolicySet(2, Policy("Third")),
            new Change.PolicyDeleted(1),
            new Change.PolicyDeleted(2),
            new Change.CoverageSet([0, 1, 3], [new Coverage(0, _noon, true)]),
            new Change.CoverageSet([2], [new Coverage(0, _noon.AddDays(1), true)]),
            new Change.CoverageSet([3], []),
            Row(0, 0, CloudPcStatus.Provisioned),
            Row(1, 2, CloudPcStatus.PendingProvision),
            Row(2, 1, CloudPcStatus.Provisioning, new HostJob(Guid.NewGuid(), HostJobKind.Provision, 1, _noon, _noon.AddHours(1), null)),
            Row(3, 1, CloudPcStatus.Provisioned),
            new Change.CloudPcGone(1, default),
            new Change.CloudPcGone(3, default),
            Row(4, 3, CloudPcStatus.InGracePeriod),
            new Change.CloudPcGone(4, default),
            new Change.ConnectionSet(new NetworkConnection(Guid.NewGuid(), "Lab") { NextCheckAt = _noon.AddHours(6) }),
            new Change.UserSettingSet(new UserSetting(Guid.NewGuid(), "All", true, true, 12, true, _noon, _noon, [new SettingAssignment(0, _noon)])),
            new Change.DeviceImageSet(new DeviceImage(Guid.NewGuid(), "Image", "1", "/image", "Windows 11", "26100", _noon)),
            new Change.SnapshotRetained(new RetentionSnapshot(Guid.NewGuid(), Guid.NewGuid(), 0, 3, null, _noon)),
            new Change.BulkActionSet(new BulkAction(Guid.NewGuid(), "All", "cloudPcBulkRestart", _noon, "Ada", [new BulkItem(Guid.NewGuid(), null)])),
            new Change.OrganizationSettingsSet(OrganizationSettings.Default with { SingleSignOn = true }),
            new Change.SessionSet(new Session(Guid.NewGuid(), 0, 0, _noon, null)));

        Tenant after = Deciding.Restore(before.Version, Deciding.Describe(before));

        TenantUnderTest.SameAs(before, after);
        Assert.Equal(3, after.Fleet.NextPolicy);
        Assert.Equal(5, after.Fleet.CloudPcs.Count);
        Assert.Equal(2, after.Fleet.Count);
    }

    [Fact]
    public void Users_with_the_same_coverage_are_described_together()
    {
        TenantUnderTest tenant = new();
        tenant.Users(6);
        Tenant before = With(
            tenant.Now,
            new Change.PolicySet(0, Policy("First")),
            new Change.CoverageSet([0], [new Coverage(0, _noon, true)]),
            new Change.CoverageSet([1, 5], [new Coverage(0, _noon.AddTicks(1), true)]),
            new Change.CoverageSet([4], [new Coverage(0, _noon, true)]));
        Assert.Equal(
            [new Change.CoverageSet([0, 4], [new Coverage(0, _noon, true)]), new Change.CoverageSet([1, 5], [new Coverage(0, _noon.AddTicks(1), true)])],
            Deciding.Describe(before).OfType<Change.CoverageSet>());
    }

    [Fact]
    public void Cloud_PCs_that_stand_as_they_came_come_and_are_described_together_until_something_happens_to_them()
    {
        CloudPcDesk desk = new();
        Guid[] users = desk.Tenant.Users(4);
        desk.Tenant.Buy(CloudPcDesk.Small, 4);
        Change[] changes = [.. desk.Tenant.Do(new Command.AssignGroupLicenses(desk.Tenant.Group(users), [new LicenseRequest(desk.Tenant.Sku(CloudPcDesk.Small), [])], [])).Event!.Changes];
        int[] indexes = [.. users.Select(desk.Tenant.Now.FindUser)];
        int plan = desk.Only(users[0]).Plan;

        // By user id (B261).
        Change.CloudPcsCame came = Assert.Single(changes.OfType<Change.CloudPcsCame>());
        Assert.Equal(
            new Change.CloudPcsCame([0, 1, 2, 3], ValueArray.Create<int>(indexes), plan, -1, CloudPcStatus.NotProvisioned, new CloudPcStep(desk.Time, CloudPcReason.NoPolicy, null)),
            came);
        Assert.Empty(changes.OfType<Change.CloudPcSet>());

        desk.Tenant.Do(new Command.UpdateUser(desk.Tenant.Now.Users[indexes[1]]! with { DisplayName = "Another name" }));
        desk.Tenant.Do(new Command.RenameCloudPc(desk.Only(users[2]).Id, "My own"));
        Assert.Equal([[0, 3]], Deciding.Describe(desk.Tenant.Now).OfType<Change.CloudPcsCame>().Select(change => change.Indexes));
        Assert.Equal([1, 2], Deciding.Describe(desk.Tenant.Now).OfType<Change.CloudPcSet>().Select(change => change.Index));
        TenantUnderTest.SameAs(desk.Tenant.Now, Deciding.Restore(desk.Tenant.Now.Version, Deciding.Describe(desk.Tenant.Now)));
    }

    private static Tenant With(Tenant tenant, params Change[] changes) =>
        Deciding.Apply(tenant, new TenantEvent(tenant.Version + 1, _noon, Actor.Berth, "Test", changes.ToValueArray()));

    private static ProvisioningPolicy Policy(string name, params int[] groups) => new(Guid.NewGuid(), name)
    {
        Joins = [new DomainJoin(DomainJoinType.AzureADJoin, null, DomainJoin.AutomaticRegion, null)],
        Assignments = groups.Select(group => new PolicyAssignment($"{name}_{group}", group, null, null, null, _noon)).ToValueArray(),
    };

    private static Change.CloudPcSet Row(int index, int user, CloudPcStatus status, HostJob? job = null) => new(
        index, new CloudPc(IdsByName.OfCloudPc(Guid.Empty, index), Guid.NewGuid(), user, 3, status) { ConditionsSince = _noon, ModifiedAt = _noon, Job = job }, new CloudPcStep(_noon, CloudPcReason.ConditionsMet, null));
}
