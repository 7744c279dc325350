using System.CommandLine;
using System.CommandLine.Parsing;
using Berth.CommandLine.Client;
using Berth.CommandLine.Databases;
using Berth.Cluster;
using Berth.Serving;

namespace Berth.CommandLine;

/// <summary>The root of the command line: <c>serve</c>, <c>exec</c> and, beside them, the commands that are clients of a running Berth.</summary>
internal static class BerthCommand
{
    /// <summary>How long a command may tidy up after SIGTERM or Ctrl-C before the process goes anyway; longer than a server's drain.</summary>
    private static readonly TimeSpan TerminationTimeout = ServerLimits.Drain + ClusterLimits.Parting + TimeSpan.FromSeconds(10);

    /// <summary>Runs one command line; the result is the exit code, <see cref="ExitCode.BadUsage"/> when it cannot be understood.</summary>
    public static async Task<int> Run(string[] args)
    {
        (string[] own, string[] command) = ExecCommand.Split(args);
        (own, IReadOnlyDictionary<string, string> origins, string? unreadable) = ServeSettings.Complete(own, Environment.GetEnvironmentVariable);
        if (unreadable is not null)
        {
            await Console.Error.WriteLineAsync($"berth: {unreadable}").ConfigureAwait(false);
            return ExitCode.BadUsage;
        }

        ParseResult parsed = Root(command).Parse(own);
        if (parsed.Errors.Count > 0)
        {
            // A parser's message may have several lines; what a script logs is one.
            string problems = string.Join(' ', parsed.Errors.SelectMany(error => error.Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
            foreach ((string option, string origin) in origins.Where(one => problems.Contains(one.Key, StringComparison.Ordinal) || own.Any(word => word.StartsWith(one.Key + "=", StringComparison.Ordinal) && problems.Contains($"'{word[(one.Key.Length + 1)..]}'", StringComparison.Ordinal))))
            {
                problems += $" ({option} comes from {origin}.)";
            }

            await Console.Error.WriteLineAsync($"berth: {problems} See '{PathOf(parsed.CommandResult)} --help'.").ConfigureAwait(false);
            return ExitCode.BadUsage;
        }

        InvocationConfiguration invocation = new() { ProcessTerminationTimeout = ExecCommand.TakesSignals(parsed) ? null : TerminationTimeout };
        return await parsed.InvokeAsync(invocation).ConfigureAwait(false);
    }

    /// <summary>The whole command line.</summary>
    /// <param name="command">What <c>exec</c> is to run.</param>
    internal static RootCommand Root(params IReadOnlyList<string> command)
    {
        RootCommand root = new("The license desk for Cloud PCs: serves Microsoft Graph, and speaks it as a client.");
        root.Add(ServeCommand.Create());
        root.Add(ExecCommand.Create(command));
        root.Add(FrontlineCommand.Create());
        root.Add(DatabaseCommands.Create());
        ClientCommands.AddTo(root);
        return root;
    }

    private static string PathOf(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{PathOf(parent)} {result.Command.Name}" : "berth";
}
