using System.Globalization;
using Berth.Graph.Requests;
using Microsoft.OData.UriParser;

namespace Berth.Graph.Queries;

/// <summary>Ends the reading of a query; caught where reading began and never further out.</summary>
internal sealed class QueryRefusedException(GraphError error) : Exception(error.Message)
{
    public GraphError Error { get; } = error;
}

/// <summary>
/// Turns a parsed filter into a function of a row. Comparisons are two-valued; a function of a missing text has no value, and
/// and, or, not carry that on (OData 4.01 part 2, 5.1.1): a row is taken only for a plain true.
/// </summary>
internal sealed class FilterCompiler<TRow>
{
    private readonly Shape<TRow>? _shape;
    private readonly Operand<TRow>? _value;
    private readonly RangeVariable _variable;

    /// <summary>Over rows with properties.</summary>
    public FilterCompiler(Shape<TRow> shape, RangeVariable variable)
    {
        _shape = shape;
        _variable = variable;
    }

    /// <summary>Over plain values.</summary>
    public FilterCompiler(Operand<TRow> value, RangeVariable variable)
    {
        _value = value;
        _variable = variable;
    }

    /// <summary>The condition as a function; null is OData's null.</summary>
    /// <exception cref="QueryRefusedException">Something in it is not supported.</exception>
    public Func<TRow, bool?> Compile(SingleValueNode node)
    {
        switch (node)
        {
            case BinaryOperatorNode { OperatorKind: BinaryOperatorKind.And or BinaryOperatorKind.Or } chain:
                Func<TRow, bool?>[] terms = [.. Chain(chain).Select(Compile)];
                return chain.OperatorKind == BinaryOperatorKind.And ? All(terms) : Some(terms);
            case BinaryOperatorNode binary:
                return Comparison(binary.OperatorKind, Read(binary.Left), Read(binary.Right));
            case UnaryOperatorNode { OperatorKind: UnaryOperatorKind.Not } not:
                Func<TRow, bool?> operand = Compile(not.Operand);
                return row => !operand(row);
            case ConvertNode convert:
                return Compile(convert.Source);
            case InNode { Right: CollectionConstantNode list } among:
                Operand<TRow> left = Read(among.Left);
                return Some([.. list.Collection.Select(item => Comparison(BinaryOperatorKind.Equal, left, new Operand<TRow>.Constant(item.Value)))]);
            case AnyNode any:
                return Collection(any.Source).Any(any.Body, any.CurrentRangeVariable) ?? throw Unsupported("'any' needs a collection");
            case SingleValueFunctionCallNode call:
                return Function(call);
            default:
                return Read(node) switch
                {
                    Operand<TRow>.Flag flag => flag.Get,
                    Operand<TRow>.Constant { Value: bool constant } => _ => constant,
                    Operand<TRow>.Constant { Value: null } => _ => null,
                    _ => throw Unsupported($"'{node.Kind}' is no condition"),
                };
        }
    }

    /// <summary>One side of a comparison, or a key to sort by.</summary>
    public Operand<TRow> Read(SingleValueNode node) => node switch
    {
        ConstantNode constant => new Operand<TRow>.Constant(constant.Value),
        ConvertNode convert => Read(convert.Source),
        NonResourceRangeVariableReferenceNode reference when _value is not null && IsOwn(reference.RangeVariable) => _value,
        SingleValuePropertyAccessNode { Source: SingleComplexNode { Source: SingleComplexNode outer } part } inner when IsOwn(outer.Source) =>
            Named(outer.Property.Name).Inside($"{part.Property.Name}/{inner.Property.Name}")
                ?? throw Unsupported($"'{outer.Property.Name}/{part.Property.Name}/{inner.Property.Name}' cannot be compared"),
        SingleValuePropertyAccessNode { Source: SingleComplexNode part } inner when IsOwn(part.Source) =>
            Named(part.Property.Name).Inside(inner.Property.Name) ?? throw Unsupported($"'{part.Property.Name}/{inner.Property.Name}' cannot be compared"),
        SingleValuePropertyAccessNode access when IsOwn(access.Source) =>
            Named(access.Property.Name).Operand ?? throw Unsupported($"'{access.Property.Name}' cannot be compared"),
        CountNode { FilterClause: null, SearchClause: null, Source: CollectionNavigationNode related } when IsOwn(related.Source) =>
            new Operand<TRow>.Number(_shape?.FindNavigation(related.NavigationProperty.Name)?.Count ?? throw Unsupported("'$count' needs a collection")),
        CountNode { FilterClause: null, SearchClause: null } count => new Operand<TRow>.Number(
            Collection(count.Source).Count ?? throw Unsupported("'$count' needs a collection")),
        _ => throw Unsupported($"'{node.Kind}' is not supported here"),
    };

