using System.Globalization;
using Berth.Engine;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Ledger;

namespace Berth.Graph.History;

/// <summary>
/// Reads of a tenant as it was: any GET that is answered from the state alone, with the header <c>Berth-As-Of</c> (B528, B529). The route sees
/// the tenant of that moment and that moment as its time; faults are not met.
/// </summary>
internal static class PastReads
{
    /// <summary>The header: a time such as <c>2026-01-31T08:00:00Z</c>, or a version as the history tells it.</summary>
    public const string Header = "Berth-As-Of";

    /// <summary>The header of the answer: the version that was read.</summary>
    public const string VersionHeader = "Berth-Version";

    /// <summary>The longest value that is read, in characters.</summary>
    public const int LongestValue = 40;

    /// <summary>The answer to a request that names a moment.</summary>
    public static async ValueTask<GraphResponse> AnswerAsync(TenantDesk desk, GraphRequest request, RouteMatch match, CancellationToken cancel)
    {
        if (request.Method != GraphMethod.Get)
        {
            return GraphResponse.Error(request, GraphError.BadRequest("asOfNotPossible", $"What was cannot be changed: {Header} goes with GET alone. Nothing was changed."));
        }

        // What was may be nobody's to read any more: whoever reads it needs the right to read the history too.
        if (!HistoryDesk.Access.Allows(request.Caller.Permissions))
        {
            return GraphResponse.Error(request, GraphError.Denied);
        }

        Tenant current = desk.Current;
        string value = request.AsOf!.Trim();
        long version;
        DateTimeOffset moment;
        if (value.Length <= LongestValue && long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out version))
        {
            if (version < 1 || version > current.Version)
            {
                return GraphResponse.Error(request, GraphError.BadRequest(
                    "asOfUnknown", $"There is no version {version}: {Header} takes a version from 1 to {current.Version}, as /berth/v1/history tells them."));
            }

            moment = await TimeOfAsync(desk, version, cancel).ConfigureAwait(false);
        }
        else if (value.Length <= LongestValue && HistoryQuery.Instant(value) is { } time)
        {
            moment = time;
            version = time > current.Now(request.ReceivedAt) ? -1 : await desk.VersionAtAsync(time, cancel).ConfigureAwait(false);
            if (version < 1)
            {
                return GraphResponse.Error(request, GraphError.BadRequest(
                    "asOfUnknown",
                    version < 0 ? $"{Header} is {value}, and the tenant's clock says {current.Now(request.ReceivedAt):O}: what will be is not known." : $"{Header} is {value}, before the tenant was."));
            }
        }
        else
        {
            return GraphResponse.Error(request, GraphError.BadRequest(
                "asOfUnreadable", $"{Header} must be a time with its zone, such as 2026-01-31T08:00:00Z, or a version from 1 to {current.Version}."));
        }

        Tenant past = await desk.AsOfAsync(Math.Min(version, current.Version), cancel).ConfigureAwait(false);
        return GraphRoom.Handle(past, request with { ReceivedAt = moment }, match) is Handling.Answered { Response: { } response }
            ? response.With(response.Headers with { Version = past.Version })
            : GraphResponse.Error(request, GraphError.BadRequest(
                "asOfNotPossible", $"This read tells of the whole past, or of more than the tenant, and not of one moment: send it without {Header}."));
    }

    private static async ValueTask<DateTimeOffset> TimeOfAsync(TenantDesk desk, long version, CancellationToken cancel)
    {
        await foreach (TenantEvent happened in desk.ReadBackAsync(version + 1, version - 1, cancel).ConfigureAwait(false))
        {
            return happened.At;
        }

        throw new InvalidOperationException("A journal has every version up to the newest.");
    }
}
