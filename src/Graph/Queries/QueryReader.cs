using System.Buffers;
using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Text;
using System.Text.Json;
using Berth.Graph.Requests;
using Microsoft.OData;
using Microsoft.OData.Edm;
using Microsoft.OData.UriParser;

namespace Berth.Graph.Queries;

/// <summary>Reads query strings for one kind of rows and remembers what it read: the same query is parsed and compiled once.</summary>
internal sealed class QueryReader<TRow>
{
    private static readonly string[] Known = ["$select", "$expand", "$filter", "$orderby", "$top", "$count", "$skiptoken", "$search", "$skip", "$format"];

    private static readonly SearchValues<string> TokenNames = SearchValues.Create(["skiptoken="], StringComparison.OrdinalIgnoreCase);

    private static readonly ODataUriResolver Resolver = new GraphResolver { EnableCaseInsensitive = true, EnableNoDollarQueryOptions = true };

    private readonly Shape<TRow> _shape;
    private readonly QueryOptions _allowed;
    private readonly Capabilities? _directory;
    private readonly EdmModel _model = new();
    private readonly RecentlyUsed<Query<TRow>> _read = new(GraphLimits.RememberedQueries);

    /// <summary>A reader for one kind of rows.</summary>
    /// <param name="shape">Their properties.</param>
    /// <param name="allowed">What a query may say.</param>
    /// <param name="directory">What can be asked about directory objects; null for anything else.</param>
    public QueryReader(Shape<TRow> shape, QueryOptions allowed, Capabilities? directory = null)
    {
        _shape = shape;
        _allowed = allowed;
        _directory = directory;
        _model.AddElement((IEdmSchemaElement)shape.EdmType);
        Everything = new Query<TRow>(shape.Default, null, [], null, [], [], null, false);
    }

    /// <summary>The query that says nothing.</summary>
    public Query<TRow> Everything { get; }

    /// <summary>
    /// Reads a query string. The key is the query without its skip token: what a link to the next page repeats.
    /// </summary>
    public GraphError? Read(string queryString, out Query<TRow> query, out string key, out SkipToken? token)
    {
        query = Everything;
        key = queryString;
        token = null;
        if (queryString.Length == 0)
        {
            return null;
        }

        if (queryString.AsSpan().ContainsAny(TokenNames)
            && TakeToken(ref key, out token) is { } tokenError)
        {
            return tokenError;
        }

        if (_read.TryGet(key, out Query<TRow>? known))
        {
            query = known;
            return null;
        }

        try
        {
            query = Parse(key);
        }
        catch (QueryRefusedException refused)
        {
            return refused.Error;
        }

        _read.Put(key, query);
        return null;
    }

    private static QueryRefusedException Refuse(GraphError error) => new(error);

    private GraphError? TakeToken(ref string key, out SkipToken? token)
    {
        token = null;
        StringBuilder rest = new(key.Length);
        foreach (Range range in key.AsSpan().Split('&'))
        {
            ReadOnlySpan<char> part = key.AsSpan()[range];
            int equals = part.IndexOf('=');
            string name = equals < 0 ? "" : Decode(part[..equals]);
            if (!name.Equals("$skiptoken", StringComparison.OrdinalIgnoreCase) && !name.Equals("skiptoken", StringComparison.OrdinalIgnoreCase))
            {
                rest.Append(rest.Length == 0 ? "" : "&").Append(part);
                continue;
            }

            if (token is not null || !_allowed.HasFlag(QueryOptions.Page) || SkipToken.Decode(Decode(part[(equals + 1)..])) is not { } read)
            {
                return GraphError.BadQuery("The $skiptoken is not one that was given out here.") with { Target = "$skiptoken" };
            }

            token = read;
        }

        key = rest.ToString();
        return null;
    }

