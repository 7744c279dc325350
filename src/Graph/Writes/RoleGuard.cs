using Berth.Engine;
using Berth.Engine.Directory;
using Berth.Graph.Requests;

namespace Berth.Graph.Writes;

/// <summary>
/// What may be done to users who have a role: who may change users is not thereby above administrators (B746), and somebody goes on being able to administer the tenant (B747). Roles lie
/// beside the journal, so this is asked before a command is decided.
/// </summary>
internal static class RoleGuard
{
    private static readonly PermissionSet WholeDirectory = PermissionSet.Of("Directory.ReadWrite.All");

    /// <summary>Why a command is not for this caller, or for nobody; null lets it through.</summary>
    public static GraphError? Refusal(Tenant tenant, GraphRequest request, Command command)
    {
        if (request.Passwords is not { } roles)
        {
            return null;
        }

        Guid id = tenant.Profile.Id;
        (Guid User, bool SignsIn)[] touched = [.. Touched(tenant, command)];
        if (!request.Caller.Permissions.Covers(WholeDirectory) && touched.Any(one => roles.IsPrivileged(id, one.User)))
        {
            return GraphError.Denied;
        }

        IReadOnlyCollection<Guid> administrators = touched.Length == 0 ? [] : roles.GlobalAdministrators(id);
        Guid[] lost = [.. touched.Where(one => !one.SignsIn && administrators.Contains(one.User) && Enabled(tenant, one.User) is not null).Select(one => one.User)];
        return lost.Length > 0 && !administrators.Except(lost).Any(other => Enabled(tenant, other) is not null)
            ? GraphError.BadRequest("lastAdministrator", $"{Enabled(tenant, lost[0])!.UserPrincipalName} is the last Global Administrator who can sign in: make another one first (B747).")
            : null;
    }

    /// <summary>Whether a command is to be looked at on a tenant that stands still, because it takes a Global Administrator away.</summary>
    public static bool IsDeliberate(Tenant tenant, GraphRequest request, Command command) =>
        request.Passwords is { } roles && Touched(tenant, command).Where(static one => !one.SignsIn).ToArray() is { Length: > 0 } gone
        && roles.GlobalAdministrators(tenant.Profile.Id) is { Count: > 0 } administrators && gone.Any(one => administrators.Contains(one.User));

    // Whom a command disables, enables, deletes, brings back, or gives another sign-in name or telephone, and whether they sign in afterwards.
    private static IEnumerable<(Guid User, bool SignsIn)> Touched(Tenant tenant, Command command) => command switch
    {
        Command.DeleteUser one => [(one.UserId, false)],
        Command.PurgeDeletedItem one => [(one.Id, true)],
        Command.RestoreDeletedItem one => [(one.Id, true)],
        Command.UpdateUser one when (one.Basis ?? Of(tenant, one.User.Id)) is { } before && IsSensitive(before, one.User) => [(one.User.Id, one.User.AccountEnabled)],
        Command.ApplyChanges all => all.Commands.SelectMany(one => Touched(tenant, one)),
        _ => [],
    };

    private static bool IsSensitive(User before, User after) =>
        before.AccountEnabled != after.AccountEnabled
        || !before.UserPrincipalName.Equals(after.UserPrincipalName, StringComparison.OrdinalIgnoreCase)
        || before.Attributes[UserAttribute.MobilePhone] != after.Attributes[UserAttribute.MobilePhone]
        || before.Attributes[UserAttribute.BusinessPhones] != after.Attributes[UserAttribute.BusinessPhones];

    private static User? Of(Tenant tenant, Guid id) => tenant.TryGetUser(tenant.FindUser(id), out User? user) ? user : null;

    private static User? Enabled(Tenant tenant, Guid id) => Of(tenant, id) is { AccountEnabled: true } user ? user : null;
}
