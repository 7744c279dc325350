using Berth.Engine.CloudPcs;
using Xunit;

namespace Berth.Engine.Tests.CloudPcs;

/// <summary>What a provisioning policy can be, and what it stays (C77, C137 to C146, C151 to C156, B340 to B343).</summary>
public sealed class PolicyTests
{
    private const string Windows = "microsoftwindowsdesktop_windows-ent-cpc_win11-24h2-ent-cpc";

    private static readonly DomainJoin _somewhere = new(DomainJoinType.AzureADJoin, null, "eastus", null);

    private readonly TenantUnderTest _tenant = new();

    [Fact]
    public void A_new_policy_is_kept_in_the_spelling_of_the_catalogs_and_assigned_to_nobody()
    {
        Guid id = Create(Policy() with
        {
            ImageId = Windows.ToUpperInvariant(),
            Joins = [new DomainJoin(DomainJoinType.AzureADJoin, null, "West Europe", "EUROPEUNION"), new DomainJoin(DomainJoinType.AzureADJoin, null, "Automatic", null)],
            Assignments = [new PolicyAssignment("x", 0, null, null, null, default)],
            CreatedBy = "Ada",
        });
        ProvisioningPolicy policy = Find(id);
        Assert.Equal((Windows, "Windows 11 Enterprise 24H2"), (policy.ImageId, policy.ImageDisplayName));
        Assert.Equal([new DomainJoin(DomainJoinType.AzureADJoin, null, "westeurope", "europeUnion"), new DomainJoin(DomainJoinType.AzureADJoin, null, "automatic", null)], policy.Joins);
        Assert.Null(Find(Create(With(_somewhere with { Geography = "usEast" }))).Joins[0].Geography);
        Assert.Empty(policy.Assignments);
        Assert.Equal((TenantUnderTest.Noon, TenantUnderTest.Noon, "Ada"), (policy.CreatedAt, policy.ModifiedAt, policy.CreatedBy));
        Assert.Equal(0, _tenant.Now.Fleet.FindPolicy(id));
        Assert.Equal(RefusalCode.IdTaken, _tenant.Refused(new Command.CreatePolicy(Policy(id))).Code);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData(" ", false)]
    [InlineData("Sales", true)]
    [InlineData("Größe (1) 100% 'a' #", true)]
    [InlineData("a<b", false)]
    [InlineData("a>b", false)]
    [InlineData("a&b", false)]
    [InlineData("a|b", false)]
    [InlineData("a\"b", false)]
    [InlineData("a^b", false)]
    public void A_name_has_none_of_six_characters(string name, bool good) => IsGood(good, "displayName", Policy() with { DisplayName = name }); // C137

    [Fact]
    public void Texts_have_a_most_length()
    {
        // B340
        foreach ((int most, string property, Func<string, ProvisioningPolicy> with) in ((int, string, Func<string, ProvisioningPolicy>)[])
            [
                (ProvisioningPolicy.LongestDisplayName, "displayName", text => Policy() with { DisplayName = text }),
                (ProvisioningPolicy.LongestDescription, "description", text => Policy() with { Description = text }),
            ])
        {
            IsGood(true, property, with(new string('x', most - 1)));
            IsGood(true, property, with(new string('x', most)));
            IsGood(false, property, with(new string('x', most + 1)));
        }
    }

    [Fact]
    public void A_policy_has_at_least_one_way_into_a_network_and_not_too_many()
    {
        // C139, B340
        IsGood(false, "domainJoinConfigurations", Policy() with { Joins = [] });
        IsGood(true, "", Policy() with { Joins = [.. Enumerable.Repeat(_somewhere, ProvisioningPolicy.MostJoins - 1)] });
        IsGood(true, "", Policy() with { Joins = [.. Enumerable.Repeat(_somewhere, ProvisioningPolicy.MostJoins)] });
        IsGood(false, "domainJoinConfigurations", Policy() with { Joins = [.. Enumerable.Repeat(_somewhere, ProvisioningPolicy.MostJoins + 1)] });
    }

