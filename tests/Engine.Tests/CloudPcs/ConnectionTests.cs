using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Xunit;

namespace Berth.Engine.Tests.CloudPcs;

/// <summary>Azure network connections; every accepted command is replayed by <see cref="TenantUnderTest"/>.</summary>
public class ConnectionTests
{
    private const string Group = "/subscriptions/0ac520ee-14c0-480f-b6c9-0a90c585ad47/resourceGroups/Network";
    private const string Network = Group + "/providers/Microsoft.Network/virtualNetworks/West";

    private static readonly DateTimeOffset _noon = TenantUnderTest.Noon;

    [Fact]
    public void A_new_connection_is_checked_at_once_and_can_be_used_when_everything_passed()
    {
        // C168, C169, C172
        TenantUnderTest tenant = new();
        NetworkConnection made = Made(tenant, Hybrid("West"));

        Assert.Equal((HealthCheckStatus.Passed, HealthCheckStatus.Passed, true), (made.Health, made.ShownHealth, made.IsUsable));
        Assert.Empty(made.Checks);
        Assert.Equal((_noon, _noon, _noon), (made.CreatedAt, made.CheckedAt, made.PasswordSetAt));
        Assert.Null(made.Job);

        // C173, C174
        Assert.Equal(_noon.AddHours(6), made.NextCheckAt);
        Assert.Equal(_noon.AddDays(28), made.ActiveUntil);
        Assert.False(made.ChecksPause);
        Assert.Equal(_noon.AddHours(6), tenant.Now.NextDue);
    }

    [Fact]
    public void A_tenant_has_ten_connections_and_not_one_more()
    {
        // C171, C189, C223
        TenantUnderTest tenant = new();
        for (int i = 0; i < NetworkConnection.MostConnections - 1; i++)
        {
            Made(tenant, Joined($"c{i}"));
        }

        Assert.Equal(10, NetworkConnection.MostConnections);
        NetworkConnection last = Made(tenant, Joined("last"));
        Refusal refused = tenant.Refused(new Command.CreateConnection(Joined("one more")));
        Assert.Equal((RefusalCode.TooManyObjects, "10"), (refused.Code, refused.Detail));
        tenant.Do(new Command.DeleteConnection(last.Id));
        Made(tenant, Joined("one more"));
    }

    [Fact]
    public void A_name_belongs_to_one_connection_whatever_its_case()
    {
        // C169
        TenantUnderTest tenant = new();
        NetworkConnection west = Made(tenant, Joined("West")), east = Made(tenant, Joined("East"));
        Assert.Equal((RefusalCode.DisplayNameTaken, "WEST"), Of(tenant.Refused(new Command.CreateConnection(Joined("WEST")))));
        Assert.Equal((RefusalCode.DisplayNameTaken, "west"), Of(tenant.Refused(new Command.UpdateConnection(east with { DisplayName = "west" }))));
        tenant.Do(new Command.UpdateConnection(west with { DisplayName = "WEST" }));
        Assert.Equal(RefusalCode.IdTaken, tenant.Refused(new Command.CreateConnection(Joined("North") with { Id = west.Id })).Code);

        static (RefusalCode, string?) Of(Refusal refusal) => (refusal.Code, refusal.Name);
    }

    [Theory]
    [InlineData("displayName")]
    [InlineData("subscriptionId")]
    [InlineData("resourceGroupId")]
    [InlineData("virtualNetworkId")]
    [InlineData("subnetId")]
    [InlineData("adDomainName")]
    [InlineData("adDomainUsername")]
    [InlineData("adDomainPassword")]
    [InlineData("connectionType")]
    public void What_a_connection_lacks_is_named(string property)
    {
        // C169, B307
        TenantUnderTest tenant = new();
        NetworkConnection whole = Hybrid("West");
        NetworkConnection lacking = property switch
        {
            "displayName" => whole with { DisplayName = " " },
            "subscriptionId" => whole with { SubscriptionId = "" },
            "resourceGroupId" => whole with { ResourceGroupId = Group + "/providers/x/y" },
            "virtualNetworkId" => whole with { VirtualNetworkId = Group },
            "subnetId" => whole with { SubnetId = Network + "/subnets/" },
            "adDomainName" => whole with { AdDomainName = null },
            "adDomainUsername" => whole with { AdDomainUsername = null },
            "adDomainPassword" => whole with { PasswordSetAt = null },
            _ => Joined("West") with { OrganizationalUnit = "OU=x" },
        };
        Refusal refused = tenant.Refused(new Command.CreateConnection(lacking));
        Assert.Equal((RefusalCode.ValueInvalid, property), (refused.Code, refused.Name));
        Assert.Empty(tenant.Now.Fleet.Connections);
    }

