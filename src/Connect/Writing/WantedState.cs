using Berth.Engine;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Licensing;

namespace Berth.Connect.Writing;

/// <summary>
/// What commands leave behind, object by object: several changes of the same user or group become one, and what is as wanted already drops out (B570).
/// Everything is kept in the order in which it was first named.
/// </summary>
internal sealed class WantedState
{
    private readonly Tenant _tenant;
    private readonly Dictionary<Guid, Dictionary<Guid, Guid[]>> _users = [], _groups = [];
    private readonly Dictionary<(Guid Group, Guid Member), bool> _members = [];
    private readonly Dictionary<Guid, Dictionary<string, string>> _properties = [];
    private readonly Dictionary<Guid, Guid> _managers = [];
    private readonly Dictionary<Guid, ValueArray<AssignmentRequest>> _policies = [];
    private readonly List<Wish.CloudPcAction> _actions = [];
    private readonly Dictionary<Guid, bool> _deleted = [];

    /// <summary>What commands leave behind on a tenant.</summary>
    public WantedState(Tenant tenant, IEnumerable<Command> commands)
    {
        _tenant = tenant;
        foreach (Command command in commands)
        {
            Add(command);
        }
    }

    /// <summary>Why some of it cannot be written, for people.</summary>
    public List<string> Problems { get; } = [];

    /// <summary>Direct licenses of users that are to change.</summary>
    public IEnumerable<Wish.UserLicense> UserLicenses() => _users.Where(one => !_deleted.ContainsKey(one.Key))
        .Select(one => (one.Key, Change: Between(DirectOf(one.Key), one.Value)))
        .Where(one => !IsNothing(one.Change))
        .Select(one => new Wish.UserLicense(one.Key, one.Change.Add, one.Change.Remove));

    /// <summary>Licenses of groups that are to change.</summary>
    public IEnumerable<Wish.GroupLicense> GroupLicenses() => _groups
        .Select(one => (one.Key, Change: Between(GroupOf(one.Key), one.Value)))
        .Where(one => !IsNothing(one.Change))
        .Select(one => new Wish.GroupLicense(one.Key, one.Change.Add, one.Change.Remove));

    /// <summary>The SKUs that a group has in the end.</summary>
    public IReadOnlyCollection<Guid> FinalLicenses(Guid group) => (_groups.TryGetValue(group, out Dictionary<Guid, Guid[]>? wanted) ? wanted : GroupOf(group)).Keys;

    /// <summary>Who is to join a group.</summary>
    public IEnumerable<(Guid Group, Guid Member)> Joining() => Moving(joins: true);

    /// <summary>Who is to leave a group.</summary>
    public IEnumerable<(Guid Group, Guid Member)> Leaving() => Moving(joins: false);

    /// <summary>Properties of users that are to change.</summary>
    public IEnumerable<Wish.Properties> Properties() => _properties.Where(one => !_deleted.ContainsKey(one.Key) && one.Value.Count > 0)
        .Select(one => new Wish.Properties(one.Key, UserProperties.Body(one.Value)));

    /// <summary>Managers that are to change.</summary>
    public IEnumerable<Wish.ReportsTo> Managers() => _managers.Where(one => !_deleted.ContainsKey(one.Key) && ManagerOf(one.Key) != one.Value)
        .Select(one => new Wish.ReportsTo(one.Key, one.Value));

    /// <summary>Policies whose groups are to change.</summary>
    public IEnumerable<Wish.Policy> Policies() => _policies.Where(one => !IsAssigned(one.Key, one.Value))
        .Select(one => new Wish.Policy(
            one.Key, [.. one.Value.Select(a => new WantedAssignment(a.Id, a.GroupId, a.ServicePlanId, a.AllotmentName, a.AllotmentLicenses))]));

    /// <summary>Actions for Cloud PCs.</summary>
    public IEnumerable<Wish.CloudPcAction> Actions() => _actions;

    /// <summary>Users that are to be deleted.</summary>
    public IEnumerable<Wish.NoUser> Deletions() => _deleted.Keys.Select(user => new Wish.NoUser(user));

    private void Add(Command command)
    {
        switch (command)
        {
            case Command.AssignUserLicenses one:
                Switch(_users, one.UserId, DirectOf, one.Add, one.Remove);
                break;
            case Command.AssignGroupLicenses one:
                Switch(_groups, one.GroupId, GroupOf, one.Add, one.Remove);
                break;
            case Command.AddMembers one:
                Move(one.GroupId, one.Members, joins: true);
                break;
            case Command.RemoveMembers one:
                Move(one.GroupId, one.Members, joins: false);
                break;
            case Command.UpdateUser one:
                Change(one);
                break;
            case Command.DeleteUser one:
                _deleted[one.UserId] = true;
                break;
            case Command.AssignPolicy one:
                _policies[one.PolicyId] = one.Assignments;
                break;
            case Command.EndGracePeriod one:
                _actions.Add(new Wish.CloudPcAction(one.CloudPcId, "endGracePeriod", null));
                break;
            case Command.Reprovision one:
                _actions.Add(new Wish.CloudPcAction(one.CloudPcId, "reprovision", null));
                break;
            case Command.ResizeCloudPc one:
                _actions.Add(new Wish.CloudPcAction(one.CloudPcId, "resize", one.TargetPlanId));
                break;
            case Command.RestoreCloudPc one:
                _actions.Add(new Wish.CloudPcAction(one.CloudPcId, "restore", one.SnapshotId));
                break;
            case Command.SetUnits one:
                string name = _tenant.Catalog.TryGetSku(one.SkuId, out Berth.Engine.Catalog.Sku? sku) ? sku.PartNumber : $"{one.SkuId}";
                Problems.Add(
                    $"Graph sells nothing, so the units of {name} cannot be set in this tenant. Buy or return them in the Microsoft 365 admin center "
                    + "(Billing > Your products) or with your reseller, pull the tenant again, and take the change of kind \"subscription\" out of the file (B572).");
                break;
            default:
                Problems.Add($"{command.GetType().Name} cannot be written to a tenant at Microsoft (B572).");
                break;
        }
    }

