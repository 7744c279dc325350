using System.CommandLine;
using System.Diagnostics;
using System.Net.Http.Headers;
using Berth.CommandLine.Client;
using Berth.Gateway;
using Berth.Serving;

namespace Berth.CommandLine;

/// <summary>
/// <c>berth exec [--server URL] -- COMMAND ...</c>: runs a program that knows nothing of Berth so that Graph and its authority mean a Berth that runs here.
/// </summary>
internal static class ExecCommand
{
    private const string Name = "exec";

    private static readonly TimeSpan AskTime = TimeSpan.FromSeconds(10);

    /// <summary>Takes the command to run out of a command line: what follows the first <c>--</c> is no business of ours, whatever it looks like.</summary>
    public static (string[] Own, string[] Command) Split(string[] args)
    {
        int separator = args is [Name, ..] ? Array.IndexOf(args, "--") : -1;
        return separator < 0 ? (args, []) : (args[..separator], args[(separator + 1)..]);
    }

    /// <summary>The command with its options.</summary>
    /// <param name="command">What to run, with its arguments.</param>
    public static Command Create(IReadOnlyList<string> command)
    {
        Option<string> server = new("--server")
        {
            Description = "The Berth that Graph is to mean: its plain http address on this machine.",
            HelpName = "URL",
            DefaultValueFactory = _ => ServeCommand.DefaultUrls,
        };
        Command exec = new(
            Name,
            "Run a program so that graph.microsoft.com and login.microsoftonline.com mean a Berth on this machine: berth exec [--server URL] -- COMMAND ...")
        {
            server,
        };
        exec.Validators.Add(result =>
        {
            string text = result.GetValue(server) ?? ServeCommand.DefaultUrls;
            if (Connection.ReadAddress(text) is not { } address || address.Scheme != Uri.UriSchemeHttp || address.AbsolutePath != "/")
            {
                result.AddError($"--server: '{text}' is no plain http address. Write http://127.0.0.1:PORT, as 'berth serve' tells it.");
            }
            else if (!address.IsLoopback)
            {
                result.AddError($"--server: {address.Host} is not this machine. A Berth takes a gateway's word only from its own machine: run exec there.");
            }

            if (command.Count == 0)
            {
                result.AddError("exec runs a command, which follows two dashes: berth exec -- COMMAND ...");
            }
        });
        exec.SetAction((parsed, cancel) => RunAsync(Connection.ReadAddress(parsed.GetValue(server)!)!, command, cancel));
        return exec;
    }

    /// <summary>Whether signals during a command line are the business of the program that it runs.</summary>
    public static bool TakesSignals(ParseResult parsed) => parsed.CommandResult.Command.Name == Name;

    private static async Task<int> RunAsync(Uri server, IReadOnlyList<string> command, CancellationToken cancel)
    {
        using ChildProgram child = new();
        try
        {
            await AskAsync(server, cancel).ConfigureAwait(false);
            (string? file, int problem) = ChildProgram.Find(command[0]);
            if (file is null)
            {
                Tell(problem == ExitCode.NotFound ? $"{command[0]}: command not found." : $"{command[0]}: cannot be run; is it a program, and may you run it?");
                return problem;
            }

            ProcessStartInfo start = new(file) { UseShellExecute = false };
            foreach (string argument in command.Skip(1))
            {
                start.ArgumentList.Add(argument);
            }

            using TrustFiles trust = TrustFiles.Make(Environment.GetEnvironmentVariable("SSL_CERT_FILE"), TimeProvider.System.GetUtcNow());
            await using LoopbackGateway gateway = await LoopbackGateway.StartAsync(server, trust.Certificate, Tell, cancel).ConfigureAwait(false);
            ChildEnvironment.Prepare(start.Environment, gateway.Address, server, trust);
            return await child.RunAsync(start).ConfigureAwait(false);
        }
        catch (StartRefusedException e)
        {
            Tell(e.Message);
            return e.InnerException is System.ComponentModel.Win32Exception ? ExitCode.CannotRun : ExitCode.BadUsage;
        }
    }

    // Before anything runs: a program would tell of the same in many words, after many tries.
    private static async Task AskAsync(Uri server, CancellationToken cancel)
    {
        string origin = server.GetLeftPart(UriPartial.Authority);
        using HttpClient http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = AskTime };
        using HttpRequestMessage request = new(HttpMethod.Get, origin + "/healthz/live");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/plain"));
        try
        {
            using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
            {
                throw new StartRefusedException($"{origin} answers, but not as a Berth (status {(int)response.StatusCode} at /healthz/live): is --server right?");
            }
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            throw new StartRefusedException($"no Berth answers at {origin}. Start one with 'berth serve --demo', or name another with --server URL.", e);
        }
    }

    private static void Tell(string line) => Console.Error.WriteLine($"berth exec: {line}");
}
