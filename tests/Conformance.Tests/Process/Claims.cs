using System.Collections.Concurrent;
using Xunit;

namespace Berth.Conformance.Tests.Process;

/// <summary>
/// What each test calls its own in a tenant that it shares: the SKU whose seats it counts, the group that it finds by name. Tests come in any order, so two
/// that call the same their own would pass or fail by chance; here the later of them fails always, and says with whom it collides.
/// </summary>
public sealed class Claims
{
    private readonly ConcurrentDictionary<string, (string Id, string Name)> _owners = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The running test takes something for itself; it may do so again.</summary>
    public void Take(string kind, string name)
    {
        if (TestContext.Current.Test is { } test)
        {
            (string id, string owner) = _owners.GetOrAdd($"{kind} {name}", (test.UniqueID, test.TestDisplayName));
            Assert.True(
                id == test.UniqueID,
                $"The {kind} {name} belongs to another test of this tenant, {owner}: whichever came second would see what the first left. Take a {kind} that no other test there uses.");
        }
    }
}
