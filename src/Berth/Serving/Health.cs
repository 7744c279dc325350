using System.Text.Json;
using Berth.Ledger;
using Microsoft.Net.Http.Headers;

namespace Berth.Serving;

/// <summary>
/// <c>/healthz/live</c>: the process answers. <c>/healthz/ready</c>: it serves, or why it does not; that it only reads is a reason too, but no refusal (B783).
/// </summary>
/// <param name="ledger">The ledger.</param>
/// <param name="probe">Asks the database.</param>
/// <param name="isIn">Whether this node is in its cluster and takes tenants (B716); null where there is none.</param>
/// <param name="lifetime">Tells whether the process is on its way out.</param>
/// <param name="next">Answers everything else.</param>
internal sealed class Health(LedgerDoor ledger, DatabaseProbe probe, Func<bool>? isIn, IHostApplicationLifetime lifetime, RequestDelegate next)
{
    /// <summary>How a part stands.</summary>
    private enum Standing
    {
        Ok,
        Degraded,
        Failed,
    }

    private readonly record struct Part(string Name, Standing Standing, string Reason);

    /// <summary>Answers the two paths; everything else goes on.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        if (!context.Request.Path.StartsWithSegments("/healthz", StringComparison.OrdinalIgnoreCase, out PathString path))
        {
            return next(context);
        }

        return path.Value?.ToUpperInvariant() switch
        {
            "/LIVE" => AnswerAsync(context, []),
            "/READY" => ReadyAsync(context),
            _ => next(context),
        };
    }

    private async Task ReadyAsync(HttpContext context)
    {
        Exception? trouble = ledger.Failure ?? await probe.AskAsync().ConfigureAwait(false);
        await AnswerAsync(context,
        [
            .. isIn is null ? (Part[])[] : [isIn() ? new Part("cluster", Standing.Ok, "") : new Part("cluster", Standing.Failed, "not in the cluster")],
            lifetime.ApplicationStopping.IsCancellationRequested ? new Part("process", Standing.Failed, "stopping") : new Part("process", Standing.Ok, ""),
            ledger.Failure is { } failure ? new Part("ledger", Standing.Failed, $"the ledger stopped writing: {failure.Message}")
                : trouble is not null ? new Part("ledger", Standing.Degraded, $"read-only: {trouble.Message}")
                : new Part("ledger", Standing.Ok, ""),
            ledger.SnapshotFailure is { } late ? new Part("snapshots", Standing.Degraded, $"the next start takes longer: {late.Message}") : new Part("snapshots", Standing.Ok, ""),
        ]).ConfigureAwait(false);
    }

    private static async Task AnswerAsync(HttpContext context, Part[] parts)
    {
        Standing worst = parts.Select(part => part.Standing).DefaultIfEmpty().Max();
        context.Response.StatusCode = worst == Standing.Failed ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;
        context.Response.Headers.CacheControl = "no-store";
        if (context.Request.GetTypedHeaders().Accept.Any(static accept => accept.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)))
        {
            await context.WriteJsonAsync(context.Response.StatusCode, json => Write(json, worst, parts)).ConfigureAwait(false);
            return;
        }

        context.Response.ContentType = "text/plain; charset=utf-8";
        string[] reasons = [.. parts.Where(part => part.Standing != Standing.Ok).OrderByDescending(part => part.Standing).Select(part => part.Reason)];
        await context.Response.WriteAsync(string.Join('\n', reasons.Length == 0 ? ["ok"] : reasons) + "\n", context.RequestAborted).ConfigureAwait(false);
    }

    private static void Write(Utf8JsonWriter json, Standing worst, Part[] parts)
    {
        json.WriteStartObject();
        json.WriteString("status"u8, NameOf(worst));
        json.WriteStartObject("parts"u8);
        foreach (Part part in parts)
        {
            json.WriteStartObject(part.Name);
            json.WriteString("status"u8, NameOf(part.Standing));
            if (part.Reason.Length > 0)
            {
                json.WriteString("reason"u8, part.Reason);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static string NameOf(Standing standing) => standing switch
    {
        Standing.Ok => "ok",
        Standing.Degraded => "degraded",
        Standing.Failed => "failed",
        _ => throw new ArgumentOutOfRangeException(nameof(standing), standing, null),
    };
}
