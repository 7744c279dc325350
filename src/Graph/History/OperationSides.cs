using System.Text.Json;
using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Licensing;
using Berth.Graph.Audit;
using Berth.Graph.CloudPcs;
using Berth.Graph.Desk;

namespace Berth.Graph.History;

/// <summary>
/// What an operation changed, as it was and as it became (B522). Of an operation about a million users only what is told is made.
/// </summary>
/// <param name="tenant">The tenant now: names are those of today.</param>
/// <param name="departed">The names of users who are gone for good.</param>
/// <param name="happened">The operation.</param>
/// <param name="only">The index of the user whose licenses are told; null for those of everybody.</param>
internal sealed class OperationSides(Tenant tenant, DepartedUsers departed, TenantEvent happened, int? only)
{
    /// <summary>The most entries of one kind that are told.</summary>
    public const int Most = 100;

    private readonly SortedDictionary<string, List<Action<Utf8JsonWriter>>> _before = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, List<Action<Utf8JsonWriter>>> _after = new(StringComparer.Ordinal);

    /// <summary>Whether there is more than is told.</summary>
    public bool IsTruncated { get; private set; }

    /// <summary>Goes through the changes.</summary>
    public void Gather()
    {
        foreach (Change change in happened.Changes)
        {
            Take(change);
        }
    }

    /// <summary>Writes <c>before</c> and <c>after</c>.</summary>
    public void Write(Utf8JsonWriter json)
    {
        Write(json, "before", _before);
        Write(json, "after", _after);
        json.WriteBoolean("truncated"u8, IsTruncated);
    }

