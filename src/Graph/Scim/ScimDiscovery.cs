using System.Text.Json.Nodes;
using Berth.Engine;
using Berth.Graph.Reads;
using Berth.Graph.Requests;
using Berth.Graph.Routes;

namespace Berth.Graph.Scim;

/// <summary>What a client can find out before it begins: what is possible here, and which attributes there are (RFC 7644, section 4).</summary>
internal static class ScimDiscovery
{
    private const string SchemaOfConfig = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";
    private const string SchemaOfTypes = "urn:ietf:params:scim:schemas:core:2.0:ResourceType";
    private const string SchemaOfSchemas = "urn:ietf:params:scim:schemas:core:2.0:Schema";

    private static readonly RouteAccess Described = RouteAccess.Anyone("it describes the interface, not the tenant");

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        ScimUsers.Route(GraphMethod.Get, "/ServiceProviderConfig", Described, Config),
        ScimUsers.Route(GraphMethod.Get, "/ResourceTypes", Described, static (_, request, _) => ScimLists.Fixed(Types(request))),
        ScimUsers.Route(GraphMethod.Get, "/ResourceTypes/{type}", Described, static (_, request, keys) => One(request, Types(request), keys.First)),
        ScimUsers.Route(GraphMethod.Get, "/Schemas", Described, static (_, request, _) => ScimLists.Fixed(Schemas(request))),
        ScimUsers.Route(GraphMethod.Get, "/Schemas/{schema}", Described, static (_, request, keys) => One(request, Schemas(request), keys.First)),
    ];

    private static GraphResponse One(GraphRequest request, IReadOnlyList<JsonObject> all, string id) =>
        all.FirstOrDefault(one => ScimMatch.Text(one["id"])!.Equals(id, StringComparison.OrdinalIgnoreCase)) is { } found
            ? GraphResponse.Json(200, found, static (json, one) => one.WriteTo(json))
            : GraphResponse.Error(request, ScimError.NotFound(id));

    private static Handling Config(Tenant tenant, GraphRequest request, RouteKeys keys)
    {
        JsonObject config = new()
        {
            ["schemas"] = new JsonArray(SchemaOfConfig),
            ["patch"] = Supported(true),
            ["bulk"] = new JsonObject { ["supported"] = false, ["maxOperations"] = 0, ["maxPayloadSize"] = 0 },
            ["filter"] = new JsonObject { ["supported"] = true, ["maxResults"] = ScimLimits.LargestPage },
            ["changePassword"] = Supported(true),
            ["sort"] = Supported(false),
            ["etag"] = Supported(false),
            ["authenticationSchemes"] = new JsonArray(new JsonObject
            {
                ["type"] = "oauthbearertoken",
                ["name"] = "Bearer token",
                ["description"] = "An access token of Berth's token endpoint (client credentials), or an application's id and secret with a dot between (B801).",
                ["specUri"] = "https://www.rfc-editor.org/rfc/rfc6750",
                ["primary"] = true,
            }),
            ["meta"] = Meta(request, "ServiceProviderConfig", "ServiceProviderConfig"),
        };
        return GraphResponse.Json(200, config, static (json, one) => one.WriteTo(json));
    }

    private static JsonObject Supported(bool isSupported) => new() { ["supported"] = isSupported };

    private static IReadOnlyList<JsonObject> Types(GraphRequest request) =>
        [Type(request, "User", ScimSchemas.User, ScimSchemas.Enterprise, ScimSchemas.Berth), Type(request, "Group", ScimSchemas.Group)];

    private static JsonObject Type(GraphRequest request, string name, string schema, params string[] extensions) => new()
    {
        ["schemas"] = new JsonArray(SchemaOfTypes),
        ["id"] = name,
        ["name"] = name,
        ["endpoint"] = $"/{name}s",
        ["schema"] = schema,
        ["schemaExtensions"] = new JsonArray([.. extensions.Select(extension => (JsonNode)new JsonObject { ["schema"] = extension, ["required"] = false })]),
        ["meta"] = Meta(request, "ResourceType", $"ResourceTypes/{name}"),
    };

    private static IReadOnlyList<JsonObject> Schemas(GraphRequest request) =>
    [
        Schema(request, ScimSchemas.User, "User", ScimUserShape.Users.Attributes),
        Schema(request, ScimSchemas.Group, "Group", ScimGroupShape.Groups.Attributes),
        Schema(request, ScimSchemas.Enterprise, "EnterpriseUser", ScimUserShape.Users.Attributes),
        Schema(request, ScimSchemas.Berth, "LicensedUser", ScimUserShape.Users.Attributes),
    ];

    private static JsonObject Schema<TRow>(GraphRequest request, string id, string name, IReadOnlyList<ScimAttribute<TRow>> attributes)
    {
        string? extension = id is ScimSchemas.User or ScimSchemas.Group ? null : id;
        JsonArray described = new([.. attributes.Where(attribute => attribute.Schema == extension).Select(attribute => (JsonNode)Describe(attribute))]);
        if (id == ScimSchemas.User)
        {
            JsonObject password = Describe(new ScimAttribute<UserRow>(null, "password", "string", static _ => null) { IsExact = true });
            (password["mutability"], password["returned"]) = ("writeOnly", "never");
            described.Add((JsonNode)password);
        }

        return new JsonObject
        {
            ["schemas"] = new JsonArray(SchemaOfSchemas),
            ["id"] = id,
            ["name"] = name,
            ["attributes"] = described,
            ["meta"] = Meta(request, "Schema", $"Schemas/{id}"),
        };
    }

    private static JsonObject Describe<TRow>(ScimAttribute<TRow> attribute)
    {
        JsonObject made = new()
        {
            ["name"] = attribute.Name,
            ["type"] = attribute.Type,
            ["multiValued"] = attribute.IsList,
            ["required"] = attribute.IsRequired,
            ["caseExact"] = attribute.IsExact,
            ["mutability"] = attribute.IsReadOnly ? "readOnly" : "readWrite",
            ["returned"] = attribute.OnRequest ? "request" : "default",
            ["uniqueness"] = attribute.IsUnique ? "server" : "none",
        };
        if (attribute.Parts.Length > 0)
        {
            made["subAttributes"] = new JsonArray([.. attribute.Parts.Select(part => (JsonNode)Describe(
                new ScimAttribute<TRow>(null, part, part == "primary" ? "boolean" : "string", attribute.Read) { IsReadOnly = attribute.IsReadOnly || part is "display" or "displayName" or "formatted" && attribute.Name != "addresses" }))]);
        }

        return made;
    }

    private static JsonObject Meta(GraphRequest request, string type, string path) =>
        new() { ["resourceType"] = type, ["location"] = $"{request.ServiceRoot}/{path}" };
}
