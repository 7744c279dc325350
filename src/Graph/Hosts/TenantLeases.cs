using Berth.Engine;

namespace Berth.Graph.Hosts;

/// <summary>
/// The leases of one tenant (B321 to B325): in memory, on real time, bounded. A job is with one agent at a time, and so is a machine (B383). For any number of threads.
/// </summary>
/// <param name="time">The real time.</param>
public sealed class TenantLeases(TimeProvider time)
{
    private readonly Dictionary<Guid, HostLease> _held = [];
    private readonly Dictionary<(Guid Job, Guid Lease), TaskCompletionSource> _reporting = [];
    private readonly OrderedDictionary<(Guid Job, Guid Lease), Command.ReportHostJob> _ended = [];
    private readonly Lock _changing = new();

    /// <summary>Leases jobs that nobody has, in the order given, until there are enough.</summary>
    /// <param name="jobs">Open jobs, and what they are about; who has another job about the same thing, open or not, is at work on it still.</param>
    /// <param name="agent">Who asks.</param>
    /// <param name="most">The most it gets.</param>
    /// <param name="length">How long each lease holds without a word.</param>
    /// <returns>The leases; null when the tenant has as many as it may have and the agent could get none of its jobs.</returns>
    public IReadOnlyList<HostLease>? Claim(IEnumerable<(Guid Id, Guid About)> jobs, string agent, int most, TimeSpan length)
    {
        lock (_changing)
        {
            DateTimeOffset now = time.GetUtcNow();
            if (_held.Count + most > HostLimits.LeasesPerTenant)
            {
                foreach (HostLease over in _held.Values.Where(lease => lease.ExpiresAt <= now).ToArray())
                {
                    _held.Remove(over.JobId);
                }
            }

            HashSet<Guid> taken = [.. _held.Values.Where(lease => lease.ExpiresAt > now).Select(lease => lease.About)];
            List<HostLease> leases = [];
            foreach ((Guid job, Guid about) in jobs)
            {
                if (leases.Count == most)
                {
                    break;
                }

                if (taken.Contains(about))
                {
                    continue;
                }

                if (!_held.ContainsKey(job) && _held.Count == HostLimits.LeasesPerTenant)
                {
                    return leases.Count == 0 ? null : leases;
                }

                HostLease lease = new(job, about, Guid.NewGuid(), agent, length, now + length);
                _held[job] = lease;
                taken.Add(about);
                leases.Add(lease);
            }

            return leases;
        }
    }

    /// <summary>Begins a lease anew, because its agent spoke; null when it is over or never was.</summary>
    public HostLease? Renew(Guid job, Guid lease, int percent, string? message)
    {
        lock (_changing)
        {
            return Held(job, lease) is { } held
                ? _held[job] = held with { ExpiresAt = time.GetUtcNow() + held.Length, Percent = percent, Message = message ?? held.Message }
                : null;
        }
    }

    /// <summary>Keeps a lease while its report is being written, until <see cref="Kept"/>, so that nobody else gets the job meanwhile.</summary>
    /// <param name="job">The job.</param>
    /// <param name="lease">The lease.</param>
    /// <param name="other">The end of another report under the lease that is being written now; null when there is none.</param>
    /// <returns>False when another report is being written, and when the lease is over or never was.</returns>
    public bool TryKeep(Guid job, Guid lease, out Task? other)
    {
        lock (_changing)
        {
            other = _reporting.TryGetValue((job, lease), out TaskCompletionSource? before) ? before.Task : null;
            if (other is not null)
            {
                return false;
            }

            if (Held(job, lease) is not { } held)
            {
                return false;
            }

            DateTimeOffset least = time.GetUtcNow() + HostLimits.Reporting;
            _held[job] = held.ExpiresAt < least ? held with { ExpiresAt = least } : held;
            _reporting.Add((job, lease), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            return true;
        }
    }

    /// <summary>A report is written, or could not be.</summary>
    public void Kept(Guid job, Guid lease)
    {
        lock (_changing)
        {
            if (_reporting.Remove((job, lease), out TaskCompletionSource? done))
            {
                done.SetResult();
            }
        }
    }

    /// <summary>Ends a lease with what was reported under it, which is remembered for the same report.</summary>
    public void End(Guid job, Guid lease, Command.ReportHostJob report)
    {
        lock (_changing)
        {
            if (_held.TryGetValue(job, out HostLease? held) && held.Id == lease)
            {
                _held.Remove(job);
            }

            if (_ended.Count == HostLimits.RememberedOutcomes)
            {
                _ended.RemoveAt(0);
            }

            _ended[(job, lease)] = report;
        }
    }

    /// <summary>What was reported under a lease that has ended, or null.</summary>
    public Command.ReportHostJob? ReportOf(Guid job, Guid lease)
    {
        lock (_changing)
        {
            return _ended.GetValueOrDefault((job, lease));
        }
    }

    /// <summary>Forgets a lease on a job that nobody wants any more.</summary>
    public void Drop(Guid job, Guid lease)
    {
        lock (_changing)
        {
            if (_held.TryGetValue(job, out HostLease? held) && held.Id == lease)
            {
                _held.Remove(job);
            }
        }
    }

    /// <summary>The lease on a job, or null while nobody has it.</summary>
    public HostLease? On(Guid job)
    {
        lock (_changing)
        {
            return _held.TryGetValue(job, out HostLease? held) && held.ExpiresAt > time.GetUtcNow() ? held : null;
        }
    }

    private HostLease? Held(Guid job, Guid lease) =>
        _held.TryGetValue(job, out HostLease? held) && held.Id == lease && held.ExpiresAt > time.GetUtcNow() ? held : null;
}
