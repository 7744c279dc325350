using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Frontline;
using Berth.Engine.Tests.CloudPcs;
using Xunit;

namespace Berth.Engine.Tests.Frontline;

/// <summary>A tenant with short words for people who work in shifts, its clock frozen at noon.</summary>
internal sealed class ShiftDesk
{
    public const string Part = "Windows_365_S_2vCPU_4GB_64GB";
    public const string Plan = "CPC_S_2C_4GB_64GB";

    private readonly CloudPcDesk _desk = new();
    private int _policies;

    public ShiftDesk(int licenses)
    {
        Subscription = Tenant.Buy(Part, licenses);
    }

    public TenantUnderTest Tenant => _desk.Tenant;

    public Guid Subscription { get; }

    public DateTimeOffset Time => _desk.Time;

    public Guid PlanId => Tenant.Plan(Plan);

    public int PlanIndex => Tenant.Now.Catalog.Plans.First(plan => plan.Name == Plan).Index;

    public PlanStanding Standing => PlanStanding.Of(Tenant.Now, PlanIndex);

    public ConcurrencyBuffer Buffer => Tenant.Now.Frontline.BufferOf(PlanIndex);

    public void Pass(TimeSpan time) => _desk.Pass(time);

    public void Set(Func<TenantSettings, TenantSettings> change) => Tenant.Do(new Command.UpdateSettings(change(Tenant.Now.Settings)));

    /// <summary>A policy of dedicated or shared mode that is assigned to a group.</summary>
    /// <returns>The policy and the assignment.</returns>
    public (Guid Policy, Guid Assignment) Assign(Guid group, int licenses, bool shared = false, bool? resets = null, Guid? plan = null)
    {
        Guid id = Guid.NewGuid();
        Tenant.Do(new Command.CreatePolicy(new ProvisioningPolicy(id, $"Policy {++_policies}")
        {
            ProvisioningType = shared ? ProvisioningType.SharedByEntraGroup : ProvisioningType.SharedByUser,
            ImageId = "microsoftwindowsdesktop_windows-ent-cpc_win11-24h2-ent-cpc",
            ImageDisplayName = "Windows 11",
            Joins = [new DomainJoin(DomainJoinType.AzureADJoin, null, "eastus", null)],
            SnapshotReset = shared ? resets : null,
        }));
        return (id, Allot(id, group, licenses, plan));
    }

    /// <summary>Another number of licenses for the only assignment of a policy.</summary>
    public Guid Allot(Guid policy, Guid group, int licenses, Guid? plan = null)
    {
        Tenant.Do(new Command.AssignPolicy(policy, [new AssignmentRequest(null, group, plan ?? PlanId, "Nurses", licenses)]));
        return Tenant.Now.Fleet.Policies[Tenant.Now.Fleet.FindPolicy(policy)].Assignments[0].Key!.Value;
    }

    /// <summary>The only Cloud PC of a user.</summary>
    public CloudPc Of(Guid user) => _desk.Only(user);

    /// <summary>The shared Cloud PCs, in the order in which they came.</summary>
    public CloudPc[] Shared() => [.. Rows().Where(row => row.IsShared)];

    public IEnumerable<CloudPc> Rows() => Enumerable.Range(0, Tenant.Now.Fleet.CloudPcs.Count).Select(index => Tenant.Now.Fleet.CloudPcs[index]).OfType<CloudPc>();

    /// <summary>A session of a user on the own Cloud PC.</summary>
    public Session Work(Guid user)
    {
        Decision.Accepted begun = Tenant.Do(new Command.StartSession(Guid.NewGuid(), user, Of(user).Id));
        Assert.Null(begun.Remaining);
        return On(Of(user))!;
    }

    public RefusalCode? WhyNot(Guid user) => Code(new Command.StartSession(Guid.NewGuid(), user, Of(user).Id));

    /// <summary>A session of a user on one of the machines of an assignment.</summary>
    public CloudPc Share(Guid user, Guid assignment)
    {
        Assert.Null(Tenant.Do(new Command.StartPoolSession(Guid.NewGuid(), user, assignment)).Remaining);
        return Rows().Single(row => row.IsShared && On(row)?.User == Tenant.Now.FindUser(user) && row.Assignment == assignment);
    }

    public RefusalCode? WhyNot(Guid user, Guid assignment) => Code(new Command.StartPoolSession(Guid.NewGuid(), user, assignment));

    public Session? On(CloudPc row) => Tenant.Now.Fleet.SessionOn(Tenant.Now.Fleet.FindCloudPc(row.Id));

    public void End(CloudPc row) => Tenant.Do(new Command.EndSession(On(row)!.Id));

    public void Leave(Guid user) => End(Of(user));

    public void Disconnect(CloudPc row) => Tenant.Do(new Command.DisconnectSession(On(row)!.Id));

    /// <summary>The refusal of a command, whether it happened or not (B415); null when it was not refused.</summary>
    public RefusalCode? Code(Command command)
    {
        switch (Tenant.Decide(command))
        {
            case Decision.Refused refused:
                return refused.Refusal.Code;
            case Decision.Accepted { Remaining: { } remaining } accepted:
                Assert.IsType<Change.ConnectionRefused>(Assert.Single(accepted.Event!.Changes));
                return remaining.Code;
            default:
                return null;
        }
    }

    /// <summary>Whether it runs, takes a license, and when it goes off, in minutes from now.</summary>
    public (bool Runs, bool Takes, double? OffIn) Power(Guid user)
    {
        CloudPc row = Of(user);
        return (row.Power!.IsRunning, row.TakesLicense, (row.Power.OffAt - Time)?.TotalMinutes);
    }
}
