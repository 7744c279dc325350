using System.Reflection;
using Berth.Conformance.Tests.Fuzzing;
using Berth.Connect;
using Berth.Engine;
using Berth.Graph;
using Berth.Ledger;
using Berth.PowerShell;
using Berth.Serving;
using Xunit;

namespace Berth.Conformance.Tests.House;

/// <summary>The page that says what is read of others is what the tests try (B760).</summary>
public sealed class InputTable
{
    private const string Page = "docs/reliability.md";

    private static readonly Assembly[] _product = [typeof(ServerLimits).Assembly, typeof(GraphLimits).Assembly, typeof(Tenant).Assembly, typeof(LedgerDoor).Assembly, typeof(ConnectFailedException).Assembly, typeof(BerthCommand).Assembly, typeof(Portal.Bulk.UserList).Assembly];

    [Fact]
    public void B760_every_parser_names_limits_and_a_test_that_are_there()
    {
        Repository.Nothing("A limit of docs/reliability.md that the product does not have", Inputs.All.SelectMany(one => one.Limits.Split(", ")).Distinct().Where(limit => !IsThere(limit)));
        Repository.Nothing(
            "A test of docs/reliability.md that is none",
            Inputs.All.Select(one => one.Test).Where(test => typeof(Inputs).Assembly.GetType($"{typeof(Inputs).Namespace}.{test.Split('.')[0]}")?.GetMethod(test.Split('.')[1])?.GetCustomAttribute<FactAttribute>() is null));
        Repository.Nothing("A test that two parsers name", Inputs.All.GroupBy(one => one.Test).Where(same => same.Count() > 1).Select(same => same.Key));
        Repository.Nothing(
            "A test of inputs that no parser names",
            typeof(Inputs).Assembly.GetTypes().Where(type => type.Namespace == typeof(Inputs).Namespace).SelectMany(type => type.GetMethods()).Where(method => method.GetCustomAttribute<FactAttribute>() is not null)
                .Select(method => $"{method.DeclaringType!.Name}.{method.Name}").Except(Inputs.All.Select(one => one.Test)));
    }

    [Fact]
    public void B760_the_page_has_the_table_of_the_tests()
    {
        string page = Repository.Read(Page), table = Inputs.Table();
        Assert.True(page.Contains(table, StringComparison.Ordinal), $"{Page} must have this table, line by line:\n{table}");
        Assert.Contains($"{Inputs.All.Sum(one => one.PerRun):N0} inputs", page, StringComparison.Ordinal);
    }

    private static bool IsThere(string limit) => _product.SelectMany(room => room.GetTypes()).Any(type =>
        type.Name == limit.Split('.')[0] && type.GetMember(limit.Split('.')[1], BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static) is [FieldInfo]);
}
