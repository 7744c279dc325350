using Berth.CommandLine.Client.Licenses;

namespace Berth.CommandLine.Client.AsCode.States;

/// <summary>A set of licenses: by SKU the plans that are off.</summary>
internal sealed class LicenseSet : SortedDictionary<Guid, IReadOnlySet<Guid>>
{
    /// <summary>No license.</summary>
    public LicenseSet()
    {
    }

    /// <summary>Licenses; of a SKU that comes twice the last one holds.</summary>
    public LicenseSet(IEnumerable<(Guid Sku, IEnumerable<Guid> DisabledPlans)> licenses)
    {
        foreach ((Guid sku, IEnumerable<Guid> off) in licenses)
        {
            this[sku] = new SortedSet<Guid>(off);
        }
    }
}

/// <summary>A group as it is.</summary>
/// <param name="Id">The id.</param>
/// <param name="Name">The display name; may be null.</param>
/// <param name="IsDynamic">Whether a rule says who is a member.</param>
/// <param name="Licenses">What it gives.</param>
/// <param name="Members">The users who are members; null when nobody looked.</param>
internal sealed record SeenGroup(Guid Id, string? Name, bool IsDynamic, LicenseSet Licenses, IReadOnlySet<Guid>? Members);

/// <summary>A user as they are.</summary>
/// <param name="Id">The id.</param>
/// <param name="Name">The user principal name; may be null.</param>
/// <param name="Direct">The direct licenses; null when nobody looked.</param>
/// <param name="Held">The SKUs that are held, through whatever source.</param>
internal sealed record SeenUser(Guid Id, string? Name, LicenseSet? Direct, IReadOnlySet<Guid> Held);

/// <summary>An assignment as it is.</summary>
/// <param name="Group">The group.</param>
/// <param name="Plan">The service plan; null for Enterprise.</param>
/// <param name="Allotment">The name of the allotment, or null.</param>
/// <param name="Licenses">The licenses allotted, or null.</param>
internal sealed record SeenAssignment(Guid Group, Guid? Plan, string? Allotment, int? Licenses);

/// <summary>A provisioning policy as it is.</summary>
internal sealed record SeenPolicy(Guid Id, string? Name, IReadOnlyList<SeenAssignment> Assignments);

/// <summary>A service plan of Cloud PCs.</summary>
internal sealed record SeenPlan(Guid Id, string? Name);

/// <summary>What is known of a tenant: as much as a file asks for, or everything.</summary>
/// <param name="Skus">SKUs by name.</param>
/// <param name="Groups">Groups by id.</param>
/// <param name="Users">Users by id.</param>
/// <param name="Policies">Policies by id.</param>
/// <param name="Plans">Service plans of Cloud PCs.</param>
internal sealed record TenantView(
    SkuBook Skus,
    IReadOnlyDictionary<Guid, SeenGroup> Groups,
    IReadOnlyDictionary<Guid, SeenUser> Users,
    IReadOnlyDictionary<Guid, SeenPolicy> Policies,
    IReadOnlyList<SeenPlan> Plans)
{
    /// <summary>Names of other groups, of which one may have been meant.</summary>
    public IReadOnlyList<string> GroupsNearby { get; init; } = [];

    /// <summary>Names of other users, of whom one may have been meant.</summary>
    public IReadOnlyList<string> UsersNearby { get; init; } = [];

    /// <summary>The units of a SKU that can be given; null when the tenant has no subscription of it.</summary>
    public int? UnitsOf(Guid sku) => Skus.Of(sku).Owned?.PrepaidUnits is { } units ? units.Enabled + units.Warning : null;
}
