using System.Text.Json;
using Berth.Engine;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Insight;
using Berth.Engine.Licensing;
using Berth.Graph.CloudPcs;
using Berth.Graph.Writes;

namespace Berth.Graph.Plans;

/// <summary>Reads the body of a plan: <c>{"changes":[...]}</c>.</summary>
internal static class PlanBody
{
    /// <summary>The most members that one change names, of those that come and those that go together.</summary>
    public const int MostMembers = 20_000;

    /// <summary>The action that ends a grace period.</summary>
    public const string EndGracePeriod = "endGracePeriod";

    /// <summary>The action that makes a Cloud PC again.</summary>
    public const string Reprovision = "reprovision";

    /// <summary>The action that puts a Cloud PC back.</summary>
    public const string Restore = "restore";

    /// <summary>The action that gives another size.</summary>
    public const string Resize = "resize";

    private static readonly string[] Kinds =
        ["userLicense", "groupLicense", "membership", "user", "deleteUser", "subscription", "policyAssignment", "cloudPcAction"];

    private static readonly Dictionary<string, string> Actions =
        new[] { EndGracePeriod, Reprovision, Restore, Resize }.ToDictionary(name => name, StringComparer.OrdinalIgnoreCase);

    /// <summary>The changes of a plan; <paramref name="by"/> is who makes what is made.</summary>
    public static List<PlannedChange> Read(BodyReader read, JsonElement body, Tenant tenant, string by = "")
    {
        List<PlannedChange>? changes = null;
        foreach ((string name, JsonElement value) in read.Properties(body, "body"))
        {
            if (name.Equals("changes", StringComparison.OrdinalIgnoreCase))
            {
                changes = ReadAll(read, value, tenant, by);
            }
            else
            {
                read.FailUnknown(name, "A plan is asked for with changes.");
            }
        }

        if (changes is null)
        {
            read.FailMissing("changes");
        }

        return changes ?? [];
    }

    /// <summary>A list of changes.</summary>
    public static List<PlannedChange> ReadAll(BodyReader read, JsonElement list, Tenant tenant, string by = "")
    {
        List<PlannedChange> changes = [];
        int weight = 0;

        // What a change leaves open is as the changes before it make it, and what it sets is set although it may be as it is now (B500).
        Dictionary<Guid, User> people = [];
        foreach (JsonElement item in read.Items(list, "changes"))
        {
            if (read.Error is not null || ReadOne(read, item, tenant, people, by) is not { } change)
            {
                break;
            }

            changes.Add(change);
            weight += change is PlannedChange.CloudPcAction action ? Math.Max(1, action.CloudPcIds.Count) : 1;
            if (weight > Plan.MostChanges)
            {
                read.FailValue("changes", $"A plan has at most {Plan.MostChanges} changes, and an action counts for each Cloud PC: make several plans, each applied before the next one is drawn (B509).");
            }
        }

        return changes;
    }

    private static PlannedChange? ReadOne(BodyReader read, JsonElement item, Tenant tenant, Dictionary<Guid, User> people, string by)
    {
        string? kind = item.ValueKind == JsonValueKind.Object && item.TryGetProperty("kind", out JsonElement said) ? read.Text(said, "kind", 64) : null;
        switch (kind)
        {
            case null:
                read.FailMissing("kind");
                return null;
            case "userLicense":
                return Licenses(read, item, "userId") is { } user ? new PlannedChange.UserLicense(user.Id, user.Add, user.Remove) : null;
            case "groupLicense":
                return Licenses(read, item, "groupId") is { } group ? new PlannedChange.GroupLicense(group.Id, group.Add, group.Remove) : null;
            case "membership":
                return Membership(read, item);
            case "user":
                return UserProperties(read, item, tenant, people);
            case "deleteUser":
                return DeleteUser(read, item);
            case "subscription":
                return Units(read, item);
            case "policyAssignment":
                return PolicyAssignment(read, item, tenant, by);
            case "cloudPcAction":
                return CloudPcAction(read, item);
            default:
                read.FailValue("kind", $"There is no change of kind '{kind}'. The kinds are {string.Join(", ", Kinds)}.");
                return null;
        }
    }

    private static (Guid Id, ValueArray<LicenseRequest> Add, ValueArray<Guid> Remove)? Licenses(BodyReader read, JsonElement item, string target)
    {
        Guid? id = null;
        ValueArray<LicenseRequest> add = [];
        ValueArray<Guid> remove = [];
        foreach ((string name, JsonElement value) in read.Properties(item, "changes"))
        {
            switch (name.ToUpperInvariant())
            {
                case "KIND":
                    break;
                case "USERID" or "GROUPID" when name.Equals(target, StringComparison.OrdinalIgnoreCase):
                    id = read.Id(value, name);
                    break;
                case "ADD":
                    add = value.ValueKind == JsonValueKind.Null ? [] : LicenseBody.Licenses(read, value, name);
                    break;
                case "REMOVE":
                    remove = value.ValueKind == JsonValueKind.Null ? [] : read.Ids(value, name);
                    break;
                default:
                    read.FailUnknown(name, $"A change of licenses has {target}, add and remove.");
                    break;
            }
        }

        return Given(read, id, target) is { } given ? (given, add, remove) : null;
    }

