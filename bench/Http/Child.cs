using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Berth.Bench.Http;

/// <summary>What a process says of its garbage collector.</summary>
/// <param name="Gen0">Collections of the youngest generation.</param>
/// <param name="Gen1">Of the middle one.</param>
/// <param name="Gen2">Of everything.</param>
/// <param name="Paused">How long all threads stood still, together.</param>
/// <param name="Live">Bytes of its heap after the last collection.</param>
/// <param name="Length">The length of all that it says at <c>/metrics</c>, in characters.</param>
internal readonly record struct Collector(int Gen0, int Gen1, int Gen2, TimeSpan Paused, long Live, int Length);

/// <summary>A server in a process of its own; disposing ends it.</summary>
internal sealed class Child : IAsyncDisposable
{
    private const string DemoTenant = "6b1f7a52-3c0e-4f5b-9a51-0d0c5a7e1d10";

    private readonly Process _process;

    private Child(Process process, Uri address)
    {
        _process = process;

        // A run that is ended with SIGTERM leaves nobody behind.
        AppDomain.CurrentDomain.ProcessExit += End;
        Address = address;
        Client = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromMinutes(10) };
    }

    public Uri Address { get; }

    public HttpClient Client { get; }

    public string Token { get; private set; } = "";

    /// <summary>The memory the process has in RAM, in bytes.</summary>
    public long Resident
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>The processor time it has used.</summary>
    public TimeSpan Cpu
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>This program as the bare server.</summary>
    public static async Task<Child> Bare()
    {
        Process process = Start(Environment.ProcessPath!, ["bare"]);
        string address = await process.StandardOutput.ReadLineAsync() ?? throw new IOException("The bare server did not start.");
        return new Child(process, new Uri(address));
    }

    /// <summary><c>berth serve --demo</c> on a data folder; the time until it first says that it is ready.</summary>
    public static Task<(Child Child, TimeSpan Ready)> Berth(string program, string data, string seed) => Serve(program, ["--demo", "--seed", seed, "--data", data]);

    /// <summary><c>berth serve</c> at a free port; the time until it first says that it is ready.</summary>
    public static async Task<(Child Child, TimeSpan Ready)> Serve(string program, IEnumerable<string> arguments)
    {
        long start = Stopwatch.GetTimestamp();
        Process process = Start(program, ["serve", "--urls", "http://127.0.0.1:0", .. arguments]);
        const string Listens = "Berth listens on ";
        string? line;
        do
        {
            line = await process.StandardOutput.ReadLineAsync();
        }
        while (line is not null && !line.Contains(Listens, StringComparison.Ordinal));

        if (line is null)
        {
            throw new IOException($"{program} did not start: {await process.StandardError.ReadToEndAsync()}");
        }

        string text = line[(line.IndexOf(Listens, StringComparison.Ordinal) + Listens.Length)..].Split(' ', ',')[0].TrimEnd('.');
        Child child = new(process, new Uri(text));
        while (true)
        {
            using HttpResponseMessage ready = await child.Client.GetAsync("/healthz/ready");
            if (ready.IsSuccessStatusCode)
            {
                break;
            }

            await Task.Delay(20);
        }

        TimeSpan took = Stopwatch.GetElapsedTime(start);
        _ = process.StandardOutput.ReadToEndAsync();
        _ = process.StandardError.ReadToEndAsync();
        return (child, took);
    }

    /// <summary>Another program that serves at a known address, ready when a path is answered; its output is thrown away.</summary>
    public static async Task<Child> Of(string program, IEnumerable<string> arguments, Uri address, string path)
    {
        Child child = new(Start(program, arguments), address);
        Task<string> output = child._process.StandardOutput.ReadToEndAsync(), errors = child._process.StandardError.ReadToEndAsync();
        while (true)
        {
            try
            {
                using HttpResponseMessage answer = await child.Client.GetAsync(path);
                answer.EnsureSuccessStatusCode();
                return child;
            }
            catch (HttpRequestException) when (!child._process.HasExited)
            {
                await Task.Delay(100);
            }
            catch (HttpRequestException e)
            {
                throw new IOException($"{program} did not start: {await output} {await errors}", e);
            }
        }
    }

    /// <summary>Gets the demo client's token, for every request from now on.</summary>
    public async Task SignIn()
    {
        Token = await TokenOf(DemoTenant, "b3a7c1de-52f4-4d2e-8a0b-1f6d9c3e7a20", "berth-demo-secret");
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
    }

    /// <summary>A token of a client of a tenant.</summary>
    public async Task<string> TokenOf(string tenant, string client, string secret)
    {
        using FormUrlEncodedContent form = new(new Dictionary<string, string>
        {
            ["client_id"] = client,
            ["client_secret"] = secret,
            ["grant_type"] = "client_credentials",
            ["scope"] = "https://graph.microsoft.com/.default",
        });
        using HttpResponseMessage response = await Client.PostAsync($"/{tenant}/oauth2/v2.0/token", form);
        string body = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode
            ? JsonDocument.Parse(body).RootElement.GetProperty("access_token").GetString()!
            : throw new IOException($"no token of tenant {tenant}: {(int)response.StatusCode} {body}");
    }

    /// <summary>What the process says of its garbage collector at <c>/metrics</c>.</summary>
    public async Task<Collector> Collected()
    {
        string text = await Client.GetStringAsync("/metrics");
        double Of(string name, string label = "") => text.Split('\n').Where(line => line.StartsWith(name, StringComparison.Ordinal) && (line[name.Length] is '{' or ' ') && line.Contains(label, StringComparison.Ordinal))
            .Sum(line => double.Parse(line[(line.LastIndexOf('}') is >= 0 and int end ? end + 2 : name.Length + 1)..].Split(' ')[0], CultureInfo.InvariantCulture));
        return new Collector(
            (int)Of("dotnet_gc_collections_total", "\"gen0\""), (int)Of("dotnet_gc_collections_total", "\"gen1\""), (int)Of("dotnet_gc_collections_total", "\"gen2\""),
            TimeSpan.FromSeconds(Of("dotnet_gc_pause_time_seconds_total")), (long)Of("dotnet_gc_last_collection_heap_size_bytes"), text.Length);
    }

    public async Task<JsonElement> Send(HttpMethod method, string path, HttpContent? content = null)
    {
        using HttpRequestMessage request = new(method, path) { Content = content };
        using HttpResponseMessage response = await Client.SendAsync(request);
        string body = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode
            ? body.Length == 0 ? default : JsonDocument.Parse(body).RootElement
            : throw new IOException($"{method} {path}: {(int)response.StatusCode} {body}");
    }

    public Task<JsonElement> Post(string path, string json) => Send(HttpMethod.Post, path, new StringContent(json, System.Text.Encoding.UTF8, "application/json"));

    /// <summary>Ends it with SIGKILL.</summary>
    public Task KillAsync()
    {
        _process.Kill();
        return _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= End;
        Client.Dispose();
        End(null, EventArgs.Empty);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void End(object? sender, EventArgs e)
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }
    }

    private static Process Start(string program, IEnumerable<string> arguments) => Process.Start(new ProcessStartInfo(program, arguments)
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}
