using System.Text.Json;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Graph.Requests;
using Berth.Graph.Writes;

namespace Berth.Graph.CloudPcs;

/// <summary>
/// Reads the body of a provisioning policy that is written, with the names of v1.0 and of beta in both. What the service finds out by itself is taken
/// without heed, as objects that were read are sent back.
/// </summary>
internal static class PolicyBody
{
    /// <summary>What messages call it.</summary>
    public const string Resource = "cloudPcProvisioningPolicy";

    private static readonly Dictionary<string, ProvisioningType> Types = new(StringComparer.OrdinalIgnoreCase)
    {
        ["dedicated"] = ProvisioningType.Dedicated,
        ["shared"] = ProvisioningType.SharedByUser,
        ["sharedByUser"] = ProvisioningType.SharedByUser,
        ["sharedByEntraGroup"] = ProvisioningType.SharedByEntraGroup,
        ["reserve"] = ProvisioningType.Reserve,
    };

    private static readonly Dictionary<string, UserExperienceType> Experiences = new(StringComparer.OrdinalIgnoreCase)
    {
        ["cloudPc"] = UserExperienceType.CloudPc,
        ["cloudApp"] = UserExperienceType.CloudApp,
    };

    private static readonly Dictionary<string, ImageType> ImageTypes = new(StringComparer.OrdinalIgnoreCase)
    {
        ["gallery"] = ImageType.Gallery,
        ["custom"] = ImageType.Custom,
    };

    private static readonly Dictionary<string, DomainJoinType> JoinTypes = new(StringComparer.OrdinalIgnoreCase)
    {
        ["azureADJoin"] = DomainJoinType.AzureADJoin,
        ["hybridAzureADJoin"] = DomainJoinType.HybridAzureADJoin,
    };

    private static readonly Dictionary<string, string> ManagedTypes =
        new[] { ProvisioningPolicy.NotManaged, "premiumManaged", "standardManaged", "starterManaged" }.ToDictionary(name => name, StringComparer.OrdinalIgnoreCase);

    private static readonly Dictionary<string, int> Sizes = UserSettingsPersistence.Sizes.ToDictionary(PolicyShapes.SizeName, StringComparer.OrdinalIgnoreCase);

    private static readonly Dictionary<string, bool?> ResetModes = new(StringComparer.OrdinalIgnoreCase)
    {
        ["notApplicable"] = null,
        ["enabled"] = true,
        ["disabled"] = false,
    };

    /// <summary>A policy that is new: it needs a name, an image and a way into a network.</summary>
    public static ProvisioningPolicy ReadNew(BodyReader read, JsonElement body, Guid id, string by)
    {
        ProvisioningPolicy policy = Read(read, body, new ProvisioningPolicy(id, "") { CreatedBy = by, ModifiedBy = by });
        foreach ((bool isMissing, string name) in new[]
        {
            (policy.DisplayName.Length == 0, "displayName"), (policy.ImageId.Length == 0, "imageId"), (policy.Joins.Count == 0, "domainJoinConfigurations"),
        })
        {
            if (isMissing)
            {
                read.FailMissing(name);
            }
        }

        return policy;
    }

