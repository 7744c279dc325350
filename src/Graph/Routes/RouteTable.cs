using Berth.Graph.Requests;

namespace Berth.Graph.Routes;

/// <summary>Where a path and a method lead.</summary>
public readonly record struct RouteMatch(Route? Route, RouteKeys Keys, GraphError? Error);

/// <summary>All routes as a tree of segments: names match ignoring case and go before keys (protocol 1.2).</summary>
public sealed class RouteTable
{
    private readonly Node[] _roots = [new(), new(), new(), new()];

    /// <summary>The table of the given routes; two that answer the same method and path are a mistake.</summary>
    public RouteTable(IEnumerable<Route> routes)
    {
        Routes = [.. routes];
        foreach (Route route in Routes)
        {
            foreach (GraphVersion version in Enum.GetValues<GraphVersion>().Where(v => route.Versions.HasFlag((RouteVersions)(1 << (int)v))))
            {
                Add(_roots[(int)version], route);
            }
        }
    }

    /// <summary>Every route, for the completeness test and the reference page.</summary>
    public IReadOnlyList<Route> Routes { get; }

    /// <summary>The route of a request, or the error that tells why there is none.</summary>
    public RouteMatch Find(GraphVersion version, GraphMethod method, GraphPath path)
    {
        Node node = _roots[(int)version];
        RouteKeys keys = new("", "");
        int known = 0;
        foreach (ref readonly PathSegment segment in path.Segments.AsSpan())
        {
            Node? next = node.Next(segment, out (string? First, string? Second) named);
            if (next is null)
            {
                return new RouteMatch(null, default, GraphError.UnknownSegment(segment.Text));
            }

            foreach (string? key in (ReadOnlySpan<string?>)[named.First, named.Second])
            {
                if (key is not null)
                {
                    keys = known++ switch { 0 => keys with { First = key }, 1 => keys with { Second = key }, _ => keys with { Third = key } };
                }
            }

            node = next;
        }

        if (node.Allowed.Length == 0)
        {
            return new RouteMatch(null, default, GraphError.UnknownSegment(path.Segments.IsEmpty ? "" : path.Segments[^1].Text));
        }

        return method < GraphMethod.Other && node.Routes[(int)method] is { } route
            ? new RouteMatch(route, keys, null)
            : new RouteMatch(null, default, GraphError.MethodNotAllowed(node.Allowed));
    }

    private static void Add(Node root, Route route)
    {
        (GraphPath? path, string? problem) = GraphPath.Read(route.Template);
        if (path is null)
        {
            throw new ArgumentException(problem, nameof(route));
        }

        Node node = root;
        foreach (PathSegment segment in path.Segments)
        {
            node = node.Grow(segment);
        }

        ref Route? place = ref node.Routes[(int)route.Method];
        if (place is not null)
        {
            throw new ArgumentException($"Two routes answer {route}.", nameof(route));
        }

        place = route;
        node.Allowed = string.Join(", ", node.Routes.OfType<Route>().Select(r => r.Method.ToString().ToUpperInvariant()));
    }

    private sealed class Node
    {
        private readonly Dictionary<string, Node> _names = new(StringComparer.OrdinalIgnoreCase);
        private readonly Dictionary<string, Node> _casts = new(StringComparer.OrdinalIgnoreCase);
        private readonly List<(string Name, string[] Arguments, Node Node)> _arguments = [];
        private Node? _key;

        public Route?[] Routes { get; } = new Route?[(int)GraphMethod.Other];

        public string Allowed { get; set; } = "";

        public Node? Next(in PathSegment segment, out (string? First, string? Second) keys)
        {
            keys = default;
            if (!segment.Arguments.IsEmpty)
            {
                foreach ((string name, string[] arguments, Node node) in _arguments)
                {
                    if (segment.Arguments.Length == arguments.Length && name.Equals(segment.Name, StringComparison.OrdinalIgnoreCase)
                        && segment.Argument(arguments[0]) is { } value)
                    {
                        string? second = arguments.Length == 1 ? null : segment.Argument(arguments[1]);
                        if (second is not null || arguments.Length == 1)
                        {
                            keys = (value, second);
                            return node;
                        }
                    }
                }

                return null;
            }

            if (!segment.IsKey
                && ((segment.IsQualified && _casts.TryGetValue(segment.Name, out Node? next)) || _names.TryGetValue(segment.Name, out next)))
            {
                return next;
            }

            keys = (segment.Text, null);
            return _key;
        }

        public Node Grow(PathSegment segment)
        {
            if (!segment.Arguments.IsEmpty)
            {
                Node node = new();
                _arguments.Add((segment.Name, [.. segment.Arguments.Select(argument => argument.Key)], node));
                return node;
            }

            if (segment.Name[0] == '{')
            {
                return _key ??= new Node();
            }

            Dictionary<string, Node> names = segment.IsQualified ? _casts : _names;
            if (!names.TryGetValue(segment.Name, out Node? named))
            {
                names.Add(segment.Name, named = new Node());
            }

            return named;
        }
    }
}
