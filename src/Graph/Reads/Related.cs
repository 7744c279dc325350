using Berth.Engine;
using Berth.Engine.Directory;
using Berth.Graph.Queries;

namespace Berth.Graph.Reads;

/// <summary>The objects one relation leads to: users first, then groups, each in the order of their indexes.</summary>
/// <param name="Tenant">Whose.</param>
/// <param name="Users">The users.</param>
/// <param name="Groups">The groups.</param>
internal sealed record Related(Tenant Tenant, IndexList Users, IndexList Groups)
{
    /// <summary>The rows after a position that a query can take.</summary>
    public (IEnumerable<MemberRow> Rows, int? Count) Both(Query<MemberRow> query, int after)
    {
        (IEnumerable<UserRow> users, int? userCount) = UserRows(query.Equalities, after);
        (IEnumerable<GroupRow> groups, int? groupCount) = GroupRows(query.Equalities, MemberRow.GroupsAfter(after));
        return (users.Select(static user => new MemberRow(user, null)).Concat(groups.Select(static group => new MemberRow(null, group))), userCount + groupCount);
    }

    /// <summary>The users among them after a position that a query can take.</summary>
    public (IEnumerable<UserRow> Rows, int? Count) OnlyUsers(Query<UserRow> query, int after) => UserRows(query.Equalities, after);

    /// <summary>The groups among them after a position that a query can take.</summary>
    public (IEnumerable<GroupRow> Rows, int? Count) OnlyGroups(Query<GroupRow> query, int after) => GroupRows(query.Equalities, after);

    private (IEnumerable<UserRow> Rows, int? Count) UserRows(Equality[] equalities, int after)
    {
        IEnumerable<int>? named = Named(equalities, Tenant.FindUser, Users, after);
        return (UserRows(named ?? Users.After(after)), named is null ? Users.Count : null);
    }

    private IEnumerable<UserRow> UserRows(IEnumerable<int> indexes)
    {
        foreach (int index in indexes)
        {
            // Whom a license error names can be gone.
            if (Tenant.TryGetUser(index, out User? user))
            {
                yield return new UserRow(Tenant, index, user);
            }
        }
    }

    private (IEnumerable<GroupRow> Rows, int? Count) GroupRows(Equality[] equalities, int after)
    {
        IEnumerable<int>? named = Named(equalities, Tenant.FindGroup, Groups, after);
        return (GroupRows(named ?? Groups.After(after)), named is null ? Groups.Count : null);
    }

    private IEnumerable<GroupRow> GroupRows(IEnumerable<int> indexes)
    {
        foreach (int index in indexes)
        {
            yield return new GroupRow(Tenant, index, Tenant.Groups[index]);
        }
    }

    // A client that asks whether somebody is a member filters by id: that must not read a hundred thousand members.
    private static IEnumerable<int>? Named(Equality[] equalities, Func<Guid, int> find, IndexList list, int after)
    {
        foreach (Equality equality in equalities)
        {
            if (equality.Path == "id")
            {
                return equality.Values.Select(value => Guid.TryParse(value as string, out Guid id) ? find(id) : -1)
                    .Where(index => index > after && list.Contains(index)).Distinct().Order();
            }
        }

        return null;
    }
}
