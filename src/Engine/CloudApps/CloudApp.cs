namespace Berth.Engine.CloudApps;

/// <summary>Where an app stands: <c>cloudPcCloudAppStatus</c> (C125).</summary>
public enum CloudAppStatus : byte
{
    /// <summary>It waits for a machine, or is looked for on one (B470).</summary>
    Preparing,

    /// <summary>It can be published.</summary>
    Ready,

    /// <summary>It, or a change of it, is on its way to users.</summary>
    Publishing,

    /// <summary>Users have it.</summary>
    Published,

    /// <summary>It is taken from users.</summary>
    Unpublishing,

    /// <summary>Something went wrong: <see cref="CloudApp.Error"/>.</summary>
    Failed,
}

/// <summary>Why an app failed: <c>cloudPcCloudAppActionFailedErrorCode</c> as far as it occurs (B470, B474).</summary>
public enum CloudAppError : byte
{
    /// <summary>Every machine of its policy failed.</summary>
    AppDiscoveryFailed,

    /// <summary>The policy has as many available apps as it may have.</summary>
    CloudAppQuotaExceeded,

    /// <summary>The tenant has no license for the policy's assignments.</summary>
    CloudPcLicenseNotFound,

    /// <summary>Its path is none.</summary>
    FilePathInvalid,

    /// <summary>The path of its icon is none.</summary>
    IconPathInvalid,
}

/// <summary>How an app is started: <c>cloudPcCloudAppDetail</c>.</summary>
/// <param name="FilePath">Where it is.</param>
/// <param name="CommandLine">What it is started with; may be empty.</param>
/// <param name="IconPath">Where its icon is; empty for the usual one.</param>
/// <param name="IconIndex">Which icon of that file, from 0.</param>
public sealed record CloudAppDetail(string FilePath, string CommandLine, string IconPath, int IconIndex)
{
    /// <summary>The longest <see cref="FilePath"/> and <see cref="IconPath"/>, in characters (B473).</summary>
    public const int LongestPath = 1024;

    /// <summary>The longest <see cref="CommandLine"/>, in characters (B473).</summary>
    public const int LongestCommandLine = 2048;
}

/// <summary>An app of a policy: <c>cloudPcCloudApp</c> (C125).</summary>
/// <param name="Id">The id.</param>
/// <param name="Policy">The index of its policy.</param>
/// <param name="DiscoveredName">What it is called in the Start menu.</param>
/// <param name="DisplayName">What users see; of a policy's apps each has another one, ignoring case.</param>
/// <param name="Description">What for; may be empty.</param>
/// <param name="Detail">How it is started.</param>
/// <param name="Original">How it was started when it came (B473).</param>
/// <param name="IsByPath">Whether an administrator added it by its path (B471).</param>
/// <param name="Status">Where it stands.</param>
/// <param name="AddedAt">When it came, by the tenant's clock.</param>
public sealed record CloudApp(
    Guid Id,
    int Policy,
    string DiscoveredName,
    string DisplayName,
    string Description,
    CloudAppDetail Detail,
    CloudAppDetail Original,
    bool IsByPath,
    CloudAppStatus Status,
    DateTimeOffset AddedAt)
{
    /// <summary>The most apps of a policy that are available to users (B474).</summary>
    public const int MostAvailable = 500;

    /// <summary>The most apps of a policy (B471).</summary>
    public const int MostOfPolicy = 1000;

    /// <summary>The longest <see cref="DisplayName"/> and <see cref="DiscoveredName"/>, in characters (B473).</summary>
    public const int LongestName = 64;

    /// <summary>The longest <see cref="Description"/>, in characters (B473).</summary>
    public const int LongestDescription = 512;

    /// <summary>How long an app is looked for once there is a machine (B470).</summary>
    public static readonly TimeSpan Discovery = TimeSpan.FromMinutes(5);

    /// <summary>How long publishing, and taking back, takes (B472).</summary>
    public static readonly TimeSpan Publication = TimeSpan.FromMinutes(1);

    /// <summary>When its status changes; null when time changes nothing.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>When it was last published; null while it never was.</summary>
    public DateTimeOffset? PublishedAt { get; init; }

    /// <summary>Whether users have it (B472).</summary>
    public bool IsAvailable { get; init; }

    /// <summary>Why it failed; null for any other status.</summary>
    public CloudAppError? Error { get; init; }

    /// <summary>Whether it can only be looked for when its policy has a machine (B470).</summary>
    public bool AwaitsMachine => (Status == CloudAppStatus.Preparing && DueAt is null) || Error == CloudAppError.AppDiscoveryFailed;

    /// <summary>Whether it can be published (B472).</summary>
    public bool CanBePublished => Status == CloudAppStatus.Ready || (Status == CloudAppStatus.Failed && Error != CloudAppError.AppDiscoveryFailed);

    /// <summary>Whether it can be changed (B473).</summary>
    public bool CanBeChanged => Status is CloudAppStatus.Ready or CloudAppStatus.Published or CloudAppStatus.Failed;
}
