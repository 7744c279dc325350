using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Licensing;

namespace Berth.Engine.Insight;

/// <summary>What a change does to a Cloud PC.</summary>
public enum CloudPcEffect : byte
{
    /// <summary>Comes up, or begins to.</summary>
    Provisioned,

    /// <summary>Waits for a slot.</summary>
    Pending,

    /// <summary>Is listed without a machine.</summary>
    NotProvisioned,

    /// <summary>Enters its grace period, after which its data is destroyed.</summary>
    EntersGrace,

    /// <summary>Is out of its grace period, with its data.</summary>
    Recovered,

    /// <summary>Is taken down, and its data destroyed.</summary>
    Deprovisioned,

    /// <summary>Is made again, and its data destroyed.</summary>
    Reprovisioned,

    /// <summary>Goes back to a restore point; what is newer is destroyed.</summary>
    Restored,

    /// <summary>Gets another size, or waits for the license of one.</summary>
    Resized,

    /// <summary>Takes over settings of its policy.</summary>
    SettingsApplied,

    /// <summary>Fails.</summary>
    Failed,

    /// <summary>Is not listed any more; there was no machine.</summary>
    Unlisted,
}

/// <summary>One Cloud PC in a plan.</summary>
/// <param name="Id">Its id; null for one that does not exist yet.</param>
/// <param name="UserId">Its user; empty for one that is shared.</param>
/// <param name="Plan">The index of its service plan: afterwards, or at last.</param>
/// <param name="Effect">What happens to it.</param>
/// <param name="Date">When its data is destroyed, when that will be; otherwise when the effect happens.</param>
/// <param name="DestroysData">Whether data is destroyed, now or at the date.</param>
public readonly record struct PlannedCloudPc(Guid? Id, Guid UserId, int Plan, CloudPcEffect Effect, DateTimeOffset Date, bool DestroysData);

/// <summary>One SKU from one source of a user in a plan.</summary>
/// <param name="UserId">The user.</param>
/// <param name="UserPrincipalName">The user's name.</param>
/// <param name="Sku">The SKU's index.</param>
/// <param name="GroupId">The group that is the source; null for direct.</param>
/// <param name="Before">The state before; null for no row.</param>
/// <param name="After">The state after; null for no row.</param>
/// <param name="Error">The error after; none when it was the same before (B503).</param>
public readonly record struct PlannedLicense(
    Guid UserId, string UserPrincipalName, int Sku, Guid? GroupId, AssignmentState? Before, AssignmentState? After, LicenseError Error);

/// <summary>A SKU in a plan.</summary>
/// <param name="Sku">The SKU's index.</param>
/// <param name="Assignable">Units that can be given, afterwards.</param>
/// <param name="ConsumedBefore">Holders before.</param>
/// <param name="ConsumedAfter">Holders after.</param>
/// <param name="WaitingBefore">Who waited for a seat before.</param>
/// <param name="WaitingAfter">Who waits for a seat afterwards.</param>
public sealed record PlannedPool(int Sku, long Assignable, int ConsumedBefore, int ConsumedAfter, int WaitingBefore, int WaitingAfter);

/// <summary>
/// What commands would do, decided one after another on a tenant that nobody else sees (contract, Plan): nothing is appended, and the tenant stays what it is.
/// What is destroyed comes first.
/// </summary>
/// <param name="Version">The version of the tenant that was looked at.</param>
/// <param name="After">The tenant as it would be.</param>
/// <param name="Licenses">The licenses of users that change; losses first.</param>
/// <param name="CloudPcs">The Cloud PCs that change; what is destroyed first.</param>
/// <param name="Pools">The SKUs whose figures change, and those that were named.</param>
/// <param name="Gaining">Users who hold a SKU afterwards that they did not hold.</param>
/// <param name="Losing">Users who held a SKU that they do not hold afterwards.</param>
/// <param name="InError">Users with an error that they did not have.</param>
public sealed record Plan(
    long Version,
    Tenant After,
    ValueArray<PlannedLicense> Licenses,
    ValueArray<PlannedCloudPc> CloudPcs,
    ValueArray<PlannedPool> Pools,
    int Gaining,
    int Losing,
    int InError)
{
    /// <summary>The most changes of one plan; an action counts once for each of its Cloud PCs (B509).</summary>
    public const int MostChanges = 20_000;

    /// <summary>Whether anything at all would be written.</summary>
    public bool Changes { get; init; }

    /// <summary>The SKUs that so many of their holders lose that applying asks again (B505).</summary>
    public ValueArray<MassRemoval> MassRemovals { get; init; }

    /// <summary>Users who get a Cloud PC and lack a companion license (C14 to C18); nobody enforces these.</summary>
    public ValueArray<Guid> WithoutCompanions { get; init; }

    /// <summary>Decides commands on a tenant, as one (B500), and says what they would do.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="commands">The commands, in order.</param>
    /// <param name="context">Now, and who would act.</param>
    /// <param name="refusal">The refusal of the first command that would be refused, with its position; then there is no plan.</param>
    public static Plan? Of(Tenant tenant, IReadOnlyList<Command> commands, DecisionContext context, out Refusal? refusal)
    {
        refusal = null;
        switch (Deciding.Decide(tenant, new Command.ApplyChanges(commands.ToValueArray()) { MayRemoveMany = true }, context))
        {
            case Decision.Refused refused:
                refusal = refused.Refusal;
                return null;
            case Decision.Accepted accepted:
                return new PlanDrawing(tenant, accepted.Next, tenant.Now(context.Now)).Draw(accepted.Event?.Changes ?? [], commands) with { Changes = accepted.Event is not null };
            default:
                throw new InvalidOperationException("A decision is one of two.");
        }
    }
}
