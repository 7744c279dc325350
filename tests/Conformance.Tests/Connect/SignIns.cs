using System.Diagnostics;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using Berth.Conformance.Tests.CommandLine;
using Berth.Conformance.Tests.Identity;
using Berth.Conformance.Tests.Process;
using Xunit;

namespace Berth.Conformance.Tests.Connect;

/// <summary>Each way in, with Azure.Identity at a second Berth: a device code, a certificate, the environment (B560). The secret's way is in <see cref="AtATenant"/>.</summary>
[Collection(nameof(Afar))]
public sealed partial class SignIns(Afar afar) : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("berth-tenants-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Pem => Path.Combine(afar.Berth.Data, "demo-client.pem");

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task An_application_signs_in_with_its_certificate()
    {
        // B560
        Ended added = await AddAsync("pem", "--client-id", BerthProcess.DemoClient, "--credential", "certificate", "--certificate", Pem);
        Assert.True(added.ExitCode == 0, added.Errors);
        Assert.StartsWith($"pem is Contoso (contoso.example, {BerthProcess.DemoTenant}).", added.Output, StringComparison.Ordinal);
        using (X509Certificate2 certificate = X509Certificate2.CreateFromPemFile(Pem))
        {
            await File.WriteAllBytesAsync(Path.Combine(_data, "client.pfx"), certificate.Export(X509ContentType.Pkcs12), Cancel);
            await File.WriteAllTextAsync(Path.Combine(_data, "keyless.pem"), certificate.ExportCertificatePem(), Cancel);
        }

        Ended pfx = await AddAsync("pfx", "--client-id", BerthProcess.DemoClient, "--credential", "certificate", "--certificate", Path.Combine(_data, "client.pfx"));
        Assert.True(pfx.ExitCode == 0, pfx.Errors);

        // A profile names the file and has no key; what the file lacks is told in a line.
        string profile = await File.ReadAllTextAsync(Path.Combine(_data, "tenants", "pem", "profile.json"), Cancel);
        Assert.Equal((true, false), (profile.Contains(Pem, StringComparison.Ordinal), profile.Contains("PRIVATE KEY", StringComparison.Ordinal)));
        foreach ((string file, string words) in ((string, string)[])[("missing.pem", "missing.pem"), ("keyless.pem", "key")])
        {
            Ended refused = await AddAsync("other", "--client-id", BerthProcess.DemoClient, "--credential", "certificate", "--certificate", Path.Combine(_data, file));
            Assert.Equal(2, refused.ExitCode);
            Assert.Matches($"\\Aberth: .*{words}.*\n\\z", refused.Errors);
        }
    }

    [Fact]
    public async Task An_application_signs_in_with_what_the_environment_says()
    {
        Dictionary<string, string?> secret = new(afar.Environment) { ["AZURE_TENANT_ID"] = BerthProcess.DemoTenant, ["AZURE_CLIENT_ID"] = BerthProcess.DemoClient, ["AZURE_CLIENT_SECRET"] = BerthProcess.DemoSecret };
        Dictionary<string, string?> certificate = new(secret) { ["AZURE_CLIENT_SECRET"] = null, ["AZURE_CLIENT_CERTIFICATE_PATH"] = Pem };
        Ended added = await AddAsync("env", secret, "--credential", "environment");
        Assert.True(added.ExitCode == 0, added.Errors);
        Ended pulled = await CliTenant.RunAsync(certificate, "pull", "env", "--data", _data, "-o", "json");
        Assert.True(pulled.ExitCode == 0, pulled.Errors);
        Assert.True(pulled.Json.GetProperty("users").GetInt32() > 0);

        Ended bare = await AddAsync("bare", "--credential", "environment");
        Assert.Equal(2, bare.ExitCode);
        Assert.Matches("\\Aberth: the authority does not sign in: .*environment.*\n\\z", bare.Errors);
    }

    [Fact]
    public async Task A_person_signs_in_with_a_code_that_they_type_on_a_page()
    {
        ProcessStartInfo start = new(BerthProcess.Program, Arguments("person", "--client-id", BerthProcess.DemoClient)) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach ((string name, string? value) in afar.Environment)
        {
            start.Environment[name] = value;
        }

        using System.Diagnostics.Process add = System.Diagnostics.Process.Start(start)!;
        string told = await add.StandardError.ReadLineAsync(Cancel) ?? "";
        Match page = Page().Match(told);
        Assert.True(page.Success, told);
        using HttpClient browser = new(new HttpClientHandler { UseProxy = false, AllowAutoRedirect = false, ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator });
        using HttpResponseMessage answer = await IdentityCalls.AnswerPageAsync(
            browser, page.Groups["page"].Value, ("user_code", page.Groups["code"].Value), ("username", IdentityCalls.Admin), ("password", IdentityCalls.AdminPassword));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        string output = await add.StandardOutput.ReadToEndAsync(Cancel), errors = await add.StandardError.ReadToEndAsync(Cancel);
        await add.WaitForExitAsync(Cancel);
        Assert.True(add.ExitCode == 0, errors);
        Assert.StartsWith($"person is Contoso (contoso.example, {BerthProcess.DemoTenant}).", output, StringComparison.Ordinal);
        Assert.Contains("\"deviceCode\"", await File.ReadAllTextAsync(Path.Combine(_data, "tenants", "person", "profile.json"), Cancel), StringComparison.OrdinalIgnoreCase);
    }

    private Task<Ended> AddAsync(string name, params string[] more) => AddAsync(name, afar.Environment, more);

    private Task<Ended> AddAsync(string name, IReadOnlyDictionary<string, string?> environment, params string[] more) => CliTenant.RunAsync(environment, Arguments(name, more));

    private string[] Arguments(string name, params string[] more) =>
        ["tenant", "add", name, "--tenant", BerthProcess.DemoTenant, "--graph", $"{afar.Profile.Graph}", "--authority", $"{afar.Https}", "--data", _data, .. more];

    [GeneratedRegex("open the page (?<page>\\S+) and enter the code (?<code>\\S+) to authenticate")]
    private static partial Regex Page();
}
