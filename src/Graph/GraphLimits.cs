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
}
