namespace Berth.Engine.CloudPcs;

/// <summary>Somebody signed in to a Cloud PC (B285).</summary>
/// <param name="Id">The id.</param>
/// <param name="CloudPc">The index of the Cloud PC; at most one session each.</param>
/// <param name="User">The user's index.</param>
/// <param name="StartedAt">When, by the tenant's clock.</param>
/// <param name="DisconnectedAt">Since when nobody looks at it although it is held; null while connected.</param>
/// <param name="IsAdministrator">Whether the user setting that held at the sign-in makes the user an administrator (B370).</param>
public sealed record Session(Guid Id, int CloudPc, int User, DateTimeOffset StartedAt, DateTimeOffset? DisconnectedAt, bool IsAdministrator = false)
{
    /// <summary>Whether its license was above the limit when it was taken, and the buffer gave it (B412).</summary>
    public bool UsesBuffer { get; init; }

    /// <summary>The id of the cloud app that was started in it last (B477); null when nobody said.</summary>
    public Guid? CloudApp { get; init; }
}

/// <summary>What a Cloud PC keeps of its sessions when they are over (B371).</summary>
/// <param name="SignedInAt">When somebody last signed in, by the tenant's clock.</param>
/// <param name="SignedOutAt">When a session last ended; null while none has.</param>
/// <param name="IsAdministrator">Whether the last sign-in gave the user administrator rights (B370).</param>
public sealed record CloudPcUse(DateTimeOffset SignedInAt, DateTimeOffset? SignedOutAt, bool IsAdministrator);