    [Fact]
    public void Azure_names_compare_without_case()
    {
        // C169
        TenantUnderTest tenant = new();
        Made(tenant, Joined("West") with { ResourceGroupId = Group.ToUpperInvariant(), SubnetId = (Network + "/subnets/default").ToUpperInvariant() });
    }

    [Fact]
    public void The_worst_that_a_check_finds_is_the_connections_health()
    {
        // C172, C175, C179, B309, B310
        TenantUnderTest tenant = new();
        NetworkConnection made = Made(tenant, Hybrid("West"));
        HealthCheck sync = new("deviceSync", HealthCheckStatus.Warning, "azureAdDeviceSyncCheckLongSyncCircle", null);
        HealthCheck sso = new("singleSignOn", HealthCheckStatus.Informational, "ssoCheckKerberosConfigurationError", null);
        HealthCheck join = new("domainJoin", HealthCheckStatus.Failed, "adJoinCheckIncorrectCredentials", "Nobody of this name.");
        HealthCheck udp = new("udp", HealthCheckStatus.Passed, null, null);
        foreach ((HealthCheck[] told, HealthCheckStatus health, bool usable) in ((HealthCheck[], HealthCheckStatus, bool)[])
            [
                ([udp], HealthCheckStatus.Passed, true), ([sso, udp], HealthCheckStatus.Informational, true),
                ([sso, sync], HealthCheckStatus.Warning, true), ([join, sso, sync], HealthCheckStatus.Failed, false),
            ])
        {
            tenant.Do(new Command.SimulateChecks(made.Id, told.ToValueArray()));
            tenant.Do(new Command.RunHealthChecks(made.Id));
            NetworkConnection now = tenant.Now.Fleet.Connections[made.Id];
            Assert.Equal((health, usable), (now.Health, now.IsUsable));
            Assert.Equal(told.Where(check => check.Status != HealthCheckStatus.Passed).OrderBy(check => check.Name, StringComparer.Ordinal), now.Checks);
        }
    }

    [Fact]
    public void A_connection_without_a_domain_is_not_checked_for_one()
    {
        // C175
        Assert.Equal(15, ConnectionCheck.All.Count);
        Assert.Equal(12, ConnectionCheck.All.Count(check => check.IsFor(DomainJoinType.AzureADJoin)));
        TenantUnderTest tenant = new();
        NetworkConnection made = Made(tenant, Joined("West"));
        tenant.Do(new Command.SimulateChecks(made.Id, [new HealthCheck("dns", HealthCheckStatus.Failed, "dnsCheckFqdnNotFound", null)]));
        tenant.Do(new Command.RunHealthChecks(made.Id));
        Assert.Equal(HealthCheckStatus.Passed, tenant.Now.Fleet.Connections[made.Id].Health);
    }

    [Theory]
    [InlineData("eastus2", HealthCheckStatus.Passed)]
    [InlineData("West Europe", HealthCheckStatus.Passed)]
    [InlineData(null, HealthCheckStatus.Passed)]
    [InlineData("westus", HealthCheckStatus.Failed)]
    [InlineData("atlantis", HealthCheckStatus.Failed)]
    public void A_network_where_no_Cloud_PC_is_made_fails_its_check(string? location, HealthCheckStatus health)
    {
        // C175, B308
        TenantUnderTest tenant = new();
        NetworkConnection made = Made(tenant, Joined("West") with { VirtualNetworkLocation = location });
        Assert.Equal(health, made.Health);
        Assert.Equal(
            health == HealthCheckStatus.Failed ? ["networkReadiness resourceAvailabilityCheckUnsupportedVNetRegion"] : [], made.Checks.Select(check => $"{check.Name} {check.ErrorType}"));

        tenant.Do(new Command.SimulateChecks(made.Id, [new HealthCheck("networkReadiness", HealthCheckStatus.Passed, null, null)]));
        tenant.Do(new Command.RunHealthChecks(made.Id));
        Assert.Equal(HealthCheckStatus.Passed, tenant.Now.Fleet.Connections[made.Id].Health);
    }

