using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Berth.Conformance.Tests.BadInput;
using Berth.Conformance.Tests.Process;
using Berth.Serving;
using Xunit;

namespace Berth.Conformance.Tests.Limits;

/// <summary>Who sends slowly, or in another language, holds nothing for long (B762, B763).</summary>
public sealed class SlowClients
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(90);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // B763: all at once, since all of them wait.
    [Fact]
    public async Task Slow_headers_and_slow_bodies_are_cut_off_and_others_are_served_meanwhile()
    {
        Assert.Equal((240, 5, 240, 15, 130), (ServerLimits.SlowestBody, ServerLimits.BodyGrace.TotalSeconds, ServerLimits.SlowestAnswer, ServerLimits.RequestHeaders.TotalSeconds, ServerLimits.KeepAlive.TotalSeconds));
        await using BerthProcess berth = await BerthProcess.StartEmptyDemoAsync();
        string token = $"Authorization: Bearer {await berth.TokenAsync()}\r\n";
        using HttpClient others = await berth.ClientAsync();
        Task<string>[] slow =
        [
            DripAsync(berth, "GET /v1.0/organization HTTP/1.1\r\nHost: x\r\n", "X: 1\r\n"),
            DripAsync(berth, $"POST /v1.0/users HTTP/1.1\r\nHost: x\r\n{token}Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n{{", " "),
            DripAsync(berth, $"POST /v1.0/users HTTP/1.1\r\nHost: x\r\n{token}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{{\r\n", "1\r\n \r\n"),
            DripAsync(berth, $"POST /berth/v1/import HTTP/1.1\r\nHost: x\r\n{token}Content-Type: application/x-ndjson\r\nContent-Length: 100000\r\n\r\n", "\n"),
            DripAsync(berth, "POST /common/oauth2/v2.0/token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 10000\r\n\r\n", "a"),
        ];
        for (Task<string[]> all = Task.WhenAll(slow); !all.IsCompleted; await Task.WhenAny(all, Task.Delay(200, Cancel)))
        {
            Assert.NotEmpty(await others.GetStringAsync(new Uri("/v1.0/organization", UriKind.Relative), Cancel));
        }

        // 408 where there was still somebody to tell it to; never an answer as if all had come.
        Assert.All(await Task.WhenAll(slow), answer => Assert.True(answer.Length == 0 || answer.StartsWith("HTTP/1.1 408 ", StringComparison.Ordinal), answer));
    }

    // B762
    [Fact]
    public async Task Nothing_but_HTTP_1_is_spoken()
    {
        await using BerthProcess berth = await BerthProcess.StartEmptyDemoAsync();
        string token = $"Authorization: Bearer {await berth.TokenAsync()}\r\n";
        string preface = await SayAsync(berth, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0");
        Assert.True(preface.Length == 0 || preface.StartsWith("HTTP/1.1 505 ", StringComparison.Ordinal) || preface.StartsWith("HTTP/1.1 400 ", StringComparison.Ordinal), preface);
        foreach (string upgrade in (string[])["Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\nConnection: Upgrade, HTTP2-Settings, close\r\n", "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nConnection: Upgrade, close\r\n"])
        {
            string answer = await SayAsync(berth, $"GET /v1.0/organization HTTP/1.1\r\nHost: x\r\n{token}{upgrade}\r\n");
            Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
        }
    }

    private static async Task<string> SayAsync(BerthProcess berth, string request)
    {
        using TcpClient connection = new("127.0.0.1", berth.Http!.Port);
        await using NetworkStream stream = connection.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request), Cancel);
        return await Raw.ReadAsync(stream, Cancel).WaitAsync(_patience, Cancel);
    }

    // A beginning, and then a little twice a second until the other side has had enough.
    private static async Task<string> DripAsync(BerthProcess berth, string beginning, string drop)
    {
        using TcpClient connection = new("127.0.0.1", berth.Http!.Port);
        await using NetworkStream stream = connection.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(beginning), Cancel);
        Task<string> heard = Raw.ReadAsync(stream, Cancel);
        for (int drops = 0; !heard.IsCompleted; drops++)
        {
            Assert.True(drops < 2 * _patience.TotalSeconds, string.Create(CultureInfo.InvariantCulture, $"After {drops} drops nobody has cut off: {beginning}"));
            await Task.WhenAny(heard, Task.Delay(500, Cancel));
            try
            {
                await stream.WriteAsync(Encoding.ASCII.GetBytes(drop), Cancel);
            }
            catch (IOException)
            {
                // It is cut off.
                break;
            }
        }

        return await heard.WaitAsync(_patience, Cancel);
    }
}
