using System.Text.Json;
using Berth.Engine;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Insight;
using Berth.Graph.CloudPcs;
using Berth.Graph.Writes;

namespace Berth.Graph.Desk;

/// <summary>A change that a plan is asked about (contract, Change).</summary>
internal abstract record PlannedChange
{
    private PlannedChange()
    {
    }

    /// <summary>A policy gets these groups in place of those it has.</summary>
    public sealed record PolicyAssignment(Guid PolicyId, ValueArray<AssignmentRequest> Assignments) : PlannedChange;

    /// <summary>An action for Cloud PCs.</summary>
    public sealed record CloudPcAction(string Action, ValueArray<Guid> CloudPcIds, Guid? TargetPlanId, Guid? SnapshotId) : PlannedChange;

    /// <summary>The commands that it is, on a tenant at a time.</summary>
    public IEnumerable<Command> Commands(Tenant tenant, DateTimeOffset now) => this switch
    {
        PolicyAssignment one => [new Command.AssignPolicy(one.PolicyId, one.Assignments)],
        CloudPcAction one => one.CloudPcIds.Select(id => (Command)(one.Action switch
        {
            PlanBody.EndGracePeriod => new Command.EndGracePeriod(id),
            PlanBody.Reprovision => new Command.Reprovision(id, null),
            PlanBody.Resize => new Command.ResizeCloudPc(id, one.TargetPlanId!.Value),
            _ => new Command.RestoreCloudPc(id, one.SnapshotId ?? NewestPoint(tenant, id, now)),
        })),
        _ => throw new InvalidOperationException($"Nobody has said what {GetType().Name} does."),
    };

    // The contract's action names no restore point: the newest one is meant.
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
        return points.Count == 0 ? Guid.Empty : points[0].Id;
    }
}

/// <summary>Reads the body of a plan: <c>{"changes":[...]}</c>.</summary>
internal static class PlanBody
{
    /// <summary>The action that ends a grace period.</summary>
    public const string EndGracePeriod = "endGracePeriod";

    /// <summary>The action that makes a Cloud PC again.</summary>
    public const string Reprovision = "reprovision";

    /// <summary>The action that puts a Cloud PC back.</summary>
    public const string Restore = "restore";

    /// <summary>The action that gives another size.</summary>
    public const string Resize = "resize";

    private static readonly Dictionary<string, string> Actions =
        new[] { EndGracePeriod, Reprovision, Restore, Resize }.ToDictionary(name => name, StringComparer.OrdinalIgnoreCase);

    /// <summary>The changes.</summary>
    public static List<PlannedChange> Read(BodyReader read, JsonElement body)
    {
        List<PlannedChange>? changes = null;
        foreach ((string name, JsonElement value) in read.Properties(body, "body"))
        {
            if (!name.Equals("changes", StringComparison.OrdinalIgnoreCase))
            {
                read.FailUnknown(name);
                continue;
            }

            changes = [];
            foreach (JsonElement item in read.Items(value, "changes"))
            {
                if (changes.Count == Plan.MostChanges)
                {
                    read.FailValue("changes", $"A plan has at most {Plan.MostChanges} changes.");
                }

                if (read.Error is null && ReadOne(read, item) is { } change)
                {
                    changes.Add(change);
                }
            }
        }

        if (changes is null)
        {
            read.FailMissing("changes");
        }

        return changes ?? [];
    }

    private static PlannedChange? ReadOne(BodyReader read, JsonElement item)
    {
        string? kind = item.ValueKind == JsonValueKind.Object && item.TryGetProperty("kind", out JsonElement said) ? read.Text(said, "kind", 64) : null;
        switch (kind)
        {
            case null:
                read.FailMissing("kind");
                return null;
            case "policyAssignment":
                return PolicyAssignment(read, item);
            case "cloudPcAction":
                return CloudPcAction(read, item);
            default:
                read.FailValue("kind", $"A plan is made here of policyAssignment and cloudPcAction, and not of '{kind}'.");
                return null;
        }
    }

    private static PlannedChange.PolicyAssignment? PolicyAssignment(BodyReader read, JsonElement item)
    {
        Guid? policy = null;
        ValueArray<AssignmentRequest>? assignments = null;
        foreach ((string name, JsonElement value) in read.Properties(item, "changes"))
        {
            switch (name.ToUpperInvariant())
            {
                case "KIND":
                    break;
                case "POLICYID":
                    policy = read.Id(value, name);
                    break;
                case "ASSIGNMENTS":
                    assignments = AssignmentBody.ReadAll(read, value);
                    break;
                default:
                    read.FailUnknown(name, "A policyAssignment has policyId and assignments.");
                    break;
            }
        }

        if (policy is null || assignments is null)
        {
            read.FailMissing(policy is null ? "policyId" : "assignments");
            return null;
        }

        return new PlannedChange.PolicyAssignment(policy.Value, assignments.Value);
    }

    private static PlannedChange.CloudPcAction? CloudPcAction(BodyReader read, JsonElement item)
    {
        string? action = null;
        ValueArray<Guid>? ids = null;
        Guid? target = null, snapshot = null;
        foreach ((string name, JsonElement value) in read.Properties(item, "changes"))
        {
            switch (name.ToUpperInvariant())
            {
                case "KIND":
                    break;
                case "ACTION":
                    action = read.OneOf(value, name, Actions);
                    break;
                case "CLOUDPCIDS":
                    ids = read.Ids(value, name);
                    break;
                case "TARGETSERVICEPLANID":
                    target = value.ValueKind == JsonValueKind.Null ? null : read.Id(value, name);
                    break;
                case "CLOUDPCSNAPSHOTID":
                    snapshot = value.ValueKind == JsonValueKind.Null ? null : read.Id(value, name);
                    break;
                default:
                    read.FailUnknown(name, "A cloudPcAction has action, cloudPcIds, targetServicePlanId and cloudPcSnapshotId.");
                    break;
            }
        }

        if (action is null || ids is null)
        {
            read.FailMissing(action is null ? "action" : "cloudPcIds");
            return null;
        }

        if (ids.Value.Count > Command.StartBulkAction.MostCloudPcs)
        {
            read.FailValue("cloudPcIds", $"An action takes at most {Command.StartBulkAction.MostCloudPcs} Cloud PCs at a time (C182).");
        }

        if (action == Resize && target is null)
        {
            read.FailMissing("targetServicePlanId");
        }

        return new PlannedChange.CloudPcAction(action, ids.Value, target, snapshot);
    }
}
