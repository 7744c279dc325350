using System.Text.Encodings.Web;
using System.Text.Json;
using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Licensing;

namespace Berth.Graph.Audit;

/// <summary>
/// The activities of one entry of the journal, each made when it is asked for: an entry about a million users costs what is
/// looked at. Names are those of today, or the last ones of what is gone.
/// </summary>
internal sealed class AuditTrail
{
    /// <summary>Who does group work (L87); filters compare the name.</summary>
    public static readonly Actor GroupBasedLicensing = new(ActorKind.Application, null, "Microsoft Entra ID Group-Based Licensing");

    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Tenant _tenant;
    private readonly DepartedUsers _departed;
    private readonly TenantEvent _happened;
    private readonly DateTimeOffset _now;
    private readonly List<(int Count, Func<int, AuditRow> Row)> _parts = [];
    private bool _nameless;
    private int _ordinal;

    /// <summary>The activities of an entry.</summary>
    /// <param name="tenant">The tenant now.</param>
    /// <param name="departed">The names of deleted users.</param>
    /// <param name="happened">The entry.</param>
    /// <param name="now">The system's time.</param>
    public AuditTrail(Tenant tenant, DepartedUsers departed, TenantEvent happened, DateTimeOffset now)
    {
        (_tenant, _departed, _happened, _now) = (tenant, departed, happened, now);

        // The order of time: what the caller did, then the group's work with its start and end around it.
        foreach (Change change in happened.Changes)
        {
            Recorded(change);
        }

        Change.GroupProcessed[] processed = [.. happened.Changes.OfType<Change.GroupProcessed>()];
        foreach (Change.GroupProcessed group in processed)
        {
            One(() => Row(Activity.StartApplying, GroupBasedLicensing, Group(group.Group, Licenses(group.Group))));
        }

        foreach (Change change in happened.Changes)
        {
            Outcome(change);
        }

        foreach (Change.GroupProcessed group in processed)
        {
            One(() => Row(Activity.FinishApplying, GroupBasedLicensing, Group(group.Group, new AuditChange(
                "Result", null, $"[Users successfully assigned licenses: {group.Succeeded}, Users for whom license assignment failed: {group.Failed}.]"))));
        }

        Count = _parts.Sum(part => part.Count);
    }

    /// <summary>How many there are.</summary>
    public int Count { get; }

    /// <summary>The activity at a place, in order of time.</summary>
    public AuditRow this[int ordinal]
    {
        get
        {
            int left = _ordinal = ordinal;
            foreach ((int count, Func<int, AuditRow> row) in _parts)
            {
                if (left < count)
                {
                    _nameless = false;
                    return row(left);
                }

                left -= count;
            }

            throw new ArgumentOutOfRangeException(nameof(ordinal));
        }
    }

    private void Recorded(Change change)
    {
        switch (change)
        {
            case Change.UsersSet users:
                _parts.Add((users.Users.Count, i => UserSet(users.Indexes[i], users.Users[i])));
                break;
            case Change.UserDeleted deleted:
                One(() => Row(Activity.DeleteUser, _happened.Actor, User(deleted.User)));
                break;
            case Change.ReportingSet reporting:
                _parts.Add((reporting.Users.Count, i => Reporting(reporting.Users[i], reporting.Manager)));
                break;
            case Change.UserToDeletedItems deleted:
                One(() => Row(Activity.DeleteUser, _happened.Actor, User(deleted.User)));
                break;
            case Change.UserRestored restored:
                One(() => Row(
                    Activity.RestoreUser,
                    _happened.Actor,
                    new AuditTarget(restored.Restored.Id, "User", restored.Restored.DisplayName, restored.Restored.UserPrincipalName, null, [])));
                break;
            case Change.GroupToDeletedItems deleted:
                One(() => Row(Activity.DeleteGroup, _happened.Actor, Group(deleted.Group)));
                break;
            case Change.GroupRestored restored:
                One(() => Row(Activity.RestoreGroup, _happened.Actor, Group(restored.Group)));
                break;
            case Change.DeletedItemsPurged purged:
                // What goes because its time is over is nobody's doing.
                Actor actor = purged.Over ? Actor.Berth : _happened.Actor;
                _parts.Add((purged.Users.Count, i => Row(Activity.HardDeleteUser, actor, User(purged.Users[i]))));
                _parts.Add((purged.Groups.Count, i => Row(Activity.HardDeleteGroup, actor, Group(purged.Groups[i]))));
                break;
            case Change.GroupSet group:
                One(() => GroupSet(group));
                break;
            case Change.GroupDeleted deleted:
                One(() => Row(Activity.DeleteGroup, _happened.Actor, Group(deleted.Group)));
                break;
            case Change.MembersAdded added:
                Members(Activity.AddMember, added.Group, added.Users, added.Groups);
                break;
            case Change.MembersRemoved removed:
                Members(Activity.RemoveMember, removed.Group, removed.Users, removed.Groups);
                break;
            case Change.OwnersAdded added:
                Members(Activity.AddOwner, added.Group, added.Users, []);
                break;
            case Change.OwnersRemoved removed:
                Members(Activity.RemoveOwner, removed.Group, removed.Users, []);
                break;
            case Change.GroupLicensesSet licenses:
                One(() => Row(Activity.SetGroupLicense, _happened.Actor, Group(licenses.Group, Licenses(licenses.Group))));
                break;
            case Change.IdentityRecorded recorded:
                One(() => Identity(recorded));
                break;
            case Change.GroupReprocessAsked asked:
                One(() => Row(Activity.TriggerRecalculation, _happened.Actor, Group(asked.Group)));
                break;
            default:
                // Subscriptions, settings, clock and catalog are not the directory's; licenses of users follow.
                break;
        }
    }