    [Theory]
    [InlineData("eastus", null, null, null)]
    [InlineData("automatic", null, null, null)]
    [InlineData("automatic", "usEast", null, null)]
    [InlineData(null, "usEast", null, null)]
    [InlineData("automatic", null, "europe", null)]
    [InlineData("westus3", "default", null, null)]
    [InlineData("westeurope", "netherlands", "europe", null)]
    [InlineData("westeurope", "europeUnion", null, null)]
    [InlineData("qatarcentral", null, null, null)]
    [InlineData(null, null, null, "regionName")]
    [InlineData("atlantis", null, null, "regionName")]
    [InlineData("westus", null, null, "regionName")]
    [InlineData("australiasoutheast", null, null, "regionName")]
    [InlineData("canadaeast", null, null, "regionName")]
    [InlineData("southindia", null, null, "regionName")]
    [InlineData("eastus", "atlantis", null, "regionGroup")]
    [InlineData("eastus", "usWest", null, "regionName")]
    [InlineData("automatic", null, "atlantis", "geographicLocationType")]
    [InlineData("eastus", null, "europe", "regionName")]
    public void A_region_is_one_of_the_catalog_or_automatic(string? region, string? group, string? geography, string? wrong) => // C139, C140, C206, B301, B342
        IsGood(wrong is null, wrong ?? "", Policy() with { Joins = [new DomainJoin(DomainJoinType.AzureADJoin, null, region, group) { Geography = geography }] });

    [Fact]
    public void A_way_in_names_a_connection_or_a_region_and_hybrid_join_a_connection()
    {
        // C139, B341
        Guid hybrid = Connection(DomainJoinType.HybridAzureADJoin, "eastus"), entra = Connection(DomainJoinType.AzureADJoin, "eastus");
        IsGood(true, "", With(new DomainJoin(DomainJoinType.HybridAzureADJoin, hybrid, null, null)));
        IsGood(true, "", With(new DomainJoin(DomainJoinType.AzureADJoin, entra, null, null)));
        IsGood(false, "domainJoinConfigurations", With(new DomainJoin(DomainJoinType.AzureADJoin, entra, "eastus", null)));
        IsGood(false, "domainJoinConfigurations", With(new DomainJoin(DomainJoinType.AzureADJoin, entra, null, "usEast")));
        Guid missing = Guid.NewGuid();
        Refusal refused = _tenant.Refused(new Command.CreatePolicy(With(new DomainJoin(DomainJoinType.AzureADJoin, missing, null, null))));
        Assert.Equal((RefusalCode.ConnectionNotFound, missing), (refused.Code, refused.Subject));
        IsGood(false, "onPremisesConnectionId", With(new DomainJoin(DomainJoinType.HybridAzureADJoin, null, "eastus", null)));
        IsGood(false, "domainJoinType", With(new DomainJoin(DomainJoinType.HybridAzureADJoin, entra, null, null)));
        IsGood(false, "domainJoinType", With(new DomainJoin(DomainJoinType.AzureADJoin, hybrid, null, null)));
    }

    [Fact]
    public void In_shared_mode_a_policy_stands_in_one_region()
    {
        // C119
        Guid east = Connection(DomainJoinType.AzureADJoin, "eastus"), west = Connection(DomainJoinType.AzureADJoin, "westus3");
        IsGood(true, "", Shared(_somewhere));
        IsGood(true, "", Shared(_somewhere, new DomainJoin(DomainJoinType.AzureADJoin, east, null, null)));
        IsGood(false, "regionName", Shared(new DomainJoin(DomainJoinType.AzureADJoin, null, "automatic", null)));
        IsGood(false, "regionName", Shared(new DomainJoin(DomainJoinType.AzureADJoin, null, "eastus", "usEast")));
        IsGood(false, "domainJoinConfigurations", Shared(_somewhere, new DomainJoin(DomainJoinType.AzureADJoin, null, "westus3", null)));
        IsGood(false, "domainJoinConfigurations", Shared(new DomainJoin(DomainJoinType.AzureADJoin, east, null, null), new DomainJoin(DomainJoinType.AzureADJoin, west, null, null)));
    }

