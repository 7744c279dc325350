using Berth.Engine.Tests.Comparison;
using Xunit;

namespace Berth.Engine.Tests.Golden;

/// <summary>The golden cases of Frontline, on the oracle and on the engine.</summary>
public sealed class FrontlineTests
{
    public static TheoryData<string> Cases => [.. new DirectoryInfo(SpecFiles.FrontlineFolder).GetFiles("*.json").Select(file => Path.GetFileNameWithoutExtension(file.Name)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_oracle_gives_what_the_case_of_Frontline_says(string name) => Run(name, new OracleDesk("US"));

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_engine_gives_what_the_case_of_Frontline_says(string name) => Run(name, new EngineDesk("US"));

    private static void Run(string name, Desk desk)
    {
        GoldenCase golden = GoldenCase.Read(Path.Combine(SpecFiles.FrontlineFolder, name + ".json"));
        List<string> differences = golden.Run(desk);
        Assert.True(differences.Count == 0, $"{golden.Case}\n{string.Join('\n', differences)}");
    }
}
