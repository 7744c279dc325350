using System.Management.Automation;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Berth.Conformance.Tests.CommandLine;
using Berth.Conformance.Tests.Process;
using Microsoft.Graph.Authentication;
using Xunit;

namespace Berth.Conformance.Tests.PowerShell;

/// <summary>
/// The recipes for Microsoft's own PowerShell modules in docs/powershell.md. The modules themselves come from a gallery that neither a build machine nor NuGet has; what they send is public (their sources, and the requests that
/// people have printed with -Debug), so it is sent here from a real PowerShell, and the two libraries that they sign in with are asked themselves.
/// </summary>
[Collection(nameof(ShellTenant))]
public sealed class GraphPowerShellTests(ShellTenant tenant)
{
    // Invoke-RestMethod as the modules' pipeline sends it: the qualified name of the action, no disabledPlans where the hashtable has none.
    private const string Recipes = """
        param($server, $token, $user, $other, $group)
        $ErrorActionPreference = 'Stop'
        $with = @{ Headers = @{ Authorization = "Bearer $token" }; ContentType = 'application/json' }
        function Get-Graph($path, $headers = @{}) { Invoke-RestMethod "$server$path" -Headers ($with.Headers + $headers) }
        # What -All does.
        function Get-All($path, $headers) { $next = "$server$path"; while ($next) { $page = Invoke-RestMethod $next -Headers ($with.Headers + $headers); $page.value; $next = $page.'@odata.nextLink' } }
        function Send-Graph($method, $path, $body) { Invoke-RestMethod "$server$path" @with -Method $method -Body ($body | ConvertTo-Json -Depth 5) }

        # Get-MgSubscribedSku -All
        $sku = (Get-Graph 'v1.0/subscribedSkus').value | Where-Object skuPartNumber -eq 'EMSPREMIUM'
        # Update-MgUser -UserId ... -UsageLocation US
        Send-Graph PATCH "v1.0/users/$user" @{ usageLocation = 'US' } | Out-Null
        # Set-MgUserLicense -UserId ... -AddLicenses @{SkuId = ...} -RemoveLicenses @()
        $given = Send-Graph POST "v1.0/users/$user/microsoft.graph.assignLicense" @{ addLicenses = @(@{ skuId = $sku.skuId }); removeLicenses = @() }
        # Get-MgUser -Filter ... -ConsistencyLevel eventual -CountVariable ... -All
        $holders = Get-Graph "v1.0/users?`$filter=assignedLicenses/any(x:x/skuId eq $($sku.skuId))&`$count=true&`$top=999" @{ ConsistencyLevel = 'eventual' }
        $unlicensed = Get-All "v1.0/users?`$filter=assignedLicenses/`$count eq 0&`$count=true&`$select=userPrincipalName" @{ ConsistencyLevel = 'eventual' }
        # Get-MgUserLicenseDetail -UserId ...
        $detail = Get-Graph "v1.0/users/$user/licenseDetails"
        # Set-MgUserLicense with DisabledPlans, of a user's list copied from another
        $plan = ($sku.servicePlans | Where-Object servicePlanName -eq 'ADALLOM_S_STANDALONE').servicePlanId
        Send-Graph POST "v1.0/users/$user/microsoft.graph.assignLicense" @{ addLicenses = @(@{ skuId = $sku.skuId; disabledPlans = @($plan) }); removeLicenses = @() } | Out-Null
        $copied = (Get-Graph "v1.0/users/${user}?`$select=assignedLicenses").assignedLicenses
        Send-Graph POST "v1.0/users/$other/microsoft.graph.assignLicense" @{ addLicenses = @($copied); removeLicenses = @() } | Out-Null
        # Set-MgUserLicense -AddLicenses @() -RemoveLicenses @(...), both lists in the body
        Send-Graph POST "v1.0/users/$user/microsoft.graph.assignLicense" @{ addLicenses = @(); removeLicenses = @($sku.skuId) } | Out-Null
        # Get-MgGroup -Filter ..., Set-MgGroupLicense -GroupId ...
        $found = (Get-Graph "v1.0/groups?`$filter=displayName eq '$group'").value
        $licensed = Send-Graph POST "v1.0/groups/$($found.id)/microsoft.graph.assignLicense" @{ addLicenses = @(@{ skuId = $sku.skuId }); removeLicenses = @() }
        $members = Get-Graph "v1.0/groups/$($found.id)/membersWithLicenseErrors"
        # Invoke-MgLicenseUser -UserId ...
        Send-Graph POST "v1.0/users/$user/reprocessLicenseAssignment" @{} | Out-Null
        [pscustomobject]@{
            Given = $given.userPrincipalName; Holders = $holders.'@odata.count'; Detail = @($detail.value).Count; Plan = $plan
            Other = (Get-Graph "v1.0/users/${other}?`$select=assignedLicenses").assignedLicenses.disabledPlans; Unlicensed = $unlicensed.userPrincipalName
            Group = $licensed.displayName; Errors = @($members.value).Count
        }
        """;

