using Xunit;

namespace Berth.Conformance.Tests.Process;

/// <summary>A demo with nothing in it, for the tests of one class.</summary>
public sealed class EmptyDemo : IAsyncLifetime
{
    public BerthProcess Berth { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Berth = await BerthProcess.StartEmptyDemoAsync();

    public ValueTask DisposeAsync() => Berth.DisposeAsync();
}
