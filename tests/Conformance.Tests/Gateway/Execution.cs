using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using Berth.Conformance.Tests.Completeness;
using Berth.Conformance.Tests.Process;
using Xunit;

namespace Berth.Conformance.Tests.Gateway;

/// <summary><c>berth exec</c>: programs that know nothing of Berth, from their start to their exit code.</summary>
public sealed class Execution(EmptyDemo demo) : IClassFixture<EmptyDemo>
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(100);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Server => demo.Berth.Http!.ToString();

    [Fact]
    public async Task Curl_speaks_with_Graph_by_its_own_name()
    {
        Assert.SkipUnless(Which("curl"), "There is no curl on this machine.");
        (int code, string output, string errors) = await RunAsync(
            "sh",
            "-c",
            """
            token=$(curl -sS "https://login.microsoftonline.com/$AZURE_TENANT_ID/oauth2/v2.0/token" -d grant_type=client_credentials -d "client_id=$AZURE_CLIENT_ID" \
              -d "client_secret=$AZURE_CLIENT_SECRET" --data-urlencode scope=https://graph.microsoft.com/.default | sed 's/.*"access_token": *"\([^"]*\)".*/\1/' | tr -d '\n')
            curl -sS 'https://graph.microsoft.com/v1.0/users?$select=userPrincipalName' -H "Authorization: Bearer $(echo "$token" | grep -o 'eyJ[A-Za-z0-9_.-]*')"
            """);

        Assert.True(code == 0, errors);
        using JsonDocument users = JsonDocument.Parse(output);
        Assert.Equal("https://graph.microsoft.com/v1.0/$metadata#users(userPrincipalName)", users.RootElement.GetProperty("@odata.context").GetString());
        Assert.Equal("admin@contoso.example", Assert.Single(users.RootElement.GetProperty("value").EnumerateArray()).GetProperty("userPrincipalName").GetString());
    }

    [Fact]
    public async Task Node_speaks_with_Graph_by_fetch_and_by_https()
    {
        Assert.SkipUnless(Which("node"), "There is no Node on this machine.");
        (int code, string output, string errors) = await RunAsync(
            "node",
            "-e",
            """
            (async () => {
              const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: process.env.AZURE_CLIENT_ID, client_secret: process.env.AZURE_CLIENT_SECRET, scope: 'https://graph.microsoft.com/.default' });
              const { access_token } = await (await fetch(`https://login.microsoftonline.com/${process.env.AZURE_TENANT_ID}/oauth2/v2.0/token`, { method: 'POST', body: form })).json();
              const headers = { authorization: 'Bearer ' + access_token };
              console.log((await (await fetch('https://graph.microsoft.com/v1.0/organization', { headers })).json()).value[0].displayName);
              console.log(await (await fetch(new URL('/healthz/live', process.env.IDENTITY_ENDPOINT))).status);
              console.log(await fetch('https://example.com/').then(() => 'reached', failed => failed.cause.message.includes('refused example.com:443')));
              require('https').get('https://graph.microsoft.com/v1.0/organization', { headers }, answer => { answer.resume(); console.log(answer.statusCode); });
            })();
            """);

        Assert.True(code == 0, errors);
        Assert.Equal("Contoso\n200\ntrue\n200\n", output);
    }

    [Theory]
    [InlineData("exit 0", 0)]
    [InlineData("exit 7", 7)]
    [InlineData("exit 255", 255)]
    [InlineData("kill -TERM $$", 143)]
    [InlineData("kill -KILL $$", 137)]
    public async Task The_exit_code_is_the_programs(string script, int code) => Assert.Equal(code, (await RunAsync("sh", "-c", script)).ExitCode);

    [Fact]
    public async Task Arguments_come_as_they_were_written()
    {
        (int code, string output, _) = await RunAsync("printf", "<%s>", "--help", "--", "@file", "", "a b", "--server", "\"'$x");

        Assert.Equal((0, "<--help><--><@file><><a b><--server><\"'$x>"), (code, output));
    }

    [Theory]
    [InlineData(127, "berth exec: no-such-program-anywhere: command not found.", "no-such-program-anywhere")]
    [InlineData(127, "berth exec: ./no-such-program: command not found.", "./no-such-program")]
    [InlineData(126, "berth exec: /etc/passwd: cannot be run; is it a program, and may you run it?", "/etc/passwd")]
    [InlineData(126, "berth exec: /etc: cannot be run; is it a program, and may you run it?", "/etc")]
    public async Task A_command_that_cannot_be_run_is_told_in_one_line(int code, string line, string command)
    {
        (int exit, string output, string errors) = await RunAsync(command);

        Assert.Equal((code, "", line + "\n"), (exit, output, errors));
    }

    [Theory]
    [InlineData("berth exec: no Berth answers at http://127.0.0.1:1. Start one with 'berth serve --demo', or name another with --server URL.", "--server", "http://127.0.0.1:1", "--", "true")]
    [InlineData("berth: --server: 'https://127.0.0.1:1' is no plain http address. Write http://127.0.0.1:PORT, as 'berth serve' tells it. See 'berth exec --help'.", "--server", "https://127.0.0.1:1", "--", "true")]
    [InlineData("berth: --server: 192.0.2.1 is not this machine. A Berth takes a gateway's word only from its own machine: run exec there. See 'berth exec --help'.", "--server", "http://192.0.2.1", "--", "true")]
    [InlineData("berth: exec runs a command, which follows two dashes: berth exec -- COMMAND ... See 'berth exec --help'.")]
    [InlineData("berth: exec runs a command, which follows two dashes: berth exec -- COMMAND ... See 'berth exec --help'.", "--")]
    public async Task A_start_that_cannot_work_is_told_in_one_line(string line, params string[] arguments)
    {
        (int exit, string output, string errors) = await BerthProcess.CommandAsync(["exec", .. arguments]);

        Assert.Equal((2, "", line + "\n"), (exit, output, errors));
    }

    [Fact]
    public async Task Another_server_than_a_Berth_is_recognized()
    {
        using System.Net.HttpListener other = new();
        int port = FreePort();
        other.Prefixes.Add($"http://127.0.0.1:{port}/");
        other.Start();
        Task<System.Net.HttpListenerContext> asked = other.GetContextAsync();
        Task<(int ExitCode, string Output, string Errors)> run = BerthProcess.CommandAsync("exec", "--server", $"http://127.0.0.1:{port}", "--", "true");
        System.Net.HttpListenerContext context = await asked.WaitAsync(_patience, Cancel);
        context.Response.StatusCode = 404;
        context.Response.Close();

        Assert.Equal((2, $"berth exec: http://127.0.0.1:{port} answers, but not as a Berth (status 404 at /healthz/live): is --server right?\n"), ((await run).ExitCode, (await run).Errors));
    }

    [Fact]
    public async Task A_name_that_leads_nowhere_is_told_once()
    {
        Assert.SkipUnless(Which("curl"), "There is no curl on this machine.");
        (int code, string output, string errors) = await RunAsync(
            "sh", "-c", "for i in 1 2 3; do curl -s https://example.com/; echo $?; curl -s http://example.org/; done");

        Assert.Equal(0, code);
        Assert.Equal(3, output.Split('\n').Count(line => line == "56"));
        Assert.Single(errors.Split('\n'), line => line.StartsWith("berth exec: refused example.com:443.", StringComparison.Ordinal));
        Assert.Single(errors.Split('\n'), line => line.StartsWith("berth exec: refused http://example.org, which is plain http.", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(99, 99)]
    [InlineData(100, 100)]
    [InlineData(101, 100)]
    public async Task At_most_a_hundred_names_are_told(int names, int told)
    {
        Assert.SkipUnless(Which("curl"), "There is no curl on this machine.");
        (_, string output, string errors) = await RunAsync(
            "sh", "-c", $"i=0; while [ $i -lt {names} ]; do curl -s https://n$i.example/; [ $? = 56 ] && echo refused; i=$((i+1)); done");

        Assert.Equal(names, output.Split('\n').Count(line => line == "refused"));
        Assert.Equal(told, errors.Split('\n').Count(line => line.StartsWith("berth exec: refused n", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_input_is_the_programs()
    {
        using System.Diagnostics.Process exec = Start("cat");
        await exec.StandardInput.WriteAsync("spoken to");
        exec.StandardInput.Close();

        Assert.Equal("spoken to", await exec.StandardOutput.ReadToEndAsync(Cancel));
        await exec.WaitForExitAsync(Cancel).WaitAsync(_patience, Cancel);
        Assert.Equal(0, exec.ExitCode);
    }

    [Theory]
    [InlineData(1, "HUP")]
    [InlineData(2, "INT")]
    [InlineData(3, "QUIT")]
    [InlineData(15, "TERM")]
    public async Task Signals_reach_the_program(int signal, string name)
    {
        using System.Diagnostics.Process exec = Start("sh", "-c", $"trap 'echo heard; exit 5' {name}; echo $SSL_CERT_FILE; while :; do sleep 0.05; done");
        string bundle = (await exec.StandardOutput.ReadLineAsync(Cancel))!;
        Assert.True(File.Exists(bundle));

        _ = kill(exec.Id, signal);

        Assert.Equal("heard", await exec.StandardOutput.ReadLineAsync(Cancel).AsTask().WaitAsync(_patience, Cancel));
        await exec.WaitForExitAsync(Cancel).WaitAsync(_patience, Cancel);
        Assert.Equal(5, exec.ExitCode);
        Assert.False(Directory.Exists(Path.GetDirectoryName(bundle)));
    }

    [Theory]
    [InlineData(15)]
    [InlineData(2)]
    public async Task A_program_that_a_signal_ends_ends_so(int signal)
    {
        using System.Diagnostics.Process exec = Start("sh", "-c", "echo ready; exec sleep 60");
        await exec.StandardOutput.ReadLineAsync(Cancel);
        _ = kill(exec.Id, signal);

        await exec.WaitForExitAsync(Cancel).WaitAsync(_patience, Cancel);
        Assert.Equal(128 + signal, exec.ExitCode);
    }

    [Fact]
    public async Task The_demos_credentials_are_there_and_the_persons_own_win()
    {
        const string Show = "echo $AZURE_TENANT_ID $AZURE_CLIENT_ID $AZURE_CLIENT_SECRET $IDENTITY_ENDPOINT $NO_PROXY $NODE_OPTIONS";
        (_, string demos, _) = await RunAsync("sh", "-c", Show);
        (_, string own, _) = await RunInAsync(
            new Dictionary<string, string>
            {
                ["AZURE_TENANT_ID"] = "fabrikam.example",
                ["AZURE_CLIENT_ID"] = "ours",
                ["IDENTITY_ENDPOINT"] = "http://127.0.0.1:9/own",
                ["NO_PROXY"] = "graph.microsoft.com",
                ["NODE_OPTIONS"] = "--no-warnings",
            },
            "sh",
            "-c",
            Show);
        (_, string certificate, _) = await RunInAsync(new Dictionary<string, string> { ["AZURE_CLIENT_CERTIFICATE_PATH"] = "mine.pem" }, "sh", "-c", Show);

        Assert.StartsWith(
            $"{BerthProcess.DemoTenant} {BerthProcess.DemoClient} {BerthProcess.DemoSecret} {Server}msi/token localhost,127.0.0.1,::1 --require ", demos, StringComparison.Ordinal);
        Assert.StartsWith("fabrikam.example ours http://127.0.0.1:9/own localhost,127.0.0.1,::1 --no-warnings --require ", own, StringComparison.Ordinal);
        Assert.StartsWith($"{BerthProcess.DemoTenant} {BerthProcess.DemoClient} {Server}msi/token ", certificate, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_but_the_server_is_needed()
    {
        Assert.SkipUnless(Which("curl"), "There is no curl on this machine.");
        (int code, string output, string errors) = await RunInAsync(
            new Dictionary<string, string> { ["HOME"] = "/nonexistent", ["XDG_DATA_HOME"] = "", ["XDG_CONFIG_HOME"] = "" }, "sh", "-c", "curl -s https://graph.microsoft.com/healthz/live");

        Assert.True(code == 0 && output.Contains("ok", StringComparison.OrdinalIgnoreCase), errors);
    }

    private static bool Which(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));

    private static int FreePort()
    {
        using System.Net.Sockets.TcpListener listener = new(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }

    private Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] command) => RunInAsync(new Dictionary<string, string>(), command);

    private Task<(int ExitCode, string Output, string Errors)> RunInAsync(IReadOnlyDictionary<string, string> environment, params string[] command) =>
        BerthProcess.CommandInAsync(environment, ["exec", "--server", Server, "--", .. command]);

    private System.Diagnostics.Process Start(params string[] command)
    {
        ProcessStartInfo start = new(BerthProcess.Program, ["exec", "--server", Server, "--", .. command]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        Evidence.OfCommandLine(["exec", .. command]);
        return System.Diagnostics.Process.Start(start)!;
    }

    [DllImport("libc")]
    private static extern int kill(int process, int signal);
}
