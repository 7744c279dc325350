using System.Diagnostics;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;

namespace Berth.Conformance.Tests.Process;

/// <summary>
/// A real <c>berth serve</c> in a process of its own, on a port that was free. Disposing kills it when it still runs and deletes the data folder when it was made
/// here. <c>BERTH_PROGRAM</c> names another program than the one that was built with these tests, the published one say.
/// </summary>
public sealed class BerthProcess : IAsyncDisposable
{
    public const string DemoTenant = "6b1f7a52-3c0e-4f5b-9a51-0d0c5a7e1d10";
    public const string DemoClient = "b3a7c1de-52f4-4d2e-8a0b-1f6d9c3e7a20";
    public const string DemoSecret = "berth-demo-secret";
    public const string GraphScope = "https://graph.microsoft.com/.default";

    private const string Listens = "Berth listens on ";

    /// <summary>A process that says nothing for this long hangs.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(100);

    private readonly System.Diagnostics.Process _process;
    private readonly bool _ownsData;
    private readonly StringBuilder _errors = new();
    private readonly List<string> _lines = [];
    private readonly Channel<string> _output = Channel.CreateUnbounded<string>();
    private string? _token;

    private BerthProcess(System.Diagnostics.Process process, string data, bool ownsData)
    {
        _process = process;
        _ownsData = ownsData;
        Data = data;
        process.OutputDataReceived += (_, line) => { _ = line.Data is null ? _output.Writer.TryComplete() : _output.Writer.TryWrite(line.Data); };
        process.ErrorDataReceived += (_, line) =>
        {
            lock (_errors)
            {
                _ = line.Data is null ? _errors : _errors.Append(line.Data).Append('\n');
            }
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>The program that was built with these tests.</summary>
    public static string Built { get; } =
        Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "Berth", Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)), "berth"));

    /// <summary>The program that is run.</summary>
    public static string Program { get; } = Environment.GetEnvironmentVariable("BERTH_PROGRAM") is { Length: > 0 } named ? Path.GetFullPath(named) : Built;

    /// <summary>Told of each command line that did what it was asked.</summary>
    public static event Action<string[]>? Ran;

    /// <summary>Told of each database that a process leaves behind, before it is deleted.</summary>
    public static event Action<string>? Left;

    /// <summary>Put between a client and its wire.</summary>
    public static Func<HttpMessageHandler, HttpMessageHandler> Watch { get; set; } = static wire => wire;

    /// <summary>The data folder.</summary>
    public string Data { get; }

    /// <summary>Where it listens with plain http, such as <c>http://127.0.0.1:40123</c>; null when it never got there.</summary>
    public Uri? Http { get; private set; }

    /// <summary>Where it listens with TLS.</summary>
    public Uri? Https { get; private set; }

    /// <summary>What it wrote to the console so far.</summary>
    public IReadOnlyList<string> Lines => _lines;

    /// <summary>What it wrote to the error stream so far.</summary>
    public string Errors
    {
        get
        {
            lock (_errors)
            {
                return _errors.ToString();
            }
        }
    }

    /// <summary>The process id.</summary>
    public int Id => _process.Id;

    /// <summary>Whether it is gone.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>A demo tenant with nothing but its admin and client, on http.</summary>
    public static Task<BerthProcess> StartEmptyDemoAsync(string? data = null) => StartAsync(data, "--demo", "--seed", "none");

    /// <summary>The demo company, on http.</summary>
    public static Task<BerthProcess> StartDemoAsync(string? data = null) => StartAsync(data, "--demo");

    /// <summary>Starts <c>berth serve</c> and waits until it listens and has said what it has to say.</summary>
    /// <param name="data">The data folder; null makes one that goes with the process.</param>
    /// <param name="arguments">After <c>serve --data DIR --urls http://127.0.0.1:0</c>; a <c>--urls</c> among them replaces that one.</param>
    public static Task<BerthProcess> StartAsync(string? data, params string[] arguments) => WaitForAsync(Launch(data, arguments), arguments);

    /// <summary>The same with the program that was built with these tests, whichever <c>BERTH_PROGRAM</c> names, and a data folder of its own.</summary>
    public static Task<BerthProcess> StartBuiltAsync(params string[] arguments) => WaitForAsync(Launch(Built, null, null, null, arguments), arguments);

    private static async Task<BerthProcess> WaitForAsync(BerthProcess berth, string[] arguments)
    {
        try
        {
            await berth.WaitUntilListeningAsync();
            Ran?.Invoke(["serve", .. arguments]);
            return berth;
        }
        catch
        {
            await berth.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts <c>berth serve</c> without waiting for anything: for starts that fail.</summary>
    public static BerthProcess Launch(string? data, params string[] arguments) => LaunchIn(null, null, data, arguments);

    /// <summary>The same in a working folder and with variables of the environment.</summary>
    public static BerthProcess LaunchIn(string? folderOfWork, IReadOnlyDictionary<string, string>? environment, string? data, params string[] arguments) =>
        Launch(Program, folderOfWork, environment, data, arguments);

    /// <summary>Runs a script of the shell that starts <c>berth</c> in its own place, with the arguments it is given, and waits until it listens.</summary>
    public static Task<BerthProcess> StartInShellAsync(string script, params string[] arguments)
    {
        string folder = Path.Combine(Path.GetTempPath(), "berth-test-" + Guid.NewGuid().ToString("N"));
        return WaitForAsync(new BerthProcess(Run([script, "serve", "--data", folder, "--urls", "http://127.0.0.1:0", .. arguments], null, null, "/bin/bash"), folder, true), arguments);
    }

    private static BerthProcess Launch(string program, string? folderOfWork, IReadOnlyDictionary<string, string>? environment, string? data, string[] arguments)
    {
        string folder = data ?? Path.Combine(Path.GetTempPath(), "berth-test-" + Guid.NewGuid().ToString("N"));
        string[] urls = arguments.Contains("--urls") ? [] : ["--urls", "http://127.0.0.1:0"];
        return new BerthProcess(Run(["serve", "--data", folder, .. urls, .. arguments], folderOfWork, environment, program), folder, data is null);
    }

    /// <summary>Runs any <c>berth</c> command to its end.</summary>
    public static Task<(int ExitCode, string Output, string Errors)> CommandAsync(params string[] arguments) => CommandInAsync(null, arguments);

    /// <summary>The same with variables of the environment.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> CommandInAsync(IReadOnlyDictionary<string, string>? environment, params string[] arguments)
    {
        using System.Diagnostics.Process process = Run(arguments, null, environment);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(_patience);
        if (process.ExitCode == 0)
        {
            Ran?.Invoke(arguments);
        }

        return (process.ExitCode, await output, await errors);
    }

    /// <summary>An HTTP client for the process, with the demo client's token unless told otherwise. It trusts the process's own CA only.</summary>
    public async Task<HttpClient> ClientAsync(bool https = false, bool authenticated = true)
    {
        HttpClient client = new(Watch(Handler())) { BaseAddress = https ? Https : Http };
        if (authenticated)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await TokenAsync());
        }

        return client;
    }

    /// <summary>A handler that trusts the CA of this process and nothing else.</summary>
    public HttpClientHandler Handler()
    {
        HttpClientHandler handler = new() { UseProxy = false };
        if (Https is not null)
        {
            X509Certificate2 authority = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(Data, "ca.pem"));
            handler.ServerCertificateCustomValidationCallback = (_, certificate, chain, errors) =>
            {
                if (errors == System.Net.Security.SslPolicyErrors.None)
                {
                    return true;
                }

                if (certificate is null || chain is null || errors.HasFlag(System.Net.Security.SslPolicyErrors.RemoteCertificateNameMismatch))
                {
                    return false;
                }

                chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
                chain.ChainPolicy.CustomTrustStore.Add(authority);
                chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
                return chain.Build(certificate);
            };
        }

        return handler;
    }

    /// <summary>A token of the demo's client, asked for once.</summary>
    public async Task<string> TokenAsync() => _token ??= await NewTokenAsync();

    /// <summary>Another token of the demo, for who had one that is good no more.</summary>
    public async Task<string> NewTokenAsync()
    {
        using HttpResponseMessage response = await AskForTokenAsync();
        string body = await response.Content.ReadAsStringAsync();
        using JsonDocument json = JsonDocument.Parse(body);
        return json.RootElement.TryGetProperty("access_token", out JsonElement token) ? token.GetString()! : throw new InvalidOperationException(body);
    }

    /// <summary>Asks for a token with the demo's credentials, but for what is said here.</summary>
    public async Task<HttpResponseMessage> AskForTokenAsync(
        string tenant = DemoTenant, string? client = DemoClient, string? secret = DemoSecret, string? scope = GraphScope, string? grant = "client_credentials")
    {
        using HttpClient http = new(Handler()) { BaseAddress = Http ?? Https };
        (string Name, string? Value)[] form = [("client_id", client), ("client_secret", secret), ("scope", scope), ("grant_type", grant)];
        using FormUrlEncodedContent content = new(form.Where(field => field.Value is not null).Select(field => KeyValuePair.Create(field.Name, field.Value!)));
        return await http.PostAsync(new Uri($"/{Uri.EscapeDataString(tenant)}/oauth2/v2.0/token", UriKind.Relative), content);
    }

    /// <summary>Sends SIGTERM and waits for the end.</summary>
    public async Task<int> StopAsync()
    {
        Signal(15);
        return await ExitAsync();
    }

    /// <summary>Sends SIGKILL and waits for the end.</summary>
    public async Task KillAsync()
    {
        Signal(9);
        await _process.WaitForExitAsync().WaitAsync(_patience);
    }

    /// <summary>Sends a signal by number.</summary>
    public void Signal(int signal) => _ = kill(_process.Id, signal);

    /// <summary>Waits for the end; the exit code.</summary>
    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(_patience);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
        if (_ownsData && Directory.Exists(Data))
        {
            if (File.Exists(Path.Combine(Data, "berth.db")))
            {
                Left?.Invoke(Path.Combine(Data, "berth.db"));
            }

            Directory.Delete(Data, true);
        }
    }

    private static System.Diagnostics.Process Run(IEnumerable<string> arguments, string? folderOfWork = null, IReadOnlyDictionary<string, string>? environment = null, string? program = null)
    {
        ProcessStartInfo start = new(program ?? Program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.WorkingDirectory = folderOfWork ?? "";
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return System.Diagnostics.Process.Start(start)!;
    }

    /// <summary>Waits until it listens and has said what it has to say.</summary>
    public async Task WaitUntilListeningAsync()
    {
        using CancellationTokenSource patience = new(_patience);
        bool listening = false;
        try
        {
            while (await _output.Reader.WaitToReadAsync(patience.Token))
            {
                while (_output.Reader.TryRead(out string? line))
                {
                    _lines.Add(line);
                    if (line.StartsWith(Listens, StringComparison.Ordinal))
                    {
                        Uri address = new(line[Listens.Length..]);
                        (Http, Https) = address.Scheme == Uri.UriSchemeHttp ? (Http ?? address, Https) : (Http, Https ?? address);
                        listening = true;
                    }
                    else if (listening && line == "Ctrl-C stops; the data stays.")
                    {
                        return;
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"berth did not come up: {string.Join('\n', _lines)}\n{Errors}");
        }

        await _process.WaitForExitAsync(patience.Token);
        throw new InvalidOperationException($"berth ended with exit code {_process.ExitCode} before it listened: {Errors}");
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int kill(int pid, int signal);
}
