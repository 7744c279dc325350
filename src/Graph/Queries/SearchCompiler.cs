using Berth.Graph.Requests;
using Microsoft.OData.UriParser;

namespace Berth.Graph.Queries;

/// <summary>
/// Turns a parsed <c>$search</c> into a function of a row (L159a). A clause is <c>"property:text"</c>: display names and descriptions are
/// searched word by word, any other text by its beginning.
/// </summary>
internal sealed class SearchCompiler<TRow>(Shape<TRow> shape, Capabilities table)
{
    private static readonly string[] Tokenized = ["displayName", "description"];

    private int _clauses;

    /// <summary>The search as a function.</summary>
    /// <exception cref="QueryRefusedException">A clause is not one, or searches what cannot be searched.</exception>
    public Func<TRow, bool> Compile(QueryNode node)
    {
        switch (node)
        {
            case SearchTermNode term:
                return ++_clauses <= GraphLimits.SearchClauses
                    ? Clause(term.Text)
                    : throw Refuse(GraphError.BadQuery($"Invalid search clause: the search has more than {GraphLimits.SearchClauses} clauses."));
            case BinaryOperatorNode { OperatorKind: BinaryOperatorKind.And } and:
                (Func<TRow, bool> first, Func<TRow, bool> second) = (Compile(and.Left), Compile(and.Right));
                return row => first(row) && second(row);
            case BinaryOperatorNode { OperatorKind: BinaryOperatorKind.Or } or:
                (Func<TRow, bool> one, Func<TRow, bool> other) = (Compile(or.Left), Compile(or.Right));
                return row => one(row) || other(row);
            default:
                throw Refuse(GraphError.UnsupportedQuery("Clauses of a search are joined by AND and OR; NOT is not supported."));
        }
    }

    private static QueryRefusedException Refuse(GraphError error) => new(error with { Target = "$search" });

    private Func<TRow, bool> Clause(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        string wanted = colon < 0 ? "" : text[(colon + 1)..].Trim();
        if (colon <= 0 || wanted.Length == 0)
        {
            throw Refuse(GraphError.BadQuery($"Invalid search clause '{text}': a clause is \"property:text\", all of it in double quotes."));
        }

        string name = text[..colon].Trim();
        if (shape.Find(name) is not { } property)
        {
            throw Refuse(GraphError.BadQuery($"Invalid search clause: Could not find a property named '{name}' on type '{Shape<TRow>.Namespace}.{shape.Name}'."));
        }

        if (table.Of(property.Name).Equal == Support.No || property.Texts is not { } texts)
        {
            throw Refuse(GraphError.UnsupportedQuery($"Unsupported or invalid search clause specified for property '{property.Name}' of resource '{table.Resource}'."));
        }

        if (!Tokenized.Contains(property.Name))
        {
            Func<ReadOnlySpan<char>, bool> begins = value => value.StartsWith(wanted, StringComparison.OrdinalIgnoreCase);
            return row => texts(row, begins);
        }

        string[] words = Words.Of(wanted);
        Func<ReadOnlySpan<char>, bool> hasAll = value =>
        {
            foreach (string word in words)
            {
                if (!Words.Has(value, word))
                {
                    return false;
                }
            }

            return true;
        };
        return row => texts(row, hasAll);
    }
}
