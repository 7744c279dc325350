using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Berth.Conformance.Tests.BadInput;
using Berth.Conformance.Tests.Process;
using Berth.Graph;
using Berth.Serving;
using Xunit;

namespace Berth.Conformance.Tests.Limits;

/// <summary>Request lines, headers, bodies and connections at their limits (B761, B764, B765).</summary>
[Collection(nameof(UnderTest))]
public sealed class Wire(UnderTest target)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // B761
    [Fact]
    public async Task A_request_line_has_65536_bytes_and_no_more()
    {
        const string Before = "GET /v1.0/users?x=", After = " HTTP/1.1\r\n";
        foreach ((int length, int status) in ((int, int)[])[(ServerLimits.RequestLine - 1, 400), (ServerLimits.RequestLine, 400), (ServerLimits.RequestLine + 1, 414)])
        {
            // One that is short enough comes to the route, which takes no query so long.
            string answer = await SendAsync($"{Before}{new string('x', length - Before.Length - After.Length)}{After}Host: x\r\nAuthorization: Bearer {await target.Berth.TokenAsync()}\r\nConnection: close\r\n\r\n");
            Assert.StartsWith(string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} "), answer, StringComparison.Ordinal);
            Assert.Equal(status == 400, answer.Contains("The query is longer than 49152 characters.", StringComparison.Ordinal));
        }
    }

    // B761
    [Fact]
    public async Task A_request_has_100_headers_and_no_more()
    {
        foreach ((int count, int status) in ((int, int)[])[(ServerLimits.RequestHeaderCount - 1, 200), (ServerLimits.RequestHeaderCount, 200), (ServerLimits.RequestHeaderCount + 1, 431)])
        {
            string answer = await SendAsync($"GET /v1.0/organization HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {await target.Berth.TokenAsync()}\r\nConnection: close\r\n{string.Concat(Enumerable.Range(0, count - 3).Select(i => $"H{i}: 1\r\n"))}\r\n");
            Assert.StartsWith(string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} "), answer, StringComparison.Ordinal);
        }
    }

    // B761
    [Fact]
    public async Task All_headers_have_65536_bytes_and_no_more()
    {
        string fixedHeaders = $"Host: x\r\nAuthorization: Bearer {await target.Berth.TokenAsync()}\r\nConnection: close\r\n";
        foreach ((int bytes, int status) in ((int, int)[])[(ServerLimits.RequestHeadersTotal - 1, 200), (ServerLimits.RequestHeadersTotal, 200), (ServerLimits.RequestHeadersTotal + 1, 431)])
        {
            string answer = await SendAsync($"GET /v1.0/organization HTTP/1.1\r\n{fixedHeaders}X: {new string('x', bytes - fixedHeaders.Length - "X: \r\n".Length)}\r\n\r\n");
            Assert.StartsWith(string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} "), answer, StringComparison.Ordinal);
        }
    }

    // B764
    [Theory]
    [InlineData("POST", "/v1.0/users", "application/json")]
    [InlineData("POST", "/v1.0/$batch", "application/json")]
    [InlineData("POST", "/berth/v1/plan", "application/json")]
    [InlineData("POST", "/berth/v1/import", "application/x-ndjson")]
    [InlineData("POST", "/berth/v1/catalog/import", "text/csv")]
    [InlineData("POST", "/scim/v2/Users", "application/scim+json")]
    public async Task A_packed_body_is_refused_and_not_unpacked(string method, string path, string type)
    {
        using MemoryStream packed = new();
        await using (GZipStream zip = new(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            // A hundred times as large as it comes.
            await zip.WriteAsync(Encoding.ASCII.GetBytes($"{{\"displayName\":\"{new string('x', 900_000)}\"}}"), Cancel);
        }

        long version = await target.VersionAsync();
        foreach (string encoding in (string[])["gzip", "br", "deflate", "zstd", "gzip, gzip", "x"])
        {
            using HttpRequestMessage request = UnderTest.Request(method, path, packed.ToArray(), type);
            request.Content!.Headers.TryAddWithoutValidation("Content-Encoding", encoding);
            using HttpResponseMessage answer = await target.Http.SendAsync(request, Cancel);
            string text = await answer.Content.ReadAsStringAsync(Cancel);
            Assert.True(answer.StatusCode == HttpStatusCode.UnsupportedMediaType, $"{encoding}: {answer.StatusCode} {text}");
            Assert.Contains("send the body as it is, without Content-Encoding.", text, StringComparison.Ordinal);
        }

        Assert.Equal(version, await target.VersionAsync());
    }

    // B764
    [Fact]
    public async Task A_body_that_says_it_is_not_packed_is_read_and_no_answer_is_packed()
    {
        using HttpRequestMessage request = UnderTest.Request("POST", target.Fill("/v1.0/users/USER/assignLicense"), """{"addLicenses":[],"removeLicenses":[]}""");
        request.Content!.Headers.TryAddWithoutValidation("Content-Encoding", "identity");
        request.Headers.TryAddWithoutValidation("Accept-Encoding", "gzip, br, zstd");
        using HttpResponseMessage answer = await target.Http.SendAsync(request, Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);

        // What is packed together with a secret tells of it by its length.
        Assert.Empty(answer.Content.Headers.ContentEncoding);
    }

    // B765: of ten thousand sockets of a process of its own.
    [Fact]
    public async Task Ten_thousand_connections_are_open_at_once_and_no_more()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("BERTH_LONG") == "1", "A long run: BERTH_LONG=1.");
        await using BerthProcess berth = await BerthProcess.StartEmptyDemoAsync();
        List<Socket> open = [];
        try
        {
            int refused = 0;
            for (int i = 0; i < ServerLimits.Connections + 50; i++)
            {
                Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                open.Add(socket);
                await socket.ConnectAsync(IPAddress.Loopback, berth.Http!.Port, Cancel);
                await socket.SendAsync("GET /healthz/live HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray(), Cancel);
                try
                {
                    refused += await socket.ReceiveAsync(new byte[1024], Cancel) == 0 ? 1 : 0;
                }
                catch (SocketException)
                {
                    refused++;
                }
            }

            // A client of this test may hold one as well.
            Assert.InRange(refused, 50, 55);
        }
        finally
        {
            open.ForEach(socket => socket.Dispose());
        }
    }

    private async Task<string> SendAsync(string request)
    {
        using TcpClient connection = new("127.0.0.1", target.Berth.Http!.Port);
        await using NetworkStream stream = connection.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), Cancel);
        return await Raw.ReadAsync(stream, Cancel);
    }
}
