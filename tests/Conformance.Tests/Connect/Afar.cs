using System.Net.Http.Json;
using System.Text.Json;
using Azure.Core;
using Berth.Conformance.Tests.Process;
using Berth.Connect.Profiles;
using Berth.Connect.Wire;
using Xunit;

namespace Berth.Conformance.Tests.Connect;

/// <summary>Tests that share one Berth to be reached from afar, one after another.</summary>
[CollectionDefinition(nameof(Afar))]
public sealed class AfarCollection : ICollectionFixture<Afar>;

/// <summary>
/// Somebody else's tenant: a Berth in a process of its own with the demo company, on http and https. Whoever changes it says so in the test; faults are taken
/// away by whoever installed them.
/// </summary>
public sealed class Afar : IAsyncLifetime
{
    private BerthProcess? _berth;
    private HttpClient? _http;

    /// <summary>The process.</summary>
    public BerthProcess Berth => _berth!;

    /// <summary>A plain client with the demo client's token.</summary>
    public HttpClient Http => _http!;

    /// <summary>Where its authority is: TLS, under the name that is in its certificate.</summary>
    public Uri Https => new UriBuilder(Berth.Https!) { Host = "localhost", Path = "" }.Uri;

    /// <summary>The profile with which it is reached.</summary>
    public TenantProfile Profile => new("afar", BerthProcess.DemoTenant, BerthProcess.DemoClient, CredentialKind.ClientSecret, new Uri(Berth.Http!.GetLeftPart(UriPartial.Authority)), Https);

    /// <summary>The variables with which a <c>berth</c> command trusts and may enter it.</summary>
    public Dictionary<string, string?> Environment => new() { ["SSL_CERT_FILE"] = Path.Combine(Berth.Data, "bundle.pem"), ["AFAR_SECRET"] = BerthProcess.DemoSecret };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _berth = await BerthProcess.StartAsync(null, "--demo", "--https", "https://localhost:0");
        _http = await _berth.ClientAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _http?.Dispose();
        if (_berth is not null)
        {
            await _berth.DisposeAsync();
        }
    }

    /// <summary>A way to it with a token that is there already.</summary>
    public async Task<GraphPort> PortAsync(TimeProvider? time = null) => new(Profile, new GivenToken(await Berth.TokenAsync()), time ?? TimeProvider.System);

    /// <summary>Reads something of it.</summary>
    public Task<JsonElement> GetAsync(string path) => Http.GetFromJsonAsync<JsonElement>(path, Cancel);

    /// <summary>Changes something of it.</summary>
    public async Task<JsonElement> SendAsync(HttpMethod method, string path, object? body = null)
    {
        using HttpRequestMessage request = new(method, new Uri(path, UriKind.Relative)) { Content = body is null ? null : JsonContent.Create(body) };
        using HttpResponseMessage response = await Http.SendAsync(request, Cancel);
        string text = await response.Content.ReadAsStringAsync(Cancel);
        Assert.True(response.IsSuccessStatusCode, $"{method} {path}: {(int)response.StatusCode} {text}");
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
    }

    /// <summary>Installs faults, takes them away afterwards, and tells how often each struck.</summary>
    public async Task<int[]> UnderAsync(object[] faults, Func<Task> work)
    {
        List<string> ids = [];
        foreach (object fault in faults)
        {
            ids.Add((await SendAsync(HttpMethod.Post, "berth/v1/faults", fault)).GetProperty("id").GetString()!);
        }

        try
        {
            await work();
            List<int> fired = [];
            foreach (string id in ids)
            {
                fired.Add((await GetAsync($"berth/v1/faults/{id}")).GetProperty("fired").GetInt32());
            }

            return [.. fired];
        }
        finally
        {
            await SendAsync(HttpMethod.Delete, "berth/v1/faults");
        }
    }

    /// <summary>A credential that has its token already, and counts how often it was asked.</summary>
    internal sealed class GivenToken(string token) : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) => new(token, DateTimeOffset.MaxValue);

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new(GetToken(requestContext, cancellationToken));
    }
}
