using Berth.Clustering;
using Berth.Ledger.Stores;

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
/// <param name="Cluster">Given when it is shared with other nodes (B711).</param>
internal sealed record ServeOptions(
    bool Demo, DemoSeed Seed, IReadOnlyList<ListenAddress> Listen, IReadOnlyList<string> NotifyHosts, string DataFolder, PostgresAddress? Database, ClusterOptions? Cluster = null);
