using System.Buffers;
using Berth.Engine.Catalog;
using Berth.Engine.Collections;

namespace Berth.Engine.CloudPcs;

/// <summary>What makes a provisioning policy one (C137 to C146, B340 to B343).</summary>
internal static class PolicyChecks
{
    private static readonly SearchValues<char> Forbidden = SearchValues.Create(ProvisioningPolicy.ForbiddenInDisplayName);

    /// <summary>The policy in the spelling that is kept: names of regions, groups of regions and images as the catalogs have them.</summary>
    public static ProvisioningPolicy Canonical(ProvisioningPolicy policy, Fleet.Builder fleet)
    {
        (string Id, string Name)? image = policy.ImageType switch
        {
            ImageType.Gallery => GalleryImages.Find(policy.ImageId) is { } found ? (found.Id, found.DisplayName) : null,
            ImageType.Custom => DeviceImageOf(policy, fleet) is { } own ? ($"{own.Id}", own.DisplayName) : null,
        };
        return policy with
        {
            ImageId = image?.Id ?? policy.ImageId,
            ImageDisplayName = policy.ImageDisplayName.Length > 0 ? policy.ImageDisplayName : image?.Name ?? "",
            Joins = policy.Joins.Select(Canonical).ToValueArray(),
            SnapshotReset = policy.SnapshotReset ?? (policy.ProvisioningType == ProvisioningType.SharedByEntraGroup ? true : null),
        };
    }

    /// <summary>Why a policy cannot be as it is; null when it can.</summary>
    public static Refusal? Check(ProvisioningPolicy policy, Fleet.Builder fleet) =>
        CheckWords(policy) ?? CheckImage(policy, fleet) ?? CheckJoins(policy, fleet) ?? CheckNaming(policy) ?? CheckServices(policy);

    /// <summary>Why a policy cannot become another one; null when it can (C77, C123).</summary>
    public static Refusal? CheckFixed(ProvisioningPolicy before, ProvisioningPolicy after) =>
        after.ProvisioningType != before.ProvisioningType ? Invalid("provisioningType", "It is fixed when the policy is made (C77): make another policy.")
        : after.UserExperienceType != before.UserExperienceType ? Invalid("userExperienceType", "It is fixed when the policy is made (C77): make another policy.")
        : before.Assignments.Count > 0 && (after.Persistence?.Enabled ?? false) != (before.Persistence?.Enabled ?? false)
            ? Invalid("userSettingsPersistenceConfiguration", "It is turned on and off while the policy is assigned to nobody (C123): take its assignments away first.")
        : null;

    /// <summary>Why a policy cannot be assigned as a request says, as far as the policy's type says (C79, C90, C113).</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="request">What is wanted.</param>
    /// <param name="catalog">The plans there are.</param>
    /// <param name="plan">The index of the service plan; null for Enterprise.</param>
    public static Refusal? CheckTarget(ProvisioningPolicy policy, AssignmentRequest request, SkuCatalog catalog, out int? plan)
    {
        plan = null;
        if (policy.ProvisioningType == ProvisioningType.Dedicated)
        {
            // B344: clients send the allotment fields of a dedicated policy too; they say nothing there.
            return request.ServicePlanId is null
                ? null
                : Invalid("servicePlanId", "An Enterprise policy serves every size that its users are licensed for (C79): leave the service plan out.");
        }

        if (request.ServicePlanId is not { } id)
        {
            return Invalid("servicePlanId", "A policy of this type is assigned with the service plan whose Cloud PCs the group gets (C90).");
        }

        CloudPcKind kind = policy.ProvisioningType == ProvisioningType.Reserve ? CloudPcKind.Reserve : CloudPcKind.Frontline;
        if (!catalog.TryGetPlan(id, out ServicePlan? found) || catalog.CloudPcPlanOf(found.Index)?.Kind != kind)
        {
            return Invalid("servicePlanId", $"{id} is no {kind} service plan; a policy of this type takes no other.");
        }

        plan = found.Index;
        if (kind == CloudPcKind.Reserve && request is { AllotmentName: null, AllotmentLicenses: null })
        {
            // C79: an allotment is Frontline's; Reserve gives whoever the policy covers one, up to the licenses there are.
            return null;
        }

        return string.IsNullOrWhiteSpace(request.AllotmentName) ? Invalid("allotmentDisplayName", "A policy of this type is assigned with a named allotment of licenses (C91, C113).")
            : request.AllotmentName.Length > ProvisioningPolicy.LongestAllotmentName ? TooLong("allotmentDisplayName", request.AllotmentName.Length, ProvisioningPolicy.LongestAllotmentName)
            : request.AllotmentLicenses is null or < 0 ? Invalid("allotmentLicensesCount", "A policy of this type is assigned with an allotment of licenses: a whole number from 0 (C80, C91).")
            : null;
    }

