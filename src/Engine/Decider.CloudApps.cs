using Berth.Engine.Catalog;
using Berth.Engine.CloudApps;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;

namespace Berth.Engine;

/// <content>Cloud apps (C125, B468 to B477).</content>
internal sealed partial class Decider
{
    private readonly CloudAppTurns _apps;

    // Where nothing was written that an app waits for, nothing is looked at.
    private void FollowCloudApps(DateTimeOffset now)
    {
        if (_draft.CloudApps.DueAt <= now || (!_draft.CloudApps.Awaiting.IsEmpty && (_draft.FleetWritten || !ReferenceEquals(_draft.CloudApps, _tenant.CloudApps))))
        {
            _apps.Look(now);
        }
    }

    // B471
    private Refusal? CreateCloudApp(Command.CreateCloudApp create)
    {
        if (FindPolicy(create.PolicyId, out int index, out ProvisioningPolicy policy) is { } missing)
        {
            return missing;
        }

        if (policy.UserExperienceType != UserExperienceType.CloudApp || policy.Assignments.Count == 0)
        {
            return Invalid("provisioningPolicyId", "A cloud app belongs to a policy with the userExperienceType cloudApp that is assigned to a group (B471).");
        }

        if (_draft.CloudApps.Find(create.Id) >= 0)
        {
            return new Refusal(RefusalCode.IdTaken) { Subject = create.Id };
        }

        if (_draft.CloudApps.OfPolicy(index).Count >= CloudApp.MostOfPolicy)
        {
            return new Refusal(RefusalCode.TooManyObjects) { Name = "cloud apps of this policy", Detail = $"{CloudApp.MostOfPolicy}" };
        }

        CloudApp app = new(
            create.Id, index, create.DiscoveredName, create.DisplayName, create.Description, create.Detail, create.Detail, create.IsByPath, CloudAppStatus.Preparing, _now);
        if ((CheckApp(app) ?? (app.IsByPath ? null : CheckDiscovered(policy, app.Detail)) ?? CheckName(app)) is { } refusal)
        {
            return refusal;
        }

        _draft.Record(new Change.CloudAppSet(_draft.CloudApps.NextApp, app));
        return null;
    }

    // B473
    private Refusal? UpdateCloudApp(Command.UpdateCloudApp update)
    {
        if (FindApp(update.AppId, out int index, out CloudApp before) is { } missing)
        {
            return missing;
        }

        if (!before.CanBeChanged)
        {
            return NotReady(before, "wait until that is over, then change it.");
        }

        CloudApp after = before with
        {
            DisplayName = update.DisplayName ?? before.DisplayName,
            Description = update.Description ?? before.Description,
            Detail = new CloudAppDetail(
                update.FilePath ?? before.Detail.FilePath, update.CommandLine ?? before.Detail.CommandLine, update.IconPath ?? before.Detail.IconPath, update.IconIndex ?? before.Detail.IconIndex),
        };
        if (!before.IsByPath && after.Detail.FilePath != before.Detail.FilePath)
        {
            return Invalid("filePath", "The path of an app that was discovered is the image's: add the app by another path instead (B473).");
        }

        if ((CheckApp(after) ?? CheckName(after)) is { } refusal)
        {
            return refusal;
        }

        Change(index, before, after);
        return null;
    }

    private void Change(int index, CloudApp before, CloudApp after)
    {
        if (after != before)
        {
            _draft.Record(new Change.CloudAppSet(
                index, before.Status == CloudAppStatus.Published ? after with { Status = CloudAppStatus.Publishing, DueAt = _now + CloudApp.Publication } : after));
        }
    }

    private Refusal? DeleteCloudApp(Command.DeleteCloudApp delete)
    {
        if (FindApp(delete.AppId, out int index, out _) is { } missing)
        {
            return missing;
        }

        _draft.Record(new Change.CloudAppGone(index));
        return null;
    }

    private Refusal? PublishCloudApps(Command.PublishCloudApps publish) => WithApps(
        publish.AppIds,
        static app => app.CanBePublished ? null : "only an app that is ready, or failed after it was found, is published.",
        (index, app) => _draft.Record(new Change.CloudAppSet(index, app with { Status = CloudAppStatus.Publishing, Error = null, DueAt = _now + CloudApp.Publication })));

    private Refusal? UnpublishCloudApps(Command.UnpublishCloudApps unpublish) => WithApps(
        unpublish.AppIds,
        static app => app.Status == CloudAppStatus.Published ? null : "only an app that is published is taken back.",
        (index, app) => _draft.Record(new Change.CloudAppSet(index, app with { Status = CloudAppStatus.Unpublishing, IsAvailable = false, DueAt = _now + CloudApp.Publication })));

