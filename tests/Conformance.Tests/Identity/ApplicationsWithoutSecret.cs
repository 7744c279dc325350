using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Berth.Conformance.Tests.Process;
using Microsoft.IdentityModel.Tokens;
using Xunit;

namespace Berth.Conformance.Tests.Identity;

/// <summary>Applications that sign in without a secret: by a certificate (B201, B210, B211), or because they run on the demo's machine (B209).</summary>
public sealed class ApplicationsWithoutSecret(EmptyDemo demo) : IClassFixture<EmptyDemo>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private BerthProcess Berth => demo.Berth;

    private X509Certificate2 DemoCertificate => X509Certificate2.CreateFromPemFile(Path.Combine(Berth.Data, "demo-client.pem"));

    [Theory]
    [InlineData(SecurityAlgorithms.RsaSha256, "x5t")]
    [InlineData(SecurityAlgorithms.RsaSha256, "kid")]
    [InlineData(SecurityAlgorithms.RsaSsaPssSha256, "x5t#S256")]
    public async Task B210_the_demos_certificate_signs_its_client_in(string algorithm, string header)
    {
        using X509Certificate2 certificate = DemoCertificate;
        string assertion = Assertion(certificate, algorithm: algorithm, header: header);
        for (int i = 0; i < 2; i++)
        {
            (int status, JsonElement answer) = await AskAsync(assertion);
            Assert.Equal(200, status);
            Assert.Equal(200, (await Berth.GetAsync("/v1.0/users", answer.Text("access_token"))).Status);
        }

        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite, OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(Path.Combine(Berth.Data, "demo-client.pem")));
    }

    [Theory]
    [InlineData("{0}/6b1f7a52-3c0e-4f5b-9a51-0d0c5a7e1d10/oauth2/v2.0/token", true)]
    [InlineData("{0}/contoso.example/oauth2/v2.0/token", true)]
    [InlineData("https://login.microsoftonline.com/contoso.example/oauth2/v2.0/token", true)]
    [InlineData("https://login.microsoftonline.com/6b1f7a52-3c0e-4f5b-9a51-0d0c5a7e1d10/oauth2/token", true)]
    [InlineData("https://login.microsoftonline.com/6b1f7a52-3c0e-4f5b-9a51-0d0c5a7e1d10/v2.0", true)]
    [InlineData("https://login.microsoftonline.com/2b1f7a52-3c0e-4f5b-9a51-0d0c5a7e1d10/oauth2/v2.0/token", false)]
    [InlineData("https://login.microsoftonline.com/contoso.example/oauth2/v2.0/authorize", false)]
    [InlineData("http://login.microsoftonline.com/contoso.example/oauth2/v2.0/token", false)]
    [InlineData("https://graph.microsoft.com/contoso.example/oauth2/v2.0/token", false)]
    [InlineData("https://evil.example/contoso.example/oauth2/v2.0/token", false)]
    [InlineData("api://AzureADTokenExchange", false)]
    public async Task An_assertion_is_for_this_authority_and_tenant(string audience, bool taken)
    {
        using X509Certificate2 certificate = DemoCertificate;
        (int Status, JsonElement Body) answer = await AskAsync(Assertion(certificate, audience: string.Format(null, audience, Berth.Http!.GetLeftPart(UriPartial.Authority))));

        if (taken)
        {
            Assert.Equal(200, answer.Status);
        }
        else
        {
            answer.IsRefusal(401, "invalid_client", 700023);
        }
    }

    [Theory]
    [InlineData(-3600, -290, true)]
    [InlineData(-3600, -310, false)]
    [InlineData(290, 600, true)]
    [InlineData(310, 600, false)]
    [InlineData(-10, 86_390, true)]
    [InlineData(-10, 86_500, false)]
    public async Task An_assertion_has_begun_and_ends_within_a_day(int begins, int ends, bool taken)
    {
        using X509Certificate2 certificate = DemoCertificate;
        DateTime now = TimeProvider.System.GetUtcNow().UtcDateTime;
        (int Status, JsonElement Body) answer = await AskAsync(Assertion(certificate, begins: now.AddSeconds(begins), ends: now.AddSeconds(ends)));

        if (taken)
        {
            Assert.Equal(200, answer.Status);
        }
        else
        {
            answer.IsRefusal(401, "invalid_client", 700024);
        }
    }

    [Fact]
    public async Task An_assertion_that_is_not_the_applications_is_refused()
    {
        using X509Certificate2 certificate = DemoCertificate;
        using X509Certificate2 stranger = NewCertificate();
        string good = Assertion(certificate);

        (await AskAsync("nonsense")).IsRefusal(401, "invalid_client", 50027);
        (await AskAsync(Assertion(stranger))).IsRefusal(401, "invalid_client", 700027);
        (await AskAsync(Assertion(stranger, named: certificate))).IsRefusal(401, "invalid_client", 700027);
        (await AskAsync(good[..^8] + (good.EndsWith("AAAAAAAA", StringComparison.Ordinal) ? "BBBBBBBB" : "AAAAAAAA"))).IsRefusal(401, "invalid_client", 700027);
        (await AskAsync(Assertion(certificate, subject: Guid.NewGuid().ToString()))).IsRefusal(401, "invalid_client", 700021);
        (await AskAsync(Assertion(certificate, issuer: Guid.NewGuid().ToString()))).IsRefusal(401, "invalid_client", 700021);
        (await AskAsync(good, type: "urn:ietf:params:oauth:client-assertion-type:saml2-bearer")).IsRefusal(401, "invalid_client", 50027);
        string unsigned = string.Join('.', Encode("""{"alg":"none","typ":"JWT"}"""), good.Split('.')[1], "");
        (await AskAsync(unsigned)).IsRefusal(401, "invalid_client", 700027);
    }

    [Fact]
    public async Task B211_an_application_is_given_a_certificate_and_signs_in_with_it()
    {
        using X509Certificate2 own = NewCertificate();
        (await AskAsync(Assertion(own))).IsRefusal(401, "invalid_client", 700027);

        (int status, JsonElement added) = await AddAsync(own.ExportCertificatePem());

        Assert.Equal((201, own.Thumbprint), (status, added.Text("thumbprint")));
        Assert.Equal(200, (await AskAsync(Assertion(own))).Status);
        Assert.Equal(201, (await AddAsync(own.ExportCertificatePem())).Status);
    }

    [Fact]
    public async Task An_application_has_at_most_20_certificates()
    {
        // A demo of its own: its client has one from the start.
        await using BerthProcess berth = await BerthProcess.StartEmptyDemoAsync();
        using HttpClient http = await berth.ClientAsync();
        List<int> statuses = [];
        for (int i = 0; i < 20; i++)
        {
            using X509Certificate2 certificate = NewCertificate();
            using StringContent body = new(certificate.ExportCertificatePem());
            using HttpResponseMessage response = await http.PostAsync(new Uri($"/berth/v1/applications/{BerthProcess.DemoClient}/certificates", UriKind.Relative), body, Cancel);
            statuses.Add((int)response.StatusCode);
        }

        Assert.Equal([.. Enumerable.Repeat(201, 19), 400], statuses);
    }

    [Fact]
    public async Task What_is_no_certificate_is_not_taken()
    {
        using RSA weak = RSA.Create(1024);
        using X509Certificate2 weakOne = new CertificateRequest("CN=weak", weak, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(Now(-1), Now(1));
        using ECDsa curve = ECDsa.Create();
        using X509Certificate2 elliptic = new CertificateRequest("CN=curve", curve, HashAlgorithmName.SHA256).CreateSelfSigned(Now(-1), Now(1));
        using RSA strong = RSA.Create(2048);
        using X509Certificate2 over = new CertificateRequest("CN=over", strong, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(Now(-3), Now(-1));

        foreach (string body in (string[])["", "nonsense", weakOne.ExportCertificatePem(), elliptic.ExportCertificatePem(), over.ExportCertificatePem()])
        {
            (int status, JsonElement error) = await AddAsync(body);
            Assert.Equal((400, "certificateInvalid"), (status, error.GetProperty("error").GetProperty("innerError").Text("code")));
        }

        Assert.Equal(413, (await AddAsync(new string(' ', 16 * 1024 + 1))).Status);
        Assert.Equal(400, (await AddAsync(new string(' ', 16 * 1024))).Status);
        Assert.Equal(404, (await AddAsync("x", Guid.NewGuid().ToString())).Status);
        Assert.Equal(405, (await AddAsync("x", method: "GET")).Status);
        Assert.Equal(401, (await AddAsync("x", token: "nonsense")).Status);
        Assert.Equal(403, (await AddAsync("x", token: (await Berth.SignInAsync(scope: "User.ReadWrite.All")).Body.Text("access_token"))).Status);
    }

    [Theory]
    [InlineData("/msi/token?resource=https://graph.microsoft.com&api-version=2019-08-01", "X-IDENTITY-HEADER", "x")]
    [InlineData("/msi/token?resource=https://graph.microsoft.com/&api-version=2019-08-01&client_id=" + BerthProcess.DemoClient, "X-IDENTITY-HEADER", "x")]
    [InlineData("/msi/token?resource=https://graph.microsoft.com&api-version=2017-09-01", "Secret", "x")]
    [InlineData("/metadata/identity/oauth2/token?resource=https://graph.microsoft.com&api-version=2018-02-01", "Metadata", "true")]
    public async Task B209_a_program_on_the_demos_machine_needs_no_credentials(string address, string header, string value)
    {
        (HttpStatusCode status, JsonElement answer) = await ManagedAsync(address, (header, value));

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("Bearer", answer.Text("token_type"));
        Assert.True(long.Parse(answer.Text("expires_on")) > TimeProvider.System.GetUtcNow().ToUnixTimeSeconds());
        Assert.Equal("app", IdentityCalls.ClaimsOf(answer.Text("access_token")).Text("idtyp"));
        Assert.Equal(200, (await Berth.GetAsync("/v1.0/users", answer.Text("access_token"))).Status);
    }

    [Theory]
    [InlineData("/msi/token?resource=https://graph.microsoft.com&api-version=2019-08-01", null, null)]
    [InlineData("/msi/token?resource=https://graph.microsoft.com", "X-IDENTITY-HEADER", null)]
    [InlineData("/msi/token?resource=https://graph.microsoft.com&api-version=2001-01-01", "X-IDENTITY-HEADER", null)]
    [InlineData("/msi/token?api-version=2019-08-01", "X-IDENTITY-HEADER", null)]
    [InlineData("/msi/token?resource=https://vault.azure.net&api-version=2019-08-01", "X-IDENTITY-HEADER", null)]
    [InlineData("/msi/token?resource=https://graph.microsoft.com&api-version=2019-08-01&client_id=2b1f7a52-3c0e-4f5b-9a51-0d0c5a7e1d10", "X-IDENTITY-HEADER", null)]
    [InlineData("/msi/token?resource=https://graph.microsoft.com&api-version=2019-08-01", "X-IDENTITY-HEADER", "rebound.example")]
    [InlineData("/metadata/identity/oauth2/token?resource=https://graph.microsoft.com&api-version=2018-02-01", "X-IDENTITY-HEADER", null)]
    public async Task Anybody_else_is_given_none(string address, string? header, string? host)
    {
        (HttpStatusCode status, JsonElement answer) = await ManagedAsync(address, header is null ? null : (header, "x"), host);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("invalid_request", answer.Text("error"));
        Assert.NotEmpty(answer.Text("message"));
    }

    [Fact]
    public async Task Without_the_demo_there_is_no_managed_identity()
    {
        await using BerthProcess production = await BerthProcess.StartAsync(null);
        using HttpClient http = await production.ClientAsync(authenticated: false);
        http.DefaultRequestHeaders.Add("X-IDENTITY-HEADER", "x");
        using HttpResponseMessage response = await http.GetAsync(new Uri("/msi/token?resource=https://graph.microsoft.com&api-version=2019-08-01", UriKind.Relative), Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.False(File.Exists(Path.Combine(production.Data, "demo-client.pem")));
    }

    internal static string Assertion(
        X509Certificate2 certificate,
        string? audience = null,
        string? subject = null,
        string? issuer = null,
        DateTime? begins = null,
        DateTime? ends = null,
        string algorithm = SecurityAlgorithms.RsaSha256,
        string header = "x5t",
        X509Certificate2? named = null)
    {
        X509Certificate2 name = named ?? certificate;
        DateTime now = TimeProvider.System.GetUtcNow().UtcDateTime;
        using RSA key = certificate.GetRSAPrivateKey()!;
        string head = JsonSerializer.Serialize(new Dictionary<string, string>
        {
            ["alg"] = algorithm,
            ["typ"] = "JWT",
            [header] = header switch
            {
                "x5t" => Base64Url(name.GetCertHash()),
                "x5t#S256" => Base64Url(name.GetCertHash(HashAlgorithmName.SHA256)),
                _ => name.Thumbprint,
            },
        });
        string claims = JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["iss"] = issuer ?? BerthProcess.DemoClient,
            ["sub"] = subject ?? BerthProcess.DemoClient,
            ["aud"] = audience ?? $"https://login.microsoftonline.com/{BerthProcess.DemoTenant}/oauth2/v2.0/token",
            ["nbf"] = new DateTimeOffset(begins ?? now.AddMinutes(-1)).ToUnixTimeSeconds(),
            ["exp"] = new DateTimeOffset(ends ?? now.AddMinutes(10)).ToUnixTimeSeconds(),
            ["jti"] = Guid.NewGuid().ToString(),
        });
        string signed = $"{Encode(head)}.{Encode(claims)}";
        byte[] signature = key.SignData(
            Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, algorithm == SecurityAlgorithms.RsaSha256 ? RSASignaturePadding.Pkcs1 : RSASignaturePadding.Pss);
        return $"{signed}.{Base64Url(signature)}";
    }

    internal static X509Certificate2 NewCertificate()
    {
        using RSA key = RSA.Create(2048);
        return new CertificateRequest("CN=a program", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(Now(-1), Now(30));
    }

    private static DateTimeOffset Now(int days) => TimeProvider.System.GetUtcNow().AddDays(days);

    private static string Base64Url(byte[] bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);

    private static string Encode(string text) => Base64Url(Encoding.UTF8.GetBytes(text));

    private async Task<(int Status, JsonElement Body)> AskAsync(string assertion, string type = IdentityCalls.AssertionType)
    {
        using HttpClient http = await Berth.ClientAsync(authenticated: false);
        return await http.AskAsync(
            "/contoso.example/oauth2/v2.0/token",
            ("grant_type", "client_credentials"), ("scope", BerthProcess.GraphScope), ("client_assertion_type", type), ("client_assertion", assertion));
    }

    private async Task<(int Status, JsonElement Body)> AddAsync(string body, string client = BerthProcess.DemoClient, string method = "POST", string? token = null)
    {
        using HttpClient http = await Berth.ClientAsync();
        using HttpRequestMessage request = new(new HttpMethod(method), new Uri($"/berth/v1/applications/{client}/certificates", UriKind.Relative));
        request.Content = method == "GET" ? null : new StringContent(body, Encoding.ASCII, "application/x-pem-file");
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        using HttpResponseMessage response = await http.SendAsync(request, Cancel);
        using JsonDocument answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancel));
        return ((int)response.StatusCode, answer.RootElement.Clone());
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> ManagedAsync(string address, (string Name, string Value)? header, string? host = null)
    {
        using HttpClient http = await Berth.ClientAsync(authenticated: false);
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(address, UriKind.Relative));
        request.Headers.Host = host;
        if (header is { } given)
        {
            request.Headers.TryAddWithoutValidation(given.Name, given.Value);
        }

        using HttpResponseMessage response = await http.SendAsync(request, Cancel);
        using JsonDocument answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancel));
        return (response.StatusCode, answer.RootElement.Clone());
    }
}
