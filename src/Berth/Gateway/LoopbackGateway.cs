using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Berth.Serving;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Berth.Gateway;

/// <summary>
/// A gateway on a free port of loopback, for as long as one program runs: it ends the TLS of the names in <see cref="GatewayLimits.Names"/> with a
/// certificate of its own and hands the requests to a Berth (<see cref="Tunnel"/>, <see cref="Forwarder"/>).
/// </summary>
internal sealed class LoopbackGateway : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Forwarder _forwarder;

    private LoopbackGateway(WebApplication app, Forwarder forwarder, Uri address)
    {
        (_app, _forwarder) = (app, forwarder);
        Address = address;
    }

    /// <summary>Where it listens, as a proxy's address.</summary>
    public Uri Address { get; }

    /// <summary>Starts it.</summary>
    /// <param name="server">The server's address.</param>
    /// <param name="certificate">What it shows as every name.</param>
    /// <param name="tell">Takes a line for people.</param>
    /// <param name="cancel">Ends the start.</param>
    public static async Task<LoopbackGateway> StartAsync(Uri server, X509Certificate2 certificate, Action<string> tell, CancellationToken cancel)
    {
        Tunnel tunnel = new(tell);
        Forwarder forwarder = new(server);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<IHostLifetime, Lifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.Zero);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = GatewayLimits.Connections;
            kestrel.Limits.RequestHeadersTimeout = ServerLimits.RequestHeaders;
            kestrel.Limits.KeepAliveTimeout = ServerLimits.KeepAlive;
            kestrel.Limits.MaxRequestLineSize = ServerLimits.RequestLine;
            kestrel.Limits.MaxRequestHeadersTotalSize = ServerLimits.RequestHeadersTotal;
            kestrel.Limits.MaxRequestHeaderCount = ServerLimits.RequestHeaderCount;

            // How large and how slow a body may be is the server's to say.
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.RequestHeaderEncodingSelector = static _ => Encoding.Latin1;
            kestrel.ResponseHeaderEncodingSelector = static _ => Encoding.Latin1;
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                listen.Use(next => connection => tunnel.OpenAsync(connection, next));
                listen.UseHttps(certificate);
            });
        });

        WebApplication app = builder.Build();
        app.Run(forwarder.InvokeAsync);
        await app.StartAsync(cancel).ConfigureAwait(false);
        string address = app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single();
        return new LoopbackGateway(app, forwarder, new UriBuilder(address) { Scheme = Uri.UriSchemeHttp }.Uri);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync().ConfigureAwait(false);
        _forwarder.Dispose();
    }

    /// <summary>The gateway lives as long as the program; a signal of this process does not stop it.</summary>
    private sealed class Lifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
