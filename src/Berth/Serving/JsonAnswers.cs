using System.Text.Json;

namespace Berth.Serving;

/// <summary>Answers of what lies beside Graph's own routes.</summary>
internal static class JsonAnswers
{
    /// <summary>Answers with JSON that nobody keeps: it may hold a secret.</summary>
    public static async Task WriteJsonAsync(this HttpContext context, int status, Action<Utf8JsonWriter> write)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        await using Utf8JsonWriter json = new(context.Response.BodyWriter);
        write(json);
    }
}
