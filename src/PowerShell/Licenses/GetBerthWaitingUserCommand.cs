using System.Management.Automation;
using System.Text.Json;
using Berth.PowerShell.Names;
using Berth.PowerShell.Wire;

namespace Berth.PowerShell;

/// <summary>Shows who waits for a seat, in the order in which seats are given.</summary>
/// <remarks>Whoever waits longest gets the next seat. Users wait who are to get a license from a group that has no seat left for them.</remarks>
/// <example><code>Get-BerthWaitingUser CPC_E_2C_8GB_128GB</code><para>Shows who waits for one SKU.</para></example>
/// <example><code>Get-BerthWaitingUser | Get-BerthLicenseExplanation</code><para>Says why, and what would help.</para></example>
[Cmdlet(VerbsCommon.Get, "BerthWaitingUser")]
[OutputType(typeof(BerthWaitingUser))]
public sealed class GetBerthWaitingUserCommand : BerthCommand
{
    /// <summary>A part number or id. Without it those of all SKUs are shown.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("SkuPartNumber", "SkuId")]
    [ValidateNotNullOrEmpty]
    public string? Sku { get; set; }

    /// <summary>Shows them.</summary>
    protected override void ProcessRecord()
    {
        SkuNames skus = Must(() => SkuNames.Read(Client, Cancel));
        if (!Try(() => Sku is null ? "" : $"?skuId={skus.Find(Sku)}", Sku, out string? filter))
        {
            return;
        }

        JsonElement[] rows = Must(() => Client.All($"/berth/v1/waiting{filter}", Cancel).ToArray(), Sku);
        Dictionary<string, string> names = Must(() => Targets.NamesOf(Client, rows.SelectMany(static row => new[] { row.Text("userId"), row.Text("groupId") }), Cancel));
        Dictionary<string, int> places = new(StringComparer.OrdinalIgnoreCase);
        foreach (JsonElement row in rows)
        {
            string sku = row.Text("skuId"), user = row.Text("userId"), group = row.Text("groupId");
            places[sku] = places.GetValueOrDefault(sku) + 1;
            WriteObject(new BerthWaitingUser(
                places[sku], names.GetValueOrDefault(user, user), user, names.GetValueOrDefault(group, group), group, skus.Of(sku), sku, row.Time("waitingSince")));
        }
    }
}
