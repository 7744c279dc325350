using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Azure.Core.Pipeline;
using Azure.Identity;
using Berth.Certificates;
using Berth.Conformance.Tests.Process;
using Berth.Serving;
using Microsoft.Graph;
using Microsoft.Graph.Models;
using Microsoft.Kiota.Abstractions.Authentication;
using Microsoft.Kiota.Authentication.Azure;
using Xunit;

namespace Berth.Conformance.Tests.Identity;

/// <summary>A demo with TLS.</summary>
public sealed class TlsDemo : IAsyncLifetime
{
    public BerthProcess Berth { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Berth = await BerthProcess.StartAsync(null, "--demo", "--seed", "none", "--https", "https://localhost:0");

    public ValueTask DisposeAsync() => Berth.DisposeAsync();
}

/// <summary>TLS with the local CA, and unmodified clients over it.</summary>
public sealed class LocalTls(TlsDemo demo) : IClassFixture<TlsDemo>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private BerthProcess Berth => demo.Berth;

    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    [InlineData("graph.microsoft.com")]
    [InlineData("login.microsoftonline.com")]
    public async Task Who_trusts_the_CA_reaches_Berth_under_its_names(string name)
    {
        Assert.Equal(SslPolicyErrors.None, await HandshakeAsync(name, true));
    }

    [Fact]
    public async Task Another_name_does_not_match_the_certificate() =>
        Assert.Equal(SslPolicyErrors.RemoteCertificateNameMismatch, await HandshakeAsync("berth.example", true));

    [Fact]
    public async Task Who_does_not_trust_the_CA_does_not_trust_Berth() =>
        Assert.Equal(SslPolicyErrors.RemoteCertificateChainErrors, await HandshakeAsync("localhost", false));

    [Fact]
    public void The_CA_vouches_for_no_other_name()
    {
        using X509Certificate2 authority = LocalAuthority.Make(TimeProvider.System.GetUtcNow());
        using System.Security.Cryptography.ECDsa key = System.Security.Cryptography.ECDsa.Create();
        CertificateRequest request = new("CN=bank.example", key, System.Security.Cryptography.HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName("bank.example");
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 foreign = request.Create(authority, authority.NotBefore, authority.NotAfter, [1, 2, 3]);
        using X509Certificate2 own = LocalAuthority.Issue(authority, TimeProvider.System.GetUtcNow());

        Assert.False(IsTrusted(foreign, authority));
        Assert.True(IsTrusted(own, authority));
    }

    [Fact]
    public void The_bundle_is_the_system_and_the_CA()
    {
        string authority = File.ReadAllText(Path.Combine(Berth.Data, "ca.pem")).TrimEnd();
        X509Certificate2Collection bundle = [];
        bundle.ImportFromPemFile(Path.Combine(Berth.Data, "bundle.pem"));

        Assert.Contains(bundle, certificate => certificate.ExportCertificatePem().TrimEnd() == authority);
        Assert.True(!File.Exists("/etc/ssl/certs/ca-certificates.crt") || bundle.Count > 50);
    }

    [Fact]
    public async Task A_program_that_is_given_the_bundle_trusts_Berth_and_one_that_is_not_does_not()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "SSL_CERT_FILE is read on Linux.");
        string[] command = ["sku", "list", "--graph", Berth.Https!.GetLeftPart(UriPartial.Authority)];
        Dictionary<string, string> bundle = new() { ["SSL_CERT_FILE"] = Path.Combine(Berth.Data, "bundle.pem") };

        (int trusted, _, string errors) = await BerthProcess.CommandInAsync(bundle, command);
        (int untrusted, _, string told) = await BerthProcess.CommandAsync(command);

