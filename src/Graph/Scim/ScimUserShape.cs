using System.Text.Json.Nodes;
using Berth.Engine;
using Berth.Engine.Directory;
using Berth.Graph.Reads;

namespace Berth.Graph.Scim;

/// <summary>Users as SCIM sees them (B804).</summary>
internal static class ScimUserShape
{
    /// <summary>The users.</summary>
    public static ScimResource<UserRow> Users { get; } = new(
        ScimSchemas.User,
        "Users",
        [
            new(null, "externalId", "string", Text(UserAttribute.OnPremisesImmutableId)) { IsExact = true },
            new(null, "userName", "string", static row => row.User.UserPrincipalName) { IsRequired = true, IsUnique = true },
            new(null, "name", "complex", Name) { Parts = ["formatted", "familyName", "givenName"] },
            new(null, "displayName", "string", static row => row.User.DisplayName),
            new(null, "title", "string", Text(UserAttribute.JobTitle)),
            new(null, "userType", "string", Text(UserAttribute.EmployeeType)),
            new(null, "preferredLanguage", "string", Text(UserAttribute.PreferredLanguage)),
            new(null, "active", "boolean", static row => row.User.AccountEnabled),
            new(null, "emails", "complex", Emails) { IsList = true, Parts = ["value", "type", "primary"] },
            new(null, "phoneNumbers", "complex", Phones) { IsList = true, Parts = ["value", "type"] },
            new(null, "addresses", "complex", Addresses) { IsList = true, Parts = ["formatted", "streetAddress", "locality", "region", "postalCode", "country", "type"] },
            new(null, "groups", "complex", Groups)
            {
                IsList = true, IsReadOnly = true, OnRequest = true, Parts = ["value", "display"],
                Has = static (row, id) => Guid.TryParse(id, out Guid group) && row.Tenant.FindGroup(group) is >= 0 and int index && row.Tenant.GroupsOf(row.Position).Contains(index),
            },
            new(ScimSchemas.Enterprise, "employeeNumber", "string", Text(UserAttribute.EmployeeId)),
            new(ScimSchemas.Enterprise, "organization", "string", Text(UserAttribute.CompanyName)),
            new(ScimSchemas.Enterprise, "department", "string", Text(UserAttribute.Department)),
            new(ScimSchemas.Enterprise, "manager", "complex", Manager) { Parts = ["value", "displayName"] },
            new(ScimSchemas.Berth, "usageLocation", "string", static row => row.User.UsageLocation),
        ],
        static row => row.User.Id,
        static row => row.User.CreatedAt);

    private static Func<UserRow, JsonNode?> Text(UserAttribute attribute) => row => row.User.Attributes[attribute];

    private static JsonObject? Name(UserRow row)
    {
        string? given = row.User.Attributes[UserAttribute.GivenName], family = row.User.Attributes[UserAttribute.Surname];
        string formatted = string.Join(' ', new[] { given, family }.OfType<string>());
        return ScimTree.Of(("formatted", formatted.Length == 0 ? null : formatted), ("familyName", family), ("givenName", given));
    }

    private static JsonArray? Emails(UserRow row)
    {
        JsonObject? work = row.User.Attributes[UserAttribute.Mail] is { } mail ? ScimTree.Of(("value", mail), ("type", "work"), ("primary", true)) : null;
        return ScimTree.List([work, .. Lines(row, UserAttribute.OtherMails).Select(other => ScimTree.Of(("value", other), ("type", "other")))]);
    }

    private static JsonArray? Phones(UserRow row) => ScimTree.List(
    [
        .. Lines(row, UserAttribute.BusinessPhones).Select(number => ScimTree.Of(("value", number), ("type", "work"))),
        .. Typed(row, UserAttribute.MobilePhone, "mobile"),
        .. Typed(row, UserAttribute.FaxNumber, "fax"),
    ]);

    private static JsonArray? Addresses(UserRow row)
    {
        JsonObject? work = ScimTree.Of(
            ("formatted", row.User.Attributes[UserAttribute.OfficeLocation]),
            ("streetAddress", row.User.Attributes[UserAttribute.StreetAddress]),
            ("locality", row.User.Attributes[UserAttribute.City]),
            ("region", row.User.Attributes[UserAttribute.State]),
            ("postalCode", row.User.Attributes[UserAttribute.PostalCode]),
            ("country", row.User.Attributes[UserAttribute.Country]));
        work?.Add("type", "work");
        return ScimTree.List(work);
    }

    private static JsonArray? Groups(UserRow row)
    {
        Tenant tenant = row.Tenant;
        return ScimTree.List([.. tenant.GroupsOf(row.Position).Select(group => tenant.Groups[group].Profile).Select(group => ScimTree.Of(("value", $"{group.Id}"), ("display", group.DisplayName)))]);
    }

    private static JsonObject? Manager(UserRow row) =>
        row.Manager() is { User: var manager } ? ScimTree.Of(("value", $"{manager.Id}"), ("displayName", manager.DisplayName)) : null;

    private static IEnumerable<JsonObject?> Typed(UserRow row, UserAttribute attribute, string type) =>
        row.User.Attributes[attribute] is { } value ? [ScimTree.Of(("value", value), ("type", type))] : [];

    private static string[] Lines(UserRow row, UserAttribute attribute) => row.User.Attributes[attribute]?.Split('\n') ?? [];
}
