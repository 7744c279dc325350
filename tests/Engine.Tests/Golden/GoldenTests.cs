using Berth.Engine.Tests.Comparison;
using Xunit;

namespace Berth.Engine.Tests.Golden;

/// <summary>The golden cases of the rule book, on the oracle and on the engine.</summary>
public sealed class GoldenTests
{
    public static TheoryData<string> Cases => [.. new DirectoryInfo(SpecFiles.GoldenFolder).GetFiles("*.json").Select(file => Path.GetFileNameWithoutExtension(file.Name)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_oracle_gives_what_the_golden_case_says(string name) => Run(name, country => new OracleDesk(country));

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_engine_gives_what_the_golden_case_says(string name) => Run(name, country => new EngineDesk(country));

    private static void Run(string name, Func<string, Desk> open)
    {
        GoldenCase golden = GoldenCase.Read(Path.Combine(SpecFiles.GoldenFolder, name + ".json"));
        List<string> differences = golden.Run(open(golden.Country));
        Assert.True(differences.Count == 0, $"{golden.Case}\n{string.Join('\n', differences)}");
    }
}