    [Theory]
    [InlineData(Windows, ImageType.Gallery, true)]
    [InlineData("microsoftwindowsdesktop_windows-ent-cpc_win10-22h2-ent-cpc", ImageType.Gallery, true)]
    [InlineData("microsoftwindowsdesktop_windows-ent-cpc_win95", ImageType.Gallery, false)]
    [InlineData("", ImageType.Gallery, false)]
    [InlineData(Windows, ImageType.Custom, false)]
    [InlineData("6b1f7a52-3c0e-4f5b-9a51-0d0c5a7e1d10", ImageType.Custom, false)]
    public void An_image_is_one_of_the_gallery_or_of_the_tenant(string image, ImageType type, bool good) => // C142
        IsGood(good, "imageId", Policy() with { ImageId = image, ImageType = type });

    [Fact]
    public void An_image_of_the_tenant_gives_its_name_unless_the_policy_has_one()
    {
        // C142
        Guid image = Guid.NewGuid();
        Apply(new Change.DeviceImageSet(new DeviceImage(image, "Our image", "1.0.0", "/x", "Windows 11", "26100", default)));
        Guid own = Create(Policy() with { ImageType = ImageType.Custom, ImageId = $"{image:N}" });
        Assert.Equal(($"{image}", "Our image"), (Find(own).ImageId, Find(own).ImageDisplayName));
        Guid named = Create(Policy() with { ImageDisplayName = "Mine" });
        Assert.Equal("Mine", Find(named).ImageDisplayName);
    }

    [Theory]
    [InlineData(ProvisioningType.Dedicated, UserExperienceType.CloudPc, true)]
    [InlineData(ProvisioningType.SharedByEntraGroup, UserExperienceType.CloudApp, true)]
    [InlineData(ProvisioningType.Dedicated, UserExperienceType.CloudApp, false)]
    [InlineData(ProvisioningType.SharedByUser, UserExperienceType.CloudApp, false)]
    [InlineData(ProvisioningType.Reserve, UserExperienceType.CloudApp, false)]
    public void Apps_instead_of_a_desktop_are_for_shared_mode(ProvisioningType type, UserExperienceType experience, bool good) => // C138
        IsGood(good, "userExperienceType", Policy() with { ProvisioningType = type, UserExperienceType = experience });

    [Theory]
    [InlineData(ProvisioningType.Dedicated, null, true)]
    [InlineData(ProvisioningType.Dedicated, "%USERNAME:5%-%RAND:5%", true)]
    [InlineData(ProvisioningType.SharedByUser, "%USERNAME:5%-%RAND:5%", true)]
    [InlineData(ProvisioningType.SharedByEntraGroup, "%USERNAME:5%-%RAND:5%", false)]
    [InlineData(ProvisioningType.Reserve, "%USERNAME:5%-%RAND:5%", false)]
    [InlineData(ProvisioningType.SharedByEntraGroup, "ABCDEF-%RAND:8%", true)]
    [InlineData(ProvisioningType.Dedicated, "PC_%RAND:5%", false)]
    public void A_naming_template_names_the_user_where_machines_have_one(ProvisioningType type, string? template, bool good) => // C144
        IsGood(good, "cloudPcNamingTemplate", Policy() with { ProvisioningType = type, NamingTemplate = template });

    [Theory]
    [InlineData("en-US", true)]
    [InlineData("de", true)]
    [InlineData("sr-Latn-RS", true)]
    [InlineData("zh-Hans", true)]
    [InlineData("", false)]
    [InlineData("e", false)]
    [InlineData("english", false)]
    [InlineData("en_US", false)]
    [InlineData("en-", false)]
    [InlineData("12-US", false)]
    [InlineData("en-123456789", false)]
    [InlineData("en-12345678-12345678-12345678-12345", true)]
    [InlineData("en-12345678-12345678-12345678-123456", false)]
    public void A_language_is_a_language_tag(string locale, bool good) => IsGood(good, "windowsSetting/locale", Policy() with { Locale = locale }); // C143, B343

    [Fact]
    public void Autopatch_is_not_for_shared_mode()
    {
        // C145
        IsGood(true, "", Policy() with { AutopatchGroupId = "patches", ManagedDesktopType = "starterManaged" });
        IsGood(false, "autopatch", Shared(_somewhere) with { AutopatchGroupId = "patches" });
        IsGood(false, "microsoftManagedDesktop", Shared(_somewhere) with { ManagedDesktopType = "starterManaged" });
    }

