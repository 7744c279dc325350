using System.Globalization;
using Berth.Engine.Tests.Golden;

namespace Berth.Engine.Tests.Comparison;

/// <summary>
/// Random membership rules over what random users have: small trees, printed with every spelling that the language allows. The same number gives the same rule.
/// </summary>
public sealed class RandomRule
{
    /// <summary>Groups that rules name as sources; the last is nobody's.</summary>
    public static readonly string[] Sources = [.. new[] { "blue", "gold", "gray", "pink", "teal", "nowhere" }.Select(Names.Group)];

    private static readonly string[] Managers = [.. new[] { "ada", "bob", "cid", "dan", "eva", "fay", "nobody" }.Select(Names.User)];

    private static readonly string[] Plans =
    [
        .. new[]
        {
            "EXCHANGE_S_STANDARD", "EXCHANGE_S_ENTERPRISE", "SHAREPOINTENTERPRISE", "MCOSTANDARD", "TEAMS1", "MCOEV", "MCOMEETADV", "CPC_E_2C_4GB_64GB", "CPC_2",
        }.Select(name => SpecFiles.Plan(name)),
    ];

    private static readonly string[] Operators =
        ["eq", "ne", "startsWith", "notStartsWith", "endsWith", "notEndsWith", "contains", "notContains", "match", "notMatch", "in", "notIn"];

    // Rule names of texts that RandomFacts gives values to, and some that nobody has.
    private static readonly string[] Texts =
    [
        "department", "department", "department", "city", "city", "usageLocation", "userType", "extensionAttribute1", "telephoneNumber", "physicalDeliveryOfficeName", "mobile",
        "facsimileTelephoneNumber", "displayName", "objectId", "userPrincipalName", "mailNickName", "sipProxyAddress", "jobTitle", "extensionAttribute15",
    ];

    private uint _state;

    private RandomRule(int seed) => _state = unchecked((uint)seed * 2654435761) ^ 0x9E3779B9;

    /// <summary>A rule of any kind.</summary>
    public static string Of(int seed) => new RandomRule(seed).Any();

    /// <summary>A rule that most often reads the time.</summary>
    public static string WithTime(int seed)
    {
        RandomRule random = new(seed);
        return random.Next(8) switch
        {
            0 => random.Any(),
            1 => random.Word("not") + random.Date(),
            2 => random.Date() + random.Word("and") + random.Holders(),
            3 => random.Date() + random.Word("or") + random.Leaf(),
            4 => random.Date() + random.Word("and") + random.Date(),
            _ => random.Date(),
        };
    }

    /// <summary>A rule of any kind with one or two small mistakes, which now and then leave it a rule.</summary>
    public static string Broken(int seed)
    {
        RandomRule random = new(seed);
        string rule = random.Any();
        for (int i = random.Next(2); i >= 0; i--)
        {
            rule = random.Mistake(rule);
        }

        return rule;
    }

    private string Any() => Next(20) switch
    {
        0 or 1 => MemberOf(),
        2 => DirectReports(),
        3 => Devices(),
        4 => TextsOf("user", "department", "eq"),
        5 => Plan(),
        6 or 7 => Holders(),
        8 => Word("not") + Holders(),
        9 => $"{Plan()}{Word("and")}{Leaf()}",
        10 or 11 or 12 or 13 => Date(),
        14 => Tree(4),
        _ => Tree(2),
    };

    private string Tree(int depth) => depth == 0 ? Leaf() : Next(8) switch
    {
        0 => Tree(depth - 1) + Word("or") + Tree(depth - 1),
        1 => Tree(depth - 1) + Word("and") + Tree(depth - 1),
        2 => Word("not") + Leaf(),
        3 => Word("not") + $"({Space0()}{Tree(depth - 1)}{Space0()})",
        4 => $"({Space0()}{Tree(depth - 1)}{Space0()})" + Word("and") + Leaf(),
        5 => $"({Tree(depth - 1)})",
        _ => Leaf(),
    };

    private string Leaf() => Next(10) switch
    {
        0 => Property("user", "accountEnabled") + Word(One("eq", "ne")) + Boolean(),
        1 => Property("user", "dirSyncEnabled") + Word(One("eq", "ne")) + Boolean(),
        2 => Property("user", One("otherMails", "proxyAddresses")) + Word(One("any", "all")) + Body(() => Case("_")),
        3 => TextsOf("user", One("otherMails", "proxyAddresses"), One(Operators)),
        4 => Plan(),
        5 => Date(),
        _ => TextsOf("user", One(Texts), One(Operators)),
    };

    private string TextsOf(string about, string property, string word) => Comparison(Property(about, property), word);

    private string Comparison(string left, string word) => left + Word(word) + word switch
    {
        "eq" or "ne" when Next(4) == 0 => One("null", "$null", "NULL"),
        "in" or "notIn" => $"[{Space0()}{string.Join($"{Space0()},{Space0()}", Enumerable.Range(0, 1 + Next(3)).Select(_ => Value()))}{Space0()}]",
        "match" or "notMatch" => Quoted(One("^sa", "s$", "a.*e", "[a-c]", "(legal|oslo)", "\\d", "", ".", "^$", "l{1,2}", "\\bor")),
        _ => Value(),
    };

    // With or without parentheses; in parentheses a small tree.
    private string Body(Func<string> element)
    {
        string Compare() => Comparison(element(), One(Operators));
        return Next(4) switch
        {
            0 => Compare(),
            1 => $"({Compare()}{Word(One("or", "and"))}{(Next(2) == 0 ? Word("not") : "")}{Compare()})",
            2 => $"({Space0()}{Word("not")}({Compare()}))",
            _ => $"({Space0()}{Compare()}{Space0()})",
        };
    }

