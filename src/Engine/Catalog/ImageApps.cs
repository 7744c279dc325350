using System.Reflection;
using Berth.Engine.Collections;

namespace Berth.Engine.Catalog;

/// <summary>A program of the Start menu of an image.</summary>
/// <param name="Name">Its name there.</param>
/// <param name="FilePath">Where it is: an absolute path, or <c>shell:AppsFolder\</c> with the app's name in Windows.</param>
public sealed record ImageApp(string Name, string FilePath)
{
    /// <summary>What the path of a packaged app begins with.</summary>
    public const string AppsFolder = @"shell:AppsFolder\";

    /// <summary>Where its icon is: in the program itself; empty for a packaged app, which has the usual icon.</summary>
    public string IconPath => FilePath.StartsWith(AppsFolder, StringComparison.OrdinalIgnoreCase) ? "" : FilePath;
}

/// <summary>Which apps an image has: the list that comes with this program (B469).</summary>
public static class ImageApps
{
    private static readonly (string Images, ImageApp App)[] _listed = Read();

    /// <summary>The apps of an image of the gallery; of a device image, about which nothing is known, those of Windows 11.</summary>
    /// <param name="image">The image; null for a device image.</param>
    public static ValueArray<ImageApp> Of(GalleryImage? image)
    {
        string windows = image?.SkuName.StartsWith("win10", StringComparison.Ordinal) == true ? "windows10" : "windows11";
        bool hasOffice = image?.SkuName.EndsWith("-m365", StringComparison.Ordinal) == true;
        return _listed.Where(one => one.Images == "windows" || one.Images == windows || (hasOffice && one.Images == "microsoft365")).Select(one => one.App).ToValueArray();
    }

    private static (string Images, ImageApp App)[] Read()
    {
        using StreamReader lines = new(Assembly.GetExecutingAssembly().GetManifestResourceStream("Berth.Engine.Catalog.Data.image-apps.csv")!);
        return [.. lines.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Skip(1)
            .Select(line => line.Split(',')).Select(fields => (fields[0], new ImageApp(fields[1], fields[2])))];
    }
}
