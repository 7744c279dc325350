using Berth.Engine;
using Berth.Engine.CloudPcs;
using Berth.Engine.Directory;
using Berth.Graph.CloudPcs;
using Xunit;

namespace Berth.Conformance.Tests.CloudPcs;

/// <summary>What a Cloud PC went through, in sentences for people (B365).</summary>
public sealed class Stories
{
    private static readonly Actor _ada = new(ActorKind.User, Guid.NewGuid(), "ada@contoso.example");

    private readonly FleetUnderTest _fleet = new();

    private readonly User _bob;

    public Stories() => _bob = _fleet.User("bob");

    [Fact]
    public void The_grace_period_tells_its_end_its_cause_and_who_caused_it()
    {
        GroupProfile group = new(Guid.NewGuid(), "Nurses", null, "nurses", false, true, [], null, FleetUnderTest.Noon);
        _fleet.Set(new Change.GroupSet(0, group));
        TimelineEntry entry = Tell(nameof(Command.RemoveMember), CloudPcStatus.InGracePeriod, CloudPcReason.LicenseLost, group.Id, row => row with { GraceEndsAt = FleetUnderTest.Noon.AddDays(7) });
        Assert.Equal(
            "In grace since 2026-11-23 12:00 UTC until 2026-11-30 12:00 UTC because the license is gone (group Nurses): ada@contoso.example removed a member from a group.", entry.Text);
        Assert.Equal(("inGracePeriod", "licenseLost", _ada, new TimelineSubject(group.Id, "group", "Nurses")), (entry.Status, entry.Reason, entry.By, entry.About!.Value));
    }

    [Fact]
    public void A_sentence_names_the_group_and_the_policy_that_somebody_changed()
    {
        _fleet.Set(new Change.GroupSet(0, new GroupProfile(Guid.NewGuid(), "Nurses", null, "nurses", false, true, [], null, FleetUnderTest.Noon)));
        ProvisioningPolicy policy = _fleet.Policy("Ward");
        Assert.EndsWith("because the license is gone: ada@contoso.example removed a member from the group Nurses.", After(nameof(Command.RemoveMember), CloudPcReason.LicenseLost, new Change.MembersRemoved(0, [0], [])), StringComparison.Ordinal);
        Assert.EndsWith("ada@contoso.example added members to the group Nurses.", After(nameof(Command.AddMembers), CloudPcReason.NoSlot, new Change.MembersAdded(0, [0], [])), StringComparison.Ordinal);
        Assert.EndsWith("ada@contoso.example changed whom the policy Ward is assigned to.", After(nameof(Command.AssignPolicy), CloudPcReason.PolicyUnassigned, new Change.PolicySet(0, policy)), StringComparison.Ordinal);
        Assert.Contains("not assigned to the user's group any more (policy Ward)", After(nameof(Command.AssignPolicy), CloudPcReason.PolicyUnassigned, new Change.PolicySet(0, policy)), StringComparison.Ordinal);

        string After(string kind, CloudPcReason reason, Change change)
        {
            Change.CloudPcSet set = new(0, Row(CloudPcStatus.InGracePeriod), new CloudPcStep(FleetUnderTest.Noon, reason, policy.Id));
            return CloudPcTimeline.Of(_fleet.Tenant, new TenantEvent(9, FleetUnderTest.Noon, _ada, kind, [change, set]), set).Text;
        }
    }

    [Fact]
    public void What_time_brings_is_nobodys_doing()
    {
        TimelineEntry over = Tell(nameof(Command.AssignPolicy), CloudPcStatus.Deprovisioning, CloudPcReason.GraceOver);
        Assert.Equal(("Being taken down with its data since 2026-11-23 12:00 UTC because the grace period is over.", Actor.Berth), (over.Text, over.By));

        // A rule that flipped before somebody's command lies in the entry of the command.
        CloudPc row = Row(CloudPcStatus.InGracePeriod);
        TenantEvent happened = Happened(nameof(Command.CreateUser), FleetUnderTest.Noon.AddHours(2));
        Assert.Equal(Actor.Berth, CloudPcTimeline.Of(_fleet.Tenant, happened, new Change.CloudPcSet(0, row, new CloudPcStep(FleetUnderTest.Noon, CloudPcReason.LicenseLost, null))).By);
        Assert.Equal(Actor.Berth, Tell(nameof(Command.RunDue), CloudPcStatus.InGracePeriod, CloudPcReason.LicenseLost).By);
        Assert.Equal(Actor.Berth, Tell(nameof(Command.AssignPolicy), CloudPcStatus.Provisioned, CloudPcReason.HostDone).By);
        Assert.Equal(_ada, Tell(nameof(Command.ReportHostJob), CloudPcStatus.Provisioned, CloudPcReason.HostDone).By);
    }

