using System.Text.Json.Serialization;
using Berth.Portal.Graph;
using Berth.Portal.Parts;

namespace Berth.Portal.Users;

/// <summary>A user as the list and the panel show them.</summary>
public sealed record DirectoryUser(
    Guid Id,
    string DisplayName,
    string UserPrincipalName,
    string? UsageLocation,
    bool AccountEnabled,
    string? JobTitle,
    string? Department,
    IReadOnlyList<AssignedLicense>? AssignedLicenses,
    IReadOnlyList<AssignmentState>? LicenseAssignmentStates)
{
    /// <summary>What the list asks for.</summary>
    public const string Selected = "id,displayName,userPrincipalName,usageLocation,accountEnabled,assignedLicenses,licenseAssignmentStates";

    /// <summary>What is to be said of the user, in words.</summary>
    public string State => (AccountEnabled, Errors, AssignedLicenses?.Count ?? 0) switch
    {
        (_, > 0 and var errors, _) => errors == 1 ? "1 license in error" : $"{errors} licenses in error",
        (false, _, > 0) => "Disabled, holds licenses",
        (false, _, _) => "Disabled",
        (true, _, 0) => "No license",
        _ => "Licensed",
    };

    /// <summary>The user as one whose direct licenses can be changed.</summary>
    public LicenseHolder Holder => new(
        Id.ToString(),
        DisplayName,
        IsGroup: false,
        [.. (LicenseAssignmentStates ?? []).Where(state => state.AssignedByGroup is null).Select(state => new AddedLicense(state.SkuId, state.DisabledPlans))],
        LacksLocation: string.IsNullOrEmpty(UsageLocation));

    /// <summary>Assignments that did not come to what they should.</summary>
    public int Errors => LicenseAssignmentStates?.Count(state => state.IsError) ?? 0;
}

/// <summary>A license that a user has.</summary>
public sealed record AssignedLicense(Guid SkuId, IReadOnlyList<Guid> DisabledPlans);

/// <summary>One way on which a license comes to a user, and what became of it.</summary>
public sealed record AssignmentState(Guid SkuId, Guid? AssignedByGroup, IReadOnlyList<Guid> DisabledPlans, string State, string? Error, DateTimeOffset? LastUpdatedDateTime)
{
    /// <summary>Whether it did not come to what it should.</summary>
    public bool IsError => State is "Error" or "ActiveWithError";

    /// <summary>What became of it, in words.</summary>
    public string Words => (State, Error) switch
    {
        ("Active", _) => "Active",
        ("ActiveWithError", _) => "Active, with plans missing: " + Reason,
        ("Disabled", _) => "Disabled",
        _ => "In error: " + Reason,
    };

    private string Reason => Error is null or "None" ? "it is still being worked out" : LicenseErrors.WordsOf(Error);
}

/// <summary>A group, by name.</summary>
public sealed record NamedGroup(Guid Id, string DisplayName);

/// <summary>A Cloud PC of a user.</summary>
public sealed record UserCloudPc(
    Guid Id, string DisplayName, string Status, string? ServicePlanName, string? ProvisioningPolicyName, DateTimeOffset? GracePeriodEndDateTime, string? ManagedDeviceName);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(GraphPage<DirectoryUser>))]
[JsonSerializable(typeof(DirectoryUser))]
[JsonSerializable(typeof(NamedGroup))]
[JsonSerializable(typeof(GraphPage<UserCloudPc>))]
[JsonSerializable(typeof(GraphPage<Explanation>))]
internal sealed partial class UserJson : JsonSerializerContext;
