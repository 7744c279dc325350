using Berth.Oracle;

namespace Berth.Engine.Tests.Comparison;

/// <summary>The files of the repository that the tests of the rule book read, and names for the ids in them.</summary>
public static class SpecFiles
{
    /// <summary>The root of the repository: the folder with the solution.</summary>
    public static string Root { get; } = FindRoot();

    public static string CatalogCsv { get; } = File.ReadAllText(Path.Combine(Root, "src/Engine/Catalog/Data/sku-catalog.csv"));

    public static string PlanRulesJson { get; } = File.ReadAllText(Path.Combine(Root, "src/Engine/Catalog/Data/plan-rules.json"));

    /// <summary>Names and paths of the apps of the image that the policies of the comparison have.</summary>
    public static (string Name, string Path)[] Windows11Apps { get; } =
    [
        .. File.ReadLines(Path.Combine(Root, "src/Engine/Catalog/Data/image-apps.csv")).Select(line => line.Split(',')).Where(fields => fields[0] is "windows" or "windows11")
            .Select(fields => (fields[1], fields[2])),
    ];

    public static string GoldenFolder { get; } = Path.Combine(Root, "spec/golden");

    public static string CloudPcFolder { get; } = Path.Combine(GoldenFolder, "cloud-pcs");

    public static string FrontlineFolder { get; } = Path.Combine(GoldenFolder, "frontline");

    public static string CloudAppFolder { get; } = Path.Combine(GoldenFolder, "cloud-apps");

    public static string RulesFolder { get; } = Path.Combine(Root, "spec/rules");

    private static readonly List<SkuRow> Rows = Oracle.Catalog.ReadCsv(CatalogCsv);

    private static readonly Dictionary<string, string> IdOfSku =
        Rows.DistinctBy(row => row.SkuId).GroupBy(row => row.PartNumber).Where(group => group.Count() == 1).ToDictionary(group => group.Key, group => group.Single().SkuId);

    private static readonly Dictionary<string, string> PartNumberOfSku =
        Rows.DistinctBy(row => row.SkuId).ToDictionary(row => row.SkuId, row => row.PartNumber);

    private static readonly ILookup<string, string> IdsOfPlan = Rows.Select(row => (row.PlanName, row.PlanId)).Distinct().ToLookup(row => row.PlanName, row => row.PlanId);

    /// <summary>The id of the SKU with a part number.</summary>
    public static string Sku(string partNumber) => IdOfSku[partNumber];

    /// <summary>The part number of a SKU.</summary>
    public static string PartNumber(string sku) => PartNumberOfSku[sku];

    /// <summary>The id of the plan with a name, in a SKU when one is given and has it.</summary>
    public static string Plan(string name, string? sku = null) =>
        Rows.Find(row => row.SkuId == sku && row.PlanName == name)?.PlanId ?? IdsOfPlan[name].Distinct().Single();

    /// <summary>Plans of a SKU, in the order of the table.</summary>
    public static IEnumerable<string> PlansOf(string sku) => Rows.Where(row => row.SkuId == sku).Select(row => row.PlanId).Distinct();

    /// <summary>Names for the ids of SKUs and plans.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Names() =>
        PartNumberOfSku.Concat(Rows.DistinctBy(row => row.PlanId).Select(row => KeyValuePair.Create(row.PlanId, row.PlanName)));

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Berth.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The tests run inside the repository.");
    }
}
