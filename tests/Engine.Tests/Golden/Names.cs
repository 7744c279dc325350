using System.Text;
using System.Text.RegularExpressions;
using Berth.Engine.Tests.Comparison;

namespace Berth.Engine.Tests.Golden;

/// <summary>
/// Names for ids, so that scripts can be read. The id of a user, group or subscription spells its name (at most eight letters) and its kind,
/// so ids sort as names do.
/// </summary>
public static partial class Names
{
    private const int LongestName = 8;
    private const string UserKind = "000000000001";
    private const string GroupKind = "000000000002";
    private const string SubscriptionKind = "000000000003";
    private const string PlanKind = "000000000004";
    private const string PolicyKind = "000000000005";
    private const string ConnectionKind = "000000000006";
    private const string SettingKind = "000000000007";

    private static readonly Dictionary<string, string> Known = SpecFiles.Names().DistinctBy(pair => pair.Key).ToDictionary(pair => pair.Key, pair => pair.Value);

    public static string User(string name) => Spell(name, UserKind);

    public static string Group(string name) => Spell(name, GroupKind);

    public static string Subscription(string name) => Spell(name, SubscriptionKind);

    public static string Policy(string name) => Spell(name, PolicyKind);

    public static string Connection(string name) => Spell(name, ConnectionKind);

    public static string Setting(string name) => Spell(name, SettingKind);

    /// <summary>A user by default; a group is written <c>group:NAME</c>.</summary>
    public static string Member(string name) => name.StartsWith("group:", StringComparison.Ordinal) ? Group(name[6..]) : User(name);

    /// <summary>The name of a member; a group is written <c>group:NAME</c>.</summary>
    public static string MemberName(string id) => (id.EndsWith(GroupKind, StringComparison.Ordinal) ? "group:" : "") + Readable(id);

    /// <summary>A SKU by part number, or by id when there is no such SKU.</summary>
    public static string Sku(string name) => Guid.TryParse(name, out Guid id) ? id.ToString() : SpecFiles.Sku(name);

    /// <summary>A plan of the table by name, else an invented one: one that starts with <c>new</c>, or one of Reserve or with graphics, for which <c>r</c> or <c>g</c> and its numbers are enough.</summary>
    public static string Plan(string name, string? sku) => name.StartsWith("new", StringComparison.Ordinal) ? Spell(name, PlanKind)
        : name.StartsWith("CPC_R_", StringComparison.Ordinal) ? Spell(string.Concat("r", string.Concat(name.Where(char.IsAsciiDigit))), PlanKind)
        : name.EndsWith("_GPU", StringComparison.Ordinal) ? Spell(string.Concat("g", string.Concat(name.Where(char.IsAsciiDigit))), PlanKind)
        : name[0] is 'r' or 'g' ? Spell(name, PlanKind)
        : SpecFiles.Plan(name, sku);

    /// <summary>A membership rule in which <c>&lt;user:NAME&gt;</c>, <c>&lt;group:NAME&gt;</c> and <c>&lt;plan:NAME&gt;</c> stand for ids.</summary>
    public static string Meant(string rule) => Named().Replace(rule, match => (match.Groups["kind"].Value, match.Groups["name"].Value) switch
    {
        ("user", var name) => User(name),
        ("group", var name) => Group(name),
        (_, var name) => Plan(name, null),
    });

    /// <summary>A line with every id replaced by its name, and without times.</summary>
    public static string Readable(string line) => Time().Replace(Id().Replace(line, match => NameOf(match.Value)), "");

    private static string NameOf(string id)
    {
        if (Known.TryGetValue(id, out string? name))
        {
            return name;
        }

        string letters = id.Replace("-", "", StringComparison.Ordinal)[..16];
        bool ours = id[24..] is UserKind or GroupKind or SubscriptionKind or PlanKind or PolicyKind or ConnectionKind or SettingKind;
        return ours ? Encoding.ASCII.GetString(Convert.FromHexString(letters)).TrimEnd((char)0) : id;
    }

    private static string Spell(string name, string kind)
    {
        if (name.Length > LongestName)
        {
            throw new NotSupportedException($"'{name}' is longer than {LongestName} letters.");
        }

        string hex = Convert.ToHexStringLower(Encoding.ASCII.GetBytes(name.PadRight(LongestName, '\0')));
        return $"{hex[..8]}-{hex[8..12]}-{hex[12..16]}-8000-{kind}";
    }

    [GeneratedRegex("<(?<kind>user|group|plan):(?<name>[^>]+)>")]
    private static partial Regex Named();

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex Id();

    [GeneratedRegex(" since [^ ]+")]
    private static partial Regex Time();
}
