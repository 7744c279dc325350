using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Xunit;

namespace Berth.Engine.Tests.CloudPcs;

/// <summary>A tenant with short words for Cloud PCs, its clock frozen at noon.</summary>
internal sealed class CloudPcDesk
{
    public const string Small = "CPC_E_2C_4GB_64GB";
    public const string Large = "CPC_E_4C_16GB_128GB";
    public const string Business = "CPC_B_2C_4RAM_64GB";

    public CloudPcDesk()
    {
        Tenant = new TenantUnderTest();
        Tenant.Do(new Command.SetClock(true, TenantUnderTest.Noon, null));
    }

    public TenantUnderTest Tenant { get; }

    public DateTimeOffset Time => Tenant.Now.Now(Tenant.System);

    public void Pass(TimeSpan time) => Tenant.Do(new Command.SetClock(null, null, time));

    public Guid Policy(params Guid[] groups) => Policy(new DomainJoin(DomainJoinType.AzureADJoin, null, "eastus", "usEast"), groups);

    public Guid Policy(DomainJoin join, params Guid[] groups)
    {
        Guid id = Guid.NewGuid();
        Tenant.Do(new Command.CreatePolicy(new ProvisioningPolicy(id, "A policy")
        {
            ImageId = "microsoftwindowsdesktop_windows-ent-cpc_win11-24h2-ent-cpc",
            ImageDisplayName = "Windows 11",
            Joins = [join],
        }));
        if (groups.Length > 0)
        {
            Target(id, groups);
        }

        return id;
    }

    public void Target(Guid policy, params Guid[] groups) =>
        Tenant.Do(new Command.AssignPolicy(policy, groups.Select(group => new AssignmentRequest(null, group, null, null, null)).ToValueArray()));

    public void Take(Guid user, string partNumber) => Tenant.Do(new Command.AssignUserLicenses(user, [], [Tenant.Sku(partNumber)]));

    /// <summary>The Cloud PCs of a user, in the order in which they came.</summary>
    public CloudPc[] Of(Guid user) =>
        [.. Tenant.Now.Fleet.OfUser(Tenant.Now.FindUser(user)).Select(index => Tenant.Now.Fleet.CloudPcs[index]!)];

    public CloudPc Only(Guid user) => Assert.Single(Of(user));

    public CloudPcStatus[] Statuses(Guid user) => [.. Of(user).Select(one => one.Status)];
}
