using System.Globalization;
using Berth.Graph.Requests;

namespace Berth.Graph.Scim;

/// <summary>Errors as SCIM tells them (B808): its own envelope, with a <c>scimType</c> where RFC 7644 has one.</summary>
internal static class ScimError
{
    private static readonly string[] Types =
        ["invalidFilter", "tooMany", "uniqueness", "mutability", "invalidSyntax", "invalidPath", "noTarget", "invalidValue"];

    /// <summary>The filter cannot be read, or names something there is not.</summary>
    public static GraphError Filter(string message) => new(400, "invalidFilter", message, "filterInvalid");

    /// <summary>The path of a PATCH cannot be read.</summary>
    public static GraphError Path(string message) => new(400, "invalidPath", message, "pathInvalid");

    /// <summary>The body has another shape than the protocol gives it.</summary>
    public static GraphError Syntax(string message) => new(400, "invalidSyntax", message, "bodyInvalid");

    /// <summary>A value is missing or cannot be.</summary>
    public static GraphError Value(string message) => new(400, "invalidValue", message, "valueInvalid");

    /// <summary>An operation has no target.</summary>
    public static GraphError NoTarget(string message) => new(400, "noTarget", message, "targetMissing");

    /// <summary>What cannot be changed, or not now.</summary>
    public static GraphError Mutability(string message) => new(400, "mutability", message, "readOnly");

    /// <summary>The answer would be larger than one may be.</summary>
    public static GraphError TooMany(string message) => new(400, "tooMany", message, "answerTooLarge");

    /// <summary>The resource is not there.</summary>
    public static GraphError NotFound(string id) => new(404, "", $"Resource {id} not found.", "resourceNotFound");

    /// <summary>An error of the room as SCIM has it: another status where the two protocols differ, and the type.</summary>
    public static (int Status, string? Type) Of(GraphError error) => error switch
    {
        _ when Types.Contains(error.Code) => (error.Status, error.Code),
        { InnerCode: "userPrincipalNameTaken" or "idTaken" } => (409, "uniqueness"),
        { InnerCode: "groupIsDynamic" } => (400, "mutability"),
        { InnerCode: "pathUnknown" } => (404, null),
        { InnerCode: "bodyMissing" or "jsonInvalid" or "propertyRepeated" } => (400, "invalidSyntax"),
        { Status: 400 } => (400, "invalidValue"),
        _ => (error.Status, null),
    };

    /// <summary>The answer for an error.</summary>
    public static GraphResponse Response(GraphError error)
    {
        (int status, string? type) = Of(error);
        return GraphResponse.Json(
            status,
            (error, status, type),
            static (json, s) =>
            {
                json.WriteStartObject();
                json.WriteStartArray("schemas"u8);
                json.WriteStringValue(ScimSchemas.Error);
                json.WriteEndArray();
                json.WriteString("status"u8, s.status.ToString(CultureInfo.InvariantCulture));
                if (s.type is not null)
                {
                    json.WriteString("scimType"u8, s.type);
                }

                json.WriteString("detail"u8, s.error.Message);
                json.WriteEndObject();
            },
            error.Headers);
    }
}
