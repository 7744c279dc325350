using System.Globalization;
using System.Text.Json;
using System.Xml;
using Berth.Engine.Catalog;
using Berth.Engine.Collections;
using Berth.Graph.Requests;

namespace Berth.Graph.Writes;

/// <summary>
/// Reads a JSON body property by property and keeps the first thing that is wrong with it. After an error every further value
/// reads as nothing, so a caller checks <see cref="Error"/> once, at the end.
/// </summary>
/// <param name="resource">What messages call the thing that is written: <c>User</c>, <c>Group</c>.</param>
internal sealed class BodyReader(string resource)
{
    // So many names are compared one by one; more are looked up.
    private const int FewProperties = 8;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = GraphLimits.JsonDepth };

    /// <summary>The first error, or null.</summary>
    public GraphError? Error { get; private set; }

    /// <summary>The document of a body, or null with <see cref="Error"/> set. Its texts can be read without further care.</summary>
    public JsonDocument? Parse(ReadOnlyMemory<byte> body)
    {
        if (body.IsEmpty)
        {
            Fail("bodyMissing", "Empty Payload. JSON content expected.");
            return null;
        }

        try
        {
            CheckTexts(body.Span);
            return JsonDocument.Parse(body, Options);
        }
        catch (JsonException bad)
        {
            Fail("jsonInvalid", "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format. "
                + string.Create(CultureInfo.InvariantCulture, $"Line {bad.LineNumber + 1}, byte {bad.BytePositionInLine + 1}: {FirstSentence(bad.Message)}"));
            return null;
        }
    }

    /// <summary>Keeps an error unless there is one already.</summary>
    public void Fail(GraphError error) => Error ??= error;

    /// <summary>Keeps a <c>Request_BadRequest</c> unless there is an error already.</summary>
    public void Fail(string innerCode, string message) => Fail(GraphError.BadRequest(innerCode, message));

    /// <summary>A value of a right type that is not acceptable.</summary>
    /// <param name="property">Its name.</param>
    /// <param name="reason">A sentence, or null when Graph's own says enough.</param>
    public void FailValue(string property, string? reason) =>
        Fail("valueInvalid", $"Invalid value specified for property '{property}' of resource '{resource}'.{(reason is null ? "" : " " + reason)}");

    /// <summary>A property that has no meaning here.</summary>
    public void FailUnknown(string property, string? reason = null) =>
        Fail("propertyUnknown", $"Invalid property '{property}'. {reason ?? $"Resource '{resource}' has no property of this name that can be written here."}");

    /// <summary>A required property is not there.</summary>
    public void FailMissing(string property) => Fail("valueMissing", $"A value is required for property '{property}' of resource '{resource}'.");

    /// <summary>
    /// The properties of an object, each name once ignoring case, without OData's own (<c>@odata.type</c>, <c>x@odata.type</c>), but with
    /// <c>x@odata.bind</c>. Ends at the first error.
    /// </summary>
    public IEnumerable<(string Name, JsonElement Value)> Properties(JsonElement element, string what)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            FailType(element, what, "an object");
            yield break;
        }

        List<string> few = [];
        HashSet<string>? many = null;
        foreach (JsonProperty property in element.EnumerateObject())
        {
            string name = property.Name;
            int at = name.IndexOf('@', StringComparison.Ordinal);
            if (at >= 0 && name.AsSpan(at + 1).StartsWith("odata.", StringComparison.OrdinalIgnoreCase)
                && !name.EndsWith("@odata.bind", StringComparison.OrdinalIgnoreCase) && !name.Equals("@odata.id", StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            if (few.Count == FewProperties)
            {
                many ??= new HashSet<string>(few, StringComparer.OrdinalIgnoreCase);
            }

            if (many is not null ? !many.Add(name) : few.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                Fail("propertyRepeated", $"The property '{name}' occurs more than once.");
            }

            if (Error is not null)
            {
                yield break;
            }

            if (many is null)
            {
                few.Add(name);
            }

            yield return (name, property.Value);
        }
    }

    /// <summary>The elements of an array, or nothing with an error.</summary>
    public JsonElement.ArrayEnumerator Items(JsonElement element, string what)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            return element.EnumerateArray();
        }

        FailType(element, what, "an array");
        return default;
    }

    /// <summary>A text without control characters but tabs and line ends; null and empty read as null.</summary>
    /// <param name="element">The value.</param>
    /// <param name="property">Its name.</param>
    /// <param name="longest">The most characters.</param>
    public string? Text(JsonElement element, string property, int longest)
    {
        if (element.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (element.ValueKind != JsonValueKind.String)
        {
            FailType(element, property, "Edm.String");
            return null;
        }

        string text = element.GetString()!;
        if (text.Length > longest)
        {
            FailValue(property, string.Create(CultureInfo.InvariantCulture, $"It has {text.Length} characters; at most {longest} are possible."));
            return null;
        }

        if (text.AsSpan().ContainsAnyInRange('\0', '\u001f') && text.Any(c => char.IsControl(c) && c is not ('\t' or '\r' or '\n')))
        {
            FailValue(property, "It has a control character.");
            return null;
        }

        return text.Length == 0 ? null : text;
    }

    /// <summary>A text that must be there and have at least one character that is not a blank.</summary>
    public string Required(JsonElement element, string property, int longest)
    {
        string? text = Text(element, property, longest);
        if (string.IsNullOrWhiteSpace(text))
        {
            FailValue(property, "It must not be empty.");
        }

        return text ?? "";
    }

    /// <summary>True or false.</summary>
    public bool Flag(JsonElement element, string property)
    {
        if (element.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            FailType(element, property, "Edm.Boolean");
        }

        return element.ValueKind == JsonValueKind.True;
    }

    /// <summary>A whole number from a range.</summary>
    public int Whole(JsonElement element, string property, int least, int most)
    {
        if (element.ValueKind != JsonValueKind.Number)
        {
            FailType(element, property, "Edm.Int32");
            return least;
        }

        if (!element.TryGetInt32(out int number) || number < least || number > most)
        {
            FailValue(property, string.Create(CultureInfo.InvariantCulture, $"It must be a whole number from {least} to {most}."));
            return least;
        }

        return number;
    }

    /// <summary>A GUID as 32 digits in five groups (L5).</summary>
    public Guid Id(JsonElement element, string property)
    {
        if (element.ValueKind == JsonValueKind.String && element.TryGetGuid(out Guid id))
        {
            return id;
        }

        string given = element.ValueKind == JsonValueKind.String ? $"'{Shortened(element.GetString()!)}'" : Kind(element);
        Fail("guidInvalid", $"Cannot convert a primitive value to the expected type 'Edm.Guid'. The value of '{property}' was {given}.");
        return Guid.Empty;
    }

    /// <summary>One of the members of an enumeration, by its name in camel case or as written, ignoring case.</summary>
    public T OneOf<T>(JsonElement element, string property, IReadOnlyDictionary<string, T> members)
    {
        string text = Text(element, property, GraphLimits.NameCharacters) ?? "";
        if (members.TryGetValue(text, out T? member))
        {
            return member;
        }

        FailValue(property, $"It must be one of {string.Join(", ", members.Keys)}.");
        return members.First().Value;
    }

    /// <summary>An ISO 8601 duration such as <c>P7D</c> or <c>PT0S</c>.</summary>
    public TimeSpan Duration(JsonElement element, string property)
    {
        string text = Text(element, property, GraphLimits.NameCharacters) ?? "";
        try
        {
            return XmlConvert.ToTimeSpan(text);
        }
        catch (Exception bad) when (bad is FormatException or OverflowException)
        {
            FailValue(property, "It must be an ISO 8601 duration such as P7D or PT15M.");
            return default;
        }
    }

    /// <summary>An ISO 8601 instant with its zone, such as <c>2026-11-23T12:00:00Z</c>.</summary>
    public DateTimeOffset Instant(JsonElement element, string property)
    {
        string text = Text(element, property, GraphLimits.NameCharacters) ?? "";
        if (text.Length > 10 && text[10] is 'T' or 't' && HasZone(text)
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTimeOffset instant))
        {
            return instant.ToUniversalTime();
        }

        FailValue(property, "It must be an ISO 8601 instant with its zone, such as 2026-11-23T12:00:00Z.");
        return default;
    }

    /// <summary>A list of texts, kept as one text with line feeds between them; null when the list is empty.</summary>
    public string? Lines(JsonElement element, string property, int most, int longest)
    {
        List<string> lines = [];
        foreach (JsonElement item in Items(element, property))
        {
            string line = Required(item, property, longest);
            if (line.AsSpan().ContainsAny('\r', '\n'))
            {
                FailValue(property, "An item has a line end.");
            }

            lines.Add(line);
            if (lines.Count > most)
            {
                FailValue(property, string.Create(CultureInfo.InvariantCulture, $"At most {most} items are possible."));
            }

            if (Error is not null)
            {
                return null;
            }
        }

        return lines.Count == 0 ? null : string.Join('\n', lines);
    }

    /// <summary>A usage location: a country of ISO 3166-1 (L20); null takes it away.</summary>
    public string? Country(JsonElement element, string property)
    {
        string? text = Text(element, property, GraphLimits.NameCharacters);
        if (text is null || Countries.IsKnown(text))
        {
            return text is null ? null : Countries.Canonical(text);
        }

        FailValue(property, null);
        return null;
    }

    /// <summary>A list of GUIDs.</summary>
    public ValueArray<Guid> Ids(JsonElement element, string property)
    {
        List<Guid> ids = [];
        foreach (JsonElement item in Items(element, property))
        {
            ids.Add(Id(item, property));
            if (Error is not null)
            {
                return [];
            }
        }

        return ids.ToValueArray();
    }

    /// <summary>A value of another JSON type than the property has.</summary>
    public void FailType(JsonElement element, string property, string wanted) => Fail(
        "typeWrong",
        wanted.StartsWith("Edm.", StringComparison.Ordinal)
            ? $"Cannot convert a primitive value to the expected type '{wanted}'. The value of '{property}' was {Kind(element)}."
            : $"The value of '{property}' must be {wanted}; it was {Kind(element)}.");

    // JSON lets an escape stand for half a character; no text has one.
    private static void CheckTexts(ReadOnlySpan<byte> json)
    {
        Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = GraphLimits.JsonDepth });
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
            {
                bool whole = !reader.ValueIsEscaped && System.Text.Unicode.Utf8.IsValid(reader.ValueSpan);
                try
                {
                    _ = whole ? null : reader.GetString();
                }
                catch (InvalidOperationException)
                {
                    throw new JsonException("A text is not valid Unicode.", null, 0, reader.TokenStartIndex);
                }
            }
        }
    }

    private static string FirstSentence(string message)
    {
        // What follows repeats path, line and position.
        int end = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return end < 0 ? message : message[..end];
    }

    private static string Shortened(string text) => text.Length <= GraphLimits.NameCharacters ? text : text[..GraphLimits.NameCharacters] + "...";

    private static bool HasZone(string text) => text[^1] is 'Z' or 'z' || text.AsSpan(11).ContainsAny('+', '-');

    private static string Kind(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "true or false",
        JsonValueKind.Null => "null",
        JsonValueKind.Undefined => "nothing",
    };
}
