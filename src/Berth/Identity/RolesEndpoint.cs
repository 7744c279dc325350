using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Berth.Engine;
using Berth.Engine.Directory;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Ledger;
using Berth.Serving;
using Route = Berth.Graph.Routes.Route;

namespace Berth.Identity;

/// <summary>
/// Roles of the directory in Graph's spelling (B735 to B737): <c>/directoryRoles</c> and <c>/roleManagement/directory</c>. A role is assigned to a person of the tenant
/// for the whole directory, <c>directoryScopeId "/"</c>.
/// </summary>
internal sealed class RolesEndpoint(LedgerDoor ledger, Administrators administrators, IdentityRecord record)
{
    /// <summary>The largest body, in bytes.</summary>
    public const int LongestBody = 16 * 1024;

    /// <summary>The most assignments of a tenant.</summary>
    public const int Most = 1_000;

    private const string WholeDirectory = "/";

    /// <summary>What answers its routes.</summary>
    public IEnumerable<(Route Route, InstallationAnswer Answer)> Answers =>
    [
        (InstallationRoutes.ListDirectoryRoles, (context, _, _) => FilteredAsync(context, "directoryRoles", DirectoryRole.All, WriteDirectoryRole, RoleProperties)),
        (InstallationRoutes.GetDirectoryRole, (context, _, keys) => OneAsync(context, "directoryRoles", keys, WriteDirectoryRole)),
        (InstallationRoutes.ListDirectoryRoleMembers, MembersAsync),
        (InstallationRoutes.ListRoleDefinitions, (context, _, _) => FilteredAsync(context, "roleManagement/directory/roleDefinitions", DirectoryRole.All, WriteDefinition, DefinitionProperties)),
        (InstallationRoutes.GetRoleDefinition, (context, _, keys) => OneAsync(context, "roleManagement/directory/roleDefinitions", keys, WriteDefinition)),
        (InstallationRoutes.ListRoleAssignments, AssignmentsAsync),
        (InstallationRoutes.GetRoleAssignment, AssignmentAsync),
        (InstallationRoutes.AssignRole, AssignAsync),
        (InstallationRoutes.RemoveRole, RemoveAsync),
    ];

    private Task<GraphError?> AssignmentsAsync(HttpContext context, Caller caller, RouteKeys keys) =>
        FilteredAsync(context, "roleManagement/directory/roleAssignments", HoldersOf(caller.TenantId), WriteAssignment, AssignmentProperties);

    // What clients filter these lists by, each as its property reads.
    private static readonly Dictionary<string, Func<DirectoryRole, string>> RoleProperties = new(StringComparer.Ordinal)
    {
        ["displayName"] = static role => role.DisplayName,
        ["id"] = static role => role.TemplateId.ToString(),
        ["roleTemplateId"] = static role => role.TemplateId.ToString(),
    };

    private static readonly Dictionary<string, Func<DirectoryRole, string>> DefinitionProperties = new(StringComparer.Ordinal)
    {
        ["displayName"] = static role => role.DisplayName,
        ["id"] = static role => role.TemplateId.ToString(),
        ["templateId"] = static role => role.TemplateId.ToString(),
        ["isBuiltIn"] = static _ => "true",
        ["isEnabled"] = static _ => "true",
    };

    private static readonly Dictionary<string, Func<RoleHolder, string>> AssignmentProperties = new(StringComparer.Ordinal)
    {
        ["principalId"] = static holder => holder.User.ToString(),
        ["roleDefinitionId"] = static holder => holder.Role.TemplateId.ToString(),
        ["directoryScopeId"] = static _ => WholeDirectory,
    };

    private static async Task<GraphError?> FilteredAsync<T>(HttpContext context, string set, IEnumerable<T> items, Action<Utf8JsonWriter, T> write, Dictionary<string, Func<T, string>> properties)
    {
        (IReadOnlyList<(string Name, string Value)> terms, GraphError? error) = EqualsFilter.Read(context.Request.Query["$filter"].ToString(), properties.Keys);
        return error ?? Unknown(context, "$filter") ?? await ListAsync(
            context, set, items.Where(item => terms.All(term => properties[term.Name](item).Equals(term.Value, StringComparison.OrdinalIgnoreCase))), write).ConfigureAwait(false);
    }

    private async Task<GraphError?> AssignmentAsync(HttpContext context, Caller caller, RouteKeys keys) =>
        Find(caller, keys.First) is { } holder
            ? await OneAsync(context, StatusCodes.Status200OK, "roleManagement/directory/roleAssignments", holder, WriteAssignment).ConfigureAwait(false)
            : GraphError.NotFound(TokenRequestRules.Shown(keys.First));

