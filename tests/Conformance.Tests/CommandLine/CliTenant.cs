using System.Diagnostics;
using System.Net.Http.Json;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Berth.Conformance.Tests.Completeness;
using Berth.Conformance.Tests.Process;
using Berth.Engine.Catalog;
using Xunit;

namespace Berth.Conformance.Tests.CommandLine;

/// <summary>Tests that share one running Berth, one after another.</summary>
[CollectionDefinition(nameof(CliTenant))]
public sealed class CliTenantCollection : ICollectionFixture<CliTenant>;

/// <summary>How a command ended.</summary>
public sealed record Ended(int ExitCode, string Output, string Errors)
{
    /// <summary>The JSON on the output.</summary>
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;
}

/// <summary>A running Berth without a company, and the real <c>berth</c> commands against it. Each test brings its own people and its own SKU.</summary>
public sealed class CliTenant : IAsyncLifetime
{
    private BerthProcess? _berth;
    private HttpClient? _http;
    private bool _isBorrowed;
    private readonly Claims _claims = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("berth-cli-").FullName;
    private int _people;

    /// <summary>Files of the running test, and of no other.</summary>
    public string Folder => Directory.CreateDirectory(Path.Combine(_folder, TestContext.Current.Test!.UniqueID)).FullName;

    /// <summary>Where it listens.</summary>
    public string Graph => _berth!.Http!.ToString();

    /// <summary>The demo client over plain HTTP.</summary>
    public HttpClient Http => _http!;

    public async ValueTask InitializeAsync()
    {
        _berth = await BerthProcess.StartEmptyDemoAsync();
        _http = await _berth.ClientAsync();
    }

    /// <summary>The same with a Berth that a test starts and ends itself.</summary>
    public static async Task<CliTenant> OfAsync(BerthProcess berth) => new() { _berth = berth, _http = await berth.ClientAsync(), _isBorrowed = true };