    private static QueryRefusedException Unsupported(string what) =>
        new(GraphError.UnsupportedQuery($"Unsupported or invalid query filter clause: {what}."));

    private static QueryRefusedException Mismatch(string what) =>
        new(GraphError.BadQuery($"Invalid filter clause: {what}."));

    // a and b and c without recursion, however long: parsers build them as deep as they are long.
    private static List<SingleValueNode> Chain(BinaryOperatorNode top)
    {
        List<SingleValueNode> terms = [];
        Stack<SingleValueNode> open = new([top]);
        while (open.TryPop(out SingleValueNode? node))
        {
            if (Bare(node) is BinaryOperatorNode binary && binary.OperatorKind == top.OperatorKind)
            {
                open.Push(binary.Right);
                open.Push(binary.Left);
            }
            else
            {
                terms.Add(node);
            }
        }

        return terms;
    }

    private static SingleValueNode Bare(SingleValueNode node)
    {
        while (node is ConvertNode convert)
        {
            node = convert.Source;
        }

        return node;
    }

    private static Func<TRow, bool?> All(Func<TRow, bool?>[] terms) => row =>
    {
        bool? all = true;
        foreach (Func<TRow, bool?> term in terms)
        {
            bool? value = term(row);
            if (value == false)
            {
                return false;
            }

            all = value is null ? null : all;
        }

        return all;
    };

    private static Func<TRow, bool?> Some(Func<TRow, bool?>[] terms) => row =>
    {
        bool? some = false;
        foreach (Func<TRow, bool?> term in terms)
        {
            bool? value = term(row);
            if (value == true)
            {
                return true;
            }

            some = value is null ? null : some;
        }

        return some;
    };

    private static Func<TRow, bool?> Comparison(BinaryOperatorKind kind, Operand<TRow> left, Operand<TRow> right)
    {
        if (left is Operand<TRow>.Constant constant)
        {
            if (right is Operand<TRow>.Constant other)
            {
                bool? fixedResult = Fixed(kind, constant.Value, other.Value);
                return _ => fixedResult;
            }

            return Comparison(Mirrored(kind), right, left);
        }

        return (left, right) switch
        {
            (Operand<TRow>.Text a, Operand<TRow>.Constant { Value: var v }) when kind == BinaryOperatorKind.Equal => Equal(a, Text(v, a.Literal), equal: true),
            (Operand<TRow>.Text a, Operand<TRow>.Constant { Value: var v }) when kind == BinaryOperatorKind.NotEqual => Equal(a, Text(v, a.Literal), equal: false),
            (Operand<TRow>.Text a, Operand<TRow>.Constant { Value: var v }) => Compare(kind, a.Get, Always(Text(v, a.Literal)), IgnoringCase),
            (Operand<TRow>.Text a, Operand<TRow>.Text b) => Compare(kind, a.Get, b.Get, IgnoringCase),
            (Operand<TRow>.Flag a, Operand<TRow>.Constant { Value: var v }) => Compare(kind, a.Get, Always(Literal<bool>(v)), Nullable.Compare),
            (Operand<TRow>.Flag a, Operand<TRow>.Flag b) => Compare(kind, a.Get, b.Get, Nullable.Compare),
            (Operand<TRow>.Identifier a, Operand<TRow>.Constant { Value: var v }) => Compare(kind, a.Get, Always(Id(v)), Nullable.Compare),
            (Operand<TRow>.Identifier a, Operand<TRow>.Identifier b) => Compare(kind, a.Get, b.Get, Nullable.Compare),
            (Operand<TRow>.Number a, Operand<TRow>.Constant { Value: var v }) => Compare(kind, a.Get, Always(Number(v)), Nullable.Compare),
            (Operand<TRow>.Number a, Operand<TRow>.Number b) => Compare(kind, a.Get, b.Get, Nullable.Compare),
            (Operand<TRow>.Time a, Operand<TRow>.Constant { Value: var v }) => Compare(kind, a.Get, Always(Time(v)), Nullable.Compare),
            (Operand<TRow>.Time a, Operand<TRow>.Time b) => Compare(kind, a.Get, b.Get, Nullable.Compare),
            _ => throw Mismatch("A binary operator with incompatible types was detected"),
        };
    }

