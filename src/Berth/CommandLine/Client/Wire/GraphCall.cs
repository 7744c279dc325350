using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Berth.CommandLine.Client.Wire;

/// <summary>One request, before it is sent alone or as an item of a batch.</summary>
/// <param name="Method">The method.</param>
/// <param name="Path">Path and query from the version on, such as <c>/v1.0/users/a%40b</c>.</param>
/// <param name="Body">JSON, or null.</param>
internal sealed record GraphCall(HttpMethod Method, string Path, byte[]? Body = null)
{
    /// <summary>Graph's interface that every command uses; one item of a batch names its path without it.</summary>
    public const string Version = "/v1.0";

    /// <summary>The id under which a write happens once, however often it is sent; null for a read.</summary>
    public Guid? RepeatabilityId { get; init; } = Method == HttpMethod.Get ? null : Guid.NewGuid();

    /// <summary>What the body is.</summary>
    public string ContentType { get; init; } = "application/json";

    /// <summary>Whether Graph must be asked for its advanced queries.</summary>
    public bool Eventual { get; init; }

    /// <summary>A read.</summary>
    public static GraphCall Get(string path) => new(HttpMethod.Get, path);

    /// <summary>A write with a JSON body.</summary>
    public static GraphCall Write<T>(HttpMethod method, string path, T body, JsonTypeInfo<T> type) =>
        new(method, path, JsonSerializer.SerializeToUtf8Bytes(body, type));
}
