using Azure.Core.Pipeline;
using Azure.Identity;
using Berth.Conformance.Tests.Process;
using Microsoft.Graph;
using Microsoft.Kiota.Abstractions.Authentication;
using Microsoft.Kiota.Authentication.Azure;
using Xunit;

namespace Berth.Conformance.Tests.Sdk;

/// <summary>Tests that share one running Berth, one after another.</summary>
[CollectionDefinition(nameof(SdkTenant))]
public sealed class SdkTenantCollection : ICollectionFixture<SdkTenant>;

/// <summary>A running <c>berth serve --demo --seed none</c> and the SDK's clients for it. Each test brings its own users, groups and seats.</summary>
public sealed class SdkTenant : IAsyncLifetime
{
    private readonly Dictionary<Door, GraphServiceClient> _clients = [];
    private BerthProcess? _berth;

    /// <summary>The process.</summary>
    public BerthProcess Berth => _berth ?? throw new InvalidOperationException("The server is not up.");

    /// <summary>Where it serves TLS, under the name that is in its certificate.</summary>
    public Uri Https => new UriBuilder(Berth.Https!) { Host = "localhost" }.Uri;

    /// <summary>The SDK's client for a door.</summary>
    public GraphServiceClient Graph(Door door) => _clients[door];

    public async ValueTask InitializeAsync()
    {
        _berth = await BerthProcess.StartAsync(null, "--demo", "--seed", "none", "--https", "https://localhost:0");
        BaseBearerTokenAuthenticationProvider bearer = new(new GivenToken(await _berth.TokenAsync()));
        _clients[Door.Bearer] = new GraphServiceClient(Wire(), bearer, new Uri(_berth.Http!, "v1.0").ToString());
        _clients[Door.Beta] = new GraphServiceClient(Wire(), bearer, new Uri(_berth.Http!, "beta").ToString());
        _clients[Door.AzureIdentity] = new GraphServiceClient(Wire(), AzureIdentity(BerthProcess.DemoSecret), new Uri(Https, "v1.0").ToString());
    }

    public async ValueTask DisposeAsync()
    {
        foreach (GraphServiceClient client in _clients.Values)
        {
            client.Dispose();
        }

        if (_berth is not null)
        {
            await _berth.DisposeAsync();
        }
    }

    /// <summary>
    /// Azure.Identity against the local authority. The SDK's own provider attaches a token to Microsoft's hosts only, so the local one is named;
    /// the authority is unknown to Microsoft, so the client must not ask there whether it exists.
    /// </summary>
    public AzureIdentityAuthenticationProvider AzureIdentity(string secret)
    {
        ClientSecretCredentialOptions options = new()
        {
            AuthorityHost = Https,
            DisableInstanceDiscovery = true,
            Transport = new HttpClientTransport(new HttpClient(Berth.Handler())),
        };
        ClientSecretCredential credential = new(BerthProcess.DemoTenant, BerthProcess.DemoClient, secret, options);
        return new AzureIdentityAuthenticationProvider(credential, ["localhost"], null, true, BerthProcess.GraphScope);
    }

    /// <summary>The SDK's own pipeline, retries and all, ending at this server.</summary>
    public HttpClient Wire() => GraphClientFactory.Create(finalHandler: Berth.Handler());

    private sealed class GivenToken(string token) : IAccessTokenProvider
    {
        public AllowedHostsValidator AllowedHostsValidator { get; } = new();

        public Task<string> GetAuthorizationTokenAsync(
            Uri uri, Dictionary<string, object>? additionalAuthenticationContext = null, CancellationToken cancellationToken = default) => Task.FromResult(token);
    }
}