    private async Task<GraphError?> AssignAsync(HttpContext context, Caller caller, RouteKeys keys)
    {
        if (await context.ReadBodyAsync(LongestBody).ConfigureAwait(false) is not { } body)
        {
            return GraphError.BodyTooLarge(LongestBody);
        }

        NewRoleAssignment? wanted;
        try
        {
            wanted = JsonSerializer.Deserialize(body.Span, RoleJson.Default.NewRoleAssignment);
        }
        catch (JsonException)
        {
            wanted = null;
        }

        if (wanted is not { PrincipalId: { } person, RoleDefinitionId: { } definition, DirectoryScopeId: { } scope })
        {
            return GraphError.BadRequest("bodyInvalid", "The body is JSON with 'roleDefinitionId', 'principalId' and 'directoryScopeId'.");
        }

        if (scope != WholeDirectory)
        {
            return GraphError.BadRequest("valueInvalid", "'directoryScopeId' must be \"/\": a role is assigned for the whole directory (B736).");
        }

        if (DirectoryRole.Find(definition) is not { } role)
        {
            return GraphError.BadRequest("valueInvalid", $"'{definition}' is no role that can be assigned here: GET /roleManagement/directory/roleDefinitions lists them (B735).");
        }

        if (UserOf(caller.TenantId, person) is not { } user)
        {
            return GraphError.NotFound(person.ToString());
        }

        IReadOnlyList<RoleHolder> there = HoldersOf(caller.TenantId);
        if (there.Any(holder => holder.User == person && holder.Role == role))
        {
            return GraphError.BadRequest("roleAssigned", $"{user.UserPrincipalName} is {role.DisplayName} already.");
        }

        GraphError tooMany = GraphError.BadRequest("tooManyObjects", $"A tenant has at most {Most} role assignments: take one away that is not used any more.");
        if (there.Count >= Most)
        {
            return tooMany;
        }

        await record.WriteAsync(caller.TenantId, caller.Actor, IdentityAct.RoleAssigned, person, user.UserPrincipalName, role.DisplayName).ConfigureAwait(false);
        if (!await administrators.AddAsync(caller.TenantId, person, role, CancellationToken.None, Most).ConfigureAwait(false))
        {
            return tooMany;
        }

        return await OneAsync(context, StatusCodes.Status201Created, "roleManagement/directory/roleAssignments", new RoleHolder(person, role, false), WriteAssignment).ConfigureAwait(false);
    }

