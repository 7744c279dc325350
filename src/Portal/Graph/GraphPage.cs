using System.Text.Json.Serialization;

namespace Berth.Portal.Graph;

/// <summary>A page of a list.</summary>
/// <param name="Value">The rows.</param>
/// <param name="NextLink">Where the next page is; null on the last.</param>
/// <param name="Count">How many there are in all, when <c>$count=true</c> was asked for.</param>
public sealed record GraphPage<T>(
    IReadOnlyList<T> Value,
    [property: JsonPropertyName("@odata.nextLink")] string? NextLink,
    [property: JsonPropertyName("@odata.count")] int? Count);
