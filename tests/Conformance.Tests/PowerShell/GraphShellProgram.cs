using Azure.Core;
using Azure.Identity;
using Microsoft.Graph.Authentication;
using Xunit;

namespace Berth.Conformance.Tests.PowerShell;

/// <summary>
/// A PowerShell that knows Microsoft's addresses only, and signs in as <c>Connect-MgGraph -EnvironmentVariable</c> does. It is started by <see cref="GraphPowerShellTests"/> under <c>berth exec</c>, in a process of its own, and
/// takes everything from the environment.
/// </summary>
public sealed class GraphShellProgram
{
    /// <summary>Names a user.</summary>
    public const string UserVariable = "BERTH_TEST_USER";

    /// <summary>Names a SKU.</summary>
    public const string SkuVariable = "BERTH_TEST_SKU";

    [Fact(Explicit = true)]
    public async Task A_script_signs_in_and_licenses_a_user_under_Microsofts_names()
    {
        EnvironmentCredential credential = new(new TokenCredentialOptions { AuthorityHost = new Uri($"https://login.microsoftonline.com/{Environment.GetEnvironmentVariable("AZURE_TENANT_ID")}") });
        AzureIdentityAccessTokenProvider provider = new(credential, observabilityOptions: null, isCaeEnabled: true, scopes: ["https://graph.microsoft.com/.default"]);
        string token = await provider.GetAuthorizationTokenAsync(new Uri("https://graph.microsoft.com/v1.0/users"), cancellationToken: TestContext.Current.CancellationToken);
        using Shell shell = Shell.Open(null);

        Said said = shell.Run(
            """
            param($token, $user, $name)
            $headers = @{ Authorization = "Bearer $token" }
            $sku = (Invoke-RestMethod 'https://graph.microsoft.com/v1.0/subscribedSkus' -Headers $headers).value | Where-Object skuPartNumber -eq $name
            $body = @{ addLicenses = @(@{ skuId = $sku.skuId }); removeLicenses = @() } | ConvertTo-Json -Depth 3
            (Invoke-RestMethod "https://graph.microsoft.com/v1.0/users/$user/microsoft.graph.assignLicense" -Method Post -Headers $headers -ContentType application/json -Body $body).userPrincipalName
            """,
            ("token", token),
            ("user", Environment.GetEnvironmentVariable(UserVariable)),
            ("name", Environment.GetEnvironmentVariable(SkuVariable)));

        Assert.Equal(Environment.GetEnvironmentVariable(UserVariable), said.One<string>());
    }
}
