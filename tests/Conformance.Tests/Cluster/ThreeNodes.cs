using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Berth.Conformance.Tests.Ledger;
using Berth.Conformance.Tests.Process;
using Xunit;

namespace Berth.Conformance.Tests.Cluster;

/// <summary>
/// Three nodes of one cluster on one PostgreSQL, each a process of its own, and what stands before nodes: requests go to those that say that they are ready, one after the other, and to the next
/// one when a node was not reached.
/// </summary>
public sealed class ThreeNodes : IAsyncLifetime
{
    private static readonly string[] _arguments = ["--demo", "--seed", "none", "--cluster", "--silo-port", "0"];

    private readonly BerthProcess[] _nodes = new BerthProcess[3];
    private volatile List<Uri> _ready = [];
    private readonly CancellationTokenSource _end = new();
    private readonly SocketsHttpHandler _wire = new() { UseProxy = false };
    private Task _looking = Task.CompletedTask;
    private string _token = "";
    private int _turn;

    /// <summary>The connection string of the database.</summary>
    public string Database { get; } = PostgresServer.OfThisRun.NewDatabase();

    /// <summary>A node.</summary>
    public BerthProcess this[int number] => _nodes[number];

    /// <summary>How many there are.</summary>
    public int Count => _nodes.Length;

    public async ValueTask InitializeAsync()
    {
        for (int number = 0; number < Count; number++)
        {
            _nodes[number] = Launch();
        }

        await Task.WhenAll(_nodes.Select(node => node.WaitUntilListeningAsync()));
        _token = await _nodes[1].TokenAsync();
        _looking = Task.Run(LookAsync);
        await WaitUntilReadyAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _looking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (BerthProcess node in _nodes)
        {
            await node.DisposeAsync();
        }

        _wire.Dispose();
        _end.Dispose();
    }

    /// <summary>Starts a node anew, whatever became of the one before, and waits until it is ready.</summary>
    public async Task StartAgainAsync(int number)
    {
        await _nodes[number].DisposeAsync();
        _nodes[number] = Launch();
        await _nodes[number].WaitUntilListeningAsync();
        await WaitUntilReadyAsync();
    }

    /// <summary>The number of the node that has the demo's tenant.</summary>
    public async Task<int> OwnerAsync()
    {
        await using Npgsql.NpgsqlConnection connection = new($"{Database};Search Path=berth;Pooling=false");
        await connection.OpenAsync();
        while (true)
        {
            await using Npgsql.NpgsqlCommand select = new("SELECT url FROM node JOIN tenant ON tenant.node = node.number WHERE tenant.id = $1", connection)
            {
                Parameters = { new() { Value = Guid.Parse(BerthProcess.DemoTenant) } },
            };
            int owner = await select.ExecuteScalarAsync() is string url ? Array.FindIndex(_nodes, node => node.Http == new Uri(url)) : -1;
            if (owner >= 0)
            {
                return owner;
            }

            await Task.Delay(20);
        }
    }

    /// <summary>Where a node tells the others that it lives, and the certificate by which they know it.</summary>
    public async Task<(System.Net.IPEndPoint[] Silos, byte[] Certificate)> MembershipAsync()
    {
        await using Npgsql.NpgsqlConnection connection = new($"{Database};Search Path=berth;Pooling=false");
        await connection.OpenAsync();
        await using Npgsql.NpgsqlCommand silo = new("SELECT array_agg(silo) FROM node WHERE silo <> ''", connection), certificate = new("SELECT value FROM blob WHERE name = 'cluster/certificate'", connection);
        return ([.. ((string[])(await silo.ExecuteScalarAsync())!).Select(one => IPEndPoint.Parse(one.Split('@')[0]))], (byte[])(await certificate.ExecuteScalarAsync())!);
    }

    /// <summary>Waits until every node says that it is ready.</summary>
    public async Task WaitUntilReadyAsync()
    {
        while (_ready.Count < Count)
        {
            await Task.Delay(20, _end.Token);
        }
    }

    /// <summary>Sends a request to one node.</summary>
    public async Task<(HttpStatusCode Status, JsonElement Body)> SendAsync(Uri node, HttpMethod method, string path, object? body = null, string? repeatability = null, string? mark = null)
    {
        using HttpMessageInvoker client = new(_wire, disposeHandler: false);
        using HttpRequestMessage request = new(method, new Uri(node, path)) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token);
        if (repeatability is not null)
        {
            request.Headers.Add("Repeatability-Request-ID", repeatability);
        }

        if (mark is not null)
        {
            request.Headers.Add("Berth-Node", mark);
        }

        using HttpResponseMessage response = await client.SendAsync(request, _end.Token);
        string text = await response.Content.ReadAsStringAsync(_end.Token);
        return (response.StatusCode, text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text));
    }

    /// <summary>Sends a request to a node that is ready.</summary>
    public async Task<(HttpStatusCode Status, JsonElement Body)> SendAsync(HttpMethod method, string path, object? body = null, string? repeatability = null)
    {
        while (true)
        {
            List<Uri> ready = _ready;
            if (ready.Count == 0)
            {
                await Task.Delay(20, _end.Token);
                continue;
            }

            try
            {
                return await SendAsync(ready[(Interlocked.Increment(ref _turn) & int.MaxValue) % ready.Count], method, path, body, repeatability);
            }
            catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConnectionError)
            {
                // Nothing was sent: the next one.
            }
        }
    }

    /// <summary>The same, and the answer is as it should be.</summary>
    public async Task<JsonElement> DoAsync(HttpMethod method, string path, object? body = null)
    {
        (HttpStatusCode status, JsonElement json) = await SendAsync(method, path, body);
        Assert.True((int)status < 300, $"{method} {path}: {status} {json}");
        return json;
    }

    private BerthProcess Launch() => BerthProcess.Launch(null, [.. _arguments, "--db", Database]);

    private async Task LookAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            List<Uri> ready = [];
            foreach (Uri url in _nodes.Select(node => node.Http).OfType<Uri>())
            {
                using HttpMessageInvoker client = new(_wire, disposeHandler: false);
                using HttpRequestMessage request = new(HttpMethod.Get, new Uri(url, "/healthz/ready"));
                using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
                patience.CancelAfter(TimeSpan.FromSeconds(2));
                try
                {
                    using HttpResponseMessage response = await client.SendAsync(request, patience.Token);
                    if (response.IsSuccessStatusCode)
                    {
                        ready.Add(url);
                    }
                }
                catch (Exception e) when (e is HttpRequestException or System.Net.Sockets.SocketException or OperationCanceledException)
                {
                    // Not ready.
                }
            }

            _ready = ready;
            await Task.Delay(100, _end.Token);
        }
    }
}
