namespace Berth.Portal.Settings;

/// <summary>The tenant's clock.</summary>
public sealed record TenantClock(DateTimeOffset Now, string Mode)
{
    /// <summary>Where it is.</summary>
    public const string Address = "berth/v1/clock";

    /// <summary>Whether it stands, so that it can be moved.</summary>
    public bool IsFrozen => Mode == "frozen";
}

/// <summary>What is done to it.</summary>
public sealed record ClockChange(string? Mode, string? Advance);

/// <summary>A Cloud PC whose grace period ends.</summary>
public sealed record EndingGrace(Guid Id, string? ManagedDeviceName, string? UserPrincipalName);
