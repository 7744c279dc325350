using System.Text.Json;
using Berth.Engine;
using Berth.Engine.Collections;
using Berth.Graph.Queries;
using Berth.Graph.Reads;
using Berth.Graph.Requests;
using Berth.Graph.Routes;
using Berth.Ledger;

namespace Berth.Graph.Changes;

/// <summary>
/// <c>delta()</c> of users and groups (L160 to L162): a first round lists everything, every later one what changed since, read from the
/// journal between the version that the link names and the one at its first page. Without a change nothing is read at all.
/// </summary>
internal static class DeltaReads
{
    /// <summary>The routes.</summary>
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new(GraphMethod.Get, "/users/delta", UserReads.Read, new Following<UserRow>(new UserDelta()).Handle),
        new(GraphMethod.Get, "/groups/delta", GroupReads.Read, new Following<GroupRow>(new GroupDelta()).Handle),
    ];

    /// <summary>The delta query of one collection.</summary>
    private sealed class Following<TRow>(DeltaSet<TRow> set)
        where TRow : struct, IRow
    {
        private readonly DeltaSelection<TRow> _everything = DeltaSelection<TRow>.Read(set, null).Selection!;

        public Handling Handle(Tenant tenant, GraphRequest request, RouteKeys keys)
        {
            (DeltaOptions? options, GraphError? error) = DeltaOptions.Read(request.Query);
            if (options is null)
            {
                return GraphResponse.Error(request, error!);
            }

            (DeltaSelection<TRow>? selection, error) = options.Select is null ? (_everything, null) : DeltaSelection<TRow>.Read(set, options.Select);
            if (selection is null)
            {
                return GraphResponse.Error(request, error!);
            }

            DeltaQuery query = new(selection.List, options.Ids ?? []);
            (bool minimal, int size) = DeltaOptions.ReadPrefer(request.Prefer);
            DeltaToken round = new()
            {
                EndsRound = false,
                Version = request.Version,
                Tenant = tenant.Profile.Id,
                Set = set.Name,
                Query = query,
                IssuedAt = request.ReceivedAt.ToUnixTimeSeconds(),
                Since = tenant.Version,
                Place = DeltaPages.Start,
                PageSize = size,
            };
            if (options.FromNow)
            {
                return Answer(request, selection, round, new DeltaPage<TRow>([], null));
            }

            if ((options.SkipToken ?? options.DeltaToken) is { } text)
            {
                (DeltaToken? token, error) = Resume(request, tenant, options, text);
                if (token is null)
                {
                    return GraphResponse.Error(request, error!);
                }

                (selection, error) = token.Query.Select is null ? (_everything, null) : DeltaSelection<TRow>.Read(set, token.Query.Select);
                if (selection is null)
                {
                    return GraphResponse.Error(request, error!);
                }

                round = token with
                {
                    EndsRound = false,
                    IssuedAt = round.IssuedAt,
                    // A read that a fault puts behind can be older than the token.
                    Until = token.EndsRound ? Math.Max(tenant.Version, token.Since) : token.Until,
                    Place = token.EndsRound ? new DeltaPlace(token.Since, 0, 0, 0) : token.Place,
                    Minimal = minimal || token.Minimal,
                    PageSize = size > 0 ? size : token.PageSize,
                };
            }

            return new Handling.Working(async (desk, cancel) => Math.Max(round.Since, round.Until) > desk.Current.Version
                ? GraphResponse.Error(request, Gone(
                    request, round.Query, "resyncRequired", "Resync is required. The directory stands before the state that the token names.", "deltaTokenAhead"))
                : Answer(request, selection, round, await PageAsync(desk, round, selection, cancel).ConfigureAwait(false)));
        }

        private static GraphError Mismatched(string why) => new(
            400, "BadRequest", $"Badly formed token. {why} Follow a link as it was given out, or begin again without a token.", "deltaTokenMismatched");

        private async ValueTask<DeltaPage<TRow>> PageAsync(TenantDesk desk, DeltaToken round, DeltaSelection<TRow> selection, CancellationToken cancel)
        {
            Tenant now = desk.Current;
            int size = round.PageSize > 0 ? round.PageSize : GraphLimits.DeltaPage;
            return round.Until == 0
                ? DeltaPages.List(set, selection, round.Query.Ids, now, round.Place, size)
                : await DeltaPages.ChangedAsync(set, selection, round.Query.Ids, desk, now, round.Until, round.Place, size, cancel).ConfigureAwait(false);
        }

        private (DeltaToken? Token, GraphError? Error) Resume(GraphRequest request, Tenant tenant, DeltaOptions options, string text)
        {
            if (DeltaToken.Decode(text) is not { } token || token.EndsRound != options.DeltaToken is not null)
            {
                return (null, new GraphError(
                    400, "BadRequest", $"Badly formed token. The {(options.DeltaToken is null ? "$skiptoken" : "$deltatoken")} is not one that was given out here.", "deltaTokenInvalid"));
            }

            DeltaQuery own = token.Query;
            string? select = options.Select is null ? own.Select : DeltaSelection<TRow>.Read(set, options.Select).Selection?.List;
            return token.Tenant != tenant.Profile.Id ? (null, Mismatched("The token is of another tenant."))
                : token.Set != set.Name || token.Version != request.Version ? (null, Mismatched("The token is of another collection or version."))
                : select != own.Select || (options.Ids is { } ids && ids != own.Ids) ? (null, Mismatched("The token is of another query: $select and $filter are said once, in the first request."))
                : request.ReceivedAt.ToUnixTimeSeconds() - token.IssuedAt > (long)DeltaToken.Life.TotalSeconds
                    ? (null, Gone(request, own, "syncStateNotFound", "The sync state generation is not found. The delta token is expired and data must be synchronized again.", "deltaTokenExpired"))
                : (token, null);
        }

        private static GraphError Gone(GraphRequest request, DeltaQuery query, string code, string message, string innerCode)
        {
            string select = query.Select is null ? "" : $"$select={query.Select}&";
            string filter = query.Ids.Count == 0 ? "" : $"$filter={Uri.EscapeDataString(string.Join(" or ", query.Ids.Select(id => $"id eq '{id}'")))}&";
            return new GraphError(410, code, message, innerCode)
            {
                Headers = new ResponseHeaders { Location = $"{request.ServiceRoot}{request.Path.Text}?{select}{filter}$deltatoken=" },
            };
        }

        private GraphResponse Answer(GraphRequest request, DeltaSelection<TRow> selection, DeltaToken round, DeltaPage<TRow> page)
        {
            string link = page.Next is { } next
                ? $"$skiptoken={(round with { Place = next }).Encode()}"
                : $"$deltatoken={(round with { EndsRound = true, Since = Math.Max(round.Since, round.Until), Until = 0, Place = default, Minimal = false, PageSize = 0 }).Encode()}";
            return GraphResponse.Json(200, (this, request, selection, round, page, link), static (json, s) =>
            {
                (Following<TRow> self, GraphRequest request, DeltaSelection<TRow> selection, DeltaToken round, DeltaPage<TRow> page, string link) = s;
                json.WriteStartObject();
                if (!request.WithoutMetadata)
                {
                    json.WriteString("@odata.context"u8, $"{request.ServiceRoot}/$metadata#{self.Name}{(selection.List is null ? "" : $"({selection.List})")}");
                }

                json.WriteString(page.Next is null ? "@odata.deltaLink"u8 : "@odata.nextLink"u8, $"{request.ServiceRoot}{request.Path.Text}?{link}");
                json.WriteStartArray("value"u8);
                foreach (DeltaItem<TRow> item in page.Items)
                {
                    self.Write(json, selection, item, round.Minimal && round.Until > 0);
                }

                json.WriteEndArray();
                json.WriteEndObject();
            });
        }

        private string Name => set.Name;

        private void Write(Utf8JsonWriter json, DeltaSelection<TRow> selection, DeltaItem<TRow> item, bool minimal)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, item.Id);
            if (item.Row is not { } row)
            {
                json.WriteStartObject("@removed"u8);
                json.WriteString("reason"u8, item.CanBeRestored ? "changed"u8 : "deleted"u8);
                json.WriteEndObject();
                json.WriteEndObject();
                return;
            }

            selection.Write(json, row, item.Changed, minimal);
            for (int i = 0; i < item.Links.Length; i++)
            {
                if (item.Links[i] is not { } links)
                {
                    continue;
                }

                json.WriteStartArray($"{set.Relations[i].Name}@delta");
                foreach (DeltaLink linked in links)
                {
                    json.WriteStartObject();
                    json.WriteString("@odata.type"u8, linked.Type);
                    json.WriteString("id"u8, linked.Id);
                    if (linked.IsRemoved)
                    {
                        json.WriteStartObject("@removed"u8);
                        json.WriteString("reason"u8, "deleted"u8);
                        json.WriteEndObject();
                    }

                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }
    }
}
