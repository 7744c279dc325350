using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Berth.Conformance.Tests.Process;
using Berth.Engine.Catalog;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Berth.Conformance.Tests.BadInput;

/// <summary>Tests that share one running Berth, one after another.</summary>
[CollectionDefinition(nameof(UnderTest))]
public sealed class UnderTestCollection : ICollectionFixture<UnderTest>;

/// <summary>
/// A running Berth with one user, one group and one bought SKU, to which nothing may happen: whatever is sent is refused with Graph's error in JSON,
/// and the journal does not grow.
/// </summary>
public sealed class UnderTest : IAsyncLifetime
{
    private BerthProcess? _berth;
    private HttpClient? _http;

    public Guid Sku { get; } = SkuCatalog.BuiltIn.FindByPartNumber("POWER_BI_PRO").Single().Id;

    public string User { get; private set; } = "";

    public string Group { get; private set; } = "";

    public BerthProcess Berth => _berth!;

    public HttpClient Http => _http!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _berth = await BerthProcess.StartEmptyDemoAsync();
        _http = await _berth.ClientAsync();
        using HttpResponseMessage bought = await Http.PostAsJsonAsync("/berth/v1/subscriptions", new { skuId = Sku, units = 10 });
        Assert.Equal(HttpStatusCode.Created, bought.StatusCode);
        (User, Group) = (Guid.NewGuid().ToString(), Guid.NewGuid().ToString());
        string lines = $$$"""
            {"user":{"id":"{{{User}}}","userPrincipalName":"target@contoso.example","displayName":"Target","usageLocation":"US"}}
            {"group":{"id":"{{{Group}}}","displayName":"Target"}}
            """;
        using StringContent import = new(lines, Encoding.UTF8, "application/x-ndjson");
        using HttpResponseMessage imported = await Http.PostAsync(new Uri("/berth/v1/import", UriKind.Relative), import);
        Assert.Equal(HttpStatusCode.OK, imported.StatusCode);
    }

    public async ValueTask DisposeAsync()
    {
        _http?.Dispose();
        if (_berth is not null)
        {
            await _berth.DisposeAsync();
        }
    }

    /// <summary>The path or body with the names of what there is.</summary>
    public string Fill(string text) => text.Replace("USER", User, StringComparison.Ordinal).Replace("GROUP", Group, StringComparison.Ordinal)
        .Replace("SKU", Sku.ToString(), StringComparison.Ordinal);

    /// <summary>How many entries the journal has: the tenant's version, read from the database under the server.</summary>
    public async Task<long> VersionAsync()
    {
        await using SqliteConnection database = new($"Data Source={Path.Combine(Berth.Data, "berth.db")};Pooling=False");
        await database.OpenAsync(Cancel);
        await using SqliteCommand command = database.CreateCommand();
        command.CommandText = "SELECT max(seq) FROM journal";
        return (long)(await command.ExecuteScalarAsync(Cancel))!;
    }

    /// <summary>What everything reads like.</summary>
    public async Task<string> ReadAllAsync() => string.Join('\n', await Task.WhenAll(
        ((string[])
        [
            "/v1.0/users?$select=id,userPrincipalName,displayName,department,accountEnabled,usageLocation,mailNickname,assignedLicenses,licenseAssignmentStates",
            "/v1.0/groups?$expand=members", "/v1.0/subscribedSkus", "/v1.0/directory/subscriptions", "/berth/v1/settings",
        ]).Select(path => Http.GetStringAsync(new Uri(path, UriKind.Relative), Cancel))));

    /// <summary>Sends a request that must be refused exactly so and change nothing. The message is compared whole, or by its beginning when it ends with "...".</summary>
    public async Task<HttpResponseMessage> RefusedAsync(HttpRequestMessage request, int status, string code, string innerCode, string message)
    {
        long version = await VersionAsync();
        string before = await ReadAllAsync();
        HttpResponseMessage answer = await Http.SendAsync(request, Cancel);
        string body = await answer.Content.ReadAsStringAsync(Cancel);

        Assert.True(status == (int)answer.StatusCode, $"{(int)answer.StatusCode}: {body}");
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        using JsonDocument json = JsonDocument.Parse(body);
        JsonElement error = Assert.Single(json.RootElement.EnumerateObject()).Value;
        JsonElement inner = error.GetProperty("innerError");
        Assert.Equal((code, innerCode), (error.GetProperty("code").GetString(), inner.GetProperty("code").GetString()));
        string given = error.GetProperty("message").GetString()!;
        if (message.EndsWith("...", StringComparison.Ordinal))
        {
            Assert.StartsWith(message[..^3], given, StringComparison.Ordinal);
        }
        else
        {
            Assert.Equal(message, given);
        }

        Assert.Equal(Assert.Single(answer.Headers.GetValues("request-id")), inner.GetProperty("request-id").GetString());
        Assert.Equal(Assert.Single(answer.Headers.GetValues("client-request-id")), inner.GetProperty("client-request-id").GetString());
        Assert.True(DateTime.TryParse(inner.GetProperty("date").GetString(), System.Globalization.CultureInfo.InvariantCulture, out _));
        Assert.Equal(version, await VersionAsync());
        Assert.Equal(before, await ReadAllAsync());
        return answer;
    }

    /// <summary>A request with a body as it stands.</summary>
    public static HttpRequestMessage Request(string method, string path, byte[]? body = null, string? contentType = "application/json")
    {
        HttpRequestMessage request = new(new HttpMethod(method), path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            if (contentType is not null)
            {
                request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
            }
        }

        return request;
    }

    /// <summary>A request with a text as its body.</summary>
    public static HttpRequestMessage Request(string method, string path, string body, string? contentType = "application/json") =>
        Request(method, path, Encoding.UTF8.GetBytes(body), contentType);
}
