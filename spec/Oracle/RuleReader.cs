using System.Text;
using System.Text.RegularExpressions;

namespace Berth.Oracle;

/// <summary>Reads a membership rule from left to right, one word after the other, and stops at the first error (B120).</summary>
public sealed class RuleReader
{
    private const int MostCharacters = 3072; // L122
    private const int MostOpenParentheses = 64; // B120
    private const int MostSources = 50; // L138

    // L132, L134, L135, L136, B127: what a name is.
    private static readonly string[] UserTexts =
    [
        "city", "companyname", "country", "department", "displayname", "employeeid", "facsimiletelephonenumber", "givenname", "jobtitle", "mail", "mailnickname",
        "mobile", "objectid", "onpremisesdistinguishedname", "onpremisessecurityidentifier", "passwordpolicies", "physicaldeliveryofficename", "postalcode",
        "preferredlanguage", "sipproxyaddress", "state", "streetaddress", "surname", "telephonenumber", "usagelocation", "userprincipalname", "usertype",
    ];

    private static readonly string[] DeviceTexts =
    [
        "devicecategory", "deviceid", "devicemanagementappid", "devicemanufacturer", "devicemodel", "deviceostype", "deviceosversion", "deviceownership",
        "devicetrusttype", "displayname", "enrollmentprofilename", "managementtype", "objectid", "profiletype",
    ];

    private static readonly string[] Extensions = [.. Enumerable.Range(1, 15).Select(number => $"extensionattribute{number}")];

    private static readonly string[] Operators =
        ["eq", "ne", "startswith", "notstartswith", "endswith", "notendswith", "contains", "notcontains", "match", "notmatch", "in", "notin", "le", "ge"];

    private readonly string _text;
    private int _at;
    private int _open;
    private string? _about;

    private RuleReader(string text) => _text = text;

    private enum Kind
    {
        Text,
        Boolean,
        Date,
        Texts,
        Plans,
    }

    /// <summary>The rule.</summary>
    /// <exception cref="UnreadableRuleException">It is none.</exception>
    public static MembershipRule Read(string text)
    {
        RuleReader reader = new(text);
        if (text.Length > MostCharacters)
        {
            throw new UnreadableRuleException(MostCharacters + 1, "the rule goes on, expected at most 3,072 characters");
        }

        RuleTree tree = reader.Rule();
        reader.SkipWhite();
        return reader._at == text.Length ? new MembershipRule(tree, reader._about == "device") : throw reader.Unexpected("-and, -or or the end");
    }

    private RuleTree Rule()
    {
        int start = WordStart();
        string first = Name();
        switch (first)
        {
            case "direct":
                return DirectReports();
            case "user.memberof" or "device.memberof":
                _about = first.Split('.')[0];
                return MemberOf();
            default:
                _at = start;
                return Or("");
        }
    }

    // B129
    private RuleTree.DirectReports DirectReports()
    {
        Expect("reports");
        Expect("for");
        if (Char() != '"')
        {
            throw Unexpected("an id in double quotes");
        }

        return new RuleTree.DirectReports(Id());
    }

    // B129, L138
    private RuleTree.MemberOf MemberOf()
    {
        ExpectWord("any");
        Expect('(');
        Expect("group.objectid");
        ExpectWord("in");
        Expect('[');
        List<string> groups = [];
        do
        {
            if (Char() is not ('"' or '\'') || groups.Count == MostSources)
            {
                throw Unexpected("an id in quotes, of at most 50");
            }

            groups.Add(Id());
        }
        while (Took(','));
        Expect(']');
        Expect(')');
        return new RuleTree.MemberOf(groups);
    }

    // Within: "" outside of collections, "_" or "assignedplan" inside.
    private RuleTree Or(string within)
    {
        RuleTree left = And(within);
        while (TookWord("or"))
        {
            left = new RuleTree.Or(left, And(within));
        }

        return left;
    }

    private RuleTree And(string within)
    {
        RuleTree left = Not(within);
        while (TookWord("and"))
        {
            left = new RuleTree.And(left, Not(within));
        }

        return left;
    }

    private RuleTree Not(string within) => TookWord("not") ? new RuleTree.Not(Primary(within)) : Primary(within);

