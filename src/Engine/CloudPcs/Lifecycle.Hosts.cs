using Berth.Engine.Catalog;
using Berth.Engine.Collections;
using Berth.Engine.Directory;

namespace Berth.Engine.CloudPcs;

/// <content>What hosts are asked to do, and what becomes of a row when they are done (B265, B269, B275, B286).</content>
internal sealed partial class Lifecycle
{
    private ICloudPcHost Host => _draft.Settings.CloudPcHost();

    /// <summary>Begins to make a Cloud PC from the current settings of its policy; attempts from the first (C55, C160).</summary>
    /// <param name="index">Its index.</param>
    /// <param name="row">The row.</param>
    /// <param name="kind">Whether there is a machine already.</param>
    /// <param name="reason">Why.</param>
    /// <param name="administrator">Whether its user is to be an administrator also when the policy does not say so (B370).</param>
    /// <param name="about">What it is about; null for nothing.</param>
    public void StartProvision(int index, CloudPc row, HostJobKind kind, CloudPcReason reason, bool administrator = false, Guid? about = null)
    {
        if (row.IsShared)
        {
            _frontline.Provisions(index, row);
        }

        Put(
            index,
            row with
            {
                Status = CloudPcStatus.Provisioning,
                Error = null,
                GraceEndsAt = null,
                GoesAt = null,
                ReserveUsed = ReserveUsed(row),
                ReserveEndsAt = null,
                Job = null,
                Points = Without(row.Points),
                IsAdministrator = administrator,
            },
            reason,
            about);
        Attempt(index, kind, 1);
    }

    /// <summary>The job of a first attempt: what attempts before left may be at the host still (B388).</summary>
    public static HostJobKind FirstJob(CloudPc row) => row.Origin is null ? HostJobKind.Provision : HostJobKind.Reprovision;

    /// <summary>Begins to give a Cloud PC another size; its pair is that of the new plan from now on.</summary>
    public void StartResize(int index, CloudPc row, int target, CloudPcReason reason)
    {
        Put(
            index,
            row with { Status = CloudPcStatus.Resizing, Plan = target, ResizeTo = null, ResizeEndsAt = null, GraceEndsAt = null },
            reason,
            _draft.Catalog.Plans[target].Id);
        Work(index, HostJobKind.Resize, 1, _draft.Catalog.Plans[target].Id.ToString());
    }

    /// <summary>Takes a Cloud PC down: access ends and its slot is free at once (C41, C46). Its pair is looked at anew (C42, C43).</summary>
    /// <param name="index">Its index.</param>
    /// <param name="reason">Why.</param>
    /// <param name="retained">The id of the retention snapshot that the host is to keep of it (B385); null for none.</param>
    /// <param name="about">What the reason is about, where that is known.</param>
    public void Deprovision(int index, CloudPcReason reason, string? retained = null, Guid? about = null)
    {
        CloudPc row = Fleet.CloudPc(index)!;
        Put(
            index,
            row with
            {
                Status = CloudPcStatus.Deprovisioning,
                GraceEndsAt = null,
                ResizeTo = null,
                ResizeEndsAt = null,
                GoesAt = null,
                Review = null,
                TakesOver = null,
                RestoresTo = null,
                ReserveUsed = ReserveUsed(row),
                ReserveEndsAt = null,
                Job = null,
                Points = Without(row.Points),
                Actions = row.Job is { } job ? Canceled(row, job.Kind) : row.Actions,
            },
            reason,
            about);
        Turn(row);
        Work(index, HostJobKind.Deprovision, 1, retained);
    }

    /// <summary>Asks the host for something; what takes no time is done when this returns. A restore point at its time gives way (B382).</summary>
    public void Work(int index, HostJobKind kind, int attempt, string? detail, TimeSpan notBefore = default)
    {
        CloudPc row = Fleet.CloudPc(index)!;
        DateTimeOffset? due = Host.DueAt(kind, Now + notBefore);
        HostJob job = new(IdsByName.Of(row.Id, $"job/{_version}/{_jobs++}"), kind, attempt, Now + notBefore, due, detail);
        Fleet.Set(index, row with { Job = job, Points = row.Points is { } points ? points with { NextAt = null } : null });
        if (due <= Now && !InFlips && Host.Report(job) is { } report)
        {
            Finish(index, job, report);
        }
    }

