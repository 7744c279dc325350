using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace Berth.Conformance.Tests.Completeness;

/// <summary>
/// Stands between the server and a client in another process, where an <see cref="Observer"/> cannot stand: passes on what comes, to the letter, and hands
/// it to <see cref="Evidence"/>. With a certificate it speaks TLS and says so to the server, as a gateway does.
/// </summary>
public sealed class Recorder : IAsyncDisposable
{
    private static readonly string[] _ofOneConnection = ["Connection", "Keep-Alive", "Proxy-Connection", "Transfer-Encoding"];

    private readonly WebApplication _app;
    private readonly HttpMessageInvoker _onward;
    private readonly Uri _server;
    private readonly bool _tls;
    private readonly ConcurrentQueue<Exchange> _exchanges = [];

    private Recorder(WebApplication app, Uri server, bool tls)
    {
        (_app, _server, _tls) = (app, server, tls);
        _onward = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false });
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>What passed so far, in the order in which it was answered.</summary>
    public IEnumerable<Exchange> Exchanges => _exchanges;

    /// <summary>Starts one.</summary>
    /// <param name="server">The server's plain http address.</param>
    /// <param name="certificate">What to show on TLS, for the name <c>localhost</c>; null for plain http.</param>
    public static async Task<Recorder> StartAsync(Uri server, X509Certificate2? certificate = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().UseKestrel(kestrel =>
        {
            // Limits are the server's business.
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MaxRequestLineSize = 1 << 20;
            kestrel.Limits.MaxRequestBufferSize = 1 << 21;
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                if (certificate is not null)
                {
                    listen.UseHttps(certificate);
                }
            });
        });
        WebApplication app = builder.Build();
        Recorder recorder = new(app, server, certificate is not null);
        app.Run(recorder.PassAsync);
        await app.StartAsync();
        recorder.Address = new UriBuilder(app.Urls.Single()) { Host = certificate is null ? "127.0.0.1" : "localhost" }.Uri;
        return recorder;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _onward.Dispose();
    }

    private async Task PassAsync(HttpContext context)
    {
        CancellationToken gone = context.RequestAborted;
        string target = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        using MemoryStream sent = new();
        await context.Request.Body.CopyToAsync(sent, gone);
        HttpResponseMessage answer;
        try
        {
            using HttpRequestMessage request = Onward(context.Request, target, sent.ToArray());
            answer = await _onward.SendAsync(request, gone);
        }
        catch (HttpRequestException)
        {
            // The server hung up; so does this.
            context.Abort();
            return;
        }

        using (answer)
        {
            byte[] received = await answer.Content.ReadAsByteArrayAsync(gone);
            Keep(new Exchange(
                context.Request.Method,
                target,
                Evidence.LooksInto(target) ? Encoding.UTF8.GetString(sent.ToArray()) : null,
                (int)answer.StatusCode,
                answer.Content.Headers.ContentType?.MediaType == "application/json" ? Encoding.UTF8.GetString(received) : null,
                Client.Of(context.Request.Headers["SdkVersion"], context.Request.Headers.UserAgent)));
            context.Response.StatusCode = (int)answer.StatusCode;
            foreach ((string name, HeaderStringValues values) in answer.Headers.NonValidated.Concat(answer.Content.Headers.NonValidated))
            {
                if (!_ofOneConnection.Contains(name, StringComparer.OrdinalIgnoreCase))
                {
                    context.Response.Headers[name] = values.ToArray();
                }
            }

            if (received.Length > 0)
            {
                await context.Response.Body.WriteAsync(received, gone);
            }
        }
    }

    private HttpRequestMessage Onward(HttpRequest request, string target, byte[] body)
    {
        // The path as it came: a Uri would write it in its own way.
        Uri address = new(_server.GetLeftPart(UriPartial.Authority) + target, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        HttpRequestMessage onward = new(new HttpMethod(request.Method), address);
        if (body.Length > 0 || request.ContentLength is not null)
        {
            onward.Content = new ByteArrayContent(body);
        }

        foreach ((string name, StringValues values) in request.Headers)
        {
            if (!_ofOneConnection.Contains(name, StringComparer.OrdinalIgnoreCase) && !onward.Headers.TryAddWithoutValidation(name, values.ToArray()))
            {
                onward.Content?.Headers.TryAddWithoutValidation(name, values.ToArray());
            }
        }

        if (_tls)
        {
            onward.Headers.TryAddWithoutValidation("X-Forwarded-Proto", Uri.UriSchemeHttps);
        }

        return onward;
    }

    private void Keep(Exchange exchange)
    {
        _exchanges.Enqueue(exchange);
        Evidence.OfExchange(exchange);
    }
}