    private RuleTree Primary(string within)
    {
        if (Char() == '(')
        {
            return Parenthesized(within);
        }

        int start = WordStart();
        string name = Name();
        Kind kind = within.Length == 0 ? KindOf(name, start) : KindOfElement(name, within, start);
        int then = WordStart();
        string word = Word();
        if ((kind is Kind.Texts or Kind.Plans) && (word is "any" or "all"))
        {
            string element = kind == Kind.Texts ? "_" : "assignedplan";
            RuleTree body = Char() == '(' ? Parenthesized(element) : Comparison(element);
            return new RuleTree.Quantified(name, word == "all", body);
        }

        return Comparison(name, kind, word, then);
    }

    private RuleTree Parenthesized(string within)
    {
        if (_open == MostOpenParentheses)
        {
            throw Unexpected("at most 64 open parentheses");
        }

        Expect('(');
        _open++;
        RuleTree inner = Or(within);
        Expect(')');
        _open--;
        return inner;
    }

    // What a quantifier takes without parentheses (B125).
    private RuleTree.Comparison Comparison(string within)
    {
        int start = WordStart();
        string name = Name();
        Kind kind = KindOfElement(name, within, start);
        int then = WordStart();
        return Comparison(name, kind, Word(), then);
    }

    private RuleTree.Comparison Comparison(string property, Kind kind, string word, int start)
    {
        // B123: which operator suits.
        bool suits = Operators.Contains(word) && kind switch
        {
            Kind.Text or Kind.Texts => word is not ("le" or "ge"),
            Kind.Boolean => word is "eq" or "ne",
            Kind.Date => word is "eq" or "ne" or "le" or "ge",
            _ => false,
        };
        if (!suits)
        {
            throw Wrong(start, "an operator that suits");
        }

        return new RuleTree.Comparison(property, word, word is "in" or "notin" ? List() : Value(kind, word));
    }

    // B127: the kind of a property; where it may not stand is an error.
    private Kind KindOf(string name, int start)
    {
        string[] parts = name.Split('.', 2);
        string about = parts[0];
        if (parts.Length < 2 || about is not ("user" or "device") || (_about ?? about) != about)
        {
            throw Wrong(start, _about is null ? "a property of a user or device" : $"a property of a {_about}");
        }

        _about = about;
        string property = parts[1];
        string[] texts = [.. about == "user" ? UserTexts : DeviceTexts, .. Extensions];
        return (about, property) switch
        {
            ("user", "accountenabled" or "dirsyncenabled") or ("device", "accountenabled" or "isrooted") => Kind.Boolean,
            ("user", "employeehiredate") => Kind.Date,
            ("user", "othermails" or "proxyaddresses") or ("device", "devicephysicalids" or "systemlabels") => Kind.Texts,
            ("user", "assignedplans") => Kind.Plans,
            _ when texts.Contains(property) => Kind.Text,
            _ => throw Wrong(start, $"a property of a {about}"),
        };
    }

    // B125
    private Kind KindOfElement(string name, string within, int start)
    {
        string[] elements = within == "_" ? ["_"] : ["assignedplan.capabilitystatus", "assignedplan.service", "assignedplan.serviceplanid"];
        return elements.Contains(name) ? Kind.Text : throw Wrong(start, string.Join(" or ", elements));
    }

    // B122, B123
    private Operand.List List()
    {
        Expect('[');
        List<string> items = [];
        do
        {
            int start = WordStart();
            items.Add(Value(Kind.Text, "in") is Operand.Text text ? text.Value : throw Wrong(start, "a text or a number"));
        }
        while (Took(','));
        Expect(']');
        return new Operand.List(items);
    }

    // B122, B123
    private Operand Value(Kind kind, string word)
    {
        int start = WordStart();
        bool quoted = Char() is '"' or '\'';
        string text = quoted ? Quoted() : Unquoted();
        string lower = text.ToLowerInvariant();
        if (!quoted && (lower is "null" or "$null"))
        {
            return word is "eq" or "ne" ? new Operand.Null() : throw Wrong(start, "a value that is not null");
        }

        if (!quoted && lower == "system.now")
        {
            return kind == Kind.Date ? new Operand.Now(Later()) : throw Wrong(start, "a value that is no time");
        }

        switch (kind)
        {
            case Kind.Boolean:
                return lower is "true" or "false" ? new Operand.Flag(lower == "true") : throw Wrong(start, "true, false or null");
            case Kind.Date:
                return RuleTime.Instant(text) is { } instant ? new Operand.Instant(instant) : throw Wrong(start, "a date");
            default:
                bool spelled = quoted || lower is "true" or "false" || Regex.IsMatch(text, @"\A-?[0-9]+(\.[0-9]+)?\z") || RuleTime.Instant(text) is not null;
                if (!spelled || (word is "match" or "notmatch" && Pattern(text) is null))
                {
                    throw Wrong(start, "a text in quotes that suits");
                }

                return new Operand.Text(text);
        }
    }

