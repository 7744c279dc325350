namespace Berth.Graph.Hosts;

/// <summary>The limits of the host door.</summary>
public static class HostLimits
{
    /// <summary>The most jobs of one claim.</summary>
    public const int JobsPerClaim = 32;

    /// <summary>The most leases of a tenant at a time.</summary>
    public const int LeasesPerTenant = 10_000;

    /// <summary>The most ended leases of a tenant whose outcome is remembered for a report that comes again.</summary>
    public const int RememberedOutcomes = 10_000;

    /// <summary>The shortest lease, in seconds.</summary>
    public const int ShortestLeaseSeconds = 1;

    /// <summary>The longest lease, in seconds.</summary>
    public const int LongestLeaseSeconds = 3600;

    /// <summary>A lease when nothing is asked, in seconds.</summary>
    public const int LeaseSeconds = 60;

    /// <summary>The longest name of an agent, in characters.</summary>
    public const int AgentCharacters = 128;

    /// <summary>The longest message of a progress, in characters.</summary>
    public const int ProgressCharacters = 256;

    /// <summary>The longest code of a failure or warning, in characters.</summary>
    public const int CodeCharacters = 64;

    /// <summary>The longest message of a failure or warning, in characters.</summary>
    public const int MessageCharacters = 1024;

    /// <summary>The most results of one health check.</summary>
    public const int ChecksPerReport = 64;

    /// <summary>The most jobs that the list of jobs shows.</summary>
    public const int ListedJobs = 1000;

    /// <summary>The most answers that are remembered for claims and progress that come again.</summary>
    public const int Answers = 256;

    /// <summary>How long a lease is good at least while its report is being written.</summary>
    public static readonly TimeSpan Reporting = TimeSpan.FromSeconds(30);
}
