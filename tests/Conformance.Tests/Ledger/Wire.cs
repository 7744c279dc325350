using System.Net;
using System.Net.Sockets;

namespace Berth.Conformance.Tests.Ledger;

/// <summary>
/// A wire to a server that a test cuts at a moment of its choice: before a request of the oldest connection is there, or after it was served and before its answer is back.
/// </summary>
public sealed class Wire : IDisposable
{
    private readonly int _server;
    private readonly List<(Socket Client, Socket Server)> _lines = [];
    private readonly Lock _lock = new();
    private Socket? _listener;
    private volatile Cut _next = Cut.None;

    /// <summary>Lays it to a port of this machine.</summary>
    public Wire(int server)
    {
        _server = server;
        Listen(0);
        Port = ((IPEndPoint)_listener!.LocalEndPoint!).Port;
    }

    private enum Cut
    {
        None,
        Request,
        Answer,
    }

    /// <summary>The port at this end.</summary>
    public int Port { get; }

    /// <summary>The next request is lost, and every line with it; no new one comes about until <see cref="Mend"/>.</summary>
    public void LoseNextRequest() => _next = Cut.Request;

    /// <summary>The next request is served, its answer is lost, and every line with it; no new one comes about until <see cref="Mend"/>.</summary>
    public void LoseNextAnswer() => _next = Cut.Answer;

    /// <summary>Everything works again.</summary>
    public void Mend() => Listen(Port);

    /// <inheritdoc/>
    public void Dispose() => Break();

    private void Listen(int port)
    {
        Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        listener.Listen();
        _listener = listener;
        _ = Task.Run(() => AcceptAsync(listener));
    }

    private async Task AcceptAsync(Socket listener)
    {
        try
        {
            while (true)
            {
                Socket client = await listener.AcceptAsync();
                Socket server = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                await server.ConnectAsync(IPAddress.Loopback, _server);
                lock (_lock)
                {
                    _lines.Add((client, server));
                }

                _ = Task.Run(() => CarryAsync(client, server, Cut.Request));
                _ = Task.Run(() => CarryAsync(server, client, Cut.Answer));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It is cut.
        }
    }

    private async Task CarryAsync(Socket from, Socket to, Cut cut)
    {
        byte[] bytes = new byte[1 << 16];
        try
        {
            while (await from.ReceiveAsync(bytes) is > 0 and int count)
            {
                if (_next == cut && IsOldest(from, to))
                {
                    Break();
                    return;
                }

                await to.SendAsync(bytes.AsMemory(0, count));
            }

            from.Dispose();
            to.Dispose();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            to.Dispose();
        }
    }

    private bool IsOldest(Socket from, Socket to)
    {
        lock (_lock)
        {
            return _lines.Count > 0 && (_lines[0] == (from, to) || _lines[0] == (to, from));
        }
    }

    private void Break()
    {
        _next = Cut.None;
        _listener?.Dispose();
        lock (_lock)
        {
            foreach ((Socket client, Socket server) in _lines)
            {
                client.Dispose();
                server.Dispose();
            }

            _lines.Clear();
        }
    }
}