    private async Task<GraphError?> RemoveAsync(HttpContext context, Caller caller, RouteKeys keys)
    {
        if (Find(caller, keys.First) is not { } holder)
        {
            return GraphError.NotFound(TokenRequestRules.Shown(keys.First));
        }

        // What the demo says on its console must go on being true.
        if (holder.IsOfDemo)
        {
            return GraphError.BadRequest("operationNotSupported", "The demo's admin comes with the demo: the role stays as it is.");
        }

        User user = UserOf(caller.TenantId, holder.User)!;
        if (!await TakeAsync(caller, holder, user).ConfigureAwait(false))
        {
            return GraphError.BadRequest("lastAdministrator", $"{user.UserPrincipalName} is the last Global Administrator who can sign in: make another one first (B737).");
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return null;
    }

    // False when nobody else could administer the tenant.
    private async Task<bool> TakeAsync(Caller caller, RoleHolder holder, User user)
    {
        (Guid tenant, DirectoryRole role) = (caller.TenantId, holder.Role);
        TenantDesk desk = ledger.Find(tenant) ?? throw new LedgerFencedException($"Tenant {tenant} is not here any more.", tenant);
        if (role != DirectoryRole.GlobalAdministrator)
        {
            await record.WriteAsync(tenant, caller.Actor, IdentityAct.RoleRemoved, holder.User, user.UserPrincipalName, role.DisplayName).ConfigureAwait(false);
            return await administrators.RemoveAsync(tenant, holder.User, role, static _ => true, CancellationToken.None).ConfigureAwait(false);
        }

        // Looked at while the tenant stands still, as one who is disabled or deleted is (B747): of two who take each other away, by whichever way, the second finds that it is the last (B773).
        bool leaves = false;
        try
        {
            await desk.SubmitAloneAsync(
                still =>
                {
                    leaves = administrators.TryLeave(tenant, holder.User, other => SignsIn(still, other));
                    return leaves
                        ? new Command.RecordIdentity(IdentityAct.RoleRemoved, holder.User, user.UserPrincipalName, role.DisplayName)
                        : new Command.ApplyChanges([]) { ExpectedVersion = -1 };
                },
                caller.Actor).ConfigureAwait(false);
            return leaves && await administrators.RemoveAsync(tenant, holder.User, role, other => SignsIn(desk.Current, other), CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            if (leaves)
            {
                administrators.Stay(tenant, holder.User);
            }
        }
    }

    private static bool SignsIn(Tenant tenant, Guid id) => tenant.TryGetUser(tenant.FindUser(id), out User? user) && user.AccountEnabled;

    private async Task<GraphError?> MembersAsync(HttpContext context, Caller caller, RouteKeys keys)
    {
        if (RoleOf(keys.First) is not { } role)
        {
            return GraphError.NotFound(TokenRequestRules.Shown(keys.First));
        }

        return Unknown(context) ?? await ListAsync(
            context,
            "directoryObjects",
            HoldersOf(caller.TenantId).Where(holder => holder.Role == role).Select(holder => UserOf(caller.TenantId, holder.User)!),
            static (json, user) =>
            {
                json.WriteString("@odata.type", "#microsoft.graph.user");
                json.WriteString("id", user.Id);
                json.WriteString("displayName", user.DisplayName);
                json.WriteString("userPrincipalName", user.UserPrincipalName);
            }).ConfigureAwait(false);
    }

    // Whose user is deleted has the role again when they are restored, and is not shown until then.
    private IReadOnlyList<RoleHolder> HoldersOf(Guid tenant) => [.. administrators.Of(tenant).Where(holder => UserOf(tenant, holder.User) is not null)];

    private User? UserOf(Guid tenant, Guid id) => ledger.Find(tenant)?.Current is { } current && current.TryGetUser(current.FindUser(id), out User? user) ? user : null;

    private RoleHolder? Find(Caller caller, string key) =>
        HoldersOf(caller.TenantId).Where(holder => IdOf(holder) == key).Select(static holder => (RoleHolder?)holder).FirstOrDefault();

    private static DirectoryRole? RoleOf(string key) => Guid.TryParseExact(key, "D", out Guid id) ? DirectoryRole.Find(id) : null;

    // Both ids in one word: the same assignment has the same id, and none has to be kept.
    private static string IdOf(RoleHolder holder)
    {
        Span<byte> bytes = stackalloc byte[32];
        holder.Role.TemplateId.TryWriteBytes(bytes, bigEndian: true, out _);
        holder.User.TryWriteBytes(bytes[16..], bigEndian: true, out _);
        return Base64Url.EncodeToString(bytes);
    }

    private static void WriteDirectoryRole(Utf8JsonWriter json, DirectoryRole role)
    {
        json.WriteString("id", role.TemplateId);
        json.WriteNull("deletedDateTime");
        json.WriteString("description", role.Description);
        json.WriteString("displayName", role.DisplayName);
        json.WriteString("roleTemplateId", role.TemplateId);
    }

    private static void WriteDefinition(Utf8JsonWriter json, DirectoryRole role)
    {
        json.WriteString("id", role.TemplateId);
        json.WriteString("description", role.Description);
        json.WriteString("displayName", role.DisplayName);
        json.WriteBoolean("isBuiltIn", true);
        json.WriteBoolean("isEnabled", true);
        json.WriteStartArray("resourceScopes");
        json.WriteStringValue(WholeDirectory);
        json.WriteEndArray();
        json.WriteString("templateId", role.TemplateId);
        json.WriteString("version", "1");
    }

    private static void WriteAssignment(Utf8JsonWriter json, RoleHolder holder)
    {
        json.WriteString("id", IdOf(holder));
        json.WriteString("principalId", holder.User);
        json.WriteString("directoryScopeId", WholeDirectory);
        json.WriteString("roleDefinitionId", holder.Role.TemplateId);
    }

    private static GraphError? Unknown(HttpContext context, string known = "") =>
        context.Request.Query.Keys.FirstOrDefault(name => name.StartsWith('$') && name != known) is { } other
            ? GraphError.BadQuery($"The query option '{TokenRequestRules.Shown(other)}' is not supported on roles.")
            : null;

    private static async Task<GraphError?> ListAsync<T>(HttpContext context, string set, IEnumerable<T> items, Action<Utf8JsonWriter, T> write)
    {
        if (Unknown(context, "$filter") is { } error)
        {
            return error;
        }

        await context.WriteJsonAsync(StatusCodes.Status200OK, json =>
        {
            json.WriteStartObject();
            json.WriteString("@odata.context", ContextOf(context, set));
            json.WriteStartArray("value");
            foreach (T item in items)
            {
                json.WriteStartObject();
                write(json, item);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }).ConfigureAwait(false);
        return null;
    }

    private static async Task<GraphError?> OneAsync(HttpContext context, string set, RouteKeys keys, Action<Utf8JsonWriter, DirectoryRole> write) =>
        RoleOf(keys.First) is not { } role ? GraphError.NotFound(TokenRequestRules.Shown(keys.First))
        : Unknown(context) ?? await OneAsync(context, StatusCodes.Status200OK, set, role, write).ConfigureAwait(false);

    private static async Task<GraphError?> OneAsync<T>(HttpContext context, int status, string set, T item, Action<Utf8JsonWriter, T> write)
    {
        await context.WriteJsonAsync(status, json =>
        {
            json.WriteStartObject();
            json.WriteString("@odata.context", ContextOf(context, set) + "/$entity");
            write(json, item);
            json.WriteEndObject();
        }).ConfigureAwait(false);
        return null;
    }

    private static string ContextOf(HttpContext context, string set) =>
        $"{OwnAddresses.AuthorityOf(context)}/{(context.Request.Path.StartsWithSegments("/beta", StringComparison.OrdinalIgnoreCase) ? "beta" : "v1.0")}/$metadata#{set}";
}

/// <summary>A role that is to be assigned.</summary>
internal sealed record NewRoleAssignment(Guid? RoleDefinitionId, Guid? PrincipalId, string? DirectoryScopeId);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(NewRoleAssignment))]
internal sealed partial class RoleJson : JsonSerializerContext;
