using Berth.Engine;
using Berth.Engine.Directory;
using Berth.Ledger;

namespace Berth.Identity;

/// <summary>Whether somebody is who they say they are (B202).</summary>
internal sealed class SignIn(LedgerDoor ledger, UserPasswords passwords, SignInAttempts attempts, ExternalSignIn? external = null)
{
    /// <summary>Checks a name and a password, in this order: locked, unknown, wrong, disabled.</summary>
    public async ValueTask<(SignedInPerson? Person, TokenRefusal? Refusal)> CheckAsync(Guid tenantId, string name, string password, CancellationToken cancel)
    {
        if (external is { IsOnly: true })
        {
            return (null, new TokenRefusal(TokenRefusalCode.PasswordsOff, external.Name));
        }

        Tenant? tenant = ledger.Find(tenantId)?.Current;
        if (attempts.IsLocked(tenantId, name))
        {
            return (null, new TokenRefusal(TokenRefusalCode.AccountLocked));
        }

        if (tenant is null || !tenant.TryGetUser(tenant.FindUser(name), out User? user))
        {
            return (null, new TokenRefusal(TokenRefusalCode.UserUnknown, tenant?.Profile.DisplayName ?? ""));
        }

        ClientSecret? kept = await passwords.FindAsync(tenantId, user.Id, cancel).ConfigureAwait(false);
        if (kept is null || !kept.Matches(password))
        {
            attempts.Failed(tenantId, name);
            return (null, new TokenRefusal(TokenRefusalCode.PasswordWrong));
        }

        attempts.Succeeded(tenantId, name);
        return user.AccountEnabled
            ? (new SignedInPerson(tenantId, user.Id, user.UserPrincipalName, user.DisplayName, UserPasswords.StampOf(kept)), null)
            : (null, new TokenRefusal(TokenRefusalCode.AccountDisabled));
    }

    /// <summary>Whether somebody who was signed in before still is: there, enabled, and with the same password (B206).</summary>
    public async ValueTask<(SignedInPerson? Person, TokenRefusal? Refusal)> AgainAsync(Guid tenantId, Guid userId, string stamp, CancellationToken cancel)
    {
        Tenant? tenant = ledger.Find(tenantId)?.Current;
        if (tenant is null || !tenant.TryGetUser(tenant.FindUser(userId), out User? user))
        {
            return (null, new TokenRefusal(TokenRefusalCode.UserUnknown, tenant?.Profile.DisplayName ?? ""));
        }

        if (!user.AccountEnabled)
        {
            return (null, new TokenRefusal(TokenRefusalCode.AccountDisabled));
        }

        // Who came from the issuer has no password here (B740).
        if (ExternalSignIn.IsExternal(stamp))
        {
            return external?.Holding(stamp) == true
                ? (new SignedInPerson(tenantId, user.Id, user.UserPrincipalName, user.DisplayName, stamp), null)
                : (null, new TokenRefusal(TokenRefusalCode.SignInOver));
        }

        if (external is { IsOnly: true })
        {
            return (null, new TokenRefusal(TokenRefusalCode.PasswordsOff, external.Name));
        }

        ClientSecret? kept = await passwords.FindAsync(tenantId, userId, cancel).ConfigureAwait(false);
        return kept is not null && UserPasswords.StampOf(kept) == stamp
            ? (new SignedInPerson(tenantId, user.Id, user.UserPrincipalName, user.DisplayName, stamp), null)
            : (null, new TokenRefusal(TokenRefusalCode.GrantRevoked));
    }
}
