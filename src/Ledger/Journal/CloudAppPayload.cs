using Berth.Engine.CloudApps;

namespace Berth.Ledger.Journal;

/// <summary>How a cloud app is written, and read again.</summary>
internal static class CloudAppPayload
{
    public static void CloudApp(this PayloadWriter to, CloudApp app)
    {
        to.Id(app.Id);
        to.Count(app.Policy);
        to.Shared(app.DiscoveredName);
        to.Shared(app.DisplayName);
        to.Text(app.Description);
        to.Detail(app.Detail);
        to.Detail(app.Original);
        to.Flag(app.IsByPath);
        to.Byte((byte)app.Status);
        to.Time(app.AddedAt);
        to.Time(app.DueAt);
        to.Time(app.PublishedAt);
        to.Flag(app.IsAvailable);
        to.Flag(app.Error is not null);
        if (app.Error is { } error)
        {
            to.Byte((byte)error);
        }
    }

    public static CloudApp CloudApp(this ref PayloadReader from) => new(
        from.Id(), from.Number(), from.Shared() ?? "", from.Shared() ?? "", from.Text(), from.Detail(), from.Detail(), from.Flag(), from.Member<CloudAppStatus>(), from.Time())
    {
        DueAt = from.OptionalTime(),
        PublishedAt = from.OptionalTime(),
        IsAvailable = from.Flag(),
        Error = from.Flag() ? from.Member<CloudAppError>() : null,
    };

    private static void Detail(this PayloadWriter to, CloudAppDetail detail)
    {
        to.Shared(detail.FilePath);
        to.Text(detail.CommandLine);
        to.Shared(detail.IconPath);
        to.Count(detail.IconIndex);
    }

    private static CloudAppDetail Detail(this ref PayloadReader from) => new(from.Shared() ?? "", from.Text(), from.Shared() ?? "", from.Number());
}
