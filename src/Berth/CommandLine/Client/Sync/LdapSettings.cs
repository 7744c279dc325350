using System.Text.Json;
using System.Text.Json.Serialization;

namespace Berth.CommandLine.Client.Sync;

/// <summary>Which directory, where, and how it is read (B817): a file in JSON, in which comments and a comma at the end are fine.</summary>
/// <remarks>Its properties can be set because the reader would put nothing into those that the file leaves out, were they for the beginning alone.</remarks>
internal sealed record LdapSettings
{
    /// <summary>The name of the sync.</summary>
    public string Name { get; set; } = "";

    /// <summary><c>openldap</c> or <c>ad</c>: what the attributes are called and what tells that an account is disabled.</summary>
    public string Kind { get; set; } = "openldap";

    /// <summary>Such as <c>ldaps://ldap.example.com</c>.</summary>
    public string Server { get; set; } = "";

    /// <summary>Whether a connection of <c>ldap://</c> is made safe by StartTLS.</summary>
    public bool StartTls { get; set; }

    /// <summary>Whether a password may go over a network in the clear.</summary>
    public bool AllowInsecure { get; set; }

    /// <summary>Who reads; nobody in particular when it is left out.</summary>
    public string? BindDn { get; set; }

    /// <summary>The file with the password; without it, the variable <see cref="PasswordVariable"/>.</summary>
    public string? PasswordFile { get; set; }

    /// <summary>What stands behind an alias in which there is no at sign, such as <c>contoso.com</c>.</summary>
    public string? UpnSuffix { get; set; }

    /// <summary>The entries of a page.</summary>
    public int PageSize { get; set; } = SyncLimits.Page;

    /// <summary>Where users are.</summary>
    public LdapUsers Users { get; set; } = new();

    /// <summary>Where groups are; none are read when it is left out.</summary>
    public LdapGroups? Groups { get; set; }

    /// <summary>Where the password of <see cref="BindDn"/> is read from.</summary>
    public const string PasswordVariable = "BERTH_LDAP_PASSWORD";

    /// <summary>Reads a file of settings.</summary>
    /// <exception cref="SourceFailedException">It cannot be read, or says what cannot be.</exception>
    public static LdapSettings Read(FileInfo file)
    {
        LdapSettings? settings;
        try
        {
            if (file.Length > SyncLimits.SettingsBytes)
            {
                throw new SourceFailedException($"{file.Name} is larger than {SyncLimits.SettingsBytes} bytes.");
            }

            settings = JsonSerializer.Deserialize(File.ReadAllBytes(file.FullName), LdapSettingsJson.Default.LdapSettings);
        }
        catch (JsonException bad)
        {
            throw new SourceFailedException($"{file.Name}, line {bad.LineNumber + 1}: {bad.Message.Split(" Path:")[0]}", bad);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SourceFailedException($"{file.Name} cannot be read: {e.Message}", e);
        }

        return settings is null ? throw new SourceFailedException($"{file.Name} is empty.")
            : settings.Problem() is { } problem ? throw new SourceFailedException($"{file.Name}: {problem}")
            : settings;
    }

    /// <summary>The password of <see cref="BindDn"/>.</summary>
    /// <exception cref="SourceFailedException">There is none.</exception>
    public string Password()
    {
        if (PasswordFile is null)
        {
            return Environment.GetEnvironmentVariable(PasswordVariable) is { Length: > 0 } given ? given
                : throw new SourceFailedException($"no password for {BindDn}: set {PasswordVariable}, or name a file with 'passwordFile'.");
        }

        try
        {
            return File.ReadAllText(PasswordFile).TrimEnd('\r', '\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SourceFailedException($"the password of {BindDn} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>The server's address.</summary>
    [JsonIgnore]
    public Uri Address => new(Server);

    // A file can say null to anything; to a name, a place or a list it means nothing.
    private string? Problem() =>
        Name is null || Kind is null || Server is null || Users is not { Base: not null, Attributes: not null } || Users.Attributes.Values.Any(static value => value is null) || Groups is { Base: null } or { Nested: null }
            ? "null stands where a text or a list belongs."
        : !SyncMark.IsName(Name) ? $"'name' has 1 to {SyncLimits.NameCharacters} small letters, digits and hyphens."
        : Kind is not ("openldap" or "ad") ? "'kind' is openldap or ad."
        : !Uri.TryCreate(Server, UriKind.Absolute, out Uri? address) || address.Scheme is not ("ldap" or "ldaps") || address.Host.Length == 0 ? "'server' is ldaps://HOST or ldap://HOST, perhaps with a port."
        : BindDn is not null && address.Scheme == "ldap" && !StartTls && !address.IsLoopback && !AllowInsecure
            ? "the password would go over the network in the clear: use ldaps:// or 'startTls', or say 'allowInsecure' if the network is yours (B820)."
        : PageSize is < 1 or > 10_000 ? "'pageSize' is 1 to 10000."
        : Users.Base.Length == 0 ? "'users' has a 'base', the place in the tree below which users are."
        : Groups is { Base.Length: 0 } ? "'groups' has a 'base', the place in the tree below which groups are."
        : Groups is { Nested: not ("ignore" or "flatten") } ? "'nested' is ignore or flatten."
        : Users.Attributes.Keys.FirstOrDefault(name => !CsvSource.Columns.Contains(name, StringComparer.Ordinal)) is { } unknown
            ? $"'attributes' names '{unknown}', which is none of {string.Join(", ", CsvSource.Columns)}."
        : null;
}

/// <summary>Where users are and what of them is read.</summary>
internal sealed record LdapUsers
{
    /// <summary>The place in the tree below which they are.</summary>
    public string Base { get; set; } = "";

    /// <summary>Which entries are users; left out, those that are by the kind.</summary>
    public string? Filter { get; set; }

    /// <summary>Which of them are disabled, for directories that do not say it in <c>userAccountControl</c>.</summary>
    public string? DisabledFilter { get; set; }

    /// <summary>From which attribute a property comes, by Graph's name; an empty text for none. What is not named here comes from where the kind has it.</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; set; } = new Dictionary<string, string>();
}

/// <summary>Where groups are.</summary>
internal sealed record LdapGroups
{
    /// <summary>The place in the tree below which they are.</summary>
    public string Base { get; set; } = "";

    /// <summary>Which entries are groups; left out, those that are by the kind.</summary>
    public string? Filter { get; set; }

    /// <summary>What becomes of groups inside groups (B818): <c>ignore</c>, or <c>flatten</c>, which makes their people members of the outer one.</summary>
    public string Nested { get; set; } = "ignore";
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(LdapSettings))]
internal sealed partial class LdapSettingsJson : JsonSerializerContext;
