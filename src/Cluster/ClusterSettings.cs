using System.Net;

namespace Berth.Cluster;

/// <summary>What a node says of itself.</summary>
/// <param name="Url">Where the other nodes reach it by HTTP.</param>
/// <param name="Silo">Where the other nodes reach its membership: an address of this machine; port 0 takes a free one.</param>
public sealed record ClusterSettings(Uri Url, IPEndPoint Silo);
