using System.Net;
using System.Security.Cryptography.X509Certificates;
using Azure.Core;
using Azure.Identity;
using Berth.Conformance.Tests.Process;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Graph;
using Microsoft.Graph.Models;
using Microsoft.Kiota.Authentication.Azure;
using Xunit;

namespace Berth.Conformance.Tests.Identity;

/// <summary>
/// A .NET program as anybody writes it, with every credential of Azure.Identity that can run here. It is started by <see cref="AzureCredentials"/>, in a process of its own: it
/// takes everything from the environment and knows nothing of Berth but how to type on its page.
/// </summary>
public sealed class UnmodifiedProgram
{
    /// <summary>Names the base of Graph when it is not Microsoft's; then the authority is not Microsoft's either.</summary>
    public const string GraphVariable = "BERTH_TEST_GRAPH";

    /// <summary>The data folder of the demo, for its certificate.</summary>
    public const string DataVariable = "BERTH_TEST_DATA";

    private const string Redirect = "http://localhost:8400/";

    private static readonly string? _graph = Environment.GetEnvironmentVariable(GraphVariable);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static string CertificatePath => Path.Combine(Environment.GetEnvironmentVariable(DataVariable)!, "demo-client.pem");

    [Theory(Explicit = true)]
    [InlineData("ClientSecret")]
    [InlineData("ClientCertificate")]
    [InlineData("ClientAssertion")]
    [InlineData("WorkloadIdentity")]
    [InlineData("ManagedIdentity")]
    [InlineData("Environment")]
    [InlineData("DefaultAzure")]
    [InlineData("Chained")]
    public async Task An_application_reads_the_directory(string kind)
    {
        using GraphServiceClient graph = Connect(OfApplication(kind));

        OrganizationCollectionResponse? organizations = await graph.Organization.GetAsync(cancellationToken: Cancel);
        UserCollectionResponse? users = await graph.Users.GetAsync(cancellationToken: Cancel);

        Assert.Equal(BerthProcess.DemoTenant, Assert.Single(organizations!.Value!).Id);
        Assert.NotEmpty(users!.Value!);
    }

    [Theory(Explicit = true)]
    [InlineData("UsernamePassword")]
    [InlineData("DeviceCode")]
    [InlineData("AuthorizationCode")]
    public async Task A_person_reads_their_own_profile(string kind)
    {
        TokenCredential credential = kind switch
        {
#pragma warning disable CS0618 // Microsoft discourages passwords; programs that use them exist, and must run.
            "UsernamePassword" => new UsernamePasswordCredential(
                IdentityCalls.Admin, IdentityCalls.AdminPassword, BerthProcess.DemoTenant, BerthProcess.DemoClient, Here(new UsernamePasswordCredentialOptions())),
#pragma warning restore CS0618
            "DeviceCode" => new DeviceCodeCredential(Here(new DeviceCodeCredentialOptions
            {
                TenantId = BerthProcess.DemoTenant,
                ClientId = BerthProcess.DemoClient,
                DeviceCodeCallback = TypeAsync,
            })),
            _ => new AuthorizationCodeCredential(
                BerthProcess.DemoTenant, BerthProcess.DemoClient, BerthProcess.DemoSecret, await AuthorizeAsync(), Here(new AuthorizationCodeCredentialOptions { RedirectUri = new Uri(Redirect) })),
        };
        using GraphServiceClient graph = Connect(credential);

        Assert.Equal(IdentityCalls.Admin, (await graph.Me.GetAsync(cancellationToken: Cancel))!.UserPrincipalName);
        Assert.NotNull(await graph.Me.LicenseDetails.GetAsync(cancellationToken: Cancel));
    }

