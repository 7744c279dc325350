using Berth.Engine;
using Berth.Engine.CloudPcs;
using Berth.Engine.Frontline;
using static Berth.Ledger.Journal.PayloadFormat;

namespace Berth.Ledger.Journal;

/// <summary>Writes changes of policies, Cloud PCs and what belongs to them; <see cref="FleetChangeReader"/> is its mirror.</summary>
internal static class FleetChangeWriter
{
    public static void WriteOfFleet(this PayloadWriter to, Change change)
    {
        switch (change)
        {
            case Change.PolicySet set:
                to.Begin(Tag.PolicySet);
                to.Count(set.Index);
                to.Policy(set.Policy);
                break;
            case Change.PolicyDeleted deleted:
                to.Begin(Tag.PolicyDeleted);
                to.Count(deleted.Index);
                break;
            case Change.CoverageSet set:
                to.Begin(Tag.CoverageSet);
                to.Indexes(set.Users);
                to.Each(set.Coverage, static (to, one) =>
                {
                    to.Count(one.Policy);
                    to.Time(one.Since);
                    to.Flag(one.Wins);
                });
                break;
            case Change.CloudPcSet set:
                to.Begin(Tag.CloudPcSet);
                to.Count(set.Index);
                to.CloudPc(set.CloudPc);
                to.Step(set.Step);
                break;
            case Change.CloudPcsCame came:
                to.Begin(Tag.CloudPcsCame);
                to.Indexes(came.Indexes);
                to.Indexes(came.Users);
                to.Count(came.Plan);
                to.Number(came.Policy < 0 ? null : came.Policy);
                to.Byte((byte)came.Status);
                to.Step(came.Step);
                break;
            case Change.CloudPcGone gone:
                to.Begin(Tag.CloudPcGone);
                to.Count(gone.Index);
                to.Step(gone.Step);
                break;
            case Change.ConnectionSet set:
                to.Begin(Tag.ConnectionSet);
                to.Connection(set.Connection);
                break;
            case Change.ConnectionDeleted deleted:
                to.Begin(Tag.ConnectionDeleted);
                to.Id(deleted.Id);
                break;
            case Change.UserSettingSet set:
                to.Begin(Tag.UserSettingSet);
                to.UserSetting(set.Setting);
                break;
            case Change.UserSettingDeleted deleted:
                to.Begin(Tag.UserSettingDeleted);
                to.Id(deleted.Id);
                break;
            case Change.DeviceImageSet set:
                to.Begin(Tag.DeviceImageSet);
                to.DeviceImage(set.Image);
                break;
            case Change.DeviceImageDeleted deleted:
                to.Begin(Tag.DeviceImageDeleted);
                to.Id(deleted.Id);
                break;
            case Change.SnapshotRetained retained:
                to.Begin(Tag.SnapshotRetained);
                to.Retained(retained.Snapshot);
                break;
            case Change.RetainedGone gone:
                to.Begin(Tag.RetainedGone);
                to.Id(gone.Id);
                break;
            case Change.BulkActionSet set:
                to.Begin(Tag.BulkActionSet);
                to.BulkAction(set.Action);
                break;
            case Change.BulkActionGone gone:
                to.Begin(Tag.BulkActionGone);
                to.Id(gone.Id);
                break;
            case Change.OrganizationSettingsSet set:
                to.Begin(Tag.OrganizationSettingsSet);
                to.Flag(set.Settings.AutoEnrolls);
                to.Flag(set.Settings.SingleSignOn);
                to.Flag(set.Settings.IsWindows10);
                to.Flag(set.Settings.IsAdministrator);
                to.Shared(set.Settings.Locale);
                break;
            case Change.SessionSet set:
                to.Begin(Tag.SessionSet);
                to.Session(set.Session);
                break;
            case Change.SessionEnded ended:
                to.Begin(Tag.SessionEnded);
                to.Id(ended.Id);
                to.Time(ended.At);
                break;
            case Change.PowerSet set:
                to.Begin(Tag.PowerSet);
                to.Count(set.Index);
                to.Power(set.Power);
                break;
            case Change.BufferSet set:
                to.Begin(Tag.BufferSet);
                to.Count(set.Plan);
                to.Buffer(set.Buffer);
                break;
            case Change.StorageTermsSet set:
                to.Begin(Tag.StorageTermsSet);
                to.Id(set.Assignment);
                to.Flag(set.Terms is not null);
                if (set.Terms is { } terms)
                {
                    to.Count(terms.SizeGB);
                    to.Time(terms.ExceededSince);
                }

                break;
            case Change.StorageAttached attached:
                to.Begin(Tag.StorageAttached);
                to.Id(attached.Assignment);
                to.Count(attached.User);
                to.Id(attached.Storage.Id);
                to.Time(attached.Storage.AttachedAt);
                break;
            case Change.StoragesDeleted deleted:
                to.Begin(Tag.StoragesDeleted);
                to.Id(deleted.Assignment);
                to.Indexes(deleted.Users);
                break;
            case Change.ConnectionRefused refused:
                to.Begin(Tag.ConnectionRefused);
                to.Count(refused.User);
                to.Count(refused.Plan);
                to.Id(refused.Assignment);
                to.Number(refused.CloudPc);
                break;
            case Change.CloudAppSet set:
                to.Begin(Tag.CloudAppSet);
                to.Count(set.Index);
                to.CloudApp(set.App);
                break;
            case Change.CloudAppGone gone:
                to.Begin(Tag.CloudAppGone);
                to.Count(gone.Index);
                break;
            default:
                to.WriteOfReprovision(change);
                break;
        }
    }

