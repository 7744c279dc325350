using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Berth.Conformance.Tests.CommandLine;
using Berth.Conformance.Tests.Process;
using Berth.Graph.Hosting;
using Berth.Identity;
using Berth.Ledger;
using Berth.Ledger.Stores;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.Tokens;
using Xunit;

namespace Berth.Conformance.Tests.Identity;

/// <summary>The keys that sign tokens: published before they sign, kept until what they signed is over, shared by every process, in no log (B734).</summary>
public sealed class KeyRotation : IAsyncLifetime
{
    private static readonly AppRegistration _app = new(Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), "A program", ["User.Read.All"], ClientSecret.Of("secret"));

    private readonly HandSetTime _time = new();
    private readonly MemoryStore _store = new();
    private LedgerDoor _ledger = null!;
    private SigningKeys _keys = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _ledger = LedgerDoor.Open(_store, _time);
        _keys = await SigningKeys.OpenAsync(_ledger, _time, Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        _keys.Dispose();
        await _ledger.DisposeAsync();
    }

    [Fact]
    public async Task B734_a_new_key_signs_a_day_after_it_was_published_and_the_one_before_goes_when_its_last_token_is_over()
    {
        string first = _keys.Signer.Key.KeyId;
        Assert.True(await _keys.RotateAsync(forgetOld: false, Cancel));
        string second = Assert.Single(_keys.All, key => key.Key.KeyId != first).Key.KeyId;
        DateTimeOffset made = _time.Now;

        _time.Now = made + IdentityLimits.KeyPublished - TimeSpan.FromTicks(1);
        Assert.Equal(first, _keys.Signer.Key.KeyId);
        string last = Token();
        _time.Now = made + IdentityLimits.KeyPublished;
        Assert.Equal(second, _keys.Signer.Key.KeyId);
        Assert.IsType<Authentication.Known>(await CheckAsync(new AccessTokens(_keys, _time), last));

        _time.Now = made + IdentityLimits.KeyPublished + IdentityLimits.KeyAfterwards - TimeSpan.FromTicks(1);
        await _keys.TendAsync(Cancel);
        Assert.NotNull(_keys.Find(first));
        _time.Now += TimeSpan.FromTicks(1);
        await _keys.TendAsync(Cancel);
        Assert.Null(_keys.Find(first));
        Assert.NotNull(_keys.Find(second));
    }

    [Fact]
    public async Task B734_a_key_of_ninety_days_gets_a_successor_and_a_refresh_token_outlives_the_change()
    {
        RefreshTokens refresh = new(_keys, _time);
        SignedInPerson person = new(_app.TenantId, Guid.NewGuid(), "ada@contoso.example", "Ada", "stamp");
        _time.Now += IdentityLimits.KeyAge - TimeSpan.FromTicks(1);
        await _keys.TendAsync(Cancel);
        Assert.Single(_keys.All);
        string token = refresh.Make(person, _app, new AskedScopes(true, [], ["offline_access"]));
        _time.Now += TimeSpan.FromTicks(1);
        await _keys.TendAsync(Cancel);
        Assert.Equal(2, _keys.All.Count);
        await _keys.TendAsync(Cancel);
        Assert.Equal(2, _keys.All.Count);

        _time.Now += IdentityLimits.RefreshToken - TimeSpan.FromSeconds(1);
        await _keys.TendAsync(Cancel);
        Assert.NotNull((await refresh.ReadAsync(token, _app)).Note);
    }

    [Fact]
    public async Task B734_a_key_that_another_process_made_is_read_when_a_token_names_it_and_made_up_names_cost_nothing()
    {
        using SigningKeys others = await SigningKeys.OpenAsync(_ledger, _time, Cancel);
        Assert.Equal(_keys.Signer.Key.KeyId, others.Signer.Key.KeyId);
        AccessTokens mine = new(_keys, _time);
        _time.Now += IdentityLimits.KeyReading;
        Assert.IsType<Authentication.Refused>(await CheckAsync(mine, Token(new SigningCredentials(new RsaSecurityKey(RSA.Create(2048)) { KeyId = "made up" }, SecurityAlgorithms.RsaSha256))));

        // A made-up name had the database asked a moment ago: nobody has it asked again at once.
        await others.RotateAsync(forgetOld: true, Cancel);
        string token = Token(others.Signer);
        _time.Now += IdentityLimits.KeyReading - TimeSpan.FromTicks(1);
        Assert.IsType<Authentication.Refused>(await CheckAsync(mine, token));
        _time.Now += TimeSpan.FromTicks(1);
        Assert.IsType<Authentication.Known>(await CheckAsync(mine, token));
        Assert.Equal(others.Signer.Key.KeyId, _keys.Signer.Key.KeyId);
    }

    [Fact]
    public async Task B734_what_a_forgotten_key_had_signed_is_good_no_more_even_on_a_connection_that_sent_it_before()
    {
        AccessTokens tokens = new(_keys, _time);
        string token = Token();
        DefaultHttpContext connection = new();
        Dictionary<object, object?> items = [];
        connection.Features.Set<Microsoft.AspNetCore.Connections.Features.IConnectionItemsFeature>(new Items(items));
        connection.Request.Headers.Authorization = "Bearer " + token;
        Assert.IsType<Authentication.Known>(await tokens.AuthenticateAsync(connection));
        Assert.IsType<Authentication.Known>(await tokens.AuthenticateAsync(connection));

        Assert.True(await _keys.RotateAsync(forgetOld: true, Cancel));

        Assert.IsType<Authentication.Refused>(await tokens.AuthenticateAsync(connection));
        Assert.IsType<Authentication.Refused>(await CheckAsync(tokens, token));
        Assert.IsType<Authentication.Known>(await CheckAsync(tokens, Token()));
    }

    [Fact]
    public async Task B734_there_are_eight_keys_at_most()
    {
        for (int i = 1; i < IdentityLimits.Keys; i++)
        {
            Assert.True(await _keys.RotateAsync(forgetOld: false, Cancel));
        }

        Assert.False(await _keys.RotateAsync(forgetOld: false, Cancel));
        Assert.Equal(IdentityLimits.Keys, _keys.All.Count);
        Assert.True(await _keys.RotateAsync(forgetOld: true, Cancel));
        Assert.Single(_keys.All);
    }

    [Fact]
    public async Task B734_the_one_key_of_an_older_version_goes_on_signing()
    {
        using RSA old = RSA.Create(2048);
        await using LedgerDoor ledger = LedgerDoor.Open(new MemoryStore(), _time);
        await ledger.WriteBlobAsync("identity/signing-key", old.ExportPkcs8PrivateKey(), Cancel);
        using SigningKeys keys = await SigningKeys.OpenAsync(ledger, _time, Cancel);
        Assert.Equal<byte>(old.ExportSubjectPublicKeyInfo(), ((RsaSecurityKey)keys.Signer.Key).Rsa.ExportSubjectPublicKeyInfo());
        using SigningKeys again = await SigningKeys.OpenAsync(ledger, _time, Cancel);
        Assert.Equal(keys.Signer.Key.KeyId, Assert.Single(again.All).Key.KeyId);
    }

    [Theory]
    [InlineData("nonsense", "damaged")]
    [InlineData("""{"version":1,"keys":[]}""", "damaged")]
    [InlineData("""{"version":1,"keys":[{"createdAt":"2027-01-01T00:00:00Z","pkcs8":"AAAA"}]}""", "damaged")]
    [InlineData("""{"version":2,"keys":[]}""", "newer version")]
    public async Task Keys_that_cannot_be_read_are_told_of_in_words(string kept, string word)
    {
        await using LedgerDoor ledger = LedgerDoor.Open(new MemoryStore(), _time);
        await ledger.WriteBlobAsync("identity/signing-keys", Encoding.UTF8.GetBytes(kept), Cancel);
        InvalidDataException told = await Assert.ThrowsAsync<InvalidDataException>(() => SigningKeys.OpenAsync(ledger, _time, Cancel));
        Assert.Contains(word, told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task B734_a_command_rotates_the_keys_of_a_running_server_which_publishes_all_and_tells_no_secret()
    {
        await using BerthProcess berth = await BerthProcess.StartEmptyDemoAsync();
        await using CliTenant demo = await CliTenant.OfAsync(berth);
        using HttpClient http = await berth.ClientAsync(authenticated: false);
        string before = await berth.TokenAsync();
        string first = Assert.Single(await PublishedAsync(http));

        Ended rotated = await demo.RunAsync("identity", "rotate-keys", "-o", "json");
        Assert.Equal((0, ""), (rotated.ExitCode, rotated.Errors));
        string[] published = await PublishedAsync(http);
        Assert.Equal(2, published.Length);
        Assert.Equal(string.Join(' ', published), string.Join(' ', rotated.Json.GetProperty("value").EnumerateArray().Select(key => key.Text("id"))));
        Assert.Equal([true, false], [.. rotated.Json.GetProperty("value").EnumerateArray().Select(key => key.GetProperty("isSigning").GetBoolean())]);
        Assert.Equal(200, await StatusAsync(http, before, "GET", "/berth/v1/identity/keys"));

        // Who administers no installation, and who says it wrongly.
        Assert.Equal(400, await StatusAsync(http, before, "POST", "/berth/v1/identity/rotateKeys", "[]"));
        Assert.Equal(413, await StatusAsync(http, before, "POST", "/berth/v1/identity/rotateKeys", new string(' ', 1025)));

        Ended forgotten = await demo.RunAsync("identity", "rotate-keys", "--forget-old");
        Assert.Equal((0, ""), (forgotten.ExitCode, forgotten.Errors));
        string last = Assert.Single(await PublishedAsync(http));
        Assert.DoesNotContain(last, published);
        Assert.Contains(last, forgotten.Output, StringComparison.Ordinal);
        Assert.Equal(401, await StatusAsync(http, before, "GET", "/v1.0/users"));
        using HttpResponseMessage answer = await berth.AskForTokenAsync();
        using JsonDocument token = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancel));
        Assert.Equal(200, await StatusAsync(http, token.RootElement.Text("access_token"), "GET", "/v1.0/users"));

        await berth.StopAsync();
        await using LedgerDoor ledger = LedgerDoor.Open(SqliteStore.Open(Path.Combine(berth.Data, "berth.db")), TimeProvider.System);
        using SigningKeys keys = await SigningKeys.OpenAsync(ledger, TimeProvider.System, Cancel);
        SigningKey key = Assert.Single(keys.All);
        Assert.Equal((last, last), (key.Key.KeyId, key.ToString()));
        string secret = Convert.ToBase64String(key.Key.Rsa.ExportPkcs8PrivateKey());
        foreach (string said in (string[])[berth.Errors, string.Join('\n', berth.Lines), rotated.Output, forgotten.Output])
        {
            Assert.DoesNotContain(secret[..64], said, StringComparison.Ordinal);
            Assert.DoesNotContain("PRIVATE KEY", said, StringComparison.Ordinal);
        }
    }

    private string Token(SigningCredentials? signer = null) => TokenClaims.WriteAccessToken(signer ?? _keys.Signer, _app, $"http://berth.example/{_app.TenantId}/v2.0", _time.Now.UtcDateTime);

    private static async Task<Authentication> CheckAsync(AccessTokens tokens, string token)
    {
        DefaultHttpContext context = new();
        context.Request.Headers.Authorization = "Bearer " + token;
        return await tokens.AuthenticateAsync(context);
    }

    private static async Task<string[]> PublishedAsync(HttpClient http)
    {
        using JsonDocument set = JsonDocument.Parse(await http.GetStringAsync(new Uri("/contoso.example/discovery/v2.0/keys", UriKind.Relative), Cancel));
        JsonElement[] keys = [.. set.RootElement.GetProperty("keys").EnumerateArray()];

        // RFC 7518, 6.3.2: a private key has a "d".
        Assert.All(keys, key => Assert.Equal(("RSA", "sig", "AQAB", false), (key.Text("kty"), key.Text("use"), key.Text("e"), key.TryGetProperty("d", out _))));
        return [.. keys.Select(key => key.Text("kid"))];
    }

    private static async Task<int> StatusAsync(HttpClient http, string token, string method, string path, string? body = null)
    {
        using HttpRequestMessage request = new(new HttpMethod(method), new Uri(path, UriKind.Relative)) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using HttpResponseMessage response = await http.SendAsync(request, Cancel);
        return (int)response.StatusCode;
    }

    private sealed class Items(IDictionary<object, object?> items) : Microsoft.AspNetCore.Connections.Features.IConnectionItemsFeature
    {
        IDictionary<object, object?> Microsoft.AspNetCore.Connections.Features.IConnectionItemsFeature.Items { get; set; } = items;
    }
}