    private Query<TRow> Parse(string queryString)
    {
        Dictionary<string, string> options = Split(queryString);
        if (options.TryGetValue("$filter", out string? filterText))
        {
            Bound(filterText, "filter", '\'', GraphLimits.FilterCharacters, GraphLimits.FilterDepth);
        }

        if (options.TryGetValue("$search", out string? searchText))
        {
            Bound(searchText, "search", '"', GraphLimits.SearchCharacters, GraphLimits.SearchDepth);
        }

        ODataQueryOptionParser parser = new(_model, (IEdmType)_shape.EdmType, null, options)
        {
            Resolver = Resolver,
            Settings = { MaximumExpansionCount = GraphLimits.Expansions, MaximumExpansionDepth = 1 },
        };

        FilterClause? filter = Guarded(() => OnEnoughStack(parser.ParseFilter, filterText?.Length ?? 0), "Invalid filter clause: ");
        OrderByClause? orderBy = Guarded(parser.ParseOrderBy, "Invalid orderby clause: ");
        SearchClause? search = _directory is null ? null : Guarded(() => OnEnoughStack(parser.ParseSearch, searchText?.Length ?? 0), "", "$search");
        SelectExpandClause? select = Guarded(parser.ParseSelectAndExpand, "Parsing OData Select and Expand failed: ");
        bool? count = Guarded(parser.ParseCount, "");

        (Property<TRow>[] selected, string? list, Action<Utf8JsonWriter, TRow, bool>[] expansions) = Selection(select);
        GraphError? unlessAdvanced = Demanded(filter, orderBy, search);
        Func<TRow, bool?>? taken = filter is null ? null : new FilterCompiler<TRow>(_shape, filter.RangeVariable).Compile(filter.Expression);
        return new Query<TRow>(
            selected,
            list,
            expansions,
            search is null ? taken : Searched(taken, new SearchCompiler<TRow>(_shape, _directory!).Compile(search.Expression)),
            filter is null ? [] : Equality.In(filter.Expression),
            Order(orderBy),
            Top(options),
            count == true)
        {
            Searches = search is not null,
            UnlessAdvanced = unlessAdvanced,
        };
    }

    private GraphError? Demanded(FilterClause? filter, OrderByClause? orderBy, SearchClause? search)
    {
        if (_directory is null)
        {
            return null;
        }

        Demands demands = new(_directory);
        if (search is not null)
        {
            demands.Search();
        }

        if (filter is not null)
        {
            demands.Filter(filter);
        }

        if (orderBy is not null)
        {
            demands.Order(orderBy, filter is not null);
        }

        return demands.UnlessAdvanced;
    }

    // A filter and a search both have to take a row.
    private static Func<TRow, bool?> Searched(Func<TRow, bool?>? filter, Func<TRow, bool> search) =>
        filter is null ? row => search(row) : row => search(row) && filter(row) == true;

    private Dictionary<string, string> Split(string queryString)
    {
        Dictionary<string, string> options = new(StringComparer.OrdinalIgnoreCase);
        foreach (string part in queryString.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            string given = Decode(equals < 0 ? part : part.AsSpan(0, equals)).Trim();
            string? name = Known.FirstOrDefault(known => known.Equals(given, StringComparison.OrdinalIgnoreCase)
                || known.AsSpan(1).Equals(given, StringComparison.OrdinalIgnoreCase));
            if (name is null)
            {
                // A custom option is the client's own business; an unknown system option is a mistake.
                _ = given.StartsWith('$') ? throw Refuse(GraphError.BadQuery($"The query parameter '{given}' is not supported.")) : 0;
                continue;
            }

            QueryOptions option = name switch
            {
                "$select" => QueryOptions.Select,
                "$expand" => QueryOptions.Expand,
                "$filter" => QueryOptions.Filter,
                "$orderby" => QueryOptions.OrderBy,
                "$top" => QueryOptions.Page,
                "$count" => QueryOptions.Count,
                "$search" => QueryOptions.Search,
                _ => QueryOptions.None,
            };
            if (name == "$format")
            {
                continue;
            }

            if (option == QueryOptions.None || !_allowed.HasFlag(option))
            {
                throw Refuse(GraphError.UnsupportedQuery($"The query option '{name}' is not supported for this resource.") with { Target = name });
            }

            string value = Decode(equals < 0 ? "" : part.AsSpan(equals + 1)).Trim();
            if (value.Length == 0)
            {
                throw Refuse(GraphError.BadQuery($"The query option '{name}' is empty.") with { Target = name });
            }

            if (!options.TryAdd(name, value))
            {
                throw Refuse(GraphError.BadQuery($"The query option '{name}' is given more than once.") with { Target = name });
            }
        }

        return options;
    }

