using Berth.Engine.CloudApps;
using Berth.Engine.Collections;

namespace Berth.Engine.Tests.Comparison;

/// <content>Cloud apps.</content>
public sealed partial class EngineDesk
{
    // No app has this id.
    private static readonly Guid NoApp = new("00000000-0000-0000-0000-0000000000cc");

    private IEnumerable<string> AppLines() => Tenant.CloudApps.Apps.Values.Select(app => $"app {Text(Tenant.Fleet.Policies[app.Policy].Id)} {app.DisplayName}: {Camel(app.Status)}"
        + (app.DueAt is { } due ? $" until {When(due)}" : "")
        + (app.IsAvailable ? " available" : "")
        + (app.Error is { } error ? $" error {Camel(error)}" : "")
        + $" {app.Detail.FilePath} icon {app.Detail.IconPath}".TrimEnd());

    private string AppOf(Guid id) => Tenant.CloudApps.Find(id) is >= 0 and int index ? Tenant.CloudApps.Apps[index].DisplayName : "an app that is gone";

    private Command TranslateCloudApps(Request request) => request switch
    {
        Request.CreateApp r => new Command.CreateCloudApp(
            new Guid(++_sessions, 0, 0, new byte[8]), Id(r.Policy), r.App, r.App, "", new CloudAppDetail(r.Path, "", r.Icon, 0), IsByPath: true),
        Request.UpdateApp r => new Command.UpdateCloudApp(App(r.Policy, r.App)) { DisplayName = r.Name, FilePath = r.Path, IconPath = r.Icon },
        Request.DeleteApp r => new Command.DeleteCloudApp(App(r.Policy, r.App)),
        Request.PublishApps r => new Command.PublishCloudApps(Apps(r.Policy, r.Apps)),
        Request.UnpublishApps r => new Command.UnpublishCloudApps(Apps(r.Policy, r.Apps)),
        Request.ResetApps r => new Command.ResetCloudApps(Apps(r.Policy, r.Apps)),
        _ => TranslatePeople(request),
    };

    private ValueArray<Guid> Apps(string policy, string[] names) => names.Select(name => App(policy, name)).ToValueArray();

    private Guid App(string policy, string name) => Tenant.Fleet.FindPolicy(Id(policy)) is >= 0 and int index
        ? Tenant.CloudApps.OfPolicy(index).Select(app => Tenant.CloudApps.Apps[app]).FirstOrDefault(app => app.DisplayName == name)?.Id ?? NoApp
        : NoApp;
}
