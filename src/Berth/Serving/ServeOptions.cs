using Berth.Clustering;
using Berth.Ledger.Stores;
using Berth.Telemetry;

namespace Berth.Serving;

/// <summary>What a demo tenant holds when it is made.</summary>
internal enum DemoSeed
{
    /// <summary>Its admin user and its client: no SKU, no group.</summary>
    None,

    /// <summary>A company of about 250 people.</summary>
    Contoso,
}

/// <summary>What <c>berth serve</c> was asked, checked.</summary>
/// <param name="Demo">Make and accept the demo tenant.</param>
/// <param name="Seed">What it holds when it is made.</param>
/// <param name="Listen">Where to listen; at least one.</param>
/// <param name="NotifyHosts">Hosts beside this machine that change notifications may be sent to.</param>
/// <param name="DataFolder">Absolute path of the folder with the database, unless that is PostgreSQL, and the local CA.</param>
/// <param name="Database">The PostgreSQL database in place of the folder's own (B700).</param>
internal sealed record ServeOptions(
    bool Demo, DemoSeed Seed, IReadOnlyList<ListenAddress> Listen, IReadOnlyList<string> NotifyHosts, string DataFolder, PostgresAddress? Database)
{
    /// <summary>Given when the database is shared with other nodes (B711).</summary>
    public ClusterOptions? Cluster { get; init; }

    /// <summary>Where traces go (B781); null traces nothing.</summary>
    public Uri? Collector { get; init; }

    /// <summary>Whether applications and tenants have the directory's quotas (B788).</summary>
    public bool HasQuotas { get; init; }

    /// <summary>Where letters go (B794); null when nowhere.</summary>
    public Notifications.MailServer? Mail { get; init; }

    /// <summary>Where people sign in beside their password (B739); null when nowhere.</summary>
    public Identity.ExternalIssuerOptions? ExternalIssuer { get; init; }

    /// <summary>How the log is written (B782).</summary>
    public LogFormat LogFormat { get; init; }

    /// <summary>The least grave lines of the log.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Warning;
}