    [Fact]
    public void Results_that_make_no_sense_are_refused()
    {
        // B310
        TenantUnderTest tenant = new();
        NetworkConnection made = Made(tenant, Joined("West"));
        HealthCheck udp = new("udp", HealthCheckStatus.Failed, null, null);
        foreach (ValueArray<HealthCheck> checks in (ValueArray<HealthCheck>[])
            [
                [udp with { Name = "weather" }], [udp with { Name = "UDP" }], [udp, udp], [udp with { Status = HealthCheckStatus.Running }], [udp with { Status = HealthCheckStatus.Pending }],
                [udp with { ErrorType = "dnsCheckFqdnNotFound" }], [udp with { ErrorType = "fire" }],
            ])
        {
            Refusal refused = tenant.Refused(new Command.SimulateChecks(made.Id, checks));
            Assert.Equal((RefusalCode.ValueInvalid, "checks"), (refused.Code, refused.Name));
        }
    }

    [Fact]
    public void Every_error_has_a_number_of_its_own_and_belongs_to_a_check()
    {
        // C179, B310
        Assert.Equal(67, ConnectionCheckError.All.Select(error => error.Number).Distinct().Count());
        Assert.Equal(67, ConnectionCheckError.All.Select(error => error.Name).Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.All(ConnectionCheckError.All, error => Assert.True(ConnectionCheck.TryFind(error.Check, out _)));
        Assert.Equal(ConnectionCheck.All.Select(check => check.Name).Order(), ConnectionCheckError.All.Select(error => error.Check).Distinct().Order());
        Assert.True(ConnectionCheckError.TryFind("ADJOINCHECKACCESSDENIED", out ConnectionCheckError? denied));
        Assert.Equal(new ConnectionCheckError("adJoinCheckAccessDenied", 205, "domainJoin"), denied);
    }

    [Fact]
    public void A_change_of_the_network_is_checked_and_a_new_name_is_not()
    {
        // C174, C177, B309
        TenantUnderTest tenant = new();
        NetworkConnection made = Made(tenant, Joined("West"));
        tenant.System = _noon.AddHours(1);
        tenant.Do(new Command.UpdateConnection(made with { DisplayName = "Far West", ScopeIds = ["7"] }) { Basis = made });
        NetworkConnection named = tenant.Now.Fleet.Connections[made.Id];
        Assert.Equal(made with { DisplayName = "Far West", ScopeIds = ["7"] }, named);

        tenant.Do(new Command.UpdateConnection(made with { SubnetId = Network + "/subnets/other" }) { Basis = made });
        NetworkConnection moved = tenant.Now.Fleet.Connections[made.Id];
        Assert.Equal(("Far West", Network + "/subnets/other"), (moved.DisplayName, moved.SubnetId));
        Assert.Equal((_noon.AddHours(1), _noon.AddHours(7), _noon.AddHours(1).AddDays(28)), (moved.CheckedAt, moved.NextCheckAt, moved.ActiveUntil));

        Assert.Null(tenant.Do(new Command.UpdateConnection(moved) { Basis = moved }).Event);
        Assert.Equal(RefusalCode.ConnectionNotFound, tenant.Refused(new Command.UpdateConnection(Joined("x"))).Code);
    }

    [Fact]
    public void A_password_is_known_by_the_time_at_which_it_was_set()
    {
        // B307
        TenantUnderTest tenant = new();
        NetworkConnection hybrid = Made(tenant, Hybrid("West")), joined = Made(tenant, Joined("East"));
        tenant.System = _noon.AddHours(2);
        tenant.Do(new Command.SetConnectionPassword(hybrid.Id));
        Assert.Equal(_noon.AddHours(2), tenant.Now.Fleet.Connections[hybrid.Id].PasswordSetAt);
        Assert.Equal(_noon.AddHours(2), tenant.Now.Fleet.Connections[hybrid.Id].CheckedAt);

        tenant.System = _noon.AddHours(3);
        tenant.Do(new Command.UpdateConnection(hybrid with { PasswordSetAt = DateTimeOffset.MaxValue }) { Basis = hybrid });
        Assert.Equal(_noon.AddHours(3), tenant.Now.Fleet.Connections[hybrid.Id].PasswordSetAt);

        Refusal refused = tenant.Refused(new Command.SetConnectionPassword(joined.Id));
        Assert.Equal((RefusalCode.ValueInvalid, "adDomainPassword"), (refused.Code, refused.Name));
        Assert.Equal(RefusalCode.ConnectionNotFound, tenant.Refused(new Command.SetConnectionPassword(Guid.NewGuid())).Code);
        Assert.Equal(RefusalCode.ConnectionNotFound, tenant.Refused(new Command.RunHealthChecks(Guid.NewGuid())).Code);
        Assert.Equal(RefusalCode.ConnectionNotFound, tenant.Refused(new Command.DeleteConnection(Guid.NewGuid())).Code);
        Assert.Equal(RefusalCode.ConnectionNotFound, tenant.Refused(new Command.SimulateChecks(Guid.NewGuid(), [])).Code);
    }

    [Fact]
    public void Checks_come_every_six_hours_and_pause_after_four_weeks_when_nothing_uses_the_connection()
    {
        // C173, C174, B306
        CloudPcDesk desk = new();
        NetworkConnection made = Made(desk.Tenant, Joined("West"));
        desk.Pass(TimeSpan.FromHours(6) - TimeSpan.FromTicks(1));
        Assert.Equal(_noon, Now().CheckedAt);
        desk.Pass(TimeSpan.FromTicks(1));
        Assert.Equal((_noon.AddHours(6), _noon.AddHours(12)), (Now().CheckedAt, Now().NextCheckAt));

        Decision.Accepted passed = desk.Tenant.Do(new Command.SetClock(null, _noon.AddDays(100), null));
        Assert.Equal((_noon.AddDays(28), null, true), (Now().CheckedAt, Now().NextCheckAt, Now().ChecksPause));
        Assert.Single(passed.Event!.Changes.OfType<Change.ConnectionSet>());
        Assert.True(Now().IsUsable);
        Assert.Null(desk.Tenant.Now.NextDue);

        desk.Tenant.Do(new Command.RunHealthChecks(made.Id));
        Assert.Equal((_noon.AddDays(100), _noon.AddDays(100).AddHours(6), _noon.AddDays(114)), (Now().CheckedAt, Now().NextCheckAt, Now().ActiveUntil));
        desk.Pass(TimeSpan.FromDays(30));
        Assert.Equal((_noon.AddDays(114), true), (Now().CheckedAt, Now().ChecksPause));

        NetworkConnection Now() => desk.Tenant.Now.Fleet.Connections[made.Id];
    }

    [Fact]
    public void A_policy_that_names_a_connection_keeps_its_checks_going_and_itself_undeleted()
    {
        // C174, C177, B306
        CloudPcDesk desk = new();
        NetworkConnection made = Made(desk.Tenant, Joined("West"));
        desk.Pass(TimeSpan.FromDays(50));
        Assert.True(Now().ChecksPause);

        Guid policy = desk.Policy(new DomainJoin(DomainJoinType.AzureADJoin, made.Id, null, null));
        Assert.Equal((_noon.AddDays(50), _noon.AddDays(50).AddHours(6)), (Now().CheckedAt, Now().NextCheckAt));
        desk.Pass(TimeSpan.FromDays(50));
        Assert.Equal(_noon.AddDays(100), Now().CheckedAt);
        Refusal refused = desk.Tenant.Refused(new Command.DeleteConnection(made.Id));
        Assert.Equal((RefusalCode.ConnectionInUse, policy), (refused.Code, Assert.Single(refused.Ids)));

        // B307
        Command.UpdateConnection other = new(Hybrid("West") with { Id = made.Id });
        Assert.Equal((RefusalCode.ValueInvalid, "connectionType"), (desk.Tenant.Refused(other).Code, desk.Tenant.Refused(other).Name));

        desk.Tenant.Do(new Command.DeletePolicy(policy));
        desk.Pass(TimeSpan.FromDays(50));
        Assert.Equal((_noon.AddDays(128), true), (Now().CheckedAt, Now().ChecksPause));
        desk.Tenant.Do(new Command.DeleteConnection(made.Id));
        Assert.Empty(desk.Tenant.Now.Fleet.Connections);

        NetworkConnection Now() => desk.Tenant.Now.Fleet.Connections[made.Id];
    }

    [Fact]
    public void A_Cloud_PC_that_was_made_through_a_connection_is_counted_until_it_is_gone()
    {
        // C174, C177
        CloudPcDesk desk = new();
        NetworkConnection made = Made(desk.Tenant, Joined("West") with { VirtualNetworkLocation = "westeurope" });
        desk.Tenant.Buy(CloudPcDesk.Small, 1);
        Guid ada = desk.Tenant.User(), group = desk.Tenant.Group(ada);
        desk.Tenant.Assign(ada, CloudPcDesk.Small);
        desk.Policy(new DomainJoin(DomainJoinType.AzureADJoin, made.Id, null, null), group);

        Assert.Equal((made.Id, "westeurope"), (desk.Only(ada).Origin!.ConnectionId, desk.Only(ada).Origin!.RegionName));
        Assert.Equal(1, desk.Tenant.Now.Fleet.ConnectionUses(made.Id));
        desk.Tenant.Do(new Command.UpdateConnection(made with { VirtualNetworkLocation = "northeurope" }) { Basis = made });
        Assert.Equal("westeurope", desk.Only(ada).Origin!.RegionName);

        desk.Take(ada, CloudPcDesk.Small);
        desk.Pass(TimeSpan.FromDays(8));
        Assert.Empty(desk.Of(ada));
        Assert.Equal(0, desk.Tenant.Now.Fleet.ConnectionUses(made.Id));
    }

    [Fact]
    public void An_agent_takes_its_time_and_a_connection_stays_as_it_was_meanwhile()
    {
        // C172, B293, B309, B310
        CloudPcDesk desk = new();
        desk.Tenant.Do(new Command.UpdateSettings(desk.Tenant.Now.Settings with { Host = HostKind.Agent }));
        NetworkConnection made = Made(desk.Tenant, Joined("West"));
        Assert.Equal((HealthCheckStatus.Pending, HealthCheckStatus.Running, false), (made.Health, made.ShownHealth, made.IsUsable));
        HostJob first = Assert.IsType<HostJob>(made.Job);
        Assert.Equal((HostJobKind.HealthCheck, 1, null), (first.Kind, first.Attempt, first.DueAt));

        desk.Pass(TimeSpan.FromMinutes(30));
        Assert.Null(desk.Tenant.Do(new Command.RunHealthChecks(made.Id)).Event!.Changes.OfType<Change.ConnectionSet>().Single().Connection.CheckedAt);
        HealthCheck udp = new("udp", HealthCheckStatus.Warning, "udpConnectivityCheckTurnUrlNotAllowListed", "Port 3478");
        desk.Tenant.Do(new Command.ReportHostJob(first.Id, HostOutcome.DoneWithWarnings, null) { Checks = [udp] });
        Assert.Equal((HealthCheckStatus.Warning, true, _noon, _noon.AddMinutes(30)), (Now().ShownHealth, Now().IsUsable, Now().CheckStartedAt, Now().CheckedAt));
        Assert.Equal([udp], Now().Checks);
        Assert.Equal(RefusalCode.HostJobClosed, desk.Tenant.Refused(new Command.ReportHostJob(first.Id, HostOutcome.Done, null)).Code);

        desk.Pass(TimeSpan.FromHours(6));
        HostJob second = Assert.IsType<HostJob>(Now().Job);
        Assert.NotEqual(first.Id, second.Id);
        Assert.Equal((HealthCheckStatus.Running, true), (Now().ShownHealth, Now().IsUsable));
        desk.Tenant.Do(new Command.ReportHostJob(second.Id, HostOutcome.Failed, new CloudPcError("noRoute", "Nobody answers.")));
        Assert.Equal((HealthCheckStatus.Failed, false), (Now().Health, Now().IsUsable));
        Assert.Equal([new HealthCheck("environment", HealthCheckStatus.Failed, "internalServerUnknownError", "Nobody answers.")], Now().Checks);

        desk.Tenant.Do(new Command.UpdateConnection(Now() with { SubnetId = Network + "/subnets/other" }));
        Assert.Equal((HealthCheckStatus.Pending, HealthCheckStatus.Running), (Now().Health, Now().ShownHealth));

        NetworkConnection Now() => desk.Tenant.Now.Fleet.Connections[made.Id];
    }

    [Fact]
    public void A_host_may_have_checks_of_its_own()
    {
        // B310
        CloudPcDesk desk = new();
        desk.Tenant.Do(new Command.UpdateSettings(desk.Tenant.Now.Settings with { Host = HostKind.Agent }));
        NetworkConnection made = Made(desk.Tenant, Joined("West"));
        desk.Tenant.Do(new Command.ReportHostJob(made.Job!.Id, HostOutcome.Done, null)
        {
            Checks =
            [
                new HealthCheck("Machines can be kept", HealthCheckStatus.Failed, "fire", "No folder"), new HealthCheck("There is coffee", HealthCheckStatus.Passed, null, null),
                new HealthCheck("udp connection check", HealthCheckStatus.Informational, "UDPCONNECTIVITYCHECKUNKNOWNERROR", null), new HealthCheck("udp", HealthCheckStatus.Passed, null, null),
                new HealthCheck("dns", HealthCheckStatus.Failed, "dnsCheckFqdnNotFound", null),
            ],
        });
        Assert.Equal(
            [
                new HealthCheck("Machines can be kept", HealthCheckStatus.Failed, null, "No folder"),
                new HealthCheck("udp", HealthCheckStatus.Informational, "udpConnectivityCheckUnknownError", null),
            ],
            desk.Tenant.Now.Fleet.Connections[made.Id].Checks);
        Assert.Equal(HealthCheckStatus.Failed, desk.Tenant.Now.Fleet.Connections[made.Id].Health);
    }

    [Fact]
    public void The_simulator_fails_checks_as_often_as_it_was_told()
    {
        // B310
        TenantUnderTest tenant = new();
        tenant.Do(new Command.UpdateSettings(tenant.Now.Settings with { FailureRates = [new FailureRate(HostJobKind.HealthCheck, FailureRate.Always)] }));
        HealthCheck found = Assert.Single(Made(tenant, Joined("West")).Checks);
        Assert.Equal(("environment", HealthCheckStatus.Failed, "internalServerUnknownError"), (found.Name, found.Status, found.ErrorType));
    }

    [Fact]
    public void A_Cloud_PC_is_made_through_the_first_connection_that_can_be_used_and_fails_without_one()
    {
        // C141, C176, B295
        CloudPcDesk desk = new();
        NetworkConnection sick = Made(desk.Tenant, Joined("Sick")), well = Made(desk.Tenant, Joined("Well"));
        Guid ada = desk.Tenant.User(), bob = desk.Tenant.User(), group = desk.Tenant.Group(ada, bob), policy = Guid.NewGuid();
        desk.Tenant.Buy(CloudPcDesk.Small, 2);
        desk.Tenant.Do(new Command.CreatePolicy(new ProvisioningPolicy(policy, "A policy")
        {
            ImageId = "microsoftwindowsdesktop_windows-ent-cpc_win11-24h2-ent-cpc",
            ImageDisplayName = "Windows 11",
            Joins = [new DomainJoin(DomainJoinType.AzureADJoin, sick.Id, null, null), new DomainJoin(DomainJoinType.AzureADJoin, well.Id, null, null)],
        }));
        desk.Target(policy, group);
        Fail(sick);
        desk.Tenant.Assign(ada, CloudPcDesk.Small);
        Assert.Equal((CloudPcStatus.Provisioned, well.Id), (desk.Only(ada).Status, desk.Only(ada).Origin!.ConnectionId));

        Fail(well);
        desk.Tenant.Assign(bob, CloudPcDesk.Small);
        Assert.Equal((CloudPcStatus.Failed, "onPremisesConnectionUnhealthy"), (desk.Only(bob).Status, desk.Only(bob).Error!.Code));
        Assert.Equal(CloudPcStatus.Provisioned, desk.Only(ada).Status);

        void Fail(NetworkConnection connection)
        {
            desk.Tenant.Do(new Command.SimulateChecks(connection.Id, [new HealthCheck("endpoints", HealthCheckStatus.Failed, "endpointConnectivityCheckUnknownError", null)]));
            desk.Tenant.Do(new Command.RunHealthChecks(connection.Id));
        }
    }

    private static NetworkConnection Made(TenantUnderTest tenant, NetworkConnection wanted)
    {
        tenant.Do(new Command.CreateConnection(wanted));
        return tenant.Now.Fleet.Connections[wanted.Id];
    }

    private static NetworkConnection Joined(string name) => new(Guid.NewGuid(), name)
    {
        JoinType = DomainJoinType.AzureADJoin,
        SubscriptionId = "0ac520ee-14c0-480f-b6c9-0a90c585ad47",
        ResourceGroupId = Group,
        VirtualNetworkId = Network,
        SubnetId = Network + "/subnets/default",
    };

    private static NetworkConnection Hybrid(string name) => Joined(name) with
    {
        JoinType = DomainJoinType.HybridAzureADJoin, AdDomainName = "contoso.local", AdDomainUsername = "join@contoso.local", PasswordSetAt = _noon,
    };
}
