using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Licensing;
using Berth.Engine.Tests.CloudPcs;

namespace Berth.Engine.Tests.Frontline;

/// <summary>A tenant with short words for Frontline, its clock frozen at noon.</summary>
internal sealed class FrontlineDesk
{
    public const string Sku = "Windows_365_S_2vCPU_8GB_128GB";
    public const string Plan = "CPC_S_2C_8GB_128GB";
    public const string LargeSku = "Windows_365_S_4vCPU_16GB_256GB";
    public const string LargePlan = "CPC_S_4C_16GB_256GB";
    public const string SmallDiskSku = "Windows_365_S_2vCPU_4GB_64GB";
    public const string SmallDiskPlan = "CPC_S_2C_4GB_64GB";

    private readonly CloudPcDesk _desk = new();

    public TenantUnderTest Tenant => _desk.Tenant;

    public DateTimeOffset Time => _desk.Time;

    public void Pass(TimeSpan time) => _desk.Pass(time);

    public CloudPc[] Of(Guid user) => _desk.Of(user);

    public CloudPc Only(Guid user) => _desk.Only(user);

    public CloudPcStatus[] Statuses(Guid user) => _desk.Statuses(user);

    public Guid Policy(ProvisioningType type)
    {
        Guid id = Guid.NewGuid();
        Tenant.Do(new Command.CreatePolicy(new ProvisioningPolicy(id, $"{type}")
        {
            ProvisioningType = type,
            ImageId = "microsoftwindowsdesktop_windows-ent-cpc_win11-24h2-ent-cpc",
            Joins = [new DomainJoin(DomainJoinType.AzureADJoin, null, "eastus", null)],
        }));
        return id;
    }

    public Guid Dedicated(params AssignmentRequest[] to) => Policy(ProvisioningType.SharedByUser, to);

    public Guid Shared(params AssignmentRequest[] to) => Policy(ProvisioningType.SharedByEntraGroup, to);

    public AssignmentRequest To(Guid group, int licenses, string plan = Plan, string? id = null, string name = "Nurses") =>
        new(id, group, Tenant.Plan(plan), name, licenses);

    public void Assign(Guid policy, params AssignmentRequest[] to) => Tenant.Do(new Command.AssignPolicy(policy, to.ToValueArray()));

    public Refusal Refused(Guid policy, params AssignmentRequest[] to) => Tenant.Refused(new Command.AssignPolicy(policy, to.ToValueArray()));

    public PolicyAssignment[] Assignments(Guid policy) => [.. Tenant.Now.Fleet.Policies[Tenant.Now.Fleet.FindPolicy(policy)].Assignments];

    public Guid Key(Guid policy, int at = 0) => Assignments(policy)[at].Key!.Value;

    /// <summary>The shared Cloud PCs of an assignment that are not on their way out, by number.</summary>
    public CloudPc[] Pool(Guid policy, int at = 0) => [.. Tenant.Now.Fleet.PoolOf(Key(policy, at)).Select(index => Tenant.Now.Fleet.CloudPcs[index]!)];

    public int Index(CloudPc row) => Tenant.Now.Fleet.FindCloudPc(row.Id);

    public CloudPc Again(CloudPc row) => Tenant.Now.Fleet.CloudPcs[Index(row)]!;

    public bool IsGone(CloudPc row) => Index(row) < 0;

    public PlanUse Use(string plan = Plan) => Tenant.Now.Fleet.UseOf(PlanIndex(plan));

    public int PlanIndex(string plan = Plan) => Tenant.Now.Catalog.Plans.First(one => one.Name == plan).Index;

    public void Status(Guid subscription, SubscriptionStatus status) => Tenant.Do(new Command.UpdateSubscription(subscription, null, status));

    public void Units(Guid subscription, int units) => Tenant.Do(new Command.UpdateSubscription(subscription, units, null));

    /// <summary>Somebody is on a Cloud PC from now on.</summary>
    public Guid SitDown(Guid user, CloudPc row)
    {
        Guid id = Guid.NewGuid();
        Tenant.Replay(new Change.SessionSet(new Session(id, Index(row), Tenant.Now.FindUser(user), Time, null)));
        return id;
    }

    public void Fail(bool always, params HostJobKind[] kinds) => Tenant.Do(new Command.UpdateSettings(Tenant.Now.Settings with
    {
        FailureRates = always ? kinds.Order().Select(kind => new FailureRate(kind, FailureRate.Always)).ToValueArray() : [],
    }));

    public void Slow(TimeSpan delay) => Tenant.Do(new Command.UpdateSettings(Tenant.Now.Settings with { ProvisioningDelay = delay }));

    private Guid Policy(ProvisioningType type, AssignmentRequest[] to)
    {
        Guid policy = Policy(type);
        Assign(policy, to);
        return policy;
    }
}
