using System.Text.Json;
using System.Text.Json.Nodes;
using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.Directory;
using Berth.Graph.Writes;

namespace Berth.Graph.Scim;

/// <summary>What a body says of a user.</summary>
/// <param name="Written">The user as they are to be, their manager when the body names one, and their new password.</param>
/// <param name="EndsManager">Whether the manager there is goes.</param>
internal sealed record ScimWrittenUser(WrittenUser Written, bool EndsManager);

/// <summary>
/// Reads a user: SCIM's attributes become Graph's properties (B804), which are read as Graph's own bodies are, so that the same limits and rules hold. What has no
/// counterpart here is passed over; what a body does not name stays as it is (B803), and null or an empty list takes a value away.
/// </summary>
internal static class ScimUserBody
{
    private static readonly (string? Schema, string Attribute, string Property)[] Texts =
    [
        (null, "userName", "userPrincipalName"),
        (null, "externalId", "onPremisesImmutableId"),
        (null, "displayName", "displayName"),
        (null, "title", "jobTitle"),
        (null, "userType", "employeeType"),
        (null, "preferredLanguage", "preferredLanguage"),
        (ScimSchemas.Enterprise, "employeeNumber", "employeeId"),
        (ScimSchemas.Enterprise, "organization", "companyName"),
        (ScimSchemas.Enterprise, "department", "department"),
        (ScimSchemas.Berth, "usageLocation", "usageLocation"),
    ];

    private static readonly (string Part, string Property)[] AddressParts =
    [
        ("formatted", "officeLocation"), ("streetAddress", "streetAddress"), ("locality", "city"), ("region", "state"), ("postalCode", "postalCode"), ("country", "country"),
    ];

    /// <summary>A new user.</summary>
    public static ScimWrittenUser? Create(BodyReader read, JsonElement body, Tenant tenant)
    {
        User blank = new(Guid.NewGuid(), "", "", null, accountEnabled: true, null, default, default);
        if (Tree(read, body) is not { } tree)
        {
            return null;
        }

        if (ScimMatch.Text(ScimTree.Single(tree["userName"])) is not { Length: > 0 } userName)
        {
            read.Fail(ScimError.Value("A user has a 'userName'."));
            return null;
        }

        if (ScimMatch.Text(ScimTree.Single(tree["displayName"])) is null or "")
        {
            JsonObject? name = tree["name"] as JsonObject;
            string joined = string.Join(' ', new[] { ScimMatch.Text(name?["givenName"]), ScimMatch.Text(name?["familyName"]) }.Where(part => !string.IsNullOrWhiteSpace(part)));
            tree["displayName"] = ScimMatch.Text(name?["formatted"]) is { Length: > 0 } formatted ? formatted : joined.Length > 0 ? joined : userName;
        }

        return Read(read, tree, blank, tenant, whole: false);
    }

    /// <summary>A user with the attributes of a body.</summary>
    public static ScimWrittenUser? Replace(BodyReader read, JsonElement body, User before, Tenant tenant)
    {
        JsonObject? tree = Tree(read, body);
        if (tree is not null && ScimMatch.Text(tree["id"]) is { } id && id != $"{before.Id}")
        {
            read.Fail(ScimError.Mutability("The id of a resource does not change."));
        }

        return tree is null ? null : Read(read, tree, before, tenant, whole: false);
    }

    /// <summary>A user after operations were done to what they are.</summary>
    /// <param name="read">Keeps the error.</param>
    /// <param name="tree">The whole user after the operations.</param>
    /// <param name="before">The user.</param>
    /// <param name="tenant">Whose.</param>
    public static ScimWrittenUser? Change(BodyReader read, JsonObject tree, User before, Tenant tenant) => Read(read, tree, before, tenant, whole: true);

    private static JsonObject? Tree(BodyReader read, JsonElement body)
    {
        (JsonNode? tree, Requests.GraphError? error) = ScimTree.Read(body);
        if (error is not null || tree is not JsonObject made)
        {
            read.Fail(error ?? ScimError.Syntax("A user is an object."));
            return null;
        }

        return made;
    }

