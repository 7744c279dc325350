using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using Berth.Graph.Faults;
using Berth.Graph.History;
using Berth.Graph.Hosts;
using Berth.Graph.Notifications;
using Berth.Graph.Plans;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Graph.Scim;
using Berth.Graph.Telling;
using Berth.Ledger;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace Berth.Graph.Hosting;

/// <summary>The room at Kestrel: turns HTTP into requests of the room and its answers into HTTP.</summary>
public static class GraphEndpoint
{
    /// <summary>
    /// Answers everything below <c>/v1.0</c>, <c>/beta</c>, <c>/berth/v1</c> and <c>/scim/v2</c>, and gives the JSON error envelope to any path that
    /// nothing after it in the application answers.
    /// </summary>
    /// <param name="app">The application.</param>
    /// <param name="desks">The desk of a tenant, or null when it is not here.</param>
    /// <param name="authenticate">Reads the token of a request.</param>
    /// <param name="time">The real time.</param>
    /// <param name="subscriptions">The subscriptions to change notifications, where these are served.</param>
    /// <param name="passwords">Where passwords of users go; without it they are forgotten.</param>
    /// <param name="listeners">The receivers of alerts, where these are told.</param>
    /// <param name="hasQuotas">Whether applications and tenants have the directory's quotas (B788).</param>
    /// <param name="memories">Is told what is remembered of tenants.</param>
    public static IApplicationBuilder UseGraph(
        this IApplicationBuilder app,
        Func<Guid, TenantDesk?> desks,
        Func<HttpContext, ValueTask<Authentication>> authenticate,
        TimeProvider time,
        SubscriptionBooks? subscriptions = null,
        PasswordDoor? passwords = null,
        ListenerBooks? listeners = null,
        bool hasQuotas = false,
        TenantMemories? memories = null)
    {
        IServiceProvider services = app.ApplicationServices;
        InstalledFaults faults = new(time, services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping, hasQuotas);
        HostLeases leases = new(time);
        PlanShelf plans = new(time);
        memories?.Add(faults.Forget);
        memories?.Add(leases.Forget);
        memories?.Add(plans.Forget);
        GraphDoor door = new(desks, authenticate, faults, leases, plans, subscriptions, passwords, listeners, time, services.GetRequiredService<ILoggerFactory>().CreateLogger("Berth.Graph"));
        return app.Use(next => context => door.InvokeAsync(context, next));
    }
}

