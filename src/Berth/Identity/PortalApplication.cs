using Berth.Engine.Collections;
using Berth.Graph.Requests;

namespace Berth.Identity;

/// <summary>
/// The admin center as an application: built in, in every tenant, without a secret and with one address of its own to return to, at the origin that serves it
/// (B604, B605). It gets what the person who signs in may have, by authorization code with a challenge.
/// </summary>
internal static class PortalApplication
{
    /// <summary>Where it takes its code.</summary>
    public const string RedirectPath = "/portal/sign-in";

    /// <summary>What it calls itself.</summary>
    public static readonly Guid ClientId = new("3f0c6d0a-6f5d-4c0f-9a55-be47b0a7d1c6");

    /// <summary>Stands for the tenant while nobody has signed in.</summary>
    public static readonly Guid AnyTenant = Guid.Empty;

    private static readonly Guid ObjectId = new("8d9be5a2-0a5e-4a1b-8a9e-6c2f1f3f7b10");

    // A hash that no secret has.
    private static readonly ClientSecret NoSecret = new([], [], 1);

    private static readonly ValueArray<string> Permissions = PermissionSet.OfApplications.ToValueArray();

    /// <summary>The application in a tenant.</summary>
    public static AppRegistration In(Guid tenant) => new(ClientId, ObjectId, tenant, "Berth admin center", Permissions, NoSecret);
}
