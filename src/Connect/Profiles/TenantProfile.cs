using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Berth.Connect.Profiles;

/// <summary>
/// A tenant that somebody added: where it is and how to sign in, never with what. A secret is named by its variable and a certificate by its file, so that the
/// profile can be read by anybody (B560).
/// </summary>
/// <param name="Name">What people call it here; the name of its folder.</param>
/// <param name="Tenant">Its id or one of its domains.</param>
/// <param name="ClientId">The application to sign in as.</param>
/// <param name="Credential">How.</param>
/// <param name="Graph">Where its Graph is: scheme, host and perhaps a path, without version and without a slash at the end.</param>
/// <param name="Authority">Where its tokens come from: scheme and host.</param>
/// <param name="SecretVariable">The variable of the environment that has the secret; null when whoever runs the command is asked.</param>
/// <param name="CertificateFile">The file of the certificate with its key, absolute; only with <see cref="CredentialKind.Certificate"/>.</param>
public sealed partial record TenantProfile(
    string Name,
    string Tenant,
    string ClientId,
    CredentialKind Credential,
    Uri Graph,
    Uri Authority,
    string? SecretVariable = null,
    string? CertificateFile = null)
{
    /// <summary>Microsoft's Graph, when nothing else is said.</summary>
    public static readonly Uri MicrosoftGraph = new("https://graph.microsoft.com");

    // Microsoft keeps Graph and its authority on different hosts, a pair for each cloud; everything else signs in where it serves.
    private static readonly Dictionary<string, Uri> _authorities = new(StringComparer.OrdinalIgnoreCase)
    {
        ["graph.microsoft.com"] = new Uri("https://login.microsoftonline.com"),
        ["graph.microsoft.us"] = new Uri("https://login.microsoftonline.us"),
        ["dod-graph.microsoft.us"] = new Uri("https://login.microsoftonline.us"),
        ["microsoftgraph.chinacloudapi.cn"] = new Uri("https://login.partner.microsoftonline.cn"),
    };

    /// <summary>What a token is for.</summary>
    [JsonIgnore]
    public string Scope => $"{(_authorities.ContainsKey(Graph.Host) ? Graph : MicrosoftGraph).GetLeftPart(UriPartial.Authority)}/.default";

    /// <summary>Whether the authority is one of Microsoft's: any other is unknown there, so nobody is asked whether it exists.</summary>
    [JsonIgnore]
    public bool IsMicrosofts => _authorities.ContainsValue(new Uri(Authority.GetLeftPart(UriPartial.Authority)));

    /// <summary>The authority that goes with a Graph when none is named.</summary>
    public static Uri AuthorityOf(Uri graph) => _authorities.GetValueOrDefault(graph.Host, graph);

    /// <summary>Whether a name can be a tenant's: small letters, digits and hyphens, a letter or digit first.</summary>
    public static bool IsName(string name) => name.Length <= ConnectLimits.NameCharacters && Names().IsMatch(name);

    /// <summary>What is wrong with the profile, a sentence; null when nothing is (B560).</summary>
    public string? Problem() =>
        !IsName(Name) ? $"'{Name}' is no name of a tenant: use at most {ConnectLimits.NameCharacters} small letters, digits and hyphens, and begin with a letter or digit."
        : !IdsOrDomains().IsMatch(Tenant) ? $"'{Tenant}' is neither a tenant's id nor a domain."
        : Credential != CredentialKind.Environment && !Guid.TryParse(ClientId, out _) ? $"'{ClientId}' is no client id: it is a GUID."
        : !IsGood(Graph, clearOnLoopback: true) ? $"{Graph} is no address of a Graph: write https://HOST (http only on this machine)."
        : !IsGood(Authority, clearOnLoopback: false) ? $"{Authority} cannot give tokens: an authority is reached by https, and named by its host alone."
        : Credential == CredentialKind.Certificate && CertificateFile is not { Length: > 0 } ? "A certificate is named by its file."
        : SecretVariable is { } variable && !Variables().IsMatch(variable) ? $"'{variable}' is no name of a variable of the environment."
        : null;

    private static bool IsGood(Uri address, bool clearOnLoopback) => address is { IsAbsoluteUri: true, UserInfo: "", Query: "", Fragment: "", Host.Length: > 0 }
        && (address.Scheme == Uri.UriSchemeHttps || (clearOnLoopback && address.Scheme == Uri.UriSchemeHttp && address.IsLoopback));

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9-]*\z", RegexOptions.None, 1000)]
    private static partial Regex Names();

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9.\-]{0,252}\z", RegexOptions.None, 1000)]
    private static partial Regex IdsOrDomains();

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]{0,127}\z", RegexOptions.None, 1000)]
    private static partial Regex Variables();
}

/// <summary>Profiles as they lie in files.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TenantProfile))]
internal sealed partial class ProfileJson : JsonSerializerContext;
