using Berth.Engine;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Directory;

namespace Berth.Graph.Plans;

/// <summary>A change that a plan is asked about (contract, Change).</summary>
internal abstract record PlannedChange
{
    private PlannedChange()
    {
    }

    /// <summary>Direct licenses of a user in one switch.</summary>
    public sealed record UserLicense(Guid UserId, ValueArray<LicenseRequest> Add, ValueArray<Guid> Remove) : PlannedChange;

    /// <summary>Licenses of a group in one switch.</summary>
    public sealed record GroupLicense(Guid GroupId, ValueArray<LicenseRequest> Add, ValueArray<Guid> Remove) : PlannedChange;

    /// <summary>Members of a group that go and that come.</summary>
    public sealed record Membership(Guid GroupId, ValueArray<Guid> AddMembers, ValueArray<Guid> RemoveMembers) : PlannedChange;

    /// <summary>Properties of a user: the user as seen, null when there was none, and as wanted.</summary>
    public sealed record UserProperties(User? Seen, User Wanted, Guid? ManagerId) : PlannedChange;

    /// <summary>A user is deleted.</summary>
    public sealed record DeleteUser(Guid UserId) : PlannedChange;

    /// <summary>The units of a SKU (B502).</summary>
    public sealed record Units(Guid SkuId, int Number) : PlannedChange;

    /// <summary>A policy gets these groups in place of those it has; when it is written, too, it is made or changed first (B632).</summary>
    public sealed record PolicyAssignment(Guid PolicyId, ValueArray<AssignmentRequest> Assignments) : PlannedChange
    {
        /// <summary>The policy as wanted; null leaves it as it is.</summary>
        public ProvisioningPolicy? Wanted { get; init; }

        /// <summary>The policy as seen; null when there was none.</summary>
        public ProvisioningPolicy? Seen { get; init; }
    }

    /// <summary>An action for Cloud PCs.</summary>
    public sealed record CloudPcAction(string Action, ValueArray<Guid> CloudPcIds, Guid? TargetPlanId, Guid? SnapshotId) : PlannedChange;

    /// <summary>The commands that it is, on a tenant at a time.</summary>
    public IEnumerable<Command> Commands(Tenant tenant, DateTimeOffset now) => this switch
    {
        UserLicense one => [new Command.AssignUserLicenses(one.UserId, one.Add, one.Remove)],
        GroupLicense one => [new Command.AssignGroupLicenses(one.GroupId, one.Add, one.Remove)],
        Membership one =>
        [
            .. one.RemoveMembers.Count > 0 ? [new Command.RemoveMembers(one.GroupId, one.RemoveMembers)] : Array.Empty<Command>(),
            .. one.AddMembers.Count > 0 ? [new Command.AddMembers(one.GroupId, one.AddMembers)] : Array.Empty<Command>(),
        ],
        UserProperties one => [new Command.UpdateUser(one.Wanted) { Basis = one.Seen, ManagerId = one.ManagerId }],
        DeleteUser one => [new Command.DeleteUser(one.UserId)],
        Units one => [new Command.SetUnits(IdsByName.Of(tenant.Profile.Id, $"subscription/{one.SkuId}/{tenant.Version}"), one.SkuId, one.Number)],
        PolicyAssignment one =>
        [
            .. (one.Wanted, one.Seen) switch
            {
                (null, _) => Array.Empty<Command>(),
                ({ } wanted, null) => [new Command.CreatePolicy(wanted)],
                ({ } wanted, { } seen) => [new Command.UpdatePolicy(wanted) { Basis = seen }],
            },
            new Command.AssignPolicy(one.PolicyId, one.Assignments),
        ],
        CloudPcAction one => one.CloudPcIds.Select(id => (Command)(one.Action switch
        {
            PlanBody.EndGracePeriod => new Command.EndGracePeriod(id),
            PlanBody.Reprovision => new Command.Reprovision(id, null),
            PlanBody.Resize => new Command.ResizeCloudPc(id, one.TargetPlanId!.Value),
            _ => new Command.RestoreCloudPc(id, one.SnapshotId ?? NewestPoint(tenant, id, now)),
        })),
        _ => throw new InvalidOperationException($"Nobody has said what {GetType().Name} does."),
    };

    // The contract's action names no restore point: the newest one is meant; on a copy those of Graph (B536).
    private static Guid NewestPoint(Tenant tenant, Guid id, DateTimeOffset now)
    {
        int index = tenant.Fleet.FindCloudPc(id);
        if (index < 0)
        {
            return Guid.Empty;
        }

        CloudPc row = tenant.Fleet.CloudPcs[index]!;
        int hours = EffectiveSetting.RestoreHoursOf(tenant.Fleet.UserSettings.Values, tenant.TryGetUser(row.User, out _) ? tenant.GroupsOf(row.User) : []);
        ValueArray<RestorePoint> points = RestorePoints.Of(row, hours, now);
        return points.Count > 0 ? points[0].Id
            : tenant.Fleet.Retained.Values.Where(one => one.CloudPcId == id).MaxBy(static one => one.CreatedAt)?.Id ?? Guid.Empty;
    }
}
