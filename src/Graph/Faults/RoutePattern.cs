using System.Collections.Immutable;
using Berth.Graph.Requests;
using Berth.Graph.Routes;

namespace Berth.Graph.Faults;

/// <summary>
/// The method and path that a fault looks at, such as <c>POST /users/{user}/assignLicense</c>: names match ignoring case, <c>{anything}</c> and
/// <c>*</c> stand for one segment, <c>**</c> at the end for any number. Without a method every method matches (B231).
/// </summary>
/// <param name="Text">As it was written.</param>
/// <param name="Method">The method, or null.</param>
/// <param name="Segments">The steps of the path.</param>
/// <param name="IsOpen">Whether anything may follow.</param>
internal sealed record RoutePattern(string Text, GraphMethod? Method, ImmutableArray<PathSegment> Segments, bool IsOpen)
{
    private const string Rest = "**";

    /// <summary>Reads a pattern, or says for people what is wrong with it.</summary>
    public static (RoutePattern? Pattern, string? Problem) Read(string text)
    {
        string[] words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        GraphMethod? method = null;
        if (words.Length == 2 && words[0] != "*")
        {
            if (!Enum.TryParse(words[0], ignoreCase: true, out GraphMethod named) || named >= GraphMethod.Other || char.IsAsciiDigit(words[0][0]))
            {
                return (null, $"'{words[0]}' is no method: write GET, POST, PATCH, PUT or DELETE before the path, or no method.");
            }

            method = named;
        }

        if (words.Length is 0 or > 2 || !words[^1].StartsWith('/'))
        {
            return (null, "Write a method and a path without its version, such as 'POST /users/{user}/assignLicense', or the path alone.");
        }

        (GraphPath? path, string? problem) = GraphPath.Read(words[^1]);
        if (path is null)
        {
            return (null, problem);
        }

        bool open = path.Segments is [.., { Text: Rest }];
        RoutePattern pattern = new(text, method, open ? path.Segments[..^1] : path.Segments, open);
        return pattern.Segments.Any(segment => segment.Text == Rest) ? (null, "'**' stands for what follows and can only be the last segment.") : (pattern, null);
    }

    /// <summary>Whether a request's method and path fit.</summary>
    public bool Matches(GraphMethod method, GraphPath path) => (Method is null || Method == method) && Fits(path.Segments, isTemplate: false);

    /// <summary>Whether any request that leads to a route can fit.</summary>
    public bool CanMatch(Route route) =>
        (Method is null || Method == route.Method) && GraphPath.Read(route.Template).Path is { } template && Fits(template.Segments, isTemplate: true);

    private bool Fits(ImmutableArray<PathSegment> segments, bool isTemplate)
    {
        if (IsOpen ? segments.Length < Segments.Length : segments.Length != Segments.Length)
        {
            return false;
        }

        for (int i = 0; i < Segments.Length; i++)
        {
            if (!IsWild(Segments[i]) && !(isTemplate && IsWild(segments[i])) && !Segments[i].Name.Equals(segments[i].Name, StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsWild(in PathSegment segment) => segment.Text == "*" || segment.Text.StartsWith('{');
}