    private static void Policy(this PayloadWriter to, ProvisioningPolicy policy)
    {
        to.Id(policy.Id);
        to.Text(policy.DisplayName);
        to.Text(policy.Description);
        to.Byte((byte)policy.ProvisioningType);
        to.Byte((byte)policy.UserExperienceType);
        to.Byte((byte)policy.ImageType);
        to.Shared(policy.ImageId);
        to.Shared(policy.ImageDisplayName);
        to.Each(policy.Joins, static (to, join) =>
        {
            to.Byte((byte)join.JoinType);
            to.Id(join.ConnectionId);
            to.Shared(join.RegionName);
            to.Shared(join.RegionGroup);
            to.Shared(join.Geography);
        });
        to.Flag(policy.SingleSignOn);
        to.Flag(policy.LocalAdmin);
        to.Text(policy.NamingTemplate);
        to.Shared(policy.Locale);
        to.Text(policy.AutopatchGroupId);
        to.Shared(policy.ManagedDesktopType);
        to.Text(policy.ManagedDesktopProfile);
        to.Flag(policy.Autopilot is not null);
        if (policy.Autopilot is { } autopilot)
        {
            to.Text(autopilot.ProfileId);
            to.Count(autopilot.TimeoutMinutes);
            to.Flag(autopilot.DeniesAccessOnFailure);
        }

        to.Flag(policy.Persistence is not null);
        if (policy.Persistence is { } persistence)
        {
            to.Flag(persistence.Enabled);
            to.Count(persistence.SizeGB);
        }

        to.Number(policy.SnapshotReset is { } resets ? (resets ? 1 : 0) : null);
        to.Each(policy.ScopeIds, static (to, scope) => to.Shared(scope));
        to.Time(policy.CreatedAt);
        to.Shared(policy.CreatedBy);
        to.Time(policy.ModifiedAt);
        to.Shared(policy.ModifiedBy);
        to.Each(policy.Assignments, static (to, assignment) =>
        {
            to.Text(assignment.Id);
            to.Count(assignment.Group);
            to.Number(assignment.Plan);
            to.Text(assignment.AllotmentName);
            to.Number(assignment.AllotmentLicenses);
            to.Time(assignment.CreatedAt);
            to.Flag(assignment.IsReprovisionPaused);
        });
    }

