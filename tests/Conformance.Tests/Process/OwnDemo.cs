using Xunit;

namespace Berth.Conformance.Tests.Process;

/// <summary>Tests of which each has a demo of its own with nothing in it, from its first line to its last.</summary>
public abstract class OwnDemo : IAsyncLifetime
{
    /// <summary>The server.</summary>
    protected BerthProcess Server { get; private set; } = null!;

    /// <summary>A client of it with the demo client's token.</summary>
    protected HttpClient Http { get; private set; } = null!;

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Server = await BerthProcess.StartEmptyDemoAsync();
        Http = await Server.ClientAsync();
        await PrepareAsync();
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Http?.Dispose();
        if (Server is not null)
        {
            await Server.DisposeAsync();
        }
    }

    /// <summary>What every test of the class finds.</summary>
    protected virtual Task PrepareAsync() => Task.CompletedTask;
}
