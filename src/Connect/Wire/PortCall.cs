namespace Berth.Connect.Wire;

/// <summary>One request to a tenant's Graph, alone or as an item of a <c>$batch</c>.</summary>
/// <param name="Method">The method.</param>
/// <param name="Path">Path and query from the version on, such as <c>/v1.0/users?$select=id</c>, or a whole link that the same Graph gave (<c>@odata.nextLink</c>).</param>
/// <param name="Body">JSON; empty for none.</param>
public sealed record PortCall(HttpMethod Method, string Path, ReadOnlyMemory<byte> Body = default)
{
    /// <summary>
    /// Whether sending it twice is the same as sending it once. Only then is it sent again when nobody knows whether it arrived; else the answer is
    /// <see cref="PortAnswer.Lost"/> and the caller looks.
    /// </summary>
    public bool CanRepeat { get; init; } = Method == HttpMethod.Get;

    /// <summary>How many writes it is: every item of a batch that is no read counts (L164).</summary>
    public int Writes { get; init; } = Method == HttpMethod.Get ? 0 : 1;

    /// <summary>The id under which Berth does a write once, however often it comes; Microsoft's Graph does not know it.</summary>
    public string? RepeatabilityId { get; init; }

    /// <summary>Whether Graph is asked for its advanced queries (<c>ConsistencyLevel: eventual</c>).</summary>
    public bool Eventual { get; init; }

    /// <summary>The header <c>Prefer</c>, such as <c>odata.maxpagesize=999</c>.</summary>
    public string? Prefer { get; init; }

    /// <summary>A read.</summary>
    public static PortCall Get(string path) => new(HttpMethod.Get, path);
}
