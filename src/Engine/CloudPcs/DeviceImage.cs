namespace Berth.Engine.CloudPcs;

/// <summary>A custom image of the tenant: <c>cloudPcDeviceImage</c>.</summary>
/// <param name="Id">The id.</param>
/// <param name="DisplayName">The name.</param>
/// <param name="Version">The version.</param>
/// <param name="SourceImageResourceId">The Azure resource it was taken from.</param>
/// <param name="OperatingSystem">The operating system for people.</param>
/// <param name="OsBuildNumber">Its build.</param>
/// <param name="ModifiedAt">When it came, by the tenant's clock.</param>
public sealed record DeviceImage(
    Guid Id, string DisplayName, string Version, string SourceImageResourceId, string OperatingSystem, string OsBuildNumber, DateTimeOffset ModifiedAt)
{
    /// <summary>The most device images of a tenant (B311).</summary>
    public const int MostImages = 20;

    /// <summary>Whether a text is a version: up to four whole numbers with dots between them (B311).</summary>
    public static bool IsVersion(string text)
    {
        string[] numbers = text.Split('.');
        return numbers.Length <= 4 && numbers.All(number => number.Length is > 0 and <= 9 && number.All(char.IsAsciiDigit));
    }
}
