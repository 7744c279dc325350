using Berth.Engine;
using Berth.Engine.CloudPcs;

namespace Berth.Graph.Hosts;

/// <summary>A job that is not done, and what it is about.</summary>
/// <param name="Job">The job.</param>
/// <param name="CloudPc">The Cloud PC; null for other things.</param>
/// <param name="Connection">The network connection; null for other things.</param>
/// <param name="Snapshot">The retention snapshot; null for other things.</param>
internal sealed record OpenJob(HostJob Job, CloudPc? CloudPc, NetworkConnection? Connection, RetentionSnapshot? Snapshot)
{
    /// <summary>The id of what it is about: one agent at a time is at work on it (B383).</summary>
    public Guid About => CloudPc?.Id ?? Connection?.Id ?? Snapshot!.Id;

    /// <summary>Whether an agent can have it now: the simulator does what has a time to end, and what was put off is not there yet.</summary>
    public bool IsFree(DateTimeOffset now) => Job.DueAt is null && Job.RequestedAt <= now;

    /// <summary>Every open job of a tenant, the oldest first.</summary>
    public static IReadOnlyList<OpenJob> Of(Tenant tenant)
    {
        List<OpenJob> jobs = new(tenant.Fleet.Jobs.Count);
        foreach (int index in tenant.Fleet.Jobs.Values)
        {
            if (tenant.Fleet.CloudPcs[index] is { Job: { } job } row)
            {
                jobs.Add(new OpenJob(job, row, null, null));
            }
        }

        foreach (NetworkConnection connection in tenant.Fleet.Connections.Values)
        {
            if (connection.Job is { } job)
            {
                jobs.Add(new OpenJob(job, null, connection, null));
            }
        }

        foreach (RetentionSnapshot snapshot in tenant.Fleet.Retained.Values)
        {
            if (snapshot.Job is { } job)
            {
                jobs.Add(new OpenJob(job, null, null, snapshot));
            }
        }

        jobs.Sort(static (one, other) => (one.Job.RequestedAt, one.Job.Id).CompareTo((other.Job.RequestedAt, other.Job.Id)));
        return jobs;
    }

    /// <summary>Whether a job of a tenant is open.</summary>
    public static bool IsOpen(Tenant tenant, Guid job) =>
        tenant.Fleet.Jobs.ContainsKey(job) || tenant.Fleet.Connections.Values.Any(connection => connection.Job?.Id == job)
        || tenant.Fleet.Retained.Values.Any(snapshot => snapshot.Job?.Id == job);
}
