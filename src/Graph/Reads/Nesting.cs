using Berth.Engine;
using Berth.Engine.Collections;
using Berth.Engine.Directory;

namespace Berth.Graph.Reads;

/// <summary>Groups in groups, to any depth: each group once, circles included.</summary>
internal static class Nesting
{
    /// <summary>The groups inside a group, ascending and without itself.</summary>
    public static int[] Inside(Tenant tenant, int group) => Reach(
        tenant.Groups[group].MemberGroups, inner => tenant.Groups[inner].MemberGroups, except: group);

    /// <summary>The groups a user belongs to, directly or through groups, ascending.</summary>
    public static int[] OverUser(Tenant tenant, int user) =>
        tenant.GroupsOf(user) is { Count: > 0 } direct ? Over(tenant, direct, except: -1) : [];

    /// <summary>The groups a group belongs to, ascending and without itself.</summary>
    public static int[] OverGroup(Tenant tenant, int group) => Over(tenant, [group], except: group);

    private static int[] Over(Tenant tenant, IEnumerable<int> from, int except)
    {
        Dictionary<int, List<int>> parents = [];
        PagedVector<Group> groups = tenant.Groups;
        for (int parent = 0; parent < groups.Count; parent++)
        {
            foreach (int inner in groups[parent].IsDeleted ? [] : groups[parent].MemberGroups)
            {
                (parents.TryGetValue(inner, out List<int>? of) ? of : parents[inner] = []).Add(parent);
            }
        }

        return Reach(from, inner => parents.TryGetValue(inner, out List<int>? of) ? of : [], except);
    }

    private static int[] Reach(IEnumerable<int> from, Func<int, IEnumerable<int>> next, int except)
    {
        SortedSet<int> seen = [];
        Stack<int> open = new(from);
        while (open.TryPop(out int group))
        {
            if (seen.Add(group))
            {
                foreach (int further in next(group))
                {
                    open.Push(further);
                }
            }
        }

        seen.Remove(except);
        return [.. seen];
    }
}