    [Fact]
    public void An_action_is_told_by_its_name()
    {
        TimelineEntry entry = Tell(nameof(Command.Reprovision), CloudPcStatus.Provisioning, CloudPcReason.ActionAsked, null, row => row with
        {
            Actions = [new RemoteAction("Reprovision", RemoteActionState.Active, FleetUnderTest.Noon, FleetUnderTest.Noon, null)],
        });
        Assert.Equal("ada@contoso.example asked for Reprovision. Being made since 2026-11-23 12:00 UTC.", entry.Text);
    }

    [Fact]
    public void A_machine_in_the_making_names_its_policy_and_its_attempt()
    {
        ProvisioningPolicy policy = _fleet.Policy("Sales");
        HostJob second = new(Guid.NewGuid(), HostJobKind.Provision, 2, FleetUnderTest.Noon, null, null);
        Assert.Equal(
            "Being made since 2026-11-23 12:00 UTC because the user is licensed for Cloud PC Enterprise 2vCPU/4GB/128GB and covered by the policy Sales: ada@contoso.example changed whom a policy is assigned to.",
            Tell(nameof(Command.AssignPolicy), CloudPcStatus.Provisioning, CloudPcReason.ConditionsMet, null, row => row with { Policy = 0 }).Text);
        Assert.Equal(
            "Being made since 2026-11-23 12:00 UTC, attempt 2 of 3 because the host failed.",
            Tell(nameof(Command.RunDue), CloudPcStatus.Provisioning, CloudPcReason.HostFailed, policy.Id, row => row with { Job = second }).Text);
    }

    [Fact]
    public void The_end_is_told_too()
    {
        TimelineEntry entry = CloudPcTimeline.Of(
            _fleet.Tenant, Happened(nameof(Command.EndGracePeriod), FleetUnderTest.Noon), new Change.CloudPcGone(0, new CloudPcStep(FleetUnderTest.Noon, CloudPcReason.GraceEnded, null)));
        Assert.Equal("Gone since 2026-11-23 12:00 UTC because the grace period was ended: ada@contoso.example ended a grace period.", entry.Text);
        Assert.Equal("gone", entry.Status);
    }

    [Fact]
    public void Every_status_and_every_reason_makes_a_sentence()
    {
        foreach (CloudPcStatus status in Enum.GetValues<CloudPcStatus>())
        {
            foreach (CloudPcReason reason in Enum.GetValues<CloudPcReason>())
            {
                TimelineEntry entry = Tell(nameof(Command.UpdateUser), status, reason, Guid.NewGuid(), row => row with { Error = new CloudPcError("code", "It did not work") });
                Assert.EndsWith(".", entry.Text, StringComparison.Ordinal);
                Assert.DoesNotContain("  ", entry.Text, StringComparison.Ordinal);
                Assert.Contains("2026-11-23", entry.Text, StringComparison.Ordinal);
                Assert.Equal((reason.ToString(), status.ToName()), (entry.Reason, entry.Status), (one, other) => one.Item1.Equals(other.Item1, StringComparison.OrdinalIgnoreCase) && one.Item2 == other.Item2);
            }
        }
    }

    private static TenantEvent Happened(string kind, DateTimeOffset at) => new(9, at, _ada, kind, []);

    private CloudPc Row(CloudPcStatus status) =>
        new(Guid.NewGuid(), _bob.Id, 0, _fleet.Tenant.Catalog.Plans.First(plan => plan.Name == "CPC_1").Index, status);

    private TimelineEntry Tell(string kind, CloudPcStatus status, CloudPcReason reason, Guid? about = null, Func<CloudPc, CloudPc>? more = null)
    {
        CloudPc row = Row(status);
        return CloudPcTimeline.Of(
            _fleet.Tenant, Happened(kind, FleetUnderTest.Noon), new Change.CloudPcSet(0, more?.Invoke(row) ?? row, new CloudPcStep(FleetUnderTest.Noon, reason, about)));
    }
}
