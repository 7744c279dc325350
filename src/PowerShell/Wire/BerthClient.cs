using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Berth.PowerShell.Connecting;

namespace Berth.PowerShell.Wire;

/// <summary>
/// The way to a server: requests with a token, again when they are told to wait or got lost, each write under an id so that it happens once (B840, B848). A
/// cmdlet works on its caller's thread, and so does this.
/// </summary>
internal sealed class BerthClient : IDisposable
{
    private static readonly ProductInfoHeaderValue _product = new("Berth.PowerShell", typeof(BerthClient).Assembly.GetName().Version!.ToString(3));

    private readonly Uri _server;
    private readonly SignIn _signIn;
    private readonly HttpClient _http;
    private string? _token;

    /// <summary>A client that has not asked for anything yet.</summary>
    /// <param name="server">The server's address, without a path.</param>
    /// <param name="signIn">How a token is had.</param>
    /// <param name="patience">The longest wait for an answer; <see cref="ShellLimits.Patience"/> without it.</param>
    public BerthClient(Uri server, SignIn signIn, TimeSpan? patience = null)
    {
        (_server, _signIn) = (server, signIn);
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { MaxResponseContentBufferSize = ShellLimits.AnswerBytes, Timeout = patience ?? ShellLimits.Patience };
        _http.DefaultRequestHeaders.UserAgent.Add(_product);
    }

    /// <summary>Asks for a token now, so that a wrong secret shows at once.</summary>
    /// <exception cref="BerthException">The server is not there or does not let the caller in.</exception>
    public void SignIn(CancellationToken cancel) => _token = _signIn.Ask(_http, _server, cancel);

    /// <summary>Reads.</summary>
    /// <param name="path">Path and query from the version on, such as <c>/v1.0/subscribedSkus</c>.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="BerthException">Refused, or no answer.</exception>
    public JsonElement Get(string path, CancellationToken cancel) => Send(HttpMethod.Get, Address(path), null, null, cancel);

    /// <summary>Writes, or has a plan drawn. The same id goes with every try, so that it happens once.</summary>
    /// <exception cref="BerthException">Refused, or no answer.</exception>
    public JsonElement Post(string path, byte[]? body, CancellationToken cancel) => Send(HttpMethod.Post, Address(path), body, Guid.NewGuid(), cancel);

    /// <summary>The items of a collection, page by page.</summary>
    /// <exception cref="BerthException">Refused, no answer, or a link that leads to another server.</exception>
    public IEnumerable<JsonElement> All(string path, CancellationToken cancel)
    {
        Uri? next = Address(path);
        HashSet<Uri> read = [];
        while (next is not null)
        {
            if (!read.Add(next))
            {
                throw new BerthException("answerUnreadable", $"The pages of {path} lead in a circle: is {_server} a Berth?");
            }

            JsonElement page = Send(HttpMethod.Get, next, null, null, cancel);
            foreach (JsonElement item in page.Items("value"))
            {
                yield return item;
            }

            next = page.TextOrNull("@odata.nextLink") is not { } link ? null
                : Uri.TryCreate(link, UriKind.Absolute, out Uri? address) && Owns(address) ? address
                : throw new BerthException("answerUnreadable", $"The next page is said to be at {link}, which is not {_server}: the token is not sent there.");
        }
    }

