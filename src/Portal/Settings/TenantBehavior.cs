using System.Text.Json;

namespace Berth.Portal.Settings;

/// <summary>The settings of <c>/berth/v1/settings</c>. What is null was not changed and is not sent; <see cref="BufferExcess"/> may be null on the wire, so it is sent as it is.</summary>
public sealed record TenantBehavior
{
    /// <summary>Who waits for a license and is tried again, when.</summary>
    public string? Retry { get; init; }

    /// <summary>What one license of a group that cannot be given does to the others.</summary>
    public string? GroupAtomicity { get; init; }

    /// <summary>The licenses of Frontline that the buffer gives above the limit: a number, or null for any.</summary>
    public JsonElement? BufferExcess { get; init; }

    /// <summary>Whether who disconnects keeps the license.</summary>
    public string? DisconnectedSessions { get; init; }

    /// <summary>How long a shared Cloud PC is out of use after each user.</summary>
    public string? ProfileResetTime { get; init; }

    /// <summary>Whether Cloud PCs are started before their users come.</summary>
    public bool? IntelligentPrestart { get; init; }

    /// <summary>Who makes the machines.</summary>
    public string? Host { get; init; }

    /// <summary>How long each job takes the simulator.</summary>
    public string? ProvisioningDelay { get; init; }

    /// <summary>The share of its jobs that fail, by kind.</summary>
    public Dictionary<string, double>? FailureRates { get; init; }

    /// <summary>Which jobs these are.</summary>
    public int? SimulatorSeed { get; init; }
}
