namespace Berth.CommandLine.Client.AsCode.States;

/// <summary>A license that should be there.</summary>
/// <param name="Sku">The SKU.</param>
/// <param name="DisabledPlans">The plans that should be off; null when they may be as they are (B552).</param>
internal sealed record DesiredLicense(Guid Sku, IReadOnlySet<Guid>? DisabledPlans);

/// <summary>What a group should be.</summary>
/// <param name="Id">The group.</param>
/// <param name="Licenses">What it should give at least.</param>
/// <param name="OnlyLicenses">Whether it should give nothing else.</param>
/// <param name="Members">Who should be a member at least.</param>
/// <param name="OnlyMembers">Whether nobody else should be.</param>
internal sealed record DesiredGroup(Guid Id, IReadOnlyList<DesiredLicense> Licenses, bool OnlyLicenses, IReadOnlyList<Guid> Members, bool OnlyMembers);

/// <summary>What a user should have directly, at least or only.</summary>
internal sealed record DesiredUser(Guid Id, IReadOnlyList<DesiredLicense> Licenses, bool OnlyLicenses);

/// <summary>What should hold for a SKU in the whole tenant.</summary>
/// <param name="Id">The SKU.</param>
/// <param name="Units">The units, or null.</param>
/// <param name="OnlyUsers">Whether nobody has it directly but whom the file names with it.</param>
/// <param name="OnlyGroups">Whether no group gives it but those that the file names with it.</param>
internal sealed record DesiredSku(Guid Id, int? Units, bool OnlyUsers, bool OnlyGroups);

/// <summary>An assignment that should be there; of the allotment, null may be as it is.</summary>
internal sealed record DesiredAssignment(Guid Group, Guid? Plan, string? Allotment, int? Licenses);

/// <summary>What a policy should be assigned to, at least or only.</summary>
internal sealed record DesiredPolicy(Guid Id, IReadOnlyList<DesiredAssignment> Assignments, bool OnlyAssignments);

/// <summary>What should be, by ids (B550).</summary>
internal sealed record Desired(
    IReadOnlyList<DesiredGroup> Groups, IReadOnlyList<DesiredUser> Users, IReadOnlyList<DesiredSku> Skus, IReadOnlyList<DesiredPolicy> Policies);
