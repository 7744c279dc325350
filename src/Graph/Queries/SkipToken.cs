using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;

namespace Berth.Graph.Queries;

/// <summary>Where a page ended: the position of its last row and that row's sort keys. Opaque to clients.</summary>
/// <param name="Position">The position.</param>
/// <param name="Keys">The sort keys as text, null where the row has none.</param>
internal sealed record SkipToken(int Position, string?[] Keys)
{
    /// <summary>The token as it stands in a link.</summary>
    public string Encode()
    {
        if (Keys.Length == 0)
        {
            Span<byte> text = stackalloc byte[16];
            return System.Text.Unicode.Utf8.TryWrite(text, CultureInfo.InvariantCulture, $"[{Position}]", out int length)
                ? Base64Url.EncodeToString(text[..length])
                : throw new InvalidOperationException("A position has at most ten digits.");
        }

        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes))
        {
            json.WriteStartArray();
            json.WriteNumberValue(Position);
            foreach (string? key in Keys)
            {
                json.WriteStringValue(key);
            }

            json.WriteEndArray();
        }

        return Base64Url.EncodeToString(bytes.ToArray());
    }

    /// <summary>Reads a token; null when nobody made it here.</summary>
    public static SkipToken? Decode(string text)
    {
        if (!Base64Url.IsValid(text))
        {
            return null;
        }

        try
        {
            using JsonDocument json = JsonDocument.Parse(Base64Url.DecodeFromChars(text));
            if (json.RootElement is not { ValueKind: JsonValueKind.Array } array || array.GetArrayLength() == 0
                || array[0].ValueKind != JsonValueKind.Number || !array[0].TryGetInt32(out int position) || position < 0)
            {
                return null;
            }

            string?[] keys = new string?[array.GetArrayLength() - 1];
            for (int i = 0; i < keys.Length; i++)
            {
                if (array[i + 1].ValueKind is not (JsonValueKind.String or JsonValueKind.Null))
                {
                    return null;
                }

                keys[i] = array[i + 1].GetString();
            }

            return new SkipToken(position, keys);
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            // Half a character is no text either.
            return null;
        }
    }

    /// <summary>The sort key of a row as text whose meaning <see cref="Compare"/> knows.</summary>
    public static string? KeyOf<TRow>(Operand<TRow> operand, TRow row) => operand switch
    {
        Operand<TRow>.Text text => text.Get(row),
        Operand<TRow>.Flag flag => flag.Get(row) is { } value ? (value ? "1" : "0") : null,
        Operand<TRow>.Identifier id => id.Get(row)?.ToString(),
        Operand<TRow>.Number number => number.Get(row)?.ToString(CultureInfo.InvariantCulture),
        Operand<TRow>.Time time => time.Get(row)?.UtcTicks.ToString("D19", CultureInfo.InvariantCulture),
        _ => null,
    };

    /// <summary>The order of two keys of the same operand; nothing comes first.</summary>
    public static int Compare<TRow>(Operand<TRow> operand, string? left, string? right) =>
        operand is Operand<TRow>.Number && left is not null && right is not null
            && long.TryParse(left, CultureInfo.InvariantCulture, out long a) && long.TryParse(right, CultureInfo.InvariantCulture, out long b)
            ? a.CompareTo(b)
            : string.Compare(left, right, StringComparison.OrdinalIgnoreCase);
}
