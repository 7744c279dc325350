using System.Buffers;

namespace Berth.Clustering;

/// <summary>The body of a request, kept so that it can be read, and sent on, more than once. One that is too large for that goes once, from the client to the node that takes it.</summary>
internal sealed class KeptBody
{
    private readonly Stream _rest;

    private KeptBody(byte[] bytes, bool isWhole, Stream rest) => (Bytes, IsWhole, _rest) = (bytes, isWhole, rest);

    /// <summary>What was kept.</summary>
    public byte[] Bytes { get; }

    /// <summary>Whether that is everything.</summary>
    public bool IsWhole { get; }

    /// <summary>The body of a request; read the first time it is asked for.</summary>
    public static async ValueTask<KeptBody> OfAsync(HttpContext context)
    {
        if (context.Features.Get<KeptBody>() is { } known)
        {
            return known;
        }

        Stream stream = context.Request.Body;
        KeptBody kept;
        if (context.Request.ContentLength is { } length && length <= EdgeLimits.Body)
        {
            byte[] bytes = new byte[(int)length];
            int read = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, context.RequestAborted).ConfigureAwait(false);
            kept = new KeptBody(read == bytes.Length ? bytes : bytes[..read], true, Stream.Null);
        }
        else
        {
            // Of an unknown length, or too long: nothing of it is read before it is known who takes it.
            bool isEmpty = context.Request.ContentLength is null && context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false };
            kept = new KeptBody([], isEmpty, isEmpty ? Stream.Null : stream);
        }

        context.Features.Set(kept);
        kept.Rewind(context);
        return kept;
    }

    /// <summary>Lets the request be read from the beginning.</summary>
    public void Rewind(HttpContext context) => context.Request.Body = IsWhole ? new MemoryStream(Bytes, false) : _rest;
}