    public async ValueTask DisposeAsync()
    {
        _http?.Dispose();
        if (_berth is not null && !_isBorrowed)
        {
            await _berth.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>The id of a published SKU.</summary>
    public static Guid SkuId(string partNumber) => SkuCatalog.BuiltIn.FindByPartNumber(partNumber).Single().Id;

    /// <summary>Buys units of a SKU, which then is the running test's own.</summary>
    public async Task BuyAsync(string partNumber, int units)
    {
        _claims.Take("SKU", partNumber);
        using HttpResponseMessage response = await Http.PostAsJsonAsync("berth/v1/subscriptions", new { skuId = SkuId(partNumber), units });
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>A SKU that no test of this tenant buys.</summary>
    public string Foreign(string partNumber)
    {
        _claims.Take("SKU", partNumber);
        return partNumber;
    }

    /// <summary>New users whom no other test knows, in the order of their names, with a country unless told otherwise.</summary>
    public async Task<string[]> PeopleAsync(int count, string? location = "US")
    {
        int from = Interlocked.Add(ref _people, count) - count;
        string[] names = [.. Enumerable.Range(from, count).Select(number => $"p{number:D5}@contoso.example")];
        StringBuilder lines = new();
        foreach (string name in names)
        {
            lines.Append(JsonSerializer.Serialize(new
            {
                user = new { id = Guid.NewGuid(), userPrincipalName = name, displayName = name[..name.IndexOf('@', StringComparison.Ordinal)], mailNickname = "n" + name[1..^16], accountEnabled = true, usageLocation = location },
            })).Append('\n');
        }

        using StringContent body = new(lines.ToString(), Encoding.UTF8, "application/x-ndjson");
        using HttpResponseMessage response = await Http.PostAsync(new Uri("berth/v1/import", UriKind.Relative), body);
        JsonElement report = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.True(response.IsSuccessStatusCode && report.GetProperty("users").GetInt32() == count, report.ToString());
        return names;
    }

    /// <summary>A new security group with members; its name is the running test's own.</summary>
    public async Task<Guid> GroupAsync(string name, params string[] members)
    {
        _claims.Take("group", name);
        Guid id = Guid.NewGuid();
        StringBuilder lines = new(JsonSerializer.Serialize(new { group = new { id, displayName = name, mailNickname = "g", mailEnabled = false, securityEnabled = true } }));
        foreach (string member in members)
        {
            lines.Append('\n').Append(JsonSerializer.Serialize(new { member = new { groupId = id, userId = (await UserAsync(member)).GetProperty("id").GetString() } }));
        }

        using StringContent body = new(lines.ToString(), Encoding.UTF8, "application/x-ndjson");
        using HttpResponseMessage response = await Http.PostAsync(new Uri("berth/v1/import", UriKind.Relative), body);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return id;
    }

    /// <summary>What Graph says of a user.</summary>
    public Task<JsonElement> UserAsync(string name) =>
        Http.GetFromJsonAsync<JsonElement>($"v1.0/users/{Uri.EscapeDataString(name)}?$select=id,usageLocation,licenseAssignmentStates,assignedLicenses");

    /// <summary>The part numbers of a user's licenses.</summary>
    public async Task<string[]> LicensesAsync(string name) =>
    [
        .. (await UserAsync(name)).GetProperty("assignedLicenses").EnumerateArray()
            .Select(one => SkuCatalog.BuiltIn.TryGetSku(one.GetProperty("skuId").GetGuid(), out Sku? sku) ? sku.PartNumber : "?").Order(StringComparer.Ordinal),
    ];

    /// <summary>The seats of a SKU that are taken.</summary>
    public async Task<int> TakenAsync(string partNumber)
    {
        _claims.Take("SKU", partNumber);
        JsonElement skus = await Http.GetFromJsonAsync<JsonElement>("v1.0/subscribedSkus");
        return skus.GetProperty("value").EnumerateArray().Single(sku => sku.GetProperty("skuId").GetGuid() == SkuId(partNumber)).GetProperty("consumedUnits").GetInt32();
    }

    /// <summary>The newest change of the tenant.</summary>
    public async Task<string> NewestChangeAsync() => (await ChangesAsync(1)).First().Id;

    /// <summary>Whom each change since one was about.</summary>
    public async Task<string[]> ChangedSinceAsync(string change) =>
        [.. (await ChangesAsync(100)).TakeWhile(one => one.Id != change).Select(one => one.User)];

    /// <summary>After so many licenses the server takes its time for each further one, so that a command that gives many is still at it when something happens to it.</summary>
    public async Task TireAfterAsync(int licenses)
    {
        using HttpResponseMessage response = await Http.PostAsJsonAsync("berth/v1/faults", new { kind = "delay", route = "POST /users/{id}/assignLicense", skip = licenses, delay = "PT0.1S" });
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>It is as fast as ever again.</summary>
    public async Task RestAsync()
    {
        using HttpResponseMessage response = await Http.DeleteAsync(new Uri("berth/v1/faults", UriKind.Relative));
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>Writes a file of a test.</summary>
    public string Write(string name, string text)
    {
        string path = Path.Combine(Folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Runs a command against this Berth to its end.</summary>
    public Task<Ended> RunAsync(params string[] arguments) => RunAsync(new Dictionary<string, string?>(), [.. arguments, "--graph", Graph]);

    /// <summary>The same in the folder of the test's files.</summary>
    public Task<Ended> RunInFolderAsync(params string[] arguments) => RunAsync(Folder, new Dictionary<string, string?>(), [.. arguments, "--graph", Graph]);

    /// <summary>Runs a command with an environment of its own to its end.</summary>
    public static Task<Ended> RunAsync(IReadOnlyDictionary<string, string?> environment, params string[] arguments) => RunAsync(null, environment, arguments);

    private static async Task<Ended> RunAsync(string? folder, IReadOnlyDictionary<string, string?> environment, string[] arguments)
    {
        using System.Diagnostics.Process process = Start(environment, arguments, folder);
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(100));
        if (process.ExitCode == 0)
        {
            Evidence.OfCommandLine(arguments);
        }

        return new Ended(process.ExitCode, await output, await errors);
    }

    /// <summary>Runs a command, sends it a signal once a condition holds, and waits for its end.</summary>
    public Task<Ended> InterruptAsync(int signal, Func<Task<bool>> when, params string[] arguments) => DuringAsync(
        when,
        process =>
        {
            _ = kill(process.Id, signal);
            return Task.CompletedTask;
        },
        arguments);

    /// <summary>Runs a command, does something once a condition holds, and waits for the command's end.</summary>
    public async Task<Ended> DuringAsync(Func<Task<bool>> when, Func<System.Diagnostics.Process, Task> then, params string[] arguments)
    {
        using System.Diagnostics.Process process = Start(new Dictionary<string, string?>(), [.. arguments, "--graph", Graph]);
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        while (!process.HasExited && !await when())
        {
        }

        await then(process);
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(100));
        return new Ended(process.ExitCode, await output, await errors);
    }

    private async Task<IEnumerable<(string Id, string User)>> ChangesAsync(int most)
    {
        JsonElement audits = await Http.GetFromJsonAsync<JsonElement>($"v1.0/auditLogs/directoryAudits?$top={most}");
        return audits.GetProperty("value").EnumerateArray()
            .Select(one => (one.GetProperty("id").GetString()!, one.GetProperty("targetResources")[0].GetProperty("userPrincipalName").GetString()!));
    }

    private static System.Diagnostics.Process Start(IReadOnlyDictionary<string, string?> environment, IReadOnlyList<string> arguments, string? folder = null)
    {
        ProcessStartInfo start = new(BerthProcess.Program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = folder ?? "" };
        start.Environment.Remove("BERTH_CLIENT_SECRET");
        foreach ((string name, string? value) in environment)
        {
            start.Environment[name] = value;
        }

        return System.Diagnostics.Process.Start(start)!;
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int kill(int pid, int signal);
}
