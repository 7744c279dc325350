using System.Text.Json.Serialization;
using Berth.Portal.Graph;
using Berth.Portal.Parts;
using Berth.Portal.Users;

namespace Berth.Portal.Groups;

/// <summary>A group as the list and the panel show it.</summary>
public sealed record DirectoryGroup(
    Guid Id,
    string DisplayName,
    string? Description,
    IReadOnlyList<string>? GroupTypes,
    string? MembershipRule,
    string? MembershipRuleProcessingState,
    bool? SecurityEnabled,
    IReadOnlyList<AssignedLicense>? AssignedLicenses)
{
    /// <summary>What the list asks for.</summary>
    public const string Selected = "id,displayName,description,groupTypes,membershipRule,membershipRuleProcessingState,securityEnabled,assignedLicenses";

    /// <summary>Whether a rule chooses its members.</summary>
    public bool IsDynamic => GroupTypes?.Contains("DynamicMembership") ?? false;

    /// <summary>How its members come, in words.</summary>
    public string Kind => IsDynamic ? MembershipRuleProcessingState == "Paused" ? "Dynamic, paused" : "Dynamic" : GroupTypes?.Contains("Unified") ?? false ? "Microsoft 365" : "Assigned";

    /// <summary>The group as one whose licenses can be changed.</summary>
    public LicenseHolder Holder => new(
        Id.ToString(), DisplayName, IsGroup: true, [.. (AssignedLicenses ?? []).Select(license => new AddedLicense(license.SkuId, license.DisabledPlans))], LacksLocation: false);
}

/// <summary>A group that is made.</summary>
public sealed record NewGroup(
    string DisplayName, string? Description, string MailNickname, bool MailEnabled, bool SecurityEnabled, IReadOnlyList<string> GroupTypes, string? MembershipRule, string? MembershipRuleProcessingState);

/// <summary>Another rule of a group.</summary>
public sealed record RuleChange(string MembershipRule, string MembershipRuleProcessingState);

/// <summary>Whether somebody would match a rule.</summary>
public sealed record RuleQuestion(string MemberId, string MembershipRule);

/// <summary>The answer.</summary>
public sealed record RuleAnswer(bool MembershipRuleEvaluationResult);

/// <summary>A rule that nobody has yet.</summary>
public sealed record RuleText(string MembershipRule);

/// <summary>Whom it would take: how many of how many, and the first of them.</summary>
public sealed record TakenPeople(int Users, int Matching, IReadOnlyList<TakenPerson> Value);

/// <summary>One of them.</summary>
public sealed record TakenPerson(string DisplayName, string UserPrincipalName);

/// <summary>The body of an action that takes none.</summary>
public sealed record NoBody;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(GraphPage<DirectoryGroup>))]
[JsonSerializable(typeof(GraphPage<DirectoryUser>))]
[JsonSerializable(typeof(DirectoryGroup))]
[JsonSerializable(typeof(NewGroup))]
[JsonSerializable(typeof(RuleChange))]
[JsonSerializable(typeof(RuleQuestion))]
[JsonSerializable(typeof(RuleAnswer))]
[JsonSerializable(typeof(RuleText))]
[JsonSerializable(typeof(TakenPeople))]
[JsonSerializable(typeof(NoBody))]
internal sealed partial class GroupJson : JsonSerializerContext;
