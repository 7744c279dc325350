namespace Berth.Serving;

/// <summary>Reads request bodies that are small by nature.</summary>
internal static class BoundedBody
{
    /// <summary>
    /// The whole body, or null when it is longer than the limit. Then the rest is left to Kestrel, which discards it for some seconds: a client that is
    /// still sending gets to read the refusal instead of a broken connection.
    /// </summary>
    public static async Task<Memory<byte>?> ReadBodyAsync(this HttpContext context, int limit)
    {
        if (context.Request.ContentLength > limit)
        {
            return null;
        }

        byte[] buffer = new byte[limit + 1];
        try
        {
            int length = await context.Request.Body.ReadAtLeastAsync(buffer, buffer.Length, false, context.RequestAborted).ConfigureAwait(false);
            return length > limit ? null : buffer.AsMemory(0, length);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested)
        {
            // The client has gone: whatever is answered, nobody reads it.
            return Memory<byte>.Empty;
        }
    }
}