    private static int IgnoringCase(string? left, string? right) => string.Compare(left, right, StringComparison.OrdinalIgnoreCase);

    // Null equals null and nothing else.
    private static Func<TRow, bool?> Equal(Operand<TRow>.Text text, string? value, bool equal)
    {
        Func<TRow, Func<ReadOnlySpan<char>, bool>, bool?> satisfies = text.Satisfies;
        if (value is null)
        {
            return row => satisfies(row, static _ => true) is null == equal;
        }

        if (text.Is is { } isIt)
        {
            return row => (isIt(row, value) ?? false) == equal;
        }

        Func<ReadOnlySpan<char>, bool> condition = characters => characters.Equals(value, StringComparison.OrdinalIgnoreCase);
        return row => (satisfies(row, condition) ?? false) == equal;
    }

    private static Func<TRow, T> Always<T>(T value) => _ => value;

    // Null equals null and nothing else; an order with null on a side is false.
    private static Func<TRow, bool?> Compare<T>(BinaryOperatorKind kind, Func<TRow, T> left, Func<TRow, T> right, Comparison<T> order) => kind switch
    {
        BinaryOperatorKind.Equal => row => order(left(row), right(row)) == 0,
        BinaryOperatorKind.NotEqual => row => order(left(row), right(row)) != 0,
        BinaryOperatorKind.GreaterThan => row => left(row) is { } a && right(row) is { } b && order(a, b) > 0,
        BinaryOperatorKind.GreaterThanOrEqual => row => left(row) is { } a && right(row) is { } b && order(a, b) >= 0,
        BinaryOperatorKind.LessThan => row => left(row) is { } a && right(row) is { } b && order(a, b) < 0,
        BinaryOperatorKind.LessThanOrEqual => row => left(row) is { } a && right(row) is { } b && order(a, b) <= 0,
        _ => throw Unsupported($"the operator '{kind}' is not supported"),
    };

    private static bool? Fixed(BinaryOperatorKind kind, object? left, object? right) =>
        Comparison(kind, new Operand<TRow>.Text(_ => Text(left, null)), new Operand<TRow>.Constant(Text(right, null)))(default!);

    private static BinaryOperatorKind Mirrored(BinaryOperatorKind kind) => kind switch
    {
        BinaryOperatorKind.GreaterThan => BinaryOperatorKind.LessThan,
        BinaryOperatorKind.GreaterThanOrEqual => BinaryOperatorKind.LessThanOrEqual,
        BinaryOperatorKind.LessThan => BinaryOperatorKind.GreaterThan,
        BinaryOperatorKind.LessThanOrEqual => BinaryOperatorKind.GreaterThanOrEqual,
        _ => kind,
    };