    private static void CloudPc(this PayloadWriter to, CloudPc row)
    {
        to.Id(row.Id);
        to.Id(row.UserId);
        to.Number(row.IsShared ? null : row.User);
        to.Count(row.Plan);
        to.Byte((byte)row.Status);
        to.Number(row.Policy < 0 ? null : row.Policy);
        to.Id(row.Assignment);
        to.Power(row.Power);
        to.Text(row.DisplayName);
        to.Text(row.ManagedDeviceName);
        to.Origin(row.Origin);
        to.Origin(row.TakesOver);
        to.Time(row.ConditionsSince);
        to.Time(row.ProvisionedAt);
        to.Time(row.ModifiedAt);
        to.Time(row.GraceEndsAt);
        to.Error(row.Error);
        to.Job(row.Job);
        to.Number(row.ResizeTo);
        to.Time(row.ResizeEndsAt);
        to.Time(row.GoesAt);
        to.Time(row.PointsSince);
        to.Time(row.ManualPointAt);
        to.Flag(row.Points is not null);
        if (row.Points is { } points)
        {
            to.Each(points.Made, static (to, at) => to.Time(at));
            to.Time(points.NextAt);
            to.Error(points.Trouble);
        }

        to.Flag(row.KeptPoints is not null);
        if (row.KeptPoints is { } kept)
        {
            to.Each(kept.Moments, static (to, at) => to.Time(at));
            to.Time(kept.CountedAfter);
        }

        to.Time(row.RestoresTo);
        to.Time(row.AllocatedAt);
        to.Signed(row.ReserveUsed.Ticks);
        to.Time(row.ReserveEndsAt);
        to.Flag(row.IsAdministrator);
        to.Flag(row.Use is not null);
        if (row.Use is { } use)
        {
            to.Time(use.SignedInAt);
            to.Time(use.SignedOutAt);
            to.Flag(use.IsAdministrator);
        }

        to.Flag(row.Review is not null);
        if (row.Review is { } review)
        {
            to.Time(review.StartedAt);
            to.Flag(review.IsRestricted);
            to.Text(review.StorageAccountId);
            to.Text(review.StorageContainerName);
        }

        to.Each(row.Actions, static (to, action) =>
        {
            to.Shared(action.Name);
            to.Byte((byte)action.State);
            to.Time(action.StartedAt);
            to.Time(action.UpdatedAt);
            to.Error(action.Error);
        });
    }

    private static void Buffer(this PayloadWriter to, ConcurrencyBuffer buffer)
    {
        to.Each(buffer.Uses, static (to, at) => to.Time(at));
        to.Each(buffer.Overruns, static (to, at) => to.Time(at));
        to.Each(buffer.Blocks, static (to, at) => to.Time(at));
        to.Time(buffer.Since);
        to.Flag(buffer.HasOverrun);
        to.Flag(buffer.IsBlocked);
        to.Time(buffer.BlockedUntil);
    }

    private static void Origin(this PayloadWriter to, CloudPcOrigin? origin)
    {
        to.Flag(origin is not null);
        if (origin is not null)
        {
            to.Shared(origin.ImageId);
            to.Shared(origin.ImageDisplayName);
            to.Shared(origin.RegionName);
            to.Id(origin.ConnectionId);
            to.Byte((byte)origin.JoinType);
            to.Flag(origin.SingleSignOn);
            to.Flag(origin.LocalAdmin);
            to.Shared(origin.Locale);
        }
    }

    private static void Power(this PayloadWriter to, CloudPcPower? power)
    {
        to.Flag(power is not null);
        if (power is not null)
        {
            to.Flag(power.IsRunning);
            to.Time(power.LicenseSince);
            to.Time(power.OffAt);
            to.Time(power.ReadyAt);
            to.Time(power.SignOutAt);
            to.Each(power.FirstConnections, static (to, at) => to.Time(at));
            to.Time(power.PrestartAt);
        }
    }

    private static void Step(this PayloadWriter to, CloudPcStep step)
    {
        to.Time(step.At);
        to.Byte((byte)step.Reason);
        to.Id(step.About);
    }