    /// <summary>The policy that a body makes of another one, or of a new one with nothing but its id.</summary>
    public static ProvisioningPolicy Read(BodyReader read, JsonElement body, ProvisioningPolicy policy)
    {
        ProvisioningPolicy before = policy;
        bool named = false;
        foreach ((string name, JsonElement value) in read.Properties(body, "body"))
        {
            bool isNull = value.ValueKind == JsonValueKind.Null;
            named |= name.Equals("imageDisplayName", StringComparison.OrdinalIgnoreCase);
            policy = name.ToUpperInvariant() switch
            {
                "DISPLAYNAME" => policy with { DisplayName = read.Required(value, name, ProvisioningPolicy.LongestDisplayName) },
                "DESCRIPTION" => policy with { Description = read.Text(value, name, ProvisioningPolicy.LongestDescription) ?? "" },
                "PROVISIONINGTYPE" => isNull || IsUnknown(value, before) ? policy : policy with { ProvisioningType = read.OneOf(value, name, Types) },
                "USEREXPERIENCETYPE" => isNull ? policy : policy with { UserExperienceType = read.OneOf(value, name, Experiences) },
                "IMAGETYPE" => isNull ? policy : policy with { ImageType = read.OneOf(value, name, ImageTypes) },
                "IMAGEID" => policy with { ImageId = read.Required(value, name, GraphLimits.ListItemCharacters) },
                "IMAGEDISPLAYNAME" => policy with { ImageDisplayName = read.Text(value, name, GraphLimits.ListItemCharacters) ?? "" },
                "DOMAINJOINCONFIGURATIONS" => isNull ? policy : policy with { Joins = Joins(read, value, name, before.Joins) },
                "DOMAINJOINCONFIGURATION" => isNull ? policy : policy with { Joins = [Join(read, value, name, before.Joins, 0)] },
                "ENABLESINGLESIGNON" => policy with { SingleSignOn = !isNull && read.Flag(value, name) },
                "LOCALADMINENABLED" => policy with { LocalAdmin = !isNull && read.Flag(value, name) },
                "CLOUDPCNAMINGTEMPLATE" => policy with { NamingTemplate = read.Text(value, name, GraphLimits.NameCharacters) },
                "WINDOWSSETTING" or "WINDOWSSETTINGS" => isNull ? policy : policy with { Locale = Locale(read, value, name) },
                "AUTOPATCH" => policy with { AutopatchGroupId = isNull ? null : Autopatch(read, value, name) },
                "MICROSOFTMANAGEDDESKTOP" => isNull ? policy : ManagedDesktop(read, value, name, policy),
                "AUTOPILOTCONFIGURATION" => policy with { Autopilot = isNull ? null : Autopilot(read, value, name) },
                "USERSETTINGSPERSISTENCECONFIGURATION" => policy with { Persistence = isNull ? null : Persistence(read, value, name) },
                "SNAPSHOTRESETMODE" => isNull ? policy : policy with { SnapshotReset = read.OneOf(value, name, ResetModes) },
                "SCOPEIDS" => policy with { ScopeIds = isNull || read.Lines(value, name, GraphLimits.ListItems, GraphLimits.NameCharacters) is not { } lines ? [] : [.. lines.Split('\n')] },
                "ID" or "ALTERNATERESOURCEURL" or "CLOUDPCGROUPDISPLAYNAME" or "GRACEPERIODINHOURS" or "MANAGEDBY" or "CREATEDBY" or "CREATEDDATETIME" or "LASTMODIFIEDBY"
                    or "LASTMODIFIEDDATETIME" => policy,
                "ASSIGNMENTS" => Assignments(read, value, name, policy),
                _ => Unknown(read, name, policy),
            };
        }

        // Another image has another name: the catalog's, when the body has none.
        return named || policy.ImageId == before.ImageId ? policy : policy with { ImageDisplayName = "" };
    }

    // A v1.0 client that reads a policy and sends it back sends what stood for a member it does not know (protocol 1.4).
    private static bool IsUnknown(JsonElement value, ProvisioningPolicy before) =>
        before.DisplayName.Length > 0 && value.ValueKind == JsonValueKind.String && PolicyShapes.Unknown.Equals(value.GetString(), StringComparison.OrdinalIgnoreCase);

    private static ValueArray<DomainJoin> Joins(BodyReader read, JsonElement list, string property, ValueArray<DomainJoin> before)
    {
        List<DomainJoin> joins = [];
        foreach (JsonElement item in read.Items(list, property))
        {
            joins.Add(Join(read, item, property, before, joins.Count));
            if (joins.Count > ProvisioningPolicy.MostJoins)
            {
                read.FailValue(property, $"At most {ProvisioningPolicy.MostJoins} items are possible.");
            }

            if (read.Error is not null)
            {
                break;
            }
        }

        return [.. joins];
    }

    private static DomainJoin Join(BodyReader read, JsonElement item, string property, ValueArray<DomainJoin> before, int at)
    {
        DomainJoin join = new(DomainJoinType.AzureADJoin, null, null, null);
        foreach ((string name, JsonElement value) in read.Properties(item, property))
        {
            bool isNull = value.ValueKind == JsonValueKind.Null;
            switch (name.ToUpperInvariant())
            {
                case "DOMAINJOINTYPE" or "TYPE":
                    join = isNull ? join : join with { JoinType = read.OneOf(value, name, JoinTypes) };
                    break;
                case "ONPREMISESCONNECTIONID":
                    join = join with { ConnectionId = read.Text(value, name, GraphLimits.NameCharacters) is null ? null : read.Id(value, name) };
                    break;
                case "REGIONNAME":
                    join = join with { RegionName = read.Text(value, name, GraphLimits.NameCharacters) };
                    break;
                case "REGIONGROUP":
                    string? group = read.Text(value, name, GraphLimits.NameCharacters);
                    join = join with { RegionGroup = group == PolicyShapes.Unknown && at < before.Count ? before[at].RegionGroup : group };
                    break;
                case "GEOGRAPHICLOCATIONTYPE":
                    join = join with { Geography = read.Text(value, name, GraphLimits.NameCharacters) };
                    break;
                default:
                    read.FailUnknown(name);
                    break;
            }
        }

        return join;
    }

