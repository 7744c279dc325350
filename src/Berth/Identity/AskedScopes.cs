using Berth.Graph.Requests;

namespace Berth.Identity;

/// <summary>What a program asks for in a person's name.</summary>
/// <param name="Everything"><c>.default</c>: all that it is registered for.</param>
/// <param name="Permissions">Names of Graph's permissions, known or not.</param>
/// <param name="OfOpenId">Those of OpenID Connect: <c>openid</c>, <c>profile</c>, <c>email</c>, <c>offline_access</c>.</param>
internal sealed record AskedScopes(bool Everything, IReadOnlyList<string> Permissions, IReadOnlyList<string> OfOpenId)
{
    private const string Default = ".default";
    private const string Offline = "offline_access";
    private static readonly string[] Names = ["openid", "profile", "email", Offline];

    /// <summary>Whether an id token is wanted.</summary>
    public bool OpenId => OfOpenId.Contains("openid");

    /// <summary>Whether a refresh token is wanted.</summary>
    public bool OfflineAccess => OfOpenId.Contains(Offline);

    /// <summary>Reads a scope parameter; a permission without a resource is Graph's.</summary>
    public static (AskedScopes? Asked, TokenRefusal? Refusal) Read(string text, OwnAddresses addresses, HttpRequest request)
    {
        bool everything = false;
        List<string> permissions = [], ofOpenId = [];
        foreach (string scope in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            int slash = scope.LastIndexOf('/');
            string name = scope[(slash + 1)..];
            if (slash < 0 && Names.Contains(name))
            {
                ofOpenId.Add(name);
                continue;
            }

            string resource = slash < 0 ? OwnAddresses.Graph : scope[..slash].TrimEnd('/');
            if (!addresses.IsGraph(resource, request))
            {
                return (null, new TokenRefusal(TokenRefusalCode.ResourceUnknown, TokenRequestRules.Shown(resource)));
            }

            if (name.Length == 0)
            {
                return (null, new TokenRefusal(TokenRefusalCode.DelegatedScopeInvalid, TokenRequestRules.Shown(scope)));
            }

            if (name == Default)
            {
                everything = true;
            }
            else
            {
                permissions.Add(name);
            }
        }

        return (new AskedScopes(everything, permissions, ofOpenId), null);
    }

    /// <summary>
    /// What a program gets of it in somebody's name: no more than it is registered for, and of that what the roles of the person hold; who has none can give only
    /// what concerns themselves (B204, B735). Null when it asked by name and gets nothing.
    /// </summary>
    public PermissionSet? Granted(AppRegistration app, PermissionSet held)
    {
        PermissionSet own = PermissionSet.Of(PermissionSet.SignedInPerson);
        ulong registered = PermissionSet.Known(app.Permissions).WithLesser().Bits | own.Bits;
        ulong wanted = Everything ? registered : registered & PermissionSet.Known(Permissions).Bits;
        ulong granted = wanted & held.Bits;
        return granted == 0 && Permissions.Count > 0 ? null : new PermissionSet(granted);
    }

    /// <summary>The scopes of a token: what was granted, and OpenID's as they were asked for.</summary>
    public string Text(PermissionSet granted) => string.Join(' ', granted.ToNames().Concat(OfOpenId.Where(name => name != Offline).Distinct()));

    /// <summary>What was asked for, so that it can be asked for again.</summary>
    public override string ToString() => string.Join(' ', Permissions.Concat(Everything ? [$"{OwnAddresses.Graph}/{Default}"] : []).Concat(OfOpenId));
}
