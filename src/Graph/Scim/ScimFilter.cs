namespace Berth.Graph.Scim;

/// <summary>The name of an attribute as a filter or a PATCH gives it.</summary>
/// <param name="Schema">The schema before it, in its own spelling; null when none is given.</param>
/// <param name="Attribute">The attribute; empty when the schema alone is named.</param>
/// <param name="Sub">The sub-attribute, or null.</param>
internal readonly record struct ScimName(string? Schema, string Attribute, string? Sub)
{
    /// <summary>Reads a name; null when it is none.</summary>
    public static ScimName? Read(ReadOnlySpan<char> text)
    {
        string? schema = null;
        if (text.StartsWith("urn:", StringComparison.OrdinalIgnoreCase))
        {
            if (ScimSchemas.Find(text) is { } whole)
            {
                return new ScimName(whole, "", null);
            }

            int colon = text.LastIndexOf(':');
            schema = ScimSchemas.Find(text[..colon]) ?? text[..colon].ToString();
            text = text[(colon + 1)..];
        }

        int dot = text.IndexOf('.');
        ReadOnlySpan<char> attribute = dot < 0 ? text : text[..dot], sub = dot < 0 ? default : text[(dot + 1)..];
        return IsName(attribute) && (dot < 0 || IsName(sub)) ? new ScimName(schema, attribute.ToString(), dot < 0 ? null : sub.ToString()) : null;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Schema}{(Schema is not null && Attribute.Length > 0 ? ":" : "")}{Attribute}{(Sub is null ? "" : ".")}{Sub}";

    private static bool IsName(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || !(char.IsAsciiLetter(text[0]) || text[0] == '$'))
        {
            return false;
        }

        foreach (char c in text[1..])
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_'))
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>How a filter compares.</summary>
internal enum ScimOperator
{
    /// <summary><c>eq</c>.</summary>
    Equal,

    /// <summary><c>ne</c>.</summary>
    NotEqual,

    /// <summary><c>co</c>.</summary>
    Contains,

    /// <summary><c>sw</c>.</summary>
    StartsWith,

    /// <summary><c>ew</c>.</summary>
    EndsWith,

    /// <summary><c>gt</c>.</summary>
    Greater,

    /// <summary><c>ge</c>.</summary>
    GreaterOrEqual,

    /// <summary><c>lt</c>.</summary>
    Less,

    /// <summary><c>le</c>.</summary>
    LessOrEqual,
}

/// <summary>A filter of RFC 7644, section 3.4.2.2.</summary>
internal abstract record ScimFilter
{
    private ScimFilter()
    {
    }

    /// <summary>Both.</summary>
    public sealed record And(ScimFilter Left, ScimFilter Right) : ScimFilter;

    /// <summary>One of both.</summary>
    public sealed record Or(ScimFilter Left, ScimFilter Right) : ScimFilter;

    /// <summary>Not.</summary>
    public sealed record Not(ScimFilter Inner) : ScimFilter;

    /// <summary>The attribute has a value.</summary>
    public sealed record Present(ScimName Name) : ScimFilter;

    /// <summary>The attribute compares so with a value: a text, <c>true</c>, <c>false</c>, a number as it was written, or null.</summary>
    public sealed record Compare(ScimName Name, ScimOperator Operator, string? Value) : ScimFilter;

    /// <summary>One value of the attribute meets a filter of its own: <c>emails[type eq "work"]</c>.</summary>
    public sealed record Any(ScimName Name, ScimFilter Inner) : ScimFilter;
}
