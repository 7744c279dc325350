using System.Buffers;
using System.Text.Json;
using Berth.Engine;
using Berth.Engine.Directory;
using Berth.Graph.Requests;

namespace Berth.Graph.Writes;

/// <summary>What a body says of a user.</summary>
/// <param name="User">The user as they are to be.</param>
/// <param name="ManagerId">Their manager, null when the body names none.</param>
/// <param name="Password">Their new password, or null.</param>
internal sealed record WrittenUser(User User, Guid? ManagerId, string? Password)
{
    /// <summary>What is to be kept of the password, or null.</summary>
    public NewPassword? NewPassword => Password is null ? null : new NewPassword(User.Id, Password);

    /// <summary>Without the password, so that no message has it.</summary>
    public override string ToString() => User.UserPrincipalName;
}

/// <summary>Reads the properties of a user from a body (L133): on creation, on a change, and from a line of an import.</summary>
internal sealed class UserBody
{
    /// <summary>The resource as messages name it.</summary>
    public const string Resource = "User";

    private const string ManagerProperty = "manager@odata.bind";

    private static readonly SearchValues<char> NotInNickname = SearchValues.Create("@()\\[]\";:<>, \t\r\n");
    private static readonly string[] UserTypes = ["Member", "Guest"];

    private static readonly Dictionary<string, Action<UserBody, JsonElement, string>> Settable = new(StringComparer.OrdinalIgnoreCase)
    {
        ["accountEnabled"] = static (body, value, name) => body._user = body._user with { AccountEnabled = body._read.Flag(value, name) },
        ["displayName"] = static (body, value, name) =>
            body._user = body._user with { DisplayName = body._read.Required(value, name, User.LongestDisplayName) },
        ["mailNickname"] = static (body, value, name) => body._user = body._user with { MailNickname = Nickname(body._read, value, name) },
        ["userPrincipalName"] = static (body, value, name) => body._user = body._user with { UserPrincipalName = PrincipalName(body._read, value, name) },
        ["usageLocation"] = static (body, value, name) => body._user = body._user with { UsageLocation = body._read.Country(value, name) },
        ["passwordProfile"] = static (body, value, name) => body.CheckPassword(value, name),
        ["userType"] = static (body, value, name) => body.Set(UserAttribute.UserType, body.OneOfUserTypes(value, name)),
        ["employeeHireDate"] = static (body, value, name) => body.Set(
            UserAttribute.EmployeeHireDate,
            value.ValueKind == JsonValueKind.Null ? null : body._read.Instant(value, name).UtcDateTime.ToString("O")),
        ["onPremisesExtensionAttributes"] = static (body, value, name) => body.SetExtensions(value, name),
        ["businessPhones"] = List(UserAttribute.BusinessPhones),
        ["otherMails"] = List(UserAttribute.OtherMails),
        ["givenName"] = Text(UserAttribute.GivenName),
        ["surname"] = Text(UserAttribute.Surname),
        ["jobTitle"] = Text(UserAttribute.JobTitle),
        ["department"] = Text(UserAttribute.Department),
        ["companyName"] = Text(UserAttribute.CompanyName),
        ["mail"] = Text(UserAttribute.Mail),
        ["city"] = Text(UserAttribute.City),
        ["state"] = Text(UserAttribute.State),
        ["country"] = Text(UserAttribute.Country),
        ["postalCode"] = Text(UserAttribute.PostalCode),
        ["streetAddress"] = Text(UserAttribute.StreetAddress),
        ["officeLocation"] = Text(UserAttribute.OfficeLocation),
        ["mobilePhone"] = Text(UserAttribute.MobilePhone),
        ["faxNumber"] = Text(UserAttribute.FaxNumber),
        ["preferredLanguage"] = Text(UserAttribute.PreferredLanguage),
        ["employeeId"] = Text(UserAttribute.EmployeeId),
        ["employeeType"] = Text(UserAttribute.EmployeeType),
        ["passwordPolicies"] = Text(UserAttribute.PasswordPolicies),
        ["onPremisesImmutableId"] = Text(UserAttribute.OnPremisesImmutableId),
    };

