namespace Berth.Serving;

/// <summary>Every limit of the process toward the outside, in one place (B760 to B766).</summary>
internal static class ServerLimits
{
    /// <summary>How long requests in flight may take to finish after SIGTERM.</summary>
    public static readonly TimeSpan Drain = TimeSpan.FromSeconds(20);

    /// <summary>How long a client may take to send the headers of a request.</summary>
    public static readonly TimeSpan RequestHeaders = TimeSpan.FromSeconds(15);

    /// <summary>How long an idle connection stays open.</summary>
    public static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(130);

    /// <summary>The longest request line, in bytes (B761): room for a 10,000-character filter, escaped.</summary>
    public const int RequestLine = 64 * 1024;

    /// <summary>All headers of one request together, in bytes.</summary>
    public const int RequestHeadersTotal = 64 * 1024;

    /// <summary>The most headers of one request.</summary>
    public const int RequestHeaderCount = 100;

    /// <summary>The most connections at once (B765).</summary>
    public const int Connections = 10_000;

    /// <summary>The slowest that a body may come, in bytes a second, once <see cref="BodyGrace"/> is over; what is slower is cut off (B763).</summary>
    public const double SlowestBody = 240;

    /// <summary>The slowest that an answer may be taken, likewise.</summary>
    public const double SlowestAnswer = 240;

    /// <summary>How long a body or an answer may stand still before its speed counts.</summary>
    public static readonly TimeSpan BodyGrace = TimeSpan.FromSeconds(5);

    /// <summary>The refusals that an address without a good token or secret has at once (B766).</summary>
    public const int StrangerRefusals = 600;

    /// <summary>The refusals that such an address gets back in a second.</summary>
    public const int StrangerRefusalsPerSecond = 10;

    /// <summary>The most addresses whose refusals are remembered; beyond it, those that have the most left go first.</summary>
    public const int Strangers = 10_000;
}