    private string Plan()
    {
        string Compare() => Next(3) switch
        {
            0 => Case("assignedPlan.capabilityStatus") + Word(One("eq", "ne")) + Quoted(One("Enabled", "Warning", "Suspended")),
            1 => Case("assignedPlan.service") + Word(One("eq", "ne", "startsWith", "notIn")) is var left && left.TrimEnd().EndsWith("in", StringComparison.OrdinalIgnoreCase)
                ? left + $"[{Quoted("exchange")}, {Quoted("SCO")}]"
                : left + Quoted(One("exchange", "SharePoint", "WindowsCloudPC", "SCO")),
            _ => Case("assignedPlan.servicePlanId") + Word(One("eq", "eq", "ne")) + (Next(6) == 0 ? "null" : Quoted(One(Plans))),
        };
        string body = Next(3) switch
        {
            0 => Compare(),
            1 => $"({Compare()}{Word("and")}{Compare()})",
            _ => $"({Compare()})",
        };
        return Property("user", "assignedPlans") + Word(One("any", "any", "all")) + body;
    }

    // Plans that most licenses of the comparison give or need.
    private string Holders() =>
        Property("user", "assignedPlans") + Word("any") + $"({Case("assignedPlan.servicePlanId")}{Word("eq")}{Quoted(One(Plans[0], Plans[1], Plans[1], Plans[3], Plans[4]))})";

    private string Date()
    {
        string left = Property("user", "employeeHireDate") + Word(One("eq", "ne", "le", "le", "ge", "ge"));
        string now = left + Case("system.now");
        return Next(6) switch
        {
            0 => left + Instant(),
            1 => left + Quoted(Instant()),
            2 => now,
            _ => now + Word(One("plus", "minus")) + Case(One("PT1M", "PT5M", "PT10M", "PT1M", "PT5M", "PT10M", "P0D", "PT600S", "P1D", "P1W", "PT1H5M", "P1DT1S")),
        };
    }

    private string Instant() => Desk.Opening.AddMinutes(Next(60) - 10).ToString(One("yyyy-MM-dd'T'HH:mm'Z'", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd"), CultureInfo.InvariantCulture);

    private string MemberOf()
    {
        IEnumerable<string> ids = Enumerable.Range(0, 1 + Next(3)).Select(_ => One("'", "\"") is var quote ? quote + Case(One(Sources)) + quote : "");
        return Case("user.memberOf") + Word("any") + $"({Space0()}{Case("group.objectId")}{Word("in")}[{string.Join(", ", ids)}]{Space0()})";
    }

    private string DirectReports() => $"{Case("Direct")} {Case("Reports")} {Case("for")} \"{One(Managers)}\"";

    private string Devices() => Next(3) switch
    {
        0 => TextsOf("device", One("displayName", "deviceOSType", "deviceModel"), One(Operators)),
        1 => Property("device", "isRooted") + Word("eq") + Boolean(),
        _ => Property("device", "systemLabels") + Word("any") + Body(() => "_"),
    };

    private string Boolean() => One("true", "false", "TRUE", "\"true\"", "'False'", "null");

    private string Value() => Next(5) switch
    {
        0 => One("5", "-1.5", "true", "2026-01-01"),
        1 => Quoted(One("a", "e", "O'Brien", "say \"x\"", "`", "")),
        _ => Quoted(Case(One("Sales", "Legal", "Sales", "Legal", "Oslo", "US", "Guest", "Member", "true", "5", "555-1", "ada@b.example", "s"))),
    };

    private string Quoted(string text) => Next(4) switch
    {
        0 => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'",
        _ => $"\"{text.Replace("`", "``", StringComparison.Ordinal).Replace("\"", "`\"", StringComparison.Ordinal).Replace("'", Next(2) == 0 ? "''" : "`'", StringComparison.Ordinal)}\"",
    };

    private string Property(string about, string name) => Case($"{about}.{name}");

    // A hyphenated word and the white space round it.
    private string Word(string word) => Space() + One("-", "-", "-", "-", "", "\u2013", "\u2014") + Case(word) + Space();

    private string Case(string text) => Next(8) switch
    {
        0 => text.ToUpperInvariant(),
        1 => text.ToLowerInvariant(),
        _ => text,
    };

    private string Space() => One(" ", " ", " ", " ", "  ", "\t", "\r\n");

    private string Space0() => One("", "", "", " ", "\t");

    private string Mistake(string rule)
    {
        int at = Next(rule.Length + 1);
        string sign = One("(", ")", "[", "]", "\"", "'", "`", "-", "_", ".", ",", "$", " ", "a", "5", "=", "\u2013", "-not ", " -and ", "null", "user.", "device.x", "-any ", "\u00e4", "\0");
        return Next(4) switch
        {
            0 => rule.Insert(at, sign),
            1 => at < rule.Length ? rule.Remove(at, 1) : rule,
            2 => rule[..at],
            _ => Swap(rule),
        };
    }

    // Two words change places, or one is doubled.
    private string Swap(string rule)
    {
        string[] words = rule.Split(' ');
        int one = Next(words.Length), other = Next(words.Length);
        (words[one], words[other]) = Next(2) == 0 ? (words[other], words[one]) : (words[one], words[one]);
        return string.Join(' ', words);
    }

    private T One<T>(params T[] values) => values[Next(values.Length)];

    private int Next(int below)
    {
        _state ^= _state << 13;
        _state ^= _state >> 17;
        _state ^= _state << 5;
        return (int)(_state % (uint)below);
    }
}
