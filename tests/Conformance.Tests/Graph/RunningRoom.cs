using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Graph.Hosting;
using Berth.Graph.Notifications;
using Berth.Graph.Requests;
using Berth.Graph.Telling;
using Berth.Ledger;
using Berth.Ledger.Stores;
using Berth.Notifications;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Berth.Conformance.Tests.Graph;

/// <summary>
/// The Graph room behind a real Kestrel on a free port, over a ledger in memory: requests are HTTP, writes go through the writer. A bearer token is the
/// list of the permissions it grants, <c>*</c> for every one; <c>user ID PERMISSIONS</c> is a signed-in user's, <c>app ID PERMISSIONS</c> another application's.
/// </summary>
internal sealed class RunningRoom : IAsyncDisposable
{
    public static readonly Guid TenantId = Guid.Parse("5d3c2a10-7b1e-4c55-8f0a-2a9b7c6d5e4f");

    private readonly WebApplication _app;
    private readonly LedgerDoor _ledger;

    private readonly NotificationSender _sender;
    private readonly NotificationDelivery _delivery;
    private readonly AlertSender _alerts;
    private readonly AlertDelivery _telling;

    private RunningRoom(
        WebApplication app, LedgerDoor ledger, TenantDesk desk, SubscriptionBooks books, NotificationSender sender, NotificationDelivery delivery, ListenerBooks listeners, AlertSender alerts, AlertDelivery telling)
    {
        (_app, _ledger, Desk, Books, _sender, _delivery, Listeners, _alerts, _telling) = (app, ledger, desk, books, sender, delivery, listeners, alerts, telling);
        Http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
    }

    public TenantDesk Desk { get; }

    public HttpClient Http { get; }

    public SubscriptionBooks Books { get; }

    public ListenerBooks Listeners { get; }

    public Tenant Tenant => Desk.Current;

    public static async Task<RunningRoom> OpenAsync(TenantKind kind = TenantKind.Emulator, TimeProvider? time = null, MailServer? mail = null)
    {
        time ??= TimeProvider.System;
        LedgerDoor ledger = LedgerDoor.Open(new MemoryStore(), time);
        TenantProfile profile = new(TenantId, "Fabrikam", "fabrikam.example", "US", kind, default);
        TenantCreation created = await ledger.CreateTenantAsync(new Command.CreateTenant(profile, SkuCatalog.BuiltIn), Actor.Berth, TestContext.Current.CancellationToken);
        TenantDesk desk = Assert.IsType<TenantCreation.Created>(created).Desk;

        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(kestrel => kestrel.Limits.MaxRequestLineSize = 2 * Berth.Graph.GraphLimits.QueryCharacters).UseUrls("http://127.0.0.1:0");
        WebApplication app = builder.Build();
        NotificationSender sender = new(time);
        SubscriptionBooks books = new(ledger, new NotificationHosts(["hooks.fabrikam.example"]), sender.HandshakeAsync);
        AlertSender alerts = new(sender, mail is null ? null : new LetterSender(mail, time), time);
        ListenerBooks listeners = new(ledger, books.Hosts, mail is not null, alerts.SendAsync);
        await listeners.OpenAsync(TestContext.Current.CancellationToken);
        app.UseGraph(ledger.Find, context => ValueTask.FromResult(Authenticate(context.Request.Headers.Authorization.ToString())), time, books, listeners: listeners);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new RunningRoom(app, ledger, desk, books, sender, new NotificationDelivery(books, sender, time, NullLogger.Instance), listeners, alerts, new AlertDelivery(listeners, time, NullLogger.Instance));
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
        await _delivery.DisposeAsync();
        await _telling.DisposeAsync();
        Listeners.Dispose();
        _alerts.Dispose();
        Books.Dispose();
        _sender.Dispose();
        await _ledger.DisposeAsync();
    }

    /// <summary>Sends a request; a text body is JSON unless a header says otherwise.</summary>
    public Task<Answer> SendAsync(string method, string path, string? json = null, string token = "*", params (string Name, string Value)[] headers) =>
        SendAsync(method, path, json is null ? null : new StringContent(json, new UTF8Encoding(false), "application/json"), token, headers);

    /// <summary>A GET with the header of advanced queries (L153).</summary>
    public Task<Answer> EventualAsync(string path) => SendAsync("GET", path, null as string, "*", ("ConsistencyLevel", "eventual"));

    public async Task<Answer> SendAsync(string method, string path, HttpContent? content, string token = "*", params (string Name, string Value)[] headers)
    {
        using HttpRequestMessage request = new(new HttpMethod(method), path) { Content = content };
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        foreach ((string name, string value) in headers)
        {
            if (name == "Content-Type")
            {
                content!.Headers.ContentType = MediaTypeHeaderValue.Parse(value);
            }
            else
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }

        using HttpResponseMessage response = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        byte[] body = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        return new Answer((int)response.StatusCode, body, response.Headers.Location?.OriginalString, response.Content.Headers.ContentType?.MediaType)
        {
            Headers = response.Headers.ToDictionary(header => header.Key, header => string.Join(',', header.Value), StringComparer.OrdinalIgnoreCase),
        };
    }

    /// <summary>Sends a request that must succeed; its answer's JSON.</summary>
    public async Task<JsonElement> DoAsync(string method, string path, string? json = null)
    {
        Answer answer = await SendAsync(method, path, json);
        Assert.True(answer.Status < 300, $"{method} {path}: {answer.Status} {answer.Text}");
        return answer.Body.Length == 0 ? default : answer.Json;
    }

