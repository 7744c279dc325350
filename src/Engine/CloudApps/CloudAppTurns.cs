using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;

namespace Berth.Engine.CloudApps;

/// <summary>What becomes of cloud apps by themselves: by time, and by what happens to the machines of their policies (B470, B474, B475).</summary>
/// <param name="draft">The tenant in the making.</param>
internal sealed class CloudAppTurns(Draft draft)
{
    private CloudAppBook Book => draft.CloudApps;

    /// <summary>A policy of cloud apps is assigned differently: its first assignment brings the apps of its image, its last one takes them (B468, B476).</summary>
    public void Follow(int index, ProvisioningPolicy before, ProvisioningPolicy after, DateTimeOffset now)
    {
        if (after.UserExperienceType != UserExperienceType.CloudApp || before.Assignments.Count > 0 == after.Assignments.Count > 0)
        {
            return;
        }

        if (after.Assignments.Count == 0)
        {
            foreach (int app in Book.OfPolicy(index))
            {
                draft.Record(new Change.CloudAppGone(app));
            }

            return;
        }

        foreach (ImageApp found in ImageApps.Of(after.ImageType == ImageType.Gallery ? GalleryImages.Find(after.ImageId) : null))
        {
            CloudAppDetail detail = new(found.FilePath, "", found.IconPath, 0);
            Guid id = IdsByName.Of(after.Id, $"cloudApp/{Book.NextApp}");
            draft.Record(new Change.CloudAppSet(Book.NextApp, new CloudApp(id, index, found.Name, found.Name, "", detail, detail, false, CloudAppStatus.Preparing, now)));
        }
    }

    /// <summary>Looks at what is due, and at what waits for a machine.</summary>
    public void Look(DateTimeOffset now)
    {
        foreach (int index in Book.DueBy(now))
        {
            CloudApp app = Book.Apps[index];
            Set(index, app.Status switch
            {
                CloudAppStatus.Publishing => Published(app, now),
                CloudAppStatus.Unpublishing => app with { Status = CloudAppStatus.Ready, Detail = app.Original, DueAt = null },
                _ => app with { Status = CloudAppStatus.Ready, DueAt = null },
            });
        }

        foreach (IGrouping<int, int> apps in Book.Awaiting.GroupBy(index => Book.Apps[index].Policy).ToArray())
        {
            LookForMachine(apps.Key, [.. apps], now);
        }
    }

    private void LookForMachine(int policy, int[] apps, DateTimeOffset now)
    {
        bool any = false, allFailed = true;
        foreach (PolicyAssignment assignment in draft.Fleet.Policies[policy].Assignments)
        {
            foreach (int row in draft.Fleet.PoolOf(assignment.Key!.Value))
            {
                CloudPcStatus status = draft.Fleet.CloudPc(row)!.Status;
                any = true;
                allFailed &= status == CloudPcStatus.Failed;
                if (status is CloudPcStatus.Provisioned or CloudPcStatus.ProvisionedWithWarnings)
                {
                    foreach (int app in apps)
                    {
                        Set(app, Book.Apps[app] with { Status = CloudAppStatus.Preparing, Error = null, DueAt = now + CloudApp.Discovery });
                    }

                    return;
                }
            }
        }

        foreach (int app in any && allFailed ? apps : [])
        {
            if (Book.Apps[app].Error is null)
            {
                Set(app, Failed(Book.Apps[app], CloudAppError.AppDiscoveryFailed));
            }
        }
    }

    private CloudApp Published(CloudApp app, DateTimeOffset now) => WhyNot(app) is { } error
        ? Failed(app, error)
        : app with { Status = CloudAppStatus.Published, IsAvailable = true, PublishedAt = now, DueAt = null };

    private static CloudApp Failed(CloudApp app, CloudAppError error) => app with { Status = CloudAppStatus.Failed, Error = error, IsAvailable = false, DueAt = null };

    // B474, in its order.
    private CloudAppError? WhyNot(CloudApp app) =>
        draft.Fleet.Policies[app.Policy].Assignments.Sum(one => Slots.Of(draft.Catalog, draft.Subscriptions, one.Plan!.Value)) == 0 ? CloudAppError.CloudPcLicenseNotFound
        : Book.OfPolicy(app.Policy).Count(one => Book.Apps[one] is { IsAvailable: true } other && other.Id != app.Id) >= CloudApp.MostAvailable ? CloudAppError.CloudAppQuotaExceeded
        : !IsAbsolute(app.Detail.FilePath) && !IsPackaged(app.Detail.FilePath) ? CloudAppError.FilePathInvalid
        : app.Detail.IconPath.Length > 0 && !IsAbsolute(app.Detail.IconPath) ? CloudAppError.IconPathInvalid
        : null;

    private static bool IsAbsolute(string path) => path.Length > 3 && char.IsAsciiLetter(path[0]) && path[1] == ':' && path[2] == '\\';

    private static bool IsPackaged(string path)
    {
        if (!path.StartsWith(ImageApp.AppsFolder, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        string[] names = path[ImageApp.AppsFolder.Length..].Split('!');
        return names.Length == 2 && names[0].Length > 0 && names[1].Length > 0;
    }

    private void Set(int index, CloudApp app) => draft.Record(new Change.CloudAppSet(index, app));
}
