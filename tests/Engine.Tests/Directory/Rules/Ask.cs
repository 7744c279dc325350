using Berth.Engine.Directory;
using Berth.Engine.Directory.Rules;
using Xunit;

namespace Berth.Engine.Tests.Directory.Rules;

/// <summary>Rules over one user.</summary>
internal static class Ask
{
    public static readonly Guid AdaId = Guid.Parse("0b000000-0000-0000-0000-00000000000a");

    public static readonly User Ada = new(AdaId, "ada@contoso.example", "Ada Lovelace", "ada", true, "US", default, default(UserAttributes)
        .With(UserAttribute.Department, "Sales")
        .With(UserAttribute.JobTitle, "Engineer")
        .With(UserAttribute.City, "O'Fallon")
        .With(UserAttribute.BusinessPhones, "+1 555\n+1 556")
        .With(UserAttribute.OtherMails, "ada@work.example\nada@home.example")
        .With(UserAttribute.EmployeeHireDate, "2026-11-23T12:00:00.0000000Z")
        .With(UserAttribute.ExtensionAttribute15, "last"));

    public static MembershipRule Rule(string text)
    {
        Assert.True(MembershipRule.TryParse(text, out MembershipRule? rule, out RuleError? error), error?.Message);
        return rule;
    }

    public static RuleError Error(string text)
    {
        Assert.False(MembershipRule.TryParse(text, out _, out RuleError? error), text);
        return error;
    }

    public static bool Matches(string rule, User? user = null, DateTimeOffset? now = null, params RulePlan[] plans) =>
        Rule(rule).Matches(Subject(user, now, plans));

    public static RuleSubject Subject(User? user = null, DateTimeOffset? now = null, params RulePlan[] plans) =>
        new(user ?? Ada, 0, now ?? TenantUnderTest.Noon, new RuleFacts(_ => plans, _ => null, (_, _) => false));
}
