using Berth.Engine.Tests.Comparison;

namespace Berth.Engine.Tests.Golden;

/// <content>Cloud apps.</content>
public sealed partial class Step
{
    /// <summary>Whether a policy gives its users apps only.</summary>
    public bool? OnlyApps { get; set; }

    /// <summary>A cloud app.</summary>
    public string? App { get; set; }

    public string[]? Apps { get; set; }

    public string? Path { get; set; }

    public string? Icon { get; set; }

    private void TakeCloudApps(Request request)
    {
        switch (request)
        {
            case Request.CreateApp r:
                (Policy, App, Path, Icon) = (Names.Readable(r.Policy), r.App, r.Path, r.Icon);
                break;
            case Request.UpdateApp r:
                (Policy, App, Name, Path, Icon) = (Names.Readable(r.Policy), r.App, r.Name, r.Path, r.Icon);
                break;
            case Request.DeleteApp r:
                (Policy, App) = (Names.Readable(r.Policy), r.App);
                break;
            case Request.PublishApps r:
                (Policy, Apps) = (Names.Readable(r.Policy), r.Apps);
                break;
            case Request.UnpublishApps r:
                (Policy, Apps) = (Names.Readable(r.Policy), r.Apps);
                break;
            case Request.ResetApps r:
                (Policy, Apps) = (Names.Readable(r.Policy), r.Apps);
                break;
            default:
                TakePeople(request);
                break;
        }
    }

    private Request ToCloudApps() => Do switch
    {
        "createApp" => new Request.CreateApp(Names.Policy(Policy!), App!, Path!, Icon ?? ""),
        "updateApp" => new Request.UpdateApp(Names.Policy(Policy!), App!, Name, Path, Icon),
        "deleteApp" => new Request.DeleteApp(Names.Policy(Policy!), App!),
        "publishApps" => new Request.PublishApps(Names.Policy(Policy!), Apps!),
        "unpublishApps" => new Request.UnpublishApps(Names.Policy(Policy!), Apps!),
        "resetApps" => new Request.ResetApps(Names.Policy(Policy!), Apps!),
        _ => ToPeople(),
    };
}
