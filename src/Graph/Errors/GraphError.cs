using System.Globalization;
using System.Text.Json;
using Berth.Engine.Collections;

namespace Berth.Graph.Errors;

/// <summary>One of several reasons of an error: <c>error.details[]</c>.</summary>
/// <param name="Code">Graph's code, such as <c>ObjectConflict</c>.</param>
/// <param name="Message">A sentence.</param>
/// <param name="Target">The property meant.</param>
public sealed record ErrorDetail(string Code, string Message, string Target);

/// <summary>
/// An error as a Graph client sees it (protocol, 1.5). Clients match on the messages, so the texts are part of the contract.
/// </summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">Graph's code, such as <c>Request_BadRequest</c>.</param>
/// <param name="Message">What happened, to whom, and what to do.</param>
/// <param name="InnerCode">Berth's stable machine code in <c>innerError.code</c> (L14).</param>
public sealed record GraphError(int Status, string Code, string Message, string InnerCode)
{
    /// <summary>Directory validation and every licensing rule.</summary>
    public const string RequestBadRequest = "Request_BadRequest";

    /// <summary>Written to <c>error.details</c> unless empty.</summary>
    public ValueArray<ErrorDetail> Details { get; init; }

    /// <summary>A request that is wrong by its shape or its values.</summary>
    public static GraphError BadRequest(string innerCode, string message) => new(400, RequestBadRequest, message, innerCode);

    /// <summary>E11: no object with this id or name.</summary>
    public static GraphError ResourceNotFound(string id) => new(
        404,
        "Request_ResourceNotFound",
        $"Resource '{id}' does not exist or one of its queried reference-property objects are not present.",
        "resourceNotFound");

    /// <summary>No such path.</summary>
    public static GraphError SegmentNotFound(string segment) =>
        new(400, "BadRequest", $"Resource not found for the segment '{segment}'.", "segmentNotFound");

    /// <summary>The path exists, the method does not.</summary>
    public static GraphError MethodNotAllowed() =>
        new(405, RequestBadRequest, "Specified HTTP method is not allowed for the request target.", "methodNotAllowed");

    /// <summary>E12: the caller lacks a permission.</summary>
    public static GraphError Denied() => new(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.", "permissionMissing");

    /// <summary><c>/me</c> with an application's own token.</summary>
    public static GraphError MeNeedsUser() =>
        new(400, "BadRequest", "/me request is only valid with delegated authentication flow.", "delegatedTokenNeeded");

    /// <summary>No token, or one that is not accepted; the message says which.</summary>
    public static GraphError Unauthenticated(string message) => new(401, "InvalidAuthenticationToken", message, "tokenNotAccepted");

    /// <summary>A query option that the collection does not support.</summary>
    public static GraphError UnsupportedQuery(string message) => new(400, "Request_UnsupportedQuery", message, "queryNotSupported");

    /// <summary>A body beyond what the route takes.</summary>
    public static GraphError BodyTooLarge(long limit) => new(
        413, RequestBadRequest, $"The request body is larger than the {limit} bytes that this request may have.", "bodyTooLarge");

    /// <summary>A body of another kind than the route takes.</summary>
    public static GraphError WrongContentType(string expected) => new(
        415, RequestBadRequest, $"The request's Content-Type is missing or not supported: send {expected}.", "contentTypeNotSupported");

    /// <summary>The request cannot be served now and can be sent again.</summary>
    public static GraphError Unavailable(string message) => new(503, "serviceNotAvailable", message, "tryAgain");
}

/// <summary>What every answer says about its request.</summary>
/// <param name="RequestId">Ours, in <c>request-id</c>.</param>
/// <param name="ClientRequestId">The client's own, echoed in <c>client-request-id</c>; ours when it sent none.</param>
/// <param name="At">The real time, without regard to the tenant's clock.</param>
public readonly record struct RequestMark(Guid RequestId, string ClientRequestId, DateTimeOffset At);

/// <summary>The envelope of every answer with a status of 400 and above.</summary>
public static class ErrorEnvelope
{
    /// <summary>Writes <c>{"error":{...}}</c>.</summary>
    public static void Write(Utf8JsonWriter writer, GraphError error, RequestMark mark)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("error"u8);
        writer.WriteString("code"u8, error.Code);
        writer.WriteString("message"u8, error.Message);
        if (error.Details.Count > 0)
        {
            writer.WriteStartArray("details"u8);
            foreach (ErrorDetail detail in error.Details)
            {
                writer.WriteStartObject();
                writer.WriteString("code"u8, detail.Code);
                writer.WriteString("message"u8, detail.Message);
                writer.WriteString("target"u8, detail.Target);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        writer.WriteStartObject("innerError"u8);
        writer.WriteString("code"u8, error.InnerCode);
        // Graph's date has no zone; clients read it as UTC.
        writer.WriteString("date"u8, mark.At.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture));
        writer.WriteString("request-id"u8, mark.RequestId);
        writer.WriteString("client-request-id"u8, mark.ClientRequestId);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
