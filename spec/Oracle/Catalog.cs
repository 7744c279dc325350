namespace Berth.Oracle;

/// <summary>One line of the product table: a SKU and one of its service plans. Ids are lower-case text everywhere in the oracle.</summary>
public sealed record SkuRow(string PartNumber, string SkuId, string PlanId, string PlanName);

/// <summary>The SKUs and their plans, as two plain lists side by side with the rows.</summary>
public sealed class Catalog
{
    /// <summary>All rows, in the order of arrival.</summary>
    public List<SkuRow> Rows { get; } = [];

    /// <summary>Plans of each SKU, by SKU id.</summary>
    public Dictionary<string, List<string>> PlansOfSku { get; } = [];

    /// <summary>Part number of each SKU, by SKU id.</summary>
    public Dictionary<string, string> PartNumberOfSku { get; } = [];

    /// <summary>Name of each plan, by plan id.</summary>
    public Dictionary<string, string> NameOfPlan { get; } = [];

    /// <summary>The plans of Cloud PCs, by plan id.</summary>
    public Dictionary<string, CloudPcPlan> CloudPcPlans { get; } = [];

    /// <summary>Takes rows in: a SKU gains the plans it did not have; no plan and no SKU ever vanishes (B43).</summary>
    public void Add(IEnumerable<SkuRow> rows)
    {
        foreach (SkuRow row in rows)
        {
            Rows.Add(row);
            PartNumberOfSku[row.SkuId] = row.PartNumber;
            NameOfPlan[row.PlanId] = row.PlanName;
            if (CloudPcPlan.Of(row.PlanName) is { } cloudPc)
            {
                CloudPcPlans[row.PlanId] = cloudPc;
            }

            if (!PlansOfSku.TryGetValue(row.SkuId, out List<string>? plans))
            {
                plans = [];
                PlansOfSku.Add(row.SkuId, plans);
            }

            if (!plans.Contains(row.PlanId))
            {
                plans.Add(row.PlanId);
            }
        }
    }

    /// <summary>B41: Windows 365 Frontline belongs to the company, every other SKU to users.</summary>
    public bool IsForUsers(string sku) => !PartNumberOfSku[sku].StartsWith("Windows_365_S_", StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads the product table: a heading, then partNumber,skuId,productName,planName,planId,friendlyName, quoted where needed.</summary>
    public static List<SkuRow> ReadCsv(string text)
    {
        List<SkuRow> rows = [];
        List<string> fields = [];
        string field = "";
        bool quoted = false;
        bool heading = true;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (quoted && c == '"' && i + 1 < text.Length && text[i + 1] == '"')
            {
                field += '"';
                i++;
            }
            else if (c == '"')
            {
                quoted = !quoted;
            }
            else if (c == ',' && !quoted)
            {
                fields.Add(field);
                field = "";
            }
            else if (c == '\n' && !quoted)
            {
                fields.Add(field);
                if (!heading)
                {
                    rows.Add(new SkuRow(fields[0], Lower(fields[1]), Lower(fields[4]), fields[3]));
                }

                heading = false;
                fields = [];
                field = "";
            }
            else if (c != '\r')
            {
                field += c;
            }
        }

        return rows;
    }

    private static string Lower(string id) => Guid.Parse(id).ToString();
}
