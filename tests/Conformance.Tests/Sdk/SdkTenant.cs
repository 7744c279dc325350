using System.Net.Http.Json;
using System.Text.Json;
using Azure.Core.Pipeline;
using Azure.Identity;
using Berth.Conformance.Tests.Completeness;
using Berth.Conformance.Tests.Process;
using Berth.Engine.Catalog;
using Berth.Graph.Requests;
using Berth.Identity;
using Berth.Ledger;
using Berth.Ledger.Stores;
using Microsoft.Graph;
using Microsoft.Graph.Models;
using Microsoft.Kiota.Abstractions.Authentication;
using Microsoft.Kiota.Authentication.Azure;
using Xunit;

namespace Berth.Conformance.Tests.Sdk;

/// <summary>Tests that share one running Berth, one after another.</summary>
[CollectionDefinition(nameof(SdkTenant))]
public sealed class SdkTenantCollection : ICollectionFixture<SdkTenant>;

/// <summary>
/// A running <c>berth serve --demo --seed none</c> and the SDK's clients for it. Each test brings its own users and groups and says how many
/// seats are free, so that none depends on another.
/// </summary>
public sealed class SdkTenant : IAsyncLifetime
{
    private const string AppSecret = "one-permission-each";

    private readonly Dictionary<Door, GraphServiceClient> _clients = [];
    private readonly Dictionary<Guid, string> _subscriptions = [];
    private readonly Dictionary<string, AppRegistration> _apps = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _tokens = new(StringComparer.Ordinal);
    private BerthProcess? _berth;
    private HttpClient? _http;
    private int _number;

    /// <summary>The process.</summary>
    public BerthProcess Berth => _berth ?? throw new InvalidOperationException("The server is not up.");

    /// <summary>A plain client with the demo client's token.</summary>
    public HttpClient Http => _http ?? throw new InvalidOperationException("The server is not up.");

    /// <summary>Where it serves TLS, under the name that is in its certificate.</summary>
    public Uri Https => new UriBuilder(Berth.Https!) { Host = "localhost" }.Uri;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The SDK's client for a door.</summary>
    public GraphServiceClient Graph(Door door) => _clients[door];

    public async ValueTask InitializeAsync()
    {
        string data = Directory.CreateTempSubdirectory("berth-test-").FullName;
        await RegisterAsync(Path.Combine(data, "berth.db"));
        _berth = await BerthProcess.StartAsync(data, "--demo", "--seed", "none", "--https", "https://localhost:0");
        _http = await _berth.ClientAsync();
        IAuthenticationProvider bearer = Bearer(await _berth.TokenAsync());
        _clients[Door.Bearer] = new GraphServiceClient(Wire(), bearer, BaseOf(Door.Bearer));
        _clients[Door.Beta] = new GraphServiceClient(Wire(), bearer, BaseOf(Door.Beta));
        _clients[Door.AzureIdentity] = new GraphServiceClient(Wire(), AzureIdentity(BerthProcess.DemoSecret), BaseOf(Door.AzureIdentity));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (GraphServiceClient client in _clients.Values)
        {
            client.Dispose();
        }

        _http?.Dispose();
        if (_berth is not null)
        {
            await _berth.DisposeAsync();
            Evidence.OfJournal(Path.Combine(_berth.Data, "berth.db"));
            Directory.Delete(_berth.Data, true);
        }
    }

