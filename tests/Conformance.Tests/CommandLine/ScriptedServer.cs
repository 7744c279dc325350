using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Berth.CommandLine.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Berth.Conformance.Tests.CommandLine;

/// <summary>What a server was asked.</summary>
internal sealed record Asked(string Method, string Target, string Body, string? Token, string? RepeatabilityId);

/// <summary>An answer to give.</summary>
internal sealed record Scripted(int Status, string Body = "{}", string? RetryAfter = null, string ContentType = "application/json");

/// <summary>
/// A real HTTP server that answers as a test says: for what Berth itself does not do on demand, such as asking to wait. It grants every token.
/// </summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _tokens;

    private ScriptedServer(WebApplication app) => _app = app;

    /// <summary>What it was asked, but for tokens.</summary>
    public ConcurrentQueue<Asked> Asked { get; } = new();

    /// <summary>How many tokens were granted.</summary>
    public int Tokens => _tokens;

    /// <summary>Where it listens.</summary>
    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single());

    /// <summary>Who calls it.</summary>
    public Connection Connection => new(Address, Address, "contoso.example", "client", "secret");

    /// <summary>Starts a server; an answer of null drops the connection.</summary>
    public static async Task<ScriptedServer> StartAsync(Func<Asked, Scripted?> answer)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        WebApplication app = builder.Build();
        ScriptedServer server = new(app);
        app.Run(async context =>
        {
            if (context.Request.Path.Value!.EndsWith("/oauth2/v2.0/token", StringComparison.Ordinal))
            {
                int number = Interlocked.Increment(ref server._tokens);
                await context.Response.WriteAsJsonAsync(new { token_type = "Bearer", expires_in = 3599, access_token = $"token-{number}" });
                return;
            }

            using StreamReader reader = new(context.Request.Body, Encoding.UTF8);
            Asked asked = new(
                context.Request.Method,
                context.Request.Path.Value + context.Request.QueryString.Value,
                await reader.ReadToEndAsync(context.RequestAborted),
                context.Request.Headers.Authorization,
                context.Request.Headers["Repeatability-Request-ID"]);
            server.Asked.Enqueue(asked);
            if (answer(asked) is not { } scripted)
            {
                context.Abort();
                return;
            }

            context.Response.StatusCode = scripted.Status;
            context.Response.ContentType = scripted.ContentType;
            if (scripted.RetryAfter is not null)
            {
                context.Response.Headers.RetryAfter = scripted.RetryAfter;
            }

            await context.Response.WriteAsync(scripted.Body, context.RequestAborted);
        });
        await app.StartAsync();
        return server;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}

/// <summary>A clock on which every wait is over at once, and which remembers how long each was to be.</summary>
internal sealed class HastyClock : TimeProvider
{
    private readonly Lock _lock = new();
    private DateTimeOffset _now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    /// <summary>The waits, in order.</summary>
    public ConcurrentQueue<TimeSpan> Waits { get; } = new();

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            return _now;
        }
    }

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        lock (_lock)
        {
            _now += dueTime;
        }

        Waits.Enqueue(dueTime);
        return System.CreateTimer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }
}
