using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Connections;

namespace Berth.Gateway;

/// <summary>
/// What comes first on a connection of the gateway: CONNECT to one of the names that mean the server (RFC 9110, 9.3.6), answered with 200, after which TLS
/// begins. Anything else is refused with 403, and told once for each name.
/// </summary>
/// <param name="tell">Takes a line for people.</param>
internal sealed class Tunnel(Action<string> tell)
{
    private readonly ConcurrentDictionary<string, bool> _told = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Lets a connection go on to TLS, or ends it.</summary>
    public async Task OpenAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (connection.RemoteEndPoint is not IPEndPoint { Address: var peer } || !IPAddress.IsLoopback(peer))
        {
            connection.Abort();
            return;
        }

        string? line;
        try
        {
            using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed);
            patience.CancelAfter(GatewayLimits.ConnectTime);
            line = await ReadRequestLineAsync(connection.Transport.Input, patience.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            return;
        }

        string? refused = line is null ? "the head of the request is not HTTP, or too long" : Refused(line);
        if (refused is null)
        {
            await connection.Transport.Output.WriteAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray(), connection.ConnectionClosed).ConfigureAwait(false);
            await next(connection).ConfigureAwait(false);
            return;
        }

        if (_told.Count < GatewayLimits.RefusedNames && _told.TryAdd(refused, true))
        {
            tell($"refused {refused}. Only {GatewayLimits.Names[0]} and {GatewayLimits.Names[1]} lead anywhere here: they mean Berth.");
        }

        await RefuseAsync(connection, refused).ConfigureAwait(false);
    }

    // Null while the head is no head: too long, or the connection ended in it.
    private static async Task<string?> ReadRequestLineAsync(PipeReader input, CancellationToken cancel)
    {
        while (true)
        {
            ReadResult read = await input.ReadAsync(cancel).ConfigureAwait(false);
            ReadOnlySequence<byte> buffer = read.Buffer;
            if (HeadOf(buffer) is { } head)
            {
                // What follows the head is the beginning of TLS already.
                string text = Encoding.Latin1.GetString(buffer.Slice(0, head));
                input.AdvanceTo(head);
                return text[..text.IndexOfAny(['\r', '\n'])];
            }

            bool over = read.IsCompleted || buffer.Length > GatewayLimits.ConnectHead;
            input.AdvanceTo(buffer.Start, buffer.End);
            if (over)
            {
                return null;
            }
        }
    }

    private static SequencePosition? HeadOf(ReadOnlySequence<byte> buffer)
    {
        SequenceReader<byte> reader = new(buffer.Length > GatewayLimits.ConnectHead ? buffer.Slice(0, GatewayLimits.ConnectHead) : buffer);
        return reader.TryReadTo(out ReadOnlySequence<byte> _, "\r\n\r\n"u8) ? reader.Position : null;
    }

    // What of a request line is refused, for people, or null when it leads to the server.
    private static string? Refused(string line)
    {
        if (line.Split(' ') is not [string method, string target, "HTTP/1.1" or "HTTP/1.0"])
        {
            return "a request that is not HTTP";
        }

        if (method != "CONNECT")
        {
            return Uri.TryCreate(target, UriKind.Absolute, out Uri? uri) && uri.Scheme == Uri.UriSchemeHttp
                ? $"http://{Shown(uri.Authority)}, which is plain http"
                : "a request to the gateway itself";
        }

        int colon = target.LastIndexOf(':');
        string name = (colon < 0 ? target : target[..colon]).TrimEnd('.');
        return colon > 0
            && int.TryParse(target.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port == GatewayLimits.Port
            && GatewayLimits.Names.Contains(name, StringComparer.OrdinalIgnoreCase)
                ? null
                : Shown(target);
    }

    // A name comes from the program: it may neither steer the terminal nor fill it.
    private static string Shown(string name) => string.Concat(name.Take(255).Select(letter => char.IsAsciiLetterOrDigit(letter) || ".-:[]_".Contains(letter, StringComparison.Ordinal) ? letter : '?'));

    private static async Task RefuseAsync(ConnectionContext connection, string refused)
    {
        string text = $"berth exec: refused {refused}.\n";
        string answer = string.Create(
            CultureInfo.InvariantCulture,
            $"HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {text.Length}\r\nConnection: close\r\n\r\n{text}");
        try
        {
            using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed);
            patience.CancelAfter(GatewayLimits.DiscardTime);
            await connection.Transport.Output.WriteAsync(Encoding.ASCII.GetBytes(answer), patience.Token).ConfigureAwait(false);
            for (long discarded = 0; discarded < GatewayLimits.Discarded;)
            {
                ReadResult read = await connection.Transport.Input.ReadAsync(patience.Token).ConfigureAwait(false);
                discarded += read.Buffer.Length;
                connection.Transport.Input.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    return;
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // It has gone, or will be now.
        }
    }
}
