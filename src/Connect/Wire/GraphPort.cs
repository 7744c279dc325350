using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using Azure.Core;
using Berth.Connect.Profiles;

namespace Berth.Connect.Wire;

/// <summary>
/// The way to one tenant's Graph: signs in, sends one request or a <c>$batch</c>, and waits when it is told to (B561). It knows nothing of what it carries. For any
/// number of threads. An answer that refuses is a value (<see cref="PortAnswer"/>); an exception says that nobody could be asked.
/// </summary>
public sealed class GraphPort : IDisposable
{
    private const string Batch = "/$batch";

    private readonly HttpClient _http;
    private readonly TokenKeeper _tokens;
    private readonly TimeProvider _time;
    private readonly Patience _patience;
    private volatile bool _heard;

    /// <summary>A way that nothing was sent on yet.</summary>
    /// <param name="profile">To whom.</param>
    /// <param name="credential">As whom (<see cref="SignIn"/>).</param>
    /// <param name="time">The clock that waits are measured by.</param>
    public GraphPort(TenantProfile profile, TokenCredential credential, TimeProvider time)
    {
        (Graph, _time, _tokens, _patience) = (profile.Graph, time, new TokenKeeper(credential, profile.Scope, time), new Patience(time));
        _http = GraphHttp.Open(profile.Graph);
    }

    /// <summary>Where it leads.</summary>
    public Uri Graph { get; }

    /// <summary>Is told of every wait that Graph asked for: how long, and by which request. Progress for people.</summary>
    public Action<TimeSpan, PortCall>? OnWait { get; init; }

    /// <summary>Is waited for before writes go out again, or later than their sender meant because Graph asked to wait, with how many they are: they count like any other (B574).</summary>
    public Func<int, CancellationToken, Task>? OnAgain { get; init; }

