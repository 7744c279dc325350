using System.Text.Json.Serialization;
using Berth.Portal.Graph;

namespace Berth.Portal.CloudPcs;

/// <summary>A Cloud PC as the list and the panel show it.</summary>
public sealed record CloudPc(
    Guid Id,
    string? DisplayName,
    string? ManagedDeviceName,
    string? UserPrincipalName,
    string Status,
    CloudPcStatusDetail? StatusDetail,
    Guid ServicePlanId,
    string? ServicePlanName,
    string? ServicePlanType,
    string? ProvisioningPolicyId,
    string? ProvisioningPolicyName,
    string? ProvisioningType,
    string? ImageDisplayName,
    string? OnPremisesConnectionName,
    string? DeviceRegionName,
    DateTimeOffset? GracePeriodEndDateTime,
    DateTimeOffset? ProvisionedDateTime,
    DateTimeOffset? LastLogoffDateTime,
    string? PowerState = null)
{
    /// <summary>Where they are.</summary>
    public const string Root = "beta/deviceManagement/virtualEndpoint/cloudPCs";

    /// <summary>What is shown of one; Graph tells the power only when it is asked for.</summary>
    public const string Selected = "id,displayName,managedDeviceName,userPrincipalName,status,statusDetail,servicePlanId,servicePlanName,servicePlanType,provisioningPolicyId,provisioningPolicyName,"
        + "provisioningType,imageDisplayName,onPremisesConnectionName,deviceRegionName,gracePeriodEndDateTime,provisionedDateTime,lastLogoffDateTime,powerState";

    /// <summary>Where one action is asked for many.</summary>
    public const string BulkActions = "beta/deviceManagement/virtualEndpoint/bulkActions";

    /// <summary>What it is called: its computer name, and until it has one, whose it is.</summary>
    public string Name => ManagedDeviceName ?? DisplayName ?? UserPrincipalName ?? Id.ToString();

    /// <summary>The same with whose it is.</summary>
    public string NameWithUser => UserPrincipalName is { } user && Name != user ? $"{Name} of {user}" : Name;

    /// <summary>How it is, in words.</summary>
    public string State => Status == "inGracePeriod" && GracePeriodEndDateTime is { } end
        ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"In grace until {end:yyyy-MM-dd HH:mm} UTC")
        : WordsOf(Status);

    /// <summary>The same where there is little room.</summary>
    public string ShortState => Status == "inGracePeriod" && GracePeriodEndDateTime is { } end
        ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"In grace until {end:yyyy-MM-dd}")
        : IsReady && IsOff(this) ? WordsOf(Status) + ", off" : WordsOf(Status);

    /// <summary>The power in words; null where there is none: only Frontline's can be off.</summary>
    public string? Power => PowerState switch { "running" => "On", "poweredOff" => "Off", _ => null };

    /// <summary>The size, without what all of them begin with.</summary>
    public string? Size => ServicePlanName?.StartsWith("Cloud PC ", StringComparison.Ordinal) == true ? ServicePlanName["Cloud PC ".Length..] : ServicePlanName;

    /// <summary>Whether something is done to it now, or it waits: it will be another without anybody's doing.</summary>
    public bool IsUnderWay => Status is "provisioning" or "deprovisioning" or "resizing" or "restoring" or "movingRegion" or "modifyingSingleSignOn" or "preparing";

    private bool IsReady => Status is "provisioned" or "provisionedWithWarnings";

    /// <summary>Whether it runs, so that it can be restarted.</summary>
    public static bool CanRestart(CloudPc one) => one.IsReady || IsInGrace(one);

    /// <summary>Whether it can be made anew.</summary>
    public static bool CanBeMadeAnew(CloudPc one) => one.IsReady || one.Status == "failed";

    /// <summary>Whether it is in its grace period.</summary>
    public static bool IsInGrace(CloudPc one) => one.Status == "inGracePeriod";

    /// <summary>Whether it can get another size: a Frontline one gets it by its assignment.</summary>
    public static bool CanBeResized(CloudPc one) => one.Status == "provisioned" && one is { ProvisioningType: "dedicated", ServicePlanType: "enterprise" };

    /// <summary>Whether it can be put back to a restore point.</summary>
    public static bool CanBePutBack(CloudPc one) => one.IsReady;

    /// <summary>Whether it is off and its user could be let in, so that it can be powered on (B655).</summary>
    public static bool IsOff(CloudPc one) => one.PowerState == "poweredOff" && CanRestart(one);

    /// <summary>Whether it is on, so that it can be powered off (B655).</summary>
    public static bool IsOn(CloudPc one) => one.PowerState == "running" && CanRestart(one);

    /// <summary>A moment, as all of this place writes it.</summary>
    public static string Time(DateTimeOffset at) => at.ToString("yyyy-MM-dd HH:mm", System.Globalization.CultureInfo.InvariantCulture) + " UTC";

    /// <summary>A status in words.</summary>
    public static string WordsOf(string status) => status switch
    {
        "notProvisioned" => "Not made",
        "provisioning" => "Being made",
        "provisioned" => "Ready",
        "inGracePeriod" => "In its grace period",
        "deprovisioning" => "Being taken down",
        "failed" => "Failed",
        "provisionedWithWarnings" => "Ready, with warnings",
        "resizing" => "Being resized",
        "restoring" => "Being restored",
        "pendingProvision" => "Waits for a license",
        "movingRegion" => "Being moved",
        "resizePendingLicense" => "Waits for the license of another size",
        "modifyingSingleSignOn" => "Single sign-on is being changed",
        "preparing" => "Being prepared",
        "unknown" => "Unknown",
        _ => status,
    };
}