    [Fact]
    public async Task The_requests_of_the_recipes_do_what_the_page_says()
    {
        await tenant.Server.BuyAsync("EMSPREMIUM", 5);
        string user = Assert.Single(await tenant.Server.PeopleAsync(1, null));
        string[] others = await tenant.Server.PeopleAsync(2);
        await tenant.Server.GroupAsync("Recipe readers", user);
        using Shell shell = tenant.Unconnected();

        PSObject seen = Assert.Single(shell.Run(Recipes, ("server", tenant.Server.Graph), ("token", Token()), ("user", user), ("other", others[0]), ("group", "Recipe readers")).Clean().Output);

        Assert.Equal(
            (user, 1L, 1, "Recipe readers", 0),
            ((string)seen.Properties["Given"].Value, Convert.ToInt64(seen.Properties["Holders"].Value, null), (int)seen.Properties["Detail"].Value, (string)seen.Properties["Group"].Value, (int)seen.Properties["Errors"].Value));
        Assert.Equal(seen.Properties["Plan"].Value, seen.Properties["Other"].Value is object[] several ? several.Single() : seen.Properties["Other"].Value);
        Assert.Contains(others[1], ((object[])seen.Properties["Unlicensed"].Value).Cast<string>());
        Assert.Equal(["EMSPREMIUM"], await tenant.Server.LicensesAsync(user));
    }

    [Fact]
    public async Task Under_exec_a_script_with_Microsofts_addresses_signs_in_and_licenses_a_user_here()
    {
        await tenant.Server.BuyAsync("EXCHANGESTANDARD", 1);
        string user = Assert.Single(await tenant.Server.PeopleAsync(1));

        (int exitCode, string output, string errors) = await BerthProcess.CommandInAsync(
            new Dictionary<string, string> { [GraphShellProgram.UserVariable] = user, [GraphShellProgram.SkuVariable] = "EXCHANGESTANDARD" },
            "exec", "--server", tenant.Server.Graph, "--", Environment.ProcessPath!, "-class", typeof(GraphShellProgram).FullName!, "-explicit", "only", "-noColor");

        Assert.True(exitCode == 0 && output.Contains("Total: 1, Errors: 0, Failed: 0, Skipped: 0, Not Run: 0", StringComparison.Ordinal), output + errors);
        Assert.Equal(["EXCHANGESTANDARD"], await tenant.Server.LicensesAsync(user));
    }

    [Fact]
    public async Task A_list_that_the_module_loses_on_the_way_is_missed_in_the_words_that_people_know()
    {
        string user = Assert.Single(await tenant.Server.PeopleAsync(1));
        using Shell shell = tenant.Unconnected();

        // What versions 2.26 and 2.27 made of -AddLicenses @() and of -AddLicenses @{}.
        Said said = shell.Run(
            "param($server, $token, $user) Invoke-RestMethod \"${server}v1.0/users/$user/microsoft.graph.assignLicense\" -Method Post -ContentType application/json -Headers @{ Authorization = \"Bearer $token\" } -Body '{\"removeLicenses\":[]}'",
            ("server", tenant.Server.Graph),
            ("token", Token()),
            ("user", user));

        Assert.Contains(
            "are missing from the request payload. The missing parameters are: addLicenses.",
            said.Errors.Append(said.Fatal).OfType<ErrorRecord>().Single().ErrorDetails.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_custom_environment_alone_does_not_lead_here_and_the_page_says_why()
    {
        // First: the provider that the modules attach tokens with knows Microsoft's hosts only, whatever Add-MgEnvironment was told.
        AzureIdentityAccessTokenProvider provider = new(new GivenToken(), observabilityOptions: null, isCaeEnabled: true, scopes: ["https://localhost:5366/.default"]);
        Assert.Equal("", await provider.GetAuthorizationTokenAsync(new Uri("https://localhost:5366/v1.0/users"), cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal("a token", await provider.GetAuthorizationTokenAsync(new Uri("https://graph.microsoft.com/v1.0/users"), cancellationToken: TestContext.Current.CancellationToken));

        // Second: with the options that Connect-MgGraph gives it, Azure.Identity asks Microsoft whether the authority exists before it asks the authority for anything.
        Hosts hosts = new();
        using HttpClientTransport transport = new(hosts);
        ClientSecretCredential credential = new(
            BerthProcess.DemoTenant, BerthProcess.DemoClient, BerthProcess.DemoSecret, new ClientSecretCredentialOptions { AuthorityHost = new Uri("https://localhost:5366"), Transport = transport, Retry = { MaxRetries = 0 } });
        await Assert.ThrowsAnyAsync<Exception>(async () => await credential.GetTokenAsync(new TokenRequestContext(["https://localhost:5366/.default"]), TestContext.Current.CancellationToken));
        Assert.Equal("login.microsoftonline.com", hosts.Asked[0]);
    }

    private string Token() => tenant.Server.Http.DefaultRequestHeaders.Authorization!.Parameter!;

    private sealed class GivenToken : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) => new("a token", DateTimeOffset.MaxValue);

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) => new(GetToken(requestContext, cancellationToken));
    }

    private sealed class Hosts : HttpMessageHandler
    {
        public List<string> Asked { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked.Add(request.RequestUri!.Host);
            throw new HttpRequestException("There is no network here.");
        }
    }
}
