using Berth.Engine.Collections;

namespace Berth.Engine.CloudPcs;

/// <content>Restore points that an agent makes at their times, and what it keeps when a subscription expires (B381 to B385).</content>
internal sealed partial class Lifecycle
{
    /// <summary>How many hours the restore points of a row are apart (C57).</summary>
    public int HoursOf(CloudPc row) => EffectiveSetting.RestoreHoursOf(Fleet.UserSettings.Values, _draft.User(row.User) is null ? [] : _draft.Memberships(row.User));

    /// <summary>A row whose restore points an agent makes from now on; it has none yet.</summary>
    /// <remarks>When the next is due is said as soon as nothing is being done and the machine stands.</remarks>
    public CloudPc Handed(CloudPc row)
    {
        CloudPc none = row with { Points = new AgentPoints([], null, null), ManualPointAt = null, KeptPoints = null };
        return none with { Points = none.Points with { NextAt = NextPoint(none) } };
    }

    /// <summary>Drops a retention snapshot that nobody can be asked about any more, or whose host has dropped it.</summary>
    public void DropRetained(Guid id) => _draft.Record(new Change.RetainedGone(id));

    /// <summary>An agent is done with dropping a retention snapshot; false when that is no job of one.</summary>
    public bool ReportRetained(Guid job, bool failed)
    {
        foreach (RetentionSnapshot kept in Fleet.Retained.Values)
        {
            if (kept.Job?.Id == job)
            {
                if (failed)
                {
                    AskToDrop(kept, kept.Job.Attempt + 1, DeprovisionAgain);
                }
                else
                {
                    DropRetained(kept.Id);
                }

                return true;
            }
        }

        return false;
    }

    // No points of a machine that has just been made, or moved.
    private AgentPoints? NoPoints() => _draft.Settings.Host == HostKind.Agent ? new AgentPoints([], null, null) : null;

    private static AgentPoints? Without(AgentPoints? points) => points is null ? null : new AgentPoints([], null, null);

    private DateTimeOffset? NextPoint(CloudPc row) => row.Job is null && (row.IsUsable || row.Status == CloudPcStatus.ResizePendingLicense)
        ? RestorePoints.Next(row.PointsSince!.Value, HoursOf(row), Now)
        : null;

    // What was due while something else was done is not made up for.
    private void ResumePoints(int index)
    {
        if (Fleet.CloudPc(index) is { Points: { NextAt: null } points } row && NextPoint(row) is { } next)
        {
            Fleet.Set(index, row with { Points = points with { NextAt = next } });
        }
    }

    private void AskForPoint(int index)
    {
        _steps[index] = new CloudPcStep(Now, CloudPcReason.PointAsked, null);
        Work(index, HostJobKind.Snapshot, 1, HostJob.AtItsTime);
    }

    // Nothing else of the row changes, not even when it was changed.
    private void FinishPoint(int index, CloudPc row, HostJob job, HostReport report)
    {
        if (row.Points is { } points)
        {
            bool failed = report.Outcome == HostOutcome.Failed;
            Fleet.Set(index, row with
            {
                Points = new AgentPoints(
                    failed ? points.Made : RestorePoints.With(row, HoursOf(row), job.RequestedAt), null, ErrorOf(report)),
            });
            _steps[index] = new CloudPcStep(Now, failed ? CloudPcReason.PointFailed : CloudPcReason.PointMade, null);
        }
    }

    // What is kept of a row that goes because the subscription expired: at once, or as soon as an agent has it, which is told its id.
    private string? Retain(CloudPc row)
    {
        RetentionSnapshot kept = new(IdsByName.Of(row.Id, $"retained/{_version}"), row.Id, row.User, row.Plan, row.Origin?.RegionName, Now);
        if (_draft.Settings.Host == HostKind.Agent)
        {
            return $"{kept.Id}";
        }

        _draft.Record(new Change.SnapshotRetained(kept));
        return null;
    }

    private void FinishRetained(CloudPc row, HostJob job, HostReport report)
    {
        if (job.Detail is { } id && report.Outcome == HostOutcome.Done)
        {
            _draft.Record(new Change.SnapshotRetained(new RetentionSnapshot(Guid.Parse(id), row.Id, row.User, row.Plan, row.Origin?.RegionName, Now)));
        }
    }

    private void RetentionIsOver(RetentionSnapshot kept)
    {
        if (_draft.Settings.Host == HostKind.Agent)
        {
            AskToDrop(kept, 1, default);
        }
        else
        {
            DropRetained(kept.Id);
        }
    }

    private void AskToDrop(RetentionSnapshot kept, int attempt, TimeSpan notBefore) => _draft.Record(new Change.SnapshotRetained(kept with
    {
        Job = new HostJob(IdsByName.Of(kept.Id, $"job/{_version}/{_jobs++}"), HostJobKind.DeleteSnapshot, attempt, Now + notBefore, null, null),
    }));
}
