using Berth.Engine.Collections;

namespace Berth.Engine.CloudPcs;

/// <summary>What a <see cref="CloudPc"/> has only while something is made, there or on its way out; it says what each part means.</summary>
internal sealed record CloudPcMachine
{
    /// <summary>No machine, and nothing asked for.</summary>
    public static readonly CloudPcMachine None = new();

    public string? ManagedDeviceName { get; init; }

    public CloudPcOrigin? Origin { get; init; }

    public DateTimeOffset? ProvisionedAt { get; init; }

    public DateTimeOffset? GraceEndsAt { get; init; }

    public CloudPcError? Error { get; init; }

    public HostJob? Job { get; init; }

    public int? ResizeTo { get; init; }

    public DateTimeOffset? ResizeEndsAt { get; init; }

    public DateTimeOffset? GoesAt { get; init; }

    public DateTimeOffset? PointsSince { get; init; }

    public DateTimeOffset? ManualPointAt { get; init; }

    public CloudPcUse? Use { get; init; }

    public DateTimeOffset? AllocatedAt { get; init; }

    public TimeSpan ReserveUsed { get; init; }

    public DateTimeOffset? ReserveEndsAt { get; init; }

    public ValueArray<RemoteAction> Actions { get; init; }

    public DateTimeOffset? DueAt => Earliest(Earliest(Earliest(Job?.DueAt, GraceEndsAt), Earliest(ResizeEndsAt, GoesAt)), ReserveEndsAt);

    private static DateTimeOffset? Earliest(DateTimeOffset? one, DateTimeOffset? other) => other is null || one < other ? one : other;
}
