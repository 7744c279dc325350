using Berth.Engine.Tests.Comparison;
using Xunit;

namespace Berth.Engine.Tests.Golden;

/// <summary>The language of membership rules (L120-L139, B120-B131) on the oracle and on the engine.</summary>
public sealed class RuleLanguageTests
{
    private static readonly string Folder = Path.Combine(SpecFiles.GoldenFolder, "rules");

    public static TheoryData<string> Cases => [.. new DirectoryInfo(Folder).GetFiles("*.json").Select(file => Path.GetFileNameWithoutExtension(file.Name)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_oracle_reads_rules_as_the_golden_case_says(string name) => Run(name, new OracleDesk("US"));

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_engine_reads_rules_as_the_golden_case_says(string name) => Run(name, new EngineDesk("US"));

    private static void Run(string name, Desk desk)
    {
        RuleCase golden = RuleCase.Read(Path.Combine(Folder, name + ".json"));
        List<string> differences = [.. golden.Run(desk)];
        Assert.True(differences.Count == 0, $"{golden.Case}\n{string.Join('\n', differences)}");
    }
}