    [Theory]
    [InlineData(AutopilotConfiguration.LeastTimeoutMinutes - 1, false)]
    [InlineData(AutopilotConfiguration.LeastTimeoutMinutes, true)]
    [InlineData(AutopilotConfiguration.MostTimeoutMinutes, true)]
    [InlineData(AutopilotConfiguration.MostTimeoutMinutes + 1, false)]
    public void Device_preparation_takes_half_an_hour_to_six_hours(int minutes, bool good) => // C145, C197
        IsGood(good, "autopilotConfiguration", Policy() with { Autopilot = new AutopilotConfiguration("profile", minutes, true) });

    [Theory]
    [InlineData(3, false)]
    [InlineData(4, true)]
    [InlineData(5, false)]
    [InlineData(8, true)]
    [InlineData(16, true)]
    [InlineData(32, true)]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void User_Experience_Sync_has_five_sizes(int size, bool good) => // C123
        IsGood(good, "userSettingsPersistenceConfiguration", Shared(_somewhere) with { Persistence = new UserSettingsPersistence(true, size) });

    [Fact]
    public void Only_shared_machines_are_reset_after_each_user()
    {
        // B348
        Assert.Null(Find(Create(Policy())).SnapshotReset);
        Assert.True(Find(Create(Shared(_somewhere))).SnapshotReset);
        Assert.False(Find(Create(Shared(_somewhere) with { SnapshotReset = false })).SnapshotReset);
        IsGood(false, "snapshotResetMode", Policy() with { SnapshotReset = false });
        IsGood(false, "snapshotResetMode", Policy() with { ProvisioningType = ProvisioningType.SharedByUser, SnapshotReset = true });
    }

    [Fact]
    public void User_Experience_Sync_is_for_shared_mode_and_not_switched_while_assigned()
    {
        // C123, C145
        IsGood(false, "userSettingsPersistenceConfiguration", Policy() with { Persistence = new UserSettingsPersistence(true, 4) });
        IsGood(true, "", Policy() with { Persistence = new UserSettingsPersistence(false, 4) });
        Guid id = Create(Shared(_somewhere));
        ProvisioningPolicy on = Find(id) with { Persistence = new UserSettingsPersistence(true, 4) };
        _tenant.Do(new Command.UpdatePolicy(on));
        _tenant.Buy("Windows_365_S_2vCPU_8GB_128GB", 5);
        _tenant.Do(new Command.AssignPolicy(id, [new AssignmentRequest(null, _tenant.Group(), _tenant.Plan("CPC_S_2C_8GB_128GB"), "a", 2)]));
        Assert.Equal("userSettingsPersistenceConfiguration", _tenant.Refused(new Command.UpdatePolicy(on with { Persistence = null })).Name);
        _tenant.Do(new Command.UpdatePolicy(on with { Persistence = new UserSettingsPersistence(true, 64) }));
        _tenant.Do(new Command.AssignPolicy(id, []));
        _tenant.Do(new Command.UpdatePolicy(on with { Persistence = null }));
    }

    [Fact]
    public void A_change_keeps_what_is_fixed_and_does_nothing_when_nothing_is_another()
    {
        // C77, C151, C152
        Guid id = Create(Policy() with { CreatedBy = "Ada", ModifiedBy = "Ada" });
        ProvisioningPolicy before = Find(id);
        Guid group = _tenant.Group();
        _tenant.Do(new Command.AssignPolicy(id, [new AssignmentRequest(null, group, null, null, null)]));
        _tenant.System = TenantUnderTest.Noon.AddDays(1);
        Assert.Null(_tenant.Do(new Command.UpdatePolicy(before with { ModifiedBy = "Grace" })).Event);
        _tenant.Do(new Command.UpdatePolicy(before with { DisplayName = "Another", SingleSignOn = true, ModifiedBy = "Grace", CreatedBy = "Grace", CreatedAt = default, Assignments = [] }));
        ProvisioningPolicy after = Find(id);
        Assert.Equal(("Another", true), (after.DisplayName, after.SingleSignOn));
        Assert.Equal(("Ada", TenantUnderTest.Noon), (after.CreatedBy, after.CreatedAt));
        Assert.Equal(("Grace", TenantUnderTest.Noon.AddDays(1)), (after.ModifiedBy, after.ModifiedAt));
        Assert.Single(after.Assignments);
        Assert.Equal("provisioningType", _tenant.Refused(new Command.UpdatePolicy(before with { ProvisioningType = ProvisioningType.Reserve })).Name);
        Assert.Equal("userExperienceType", _tenant.Refused(new Command.UpdatePolicy(before with { UserExperienceType = UserExperienceType.CloudApp })).Name);
        Assert.Equal("displayName", _tenant.Refused(new Command.UpdatePolicy(before with { DisplayName = "a|b" })).Name);
        Assert.Equal(RefusalCode.PolicyNotFound, _tenant.Refused(new Command.UpdatePolicy(Policy())).Code);
    }