    private static string Locale(BodyReader read, JsonElement setting, string property)
    {
        string locale = ProvisioningPolicy.DefaultLocale;
        foreach ((string name, JsonElement value) in read.Properties(setting, property))
        {
            switch (name.ToUpperInvariant())
            {
                case "LOCALE" or "LANGUAGE":
                    locale = read.Text(value, name, GraphLimits.NameCharacters) ?? locale;
                    break;
                default:
                    read.FailUnknown(name);
                    break;
            }
        }

        return locale;
    }

    private static string? Autopatch(BodyReader read, JsonElement setting, string property)
    {
        string? group = null;
        foreach ((string name, JsonElement value) in read.Properties(setting, property))
        {
            switch (name.ToUpperInvariant())
            {
                case "AUTOPATCHGROUPID":
                    group = read.Text(value, name, GraphLimits.NameCharacters);
                    break;
                default:
                    read.FailUnknown(name);
                    break;
            }
        }

        return group;
    }

    private static ProvisioningPolicy ManagedDesktop(BodyReader read, JsonElement setting, string property, ProvisioningPolicy policy)
    {
        policy = policy with { ManagedDesktopType = ProvisioningPolicy.NotManaged, ManagedDesktopProfile = null };
        foreach ((string name, JsonElement value) in read.Properties(setting, property))
        {
            switch (name.ToUpperInvariant())
            {
                case "MANAGEDTYPE" or "TYPE":
                    policy = value.ValueKind == JsonValueKind.Null ? policy : policy with { ManagedDesktopType = read.OneOf(value, name, ManagedTypes) };
                    break;
                case "PROFILE":
                    policy = policy with { ManagedDesktopProfile = read.Text(value, name, GraphLimits.ListItemCharacters) };
                    break;
                default:
                    read.FailUnknown(name);
                    break;
            }
        }

        return policy;
    }

    private static AutopilotConfiguration Autopilot(BodyReader read, JsonElement setting, string property)
    {
        AutopilotConfiguration autopilot = new("", AutopilotConfiguration.DefaultTimeoutMinutes, false);
        foreach ((string name, JsonElement value) in read.Properties(setting, property))
        {
            bool isNull = value.ValueKind == JsonValueKind.Null;
            switch (name.ToUpperInvariant())
            {
                case "DEVICEPREPARATIONPROFILEID":
                    autopilot = autopilot with { ProfileId = read.Text(value, name, GraphLimits.ListItemCharacters) ?? "" };
                    break;
                case "APPLICATIONTIMEOUTINMINUTES":
                    autopilot = isNull ? autopilot : autopilot with
                    {
                        TimeoutMinutes = read.Whole(value, name, AutopilotConfiguration.LeastTimeoutMinutes, AutopilotConfiguration.MostTimeoutMinutes),
                    };
                    break;
                case "ONFAILUREDEVICEACCESSDENIED":
                    autopilot = isNull ? autopilot : autopilot with { DeniesAccessOnFailure = read.Flag(value, name) };
                    break;
                default:
                    read.FailUnknown(name);
                    break;
            }
        }

        return autopilot;
    }

    private static UserSettingsPersistence Persistence(BodyReader read, JsonElement setting, string property)
    {
        UserSettingsPersistence persistence = new(false, UserSettingsPersistence.DefaultSize);
        foreach ((string name, JsonElement value) in read.Properties(setting, property))
        {
            bool isNull = value.ValueKind == JsonValueKind.Null;
            switch (name.ToUpperInvariant())
            {
                case "USERSETTINGSPERSISTENCEENABLED":
                    persistence = isNull ? persistence : persistence with { Enabled = read.Flag(value, name) };
                    break;
                case "USERSETTINGSPERSISTENCESTORAGESIZECATEGORY":
                    persistence = isNull ? persistence : persistence with { SizeGB = read.OneOf(value, name, Sizes) };
                    break;
                default:
                    read.FailUnknown(name);
                    break;
            }
        }

        return persistence;
    }

    // A policy that was read with its assignments and is sent back changes none of them; the action assign does (protocol 3.3).
    private static ProvisioningPolicy Assignments(BodyReader read, JsonElement value, string name, ProvisioningPolicy policy)
    {
        if (value.ValueKind != JsonValueKind.Null && (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > 0))
        {
            read.FailUnknown(name, "A policy is assigned by the action assign, not by a change of the policy.");
        }

        return policy;
    }

    private static ProvisioningPolicy Unknown(BodyReader read, string name, ProvisioningPolicy policy)
    {
        read.FailUnknown(name);
        return policy;
    }
}
