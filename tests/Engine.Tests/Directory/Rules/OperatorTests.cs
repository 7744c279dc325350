using System.Globalization;
using Berth.Engine.Directory;
using Berth.Engine.Directory.Rules;
using Xunit;

namespace Berth.Engine.Tests.Directory.Rules;

/// <summary>What a comparison comes to (L124 to L137, B123 to B128, B139).</summary>
public sealed class OperatorTests
{
    private static readonly RulePlan _exchange = new(Guid.Parse("efb87545-963c-4e0d-99df-69c6916d9eb0"), "exchange", "Enabled");
    private static readonly RulePlan _intune = new(Guid.Parse("c1ec4a95-1f05-45b3-a911-aa3fa01094f5"), "SCO", "Suspended");

    public static TheoryData<string, string, bool, bool> Texts => new()
    {
        // operator, value, what it is for "Sales", what it is for no department
        { "-eq", "\"sALES\"", true, false },
        { "-eq", "\"Sale\"", false, false },
        { "-ne", "\"sales\"", false, true },
        { "-ne", "\"IT\"", true, true },
        { "-eq", "null", false, true },
        { "-ne", "null", true, false },
        { "-eq", "\"null\"", false, false },
        { "-ne", "\"null\"", true, true },
        { "-startsWith", "\"sa\"", true, false },
        { "-startsWith", "\"al\"", false, false },
        { "-notStartsWith", "\"sa\"", false, true },
        { "-endsWith", "\"LES\"", true, false },
        { "-notEndsWith", "\"LES\"", false, true },
        { "-contains", "\"ale\"", true, false },
        { "-contains", "\"\"", true, false },
        { "-notContains", "\"ale\"", false, true },
        { "-match", "\"^sal\"", true, false },
        { "-match", "\"al\"", true, false },
        { "-match", "\"^al\"", false, false },
        { "-notMatch", "\"^sal\"", false, true },
        { "-in", "[\"IT\", \"sales\"]", true, false },
        { "-in", "[\"IT\"]", false, false },
        { "-notIn", "[\"IT\", \"sales\"]", false, true },
        { "-eq", "true", false, false },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void A_text_is_compared_ignoring_case_and_a_negative_operator_is_the_negation_of_its_positive_one(string op, string value, bool forSales, bool forNobody)
    {
        User without = Ask.Ada with { Attributes = Ask.Ada.Attributes.With(UserAttribute.Department, null) };

        Assert.Equal(forSales, Ask.Matches($"user.department {op} {value}"));
        Assert.Equal(forNobody, Ask.Matches($"user.department {op} {value}", without));
    }

    [Theory]
    [InlineData("-eq \"ADA@home.example\"", true, false)]
    [InlineData("-ne \"ada@home.example\"", false, true)]
    [InlineData("-startsWith \"ada@w\"", true, false)]
    [InlineData("-notContains \"work\"", false, true)]
    [InlineData("-in [\"x\", \"ada@work.example\"]", true, false)]
    [InlineData("-eq null", false, true)]
    [InlineData("-ne null", true, false)]
    [InlineData("-any (_ -endsWith \"home.example\")", true, false)]
    [InlineData("-any (_ -eq null)", false, false)]
    [InlineData("-any (_ -ne null)", true, false)]
    [InlineData("-all (_ -endsWith \"home.example\")", false, true)]
    [InlineData("-all (_ -startsWith \"ada\")", true, true)]
    [InlineData("-any (_ -contains \"work\" -and _ -contains \"home\")", false, false)]
    public void A_collection_is_compared_element_by_element(string comparison, bool forTwoMails, bool forNone)
    {
        User without = Ask.Ada with { Attributes = Ask.Ada.Attributes.With(UserAttribute.OtherMails, null) };

        Assert.Equal(forTwoMails, Ask.Matches($"user.otherMails {comparison}"));
        Assert.Equal(forNone, Ask.Matches($"user.otherMails {comparison}", without));
    }

    // L130, L137.
    [Fact]
    public void Plans_are_found_by_any_and_users_without_plans_by_all()
    {
        const string Holds = "user.assignedPlans -any (assignedPlan.servicePlanId -eq \"EFB87545-963c-4e0d-99df-69c6916d9eb0\" -and assignedPlan.capabilityStatus -eq \"Enabled\")";
        const string None = "user.assignedPlans -all (assignedPlan.servicePlanId -eq null)";
        const string Intune = "user.assignedPlans -any (assignedPlan.service -eq \"sco\" -and assignedPlan.capabilityStatus -eq \"Enabled\")";

        Assert.True(Ask.Matches(Holds, plans: [_intune, _exchange]));
        Assert.False(Ask.Matches(Holds, plans: [_intune]));
        Assert.False(Ask.Matches(Holds));
        Assert.False(Ask.Matches(Intune, plans: [_intune, _exchange]));
        Assert.True(Ask.Matches(None));
        Assert.False(Ask.Matches(None, plans: [_exchange]));
    }

    [Theory]
    [InlineData("-eq true", true)]
    [InlineData("-eq \"FALSE\"", false)]
    [InlineData("-ne false", true)]
    [InlineData("-eq null", false)]
    public void A_Boolean_is_compared_as_what_it_is(string comparison, bool expected) => Assert.Equal(expected, Ask.Matches($"user.accountEnabled {comparison}"));

    [Theory]
    [InlineData("-le 2026-11-23T12:00:00Z", true)]
    [InlineData("-le 2026-11-23T11:59:59.9999999Z", false)]
    [InlineData("-ge 2026-11-23T12:00:00.0000000", true)]
    [InlineData("-eq 2026-11-23T14:00+02:00", true)]
    [InlineData("-ne 2026-11-23", true)]
    [InlineData("-eq null", false)]
    [InlineData("-le system.now", true)]
    [InlineData("-le system.now -minus PT1S", false)]
    [InlineData("-ge system.now -plus P1WT1H", false)]
    public void A_date_is_compared_with_a_date_or_with_now(string comparison, bool expected)
    {
        User without = Ask.Ada with { Attributes = Ask.Ada.Attributes.With(UserAttribute.EmployeeHireDate, null) };

        Assert.Equal(expected, Ask.Matches($"user.employeeHireDate {comparison}"));
        Assert.Equal(comparison.Contains("null", StringComparison.Ordinal) || comparison.StartsWith("-ne", StringComparison.Ordinal), Ask.Matches($"user.employeeHireDate {comparison}", without));
    }

    [Theory]
    [InlineData("2026-01-31", true)]
    [InlineData("2026-1-31", false)]
    [InlineData("0000-01-01", false)]
    [InlineData("2026-01-31T", false)]
    [InlineData("2026-01-31t10:00z", true)]
    [InlineData("2026-01-31T24:00Z", false)]
    [InlineData("2026-01-31T10:00:00.", false)]
    [InlineData("2026-01-31T10:00:00.1234567", true)]
    [InlineData("2026-01-31T10:00:00.12345678", false)]
    [InlineData("2026-01-31T10:00:00+14:01", false)]
    [InlineData("2026-01-31T10:00:00+1400", false)]
    [InlineData("0001-01-01T00:00:00+14:00", false)]
    public void A_date_has_one_of_the_forms_of_ISO_8601(string text, bool expected) => Assert.Equal(expected, RuleTimes.TryInstant(text, out _));

    [Theory]
    [InlineData("P1D", 24L * 60 * 60)]
    [InlineData("p2wt1h2m3s", (14L * 24 * 60 * 60) + 3723)]
    [InlineData("PT0S", 0L)]
    [InlineData("P", null)]
    [InlineData("PT", null)]
    [InlineData("P1DT", null)]
    [InlineData("P1M", null)]
    [InlineData("PT1M1H", null)]
    [InlineData("P1D1W", null)]
    [InlineData("P1.5D", null)]
    [InlineData("P99999999999999999999D", null)]
    [InlineData("P36525D", 36525L * 24 * 60 * 60)]
    [InlineData("P36525DT1S", null)]
    public void A_duration_has_fixed_units_in_order(string text, long? seconds) =>
        Assert.Equal(seconds, RuleTimes.TryDuration(text, out long ticks) ? ticks / TimeSpan.TicksPerSecond : null);

    // B135: less or equal comes at the instant, greater or equal goes a step after it.
    [Theory]
    [InlineData("user.employeeHireDate -le system.now", "2026-11-22T00:00:00Z", "2026-11-23T12:00:00.0000000Z")]
    [InlineData("user.employeeHireDate -le system.now -plus P1D", "2026-11-01T00:00:00Z", "2026-11-22T12:00:00.0000000Z")]
    [InlineData("user.employeeHireDate -ge system.now", "2026-11-22T00:00:00Z", "2026-11-23T12:00:00.0000001Z")]
    [InlineData("user.employeeHireDate -eq system.now", "2026-11-22T00:00:00Z", "2026-11-23T12:00:00.0000000Z")]
    [InlineData("user.employeeHireDate -eq system.now", "2026-11-23T12:00:00Z", "2026-11-23T12:00:00.0000001Z")]
    [InlineData("user.employeeHireDate -le system.now", "2026-11-23T12:00:00Z", null)]
    [InlineData("user.employeeHireDate -le system.now -and user.department -eq \"IT\"", "2026-11-22T00:00:00Z", null)]
    [InlineData("user.employeeHireDate -le 2027-01-01", "2026-11-22T00:00:00Z", null)]
    public void A_rule_with_now_knows_when_it_comes_out_differently(string rule, string now, string? flip) => Assert.Equal(
        flip,
        Ask.Rule(rule).NextFlip(Ask.Subject(now: DateTimeOffset.Parse(now, CultureInfo.InvariantCulture)))?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));