        Assert.True(trusted == 0, errors);
        Assert.NotEqual(0, untrusted);
        Assert.Contains(Berth.Https.Authority, told, StringComparison.Ordinal);
    }

    [Fact]
    public void Private_keys_are_for_the_owner_only()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no Unix file modes.");
        foreach (string key in (string[])["ca.key", "server.key"])
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(Path.Combine(Berth.Data, key)));
        }
    }

    [Fact]
    public void Certificates_are_kept_until_near_their_end_and_then_made_anew()
    {
        string path = Path.Combine(Path.GetTempPath(), "berth-test-" + Guid.NewGuid().ToString("N"));
        try
        {
            DataFolder folder = DataFolder.Open(path);
            HandSetTime time = new();
            using ServerCertificate certificates = ServerCertificate.Open(folder, time);
            string authority = File.ReadAllText(folder.PathOf("ca.pem")), first = certificates.Current.Thumbprint;

            time.Now += LocalAuthority.ServerLifetime - LocalAuthority.RenewBefore - TimeSpan.FromSeconds(1);
            Assert.Equal(first, certificates.Current.Thumbprint);
            using (ServerCertificate reopened = ServerCertificate.Open(folder, time))
            {
                Assert.Equal(first, reopened.Current.Thumbprint);
            }

            time.Now += TimeSpan.FromSeconds(1);
            string second = certificates.Current.Thumbprint;
            Assert.NotEqual(first, second);
            Assert.Equal(authority, File.ReadAllText(folder.PathOf("ca.pem")));

            time.Now += LocalAuthority.AuthorityLifetime;
            Assert.NotEqual(second, certificates.Current.Thumbprint);
            Assert.NotEqual(authority, File.ReadAllText(folder.PathOf("ca.pem")));
            Assert.Contains(File.ReadAllText(folder.PathOf("ca.pem")).TrimEnd(), File.ReadAllText(folder.PathOf("bundle.pem")), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(path, true);
        }
    }

    [Fact]
    public void A_damaged_certificate_is_made_anew()
    {
        string path = Path.Combine(Path.GetTempPath(), "berth-test-" + Guid.NewGuid().ToString("N"));
        try
        {
            DataFolder folder = DataFolder.Open(path);
            using (ServerCertificate.Open(folder, TimeProvider.System))
            {
                File.WriteAllText(folder.PathOf("server.pem"), "nothing");
            }

            using ServerCertificate certificates = ServerCertificate.Open(folder, TimeProvider.System);
            using X509Certificate2 authority = X509CertificateLoader.LoadCertificateFromFile(folder.PathOf("ca.pem"));
            Assert.True(IsTrusted(certificates.Current, authority));
        }
        finally
        {
            Directory.Delete(path, true);
        }
    }

    [Fact]
    public async Task The_Graph_SDK_reads_with_Azure_Identity_and_a_client_secret()
    {
        using HttpClientHandler handler = Berth.Handler();
        using HttpClient transport = new(handler, false);
        ClientSecretCredential credential = new(BerthProcess.DemoTenant, BerthProcess.DemoClient, BerthProcess.DemoSecret, new ClientSecretCredentialOptions
        {
            AuthorityHost = Berth.Https,
            DisableInstanceDiscovery = true,
            Transport = new HttpClientTransport(transport),
        });
        AzureIdentityAuthenticationProvider authentication = new(credential, [Berth.Https!.Host], null, false, BerthProcess.GraphScope);
        using HttpClient http = GraphClientFactory.Create(finalHandler: handler);
        using GraphServiceClient graph = new(http, authentication, new Uri(Berth.Https, "v1.0").ToString());

        OrganizationCollectionResponse? organizations = await graph.Organization.GetAsync(cancellationToken: Cancel);

        Assert.Equal(BerthProcess.DemoTenant, Assert.Single(organizations!.Value!).Id);
    }

    [Fact]
    public async Task Azure_Identity_tells_of_a_wrong_secret_by_Entras_number()
    {
        using HttpClientHandler handler = Berth.Handler();
        using HttpClient transport = new(handler, false);
        ClientSecretCredential credential = new(BerthProcess.DemoTenant, BerthProcess.DemoClient, "wrong", new ClientSecretCredentialOptions
        {
            AuthorityHost = Berth.Https,
            DisableInstanceDiscovery = true,
            Transport = new HttpClientTransport(transport),
        });

        AuthenticationFailedException failed = await Assert.ThrowsAsync<AuthenticationFailedException>(
            async () => await credential.GetTokenAsync(new Azure.Core.TokenRequestContext([BerthProcess.GraphScope]), Cancel));

        Assert.Contains("AADSTS7000215", failed.InnerException!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_Graph_SDK_reads_with_a_plain_bearer_over_http()
    {
        using GraphServiceClient graph = new(new BaseBearerTokenAuthenticationProvider(new FixedToken(await Berth.TokenAsync())), new Uri(Berth.Http!, "v1.0").ToString());

        OrganizationCollectionResponse? organizations = await graph.Organization.GetAsync(cancellationToken: Cancel);

        Assert.Equal("Contoso", Assert.Single(organizations!.Value!).DisplayName);
    }

    private static bool IsTrusted(X509Certificate2 certificate, X509Certificate2 authority)
    {
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(certificate);
    }

    private async Task<SslPolicyErrors> HandshakeAsync(string name, bool trusting)
    {
        SslPolicyErrors seen = default;
        using TcpClient connection = new("127.0.0.1", Berth.Https!.Port);
        using X509Certificate2 authority = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(Berth.Data, "ca.pem"));
        X509ChainPolicy policy = new() { RevocationMode = X509RevocationMode.NoCheck };
        if (trusting)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.Add(authority);
        }

        await using SslStream tls = new(connection.GetStream());
        SslClientAuthenticationOptions options = new()
        {
            TargetHost = name,
            CertificateChainPolicy = policy,
            RemoteCertificateValidationCallback = (_, _, _, errors) =>
            {
                seen = errors;
                return errors == SslPolicyErrors.None;
            },
        };
        try
        {
            await tls.AuthenticateAsClientAsync(options, Cancel);
        }
        catch (AuthenticationException)
        {
            Assert.NotEqual(SslPolicyErrors.None, seen);
        }

        return seen;
    }

    private sealed class FixedToken(string token) : IAccessTokenProvider
    {
        public AllowedHostsValidator AllowedHostsValidator { get; } = new();

        public Task<string> GetAuthorizationTokenAsync(Uri uri, Dictionary<string, object>? additionalAuthenticationContext = null, CancellationToken cancellationToken = default) =>
            Task.FromResult(token);
    }
}
