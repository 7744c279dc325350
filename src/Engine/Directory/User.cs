using Berth.Engine.Collections;

namespace Berth.Engine.Directory;

/// <summary>A property of a user that is text and may be missing; named as Graph names it (L133).</summary>
public enum UserAttribute : byte
{
    /// <summary>Given name.</summary>
    GivenName = 1,

    /// <summary>Family name.</summary>
    Surname,

    /// <summary>Job title.</summary>
    JobTitle,

    /// <summary>Department.</summary>
    Department,

    /// <summary>Company name.</summary>
    CompanyName,

    /// <summary>Mail address.</summary>
    Mail,

    /// <summary>City.</summary>
    City,

    /// <summary>State or province.</summary>
    State,

    /// <summary>Country, free text.</summary>
    Country,

    /// <summary>Postal code.</summary>
    PostalCode,

    /// <summary>Street address.</summary>
    StreetAddress,

    /// <summary>Office.</summary>
    OfficeLocation,

    /// <summary>Mobile telephone.</summary>
    MobilePhone,

    /// <summary>Fax.</summary>
    FaxNumber,

    /// <summary>Language, such as <c>en-US</c>.</summary>
    PreferredLanguage,

    /// <summary>Employee id.</summary>
    EmployeeId,

    /// <summary>Employee type.</summary>
    EmployeeType,

    /// <summary>When the employee starts; an ISO 8601 instant.</summary>
    EmployeeHireDate,

    /// <summary><c>Member</c> or <c>Guest</c>.</summary>
    UserType,

    /// <summary>Password policies.</summary>
    PasswordPolicies,

    /// <summary>Distinguished name on premises.</summary>
    OnPremisesDistinguishedName,

    /// <summary>Security identifier on premises.</summary>
    OnPremisesSecurityIdentifier,

    /// <summary>Immutable id on premises.</summary>
    OnPremisesImmutableId,

    /// <summary>Business telephones; several values, separated by line feeds.</summary>
    BusinessPhones,

    /// <summary>Other mail addresses; several values, separated by line feeds.</summary>
    OtherMails,

    /// <summary>Proxy addresses; several values, separated by line feeds.</summary>
    ProxyAddresses,

    /// <summary>The first of fifteen extension attributes; the others follow.</summary>
    ExtensionAttribute1 = 64,

    /// <summary>The last of fifteen extension attributes.</summary>
    ExtensionAttribute15 = 78,
}

/// <summary>
/// A user of the tenant. Two users are equal when all their properties are. A tenant has up to millions, so a user is two small objects: this one, and one array in which every text
/// lies as UTF-8. A property that is text makes a string whenever it is asked; who reads many users takes the texts where they lie.
/// </summary>
public sealed record User
{
    /// <summary>The longest text a property may have, in characters.</summary>
    public const int LongestText = 1024;

    /// <summary>The longest user principal name, in characters.</summary>
    public const int LongestUserPrincipalName = 113;

    /// <summary>The longest display name, in characters.</summary>
    public const int LongestDisplayName = 256;

    private readonly byte[] _texts;

    // Twice the ticks of UTC, plus 1 when the account is enabled.
    private readonly long _createdAndEnabled;

    /// <summary>A user. Half a surrogate pair in a text, which neither JSON nor the journal lets in, becomes U+FFFD.</summary>
    /// <param name="id">The object id.</param>
    /// <param name="userPrincipalName">The sign-in name; unique in the tenant, ignoring case.</param>
    /// <param name="displayName">The name people read.</param>
    /// <param name="mailNickname">The mail alias.</param>
    /// <param name="accountEnabled">Whether the user can sign in.</param>
    /// <param name="usageLocation">ISO 3166-1 alpha-2, upper case; none by default (L20).</param>
    /// <param name="createdAt">When the user came, by the tenant's clock.</param>
    /// <param name="attributes">Every other property that has a value.</param>
    public User(
        Guid id, string userPrincipalName, string displayName, string? mailNickname, bool accountEnabled, string? usageLocation, DateTimeOffset createdAt, UserAttributes attributes)
        : this(id, Pack(Utf8Text.Of(userPrincipalName), Utf8Text.Of(displayName), Utf8Text.Of(mailNickname), attributes), accountEnabled, usageLocation, createdAt)
    {
    }

    private User(Guid id, byte[] texts, bool accountEnabled, string? usageLocation, DateTimeOffset createdAt)
    {
        (Id, _texts, UsageLocation, _createdAndEnabled) = (id, texts, usageLocation, CreatedAndEnabled(createdAt, accountEnabled));
    }

    /// <summary>The object id.</summary>
    public Guid Id { get; init; }

    /// <summary>The sign-in name; unique in the tenant, ignoring case.</summary>
    public string UserPrincipalName
    {
        get => UserPrincipalNameUtf8().ToString();
        init => _texts = Pack(Utf8Text.Of(value), DisplayNameUtf8(), MailNicknameUtf8(), Attributes);
    }

