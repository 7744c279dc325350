using Berth.CommandLine;

namespace Berth.Serving;

/// <summary>The serving process from its start to its drained end.</summary>
internal static class Server
{
    /// <summary>Serves until cancelled; the result is the exit code.</summary>
    public static async Task<int> Run(ServeOptions options, CancellationToken cancellation)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        await using WebApplication app = builder.Build();
        await app.RunAsync(cancellation).ConfigureAwait(false);
        return ExitCode.Done;
    }
}