    // What only a directory of record knows: an import may bring it, a client may not write it.
    private static readonly Dictionary<string, Action<UserBody, JsonElement, string>> Importable = new(StringComparer.OrdinalIgnoreCase)
    {
        ["id"] = static (body, value, name) => body._user = body._user with { Id = body._read.Id(value, name) },
        ["proxyAddresses"] = List(UserAttribute.ProxyAddresses),
        ["onPremisesDistinguishedName"] = Text(UserAttribute.OnPremisesDistinguishedName),
        ["onPremisesSecurityIdentifier"] = Text(UserAttribute.OnPremisesSecurityIdentifier),
    };

    private readonly BodyReader _read;
    private readonly HashSet<string> _given = new(StringComparer.OrdinalIgnoreCase);
    private User _user;
    private readonly Tenant _tenant;
    private string? _password;
    private Guid? _manager;

    private UserBody(BodyReader read, Tenant tenant, User start)
    {
        _tenant = tenant;
        _read = read;
        _user = start;
    }

    /// <summary>A new user with every property that Graph requires on creation, and the manager the body names.</summary>
    public static WrittenUser Create(BodyReader read, JsonElement element, Guid id, Tenant tenant)
    {
        UserBody body = new(read, tenant, Blank(id));
        body.Read(element, importing: false);
        body.Require("accountEnabled", "displayName", "mailNickname", "userPrincipalName");
        if (body._password is null)
        {
            read.Fail("passwordMissing", "A password must be specified to create a new user.");
        }
        else if (body._user.MailNickname is null)
        {
            read.FailValue("mailNickname", "It must not be empty.");
        }

        return new WrittenUser(body._user, body._manager, body._password);
    }

    /// <summary>A user with the properties of a body changed; null takes a value away. The manager is null when the body names none.</summary>
    public static WrittenUser Change(BodyReader read, JsonElement element, User before, Tenant tenant)
    {
        UserBody body = new(read, tenant, before);
        body.Read(element, importing: false);
        return new WrittenUser(body._user, body._manager, body._password);
    }

    /// <summary>A user from a line of an import: an id is kept, a password may be missing, and so may all but the two names.</summary>
    public static User Import(BodyReader read, JsonElement element, Guid id)
    {
        UserBody body = new(read, Tenant.Unborn, Blank(id));
        body.Read(element, importing: true);
        body.Require("displayName", "userPrincipalName");
        return body._user;
    }

    /// <summary>A mail alias: characters that no address has in its local part are refused.</summary>
    internal static string? Nickname(BodyReader read, JsonElement value, string name)
    {
        string? nickname = read.Text(value, name, GraphLimits.MailNicknameCharacters);
        if (nickname is not null && nickname.AsSpan().ContainsAny(NotInNickname))
        {
            read.FailValue(name, "It must not have a blank or one of @ ( ) \\ [ ] \" ; : < > ,");
        }

        return nickname;
    }

    /// <summary>Whether a text can be a mail alias.</summary>
    internal static bool IsNickname(string text) => text.Length is > 0 and <= GraphLimits.MailNicknameCharacters && !text.AsSpan().ContainsAny(NotInNickname);

    private static User Blank(Guid id) => new(id, "", "", null, accountEnabled: true, null, default, default);

    private static Action<UserBody, JsonElement, string> Text(UserAttribute attribute) =>
        (body, value, name) => body.Set(attribute, body._read.Text(value, name, User.LongestText));

    private static Action<UserBody, JsonElement, string> List(UserAttribute attribute) =>
        (body, value, name) => body.Set(attribute, body._read.Lines(value, name, GraphLimits.ListItems, GraphLimits.ListItemCharacters));

