using System.Management.Automation;
using Berth.PowerShell.Names;
using Berth.PowerShell.Plans;

namespace Berth.PowerShell;

/// <summary>Says what changes would do to every user, seat and Cloud PC; nothing changes.</summary>
/// <remarks>
/// Changes are hashtables or objects of the kinds that the plan interface takes: userLicense, groupLicense, membership, user, deleteUser, subscription, policyAssignment, cloudPcAction. Users may be named by user principal name, groups by
/// display name, SKUs by part number. All changes of a pipeline are one plan, decided one after another; one that would be refused refuses them all. Invoke-BerthPlan does what the plan says.
/// </remarks>
/// <example><code>New-BerthPlan @{ kind = 'subscription'; skuId = 'SPE_E3'; units = 120 }</code><para>Says who would be served when units are bought.</para></example>
/// <example><code>(Get-Content changes.json -Raw | ConvertFrom-Json) | New-BerthPlan</code><para>Plans the changes of a file, as berth plan -f does.</para></example>
[Cmdlet(VerbsCommon.New, "BerthPlan")]
[OutputType(typeof(BerthPlan))]
public sealed class NewBerthPlanCommand : BerthCommand
{
    private readonly List<object> _changes = [];

    /// <summary>Changes: hashtables, objects, or a fix of Get-BerthLicenseExplanation.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true)]
    [ValidateNotNull]
    public object[] Change { get; set; } = [];

    /// <summary>Takes changes.</summary>
    protected override void ProcessRecord() => _changes.AddRange(Must<object[]>(() => [.. ChangeNames.Spread(Change)]));

    /// <summary>Draws the plan.</summary>
    protected override void EndProcessing()
    {
        SkuNames skus = Must(() => SkuNames.Read(Client, Cancel));
        WriteObject(Must(() => PlanDoor.Draw(Client, skus, ChangeNames.Body(Client, skus, _changes, Cancel), Cancel), _changes.ToArray()));
    }
}
