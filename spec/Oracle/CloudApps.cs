namespace Berth.Oracle;

/// <summary>An app of a policy that gives its users apps only.</summary>
public sealed class OracleApp
{
    /// <summary>Tells it from every other app there ever was.</summary>
    public required int Number { get; init; }

    /// <summary>Whose.</summary>
    public required string Policy { get; init; }

    /// <summary>What users see.</summary>
    public required string Name { get; set; }

    /// <summary>Where it is, and where its icon is.</summary>
    public required (string Path, string Icon) Detail { get; set; }

    /// <summary>The same when it came.</summary>
    public required (string Path, string Icon) Original { get; init; }

    /// <summary>Whether an administrator added it.</summary>
    public bool ByPath { get; init; }

    /// <summary>As Graph spells it.</summary>
    public string Status { get; set; } = "preparing";

    /// <summary>When that changes.</summary>
    public DateTimeOffset? Due { get; set; }

    /// <summary>Whether users have it.</summary>
    public bool Available { get; set; }

    /// <summary>Why it failed.</summary>
    public string? Error { get; set; }

    /// <summary>The same again.</summary>
    public OracleApp Copy() => (OracleApp)MemberwiseClone();
}

/// <content>Cloud apps. (cloud-apps.md)</content>
public sealed partial class OracleTenant
{
    private static readonly TimeSpan Discovery = TimeSpan.FromMinutes(5); // B470
    private static readonly TimeSpan Publication = TimeSpan.FromMinutes(1); // B472
    private const int MostAvailable = 500; // B474

    /// <summary>Adds an app by its path (B471).</summary>
    public Answer CreateApp(string policy, string name, string path, string icon)
    {
        if (FindPolicy(policy) is not { } found)
        {
            return Answer.Refused("C155", "policyNotFound", policy);
        }

        return found.Apps is null || found.Assignments.Count == 0 ? Answer.Refused("B471", "valueInvalid")
            : IsTaken(policy, name, null) ? Answer.Refused("B471", "displayNameTaken")
            : Accept(() => Come(policy, name, path, icon, true));
    }

    /// <summary>Changes an app; what is null stays (B473).</summary>
    public Answer UpdateApp(string policy, string name, string? newName, string? path, string? icon)
    {
        if (FindApp(policy, name) is not { } app)
        {
            return Answer.Refused("B472", "cloudAppNotFound");
        }

        (string Path, string Icon) detail = (path ?? app.Detail.Path, icon ?? app.Detail.Icon);
        return !IsChangeable(app) ? Answer.Refused("B473", "cloudAppNotReady")
            : detail.Path != app.Detail.Path && !app.ByPath ? Answer.Refused("B473", "valueInvalid")
            : newName is not null && IsTaken(policy, newName, app) ? Answer.Refused("B473", "displayNameTaken")
            : Accept(() => Change(app, newName ?? app.Name, detail));
    }

    /// <summary>Deletes an app (B475).</summary>
    public Answer DeleteApp(string policy, string name) => FindApp(policy, name) is { } app
        ? Accept(() => _fleet.Apps.Remove(app))
        : Answer.Refused("B475", "cloudAppNotFound");

    /// <summary>Publishes apps, all of them or none (B472).</summary>
    public Answer PublishApps(string policy, IReadOnlyList<string> names) => WithApps(
        policy,
        names,
        app => app.Status == "ready" || (app.Status == "failed" && app.Error != "appDiscoveryFailed"),
        app => (app.Status, app.Error, app.Due) = ("publishing", null, _now + Publication));

    /// <summary>Takes apps back (B472, B475).</summary>
    public Answer UnpublishApps(string policy, IReadOnlyList<string> names) => WithApps(
        policy, names, app => app.Status == "published", app => (app.Status, app.Available, app.Due) = ("unpublishing", false, _now + Publication));

    /// <summary>Gives apps their first details (B473).</summary>
    public Answer ResetApps(string policy, IReadOnlyList<string> names) => WithApps(policy, names, IsChangeable, app => Change(app, app.Name, app.Original));

    private OracleApp? FindApp(string policy, string name) => _fleet.Apps.Find(app => app.Policy == policy && app.Name == name);

