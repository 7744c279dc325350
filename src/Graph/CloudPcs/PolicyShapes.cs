using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Graph.Queries;

namespace Berth.Graph.CloudPcs;

/// <summary>Provisioning policies and their assignments as v1.0 and beta show them (protocol 3.3, 3.4).</summary>
internal static class PolicyShapes
{
    /// <summary>What stands for a member that a client may not know.</summary>
    public const string Unknown = "unknownFutureValue";

    /// <summary>The type of a target; a client that does not get it reads a target without group.</summary>
    public const string TargetType = "#microsoft.graph.cloudPcManagementGroupAssignmentTarget";

    /// <summary>The region groups that v1.0 has before <c>unknownFutureValue</c>.</summary>
    private static readonly HashSet<string> EarlyGroups = new(StringComparer.OrdinalIgnoreCase)
    {
        "default", "australia", "canada", "usCentral", "usEast", "usWest", "france", "germany", "europeUnion", "unitedKingdom", "japan", "asia", "india", "southAmerica",
        "euap", "usGovernment", "usGovernmentDOD", "norway", "switzerland", "southKorea",
    };

    private static readonly Shape<AssignmentRow> Target = new(
        "cloudPcManagementGroupAssignmentTarget",
        new ObjectIdProperty<AssignmentRow>("groupId", static row => row.GroupId),
        new TextProperty<AssignmentRow>("servicePlanId", static row => row.PlanId?.ToString()));

    private static readonly Shape<AssignmentRow> BetaTarget = new(
        "cloudPcManagementGroupAssignmentTarget",
        [
            .. Target.Properties,
            new TextProperty<AssignmentRow>("allotmentDisplayName", static row => row.Assignment.AllotmentName),
            new NumberProperty<AssignmentRow>("allotmentLicensesCount", static row => row.Assignment.AllotmentLicenses),
        ]);

    private static readonly Shape<(DomainJoin Join, bool ShowsAll)> Join = new("cloudPcDomainJoinConfiguration", JoinProperties());

    private static readonly Shape<(DomainJoin Join, bool ShowsAll)> BetaJoin = new(
        "cloudPcDomainJoinConfiguration",
        [
            .. JoinProperties(),
            new TextProperty<(DomainJoin Join, bool ShowsAll)>(
                "geographicLocationType", static part => part.Join.Geography ?? CloudPcRegions.Find(part.Join.RegionName)?.Geography),
        ]);

    private static readonly Shape<ProvisioningPolicy> Autopatch = new(
        "cloudPcProvisioningPolicyAutopatch", new TextProperty<ProvisioningPolicy>("autopatchGroupId", static policy => policy.AutopatchGroupId));

    private static readonly Shape<ProvisioningPolicy> ManagedDesktop = new(
        "microsoftManagedDesktop",
        new TextProperty<ProvisioningPolicy>("managedType", static policy => policy.ManagedDesktopType),
        new TextProperty<ProvisioningPolicy>("profile", static policy => policy.ManagedDesktopProfile));

    private static readonly Shape<ProvisioningPolicy> Windows = new(
        "cloudPcWindowsSetting", new TextProperty<ProvisioningPolicy>("locale", static policy => policy.Locale));

    private static readonly Shape<ProvisioningPolicy> OldWindows = new(
        "cloudPcWindowsSettings", new TextProperty<ProvisioningPolicy>("language", static policy => policy.Locale));

    private static readonly Shape<AutopilotConfiguration> Autopilot = new(
        "cloudPcAutopilotConfiguration",
        new TextProperty<AutopilotConfiguration>("devicePreparationProfileId", static part => part.ProfileId),
        new NumberProperty<AutopilotConfiguration>("applicationTimeoutInMinutes", static part => part.TimeoutMinutes),
        new FlagProperty<AutopilotConfiguration>("onFailureDeviceAccessDenied", static part => part.DeniesAccessOnFailure));

    private static readonly Shape<UserSettingsPersistence> Persistence = new(
        "cloudPcUserSettingsPersistenceConfiguration",
        new FlagProperty<UserSettingsPersistence>("userSettingsPersistenceEnabled", static part => part.Enabled),
        new TextProperty<UserSettingsPersistence>("userSettingsPersistenceStorageSizeCategory", static part => SizeName(part.SizeGB)));