    /// <summary>Reads many things in batches of twenty; the answers stand in the order of the paths. An item that was refused has its exception in place of an answer.</summary>
    /// <param name="paths">Paths without the version.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="BerthException">The batch itself was refused, or no answer.</exception>
    public IEnumerable<(JsonElement Answer, BerthException? Refused)> GetMany(IEnumerable<string> paths, CancellationToken cancel)
    {
        foreach (string[] part in paths.Chunk(ShellLimits.BatchItems))
        {
            (JsonElement, BerthException?)[] answers = new (JsonElement, BerthException?)[part.Length];
            int[] open = [.. Enumerable.Range(0, part.Length)];
            for (int attempt = 1; open.Length > 0; attempt++)
            {
                JsonElement whole = Post("/v1.0/$batch", Pack(part, open), cancel);
                TimeSpan wait = TimeSpan.Zero;
                List<int> again = [];
                HashSet<int> missing = [.. open];
                foreach (JsonElement item in whole.Items("responses"))
                {
                    if (!int.TryParse(item.Text("id"), out int index) || !missing.Remove(index))
                    {
                        throw new BerthException("answerUnreadable", $"A batch was answered with an item '{item.Text("id")}' that was not in it.");
                    }

                    int status = item.Number("status") is >= 100 and < 600 and long told ? (int)told : throw new BerthException("answerUnreadable", "A batch was answered with an item that has no status.");
                    if (IsPassing(status) && attempt < ShellLimits.Attempts && WaitOf(item.Part("headers").TextOrNull("Retry-After"), attempt) is { } asked && asked <= ShellLimits.LongestWait)
                    {
                        wait = wait > asked ? wait : asked;
                        again.Add(index);
                    }

                    answers[index] = status < 400 ? (item.Part("body"), null) : (default, Refusal(status, item.Part("body")));
                }

                if (missing.Count > 0)
                {
                    throw new BerthException("answerUnreadable", "A batch came back without an answer for every item.");
                }

                open = [.. again];
                if (open.Length > 0)
                {
                    Pause(wait, cancel);
                }
            }

            foreach ((JsonElement, BerthException?) answer in answers)
            {
                yield return answer;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private Uri Address(string path) => Uri.TryCreate(_server, path, out Uri? address) ? address : throw new BerthException("nameUnreadable", "A name is too long, or has what no address can have.", 400);

    private bool Owns(Uri link) => link.Scheme == _server.Scheme && link.Port == _server.Port && link.Host.Equals(_server.Host, StringComparison.OrdinalIgnoreCase);

    private static byte[] Pack(string[] paths, int[] which) => ShellJson.Write(json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("requests");
        foreach (int index in which)
        {
            json.WriteStartObject();
            json.WriteString("id", $"{index}");
            json.WriteString("method", "GET");
            json.WriteString("url", paths[index]);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    private JsonElement Send(HttpMethod method, Uri address, byte[]? body, Guid? once, CancellationToken cancel)
    {
        bool renewed = false;
        for (int attempt = 1; ; attempt++)
        {
            string token = _token ??= _signIn.Ask(_http, _server, cancel);
            TimeSpan wait;
            try
            {
                using HttpRequestMessage request = new(method, address);
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
                if (once is { } id)
                {
                    request.Headers.Add("Repeatability-Request-ID", id.ToString());
                }

                if (body is not null)
                {
                    request.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
                }

                using HttpResponseMessage response = _http.Send(request, cancel);
                int status = (int)response.StatusCode;
                if (response.IsSuccessStatusCode)
                {
                    return Read(response, cancel);
                }

                if (response.StatusCode == HttpStatusCode.Unauthorized && !renewed)
                {
                    // It is over or was taken back: a new one, once (B848).
                    (renewed, _token) = (true, null);
                    continue;
                }

                if (!IsPassing(status)
                    || attempt >= ShellLimits.Attempts
                    || (wait = WaitOf(response.Headers.RetryAfter?.Delta is { } named ? $"{named.TotalSeconds}" : null, attempt)) > ShellLimits.LongestWait)
                {
                    throw Refusal(status, TryRead(response, cancel));
                }
            }
            catch (HttpRequestException e) when (attempt < ShellLimits.Attempts && e.HttpRequestError is HttpRequestError.ResponseEnded or HttpRequestError.Unknown && e.InnerException is IOException)
            {
                // It was on its way and the answer got lost. A write goes under its id, so that it happens once.
                wait = WaitOf(null, attempt);
            }
            catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
            {
                throw new BerthException("answerTooLarge", $"{_server} answers with more than {ShellLimits.AnswerBytes} bytes: ask for less at once.", 413, e);
            }
            catch (HttpRequestException e)
            {
                throw new BerthException("serverUnreachable", $"{_server} does not answer: {e.Message}", 0, e);
            }
            catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
            {
                string unknown = once is null ? "" : " Whether it was done is not known: Get-BerthHistory shows it.";
                throw new BerthException("serverUnreachable", $"{_server} did not answer within {_http.Timeout.TotalSeconds:0} s.{unknown}", 0, e);
            }

            Pause(wait, cancel);
        }
    }

    private static bool IsPassing(int status) => status is 429 or 503;

    private static TimeSpan WaitOf(string? seconds, int attempt) =>
        double.TryParse(seconds, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out double named) && named >= 0 && named < int.MaxValue
            ? TimeSpan.FromSeconds(named)
            : ShellLimits.FirstPause * Math.Pow(2, attempt - 1);

    private static void Pause(TimeSpan wait, CancellationToken cancel)
    {
        cancel.WaitHandle.WaitOne(wait);
        cancel.ThrowIfCancellationRequested();
    }

    private JsonElement Read(HttpResponseMessage response, CancellationToken cancel)
    {
        byte[] bytes = Bytes(response, cancel);
        if (bytes.Length == 0)
        {
            return default;
        }

        try
        {
            return ShellJson.Parse(bytes);
        }
        catch (JsonException e)
        {
            throw new BerthException("answerUnreadable", $"{_server} answered with something that is not JSON: is it a Berth?", (int)response.StatusCode, e);
        }
    }

    private static JsonElement TryRead(HttpResponseMessage response, CancellationToken cancel)
    {
        try
        {
            return ShellJson.Parse(Bytes(response, cancel));
        }
        catch (JsonException)
        {
            return default;
        }
    }

    private static byte[] Bytes(HttpResponseMessage response, CancellationToken cancel)
    {
        using MemoryStream bytes = new();
        response.Content.CopyTo(bytes, null, cancel);
        return bytes.ToArray();
    }

    private static BerthException Refusal(int status, JsonElement body)
    {
        JsonElement error = body.Part("error"), inner = error.Part("innerError");
        string message = error.Text("message");
        string code = inner.TextOrNull("code") ?? error.TextOrNull("code") ?? "requestRefused";
        int? change = null;
        foreach (JsonElement detail in error.Items("details"))
        {
            string target = detail.Text("target");
            if (target.StartsWith("changes[", StringComparison.Ordinal) && int.TryParse(target["changes[".Length..].Split(']')[0], out int index))
            {
                change ??= index;
            }
        }

        return new BerthException(code, message.Length > 0 ? message : $"The server answered with status {status} and no words.", status)
        {
            RequestId = inner.TextOrNull("request-id"),
            Change = change,
        };
    }
}