    /// <summary>A host is done with something.</summary>
    public void Finish(int index, HostJob job, HostReport report)
    {
        CloudPc row = Fleet.CloudPc(index)! with { Job = null };
        Fleet.Set(index, row);
        if (job.GivesWay)
        {
            FinishPoint(index, row, job, report);
            ResumePoints(index);
            return;
        }

        bool failed = report.Outcome == HostOutcome.Failed;
        CloudPcReason reason = failed ? CloudPcReason.HostFailed : CloudPcReason.HostDone;
        CloudPcError? error = ErrorOf(report);
        bool changed = _steps.TryGetValue(index, out CloudPcStep last);
        CloudPcReason asked = changed ? last.Reason : reason;
        Guid? about = changed ? last.About : null;
        switch (row.Status)
        {
            case CloudPcStatus.Provisioning or CloudPcStatus.Resizing when failed:
                if (job.Attempt < HostJob.MostAttempts && !report.IsFinal)
                {
                    Put(index, row with { Error = error }, CloudPcReason.HostFailed);
                    if (row.Status == CloudPcStatus.Provisioning)
                    {
                        Attempt(index, job.Kind, job.Attempt + 1);
                    }
                    else
                    {
                        Work(index, job.Kind, job.Attempt + 1, job.Detail);
                    }
                }
                else
                {
                    // The right may have gone while it was resized (B266, B267).
                    Fail(index, error!, CloudPcReason.HostFailed, null);
                    Turn(row);
                }

                break;
            case CloudPcStatus.Provisioning:
                Put(
                    index,
                    row with
                    {
                        Status = error is null ? CloudPcStatus.Provisioned : CloudPcStatus.ProvisionedWithWarnings,
                        Error = error,
                        IsAdministrator = row.HasAdministrator,
                        ProvisionedAt = Now,
                        PointsSince = Now,
                        ManualPointAt = null,
                        Points = NoPoints(),
                        KeptPoints = null,
                        ReserveUsed = row.AllocatedAt is null ? default : ReserveDays - ReserveLeft(row),
                        ReserveEndsAt = row.AllocatedAt is null ? null : Now + ReserveLeft(row),
                        Actions = Ended(row, job.Kind, null),
                    },
                    asked,
                    about);
                Turn(row);
                break;
            case CloudPcStatus.Restoring when failed:
                // The Cloud PC is as it was.
                Put(index, row with { Status = Settled(row), RestoresTo = null, Actions = Ended(row, job.Kind, error) }, asked, about);
                Turn(row);
                break;
            case CloudPcStatus.Resizing or CloudPcStatus.Restoring:
                Put(
                    index,
                    (row.RestoresTo is { } to ? RestorePoints.PutBack(row, HoursOf(row), to, Now) : row) with
                    {
                        Status = error is null ? CloudPcStatus.Provisioned : CloudPcStatus.ProvisionedWithWarnings,
                        Error = error,
                        Actions = Ended(row, job.Kind, null),
                    },
                    asked,
                    about);
                Turn(row);
                break;
            case CloudPcStatus.MovingRegion or CloudPcStatus.ModifyingSingleSignOn:
                Put(
                    index,
                    (failed ? row : TakenOver(row)) with { Status = Settled(row), TakesOver = null, Actions = Ended(row, job.Kind, failed ? error : null) },
                    asked,
                    about);
                Turn(row);
                break;
            case CloudPcStatus.Deprovisioning when failed:
                Put(index, row with { Error = error }, CloudPcReason.HostFailed);
                Work(index, HostJobKind.Deprovision, job.Attempt + 1, job.Detail, DeprovisionAgain);
                break;
            case CloudPcStatus.Deprovisioning when row.AllocatedAt is not null:
                // The license stays the user's; its clock rests (C134).
                Put(
                    index,
                    row with
                    {
                        Status = CloudPcStatus.NotProvisioned,
                        Origin = null,
                        ManagedDeviceName = null,
                        PointsSince = null,
                        ManualPointAt = null,
                        Points = null,
                        KeptPoints = null,
                        Error = null,
                        Actions = Ended(row, job.Kind, null),
                    },
                    asked,
                    about);
                Turn(row);
                break;
            case CloudPcStatus.Deprovisioning:
                FinishRetained(row, job, report);
                Go(index, asked);
                break;
            case CloudPcStatus.Failed:
                // What the host had begun of it is gone, or goes with the row (B388).
                Fleet.Set(index, failed ? row : row with { Origin = null });
                _steps.TryAdd(index, new CloudPcStep(Now, reason, null));
                break;
            default:
                Put(
                    index,
                    row with
                    {
                        ManualPointAt = job.Kind == HostJobKind.Snapshot && !failed ? job.RequestedAt : row.ManualPointAt,
                        Actions = Ended(row, job.Kind, failed ? error : null),
                    },
                    asked,
                    about);
                break;
        }

        ResumePoints(index);
    }

    private static CloudPcError? ErrorOf(HostReport report) => report.Outcome == HostOutcome.Done
        ? null
        : report.Error ?? new CloudPcError("internalServerError", "The host gave no reason.");

    // B265: where it goes is decided anew at each attempt; without a healthy connection there is nothing to ask a host for (C141, C176).
    private void Attempt(int index, HostJobKind kind, int attempt)
    {
        CloudPc row = Fleet.CloudPc(index)!;
        if (Origin(row) is not { } origin)
        {
            CloudPcError unhealthy = new("onPremisesConnectionUnhealthy", "The Azure network connection isn't healthy: none of the policy's connections can be used.");
            Finish(index, new HostJob(default, kind, attempt, Now, Now, null), new HostReport(HostOutcome.Failed, unhealthy));
            return;
        }

        Fleet.Set(
            index,
            row with
            {
                Origin = origin,
                ManagedDeviceName = row.ManagedDeviceName ?? ComputerName(row),
                Use = row.Use is { } use ? use with { IsAdministrator = false } : null,
            });
        Work(index, kind, attempt, null);
    }

