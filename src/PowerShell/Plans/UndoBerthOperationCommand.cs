using System.Management.Automation;
using Berth.PowerShell.Names;
using Berth.PowerShell.Plans;

namespace Berth.PowerShell;

/// <summary>Sets an operation back.</summary>
/// <remarks>
/// Sources get back what the operation changed of them, and nothing that others changed since. What cannot be set back is told as warnings. -WhatIf shows the plan of it; when it takes a license from anybody you are asked, unless you give
/// -Confirm:$false. An undo is an operation and can be undone.
/// </remarks>
/// <example><code>Get-BerthHistory -First 1 | Undo-BerthOperation -WhatIf</code><para>Says what taking back the newest operation would do.</para></example>
/// <example><code>$done = Import-Csv people.csv | Set-BerthUserLicense -AddSku SPE_E3; $done | Undo-BerthOperation</code><para>Takes a list back: its rows name one operation, which is set back once.</para></example>
[Cmdlet(VerbsCommon.Undo, "BerthOperation", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(BerthOperationResult))]
public sealed class UndoBerthOperationCommand : BerthCommand
{
    private readonly HashSet<string> _done = new(StringComparer.OrdinalIgnoreCase);
    private SkuNames? _skus;

    /// <summary>Operations, by id; one that comes several times is set back once.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Id")]
    [AllowEmptyString]
    public string OperationId { get; set; } = "";

    /// <summary>Sets one back.</summary>
    protected override void ProcessRecord()
    {
        // A row that changed nothing names no operation.
        if (OperationId.Length == 0 || !_done.Add(OperationId))
        {
            return;
        }

        string id = OperationId;
        SkuNames skus = _skus ??= Must(() => SkuNames.Read(Client, Cancel));
        if (!Try(() => PlanDoor.DrawUndo(Client, skus, id, Cancel), id, out (BerthPlan Plan, string[] NotUndone) drawn))
        {
            return;
        }

        foreach (string sentence in drawn.Plan.Warnings)
        {
            WriteWarning(sentence);
        }

        if (Agreed($"undo {id}: {drawn.Plan}", $"{drawn.Plan} Undo {id}?", drawn.Plan.TakesAway))
        {
            if (Try(() => PlanDoor.Undo(Client, id, drawn.Plan, Cancel), id, out BerthOperationResult? done))
            {
                WriteObject(done);
            }
        }
        else if (IsWhatIf)
        {
            WriteObject(new BerthOperationResult("", drawn.Plan.Version, false, drawn.Plan, drawn.NotUndone));
        }
    }
}
