using System.Management.Automation;
using System.Security;
using Berth.PowerShell.Connecting;

namespace Berth.PowerShell;

/// <summary>Connects to a Berth.</summary>
/// <remarks>
/// Signs in and keeps the connection for the cmdlets that follow. A program signs in with its client id and secret, a person with a device code, and -Demo takes what 'berth serve --demo' prints.
/// The secret stays in memory until Disconnect-Berth and is shown nowhere (B847). What is connected last is used by cmdlets without -Connection; the output is the connection, for scripts that hold several.
/// </remarks>
/// <example><code>Connect-Berth -Demo</code><para>Connects to a demo on this machine.</para></example>
/// <example><code>Connect-Berth https://berth.contoso.example -TenantId contoso.example -Credential (Get-Credential)</code><para>The user name of the credential is the client id, the password its secret.</para></example>
/// <example><code>Connect-Berth https://berth.contoso.example -TenantId contoso.example -ClientId b3a7c1de-52f4-4d2e-8a0b-1f6d9c3e7a20 -DeviceCode</code><para>A person signs in, on any device with a browser.</para></example>
[Cmdlet(VerbsCommunications.Connect, "Berth", DefaultParameterSetName = ByCredential)]
[OutputType(typeof(BerthContext))]
public sealed class ConnectBerthCommand : PSCmdlet, IDisposable
{
    private const string ByCredential = "Credential";
    private const string BySecret = "Secret";
    private const string ByDevice = "DeviceCode";
    private const string ByDemo = "Demo";

    // What every demo has (its console says so): no secret, and only on loopback.
    private const string DemoServer = "http://127.0.0.1:5365";
    private const string DemoTenant = "6b1f7a52-3c0e-4f5b-9a51-0d0c5a7e1d10";
    private const string DemoClient = "b3a7c1de-52f4-4d2e-8a0b-1f6d9c3e7a20";
    private const string DemoSecret = "berth-demo-secret";

    private readonly CancellationTokenSource _stop = new();

    /// <summary>The server's address, such as https://berth.contoso.example.</summary>
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = ByCredential)]
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = BySecret)]
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = ByDevice)]
    [Parameter(Position = 0, ParameterSetName = ByDemo)]
    [ValidateNotNull]
    public Uri? Server { get; set; }

    /// <summary>The tenant: its id or one of its domains.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByCredential)]
    [Parameter(Mandatory = true, ParameterSetName = BySecret)]
    [Parameter(Mandatory = true, ParameterSetName = ByDevice)]
    [ValidatePattern(@"\A[A-Za-z0-9][A-Za-z0-9.\-]{0,252}\z")]
    [Alias("Tenant")]
    public string TenantId { get; set; } = DemoTenant;

    /// <summary>The application's client id and secret, as user name and password.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByCredential)]
    [ValidateNotNull]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>The application's client id.</summary>
    [Parameter(Mandatory = true, ParameterSetName = BySecret)]
    [Parameter(Mandatory = true, ParameterSetName = ByDevice)]
    [ValidatePattern(@"\A[A-Za-z0-9][A-Za-z0-9.\-]{0,252}\z")]
    public string ClientId { get; set; } = DemoClient;

    /// <summary>The application's client secret.</summary>
    [Parameter(Mandatory = true, ParameterSetName = BySecret)]
    [ValidateNotNull]
    public SecureString? ClientSecret { get; set; }

    /// <summary>A person signs in: a warning says where to go and which code to type there.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByDevice)]
    public SwitchParameter DeviceCode { get; set; }

    /// <summary>The demo's tenant and client, by default at http://127.0.0.1:5365.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByDemo)]
    public SwitchParameter Demo { get; set; }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    /// <summary>Signs in.</summary>
    protected override void EndProcessing()
    {
        Uri server = Server ?? new Uri(DemoServer);
        if (!server.IsAbsoluteUri || (server.Scheme != Uri.UriSchemeHttps && server.Scheme != Uri.UriSchemeHttp) || server is not { UserInfo: "", Query: "", Fragment: "", AbsolutePath: "/" })
        {
            ThrowTerminatingError(new ErrorRecord(
                new ArgumentException($"'{server.OriginalString}' is no address of a server. Write https://HOST or http://HOST:PORT."), "serverInvalid", ErrorCategory.InvalidArgument, server));
        }

        if (server is { IsLoopback: false } && server.Scheme == Uri.UriSchemeHttp)
        {
            WriteWarning($"{server} is reached without TLS: the secret and every token can be read on the way (B847).");
        }

        SignIn signIn = ParameterSetName switch
        {
            ByDevice => new DeviceSignIn(TenantId, ClientId, WriteWarning),
            BySecret => new SecretSignIn(TenantId, ClientId, ClientSecret!),
            ByCredential => new SecretSignIn(TenantId, Credential!.UserName, Credential.Password),
            _ => new SecretSignIn(DemoTenant, DemoClient, Secret(DemoSecret)),
        };
        BerthContext context = new(server, signIn, ParameterSetName == ByDevice ? "DeviceCode" : "ClientSecret");
        try
        {
            context.Client.SignIn(_stop.Token);
        }
        catch (BerthException refused)
        {
            context.Client.Dispose();
            ThrowTerminatingError(Wire.Failures.Of(refused, server));
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            context.Client.Dispose();
            throw new PipelineStoppedException();
        }

        context.Use();
        WriteObject(context);
    }

    /// <summary>Ends the wait for a person.</summary>
    protected override void StopProcessing() => _stop.Cancel();

    private static SecureString Secret(string text)
    {
        SecureString secret = new();
        foreach (char letter in text)
        {
            secret.AppendChar(letter);
        }

        secret.MakeReadOnly();
        return secret;
    }
}
