using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using Berth.Graph.Requests;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.WebUtilities;

namespace Berth.Serving;

/// <summary>
/// What Kestrel cannot read never reaches the application: a request line that is too long, a broken header, <c>%00</c> in a path. Kestrel answers with
/// an empty body, which clients cannot read (protocol 1.5). It tells of it before it answers: then the error envelope goes out in its place.
/// </summary>
internal sealed class UnreadableRequests(TimeProvider time) : IObserver<KeyValuePair<string, object?>>
{
    private const string BadRequest = "Microsoft.AspNetCore.Server.Kestrel.BadRequest";

    /// <summary>Puts the envelope's way out into every connection of an endpoint.</summary>
    public static void At(ListenOptions listen) => listen.Use(next => connection =>
    {
        LastWord lastWord = new(connection.Transport.Output);
        connection.Features.Set(lastWord);
        connection.Transport = new Pipes(connection.Transport.Input, lastWord);
        return next(connection);
    });

    /// <summary>Listens to Kestrel until the result is disposed.</summary>
    public IDisposable Listen(DiagnosticListener kestrel) => kestrel.Subscribe(this, static (name, _, _) => name == BadRequest);

    /// <inheritdoc/>
    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (value is { Key: BadRequest, Value: IFeatureCollection features }
            && features.Get<IHttpResponseFeature>() is { HasStarted: false }
            && features.Get<LastWord>() is { } lastWord
            && features.Get<IBadRequestExceptionFeature>()?.Error is Microsoft.AspNetCore.Http.BadHttpRequestException bad)
        {
            lastWord.Say(Answer(ErrorOf(bad, features.Get<IHttpRequestFeature>()?.RawTarget)));
        }
    }

    /// <inheritdoc/>
    public void OnCompleted()
    {
    }

    /// <inheritdoc/>
    public void OnError(Exception error)
    {
    }

    private static GraphError ErrorOf(Microsoft.AspNetCore.Http.BadHttpRequestException bad, string? target) =>
        target?.Contains("%00", StringComparison.Ordinal) == true ? GraphError.NoCharacter : new GraphError(bad.StatusCode, "BadRequest", bad.Message, "requestInvalid");

    private byte[] Answer(GraphError error)
    {
        DateTimeOffset now = time.GetUtcNow();
        Guid id = Guid.NewGuid();
        using GraphResponse envelope = GraphResponse.Error(error, id, id.ToString(), now);
        string head = string.Create(
            CultureInfo.InvariantCulture,
            $"HTTP/1.1 {error.Status} {ReasonPhrases.GetReasonPhrase(error.Status)}\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: {envelope.Body.Length}\r\n"
            + $"Connection: close\r\nDate: {now:R}\r\nrequest-id: {id}\r\nclient-request-id: {id}\r\n\r\n");
        return [.. Encoding.ASCII.GetBytes(head), .. envelope.Body.Span];
    }

    private sealed record Pipes(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    /// <summary>The way out of a connection. Once the last word is said, nothing that Kestrel writes follows it.</summary>
    private sealed class LastWord(PipeWriter wire) : PipeWriter
    {
        private byte[]? _unsaid;

        public override bool CanGetUnflushedBytes => wire.CanGetUnflushedBytes;

        public override long UnflushedBytes => wire.UnflushedBytes;

        public void Say(ReadOnlySpan<byte> answer)
        {
            if (_unsaid is null)
            {
                wire.Write(answer);
                _unsaid = [];
            }
        }

        public override void Advance(int bytes)
        {
            if (_unsaid is null)
            {
                wire.Advance(bytes);
            }
        }

        public override Memory<byte> GetMemory(int sizeHint = 0) => _unsaid is null ? wire.GetMemory(sizeHint) : Nowhere(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => _unsaid is null ? wire.GetSpan(sizeHint) : Nowhere(sizeHint);

        public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default) =>
            _unsaid is null ? wire.WriteAsync(source, cancellationToken) : wire.FlushAsync(cancellationToken);

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => wire.FlushAsync(cancellationToken);

        public override void CancelPendingFlush() => wire.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => wire.Complete(exception);

        public override ValueTask CompleteAsync(Exception? exception = null) => wire.CompleteAsync(exception);

        private byte[] Nowhere(int sizeHint)
        {
            int wanted = Math.Max(sizeHint, 4096);
            return _unsaid!.Length >= wanted ? _unsaid : _unsaid = new byte[wanted];
        }
    }
}