    private static string? Text(object? value, Func<string, string>? literal)
    {
        string? text = value switch
        {
            null => null,
            string s => s,
            Guid id => id.ToString(),
            IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString(),
        };
        return text is null || literal is null ? text : literal(text);
    }

    private static T? Literal<T>(object? value)
        where T : struct =>
        value is null ? null : value is T typed ? typed : throw Mismatch($"'{value}' is not of the type it is compared with");

    private static Guid? Id(object? value) =>
        value is null ? null
        : value is Guid id ? id
        : value is string text && Guid.TryParse(text, out Guid parsed) ? parsed
        : throw Mismatch($"'{value}' is not a GUID");

    private static long? Number(object? value) => value switch
    {
        null => null,
        int number => number,
        long number => number,
        short number => number,
        byte number => number,
        _ => throw Mismatch($"'{value}' is not a whole number"),
    };

    private static DateTimeOffset? Time(object? value) => value switch
    {
        null => null,
        DateTimeOffset time => time,
        DateOnly date => new DateTimeOffset(date, TimeOnly.MinValue, TimeSpan.Zero),
        string text when DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset parsed) => parsed,

        // The parser has a date type of its own that it means to give up.
        _ when DateOnly.TryParseExact(value.ToString(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day) =>
            new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero),
        _ => throw Mismatch($"'{value}' is not a date and time"),
    };

    private Func<TRow, bool?> Function(SingleValueFunctionCallNode call)
    {
        SingleValueNode[] arguments = [.. call.Parameters.OfType<SingleValueNode>()];
        bool starts = call.Name.Equals("startswith", StringComparison.OrdinalIgnoreCase);
        if ((!starts && !call.Name.Equals("endswith", StringComparison.OrdinalIgnoreCase)) || arguments.Length != 2)
        {
            throw Unsupported($"the function '{call.Name}' is not supported");
        }

        if (Read(arguments[0]) is Operand<TRow>.Text asked && Read(arguments[1]) is Operand<TRow>.Constant { Value: string wanted })
        {
            Func<ReadOnlySpan<char>, bool> condition = starts
                ? characters => characters.StartsWith(wanted, StringComparison.OrdinalIgnoreCase)
                : characters => characters.EndsWith(wanted, StringComparison.OrdinalIgnoreCase);
            return row => asked.Satisfies(row, condition);
        }

        Func<TRow, string?> text = TextOf(arguments[0]);
        Func<TRow, string?> part = TextOf(arguments[1]);
        return starts
            ? row => text(row) is { } t && part(row) is { } p ? t.StartsWith(p, StringComparison.OrdinalIgnoreCase) : null
            : row => text(row) is { } t && part(row) is { } p ? t.EndsWith(p, StringComparison.OrdinalIgnoreCase) : null;
    }

    private Func<TRow, string?> TextOf(SingleValueNode node) => Read(node) switch
    {
        Operand<TRow>.Text text => text.Get,
        Operand<TRow>.Constant { Value: string value } => _ => value,
        Operand<TRow>.Constant { Value: null } => _ => null,
        _ => throw Mismatch("a text was expected"),
    };

    private Property<TRow> Collection(QueryNode source) => source switch
    {
        CollectionPropertyAccessNode access when IsOwn(access.Source) => Named(access.Property.Name),
        CollectionComplexNode access when IsOwn(access.Source) => Named(access.Property.Name),
        _ => throw Unsupported("only a collection of the resource itself can be looked into"),
    };

    private Property<TRow> Named(string name) => _shape?.Find(name) ?? throw Unsupported($"'{name}' is not supported");

    private bool IsOwn(SingleValueNode source) => source is ResourceRangeVariableReferenceNode reference && IsOwn(reference.RangeVariable);

    private bool IsOwn(RangeVariable variable) => variable.Name == _variable.Name;
}
