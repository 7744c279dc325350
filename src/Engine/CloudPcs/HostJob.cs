namespace Berth.Engine.CloudPcs;

/// <summary>What a host is asked to do.</summary>
public enum HostJobKind : byte
{
    /// <summary>Make the machine.</summary>
    Provision,

    /// <summary>Take the machine down, with its data; what is not there is down already.</summary>
    Deprovision,

    /// <summary>Take the machine down and make it again from the policy's settings (C55).</summary>
    Reprovision,

    /// <summary>Give the machine another size, with user and data (C60).</summary>
    Resize,

    /// <summary>Put the machine back to a restore point (C57).</summary>
    Restore,

    /// <summary>Make a restore point, by hand or at its time (B381).</summary>
    Snapshot,

    /// <summary>Start the machine's system again.</summary>
    Restart,

    /// <summary>Look what is wrong with the machine.</summary>
    Troubleshoot,

    /// <summary>Take over region or single sign-on from the policy (C154).</summary>
    ApplySettings,

    /// <summary>Check an Azure network connection (C175).</summary>
    HealthCheck,

    /// <summary>Drop what was kept of a Cloud PC whose subscription expired (B385).</summary>
    DeleteSnapshot,
}

/// <summary>Something that a host has to do: at most one for each Cloud PC, each network connection and each retention snapshot.</summary>
/// <param name="Id">The id; a further attempt has another.</param>
/// <param name="Kind">What.</param>
/// <param name="Attempt">Which attempt, from 1 (C160).</param>
/// <param name="RequestedAt">When it was asked for, by the tenant's clock.</param>
/// <param name="DueAt">When the built-in simulator finishes it; null when an agent reports it.</param>
/// <param name="Detail">The restore point, region or other thing that the kind is about; null for none.</param>
public sealed record HostJob(Guid Id, HostJobKind Kind, int Attempt, DateTimeOffset RequestedAt, DateTimeOffset? DueAt, string? Detail)
{
    /// <summary>The most attempts (C160, C190).</summary>
    public const int MostAttempts = 3;

    /// <summary>The detail of a restore point that is made at its time.</summary>
    public const string AtItsTime = "atItsTime";

    /// <summary>Whether it gives way to whatever else is to be done: a restore point at its time (B382).</summary>
    public bool GivesWay => Kind == HostJobKind.Snapshot && Detail == AtItsTime;
}

/// <summary>How a host's work ended.</summary>
public enum HostOutcome : byte
{
    /// <summary>Done.</summary>
    Done,

    /// <summary>Done, and something that is not critical failed (C163).</summary>
    DoneWithWarnings,

    /// <summary>Not done; tried again while attempts are left.</summary>
    Failed,
}
