using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Berth.Conformance.Tests.Process;
using Xunit;

namespace Berth.Conformance.Tests.Gateway;

/// <summary>A demo, and a <c>berth exec</c> before it whose program does nothing until the tests are over: its gateway is there to be spoken to.</summary>
public sealed class HeldGateway : IAsyncLifetime
{
    private System.Diagnostics.Process _exec = null!;

    public BerthProcess Berth { get; private set; } = null!;

    /// <summary>The gateway's address.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>The folder with the files of authorities.</summary>
    public string Files { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        Berth = await BerthProcess.StartDemoAsync();
        ProcessStartInfo start = new(BerthProcess.Program, ["exec", "--server", Berth.Http!.ToString(), "--", "sh", "-c", "echo $HTTPS_PROXY; echo $SSL_CERT_FILE; cat"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        _exec = System.Diagnostics.Process.Start(start)!;
        Address = new Uri((await _exec.StandardOutput.ReadLineAsync())!);
        Files = Path.GetDirectoryName(await _exec.StandardOutput.ReadLineAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        _exec.StandardInput.Close();
        await _exec.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(0, _exec.ExitCode);
        _exec.Dispose();
        Assert.False(Directory.Exists(Files));
        await Berth.DisposeAsync();
    }

    /// <summary>A client that goes through the gateway and trusts nothing but its authority.</summary>
    public HttpClient Client() => new(new SocketsHttpHandler
    {
        Proxy = new WebProxy(Address),
        SslOptions = { CertificateChainPolicy = Trusting() },
        Expect100ContinueTimeout = TimeSpan.FromMinutes(1),
    });

    /// <summary>Sends bytes to the gateway as they are and reads until it closes the connection, or until it has answered with so many bytes.</summary>
    public async Task<string> SayAsync(string text, int enough = int.MaxValue)
    {
        using TcpClient connection = new();
        await connection.ConnectAsync(IPAddress.Loopback, Address.Port, TestContext.Current.CancellationToken);
        NetworkStream stream = connection.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(text), TestContext.Current.CancellationToken);
        byte[] answer = new byte[4096];
        int read = await stream.ReadAtLeastAsync(answer, Math.Min(enough, answer.Length), false, TestContext.Current.CancellationToken);
        return Encoding.Latin1.GetString(answer, 0, read);
    }

    private X509ChainPolicy Trusting()
    {
        X509ChainPolicy policy = new() { RevocationMode = X509RevocationMode.NoCheck, TrustMode = X509ChainTrustMode.CustomRootTrust };
        policy.CustomTrustStore.Add(X509CertificateLoader.LoadCertificateFromFile(Path.Combine(Files, "ca.pem")));
        return policy;
    }
}
