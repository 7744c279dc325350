namespace Berth.CommandLine.Client.AsCode.States;

/// <summary>A change that brings a tenant nearer to what should be; each is one of the contract.</summary>
internal abstract record StateChange
{
    /// <summary>The units of a SKU.</summary>
    public sealed record Units(Guid Sku, int Number) : StateChange;

    /// <summary>Direct licenses of a user in one switch; of a license, plans of null are those that are off now, or none.</summary>
    public sealed record OfUser(Guid User, IReadOnlyList<DesiredLicense> Add, IReadOnlyList<Guid> Remove) : StateChange;

    /// <summary>Licenses of a group in one switch.</summary>
    public sealed record OfGroup(Guid Group, IReadOnlyList<DesiredLicense> Add, IReadOnlyList<Guid> Remove) : StateChange;

    /// <summary>Members of a group who come or go.</summary>
    public sealed record Members(Guid Group, IReadOnlyList<Guid> Add, IReadOnlyList<Guid> Remove) : StateChange;

    /// <summary>All assignments of a policy, in place of those it has.</summary>
    public sealed record Assignments(Guid Policy, IReadOnlyList<SeenAssignment> All) : StateChange;
}
