using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;

namespace Berth.Graph.Requests;

/// <summary>One step of a path.</summary>
/// <param name="Text">The decoded text: a name, or the value of a key.</param>
/// <param name="IsKey">Whether it was written as a key, <c>users('x')</c>: then it never is a name.</param>
/// <param name="Name">The text without <c>microsoft.graph.</c>, <c>graph.</c> or a namespace below before it.</param>
/// <param name="Arguments">Named values in parentheses, <c>subscriptions(commerceSubscriptionId='c')</c>; empty when there are none.</param>
public readonly record struct PathSegment(string Text, bool IsKey, string Name, ImmutableArray<KeyValuePair<string, string>> Arguments)
{
    /// <summary>Whether the name was qualified: it is a cast, or a bound action.</summary>
    public bool IsQualified => Name.Length != Text.Length;

    /// <summary>The value of a named argument, ignoring case, or null.</summary>
    public string? Argument(string name)
    {
        foreach (KeyValuePair<string, string> argument in Arguments)
        {
            if (argument.Key.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return argument.Value;
            }
        }

        return null;
    }
}

/// <summary>
/// A path after its version, read into segments: percent-decoded, <c>users('x')</c> and <c>users/x</c> alike, <c>()</c> dropped
/// from functions (protocol 1.2).
/// </summary>
/// <param name="Text">The path as sent, without the version and without the query; begins with a slash unless empty.</param>
/// <param name="Segments">The steps.</param>
public sealed record GraphPath(string Text, ImmutableArray<PathSegment> Segments)
{
    private const string LongPrefix = "microsoft.graph.";
    private const string ShortPrefix = "graph.";

    private static readonly SearchValues<char> Controls = SearchValues.Create([.. Enumerable.Range(0, 0xA0).Select(static c => (char)c).Where(char.IsControl)]);

    /// <summary>Reads a path, or says for people what is wrong with it.</summary>
    public static (GraphPath? Path, string? Problem) Read(string text)
    {
        if (text.Length > GraphLimits.PathCharacters)
        {
            return (null, $"The path is longer than {GraphLimits.PathCharacters} characters.");
        }

        // Most paths begin with a slash and have a name or a key after each: then nothing is copied.
        PathSegment[] segments = new PathSegment[Math.Clamp(text.AsSpan().Count('/'), 1, GraphLimits.PathSegments)];
        int count = 0, start = 0;
        while (start < text.Length)
        {
            int slash = text.IndexOf('/', start);
            int end = slash < 0 ? text.Length : slash;
            ReadOnlySpan<char> raw = text.AsSpan(start, end - start);
            start = end + 1;
            if (raw.IsEmpty)
            {
                continue;
            }

            if (Decode(raw) is not { } segment)
            {
                return (null, GraphError.NoCharacter.Message);
            }

            if (!Add(ref segments, ref count, segment))
            {
                return (null, $"The segment '{segment}' has parentheses that cannot be read as a key or as arguments.");
            }

            if (count > GraphLimits.PathSegments)
            {
                return (null, $"The path has more than {GraphLimits.PathSegments} segments.");
            }
        }

        Array.Resize(ref segments, count);
        return (new GraphPath(text, ImmutableCollectionsMarshal.AsImmutableArray(segments)), null);
    }

    private static void Put(ref PathSegment[] segments, ref int count, PathSegment segment)
    {
        if (count == segments.Length)
        {
            Array.Resize(ref segments, count + 4);
        }

        segments[count++] = segment;
    }

    private static bool Add(ref PathSegment[] segments, ref int count, string text)
    {
        int open = text.IndexOf('(', StringComparison.Ordinal);
        if (open < 0)
        {
            Put(ref segments, ref count, Named(text, []));
            return true;
        }

        if (open == 0 || text[^1] != ')')
        {
            return false;
        }

        string name = text[..open];
        string inside = text[(open + 1)..^1].Trim();
        if (inside.Length == 0)
        {
            Put(ref segments, ref count, Named(name, []));
            return true;
        }

        if (inside[0] == '\'' || !inside.Contains('=', StringComparison.Ordinal))
        {
            if (Value(inside) is not { } key)
            {
                return false;
            }

            Put(ref segments, ref count, Named(name, []));
            Put(ref segments, ref count, new PathSegment(key, IsKey: true, key, []));
            return true;
        }

        ImmutableArray<KeyValuePair<string, string>>.Builder arguments = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>(1);
        foreach (string part in SplitOutsideQuotes(inside))
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || Value(part[(equals + 1)..].Trim()) is not { } value)
            {
                return false;
            }