    private void Outcome(Change change)
    {
        switch (change)
        {
            case Change.DirectSet direct:
                _parts.Add((direct.Users.Count, i => Row(Activity.ChangeUserLicense, _happened.Actor, User(direct.Users[i], License(direct.Before, direct.After)))));
                break;
            case Change.SourceSet source:
                _parts.Add((source.Users.Count, i => FromGroup(source, source.Users[i])));
                break;
            default:
                break;
        }
    }

    private AuditRow FromGroup(Change.SourceSet source, int user)
    {
        AuditTarget[] targets = [User(user, License(null, source.Applied)), Group(source.Group)];
        Func<string?>? reason = source.Trouble is { } trouble ? () => FailureReason.Of(_tenant, user, source, trouble, _now) : null;
        return AuditRow.Of(
            _happened, _tenant.Profile.Id, _ordinal, Activity.ChangeUserLicense, GroupBasedLicensing, _nameless, reason, targets);
    }

    private AuditRow UserSet(int index, User after)
    {
        User? before = _happened.Changes.OfType<Change.UserWas>().FirstOrDefault(was => was.User == index)?.Was;
        AuditTarget target = new(after.Id, "User", after.DisplayName, after.UserPrincipalName, null, [.. Changes(DirectoryProperties.Of(before), DirectoryProperties.Of(after))]);
        return Row(before is null ? Activity.AddUser : Activity.UpdateUser, _happened.Actor, target);
    }

    private AuditRow Reporting(int user, int? manager) => manager is { } index
        ? Row(Activity.SetUserManager, _happened.Actor, User(user), User(index))
        : Row(Activity.SetUserManager, _happened.Actor, User(user));

    // Entra's words for it (B738).
    private AuditRow Identity(Change.IdentityRecorded recorded)
    {
        (Activity activity, string type, string property) = recorded.Act switch
        {
            IdentityAct.ApplicationAdded => (Activity.AddApplication, "Application", "RequiredResourceAccess"),
            IdentityAct.ApplicationRemoved => (Activity.DeleteApplication, "Application", ""),
            IdentityAct.SecretChanged or IdentityAct.CertificateAdded => (Activity.ChangeCredentials, "Application", "KeyDescription"),
            IdentityAct.RoleAssigned => (Activity.AddToRole, "User", "Role.DisplayName"),
            IdentityAct.RoleRemoved => (Activity.RemoveFromRole, "User", "Role.DisplayName"),
            IdentityAct.TenantMade => (Activity.CreateCompany, "Other", "Domain"),
            IdentityAct.TenantRemoved => (Activity.DeleteCompany, "Other", "Domain"),
            IdentityAct.TenantExported => (Activity.ExportCompany, "Other", "Domain"),
            IdentityAct.AlertReceiverAdded => (Activity.AddAlertReceiver, "Other", "Address"),
            IdentityAct.AlertReceiverChanged => (Activity.UpdateAlertReceiver, "Other", "Address"),
            IdentityAct.AlertReceiverRemoved => (Activity.DeleteAlertReceiver, "Other", "Address"),
            IdentityAct.KeysRotated => (Activity.RotateKeys, "Other", "KeyDescription"),
            _ => throw new InvalidOperationException($"{recorded.Act} has no name in the audit log."),
        };
        AuditChange[] changes = recorded.Detail.Length == 0 ? []
            : recorded.Act is IdentityAct.RoleRemoved or IdentityAct.TenantRemoved or IdentityAct.AlertReceiverRemoved ? [new(property, Json([recorded.Detail]), null)]
            : [new(property, null, Json([recorded.Detail]))];
        return Row(activity, _happened.Actor, new AuditTarget(recorded.Target, type, recorded.Name, type == "User" ? recorded.Name : null, null, ValueArray.Create(changes)));
    }

