namespace Berth.Identity;

/// <summary>A person who has shown who they are.</summary>
/// <param name="TenantId">Their tenant.</param>
/// <param name="Id">Their object id.</param>
/// <param name="UserPrincipalName">Their sign-in name.</param>
/// <param name="DisplayName">Their name.</param>
/// <param name="Stamp">Changes with their password: what was given to the old one ends with it (B206).</param>
internal sealed record SignedInPerson(Guid TenantId, Guid Id, string UserPrincipalName, string DisplayName, string Stamp);
