using System.Net;
using System.Text;
using System.Text.Json;
using Berth.Conformance.Tests.Process;
using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.Collections;
using Berth.Graph.Requests;
using Berth.Identity;
using Berth.Ledger;
using Berth.Ledger.Stores;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Xunit;

namespace Berth.Conformance.Tests.Identity;

/// <summary>An installation with two tenants and an application that may do little, prepared before the program starts.</summary>
public sealed class TwoTenants : IAsyncLifetime
{
    public const string Secret = "not-a-demo-secret-either";

    public Guid OtherTenant { get; } = Guid.NewGuid();

    internal AppRegistration Other { get; private set; } = null!;

    internal AppRegistration Little { get; private set; } = null!;

    public string ExpiredToken { get; private set; } = "";

    public BerthProcess Berth { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        BerthProcess first = await BerthProcess.StartEmptyDemoAsync(Path.Combine(Path.GetTempPath(), "berth-test-" + Guid.NewGuid().ToString("N")));
        await first.StopAsync();
        await using (LedgerDoor ledger = LedgerDoor.Open(SqliteStore.Open(Path.Combine(first.Data, "berth.db")), TimeProvider.System))
        {
            using AppRegistrations apps = await AppRegistrations.OpenAsync(ledger, default);
            TenantProfile fabrikam = new(OtherTenant, "Fabrikam", "fabrikam.example", "DE", TenantKind.Production, default);
            await ledger.CreateTenantAsync(new Command.CreateTenant(fabrikam, SkuCatalog.BuiltIn), Actor.Berth);
            Other = App(OtherTenant, "Fabrikam's", [.. PermissionSet.Names]);
            Little = App(Guid.Parse(BerthProcess.DemoTenant), "Reader of users", ["User.Read.All"]);
            await apps.PutAsync(Other, default);
            await apps.PutAsync(Little, default);
            using SigningKeys keys = await SigningKeys.OpenAsync(ledger, TimeProvider.System, default);
            ExpiredToken = Expired(keys.Signer);
        }

        Berth = await BerthProcess.StartEmptyDemoAsync(first.Data);
    }

    public async ValueTask DisposeAsync()
    {
        string data = Berth.Data;
        await Berth.DisposeAsync();
        Directory.Delete(data, true);
    }

    private static AppRegistration App(Guid tenant, string name, ValueArray<string> permissions) =>
        new(Guid.NewGuid(), Guid.NewGuid(), tenant, name, permissions, ClientSecret.Of(Secret));

    private static string Expired(SigningCredentials signer)
    {
        DateTime now = TimeProvider.System.GetUtcNow().UtcDateTime;
        return new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            TokenType = "JWT",
            Issuer = $"http://127.0.0.1/{BerthProcess.DemoTenant}/v2.0",
            Audience = "https://graph.microsoft.com",
            IssuedAt = now.AddHours(-2),
            NotBefore = now.AddHours(-2),
            Expires = now.AddSeconds(-1),
            SigningCredentials = signer,
            Claims = new Dictionary<string, object>
            {
                ["tid"] = BerthProcess.DemoTenant,
                ["appid"] = BerthProcess.DemoClient,
                ["app_displayname"] = "Berth demo client",
                ["roles"] = PermissionSet.Names.ToArray(),
            },
        });
    }
}

/// <summary>What a token does not open.</summary>
public sealed class Boundaries(TwoTenants installation) : IClassFixture<TwoTenants>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private BerthProcess Berth => installation.Berth;

    [Fact]
    public async Task A_token_reads_its_own_tenant_and_no_other()
    {
        string own = await ReadOrganizationAsync(await Berth.TokenAsync());
        string others = await ReadOrganizationAsync(await TokenAsync("fabrikam.example", installation.Other));

        Assert.Contains(BerthProcess.DemoTenant, own, StringComparison.Ordinal);
        Assert.DoesNotContain(installation.OtherTenant.ToString(), own, StringComparison.Ordinal);
        Assert.Contains(installation.OtherTenant.ToString(), others, StringComparison.Ordinal);
        Assert.DoesNotContain(BerthProcess.DemoTenant, others, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fabrikam.example", true)]
    [InlineData("common", true)]
    [InlineData("organizations", true)]
    [InlineData("contoso.example", false)]
    [InlineData(BerthProcess.DemoTenant, false)]
    public async Task An_application_gets_tokens_of_its_own_tenant_only(string tenant, bool given)
    {
        using HttpResponseMessage response = await Berth.AskForTokenAsync(tenant, installation.Other.ClientId.ToString(), TwoTenants.Secret);
        string body = await response.Content.ReadAsStringAsync(Cancel);

        Assert.Equal(given ? HttpStatusCode.OK : HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(given ? "access_token" : "AADSTS700016", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_route_beyond_the_tokens_permissions_is_denied()
    {
        string token = await TokenAsync(BerthProcess.DemoTenant, installation.Little);
        using HttpResponseMessage denied = await CallAsync(token, "/v1.0/organization");
        using JsonDocument body = JsonDocument.Parse(await denied.Content.ReadAsStringAsync(Cancel));

        Assert.Equal(HttpStatusCode.Forbidden, denied.StatusCode);
        Assert.Equal("Authorization_RequestDenied", body.RootElement.GetProperty("error").GetProperty("code").GetString());
        Assert.Equal("Insufficient privileges to complete the operation.", body.RootElement.GetProperty("error").GetProperty("message").GetString());
    }

    [Fact]
    public async Task The_roles_of_a_token_are_the_applications_permissions()
    {
        string token = await TokenAsync(BerthProcess.DemoTenant, installation.Little);
        using JsonDocument claims = JsonDocument.Parse(Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[1])));

        Assert.Equal("User.Read.All", Assert.Single(claims.RootElement.GetProperty("roles").EnumerateArray()).GetString());
    }

    [Fact]
    public async Task An_expired_token_is_told_so()
    {
        using HttpResponseMessage response = await CallAsync(installation.ExpiredToken, "/v1.0/organization");
        using JsonDocument body = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancel));

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("Lifetime validation failed, the token is expired.", body.RootElement.GetProperty("error").GetProperty("message").GetString());
        Assert.Contains("invalid_token", response.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Secrets_are_kept_as_hashes_in_a_file_of_the_owners()
    {
        string[] files = [.. Directory.GetFiles(Berth.Data).Where(file => !file.EndsWith(".lock", StringComparison.Ordinal))];
        Assert.NotEmpty(files);
        foreach (string file in files)
        {
            await using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            byte[] bytes = new byte[stream.Length];
            await stream.ReadExactlyAsync(bytes, Cancel);
            Assert.True(bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(TwoTenants.Secret)) < 0, $"{file} holds a secret");
        }

        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(Berth.Data, "berth.db")));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Berth.Data));
        }
    }

    private async Task<string> TokenAsync(string tenant, AppRegistration app)
    {
        using HttpResponseMessage response = await Berth.AskForTokenAsync(tenant, app.ClientId.ToString(), TwoTenants.Secret);
        using JsonDocument body = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancel));
        return body.RootElement.GetProperty("access_token").GetString()!;
    }

    private async Task<string> ReadOrganizationAsync(string token)
    {
        using HttpResponseMessage response = await CallAsync(token, "/v1.0/organization");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadAsStringAsync(Cancel);
    }

    private async Task<HttpResponseMessage> CallAsync(string token, string path)
    {
        using HttpClient client = await Berth.ClientAsync(authenticated: false);
        client.DefaultRequestHeaders.Add("Authorization", "Bearer " + token);
        return await client.GetAsync(new Uri(path, UriKind.Relative), Cancel);
    }
}
