using System.Text.Json;

namespace Berth.PowerShell.Wire;

/// <summary>What is read of an answer. A property that is not there reads as empty: an older server may not know it.</summary>
internal static class Json
{
    // What every reader of JSON takes as it is.
    private const long Largest = (1L << 53) - 1;

    /// <summary>A text; empty for null and for what is missing.</summary>
    public static string Text(this JsonElement json, string name) => json.TextOrNull(name) ?? "";

    /// <summary>A text, or null.</summary>
    public static string? TextOrNull(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out JsonElement value)
            ? value.ValueKind switch { JsonValueKind.Null or JsonValueKind.Undefined => null, JsonValueKind.String => value.GetString(), _ => value.GetRawText() }
            : null;

    /// <summary>An id.</summary>
    /// <exception cref="BerthException">There is none.</exception>
    public static Guid Id(this JsonElement json, string name) => Guid.TryParse(json.Text(name), out Guid id) ? id
        : throw new BerthException("answerUnreadable", $"The server answered with something that has no '{name}' where one has to be: is it a Berth?");

    /// <summary>A whole number; 0 when it is missing, or larger than anything that is counted.</summary>
    public static long Number(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number)
            && number is >= -Largest and <= Largest ? number : 0;

    /// <summary>Whether it says true.</summary>
    public static bool Flag(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.True;

    /// <summary>A time; null when there is none.</summary>
    public static DateTimeOffset? Time(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String && value.TryGetDateTimeOffset(out DateTimeOffset time) ? time : null;

    /// <summary>The object of a name; an empty element when there is none.</summary>
    public static JsonElement Part(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out JsonElement value) ? value : default;

    /// <summary>The items of a list; none when there is no list.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement json, string name) =>
        json.Part(name) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : [];

    /// <summary>The texts of a list.</summary>
    public static string[] Texts(this JsonElement json, string name) =>
        [.. json.Items(name).Select(static item => item.ValueKind == JsonValueKind.String ? item.GetString()! : item.GetRawText())];
}
