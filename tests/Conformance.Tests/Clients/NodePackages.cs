using System.Diagnostics;
using Berth.Conformance.Tests.House;

namespace Berth.Conformance.Tests.Clients;

/// <summary>The clients of <c>tests/clients</c>, as npm delivers them: <c>eng/clients</c> fetches what is not there yet.</summary>
internal static class NodePackages
{
    private static readonly Lazy<Task> _fetched = new(FetchAsync);

    /// <summary>The folder of the scripts.</summary>
    public static string Folder { get; } = Repository.PathOf("tests/clients");

    /// <summary>Waits until they are there. When they cannot be had, what needs them fails and says why.</summary>
    public static Task ReadyAsync() => _fetched.Value;

    private static async Task FetchAsync()
    {
        ProcessStartInfo start = new("bash", [Repository.PathOf("eng/clients")]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        using System.Diagnostics.Process fetch = System.Diagnostics.Process.Start(start)!;
        Task<string> output = fetch.StandardOutput.ReadToEndAsync();
        string errors = await fetch.StandardError.ReadToEndAsync();
        await output;
        await fetch.WaitForExitAsync();
        if (fetch.ExitCode != 0)
        {
            throw new InvalidOperationException($"The clients that these tests run could not be fetched (eng/clients): {errors}");
        }
    }
}
