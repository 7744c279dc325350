using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.CloudApps;
using Berth.Engine.CloudPcs;
using Berth.Graph.Queries;
using Berth.Graph.Requests;

namespace Berth.Graph.CloudApps;

/// <summary>A cloud app of a tenant; its position is its index.</summary>
internal readonly record struct CloudAppRow(Tenant Tenant, int Position, CloudApp App, bool NamesTypes) : IRow
{
    /// <summary>Its policy.</summary>
    public ProvisioningPolicy Policy => Tenant.Fleet.Policies[App.Policy];

    /// <summary>The app of a key, or null.</summary>
    public static CloudAppRow? Find(Tenant tenant, GraphRequest request, string key) => Guid.TryParseExact(key, "D", out Guid id) && tenant.CloudApps.Find(id) is >= 0 and int index
        ? new CloudAppRow(tenant, index, tenant.CloudApps.Apps[index], !request.WithoutMetadata)
        : null;
}

/// <summary>An app that an image has (B469).</summary>
internal readonly record struct DiscoveredAppRow(Guid SourceId, string Source, ImageApp App);

/// <summary>How cloud apps are answered (C125). An app that was never published has the moment that Graph's examples show for it.</summary>
internal static class CloudAppShapes
{
    /// <summary>The type of the details of an app that an administrator added by its path.</summary>
    public const string ByPath = "#microsoft.graph.cloudPcFilePathAppDetail";

    /// <summary>The type of the details of an app of the image.</summary>
    public const string Discovered = "#microsoft.graph.cloudPcAutomaticDiscoveredAppDetail";

    private static readonly Shape<CloudAppRow> Detail = new(
        "cloudPcCloudAppDetail",
        new TextProperty<CloudAppRow>("filePath", static row => row.App.Detail.FilePath),
        new TextProperty<CloudAppRow>("commandLineArguments", static row => row.App.Detail.CommandLine),
        new TextProperty<CloudAppRow>("iconPath", static row => row.App.Detail.IconPath),
        new NumberProperty<CloudAppRow>("iconIndex", static row => row.App.Detail.IconIndex));

    private static readonly Shape<DiscoveredAppRow> DiscoveredDetail = new(
        "cloudPcAutomaticDiscoveredAppDetail",
        new TextProperty<DiscoveredAppRow>("filePath", static row => row.App.FilePath),
        new TextProperty<DiscoveredAppRow>("commandLineArguments", static _ => ""),
        new TextProperty<DiscoveredAppRow>("iconPath", static row => row.App.IconPath),
        new NumberProperty<DiscoveredAppRow>("iconIndex", static _ => 0));

    /// <summary>Cloud apps.</summary>
    public static Resource<CloudAppRow> Apps { get; } = new(
        Shape<CloudAppRow>.Entity(
            "cloudPcCloudApp",
            [
                new ObjectIdProperty<CloudAppRow>("id", static row => row.App.Id) { IsDefault = true },
                new TextProperty<CloudAppRow>("displayName", static row => row.App.DisplayName) { IsDefault = true },
                new TextProperty<CloudAppRow>("discoveredAppName", static row => row.App.DiscoveredName) { IsDefault = true },
                new TextProperty<CloudAppRow>("provisioningPolicyId", static row => $"{row.Policy.Id}") { IsDefault = true },
                new TextProperty<CloudAppRow>("description", static row => row.App.Description) { IsDefault = true },
                new PartProperty<CloudAppRow, CloudAppRow>("appDetail", Detail, static row => row, static _ => true)
                {
                    IsDefault = true,
                    TypeOf = static row => !row.NamesTypes ? null : row.App.IsByPath ? ByPath : Discovered,
                },
                new TimeProperty<CloudAppRow>("addedDateTime", static row => row.App.AddedAt) { IsDefault = true },
                new TimeProperty<CloudAppRow>("lastPublishedDateTime", static row => row.App.PublishedAt ?? DateTimeOffset.MinValue) { IsDefault = true },
                new TextProperty<CloudAppRow>("appStatus", static row => Name(row.App.Status)) { IsDefault = true },
                new TextProperty<CloudAppRow>("actionFailedErrorCode", static row => row.App.Error is { } error ? Name(error) : null) { IsDefault = true },
                new TextProperty<CloudAppRow>("actionFailedErrorMessage", static row => row.App.Error is { } error ? Sentence(error) : null) { IsDefault = true },
                new FlagProperty<CloudAppRow>("availableToUser", static row => row.App.IsAvailable) { IsDefault = true },
                new ValuesProperty<CloudAppRow, string>("scopeIds", static row => row.Policy.ScopeIds, new Operand<string>.Text(static id => id)) { IsDefault = true },
            ]),
        "deviceManagement/virtualEndpoint/cloudApps");

    /// <summary>Apps of an image; the function that gives them knows no queries.</summary>
    public static Shape<DiscoveredAppRow> OfImage { get; } = new(
        "cloudPcDiscoveredApp",
        new ObjectIdProperty<DiscoveredAppRow>("discoveredAppId", static row => IdsByName.Of(row.SourceId, $"discoveredApp/{row.App.FilePath}")),
        new TextProperty<DiscoveredAppRow>("appName", static row => row.App.Name),
        new TextProperty<DiscoveredAppRow>("sourceId", static row => row.Source),
        new PartProperty<DiscoveredAppRow, DiscoveredAppRow>("appDetail", DiscoveredDetail, static row => row, static _ => true));

    private static string Name(CloudAppStatus status) => status switch
    {
        CloudAppStatus.Preparing => "preparing",
        CloudAppStatus.Ready => "ready",
        CloudAppStatus.Publishing => "publishing",
        CloudAppStatus.Published => "published",
        CloudAppStatus.Unpublishing => "unpublishing",
        CloudAppStatus.Failed => "failed",
    };

    private static string Name(CloudAppError error) => error switch
    {
        CloudAppError.AppDiscoveryFailed => "appDiscoveryFailed",
        CloudAppError.CloudAppQuotaExceeded => "cloudAppQuotaExceeded",
        CloudAppError.CloudPcLicenseNotFound => "cloudPcLicenseNotFound",
        CloudAppError.FilePathInvalid => "filePathInvalid",
        CloudAppError.IconPathInvalid => "iconPathInvalid",
    };

    private static string Sentence(CloudAppError error) => error switch
    {
        CloudAppError.AppDiscoveryFailed => "No app could be found, because every Cloud PC of the policy failed: provision them again.",
        CloudAppError.CloudAppQuotaExceeded => $"The policy has {CloudApp.MostAvailable} published apps, as many as it may have: unpublish one, then publish this one again.",
        CloudAppError.CloudPcLicenseNotFound => "The tenant has no Frontline license for the assignments of the policy: buy one, then publish the app again.",
        CloudAppError.FilePathInvalid => @"The file path is neither an absolute path such as C:\app.exe nor a packaged app such as shell:AppsFolder\name!App: change it, then publish the app again.",
        CloudAppError.IconPathInvalid => @"The icon path is no absolute path such as C:\app.ico: change it or leave it empty, then publish the app again.",
    };
}
