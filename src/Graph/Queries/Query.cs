using System.Text.Json;
using Berth.Graph.Requests;
using Microsoft.OData.UriParser;

namespace Berth.Graph.Queries;

/// <summary>The query options a collection or entity understands.</summary>
[Flags]
internal enum QueryOptions
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary><c>$select</c>.</summary>
    Select = 1,

    /// <summary><c>$expand</c>.</summary>
    Expand = 2,

    /// <summary><c>$filter</c>.</summary>
    Filter = 4,

    /// <summary><c>$orderby</c>.</summary>
    OrderBy = 8,

    /// <summary><c>$top</c> and <c>$skiptoken</c>.</summary>
    Page = 16,

    /// <summary><c>$count</c>.</summary>
    Count = 32,

    /// <summary><c>$search</c>.</summary>
    Search = 64,

    /// <summary>Of one entity.</summary>
    OfEntity = Select | Expand,

    /// <summary>Of a collection.</summary>
    OfCollection = Select | Expand | Filter | OrderBy | Page | Count,

    /// <summary>Of a collection of directory objects.</summary>
    OfDirectory = OfCollection | Search,
}

/// <summary>A query read and compiled, for rows of one shape. It holds nothing of a tenant: it is cached and shared.</summary>
/// <param name="Selected">What each row shows.</param>
/// <param name="SelectList">The names for <c>@odata.context</c>, as asked for; null when nothing was selected.</param>
/// <param name="Expansions">What follows the properties.</param>
/// <param name="Filter">Which rows, by filter and search; null for all.</param>
/// <param name="Equalities">Equalities that every row taken satisfies, for indexes.</param>
/// <param name="Order">By what; empty for the order of the collection.</param>
/// <param name="Top">The size of a page; null for the default.</param>
/// <param name="Count">Whether to count.</param>
internal sealed record Query<TRow>(
    Property<TRow>[] Selected,
    string? SelectList,
    Action<Utf8JsonWriter, TRow, bool>[] Expansions,
    Func<TRow, bool?>? Filter,
    Equality[] Equalities,
    SortKey<TRow>[] Order,
    int? Top,
    bool Count)
{
    /// <summary>Whether it has a <c>$search</c>.</summary>
    public bool Searches { get; init; }

    /// <summary>The error of who asks without the advanced query parameters; null when the query does not need them (L153).</summary>
    public GraphError? UnlessAdvanced { get; init; }

    /// <summary>Whether a row is taken.</summary>
    public bool Takes(TRow row) => Filter is null || Filter(row) == true;
}

/// <summary>A key to sort by.</summary>
/// <param name="Operand">What.</param>
/// <param name="Descending">Which way.</param>
internal readonly record struct SortKey<TRow>(Operand<TRow> Operand, bool Descending);

/// <summary>A property that must be one of some values. The path of an element's property is <c>assignedLicenses/skuId</c>.</summary>
/// <param name="Path">The property.</param>
/// <param name="Values">The literals, as the parser read them.</param>
/// <param name="IsWhole">Whether the filter says nothing else.</param>
internal readonly record struct Equality(string Path, object?[] Values, bool IsWhole)
{
    /// <summary>The equalities in a condition and everything it demands beside them.</summary>
    public static Equality[] In(SingleValueNode condition)
    {
        List<Equality> found = [];
        bool whole = true;
        Stack<SingleValueNode> open = new([condition]);
        while (open.TryPop(out SingleValueNode? node))
        {
            switch (node)
            {
                case ConvertNode convert:
                    open.Push(convert.Source);
                    break;
                case BinaryOperatorNode { OperatorKind: BinaryOperatorKind.And } and:
                    whole = false;
                    open.Push(and.Left);
                    open.Push(and.Right);
                    break;
                case BinaryOperatorNode { OperatorKind: BinaryOperatorKind.Equal } equal when OfPair(equal) is { } pair:
                    found.Add(new Equality(pair.Path, [pair.Value], whole));
                    break;
                case InNode { Right: CollectionConstantNode list } among when PathOf(among.Left) is { } path:
                    found.Add(new Equality(path, [.. list.Collection.Select(item => item.Value)], whole));
                    break;
                case AnyNode { Source: CollectionComplexNode source, Body: BinaryOperatorNode { OperatorKind: BinaryOperatorKind.Equal } equal }
                    when OfPair(equal) is { } pair:
                    found.Add(new Equality($"{source.Property.Name}/{pair.Path}", [pair.Value], whole));
                    break;
            }
        }

        return [.. found];
    }

    private static (string Path, object? Value)? OfPair(BinaryOperatorNode equal) =>
        Literal(equal.Right) is { } right && PathOf(equal.Left) is { } left ? (left, right.Value)
        : Literal(equal.Left) is { } first && PathOf(equal.Right) is { } second ? (second, first.Value)
        : null;

    private static ConstantNode? Literal(SingleValueNode node) => node switch
    {
        ConvertNode convert => Literal(convert.Source),
        ConstantNode constant => constant,
        _ => null,
    };

    private static string? PathOf(SingleValueNode node) => node switch
    {
        ConvertNode convert => PathOf(convert.Source),
        SingleValuePropertyAccessNode { Source: ResourceRangeVariableReferenceNode } access => access.Property.Name,
        _ => null,
    };
}
