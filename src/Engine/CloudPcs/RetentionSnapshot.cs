namespace Berth.Engine.CloudPcs;

/// <summary>What is kept of a Cloud PC whose subscription expired (C54).</summary>
/// <param name="Id">The id.</param>
/// <param name="CloudPcId">The Cloud PC that was.</param>
/// <param name="User">The user's index.</param>
/// <param name="Plan">The index of the service plan.</param>
/// <param name="RegionName">Where it was; it can be restored in the same region only.</param>
/// <param name="CreatedAt">When, by the tenant's clock.</param>
public sealed record RetentionSnapshot(Guid Id, Guid CloudPcId, int User, int Plan, string? RegionName, DateTimeOffset CreatedAt)
{
    /// <summary>How long it is kept (C193).</summary>
    public static readonly TimeSpan Retention = TimeSpan.FromDays(28);

    /// <summary>What an agent is to do with it: drop it, when its time is over (B385); null before.</summary>
    public HostJob? Job { get; init; }

    /// <summary>When its time is over; null when it is.</summary>
    internal DateTimeOffset? DueAt => Job is null ? CreatedAt + Retention : null;
}