    private void Read(JsonElement element, bool importing)
    {
        foreach ((string name, JsonElement value) in _read.Properties(element, "user"))
        {
            if (!importing && name.Equals(ManagerProperty, StringComparison.OrdinalIgnoreCase))
            {
                _manager = MemberLinks.ReadOne(_read, value, name, _tenant);
            }
            else if (Settable.TryGetValue(name, out Action<UserBody, JsonElement, string>? set) || (importing && Importable.TryGetValue(name, out set)))
            {
                _given.Add(name);
                set(this, value, name);
            }
            else
            {
                _read.FailUnknown(name, Importable.ContainsKey(name) ? $"Property '{name}' of resource 'User' is read-only." : null);
            }
        }
    }

    private void Require(params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (!_given.Contains(name))
            {
                _read.FailMissing(name);
            }
        }
    }

    private void Set(UserAttribute attribute, string? value) =>
        _user = _user.Attributes[attribute] == value ? _user : _user with { Attributes = _user.Attributes.With(attribute, value) };

    /// <summary>A user principal name: one at sign with something on both sides, and no blanks.</summary>
    internal static string PrincipalName(BodyReader read, JsonElement value, string name)
    {
        string text = read.Required(value, name, User.LongestUserPrincipalName);
        int at = text.IndexOf('@', StringComparison.Ordinal);
        if (at <= 0 || at == text.Length - 1 || at != text.LastIndexOf('@') || text.Any(c => char.IsWhiteSpace(c) || char.IsControl(c)))
        {
            const string Message = "Property userPrincipalName is invalid.";
            read.Fail(GraphError.BadRequest("valueInvalid", Message + " It has the form alias@domain, without blanks.") with
            {
                Details = [new ErrorDetail("InvalidValue", Message, "userPrincipalName")],
            });
        }

        return text;
    }

    private string? OneOfUserTypes(JsonElement value, string name)
    {
        string? text = _read.Text(value, name, GraphLimits.NameCharacters);
        if (text is not null && !UserTypes.Contains(text, StringComparer.OrdinalIgnoreCase))
        {
            _read.FailValue(name, "It must be Member or Guest.");
        }

        return UserTypes.FirstOrDefault(type => type.Equals(text, StringComparison.OrdinalIgnoreCase));
    }

    // A password goes its own way (B203): it must never reach a user, the journal or a log.
    private void CheckPassword(JsonElement element, string profile)
    {
        // A client that has none may write null instead of leaving it out.
        foreach ((string name, JsonElement value) in element.ValueKind == JsonValueKind.Null ? [] : _read.Properties(element, profile))
        {
            switch (name.ToUpperInvariant())
            {
                case "PASSWORD" when value.ValueKind != JsonValueKind.Null:
                    _password = _read.Required(value, $"{profile}/{name}", GraphLimits.PasswordCharacters) is { Length: > 0 } text ? text : null;
                    break;
                case "PASSWORD":
                    break;
                case "FORCECHANGEPASSWORDNEXTSIGNIN" or "FORCECHANGEPASSWORDNEXTSIGNINWITHMFA":
                    _ = value.ValueKind != JsonValueKind.Null && _read.Flag(value, name);
                    break;
                default:
                    _read.FailUnknown($"{profile}/{name}");
                    break;
            }
        }
    }

    private void SetExtensions(JsonElement element, string what)
    {
        const string Prefix = "extensionAttribute";
        foreach ((string name, JsonElement value) in _read.Properties(element, what))
        {
            if (name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) && int.TryParse(name.AsSpan(Prefix.Length), out int number) && number is >= 1 and <= 15)
            {
                Set((UserAttribute)((int)UserAttribute.ExtensionAttribute1 + number - 1), _read.Text(value, name, User.LongestText));
            }
            else
            {
                _read.FailUnknown($"{what}/{name}");
            }
        }
    }
}
