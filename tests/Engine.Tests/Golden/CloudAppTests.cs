using Berth.Engine.Tests.Comparison;
using Xunit;

namespace Berth.Engine.Tests.Golden;

/// <summary>The golden cases of cloud apps, on the oracle and on the engine.</summary>
public sealed class CloudAppTests
{
    public static TheoryData<string> Cases => [.. new DirectoryInfo(SpecFiles.CloudAppFolder).GetFiles("*.json").Select(file => Path.GetFileNameWithoutExtension(file.Name)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_oracle_gives_what_the_case_of_cloud_apps_says(string name) => Run(name, new OracleDesk("US"));

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_engine_gives_what_the_case_of_cloud_apps_says(string name) => Run(name, new EngineDesk("US"));

    private static void Run(string name, Desk desk)
    {
        GoldenCase golden = GoldenCase.Read(Path.Combine(SpecFiles.CloudAppFolder, name + ".json"));
        List<string> differences = golden.Run(desk);
        Assert.True(differences.Count == 0, $"{golden.Case}\n{string.Join('\n', differences)}");
    }
}
