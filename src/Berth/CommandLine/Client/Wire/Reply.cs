using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Berth.CommandLine.Client.Wire;

/// <summary>What came back: a value or a refusal.</summary>
/// <param name="Value">The value, when it was granted.</param>
/// <param name="Refusal">Why not, when it was refused.</param>
internal readonly record struct Reply<T>(T? Value, GraphRefusal? Refusal)
    where T : class
{
    /// <summary>Whether it was granted, with what goes with either.</summary>
    public bool Is([NotNullWhen(true)] out T? value, [NotNullWhen(false)] out GraphRefusal? refusal)
    {
        (value, refusal) = (Value, Refusal);
        return value is not null;
    }
}

/// <summary>An answer as it came.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">The bytes of the body.</param>
internal sealed record GraphAnswer(int Status, ReadOnlyMemory<byte> Body)
{
    /// <summary>Whether it was done.</summary>
    public bool IsDone => Status is >= 200 and < 300;

    /// <summary>The body of an answer that is done.</summary>
    /// <exception cref="ConnectionFailedException">It is not what Graph would send.</exception>
    public T Read<T>(JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(Body.Span, type) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            throw new ConnectionFailedException("the server's answer is not Microsoft Graph's: is --graph right?", e);
        }
    }
}
