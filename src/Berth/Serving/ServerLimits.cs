namespace Berth.Serving;

/// <summary>Every limit of the process toward the outside, in one place.</summary>
internal static class ServerLimits
{
    /// <summary>How long requests in flight may take to finish after SIGTERM.</summary>
    public static readonly TimeSpan Drain = TimeSpan.FromSeconds(20);

    /// <summary>How long a client may take to send the headers of a request.</summary>
    public static readonly TimeSpan RequestHeaders = TimeSpan.FromSeconds(15);

    /// <summary>How long an idle connection stays open.</summary>
    public static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(130);

    /// <summary>The longest request line, in bytes: room for a 10,000-character filter, escaped.</summary>
    public const int RequestLine = 64 * 1024;

    /// <summary>All headers of one request together, in bytes.</summary>
    public const int RequestHeadersTotal = 64 * 1024;

    /// <summary>The most headers of one request.</summary>
    public const int RequestHeaderCount = 100;

    /// <summary>The most connections at once.</summary>
    public const int Connections = 10_000;
}