    private Refusal? ResetCloudApps(Command.ResetCloudApps reset) => WithApps(
        reset.AppIds,
        static app => app.CanBeChanged ? null : "wait until that is over, then reset it.",
        (index, app) => Change(index, app, app with { Detail = app.Original }));

    // B472: all of them or none.
    private Refusal? WithApps(ValueArray<Guid> ids, Func<CloudApp, string?> whyNot, Action<int, CloudApp> then)
    {
        if (ids.Count is 0 or > CloudApp.MostAvailable)
        {
            return Invalid("cloudAppIds", $"1 to {CloudApp.MostAvailable} apps are named at once (B472); these are {ids.Count}.");
        }

        List<int> indexes = [];
        foreach (Guid id in ids.Distinct())
        {
            if (FindApp(id, out int index, out CloudApp app) is { } missing)
            {
                return missing;
            }

            if (whyNot(app) is { } why)
            {
                return NotReady(app, why);
            }

            indexes.Add(index);
        }

        foreach (int index in indexes)
        {
            then(index, _draft.CloudApps.Apps[index]);
        }

        return null;
    }

    // B477
    private Refusal? CheckSessionApp(Guid? wanted, FrontlineAssignment assignment)
    {
        if (wanted is not { } id)
        {
            return null;
        }

        if (FindApp(id, out _, out CloudApp app) is { } missing)
        {
            return missing;
        }

        return app.Policy != assignment.Policy ? new Refusal(RefusalCode.CloudAppNotFound) { Subject = id }
            : app.IsAvailable ? null
            : NotReady(app, "it is not available to users: publish it first.");
    }

    private Refusal? FindApp(Guid id, out int index, out CloudApp app)
    {
        index = _draft.CloudApps.Find(id);
        app = index < 0 ? null! : _draft.CloudApps.Apps[index];
        return index < 0 ? new Refusal(RefusalCode.CloudAppNotFound) { Subject = id } : null;
    }

    private static Refusal NotReady(CloudApp app, string why) => new(RefusalCode.CloudAppNotReady) { Subject = app.Id, Name = $"{app.Status}".ToLowerInvariant(), Detail = why };

    private static Refusal? CheckApp(CloudApp app) =>
        app.DisplayName.Length is 0 or > CloudApp.LongestName ? Invalid("displayName", $"It has 1 to {CloudApp.LongestName} characters (B473).")
        : app.DiscoveredName.Length is 0 or > CloudApp.LongestName ? Invalid("discoveredAppName", $"It has 1 to {CloudApp.LongestName} characters (B473).")
        : app.Description.Length > CloudApp.LongestDescription ? Invalid("description", $"It has up to {CloudApp.LongestDescription} characters (B473).")
        : app.Detail.FilePath.Length is 0 or > CloudAppDetail.LongestPath ? Invalid("filePath", $"It has 1 to {CloudAppDetail.LongestPath} characters (B473).")
        : app.Detail.IconPath.Length > CloudAppDetail.LongestPath ? Invalid("iconPath", $"It has up to {CloudAppDetail.LongestPath} characters (B473).")
        : app.Detail.CommandLine.Length > CloudAppDetail.LongestCommandLine ? Invalid("commandLineArguments", $"They have up to {CloudAppDetail.LongestCommandLine} characters (B473).")
        : app.Detail.IconIndex < 0 ? Invalid("iconIndex", "It is 0 or more (B473).")
        : null;

    private static Refusal? CheckDiscovered(ProvisioningPolicy policy, CloudAppDetail detail) =>
        ImageApps.Of(policy.ImageType == ImageType.Gallery ? GalleryImages.Find(policy.ImageId) : null).Any(app => app.FilePath.Equals(detail.FilePath, StringComparison.OrdinalIgnoreCase))
            ? null
            : Invalid("filePath", "The policy's image has no such app: see retrieveDiscoveredApps, or add it as #microsoft.graph.cloudPcFilePathAppDetail (B471).");

    private Refusal? CheckName(CloudApp app) =>
        _draft.CloudApps.OfPolicy(app.Policy).Any(index => _draft.CloudApps.Apps[index] is var other && other.Id != app.Id && other.DisplayName.Equals(app.DisplayName, StringComparison.OrdinalIgnoreCase))
            ? new Refusal(RefusalCode.DisplayNameTaken) { Name = app.DisplayName }
            : null;
}
