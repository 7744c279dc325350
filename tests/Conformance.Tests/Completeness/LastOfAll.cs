using Berth.Conformance.Tests.Completeness;
using Berth.Conformance.Tests.Ledger;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(LastOfAll))]

namespace Berth.Conformance.Tests.Completeness;

/// <summary>The collection that looks back at all others: alone, and after them.</summary>
[CollectionDefinition(nameof(LastOfAll), DisableParallelization = true)]
public sealed class LastOfAll : ITestCollectionOrderer
{
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(collection => collection.TestCollectionDisplayName == nameof(LastOfAll)).ThenByDescending(collection => TakesMinutes(collection))];

    // A few collections run at a time. What takes longest begins first, so that at the end nobody waits for one of them alone: the tests that share a tenant, one after another, and those that kill.
    private static bool TakesMinutes(ITestCollection collection) =>
        collection.TestCollectionClassName is not null || collection.TestCollectionDisplayName.Contains(nameof(KillTests), StringComparison.Ordinal);
}
