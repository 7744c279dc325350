using System.Text.Json;
using System.Text.Json.Serialization;

namespace Berth.CommandLine.Client.Wire;

/// <summary>One page of a collection.</summary>
internal sealed record Page<T>(IReadOnlyList<T>? Value, [property: JsonPropertyName("@odata.nextLink")] string? NextLink);

/// <summary>A user, as far as licenses are concerned.</summary>
internal sealed record WireUser(
    Guid Id, string? UserPrincipalName, string? DisplayName, string? UsageLocation, IReadOnlyList<WireAssignment>? LicenseAssignmentStates);

/// <summary>One SKU from one source: <c>licenseAssignmentState</c>.</summary>
internal sealed record WireAssignment(Guid SkuId, IReadOnlyList<Guid>? DisabledPlans, Guid? AssignedByGroup, string? State, string? Error)
{
    /// <summary>Whether this source gives the license now, as opposed to wanting to.</summary>
    public bool IsApplied => State is "Active" or "ActiveWithError";
}

/// <summary>A group, as far as licenses are concerned.</summary>
internal sealed record WireGroup(
    Guid Id, string? DisplayName, IReadOnlyList<WireLicense>? AssignedLicenses, WireProcessing? LicenseProcessingState);

/// <summary>A SKU with the plans that are switched off: <c>assignedLicense</c>.</summary>
internal sealed record WireLicense(IReadOnlyList<Guid>? DisabledPlans, Guid SkuId);

/// <summary>A group with what a file of licenses says of it.</summary>
internal sealed record WireNamedGroup(
    Guid Id, string? DisplayName, IReadOnlyList<string>? GroupTypes, string? MembershipRule, IReadOnlyList<WireLicense>? AssignedLicenses);

/// <summary>A provisioning policy with its assignments.</summary>
internal sealed record WirePolicy(Guid Id, string? DisplayName, IReadOnlyList<WirePolicyAssignment>? Assignments);

/// <summary>An assignment of a policy.</summary>
internal sealed record WirePolicyAssignment(WireAssignmentTarget? Target);

/// <summary>What an assignment is for.</summary>
internal sealed record WireAssignmentTarget(Guid GroupId, string? ServicePlanId, string? AllotmentDisplayName, int? AllotmentLicensesCount);

/// <summary>A service plan of Cloud PCs.</summary>
internal sealed record WireCloudPcPlan(Guid Id, string? DisplayName);

/// <summary>How far the members of a group are processed.</summary>
internal sealed record WireProcessing(string? State);

/// <summary>A subscription's SKU with its counts: <c>subscribedSku</c>.</summary>
internal sealed record WireSku(
    Guid SkuId, string SkuPartNumber, string? CapabilityStatus, string? AppliesTo, int ConsumedUnits, WireUnits? PrepaidUnits, IReadOnlyList<WirePlan>? ServicePlans);

/// <summary>Units by status.</summary>
internal sealed record WireUnits(int Enabled, int Warning, int Suspended, int LockedOut);

/// <summary>A service plan of a SKU.</summary>
internal sealed record WirePlan(Guid ServicePlanId, string? ServicePlanName);

/// <summary>A Cloud PC.</summary>
internal sealed record WireCloudPc(
    Guid Id, string? DisplayName, string? UserPrincipalName, string? Status, string? ServicePlanName, string? ProvisioningType, DateTimeOffset? GracePeriodEndDateTime);

/// <summary>A body of <c>assignLicense</c>; both lists are always there (protocol 2.3).</summary>
internal sealed record WireChange(IReadOnlyList<WireLicense> AddLicenses, IReadOnlyList<Guid> RemoveLicenses);

/// <summary>A new usage location.</summary>
internal sealed record WireLocation(string UsageLocation);

/// <summary>A SKU of Berth's catalog, from <c>/berth/v1/catalog</c>.</summary>
internal sealed record WireCatalogSku(Guid SkuId, string SkuPartNumber, string ProductName, IReadOnlyList<WireCatalogPlan> ServicePlans);

/// <summary>A service plan of Berth's catalog.</summary>
internal sealed record WireCatalogPlan(Guid ServicePlanId, string ServicePlanName, string FriendlyName);

/// <summary>What Berth's catalog holds after an import, and the rows that were read.</summary>
internal sealed record WireCatalogImported(int Rows, int Skus, int ServicePlans);

/// <summary>The error envelope.</summary>
internal sealed record WireErrorBody(WireError? Error);

/// <summary>An error; Berth's own machine code is the inner one's.</summary>
internal sealed record WireError(string? Code, string? Message, WireInnerError? InnerError);

/// <summary>What stands inside an error.</summary>
internal sealed record WireInnerError(string? Code, [property: JsonPropertyName("request-id")] string? RequestId);

/// <summary>The answers of a batch.</summary>
internal sealed record WireBatch(IReadOnlyList<WireBatchAnswer>? Responses);

/// <summary>One answer of a batch.</summary>
internal sealed record WireBatchAnswer(string Id, int Status, IReadOnlyDictionary<string, string>? Headers, JsonElement Body);

/// <summary>A token, or why there is none.</summary>
internal sealed record WireToken(
    [property: JsonPropertyName("access_token")] string? AccessToken,
    [property: JsonPropertyName("expires_in")] long ExpiresIn,
    [property: JsonPropertyName("error")] string? Error,
    [property: JsonPropertyName("error_description")] string? ErrorDescription);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, NumberHandling = JsonNumberHandling.AllowReadingFromString)]
[JsonSerializable(typeof(Page<WireUser>))]
[JsonSerializable(typeof(Page<WireGroup>))]
[JsonSerializable(typeof(Page<WireSku>))]
[JsonSerializable(typeof(Page<WireCloudPc>))]
[JsonSerializable(typeof(Page<WireCatalogSku>))]
[JsonSerializable(typeof(Page<WireNamedGroup>))]
[JsonSerializable(typeof(Page<WirePolicy>))]
[JsonSerializable(typeof(Page<WireCloudPcPlan>))]
[JsonSerializable(typeof(WireChange))]
[JsonSerializable(typeof(WireLocation))]
[JsonSerializable(typeof(WireCatalogImported))]
[JsonSerializable(typeof(WireErrorBody))]
[JsonSerializable(typeof(WireBatch))]
[JsonSerializable(typeof(WireToken))]
internal sealed partial class WireJson : JsonSerializerContext;
