using System.Globalization;
using System.Text.Json;
using Berth.Engine;
using Berth.Engine.CloudPcs;
using Berth.Graph.Queries;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Ledger;
using Microsoft.AspNetCore.WebUtilities;

namespace Berth.Graph.CloudPcs;

/// <summary>
/// <c>/berth/v1/cloudPcs/{id}/timeline</c>: what happened to a Cloud PC, newest first, also when it is gone. A page reads so much of the journal and no
/// more; a story that lies far back comes in short pages with a link.
/// </summary>
internal static class TimelineReads
{
    /// <summary>The steps of a page when nothing is asked, and the most.</summary>
    public const int Page = 100;

    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Get, "/cloudPcs/{cloudPC}/timeline", CloudPcAccess.Read, List) { Versions = RouteVersions.Berth },
    ];

    private static Handling List(Tenant tenant, GraphRequest request, RouteKeys keys)
    {
        string key = keys[0];
        if (!Guid.TryParse(key, out Guid id))
        {
            return GraphResponse.Error(request, GraphError.NotFound(key));
        }

        int top = Page;
        Place from = new(tenant.Version + 1, 0);
        foreach ((string name, Microsoft.Extensions.Primitives.StringValues values) in QueryHelpers.ParseQuery(request.Query))
        {
            string value = values.ToString();
            switch (name.ToUpperInvariant())
            {
                case "$TOP" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out top) && top is > 0 and <= Page:
                    break;
                case "$TOP":
                    return GraphResponse.Error(request, GraphError.BadQuery($"$top must be a whole number from 1 to {Page}.") with { Target = "$top" });
                case "$SKIPTOKEN" when Place.Of(value) is { } place:
                    from = place with { Below = Math.Min(place.Below, tenant.Version + 1) };
                    break;
                case "$SKIPTOKEN":
                    return GraphResponse.Error(request, GraphError.BadQuery("The $skiptoken is not one that was given out here.") with { Target = "$skiptoken" });
                default:
                    return GraphResponse.Error(request, GraphError.BadQuery($"A timeline takes $top and $skiptoken, and no '{name}'."));
            }
        }

        return new Handling.Working((desk, cancel) => PageAsync(desk, tenant, request, id, top, from, cancel));
    }

    private static async ValueTask<GraphResponse> PageAsync(
        TenantDesk desk, Tenant tenant, GraphRequest request, Guid id, int top, Place from, CancellationToken cancel)
    {
        List<TimelineEntry> entries = [];
        Place? next = null;
        bool found = tenant.Fleet.FindCloudPc(id) >= 0 || from.Below <= tenant.Version;
        int scanned = 0, skip = from.Skip, index = IdsByName.CloudPcIndex(id);
        bool isOurs = IdsByName.OfCloudPc(tenant.Profile.Id, index) == id;
        await foreach (TenantEvent happened in desk.ReadBackAsync(from.Below, cancel).ConfigureAwait(false))
        {
            // The changes of an entry stand in the order of time.
            int seen = 0;
            for (int at = happened.Changes.Count - 1; at >= 0 && next is null; at--)
            {
                TimelineEntry? entry = happened.Changes[at] switch
                {
                    Change.CloudPcSet set when set.CloudPc.Id == id && CloudPcTimeline.Tells(set.Step.Reason) => CloudPcTimeline.Of(tenant, happened, set),
                    Change.CloudPcsCame came when isOurs && came.Indexes.Span.BinarySearch(index) >= 0 => CloudPcTimeline.Of(tenant, happened, came, id),
                    Change.CloudPcGone gone when isOurs && gone.Index == index => CloudPcTimeline.Of(tenant, happened, gone),
                    _ => null,
                };
                if (entry is null || seen++ < skip)
                {
                    continue;
                }

                found = true;
                if (entries.Count >= top)
                {
                    next = new Place(happened.Sequence + 1, seen - 1);
                }
                else
                {
                    entries.Add(entry);
                }
            }

            skip = 0;
            if (next is null && ++scanned == GraphLimits.AuditScanEntries)
            {
                next = new Place(happened.Sequence, 0);
            }

            if (next is not null)
            {
                break;
            }
        }

        // Nothing found and nothing left to read: there never was one.
        return !found && next is null ? GraphResponse.Error(request, GraphError.NotFound(id.ToString())) : Answer(request, top, entries, next);
    }

    private static GraphResponse Answer(GraphRequest request, int top, List<TimelineEntry> entries, Place? next) =>
        GraphResponse.Json(200, (request, top, entries, next), static (json, s) =>
        {
            json.WriteStartObject();
            if (s.next is { } place)
            {
                json.WriteString("@odata.nextLink"u8, $"{s.request.ServiceRoot}{s.request.Path.Text}?{(s.top == Page ? "" : $"$top={s.top}&")}$skiptoken={place.Encode()}");
            }

            json.WriteStartArray("value"u8);
            foreach (TimelineEntry entry in s.entries)
            {
                json.WriteStartObject();
                json.WriteString("at"u8, entry.At.UtcDateTime);
                json.WriteString("status"u8, entry.Status);
                json.WriteString("reason"u8, entry.Reason);
                json.WriteString("text"u8, entry.Text);
                json.WriteStartObject("by"u8);
                json.WriteString("kind"u8, KindOf(entry.By.Kind));
                Write(json, "id", entry.By.Id);
                json.WriteString("displayName"u8, entry.By.DisplayName);
                json.WriteEndObject();
                if (entry.About is { } about)
                {
                    json.WriteStartObject("about"u8);
                    json.WriteString("id"u8, about.Id);
                    json.WriteString("type"u8, about.Type);
                    json.WriteString("displayName"u8, about.DisplayName);
                    json.WriteEndObject();
                }
                else
                {
                    json.WriteNull("about"u8);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });

    private static void Write(Utf8JsonWriter json, string name, Guid? id)
    {
        if (id is { } known)
        {
            json.WriteString(name, known);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static string KindOf(ActorKind kind) => kind switch
    {
        ActorKind.Berth => "berth",
        ActorKind.Application => "application",
        ActorKind.User => "user",
    };

    /// <summary>Where a page goes on.</summary>
    /// <param name="Below">Below this entry of the journal.</param>
    /// <param name="Skip">So many steps of the next entry were told.</param>
    private readonly record struct Place(long Below, int Skip)
    {
        public static Place? Of(string token) =>
            SkipToken.Decode(token) is { Keys: [{ } below, { } skip] }
            && long.TryParse(below, NumberStyles.None, CultureInfo.InvariantCulture, out long sequence) && sequence > 0
            && int.TryParse(skip, NumberStyles.None, CultureInfo.InvariantCulture, out int told)
                ? new Place(sequence, told)
                : null;

        public string Encode() => new SkipToken(0, [Below.ToString(CultureInfo.InvariantCulture), Skip.ToString(CultureInfo.InvariantCulture)]).Encode();
    }
}
