namespace Berth.CommandLine.Client;

/// <summary>How far the client commands go beyond what holds of every way to a Graph (<see cref="Berth.Connect.ConnectLimits"/>): sizes, counts and times, in one place.</summary>
internal static class ClientLimits
{
    /// <summary>The most pages of one collection.</summary>
    public const int Pages = 100_000;

    /// <summary>The most batches of writes on their way at once.</summary>
    public const int WritesInFlight = 16;

    /// <summary>The most batches of reads on their way at once.</summary>
    public const int ReadsInFlight = 4;

    /// <summary>The largest list of users, in bytes.</summary>
    public const long ListBytes = 64 * 1024 * 1024;

    /// <summary>The most rows of a list of users.</summary>
    public const int ListRows = 250_000;

    /// <summary>The longest field of a list, in characters.</summary>
    public const int ListField = 4096;

    /// <summary>How long writes on their way may take to be answered after Ctrl-C.</summary>
    public static readonly TimeSpan Finish = TimeSpan.FromSeconds(10);

    /// <summary>How long a group command waits for its members to be processed.</summary>
    public static readonly TimeSpan GroupProcessing = TimeSpan.FromSeconds(60);

    /// <summary>The pause between two looks at a group.</summary>
    public static readonly TimeSpan GroupLook = TimeSpan.FromMilliseconds(250);

    /// <summary>The largest file of a catalog import, in bytes; Microsoft's has about one million.</summary>
    public const long CatalogBytes = 16 * 1024 * 1024;

    /// <summary>The longest name for which similar ones are looked up, in characters.</summary>
    public const int LongestName = 256;

    /// <summary>The most names offered for one that is unknown.</summary>
    public const int NearestNames = 3;
}
