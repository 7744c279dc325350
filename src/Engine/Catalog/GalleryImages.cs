using Berth.Engine.Collections;

namespace Berth.Engine.Catalog;

/// <summary>Whether new Cloud PCs can be made from an image: <c>status</c> of <c>cloudPcGalleryImage</c>.</summary>
public enum GalleryImageStatus : byte
{
    /// <summary>Yes.</summary>
    Supported,

    /// <summary>Yes, for the months after its end.</summary>
    SupportedWithWarning,

    /// <summary>No.</summary>
    NotSupported,
}

/// <summary>An image of the gallery.</summary>
/// <param name="SkuName">The last part of its id.</param>
/// <param name="DisplayName">The name people read.</param>
/// <param name="OsVersion">The version of Windows.</param>
/// <param name="SizeInGB">The disk it needs.</param>
/// <param name="Start">From when on it is offered.</param>
/// <param name="End">The last day of full support.</param>
public sealed record GalleryImage(string SkuName, string DisplayName, string OsVersion, int SizeInGB, DateOnly Start, DateOnly End)
{
    /// <summary>How long Cloud PCs can still be made after the end of support.</summary>
    public const int MonthsAfterEnd = 6;

    /// <summary>Who publishes it.</summary>
    public const string Publisher = "microsoftwindowsdesktop";

    /// <summary>Its offer.</summary>
    public const string Offer = "windows-ent-cpc";

    /// <summary>Publisher, offer and SKU.</summary>
    public string Id => $"{Publisher}_{Offer}_{SkuName}";

    /// <summary>The last day on which Cloud PCs can be made.</summary>
    public DateOnly Expiration => End.AddMonths(MonthsAfterEnd);

    /// <summary>Its status on a day.</summary>
    public GalleryImageStatus StatusOn(DateOnly day) =>
        day <= End ? GalleryImageStatus.Supported
        : day <= Expiration ? GalleryImageStatus.SupportedWithWarning
        : GalleryImageStatus.NotSupported;
}

/// <summary>The images that come with this program (B302).</summary>
public static class GalleryImages
{
    /// <summary>All of them, newest first.</summary>
    public static ValueArray<GalleryImage> All { get; } =
    [
        .. Edition("win11-25h2-ent-cpc", "Windows 11 Enterprise", "25H2", "10.0.26200.6584", new(2025, 9, 30), new(2028, 10, 10)),
        .. Edition("win11-24h2-ent-cpc", "Windows 11 Enterprise", "24H2", "10.0.26100.6584", new(2024, 10, 1), new(2027, 10, 12)),
        .. Edition("win11-23h2-ent-cpc", "Windows 11 Enterprise", "23H2", "10.0.22631.5909", new(2023, 10, 31), new(2026, 11, 10)),
        .. Edition("win11-22h2-ent-cpc", "Windows 11 Enterprise", "22H2", "10.0.22621.5909", new(2022, 9, 20), new(2025, 10, 14)),
        .. Edition("win10-22h2-ent-cpc", "Windows 10 Enterprise", "22H2", "10.0.19045.6332", new(2022, 10, 18), new(2025, 10, 14)),
    ];

    /// <summary>The newest image of Windows 10 or of Windows 11.</summary>
    public static GalleryImage Newest(bool isWindows10) => All.First(image => image.SkuName.StartsWith("win10", StringComparison.Ordinal) == isWindows10);

    /// <summary>The image of an id, ignoring case; null when there is none.</summary>
    public static GalleryImage? Find(string? id) =>
        id is null ? null : All.FirstOrDefault(image => image.Id.Equals(id, StringComparison.OrdinalIgnoreCase));

    private static GalleryImage[] Edition(string sku, string windows, string release, string version, DateOnly start, DateOnly end) =>
    [
        new(sku, $"{windows} {release}", version, 64, start, end),
        new($"{sku}-m365", $"{windows} + Microsoft 365 Apps {release}", version, 64, start, end),
    ];
}
