using System.Text;
using System.Text.Json.Serialization;
using Berth.Portal.Graph;

namespace Berth.Portal.NetworkConnections;

/// <summary>An Azure network connection as the list and the panel show it.</summary>
public sealed record NetworkConnection(
    Guid Id,
    string DisplayName,
    string ConnectionType,
    string? SubscriptionId,
    string? SubscriptionName,
    string? ResourceGroupId,
    string? VirtualNetworkId,
    string? VirtualNetworkLocation,
    string? SubnetId,
    string? AdDomainName,
    string? AdDomainUsername,
    string? OrganizationalUnit,
    string? HealthCheckStatus,
    bool HealthCheckPaused,
    bool InUseByCloudPc,
    bool? InUse,
    HealthCheckDetail? HealthCheckStatusDetail)
{
    /// <summary>Where they are.</summary>
    public const string Root = "v1.0/deviceManagement/virtualEndpoint/onPremisesConnections";

    /// <summary>What the panel asks for.</summary>
    public const string Selected = "id,displayName,connectionType,subscriptionId,subscriptionName,resourceGroupId,virtualNetworkId,virtualNetworkLocation,subnetId,"
        + "adDomainName,adDomainUsername,organizationalUnit,healthCheckStatus,healthCheckPaused,inUseByCloudPc,inUse,healthCheckStatusDetail";

    /// <summary>Whether machines join an Active Directory domain, too.</summary>
    public bool IsHybrid => ConnectionType == "hybridAzureADJoin";

    /// <summary>How machines join.</summary>
    public string JoinWords => IsHybrid ? "Hybrid join" : "Entra join";

    /// <summary>Whether a check is due or runs.</summary>
    public bool IsBeingChecked => HealthCheckStatus is "pending" or "running";

    /// <summary>How it is, in a few words.</summary>
    public string Health => WordsOf(HealthCheckStatus);

    /// <summary>What its health means for Cloud PCs.</summary>
    public string HealthMeans => HealthCheckStatus switch
    {
        "failed" => "No Cloud PC is made through it until its checks pass; the next connection of the policy is tried.",
        "pending" => "No Cloud PC is made through it until its first check has ended.",
        "running" => "Until the check has ended, what the one before found counts.",
        _ => "Cloud PCs are made through it.",
    };

    /// <summary>The last part of a resource's id: its name.</summary>
    public static string NameOf(string? resource) => resource?.TrimEnd('/').Split('/')[^1] ?? "";

    /// <summary>A state of a check or of all of them, in words.</summary>
    public static string WordsOf(string? status) => status switch
    {
        "pending" => "Waits for its check",
        "running" => "Being checked",
        "passed" => "Passed",
        "warning" => "Passed with a warning",
        "informational" => "Passed with a note",
        "failed" => "Failed",
        _ => status ?? "Unknown",
    };
}

/// <summary>The last run of the checks, or the one that runs.</summary>
public sealed record HealthCheckDetail(DateTimeOffset? StartDateTime, DateTimeOffset? EndDateTime, IReadOnlyList<HealthCheck>? HealthChecks);

/// <summary>What one check found.</summary>
public sealed record HealthCheck(string DisplayName, string Status, string? ErrorType, string? RecommendedAction, string? AdditionalDetail)
{
    /// <summary>Graph's error as words: <c>adJoinCheckIncorrectCredentials</c> is "Incorrect credentials"; null without one.</summary>
    public string? ErrorWords
    {
        get
        {
            if (string.IsNullOrEmpty(ErrorType))
            {
                return null;
            }

            int check = ErrorType.IndexOf("Check", StringComparison.Ordinal);
            string name = check < 0 ? ErrorType : ErrorType[(check + 5)..];
            StringBuilder words = new();
            for (int i = 0; i < name.Length; i++)
            {
                bool begins = char.IsUpper(name[i]) && i > 0 && (char.IsLower(name[i - 1]) || (i + 1 < name.Length && char.IsLower(name[i + 1])));
                bool isShort = char.IsUpper(name[i]) && (i + 1 == name.Length || !char.IsLower(name[i + 1]));
                _ = begins ? words.Append(' ') : words;
                words.Append(i == 0 ? char.ToUpperInvariant(name[i]) : begins && !isShort ? char.ToLowerInvariant(name[i]) : name[i]);
            }

            return words.ToString();
        }
    }
}

/// <summary>A connection as it is written. What is null is written as nothing; a password that is null stays.</summary>
public sealed record WrittenConnection(
    string DisplayName,
    string ConnectionType,
    string SubscriptionId,
    string ResourceGroupId,
    string VirtualNetworkId,
    string SubnetId,
    string? VirtualNetworkLocation,
    string? AdDomainName,
    string? AdDomainUsername,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? AdDomainPassword,
    string? OrganizationalUnit);

/// <summary>An action without parameters.</summary>
public sealed record Nothing;

/// <summary>A region that Cloud PCs can be in.</summary>
public sealed record SupportedRegion(string DisplayName, string? GeographicLocationType, string? RegionGroup, string? RegionStatus)
{
    /// <summary>All of them. The service lists each twice; those with a geography are meant (B305).</summary>
    public static async Task<IReadOnlyList<SupportedRegion>> ReadAsync(GraphClient graph) =>
        [.. (await graph.AllAsync("beta/deviceManagement/virtualEndpoint/supportedRegions", ConnectionJson.Default.GraphPageSupportedRegion))
            .Where(region => region.GeographicLocationType is not null)];
}

/// <summary>A policy, as far as it names connections.</summary>
public sealed record NamingPolicy(string DisplayName, IReadOnlyList<NamedJoin>? DomainJoinConfigurations);

/// <summary>One way into a network.</summary>
public sealed record NamedJoin(string? OnPremisesConnectionId);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(GraphPage<NetworkConnection>))]
[JsonSerializable(typeof(NetworkConnection))]
[JsonSerializable(typeof(WrittenConnection))]
[JsonSerializable(typeof(Nothing))]
[JsonSerializable(typeof(GraphPage<SupportedRegion>))]
[JsonSerializable(typeof(GraphPage<NamingPolicy>))]
internal sealed partial class ConnectionJson : JsonSerializerContext;
