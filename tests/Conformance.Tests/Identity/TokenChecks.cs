using System.Security.Cryptography;
using Berth.Graph.Hosting;
using Berth.Graph.Requests;
using Berth.Identity;
using Berth.Ledger;
using Berth.Ledger.Stores;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Xunit;

namespace Berth.Conformance.Tests.Identity;

/// <summary>Which tokens are good: the signature, the words inside and the time.</summary>
public sealed class TokenChecks : IAsyncLifetime
{
    private static readonly Guid _tenant = Guid.NewGuid();
    private static readonly Guid _app = Guid.NewGuid();

    private readonly HandSetTime _time = new();
    private LedgerDoor _ledger = null!;
    private SigningKeys _keys = null!;
    private RsaSecurityKey _key = null!;
    private AccessTokens _tokens = null!;

    public async ValueTask InitializeAsync()
    {
        _ledger = LedgerDoor.Open(new MemoryStore(), _time);
        _keys = await SigningKeys.OpenAsync(_ledger, _time, TestContext.Current.CancellationToken);
        _key = (RsaSecurityKey)_keys.Signer.Key;
        _tokens = new AccessTokens(_keys, _time);
    }

    public async ValueTask DisposeAsync()
    {
        _keys.Dispose();
        await _ledger.DisposeAsync();
    }

    [Fact]
    public async Task A_good_token_names_its_caller()
    {
        Authentication.Known known = Assert.IsType<Authentication.Known>(await CheckAsync(Token()));

        Assert.Equal(new Caller(_tenant, _app, "Tester", null, PermissionSet.Of("User.Read.All", "AuditLog.Read.All")), known.Caller);
    }

    [Fact]
    public async Task A_good_token_is_checked_once_and_remembered()
    {
        string token = Token();

        Authentication first = await CheckAsync(token);
        Authentication again = await CheckAsync(token);

        Assert.Same(first, again);
        Assert.Equal(1, _tokens.Remembered);
    }

    [Fact]
    public async Task A_token_ends_to_the_second_even_when_it_is_remembered()
    {
        string token = Token();
        _time.Now = _time.Now.AddSeconds(3598);
        Assert.IsType<Authentication.Known>(await CheckAsync(token));

        _time.Now = _time.Now.AddSeconds(1);

        await IsRefusedAsync(token, "Lifetime validation failed, the token is expired.");
        await IsRefusedByAsync(new AccessTokens(_keys, _time), token, "Lifetime validation failed, the token is expired.");
    }

    [Fact]
    public async Task A_token_of_the_future_is_not_good_yet()
    {
        string token = Token(token => token.NotBefore = _time.Now.UtcDateTime.AddSeconds(1));

        await IsRefusedAsync(token, "Lifetime validation failed, the token is not yet valid.");
        _time.Now = _time.Now.AddSeconds(1);
        Assert.IsType<Authentication.Known>(await CheckAsync(token));
    }

    [Fact]
    public async Task A_token_signed_by_somebody_else_is_refused()
    {
        using RSA other = RSA.Create(2048);
        RsaSecurityKey sameName = new(other) { KeyId = _key.KeyId };
        RsaSecurityKey otherName = new(other) { KeyId = "theirs" };

        await IsRefusedAsync(Token(token => token.SigningCredentials = new SigningCredentials(sameName, SecurityAlgorithms.RsaSha256)), "Access token validation failure. Invalid signature.");
        await IsRefusedAsync(Token(token => token.SigningCredentials = new SigningCredentials(otherName, SecurityAlgorithms.RsaSha256)), "Access token validation failure. Invalid signature.");
    }

    [Fact]
    public async Task The_public_key_is_no_secret_to_sign_with()
    {
        SymmetricSecurityKey publicKey = new(_key.Rsa.ExportSubjectPublicKeyInfo()) { KeyId = _key.KeyId };

        await IsRefusedAsync(Token(token => token.SigningCredentials = new SigningCredentials(publicKey, SecurityAlgorithms.HmacSha256)), "Access token validation failure. Invalid signature.");
        await IsRefusedAsync(Token(token => token.SigningCredentials = new SigningCredentials(_key, SecurityAlgorithms.RsaSsaPssSha256)), "Access token validation failure. Invalid signature.");
    }