    // Length and depth are bounded before the parser sees the text: it recurses as deep as the text nests.
    private static void Bound(string text, string option, char quote, int most, int mostLevels)
    {
        if (text.Length > most)
        {
            throw Refuse(GraphError.BadQuery(
                $"Invalid {option} clause: the {option} has {text.Length} characters; the most is {most}.") with { Target = $"${option}" });
        }

        int depth = 0, deepest = 0;
        bool quoted = false;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == quote)
            {
                quoted = !quoted;
            }
            else if (c == '\\' && quote == '"')
            {
                // A search escapes quotes inside a clause.
                i++;
            }
            else if (!quoted && (c == '(' || IsNot(text, i)))
            {
                // A 'not' nests until the clause ends; counting it for good errs on the side of refusing.
                deepest = Math.Max(deepest, ++depth);
            }
            else if (!quoted && c == ')')
            {
                depth--;
            }
        }

        if (deepest > mostLevels)
        {
            throw Refuse(GraphError.BadQuery(
                $"Invalid {option} clause: the {option} nests deeper than {mostLevels} levels.") with { Target = $"${option}" });
        }
    }

    private static bool IsNot(string filter, int at) =>
        (at == 0 || !char.IsLetterOrDigit(filter[at - 1]))
        && filter.AsSpan(at).StartsWith("not", StringComparison.OrdinalIgnoreCase)
        && at + 3 < filter.Length && !char.IsLetterOrDigit(filter[at + 3]);

    // The parser calls itself for every operator of a chain. A filter that could outgrow the caller's stack is parsed on one of its own:
    // an overflow ends the process, and a stranger must not be able to cause that.
    private static T OnEnoughStack<T>(Func<T> parse, int characters)
    {
        if (characters <= GraphLimits.FilterCharactersOnAnyStack)
        {
            return parse();
        }

        T result = default!;
        ExceptionDispatchInfo? failure = null;
        Thread parser = new(
            () =>
            {
                try
                {
                    result = parse();
                }
                catch (Exception thrown)
                {
                    failure = ExceptionDispatchInfo.Capture(thrown);
                }
            },
            GraphLimits.ParserStackBytes) { IsBackground = true, Name = "filter" };
        parser.Start();
        parser.Join();
        failure?.Throw();
        return result;
    }

    private static T Guarded<T>(Func<T> parse, string prefix, string? option = null)
    {
        try
        {
            return parse();
        }
        catch (Exception unreadable) when (unreadable is ODataException or ArgumentException or FormatException or OverflowException)
        {
            throw Refuse(GraphError.BadQuery($"{prefix}{unreadable.Message}") with { Target = option });
        }
    }

    private static int? Top(Dictionary<string, string> options)
    {
        if (!options.TryGetValue("$top", out string? text))
        {
            return null;
        }

        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int top))
        {
            throw Refuse(GraphError.BadQuery($"Invalid value '{text}' for $top query option found. The $top query option requires a non-negative integer value."));
        }

        return top is >= 1 and <= GraphLimits.LargestPage
            ? top
            : throw Refuse(GraphError.UnsupportedQuery($"Invalid page size specified: '{top}'. Must be between 1 and {GraphLimits.LargestPage} inclusive."));
    }

    private (Property<TRow>[] Selected, string? List, Action<Utf8JsonWriter, TRow, bool>[] Expansions) Selection(SelectExpandClause? clause)
    {
        if (clause is null)
        {
            return (_shape.Default, null, []);
        }

        List<Property<TRow>> selected = [];
        List<Action<Utf8JsonWriter, TRow, bool>> expansions = [];
        List<string> names = [];
        bool everything = clause.AllSelected;
        foreach (SelectItem item in clause.SelectedItems)
        {
            switch (item)
            {
                case PathSelectItem { SelectedPath.FirstSegment: PropertySegment segment } when _shape.Find(segment.Property.Name) is { } property:
                    names.Add(property.Name);
                    if (property.IsWritten && !selected.Contains(property))
                    {
                        selected.Add(property);
                    }

                    break;
                case PathSelectItem { SelectedPath.FirstSegment: NavigationPropertySegment }:
                    break;
                case WildcardSelectItem:
                    everything = true;
                    break;
                case ExpandedNavigationSelectItem expanded:
                    Navigation<TRow> navigation = _shape.FindNavigation(((NavigationPropertySegment)expanded.PathToNavigationProperty.FirstSegment).NavigationProperty.Name)!;
                    names.Add($"{navigation.Name}()");
                    expansions.Add(Expansion(navigation, expanded));
                    break;
                default:
                    throw Refuse(GraphError.UnsupportedQuery("This form of $select or $expand is not supported."));
            }
        }

        bool listed = clause.SelectedItems.Any(item => item is not ExpandedNavigationSelectItem) || expansions.Count > 0;
        return (everything ? _shape.Default : [.. selected], listed && !(everything && expansions.Count == 0) ? string.Join(',', names) : null, [.. expansions]);
    }

    private static Action<Utf8JsonWriter, TRow, bool> Expansion(Navigation<TRow> navigation, ExpandedNavigationSelectItem expanded)
    {
        if (expanded.FilterOption is not null || expanded.OrderByOption is not null || expanded.TopOption is not null
            || expanded.SkipOption is not null || expanded.CountOption is not null || expanded.SearchOption is not null || expanded.LevelsOption is not null)
        {
            throw Refuse(GraphError.UnsupportedQuery($"Only $select can stand inside $expand={navigation.Name}."));
        }

        List<string>? select = null;
        if (expanded.SelectAndExpand is { AllSelected: false } inner)
        {
            select = [];
            foreach (SelectItem item in inner.SelectedItems)
            {
                select.Add(item is PathSelectItem { SelectedPath.FirstSegment: PropertySegment segment }
                    ? segment.Property.Name
                    : throw Refuse(GraphError.UnsupportedQuery($"Only properties can be selected inside $expand={navigation.Name}.")));
            }
        }

        return navigation.Expand(select)
            ?? throw Refuse(GraphError.BadQuery($"Parsing OData Select and Expand failed: a property selected inside {navigation.Name} does not exist."));
    }

    private SortKey<TRow>[] Order(OrderByClause? clause)
    {
        List<SortKey<TRow>> keys = [];
        for (; clause is not null; clause = clause.ThenBy)
        {
            FilterCompiler<TRow> compiler = new(_shape, clause.RangeVariable);
            Operand<TRow> operand = compiler.Read(clause.Expression);
            keys.Add(operand is Operand<TRow>.Constant
                ? throw Refuse(GraphError.UnsupportedQuery("Sorting by a literal is not supported."))
                : new SortKey<TRow>(operand, clause.Direction == OrderByDirection.Descending));
        }

        return [.. keys];
    }

    private static string Decode(ReadOnlySpan<char> text) =>
        text.ContainsAny('%', '+') ? Uri.UnescapeDataString(text.ToString().Replace('+', ' ')) : text.ToString();

    /// <summary>Lets a GUID in quotes stand where a GUID is wanted: scripts in the field write <c>skuId eq '...'</c>.</summary>
    private sealed class GraphResolver : ODataUriResolver
    {
        public override void PromoteBinaryOperandTypes(
            BinaryOperatorKind binaryOperatorKind, ref SingleValueNode leftNode, ref SingleValueNode rightNode, out IEdmTypeReference typeReference)
        {
            Unquote(ref leftNode, rightNode);
            Unquote(ref rightNode, leftNode);
            base.PromoteBinaryOperandTypes(binaryOperatorKind, ref leftNode, ref rightNode, out typeReference);
        }

        private static void Unquote(ref SingleValueNode node, SingleValueNode other)
        {
            if (node is ConstantNode { Value: string text } && other.TypeReference?.IsGuid() == true && Guid.TryParse(text, out Guid id))
            {
                node = new ConstantNode(id, id.ToString(), EdmCoreModel.Instance.GetGuid(isNullable: false));
            }
            else if (node is ConstantNode { Value: Guid value } && other.TypeReference?.IsString() == true)
            {
                node = new ConstantNode(value.ToString(), $"'{value}'", EdmCoreModel.Instance.GetString(isNullable: false));
            }
        }
    }
}
