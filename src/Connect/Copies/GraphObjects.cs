using System.Text.Json.Serialization;

namespace Berth.Connect.Copies;

/// <summary>A user as Graph shows one, as far as licenses and the rules of dynamic groups are concerned. Nothing else is asked for.</summary>
public sealed record GraphUser
{
    /// <summary>What is selected of users, in <c>$select</c>.</summary>
    public const string Selected =
        "id,userPrincipalName,displayName,mailNickname,accountEnabled,usageLocation,createdDateTime,userType,givenName,surname,jobTitle,department,companyName,mail,city,state,country,postalCode,"
        + "streetAddress,officeLocation,mobilePhone,preferredLanguage,employeeId,employeeType,employeeHireDate,onPremisesDistinguishedName,onPremisesSecurityIdentifier,businessPhones,otherMails,"
        + "proxyAddresses,onPremisesExtensionAttributes,assignedLicenses,licenseAssignmentStates";

    /// <summary>The object id.</summary>
    public required Guid Id { get; init; }

    /// <summary>The sign-in name.</summary>
    public required string UserPrincipalName { get; init; }

    /// <summary>The name people read.</summary>
    public string? DisplayName { get; init; }

    /// <summary>The mail alias.</summary>
    public string? MailNickname { get; init; }

    /// <summary>Whether the user can sign in; null when it was not told.</summary>
    public bool? AccountEnabled { get; init; }

    /// <summary>ISO 3166-1 alpha-2, or null.</summary>
    public string? UsageLocation { get; init; }

    /// <summary>When the user came.</summary>
    public DateTimeOffset? CreatedDateTime { get; init; }

    /// <summary>When the employee starts.</summary>
    public DateTimeOffset? EmployeeHireDate { get; init; }

    /// <summary><c>Member</c> or <c>Guest</c>.</summary>
    public string? UserType { get; init; }

    /// <summary>Given name.</summary>
    public string? GivenName { get; init; }

    /// <summary>Family name.</summary>
    public string? Surname { get; init; }

    /// <summary>Job title.</summary>
    public string? JobTitle { get; init; }

    /// <summary>Department.</summary>
    public string? Department { get; init; }

    /// <summary>Company name.</summary>
    public string? CompanyName { get; init; }

    /// <summary>Mail address.</summary>
    public string? Mail { get; init; }

    /// <summary>City.</summary>
    public string? City { get; init; }

    /// <summary>State or province.</summary>
    public string? State { get; init; }

    /// <summary>Country.</summary>
    public string? Country { get; init; }

    /// <summary>Postal code.</summary>
    public string? PostalCode { get; init; }

    /// <summary>Street address.</summary>
    public string? StreetAddress { get; init; }

    /// <summary>Office.</summary>
    public string? OfficeLocation { get; init; }

    /// <summary>Mobile telephone.</summary>
    public string? MobilePhone { get; init; }

    /// <summary>Language.</summary>
    public string? PreferredLanguage { get; init; }

    /// <summary>Employee id.</summary>
    public string? EmployeeId { get; init; }

    /// <summary>Employee type.</summary>
    public string? EmployeeType { get; init; }

    /// <summary>Distinguished name on premises.</summary>
    public string? OnPremisesDistinguishedName { get; init; }

    /// <summary>Security identifier on premises.</summary>
    public string? OnPremisesSecurityIdentifier { get; init; }

    /// <summary>Business telephones.</summary>
    public IReadOnlyList<string>? BusinessPhones { get; init; }

    /// <summary>Other mail addresses.</summary>
    public IReadOnlyList<string>? OtherMails { get; init; }

    /// <summary>Proxy addresses.</summary>
    public IReadOnlyList<string>? ProxyAddresses { get; init; }

    /// <summary><c>extensionAttribute1</c> to <c>extensionAttribute15</c>.</summary>
    public IReadOnlyDictionary<string, string?>? OnPremisesExtensionAttributes { get; init; }

    /// <summary>What the user holds, merged over the sources.</summary>
    public IReadOnlyList<GraphLicense>? AssignedLicenses { get; init; }

    /// <summary>What each source gives or owes.</summary>
    public IReadOnlyList<GraphAssignment>? LicenseAssignmentStates { get; init; }