    private static TokenCredential OfApplication(string kind) => kind switch
    {
        "ClientSecret" => new ClientSecretCredential(BerthProcess.DemoTenant, BerthProcess.DemoClient, BerthProcess.DemoSecret, Here(new ClientSecretCredentialOptions())),
        "ClientCertificate" => new ClientCertificateCredential(
            BerthProcess.DemoTenant, BerthProcess.DemoClient, X509Certificate2.CreateFromPemFile(CertificatePath), Here(new ClientCertificateCredentialOptions())),
        "ClientAssertion" => new ClientAssertionCredential(BerthProcess.DemoTenant, BerthProcess.DemoClient, _ => Task.FromResult(Assertion()), Here(new ClientAssertionCredentialOptions())),
        "WorkloadIdentity" => new WorkloadIdentityCredential(Here(new WorkloadIdentityCredentialOptions
        {
            TenantId = BerthProcess.DemoTenant,
            ClientId = BerthProcess.DemoClient,
            TokenFilePath = AssertionFile(),
        })),
        "ManagedIdentity" => new ManagedIdentityCredential(ManagedIdentityId.SystemAssigned),
        "Environment" => new EnvironmentCredential(Here(new EnvironmentCredentialOptions())),
        "DefaultAzure" => new DefaultAzureCredential(Here(new DefaultAzureCredentialOptions())),
        _ => new ChainedTokenCredential(
            new WorkloadIdentityCredential(Here(new WorkloadIdentityCredentialOptions())), new EnvironmentCredential(Here(new EnvironmentCredentialOptions()))),
    };

    // Under Microsoft's names a program says nothing; under its own it must say that its authority is none of Microsoft's.
    private static T Here<T>(T options)
        where T : TokenCredentialOptions
    {
        if (_graph is not null)
        {
            options.GetType().GetProperty("DisableInstanceDiscovery")?.SetValue(options, true);
        }

        return options;
    }

    private static GraphServiceClient Connect(TokenCredential credential) => _graph is null
        ? new GraphServiceClient(credential)
        : new GraphServiceClient(new AzureIdentityAuthenticationProvider(credential, [new Uri(_graph).Host], null, true, BerthProcess.GraphScope), _graph);

    private static string Assertion()
    {
        using X509Certificate2 certificate = X509Certificate2.CreateFromPemFile(CertificatePath);
        return ApplicationsWithoutSecret.Assertion(certificate);
    }

    private static string AssertionFile()
    {
        string file = Path.Combine(Environment.GetEnvironmentVariable(DataVariable)!, "assertion.jwt");
        File.WriteAllText(file, Assertion());
        return file;
    }

    private static async Task TypeAsync(DeviceCodeInfo info, CancellationToken cancel)
    {
        using HttpClient browser = new(new HttpClientHandler { AllowAutoRedirect = false });
        using HttpResponseMessage page = await IdentityCalls.AnswerPageAsync(
            browser, info.VerificationUri.ToString(), ("user_code", info.UserCode), ("username", IdentityCalls.Admin), ("password", IdentityCalls.AdminPassword));
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
    }

    private static async Task<string> AuthorizeAsync()
    {
        using HttpClient browser = new(new HttpClientHandler { AllowAutoRedirect = false });
        string authority = (Environment.GetEnvironmentVariable("AZURE_AUTHORITY_HOST") ?? "https://login.microsoftonline.com").TrimEnd('/');
        string address = QueryHelpers.AddQueryString($"{authority}/{BerthProcess.DemoTenant}/oauth2/v2.0/authorize", new Dictionary<string, string?>
        {
            ["client_id"] = BerthProcess.DemoClient,
            ["response_type"] = "code",
            ["redirect_uri"] = Redirect,
            ["scope"] = "https://graph.microsoft.com/.default offline_access openid profile",
        });
        using HttpResponseMessage page = await IdentityCalls.AnswerPageAsync(browser, address, ("username", IdentityCalls.Admin), ("password", IdentityCalls.AdminPassword));
        return QueryHelpers.ParseQuery(page.Headers.Location!.Query)["code"].ToString();
    }
}
