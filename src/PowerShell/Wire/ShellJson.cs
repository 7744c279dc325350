using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Text.Json;
using System.Text.Unicode;

namespace Berth.PowerShell.Wire;

/// <summary>Values of the shell as JSON and back: hashtables and objects with properties are objects, lists are lists.</summary>
internal static class ShellJson
{
    /// <summary>Writes JSON into bytes.</summary>
    public static byte[] Write(Action<Utf8JsonWriter> write)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes))
        {
            write(json);
        }

        return bytes.ToArray();
    }

    /// <summary>JSON that came from elsewhere.</summary>
    /// <exception cref="JsonException">It is none, or a text in it has half a character.</exception>
    public static JsonElement Parse(byte[] bytes)
    {
        if (!Utf8.IsValid(bytes))
        {
            throw new JsonException("It is not UTF-8.");
        }

        Utf8JsonReader reader = new(bytes);
        try
        {
            while (reader.Read())
            {
                _ = reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped ? reader.GetString() : null;
            }
        }
        catch (InvalidOperationException half)
        {
            throw new JsonException("A text has half a character.", half);
        }

        using JsonDocument json = JsonDocument.Parse(bytes);
        return json.RootElement.Clone();
    }

    /// <summary>Writes a value of the shell.</summary>
    /// <exception cref="BerthException">It is nested too deep, perhaps in itself.</exception>
    public static void Write(Utf8JsonWriter json, object? value, int depth = 0)
    {
        if (depth > ShellLimits.Depth)
        {
            throw new BerthException("changeUnreadable", $"A change is nested more than {ShellLimits.Depth} deep.", 400);
        }

        switch (value)
        {
            case PSObject { BaseObject: PSCustomObject } custom:
                json.WriteStartObject();
                foreach (PSPropertyInfo property in custom.Properties)
                {
                    json.WritePropertyName(property.Name);
                    Write(json, property.Value, depth + 1);
                }

                json.WriteEndObject();
                break;
            case PSObject wrapped:
                Write(json, wrapped.BaseObject, depth);
                break;
            case IDictionary table:
                json.WriteStartObject();
                foreach (DictionaryEntry entry in table)
                {
                    json.WritePropertyName(Convert.ToString(entry.Key, CultureInfo.InvariantCulture)!);
                    Write(json, entry.Value, depth + 1);
                }

                json.WriteEndObject();
                break;
            case null:
                json.WriteNullValue();
                break;
            case string text:
                json.WriteStringValue(text);
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case SwitchParameter given:
                json.WriteBooleanValue(given.IsPresent);
                break;
            case byte or sbyte or short or ushort or int or uint or long:
                json.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case decimal or double or float:
                json.WriteNumberValue(Convert.ToDecimal(value, CultureInfo.InvariantCulture));
                break;
            case DateTime or DateTimeOffset:
                json.WriteStringValue(((IFormattable)value).ToString("o", CultureInfo.InvariantCulture));
                break;
            case IEnumerable list:
                json.WriteStartArray();
                foreach (object? item in list)
                {
                    Write(json, item, depth + 1);
                }

                json.WriteEndArray();
                break;
            default:
                json.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }

    /// <summary>JSON as a value of the shell.</summary>
    public static object? Read(JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                PSObject read = new();
                foreach (JsonProperty property in json.EnumerateObject())
                {
                    read.Properties.Add(new PSNoteProperty(property.Name, Read(property.Value)));
                }

                return read;
            case JsonValueKind.Array:
                return json.EnumerateArray().Select(Read).ToArray();
            case JsonValueKind.String:
                return json.GetString();
            case JsonValueKind.Number:
                return json.TryGetInt64(out long whole) ? whole : json.GetDouble();
            case JsonValueKind.True or JsonValueKind.False:
                return json.GetBoolean();
            default:
                return null;
        }
    }
}
