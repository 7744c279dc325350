using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Berth.Connect;
using Berth.Connect.Wire;

namespace Berth.CommandLine.Client.Wire;

/// <summary>
/// A client of any Microsoft Graph. It signs in, follows pages, packs batches, waits when told to (429, 503 with <c>Retry-After</c>) and sends again
/// what the network lost; a write carries a <c>Repeatability-Request-ID</c>, so that Berth does it once. For any number of threads.
/// </summary>
internal sealed class GraphClient : IDisposable
{
    /// <summary>The header that asks for what was (B528).</summary>
    internal const string AsOfHeader = "Berth-As-Of";
    private const string VersionHeader = "Berth-Version";

    private readonly Connection _connection;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;
    private readonly TokenSource _tokens;
    private volatile bool _heard;

    /// <summary>A client that has not connected yet.</summary>
    /// <param name="connection">Where to and as whom.</param>
    /// <param name="time">The clock.</param>
    /// <param name="inside">What answers in place of a network; null for a network.</param>
    public GraphClient(Connection connection, TimeProvider time, HttpMessageHandler? inside = null)
    {
        (_connection, _time, Patience) = (connection, time, new Patience(time));
        _http = GraphHttp.Open(connection.Graph, inside);
        _tokens = new TokenSource(_http, connection, time);
    }

    /// <summary>The moment that reads look back to (B528), or null.</summary>
    public string? AsOf { get; init; }

    /// <summary>The wait that the server asked for.</summary>
    public Patience Patience { get; }

