using System.Collections.Frozen;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Berth.Graph.Requests;
using Microsoft.AspNetCore.Http.Features;

namespace Berth.Gateway;

/// <summary>
/// Hands a request that came by TLS on to the server by plain http, and its answer back, both as streams. The host stays as the program sent it, so that
/// every link in an answer leads back to where the program believes to be.
/// </summary>
/// <param name="server">The server's address: scheme, host and port.</param>
internal sealed class Forwarder(Uri server) : IDisposable
{
    /// <summary>Headers of one connection, which go no further (RFC 9110, 7.6.1); HTTP on either side writes its own.</summary>
    private static readonly FrozenSet<string> OfTheConnection = new[]
    {
        "Connection", "Expect", "Host", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade",
        "X-Forwarded-Proto",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private readonly HttpMessageInvoker _server = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
        ConnectTimeout = GatewayLimits.ServerConnect,
        MaxConnectionsPerServer = GatewayLimits.Connections,

        // A program that asks before it sends a body is answered by the server, however long that takes.
        Expect100ContinueTimeout = Timeout.InfiniteTimeSpan,
        RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
        ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
    });

    /// <summary>Answers a request.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        using HttpRequestMessage request = Request(context);
        try
        {
            using HttpResponseMessage response = await _server.SendAsync(request, context.RequestAborted).ConfigureAwait(false);
            await AnswerAsync(context, response).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The program has gone: there is nobody to answer.
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException)
        {
            if (context.Response.HasStarted)
            {
                // Half an answer must not look like a whole one.
                context.Abort();
                return;
            }

            await FailAsync(context, e).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _server.Dispose();

    private HttpRequestMessage Request(HttpContext context)
    {
        // As the program wrote it: a quote that is escaped here and not there would be another request.
        string target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        Uri address = new(
            server.GetLeftPart(UriPartial.Authority) + (target.StartsWith('/') ? target : Uri.TryCreate(target, UriKind.Absolute, out Uri? absolute) ? absolute.PathAndQuery : "/"),
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        HttpRequestMessage request = new(new HttpMethod(context.Request.Method), address) { Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true)
        {
            request.Content = new StreamContent(context.Request.Body);
            request.Headers.ExpectContinue = context.Request.Headers.Expect.Count > 0 ? true : null;
        }

        foreach ((string name, Microsoft.Extensions.Primitives.StringValues values) in context.Request.Headers)
        {
            if (!OfTheConnection.Contains(name) && !request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
            }
        }

        request.Headers.Host = context.Request.Host.Value;
        request.Headers.Add("X-Forwarded-Proto", Uri.UriSchemeHttps);
        return request;
    }

    private static async Task AnswerAsync(HttpContext context, HttpResponseMessage response)
    {
        context.Response.StatusCode = (int)response.StatusCode;
        if (response.ReasonPhrase is { Length: > 0 } reason)
        {
            context.Features.GetRequiredFeature<IHttpResponseFeature>().ReasonPhrase = reason;
        }

        foreach (System.Net.Http.Headers.HttpHeadersNonValidated headers in new[] { response.Headers.NonValidated, response.Content.Headers.NonValidated })
        {
            foreach ((string name, System.Net.Http.Headers.HeaderStringValues values) in headers)
            {
                if (!OfTheConnection.Contains(name))
                {
                    context.Response.Headers[name] = values.ToArray();
                }
            }
        }

        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        using Stream body = await response.Content.ReadAsStreamAsync(context.RequestAborted).ConfigureAwait(false);
        await body.CopyToAsync(context.Response.Body, context.RequestAborted).ConfigureAwait(false);
    }

    private async Task FailAsync(HttpContext context, Exception why)
    {
        context.Response.Clear();
        Guid id = Guid.NewGuid();
        GraphError error = new(502, "serviceNotAvailable", $"berth exec: the server at {server.Authority} did not answer: {why.Message}", "serverUnreachable");
        using GraphResponse answer = GraphResponse.Error(error, id, id.ToString(), TimeProvider.System.GetUtcNow());
        context.Response.StatusCode = error.Status;
        context.Response.ContentType = "application/json; charset=utf-8";
        await context.Response.BodyWriter.WriteAsync(answer.Body, context.RequestAborted).ConfigureAwait(false);
    }
}