    /// <summary>Sends a request until it is answered for good: done, refused, or out of patience (then the last 429, 503 or 5xx is the answer).</summary>
    /// <exception cref="ConnectFailedException">Nobody is there, nobody lets us in, or the answer is too large.</exception>
    public async Task<PortAnswer> SendAsync(PortCall call, CancellationToken cancel)
    {
        Uri address = AddressOf(call.Path);
        string id = Guid.NewGuid().ToString();
        bool renewed = false, isAgain = false;
        for (int lost = 1, throttled = 1; ;)
        {
            // Who had to wait goes at another time than it was let go for.
            isAgain |= await _patience.WaitAsync(cancel).ConfigureAwait(false);
            string token = await TokenAsync(cancel).ConfigureAwait(false);
            await AgainAsync(isAgain ? call.Writes : 0, cancel).ConfigureAwait(false);
            isAgain = true;
            try
            {
                using HttpRequestMessage request = Compose(call, address, token, id);
                using HttpResponseMessage response = await _http.SendAsync(request, cancel).ConfigureAwait(false);
                _heard = true;
                int status = (int)response.StatusCode;
                if (status == 401 && !renewed)
                {
                    renewed = true;
                    _tokens.Forget(token, response.Headers.WwwAuthenticate.ToString());
                    continue;
                }

                if (Waiting.Asked(status, Header(response, "Retry-After"), _time.GetUtcNow()) is { } wait && throttled++ < ConnectLimits.ThrottledAttempts)
                {
                    // The next request would be told the same, so all wait.
                    OnWait?.Invoke(wait, call);
                    _patience.Hold(wait);
                    continue;
                }

                if (Waiting.IsLoss(status))
                {
                    if (!call.CanRepeat)
                    {
                        return PortAnswer.Lost with { RequestId = Header(response, "request-id") ?? "" };
                    }

                    if (lost < ConnectLimits.LostAttempts)
                    {
                        await Task.Delay(Waiting.PauseAfter(lost++), _time, cancel).ConfigureAwait(false);
                        continue;
                    }
                }

                byte[] body = await response.Content.ReadAsByteArrayAsync(cancel).ConfigureAwait(false);
                return new PortAnswer(status, body) { RequestId = Header(response, "request-id") ?? "", Location = response.Headers.Location?.OriginalString };
            }
            catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
            {
                throw new ConnectFailedException($"{Said(call)} was answered with more than {ConnectLimits.AnswerBytes} bytes.", e);
            }
            catch (Exception e) when (e is HttpRequestException or IOException or SocketException or TaskCanceledException && !cancel.IsCancellationRequested)
            {
                if (e is HttpRequestException http && !_heard && Waiting.IsNobodyThere(http))
                {
                    throw new ConnectFailedException(Describe(e), e);
                }

                // A connection that never opened took nothing along.
                if (!call.CanRepeat && e is not HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError })
                {
                    return PortAnswer.Lost;
                }

                if (lost >= ConnectLimits.LostAttempts)
                {
                    throw new ConnectFailedException($"{Said(call)}: {Describe(e)}", e);
                }

                await Task.Delay(Waiting.PauseAfter(lost++), _time, cancel).ConfigureAwait(false);
            }
        }
    }

    /// <summary>
    /// Sends 1 to 20 requests of one version in a <c>$batch</c>; the answers stand in the order of the calls. An item that is told to wait is sent again after its own
    /// <c>Retry-After</c>, while the others are done (B561). Items do not depend on each other.
    /// </summary>
    /// <exception cref="ConnectFailedException">As <see cref="SendAsync"/>; also when Graph leaves an item unanswered or answers one that was not asked.</exception>
    public async Task<IReadOnlyList<PortAnswer>> BatchAsync(IReadOnlyList<PortCall> calls, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfZero(calls.Count, nameof(calls));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(calls.Count, ConnectLimits.BatchItems, nameof(calls));
        string version = VersionOf(calls[0].Path);
        PortAnswer?[] answers = new PortAnswer?[calls.Count];
        int[] throttled = new int[calls.Count], lost = new int[calls.Count];
        SortedDictionary<int, DateTimeOffset> open = [];
        for (int i = 0; i < calls.Count; i++)
        {
            open.Add(i, DateTimeOffset.MinValue);
        }

        while (open.Count > 0)
        {
            DateTimeOffset now = _time.GetUtcNow(), earliest = open.Values.Min();
            if (earliest > now)
            {
                await Task.Delay(earliest - now, _time, cancel).ConfigureAwait(false);
                continue;
            }

            int[] due = [.. open.Where(one => one.Value <= now).Select(one => one.Key)];
            PortCall whole = new(HttpMethod.Post, version + Batch, Pack(calls, due, version))
            {
                CanRepeat = due.All(index => calls[index].CanRepeat), Writes = due.Sum(index => calls[index].Writes),
            };
            await AgainAsync(due.Where(index => throttled[index] + lost[index] > 0).Sum(index => calls[index].Writes), cancel).ConfigureAwait(false);
            PortAnswer answer = await SendAsync(whole, cancel).ConfigureAwait(false);
            if (!answer.IsDone)
            {
                // Each item would be answered like this.
                foreach (int index in due)
                {
                    answers[index] = answer;
                    open.Remove(index);
                }

                continue;
            }

            foreach ((int index, PortAnswer item, string? retryAfter) in Unpack(answer, due))
            {
                now = _time.GetUtcNow();
                if (Waiting.Asked(item.Status, retryAfter, now) is { } wait && ++throttled[index] < ConnectLimits.ThrottledAttempts)
                {
                    OnWait?.Invoke(wait, calls[index]);
                    open[index] = now + wait;
                    continue;
                }

                if (Waiting.IsLoss(item.Status) && calls[index].CanRepeat && ++lost[index] < ConnectLimits.LostAttempts)
                {
                    open[index] = now + Waiting.PauseAfter(lost[index]);
                    continue;
                }

                answers[index] = Waiting.IsLoss(item.Status) && !calls[index].CanRepeat ? PortAnswer.Lost with { RequestId = item.RequestId } : item;
                open.Remove(index);
            }
        }

        return [.. answers.Select(static answer => answer!)];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _tokens.Dispose();
        _http.Dispose();
    }

    private static string? Header(HttpResponseMessage response, string name) => response.Headers.TryGetValues(name, out IEnumerable<string>? values) ? values.First() : null;

    private static HttpRequestMessage Compose(PortCall call, Uri address, string token, string id)
    {
        HttpRequestMessage request = new(call.Method, address);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.Add("client-request-id", call.RepeatabilityId ?? id);
        foreach ((string name, string value) in HeadersOf(call))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (!call.Body.IsEmpty)
        {
            request.Content = new ReadOnlyMemoryContent(call.Body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        }

        return request;
    }

    private static IEnumerable<(string Name, string Value)> HeadersOf(PortCall call)
    {
        if (call.RepeatabilityId is { } repeatability)
        {
            yield return ("Repeatability-Request-ID", repeatability);
        }

        if (call.Eventual)
        {
            yield return ("ConsistencyLevel", "eventual");
        }

        if (call.Prefer is { } prefer)
        {
            yield return ("Prefer", prefer);
        }
    }

    private byte[] Pack(IReadOnlyList<PortCall> calls, int[] due, string version)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream))
        {
            json.WriteStartObject();
            json.WriteStartArray("requests"u8);
            foreach (int index in due)
            {
                PortCall call = calls[index];
                string path = RelativeOf(call.Path);
                if (VersionOf(path) != version)
                {
                    throw new ArgumentException($"A batch is of one version: {call.Path} is not {version}.", nameof(calls));
                }

                json.WriteStartObject();
                json.WriteString("id"u8, index.ToString(CultureInfo.InvariantCulture));
                json.WriteString("method"u8, call.Method.Method);
                json.WriteString("url"u8, path[version.Length..]);
                json.WriteStartObject("headers"u8);
                foreach ((string name, string value) in HeadersOf(call))
                {
                    json.WriteString(name, value);
                }

                if (call.RepeatabilityId is { } same)
                {
                    // In Graph's log the same call has the same id, however often it was sent.
                    json.WriteString("client-request-id"u8, same);
                }

                if (!call.Body.IsEmpty)
                {
                    json.WriteString("Content-Type"u8, "application/json"u8);
                }

                json.WriteEndObject();
                if (!call.Body.IsEmpty)
                {
                    json.WritePropertyName("body"u8);
                    json.WriteRawValue(call.Body.Span, skipInputValidation: true);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static List<(int Index, PortAnswer Answer, string? RetryAfter)> Unpack(PortAnswer whole, int[] asked)
    {
        using JsonDocument json = whole.Json();
        List<(int Index, PortAnswer Answer, string? RetryAfter)> items = [];
        HashSet<int> left = [.. asked];
        try
        {
            foreach (JsonElement item in json.RootElement.GetProperty("responses").EnumerateArray())
            {
                string id = item.GetProperty("id").ToString();
                if (!int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out int index) || !left.Remove(index))
                {
                    throw new ConnectFailedException($"a batch was answered with an item '{id}' that was not in it.");
                }

                byte[] body = item.TryGetProperty("body", out JsonElement given) ? JsonSerializer.SerializeToUtf8Bytes(given, PortJson.Default.JsonElement) : [];
                PortAnswer answer = new(item.GetProperty("status").GetInt32(), body) { RequestId = Named(item, "request-id") ?? whole.RequestId, Location = Named(item, "Location") };
                items.Add((index, answer, Named(item, "Retry-After")));
            }
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new ConnectFailedException("a batch was answered with something that is not Microsoft Graph's.", e);
        }

        return left.Count == 0 ? items : throw new ConnectFailedException("a batch came back without an answer for every item.");
    }

    private static string? Named(JsonElement item, string header) => item.TryGetProperty("headers", out JsonElement headers) && headers.ValueKind == JsonValueKind.Object
        ? headers.EnumerateObject().FirstOrDefault(one => one.Name.Equals(header, StringComparison.OrdinalIgnoreCase)) is { Value.ValueKind: not JsonValueKind.Undefined } found
            ? found.Value.ToString()
            : null
        : null;

    private Uri AddressOf(string path)
    {
        if (path.StartsWith('/'))
        {
            return Uri.TryCreate(Graph.GetLeftPart(UriPartial.Path).TrimEnd('/') + path, UriKind.Absolute, out Uri? own) ? own : throw new ConnectFailedException($"a link leads to {path}, which is no address.");
        }

        // The token goes to this tenant's Graph and nowhere else, whatever a link says.
        return Uri.TryCreate(path, UriKind.Absolute, out Uri? link) && link.Scheme == Graph.Scheme && link.Port == Graph.Port && link.Host.Equals(Graph.Host, StringComparison.OrdinalIgnoreCase)
            ? link
            : throw new ConnectFailedException($"a link leads to {path}, which is not {Graph}: the token is not sent there.");
    }

    private string RelativeOf(string path)
    {
        string before = Graph.AbsolutePath.TrimEnd('/');
        return path.StartsWith('/') ? path
            : AddressOf(path).PathAndQuery is var whole && whole.StartsWith(before, StringComparison.Ordinal) ? whole[before.Length..]
            : throw new ConnectFailedException($"a link leads to {path}, which is not below {Graph}.");
    }

    private string VersionOf(string path) => RelativeOf(path).Split('/', 3) is [_, { } version, ..] ? $"/{version}" : throw new ArgumentException($"'{path}' has no version.", nameof(path));

    private async Task<string> TokenAsync(CancellationToken cancel)
    {
        try
        {
            return await _tokens.GetAsync(cancel).ConfigureAwait(false);
        }
        catch (HttpRequestException e)
        {
            throw new ConnectFailedException($"the authority of {Graph} cannot be reached: {e.Message}", e);
        }
    }

    private Task AgainAsync(int writes, CancellationToken cancel) => writes > 0 && OnAgain is { } wait ? wait(writes, cancel) : Task.CompletedTask;

    private string Said(PortCall call) => $"{call.Method} {(call.Path.StartsWith('/') ? call.Path : RelativeOf(call.Path)).Split('?')[0]}";

    private string Describe(Exception e) => e switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } =>
            $"the certificate of {Graph} is not trusted ({e.InnerException?.Message ?? e.Message}) For a Berth's own, set SSL_CERT_FILE to the CA in its data folder.",
        HttpRequestException http when Waiting.IsNobodyThere(http) => $"nothing answers at {Graph}.",
        TaskCanceledException => $"{Graph} did not answer within {ConnectLimits.Request.TotalSeconds:0} s.",
        _ => $"{Graph} cannot be reached: {e.Message}",
    };
}
