namespace Berth.Portal.Lists;

/// <summary>How a list that can be very long is read from afar (B646, B647).</summary>
/// <param name="Backwards">The address of its first page in the opposite order: its end. Null when it has one order only.</param>
/// <param name="Unordered">The address of the same rows in the server's own order, which is the quickest, for whoever wants all of them. Null where nobody does.</param>
public sealed record FarReading(string? Backwards = null, string? Unordered = null);
