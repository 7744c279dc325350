using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Berth.Conformance.Tests.Completeness;
using Berth.Conformance.Tests.Process;
using Xunit;

namespace Berth.Conformance.Tests.Clients;

/// <summary>Tests that share one Berth and the clients' programs, one after another.</summary>
[CollectionDefinition(nameof(ClientTenant))]
public sealed class ClientTenantCollection : ICollectionFixture<ClientTenant>;

/// <summary>
/// A running <c>berth serve --demo</c> and, before it, two recorders: one with TLS under a name of its own, one for <c>berth exec</c>, so that what
/// is asserted and witnessed is what went over the wire. Programs get a home folder that is theirs and nobody's.
/// </summary>
public sealed class ClientTenant : IAsyncLifetime
{
    /// <summary>A program that takes this long hangs.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(100);

    private X509Certificate2? _certificate;
    private M365? _app;
    private M365? _admin;
    private int _number;

    /// <summary>The server.</summary>
    public BerthProcess Berth { get; private set; } = null!;

    /// <summary>A plain client with the demo client's token.</summary>
    public HttpClient Http { get; private set; } = null!;

    /// <summary>What stands before the server on TLS, as <c>https://localhost:PORT</c>.</summary>
    public Recorder Named { get; private set; } = null!;

    /// <summary>What stands between <c>berth exec</c> and the server.</summary>
    public Recorder Behind { get; private set; } = null!;

    /// <summary>A folder for the homes of programs; it goes with the fixture.</summary>
    public string Homes { get; } = Directory.CreateTempSubdirectory("berth-clients-").FullName;

    public async ValueTask InitializeAsync()
    {
        await NodePackages.ReadyAsync();
        Berth = await BerthProcess.StartAsync(null, "--demo", "--https", "https://localhost:0");
        Http = await Berth.ClientAsync();
        _certificate = X509Certificate2.CreateFromPemFile(Path.Combine(Berth.Data, "server.pem"), Path.Combine(Berth.Data, "server.key"));
        Named = await Recorder.StartAsync(Berth.Http!, _certificate);
        Behind = await Recorder.StartAsync(Berth.Http!);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Recorder recorder in new[] { Named, Behind }.OfType<Recorder>())
        {
            await recorder.DisposeAsync();
        }

        _certificate?.Dispose();
        Http?.Dispose();
        if (Berth is not null)
        {
            await Berth.DisposeAsync();
        }

        Directory.Delete(Homes, true);
    }

    /// <summary>A name that no other test has, and that sorts behind those before it.</summary>
    public string Name(string like) => $"{like}-{Interlocked.Increment(ref _number):D5}";

    /// <summary>A new person, by user principal name.</summary>
    public async Task<string> PersonAsync()
    {
        string alias = Name("person");
        using StringContent body = new(
            $$$"""
            {"accountEnabled":true,"displayName":"Somebody {{{alias}}}","mailNickname":"{{{alias}}}","userPrincipalName":"{{{alias}}}@contoso.example","usageLocation":"US",
             "passwordProfile":{"password":"never-used-1A"}}
            """,
            Encoding.UTF8,
            "application/json");
        using HttpResponseMessage made = await Http.PostAsync(new Uri("/v1.0/users", UriKind.Relative), body, TestContext.Current.CancellationToken);
        Assert.Equal(System.Net.HttpStatusCode.Created, made.StatusCode);
        return $"{alias}@contoso.example";
    }

    /// <summary>A new home folder.</summary>
    public string Home() => Directory.CreateDirectory(Path.Combine(Homes, Name("home"))).FullName;

    /// <summary>Runs a script of <c>tests/clients</c> through a door; the one line of JSON that it prints.</summary>
    public async Task<JsonElement> ScriptAsync(ClientDoor door, string script)
    {
        Dictionary<string, string> environment = new() { ["HOME"] = Home() };
        if (door == ClientDoor.OwnName)
        {
            environment["GRAPH_ORIGIN"] = Named.Address.GetLeftPart(UriPartial.Authority);
            environment["NODE_EXTRA_CA_CERTS"] = Path.Combine(Berth.Data, "ca.pem");
            environment["AZURE_TENANT_ID"] = BerthProcess.DemoTenant;
            environment["AZURE_CLIENT_ID"] = BerthProcess.DemoClient;
            environment["AZURE_CLIENT_SECRET"] = BerthProcess.DemoSecret;
        }

        string[] command = ["node", Path.Combine(NodePackages.Folder, script)];
        (int code, string output, string errors) = await RunAsync(environment, door == ClientDoor.Exec ? Exec(command) : command);
        Assert.True(code == 0, $"{script} ended with exit code {code}: {errors}");
        using JsonDocument seen = JsonDocument.Parse(output);
        return seen.RootElement.Clone();
    }

    /// <summary>Installs a fault, does something, takes the fault away; with which statuses a path was answered meanwhile, in order.</summary>
    /// <param name="fault">The fault, as <c>/berth/v1/faults</c> takes it.</param>
    /// <param name="door">The door at which to look.</param>
    /// <param name="path">The path at which to look, without a query.</param>
    /// <param name="meanwhile">What to do.</param>
    public async Task<int[]> WithFaultAsync(string fault, ClientDoor door, string path, Func<Task> meanwhile)
    {
        Recorder recorder = door == ClientDoor.Exec ? Behind : Named;
        int before = recorder.Exchanges.Count();
        using StringContent body = new(fault, Encoding.UTF8, "application/json");
        using HttpResponseMessage installed = await Http.PostAsync(new Uri("/berth/v1/faults", UriKind.Relative), body, TestContext.Current.CancellationToken);
        Assert.Equal(System.Net.HttpStatusCode.Created, installed.StatusCode);
        try
        {
            await meanwhile();
        }
        finally
        {
            using HttpResponseMessage taken = await Http.DeleteAsync(new Uri("/berth/v1/faults", UriKind.Relative), CancellationToken.None);
        }

        return [.. recorder.Exchanges.Skip(before).Where(exchange => exchange.Target.Split('?')[0] == path).Select(exchange => exchange.Status)];
    }

    /// <summary><c>m365</c>, signed in as the demo's application with its secret.</summary>
    public async Task<M365> AppAsync() => _app ??= await SignedInAsync("secret", "--secret", BerthProcess.DemoSecret);

    /// <summary><c>m365</c>, signed in as the demo's administrator with her password.</summary>
    public async Task<M365> AdminAsync() => _admin ??= await SignedInAsync("password", "--userName", "admin@contoso.example", "--password", "berth-demo-password");

    /// <summary><c>m365</c> after a login.</summary>
    public async Task<M365> SignedInAsync(string authType, params string[] more)
    {
        M365 m365 = new(this);
        await m365.RunAsync(["login", "--authType", authType, "--tenant", BerthProcess.DemoTenant, "--appId", BerthProcess.DemoClient, .. more]);
        return m365;
    }

    /// <summary>The command line that runs a program so that Microsoft's names mean this Berth.</summary>
    public string[] Exec(params string[] command) => [BerthProcess.Program, "exec", "--server", Behind.Address.GetLeftPart(UriPartial.Authority), "--", .. command];

    /// <summary>Runs a program to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(IReadOnlyDictionary<string, string> environment, string[] command)
    {
        using RunningProgram program = new(environment, command);
        return await program.EndAsync().WaitAsync(_patience, TestContext.Current.CancellationToken);
    }
}
