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
    string? ServicePlanName,
    string? ProvisioningPolicyId,
    string? ProvisioningPolicyName,
    string? ProvisioningType,
    string? ImageDisplayName,
    string? OnPremisesConnectionName,
    string? DeviceRegionName,
    DateTimeOffset? GracePeriodEndDateTime,
    DateTimeOffset? ProvisionedDateTime)
{
    /// <summary>Where they are.</summary>
    public const string Root = "beta/deviceManagement/virtualEndpoint/cloudPCs";

    /// <summary>What it is called: its computer name, and until it has one, whose it is.</summary>
    public string Name => ManagedDeviceName ?? DisplayName ?? UserPrincipalName ?? Id.ToString();

    /// <summary>How it is, in words.</summary>
    public string State => Status == "inGracePeriod" && GracePeriodEndDateTime is { } end
        ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"In grace until {end:yyyy-MM-dd HH:mm} UTC")
        : WordsOf(Status);

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

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(GraphPage<CloudPc>))]
[JsonSerializable(typeof(CloudPc))]
[JsonSerializable(typeof(GraphPage<StatusCount>))]
[JsonSerializable(typeof(GraphPage<TimelineEntry>))]
[JsonSerializable(typeof(GraphPage<RestorePoint>))]
[JsonSerializable(typeof(NoParameters))]
internal sealed partial class CloudPcJson : JsonSerializerContext;