    private static void Switch(
        Dictionary<Guid, Dictionary<Guid, Guid[]>> all, Guid id, Func<Guid, Dictionary<Guid, Guid[]>> before, ValueArray<LicenseRequest> add, ValueArray<Guid> remove)
    {
        if (!all.TryGetValue(id, out Dictionary<Guid, Guid[]>? wanted))
        {
            all.Add(id, wanted = before(id));
        }

        foreach (Guid sku in remove)
        {
            wanted.Remove(sku);
        }

        foreach (LicenseRequest license in add)
        {
            wanted[license.SkuId] = Sorted(license.DisabledPlans);
        }
    }

    private void Move(Guid group, ValueArray<Guid> members, bool joins)
    {
        foreach (Guid member in members)
        {
            _members[(group, member)] = joins;
        }
    }

    private void Change(Command.UpdateUser change)
    {
        User wanted = change.User;
        if (!_properties.TryGetValue(wanted.Id, out Dictionary<string, string>? properties))
        {
            _properties.Add(wanted.Id, properties = []);
        }

        // What an earlier change of the same user said stays, unless this one says otherwise.
        User before = change.Basis ?? UserOf(wanted.Id) ?? wanted with { Attributes = default, UsageLocation = null };
        foreach ((string name, string value) in UserProperties.Between(before, wanted))
        {
            properties[name] = value;
        }

        if (change.ManagerId is { } manager)
        {
            _managers[wanted.Id] = manager;
        }
    }

    private IEnumerable<(Guid Group, Guid Member)> Moving(bool joins) =>
        _members.Where(one => one.Value == joins && IsMember(one.Key.Group, one.Key.Member) != joins && (joins || !_deleted.ContainsKey(one.Key.Member)))
            .Where(one => !joins || !_deleted.ContainsKey(one.Key.Member))
            .Select(one => one.Key);

    private bool IsMember(Guid group, Guid member)
    {
        int index = _tenant.FindGroup(group), user = _tenant.FindUser(member);
        return index >= 0 && (user >= 0 ? _tenant.GroupsOf(user).Span.BinarySearch(index) >= 0 : _tenant.Groups[index].MemberGroups.Span.Contains(_tenant.FindGroup(member)));
    }

    private User? UserOf(Guid id) => _tenant.TryGetUser(_tenant.FindUser(id), out User? user) ? user : null;

    private Guid? ManagerOf(Guid id) =>
        _tenant.FindUser(id) is >= 0 and int user && _tenant.ManagerOf(user) is >= 0 and int manager ? _tenant.Users[manager]!.Id : null;

    private Dictionary<Guid, Guid[]> DirectOf(Guid id) => Licenses(_tenant.FindUser(id) is >= 0 and int user ? _tenant.LicensesOf(user).Direct : LicenseSet.Empty);

    private Dictionary<Guid, Guid[]> GroupOf(Guid id) => Licenses(_tenant.FindGroup(id) is >= 0 and int group ? _tenant.Groups[group].Licenses : LicenseSet.Empty);

    private Dictionary<Guid, Guid[]> Licenses(LicenseSet set) => set.Items.ToDictionary(
        license => _tenant.Catalog.Skus[license.Sku].Id,
        license => Sorted(license.Disabled.Select(plan => _tenant.Catalog.Plans[plan].Id)));

    private bool IsAssigned(Guid policy, ValueArray<AssignmentRequest> wanted)
    {
        int index = _tenant.Fleet.FindPolicy(policy);
        if (index < 0)
        {
            return false;
        }

        var there = _tenant.Fleet.Policies[index].Assignments.Select(one => (
            _tenant.Groups[one.Group].Id, one.Plan is { } plan ? _tenant.Catalog.Plans[plan].Id : (Guid?)null, one.AllotmentName, one.AllotmentLicenses));
        return there.ToHashSet().SetEquals(wanted.Select(one => (one.GroupId, one.ServicePlanId, one.AllotmentName, one.AllotmentLicenses)));
    }

    private static (WantedLicense[] Add, Guid[] Remove) Between(Dictionary<Guid, Guid[]> before, Dictionary<Guid, Guid[]> after) =>
    (
        [.. after.Where(one => !before.TryGetValue(one.Key, out Guid[]? old) || !old.AsSpan().SequenceEqual(one.Value)).Select(one => new WantedLicense(one.Key, one.Value))],
        [.. before.Keys.Where(sku => !after.ContainsKey(sku))]);

    private static bool IsNothing((WantedLicense[] Add, Guid[] Remove) change) => change.Add.Length + change.Remove.Length == 0;

    private static Guid[] Sorted(IEnumerable<Guid> ids) => [.. ids.Distinct().Order()];
}
