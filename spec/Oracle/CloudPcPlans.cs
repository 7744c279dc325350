using System.Globalization;
using System.Text.RegularExpressions;

namespace Berth.Oracle;

/// <summary>What a service plan means for Cloud PCs.</summary>
/// <param name="Kind">Enterprise, Business, Frontline or Reserve.</param>
/// <param name="DiskGB">The size of the disk.</param>
/// <param name="HasGraphics">Whether it has a graphics processor.</param>
public sealed record CloudPcPlan(string Kind, int DiskGB, bool HasGraphics = false)
{
    // C31: names that say nothing about the size; and those that are written otherwise.
    private static readonly Dictionary<string, CloudPcPlan> Irregular = new()
    {
        ["CPC_1"] = new("Enterprise", 128),
        ["CPC_2"] = new("Enterprise", 128),
        ["CPC_SS_2"] = new("Business", 128),
        ["CPC_B_16C_64GB_512GB"] = new("Business", 512),
        ["CPC_B_16C_64GB_1TB"] = new("Business", 1024),
    };

    /// <summary>The plan with a name; null when it is none of Cloud PCs (B300).</summary>
    public static CloudPcPlan? Of(string name)
    {
        if (Irregular.TryGetValue(name, out CloudPcPlan? known))
        {
            return known;
        }

        (string Kind, string Memory)[] families = [("Enterprise", "GB"), ("Business", "RAM"), ("Frontline", "GB"), ("Reserve", "GB")];
        foreach ((string kind, string memory) in families)
        {
            string letter = kind == "Frontline" ? "S" : kind[..1];
            Match match = Regex.Match(name, $@"\ACPC_{letter}_[1-9][0-9]{{0,4}}C_[1-9][0-9]{{0,4}}{memory}_([1-9][0-9]{{0,4}})GB(_GPU)?\z");
            if (match.Success)
            {
                return new CloudPcPlan(kind, int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture), match.Groups[2].Success);
            }
        }

        return null;
    }
}