    private static void Write(Utf8JsonWriter json, string name, SortedDictionary<string, List<Action<Utf8JsonWriter>>> side)
    {
        json.WriteStartObject(name);
        foreach ((string kind, List<Action<Utf8JsonWriter>> entries) in side)
        {
            json.WriteStartArray(kind);
            foreach (Action<Utf8JsonWriter> entry in entries)
            {
                json.WriteStartObject();
                entry(json);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private void Add(SortedDictionary<string, List<Action<Utf8JsonWriter>>> side, string kind, Action<Utf8JsonWriter> entry)
    {
        if (!side.TryGetValue(kind, out List<Action<Utf8JsonWriter>>? entries))
        {
            side.Add(kind, entries = []);
        }

        if (entries.Count < Most)
        {
            entries.Add(entry);
        }
        else
        {
            IsTruncated = true;
        }
    }

    private void Both(string kind, Action<Utf8JsonWriter>? before, Action<Utf8JsonWriter>? after)
    {
        if (before is not null)
        {
            Add(_before, kind, before);
        }

        if (after is not null)
        {
            Add(_after, kind, after);
        }
    }

    private void Take(Change change)
    {
        switch (change)
        {
            case Change.DirectSet set:
                foreach (int user in Told(set.Users))
                {
                    Both("directLicenses", json => Direct(json, user, set.Before), json => Direct(json, user, set.After));
                }

                break;
            case Change.SourceSet set:
                foreach (int user in Told(set.Users))
                {
                    States(user, set);
                }

                break;
            case Change.GroupLicensesSet set:
                Both("groupLicenses", json => OfGroup(json, set.Group, set.Before), json => OfGroup(json, set.Group, set.After));
                break;
            case Change.MembersAdded added:
                Members(_after, added.Group, added.Users, added.Groups);
                break;
            case Change.MembersRemoved removed:
                Members(_before, removed.Group, removed.Users, removed.Groups);
                break;
            case Change.OwnersAdded added:
                Add(_after, "owners", json => People(json, added.Group, "owners", added.Users, []));
                break;
            case Change.OwnersRemoved removed:
                Add(_before, "owners", json => People(json, removed.Group, "owners", removed.Users, []));
                break;
            case Change.ReportingSet set:
                foreach (int user in Told(set.Users))
                {
                    Add(_after, "managers", json =>
                    {
                        Person(json, user);
                        json.WriteString("managerId"u8, set.Manager is { } manager ? IdOf(manager).ToString() : null);
                    });
                }

                break;
            case Change.UsersSet set:
                for (int i = 0; i < set.Users.Count && !IsTruncated; i++)
                {
                    UserSet(set.Indexes[i], set.Users[i]);
                }

                break;
            case Change.UserToDeletedItems deleted:
                Add(_before, "users", json => Person(json, deleted.User));
                break;
            case Change.UserRestored restored:
                Add(_after, "users", json => Person(json, restored.User));
                break;
            case Change.GroupSet set:
                GroupSet(set);
                break;
            case Change.GroupDeleted deleted:
                Add(_before, "groups", json => OfGroup(json, deleted.Group));
                break;
            case Change.GroupToDeletedItems deleted:
                Add(_before, "groups", json => OfGroup(json, deleted.Group));
                break;
            case Change.GroupRestored restored:
                Add(_after, "groups", json => OfGroup(json, restored.Group));
                break;
            case Change.SubscriptionSet set:
                Add(_after, "subscriptions", json => SubscriptionDesk.Members(json, tenant, set.Subscription));
                break;
            case Change.IdentityRecorded recorded:
                Add(recorded.Act is IdentityAct.ApplicationRemoved or IdentityAct.RoleRemoved or IdentityAct.TenantRemoved or IdentityAct.AlertReceiverRemoved ? _before : _after, "identity", json =>
                {
                    json.WriteString("act"u8, char.ToLowerInvariant($"{recorded.Act}"[0]) + $"{recorded.Act}"[1..]);
                    json.WriteString("id"u8, recorded.Target);
                    json.WriteString("displayName"u8, recorded.Name);
                    json.WriteString("detail"u8, recorded.Detail);
                });
                break;
            case Change.SettingsSet set:
                Add(_after, "settings", json => SettingsDesk.Members(json, set.Settings));
                break;
            case Change.PolicySet set:
                Add(_after, "policyAssignments", json => Policy(json, set.Policy));
                break;
            case Change.Earlier { Fact: Change.SubscriptionSet was }:
                Add(_before, "subscriptions", json => SubscriptionDesk.Members(json, tenant, was.Subscription));
                break;
            case Change.Earlier { Fact: Change.SettingsSet was }:
                Add(_before, "settings", json => SettingsDesk.Members(json, was.Settings));
                break;
            case Change.Earlier { Fact: Change.PolicySet was }:
                Add(_before, "policyAssignments", json => Policy(json, was.Policy));
                break;
            case Change.CloudPcSet set:
                Add(_after, "cloudPcs", json => Machine(json, set.CloudPc.Id, set.CloudPc.UserId, set.CloudPc.Status, set.Step));
                break;
            case Change.CloudPcsCame came:
                for (int i = 0; i < came.Indexes.Count && !IsTruncated; i++)
                {
                    int at = i;
                    Add(_after, "cloudPcs", json => Machine(json, IdsByName.OfCloudPc(tenant.Profile.Id, came.Indexes[at]), IdOf(came.Users[at]), came.Status, came.Step));
                }

                break;
        }
    }

    // With a user named, that user's alone.
    private IEnumerable<int> Told(ValueArray<int> users)
    {
        if (only is { } one)
        {
            return users.Span.BinarySearch(one) >= 0 ? [one] : [];
        }

        IsTruncated |= users.Count > Most;
        return users.Take(Most);
    }

    private void States(int user, Change.SourceSet set)
    {
        foreach (int sku in set.Applied.Items.Concat(set.AppliedBefore.Items).Select(static item => item.Sku)
            .Concat(set.Trouble?.Errors.Select(static error => error.Sku) ?? []).Concat(set.ErrorsBefore.Select(static error => error.Sku)).Distinct().Order())
        {
            LicenseError before = set.ErrorsBefore.FirstOrDefault(error => error.Sku == sku).Error, after = set.Trouble?[sku] ?? LicenseError.None;
            Both("licenses", Row(set.AppliedBefore.Contains(sku), before), Row(set.Applied.Contains(sku), after));

            Action<Utf8JsonWriter>? Row(bool applied, LicenseError error) => !applied && error == LicenseError.None ? null : json =>
            {
                Person(json, user);
                Sku(json, sku);
                json.WriteString("source"u8, tenant.Groups[set.Group].Id);
                json.WriteString("state"u8, !applied ? "Error"u8 : error == LicenseError.None ? "Active"u8 : "ActiveWithError"u8);
                json.WriteString("error"u8, error.ToString());
            };
        }
    }

    private void UserSet(int index, User after)
    {
        User? before = happened.Changes.OfType<Change.UserWas>().FirstOrDefault(was => was.User == index)?.Was;
        Dictionary<string, string> was = DirectoryProperties.Of(before), now = DirectoryProperties.Of(after);
        string[] changed = [.. was.Keys.Union(now.Keys).Where(name => was.GetValueOrDefault(name) != now.GetValueOrDefault(name))];
        Both(
            "users",
            before is null ? null : json => Properties(json, before.Id, before.UserPrincipalName, was),
            json => Properties(json, after.Id, after.UserPrincipalName, now));

        void Properties(Utf8JsonWriter json, Guid id, string name, Dictionary<string, string> values)
        {
            json.WriteString("userId"u8, id);
            json.WriteString("userPrincipalName"u8, name);
            Values(json, changed.Where(static property => property != "UserPrincipalName"), values);
        }
    }

    private void GroupSet(Change.GroupSet set)
    {
        GroupProfile? before = happened.Changes.OfType<Change.GroupWas>().FirstOrDefault(was => was.Group == set.Group)?.Was;
        Dictionary<string, string> was = DirectoryProperties.Of(before), now = DirectoryProperties.Of(set.Profile);
        string[] changed = [.. was.Keys.Union(now.Keys).Where(name => was.GetValueOrDefault(name) != now.GetValueOrDefault(name))];
        Both("groups", before is null ? null : json => Properties(json, was), json => Properties(json, now));

        void Properties(Utf8JsonWriter json, Dictionary<string, string> values)
        {
            json.WriteString("groupId"u8, set.Profile.Id);
            Values(json, changed, values);
        }
    }

    private static void Values(Utf8JsonWriter json, IEnumerable<string> names, Dictionary<string, string> values)
    {
        foreach (string name in names)
        {
            json.WriteString(char.ToLowerInvariant(name[0]) + name[1..], values.GetValueOrDefault(name));
        }
    }

    private void Members(SortedDictionary<string, List<Action<Utf8JsonWriter>>> side, int group, ValueArray<int> users, ValueArray<int> groups) =>
        Add(side, "members", json => People(json, group, "memberIds", only is { } one && users.Span.BinarySearch(one) >= 0 ? [one] : users, groups));

    private void People(Utf8JsonWriter json, int group, string name, ValueArray<int> users, ValueArray<int> groups)
    {
        OfGroup(json, group);
        json.WriteNumber("count"u8, users.Count + groups.Count);
        json.WriteStartArray(name);
        foreach (Guid id in users.Take(Most).Select(IdOf).Concat(groups.Select(inner => tenant.Groups[inner].Id)).Take(Most))
        {
            json.WriteStringValue(id);
        }

        json.WriteEndArray();
    }

    private void Direct(Utf8JsonWriter json, int user, LicenseSet licenses)
    {
        Person(json, user);
        Licenses(json, licenses);
    }

    private void OfGroup(Utf8JsonWriter json, int group, LicenseSet licenses)
    {
        OfGroup(json, group);
        Licenses(json, licenses);
    }

    private void OfGroup(Utf8JsonWriter json, int group)
    {
        json.WriteString("groupId"u8, tenant.Groups[group].Id);
        json.WriteString("displayName"u8, tenant.Groups[group].Profile.DisplayName);
    }

    private void Licenses(Utf8JsonWriter json, LicenseSet licenses)
    {
        json.WriteStartArray("licenses"u8);
        foreach (License license in licenses.Items)
        {
            json.WriteStartObject();
            Sku(json, license.Sku);
            json.WriteStartArray("disabledPlans"u8);
            foreach (int plan in license.Disabled)
            {
                json.WriteStringValue(tenant.Catalog.Plans[plan].Id);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void Sku(Utf8JsonWriter json, int sku)
    {
        Sku one = tenant.Catalog.Skus[sku];
        json.WriteString("skuId"u8, one.Id);
        json.WriteString("skuPartNumber"u8, one.PartNumber);
    }

    private void Policy(Utf8JsonWriter json, ProvisioningPolicy policy)
    {
        json.WriteString("policyId"u8, policy.Id);
        json.WriteString("displayName"u8, policy.DisplayName);
        json.WriteStartArray("assignments"u8);
        foreach (PolicyAssignment one in policy.Assignments.Take(Most))
        {
            json.WriteStartObject();
            json.WriteString("groupId"u8, tenant.Groups[one.Group].Id);
            if (one.Plan is { } plan)
            {
                json.WriteString("servicePlanId"u8, tenant.Catalog.Plans[plan].Id);
                json.WriteString("allotmentDisplayName"u8, one.AllotmentName);
                json.WriteNumber("allotmentLicensesCount"u8, one.AllotmentLicenses ?? 0);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Machine(Utf8JsonWriter json, Guid id, Guid user, CloudPcStatus status, CloudPcStep step)
    {
        json.WriteString("id"u8, id);
        json.WriteString("userId"u8, user == Guid.Empty ? null : user.ToString());
        json.WriteString("status"u8, status.ToName());
        json.WriteString("reason"u8, char.ToLowerInvariant($"{step.Reason}"[0]) + $"{step.Reason}"[1..]);
    }

    private void Person(Utf8JsonWriter json, int index)
    {
        User? user = NamesOf(index);
        json.WriteString("userId"u8, user?.Id.ToString());
        json.WriteString("userPrincipalName"u8, user?.UserPrincipalName);
    }

    private Guid IdOf(int index) => NamesOf(index)?.Id ?? Guid.Empty;

    private User? NamesOf(int index) => departed.Whoever(tenant, index);
}
