using System.Management.Automation;
using Berth.PowerShell.Plans;

namespace Berth.PowerShell;

/// <summary>Does what a plan says, or nothing.</summary>
/// <remarks>
/// The server draws the plan again first: when it would come out otherwise by now, nothing is done and the error says what differs. A plan is kept for an hour. What takes a license away is asked about, and so is a plan that is given by its id
/// alone, unless you give -Confirm:$false.
/// </remarks>
/// <example><code>New-BerthPlan @{ kind = 'subscription'; skuId = 'SPE_E3'; units = 120 } | Invoke-BerthPlan</code><para>Buys units.</para></example>
[Cmdlet(VerbsLifecycle.Invoke, "BerthPlan", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High, DefaultParameterSetName = ByPlan)]
[OutputType(typeof(BerthOperationResult))]
public sealed class InvokeBerthPlanCommand : BerthCommand
{
    private const string ByPlan = "Plan";
    private const string ById = "Id";

    /// <summary>A plan of New-BerthPlan.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true, ParameterSetName = ByPlan)]
    [ValidateNotNull]
    public BerthPlan? Plan { get; set; }

    /// <summary>The id of a plan.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ById)]
    [ValidateNotNullOrEmpty]
    public string? PlanId { get; set; }

    /// <summary>Does it also when it takes a SKU from at least 10 of its holders and more than 30 % of them (B505).</summary>
    [Parameter]
    public SwitchParameter AllowMassRemoval { get; set; }

    /// <summary>Does it.</summary>
    protected override void ProcessRecord()
    {
        string id = Plan?.PlanId ?? PlanId!;
        if (Agreed($"apply plan {id}: {Plan}", $"{Plan} Apply plan {id}?", Plan?.TakesAway ?? true))
        {
            if (Try(() => PlanDoor.Apply(Client, id, AllowMassRemoval, Plan, Cancel), Plan ?? (object)id, out BerthOperationResult? done))
            {
                WriteObject(done);
            }
        }
        else if (IsWhatIf)
        {
            WriteObject(new BerthOperationResult("", Plan?.Version ?? 0, false, Plan, []));
        }
    }
}
