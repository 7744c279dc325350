using System.Diagnostics;
using System.Net;
using Berth.Cluster;
using Berth.Graph.Requests;
using Berth.Identity;
using Berth.Serving;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace Berth.Clustering;

/// <summary>
/// The edge of a node: a request is served here when its tenant is here, and goes to the node that has it otherwise (B718). While a tenant moves, requests follow it: what surely did not reach a
/// node goes to the next one, and so does what may be done twice or is remembered; only of the rest the caller is told that nobody knows (B720).
/// </summary>
internal sealed class ClusterEdge : IDisposable
{
    /// <summary>Says that a tenant is not here; the node that sent the request asks where it is.</summary>
    public const string ElsewhereHeader = "Berth-Elsewhere";

    private static readonly ForwarderRequestConfig Config = new() { ActivityTimeout = EdgeLimits.Answer, Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };

    private readonly NodeMark _mark;
    private readonly RequestTenant _tenants;
    private readonly WaitingDevices _devices;
    private readonly IHttpForwarder _forwarder;
    private readonly TimeProvider _time;
    private readonly HttpMessageInvoker _wire;
    private readonly TaskCompletionSource<ClusterNode> _node = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ClusterEdge(NodeMark mark, RequestTenant tenants, WaitingDevices devices, IHttpForwarder forwarder, TimeProvider time)
    {
        (_mark, _tenants, _devices, _forwarder, _time) = (mark, tenants, devices, forwarder, time);
        _wire = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            ConnectTimeout = EdgeLimits.Reach,
            Expect100ContinueTimeout = EdgeLimits.Reach,
            PooledConnectionIdleTimeout = ServerLimits.KeepAlive / 2,
        });
    }

    /// <summary>What became of a request that was sent on.</summary>
    private enum Sent
    {
        /// <summary>It was answered, or its caller is gone.</summary>
        Answered,

        /// <summary>The node does not have the tenant, or was not reached: nothing was done.</summary>
        NotThere,

        /// <summary>The node had it and said nothing.</summary>
        Unknown,
    }

    /// <summary>Requests wait for this until the node is in.</summary>
    public void Open(ClusterNode node) => _node.TrySetResult(node);

    /// <summary>Serves, or sends on.</summary>
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        int came = _mark.Take(context);
        if (_node.Task is { IsCompletedSuccessfully: true, Result.IsLeaving: true })
        {
            // Whoever comes again comes to another node.
            context.Response.Headers.Connection = "close";
        }

        if (HttpMethods.IsPost(context.Request.Method) && context.Request.Path.Equals(DevicePages.Path, StringComparison.OrdinalIgnoreCase) && await IsOfAnotherAsync(context, came).ConfigureAwait(false))
        {
            return;
        }

        if (await _tenants.OfAsync(context).ConfigureAwait(false) is not { } tenant)
        {
            await next(context).ConfigureAwait(false);
            return;
        }

        CancellationToken cancel = context.RequestAborted;
        try
        {
            ClusterNode node = await _node.Task.WaitAsync(EdgeLimits.Patience, cancel).ConfigureAwait(false);
            bool isKnown = true;
            for (long began = Stopwatch.GetTimestamp(); isKnown && Stopwatch.GetElapsedTime(began) < EdgeLimits.Patience;)
            {
                if (await node.EnterAsync(tenant, cancel).ConfigureAwait(false) is { } visit)
                {
                    using (TenantVisit inside = new(visit))
                    {
                        context.Features.Set(inside);
                        await ServeAsync(context, node, tenant, next).ConfigureAwait(false);
                        return;
                    }
                }

                if (came >= EdgeLimits.Hops)
                {
                    context.Response.StatusCode = StatusCodes.Status421MisdirectedRequest;
                    context.Response.Headers[ElsewhereHeader] = "1";
                    return;
                }

                Uri? place = node.Guess(tenant);
                Sent sent = place is null ? Sent.NotThere : await SendAsync(context, node, place, came).ConfigureAwait(false);
                if (sent == Sent.NotThere && await node.FindAsync(tenant, cancel).ConfigureAwait(false) is { } found && found != node.Url)
                {
                    sent = await SendAsync(context, node, found, came).ConfigureAwait(false);
                }

                if (sent == Sent.Answered)
                {
                    return;
                }

                if (sent == Sent.NotThere && !await _tenants.HasAsync(tenant, cancel).ConfigureAwait(false))
                {
                    // It was removed: whoever gets the request says so.
                    context.Features.Get<KeptBody>()?.Rewind(context);
                    await next(context).ConfigureAwait(false);
                    return;
                }

                isKnown = sent == Sent.NotThere || (MayBeSentAgain(context.Request) && context.Features.Get<KeptBody>() is { IsWhole: true });
                if (isKnown)
                {
                    context.Features.Get<KeptBody>()?.Rewind(context);
                    await Task.Delay(EdgeLimits.Pause, _time, cancel).ConfigureAwait(false);
                }
            }

            await RefuseAsync(context, isKnown
                ? $"Tenant {tenant} is between two nodes and could not be served yet. Nothing was done; send the request again."
                : "The node that had this request went away before it answered. Whether it was done is not known: look first, or send it again with the same Repeatability-Request-ID.").ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            await RefuseAsync(context, "This node is not in the cluster yet. Nothing was done; send the request again.").ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The client has gone: there is nobody to answer.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _wire.Dispose();

    // What a person types names no tenant, so the nodes are asked one after the other which of them gave the code out (B721). Where too many wrong ones were typed, none is asked.
    private async Task<bool> IsOfAnotherAsync(HttpContext context, int came)
    {
        bool? isKnown = _devices.Knows((await RequestTenant.FormAsync(context).ConfigureAwait(false))("user_code"));
        if (came > 0)
        {
            if (isKnown != true)
            {
                context.Response.StatusCode = StatusCodes.Status421MisdirectedRequest;
                context.Response.Headers[ElsewhereHeader] = "1";
            }

            return isKnown != true;
        }

        if (isKnown == false && _node.Task.IsCompletedSuccessfully && context.Features.Get<KeptBody>() is { IsWhole: true } body)
        {
            ClusterNode node = await _node.Task.ConfigureAwait(false);
            foreach (Uri other in node.Others)
            {
                if (await SendAsync(context, node, other, came).ConfigureAwait(false) == Sent.Answered)
                {
                    return true;
                }
            }

            body.Rewind(context);
        }

        return false;
    }

    // What changes nothing, and what the ledger remembers the answer of (contract, Repeatability-Request-ID).
    private static bool MayBeSentAgain(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || request.Headers.ContainsKey("Repeatability-Request-ID");

    private static async Task ServeAsync(HttpContext context, ClusterNode node, Guid tenant, RequestDelegate next)
    {
        // A process that stood still in the middle of a request may find that the tenant went on without it.
        context.Response.OnStarting(async () =>
        {
            bool may;
            try
            {
                may = await node.MayAnswerAsync(tenant, context.RequestAborted).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                may = false;
            }

            if (!may)
            {
                context.Abort();
            }
        });
        await next(context).ConfigureAwait(false);
    }

    private async Task<Sent> SendAsync(HttpContext context, ClusterNode node, Uri place, int came)
    {
        KeptBody body = await KeptBody.OfAsync(context).ConfigureAwait(false);
        body.Rewind(context);
        OneHop hop = new(_mark.Of(context, came), !body.IsWhole);
        using CancellationTokenSource gone = new();
        Task<ForwarderError> sending = _forwarder.SendAsync(context, place.GetLeftPart(UriPartial.Authority), _wire, Config, hop, gone.Token).AsTask();
        while (await Task.WhenAny(sending, Task.Delay(EdgeLimits.Watch, _time)).ConfigureAwait(false) != sending)
        {
            if (!node.Lives(place))
            {
                await gone.CancelAsync().ConfigureAwait(false);
                break;
            }
        }

        ForwarderError error = await sending.ConfigureAwait(false);
        if (hop.IsElsewhere)
        {
            context.Response.Clear();
            return Sent.NotThere;
        }

        if (error == ForwarderError.None || context.Response.HasStarted || context.RequestAborted.IsCancellationRequested)
        {
            return Sent.Answered;
        }

        Exception? why = context.Features.Get<IForwarderErrorFeature>()?.Exception;
        context.Response.Clear();
        return Causes(why).OfType<HttpRequestException>().Any(failed => failed.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError) ? Sent.NotThere : Sent.Unknown;
    }

    private static IEnumerable<Exception> Causes(Exception? failure)
    {
        for (; failure is not null; failure = failure.InnerException)
        {
            yield return failure;
        }
    }

    private async Task RefuseAsync(HttpContext context, string message)
    {
        context.Response.Headers.RetryAfter = "1";
        await context.WriteErrorAsync(GraphError.Unavailable(message, 1), _time).ConfigureAwait(false);
    }

    /// <summary>A request on its way to one other node.</summary>
    private sealed class OneHop(string mark, bool asksFirst) : HttpTransformer
    {
        /// <summary>Whether that node does not have the tenant.</summary>
        public bool IsElsewhere { get; private set; }

        public override async ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
        {
            await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken).ConfigureAwait(false);
            proxyRequest.Headers.Host = httpContext.Request.Host.Value;
            proxyRequest.Headers.TryAddWithoutValidation(NodeMark.Header, mark);
            proxyRequest.Headers.ExpectContinue = asksFirst;

            // As it was sent: a path that was read and written again may be another one.
            string target = httpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
            target = target.StartsWith('/') ? target : Uri.TryCreate(target, UriKind.Absolute, out Uri? whole) ? whole.PathAndQuery : "/";
            proxyRequest.RequestUri = new Uri(destinationPrefix + target, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        }

        public override ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
        {
            if (proxyResponse?.Headers.Contains(ElsewhereHeader) == true)
            {
                IsElsewhere = true;
                return ValueTask.FromResult(false);
            }

            return base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
        }
    }
}
