using System.Globalization;
using Berth.Graph.Requests;

namespace Berth.Serving;

/// <summary>Refusals of what lies beside Graph's own routes, in Graph's envelope.</summary>
internal static class GraphErrors
{
    /// <summary>Answers with an error.</summary>
    public static async Task WriteErrorAsync(this HttpContext context, GraphError error, TimeProvider time)
    {
        Guid id = Guid.NewGuid();
        using GraphResponse response = GraphResponse.Error(error, id, id.ToString(), time.GetUtcNow());
        context.Response.StatusCode = error.Status;
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.Headers["request-id"] = id.ToString();
        context.Response.Headers["client-request-id"] = id.ToString();
        if (error.Headers.Allow is { } allow)
        {
            context.Response.Headers.Allow = allow;
        }

        if (error.Headers.Authenticate is { } challenge)
        {
            context.Response.Headers.WWWAuthenticate = challenge;
        }

        if (error.Headers.RetryAfterSeconds > 0)
        {
            context.Response.Headers.RetryAfter = error.Headers.RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        }

        await context.Response.BodyWriter.WriteAsync(response.Body, context.RequestAborted).ConfigureAwait(false);
    }
}