    private static DomainJoin Canonical(DomainJoin join)
    {
        CloudPcRegion? region = CloudPcRegions.Find(join.RegionName);
        bool automatic = string.Equals(join.RegionName, DomainJoin.AutomaticRegion, StringComparison.OrdinalIgnoreCase)
            || (join is { RegionName: null, ConnectionId: null, JoinType: DomainJoinType.AzureADJoin } && (join.RegionGroup ?? join.Geography) is not null);
        return join with
        {
            RegionName = automatic ? DomainJoin.AutomaticRegion : region?.Name ?? join.RegionName,

            // A region lies in its geography; nothing is kept twice.
            Geography = region is not null && region.Geography == join.Geography ? null : join.Geography,
            RegionGroup = join.RegionGroup is { } group ? CloudPcRegions.FindGroup(group) ?? group : null,
        };
    }

    private static Refusal? CheckWords(ProvisioningPolicy policy)
    {
        if (string.IsNullOrWhiteSpace(policy.DisplayName))
        {
            return Invalid("displayName", "It must not be empty (C137).");
        }

        if (policy.DisplayName.Length > ProvisioningPolicy.LongestDisplayName)
        {
            return TooLong("displayName", policy.DisplayName.Length, ProvisioningPolicy.LongestDisplayName);
        }

        int forbidden = policy.DisplayName.AsSpan().IndexOfAny(Forbidden);
        if (forbidden >= 0)
        {
            return Invalid("displayName", $"It has the character '{policy.DisplayName[forbidden]}'; none of < > & | \" ^ can stand in the name of a policy (C137).");
        }

        return policy.Description.Length > ProvisioningPolicy.LongestDescription ? TooLong("description", policy.Description.Length, ProvisioningPolicy.LongestDescription)
            : policy.UserExperienceType == UserExperienceType.CloudApp && policy.ProvisioningType != ProvisioningType.SharedByEntraGroup
                ? Invalid("userExperienceType", "Only a policy of the type sharedByEntraGroup gives apps instead of a desktop (C138).")
            : !IsLanguage(policy.Locale) ? Invalid("windowsSetting/locale", $"'{policy.Locale}' is no language tag such as en-US (B343).")
            : null;
    }

    private static Refusal? CheckImage(ProvisioningPolicy policy, Fleet.Builder fleet) => policy.ImageType switch
    {
        ImageType.Gallery => GalleryImages.Find(policy.ImageId) is null
            ? Invalid("imageId", $"The gallery has no image '{policy.ImageId}': galleryImages lists them (C142). An image of your own has the imageType custom.")
            : null,
        ImageType.Custom => DeviceImageOf(policy, fleet) is null
            ? Invalid("imageId", $"There is no device image '{policy.ImageId}': deviceImages lists them (C142).")
            : null,
    };

    private static DeviceImage? DeviceImageOf(ProvisioningPolicy policy, Fleet.Builder fleet) =>
        Guid.TryParse(policy.ImageId, out Guid id) ? fleet.DeviceImages.GetValueOrDefault(id) : null;

    private static Refusal? CheckJoins(ProvisioningPolicy policy, Fleet.Builder fleet)
    {
        if (policy.Joins.Count is 0 or > ProvisioningPolicy.MostJoins)
        {
            return Invalid("domainJoinConfigurations", $"It has {policy.Joins.Count} items; 1 to {ProvisioningPolicy.MostJoins} are possible (C139).");
        }

        foreach (DomainJoin join in policy.Joins)
        {
            if ((join.ConnectionId is { } connection ? CheckConnection(join, connection, fleet) : CheckRegion(join)) is { } refusal)
            {
                return refusal;
            }
        }

        return policy.ProvisioningType == ProvisioningType.SharedByEntraGroup ? CheckSharedJoins(policy, fleet) : null;
    }

    private static Refusal? CheckConnection(DomainJoin join, Guid id, Fleet.Builder fleet) =>
        join.RegionName is not null || join.RegionGroup is not null || join.Geography is not null
            ? Invalid("domainJoinConfigurations", "An item has either onPremisesConnectionId or a region: the region of a connection is that of its virtual network (C139).")
        : !fleet.Connections.TryGetValue(id, out NetworkConnection? connection) ? new Refusal(RefusalCode.ConnectionNotFound) { Subject = id }
        : connection.JoinType != join.JoinType
            ? Invalid("domainJoinType", $"Azure network connection {id} is for another kind of join (B341).")
        : null;

