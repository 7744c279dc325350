using System.Text;
using System.Text.Json;
using Berth.Engine.Directory;

namespace Berth.Connect.Writing;

/// <summary>The properties in which two users differ, as the body of a PATCH.</summary>
internal static class UserProperties
{
    private static readonly UserAttribute[] Lists = [UserAttribute.BusinessPhones, UserAttribute.OtherMails, UserAttribute.ProxyAddresses];

    /// <summary>The properties that change, by name, as JSON; empty for none.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Between(User before, User after)
    {
        List<KeyValuePair<string, string>> changed = [];
        Add("displayName", before.DisplayName, after.DisplayName);
        Add("userPrincipalName", before.UserPrincipalName, after.UserPrincipalName);
        Add("mailNickname", before.MailNickname, after.MailNickname);
        Add("usageLocation", before.UsageLocation, after.UsageLocation);
        if (before.AccountEnabled != after.AccountEnabled)
        {
            changed.Add(new("accountEnabled", after.AccountEnabled ? "true" : "false"));
        }

        foreach (UserAttribute attribute in Enum.GetValues<UserAttribute>())
        {
            string? old = before.Attributes[attribute], young = after.Attributes[attribute];
            if (attribute is < UserAttribute.ExtensionAttribute1 && old != young)
            {
                changed.Add(new(JsonNamingPolicy.CamelCase.ConvertName(attribute.ToString()), Lists.Contains(attribute) ? List(young) : Text(young)));
            }
        }

        if (Extensions(before, after) is { } extensions)
        {
            changed.Add(new("onPremisesExtensionAttributes", extensions));
        }

        return changed;

        void Add(string name, string? old, string? young)
        {
            if (old != young)
            {
                changed.Add(new(name, Text(young)));
            }
        }
    }

    /// <summary>Properties as one object, in their order.</summary>
    public static JsonElement Body(IEnumerable<KeyValuePair<string, string>> properties)
    {
        StringBuilder body = new("{");
        foreach ((string name, string value) in properties)
        {
            body.Append(body.Length > 1 ? "," : "").Append(Text(name)).Append(':').Append(value);
        }

        using JsonDocument document = JsonDocument.Parse(body.Append('}').ToString());
        return document.RootElement.Clone();
    }

    private static string? Extensions(User before, User after)
    {
        string[] changed =
        [
            .. Enumerable.Range((int)UserAttribute.ExtensionAttribute1, 15).Select(number => (UserAttribute)number)
                .Where(attribute => before.Attributes[attribute] != after.Attributes[attribute])
                .Select(attribute => $"\"extensionAttribute{attribute - UserAttribute.ExtensionAttribute1 + 1}\":{Text(after.Attributes[attribute])}"),
        ];
        return changed.Length == 0 ? null : $"{{{string.Join(',', changed)}}}";
    }

    private static string List(string? lines) => $"[{string.Join(',', (lines ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Text))}]";

    private static string Text(string? text) => text is null ? "null" : $"\"{JsonEncodedText.Encode(text)}\"";
}
