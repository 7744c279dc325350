using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Berth.Graph.Notifications;

namespace Berth.Notifications;

/// <summary>What a receiver made of a delivery.</summary>
/// <param name="IsTaken">Whether it took it: any status of 2xx.</param>
/// <param name="Problem">Otherwise why, without anything secret.</param>
/// <param name="RetryAfter">How long it asks to be left alone; zero when it says nothing.</param>
internal readonly record struct DeliveryOutcome(bool IsTaken, string Problem, TimeSpan RetryAfter);

/// <summary>
/// The way out to receivers: no redirect, no proxy, no cookie, every wait and every answer bounded. A name is looked up here, and what is connected to
/// is the address that was looked at, so that a name cannot lead to another place than the one that was allowed (B188).
/// </summary>
internal sealed class NotificationSender : IDisposable
{
    private readonly HttpClient _http;
    private readonly TimeProvider _time;

    public NotificationSender(TimeProvider time)
    {
        _time = time;
        SocketsHttpHandler handler = new()
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            MaxResponseHeadersLength = 16,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
            ConnectCallback = static (context, cancel) => ConnectAsync(context.DnsEndPoint, cancel),
        };
        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Sends a validation token and looks whether it comes back as plain text.</summary>
    public async Task<HandshakeOutcome> HandshakeAsync(Uri receiver, string token, CancellationToken cancel)
    {
        string url = $"{receiver.AbsoluteUri}{(receiver.Query.Length == 0 ? "?" : "&")}validationToken={Uri.EscapeDataString(token)}";
        using CancellationTokenSource late = new(NotificationLimits.Handshake, _time);
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancel, late.Token);
        try
        {
            using HttpRequestMessage request = new(HttpMethod.Post, url) { Content = new ByteArrayContent([]) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("text/plain", "utf-8");
            using HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token).ConfigureAwait(false);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                return HandshakeOutcome.NotOk;
            }

            string? type = response.Content.Headers.ContentType?.MediaType;
            return type is null or "text/plain" && await ReadAsync(response, patience.Token).ConfigureAwait(false) == token ? HandshakeOutcome.Echoed : HandshakeOutcome.OtherText;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return HandshakeOutcome.TimedOut;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException)
        {
            return HandshakeOutcome.NotOk;
        }
    }

    /// <summary>Delivers notifications, with a header more where one is given.</summary>
    public async Task<DeliveryOutcome> PostAsync(Uri receiver, byte[] json, CancellationToken cancel, (string Name, string Value)? header = null)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(NotificationLimits.Delivery);
        try
        {
            using HttpRequestMessage request = new(HttpMethod.Post, receiver) { Content = new ByteArrayContent(json) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json", "utf-8");
            if (header is { } more)
            {
                request.Headers.Add(more.Name, more.Value);
            }

            using HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token).ConfigureAwait(false);
            TimeSpan after = response.Headers.RetryAfter switch
            {
                { Delta: { } delta } => delta,
                { Date: { } date } => date - _time.GetUtcNow(),
                _ => TimeSpan.Zero,
            };
            return new DeliveryOutcome(
                response.IsSuccessStatusCode,
                string.Create(CultureInfo.InvariantCulture, $"it answered with status {(int)response.StatusCode}"),
                after < TimeSpan.Zero ? TimeSpan.Zero : after);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new DeliveryOutcome(false, "it did not answer in time", TimeSpan.Zero);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException)
        {
            return new DeliveryOutcome(false, e is HttpRequestException { HttpRequestError: { } error } ? $"it could not be reached ({error})" : "the connection broke", TimeSpan.Zero);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    // An answer that is longer than a token can be is no token.
    private static async Task<string?> ReadAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        await using Stream body = await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
        byte[] bytes = new byte[NotificationLimits.HandshakeBytes + 1];
        int count = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancel).ConfigureAwait(false);
        return count > NotificationLimits.HandshakeBytes ? null : Encoding.UTF8.GetString(bytes, 0, count);
    }

    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint host, CancellationToken cancel)
    {
        IPAddress[] addresses = host.Host switch
        {
            "127.0.0.1" => [IPAddress.Loopback],
            "::1" or "[::1]" => [IPAddress.IPv6Loopback],
            _ when NotificationHosts.IsLoopback(host.Host) => [IPAddress.Loopback, IPAddress.IPv6Loopback],
            _ => [.. (await Dns.GetHostAddressesAsync(host.Host, cancel).ConfigureAwait(false)).Where(NotificationHosts.MayLeadTo)],
        };
        SocketException? last = null;
        foreach (IPAddress address in addresses)
        {
            Socket socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(address, host.Port), cancel).ConfigureAwait(false);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException e)
            {
                last = e;
                socket.Dispose();
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }

        throw new HttpRequestException(HttpRequestError.ConnectionError, "No address of the host can be connected to.", last);
    }
}
