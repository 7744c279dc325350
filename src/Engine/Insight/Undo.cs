using Berth.Engine.Collections;

namespace Berth.Engine.Insight;

/// <summary>Why something of an operation cannot be set back (B525).</summary>
public enum UndoGapReason : byte
{
    /// <summary>The data of a Cloud PC, or what users of an assignment kept, is destroyed.</summary>
    DataDestroyed,

    /// <summary>A Cloud PC was in grace, and is gone by now.</summary>
    GraceOver,

    /// <summary>An action of a Cloud PC has happened.</summary>
    ActionDone,

    /// <summary>A session ended, or began.</summary>
    SessionOver,

    /// <summary>A deleted user comes back without direct licenses that cannot be given any more (B74).</summary>
    LicensesNotGiven,

    /// <summary>Somebody or something was deleted for good.</summary>
    DeletedForGood,

    /// <summary>It is not there any more, whatever became of it.</summary>
    Gone,

    /// <summary>The clock never goes back.</summary>
    ClockMoved,

    /// <summary>The catalog stays.</summary>
    CatalogChanged,

    /// <summary>It has no way back in Berth yet.</summary>
    NotReversible,
}

/// <summary>Something of an operation that cannot be set back.</summary>
/// <param name="Reason">Why.</param>
/// <param name="What">What it is, as the wire calls its kind: <c>user</c>, <c>group</c>, <c>cloudPC</c>.</param>
/// <param name="Id">Its id, where it has one.</param>
public readonly record struct UndoGap(UndoGapReason Reason, string What, Guid? Id);

/// <summary>What would set back an operation on the tenant as it is (B523 to B525).</summary>
/// <param name="Commands">The commands in order; to be decided together (B500).</param>
/// <param name="Gaps">What they do not set back.</param>
/// <param name="Refusal">Why one of them would be refused; its part is the last of <paramref name="Commands"/>. Null when none would.</param>
public sealed record Undo(ValueArray<Command> Commands, ValueArray<UndoGap> Gaps, Refusal? Refusal)
{
    /// <summary>What would set back an entry of the tenant's journal.</summary>
    public static Undo Of(Tenant tenant, TenantEvent happened, DecisionContext context) => new UndoDrawing(tenant, happened, context).Draw();
}
