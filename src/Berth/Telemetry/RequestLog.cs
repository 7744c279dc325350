using System.Diagnostics;
using Microsoft.AspNetCore.Http.Features;

namespace Berth.Telemetry;

/// <summary>
/// A line for each request, where the log is asked for that much: method, route, status, time, and the id that the answer carries. The route is a template, so neither
/// names of people nor what a query asks for get into the log, and of a path without a route only that there is none (B782).
/// </summary>
internal sealed class RequestLog(ILogger log, RequestDelegate next)
{
    /// <summary>Lets the request through and tells of it.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        long started = Stopwatch.GetTimestamp();
        try
        {
            await next(context).ConfigureAwait(false);
        }
        finally
        {
            log.LogInformation(
                "{Method} {Route} {Status} in {Milliseconds} ms, request {RequestId}",
                context.Request.Method.Length > LongestMethod ? "(long)" : context.Request.Method,
                RouteOf(context) ?? "(none)",
                context.Response.StatusCode,
                Math.Round(Stopwatch.GetElapsedTime(started).TotalMilliseconds, 2),
                context.Response.Headers["request-id"].ToString());
        }
    }

    private const int LongestMethod = 16;

    private static string? RouteOf(HttpContext context) =>
        context.Features.Get<IHttpMetricsTagsFeature>()?.Tags.FirstOrDefault(static tag => tag.Key == "http.route").Value as string;
}