    /// <summary>Sends one request and reads what it answers.</summary>
    /// <exception cref="ConnectionFailedException">The server cannot be reached, or sends something that is not Graph.</exception>
    public async Task<Reply<T>> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancel)
        where T : class
    {
        GraphAnswer answer = await SendAsync(GraphCall.Get(path), cancel).ConfigureAwait(false);
        return answer.IsDone ? new Reply<T>(answer.Read(type), null) : new Reply<T>(null, GraphRefusal.Of(answer));
    }

    /// <summary>Reads every page of a collection.</summary>
    /// <exception cref="ConnectionFailedException">As <see cref="GetAsync"/>; also when a link leads to another server.</exception>
    public async Task<Reply<List<T>>> GetAllAsync<T>(string path, JsonTypeInfo<Page<T>> type, CancellationToken cancel)
    {
        List<T> all = [];
        Uri? next = _connection.At(path);
        for (int pages = 0; next is not null && pages < ClientLimits.Pages; pages++)
        {
            GraphAnswer answer = await SendAsync(GraphCall.Get(path), next, cancel).ConfigureAwait(false);
            if (!answer.IsDone)
            {
                return new Reply<List<T>>(null, GraphRefusal.Of(answer));
            }

            Page<T> page = answer.Read(type);
            all.AddRange(page.Value ?? []);
            if (page.NextLink is null)
            {
                return new Reply<List<T>>(all, null);
            }

            next = Uri.TryCreate(page.NextLink, UriKind.Absolute, out Uri? link) && _connection.Owns(link)
                ? link
                : throw new ConnectionFailedException($"the next page is said to be at {page.NextLink}, which is not {_connection.Graph}: the token is not sent there.");
        }

        throw new ConnectionFailedException($"{path} has more than {ClientLimits.Pages} pages.");
    }

    /// <summary>Sends a request until it is answered for good or the patience ends.</summary>
    /// <exception cref="ConnectionFailedException">The server cannot be reached.</exception>
    public Task<GraphAnswer> SendAsync(GraphCall call, CancellationToken cancel) => SendAsync(call, _connection.At(call.Path), cancel);

    /// <summary>Sends requests as items of batches; the answers stand in the order of the requests. An item that is told to wait is sent again.</summary>
    /// <exception cref="ConnectionFailedException">The server cannot be reached, or leaves an item unanswered.</exception>
    public async Task<GraphAnswer[]> SendBatchAsync(IReadOnlyList<GraphCall> calls, CancellationToken cancel)
    {
        GraphAnswer?[] answers = new GraphAnswer?[calls.Count];
        List<int> open = [.. Enumerable.Range(0, calls.Count)];
        for (int attempt = 1; open.Count > 0; attempt++)
        {
            TimeSpan? asked = null;
            List<int> again = [];
            foreach (int[] part in open.Chunk(ConnectLimits.BatchItems).ToArray())
            {
                GraphAnswer whole = await SendAsync(Pack(calls, part), cancel).ConfigureAwait(false);
                if (!whole.IsDone)
                {
                    // Nothing of it was done, and each item would be answered like this.
                    Array.ForEach(part, index => answers[index] = whole);
                    continue;
                }

                foreach (WireBatchAnswer item in whole.Read(WireJson.Default.WireBatch).Responses ?? [])
                {
                    if (!int.TryParse(item.Id, out int index) || !part.Contains(index))
                    {
                        throw new ConnectionFailedException($"a batch was answered with an item '{item.Id}' that was not in it.");
                    }

                    if (IsPassing(item.Status) && attempt < ConnectLimits.ThrottledAttempts)
                    {
                        string? header = item.Headers?.FirstOrDefault(one => one.Key.Equals("Retry-After", StringComparison.OrdinalIgnoreCase)).Value;
                        TimeSpan wait = Waiting.Named(header, _time.GetUtcNow()) ?? Waiting.PauseAfter(attempt);
                        asked = asked > wait ? asked : wait;
                        again.Add(index);
                    }

                    if (AsOf is not null && calls[index].Method == HttpMethod.Get && item.Status < 300 && item.Headers?.ContainsKey(VersionHeader) != true)
                    {
                        throw OnlyThePresent();
                    }

                    answers[index] = new GraphAnswer(
                        item.Status,
                        item.Body.ValueKind == JsonValueKind.Undefined ? default : JsonMarshal.GetRawUtf8Value(item.Body).ToArray());
                }
            }

            if (asked is { } hold)
            {
                if (hold > ConnectLimits.LongestWait)
                {
                    break;
                }

                Patience.Hold(hold);
            }

            again.Sort();
            open = again;
        }

        GraphAnswer[] all = [.. answers.OfType<GraphAnswer>()];
        return all.Length == calls.Count ? all : throw new ConnectionFailedException("a batch came back without an answer for every item.");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _tokens.Dispose();
        _http.Dispose();
    }

    private GraphCall Pack(IReadOnlyList<GraphCall> calls, int[] part)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream))
        {
            json.WriteStartObject();
            json.WriteStartArray("requests");
            foreach (int index in part)
            {
                GraphCall call = calls[index];
                json.WriteStartObject();
                json.WriteString("id", $"{index}");
                json.WriteString("method", call.Method.Method);
                json.WriteString("url", call.Path[GraphCall.Version.Length..]);
                string? moment = call.Method == HttpMethod.Get ? AsOf : null;
                if (call.Body is not null || call.RepeatabilityId is not null || moment is not null)
                {
                    json.WriteStartObject("headers");
                    if (moment is not null)
                    {
                        json.WriteString(AsOfHeader, moment);
                    }

                    if (call.Body is not null)
                    {
                        json.WriteString("Content-Type", "application/json");
                    }

                    if (call.RepeatabilityId is { } id)
                    {
                        json.WriteString("Repeatability-Request-ID", id);
                    }

                    json.WriteEndObject();
                }

                if (call.Body is not null)
                {
                    json.WritePropertyName("body");
                    json.WriteRawValue(call.Body, skipInputValidation: true);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        // The items are the writes, and each carries its own id.
        return new GraphCall(HttpMethod.Post, $"{GraphCall.Version}/$batch", stream.ToArray()) { RepeatabilityId = null };
    }

    private async Task<GraphAnswer> SendAsync(GraphCall call, Uri address, CancellationToken cancel)
    {
        bool renewed = false;
        for (int broken = 1, throttled = 1; ;)
        {
            await Patience.WaitAsync(cancel).ConfigureAwait(false);
            try
            {
                string token = await _tokens.GetAsync(cancel).ConfigureAwait(false);
                using HttpRequestMessage request = Compose(call, address, token);
                using HttpResponseMessage response = await _http.SendAsync(request, cancel).ConfigureAwait(false);
                _heard = true;
                int status = (int)response.StatusCode;
                if (status == (int)HttpStatusCode.Unauthorized && !renewed)
                {
                    renewed = true;
                    _tokens.Forget(token);
                    continue;
                }

                if (IsPassing(status))
                {
                    TimeSpan? asked = Waiting.Named(response.Headers.RetryAfter?.ToString(), _time.GetUtcNow())
                        ?? (status == (int)HttpStatusCode.TooManyRequests ? ConnectLimits.UnnamedWait : null);
                    if (asked <= ConnectLimits.LongestWait && throttled++ < ConnectLimits.ThrottledAttempts)
                    {
                        Patience.Hold(asked.Value);
                        continue;
                    }

                    if (asked is null && broken < ConnectLimits.LostAttempts)
                    {
                        await Task.Delay(Waiting.PauseAfter(broken++), _time, cancel).ConfigureAwait(false);
                        continue;
                    }
                }

                if (AsOf is not null && call.Method == HttpMethod.Get && response.IsSuccessStatusCode && !response.Headers.Contains(VersionHeader))
                {
                    throw OnlyThePresent();
                }

                return new GraphAnswer(status, await response.Content.ReadAsByteArrayAsync(cancel).ConfigureAwait(false));
            }
            catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
            {
                // Sent again it would be answered with as much.
                throw new ConnectionFailedException(
                    $"{call.Method} {call.Path.Split('?')[0]} was answered with more than {ConnectLimits.AnswerBytes >> 20} MiB, and nothing of it was taken: ask about fewer users at a time, for example with several plans of fewer changes.", e);
            }
            catch (Exception e) when (IsNetwork(e) && !cancel.IsCancellationRequested)
            {
                if (broken >= ConnectLimits.LostAttempts || (e is HttpRequestException http && !_heard && Waiting.IsNobodyThere(http)))
                {
                    throw new ConnectionFailedException(Describe(e), e);
                }

                await Task.Delay(Waiting.PauseAfter(broken++), _time, cancel).ConfigureAwait(false);
            }
        }
    }

    private HttpRequestMessage Compose(GraphCall call, Uri address, string token)
    {
        HttpRequestMessage request = new(call.Method, address);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (call.RepeatabilityId is { } id)
        {
            request.Headers.Add("Repeatability-Request-ID", id.ToString());
        }

        if (AsOf is not null && call.Method == HttpMethod.Get)
        {
            request.Headers.Add(AsOfHeader, AsOf);
        }

        if (call.Eventual)
        {
            request.Headers.Add("ConsistencyLevel", "eventual");
        }

        if (call.Body is not null)
        {
            request.Content = new ByteArrayContent(call.Body) { Headers = { ContentType = new MediaTypeHeaderValue(call.ContentType) } };
        }

        return request;
    }

    // A server that does not know the header would tell the present for the past.
    private ConnectionFailedException OnlyThePresent() => new($"{_connection.Graph} tells only what is, so --as-of cannot be used with it: it needs a Berth.");

    // Whether the same request may succeed a little later.
    private static bool IsPassing(int status) => status is 429 or 502 or 503 or 504;

    private static bool IsNetwork(Exception e) => e is HttpRequestException or IOException or SocketException or TaskCanceledException;

    private string Describe(Exception e) => e switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } =>
            $"the certificate of {_connection.Graph} is not trusted ({e.InnerException?.Message ?? e.Message}) For Berth's own, set SSL_CERT_FILE to the CA in its data folder.",
        HttpRequestException http when Waiting.IsNobodyThere(http) =>
            $"nothing answers at {_connection.Graph}: start a server there ('berth serve --demo'), or name another with --graph.",
        TaskCanceledException => $"{_connection.Graph} did not answer within {ConnectLimits.Request.TotalSeconds:0} s.",
        _ => $"{_connection.Graph} cannot be reached: {e.Message}",
    };
}
