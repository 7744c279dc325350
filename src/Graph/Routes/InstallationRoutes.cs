using Berth.Graph.Requests;

namespace Berth.Graph.Routes;

/// <summary>
/// The routes whose subject lies beside the journals: applications, tenants, keys and roles. The program answers them itself, with the same tokens, permissions and errors; they
/// are no part of a batch and of no moment of the past, and a secret that one of them tells is never remembered for a repetition.
/// </summary>
public static class InstallationRoutes
{
    private static readonly RouteAccess Registers = RouteAccess.AnyOf("Application.ReadWrite.All");

    // B730: in the tenant that came first.
    private static readonly RouteAccess Installs = RouteAccess.AnyOf("Organization.ReadWrite.All");

    private static readonly RouteAccess ReadsRoles = RouteAccess.AnyOf("RoleManagement.Read.Directory", "Directory.Read.All", "RoleManagement.ReadWrite.Directory", "Directory.ReadWrite.All");

    private static readonly RouteAccess WritesRoles = RouteAccess.AnyOf("RoleManagement.ReadWrite.Directory");

    /// <summary>The applications of the caller's tenant (B637).</summary>
    public static Route ListApplications { get; } = Own(GraphMethod.Get, "/applications", Registers);

    /// <summary>Registers an application (B637).</summary>
    public static Route RegisterApplication { get; } = Own(GraphMethod.Post, "/applications", Registers);

    /// <summary>Takes an application away (B637).</summary>
    public static Route RemoveApplication { get; } = Own(GraphMethod.Delete, "/applications/{application}", Registers);

    /// <summary>Gives an application a new secret (B637).</summary>
    public static Route RenewSecret { get; } = Own(GraphMethod.Post, "/applications/{application}/secret", Registers);

    /// <summary>Gives an application a certificate (B211).</summary>
    public static Route AddCertificate { get; } = Own(GraphMethod.Post, "/applications/{application}/certificates", Registers);

    /// <summary>The tenants of the installation (B730).</summary>
    public static Route ListTenants { get; } = Own(GraphMethod.Get, "/tenants", Installs);

    /// <summary>Makes a tenant (B731).</summary>
    public static Route MakeTenant { get; } = Own(GraphMethod.Post, "/tenants", Installs);

    /// <summary>Removes a tenant (B742).</summary>
    public static Route RemoveTenant { get; } = Own(GraphMethod.Delete, "/tenants/{tenant}", Installs);

    /// <summary>Gives a tenant as a file (B750).</summary>
    public static Route ExportTenant { get; } = Own(GraphMethod.Get, "/tenants/{tenant}/export", Installs);

    /// <summary>The keys that sign tokens (B734).</summary>
    public static Route ListKeys { get; } = Own(GraphMethod.Get, "/identity/keys", Installs);

    /// <summary>Makes a new key that signs tokens (B734).</summary>
    public static Route RotateKeys { get; } = Own(GraphMethod.Post, "/identity/rotateKeys", Installs);

    /// <summary>The roles there are, as a directory that has them all in use (B736).</summary>
    public static Route ListDirectoryRoles { get; } = Graph(GraphMethod.Get, "/directoryRoles", ReadsRoles);

    /// <summary>One of them.</summary>
    public static Route GetDirectoryRole { get; } = Graph(GraphMethod.Get, "/directoryRoles/{role}", ReadsRoles);

    /// <summary>Who has it.</summary>
    public static Route ListDirectoryRoleMembers { get; } = Graph(GraphMethod.Get, "/directoryRoles/{role}/members", ReadsRoles);

    /// <summary>The roles there are, as they are assigned (B736).</summary>
    public static Route ListRoleDefinitions { get; } = Graph(GraphMethod.Get, "/roleManagement/directory/roleDefinitions", ReadsRoles);

    /// <summary>One of them.</summary>
    public static Route GetRoleDefinition { get; } = Graph(GraphMethod.Get, "/roleManagement/directory/roleDefinitions/{role}", ReadsRoles);

    /// <summary>Who has which role.</summary>
    public static Route ListRoleAssignments { get; } = Graph(GraphMethod.Get, "/roleManagement/directory/roleAssignments", ReadsRoles);

    /// <summary>One of these.</summary>
    public static Route GetRoleAssignment { get; } = Graph(GraphMethod.Get, "/roleManagement/directory/roleAssignments/{assignment}", ReadsRoles);

    /// <summary>Gives somebody a role.</summary>
    public static Route AssignRole { get; } = Graph(GraphMethod.Post, "/roleManagement/directory/roleAssignments", WritesRoles);

    /// <summary>Takes a role from somebody (B737).</summary>
    public static Route RemoveRole { get; } = Graph(GraphMethod.Delete, "/roleManagement/directory/roleAssignments/{assignment}", WritesRoles);

    /// <summary>All of them.</summary>
    public static RouteTable Table { get; } = new(
    [
        ListApplications, RegisterApplication, RemoveApplication, RenewSecret, AddCertificate, ListTenants, MakeTenant, RemoveTenant, ExportTenant, ListKeys, RotateKeys,
        ListDirectoryRoles, GetDirectoryRole, ListDirectoryRoleMembers, ListRoleDefinitions, GetRoleDefinition, ListRoleAssignments, GetRoleAssignment, AssignRole, RemoveRole,
    ]);

    private static Route Own(GraphMethod method, string template, RouteAccess access) => new(method, template, access, Elsewhere) { Versions = RouteVersions.Berth };

    private static Route Graph(GraphMethod method, string template, RouteAccess access) => new(method, template, access, Elsewhere);

    private static Handling Elsewhere(Engine.Tenant tenant, GraphRequest request, RouteKeys keys) =>
        throw new InvalidOperationException("The program answers this route beside the room.");
}
