using Berth.Engine.Collections;

namespace Berth.Identity;

/// <summary>An application that may ask for tokens with its own permissions.</summary>
/// <param name="ClientId">What it calls itself: <c>client_id</c>, <c>appid</c>.</param>
/// <param name="ObjectId">Its service principal in the tenant: <c>oid</c>, <c>sub</c>.</param>
/// <param name="TenantId">The one tenant it acts in; a token for it never reads another.</param>
/// <param name="DisplayName">As the audit log names it.</param>
/// <param name="Permissions">Application permissions by Graph's names, such as <c>User.Read.All</c>: the token's <c>roles</c>.</param>
/// <param name="Secret">How its secret is recognized.</param>
internal sealed record AppRegistration(
    Guid ClientId, Guid ObjectId, Guid TenantId, string DisplayName, ValueArray<string> Permissions, ClientSecret Secret)
{
    /// <summary>Certificates whose keys sign its assertions (DER), at most <see cref="IdentityLimits.Certificates"/>.</summary>
    public ValueArray<ValueArray<byte>> Certificates { get; init; }
}
