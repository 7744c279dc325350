using System.Runtime.InteropServices;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Frontline;
using Berth.Engine.Licensing;

namespace Berth.Engine;

/// <summary>A tenant as changes from nothing: the same vocabulary as the journal, so a snapshot needs no format of its own.</summary>
internal static class Description
{
    // Large enough to pack well, small enough that a portion is written without holding anybody up.
    private const int Portion = 16_384;

    public static IEnumerable<Change> Of(Tenant tenant)
    {
        if (tenant.Version == 0)
        {
            yield break;
        }

        yield return new Change.TenantCreated(tenant.Profile);
        yield return new Change.CatalogSet(tenant.Catalog);
        yield return new Change.SettingsSet(tenant.Settings);
        yield return new Change.ClockSet(tenant.Clock);
        if (tenant.Parts.Rules.Timed.Count > 0)
        {
            yield return new Change.TimePassed(tenant.Parts.PassedTo);
        }

        foreach (Subscription subscription in tenant.Subscriptions)
        {
            yield return new Change.SubscriptionSet(subscription);
        }

        foreach (Change change in Users(tenant).Concat(Groups(tenant)))
        {
            yield return change;
        }

        for (int from = 0; from < tenant.Users.Count; from += Portion)
        {
            foreach (Change change in Licenses(tenant, from, Math.Min(from + Portion, tenant.Users.Count)))
            {
                yield return change;
            }
        }

        foreach (Change change in FleetDescription.Of(tenant).Concat(tenant.Alerts.Describe()).Concat(tenant.CloudApps.Describe()))
        {
            yield return change;
        }

        foreach ((int plan, ConcurrencyBuffer buffer) in tenant.Frontline.Buffers)
        {
            yield return new Change.BufferSet(plan, buffer);
        }

        foreach (Change change in tenant.Frontline.Reprovision.Describe())
        {
            yield return change;
        }

        foreach ((Guid assignment, StoragePool pool) in tenant.Frontline.Storages.Pools)
        {
            yield return new Change.StorageTermsSet(assignment, pool.Terms);
            foreach ((int user, UserStorage storage) in pool.Storages)
            {
                yield return new Change.StorageAttached(assignment, user, storage);
            }
        }
    }

    private static IEnumerable<Change> Users(Tenant tenant)
    {
        for (int from = 0; from < tenant.Users.Count; from += Portion)
        {
            List<int> indexes = [];
            List<User> users = [];
            for (int i = from; i < Math.Min(from + Portion, tenant.Users.Count); i++)
            {
                if (tenant.Users[i] is { } user)
                {
                    indexes.Add(i);
                    users.Add(user);
                }
            }

            if (users.Count > 0)
            {
                yield return new Change.UsersSet(indexes.ToValueArray(), users.ToValueArray());
            }
        }

        foreach ((int manager, SortedPages<int> reports) in tenant.Parts.Reporting.Lines())
        {
            yield return new Change.ReportingSet(ValueArray.Own(reports.ToArray()), manager);
        }

        foreach ((int index, DeletedUser item) in tenant.Deleted.Users)
        {
            yield return new Change.DeletedUserSet(index, item);
        }

        // Indexes of deleted users at the end must not be given again.
        if (tenant.Users.Count > 0 && tenant.Users[tenant.Users.Count - 1] is null)
        {
            yield return new Change.UserDeleted(tenant.Users.Count - 1);
        }
    }

    private static IEnumerable<Change> Groups(Tenant tenant)
    {
        for (int i = 0; i < tenant.Groups.Count; i++)
        {
            yield return new Change.GroupSet(i, tenant.Groups[i].Profile);
            if (tenant.Groups[i].IsDeleted)
            {
                // At once: a later group may have the id of a deleted one.
                yield return new Change.GroupDeleted(i);
            }

            if (tenant.Deleted.Groups.TryGetValue(i, out DeletedGroup? item))
            {
                yield return new Change.DeletedGroupSet(i, item);
            }
        }

        for (int i = 0; i < tenant.Groups.Count; i++)
        {
            Group group = tenant.Groups[i];
            int[] members = group.Members.ToArray();
            for (int from = 0; from < members.Length; from += Portion)
            {
                yield return new Change.MembersAdded(i, ValueArray.Own(members[from..Math.Min(from + Portion, members.Length)]), []);
            }

            if (group.MemberGroups.Count > 0)
            {
                yield return new Change.MembersAdded(i, [], group.MemberGroups);
            }

            if (group.Owners.Count > 0)
            {
                yield return new Change.OwnersAdded(i, group.Owners);
            }

            if (group.MembershipUpdatedAt is { } updated)
            {
                yield return new Change.MembershipProcessed(i, updated);
            }

            if (group.EverLicensed)
            {
                yield return new Change.GroupLicensesSet(i, LicenseSet.Empty, group.Licenses);
            }
        }
    }

    private static IEnumerable<Change> Licenses(Tenant tenant, int from, int to)
    {
        Dictionary<Change, List<int>> packed = [];
        for (int user = from; user < to; user++)
        {
            UserLicenses licenses = tenant.LicensesOf(user);
            foreach (GroupSource source in licenses.Groups)
            {
                Pack(new Change.SourceSet(source.Group, [], source.Applied, source.Trouble, source.UpdatedAt), user);
            }

            if (!licenses.Direct.IsEmpty)
            {
                Pack(new Change.DirectSet([], LicenseSet.Empty, licenses.Direct, licenses.DirectUpdatedAt), user);
            }
        }

        foreach ((Change template, List<int> users) in packed)
        {
            yield return template switch
            {
                Change.SourceSet source => source with { Users = users.ToValueArray() },
                Change.DirectSet direct => direct with { Users = users.ToValueArray() },
                _ => throw new InvalidOperationException("Only licenses are packed."),
            };
        }

        void Pack(Change template, int user) =>
            (CollectionsMarshal.GetValueRefOrAddDefault(packed, template, out _) ??= []).Add(user);
    }
}
