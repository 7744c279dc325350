using System.Text.Json.Nodes;
using Berth.Engine;
using Berth.Engine.Directory;
using Berth.Graph.Reads;

namespace Berth.Graph.Scim;

/// <summary>Groups as SCIM sees them (B807).</summary>
internal static class ScimGroupShape
{
    /// <summary>The groups.</summary>
    public static ScimResource<GroupRow> Groups { get; } = new(
        ScimSchemas.Group,
        "Groups",
        [
            new(null, "displayName", "string", static row => row.Group.Profile.DisplayName) { IsRequired = true },
            new(null, "members", "complex", Members) { IsList = true, Parts = ["value", "display", "type"], Has = Has },
        ],
        static row => row.Group.Id,
        static row => row.Group.Profile.CreatedAt);

    /// <summary>How many members a group has.</summary>
    public static int CountOf(GroupRow row) => row.Group.Members.Count + row.Group.MemberGroups.Count;

    /// <summary>Whether a user or group is a member.</summary>
    public static bool Has(GroupRow row, string id) => Guid.TryParse(id, out Guid member) && Has(row, member);

    /// <summary>Whether a user or group is a member.</summary>
    public static bool Has(GroupRow row, Guid member) =>
        (row.Tenant.FindUser(member) is >= 0 and int user && row.Group.Members.Contains(user))
        || (row.Tenant.FindGroup(member) is >= 0 and int group && row.Group.MemberGroups.Contains(group));

    /// <summary>The ids of the members, users first.</summary>
    public static IEnumerable<Guid> IdsOf(GroupRow row) =>
        row.Group.Members.Select(user => row.Tenant.Users[user]!.Id).Concat(row.Group.MemberGroups.Select(group => row.Tenant.Groups[group].Id));

    private static JsonArray? Members(GroupRow row)
    {
        JsonArray list = ScimTree.NewList();
        foreach (int index in row.Group.Members)
        {
            User user = row.Tenant.Users[index]!;
            list.Add((JsonNode?)ScimTree.Of(("value", $"{user.Id}"), ("display", user.DisplayName), ("type", "User")));
        }

        foreach (int index in row.Group.MemberGroups)
        {
            GroupProfile group = row.Tenant.Groups[index].Profile;
            list.Add((JsonNode?)ScimTree.Of(("value", $"{group.Id}"), ("display", group.DisplayName), ("type", "Group")));
        }

        return list.Count == 0 ? null : list;
    }
}
