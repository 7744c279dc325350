using System.CommandLine;
using Azure.Core;
using Berth.Connect;
using Berth.Connect.Profiles;
using Berth.Connect.Wire;

namespace Berth.CommandLine.Client.Tenants;

/// <summary>What the commands about added tenants have in common: the folder, and the way in.</summary>
internal static class TenantOptions
{
    /// <summary>The folder of all tenants.</summary>
    public static Option<string?> Data() => new("--data") { Description = "The data folder (default: your user's data folder).", HelpName = "DIR" };

    /// <summary>Text or JSON.</summary>
    public static Option<string> Output()
    {
        Option<string> output = new("--output", "-o") { Description = "text for people, json for programs.", HelpName = "FORMAT", DefaultValueFactory = static _ => "text" };
        output.AcceptOnlyFromAmong("text", "json");
        return output;
    }

    /// <summary>The tenants of a data folder.</summary>
    /// <param name="data">The folder; null for the default one.</param>
    public static TenantShelf ShelfOf(string? data) => new(Path.GetFullPath(data ?? ServeCommand.DefaultDataFolder()));

    /// <summary>The way to a tenant. The secret comes from its variable, else from whoever is asked; it stays in memory (B560).</summary>
    /// <param name="profile">The tenant.</param>
    /// <param name="screen">Hears of waits.</param>
    /// <param name="time">The clock.</param>
    /// <param name="again">See <see cref="GraphPort.OnAgain"/>.</param>
    /// <exception cref="ConnectFailedException">There is nothing to sign in with.</exception>
    public static GraphPort PortTo(TenantProfile profile, Screen screen, TimeProvider time, Func<int, CancellationToken, Task>? again = null)
    {
        TokenCredential credential = SignIn.Of(profile, profile.Credential == CredentialKind.ClientSecret ? SecretOf(profile) : null, screen.Warn);
        return new GraphPort(profile, credential, time)
        {
            OnWait = (wait, call) => screen.Progress($"waits {wait.TotalSeconds:0} s, as {profile.Graph.Host} asks ({call.Method} {call.Path.Split('?')[0]})"),
            OnAgain = again,
        };
    }

    /// <summary>Runs what a command does and tells in one line why it could not.</summary>
    public static async Task<int> RunAsync(Screen screen, Func<Task<int>> action, CancellationToken cancel)
    {
        try
        {
            return await action().ConfigureAwait(false);
        }
        catch (ConnectFailedException e)
        {
            screen.Warn(e.Message);
            return ExitCode.BadUsage;
        }
        catch (Connect.Pulling.PullRefusedException e)
        {
            screen.Warn(e.Message);
            return ExitCode.SomeRowsFailed;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            screen.Warn("stopped; nothing was kept.");
            return ExitCode.Failed;
        }
    }

    private static string? SecretOf(TenantProfile profile)
    {
        if (profile.SecretVariable is { } variable)
        {
            return Environment.GetEnvironmentVariable(variable);
        }

        return Console.IsInputRedirected ? Console.ReadLine() : HiddenLine.Ask($"Client secret of {profile.ClientId}: ");
    }
}