    private bool IsTaken(string policy, string name, OracleApp? by) =>
        _fleet.Apps.Exists(app => app != by && app.Policy == policy && app.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    private static bool IsChangeable(OracleApp app) => app.Status is "ready" or "published" or "failed";

    private Answer WithApps(string policy, IReadOnlyList<string> names, Func<OracleApp, bool> can, Action<OracleApp> then)
    {
        if (names.Count is 0 or > MostAvailable)
        {
            return Answer.Refused("B472", "valueInvalid");
        }

        List<OracleApp> apps = [];
        foreach (string name in names.Distinct())
        {
            if (FindApp(policy, name) is not { } app)
            {
                return Answer.Refused("B472", "cloudAppNotFound");
            }

            if (!can(app))
            {
                return Answer.Refused("B472", "cloudAppNotReady");
            }

            apps.Add(app);
        }

        return Accept(() => apps.ForEach(then));
    }

    private void Come(string policy, string name, string path, string icon, bool byPath) =>
        _fleet.Apps.Add(new OracleApp { Number = ++_fleet.AppNumbers, Policy = policy, Name = name, Detail = (path, icon), Original = (path, icon), ByPath = byPath });

    private void Change(OracleApp app, string name, (string Path, string Icon) detail)
    {
        if (app.Status == "published" && (app.Name, app.Detail) != (name, detail))
        {
            (app.Status, app.Due) = ("publishing", _now + Publication);
        }

        (app.Name, app.Detail) = (name, detail);
    }

    // B468, B470, B476
    private void FollowApps()
    {
        foreach (OraclePolicy policy in _fleet.Policies.Where(policy => policy.Apps is not null))
        {
            if (policy.Assignments.Count == 0)
            {
                _fleet.Apps.RemoveAll(app => app.Policy == policy.Id);
            }
            else if (!policy.HasApps)
            {
                foreach ((string name, string path) in policy.Apps!)
                {
                    Come(policy.Id, name, path, path[1] == ':' ? path : "", false);
                }
            }

            policy.HasApps = policy.Assignments.Count > 0;
            List<OracleRow> machines = [.. policy.Assignments.SelectMany(RowsOf).Where(row => row.Status != "deprovisioning")];
            bool any = machines.Exists(row => row.Status is "provisioned" or "provisionedWithWarnings");
            bool allFailed = machines.Count > 0 && machines.TrueForAll(row => row.Status == "failed");
            foreach (OracleApp app in _fleet.Apps.Where(app => app.Policy == policy.Id && ((app.Status == "preparing" && app.Due is null) || app.Error == "appDiscoveryFailed")))
            {
                if (any)
                {
                    (app.Status, app.Error, app.Due) = ("preparing", null, _now + Discovery);
                }
                else if (allFailed)
                {
                    (app.Status, app.Error) = ("failed", "appDiscoveryFailed");
                }
            }
        }
    }

    private IEnumerable<(DateTimeOffset At, Action Happens)> AppDues() => _fleet.Apps.Where(app => app.Due is not null).Select(app => (app.Due!.Value, (Action)(() => End(app))));

    private void End(OracleApp app)
    {
        app.Due = null;
        switch (app.Status)
        {
            case "preparing":
                app.Status = "ready"; // B470
                break;
            case "unpublishing":
                (app.Status, app.Detail) = ("ready", app.Original); // B475
                break;
            default:
                app.Error = WhyNot(app); // B474
                (app.Status, app.Available) = app.Error is null ? ("published", true) : ("failed", false);
                break;
        }
    }

    private string? WhyNot(OracleApp app) => FindPolicy(app.Policy)!.Assignments.TrueForAll(one => Slots(one.Plan!) == 0) ? "cloudPcLicenseNotFound"
        : _fleet.Apps.Count(other => other != app && other.Policy == app.Policy && other.Available) >= MostAvailable ? "cloudAppQuotaExceeded"
        : !IsAbsolute(app.Detail.Path) && !(app.Detail.Path.StartsWith(@"shell:AppsFolder\", StringComparison.OrdinalIgnoreCase) && app.Detail.Path[17..].Split('!') is [{ Length: > 0 }, { Length: > 0 }])
            ? "filePathInvalid"
        : app.Detail.Icon.Length > 0 && !IsAbsolute(app.Detail.Icon) ? "iconPathInvalid"
        : null;

    private static bool IsAbsolute(string path) => path is [(>= 'A' and <= 'Z') or (>= 'a' and <= 'z'), ':', '\\', _, ..];

    private IEnumerable<string> AppLines() => _fleet.Apps.Select(app => $"app {app.Policy} {app.Name}: {app.Status}"
        + (app.Due is { } due ? $" until {When(due)}" : "")
        + (app.Available ? " available" : "")
        + (app.Error is { } error ? $" error {error}" : "")
        + $" {app.Detail.Path} icon {app.Detail.Icon}".TrimEnd());
}
