using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Berth.Engine.Catalog;

namespace Berth.CommandLine.Client.AsCode.Format;

/// <summary>The JSON Schema of a file of licenses, so that editors complete and check it (B559); made from the table that the reader reads by.</summary>
internal static class ShapeSchema
{
    /// <summary>The schema.</summary>
    public static string Of(Shape.Map file)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("$schema"u8, "http://json-schema.org/draft-07/schema#"u8);
            json.WriteString("$id"u8, "urn:berth:licenses:1"u8);
            json.WriteString("title"u8, "Berth: licenses as code"u8);
            Write(json, file);
            json.WriteStartObject("definitions"u8);
            json.WriteStartObject("sku"u8);
            json.WriteStartArray("anyOf"u8);
            json.WriteStartObject();
            json.WriteStartArray("enum"u8);

            // What editors offer; any other name is as good.
            foreach (string name in SkuCatalog.BuiltIn.Skus.GroupBy(sku => sku.PartNumber, StringComparer.OrdinalIgnoreCase).Where(same => same.Count() == 1).Select(same => same.Key).Order(StringComparer.Ordinal))
            {
                json.WriteStringValue(name);
            }

            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteStartObject();
            Text(json);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    private static void Write(Utf8JsonWriter json, Shape shape)
    {
        switch (shape)
        {
            case Shape.Text { IsSku: true }:
                json.WriteStartArray("allOf"u8);
                json.WriteStartObject();
                json.WriteString("$ref"u8, "#/definitions/sku"u8);
                json.WriteEndObject();
                json.WriteEndArray();
                break;
            case Shape.Text:
                Text(json);
                break;
            case Shape.Whole { Least: var least, Most: var most } when least == most:
                json.WriteNumber("const"u8, least);
                break;
            case Shape.Whole whole:
                json.WriteString("type"u8, "integer"u8);
                json.WriteNumber("minimum"u8, whole.Least);
                json.WriteNumber("maximum"u8, whole.Most);
                break;
            case Shape.Word word:
                json.WriteStartArray("enum"u8);
                foreach (string one in word.Words)
                {
                    json.WriteStringValue(one);
                }

                json.WriteEndArray();
                break;
            case Shape.ListOf list:
                json.WriteString("type"u8, "array"u8);
                json.WriteStartObject("items"u8);
                Write(json, list.Item);
                json.WriteEndObject();
                break;
            case Shape.TextOrMap either:
                json.WriteStartArray("anyOf"u8);
                foreach (Shape one in new Shape[] { either.Short, either.Long })
                {
                    json.WriteStartObject();
                    Write(json, one);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                break;
            case Shape.Map map:
                Keys(json, map);
                break;
            default:
                throw new InvalidOperationException($"Nobody has said what {shape.GetType().Name} is in a schema.");
        }
    }

    private static void Keys(Utf8JsonWriter json, Shape.Map map)
    {
        json.WriteString("type"u8, "object"u8);
        json.WriteBoolean("additionalProperties"u8, false);
        json.WriteStartArray("required"u8);
        foreach (ShapeKey key in map.Keys.Where(key => key.IsRequired))
        {
            json.WriteStringValue(key.Name);
        }

        json.WriteEndArray();
        json.WriteStartObject("properties"u8);
        foreach (ShapeKey key in map.Keys)
        {
            json.WriteStartObject(key.Name);
            json.WriteString("description"u8, $"{key.Meaning} Expected: {key.Shape.Says}.");
            Write(json, key.Shape);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void Text(Utf8JsonWriter json)
    {
        json.WriteString("type"u8, "string"u8);
        json.WriteNumber("minLength"u8, 1);
        json.WriteNumber("maxLength"u8, CodeLimits.TextCharacters);
    }
}
