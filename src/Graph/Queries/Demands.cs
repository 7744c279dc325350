using Berth.Graph.Requests;
using Microsoft.OData.UriParser;

namespace Berth.Graph.Queries;

/// <summary>
/// Reads a parsed query once for what the directory does not do: what it never does ends the reading, what it does in advanced
/// queries only is kept as the error of those who ask without (L153-L157). The answer depends on the query alone, so it is
/// remembered with it.
/// </summary>
internal sealed class Demands(Capabilities table)
{
    private readonly Dictionary<string, string> _variables = new(StringComparer.Ordinal);

    /// <summary>The error of the query unless it is advanced; null when it need not be.</summary>
    public GraphError? UnlessAdvanced { get; private set; }

    /// <summary>Looks at <c>$search</c>.</summary>
    public void Search() => UnlessAdvanced ??= GraphError.SearchNeedsHeader;

    /// <summary>Looks at <c>$filter</c>.</summary>
    /// <exception cref="QueryRefusedException">Something in it is never supported.</exception>
    public void Filter(FilterClause filter)
    {
        _variables[filter.RangeVariable.Name] = "";
        Stack<SingleValueNode> open = new([filter.Expression]);
        while (open.TryPop(out SingleValueNode? node))
        {
            switch (node)
            {
                case ConvertNode convert:
                    open.Push(convert.Source);
                    break;
                case BinaryOperatorNode { OperatorKind: BinaryOperatorKind.And or BinaryOperatorKind.Or } chain:
                    open.Push(chain.Right);
                    open.Push(chain.Left);
                    break;
                case BinaryOperatorNode comparison:
                    Comparison(comparison);
                    break;
                case UnaryOperatorNode { OperatorKind: UnaryOperatorKind.Not } not:
                    Needed(GraphError.OperatorNeedsAdvanced("not"));
                    open.Push(not.Operand);
                    break;
                case InNode among:
                    Property(among.Left, static capability => capability.Equal);
                    break;
                case AnyNode any:
                    string source = PathOf(any.Source) ?? "";
                    if (any.CurrentRangeVariable is { } variable)
                    {
                        _variables[variable.Name] = source;
                    }

                    Path(source, static capability => capability.Equal);
                    open.Push(any.Body);
                    break;
                case SingleValueFunctionCallNode call:
                    Function(call);
                    break;
                default:
                    Property(node, static capability => capability.Equal);
                    break;
            }
        }
    }

    /// <summary>Looks at <c>$orderby</c>.</summary>
    /// <param name="order">Its keys.</param>
    /// <param name="filtered">Whether <c>$filter</c> is there too.</param>
    public void Order(OrderByClause order, bool filtered)
    {
        if (filtered)
        {
            Needed(GraphError.AdvancedNeeded("Sorting not supported for current query.", "$orderby"));
        }

        for (OrderByClause? key = order; key is not null; key = key.ThenBy)
        {
            _variables[key.RangeVariable.Name] = "";
            if (PathOf(key.Expression) is { } path && table.Of(path).Sorted != Support.Default)
            {
                Needed(GraphError.AdvancedNeeded($"Unsupported sort property '{Capabilities.Outermost(path)}' for '{table.Resource}'.", "$orderby"));
            }
        }
    }

    private void Comparison(BinaryOperatorNode comparison)
    {
        if (comparison.OperatorKind == BinaryOperatorKind.NotEqual && !IsCount(comparison.Left) && !IsCount(comparison.Right))
        {
            Needed(GraphError.AdvancedNeeded("Filter operator 'NotEqualsMatch' is not supported.", "$filter"));
        }

        bool equality = comparison.OperatorKind is BinaryOperatorKind.Equal or BinaryOperatorKind.NotEqual;
        bool toNull = IsNull(comparison.Left) || IsNull(comparison.Right);
        foreach (SingleValueNode side in (SingleValueNode[])[comparison.Left, comparison.Right])
        {
            Property(side, capability => !equality ? capability.Ordered
                : toNull && capability.Equal != Support.No ? Support.Advanced
                : capability.Equal);
        }
    }

    private void Function(SingleValueFunctionCallNode call)
    {
        if (call.Name.Equals("contains", StringComparison.OrdinalIgnoreCase))
        {
            throw new QueryRefusedException(GraphError.UnsupportedQuery("Filter operator 'Contains' is not supported.") with { Target = "$filter" });
        }

        bool ends = call.Name.Equals("endswith", StringComparison.OrdinalIgnoreCase);
        if (!ends && !call.Name.Equals("startswith", StringComparison.OrdinalIgnoreCase))
        {
            // The compiler knows no other function and says so.
            return;
        }

        foreach (SingleValueNode argument in call.Parameters.OfType<SingleValueNode>())
        {
            if (ends && PathOf(argument) is { } path)
            {
                _ = Capabilities.CanEnd(path) ? 0 : throw new QueryRefusedException(Unsupported(path));
                Needed(GraphError.OperatorNeedsAdvanced("endsWith"));
            }
            else
            {
                Property(argument, static capability => capability.StartsWith);
            }
        }
    }

    private void Property(SingleValueNode node, Func<Capability, Support> of)
    {
        while (node is ConvertNode convert)
        {
            node = convert.Source;
        }

        if (node is CountNode count)
        {
            Needed(GraphError.OperatorNeedsAdvanced("$count"));
            Path(PathOf(count.Source), static capability => capability.Equal);
        }
        else
        {
            Path(PathOf(node), of);
        }
    }

    private void Path(string? path, Func<Capability, Support> of)
    {
        switch (path is null ? Support.Default : of(table.Of(path)))
        {
            case Support.No:
                throw new QueryRefusedException(Unsupported(path!));
            case Support.Advanced:
                Needed(GraphError.AdvancedNeeded(Unsupported(path!).Message, "$filter"));
                break;
            case Support.Default:
                break;
        }
    }

    private void Needed(GraphError error) => UnlessAdvanced ??= error;

    private GraphError Unsupported(string path) => GraphError.UnsupportedQuery(
        $"Unsupported or invalid query filter clause specified for property '{Capabilities.Outermost(path)}' of resource '{table.Resource}'.") with { Target = "$filter" };

    private static bool IsCount(SingleValueNode node) => node is CountNode || (node is ConvertNode convert && IsCount(convert.Source));

    private static bool IsNull(SingleValueNode node) => node switch
    {
        ConvertNode convert => IsNull(convert.Source),
        ConstantNode { Value: null } => true,
        _ => false,
    };

    // The path of a property from the object that is filtered, through the collections that any() goes into; null for anything else.
    private string? PathOf(QueryNode node) => node switch
    {
        ConvertNode convert => PathOf(convert.Source),
        ResourceRangeVariableReferenceNode reference => _variables.GetValueOrDefault(reference.Name),
        NonResourceRangeVariableReferenceNode reference => _variables.GetValueOrDefault(reference.Name),
        SingleValuePropertyAccessNode access => Joined(PathOf(access.Source), access.Property.Name),
        SingleComplexNode access => Joined(PathOf(access.Source), access.Property.Name),
        CollectionPropertyAccessNode access => Joined(PathOf(access.Source), access.Property.Name),
        CollectionComplexNode access => Joined(PathOf(access.Source), access.Property.Name),
        _ => null,
    };

    private static string? Joined(string? outer, string name) => outer is null ? null : outer.Length == 0 ? name : $"{outer}/{name}";
}
