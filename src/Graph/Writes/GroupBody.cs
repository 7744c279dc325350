using System.Text.Json;
using Berth.Engine;
using Berth.Engine.Collections;
using Berth.Engine.Directory;

namespace Berth.Graph.Writes;

/// <summary>Reads the properties of a group from a body: on creation, on a change, and from a line of an import.</summary>
internal sealed class GroupBody
{
    /// <summary>The resource as messages name it.</summary>
    public const string Resource = "Group";

    private static readonly string[] Visibilities = ["Public", "Private", "HiddenMembership"];

    private readonly BodyReader _read;
    private readonly Tenant _tenant;
    private readonly HashSet<string> _given = new(StringComparer.OrdinalIgnoreCase);
    private GroupProfile _group;
    private ValueArray<Guid> _members;

    private GroupBody(BodyReader read, Tenant tenant, GroupProfile start)
    {
        _tenant = tenant;
        _read = read;
        _group = start;
    }

    /// <summary>A new group with every property that Graph requires on creation, and its first members.</summary>
    public static (GroupProfile Group, ValueArray<Guid> Members) Create(BodyReader read, JsonElement element, Guid id, Tenant tenant)
    {
        GroupBody body = new(read, tenant, Blank(id));
        body.Read(element, importing: false);
        body.Require("displayName", "mailEnabled", "mailNickname", "securityEnabled");
        return (body._group, body._members);
    }

    /// <summary>A group with the properties of a body changed, and the members the body adds.</summary>
    /// <param name="read">Keeps the error.</param>
    /// <param name="element">The body.</param>
    /// <param name="before">The group.</param>
    /// <param name="tenant">Whose users the body may name.</param>
    /// <param name="propertiesGiven">Whether the body has anything beside members: that takes another permission.</param>
    public static (GroupProfile Group, ValueArray<Guid> Members) Change(BodyReader read, JsonElement element, GroupProfile before, Tenant tenant, out bool propertiesGiven)
    {
        GroupBody body = new(read, tenant, before);
        body.Read(element, importing: false);
        propertiesGiven = body._given.Any(name => !name.Equals(MemberLinks.Property, StringComparison.OrdinalIgnoreCase));
        return (body._group, body._members);
    }

    /// <summary>A group from a line of an import: an id is kept, and all but the name may be missing.</summary>
    public static GroupProfile Import(BodyReader read, JsonElement element, Guid id)
    {
        GroupBody body = new(read, Tenant.Unborn, Blank(id));
        body.Read(element, importing: true);
        body.Require("displayName");
        return body._group;
    }

    private static GroupProfile Blank(Guid id) => new(id, "", null, null, MailEnabled: false, SecurityEnabled: true, [], null, default);

    private void Read(JsonElement element, bool importing)
    {
        foreach ((string name, JsonElement value) in _read.Properties(element, "group"))
        {
            _given.Add(name);
            switch (name.ToUpperInvariant())
            {
                case "DISPLAYNAME":
                    _group = _group with { DisplayName = _read.Required(value, name, GroupProfile.LongestDisplayName) };
                    break;
                case "DESCRIPTION":
                    _group = _group with { Description = _read.Text(value, name, GroupProfile.LongestDescription) };
                    break;
                case "MAILNICKNAME":
                    _group = _group with { MailNickname = Nickname(value, name) };
                    break;
                case "MAILENABLED":
                    _group = _group with { MailEnabled = _read.Flag(value, name) };
                    break;
                case "SECURITYENABLED":
                    _group = _group with { SecurityEnabled = _read.Flag(value, name) };
                    break;
                case "GROUPTYPES":
                    _group = _group with { GroupTypes = Types(value, name) };
                    break;
                case "VISIBILITY":
                    _group = _group with { Visibility = Visibility(value, name) };
                    break;
                case "ID" when importing:
                    _group = _group with { Id = _read.Id(value, name) };
                    break;
                case "MEMBERS@ODATA.BIND" when !importing:
                    _members = MemberLinks.Read(_read, value, _tenant);
                    break;
                default:
                    _read.FailUnknown(name);
                    break;
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

    private string? Nickname(JsonElement value, string name)
    {
        string? nickname = UserBody.Nickname(_read, value, name);
        if (nickname is null)
        {
            _read.FailValue(name, "It must not be empty.");
        }

        return nickname;
    }

    private ValueArray<string> Types(JsonElement value, string name)
    {
        List<string> types = [];
        foreach (JsonElement item in _read.Items(value, name))
        {
            string type = _read.Required(item, name, GraphLimits.NameCharacters);
            if (type.Equals("DynamicMembership", StringComparison.OrdinalIgnoreCase))
            {
                _read.FailValue(name, "Groups whose members follow from a rule are not offered by this version: leave DynamicMembership out and add members.");
            }
            else if (!type.Equals("Unified", StringComparison.OrdinalIgnoreCase))
            {
                _read.FailValue(name, "It can have Unified or be empty.");
            }
            else if (types.Count == 0)
            {
                types.Add("Unified");
            }
        }

        return types.ToValueArray();
    }

    private string? Visibility(JsonElement value, string name)
    {
        string? text = _read.Text(value, name, GraphLimits.NameCharacters);
        if (text is not null && !Visibilities.Contains(text, StringComparer.OrdinalIgnoreCase))
        {
            _read.FailValue(name, $"It must be one of {string.Join(", ", Visibilities)}.");
        }

        return Visibilities.FirstOrDefault(one => one.Equals(text, StringComparison.OrdinalIgnoreCase));
    }
}