    /// <summary>An assignment in v1.0.</summary>
    public static Shape<AssignmentRow> Assignment { get; } = AssignmentWith(Target);

    /// <summary>An assignment in beta, which has the allotment.</summary>
    public static Shape<AssignmentRow> BetaAssignment { get; } = AssignmentWith(BetaTarget);

    /// <summary>A policy in v1.0.</summary>
    public static Shape<PolicyRow> Policy { get; } = Shape<PolicyRow>.Entity("cloudPcProvisioningPolicy", Properties(Join), Assignments(Assignment));

    /// <summary>A policy in beta.</summary>
    public static Shape<PolicyRow> BetaPolicy { get; } = Shape<PolicyRow>.Entity(
        "cloudPcProvisioningPolicy",
        [
            .. Properties(BetaJoin),
            new PartProperty<PolicyRow, AutopilotConfiguration>(
                "autopilotConfiguration", Autopilot, static row => row.Policy.Autopilot!, static part => part is not null) { IsDefault = true },
            new TextProperty<PolicyRow>("createdBy", static row => Known(row.Policy.CreatedBy)) { IsDefault = true },
            new TimeProperty<PolicyRow>("createdDateTime", static row => row.Policy.CreatedAt) { IsDefault = true },
            new TextProperty<PolicyRow>("lastModifiedBy", static row => Known(row.Policy.ModifiedBy)) { IsDefault = true },
            new TimeProperty<PolicyRow>("lastModifiedDateTime", static row => row.Policy.ModifiedAt) { IsDefault = true },
            new TextProperty<PolicyRow>("managedBy", static _ => "windows365") { IsDefault = true },
            new ValuesProperty<PolicyRow, string>("scopeIds", static row => row.Policy.ScopeIds, new Operand<string>.Text(static id => id)) { IsDefault = true },
            new TextProperty<PolicyRow>("snapshotResetMode", static row => row.Policy.SnapshotReset switch { null => "notApplicable", true => "enabled", false => "disabled" }) { IsDefault = true },
            new TextProperty<PolicyRow>("userExperienceType", static row => Name(row.Policy.UserExperienceType)) { IsDefault = true },
            new PartProperty<PolicyRow, UserSettingsPersistence>(
                "userSettingsPersistenceConfiguration", Persistence, static row => row.Policy.Persistence!, static part => part is not null) { IsDefault = true },

            // The old name of windowsSetting, by $select only.
            new PartProperty<PolicyRow, ProvisioningPolicy>("windowsSettings", OldWindows, static row => row.Policy, static _ => true),
        ],
        Assignments(BetaAssignment));

    /// <summary><c>provisioningType</c>; a v1.0 client that did not ask knows neither Frontline's modes nor Reserve (protocol 1.4).</summary>
    public static string Name(ProvisioningType type, bool showsAll) => type switch
    {
        ProvisioningType.Dedicated => "dedicated",
        ProvisioningType.SharedByUser => showsAll ? "sharedByUser" : "shared",
        ProvisioningType.SharedByEntraGroup => showsAll ? "sharedByEntraGroup" : Unknown,
        ProvisioningType.Reserve => showsAll ? "reserve" : Unknown,
    };

    /// <summary>A size of User Experience Sync as Graph spells it.</summary>
    public static string SizeName(int gigabytes) => gigabytes switch
    {
        4 => "fourGB",
        8 => "eightGB",
        16 => "sixteenGB",
        32 => "thirtyTwoGB",
        64 => "sixtyFourGB",
        _ => Unknown,
    };

    /// <summary>A kind of join as Graph spells it.</summary>
    public static string Name(DomainJoinType join) => join switch
    {
        DomainJoinType.AzureADJoin => "azureADJoin",
        DomainJoinType.HybridAzureADJoin => "hybridAzureADJoin",
    };

    private static string Name(UserExperienceType type) => type switch
    {
        UserExperienceType.CloudPc => "cloudPc",
        UserExperienceType.CloudApp => "cloudApp",
    };

    private static string Name(ImageType type) => type switch
    {
        ImageType.Gallery => "gallery",
        ImageType.Custom => "custom",
    };

    private static string? Known(string text) => text.Length == 0 ? null : text;

