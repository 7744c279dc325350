using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Berth.Conformance.Tests.Notifications;

/// <summary>One delivery as it arrived.</summary>
internal sealed record Delivery(string Path, string Query, string? ContentType, JsonElement Body)
{
    /// <summary>The body as it came.</summary>
    public byte[] Raw { get; init; } = [];

    /// <summary>The header with the signature of an alert (B793), or null.</summary>
    public string? Signature { get; init; }

    public JsonElement[] Notices => [.. Body.GetProperty("value").EnumerateArray()];
}

/// <summary>A real receiver of notifications on a free port of this machine: echoes validations and keeps what is delivered, unless a test says otherwise.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Channel<Delivery> _deliveries = Channel.CreateUnbounded<Delivery>();

    private Receiver(WebApplication app) => _app = app;

    /// <summary>The address with a path, such as <c>http://127.0.0.1:40123/hook</c>.</summary>
    public string Url(string path = "/hook") => _app.Urls.Single() + path;

    /// <summary>Answers a validation with its token; a test can answer otherwise.</summary>
    public Func<HttpContext, string, Task> OnValidation { get; set; } = static (context, token) =>
    {
        context.Response.ContentType = "text/plain";
        return context.Response.WriteAsync(token);
    };

    /// <summary>Answers a delivery, after it was kept; a test can answer otherwise. False keeps nothing.</summary>
    public Func<HttpContext, Delivery, Task<bool>> OnDelivery { get; set; } = static (context, _) =>
    {
        context.Response.StatusCode = 202;
        return Task.FromResult(true);
    };

    public static async Task<Receiver> StartAsync(int port = 0)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel().UseUrls($"http://127.0.0.1:{port}");
        WebApplication app = builder.Build();
        Receiver receiver = new(app);
        app.Run(receiver.AnswerAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return receiver;
    }

    /// <summary>The next delivery.</summary>
    public async Task<Delivery> NextAsync() => await _deliveries.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(100), TestContext.Current.CancellationToken);

    /// <summary>The next so many notifications, in however many deliveries.</summary>
    public async Task<JsonElement[]> NextAsync(int count)
    {
        List<JsonElement> notices = [];
        while (notices.Count < count)
        {
            notices.AddRange((await NextAsync()).Notices);
        }

        return [.. notices];
    }

    /// <summary>Whether something was delivered that nobody looked at.</summary>
    public bool HasMore => _deliveries.Reader.TryPeek(out _);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Query["validationToken"].ToString() is { Length: > 0 } token)
        {
            await OnValidation(context, token);
            return;
        }

        using MemoryStream raw = new();
        await context.Request.Body.CopyToAsync(raw);
        using JsonDocument body = JsonDocument.Parse(raw.ToArray());
        Delivery delivery = new(context.Request.Path, context.Request.QueryString.Value ?? "", context.Request.ContentType, body.RootElement.Clone())
        {
            Raw = raw.ToArray(),
            Signature = context.Request.Headers["Berth-Signature"] is { Count: 1 } signature ? signature.ToString() : null,
        };
        if (await OnDelivery(context, delivery))
        {
            await _deliveries.Writer.WriteAsync(delivery);
        }
    }
}
