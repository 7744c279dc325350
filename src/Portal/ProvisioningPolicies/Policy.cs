using System.Text.Json;
using System.Text.Json.Serialization;
using Berth.Portal.Graph;

namespace Berth.Portal.ProvisioningPolicies;

/// <summary>A provisioning policy as beta shows it, which tells every kind.</summary>
public sealed record Policy(
    Guid Id,
    string DisplayName,
    string? Description,
    string ProvisioningType,
    string ImageType,
    string ImageId,
    string? ImageDisplayName,
    IReadOnlyList<PolicyJoin>? DomainJoinConfigurations,
    bool EnableSingleSignOn,
    bool LocalAdminEnabled,
    string? CloudPcNamingTemplate,
    PolicyWindows? WindowsSetting,
    IReadOnlyList<PolicyAssignment>? Assignments,
    string? CreatedBy,
    DateTimeOffset? CreatedDateTime,
    string? LastModifiedBy,
    DateTimeOffset? LastModifiedDateTime)
{
    /// <summary>Where they are.</summary>
    public const string Root = "beta/deviceManagement/virtualEndpoint/provisioningPolicies";

    /// <summary>Every user of a group has a license of their own.</summary>
    public const string Enterprise = "dedicated";

    /// <summary>A license is up to three Cloud PCs, each of one person.</summary>
    public const string FrontlineDedicated = "sharedByUser";

    /// <summary>A license is one Cloud PC that whoever comes uses.</summary>
    public const string FrontlineShared = "sharedByEntraGroup";

    /// <summary>Whether groups have a share of the tenant's licenses.</summary>
    public bool IsFrontline => ProvisioningType is FrontlineDedicated or FrontlineShared;

    /// <summary>The kind in words.</summary>
    public string TypeWords => WordsOf(ProvisioningType);

    /// <summary>Where its Cloud PCs come, in the order of priority.</summary>
    public string Where(IReadOnlyDictionary<string, string> connections) => string.Join(", ", (DomainJoinConfigurations ?? []).Select(join => join.Words(connections)));

    /// <summary>A kind in words.</summary>
    public static string WordsOf(string type) => type switch
    {
        Enterprise => "Enterprise",
        FrontlineDedicated => "Frontline, dedicated",
        FrontlineShared => "Frontline, shared",
        "reserve" => "Reserve",
        _ => type,
    };
}

/// <summary>A way into a network.</summary>
public sealed record PolicyJoin(string DomainJoinType, string? OnPremisesConnectionId, string? RegionName, string? RegionGroup)
{
    /// <summary>It in words; connections by id.</summary>
    public string Words(IReadOnlyDictionary<string, string> connections) => this switch
    {
        { OnPremisesConnectionId: { Length: > 0 } id } => connections.GetValueOrDefault(id) ?? "a connection",
        { RegionName: "automatic", RegionGroup: { } group } => $"anywhere in {group}",
        _ => RegionName ?? "",
    };
}

/// <summary>What Windows is set to.</summary>
public sealed record PolicyWindows(string? Locale);

/// <summary>A group that a policy covers.</summary>
public sealed record PolicyAssignment(string? Id, PolicyTarget Target);

/// <summary>The group, and with Frontline its share.</summary>
public sealed record PolicyTarget(Guid GroupId, Guid? ServicePlanId, string? AllotmentDisplayName, int? AllotmentLicensesCount);

/// <summary>A policy as it is written; null is written, as it means nothing.</summary>
public sealed record WrittenPolicy(
    string DisplayName,
    string? Description,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ProvisioningType,
    string ImageType,
    string ImageId,
    IReadOnlyList<PolicyJoin> DomainJoinConfigurations,
    bool EnableSingleSignOn,
    bool LocalAdminEnabled,
    string? CloudPcNamingTemplate,
    PolicyWindows WindowsSetting);

/// <summary>An image of the gallery or of one's own.</summary>
public sealed record PolicyImage(string Id, string DisplayName, string? Status, string? Version)
{
    /// <summary>What is to be said of it.</summary>
    public string Words => Status switch
    {
        "supportedWithWarning" => DisplayName + " (out of support soon)",
        "notSupported" => DisplayName + " (out of support)",
        "failed" => DisplayName + " (upload failed)",
        "pending" => DisplayName + " (being uploaded)",
        _ => Version is null ? DisplayName : $"{DisplayName} {Version}",
    };

    /// <summary>Whether Cloud PCs can be made from it.</summary>
    public bool IsUsable => Status is not ("notSupported" or "failed" or "pending");
}

/// <summary>A size of Frontline that the tenant has to do with: its units, three to a license.</summary>
public sealed record FrontlineSize(Guid Id, string DisplayName, int TotalCount, int UsedCount, int AllotmentLicensesCount)
{
    /// <summary>The licenses that were bought.</summary>
    public int Licenses => TotalCount / UnitsOfALicense;

    /// <summary>The Cloud PCs of dedicated mode that a license is.</summary>
    public const int UnitsOfALicense = 3;

    /// <summary>Those that the tenant has to do with.</summary>
    public static Task<IReadOnlyList<FrontlineSize>> ReadAsync(GraphClient graph) =>
        graph.AllAsync("beta/deviceManagement/virtualEndpoint/frontLineServicePlans?$orderby=displayName", PolicyJson.Default.GraphPageFrontlineSize);
}

/// <summary>Something that has an id and a name.</summary>
public sealed record Named(string Id, string DisplayName);

/// <summary>Somebody who is in a plan.</summary>
public sealed record NamedUser(string Id, string DisplayName);

/// <summary>A row of a list of which only the number counts.</summary>
public sealed record Counted(string Id);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(GraphPage<Policy>))]
[JsonSerializable(typeof(Policy))]
[JsonSerializable(typeof(WrittenPolicy))]
[JsonSerializable(typeof(IReadOnlyList<PolicyAssignment>))]
[JsonSerializable(typeof(GraphPage<PolicyImage>))]
[JsonSerializable(typeof(GraphPage<FrontlineSize>))]
[JsonSerializable(typeof(GraphPage<Named>))]
[JsonSerializable(typeof(Named))]
[JsonSerializable(typeof(GraphPage<NamedUser>))]
[JsonSerializable(typeof(GraphPage<Counted>))]
internal sealed partial class PolicyJson : JsonSerializerContext;