    [Fact]
    public async Task A_token_for_another_resource_is_refused() =>
        await IsRefusedAsync(Token(token => token.Audience = "https://vault.azure.net"), "Access token validation failure. Invalid audience.");

    [Fact]
    public async Task A_token_of_another_kind_is_refused() =>
        await IsRefusedAsync(Token(token => token.TokenType = "refresh+jwt"), "Access token validation failure. The token is not an access token.");

    [Theory]
    [InlineData("tid")]
    [InlineData("appid")]
    [InlineData("app_displayname")]
    [InlineData("roles")]
    public async Task A_token_without_a_claim_it_needs_is_refused(string claim) =>
        await IsRefusedAsync(Token(token => token.Claims.Remove(claim)), "Access token validation failure. The token lacks a claim.");

    [Fact]
    public async Task The_issuer_and_the_tenant_must_agree() =>
        await IsRefusedAsync(Token(token => token.Claims["tid"] = Guid.NewGuid().ToString()), "Access token validation failure. The token lacks a claim.");

    [Theory]
    [InlineData("\u00e4.\u00f6.\u00fc")]
    [InlineData("x")]
    [InlineData("a.b.c.d.e")]
    public async Task What_is_no_token_is_refused(string text) =>
        await IsRefusedAsync(text, "Access token validation failure. The token is not well formed.");

    [Fact]
    public void No_more_tokens_are_remembered_than_the_limit()
    {
        TokenMemory memory = new(_time);
        GoodToken good = new(new Authentication.Known(new Caller(_tenant, _app, "Tester", null, PermissionSet.None)), _time.Now.AddHours(1));
        TokenHash used = new(1, 2, 3, 4);
        memory.Add(used, good);
        for (ulong i = 0; i < 3 * TokenMemory.MostTokens; i++)
        {
            memory.Add(new TokenHash(i, 0, 0, 0), good);
            Assert.True(memory.Count <= TokenMemory.MostTokens);
            if (i % (TokenMemory.MostTokens / 4) == 0)
            {
                Assert.Same(good, memory.Find(used));
            }
        }

        Assert.Null(memory.Find(new TokenHash(0, 0, 0, 0)));
        Assert.Same(good, memory.Find(new TokenHash((3 * TokenMemory.MostTokens) - 1, 0, 0, 0)));
    }

    private async Task<Authentication> CheckAsync(string token) => await CheckByAsync(_tokens, token);

    private static async Task<Authentication> CheckByAsync(AccessTokens tokens, string token)
    {
        DefaultHttpContext context = new();
        context.Request.Headers.Authorization = "Bearer " + token;
        return await tokens.AuthenticateAsync(context);
    }

    private async Task IsRefusedAsync(string token, string message) => await IsRefusedByAsync(_tokens, token, message);

    private static async Task IsRefusedByAsync(AccessTokens tokens, string token, string message) =>
        Assert.Equal(message, Assert.IsType<Authentication.Refused>(await CheckByAsync(tokens, token)).Message);

    private string Token(Action<SecurityTokenDescriptor>? change = null)
    {
        SecurityTokenDescriptor token = new()
        {
            TokenType = "JWT",
            Issuer = $"http://berth.example/{_tenant}/v2.0",
            Audience = "https://graph.microsoft.com",
            IssuedAt = _time.Now.UtcDateTime,
            NotBefore = _time.Now.UtcDateTime,
            Expires = _time.Now.UtcDateTime.AddSeconds(3599),
            SigningCredentials = new SigningCredentials(_key, SecurityAlgorithms.RsaSha256),
            Claims = new Dictionary<string, object>
            {
                ["tid"] = _tenant.ToString(),
                ["appid"] = _app.ToString(),
                ["app_displayname"] = "Tester",
                ["roles"] = new[] { "User.Read.All", "AuditLog.Read.All", "Something.Else" },
            },
        };
        change?.Invoke(token);
        return new JsonWebTokenHandler().CreateToken(token);
    }
}
