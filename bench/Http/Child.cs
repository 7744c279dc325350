using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Berth.Bench.Http;

/// <summary>A server in a process of its own; disposing ends it.</summary>
internal sealed class Child : IAsyncDisposable
{
    private const string DemoTenant = "6b1f7a52-3c0e-4f5b-9a51-0d0c5a7e1d10";

    private readonly Process _process;

    private Child(Process process, Uri address)
    {
        _process = process;
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
    public static async Task<(Child Child, TimeSpan Ready)> Berth(string program, string data, string seed)
    {
        long start = Stopwatch.GetTimestamp();
        Process process = Start(program, ["serve", "--demo", "--seed", seed, "--urls", "http://127.0.0.1:0", "--data", data]);
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
        using HttpResponseMessage ready = await child.Client.GetAsync("/healthz/ready");
        ready.EnsureSuccessStatusCode();
        TimeSpan took = Stopwatch.GetElapsedTime(start);
        _ = process.StandardOutput.ReadToEndAsync();
        return (child, took);
    }

    /// <summary>Gets the demo client's token.</summary>
    public async Task SignIn()
    {
        using FormUrlEncodedContent form = new(new Dictionary<string, string>
        {
            ["client_id"] = "b3a7c1de-52f4-4d2e-8a0b-1f6d9c3e7a20",
            ["client_secret"] = "berth-demo-secret",
            ["grant_type"] = "client_credentials",
            ["scope"] = "https://graph.microsoft.com/.default",
        });
        using HttpResponseMessage response = await Client.PostAsync($"/{DemoTenant}/oauth2/v2.0/token", form);
        response.EnsureSuccessStatusCode();
        Token = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("access_token").GetString()!;
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
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

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static Process Start(string program, IEnumerable<string> arguments) => Process.Start(new ProcessStartInfo(program, arguments)
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}
