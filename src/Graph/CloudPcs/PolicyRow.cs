using Berth.Engine;
using Berth.Engine.CloudPcs;
using Berth.Graph.Queries;
using Berth.Graph.Reads;
using Berth.Graph.Requests;

namespace Berth.Graph.CloudPcs;

/// <summary>A provisioning policy on the wire; positions are indexes, so they stand in the order in which they were made.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Position">Its index.</param>
/// <param name="Policy">The policy.</param>
/// <param name="ShowsAll">Whether members of enumerations that came later are sent: always in beta, in v1.0 to who asks for them (protocol 1.4).</param>
/// <param name="NamesTypes">Whether <c>@odata.type</c> is sent.</param>
internal readonly record struct PolicyRow(Tenant Tenant, int Position, ProvisioningPolicy Policy, bool ShowsAll, bool NamesTypes) : IRow
{
    /// <summary>Its assignments.</summary>
    public IEnumerable<AssignmentRow> Assignments()
    {
        for (int i = 0; i < Policy.Assignments.Count; i++)
        {
            yield return new AssignmentRow(this, i);
        }
    }

    /// <summary>The assignment of a key: its id, or the id of the group of a dedicated one (B344).</summary>
    public AssignmentRow? Find(string key)
    {
        foreach (AssignmentRow row in Assignments())
        {
            if (row.Assignment.Id.Equals(key, StringComparison.OrdinalIgnoreCase) || (row.Assignment.Plan is null && Guid.TryParse(key, out Guid group) && group == row.GroupId))
            {
                return row;
            }
        }

        return null;
    }

    /// <summary>The policy at an index, or null.</summary>
    public static PolicyRow? At(Tenant tenant, GraphRequest request, int index) => tenant.Fleet.Policies.TryGetValue(index, out ProvisioningPolicy? policy)
        ? new PolicyRow(tenant, index, policy, request.Version != GraphVersion.V1 || request.WantsUnknownMembers, !request.WithoutMetadata)
        : null;

    /// <summary>The policy of a key, or null.</summary>
    public static PolicyRow? Find(Tenant tenant, GraphRequest request, string key) =>
        Guid.TryParse(key, out Guid id) ? At(tenant, request, tenant.Fleet.FindPolicy(id)) : null;
}

/// <summary>A group that a policy is assigned to.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Position">The place among its assignments.</param>
internal readonly record struct AssignmentRow(PolicyRow Policy, int Position) : IRow
{
    /// <summary>The assignment.</summary>
    public PolicyAssignment Assignment => Policy.Policy.Assignments[Position];

    /// <summary>The group's id.</summary>
    public Guid GroupId => Policy.Tenant.Groups[Assignment.Group].Id;

    /// <summary>The id of the service plan; null for Enterprise.</summary>
    public Guid? PlanId => Assignment.Plan is { } plan ? Policy.Tenant.Catalog.Plans[plan].Id : null;

    /// <summary>Direct members of the group who have a Cloud PC by this assignment, or share those of it, after a position (B347).</summary>
    public IEnumerable<UserRow> Users(int after)
    {
        (Tenant tenant, int policy, int? plan) = (Policy.Tenant, Policy.Position, Assignment.Plan);
        FrontlineAssignment? frontline = Assignment.Key is { } key ? tenant.Fleet.FindAssignment(key) : null;
        foreach (int user in tenant.Groups[Assignment.Group].Members.From(after + 1))
        {
            if (frontline is { IsShared: true })
            {
                yield return new UserRow(tenant, user, tenant.Users[user]!);
                continue;
            }

            foreach (int index in tenant.Fleet.OfUser(user))
            {
                if (tenant.Fleet.CloudPcs[index] is { } row && row.Policy == policy && (plan is null || row.Plan == plan)
                    && (frontline is null || row.Assignment == Assignment.Key))
                {
                    yield return new UserRow(tenant, user, tenant.Users[user]!);
                    break;
                }
            }
        }
    }
}
