using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Azure.Core;
using Berth.Conformance.Tests.CommandLine;
using Berth.Conformance.Tests.Process;
using Berth.Connect.Profiles;
using Berth.Connect.Wire;
using Berth.Connect.Writing;
using Berth.Engine;
using Xunit;

namespace Berth.Conformance.Tests.Applying;

/// <summary>Tests that share one tenant to write to, one after another.</summary>
[CollectionDefinition(nameof(RealTenant))]
public sealed class RealTenantCollection : ICollectionFixture<RealTenant>;

/// <summary>A second Berth in a process of its own, as the tenant that is written to, and the same people in memory as the copy of it.</summary>
public sealed class RealTenant : IAsyncLifetime
{
    private static int _worlds;

    private readonly Claims _claims = new();
    private BerthProcess _berth = null!;

    public HttpClient Http { get; private set; } = null!;

    public string Applies { get; } = Directory.CreateTempSubdirectory("berth-applies-").FullName;

    internal BerthProcess Berth => _berth;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _berth = await BerthProcess.StartAsync(null, "--demo", "--seed", "none", "--https", "https://localhost:0");
        Http = await _berth.ClientAsync();
    }

    /// <summary>People in memory whose ids nobody else has.</summary>
    internal static WritableTenant NewCopy() => new(Interlocked.Increment(ref _worlds));

    /// <summary>Runs a <c>berth</c> command that may enter the tenant, to its end.</summary>
    public Task<Ended> RunAsync(params string[] arguments) => CliTenant.RunAsync(Environment, arguments);

    /// <summary>Starts such a command, does something once a condition holds, and waits for its end.</summary>
    public async Task<Ended> DuringAsync(Func<Task<bool>> when, Func<System.Diagnostics.Process, Task> then, params string[] arguments)
    {
        System.Diagnostics.ProcessStartInfo start = new(BerthProcess.Program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach ((string variable, string? value) in Environment)
        {
            start.Environment[variable] = value;
        }

        using System.Diagnostics.Process process = System.Diagnostics.Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(Cancel), errors = process.StandardError.ReadToEndAsync(Cancel);
        while (!process.HasExited && !await when())
        {
        }

        await then(process);
        await process.WaitForExitAsync(Cancel).WaitAsync(TimeSpan.FromSeconds(100), Cancel);
        return new Ended(process.ExitCode, await output, await errors);
    }

    /// <summary>
    /// Lets a command come to a row, where the tenant takes its time, and does something to it then; at a pace at which the rows after it have not all gone out by then.
    /// </summary>
    public async Task<Ended> HangAsync(int row, string delay, Func<System.Diagnostics.Process, Task> then, Func<Task> more, params string[] arguments)
    {
        await FaultAsync(new { kind = "delay", route = "POST /users/{id}/assignLicense", skip = row, count = 1, delay });
        await more();
        Ended ended = await DuringAsync(async () => await FiredAsync() > 0, then, arguments);
        Assert.Equal(1, (await EndFaultsAsync())[0]);
        return ended;
    }

    /// <summary>Sends a signal.</summary>
    public static void Signal(System.Diagnostics.Process process, int signal) => _ = kill(process.Id, signal);

    /// <summary>The same where a task is wanted.</summary>
    public static Task SignalAsync(System.Diagnostics.Process process, int signal)
    {
        Signal(process, signal);
        return Task.CompletedTask;
    }

    /// <summary>The run that was begun last.</summary>
    public string NewestRun() => Directory.GetDirectories(Path.Combine(Data, "tenants", "second", "applies")).Select(static one => Path.GetFileName(one)).Max(StringComparer.Ordinal)!;

    /// <summary>The data folder of whoever writes.</summary>
    public string Data => Applies;

    /// <summary>Adds the tenant to a data folder, once, and copies it.</summary>
    public async Task PullAsync()
    {
        if (!Directory.Exists(Path.Combine(Data, "tenants")))
        {
            Ended added = await RunAsync([.. AddArguments("second"), "--secret-variable", "SECOND_SECRET", "--data", Data]);
            Assert.True(added.ExitCode == 0, added.Errors);
        }

        Ended pulled = await RunAsync("pull", "second", "--data", Data);
        Assert.True(pulled.ExitCode == 0, pulled.Errors);
    }

    /// <summary>The command that adds it with a secret.</summary>
    public string[] AddArguments(string name) =>
    [
        "tenant", "add", name, "--tenant", BerthProcess.DemoTenant, "--client-id", BerthProcess.DemoClient, "--credential", "secret",
        "--graph", Http.BaseAddress!.ToString(), "--authority", new UriBuilder(_berth.Https!) { Host = "localhost", Path = "" }.Uri.ToString(),
    ];

    /// <summary>Runs such a command on a terminal of its own, and types a line once it asks. Output and errors are one there.</summary>
    public async Task<Ended> OnTerminalAsync(string question, string line, params string[] arguments)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The script of util-linux makes the terminal.");
        string command = string.Join(' ', arguments.Prepend(BerthProcess.Program).Select(static one => $"'{one}'"));
        System.Diagnostics.ProcessStartInfo start = new("script", ["-qec", command, "/dev/null"]) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        foreach ((string variable, string? value) in Environment)
        {
            start.Environment[variable] = value;
        }

        using System.Diagnostics.Process process = System.Diagnostics.Process.Start(start)!;
        StringBuilder told = new();
        char[] one = new char[1];
        while (!told.ToString().EndsWith(question, StringComparison.Ordinal) && await process.StandardOutput.ReadAsync(one, Cancel) == 1)
        {
            told.Append(one);
        }

        await process.StandardInput.WriteAsync((line + "\r").AsMemory(), Cancel);
        await process.StandardInput.FlushAsync(Cancel);
        told.Append(await process.StandardOutput.ReadToEndAsync(Cancel));
        await process.WaitForExitAsync(Cancel);
        return new Ended(process.ExitCode, told.ToString(), "");
    }

    /// <summary>The department of a user.</summary>
    public async Task<string?> DepartmentAsync(Guid user) =>
        (await Http.GetFromJsonAsync<JsonElement>($"v1.0/users/{user}?$select=department", Cancel)).GetProperty("department").GetString();

    private Dictionary<string, string?> Environment => new() { ["SSL_CERT_FILE"] = Path.Combine(_berth.Data, "bundle.pem"), ["SECOND_SECRET"] = BerthProcess.DemoSecret };

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _berth.DisposeAsync();
        Directory.Delete(Applies, recursive: true);
    }

    /// <summary>Brings what is in memory to the server: people, groups and members by import, units and licenses as anybody would.</summary>
    internal async Task FillAsync(Tenant copy, params Guid[] only)
    {
        StringBuilder lines = new();
        foreach (Engine.Directory.User user in Enumerable.Range(0, copy.UserCount).Select(index => copy.Users[index]!).Where(user => only.Length == 0 || only.Contains(user.Id)))
        {
            Line(new { user = new { id = user.Id, userPrincipalName = user.UserPrincipalName.Replace("fabrikam", "contoso", StringComparison.Ordinal), displayName = user.DisplayName, accountEnabled = true, usageLocation = "US" } });
        }

        Group[] groups = only.Length > 0 ? [] : [.. Enumerable.Range(0, copy.GroupCount).Select(index => copy.Groups[index])];
        foreach (Group group in groups)
        {
            Line(new { group = new { id = group.Id, displayName = group.Profile.DisplayName, mailNickname = "g", mailEnabled = false, securityEnabled = true } });
            foreach (int member in group.Members)
            {
                Line(new { member = new { groupId = group.Id, userId = copy.Users[member]!.Id } });
            }
        }

        using StringContent body = new(lines.ToString(), Encoding.UTF8, "application/x-ndjson");
        await DoneAsync(await Http.PostAsync(new Uri("berth/v1/import", UriKind.Relative), body, Cancel));
        if (only.Length > 0)
        {
            return;
        }

        foreach (Engine.Licensing.Subscription subscription in copy.Subscriptions)
        {
            await BuyAsync(copy.Catalog.Skus[subscription.Sku].PartNumber, subscription.Units);
        }

        object[] changes =
        [
            .. groups.Where(static group => !group.Licenses.IsEmpty).Select(group => new { kind = "groupLicense", groupId = group.Id, add = Add(group.Licenses) }),
            .. Enumerable.Range(0, copy.UserCount).Where(user => !copy.LicensesOf(user).Direct.IsEmpty)
                .Select(user => new { kind = "userLicense", userId = copy.Users[user]!.Id, add = Add(copy.LicensesOf(user).Direct) }),
        ];
        if (changes.Length > 0)
        {
            await DoneAsync(await Http.PostAsJsonAsync("berth/v1/apply", new { changes }, Cancel));
        }

        void Line<T>(T value) => lines.AppendLine(JsonSerializer.Serialize(value));
        object[] Add(Engine.Licensing.LicenseSet set) =>
            [.. set.Items.Select(one => new { skuId = copy.Catalog.Skus[one.Sku].Id, disabledPlans = one.Disabled.Select(plan => copy.Catalog.Plans[plan].Id).ToArray() })];
    }

    /// <summary>Buys units of a SKU, which then is the running test's own.</summary>
    public async Task BuyAsync(string partNumber, int units)
    {
        _claims.Take("SKU", partNumber);
        await DoneAsync(await Http.PostAsJsonAsync("berth/v1/subscriptions", new { skuId = WritableTenant.Sku(partNumber), units }, Cancel));
    }

    /// <summary>Installs a fault.</summary>
    public async Task FaultAsync<T>(T fault) => await DoneAsync(await Http.PostAsJsonAsync("berth/v1/faults", fault, Cancel));

    /// <summary>How often the first fault struck.</summary>
    public async Task<int> FiredAsync() =>
        (await Http.GetFromJsonAsync<JsonElement>("berth/v1/faults", Cancel)).GetProperty("value")[0].GetProperty("fired").GetInt32();

    /// <summary>How often faults struck; then they are gone.</summary>
    public async Task<int[]> EndFaultsAsync()
    {
        JsonElement faults = await Http.GetFromJsonAsync<JsonElement>("berth/v1/faults", Cancel);
        int[] fired = [.. faults.GetProperty("value").EnumerateArray().Select(static one => one.GetProperty("fired").GetInt32())];
        await DoneAsync(await Http.DeleteAsync(new Uri("berth/v1/faults", UriKind.Relative), Cancel));
        return fired;
    }

    /// <summary>Begins a run of commands on the copy.</summary>
    internal RunFolder Begin(Tenant copy, params Command[] commands)
    {
        CallPlan plan = Assert.IsType<CallPlanning.Planned>(CallPlan.Of(copy, commands, WritableTenant.Noon)).Plan;
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        return RunFolder.Create(Applies, new RunHead(1, RunFolder.NewId(now), Guid.Parse(BerthProcess.DemoTenant), "Contoso", "contoso.example", Http.BaseAddress!, now, plan.Calls.Count, plan.Rows), plan.Calls);
    }

    /// <summary>Runs, or goes on with, a run.</summary>
    internal async Task<RunResult> RunAsync(RunFolder folder, double lookFor = 20, CancellationToken? stop = null, Action<RunProgress>? tell = null)
    {
        using Pace pace = new(ApplyLimits.MostWritesPerSecond, TimeProvider.System);
        using GraphPort port = await PortAsync();
        return await new ApplyRun(port, folder, pace, TimeSpan.FromSeconds(lookFor), TimeProvider.System, tell ?? (static _ => { })).RunAsync(stop ?? Cancel);
    }

    /// <summary>A way to it.</summary>
    internal async Task<GraphPort> PortAsync()
    {
        global::Berth.Connect.Profiles.TenantProfile profile = new("second", BerthProcess.DemoTenant, BerthProcess.DemoClient, CredentialKind.ClientSecret, Http.BaseAddress!, new Uri("https://login.example"));
        return new GraphPort(profile, new KnownToken(await _berth.TokenAsync()), TimeProvider.System);
    }

    /// <summary>What Graph says of users, in their order: direct licenses, and those from groups, by part number.</summary>
    public async Task<string[]> LicensesAsync(IEnumerable<Guid> users)
    {
        List<string> all = [];
        foreach (Guid user in users)
        {
            JsonElement json = await Http.GetFromJsonAsync<JsonElement>($"v1.0/users/{user}?$select=licenseAssignmentStates", Cancel);
            all.Add(string.Join(' ', json.GetProperty("licenseAssignmentStates").EnumerateArray().Select(static state =>
            {
                Assert.True(Engine.Catalog.SkuCatalog.BuiltIn.TryGetSku(state.GetProperty("skuId").GetGuid(), out Engine.Catalog.Sku? sku));
                return $"{sku.PartNumber}/{(state.GetProperty("assignedByGroup").ValueKind == JsonValueKind.Null ? "direct" : "group")}/{state.GetProperty("state").GetString()}-{state.GetProperty("disabledPlans").GetArrayLength()}";
            }).Order(StringComparer.Ordinal)));
        }

        return [.. all];
    }

    /// <summary>How many operations of the server's history are about a user.</summary>
    public async Task<int> OperationsAsync(Guid user) =>
        (await Http.GetFromJsonAsync<JsonElement>($"berth/v1/history?userId={user}", Cancel)).GetProperty("value").GetArrayLength();

    private static async Task DoneAsync(HttpResponseMessage response)
    {
        using (response)
        {
            Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Cancel));
        }
    }

    [System.Runtime.InteropServices.DllImport("libc", SetLastError = true)]
    private static extern int kill(int pid, int signal);

    private sealed class KnownToken(string token) : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) => new(token, DateTimeOffset.MaxValue);

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) => new(GetToken(requestContext, cancellationToken));
    }
}
