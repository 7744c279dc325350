using System.Text.Json;
using Berth.Portal.Graph;

namespace Berth.Portal.ProvisioningPolicies;

/// <summary>A policy while a person fills it in.</summary>
internal sealed class PolicyForm
{
    /// <summary>The id it has, or will have.</summary>
    public Guid Id { get; private set; } = Guid.NewGuid();

    public bool IsNew { get; private set; } = true;

    public string WasCalled { get; private set; } = "";

    public string Name { get; set; } = "";

    public string Description { get; set; } = "";

    public string Type { get; set; } = Policy.Enterprise;

    public bool IsHybrid { get; set; }

    /// <summary>Ways into a network in the order of priority, each as <see cref="ValueOf"/> writes it.</summary>
    public List<string> Places { get; } = [""];

    public bool IsOwnImage { get; set; }

    public string Image { get; set; } = "";

    public string Locale { get; set; } = "en-US";

    public bool SingleSignOn { get; set; } = true;

    public bool LocalAdmin { get; set; }

    public string NamingTemplate { get; set; } = "";

    public List<FormGroup> Groups { get; } = [];

    public bool IsFrontline => Type is Policy.FrontlineDedicated or Policy.FrontlineShared;

    public bool IsShared => Type == Policy.FrontlineShared;

    /// <summary>The value of a way into a network in the form: <c>connection:{id}</c>, <c>group:{region group}</c> or <c>region:{name}</c>.</summary>
    public static string ValueOf(PolicyJoin join) => join switch
    {
        { OnPremisesConnectionId: { Length: > 0 } id } => "connection:" + id,
        { RegionName: "automatic", RegionGroup: { } group } => "group:" + group,
        _ => "region:" + join.RegionName,
    };

    /// <summary>The form of a policy that is there; the names of its groups come from outside.</summary>
    public void Fill(Policy policy, IReadOnlyDictionary<Guid, string> groups)
    {
        (Id, IsNew, WasCalled, Name, Description, Type) = (policy.Id, false, policy.DisplayName, policy.DisplayName, policy.Description ?? "", policy.ProvisioningType);
        (IsOwnImage, Image, Locale) = (policy.ImageType == "custom", policy.ImageId, policy.WindowsSetting?.Locale ?? Locale);
        (SingleSignOn, LocalAdmin, NamingTemplate) = (policy.EnableSingleSignOn, policy.LocalAdminEnabled, policy.CloudPcNamingTemplate ?? "");
        Places.Clear();
        Places.AddRange((policy.DomainJoinConfigurations ?? []).Select(ValueOf));
        IsHybrid = policy.DomainJoinConfigurations is [{ DomainJoinType: "hybridAzureADJoin" }, ..];
        Groups.AddRange((policy.Assignments ?? []).Select(one => new FormGroup(one.Target.GroupId, groups.GetValueOrDefault(one.Target.GroupId) ?? "a group")
        {
            AssignmentId = one.Id,
            Size = one.Target.ServicePlanId,
            Allotment = one.Target.AllotmentDisplayName ?? "",
            Licenses = one.Target.AllotmentLicensesCount ?? 1,
            LicensesBefore = one.Target.AllotmentLicensesCount ?? 0,
            SizeBefore = one.Target.ServicePlanId,
        }));
    }

    /// <summary>Licenses of a size that this form adds to what is allotted now.</summary>
    public int Added(Guid size) =>
        Groups.Where(group => group.Size == size).Sum(group => group.Licenses) - Groups.Concat(Left).Where(group => group.SizeBefore == size).Sum(group => group.LicensesBefore);

    /// <summary>Groups that the policy had and the form has no more.</summary>
    public List<FormGroup> Left { get; } = [];

    public void Remove(FormGroup group)
    {
        if (Groups.Remove(group) && group.AssignmentId is not null)
        {
            Left.Add(group);
        }
    }

    /// <summary>What a plan is asked: the policy and its groups in one (B632).</summary>
    public PlanChange Change() => new("policyAssignment")
    {
        PolicyId = Id.ToString(),
        Policy = JsonSerializer.SerializeToElement(
            new WrittenPolicy(
                Name.Trim(),
                OrNull(Description),
                IsNew ? Type : null,
                IsOwnImage ? "custom" : "gallery",
                Image,
                [.. Places.Where(place => place.Length > 0).Select(Join)],
                SingleSignOn,
                LocalAdmin,
                OrNull(NamingTemplate),
                new PolicyWindows(Locale)),
            PolicyJson.Default.WrittenPolicy),
        Assignments = JsonSerializer.SerializeToElement(
            [.. Groups.Select(group => new PolicyAssignment(
                group.AssignmentId,
                new PolicyTarget(
                    group.Id,
                    IsFrontline || Type == "reserve" ? group.Size : null,
                    IsFrontline ? OrNull(group.Allotment) ?? group.Name : null,
                    IsFrontline ? group.Licenses : null)))],
            PolicyJson.Default.IReadOnlyListPolicyAssignment),
    };

    private PolicyJoin Join(string place)
    {
        string join = IsHybrid ? "hybridAzureADJoin" : "azureADJoin";
        int colon = place.IndexOf(':', StringComparison.Ordinal);
        string value = place[(colon + 1)..];
        return place[..colon] switch
        {
            "connection" => new PolicyJoin(join, value, null, null),
            "group" => new PolicyJoin(join, null, "automatic", value),
            _ => new PolicyJoin(join, null, value, null),
        };
    }

    private static string? OrNull(string text) => text.Trim() is { Length: > 0 } some ? some : null;
}

/// <summary>A group in the form.</summary>
internal sealed class FormGroup(Guid id, string name)
{
    public Guid Id { get; } = id;

    public string Name { get; } = name;

    public string? AssignmentId { get; init; }

    /// <summary>Its direct members; null while nobody has counted them.</summary>
    public int? Members { get; set; }

    public Guid? Size { get; set; }

    public Guid? SizeBefore { get; init; }

    public string Allotment { get; set; } = "";

    public int Licenses { get; set; } = 1;

    public int LicensesBefore { get; init; }
}
