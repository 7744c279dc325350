using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Berth.CommandLine.Client.AsCode.Format;

/// <summary>
/// Reads YAML into nodes. Only what a list of names needs is taken: no anchors, aliases, tags or several documents, no key twice, and nothing beyond
/// <see cref="CodeLimits"/>; the reading stops at the first thing that is not so, whatever follows (B551).
/// </summary>
internal sealed class YamlTree
{
    private readonly Parser _parser;
    private int _entries;

    private YamlTree(string text) => _parser = new Parser(new StringReader(text));

    /// <summary>The root, or what is wrong.</summary>
    public static (FileNode? Root, Problem? Problem) Read(string text)
    {
        try
        {
            return (new YamlTree(text).Document(), null);
        }
        catch (Unreadable e)
        {
            return (null, e.Problem);
        }
        catch (YamlException e)
        {
            // Its message begins with the place, which is told anyway.
            string message = e.Message.StartsWith('(') && e.Message.IndexOf("): ", StringComparison.Ordinal) is > 0 and int end ? e.Message[(end + 3)..] : e.Message;
            return Tab(text) is { } tab && message.Contains(" tab ", StringComparison.Ordinal)
                ? (null, new Problem(tab, "this is not YAML: a tab stands where lines are indented. Indent with blanks."))
                : (null, new Problem(At(e.Start), $"this is not YAML: {message.TrimEnd('.')}."));
        }
    }

    // The parser tells of a tab at the map around it, which may have begun far above.
    private static Place? Tab(string text)
    {
        int number = 0;
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            number++;
            int indent = line.IndexOfAnyExcept(' ');
            if (indent >= 0 && line[indent] == '\t')
            {
                return new Place(number, indent + 1);
            }
        }

        return null;
    }

    private static Place At(Mark mark) => new((int)Math.Max(1, mark.Line), (int)Math.Max(1, mark.Column));

    private FileNode Document()
    {
        Next<StreamStart>();
        if (Move() && _parser.Current is StreamEnd end)
        {
            throw new Unreadable(At(end.Start), "there is nothing in it. A file of licenses begins with 'licenses: 1'.");
        }

        Move();
        FileNode root = Node(1);
        Next<DocumentEnd>();
        Move();
        return _parser.Current is StreamEnd ? root : throw new Unreadable(At(_parser.Current!.Start), "a second document begins here; a file has one.");
    }

    // The parser stands at the node's first event, and afterwards at its last.
    private FileNode Node(int depth)
    {
        ParsingEvent first = _parser.Current!;
        Place at = At(first.Start);
        if (first is AnchorAlias alias)
        {
            throw new Unreadable(at, $"aliases (*{alias.Value}) are not taken: write out what is meant.");
        }

        if (first is NodeEvent { Anchor.IsEmpty: false } anchored)
        {
            throw new Unreadable(at, $"anchors (&{anchored.Anchor}) are not taken: write out what is meant.");
        }

        if (first is NodeEvent { Tag.IsEmpty: false } tagged)
        {
            throw new Unreadable(at, $"tags ({tagged.Tag}) are not taken.");
        }

        if (first is not Scalar && depth > CodeLimits.Depth)
        {
            throw new Unreadable(at, string.Create(CultureInfo.InvariantCulture, $"this is more than {CodeLimits.Depth} lists and maps deep."));
        }

        switch (first)
        {
            case Scalar scalar:
                return new FileNode.Text(at, Short(scalar), scalar.Style == ScalarStyle.Plain);
            case SequenceStart:
                List<FileNode> items = [];
                while (Move() && _parser.Current is not SequenceEnd)
                {
                    Count(At(_parser.Current!.Start));
                    items.Add(Node(depth + 1));
                }

                return new FileNode.List(at, items);
            case MappingStart:
                return Map(at, depth);
            default:
                throw new Unreadable(at, "this is neither a text, nor a list, nor keys with values.");
        }
    }

    private FileNode.Map Map(Place at, int depth)
    {
        List<MapEntry> entries = [];
        Dictionary<string, Place> places = new(StringComparer.Ordinal);
        while (Move() && _parser.Current is not MappingEnd)
        {
            Place place = At(_parser.Current!.Start);
            Count(place);
            string key = Node(depth + 1) is FileNode.Text text ? text.Value : throw new Unreadable(place, "a key is a word.");
            if (!places.TryAdd(key, place))
            {
                throw new Unreadable(place, $"'{key}' stands here a second time; the first is at {places[key]}.");
            }

            Move();
            entries.Add(new MapEntry(key, place, Node(depth + 1)));
        }

        return new FileNode.Map(at, entries);
    }

    private static string Short(Scalar scalar) => scalar.Value.Length <= CodeLimits.TextCharacters
        ? scalar.Value
        : throw new Unreadable(At(scalar.Start), string.Create(CultureInfo.InvariantCulture, $"this text has more than {CodeLimits.TextCharacters} characters."));

    private void Count(Place at)
    {
        if (++_entries > CodeLimits.Entries)
        {
            throw new Unreadable(at, string.Create(CultureInfo.InvariantCulture, $"the file has more than {CodeLimits.Entries} items and keys: split it."));
        }
    }

    // The parser has corners in which it stumbles over its own state, in place of saying what is wrong; a file that leads there is no YAML either.
    private bool Move()
    {
        Mark last = _parser.Current?.End ?? Mark.Empty;
        try
        {
            return _parser.MoveNext();
        }
        catch (Exception e) when (e is not YamlException and not OutOfMemoryException)
        {
            throw new Unreadable(At(last), "this is not YAML from here on.");
        }
    }

    private void Next<T>()
        where T : ParsingEvent
    {
        if (!Move() || _parser.Current is not T)
        {
            throw new Unreadable(_parser.Current is { } now ? At(now.Start) : new Place(1, 1), "this is not YAML.");
        }
    }

    private sealed class Unreadable(Place at, string sentence) : Exception(sentence)
    {
        public Problem Problem { get; } = new(at, sentence);
    }
}
