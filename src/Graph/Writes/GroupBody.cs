using System.Text.Json;
using Berth.Engine;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Directory.Rules;

namespace Berth.Graph.Writes;

/// <summary>Reads the properties of a group from a body: on creation, on a change, and from a line of an import.</summary>
internal sealed class GroupBody
{
    /// <summary>The resource as messages name it.</summary>
    public const string Resource = "Group";

    private static readonly string[] GroupTypes = ["Unified", GroupProfile.DynamicMembership];

    private static readonly Dictionary<string, RuleProcessing> Processing = new(StringComparer.OrdinalIgnoreCase)
    {
        ["On"] = RuleProcessing.On,
        ["Paused"] = RuleProcessing.Paused,
    };

    private static readonly string[] Visibilities = ["Public", "Private", "HiddenMembership"];

    private readonly BodyReader _read;
    private readonly Tenant _tenant;
    private readonly HashSet<string> _given = new(StringComparer.OrdinalIgnoreCase);
    private GroupProfile _group;
    private ValueArray<Guid> _members;
    private ValueArray<Guid> _owners;

    private GroupBody(BodyReader read, Tenant tenant, GroupProfile start)
    {
        _tenant = tenant;
        _read = read;
        _group = start;
    }

    /// <summary>A new group with every property that Graph requires on creation, and its first members and owners.</summary>
    public static (GroupProfile Group, ValueArray<Guid> Members, ValueArray<Guid> Owners) Create(BodyReader read, JsonElement element, Guid id, Tenant tenant)
    {
        GroupBody body = new(read, tenant, Blank(id));
        body.Read(element, importing: false);
        body.Require("displayName", "mailEnabled", "mailNickname", "securityEnabled");
        return (body._group, body._members, body._owners);
    }

    /// <summary>A group with the properties of a body changed, and the members and owners the body adds.</summary>
    /// <param name="read">Keeps the error.</param>
    /// <param name="element">The body.</param>
    /// <param name="before">The group.</param>
    /// <param name="tenant">Whose users the body may name.</param>
    /// <param name="propertiesGiven">Whether the body has anything beside members: that takes another permission.</param>
    public static (GroupProfile Group, ValueArray<Guid> Members, ValueArray<Guid> Owners) Change(BodyReader read, JsonElement element, GroupProfile before, Tenant tenant, out bool propertiesGiven)
    {
        GroupBody body = new(read, tenant, before);
        body.Read(element, importing: false);
        body.BecomeStatic(before);
        propertiesGiven = body._given.Any(name => !name.Equals(MemberLinks.Members, StringComparison.OrdinalIgnoreCase));
        return (body._group, body._members, body._owners);
    }

    /// <summary>A group from a line of an import: an id is kept, and all but the name may be missing.</summary>
    public static GroupProfile Import(BodyReader read, JsonElement element, Guid id)
    {
        GroupBody body = new(read, Tenant.Unborn, Blank(id));
        body.Read(element, importing: true);
        body.Require("displayName");
        return body._group;
    }

    /// <summary>A membership rule. Only who reads rules knows how long one may be, and what the error at the character beyond says (B120).</summary>
    internal static string? Rule(BodyReader read, JsonElement value, string name)
    {
        if (value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > RuleLimits.LongestRule } text
            && !MembershipRule.TryParse(text, out _, out RuleError? error))
        {
            read.Fail("membershipRuleInvalid", $"Invalid value specified for property '{name}' of resource '{Resource}'. {error.Message}");
            return null;
        }

        return read.Text(value, name, RuleLimits.LongestRule);
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
                case "MEMBERSHIPRULE":
                    _group = _group with { MembershipRule = Rule(_read, value, name) };
                    break;
                case "MEMBERSHIPRULEPROCESSINGSTATE":
                    _group = _group with { RuleProcessing = value.ValueKind == JsonValueKind.Null ? null : _read.OneOf(value, name, Processing) };
                    break;
                case "VISIBILITY":
                    _group = _group with { Visibility = Visibility(value, name) };
                    break;
                case "ID" when importing:
                    _group = _group with { Id = _read.Id(value, name) };
                    break;
                case "MEMBERS@ODATA.BIND" when !importing:
                    _members = MemberLinks.Read(_read, value, MemberLinks.Members, _tenant);
                    break;
                case "OWNERS@ODATA.BIND" when !importing:
                    _owners = MemberLinks.Read(_read, value, MemberLinks.Owners, _tenant);
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
            if (GroupTypes.FirstOrDefault(one => one.Equals(type, StringComparison.OrdinalIgnoreCase)) is not { } known)
            {
                _read.FailValue(name, $"It can have {string.Join(" and ", GroupTypes)} or be empty.");
            }
            else if (!types.Contains(known))
            {
                types.Add(known);
            }
        }

        return types.ToValueArray();
    }

    // As Microsoft's own script makes a group static: it takes the type away and pauses the rule, and says nothing of the rule itself.
    private void BecomeStatic(GroupProfile before)
    {
        if (before.IsDynamic && _given.Contains("groupTypes") && !_group.HasDynamicType
            && _given.Contains("membershipRuleProcessingState") && _group.RuleProcessing != RuleProcessing.On && !_given.Contains("membershipRule"))
        {
            _group = _group with { MembershipRule = null, RuleProcessing = null };
        }
        else if (before.IsDynamic && !_group.IsDynamic && !_group.HasDynamicType && !_given.Contains("membershipRuleProcessingState"))
        {
            _group = _group with { RuleProcessing = null };
        }
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
