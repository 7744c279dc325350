using System.Collections.Frozen;

namespace Berth.Graph.Queries;

/// <summary>Whether the directory answers a kind of question about a property (L153).</summary>
internal enum Support : byte
{
    /// <summary>Never.</summary>
    No,

    /// <summary>In an advanced query only.</summary>
    Advanced,

    /// <summary>Always.</summary>
    Default,
}

/// <summary>What can be asked about a property of directory objects (L155, L157). Negations and null are advanced for every one.</summary>
/// <param name="Equal"><c>eq</c> and <c>in</c>; a property that has neither cannot stand in a filter.</param>
/// <param name="StartsWith"><c>startsWith</c>.</param>
/// <param name="Ordered"><c>ge</c>, <c>le</c>, <c>gt</c>, <c>lt</c>.</param>
/// <param name="Sorted"><c>$orderby</c>.</param>
internal readonly record struct Capability(Support Equal, Support StartsWith, Support Ordered, Support Sorted = Support.Advanced);

/// <summary>The table of what can be asked about a kind of directory objects. A property that is not in it cannot stand in a filter.</summary>
/// <param name="resource">The kind as errors name it, such as <c>User</c>.</param>
/// <param name="table">Properties and what can be asked about them.</param>
internal sealed class Capabilities(string resource, IEnumerable<KeyValuePair<string, Capability>> table)
{
    // L155: the properties that endsWith is for.
    private static readonly FrozenSet<string> Ending =
        new[] { "mail", "otherMails", "userPrincipalName", "proxyAddresses" }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private readonly FrozenDictionary<string, Capability> _table = table.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>The kind as errors name it.</summary>
    public string Resource { get; } = resource;

    /// <summary>The properties in the table.</summary>
    public IEnumerable<string> Properties => _table.Keys;

    /// <summary>What can be asked about a property; of a value inside one, what can be asked about the property.</summary>
    public Capability Of(string path) =>
        _table.TryGetValue(path, out Capability found) || _table.TryGetValue(Outermost(path), out found)
            ? found
            : new Capability(Support.No, Support.No, Support.No);

    /// <summary>Whether <c>endsWith</c> can look at a property.</summary>
    public static bool CanEnd(string path) => Ending.Contains(path);

    /// <summary>The property of a path, such as <c>assignedLicenses</c> of <c>assignedLicenses/skuId</c>.</summary>
    public static string Outermost(string path)
    {
        int slash = path.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? path : path[..slash];
    }
}