    // A row that does not depend on a user depends on its assignment.
    private void Turn(CloudPc row)
    {
        if (row is { IsShared: true, Assignment: { } assignment })
        {
            _turns.Assignments.Add(assignment);
        }
        else
        {
            _turns.Turn(row.User);
        }
    }

    private string ComputerName(CloudPc row) => NamingTemplate.Expand(
        Fleet.Policies.TryGetValue(row.Policy, out ProvisioningPolicy? policy) ? policy.NamingTemplate : null, _draft.User(row.User)?.UserPrincipalName, row.Id);

    private CloudPcOrigin? Origin(CloudPc row) => Placement.Of(Fleet.Policies.GetValueOrDefault(row.Policy), Fleet.Connections, Fleet.Organization);

    /// <summary>Begins to bring settings of its policy to a Cloud PC: those of the asked ones that differ, as the policy says now (B274).</summary>
    public void TakeOver(int index, CloudPc row, ValueArray<AppliedSetting> settings, Guid policyId)
    {
        CloudPcOrigin after = row.Origin!;
        if (settings.Contains(AppliedSetting.Region) && Origin(row) is { } origin)
        {
            after = after with { RegionName = origin.RegionName, ConnectionId = origin.ConnectionId };
        }

        CloudPcStatus status = after == row.Origin ? CloudPcStatus.ModifyingSingleSignOn : CloudPcStatus.MovingRegion;
        if (settings.Contains(AppliedSetting.SingleSignOn))
        {
            after = after with { SingleSignOn = Fleet.Policies[row.Policy].SingleSignOn };
        }

        if (after != row.Origin)
        {
            Put(index, Begun(row, NameOf(HostJobKind.ApplySettings)) with { Status = status, TakesOver = after }, CloudPcReason.ActionAsked, policyId);
            Work(index, HostJobKind.ApplySettings, 1, null);
        }
    }

    // A move takes the restore points of the old place with it (C58).
    private CloudPc TakenOver(CloudPc row) => row.Status == CloudPcStatus.MovingRegion
        ? row with { Origin = row.TakesOver, PointsSince = Now, ManualPointAt = null, Points = NoPoints(), KeptPoints = null }
        : row with { Origin = row.TakesOver };

    private void Fail(int index, CloudPcError error, CloudPcReason reason, DateTimeOffset? goesAt)
    {
        CloudPc row = Fleet.CloudPc(index)!;
        bool begun = row.Job is not null;
        Put(index, row with { Status = CloudPcStatus.Failed, Error = error, Job = null, GoesAt = goesAt, Actions = Ended(row, row.Job?.Kind ?? HostJobKind.Reprovision, error) }, reason);
        if (begun)
        {
            // The host may have begun a machine that nobody will use.
            Work(index, HostJobKind.Deprovision, 1, null);
        }
    }

    private void BecomeDue(int index)
    {
        CloudPc row = Fleet.CloudPc(index)!;
        if (row.Job is { DueAt: { } due } job && due <= Now)
        {
            Finish(index, job, _draft.Settings.Simulator().Report(job));
        }
        else if (row.GraceEndsAt <= Now)
        {
            Deprovision(index, CloudPcReason.GraceOver);
        }
        else if (row.ResizeEndsAt <= Now)
        {
            // C66, C67: what the user holds now decides; another size is looked for no longer.
            CloudPc over = row with { ResizeTo = null, ResizeEndsAt = null };
            if (LicensedPlans(row.User).Span.Contains(row.Plan))
            {
                Put(index, over with { Status = Settled(row), Actions = Ended(row, HostJobKind.Resize, new CloudPcError("resizeWindowOver", "The license of the other size did not come within 48 hours.")) }, CloudPcReason.ResizeWindowOver);
            }
            else
            {
                EnterGrace(index, over, CloudPcReason.ResizeWindowOver, Now);
            }

            Turn(row);
        }
        else if (row.ReserveEndsAt <= Now)
        {
            Deprovision(index, CloudPcReason.ReserveUsedUp);
        }
        else if (row.GoesAt <= Now)
        {
            // A resize or a reprovision that failed may have left a machine (B266).
            Deprovision(index, CloudPcReason.CleanedUp);
        }
        else if (row.PowerDueAt <= Now)
        {
            _frontline.BecomeDue(index, Now);
        }
        else if (row.Points?.NextAt <= Now)
        {
            AskForPoint(index);
        }
    }

    private void ConnectionBecomesDue(Guid id) => Checks.BecomeDue(id, Now);
}
