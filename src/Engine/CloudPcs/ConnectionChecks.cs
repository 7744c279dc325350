using Berth.Engine.Catalog;
using Berth.Engine.Collections;

namespace Berth.Engine.CloudPcs;

/// <summary>
/// The health checks of network connections while a command is decided (C172 to C175, B306, B309). However often a connection was checked, it stands
/// once in the event.
/// </summary>
internal sealed class ConnectionChecks(Tenant before, Draft draft)
{
    /// <summary>From the end of a check to the next one (C173).</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromHours(6);

    /// <summary>How long regular checks go on after a change, and after the last use (C174).</summary>
    public static readonly TimeSpan ActiveAfterChange = TimeSpan.FromDays(28);

    /// <summary>How long they go on after a check that was asked for (C174).</summary>
    public static readonly TimeSpan ActiveAfterRun = TimeSpan.FromDays(14);

    private readonly SortedSet<Guid> _changed = [];
    private int _begun;

    private Fleet.Builder Fleet => draft.Fleet;

    private ICloudPcHost Host => draft.Settings.CloudPcHost();

    /// <summary>Keeps a connection that changed.</summary>
    public void Put(NetworkConnection connection)
    {
        Fleet.Set(connection);
        _changed.Add(connection.Id);
    }

    /// <summary>Takes a connection away.</summary>
    public void Delete(Guid id)
    {
        _changed.Remove(id);
        draft.Record(new Change.ConnectionDeleted(id));
    }

    /// <summary>Begins a check; what takes no time is done when this returns. A check that runs already goes on.</summary>
    public void Begin(NetworkConnection connection, DateTimeOffset at)
    {
        if (connection.Job is not null)
        {
            Put(connection);
            return;
        }

        HostJob job = new(
            IdsByName.Of(connection.Id, $"check/{before.Version + 1}/{_begun++}"), HostJobKind.HealthCheck, 1, at, Host.DueAt(HostJobKind.HealthCheck, at), null);
        connection = connection with { Job = job, NextCheckAt = null };
        Put(connection);
        if (job.DueAt <= at)
        {
            End(connection, Simulated(connection, job), at);
        }
    }

    /// <summary>Does what is due for a connection: the check that takes its time ends, or the next one begins.</summary>
    public void BecomeDue(Guid id, DateTimeOffset at)
    {
        NetworkConnection connection = Fleet.Connections[id];
        if (connection.Job is { } job)
        {
            End(connection, Simulated(connection, job), at);
        }
        else
        {
            Begin(connection, at);
        }
    }

    /// <summary>A host tells what a check found.</summary>
    /// <returns>False when no connection has this job, or nobody is asked to report it.</returns>
    public bool Report(Command.ReportHostJob report, DateTimeOffset at)
    {
        foreach (NetworkConnection connection in Fleet.Connections.Values)
        {
            if (connection.Job is { DueAt: null } job && job.Id == report.JobId)
            {
                ValueArray<HealthCheck> found = Reported(report.Checks);
                End(connection, report.Outcome == HostOutcome.Failed ? Failed(found, report.Error) : found, at);
                return true;
            }
        }

        return false;
    }

    /// <summary>Regular checks that pause go on for connections that a policy of this command names (B306).</summary>
    public void Resume(DateTimeOffset at)
    {
        // Most commands change no policy.
        if (!draft.Recorded.Exists(static change => change is Change.PolicySet))
        {
            return;
        }

        IEnumerable<Guid> named = draft.Recorded.OfType<Change.PolicySet>().SelectMany(set => set.Policy.Joins).Select(join => join.ConnectionId).OfType<Guid>();
        foreach (Guid id in named.Distinct().ToArray())
        {
            if (Fleet.Connections.TryGetValue(id, out NetworkConnection? connection) && connection.ChecksPause)
            {
                Begin(connection, at);
            }
        }
    }

    /// <summary>Puts what changed into the event.</summary>
    public void Note()
    {
        foreach (Guid id in _changed)
        {
            draft.Record(new Change.ConnectionSet(Fleet.Connections[id]));
        }

        _changed.Clear();
    }