    private static ScimWrittenUser? Read(BodyReader read, JsonObject tree, User before, Tenant tenant, bool whole)
    {
        JsonObject graph = [];
        foreach ((string? schema, string attribute, string property) in Texts)
        {
            if (Given(tree, schema, attribute, whole, out JsonNode? value))
            {
                graph[property] = ScimTree.Single(value)?.DeepClone();
            }
        }

        if (Given(tree, null, "active", whole: false, out JsonNode? active))
        {
            // Entra sends flags as texts (B806).
            graph["accountEnabled"] = ScimMatch.Text(ScimTree.Single(active))?.ToUpperInvariant() switch
            {
                "TRUE" => true,
                "FALSE" => false,
                _ => ScimTree.Single(active)?.DeepClone(),
            };
        }

        ReadName(tree, graph, whole);
        ReadEmails(read, tree, graph, whole);
        ReadPhones(tree, graph, whole);
        ReadAddress(tree, graph, whole);
        if (before.MailNickname is null && before.UserPrincipalName.Length == 0)
        {
            string local = (ScimMatch.Text(graph["userPrincipalName"]) ?? "").Split('@')[0];
            graph["mailNickname"] = UserBody.IsNickname(local) ? local : null;
        }

        if (ScimMatch.Text(ScimTree.Single(tree["password"])) is { Length: > 0 } password)
        {
            graph["passwordProfile"] = new JsonObject { ["password"] = password };
        }

        if (before.UsageLocation is null && ScimMatch.Text(graph["usageLocation"]) is null && ScimMatch.Text(graph["country"]) is { Length: 2 } country && Countries.IsKnown(country))
        {
            graph["usageLocation"] = country;
        }

        using JsonDocument document = JsonSerializer.SerializeToDocument(graph, ScimJson.Default.JsonObject);
        WrittenUser written = UserBody.Change(read, document.RootElement, before, tenant);
        bool named = Given(tree, ScimSchemas.Enterprise, "manager", whole, out JsonNode? manager);
        if (!named)
        {
            return new ScimWrittenUser(written, EndsManager: false);
        }

        string? text = ScimMatch.Text(ScimTree.Single(manager));
        if (string.IsNullOrEmpty(text))
        {
            return new ScimWrittenUser(written, tenant.ManagerOf(tenant.FindUser(before.Id)) >= 0);
        }

        if (!Guid.TryParseExact(text, "D", out Guid id) || tenant.FindUser(id) < 0)
        {
            read.Fail(ScimError.Value("'manager' names no user: its value is the id of one."));
        }

        return new ScimWrittenUser(written with { ManagerId = id }, EndsManager: false);
    }

    private static void ReadName(JsonObject tree, JsonObject graph, bool whole)
    {
        if (Given(tree, null, "name", whole, out JsonNode? value))
        {
            JsonObject name = value as JsonObject ?? ScimTree.Object();
            foreach ((string part, string property) in ((string, string)[])[("givenName", "givenName"), ("familyName", "surname")])
            {
                if (whole || value is null || name.ContainsKey(part))
                {
                    graph[property] = name[part]?.DeepClone();
                }
            }
        }
    }

    private static void ReadEmails(BodyReader read, JsonObject tree, JsonObject graph, bool whole)
    {
        if (!Given(tree, null, "emails", whole, out JsonNode? value))
        {
            return;
        }

        JsonNode[] all = [.. ScimMatch.Elements(value).Where(element => ScimTree.Single(element) is not null)];
        JsonNode? work = all.FirstOrDefault(element => IsOf(element, "work")) ?? all.FirstOrDefault(IsPrimary) ?? all.FirstOrDefault();
        graph["mail"] = ScimTree.Single(work)?.DeepClone();
        string[] others = [.. all.Where(element => element != work).Select(element => ScimMatch.Text(ScimTree.Single(element))).OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase).Take(ScimLimits.Values + 1)];
        if (others.Length > ScimLimits.Values)
        {
            read.Fail(ScimError.Value($"'emails' has at most {ScimLimits.Values} values."));
        }

        graph["otherMails"] = new JsonArray([.. others.Select(other => (JsonNode)other)]);
    }

    private static void ReadPhones(JsonObject tree, JsonObject graph, bool whole)
    {
        if (!Given(tree, null, "phoneNumbers", whole, out JsonNode? value))
        {
            return;
        }

        JsonNode[] all = [.. ScimMatch.Elements(value)];
        graph["mobilePhone"] = ScimTree.Single(all.FirstOrDefault(element => IsOf(element, "mobile")))?.DeepClone();
        graph["faxNumber"] = ScimTree.Single(all.FirstOrDefault(element => IsOf(element, "fax")))?.DeepClone();
        graph["businessPhones"] = new JsonArray([.. all
            .Where(element => IsOf(element, "work") || (element is JsonObject parts ? parts["type"] is null : true))
            .Select(element => ScimTree.Single(element)?.DeepClone()).OfType<JsonNode>()]);
    }

    private static void ReadAddress(JsonObject tree, JsonObject graph, bool whole)
    {
        if (!Given(tree, null, "addresses", whole, out JsonNode? value))
        {
            return;
        }

        JsonObject[] all = [.. ScimMatch.Elements(value).OfType<JsonObject>()];
        JsonObject? work = all.FirstOrDefault(element => IsOf(element, "work")) ?? all.FirstOrDefault(IsPrimary) ?? all.FirstOrDefault();
        foreach ((string part, string property) in AddressParts)
        {
            graph[property] = work?[part]?.DeepClone();
        }
    }

    // Whether a body has an attribute: every one when it is the whole user.
    private static bool Given(JsonObject tree, string? schema, string attribute, bool whole, out JsonNode? value)
    {
        JsonObject? home = schema is null ? tree : tree[schema] as JsonObject;
        value = home?[attribute];
        return whole || home?.ContainsKey(attribute) == true;
    }

    private static bool IsOf(JsonNode element, string type) => element is JsonObject parts && string.Equals(ScimMatch.Text(parts["type"]), type, StringComparison.OrdinalIgnoreCase);

    private static bool IsPrimary(JsonNode element) => element is JsonObject parts && string.Equals(ScimMatch.Text(parts["primary"]), "true", StringComparison.OrdinalIgnoreCase);
}
