using System.Text.RegularExpressions;

namespace Berth.Portal.Graph;

/// <summary>The tenant's SKUs and service plans as people call them, where Graph answers ids.</summary>
public static partial class SkuNames
{
    /// <summary>A SKU's part number; its id where the tenant does not own it.</summary>
    public static string PartNumber(this IReadOnlyDictionary<Guid, SubscribedSku> skus, Guid sku) =>
        skus.TryGetValue(sku, out SubscribedSku? found) ? found.SkuPartNumber : sku.ToString();

    /// <summary>A service plan's name; its id where none of the tenant's SKUs has it.</summary>
    public static string PlanName(this IReadOnlyDictionary<Guid, SubscribedSku> skus, Guid plan) =>
        skus.Values.SelectMany(sku => sku.ServicePlans).FirstOrDefault(one => one.ServicePlanId == plan)?.ServicePlanName ?? plan.ToString();

    /// <summary>Whether a sentence has an id in it that may be one of these.</summary>
    public static bool HasId(string sentence) => Id().IsMatch(sentence);

    /// <summary>A sentence of Graph with names in place of the ids of SKUs and service plans.</summary>
    public static string InWords(this IReadOnlyDictionary<Guid, SubscribedSku> skus, string sentence) => Id().Replace(sentence, match =>
    {
        Guid id = Guid.Parse(match.Value);
        return skus.TryGetValue(id, out SubscribedSku? sku) ? sku.SkuPartNumber : skus.PlanName(id);
    });

    /// <summary>Units that can be given: those of a subscription that is to end count until it has (<c>warning</c>).</summary>
    public static int Assignable(this SubscribedSku sku) => sku.PrepaidUnits.Enabled + sku.PrepaidUnits.Warning;

    /// <summary>Units that nobody has; less than nothing where more is used than was bought.</summary>
    public static int Free(this SubscribedSku sku) => sku.Assignable() - sku.ConsumedUnits;

    [GeneratedRegex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Id();
}
