using Berth.Engine.Collections;

namespace Berth.Engine.CloudPcs;

/// <summary>What a health check found: <c>healthCheckStatus</c> (C172).</summary>
public enum HealthCheckStatus : byte
{
    /// <summary>Not looked yet.</summary>
    Pending,

    /// <summary>Being looked at.</summary>
    Running,

    /// <summary>Good.</summary>
    Passed,

    /// <summary>Usable; something is not as it should be.</summary>
    Warning,

    /// <summary>Usable; something is worth knowing.</summary>
    Informational,

    /// <summary>Not usable until it is mended and checked again.</summary>
    Failed,
}

/// <summary>The result of one check (C175).</summary>
/// <param name="Name">Which check.</param>
/// <param name="Status">What it found.</param>
/// <param name="ErrorType">The error as Graph spells it (C179); null for none.</param>
/// <param name="Detail">A sentence; null for none.</param>
public sealed record HealthCheck(string Name, HealthCheckStatus Status, string? ErrorType, string? Detail);

/// <summary>An Azure network connection (C168 to C179). Its password is kept by nobody here.</summary>
/// <param name="Id">The id.</param>
/// <param name="DisplayName">The name; unique in the tenant (C169).</param>
public sealed record NetworkConnection(Guid Id, string DisplayName)
{
    /// <summary>The most connections of a tenant (C171, C189).</summary>
    public const int MostConnections = 10;

    /// <summary>The longest <see cref="AdDomainName"/>, in characters.</summary>
    public const int LongestDomainName = 255;

    /// <summary>How Cloud PCs join through it.</summary>
    public DomainJoinType JoinType { get; init; }

    /// <summary>The Azure subscription.</summary>
    public string SubscriptionId { get; init; } = "";

    /// <summary>Its name; null when not known.</summary>
    public string? SubscriptionName { get; init; }

    /// <summary>The resource group, as an Azure resource id.</summary>
    public string ResourceGroupId { get; init; } = "";

    /// <summary>The virtual network, as an Azure resource id.</summary>
    public string VirtualNetworkId { get; init; } = "";

    /// <summary>Its region; null when not known.</summary>
    public string? VirtualNetworkLocation { get; init; }

    /// <summary>The subnet, as an Azure resource id.</summary>
    public string SubnetId { get; init; } = "";

    /// <summary>The Active Directory domain; hybrid join only.</summary>
    public string? AdDomainName { get; init; }

    /// <summary>The account that joins machines; hybrid join only.</summary>
    public string? AdDomainUsername { get; init; }

    /// <summary>The organizational unit; null for none.</summary>
    public string? OrganizationalUnit { get; init; }

    /// <summary>Scope tags.</summary>
    public ValueArray<string> ScopeIds { get; init; }

    /// <summary>What the last check found, passed by all or worst of all; pending while none has ended since the connection last changed (B309).</summary>
    public HealthCheckStatus Health { get; init; }

    /// <summary>What the last check found that is not passed, by name.</summary>
    public ValueArray<HealthCheck> Checks { get; init; }

    /// <summary>When the last check that ended began; null when none did.</summary>
    public DateTimeOffset? CheckStartedAt { get; init; }

    /// <summary>When the last check ended; null when none did.</summary>
    public DateTimeOffset? CheckedAt { get; init; }

    /// <summary>The check that runs; null for none.</summary>
    public HostJob? Job { get; init; }

    /// <summary>When the next regular check begins; null while they pause (C173, C174).</summary>
    public DateTimeOffset? NextCheckAt { get; init; }

    /// <summary>Until when regular checks go on although nothing uses the connection (C174).</summary>
    public DateTimeOffset ActiveUntil { get; init; }

    /// <summary>What the simulator finds instead of passed, check by check; empty for all passed.</summary>
    public ValueArray<HealthCheck> Simulated { get; init; }

    /// <summary>When the password was last set; null when never.</summary>
    public DateTimeOffset? PasswordSetAt { get; init; }

    /// <summary>When it came, by the tenant's clock.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When time brings something for it; null for never.</summary>
    public DateTimeOffset? DueAt => Job is { } job ? job.DueAt : NextCheckAt;

    /// <summary>What shows as <c>healthCheckStatus</c>: running while a check runs (B309).</summary>
    public HealthCheckStatus ShownHealth => Job is null ? Health : HealthCheckStatus.Running;

    /// <summary>Whether regular checks pause (C174).</summary>
    public bool ChecksPause => Job is null && NextCheckAt is null;

    /// <summary>Whether a Cloud PC can be provisioned through it: by the last check that ended, also while another one runs (C172, B309).</summary>
    public bool IsUsable => Health is HealthCheckStatus.Passed or HealthCheckStatus.Warning or HealthCheckStatus.Informational;
}