    /// <summary>Whether a source shows an error: whoever does is read again with every pull, because the end of an error need not be a change of the user.</summary>
    [JsonIgnore]
    public bool IsTroubled => LicenseAssignmentStates?.Any(static state => !state.IsGood) == true;
}

/// <summary><c>assignedLicense</c>.</summary>
public sealed record GraphLicense(Guid SkuId, IReadOnlyList<Guid>? DisabledPlans);

/// <summary><c>licenseAssignmentState</c>: one SKU from one source.</summary>
/// <param name="SkuId">The SKU.</param>
/// <param name="AssignedByGroup">The group; null for direct.</param>
/// <param name="State"><c>Active</c>, <c>ActiveWithError</c>, <c>Error</c> or <c>Disabled</c>.</param>
/// <param name="Error">The error, or <c>None</c>.</param>
/// <param name="DisabledPlans">The plans that are switched off.</param>
/// <param name="LastUpdatedDateTime">When it last changed.</param>
public sealed record GraphAssignment(Guid SkuId, Guid? AssignedByGroup, string? State, string? Error, IReadOnlyList<Guid>? DisabledPlans, DateTimeOffset? LastUpdatedDateTime)
{
    /// <summary>Whether the source gives the license (L116).</summary>
    [JsonIgnore]
    public bool IsApplied => State is "Active" or "ActiveWithError";

    /// <summary>Whether nothing is wrong with it.</summary>
    [JsonIgnore]
    public bool IsGood => State is "Active" && Error is null or "None" or "";
}

/// <summary>A group as Graph shows one.</summary>
public sealed record GraphGroup
{
    /// <summary>What is selected of groups.</summary>
    public const string Selected =
        "id,displayName,description,mailNickname,mailEnabled,securityEnabled,groupTypes,visibility,createdDateTime,membershipRule,membershipRuleProcessingState,assignedLicenses";

    /// <summary>The object id.</summary>
    public required Guid Id { get; init; }

    /// <summary>The name people read.</summary>
    public string? DisplayName { get; init; }

    /// <summary>What it is for.</summary>
    public string? Description { get; init; }

    /// <summary>The mail alias.</summary>
    public string? MailNickname { get; init; }

    /// <summary>Whether it receives mail.</summary>
    public bool? MailEnabled { get; init; }

    /// <summary>Whether it can carry licenses.</summary>
    public bool? SecurityEnabled { get; init; }

    /// <summary><c>Unified</c>, <c>DynamicMembership</c>.</summary>
    public IReadOnlyList<string>? GroupTypes { get; init; }

    /// <summary>Visibility.</summary>
    public string? Visibility { get; init; }

    /// <summary>When it came.</summary>
    public DateTimeOffset? CreatedDateTime { get; init; }

    /// <summary>The rule that chooses the members; null for a static group.</summary>
    public string? MembershipRule { get; init; }

    /// <summary><c>On</c> or <c>Paused</c>.</summary>
    public string? MembershipRuleProcessingState { get; init; }

    /// <summary>What it wants for its members.</summary>
    public IReadOnlyList<GraphLicense>? AssignedLicenses { get; init; }

    /// <summary>Whether it has licenses.</summary>
    [JsonIgnore]
    public bool IsLicensed => AssignedLicenses is { Count: > 0 };
}

/// <summary>The first-level members of a group.</summary>
/// <param name="GroupId">The group.</param>
/// <param name="Users">Ids of users among them, ascending.</param>
/// <param name="Groups">Ids of groups among them, ascending.</param>
public sealed record GraphMembers(Guid GroupId, [property: JsonRequired] IReadOnlyList<Guid> Users, [property: JsonRequired] IReadOnlyList<Guid> Groups);

/// <summary><c>subscribedSku</c>.</summary>
public sealed record GraphSku(
    Guid SkuId, [property: JsonRequired] string SkuPartNumber, string? CapabilityStatus, string? AppliesTo, int ConsumedUnits, GraphUnits? PrepaidUnits, IReadOnlyList<GraphPlan>? ServicePlans);

/// <summary><c>licenseUnitsDetail</c>.</summary>
public sealed record GraphUnits(int Enabled, int Warning, int Suspended, int LockedOut);

