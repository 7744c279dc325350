using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Graph.Queries;
using Berth.Graph.Requests;
using Berth.Graph.Routes;

namespace Berth.Graph.CloudPcs;

/// <summary>An image of the gallery on a day.</summary>
internal readonly record struct GalleryImageRow(int Position, GalleryImage Image, DateOnly Day) : IRow;

/// <summary>What Cloud PCs start from: <c>galleryImages</c> (B302).</summary>
internal static class GalleryImageReads
{
    private const string Path = CloudPcAccess.Root + "/galleryImages";

    /// <summary>How they are answered.</summary>
    public static Resource<GalleryImageRow> Images { get; } = new(
        Shape<GalleryImageRow>.Entity(
            "cloudPcGalleryImage",
            [
                new TextProperty<GalleryImageRow>("id", static row => row.Image.Id) { IsDefault = true },
                new TextProperty<GalleryImageRow>("displayName", static row => row.Image.DisplayName) { IsDefault = true },
                new TextProperty<GalleryImageRow>("publisherName", static _ => GalleryImage.Publisher) { IsDefault = true },
                new TextProperty<GalleryImageRow>("offerName", static _ => GalleryImage.Offer) { IsDefault = true },
                new TextProperty<GalleryImageRow>("skuName", static row => row.Image.SkuName) { IsDefault = true },
                new NumberProperty<GalleryImageRow>("sizeInGB", static row => row.Image.SizeInGB) { IsDefault = true },
                new TextProperty<GalleryImageRow>("osVersionNumber", static row => row.Image.OsVersion) { IsDefault = true },
                new TextProperty<GalleryImageRow>("status", static row => Name(row.Image.StatusOn(row.Day))) { IsDefault = true },
                new DateProperty<GalleryImageRow>("startDate", static row => row.Image.Start) { IsDefault = true },
                new DateProperty<GalleryImageRow>("endDate", static row => row.Image.End) { IsDefault = true },
                new DateProperty<GalleryImageRow>("expirationDate", static row => row.Image.Expiration) { IsDefault = true },
            ]),
        "deviceManagement/virtualEndpoint/galleryImages");

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Get, Path, CloudPcAccess.Read, static (tenant, request, _) =>
            Images.Page(request, (_, after) => (Rows(tenant, request).Skip(after + 1), GalleryImages.All.Count))),
        new(GraphMethod.Get, Path + "/$count", CloudPcAccess.Read, static (tenant, request, _) =>
            Images.Count(request, (_, _) => (Rows(tenant, request), GalleryImages.All.Count))),
        new(GraphMethod.Get, Path + "/{galleryImage}", CloudPcAccess.Read, static (tenant, request, keys) => GalleryImages.Find(keys[0]) is { } image
            ? Images.One(request, new GalleryImageRow(0, image, Today(tenant, request)))
            : GraphResponse.Error(request, GraphError.NotFound(keys[0]))),
    ];

    /// <summary>The tenant's day: the one that an image's dates are compared with.</summary>
    internal static DateOnly Today(Tenant tenant, GraphRequest request) => DateOnly.FromDateTime(tenant.Now(request.ReceivedAt).UtcDateTime);

    private static IEnumerable<GalleryImageRow> Rows(Tenant tenant, GraphRequest request) =>
        GalleryImages.All.Select((image, position) => new GalleryImageRow(position, image, Today(tenant, request)));

    private static string Name(GalleryImageStatus status) => status switch
    {
        GalleryImageStatus.Supported => "supported",
        GalleryImageStatus.SupportedWithWarning => "supportedWithWarning",
        GalleryImageStatus.NotSupported => "notSupported",
    };
}
