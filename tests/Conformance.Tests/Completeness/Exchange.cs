namespace Berth.Conformance.Tests.Completeness;

/// <summary>A request and its answer as they went over the wire.</summary>
/// <param name="Method">The method.</param>
/// <param name="Target">Path and query as sent.</param>
/// <param name="Sent">The body that was sent, where <see cref="Evidence.LooksInto"/> says that it tells something; else null.</param>
/// <param name="Status">The status that came back.</param>
/// <param name="Received">The body that came back, when it was JSON.</param>
/// <param name="Client">Who sent it, as <see cref="Client.Of"/> reads it; null when it did not say.</param>
public sealed record Exchange(string Method, string Target, string? Sent, int Status, string? Received, string? Client);
