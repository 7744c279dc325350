using System.Globalization;
using Berth.Engine.Directory.Rules;
using CsCheck;
using Xunit;

namespace Berth.Engine.Tests.Directory.Rules;

/// <summary>What a rule is, and where the first error lies when it is none (L120 to L129, L138, B120 to B122, B126 to B129).</summary>
public sealed class GrammarTests
{
    public static TheoryData<string, int, string> Broken => new()
    {
        { "", 1, "the end of the rule" },
        { "   ", 4, "the end of the rule" },
        { "user.department xyz \"Sales\"", 17, "'xyz'" },
        { "user.department -eq", 20, "the end of the rule" },
        { "user.department -eq Sales", 21, "'Sales'" },
        { "user.department -eq \"Sales", 21, "a text without its closing \"" },
        { "user.department -eq \"Sales\" \"x\"", 29, "'\"x\"'" },
        { "user.department -eq \"a\" -and", 29, "the end of the rule" },
        { "user.department -eq \"a\" -and -and", 30, "'-and'" },
        { "(user.department -eq \"a\"", 25, "the end of the rule" },
        { "user.department -eq \"a\")", 24, "')'" },
        { "-not -not user.department -eq \"a\"", 6, "'-not'" },
        { "user.departmant -eq \"a\"", 1, "'user.departmant'" },
        { "department -eq \"a\"", 1, "'department'" },
        { "user.department -eq \"a\" -and device.displayName -eq \"b\"", 30, "'device.displayName'" },
        { "user.department -le \"a\"", 17, "'-le'" },
        { "user.department -not null", 17, "'-not'" },
        { "user.department -not $null", 17, "'-not'" },
        { "user.department -contains null", 27, "'null'" },
        { "user.department -in \"a\"", 21, "'\"a\"'" },
        { "user.department -in []", 22, "']'" },
        { "user.department -in [\"a\", null]", 27, "'null'" },
        { "user.department -in [\"a\" \"b\"]", 26, "'\"b\"'" },
        { "user.department -eq [\"a\"]", 21, "'['" },
        { "user.department -eq system.now", 21, "'system.now'" },
        { "user.accountEnabled -eq \"yes\"", 25, "'\"yes\"'" },
        { "user.accountEnabled -contains true", 21, "'-contains'" },
        { "user.employeeHireDate -startsWith 2026-01-01", 23, "'-startsWith'" },
        { "user.employeeHireDate -le 2026-02-30", 27, "'2026-02-30'" },
        { "user.employeeHireDate -le null", 27, "'null'" },
        { "user.employeeHireDate -le system.now -plus P1Y", 44, "'P1Y'" },
        { "user.employeeHireDate -le system.now -plus P36526D", 44, "'P36526D'" },
        { "user.assignedPlans -eq \"a\"", 20, "'-eq'" },
        { "user.department -any (_ -eq \"a\")", 17, "'-any'" },
        { "user.otherMails -any (user.department -eq \"a\")", 23, "'user.department'" },
        { "user.assignedPlans -any (_ -eq \"a\")", 26, "'_'" },
        { "user.department -match \"a(b\"", 24, "'\"a(b\"'" },
        { "user.department -match \"(a)\\1\"", 24, "'\"(a)\\1\"'" },
        { "user.department -match \"(?=a)b\"", 24, "'\"(?=a)b\"'" },
        { "user.department -match \"((a{100}){100}){100}\"", 24, "'\"((a{100}){100}){100}\"'" },
        { "user.extension_0123456789abcdef0123456789abcdef_code -eq \"a\"", 1, "'user.extension_0123456789abcdef012345678...'" },
        { "Direct Reports for ada", 20, "'ada'" },
        { "Direct Reports for '0b000000-0000-0000-0000-00000000000a'", 20, "''0b000000-0000-0000-0000-00000000000a''" },
        { "Direct Reports for \"0b000000-0000-0000-0000-00000000000a\" -and user.city -eq \"a\"", 59, "'-and'" },
        { "user.memberOf -any (group.objectId -in ['0b000000-0000-0000-0000-00000000000a']) -and user.city -eq \"a\"", 82, "'-and'" },
        { "user.city -eq \"a\" -or user.memberOf -any (group.objectId -in ['0b000000-0000-0000-0000-00000000000a'])", 23, "'user.memberOf'" },
        { "user.memberOf -any (group.objectId -eq '0b000000-0000-0000-0000-00000000000a')", 36, "'-eq'" },
        { "user.memberOf -any (group.objectId -in [])", 41, "']'" },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void A_rule_that_is_none_says_where_it_went_wrong_what_stands_there_and_what_could(string rule, int position, string found)
    {
        RuleError error = Ask.Error(rule);

        Assert.Equal(position, error.Position);
        Assert.Equal(found, error.Found);
        Assert.StartsWith($"Dynamic membership rule validation error: at character {position}: found ", error.Message, StringComparison.Ordinal);
        Assert.Contains(", expected ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_reads_as_the_rule_book_has_it() => Assert.Equal(
        "Dynamic membership rule validation error: at character 17: found 'xyz', expected an operator such as -eq.",
        Ask.Error("user.department xyz \"Sales\"").Message);

    [Fact]
    public void An_unknown_property_names_those_that_are_near() =>
        Assert.Contains("user.department", Ask.Error("user.departmant -eq \"a\"").Expected, StringComparison.Ordinal);

    [Theory]
    [InlineData(RuleLimits.LongestRule - 1, true)]
    [InlineData(RuleLimits.LongestRule, true)]
    [InlineData(RuleLimits.LongestRule + 1, false)]
    public void A_rule_has_at_most_3072_characters(int length, bool fits)
    {
        const string Start = "user.department -eq \"";
        string rule = Start + new string('a', length - Start.Length - 1) + "\"";

        Assert.Equal(fits, MembershipRule.TryParse(rule, out _, out RuleError? error));
        Assert.Equal(fits ? null : 3073, error?.Position);
    }

    [Theory]
    [InlineData(RuleLimits.DeepestNesting - 1, true)]
    [InlineData(RuleLimits.DeepestNesting, true)]
    [InlineData(RuleLimits.DeepestNesting + 1, false)]
    public void At_most_64_parentheses_are_open_at_once(int depth, bool fits)
    {
        string rule = new string('(', depth) + "user.city -ne null" + new string(')', depth);

        Assert.Equal(fits, MembershipRule.TryParse(rule, out _, out RuleError? error));
        Assert.Equal(fits ? null : 65, error?.Position);
        Ask.Rule(string.Join(" -or ", Enumerable.Repeat("(user.city -ne null)", RuleLimits.DeepestNesting + 1)));
    }

    [Theory]
    [InlineData(RuleLimits.MostSources - 1, true)]
    [InlineData(RuleLimits.MostSources, true)]
    [InlineData(RuleLimits.MostSources + 1, false)]
    public void A_memberOf_rule_has_at_most_50_sources(int sources, bool fits)
    {
        const string Start = "user.memberof -any (group.objectId -in [";
        string rule = Start + string.Join(',', Enumerable.Range(0, sources).Select(i => string.Create(CultureInfo.InvariantCulture, $"'0b000000-0000-0000-0000-{i:d12}'"))) + "])";

        Assert.Equal(fits, MembershipRule.TryParse(rule, out MembershipRule? read, out RuleError? error));
        Assert.Equal(fits ? sources : null, read?.Sources.Count);
        Assert.Equal(fits ? null : Start.Length + (50 * 39) + 1, error?.Position);
    }

    [Theory]
    [InlineData("((a{10}){10}){10}", 1001)]
    [InlineData("[a-z]{5}x?", 7)]
    [InlineData("a|b(cd){2,3}", 9)]
    [InlineData(@"\d{3,}[^]]", 5)]
    public void The_size_of_a_pattern_is_known_before_it_is_built(string pattern, long states) => Assert.Equal(states, RulePattern.States(pattern));

    [Theory]
    [InlineData(RuleLimits.MostPatternStates - 1, true)]
    [InlineData(RuleLimits.MostPatternStates, true)]
    [InlineData(RuleLimits.MostPatternStates + 1, false)]
    public void A_pattern_has_at_most_10000_states(int states, bool fits) =>
        Assert.Equal(fits, MembershipRule.TryParse(string.Create(CultureInfo.InvariantCulture, $"user.city -match \"a{{{states - 1}}}\""), out _, out _));

    [Theory]
    [InlineData("user.department -eq \"Sales\"")]
    [InlineData("USER.DEPARTMENT EQ \"sales\"")]
    [InlineData("user.department \u2013eq \"Sales\" \u2014and user.city ne null")]
    [InlineData("(((user.department -eq 'Sales')))")]
    [InlineData("user.department-eq\"Sales\"-and(user.city-ne null)")]
    [InlineData("user.city -eq \"O'Fallon\"")]
    [InlineData("user.city -eq 'O''Fallon'")]
    [InlineData("user.city -eq \"O''Fallon\"")]
    [InlineData("user.displayName -ne \"a `\"quoted`\" name\"")]
    [InlineData("user.extensionAttribute15 -eq \"LAST\"")]
    [InlineData("user.otherMails -any _ -endsWith \"home.example\"")]
    [InlineData("user.otherMails -all (_ -startsWith \"ada\" -and -not (_ -contains \"nobody\"))")]
    [InlineData("user.employeeHireDate -ge system.now -minus \"p1d\" -and user.employeeHireDate -le system.now -plus PT0S")]
    [InlineData("user.employeeHireDate -eq 2026-11-23T13:00:00+01:00")]
    [InlineData("user.employeeHireDate -ge \"2026-11-23\"")]
    [InlineData("user.employeeId -eq null -and user.employeeId -ne 17 -and user.employeeId -ne \"null\"")]
    [InlineData("user.telephoneNumber -eq \"+1 555\"")]
    [InlineData("user.objectId -eq \"0B000000-0000-0000-0000-00000000000A\"")]
    [InlineData("user.userType -eq \"member\" -and user.accountEnabled -eq \"True\" -and user.dirSyncEnabled -eq $null")]
    [InlineData("user.department -match \"^sa.es$\" -and user.department -match \"al\"")]
    public void A_rule_is_read_whatever_its_case_its_dashes_and_its_blanks(string rule) => Assert.True(Ask.Matches(rule));

    [Theory]
    [InlineData("device.deviceOSType -eq \"Windows\" -and (device.isRooted -ne true) -and device.devicePhysicalIds -any _ -startsWith \"[ZTDId]\"")]
    [InlineData("device.accountEnabled -eq true -or device.extensionAttribute3 -eq \"x\" -or device.systemLabels -contains \"M365Managed\"")]
    [InlineData("device.memberOf -any (group.objectId -in ['0b000000-0000-0000-0000-00000000000a'])")]
    public void A_rule_about_devices_is_read_and_matches_nobody(string rule)
    {
        Assert.True(Ask.Rule(rule).IsAboutDevices);
        Assert.False(Ask.Matches(rule));
    }

    [Theory]
    [InlineData("Direct Reports for \"0b000000-0000-0000-0000-00000000000a\"")]
    [InlineData("direct reports FOR \"0B000000-0000-0000-0000-00000000000A\"")]
    public void Direct_reports_stand_alone(string rule) => Assert.Equal(Ask.AdaId, Ask.Rule(rule).ReportsOf);

    // L120: a -or b -and c is a -or (b -and c); -not a -and b is (-not a) -and b.
    [Fact]
    public void Comparisons_bind_tighter_than_not_then_and_then_or() => Gen.Bool.Array[3].Try(flags =>
    {
        (bool a, bool b, bool c) = (flags[0], flags[1], flags[2]);
        string A = Of(a), B = Of(b), C = Of(c);
        Assert.Equal(a || (b && c), Ask.Matches($"{A} -or {B} -and {C}"));
        Assert.Equal((a && b) || c, Ask.Matches($"{A} -and {B} -or {C}"));
        Assert.Equal((a || b) && c, Ask.Matches($"({A} -or {B}) -and {C}"));
        Assert.Equal(!a && b, Ask.Matches($"-not {A} -and {B}"));
        Assert.Equal(!(a && b), Ask.Matches($"not ({A} and {B})"));
        Assert.Equal(!a || !b, Ask.Matches($"-not {A} -or -not {B}"));

        static string Of(bool flag) => flag ? "user.department -eq \"Sales\"" : "user.department -eq \"IT\"";
    });

    // L120 again: -any without parentheses takes one comparison.
    [Fact]
    public void A_quantifier_without_parentheses_takes_one_comparison()
    {
        Assert.True(Ask.Matches("user.otherMails -any _ -contains \"work\" -and user.department -eq \"Sales\""));
        Assert.False(Ask.Matches("user.otherMails -any _ -contains \"work\" -and user.department -eq \"IT\""));
    }

    [Fact]
    public void No_input_crashes_or_overflows_and_every_error_lies_in_the_rule()
    {
        string[] pieces =
        [
            "user.department", "user.accountEnabled", "user.employeeHireDate", "user.otherMails", "user.assignedPlans", "user.memberOf", "device.displayName", "user.x",
            "-eq", "-ne", "-in", "-notIn", "-match", "-contains", "-le", "ge", "-any", "-all", "-and", "or", "-not", "\u2013eq", "_", "assignedPlan.service", "group.objectId",
            "(", ")", "(", ")", "[", "]", ",", "\"a\"", "'b'", "\"", "'", "`", "null", "$null", "true", "12", "-1.5", "2026-01-01", "system.now", "-plus", "-minus", "P1D", "pt5h",
            "Direct", "Reports", "for", "\"0b000000-0000-0000-0000-00000000000a\"", "\"(a+)+$\"", "\"[\"", "\ud800", "\u0000", "-", ".", "user.", "=", "\n",
        ];
        Gen<string> soup = Gen.Select(Gen.Int[0, pieces.Length - 1].Array[0, 40], Gen.OneOf(" ", "", "\t")).Select((picks, blank) => string.Join(blank, picks.Select(i => pieces[i])));
        Gen<string> noise = Gen.String;
        Gen<string> deep = Gen.Int[0, 1200].Select(depth => new string('(', depth) + "-not " + new string('[', depth / 2));
        Gen.OneOf(soup, noise, deep).Try(
            text =>
            {
                if (MembershipRule.TryParse(text, out MembershipRule? rule, out RuleError? error))
                {
                    RuleSubject ada = Ask.Subject();
                    Assert.Equal(rule.Matches(ada), rule.IsAboutDevices ? false : rule.Explain(ada).Result);
                    _ = rule.NextFlip(ada);
                }
                else
                {
                    Assert.InRange(error.Position, 1, Math.Min(text.Length, RuleLimits.LongestRule) + 1);
                    Assert.InRange(error.Message.Length, 1, 400);
                }
            },
            times: 5000);
    }
}
