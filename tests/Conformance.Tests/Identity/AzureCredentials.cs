using System.Diagnostics;
using Berth.Conformance.Tests.Completeness;
using Berth.Conformance.Tests.Process;
using Xunit;

namespace Berth.Conformance.Tests.Identity;

/// <summary><see cref="UnmodifiedProgram"/> with each of its credentials: under Berth's own names with TLS, and under Microsoft's through <c>berth exec</c> (B200).</summary>
public sealed class AzureCredentials(TlsDemo demo) : IClassFixture<TlsDemo>
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(5);

    private static readonly string[] _program = [Environment.ProcessPath!, "-class", typeof(UnmodifiedProgram).FullName!, "-explicit", "only", "-noColor"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_credential_works_under_Microsofts_names_through_exec()
    {
        string[] exec = ["exec", "--server", demo.Berth.Http!.ToString(), "--", .. _program];
        await PassesAsync(BerthProcess.Program, exec, new Dictionary<string, string> { [UnmodifiedProgram.DataVariable] = demo.Berth.Data });
        Evidence.OfCommandLine(exec);
    }

    [Fact]
    public async Task Every_credential_works_under_Berths_own_names_with_TLS()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "SSL_CERT_FILE is read on Linux.");
        string origin = demo.Berth.Https!.GetLeftPart(UriPartial.Authority);
        await PassesAsync(_program[0], _program[1..], new Dictionary<string, string>
        {
            [UnmodifiedProgram.DataVariable] = demo.Berth.Data,
            [UnmodifiedProgram.GraphVariable] = origin + "/v1.0",
            ["SSL_CERT_FILE"] = Path.Combine(demo.Berth.Data, "bundle.pem"),
            ["AZURE_AUTHORITY_HOST"] = origin + "/",
            ["AZURE_TENANT_ID"] = BerthProcess.DemoTenant,
            ["AZURE_CLIENT_ID"] = BerthProcess.DemoClient,
            ["AZURE_CLIENT_SECRET"] = BerthProcess.DemoSecret,
            ["IDENTITY_ENDPOINT"] = new Uri(demo.Berth.Http!, "msi/token").ToString(),
            ["IDENTITY_HEADER"] = "x",
        });
    }

    private static async Task PassesAsync(string file, string[] arguments, Dictionary<string, string> environment)
    {
        ProcessStartInfo start = new(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        using System.Diagnostics.Process program = System.Diagnostics.Process.Start(start)!;
        Task<string> output = program.StandardOutput.ReadToEndAsync(Cancel), errors = program.StandardError.ReadToEndAsync(Cancel);
        await program.WaitForExitAsync(Cancel).WaitAsync(_patience, Cancel);
        string told = await output + await errors;

        Assert.True(program.ExitCode == 0, told);
        Assert.Contains("Total: 11, Errors: 0, Failed: 0, Skipped: 0, Not Run: 0", told, StringComparison.Ordinal);
    }
}
