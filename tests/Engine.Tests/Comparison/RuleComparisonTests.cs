using System.Collections.Concurrent;
using Berth.Engine.Tests.Golden;
using CsCheck;
using Xunit;

namespace Berth.Engine.Tests.Comparison;

/// <summary>
/// The engine's reading of membership rules against the oracle's (L120-L137, B120-B129): random rules on random users, and rules with mistakes in them, which both refuse at the
/// same character or both read alike. BERTH_LONG=1 runs fifty times as long.
/// </summary>
public sealed class RuleComparisonTests(ITestOutputHelper output)
{
    private const int FewestRules = 20_000;
    private const int LongerBy = 50;
    private const int RulesOfACompany = 200;

    private static readonly string[] MustOccur = ["holds some", "holds nobody", "holds everybody", "refused membershipRuleInvalid", "refused memberOfSourceNotFound"];

    private static readonly string[] People = [.. new[] { "ada", "bob", "cid", "dan", "eva", "fay" }.Select(Names.User)];

    private static readonly string[] Suite = [SpecFiles.Sku("SPE_E3"), SpecFiles.Sku("EXCHANGESTANDARD"), SpecFiles.Sku("CPC_E_2C_4GB_64GB")];

    // Every kind of company: facts of people, who is licensed, who reports to whom, members by hand.
    private static readonly Gen<Request[]> Company = Gen.Select(RandomFacts.Some.Array[People.Length], Gen.Int[0, 3].Array[People.Length], Gen.Int[0, People.Length].Array[People.Length])
        .Select((facts, skus, managers) => (Request[])
        [
            .. People.Select((user, i) => new Request.CreateUser(user, i % 3 == 0 ? null : "US", facts[i])),
            .. People.Select((user, i) => new Request.ReportTo(user, People[managers[i] % People.Length])),
            .. RandomRule.Sources[..^1].Select((group, i) => new Request.CreateGroup(group, true, [.. People.Where((_, j) => skus[j] != i % 4)])),
            .. Suite.Select((sku, i) => new Request.Buy(Names.Subscription($"s{i}"), sku, 9, i == 1 ? "Warning" : "Enabled")),
            .. People.Select((user, i) => (user, i)).Where(one => skus[one.i] < Suite.Length && one.i % 3 != 0)
                .Select(one => new Request.AssignUser(one.user, [new Wanted(Suite[skus[one.i]])], [])),
        ]);

    private readonly ConcurrentDictionary<string, int> _occurred = new();

    [Fact]
    public void The_engine_and_the_oracle_read_every_rule_alike()
    {
        int companies = FewestRules / RulesOfACompany * (Environment.GetEnvironmentVariable("BERTH_LONG") == "1" ? LongerBy : 1);
        Gen.Select(Company, Gen.Int[0, int.MaxValue - 1].Array[RulesOfACompany]).Try(
            (company, seeds) =>
            {
                OracleDesk oracle = new("US", Suite);
                EngineDesk engine = new("US");
                foreach (Request request in company)
                {
                    Assert.Equal(oracle.Do(request, Desk.Opening), engine.Do(request, Desk.Opening));
                }

                foreach (int seed in seeds)
                {
                    string rule = seed % 2 == 0 ? RandomRule.Of(seed) : RandomRule.Broken(seed);
                    string wanted = Probe.Of(oracle, rule, Desk.Opening), found = Probe.Of(engine, rule, Desk.Opening);
                    _occurred.AddOrUpdate(Kind(wanted), 1, (_, times) => times + 1);
                    if (wanted != found)
                    {
                        Assert.Fail($"{rule}\nthe oracle says '{wanted}', the engine '{found}'");
                    }
                }
            },
            times: companies);

        foreach ((string what, int times) in _occurred.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            output.WriteLine($"{times,10}  {what}");
        }

        Assert.Empty(MustOccur.Except(_occurred.Keys));
    }

    private static string Kind(string answer) => answer.StartsWith("refused", StringComparison.Ordinal) ? string.Join(' ', answer.Split(' ')[..2])
        : answer.Split(' ').Length - 1 is var count && count == 0 ? "holds nobody"
        : count == People.Length ? "holds everybody"
        : "holds some";
}
