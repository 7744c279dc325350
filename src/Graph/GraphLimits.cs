namespace Berth.Graph;

/// <summary>Every limit of the Graph room toward the outside, in one place.</summary>
public static class GraphLimits
{
    /// <summary>The largest request body, in bytes; the import is the one exception (contract, <c>POST /import</c>).</summary>
    public const int BodyBytes = 1024 * 1024;

    /// <summary>The largest import, in bytes.</summary>
    public const long ImportBytes = 1024L * 1024 * 1024;

    /// <summary>The deepest JSON of a request body, in levels; a <c>$batch</c> nests its items three levels down.</summary>
    public const int JsonDepth = 32;

    /// <summary>The longest path, in characters as sent.</summary>
    public const int PathCharacters = 4096;

    /// <summary>The most segments of a path after the version.</summary>
    public const int PathSegments = 16;

    /// <summary>The longest query string, in characters as sent; one of the longest filter fits, escaped.</summary>
    public const int QueryCharacters = 48 * 1024;

    /// <summary>The longest <c>client-request-id</c> that is echoed, in characters.</summary>
    public const int ClientRequestIdCharacters = 128;

    /// <summary>The longest filter, in characters after decoding.</summary>
    public const int FilterCharacters = 8192;

    /// <summary>The deepest nesting of a filter: parentheses and negations, in levels.</summary>
    public const int FilterDepth = 64;

    /// <summary>The most relations one <c>$expand</c> names.</summary>
    public const int Expansions = 8;

    /// <summary>The largest page of a collection, in items (L158).</summary>
    public const int LargestPage = 999;

    /// <summary>The page of a collection without <c>$top</c>, in items (L158).</summary>
    public const int DefaultPage = 100;

    /// <summary>Parsed queries remembered for each kind of collection.</summary>
    public const int RememberedQueries = 512;
}