    // B128: what may follow system.now.
    private long Later()
    {
        bool plus = TookWord("plus");
        if (!plus && !TookWord("minus"))
        {
            return 0;
        }

        int start = WordStart();
        string text = Char() is '"' or '\'' ? Quoted() : Unquoted();
        return RuleTime.Duration(text) is { } steps ? (plus ? steps : -steps) : throw Wrong(start, "a duration such as P7D");
    }

    /// <summary>The machine of a pattern, or null when it is none (B126).</summary>
    public static Regex? Pattern(string text)
    {
        try
        {
            return new Regex(text, RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
        }
        catch (Exception unfit) when (unfit is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    private string Id()
    {
        int start = WordStart();
        return Guid.TryParseExact(Quoted(), "D", out Guid id) ? id.ToString() : throw Wrong(start, "an id");
    }

    // L129, B122
    private string Quoted()
    {
        int start = WordStart();
        char quote = _text[_at];
        StringBuilder text = new();
        for (int i = _at + 1; i < _text.Length; i++)
        {
            bool last = i + 1 == _text.Length;
            if (quote == '"' && _text[i] == '`')
            {
                if (last)
                {
                    break;
                }

                i++;
                text.Append(_text[i]);
            }
            else if (_text[i] == '\'' && !last && _text[i + 1] == '\'')
            {
                i++;
                text.Append('\'');
            }
            else if (_text[i] == quote)
            {
                _at = i + 1;
                return text.ToString();
            }
            else
            {
                text.Append(_text[i]);
            }
        }

        throw Wrong(start, "the end of the text");
    }

    // B121
    private string Unquoted()
    {
        int start = WordStart();
        while (_at < _text.Length && !char.IsWhiteSpace(_text[_at]) && !"()[],\"'".Contains(_text[_at]))
        {
            _at++;
        }

        return _at > start ? _text[start.._at] : throw Unexpected("a value");
    }

    // A name in lower case; empty where none begins.
    private string Name()
    {
        int start = WordStart();
        while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] is '_' or '.' or '$'))
        {
            _at++;
        }

        return _text[start.._at].ToLowerInvariant();
    }

    // A name with or without a hyphen before it (B121).
    private string Word()
    {
        WordStart();
        if (Char() is '-' or '\u2013' or '\u2014')
        {
            _at++;
            bool touches = _at < _text.Length && !char.IsWhiteSpace(_text[_at]);
            return touches ? Name() : "";
        }

        return Name();
    }

    private bool TookWord(string word)
    {
        int start = WordStart();
        if (Word() == word)
        {
            return true;
        }

        _at = start;
        return false;
    }

    private void ExpectWord(string word)
    {
        if (!TookWord(word))
        {
            throw Unexpected("-" + word);
        }
    }

    private void Expect(string name)
    {
        int start = WordStart();
        if (Name() != name)
        {
            throw Wrong(start, name);
        }
    }

    private bool Took(char sign)
    {
        if (Char() != sign)
        {
            return false;
        }

        _at++;
        return true;
    }

    private void Expect(char sign)
    {
        if (!Took(sign))
        {
            throw Unexpected($"'{sign}'");
        }
    }

    // The next character that is not white, without taking it; null at the end.
    private char? Char()
    {
        SkipWhite();
        return _at < _text.Length ? _text[_at] : null;
    }

    private int WordStart()
    {
        SkipWhite();
        return _at;
    }

    private void SkipWhite()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at]))
        {
            _at++;
        }
    }

    private UnreadableRuleException Unexpected(string expected) => Wrong(WordStart(), expected);

    private UnreadableRuleException Wrong(int start, string expected) =>
        new(start + 1, $"found {(start < _text.Length ? $"'{_text[start..].Split(' ')[0]}'" : "the end")}, expected {expected}");
}