    private static Shape<AssignmentRow> AssignmentWith(Shape<AssignmentRow> target) => Shape<AssignmentRow>.Entity(
        "cloudPcProvisioningPolicyAssignment",
        [
            new TextProperty<AssignmentRow>("id", static row => row.Assignment.Id) { IsDefault = true },
            new PartProperty<AssignmentRow, AssignmentRow>("target", target, static row => row, static _ => true)
            {
                IsDefault = true,
                TypeOf = static row => row.Policy.NamesTypes ? TargetType : null,
            },
        ]);

    private static ManyNavigation<PolicyRow, AssignmentRow> Assignments(Shape<AssignmentRow> shape) =>
        new("assignments", shape, static row => row.Assignments(), static _ => "#microsoft.graph.cloudPcProvisioningPolicyAssignment")
        {
            Known = static row => row.Policy.Assignments.Count,
            Most = ProvisioningPolicy.MostAssignments,
        };

    private static Property<(DomainJoin Join, bool ShowsAll)>[] JoinProperties() =>
    [
        new TextProperty<(DomainJoin Join, bool ShowsAll)>("domainJoinType", static part => Name(part.Join.JoinType)),
        new TextProperty<(DomainJoin Join, bool ShowsAll)>("onPremisesConnectionId", static part => part.Join.ConnectionId?.ToString()),
        new TextProperty<(DomainJoin Join, bool ShowsAll)>("regionName", static part => part.Join.RegionName),
        new TextProperty<(DomainJoin Join, bool ShowsAll)>(
            "regionGroup", static part => part.Join.RegionGroup is not { } group ? null : part.ShowsAll || EarlyGroups.Contains(group) ? group : Unknown),
    ];

    private static Property<PolicyRow>[] Properties(Shape<(DomainJoin Join, bool ShowsAll)> join) =>
    [
        new ObjectIdProperty<PolicyRow>("id", static row => row.Policy.Id) { IsDefault = true },
        new TextProperty<PolicyRow>("displayName", static row => row.Policy.DisplayName) { IsDefault = true },
        new TextProperty<PolicyRow>("description", static row => row.Policy.Description) { IsDefault = true },
        new TextProperty<PolicyRow>("provisioningType", static row => Name(row.Policy.ProvisioningType, row.ShowsAll)) { IsDefault = true },
        new TextProperty<PolicyRow>("imageType", static row => Name(row.Policy.ImageType)) { IsDefault = true },
        new TextProperty<PolicyRow>("imageId", static row => row.Policy.ImageId) { IsDefault = true },
        new TextProperty<PolicyRow>("imageDisplayName", static row => row.Policy.ImageDisplayName) { IsDefault = true },
        new PartsProperty<PolicyRow, (DomainJoin Join, bool ShowsAll)>(
            "domainJoinConfigurations", join, static row => row.Policy.Joins.Select(one => (one, row.ShowsAll))) { IsDefault = true },
        new FlagProperty<PolicyRow>("enableSingleSignOn", static row => row.Policy.SingleSignOn) { IsDefault = true },
        new FlagProperty<PolicyRow>("localAdminEnabled", static row => row.Policy.LocalAdmin) { IsDefault = true },
        new TextProperty<PolicyRow>("cloudPcNamingTemplate", static row => row.Policy.NamingTemplate) { IsDefault = true },
        new PartProperty<PolicyRow, ProvisioningPolicy>("windowsSetting", Windows, static row => row.Policy, static _ => true) { IsDefault = true },
        new PartProperty<PolicyRow, ProvisioningPolicy>(
            "autopatch", Autopatch, static row => row.Policy, static policy => policy.AutopatchGroupId is not null) { IsDefault = true },
        new PartProperty<PolicyRow, ProvisioningPolicy>("microsoftManagedDesktop", ManagedDesktop, static row => row.Policy, static _ => true) { IsDefault = true },
        new NumberProperty<PolicyRow>("gracePeriodInHours", static _ => ProvisioningPolicy.GracePeriodInHours) { IsDefault = true },

        // Nothing of these is Berth's to say.
        new TextProperty<PolicyRow>("cloudPcGroupDisplayName", static _ => null) { IsDefault = true },
        new TextProperty<PolicyRow>("alternateResourceUrl", static _ => null) { IsDefault = true },
    ];
}