/// <summary>Why a Cloud PC is not as it should be.</summary>
public sealed record CloudPcStatusDetail(string? Code, string? Message);

/// <summary>How many Cloud PCs stand where.</summary>
public sealed record StatusCount(string Status, int Count);

/// <summary>Something that happened to a Cloud PC.</summary>
public sealed record TimelineEntry(DateTimeOffset At, string Status, string? Reason, string Text);

/// <summary>A restore point.</summary>
public sealed record RestorePoint(string Id, DateTimeOffset? CreatedDateTime, DateTimeOffset? LastRestoredDateTime, string? SnapshotType);

/// <summary>An action without parameters.</summary>
public sealed record NoParameters;

/// <summary>A new name.</summary>
public sealed record NewName(string DisplayName);

/// <summary>One action for many.</summary>
public sealed record BulkRequest([property: JsonPropertyName("@odata.type")] string Type, string DisplayName, IReadOnlyList<string> CloudPcIds);

/// <summary>What became of it.</summary>
public sealed record BulkAnswer(BulkSummary ActionSummary);

/// <summary>For how many it was not done.</summary>
public sealed record BulkSummary(int FailedCount, int NotSupportedCount);

/// <summary>A size that Cloud PCs have.</summary>
public sealed record CloudPcSize(Guid Id, string DisplayName, int StorageInGB, string? Type, string? ProvisioningType)
{
    /// <summary>Where they are.</summary>
    public const string Address = "beta/deviceManagement/virtualEndpoint/servicePlans?$select=id,displayName,storageInGB,type,provisioningType";

    /// <summary>Whether Cloud PCs are resized to it; those of Business and Frontline are not.</summary>
    public bool IsEnterprise => Type == "enterprise" && ProvisioningType == "dedicated";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(GraphPage<CloudPc>))]
[JsonSerializable(typeof(CloudPc))]
[JsonSerializable(typeof(GraphPage<StatusCount>))]
[JsonSerializable(typeof(GraphPage<TimelineEntry>))]
[JsonSerializable(typeof(GraphPage<RestorePoint>))]
[JsonSerializable(typeof(GraphPage<CloudPcSize>))]
[JsonSerializable(typeof(NoParameters))]
[JsonSerializable(typeof(NewName))]
[JsonSerializable(typeof(BulkRequest))]
[JsonSerializable(typeof(BulkAnswer))]
internal sealed partial class CloudPcJson : JsonSerializerContext;