internal sealed class GraphDoor(
    Func<Guid, TenantDesk?> desks, Func<HttpContext, ValueTask<Authentication>> authenticate, InstalledFaults faults, HostLeases hosts, PlanShelf plans,
    SubscriptionBooks? subscriptions, PasswordDoor? passwords, ListenerBooks? listeners, TimeProvider time, ILogger log)
{
    private const string Minimal = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8";
    private const string WithoutMetadata = "application/json;odata.metadata=none;odata.streaming=true;IEEE754Compatible=false;charset=utf-8";

    private const string Scim = "application/scim+json;charset=utf-8";

    private static readonly SearchValues<string> NoMetadata = SearchValues.Create(["odata.metadata=none"], StringComparison.OrdinalIgnoreCase);
    private static readonly StringValues ODataVersion = "4.0";
    private static readonly StringValues NoCache = "no-cache";
    private static readonly (string Prefix, GraphVersion Version)[] Prefixes =
        [("/v1.0", GraphVersion.V1), ("/beta", GraphVersion.Beta), ("/berth/v1", GraphVersion.Berth), ("/scim/v2", GraphVersion.Scim)];

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        string target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (!target.StartsWith('/'))
        {
            // The absolute form, as a proxy gets it.
            target = Uri.TryCreate(target, UriKind.Absolute, out Uri? uri) ? uri.PathAndQuery : "/";
        }

        int question = target.IndexOf('?', StringComparison.Ordinal);
        ReadOnlySpan<char> path = question < 0 ? target : target.AsSpan(0, question);
        foreach ((string prefix, GraphVersion version) in Prefixes)
        {
            if (path.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) && (path.Length == prefix.Length || path[prefix.Length] == '/'))
            {
                return HereAsync(new Exchange(context, version, target[prefix.Length..], time.GetUtcNow()));
            }
        }

        return ElsewhereAsync(context, next, path.ToString());
    }

    private async Task ElsewhereAsync(HttpContext context, RequestDelegate next, string path)
    {
        await next(context).ConfigureAwait(false);
        if (context.Response is { StatusCode: StatusCodes.Status404NotFound, HasStarted: false, ContentLength: null } && context.GetEndpoint() is null)
        {
            Exchange exchange = new(context, GraphVersion.V1, path, time.GetUtcNow());
            await SendAsync(exchange, exchange.Error(GraphError.UnknownSegment(path.Split('/', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault("")))).ConfigureAwait(false);
        }
    }

    private async Task HereAsync(Exchange exchange)
    {
        HttpContext context = exchange.Context;
        using PooledBytes body = new();
        GraphResponse response;
        try
        {
            response = await AnswerAsync(exchange, body).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has gone: there is nobody to answer.
            return;
        }
        catch (BadHttpRequestException bad)
        {
            response = exchange.Error(bad.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? GraphError.BodyTooLarge(GraphLimits.ImportBytes)
                : new GraphError(bad.StatusCode, "BadRequest", bad.Message, "requestInvalid"));
        }
        catch (Exception away) when (GraphError.OfDatabase(away) is not null)
        {
            // Its log would be full of it: health and the log of what is due tell of the same.
            response = exchange.Error(GraphError.OfDatabase(away)!);
        }
        catch (Exception broken)
        {
            log.LogError(broken, "Request {RequestId} failed: {Method} {Target}", exchange.RequestId, context.Request.Method, exchange.Target);
            response = exchange.Error(GraphError.Broken);
        }

        await SendAsync(exchange, response).ConfigureAwait(false);
    }

    private async ValueTask<GraphResponse> AnswerAsync(Exchange exchange, PooledBytes body)
    {
        HttpContext context = exchange.Context;
        Authentication authentication = await authenticate(context).ConfigureAwait(false);
        if (authentication is Authentication.Refused refused)
        {
            return exchange.Error(GraphError.Unauthenticated(refused.Message, refused.Challenge));
        }

        if (authentication is Authentication.TooMany many)
        {
            return exchange.Error(GraphError.TooManyRefusals(many.Seconds));
        }

        Caller caller = ((Authentication.Known)authentication).Caller;
        if (desks(caller.TenantId) is not { } desk)
        {
            return exchange.Error(GraphError.Unauthenticated($"The token's tenant '{caller.TenantId}' is not here.", "Bearer"));
        }

        (GraphRequest? request, GraphError? error) = exchange.Read(caller, faults, hosts, plans, subscriptions, passwords, listeners);
        if (request is null)
        {
            return exchange.Error(error!);
        }

        (request, RouteMatch match) = GraphRoom.Find(request);
        if (match.Route is not { } route)
        {
            return exchange.Error(match.Error!);
        }

        Name(context, route.PathIn(exchange.Version));
        if (!GraphRoom.IsAllowed(desk.Current, request, match))
        {
            // Before the body is read: nobody sends us a gigabyte without the right to.
            return exchange.Error(GraphError.Denied);
        }

        if (route.Body != RouteBody.None && context.Request.Headers.ContentEncoding.ToString() is { Length: > 0 } encoding && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            return exchange.Error(GraphError.ContentEncoding(encoding));
        }

        if (route.Body != RouteBody.None && context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = route.Body == RouteBody.Lines ? GraphLimits.ImportBytes : null;
        }

        switch (route.Body)
        {
            case RouteBody.None:
                break;
            case RouteBody.Json or RouteBody.Changes:
                int longest = route.Body == RouteBody.Changes ? GraphLimits.ChangesBytes : GraphLimits.BodyBytes;
                if (!await ReadAsync(context, body, longest).ConfigureAwait(false))
                {
                    return exchange.Error(GraphError.BodyTooLarge(longest));
                }

                request.Receive(body.Written);
                break;
            case RouteBody.Lines or RouteBody.Table:
                long most = route.Body == RouteBody.Lines ? GraphLimits.ImportBytes : GraphLimits.TableBytes;
                if (context.Request.ContentLength > most)
                {
                    return exchange.Error(GraphError.BodyTooLarge(most));
                }

                request = request with { BodyStream = context.Request.Body };
                break;
        }

        return await GraphRoom.AnswerAsync(desk, request, match, context.RequestAborted).ConfigureAwait(false);
    }

    // What metrics and traces group by (B780, B781): a template, never what stands in its braces.
    private static void Name(HttpContext context, string route)
    {
        context.Features.Get<IHttpMetricsTagsFeature>()?.Tags.Add(new("http.route", route));
        if (Activity.Current is { Recorded: true } activity)
        {
            activity.SetTag("http.route", route);
            activity.DisplayName = $"{context.Request.Method} {route}";
        }
    }

    // False when the body is larger than a body may be.
    private static async ValueTask<bool> ReadAsync(HttpContext context, PooledBytes body, int longest)
    {
        long? announced = context.Request.ContentLength;
        if (announced > longest)
        {
            return false;
        }

        body.Expect(announced);
        while (body.Written.Length != announced)
        {
            int read = await context.Request.Body.ReadAsync(body.GetMemory(1), context.RequestAborted).ConfigureAwait(false);
            body.Advance(read);
            if (read == 0 || body.Written.Length > longest)
            {
                return read == 0;
            }
        }

        return true;
    }

    private static async Task SendAsync(Exchange exchange, GraphResponse response)
    {
        using (response)
        {
            if (response.IsDropped)
            {
                exchange.Context.Abort();
                return;
            }

            HttpResponse http = exchange.Context.Response;
            IHeaderDictionary headers = http.Headers;
            http.StatusCode = response.Status;
            headers["request-id"] = exchange.RequestIdText;
            headers["client-request-id"] = exchange.ClientRequestId;
            if (!exchange.IsScim)
            {
                headers["OData-Version"] = ODataVersion;
            }

            headers.CacheControl = NoCache;
            if (response.Headers.Location is { } location)
            {
                headers.Location = location;
            }

            if (response.Headers.Allow is { } allow)
            {
                headers.Allow = allow;
            }

            if (response.Headers.PreferenceApplied is { } preference)
            {
                headers["Preference-Applied"] = preference;
            }

            if (response.Headers.Authenticate is { } challenge)
            {
                headers.WWWAuthenticate = challenge;
            }

            if (response.Headers.RetryAfterSeconds > 0)
            {
                headers.RetryAfter = response.Headers.RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
            }

            if (response.Headers.Version > 0)
            {
                headers[PastReads.VersionHeader] = response.Headers.Version.ToString(CultureInfo.InvariantCulture);
            }

            if (response.Headers.Throttle is { } throttle)
            {
                foreach ((string name, string value) in throttle.ToHeaders())
                {
                    headers[name] = value;
                }
            }

            if (response.Kind != ResponseBody.None)
            {
                headers.ContentType = response.Kind switch
                {
                    ResponseBody.Text => "text/plain",
                    ResponseBody.Xml => "application/xml",
                    ResponseBody.Stream => "application/octet-stream",
                    _ when exchange.IsScim => Scim,
                    _ => exchange.WithoutMetadata ? WithoutMetadata : Minimal,
                };
                headers.ContentLength = response.Body.Length;
                await http.BodyWriter.WriteAsync(response.Body, exchange.Context.RequestAborted).ConfigureAwait(false);
            }
        }
    }

    /// <summary>One HTTP request before it is one of the room's.</summary>
    private sealed class Exchange
    {
        private static volatile BaseUrlOf? _lastBaseUrl;

        private readonly DateTimeOffset _receivedAt;

        public Exchange(HttpContext context, GraphVersion version, string target, DateTimeOffset receivedAt)
        {
            Context = context;
            Target = target;
            Version = version;
            _receivedAt = receivedAt;
            RequestId = NewRequestId();
            RequestIdText = RequestId.ToString();
            string given = context.Request.Headers["client-request-id"].ToString();
            ClientRequestId = given.Length is > 0 and <= GraphLimits.ClientRequestIdCharacters ? given : RequestIdText;
            WithoutMetadata = context.Request.Headers.Accept.ToString().AsSpan().ContainsAny(NoMetadata);
        }

        public HttpContext Context { get; }

        public GraphVersion Version { get; }

        /// <summary>Path and query after the version, as sent.</summary>
        public string Target { get; }

        public Guid RequestId { get; }

        public string RequestIdText { get; }

        public string ClientRequestId { get; }

        public bool WithoutMetadata { get; }

        public bool IsScim => Version == GraphVersion.Scim;

        public GraphResponse Error(GraphError error) => IsScim ? ScimError.Response(error) : GraphResponse.Error(error, RequestId, ClientRequestId, _receivedAt);

        public (GraphRequest? Request, GraphError? Error) Read(
            Caller caller, InstalledFaults faults, HostLeases hosts, PlanShelf plans, SubscriptionBooks? subscriptions, PasswordDoor? passwords, ListenerBooks? listeners)
        {
            int question = Target.IndexOf('?', StringComparison.Ordinal);
            string query = question < 0 ? "" : Target[(question + 1)..];
            if (query.Length > GraphLimits.QueryCharacters)
            {
                return (null, GraphError.BadQuery($"The query is longer than {GraphLimits.QueryCharacters} characters."));
            }

            (GraphPath? path, string? problem) = GraphPath.Read(question < 0 ? Target : Target[..question]);
            if (path is null)
            {
                return (null, GraphError.BadPath(problem!));
            }

            HttpRequest http = Context.Request;
            return (new GraphRequest
            {
                Method = Method(http.Method),
                Version = Version,
                Path = path,
                Query = query,
                Caller = caller,
                BaseUrl = BaseUrl(Context),
                RequestId = RequestId,
                ClientRequestId = ClientRequestId,
                ReceivedAt = _receivedAt,
                WithoutMetadata = WithoutMetadata,
                EventualConsistency = http.Headers["ConsistencyLevel"].ToString().Equals("eventual", StringComparison.OrdinalIgnoreCase),
                Subscriptions = subscriptions,
                Listeners = listeners,
                Prefer = http.Headers["Prefer"] is { Count: > 0 } prefer ? prefer.ToString() : null,
                AsOf = http.Headers[PastReads.Header] is { Count: > 0 } moment ? moment.ToString() : null,
                ThrottlePriority = faults.IsAny || faults.HasQuotas ? http.Headers["x-ms-throttle-priority"].ToString() : null,
                Faults = faults,
                Hosts = hosts,
                Plans = plans,
                Passwords = passwords,
                ContentType = http.ContentType,
                RepeatabilityId = http.Headers["Repeatability-Request-ID"] is { Count: > 0 } id ? id.ToString() : null,
            }, null);
        }

        // A version 4 GUID that need only be new, not secret: one of the kernel's would cost a call for each request.
        private static Guid NewRequestId()
        {
            Span<byte> bytes = stackalloc byte[16];
            Random.Shared.NextBytes(bytes);
            bytes[7] = (byte)((bytes[7] & 0x0f) | 0x40);
            bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
            return new Guid(bytes);
        }

        private static GraphMethod Method(string method) =>
            HttpMethods.IsGet(method) ? GraphMethod.Get
            : HttpMethods.IsPost(method) ? GraphMethod.Post
            : HttpMethods.IsPatch(method) ? GraphMethod.Patch
            : HttpMethods.IsDelete(method) ? GraphMethod.Delete
            : HttpMethods.IsPut(method) ? GraphMethod.Put
            : GraphMethod.Other;

        // A gateway on this machine ends TLS and says so; from elsewhere the header is a claim of a stranger.
        private static string BaseUrl(HttpContext context)
        {
            HttpRequest request = context.Request;
            string scheme = request.Scheme, host = request.Host.Value is { Length: > 0 } named ? named : "localhost";
            if (request.Headers["X-Forwarded-Proto"] is { Count: > 0 } forwarded && context.Connection.RemoteIpAddress is { } peer && IPAddress.IsLoopback(peer))
            {
                scheme = forwarded.ToString() is ("https" or "http") and var said ? said : scheme;
            }

            // Requests mostly come to one name.
            BaseUrlOf? last = _lastBaseUrl;
            if (last is null || last.Scheme != scheme || last.Host != host)
            {
                _lastBaseUrl = last = new BaseUrlOf(scheme, host, $"{scheme}://{host}");
            }

            return last.Url;
        }

        private sealed record BaseUrlOf(string Scheme, string Host, string Url);
    }
}