/// <summary><c>servicePlanInfo</c>.</summary>
public sealed record GraphPlan(Guid ServicePlanId, string? ServicePlanName, string? AppliesTo);

/// <summary><c>companySubscription</c>.</summary>
public sealed record GraphSubscription(Guid Id, Guid SkuId, int TotalLicenses, string? Status, bool? IsTrial, DateTimeOffset? CreatedDateTime)
{
    /// <summary>What the owner is, <c>User</c> for a person; null when Graph says nothing.</summary>
    public string? OwnerType { get; init; }

    /// <summary>The owner's id.</summary>
    public string? OwnerId { get; init; }
}

/// <summary><c>cloudPcProvisioningPolicy</c> of beta, with its assignments.</summary>
public sealed record GraphPolicy
{
    /// <summary>The id.</summary>
    public required Guid Id { get; init; }

    /// <summary>The name.</summary>
    public string? DisplayName { get; init; }

    /// <summary>What for.</summary>
    public string? Description { get; init; }

    /// <summary><c>dedicated</c>, <c>sharedByUser</c>, <c>sharedByEntraGroup</c>, <c>reserve</c>.</summary>
    public string? ProvisioningType { get; init; }

    /// <summary><c>cloudPc</c> or <c>cloudApp</c>.</summary>
    public string? UserExperienceType { get; init; }

    /// <summary><c>gallery</c> or <c>custom</c>.</summary>
    public string? ImageType { get; init; }

    /// <summary>The image.</summary>
    public string? ImageId { get; init; }

    /// <summary>The image's name.</summary>
    public string? ImageDisplayName { get; init; }

    /// <summary>The ways into a network.</summary>
    public IReadOnlyList<GraphJoin>? DomainJoinConfigurations { get; init; }

    /// <summary>Whether single sign-on is on.</summary>
    public bool? EnableSingleSignOn { get; init; }

    /// <summary>Whether users are local administrators.</summary>
    public bool? LocalAdminEnabled { get; init; }

    /// <summary>The template of computer names.</summary>
    public string? CloudPcNamingTemplate { get; init; }

    /// <summary>When it came.</summary>
    public DateTimeOffset? CreatedDateTime { get; init; }

    /// <summary>When it changed.</summary>
    public DateTimeOffset? LastModifiedDateTime { get; init; }

    /// <summary>To whom it is assigned.</summary>
    public IReadOnlyList<GraphPolicyAssignment>? Assignments { get; init; }
}

/// <summary><c>cloudPcDomainJoinConfiguration</c>.</summary>
public sealed record GraphJoin(string? DomainJoinType, string? OnPremisesConnectionId, string? RegionName, string? RegionGroup, string? GeographicLocationType);

/// <summary><c>cloudPcProvisioningPolicyAssignment</c>.</summary>
public sealed record GraphPolicyAssignment([property: JsonRequired] string Id, GraphTarget? Target);

/// <summary><c>cloudPcManagementGroupAssignmentTarget</c>.</summary>
public sealed record GraphTarget(Guid? GroupId, Guid? ServicePlanId, string? AllotmentDisplayName, int? AllotmentLicensesCount);

/// <summary><c>cloudPC</c> of beta.</summary>
public sealed record GraphCloudPc
{
    /// <summary>The id.</summary>
    public required Guid Id { get; init; }

    /// <summary>The name.</summary>
    public string? DisplayName { get; init; }

    /// <summary>Whose; null for a shared one.</summary>
    public string? UserPrincipalName { get; init; }

    /// <summary>The service plan.</summary>
    public Guid? ServicePlanId { get; init; }

    /// <summary>Where it stands.</summary>
    public string? Status { get; init; }

    /// <summary>The policy that made it.</summary>
    public Guid? ProvisioningPolicyId { get; init; }

    /// <summary>How it is used.</summary>
    public string? ProvisioningType { get; init; }

    /// <summary>The computer's name.</summary>
    public string? ManagedDeviceName { get; init; }

    /// <summary>The image's name.</summary>
    public string? ImageDisplayName { get; init; }

