namespace Berth.Graph.Scim;

/// <summary>Every limit of the SCIM interface, in one place (B809).</summary>
public static class ScimLimits
{
    /// <summary>The longest filter, and the longest path of a PATCH, in characters after decoding.</summary>
    public const int FilterCharacters = 4096;

    /// <summary>The deepest nesting of a filter: parentheses, negations and brackets, in levels.</summary>
    public const int FilterDepth = 16;

    /// <summary>The resources of a page when <c>count</c> is left out.</summary>
    public const int DefaultPage = 100;

    /// <summary>The most resources of a page; a larger <c>count</c> gets as many.</summary>
    public const int LargestPage = 1000;

    /// <summary>The most operations of one PATCH.</summary>
    public const int Operations = 1000;

    /// <summary>The most values of a list such as <c>emails</c>; members of groups are bounded by the body.</summary>
    public const int Values = 250;

    /// <summary>The most names in <c>attributes</c> or <c>excludedAttributes</c>.</summary>
    public const int Names = 100;

    /// <summary>The most members that one answer shows, over all of its groups; without <c>members</c> there is no such limit.</summary>
    public const int MembersShown = 50_000;
}
