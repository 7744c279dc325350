using Berth.Engine.Collections;

namespace Berth.Engine.CloudPcs;

/// <summary>What a <see cref="CloudPc"/> has only with a machine, asked for or allotted; it says what each part means.</summary>
internal sealed record CloudPcMachine
{
    /// <summary>No machine.</summary>
    public static readonly CloudPcMachine None = new();

    public Guid? Assignment { get; init; }

    public string? ManagedDeviceName { get; init; }

    public CloudPcOrigin? Origin { get; init; }

    public CloudPcOrigin? TakesOver { get; init; }

    public DateTimeOffset? ProvisionedAt { get; init; }

    public DateTimeOffset? GraceEndsAt { get; init; }

    public CloudPcError? Error { get; init; }

    public HostJob? Job { get; init; }

    public int? ResizeTo { get; init; }

    public DateTimeOffset? ResizeEndsAt { get; init; }

    public DateTimeOffset? GoesAt { get; init; }

    public DateTimeOffset? PointsSince { get; init; }

    public DateTimeOffset? ManualPointAt { get; init; }

    public AgentPoints? Points { get; init; }

    public KeptPoints? KeptPoints { get; init; }

    public DateTimeOffset? RestoresTo { get; init; }

    public DateTimeOffset? AllocatedAt { get; init; }

    public TimeSpan ReserveUsed { get; init; }

    public DateTimeOffset? ReserveEndsAt { get; init; }

    public ValueArray<RemoteAction> Actions { get; init; }

    public DateTimeOffset? DueAt => Earliest(Earliest(Earliest(Job?.DueAt, GraceEndsAt), Earliest(ResizeEndsAt, GoesAt)), Earliest(ReserveEndsAt, Points?.NextAt));

    public static DateTimeOffset? Earliest(DateTimeOffset? one, DateTimeOffset? other) => other is null || one < other ? one : other;
}
