using System.CommandLine;
using System.CommandLine.Parsing;
using Berth.Identity;

namespace Berth.CommandLine;

/// <summary>The options of <c>berth serve</c> for an issuer at which people sign in (B739, B740).</summary>
internal sealed class OidcOptions
{
    /// <summary>Holds the secret where no file does.</summary>
    public const string SecretVariable = "BERTH_OIDC_SECRET";

    /// <summary>The largest file with a secret, in bytes.</summary>
    private const int LongestSecret = 4096;

    private static readonly Dictionary<string, ExternalUserClaim> UserClaims = new(StringComparer.Ordinal)
    {
        ["preferred_username"] = ExternalUserClaim.PreferredUsername,
        ["email"] = ExternalUserClaim.Email,
        ["oid"] = ExternalUserClaim.ObjectId,
        ["sub"] = ExternalUserClaim.Subject,
    };

    private readonly Option<string?> _issuer = new("--oidc-issuer")
    {
        Description = "Let people sign in at this issuer (Entra ID, Keycloak, another Berth), such as https://login.microsoftonline.com/TENANT/v2.0.",
        HelpName = "URL",
    };

    private readonly Option<string?> _clientId = new("--oidc-client-id") { Description = "What this Berth is called there.", HelpName = "ID" };

    private readonly Option<FileInfo?> _secret = new("--oidc-secret-file")
    {
        Description = $"A file with its secret there; or the variable {SecretVariable}. A public client has none.",
        HelpName = "FILE",
    };

    private readonly Option<string> _user = new("--oidc-user-claim")
    {
        Description = "Which claim says who somebody is: preferred_username (the sign-in name), email (the same, verified), oid or sub (the object id).",
        HelpName = "NAME",
        DefaultValueFactory = static _ => "preferred_username",
    };

    private readonly Option<string?> _rolesClaim = new("--oidc-roles-claim") { Description = "Which claim names roles, such as roles or groups.", HelpName = "NAME" };

    private readonly Option<string[]> _role = new("--oidc-role")
    {
        Description = "What a value of that claim means, such as 'desk=License Administrator'; may be given several times.",
        HelpName = "VALUE=ROLE",
    };

    private readonly Option<bool> _only = new("--oidc-only") { Description = "Take no passwords: people sign in at the issuer only." };

    /// <summary>Adds them to the command.</summary>
    public void AddTo(Command serve)
    {
        _user.AcceptOnlyFromAmong([.. UserClaims.Keys]);
        foreach (Option option in (Option[])[_issuer, _clientId, _secret, _user, _rolesClaim, _role, _only])
        {
            serve.Add(option);
        }

        serve.Validators.Add(Check);
    }

    /// <summary>What was said, or null when no issuer was named.</summary>
    public ExternalIssuerOptions? Read(ParseResult parsed)
    {
        if (parsed.GetValue(_issuer) is not { } issuer)
        {
            return null;
        }

        string? secret = parsed.GetValue(_secret) is { } file ? File.ReadAllText(file.FullName).Trim() : Environment.GetEnvironmentVariable(SecretVariable);
        return new ExternalIssuerOptions(
            new Uri(issuer),
            parsed.GetValue(_clientId)!,
            string.IsNullOrEmpty(secret) ? null : secret,
            UserClaims[parsed.GetValue(_user)!],
            parsed.GetValue(_rolesClaim),
            (parsed.GetValue(_role) ?? []).ToDictionary(static text => Parts(text).Value, static text => Parts(text).Role!, StringComparer.Ordinal),
            parsed.GetValue(_only));
    }

    private void Check(CommandResult result)
    {
        if (result.GetValue(_issuer) is not { } issuer)
        {
            foreach (Option option in (Option[])[_clientId, _secret, _rolesClaim, _role, _only])
            {
                if (result.GetResult(option) is { Implicit: false })
                {
                    result.AddError($"{option.Name} belongs to an issuer: name it with --oidc-issuer.");
                }
            }

            return;
        }

        if (!Uri.TryCreate(issuer, UriKind.Absolute, out Uri? uri) || !ExternalIssuer.IsSafe(uri) || uri.Query.Length > 0 || uri.Fragment.Length > 0 || uri.UserInfo.Length > 0)
        {
            result.AddError($"--oidc-issuer: '{issuer}' is no address that begins with https:// (http:// on this machine), without a query.");
        }

        if (string.IsNullOrWhiteSpace(result.GetValue(_clientId)))
        {
            result.AddError("--oidc-issuer needs --oidc-client-id: what this Berth is called there.");
        }

        if (result.GetValue(_secret) is { } file && (!file.Exists || file.Length is 0 or > LongestSecret))
        {
            result.AddError($"--oidc-secret-file: '{file}' is not there, is empty or has more than {LongestSecret} bytes.");
        }

        string[] roles = result.GetValue(_role) ?? [];
        if (roles.Length > 0 != result.GetValue(_rolesClaim) is { Length: > 0 })
        {
            result.AddError("--oidc-roles-claim and --oidc-role go together: the claim, and what each of its values means.");
        }

        foreach (string role in roles.Where(static text => Parts(text) is not { Value.Length: > 0, Role: not null }))
        {
            result.AddError($"--oidc-role: '{role}' is not of the form VALUE=ROLE with one of the roles {string.Join(", ", DirectoryRole.All.Select(static one => one.DisplayName))}.");
        }

        if (roles.Select(static text => Parts(text).Value).Distinct(StringComparer.Ordinal).Count() < roles.Length)
        {
            result.AddError("--oidc-role says twice what one value means.");
        }
    }

    private static (string Value, DirectoryRole? Role) Parts(string text)
    {
        int at = text.LastIndexOf('=');
        return at < 0 ? ("", null) : (text[..at], DirectoryRole.All.FirstOrDefault(role => role.DisplayName.Equals(text[(at + 1)..].Trim(), StringComparison.OrdinalIgnoreCase)));
    }
}
