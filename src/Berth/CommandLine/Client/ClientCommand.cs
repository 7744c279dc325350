using System.CommandLine;
using Berth.CommandLine.Client.Tenants;
using Berth.CommandLine.Client.Wire;
using Berth.Connect;

namespace Berth.CommandLine.Client;

/// <summary>What every client command works with.</summary>
/// <param name="Graph">The server.</param>
/// <param name="Screen">The person or program before it.</param>
/// <param name="Time">The clock.</param>
/// <param name="Copy">The copy that is asked in place of a server, or null.</param>
internal sealed record Session(GraphClient Graph, Screen Screen, TimeProvider Time, CopyDoor? Copy = null);

/// <summary>Runs what a client command does: signs in on its first request, and tells in one line why it could not.</summary>
internal static class ClientCommand
{
    /// <summary>Gives a command its action.</summary>
    public static void Does(this Command command, ConnectionOptions options, Func<Session, ParseResult, CancellationToken, Task<int>> action) =>
        command.SetAction(async (parsed, cancel) =>
        {
            TimeProvider time = TimeProvider.System;
            Screen screen = new(parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, options.WantsJson(parsed));
            try
            {
                using CopyDoor? copy = options.OpenCopy(parsed, time);
                Connection connection = copy?.Connection ?? options.Read(parsed);
                if (connection.IsInTheClear)
                {
                    screen.Warn($"the secret goes to {connection.Authority.Host} without TLS: use https outside a network you trust.");
                }

                using GraphClient graph = new(connection, time, copy) { AsOf = parsed.GetValue(options.AsOf) };
                return await action(new Session(graph, screen, time, copy), parsed, cancel).ConfigureAwait(false);
            }
            catch (Exception e) when (e is ConnectionFailedException or ConnectFailedException)
            {
                screen.Warn(e.Message);
                return ExitCode.BadUsage;
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                screen.Warn("stopped.");
                return ExitCode.Failed;
            }
        });
}
