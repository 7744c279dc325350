using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Berth.Conformance.Tests.BadInput;

/// <summary>What is no HTTP that a server could read still gets an answer that a client can (protocol 1.5).</summary>
[Collection(nameof(UnderTest))]
public sealed class Raw(UnderTest target)
{
    private const string Good = "GET /v1.0/organization HTTP/1.1\r\nHost: 127.0.0.1\r\n";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_cannot_be_read_is_answered_with_the_error_envelope_and_once()
    {
        long version = await target.VersionAsync();
        foreach ((string request, int status) in ((string, int)[])
            [
                ("nonsense\r\n\r\n", 400),
                ("GET /v1.0/users HTTP/7.1\r\nHost: x\r\n\r\n", 505),
                ("GET /v1.0/users HTTP/1.1\r\n\r\n", 400),
                ("GET /v1.0/users HTTP/1.1\r\nHost: x\r\nNo colon\r\n\r\n", 400),
                ("POST /v1.0/users HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400),
                ($"GET /v1.0/users/{new string('x', 70_000)} HTTP/1.1\r\nHost: x\r\n\r\n", 414),
                ($"GET /v1.0/users HTTP/1.1\r\nHost: x\r\nX: {new string('x', 70_000)}\r\n\r\n", 431),
                ($"GET /v1.0/users HTTP/1.1\r\nHost: x\r\n{string.Concat(Enumerable.Range(0, 101).Select(i => $"H{i}: 1\r\n"))}\r\n", 431),
                ("GET /v1.0/users/%00 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
            ])
        {
            string answer = await SendAsync(request);

            Assert.StartsWith(string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} "), answer, StringComparison.Ordinal);
            IsEnvelope(answer);
        }

        Assert.Equal(version, await target.VersionAsync());
    }

    [Fact]
    public async Task A_good_request_before_a_bad_one_on_the_same_connection_is_answered_as_ever()
    {
        string authorization = $"Authorization: Bearer {await target.Berth.TokenAsync()}\r\n";

        string answers = await SendAsync($"{Good}{authorization}\r\nGET /v1.0/users/%00 HTTP/1.1\r\nHost: x\r\n\r\n");

        int second = answers.LastIndexOf("HTTP/1.1 ", StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200", answers, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 400", answers[second..], StringComparison.Ordinal);
        Assert.Contains("pathInvalid", answers[second..], StringComparison.Ordinal);
        IsEnvelope(answers[second..]);
    }

    /// <summary>Reads until the other side has nothing more to say, or has hung up.</summary>
    internal static async Task<string> ReadAsync(NetworkStream stream, CancellationToken cancel)
    {
        StringBuilder answer = new();
        byte[] buffer = new byte[64 * 1024];
        try
        {
            for (int read = -1; read != 0;)
            {
                read = await stream.ReadAsync(buffer, cancel);
                answer.Append(Encoding.UTF8.GetString(buffer, 0, read));
            }
        }
        catch (IOException reset) when (reset.InnerException is SocketException)
        {
            // A server that closes with bytes unread resets the connection: what it said before has arrived.
        }

        return answer.ToString();
    }

    // One head, one body of just its length, and JSON in it.
    private static void IsEnvelope(string answer)
    {
        string[] parts = answer.Split("\r\n\r\n");
        Assert.Equal(2, parts.Length);
        Assert.Contains("Content-Type: application/json", parts[0], StringComparison.OrdinalIgnoreCase);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"Content-Length: {Encoding.UTF8.GetByteCount(parts[1])}\r\n"), parts[0], StringComparison.OrdinalIgnoreCase);
        using JsonDocument json = JsonDocument.Parse(parts[1]);
        JsonElement error = json.RootElement.GetProperty("error");
        Assert.NotEmpty(error.GetProperty("message").GetString()!);
        Assert.Contains($"request-id: {error.GetProperty("innerError").GetProperty("request-id").GetString()}", parts[0], StringComparison.OrdinalIgnoreCase);
    }

    private async Task<string> SendAsync(string request)
    {
        using TcpClient connection = new("127.0.0.1", target.Berth.Http!.Port);
        await using NetworkStream stream = connection.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), Cancel);
        return await ReadAsync(stream, Cancel);
    }
}