    [Fact]
    public void Two_who_change_different_properties_both_have_their_way()
    {
        Guid id = Create(Policy());
        ProvisioningPolicy seen = Find(id);
        _tenant.Do(new Command.UpdatePolicy(seen with { DisplayName = "Another" }) { Basis = seen });
        _tenant.Do(new Command.UpdatePolicy(seen with { Description = "What for" }) { Basis = seen });
        Assert.Equal(("Another", "What for"), (Find(id).DisplayName, Find(id).Description));
    }

    [Fact]
    public void A_policy_that_is_assigned_cannot_be_deleted()
    {
        // C155, C251
        Guid id = Create(Policy()), group = _tenant.Group();
        _tenant.Do(new Command.AssignPolicy(id, [new AssignmentRequest(null, group, null, null, null)]));
        Refusal refused = _tenant.Refused(new Command.DeletePolicy(id));
        Assert.Equal(RefusalCode.PolicyInUse, refused.Code);
        Assert.Equal(group, Assert.Single(refused.Ids));
        _tenant.Do(new Command.AssignPolicy(id, []));
        _tenant.Do(new Command.DeletePolicy(id));
        Assert.Equal(RefusalCode.PolicyNotFound, _tenant.Refused(new Command.DeletePolicy(id)).Code);
        Assert.Equal(RefusalCode.PolicyNotFound, _tenant.Refused(new Command.AssignPolicy(id, [])).Code);

        // The index is not given again.
        Guid next = Create(Policy());
        Assert.Equal(1, _tenant.Now.Fleet.FindPolicy(next));
    }

    [Fact]
    public void A_tenant_has_so_many_policies_and_no_more()
    {
        // B340
        Guid last = default;
        for (int i = 0; i < ProvisioningPolicy.MostPolicies; i++)
        {
            last = Create(Policy());
        }

        Refusal refused = _tenant.Refused(new Command.CreatePolicy(Policy()));
        Assert.Equal((RefusalCode.TooManyObjects, $"{ProvisioningPolicy.MostPolicies}"), (refused.Code, refused.Detail));
        _tenant.Do(new Command.DeletePolicy(last));
        Create(Policy());
    }

    private static ProvisioningPolicy Policy(Guid? id = null) => new(id ?? Guid.NewGuid(), "A policy") { ImageId = Windows, Joins = [_somewhere] };

    private static ProvisioningPolicy With(DomainJoin join) => Policy() with { Joins = [join] };

    private static ProvisioningPolicy Shared(params ReadOnlySpan<DomainJoin> joins) => Policy() with { ProvisioningType = ProvisioningType.SharedByEntraGroup, Joins = [.. joins] };

    private Guid Create(ProvisioningPolicy policy)
    {
        _tenant.Do(new Command.CreatePolicy(policy));
        return policy.Id;
    }

    private ProvisioningPolicy Find(Guid id) => _tenant.Now.Fleet.Policies[_tenant.Now.Fleet.FindPolicy(id)];

    private Guid Connection(DomainJoinType type, string location)
    {
        Guid id = Guid.NewGuid();
        Apply(new Change.ConnectionSet(new NetworkConnection(id, $"{id}") { JoinType = type, VirtualNetworkLocation = location }));
        return id;
    }

    private void Apply(Change change) => _tenant.Replay(change);

    private void IsGood(bool good, string property, ProvisioningPolicy policy)
    {
        if (good)
        {
            Create(policy);
            return;
        }

        Refusal refused = _tenant.Refused(new Command.CreatePolicy(policy));
        Assert.Equal((RefusalCode.ValueInvalid, property), (refused.Code, refused.Name));
        Assert.Equal(-1, _tenant.Now.Fleet.FindPolicy(policy.Id));
    }
}
