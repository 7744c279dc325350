using Berth.Ledger;

namespace Berth.Serving;

/// <summary><c>/healthz/live</c>: the process answers. <c>/healthz/ready</c>: it serves, that is, its ledger writes, it is in its cluster, and it is not on its way out.</summary>
internal sealed class Health(LedgerDoor ledger, Func<string?> cluster, IHostApplicationLifetime lifetime, RequestDelegate next)
{
    /// <summary>Answers the two paths; everything else goes on.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        if (!context.Request.Path.StartsWithSegments("/healthz", StringComparison.OrdinalIgnoreCase, out PathString probe))
        {
            return next(context);
        }

        return probe.Value switch
        {
            "/live" => Answer(context, null),
            "/ready" => Answer(
                context,
                ledger.Failure is { } failure ? $"the ledger stopped writing: {failure.Message}"
                : lifetime.ApplicationStopping.IsCancellationRequested ? "stopping"
                : cluster()),
            _ => next(context),
        };
    }

    private static Task Answer(HttpContext context, string? problem)
    {
        context.Response.StatusCode = problem is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync((problem ?? "ok") + "\n", context.RequestAborted);
    }
}
