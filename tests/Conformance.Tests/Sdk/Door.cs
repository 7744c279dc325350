using System.Reflection;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

namespace Berth.Conformance.Tests.Sdk;

/// <summary>A way in for the unmodified Microsoft.Graph SDK.</summary>
public enum Door
{
    /// <summary><c>/v1.0</c> over plain http with a bearer token that was fetched beforehand.</summary>
    Bearer,

    /// <summary><c>/v1.0</c> over TLS, the token fetched by Azure.Identity from the same server.</summary>
    AzureIdentity,

    /// <summary><c>/beta</c> over plain http, reached by the SDK's base URL.</summary>
    Beta,
}

/// <summary>Runs a theory through every <see cref="Door"/>.</summary>
public sealed class EveryDoorAttribute : DataAttribute
{
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        ValueTask.FromResult<IReadOnlyCollection<ITheoryDataRow>>([.. Enum.GetValues<Door>().Select(door => new TheoryDataRow<Door>(door))]);

    public override bool SupportsDiscoveryEnumeration() => true;
}