    private AuditRow GroupSet(Change.GroupSet set)
    {
        GroupProfile? before = _happened.Changes.OfType<Change.GroupWas>().FirstOrDefault(was => was.Group == set.Group)?.Was;
        AuditTarget target = Group(set.Profile) with { Changes = [.. Changes(DirectoryProperties.Of(before), DirectoryProperties.Of(set.Profile))] };
        return Row(before is null ? Activity.AddGroup : Activity.UpdateGroup, _happened.Actor, target);
    }

    private void Members(Activity activity, int group, ValueArray<int> users, ValueArray<int> groups)
    {
        GroupProfile profile = _tenant.Groups[group].Profile;
        AuditChange[] which = activity.Operation == "Assign"
            ? [new("Group.ObjectID", null, Json([$"{profile.Id}"])), new("Group.DisplayName", null, Json([profile.DisplayName]))]
            : [new("Group.ObjectID", Json([$"{profile.Id}"]), null), new("Group.DisplayName", Json([profile.DisplayName]), null)];
        _parts.Add((users.Count, i => Row(activity, _happened.Actor, User(users[i], which), Group(profile))));
        _parts.Add((groups.Count, i => Row(activity, _happened.Actor, Group(groups[i], which), Group(profile))));
    }

    private void One(Func<AuditRow> row) => _parts.Add((1, _ => row()));

    private AuditRow Row(Activity activity, Actor actor, params ReadOnlySpan<AuditTarget> targets) =>
        AuditRow.Of(_happened, _tenant.Profile.Id, _ordinal, activity, actor, _nameless, null, targets);

    private AuditTarget User(int index, params ReadOnlySpan<AuditChange> changes)
    {
        User? user = _departed.Whoever(_tenant, index);
        _nameless |= user is null;
        return new AuditTarget(user?.Id ?? Guid.Empty, "User", user?.DisplayName, user?.UserPrincipalName, null, ValueArray.Create(changes));
    }

    private AuditTarget Group(int index, params ReadOnlySpan<AuditChange> changes) =>
        Group(_tenant.Groups[index].Profile) with { Changes = ValueArray.Create(changes) };

    private static AuditTarget Group(GroupProfile group) =>
        new(group.Id, "Group", group.DisplayName, null, group.GroupTypes.Contains("Unified") ? "unifiedGroups" : "azureAD", []);

    // What the entry changed on a group's licenses; nothing when it was only processed again.
    private AuditChange[] Licenses(int group) =>
        [.. _happened.Changes.OfType<Change.GroupLicensesSet>().Where(set => set.Group == group).Select(set => License(set.Before, set.After))];

    private AuditChange License(LicenseSet? before, LicenseSet after) => new("AssignedLicense", before is null ? null : Json(before), Json(after));

    private string Json(LicenseSet licenses) => Json(licenses.Items.Select(license =>
    {
        Sku sku = _tenant.Catalog.Skus[license.Sku];
        string disabled = string.Join(", ", license.Disabled.Select(plan => _tenant.Catalog.Plans[plan].Id));
        return $"[SkuName={sku.PartNumber}, AccountId={_tenant.Profile.Id}, SkuId={sku.Id}, DisabledPlans=[{disabled}]]";
    }));

    private static string Json(IEnumerable<string> values) => JsonSerializer.Serialize(values.ToArray(), Plain);

    private static IEnumerable<AuditChange> Changes(Dictionary<string, string> before, Dictionary<string, string> after)
    {
        foreach (string name in before.Keys.Union(after.Keys))
        {
            string? old = before.GetValueOrDefault(name), now = after.GetValueOrDefault(name);
            if (old != now)
            {
                yield return new AuditChange(name, Json(old is null ? [] : [old]), Json(now is null ? [] : [now]));
            }
        }
    }
}
