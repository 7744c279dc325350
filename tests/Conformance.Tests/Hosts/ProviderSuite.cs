using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Berth.Conformance.Tests.Hosts;

/// <summary>
/// What holds whoever makes the machines, at a real server over HTTP (B286, B320). The machine itself is looked at where there is one.
/// </summary>
public abstract class ProviderSuite : IAsyncLifetime
{
    /// <summary>The company.</summary>
    private protected HostedCompany Company { get; private set; } = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Company = await HostedCompany.OpenAsync(new { host = Host });
        await BeginAsync();
    }

    public virtual async ValueTask DisposeAsync()
    {
        await Company.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>The setting.</summary>
    protected abstract string Host { get; }

    /// <summary>Begins to make machines.</summary>
    protected abstract Task BeginAsync();

    /// <summary>From now on no machine can be made.</summary>
    protected abstract Task BreakAsync();

    /// <summary>From now on machines can be made again.</summary>
    protected abstract Task MendAsync();

    /// <summary>The folder of a machine's disk, for those who have one.</summary>
    protected abstract string? DiskOf(Guid cloudPc);

    /// <summary>Whether the host keeps a retention snapshot; null for those who have none to look at.</summary>
    protected abstract bool? Keeps(Guid snapshot);

    /// <summary>Whether there is a machine and it runs; null for those who have none to look at.</summary>
    protected abstract bool? IsRunning(Guid cloudPc);

    [Fact]
    public async Task A_license_and_a_policy_bring_a_Cloud_PC_up_and_the_end_of_grace_takes_it_down()
    {
        Guid user = await Company.HireAsync();
        Guid id = HostedCompany.Id(await Company.UntilAsync(user, "provisioned"));
        Assert.NotEqual(false, IsRunning(id));

        await Company.LicenseAsync(user, remove: HostedCompany.Small);
        JsonElement grace = await Company.UntilAsync(user, "inGracePeriod");
        Assert.Equal(id, HostedCompany.Id(grace));
        Assert.NotEqual(false, IsRunning(id));

        await Company.PassAsync("P7D");
        await Company.UntilGoneAsync(user);
        Assert.NotEqual(true, IsRunning(id));
    }

    [Fact]
    public async Task The_right_that_comes_back_in_time_leaves_the_machine_as_it_is()
    {
        Guid user = await Company.HireAsync();
        Guid id = HostedCompany.Id(await Company.UntilAsync(user, "provisioned"));
        await WriteAsync(id, "mine");

        await Company.AssignPolicyAsync();
        await Company.UntilAsync(user, "inGracePeriod");
        await Company.PassAsync("P6D");
        await Company.AssignPolicyAsync(Company.Group);

        Assert.Equal(id, HostedCompany.Id(await Company.UntilAsync(user, "provisioned")));
        await HasAsync(id, "mine");
    }

    [Fact]
    public async Task A_reprovisioned_Cloud_PC_keeps_its_id_and_nothing_else()
    {
        Guid user = await Company.HireAsync();
        Guid id = HostedCompany.Id(await Company.UntilAsync(user, "provisioned"));
        await WriteAsync(id, "mine");

        await Company.ActAsync(id, "reprovision");
        await Company.UntilDoneAsync(id, "Reprovision");

        Assert.Equal(id, HostedCompany.Id(await Company.UntilAsync(user, "provisioned")));
        Assert.NotEqual(false, IsRunning(id));
        await HasAsync(id, null);
    }

    [Fact]
    public async Task A_resized_Cloud_PC_has_the_other_size_and_its_data()
    {
        Guid user = await Company.HireAsync();
        Guid id = HostedCompany.Id(await Company.UntilAsync(user, "provisioned"));
        await WriteAsync(id, "mine");

        string plan = await Company.PlanAsync(HostedCompany.Large);
        await Company.ActAsync(id, "resize", new { targetServicePlanId = plan });
        await Company.UntilDoneAsync(id, "Resize");

        JsonElement after = await Company.UntilAsync(user, "provisioned");
        Assert.Equal((id, plan), (HostedCompany.Id(after), after.GetProperty("servicePlanId").GetString()));
        await HasAsync(id, "mine");
        if (DiskOf(id) is { } disk)
        {
            string[] boots = await File.ReadAllLinesAsync(Path.Combine(disk, "boots.log"), Cancel);
            Assert.Contains("2 vCPU 8 GB memory 128 GB disk", boots[0], StringComparison.Ordinal);
            Assert.Contains("4 vCPU 16 GB memory 128 GB disk", boots[^1], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_restored_Cloud_PC_is_as_it_was_at_the_restore_point()
    {
        Guid user = await Company.HireAsync();
        Guid id = HostedCompany.Id(await Company.UntilAsync(user, "provisioned"));
        await WriteAsync(id, "old");
        await Company.ActAsync(id, "createSnapshot");
        await Company.UntilDoneAsync(id, "CreateSnapshot");
        Guid point = await Company.UntilPointAsync(id, "manual");
        await WriteAsync(id, "new");

        await Company.ActAsync(id, "restore", new { cloudPcSnapshotId = point });
        await Company.UntilDoneAsync(id, "Restore");

        await Company.UntilAsync(user, "provisioned");
        Assert.NotEqual(false, IsRunning(id));
        await HasAsync(id, "old");
    }

    [Fact]
    public async Task A_restore_point_that_came_at_its_time_can_be_gone_back_to()
    {
        // B381.
        Guid user = await Company.HireAsync();
        Guid id = HostedCompany.Id(await Company.UntilAsync(user, "provisioned"));
        await WriteAsync(id, "old");
        await Company.PassAsync("PT12H");
        Guid point = await Company.UntilPointAsync(id, "automatic");
        await WriteAsync(id, "new");

        await Company.ActAsync(id, "restore", new { cloudPcSnapshotId = point });
        await Company.UntilDoneAsync(id, "Restore");

        await Company.UntilAsync(user, "provisioned");
        Assert.NotEqual(false, IsRunning(id));
        await HasAsync(id, "old");
    }

    [Fact]
    public async Task What_an_expired_subscription_leaves_comes_back_on_another_Cloud_PC_and_goes_after_four_weeks()
    {
        // B385.
        Guid user = await Company.HireAsync();
        Guid first = HostedCompany.Id(await Company.UntilAsync(user, "provisioned"));
        await WriteAsync(first, "mine");
        await Company.SubscribeAsync("Suspended");
        await Company.UntilAsync(user, "pendingProvision");
        Assert.NotEqual(true, IsRunning(first));
        Guid kept = await HostedCompany.UntilAsync(async () => (await Company.RetainedAsync()).Select(one => (Guid?)one).SingleOrDefault());

        await Company.SubscribeAsync("Enabled");
        Guid second = HostedCompany.Id(await Company.UntilAsync(user, "provisioned"));
        Assert.NotEqual(first, second);
        await HasAsync(second, null);
        await Company.ActAsync(second, "restore", new { cloudPcSnapshotId = kept });
        await Company.UntilDoneAsync(second, "Restore");
        await Company.UntilAsync(user, "provisioned");
        await HasAsync(second, "mine");
        Assert.NotEqual(false, Keeps(kept));

        await Company.PassAsync("P28D");
        Assert.Empty(await Company.RetainedAsync());
        await HostedCompany.UntilAsync(async () => (await Company.JobsAsync()).Length == 0 ? (bool?)true : null);
        Assert.NotEqual(true, Keeps(kept));
    }

    [Fact]
    public async Task A_restart_is_done_and_changes_no_status()
    {
        Guid user = await Company.HireAsync();
        Guid id = HostedCompany.Id(await Company.UntilAsync(user, "provisioned"));
        await WriteAsync(id, "mine");

        await Company.ActAsync(id, "reboot");
        await Company.UntilDoneAsync(id, "Reboot");

        await Company.UntilAsync(user, "provisioned");
        await HasAsync(id, "mine");
        if (DiskOf(id) is { } disk)
        {
            Assert.Equal(2, (await File.ReadAllLinesAsync(Path.Combine(disk, "boots.log"), Cancel)).Length);
        }
    }

    [Fact]
    public async Task What_the_policy_brings_to_a_Cloud_PC_leaves_its_data()
    {
        Guid user = await Company.HireAsync();
        Guid id = HostedCompany.Id(await Company.UntilAsync(user, "provisioned"));
        await WriteAsync(id, "mine");

        await Company.ApplySingleSignOnAsync();
        await HostedCompany.UntilAsync(async () =>
            (await Company.UntilAsync(user, "provisioned")).GetProperty("connectionSetting").GetProperty("enableSingleSignOn").GetBoolean() ? (bool?)true : null);

        Assert.NotEqual(false, IsRunning(id));
        await HasAsync(id, "mine");
    }

    [Fact]
    public async Task What_fails_three_times_is_failed_with_its_reason_until_somebody_tries_again()
    {
        await BreakAsync();
        Guid user = await Company.HireAsync();
        JsonElement failed = await Company.UntilAsync(user, "failed");
        Assert.NotEmpty(failed.GetProperty("statusDetail").GetProperty("code").GetString()!);
        Assert.NotEqual(true, IsRunning(HostedCompany.Id(failed)));

        await MendAsync();
        await Company.ActAsync(HostedCompany.Id(failed), "reprovision");
        Assert.Equal(HostedCompany.Id(failed), HostedCompany.Id(await Company.UntilAsync(user, "provisioned")));
        Assert.NotEqual(false, IsRunning(HostedCompany.Id(failed)));
    }

    [Fact]
    public async Task Many_Cloud_PCs_come_up_each_once()
    {
        List<Guid> users = [];
        for (int i = 0; i < 6; i++)
        {
            users.Add(await Company.HireAsync());
        }

        HashSet<Guid> ids = [];
        foreach (Guid user in users)
        {
            Guid id = HostedCompany.Id(await Company.UntilAsync(user, "provisioned"));
            Assert.True(ids.Add(id));
            Assert.NotEqual(false, IsRunning(id));
        }
    }

    private async Task WriteAsync(Guid cloudPc, string text)
    {
        if (DiskOf(cloudPc) is { } disk)
        {
            await File.WriteAllTextAsync(Path.Combine(disk, "file.txt"), text, Cancel);
        }
    }

    // The file of the user as it is to be; null for none.
    private async Task HasAsync(Guid cloudPc, string? text)
    {
        if (DiskOf(cloudPc) is { } disk)
        {
            string file = Path.Combine(disk, "file.txt");
            Assert.Equal(text, File.Exists(file) ? await File.ReadAllTextAsync(file, Cancel) : null);
        }
    }
}

/// <summary>The suite for the built-in simulator.</summary>
public sealed class SimulatorSuite : ProviderSuite
{
    protected override string Host => "simulator";

    protected override Task BeginAsync() => Task.CompletedTask;

    protected override async Task BreakAsync() => await Company.DoAsync(HttpMethod.Patch, "/berth/v1/settings", new { failureRates = new { provision = 1 } });

    protected override async Task MendAsync() => await Company.DoAsync(HttpMethod.Patch, "/berth/v1/settings", new { failureRates = new { } });

    protected override string? DiskOf(Guid cloudPc) => null;

    protected override bool? IsRunning(Guid cloudPc) => null;

    protected override bool? Keeps(Guid snapshot) => null;
}

/// <summary>The suite for the sample agent, a process of its own.</summary>
public sealed class ProcessAgentSuite : ProviderSuite
{
    private readonly string _state = Directory.CreateTempSubdirectory("berth-agent-").FullName;
    private AgentProcess? _agent;

    protected override string Host => "agent";

    public override async ValueTask DisposeAsync()
    {
        _agent?.Dispose();
        AgentProcess.EndMachines(_state);
        await base.DisposeAsync();
    }

    protected override async Task BeginAsync() => _agent = await AgentProcess.StartAsync(Company.Berth.Http!, _state, "rack-7");

    // A host without memory.
    protected override async Task BreakAsync()
    {
        await _agent!.StopAsync();
        _agent.Dispose();
        _agent = await AgentProcess.StartAsync(Company.Berth.Http!, _state, "rack-7", "--memory-gb", "1");
    }

    protected override async Task MendAsync()
    {
        await _agent!.StopAsync();
        _agent.Dispose();
        await BeginAsync();
    }

    protected override string? DiskOf(Guid cloudPc) => Path.Combine(_state, cloudPc.ToString("D"), "disk");

    protected override bool? IsRunning(Guid cloudPc) => AgentProcess.ProcessOf(_state, cloudPc) is not null;

    // The agent does not take ids for paths.
    protected override bool? Keeps(Guid snapshot) =>
        Directory.Exists(Path.Combine(_state, "snapshots", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{snapshot}")))));
}
