using System.Management.Automation;
using System.Text.Json;
using Berth.PowerShell.Names;
using Berth.PowerShell.Wire;

namespace Berth.PowerShell;

/// <summary>Says why a user has or lacks a license and its Cloud PC, and what would help.</summary>
/// <remarks>Without -Sku everything the user has or should have is explained. Each fix was decided by the server before it is told; pipe one to New-BerthPlan to see all it does.</remarks>
/// <example><code>Get-BerthLicenseExplanation admin@contoso.example CPC_E_4C_16GB_512GB</code><para>Says why.</para></example>
/// <example><code>(Get-BerthLicenseExplanation ada@contoso.example SPE_E3).Fixes[0] | New-BerthPlan</code><para>Says what the shortest fix would do to everybody.</para></example>
[Cmdlet(VerbsCommon.Get, "BerthLicenseExplanation")]
[OutputType(typeof(BerthLicenseExplanation))]
public sealed class GetBerthLicenseExplanationCommand : BerthCommand
{
    private SkuNames? _skus;

    /// <summary>A user: user principal name or id.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("UserPrincipalName", "UPN", "UserId", "Id")]
    [ValidateNotNullOrEmpty]
    public string User { get; set; } = "";

    /// <summary>A part number or id.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("SkuPartNumber", "SkuId")]
    [ValidateNotNullOrEmpty]
    public string? Sku { get; set; }

    /// <summary>Says it.</summary>
    protected override void ProcessRecord()
    {
        if (!Try(() => Client.Get($"/berth/v1/users/{Uri.EscapeDataString(User.Trim())}/explain{Filter()}", Cancel), User, out JsonElement answer))
        {
            return;
        }

        // One SKU is an object, all of them a list.
        foreach (JsonElement one in answer.Part("value").ValueKind == JsonValueKind.Array ? [.. answer.Items("value")] : new[] { answer })
        {
            JsonElement queue = one.Part("queue");
            WriteObject(new BerthLicenseExplanation(
                one.Text("userPrincipalName"),
                one.Text("userId"),
                one.Text("skuPartNumber"),
                one.Text("skuId"),
                one.Flag("has"),
                [.. one.Items("paths").Select(static path => new BerthLicensePath(SourceOf(path), path.Text("state"), path.Text("error")))],
                [.. one.Items("blockers").Select(static blocker => new BerthLicenseBlocker(SourceOf(blocker), blocker.Text("rule"), blocker.Text("code"), blocker.Text("message")))],
                queue.ValueKind == JsonValueKind.Object ? queue.Number("ahead") : null,
                queue.Time("waitingSince"),
                [.. one.Items("cloudPcs").Select(static machine => machine.TextOrNull("message") ?? machine.Text("status"))],
                [.. one.Items("fixes").Select(static fix => new BerthLicenseFix(
                    fix.Text("description"), fix.Number("usersLosing"), fix.Number("cloudPcsLosingData"), [.. fix.Items("changes").Select(static change => ShellJson.Read(change)!)]))]));
        }
    }

    private string Filter() => Sku is null ? "" : $"?skuId={(_skus ??= SkuNames.Read(Client, Cancel)).Find(Sku)}";

    private static string SourceOf(JsonElement json) => json.TextOrNull("displayName") ?? json.Text("source");
}