    private static Refusal? CheckRegion(DomainJoin join)
    {
        if (join.JoinType == DomainJoinType.HybridAzureADJoin)
        {
            return Invalid("onPremisesConnectionId", "A hybrid Microsoft Entra join needs an Azure network connection, and takes its region from there (C139).");
        }

        if (join.RegionName is not { } name)
        {
            return Invalid("regionName", "An item has either regionName or onPremisesConnectionId (C139).");
        }

        ValueArray<CloudPcRegion> group = join.RegionGroup is { } named ? CloudPcRegions.InGroup(named) : [];
        if (join.RegionGroup is not null && group.Count == 0)
        {
            return Invalid("regionGroup", $"'{join.RegionGroup}' is no region group; supportedRegions lists them (C140).");
        }

        if (join.Geography is { } geography && !CloudPcRegions.All.Any(one => one.Geography == geography))
        {
            return Invalid("geographicLocationType", $"'{geography}' is no geography; supportedRegions lists them (C140).");
        }

        if (name == DomainJoin.AutomaticRegion)
        {
            return null;
        }

        if (CloudPcRegions.Find(name) is not { } region)
        {
            return Invalid("regionName", $"'{name}' is no region; supportedRegions lists them (C140).");
        }

        return !region.TakesCloudPcs ? Invalid("regionName", $"'{name}' is for disaster recovery only: no Cloud PC is provisioned there (C206).")
            : group.Count > 0 && join.RegionGroup != CloudPcRegions.NoGroup && !group.Contains(region)
                ? Invalid("regionName", $"'{name}' does not belong to the region group '{join.RegionGroup}' (B342).")
            : join.Geography is not null && region.Geography != join.Geography
                ? Invalid("regionName", $"'{name}' does not belong to the geography '{join.Geography}' (B342).")
            : null;
    }

    // C119: all machines of a pool stand in one region.
    private static Refusal? CheckSharedJoins(ProvisioningPolicy policy, Fleet.Builder fleet)
    {
        foreach (DomainJoin join in policy.Joins)
        {
            if (join.RegionName == DomainJoin.AutomaticRegion || join.RegionGroup is not null)
            {
                return Invalid("regionName", "A policy of the type sharedByEntraGroup names one region: neither 'automatic' nor a region group (C119).");
            }
        }

        string[] regions =
        [
            .. policy.Joins.Select(join => join.ConnectionId is { } id ? fleet.Connections[id].VirtualNetworkLocation : join.RegionName)
                .OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase),
        ];
        return regions.Length > 1
            ? Invalid("domainJoinConfigurations", $"All Cloud PCs of a policy of the type sharedByEntraGroup stand in one region (C119), but it names {string.Join(", ", regions)}.")
            : null;
    }

    private static Refusal? CheckNaming(ProvisioningPolicy policy)
    {
        if (policy.NamingTemplate is null)
        {
            return null;
        }

        return !NamingTemplate.TryParse(policy.NamingTemplate, out NamingTemplate? template, out string? error) ? Invalid("cloudPcNamingTemplate", $"{error} (C144)")
            : template.NamesUser && policy.ProvisioningType is ProvisioningType.SharedByEntraGroup or ProvisioningType.Reserve
                ? Invalid("cloudPcNamingTemplate", "%USERNAME:X% can stand in the template of a dedicated or sharedByUser policy only (C144).")
            : null;
    }

    private static Refusal? CheckServices(ProvisioningPolicy policy)
    {
        bool shared = policy.ProvisioningType == ProvisioningType.SharedByEntraGroup;
        if (shared && policy.AutopatchGroupId is not null)
        {
            return Invalid("autopatch", "Windows Autopatch is not for policies of the type sharedByEntraGroup (C145).");
        }

        if (shared && policy.ManagedDesktopType != ProvisioningPolicy.NotManaged)
        {
            return Invalid("microsoftManagedDesktop", "Windows Autopatch is not for policies of the type sharedByEntraGroup (C145).");
        }

        if (policy.Autopilot is { TimeoutMinutes: < AutopilotConfiguration.LeastTimeoutMinutes or > AutopilotConfiguration.MostTimeoutMinutes } autopilot)
        {
            return Invalid(
                "autopilotConfiguration",
                $"The timeout is {autopilot.TimeoutMinutes} minutes; {AutopilotConfiguration.LeastTimeoutMinutes} to {AutopilotConfiguration.MostTimeoutMinutes} are possible (C197).");
        }

        if (!shared && policy.SnapshotReset is not null)
        {
            return Invalid("snapshotResetMode", "Only the Cloud PCs of a policy of the type sharedByEntraGroup are reset after each user: notApplicable (B348).");
        }

        if (policy.Persistence is not { } persistence)
        {
            return null;
        }

        return persistence.Enabled && !shared ? Invalid("userSettingsPersistenceConfiguration", "User Experience Sync is for policies of the type sharedByEntraGroup only (C123).")
            : !UserSettingsPersistence.Sizes.Contains(persistence.SizeGB)
                ? Invalid("userSettingsPersistenceConfiguration", $"{persistence.SizeGB} GB are no size; possible are {string.Join(", ", UserSettingsPersistence.Sizes)} GB (C123).")
            : null;
    }

    /// <summary>Whether a text is a language tag: two or three letters, then parts of up to eight letters and digits (B343).</summary>
    public static bool IsLanguage(string text)
    {
        string[] parts = text.Split('-');
        return parts[0].Length is 2 or 3 && parts[0].All(char.IsAsciiLetter)
            && text.Length <= ProvisioningPolicy.LongestLocale
            && parts.Skip(1).All(part => part.Length is >= 1 and <= 8 && part.All(char.IsAsciiLetterOrDigit));
    }

    private static Refusal TooLong(string property, int length, int longest) => Invalid(property, $"It has {length} characters; at most {longest} are possible.");

    private static Refusal Invalid(string property, string detail) => new(RefusalCode.ValueInvalid) { Name = property, Detail = detail };
}