    /// <summary>Sends a request that must be refused with a status and a machine code; the message.</summary>
    public async Task<string> RefusedAsync(int status, string innerCode, string method, string path, string? json = null, string token = "*")
    {
        long version = Tenant.Version;
        Answer answer = await SendAsync(method, path, json, token);
        Assert.True(answer.Status == status, $"{method} {path}: {answer.Status} {answer.Text}");
        Assert.Equal(innerCode, answer.InnerCode);
        Assert.Equal(version, Tenant.Version);
        return answer.Message;
    }

    public async Task<Guid> AddUserAsync(string name, string? usageLocation = "US")
    {
        JsonElement user = await DoAsync("POST", "/v1.0/users", UserJson(name, usageLocation));
        return user.GetProperty("id").GetGuid();
    }

    public static string UserJson(string name, string? usageLocation = "US") => JsonSerializer.Serialize(new Dictionary<string, object?>
    {
        ["accountEnabled"] = true,
        ["displayName"] = name,
        ["mailNickname"] = name,
        ["userPrincipalName"] = $"{name}@fabrikam.example",
        ["usageLocation"] = usageLocation,
        ["passwordProfile"] = new Dictionary<string, object> { ["password"] = "never-kept", ["forceChangePasswordNextSignIn"] = true },
    });

    public async Task<Guid> AddGroupAsync(string name, params Guid[] members) => await AddGroupAsync(name, securityEnabled: true, members);

    public async Task<Guid> AddGroupAsync(string name, bool securityEnabled, params Guid[] members)
    {
        JsonElement group = await DoAsync("POST", "/v1.0/groups", JsonSerializer.Serialize(new Dictionary<string, object?>
        {
            ["displayName"] = name,
            ["mailEnabled"] = false,
            ["mailNickname"] = name,
            ["securityEnabled"] = securityEnabled,
            ["members@odata.bind"] = members.Select(id => $"https://graph.microsoft.com/v1.0/directoryObjects/{id}").ToArray(),
        }));
        return group.GetProperty("id").GetGuid();
    }

    public async Task<Guid> BuyAsync(string partNumber, int units, string status = "Enabled") =>
        (await DoAsync("POST", "/berth/v1/subscriptions", $$"""{"skuPartNumber":"{{partNumber}}","units":{{units}},"status":"{{status}}"}""")).GetProperty("id").GetGuid();

    public Guid Sku(string partNumber) => Tenant.Catalog.FindByPartNumber(partNumber).First().Id;

    public Guid Plan(string name) => Tenant.Catalog.Plans.First(plan => plan.Name == name).Id;

    public static string Licenses(IEnumerable<Guid> add, IEnumerable<Guid> remove) =>
        $$"""{"addLicenses":[{{string.Join(',', add.Select(id => $$"""{"skuId":"{{id}}"}"""))}}],"removeLicenses":[{{string.Join(',', remove.Select(id => $"\"{id}\""))}}]}""";

    /// <summary>The rows of a user as <c>PART source state error</c>.</summary>
    public async Task<string[]> StatesAsync(Guid user)
    {
        JsonElement states = (await DoAsync("GET", $"/v1.0/users/{user}?$select=licenseAssignmentStates")).GetProperty("licenseAssignmentStates");
        return [.. states.EnumerateArray().Select(state =>
            $"{PartOf(state.GetProperty("skuId").GetGuid())} {(state.GetProperty("assignedByGroup").ValueKind == JsonValueKind.Null ? "direct" : "group")} "
            + $"{state.GetProperty("state").GetString()} {state.GetProperty("error").GetString()}")];
    }

    private string PartOf(Guid sku) => Tenant.Catalog.TryGetSku(sku, out Sku? found) ? found.PartNumber : "?";

    private static Authentication Authenticate(string header)
    {
        const string Scheme = "Bearer ";
        if (!header.StartsWith(Scheme, StringComparison.Ordinal))
        {
            return new Authentication.Refused("Access token is empty.", "Bearer");
        }

        string[] words = header[Scheme.Length..].Split([' ', ','], StringSplitOptions.RemoveEmptyEntries);
        SignedInUser? user = words.Length > 1 && words[0] == "user" ? new SignedInUser(Guid.Parse(words[1]), "ada@fabrikam.example") : null;
        Guid app = words.Length > 1 && words[0] == "app" ? Guid.Parse(words[1]) : Guid.Parse("0b6c8b1e-93d4-4a0e-9c1c-6f1f5b0a7d21");
        PermissionSet permissions = words.Contains("*") ? PermissionSet.Every : PermissionSet.Known(words);
        return new Authentication.Known(new Caller(TenantId, app, "Test client", user, permissions));
    }
}

/// <summary>An answer as it came.</summary>
internal sealed record Answer(int Status, byte[] Body, string? Location, string? MediaType)
{
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    public string? Header(string name) => Headers.GetValueOrDefault(name);

    public string Text => Encoding.UTF8.GetString(Body);

    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    public string Code => Json.GetProperty("error").GetProperty("code").GetString()!;

    public string Message => Json.GetProperty("error").GetProperty("message").GetString()!;

    public string InnerCode => Json.GetProperty("error").GetProperty("innerError").GetProperty("code").GetString()!;
}
