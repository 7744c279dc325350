using System.Management.Automation;
using System.Net;
using Berth.Conformance.Tests.Identity;
using Berth.Conformance.Tests.Process;
using Berth.PowerShell;
using Xunit;

namespace Berth.Conformance.Tests.PowerShell;

/// <summary>Coming in and going out (B847).</summary>
[Collection(nameof(ShellTenant))]
public sealed class ConnectingTests(ShellTenant tenant)
{
    [Theory]
    [InlineData("Connect-Berth $server -Demo")]
    [InlineData("Connect-Berth -Server $server -TenantId contoso.example -ClientId $client -ClientSecret (ConvertTo-SecureString $secret -AsPlainText -Force)")]
    [InlineData("Connect-Berth $server -TenantId $tenant -Credential ([pscredential]::new($client, (ConvertTo-SecureString $secret -AsPlainText -Force)))")]
    public void A_program_comes_in_with_its_secret_and_the_secret_is_shown_nowhere(string script)
    {
        using Shell shell = tenant.Unconnected();

        BerthContext context = Run(shell, script).One<BerthContext>();

        Assert.Equal(new Uri(tenant.Server.Graph), context.Server);
        Assert.Equal((BerthProcess.DemoClient, "ClientSecret"), (context.ClientId, context.AuthType));
        Assert.Same(context, shell.Run("Get-BerthContext").One<BerthContext>());
        shell.Run("Get-BerthSku").Clean();
        string shown = shell.Run("Get-BerthContext | Format-List * | Out-String").One<string>() + shell.Run("Get-BerthContext | ConvertTo-Json -Depth 5 | Out-String").One<string>();
        Assert.DoesNotContain(BerthProcess.DemoSecret, shown, StringComparison.Ordinal);
        Assert.DoesNotContain("eyJ", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void A_person_comes_in_with_a_code_that_is_typed_elsewhere()
    {
        using Shell shell = tenant.Unconnected();

        Said said = shell.Run(
            "param($server, $tenant, $client) Connect-Berth $server -TenantId $tenant -ClientId $client -DeviceCode",
            TypeCode,
            ("server", tenant.Server.Graph),
            ("tenant", BerthProcess.DemoTenant),
            ("client", BerthProcess.DemoClient));

        Assert.Equal("DeviceCode", said.One<BerthContext>().AuthType);
        Assert.Contains("/devicelogin", Assert.Single(said.Warnings), StringComparison.Ordinal);
        shell.Run("Get-BerthHistory -First 1").One<BerthOperation>();
    }

    [Fact]
    public void Whoever_is_not_let_in_hears_why_and_the_connection_before_stays()
    {
        using Shell shell = tenant.Connected();
        const string Script = "param($server) Connect-Berth $server -TenantId contoso.example -ClientId b3a7c1de-52f4-4d2e-8a0b-1f6d9c3e7a20 -ClientSecret (ConvertTo-SecureString wrong -AsPlainText -Force)";

        ErrorRecord wrong = shell.Run(Script, ("server", tenant.Server.Graph)).Ending("signInFailed", ErrorCategory.AuthenticationError);

        Assert.Contains("AADSTS7000215", wrong.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Trace ID", wrong.ToString(), StringComparison.Ordinal);
        Assert.Equal(new Uri(tenant.Server.Graph), wrong.TargetObject);
        shell.Run("Get-BerthContext").One<BerthContext>();
        shell.Run("Get-BerthSku").Clean();
    }

    [Theory]
    [InlineData("Connect-Berth http://127.0.0.1:1 -Demo", "serverUnreachable", ErrorCategory.ConnectionError)]
    [InlineData("Connect-Berth ftp://127.0.0.1 -Demo", "serverInvalid", ErrorCategory.InvalidArgument)]
    [InlineData("Connect-Berth http://127.0.0.1:5365/v1.0 -Demo", "serverInvalid", ErrorCategory.InvalidArgument)]
    [InlineData("Connect-Berth somewhere -Demo", "serverInvalid", ErrorCategory.InvalidArgument)]
    public void An_address_where_no_Berth_is_ends_the_command(string script, string code, ErrorCategory category)
    {
        using Shell shell = tenant.Unconnected();

        shell.Run(script).Ending(code, category);

        Assert.Empty(shell.Run("Get-BerthContext").Clean().Output);
    }

    [Fact]
    public void An_address_without_TLS_that_is_not_this_machine_is_warned_of()
    {
        using Shell shell = tenant.Unconnected();

        Said said = shell.Run("Connect-Berth http://berth.invalid -Demo");

        Assert.Contains("without TLS", Assert.Single(said.Warnings), StringComparison.Ordinal);
        said.Ending("serverUnreachable", ErrorCategory.ConnectionError);
    }

    [Fact]
    public void Without_a_connection_every_cmdlet_says_to_connect_first()
    {
        using Shell shell = tenant.Unconnected();
        string[] scripts =
        [
            "Get-BerthSku", "Get-BerthHistory", "Get-BerthWaitingUser", "Get-BerthUserLicense a@b.example", "Get-BerthLicenseExplanation a@b.example", "Set-BerthUserLicense a@b.example -AddSku SPE_E3",
            "Set-BerthGroupLicense Legal -AddSku SPE_E3", "New-BerthPlan @{ kind = 'user' }", "Invoke-BerthPlan -PlanId x -Confirm:$false", "Undo-BerthOperation x -Confirm:$false",
        ];
        Assert.All(scripts, script => Assert.Contains("Connect-Berth", shell.Run(script).Ending("notConnected", ErrorCategory.ConnectionError).ErrorDetails.RecommendedAction, StringComparison.Ordinal));

        // Nothing to end is no error.
        shell.Run("Disconnect-Berth").Clean();
    }

    [Fact]
    public void Two_connections_live_side_by_side_and_the_newest_is_used_when_none_is_named()
    {
        using Shell shell = tenant.Unconnected();

        shell.Run("param($server) $first = Connect-Berth $server -Demo; $second = Connect-Berth $server -Demo; $first | Disconnect-Berth; Get-BerthSku -Connection $second; Get-BerthSku; $second | Disconnect-Berth", ("server", tenant.Server.Graph)).Clean();

        shell.Run("Get-BerthSku").Ending("notConnected", ErrorCategory.ConnectionError);
    }

    private Said Run(Shell shell, string script) => shell.Run(
        "param($server, $tenant, $client, $secret) " + script,
        ("server", tenant.Server.Graph),
        ("tenant", BerthProcess.DemoTenant),
        ("client", BerthProcess.DemoClient),
        ("secret", BerthProcess.DemoSecret));

    // As the warning says: the address first, the code in it.
    private void TypeCode(string warning)
    {
        string code = warning.Split(' ').First(static word => word.Length == 9 && word.All(static letter => char.IsAsciiLetterUpper(letter) || char.IsAsciiDigit(letter)));
        using HttpClient browser = new(new HttpClientHandler { AllowAutoRedirect = false });
        using HttpResponseMessage page = IdentityCalls.AnswerPageAsync(
            browser, $"{tenant.Server.Graph}devicelogin", ("user_code", code), ("username", IdentityCalls.Admin), ("password", IdentityCalls.AdminPassword)).GetAwaiter().GetResult();
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
    }
}