    /// <summary>What is wrong with results of checks that somebody tells; null when nothing is.</summary>
    public static string? Problem(ValueArray<HealthCheck> checks)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (HealthCheck check in checks)
        {
            if (!ConnectionCheck.TryFind(check.Name, out ConnectionCheck? known) || known.Name != check.Name)
            {
                return $"'{check.Name}' is none of the checks {string.Join(", ", ConnectionCheck.All.Select(one => one.Name))}.";
            }

            if (!seen.Add(check.Name))
            {
                return $"The check '{check.Name}' occurs more than once.";
            }

            if (check.Status is HealthCheckStatus.Pending or HealthCheckStatus.Running)
            {
                return $"The check '{check.Name}' has ended: its status is passed, informational, warning or failed.";
            }

            if (check.ErrorType is { } error && (!ConnectionCheckError.TryFind(error, out ConnectionCheckError? found) || found.Check != check.Name))
            {
                return $"'{error}' is no error of the check '{check.Name}'.";
            }
        }

        return null;
    }

    // What is passed is not kept: nothing found is all passed.
    private void End(NetworkConnection connection, ValueArray<HealthCheck> found, DateTimeOffset at)
    {
        ValueArray<HealthCheck> kept = found
            .Where(check => check.Status != HealthCheckStatus.Passed && (!ConnectionCheck.TryFind(check.Name, out ConnectionCheck? known) || known.IsFor(connection.JoinType)))
            .OrderBy(check => check.Name, StringComparer.Ordinal)
            .ToValueArray();
        DateTimeOffset next = at + Interval, active = connection.ActiveUntil;
        if (IsUsed(connection.Id) && at + ActiveAfterChange > active)
        {
            active = at + ActiveAfterChange;
        }

        Put(connection with
        {
            Job = null,
            Health = Worst(kept),
            Checks = kept,
            CheckStartedAt = connection.Job?.RequestedAt,
            CheckedAt = at,
            ActiveUntil = active,
            NextCheckAt = next <= active ? next : null,
        });
    }

    private bool IsUsed(Guid id) => Fleet.ConnectionUses(id) > 0 || Fleet.Policies.Values.Any(policy => policy.Uses(id));

    private static HealthCheckStatus Worst(ValueArray<HealthCheck> found) => found.Count == 0 ? HealthCheckStatus.Passed : found.MaxBy(check => Rank(check.Status))!.Status;

    // B310: a host may have checks of its own; of two results of one check the worse counts.
    private static ValueArray<HealthCheck> Reported(ValueArray<HealthCheck> checks) => checks
        .Select(check => check with
        {
            Name = ConnectionCheck.TryFind(check.Name, out ConnectionCheck? known) ? known.Name : check.Name,
            ErrorType = check.ErrorType is { } error && ConnectionCheckError.TryFind(error, out ConnectionCheckError? found) ? found.Name : null,
        })
        .GroupBy(check => check.Name, StringComparer.Ordinal)
        .Select(same => same.MaxBy(check => Rank(check.Status))!)
        .ToValueArray();

    private static int Rank(HealthCheckStatus status) => status switch
    {
        HealthCheckStatus.Pending or HealthCheckStatus.Running => -1,
        HealthCheckStatus.Passed => 0,
        HealthCheckStatus.Informational => 1,
        HealthCheckStatus.Warning => 2,
        HealthCheckStatus.Failed => 3,
    };

    // B310: who could not check at all has found something.
    private static ValueArray<HealthCheck> Failed(ValueArray<HealthCheck> found, CloudPcError? error) => found.Any(check => check.Status == HealthCheckStatus.Failed)
        ? found
        : found.Where(check => check.Name != ConnectionCheck.Environment)
            .Append(new HealthCheck(ConnectionCheck.Environment, HealthCheckStatus.Failed, "internalServerUnknownError", error?.Message))
            .ToValueArray();

    private ValueArray<HealthCheck> Simulated(NetworkConnection connection, HostJob job) =>
        draft.Settings.Simulator().Report(job) is { Outcome: HostOutcome.Failed } report ? Failed(Told(connection), report.Error) : Told(connection);

    // B308: what the simulator was told, and what it can see by itself.
    private static ValueArray<HealthCheck> Told(NetworkConnection connection)
    {
        bool elsewhere = connection.VirtualNetworkLocation is { } location && CloudPcRegions.Find(location) is not { TakesCloudPcs: true };
        return elsewhere && !connection.Simulated.Any(check => check.Name == ConnectionCheck.NetworkReadiness)
            ? [.. connection.Simulated, new HealthCheck(
                ConnectionCheck.NetworkReadiness, HealthCheckStatus.Failed, "resourceAvailabilityCheckUnsupportedVNetRegion",
                $"No Cloud PC is provisioned in {connection.VirtualNetworkLocation}.")]
            : connection.Simulated;
    }
}
