using System.Management.Automation;
using Berth.PowerShell.Names;

namespace Berth.PowerShell;

/// <summary>Shows the SKUs that the tenant has, with their seats.</summary>
/// <remarks>Each with what can be given, what is given and what is free, and its service plans.</remarks>
/// <example><code>Get-BerthSku CPC_*</code><para>Shows the SKUs of Cloud PCs.</para></example>
/// <example><code>Get-BerthSku | Where-Object Available -eq 0</code><para>Shows what has run out.</para></example>
[Cmdlet(VerbsCommon.Get, "BerthSku")]
[OutputType(typeof(BerthSku))]
public sealed class GetBerthSkuCommand : BerthCommand
{
    /// <summary>Part numbers, wildcards allowed, or ids. Without it all are shown.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("SkuPartNumber", "SkuId")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = ["*"];

    /// <summary>Shows them; a name without wildcards that nothing has is an error.</summary>
    protected override void ProcessRecord()
    {
        SkuNames skus = Must(() => SkuNames.Read(Client, Cancel));
        foreach (string name in Name)
        {
            WildcardPattern pattern = new(name, WildcardOptions.IgnoreCase);
            BerthSku[] found = [.. skus.All.Where(sku => pattern.IsMatch(sku.SkuPartNumber) || sku.SkuId.Equals(name, StringComparison.OrdinalIgnoreCase))];
            if (found.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
            {
                WriteError(Wire.Failures.Of(new BerthException("skuNotInTenant", $"The tenant has no subscription of a SKU '{name}'.", 404), name));
            }

            WriteObject(found, true);
        }
    }
}
