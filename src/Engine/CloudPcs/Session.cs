namespace Berth.Engine.CloudPcs;

/// <summary>Somebody signed in to a Cloud PC (B285).</summary>
/// <param name="Id">The id.</param>
/// <param name="CloudPc">The index of the Cloud PC; at most one session each.</param>
/// <param name="User">The user's index.</param>
/// <param name="StartedAt">When, by the tenant's clock.</param>
/// <param name="DisconnectedAt">Since when nobody looks at it although it is held; null while connected.</param>
public sealed record Session(Guid Id, int CloudPc, int User, DateTimeOffset StartedAt, DateTimeOffset? DisconnectedAt)
{
    /// <summary>Whether its license was above the limit when it began, and the buffer gave it (B422).</summary>
    public bool UsesBuffer { get; init; }
}
