using System.Text.Json;
using Berth.Graph.Requests;
using Microsoft.OData.Edm;

namespace Berth.Graph.Queries;

/// <summary>A kind of rows on the wire: how a page of them and how one of them is answered.</summary>
/// <typeparam name="TRow">The row.</typeparam>
/// <param name="shape">Its properties.</param>
/// <param name="set">The name in <c>@odata.context</c>, such as <c>users</c>.</param>
/// <param name="collection">What queries of the collection may say.</param>
/// <param name="directory">What can be asked about directory objects; null when these are none.</param>
internal sealed class Resource<TRow>(Shape<TRow> shape, string set, QueryOptions collection = QueryOptions.OfCollection, Capabilities? directory = null)
    where TRow : struct, IRow
{
    private volatile (string[] Names, Query<TRow> Query)[] _written = [];
    private readonly QueryReader<TRow> _pages = new(shape, collection, directory);
    private readonly QueryReader<TRow> _entities = new(shape, QueryOptions.OfEntity);

    /// <summary>A kind of directory objects.</summary>
    public Resource(Shape<TRow> shape, string set, Capabilities directory)
        : this(shape, set, QueryOptions.OfDirectory, directory)
    {
    }

    /// <summary>The type of a row.</summary>
    public IEdmStructuredType Type => shape.EdmType;

    /// <summary>The <c>@odata.type</c> of a row in a collection of several kinds; null when there is only one kind.</summary>
    public Func<TRow, string>? TypeOf { get; init; }

    /// <summary>Whether a row has no identity of its own: then <c>@odata.context</c> names its type alone.</summary>
    public bool IsValue { get; init; }

    /// <summary>Whether it has enumerations with members that are sent only to who asks for them (protocol 1.4).</summary>
    public bool HasUnknownMembers { get; init; }

    /// <summary>A page of a collection.</summary>
    /// <param name="request">Its query says which.</param>
    /// <param name="rows">
    /// The rows in order of their position, those after a given position only, and their number when it is known; the filter is applied
    /// to them, so they may be narrowed by <see cref="Query{TRow}.Equalities"/>.
    /// </param>
    /// <param name="castOfAll">The cast, when the rows are one kind of a transitive list: that is answered in an advanced query only (L153).</param>
    public GraphResponse Page(GraphRequest request, Func<Query<TRow>, int, (IEnumerable<TRow> Rows, int? Count)> rows, string? castOfAll = null)
    {
        if ((_pages.Read(request.Query, out Query<TRow> query, out string key, out SkipToken? token)
            ?? (token is null ? Refused(request, query, castOfAll, counting: false) : null)) is { } error)
        {
            return Refusal(request, error);
        }

        if (directory is not null && !request.EventualConsistency)
        {
            // L154: without the header a count that is asked for is silently left out.
            query = query.Count ? query with { Count = false } : query;
        }

        if (token is not null && token.Keys.Length != query.Order.Length)
        {
            return GraphResponse.Error(request, GraphError.BadQuery("The $skiptoken belongs to another query.") with { Target = "$skiptoken" });
        }

        int size = query.Top ?? GraphLimits.DefaultPage;
        return PageOf(request, query, key, query.Order.Length == 0 ? InOrder(query, size, token, rows) : Sorted(query, size, token, rows));
    }

    /// <summary>A page of a collection whose rows have no position among all: each is found again by a mark.</summary>
    /// <param name="request">Its query says which; such a collection has one order.</param>
    /// <param name="mark">Where a row stands, as text that stays the same whatever comes and goes around it.</param>
    /// <param name="rows">The rows in their order, those after a mark only, or all for null; null for a mark that was not given out here.</param>
    public GraphResponse PageAfter(GraphRequest request, Func<TRow, string> mark, Func<string?, IEnumerable<TRow>?> rows)
    {
        if (_pages.Read(request.Query, out Query<TRow> query, out string key, out SkipToken? token) is { } error)
        {
            return Refusal(request, error);
        }

        if (query.Order.Length > 0 || token is { Keys.Length: not 1 } || rows(token?.Keys[0]) is not { } candidates)
        {
            return GraphResponse.Error(request, GraphError.BadQuery("The $skiptoken belongs to another query.") with { Target = "$skiptoken" });
        }

        Taken page = InOrder(query, query.Top ?? GraphLimits.DefaultPage, token, (_, _) => (candidates, null));
        return PageOf(request, query, key, page.Next is null ? page : page with { Next = new SkipToken(0, [mark(page.Rows[^1])]) });
    }

    private GraphResponse PageOf(GraphRequest request, Query<TRow> query, string key, Taken page) =>
        GraphResponse.Json(200, (this, request, query, key, page), static (json, s) =>
        {
            (Resource<TRow> self, GraphRequest request, Query<TRow> query, string key, Taken page) = s;
            json.WriteStartObject();
            if (!request.WithoutMetadata)
            {
                json.WriteString("@odata.context"u8, self.Context(request, query, ""));
            }

            if (page.Count is { } count)
            {
                json.WriteNumber("@odata.count"u8, count);
            }

            if (page.Next is { } next)
            {
                json.WriteString("@odata.nextLink"u8, $"{request.ServiceRoot}{request.Path.Text}?{key}{(key.Length > 0 ? "&" : "")}$skiptoken={next.Encode()}");
            }

            json.WriteStartArray("value"u8);
            foreach (TRow row in page.Rows)
            {
                json.WriteStartObject();
                self.Write(json, request, query, row);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }, Heeding(request, default));

    /// <summary>All of a few rows, as the query selects: the answer of a function that was asked for them one by one.</summary>
    public GraphResponse All(GraphRequest request, IEnumerable<TRow> rows)
    {
        if (_entities.Read(request.Query, out Query<TRow> query, out _, out _) is { } error)
        {
            return GraphResponse.Error(request, error);
        }

        return GraphResponse.Json(200, (this, request, query, rows), static (json, s) =>
        {
            (Resource<TRow> self, GraphRequest request, Query<TRow> query, IEnumerable<TRow> rows) = s;
            json.WriteStartObject();
            if (!request.WithoutMetadata)
            {
                json.WriteString("@odata.context"u8, self.Context(request, query, ""));
            }

            json.WriteStartArray("value"u8);
            foreach (TRow row in rows)
            {
                json.WriteStartObject();
                self.Write(json, request, query, row);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }, Heeding(request, default));
    }

    /// <summary>The number of rows a filter takes, as plain text: <c>/users/$count</c>.</summary>
    public GraphResponse Count(GraphRequest request, Func<Query<TRow>, int, (IEnumerable<TRow> Rows, int? Count)> rows)
    {
        if ((_pages.Read(request.Query, out Query<TRow> query, out _, out _) ?? Refused(request, query, null, counting: true)) is { } error)
        {
            return Refusal(request, error);
        }

        (IEnumerable<TRow> candidates, int? known) = rows(query, -1);
        int count = query.Filter is null && known is { } all ? all : candidates.Count(query.Takes);
        Span<byte> text = stackalloc byte[11];
        count.TryFormat(text, out int length, default, System.Globalization.CultureInfo.InvariantCulture);
        return GraphResponse.Of(200, ResponseBody.Text, text[..length]);
    }

    /// <summary>One row, as its query selects.</summary>
    public GraphResponse One(GraphRequest request, TRow row) =>
        _entities.Read(request.Query, out Query<TRow> query, out _, out _) is { } error
            ? GraphResponse.Error(request, error)
            : One(request, row, 200, query, default);

    /// <summary>One row as the answer to a write: its default properties and some more by name.</summary>
    public GraphResponse Written(GraphRequest request, TRow row, int status, ResponseHeaders headers, params ReadOnlySpan<string> more)
    {
        foreach ((string[] names, Query<TRow> query) in _written)
        {
            if (more.SequenceEqual(names))
            {
                return One(request, row, status, query, headers);
            }
        }

        Property<TRow>[] selected = new Property<TRow>[shape.Default.Length + more.Length];
        shape.Default.CopyTo(selected, 0);
        for (int i = 0; i < more.Length; i++)
        {
            selected[shape.Default.Length + i] = shape.Find(more[i]) ?? throw new ArgumentException(more[i], nameof(more));
        }

        // The names stand in the code, so there are few; of two who come first at once one is kept.
        Query<TRow> made = _entities.Everything with { Selected = selected };
        _written = [.. _written, (more.ToArray(), made)];
        return One(request, row, status, made, headers);
    }

    // Who searches without the header learns that first, whatever is wrong with the search.
    private GraphResponse Refusal(GraphRequest request, GraphError error) => GraphResponse.Error(
        request, directory is not null && error.Target == "$search" && !request.EventualConsistency ? GraphError.SearchNeedsHeader : error);

    // A page after the first needs nothing more: its token was given out to a query that had what it needs (B160).
    private GraphError? Refused(GraphRequest request, Query<TRow> query, string? castOfAll, bool counting)
    {
        if (directory is null)
        {
            return null;
        }

        if (counting && !request.EventualConsistency)
        {
            return GraphError.CountNeedsHeader;
        }

        GraphError? demanded = query.UnlessAdvanced ?? (castOfAll is null ? null : GraphError.CastNeedsAdvanced(castOfAll));
        return demanded is null || !request.EventualConsistency || !(counting || query.Count || query.Searches) ? demanded
            : query.Expansions.Length > 0 ? GraphError.ExpandNotAdvanced
            : null;
    }

    private GraphResponse One(GraphRequest request, TRow row, int status, Query<TRow> query, ResponseHeaders headers) =>
        GraphResponse.Json(
            status,
            (this, request, row, query),
            static (json, s) =>
            {
                (Resource<TRow> self, GraphRequest request, TRow row, Query<TRow> query) = s;
                json.WriteStartObject();
                if (!request.WithoutMetadata)
                {
                    json.WriteString("@odata.context"u8, self.Context(request, query, self.IsValue ? "" : "/$entity"));
                }

                self.Write(json, request, query, row);
                json.WriteEndObject();
            },
            Heeding(request, headers));

    private ResponseHeaders Heeding(GraphRequest request, ResponseHeaders headers) =>
        HasUnknownMembers && request.WantsUnknownMembers ? headers with { PreferenceApplied = ResponseHeaders.UnknownMembers } : headers;

    private string Context(GraphRequest request, Query<TRow> query, string suffix) =>
        query.SelectList is null
            ? $"{request.ServiceRoot}/$metadata#{set}{suffix}"
            : $"{request.ServiceRoot}/$metadata#{set}({query.SelectList}){suffix}";

    private void Write(Utf8JsonWriter json, GraphRequest request, Query<TRow> query, TRow row)
    {
        if (TypeOf is not null && !request.WithoutMetadata)
        {
            json.WriteString("@odata.type"u8, TypeOf(row));
        }

        Shape<TRow>.Write(json, row, query.Selected);
        foreach (Action<Utf8JsonWriter, TRow, bool> expand in query.Expansions)
        {
            expand(json, row, !request.WithoutMetadata);
        }
    }

    // A count stands on the first page only, as Graph has it.
    private static Taken InOrder(Query<TRow> query, int size, SkipToken? token, Func<Query<TRow>, int, (IEnumerable<TRow> Rows, int? Count)> rows)
    {
        (IEnumerable<TRow> candidates, int? known) = rows(query, token?.Position ?? -1);
        bool counting = query.Count && token is null;
        bool scan = counting && (query.Filter is not null || known is null);
        List<TRow> taken = new(Math.Min(size, known ?? size));
        int count = 0;
        bool more = false;
        foreach (TRow row in candidates)
        {
            if (!query.Takes(row))
            {
                continue;
            }

            count++;
            if (taken.Count < size)
            {
                taken.Add(row);
            }
            else
            {
                more = true;
                if (!scan)
                {
                    break;
                }
            }
        }

        return new Taken(taken, more ? new SkipToken(taken[^1].Position, []) : null, counting ? (scan ? count : known) : null);
    }

    private static Taken Sorted(Query<TRow> query, int size, SkipToken? token, Func<Query<TRow>, int, (IEnumerable<TRow> Rows, int? Count)> rows)
    {
        // A heap of the page and one more: the largest on top, so that it goes when a smaller one comes.
        KeyOrder<TRow> order = new(query.Order);
        PriorityQueue<SortedRow, SortedRow> heap = new(size + 2, Comparer<SortedRow>.Create((a, b) => order.Compare(b.Token, a.Token)));
        int count = 0;
        foreach (TRow row in rows(query, -1).Rows)
        {
            if (!query.Takes(row))
            {
                continue;
            }

            count++;
            SortedRow keyed = new(row, order.Of(row));
            if (token is not null && order.Compare(keyed.Token, token) <= 0)
            {
                continue;
            }

            heap.Enqueue(keyed, keyed);
            if (heap.Count > size + 1)
            {
                heap.Dequeue();
            }
        }

        List<SortedRow> sorted = new(heap.Count);
        while (heap.TryDequeue(out SortedRow row, out _))
        {
            sorted.Add(row);
        }

        sorted.Reverse();
        bool more = sorted.Count > size;
        return new Taken(
            [.. sorted.Take(size).Select(row => row.Row)],
            more ? sorted[size - 1].Token : null,
            query.Count && token is null ? count : null);
    }

    private readonly record struct SortedRow(TRow Row, SkipToken Token);

    private sealed record Taken(List<TRow> Rows, SkipToken? Next, int? Count);
}

/// <summary>The order that <c>$orderby</c> asks for; rows with the same keys stay in the order of the collection, or the other way round when the last key descends (B166).</summary>
internal sealed class KeyOrder<TRow>(SortKey<TRow>[] keys)
    where TRow : IRow
{
    /// <summary>Where a row stands.</summary>
    public SkipToken Of(TRow row)
    {
        string?[] values = new string?[keys.Length];
        for (int i = 0; i < keys.Length; i++)
        {
            values[i] = SkipToken.KeyOf(keys[i].Operand, row);
        }

        return new SkipToken(row.Position, values);
    }

    /// <summary>Which comes first.</summary>
    public int Compare(SkipToken left, SkipToken right)
    {
        for (int i = 0; i < keys.Length; i++)
        {
            int order = SkipToken.Compare(keys[i].Operand, left.Keys[i], right.Keys[i]);
            if (order != 0)
            {
                return keys[i].Descending ? -order : order;
            }
        }

        int place = left.Position.CompareTo(right.Position);
        return keys.Length > 0 && keys[^1].Descending ? -place : place;
    }
}
