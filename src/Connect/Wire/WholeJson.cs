using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;

namespace Berth.Connect.Wire;

/// <summary>JSON of somebody else, or of a file that anybody may have touched: what nobody writes is refused before anything is made of it (B760).</summary>
public static class WholeJson
{
    /// <summary>Reads a value.</summary>
    /// <exception cref="JsonException">It is no JSON, not of the type, null, or a list in it has null in place of an item.</exception>
    public static T Read<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type)
    {
        Check(json, gaps: false);
        return JsonSerializer.Deserialize(json, type) ?? throw new JsonException("It is null.");
    }

    /// <summary>Goes over JSON once.</summary>
    /// <param name="json">The bytes.</param>
    /// <param name="gaps">Whether a list may have null in place of an item.</param>
    /// <exception cref="JsonException">It is no JSON, or a text in it has half a character, or a list has a gap.</exception>
    public static void Check(ReadOnlySpan<byte> json, bool gaps)
    {
        if (!Utf8.IsValid(json))
        {
            throw new JsonException("It is not UTF-8.");
        }

        Utf8JsonReader reader = new(json);
        Stack<bool> lists = [];
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartArray or JsonTokenType.StartObject:
                    lists.Push(reader.TokenType == JsonTokenType.StartArray);
                    break;
                case JsonTokenType.EndArray or JsonTokenType.EndObject:
                    lists.Pop();
                    break;
                case JsonTokenType.Null when !gaps && lists.TryPeek(out bool isList) && isList:
                    throw new JsonException("A list has null in place of an item.");
                case JsonTokenType.String or JsonTokenType.PropertyName when reader.ValueIsEscaped:
                    try
                    {
                        _ = reader.GetString();
                    }
                    catch (InvalidOperationException half)
                    {
                        throw new JsonException("A text has half a character.", half);
                    }

                    break;
            }
        }
    }
}
