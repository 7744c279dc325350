using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Berth.Engine.Collections;

namespace Berth.Engine.CloudPcs;

/// <summary>Who makes the machines of a tenant: the setting <c>host</c> (B320).</summary>
public enum HostKind : byte
{
    /// <summary>The built-in simulator: everything is done after <see cref="TenantSettings.ProvisioningDelay"/>.</summary>
    Simulator,

    /// <summary>A program elsewhere, which claims jobs and reports.</summary>
    Agent,
}

/// <summary>How often the simulator fails at a kind of job.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="PerMillion">Of a million attempts, so many fail: 0 to 1,000,000.</param>
public readonly record struct FailureRate(HostJobKind Kind, int PerMillion)
{
    /// <summary>Every attempt.</summary>
    public const int Always = 1_000_000;
}

/// <summary>How a job ended.</summary>
/// <param name="Outcome">How.</param>
/// <param name="Error">Why it failed, or what the warning is; null when it was done.</param>
public sealed record HostReport(HostOutcome Outcome, CloudPcError? Error)
{
    /// <summary>Whether trying again is useless: a failure is the last then, whatever the attempt (B327).</summary>
    public bool IsFinal { get; init; }
}

/// <summary>What makes the machines of a tenant, as far as the tenant knows it: when a job ends by itself, and how.</summary>
public interface ICloudPcHost
{
    /// <summary>When a job ends; null when somebody reports it.</summary>
    /// <param name="kind">What is to be done.</param>
    /// <param name="requestedAt">When it was asked for, by the tenant's clock.</param>
    DateTimeOffset? DueAt(HostJobKind kind, DateTimeOffset requestedAt);

    /// <summary>How a job that is due ended; null when somebody reports it.</summary>
    HostReport? Report(HostJob job);
}

/// <summary>
/// The built-in simulator (B326): a job on a machine is done after a delay, a health check at once; it fails as often as it was told to, the same way every
/// time.
/// </summary>
/// <param name="delay">How long a job on a machine takes.</param>
/// <param name="failures">How often which kind fails; a kind that is not named never does.</param>
/// <param name="seed">Another seed, other failures.</param>
public sealed class SimulatedHost(TimeSpan delay, ValueArray<FailureRate> failures, int seed) : ICloudPcHost
{
    /// <summary>The code of a failure that was asked for.</summary>
    public const string ErrorCode = "internalServerError";

    /// <inheritdoc/>
    public DateTimeOffset? DueAt(HostJobKind kind, DateTimeOffset requestedAt) => kind == HostJobKind.HealthCheck ? requestedAt : requestedAt + delay;

    /// <inheritdoc/>
    public HostReport Report(HostJob job) => Draw(job) < RateOf(job.Kind)
        ? new HostReport(HostOutcome.Failed, new CloudPcError(ErrorCode, $"The simulator was told to fail some jobs of the kind {job.Kind}, and this is one of them."))
        : new HostReport(HostOutcome.Done, null);

    private int RateOf(HostJobKind kind)
    {
        foreach (FailureRate rate in failures)
        {
            if (rate.Kind == kind)
            {
                return rate.PerMillion;
            }
        }

        return 0;
    }

    // The first eight bytes of a hash of job, attempt and seed, as a number below a million.
    private int Draw(HostJob job)
    {
        string text = $"{job.Id:D}/{job.Attempt}/{seed}";
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
        return (int)(BinaryPrimitives.ReadUInt64BigEndian(hash) % FailureRate.Always);
    }
}

/// <summary>A program elsewhere: it says itself when a job ended, and how (<see cref="Command.ReportHostJob"/>).</summary>
public sealed class AgentHost : ICloudPcHost
{
    /// <inheritdoc/>
    public DateTimeOffset? DueAt(HostJobKind kind, DateTimeOffset requestedAt) => null;

    /// <inheritdoc/>
    public HostReport? Report(HostJob job) => null;
}
