using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Berth.Conformance.Tests.Fuzzing;

/// <summary>A server on a free port of this machine that answers each request with whatever bytes a test says, and hangs up.</summary>
internal sealed class AnyAnswer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _over = new();
    private readonly Task _serving;

    public AnyAnswer()
    {
        _listener.Start();
        Address = $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";
        _serving = ServeAsync();
    }

    /// <summary>Where it is.</summary>
    public string Address { get; }

    /// <summary>The answer to a request.</summary>
    public Func<string, byte[]> Answer { get; set; } = static _ => [];

    /// <summary>A whole answer of HTTP with a body.</summary>
    public static byte[] Ok(byte[] body) => [.. Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n"), .. body];

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        _listener.Stop();
        await _serving;
        _over.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using TcpClient connection = await _listener.AcceptTcpClientAsync(_over.Token);
                NetworkStream stream = connection.GetStream();
                try
                {
                    byte[] buffer = new byte[16 * 1024];
                    StringBuilder request = new();
                    while (!IsWhole(request.ToString()))
                    {
                        int read = await stream.ReadAsync(buffer, _over.Token);
                        if (read == 0)
                        {
                            break;
                        }

                        request.Append(Encoding.ASCII.GetString(buffer, 0, read));
                    }

                    await stream.WriteAsync(Answer(request.ToString()), _over.Token);
                }
                catch (IOException)
                {
                    // Who asked has heard enough.
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // The test is over.
        }
    }

    private static bool IsWhole(string request)
    {
        int head = request.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        int named = request.IndexOf("Content-Length: ", StringComparison.OrdinalIgnoreCase);
        return head > 0 && (named < 0 || request.Length - head - 4 >= int.Parse(request[(named + 16)..request.IndexOf('\r', named)], System.Globalization.CultureInfo.InvariantCulture));
    }
}