    /// <summary>The base URL of a door, as a program writes it: without a slash at its end.</summary>
    public string BaseOf(Door door) => door switch
    {
        Door.Bearer => new Uri(Berth.Http!, "v1.0").ToString(),
        Door.AzureIdentity => new Uri(Https, "v1.0").ToString(),
        Door.Beta => new Uri(Berth.Http!, "beta").ToString(),
        _ => throw new ArgumentOutOfRangeException(nameof(door)),
    };

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
            Transport = new HttpClientTransport(new HttpClient(new Observer(Berth.Handler()))),
        };
        ClientSecretCredential credential = new(BerthProcess.DemoTenant, BerthProcess.DemoClient, secret, options);
        return new AzureIdentityAuthenticationProvider(credential, ["localhost"], null, true, BerthProcess.GraphScope);
    }

    /// <summary>A provider that sends a token that is there already.</summary>
    public static BaseBearerTokenAuthenticationProvider Bearer(string token) => new(new GivenToken(token));

    /// <summary>Every application permission.</summary>
    public static IReadOnlyList<string> Permissions => PermissionSet.Names;

    /// <summary>A token of an application that has one permission only.</summary>
    public async Task<string> TokenWithAsync(string permission)
    {
        if (!_tokens.TryGetValue(permission, out string? token))
        {
            using HttpResponseMessage response = await Berth.AskForTokenAsync(client: _apps[permission].ClientId.ToString(), secret: AppSecret);
            _tokens[permission] = token = (await response.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("access_token").GetString()!;
        }

        return token;
    }

    /// <summary>The SDK's own pipeline, retries and all, ending at this server; it names itself as the one that the SDK makes when nobody brings one.</summary>
    public HttpClient Wire() => WireTo(Berth);

    /// <summary>The same to another process.</summary>
    public static HttpClient WireTo(BerthProcess berth) => GraphClientFactory.Create(
        new GraphClientOptions { GraphServiceLibraryClientVersion = typeof(GraphServiceClient).Assembly.GetName().Version!.ToString(3) },
        finalHandler: new Observer(berth.Handler()));

    /// <summary>A name that no other test has, and that sorts behind those before it.</summary>
    public string Name(string like) => $"{like}-{Interlocked.Increment(ref _number):D5}";

    /// <summary>A SKU of the built-in catalog by its part number.</summary>
    public static Sku Sku(string partNumber) => Assert.Single(SkuCatalog.BuiltIn.FindByPartNumber(partNumber));

    /// <summary>A plan of the built-in catalog by its name.</summary>
    public static Guid Plan(string name) => SkuCatalog.BuiltIn.Plans.Single(plan => plan.Name == name).Id;

    /// <summary>Buys or gives back units until exactly so many seats of a SKU are free.</summary>
    public async Task<Guid> SeatsAsync(string partNumber, int free)
    {
        Guid sku = Sku(partNumber).Id;
        if (!_subscriptions.TryGetValue(sku, out string? subscription))
        {
            JsonElement bought = await SendAsync(HttpMethod.Post, "/berth/v1/subscriptions", new { skuId = sku, units = free });
            _subscriptions[sku] = bought.GetProperty("id").GetString()!;
            return sku;
        }

        // Users of earlier tests who still wait for a seat take theirs first, whatever the order of the tests was.
        int consumed;
        do
        {
            consumed = await ConsumedAsync();
            await SendAsync(HttpMethod.Patch, $"/berth/v1/subscriptions/{subscription}", new { units = consumed + free, status = "Enabled" });
        }
        while (await ConsumedAsync() != consumed);

        return sku;

        async Task<int> ConsumedAsync() =>
            (await Http.GetFromJsonAsync<JsonElement>($"/v1.0/subscribedSkus/{BerthProcess.DemoTenant}_{sku}", Cancel)).GetProperty("consumedUnits").GetInt32();
    }

    /// <summary>The subscription that <see cref="SeatsAsync"/> bought.</summary>
    public string SubscriptionOf(Guid sku) => _subscriptions[sku];

    /// <summary>Sends JSON without the SDK, which must be answered with success.</summary>
    public async Task<JsonElement> SendAsync(HttpMethod method, string path, object? body = null)
    {
        using HttpRequestMessage request = new(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using HttpResponseMessage response = await Http.SendAsync(request, Cancel);
        string text = await response.Content.ReadAsStringAsync(Cancel);
        Assert.True(response.IsSuccessStatusCode, $"{method} {path} was answered {(int)response.StatusCode}: {text}");
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement.Clone();
    }

    /// <summary>A user as a program creates one; the id is the server's.</summary>
    public async Task<User> UserAsync(Door door, string? usageLocation = "US", Action<User>? more = null)
    {
        string alias = Name("user");
        User user = new()
        {
            AccountEnabled = true,
            DisplayName = $"Somebody {alias}",
            MailNickname = alias,
            UserPrincipalName = $"{alias}@contoso.example",
            UsageLocation = usageLocation,
            PasswordProfile = new PasswordProfile { Password = "never-used-1A", ForceChangePasswordNextSignIn = true },
        };
        more?.Invoke(user);
        return (await Graph(door).Users.PostAsync(user, cancellationToken: Cancel))!;
    }

    /// <summary>A security group with members.</summary>
    public async Task<Group> GroupAsync(Door door, params User[] members)
    {
        string alias = Name("group");
        Group group = new() { DisplayName = $"Group {alias}", MailEnabled = false, MailNickname = alias, SecurityEnabled = true };
        Group made = (await Graph(door).Groups.PostAsync(group, cancellationToken: Cancel))!;
        foreach (User member in members)
        {
            await AddMemberAsync(door, made, member.Id!);
        }

        return made;
    }

    /// <summary>A Microsoft 365 group that is created with an owner.</summary>
    public async Task<Group> OwnedCrewAsync(Door door, User owner)
    {
        string alias = Name("crew");
        Group group = new()
        {
            DisplayName = alias,
            MailNickname = alias,
            MailEnabled = true,
            SecurityEnabled = false,
            GroupTypes = ["Unified"],
            AdditionalData = new Dictionary<string, object> { ["owners@odata.bind"] = new List<string> { $"https://graph.microsoft.com/v1.0/users/{owner.Id}" } },
        };
        return (await Graph(door).Groups.PostAsync(group, cancellationToken: Cancel))!;
    }

    /// <summary>Adds a member by reference.</summary>
    public Task AddMemberAsync(Door door, Group group, string member) => Graph(door).Groups[group.Id].Members.Ref.PostAsync(
        new ReferenceCreate { OdataId = $"https://graph.microsoft.com/v1.0/directoryObjects/{member}" }, cancellationToken: Cancel);

    /// <summary>A user with everything that tells of licenses.</summary>
    public async Task<User> LicensesOfAsync(Door door, string user) => (await Graph(door).Users[user].GetAsync(
        request => request.QueryParameters.Select = ["id", "userPrincipalName", "usageLocation", "assignedLicenses", "licenseAssignmentStates", "assignedPlans"], Cancel))!;

    // There is no way yet to register an application at a running server: they are put into the database before it starts.
    private async Task RegisterAsync(string database)
    {
        await using LedgerDoor ledger = LedgerDoor.Open(SqliteStore.Open(database), TimeProvider.System);
        using AppRegistrations apps = await AppRegistrations.OpenAsync(ledger, default);
        ClientSecret secret = ClientSecret.Of(AppSecret);
        foreach (string permission in Permissions)
        {
            _apps[permission] = new AppRegistration(Guid.NewGuid(), Guid.NewGuid(), Guid.Parse(BerthProcess.DemoTenant), $"May {permission}", [permission], secret);
            await apps.PutAsync(_apps[permission], default);
        }
    }

    private sealed class GivenToken(string token) : IAccessTokenProvider
    {
        public AllowedHostsValidator AllowedHostsValidator { get; } = new();

        public Task<string> GetAuthorizationTokenAsync(
            Uri uri, Dictionary<string, object>? additionalAuthenticationContext = null, CancellationToken cancellationToken = default) => Task.FromResult(token);
    }
}