            arguments.Add(KeyValuePair.Create(part[..equals].Trim(), value));
        }

        if (arguments.Count == 1 && IsKeyOf(name, arguments[0].Key))
        {
            Put(ref segments, ref count, Named(name, []));
            Put(ref segments, ref count, new PathSegment(arguments[0].Value, IsKey: true, arguments[0].Value, []));
            return true;
        }

        Put(ref segments, ref count, Named(name, arguments.DrainToImmutable()));
        return true;
    }

    // The key by its name, users(id='x'), and the one alternate key that means the same as the key itself (protocol 1.2).
    private static bool IsKeyOf(string name, string argument) =>
        argument.Equals("id", StringComparison.OrdinalIgnoreCase)
        || (name.Equals("users", StringComparison.OrdinalIgnoreCase) && argument.Equals("userPrincipalName", StringComparison.OrdinalIgnoreCase));

    private static PathSegment Named(string name, ImmutableArray<KeyValuePair<string, string>> arguments) =>
        new(
            name,
            IsKey: false,
            name.StartsWith(LongPrefix, StringComparison.OrdinalIgnoreCase) || name.StartsWith(ShortPrefix, StringComparison.OrdinalIgnoreCase)
                ? name[(name.LastIndexOf('.') + 1)..]
                : name,
            arguments);

    // 'it''s' or a bare value; null when the quotes do not close.
    private static string? Value(string text)
    {
        if (text.Length == 0)
        {
            return null;
        }

        if (text[0] != '\'')
        {
            return text.Contains('\'', StringComparison.Ordinal) ? null : text;
        }

        if (text.Length < 2 || text[^1] != '\'')
        {
            return null;
        }

        string inner = text[1..^1];
        string without = inner.Replace("''", "", StringComparison.Ordinal);
        return without.Contains('\'', StringComparison.Ordinal) ? null : inner.Replace("''", "'", StringComparison.Ordinal);
    }

    private static IEnumerable<string> SplitOutsideQuotes(string text)
    {
        int start = 0;
        bool quoted = false;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\'')
            {
                quoted = !quoted;
            }
            else if (text[i] == ',' && !quoted)
            {
                yield return text[start..i];
                start = i + 1;
            }
        }

        yield return text[start..];
    }

    // Null when an escape is broken, is not UTF-8, or is a control character: no name and no key has one.
    private static string? Decode(ReadOnlySpan<char> raw)
    {
        if (!raw.Contains('%'))
        {
            return HasControl(raw) ? null : raw.ToString();
        }

        byte[] bytes = new byte[Encoding.UTF8.GetMaxByteCount(raw.Length)];
        int count = 0;
        for (int i = 0; i < raw.Length; i++)
        {
            if (raw[i] != '%')
            {
                int run = 1;
                while (i + run < raw.Length && raw[i + run] != '%')
                {
                    run++;
                }

                count += Encoding.UTF8.GetBytes(raw.Slice(i, run), bytes.AsSpan(count));
                i += run - 1;
            }
            else if (i + 2 < raw.Length && char.IsAsciiHexDigit(raw[i + 1]) && char.IsAsciiHexDigit(raw[i + 2]))
            {
                bytes[count++] = (byte)((HexValue(raw[i + 1]) << 4) | HexValue(raw[i + 2]));
                i += 2;
            }
            else
            {
                return null;
            }
        }

        ReadOnlySpan<byte> decoded = bytes.AsSpan(0, count);
        if (!System.Text.Unicode.Utf8.IsValid(decoded))
        {
            return null;
        }

        string text = Encoding.UTF8.GetString(decoded);
        return HasControl(text) ? null : text;
    }

    private static int HexValue(char digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;

    private static bool HasControl(ReadOnlySpan<char> text) => text.ContainsAny(Controls);
}