    private static PlannedChange.Membership? Membership(BodyReader read, JsonElement item)
    {
        Guid? group = null;
        ValueArray<Guid> add = [], remove = [];
        foreach ((string name, JsonElement value) in read.Properties(item, "changes"))
        {
            switch (name.ToUpperInvariant())
            {
                case "KIND":
                    break;
                case "GROUPID":
                    group = read.Id(value, name);
                    break;
                case "ADDMEMBERS":
                    add = value.ValueKind == JsonValueKind.Null ? [] : read.Ids(value, name);
                    break;
                case "REMOVEMEMBERS":
                    remove = value.ValueKind == JsonValueKind.Null ? [] : read.Ids(value, name);
                    break;
                default:
                    read.FailUnknown(name, "A membership has groupId, addMembers and removeMembers.");
                    break;
            }
        }

        if (add.Count + remove.Count > MostMembers)
        {
            read.FailValue("membership", $"A change names at most {MostMembers} members.");
        }

        return Given(read, group, "groupId") is { } given ? new PlannedChange.Membership(given, add, remove) : null;
    }

    private static PlannedChange.UserProperties? UserProperties(BodyReader read, JsonElement item, Tenant tenant, Dictionary<Guid, User> people)
    {
        Guid? id = null;
        JsonElement? set = null;
        foreach ((string name, JsonElement value) in read.Properties(item, "changes"))
        {
            switch (name.ToUpperInvariant())
            {
                case "KIND":
                    break;
                case "USERID":
                    id = read.Id(value, name);
                    break;
                case "SET":
                    set = value;
                    break;
                default:
                    read.FailUnknown(name, "A change of a user has userId and set.");
                    break;
            }
        }

        if (set is null)
        {
            read.FailMissing("set");
        }

        if (Given(read, id, "userId") is not { } given)
        {
            return null;
        }

        // Of somebody who is not there nothing is known, and the engine says so.
        bool known = people.TryGetValue(given, out User? seen) || tenant.TryGetUser(tenant.FindUser(given), out seen);
        WrittenUser written = UserBody.Change(read, set!.Value, seen ?? new User(given, $"{given}@nowhere.invalid", "", null, true, null, default, default), tenant);
        if (written.Password is not null)
        {
            read.FailValue("passwordProfile", "A plan takes no password: change it with a PATCH of the user.");
        }

        if (known)
        {
            people[given] = written.User;
        }

        return new PlannedChange.UserProperties(known ? seen : null, written.User, written.ManagerId);
    }

    private static PlannedChange.DeleteUser? DeleteUser(BodyReader read, JsonElement item)
    {
        Guid? id = null;
        foreach ((string name, JsonElement value) in read.Properties(item, "changes"))
        {
            switch (name.ToUpperInvariant())
            {
                case "KIND":
                    break;
                case "USERID":
                    id = read.Id(value, name);
                    break;
                default:
                    read.FailUnknown(name, "A deleteUser has userId.");
                    break;
            }
        }

        return Given(read, id, "userId") is { } given ? new PlannedChange.DeleteUser(given) : null;
    }

    private static PlannedChange.Units? Units(BodyReader read, JsonElement item)
    {
        Guid? sku = null;
        int? units = null;
        foreach ((string name, JsonElement value) in read.Properties(item, "changes"))
        {
            switch (name.ToUpperInvariant())
            {
                case "KIND":
                    break;
                case "SKUID":
                    sku = read.Id(value, name);
                    break;
                case "UNITS":
                    units = read.Whole(value, name, 0, Subscription.MostUnits);
                    break;
                default:
                    read.FailUnknown(name, "A subscription has skuId and units.");
                    break;
            }
        }

        if (units is null)
        {
            read.FailMissing("units");
        }

        return Given(read, sku, "skuId") is { } given ? new PlannedChange.Units(given, units!.Value) : null;
    }

    // Null when something is wrong, which the reader then says.
    private static Guid? Given(BodyReader read, Guid? id, string property)
    {
        if (id is null)
        {
            read.FailMissing(property);
        }

        return read.Error is null ? id : null;
    }

    private static PlannedChange.PolicyAssignment? PolicyAssignment(BodyReader read, JsonElement item, Tenant tenant, string by)
    {
        Guid? policy = null;
        JsonElement? written = null;
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
                case "POLICY":
                    written = value.ValueKind == JsonValueKind.Null ? null : value;
                    break;
                case "ASSIGNMENTS":
                    assignments = AssignmentBody.ReadAll(read, value);
                    break;
                default:
                    read.FailUnknown(name, "A policyAssignment has policyId, policy and assignments.");
                    break;
            }
        }

        if (policy is null || assignments is null)
        {
            read.FailMissing(policy is null ? "policyId" : "assignments");
            return null;
        }

        PlannedChange.PolicyAssignment change = new(policy.Value, assignments.Value);
        if (written is not { } body)
        {
            return change;
        }

        int index = tenant.Fleet.FindPolicy(policy.Value);
        return index < 0
            ? change with { Wanted = PolicyBody.ReadNew(read, body, policy.Value, by) }
            : change with { Wanted = PolicyBody.Read(read, body, tenant.Fleet.Policies[index]) with { ModifiedBy = by }, Seen = tenant.Fleet.Policies[index] };
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
