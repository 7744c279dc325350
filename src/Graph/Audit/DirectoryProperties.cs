using Berth.Engine.Directory;

namespace Berth.Graph.Audit;

/// <summary>The properties of users and groups that have a value, by the names of the audit log.</summary>
internal static class DirectoryProperties
{
    /// <summary>Those of a user; of nobody none.</summary>
    public static Dictionary<string, string> Of(User? user)
    {
        Dictionary<string, string> properties = [];
        if (user is not null)
        {
            properties.Add("AccountEnabled", user.AccountEnabled ? "true" : "false");
            properties.Add("DisplayName", user.DisplayName);
            properties.Add("UserPrincipalName", user.UserPrincipalName);
            Add(properties, "MailNickname", user.MailNickname);
            Add(properties, "UsageLocation", user.UsageLocation);
            foreach ((UserAttribute attribute, string value) in user.Attributes.Values)
            {
                properties.Add(NameOf(attribute), value);
            }
        }

        return properties;
    }

    private static string NameOf(UserAttribute attribute) => attribute is >= UserAttribute.ExtensionAttribute1 and <= UserAttribute.ExtensionAttribute15
        ? $"ExtensionAttribute{attribute - UserAttribute.ExtensionAttribute1 + 1}"
        : attribute.ToString();

    /// <summary>Those of a group; of none none.</summary>
    public static Dictionary<string, string> Of(GroupProfile? group)
    {
        Dictionary<string, string> properties = [];
        if (group is not null)
        {
            properties.Add("DisplayName", group.DisplayName);
            properties.Add("MailEnabled", group.MailEnabled ? "true" : "false");
            properties.Add("SecurityEnabled", group.SecurityEnabled ? "true" : "false");
            Add(properties, "Description", group.Description);
            Add(properties, "MailNickname", group.MailNickname);
            Add(properties, "Visibility", group.Visibility);
            Add(properties, "GroupType", group.GroupTypes.Count == 0 ? null : string.Join(", ", group.GroupTypes));
        }

        return properties;
    }

    private static void Add(Dictionary<string, string> properties, string name, string? value)
    {
        if (value is not null)
        {
            properties.Add(name, value);
        }
    }
}