    private static void Error(this PayloadWriter to, CloudPcError? error)
    {
        to.Flag(error is not null);
        if (error is not null)
        {
            to.Shared(error.Code);
            to.Shared(error.Message);
        }
    }

    private static void Job(this PayloadWriter to, HostJob? job)
    {
        to.Flag(job is not null);
        if (job is not null)
        {
            to.Id(job.Id);
            to.Byte((byte)job.Kind);
            to.Count(job.Attempt);
            to.Time(job.RequestedAt);
            to.Time(job.DueAt);
            to.Text(job.Detail);
        }
    }

    private static void Connection(this PayloadWriter to, NetworkConnection connection)
    {
        to.Id(connection.Id);
        to.Text(connection.DisplayName);
        to.Byte((byte)connection.JoinType);
        to.Text(connection.SubscriptionId);
        to.Text(connection.SubscriptionName);
        to.Text(connection.ResourceGroupId);
        to.Text(connection.VirtualNetworkId);
        to.Text(connection.VirtualNetworkLocation);
        to.Text(connection.SubnetId);
        to.Text(connection.AdDomainName);
        to.Text(connection.AdDomainUsername);
        to.Text(connection.OrganizationalUnit);
        to.Each(connection.ScopeIds, static (to, scope) => to.Shared(scope));
        to.Byte((byte)connection.Health);
        to.Each(connection.Checks, Check);
        to.Time(connection.CheckStartedAt);
        to.Time(connection.CheckedAt);
        to.Job(connection.Job);
        to.Time(connection.NextCheckAt);
        to.Time(connection.ActiveUntil);
        to.Each(connection.Simulated, Check);
        to.Time(connection.PasswordSetAt);
        to.Time(connection.CreatedAt);
    }

    private static void Check(PayloadWriter to, HealthCheck check)
    {
        to.Shared(check.Name);
        to.Byte((byte)check.Status);
        to.Shared(check.ErrorType);
        to.Shared(check.Detail);
    }

    private static void UserSetting(this PayloadWriter to, UserSetting setting)
    {
        to.Id(setting.Id);
        to.Text(setting.DisplayName);
        to.Flag(setting.LocalAdmin);
        to.Flag(setting.Reset);
        to.Count(setting.RestoreHours);
        to.Flag(setting.UserRestore);
        to.Time(setting.CreatedAt);
        to.Time(setting.ModifiedAt);
        to.Each(setting.Assignments, static (to, assignment) =>
        {
            to.Count(assignment.Group);
            to.Time(assignment.CreatedAt);
        });
    }

    private static void DeviceImage(this PayloadWriter to, DeviceImage image)
    {
        to.Id(image.Id);
        to.Text(image.DisplayName);
        to.Text(image.Version);
        to.Text(image.SourceImageResourceId);
        to.Text(image.OperatingSystem);
        to.Text(image.OsBuildNumber);
        to.Time(image.ModifiedAt);
    }

    private static void Retained(this PayloadWriter to, RetentionSnapshot snapshot)
    {
        to.Id(snapshot.Id);
        to.Id(snapshot.CloudPcId);
        to.Count(snapshot.User);
        to.Count(snapshot.Plan);
        to.Shared(snapshot.RegionName);
        to.Time(snapshot.CreatedAt);
        to.Job(snapshot.Job);
    }

    private static void BulkAction(this PayloadWriter to, BulkAction action)
    {
        to.Id(action.Id);
        to.Text(action.DisplayName);
        to.Text(action.Kind);
        to.Time(action.CreatedAt);
        to.Text(action.StartedBy);
        to.Each(action.Items, static (to, item) =>
        {
            to.Id(item.CloudPcId);
            to.Shared(item.Refusal);
        });
    }

    private static void Session(this PayloadWriter to, Session session)
    {
        to.Id(session.Id);
        to.Count(session.CloudPc);
        to.Count(session.User);
        to.Time(session.StartedAt);
        to.Time(session.DisconnectedAt);
        to.Flag(session.IsAdministrator);
        to.Flag(session.UsesBuffer);
        to.Id(session.CloudApp);
    }
}
