using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;

namespace Berth.Engine;

/// <summary>When a failed group assignment is tried again: the setting <c>retry</c>.</summary>
public enum RetryMode : byte
{
    /// <summary>After every command, earliest first: nobody who waited longer is overtaken.</summary>
    Fair,

    /// <summary>Only by the triggers of L65; everything else waits for a reprocess (L66).</summary>
    EntraStrict,
}

/// <summary>What happens to the other SKUs of a group when one fails for a user: the setting <c>groupAtomicity</c>.</summary>
public enum GroupAtomicity : byte
{
    /// <summary>All SKUs of a group succeed or fail together (L51).</summary>
    Atomic,

    /// <summary>A SKU with a violation is dropped, the others are given.</summary>
    Independent,
}

/// <summary>What becomes of the license of a session that nobody looks at any more: the setting <c>disconnectedSessions</c> (B413).</summary>
public enum DisconnectedSessions : byte
{
    /// <summary>The session keeps it until it ends.</summary>
    Held,

    /// <summary>Others can have it; who comes back takes one again.</summary>
    Released,
}

/// <summary>Who may do what with the tenant's clock.</summary>
public enum TenantKind : byte
{
    /// <summary>Real users; the clock is the system's.</summary>
    Production,

    /// <summary>For tests; the clock can be frozen and advanced.</summary>
    Emulator,

    /// <summary>The demonstration company; the clock can be frozen and advanced.</summary>
    Demo,
}

/// <summary>The behavior an administrator chooses.</summary>
/// <param name="Retry">See <see cref="RetryMode"/>.</param>
/// <param name="GroupAtomicity">See <see cref="Engine.GroupAtomicity"/>.</param>
/// <param name="ProvisioningDelay">Time that each job on a machine takes the simulator.</param>
/// <param name="BufferExcess">The most sessions beyond the limit the concurrency buffer gives; null for no limit.</param>
public sealed record TenantSettings(RetryMode Retry, GroupAtomicity GroupAtomicity, TimeSpan ProvisioningDelay, int? BufferExcess)
{
    /// <summary>The longest <see cref="ProvisioningDelay"/>.</summary>
    public static readonly TimeSpan LongestProvisioningDelay = TimeSpan.FromDays(7);

    /// <summary>The longest <see cref="ProfileReset"/>.</summary>
    public static readonly TimeSpan LongestProfileReset = TimeSpan.FromDays(1);

    /// <summary>Who makes the machines (B320).</summary>
    public HostKind Host { get; init; }

    /// <summary>How often the simulator fails, by kind ascending and without kinds that never fail (B326).</summary>
    public ValueArray<FailureRate> FailureRates { get; init; }

    /// <summary>Another seed, other failures of the simulator.</summary>
    public int SimulatorSeed { get; init; }

    /// <summary>Whether a disconnected session of Frontline keeps its license (B413).</summary>
    public DisconnectedSessions DisconnectedSessions { get; init; }

    /// <summary>How long a shared machine cannot be used after somebody signed out, while the profile goes (B414).</summary>
    public TimeSpan ProfileReset { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>Whether machines of Frontline are started before their users usually come (B416).</summary>
    public bool IntelligentPrestart { get; init; } = true;

    /// <summary>What makes the machines under these settings.</summary>
    public ICloudPcHost CloudPcHost() => Host switch
    {
        HostKind.Simulator => Simulator(),
        HostKind.Agent => new AgentHost(),
    };

    /// <summary>The simulator under these settings; it ends what it began, also when an agent makes the machines by then (B320).</summary>
    public SimulatedHost Simulator() => new(ProvisioningDelay, FailureRates, SimulatorSeed);

    /// <summary>What a new tenant has.</summary>
    public static TenantSettings Default { get; } = new(RetryMode.Fair, GroupAtomicity.Atomic, TimeSpan.Zero, null);
}

/// <summary>Who the tenant is.</summary>
/// <param name="Id">The tenant id.</param>
/// <param name="DisplayName">The name of the organization.</param>
/// <param name="Domain">The verified domain.</param>
/// <param name="Country">ISO 3166-1 alpha-2: the usage location of users without one, for groups only (L54).</param>
/// <param name="Kind">See <see cref="TenantKind"/>.</param>
/// <param name="CreatedAt">When it was created.</param>
public sealed record TenantProfile(Guid Id, string DisplayName, string Domain, string Country, TenantKind Kind, DateTimeOffset CreatedAt);

/// <summary>The tenant's clock.</summary>
/// <param name="FrozenAt">The time at which it stands still, or null when it is the system's.</param>
public readonly record struct TenantClock(DateTimeOffset? FrozenAt)
{
    /// <summary>The tenant's time, given the system's.</summary>
    public DateTimeOffset Now(DateTimeOffset system) => FrozenAt ?? system;
}
