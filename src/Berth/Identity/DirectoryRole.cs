using System.Collections.Frozen;
using Berth.Graph.Requests;

namespace Berth.Identity;

/// <summary>
/// A role of the directory, by Entra's template id, and what a token in the name of who has it can hold of what a program is registered for (B735). Entra's roles
/// are made of finer actions than Graph's permissions: where both do not meet, the role holds the permission only when it may do all that the permission opens here.
/// </summary>
/// <param name="TemplateId">Entra's id, the same in every tenant.</param>
/// <param name="DisplayName">Entra's name.</param>
/// <param name="Description">Entra's sentence.</param>
/// <param name="Permissions">What it holds.</param>
internal sealed record DirectoryRole(Guid TemplateId, string DisplayName, string Description, PermissionSet Permissions)
{
    /// <summary>What every one of these roles reads, as Entra's Directory Readers.</summary>
    private static readonly string[] Reads =
    [
        "User.Read", "User.Read.All", "User.ReadBasic.All", "Group.Read.All", "GroupMember.Read.All", "Directory.Read.All", "Organization.Read.All", "LicenseAssignment.Read.All",
        "RoleManagement.Read.Directory", "CloudLicensing.Read", "CloudLicensing.Read.All", "User-CloudLicensing.Read", "User-CloudLicensing.Read.All", "User-UsageRight.Read",
        "User-UsageRight.Read.All", "Group-CloudLicensing.Read", "Group-CloudLicensing.Read.All", "Group-UsageRight.Read.All",
    ];

    /// <summary>Everything.</summary>
    public static readonly DirectoryRole GlobalAdministrator = new(
        new Guid("62e90394-69f5-4237-9190-012177145e10"),
        "Global Administrator",
        "Can manage all aspects of Microsoft Entra ID and Microsoft services that use Microsoft Entra identities.",
        new PermissionSet(PermissionSet.Every.Bits & ~PermissionSet.Known(PermissionSet.OfApplicationsOnly).Bits));

    /// <summary>Those there are.</summary>
    public static readonly IReadOnlyList<DirectoryRole> All =
    [
        GlobalAdministrator,
        Of("f2ef992c-3afb-46b9-b7cf-a126ee74c451", "Global Reader", "Can read everything that a Global Administrator can, but not update anything.", "AuditLog.Read.All", "CloudPC.Read.All"),
        Of("fdd7a751-b60b-444a-984c-02652fe8fa1c", "Groups Administrator", "Can create and manage groups and their settings, and assign licenses to groups.", "Group.ReadWrite.All", "GroupMember.ReadWrite.All"),
        Of("4d6ac14f-3453-41d0-bef9-a3e0c569773a", "License Administrator", "Can manage product licenses on users and groups.", "LicenseAssignment.ReadWrite.All"),
        Of(
            "fe930be7-5e62-47db-91af-98c3a49a38b1",
            "User Administrator",
            "Can manage all aspects of users and groups, including resetting passwords for limited admins.",
            "User.ReadWrite.All", "User.DeleteRestore.All", "Group.ReadWrite.All", "GroupMember.ReadWrite.All", "LicenseAssignment.ReadWrite.All"),
        Of("11451d60-acb2-45eb-a7d6-43d0f0125c13", "Windows 365 Administrator", "Can provision and manage all aspects of Cloud PCs.", "CloudPC.Read.All", "CloudPC.ReadWrite.All", "GroupMember.ReadWrite.All"),
    ];

    /// <summary>Whether its holders are beyond the reach of a User Administrator, as Entra has it: all but Groups Administrators and User Administrators are (B746).</summary>
    public bool IsPrivileged => DisplayName is not ("Groups Administrator" or "User Administrator");

    private static readonly FrozenDictionary<Guid, DirectoryRole> ById = All.ToFrozenDictionary(role => role.TemplateId);

    /// <summary>The role with a template id, or null.</summary>
    public static DirectoryRole? Find(Guid templateId) => ById.GetValueOrDefault(templateId);

    /// <summary>What somebody with these roles holds: all that any of them does, and of oneself what everybody may (B204).</summary>
    public static PermissionSet Held(IEnumerable<DirectoryRole> roles) =>
        new(roles.Aggregate(PermissionSet.Of(PermissionSet.SignedInPerson).Bits, static (bits, role) => bits | role.Permissions.Bits));

    private static DirectoryRole Of(string id, string name, string description, params ReadOnlySpan<string> writes) =>
        new(new Guid(id), name, description, new PermissionSet(PermissionSet.Of([.. Reads]).Bits | PermissionSet.Of(writes).Bits));
}
