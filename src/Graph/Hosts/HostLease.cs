namespace Berth.Graph.Hosts;

/// <summary>A job in the hands of an agent.</summary>
/// <param name="JobId">The job.</param>
/// <param name="About">What the job is about: a Cloud PC, a network connection or a retention snapshot.</param>
/// <param name="Id">The lease: who knows it speaks for the agent.</param>
/// <param name="Agent">How the agent calls itself.</param>
/// <param name="Length">How long it holds without a word.</param>
/// <param name="ExpiresAt">When it is over, in real time.</param>
public sealed record HostLease(Guid JobId, Guid About, Guid Id, string Agent, TimeSpan Length, DateTimeOffset ExpiresAt)
{
    /// <summary>How far the work is, 0 to 100.</summary>
    public int Percent { get; init; }

    /// <summary>What the agent says about it; null for nothing.</summary>
    public string? Message { get; init; }
}
