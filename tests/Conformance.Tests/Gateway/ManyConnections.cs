using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace Berth.Conformance.Tests.Gateway;

/// <summary>The most connections that a gateway holds; it has a gateway of its own, since nobody else gets one meanwhile.</summary>
public sealed class ManyConnections(HeldGateway gateway) : IClassFixture<HeldGateway>
{
    private const int Most = 1_000;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_gateway_holds_a_thousand_connections_and_no_more()
    {
        List<TcpClient> open = [];
        try
        {
            for (int i = 0; i < Most; i++)
            {
                TcpClient connection = new();
                open.Add(connection);
                await connection.ConnectAsync(IPAddress.Loopback, gateway.Address.Port, Cancel);
                Assert.True(await IsServedAsync(connection), $"connection {i + 1}");
            }

            using TcpClient oneTooMany = new();
            await oneTooMany.ConnectAsync(IPAddress.Loopback, gateway.Address.Port, Cancel);
            Assert.False(await IsServedAsync(oneTooMany));
        }
        finally
        {
            open.ForEach(connection => connection.Dispose());
        }
    }

    private static async Task<bool> IsServedAsync(TcpClient connection)
    {
        try
        {
            NetworkStream stream = connection.GetStream();
            await stream.WriteAsync("CONNECT graph.microsoft.com:443 HTTP/1.1\r\n\r\n"u8.ToArray(), Cancel);
            byte[] answer = new byte[12];
            int read = await stream.ReadAtLeastAsync(answer, answer.Length, false, Cancel);
            return Encoding.ASCII.GetString(answer, 0, read) == "HTTP/1.1 200";
        }
        catch (IOException)
        {
            return false;
        }
    }
}