    /// <summary>When the grace period ends.</summary>
    public DateTimeOffset? GracePeriodEndDateTime { get; init; }

    /// <summary>When it came up.</summary>
    public DateTimeOffset? ProvisionedDateTime { get; init; }

    /// <summary>When it changed.</summary>
    public DateTimeOffset? LastModifiedDateTime { get; init; }

    /// <summary>When somebody last signed in; null for never.</summary>
    public GraphLogin? LastLoginResult { get; init; }

    /// <summary>When somebody last signed out.</summary>
    public DateTimeOffset? LastLogoffDateTime { get; init; }

    /// <summary>What is selected of Cloud PCs: the last sign-in comes only to whom asks for it.</summary>
    public const string Selected =
        "id,displayName,userPrincipalName,servicePlanId,status,provisioningPolicyId,provisioningType,managedDeviceName,imageDisplayName,gracePeriodEndDateTime,provisionedDateTime,"
        + "lastModifiedDateTime,lastLoginResult,lastLogoffDateTime";
}

/// <summary><c>cloudPcSnapshot</c>: a moment to which a Cloud PC can be put back.</summary>
public sealed record GraphSnapshot(Guid Id, Guid? CloudPcId, DateTimeOffset? CreatedDateTime, string? Status)
{
    /// <summary>What is selected of them.</summary>
    public const string Selected = "id,cloudPcId,createdDateTime,status";

    /// <summary>Whether it can be used.</summary>
    [JsonIgnore]
    public bool IsReady => Status is null or "ready";
}

/// <summary><c>cloudPcLoginResult</c>.</summary>
public sealed record GraphLogin(DateTimeOffset? Time);

/// <summary><c>organization</c>.</summary>
public sealed record GraphOrganization(Guid Id, string? DisplayName, string? CountryLetterCode, DateTimeOffset? CreatedDateTime, IReadOnlyList<GraphDomain>? VerifiedDomains)
{
    /// <summary>The domain people know it by: the default one, else the first; empty when none was told.</summary>
    [JsonIgnore]
    public string Domain => VerifiedDomains is { Count: > 0 } all ? (all.FirstOrDefault(static one => one.IsDefault == true) ?? all[0]).Name ?? "" : "";
}

/// <summary><c>verifiedDomain</c>.</summary>
public sealed record GraphDomain(string? Name, bool? IsDefault);

/// <summary>A page of a collection or of a delta round.</summary>
public sealed record GraphPage<T>(
    IReadOnlyList<T>? Value,
    [property: JsonPropertyName("@odata.nextLink")] string? NextLink,
    [property: JsonPropertyName("@odata.deltaLink")] string? DeltaLink);

/// <summary>What a delta round tells of an object: that it changed, or is gone, and who came to it and went.</summary>
public sealed record GraphChange(
    Guid Id,
    [property: JsonPropertyName("@removed")] GraphRemoved? Removed,
    [property: JsonPropertyName("members@delta")] IReadOnlyList<GraphMemberChange>? Members);

/// <summary>Why something is gone.</summary>
public sealed record GraphRemoved(string? Reason);

/// <summary>A member that came or went.</summary>
public sealed record GraphMemberChange(
    Guid Id, [property: JsonPropertyName("@odata.type")] string? Type, [property: JsonPropertyName("@removed")] GraphRemoved? Removed);

/// <summary>Graph's objects.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, NumberHandling = JsonNumberHandling.AllowReadingFromString, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CopyHead))]
[JsonSerializable(typeof(CopyLine))]
[JsonSerializable(typeof(GraphPage<GraphUser>))]
[JsonSerializable(typeof(GraphPage<GraphGroup>))]
[JsonSerializable(typeof(GraphPage<GraphSku>))]
[JsonSerializable(typeof(GraphPage<GraphSubscription>))]
[JsonSerializable(typeof(GraphPage<GraphPolicy>))]
[JsonSerializable(typeof(GraphPage<GraphCloudPc>))]
[JsonSerializable(typeof(GraphPage<GraphSnapshot>))]
[JsonSerializable(typeof(GraphPage<GraphOrganization>))]
[JsonSerializable(typeof(GraphPage<GraphChange>))]
internal sealed partial class GraphJson : JsonSerializerContext;