    [Fact]
    public void A_rule_tells_what_it_reads()
    {
        Assert.Equal(RuleReads.Of(UserAttribute.Department) | RuleReads.UsageLocation, Ask.Rule("user.department -eq \"a\" -or -not (user.usageLocation -eq \"US\")").Reads);
        Assert.Equal(RuleReads.AssignedPlans, Ask.Rule("user.assignedPlans -any assignedPlan.service -eq \"SCO\"").Reads);
        Assert.Equal(RuleReads.Of(UserAttribute.BusinessPhones), Ask.Rule("user.telephoneNumber -ne null").Reads);
        Assert.Equal(RuleReads.None, Ask.Rule("user.objectId -ne null").Reads);
        User other = Ask.Ada with { MailNickname = "x", Attributes = Ask.Ada.Attributes.With(UserAttribute.City, null).With(UserAttribute.State, "CA").With(UserAttribute.Department, "IT") };
        Assert.Equal(
            RuleReads.MailNickname | RuleReads.Of(UserAttribute.City) | RuleReads.Of(UserAttribute.State) | RuleReads.Of(UserAttribute.Department),
            RuleReads.Between(Ask.Ada, other));
    }

    // L145.
    [Fact]
    public void A_rule_explains_itself_piece_by_piece()
    {
        RuleDetails all = Ask.Rule("(user.department -eq \"Sales\") -and -not (user.city -eq \"Oslo\" -or user.mail -ne null)").Explain(Ask.Subject());

        Assert.Equal((true, "(user.department -eq \"Sales\") -and -not (user.city -eq \"Oslo\" -or user.mail -ne null)", 2), (all.Result, all.Expression, all.Parts.Count));
        Assert.Equal(new RuleDetails("user.department -eq \"Sales\"", true, "department", "Sales", []), all.Parts[0]);
        Assert.Equal("-not (user.city -eq \"Oslo\" -or user.mail -ne null)", all.Parts[1].Expression);
        RuleDetails either = Assert.Single(all.Parts[1].Parts);
        Assert.Equal(("user.city -eq \"Oslo\" -or user.mail -ne null", false), (either.Expression, either.Result));
        Assert.Equal(new RuleDetails("user.mail -ne null", false, "mail", null, []), either.Parts[1]);
    }
}