    /// <summary>The name people read.</summary>
    public string DisplayName
    {
        get => DisplayNameUtf8().ToString();
        init => _texts = Pack(UserPrincipalNameUtf8(), Utf8Text.Of(value), MailNicknameUtf8(), Attributes);
    }

    /// <summary>The mail alias.</summary>
    public string? MailNickname
    {
        get => MailNicknameUtf8().Text;
        init => _texts = Pack(UserPrincipalNameUtf8(), DisplayNameUtf8(), Utf8Text.Of(value), Attributes);
    }

    /// <summary>Whether the user can sign in.</summary>
    public bool AccountEnabled
    {
        get => (_createdAndEnabled & 1) != 0;
        init => _createdAndEnabled = CreatedAndEnabled(CreatedAt, value);
    }

    /// <summary>ISO 3166-1 alpha-2, upper case; none by default (L20).</summary>
    public string? UsageLocation { get; init; }

    /// <summary>When the user came, by the tenant's clock; in UTC.</summary>
    public DateTimeOffset CreatedAt
    {
        get => new(_createdAndEnabled >> 1, TimeSpan.Zero);
        init => _createdAndEnabled = CreatedAndEnabled(value, AccountEnabled);
    }

    /// <summary>Every other property that has a value.</summary>
    public UserAttributes Attributes
    {
        get => new(_texts, UserTexts.Attributes(_texts));
        init => _texts = Pack(UserPrincipalNameUtf8(), DisplayNameUtf8(), MailNicknameUtf8(), value);
    }

    /// <summary>A user whose texts are UTF-8 already.</summary>
    /// <param name="id">The object id.</param>
    /// <param name="userPrincipalName">The sign-in name, valid UTF-8 as every text here.</param>
    /// <param name="displayName">The name people read.</param>
    /// <param name="mailNickname">The mail alias.</param>
    /// <param name="hasMailNickname">False when there is no mail alias.</param>
    /// <param name="accountEnabled">Whether the user can sign in.</param>
    /// <param name="usageLocation">The usage location, or null.</param>
    /// <param name="createdAt">When the user came.</param>
    /// <param name="attributes">Every other property, and nothing else; it is empty afterwards.</param>
    public static User Packed(
        Guid id,
        ReadOnlySpan<byte> userPrincipalName,
        ReadOnlySpan<byte> displayName,
        ReadOnlySpan<byte> mailNickname,
        bool hasMailNickname,
        bool accountEnabled,
        string? usageLocation,
        DateTimeOffset createdAt,
        AttributePacker attributes) =>
        new(id, UserTexts.Pack(userPrincipalName, displayName, mailNickname, hasMailNickname, attributes.Finish()), accountEnabled, usageLocation, createdAt);

    /// <summary>The user principal name where it lies.</summary>
    public Utf8Text UserPrincipalNameUtf8() => UserTexts.UserPrincipalName(_texts);

    /// <summary>The display name where it lies.</summary>
    public Utf8Text DisplayNameUtf8() => UserTexts.DisplayName(_texts);

    /// <summary>The mail alias where it lies.</summary>
    public Utf8Text MailNicknameUtf8() => UserTexts.MailNickname(_texts);

    /// <inheritdoc/>
    public bool Equals(User? other) =>
        ReferenceEquals(this, other)
        || (other is not null && Id == other.Id && _createdAndEnabled == other._createdAndEnabled && UsageLocation == other.UsageLocation
            && _texts.AsSpan().SequenceEqual(other._texts));

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.Add(Id);
        hash.Add(_createdAndEnabled);
        hash.AddBytes(_texts);
        return hash.ToHashCode();
    }

    /// <summary>The hash under which a user principal name is indexed, however its letters are written.</summary>
    internal static int HashOf(ReadOnlySpan<char> userPrincipalName) => string.GetHashCode(userPrincipalName, StringComparison.OrdinalIgnoreCase);

    /// <summary>The hash under which this user's principal name is indexed.</summary>
    internal int HashOfName() => UserPrincipalNameUtf8().Read(0, static (name, _) => HashOf(name));

    /// <summary>Whether the user has a user principal name, however its letters are written.</summary>
    internal bool IsNamed(string userPrincipalName) =>
        UserPrincipalNameUtf8().Read(userPrincipalName, static (name, wanted) => name.Equals(wanted, StringComparison.OrdinalIgnoreCase));

    private static long CreatedAndEnabled(DateTimeOffset createdAt, bool accountEnabled) => (createdAt.UtcTicks << 1) | (accountEnabled ? 1L : 0L);

    private static byte[] Pack(Utf8Text userPrincipalName, Utf8Text displayName, Utf8Text mailNickname, UserAttributes attributes) =>
        UserTexts.Pack(userPrincipalName.Bytes, displayName.Bytes, mailNickname.Bytes, !mailNickname.IsMissing, attributes.Packed);
}
