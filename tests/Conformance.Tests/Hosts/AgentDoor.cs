using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Berth.Conformance.Tests.Process;
using Berth.Graph.Hosts;
using Xunit;

namespace Berth.Conformance.Tests.Hosts;

/// <summary>The host door at a real server: the test is an agent itself, or starts real ones and takes them away (B320 to B325, B381 to B386).</summary>
public sealed class AgentDoor : IAsyncLifetime
{
    private const string Connections = "/v1.0/deviceManagement/virtualEndpoint/onPremisesConnections";

    private static readonly string[] _provisioning = ["provision"];
    private static readonly string[] _snapshot = ["snapshot"];
    private static readonly string[] _dropping = ["deleteSnapshot"];
    private static readonly string[] _others = ["restore", "resize"];
    private static readonly string[] _texts = ["imageId", "imageDisplayName", "regionName", "managedDeviceName", "displayName", "language", "servicePlanName"];

    private readonly string _state = Directory.CreateTempSubdirectory("berth-agent-").FullName;
    private readonly List<AgentProcess> _agents = [];
    private HostedCompany _company = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _company = await HostedCompany.OpenAsync(new { host = "agent" });

    public async ValueTask DisposeAsync()
    {
        _agents.ForEach(agent => agent.Dispose());
        AgentProcess.EndMachines(_state);
        await _company.DisposeAsync();
    }

    [Fact]
    public async Task A_job_has_everything_that_a_machine_needs()
    {
        Guid user = await _company.HireAsync();
        JsonElement job = Assert.Single(await _company.ClaimAsync(new { agent = "test" }));
        JsonElement pc = job.GetProperty("cloudPc");

        Assert.Equal(("provision", 1), (job.GetProperty("kind").GetString(), job.GetProperty("attempt").GetInt32()));
        Assert.Equal((user, "person1@contoso.example"), (pc.GetProperty("userId").GetGuid(), pc.GetProperty("userPrincipalName").GetString()));
        Assert.Equal((2, 8, 128), (pc.GetProperty("vCpus").GetInt32(), pc.GetProperty("memoryGB").GetInt32(), pc.GetProperty("diskGB").GetInt32()));
        Assert.Equal(_company.Policy, pc.GetProperty("provisioningPolicyId").GetGuid());
        Assert.Equal("azureADJoin", pc.GetProperty("joinType").GetString());
        Assert.All(
            _texts,
            name => Assert.NotEmpty(pc.GetProperty(name).GetString()!));
        JsonElement row = Assert.Single(await _company.CloudPcsAsync(user));
        Assert.Equal((pc.GetProperty("id").GetGuid(), "provisioning"), (row.GetProperty("id").GetGuid(), row.GetProperty("status").GetString()));

        JsonElement listed = Assert.Single(await _company.JobsAsync());
        Assert.Equal(
            (job.GetProperty("id").GetGuid(), "leased", "test", pc.GetProperty("id").GetGuid()),
            (listed.GetProperty("id").GetGuid(), listed.GetProperty("state").GetString(), listed.GetProperty("agent").GetString(), listed.GetProperty("cloudPcId").GetGuid()));
        Assert.False(listed.TryGetProperty("leaseId", out _));
    }

    [Fact]
    public async Task What_was_reported_may_be_said_again_and_nothing_else()
    {
        // B323.
        Guid user = await _company.HireAsync();
        JsonElement job = Assert.Single(await _company.ClaimAsync(new { agent = "test" }));
        object done = new { leaseId = Lease(job), warning = new { code = "timeZone", message = "The time zone is not redirected." } };

        await _company.DoAsync(HttpMethod.Post, Path(job, "done"), done);
        JsonElement row = await _company.UntilAsync(user, "provisionedWithWarnings");
        await _company.DoAsync(HttpMethod.Post, Path(job, "done"), done);
        await _company.RefusedAsync(HttpMethod.Post, Path(job, "done"), new { leaseId = Lease(job) }, HttpStatusCode.Conflict, "hostJobClosed");
        await _company.RefusedAsync(HttpMethod.Post, Path(job, "failed"), Failure(job), HttpStatusCode.Conflict, "hostJobClosed");
        await _company.RefusedAsync(HttpMethod.Post, Path(job, "progress"), new { leaseId = Lease(job), percent = 1 }, HttpStatusCode.Conflict, "hostJobClosed");
        await _company.RefusedAsync(HttpMethod.Post, Path(job, "done"), new { leaseId = Guid.NewGuid() }, HttpStatusCode.Conflict, "leaseLost");

        Assert.Equal("timeZone", row.GetProperty("statusDetail").GetProperty("code").GetString());
        Assert.Empty(await _company.JobsAsync());
    }

    [Fact]
    public async Task The_same_report_many_times_at_once_happens_once()
    {
        // B323.
        Guid user = await _company.HireAsync();
        JsonElement job = Assert.Single(await _company.ClaimAsync(new { agent = "test" }));

        (int Status, JsonElement Body)[] answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => _company.SendAsync(HttpMethod.Post, Path(job, "failed"), Failure(job))));

        Assert.All(answers, answer => Assert.Equal(204, answer.Status));
        JsonElement next = Assert.Single(await _company.ClaimAsync(new { agent = "test", max = 32 }));
        Assert.Equal((2, true), (next.GetProperty("attempt").GetInt32(), next.GetProperty("id").GetGuid() != job.GetProperty("id").GetGuid()));
        Assert.Equal("provisioning", Assert.Single(await _company.CloudPcsAsync(user)).GetProperty("status").GetString());
    }

    [Fact]
    public async Task The_third_failure_is_the_last_and_one_that_is_final_the_first()
    {
        // B327.
        Guid often = await _company.HireAsync();
        for (int attempt = 1; attempt <= 3; attempt++)
        {
            JsonElement job = Assert.Single(await _company.ClaimAsync(new { agent = "test", kinds = _provisioning }));
            Assert.Equal(attempt, job.GetProperty("attempt").GetInt32());
            await _company.DoAsync(HttpMethod.Post, Path(job, "failed"), Failure(job));
        }

        JsonElement failed = await _company.UntilAsync(often, "failed");
        Assert.Equal(
            ("noRoom", "Rack 7 is full."),
            (failed.GetProperty("statusDetail").GetProperty("code").GetString(), failed.GetProperty("statusDetail").GetProperty("message").GetString()));

        Guid once = await _company.HireAsync();
        JsonElement first = Assert.Single(await _company.ClaimAsync(new { agent = "test", kinds = _provisioning }));
        await _company.DoAsync(HttpMethod.Post, Path(first, "failed"), Failure(first, retriable: false));
        await _company.UntilAsync(once, "failed");
    }

    [Fact]
    public async Task A_lease_that_is_over_is_lost_and_the_late_report_changes_nothing()
    {
        // B322: an agent of which nothing is heard, and a real one that takes over.
        Guid user = await _company.HireAsync();
        JsonElement lost = Assert.Single(await _company.ClaimAsync(new { agent = "asleep", leaseSeconds = HostLimits.ShortestLeaseSeconds }));
        await StartAsync("awake");
        Guid id = HostedCompany.Id(await _company.UntilAsync(user, "provisioned"));

        await _company.RefusedAsync(HttpMethod.Post, Path(lost, "progress"), new { leaseId = Lease(lost), percent = 50 }, HttpStatusCode.Conflict, "leaseLost");
        await _company.RefusedAsync(HttpMethod.Post, Path(lost, "failed"), Failure(lost), HttpStatusCode.Conflict, "leaseLost");
        await _company.RefusedAsync(HttpMethod.Post, Path(lost, "done"), new { leaseId = Lease(lost) }, HttpStatusCode.Conflict, "leaseLost");
        Assert.Equal("provisioned", Assert.Single(await _company.CloudPcsAsync(user)).GetProperty("status").GetString());
        Assert.NotNull(AgentProcess.ProcessOf(_state, id));
    }

    [Fact]
    public async Task When_an_agent_dies_in_the_middle_another_one_finishes_its_job()
    {
        Guid user = await _company.HireAsync();
        AgentProcess first = await StartAsync("first", "--lease", "2", "--pace", "3600");
        await _company.UntilLeasedAsync("first", "provision");

        await first.KillAsync();
        await StartAsync("second");

        Guid id = HostedCompany.Id(await _company.UntilAsync(user, "provisioned"));
        Assert.NotNull(AgentProcess.ProcessOf(_state, id));
    }

    [Fact]
    public async Task An_agent_that_stood_still_learns_that_its_job_is_somebody_elses()
    {
        Guid user = await _company.HireAsync();
        AgentProcess first = await StartAsync("first", "--lease", "2", "--pace", "3600");
        await _company.UntilLeasedAsync("first", "provision");
        first.Freeze();
        await StartAsync("second");
        Guid id = HostedCompany.Id(await _company.UntilAsync(user, "provisioned"));
        int machine = AgentProcess.ProcessOf(_state, id)!.Value;

        first.Thaw();
        await first.UntilItSaysAsync("given up");

        Assert.Equal("provisioned", Assert.Single(await _company.CloudPcsAsync(user)).GetProperty("status").GetString());
        Assert.Equal(machine, AgentProcess.ProcessOf(_state, id));
    }

    [Fact]
    public async Task Machines_outlive_their_agent_and_what_does_not_run_is_started_when_it_comes_back()
    {
        Guid user = await _company.HireAsync();
        AgentProcess first = await StartAsync("rack-7");
        Guid id = HostedCompany.Id(await _company.UntilAsync(user, "provisioned"));
        int machine = AgentProcess.ProcessOf(_state, id)!.Value;
        Assert.Equal(0, await first.StopAsync());
        Assert.Equal(machine, AgentProcess.ProcessOf(_state, id));

        AgentProcess second = await StartAsync("rack-7");
        Assert.Equal(machine, AgentProcess.ProcessOf(_state, id));
        await second.KillAsync();
        using (System.Diagnostics.Process running = System.Diagnostics.Process.GetProcessById(machine))
        {
            running.Kill();
            await HostedCompany.UntilAsync(() => Task.FromResult(AgentProcess.ProcessOf(_state, id) is null ? (bool?)true : null));
        }

        await StartAsync("rack-7");
        Assert.NotNull(AgentProcess.ProcessOf(_state, id));
    }

    [Fact]
    public async Task A_restart_of_the_server_forgets_leases_and_loses_no_job()
    {
        // B324.
        Guid user = await _company.HireAsync();
        JsonElement before = Assert.Single(await _company.ClaimAsync(new { agent = "test", leaseSeconds = 3600 }));
        await _company.RestartServerAsync();

        await _company.RefusedAsync(HttpMethod.Post, Path(before, "done"), new { leaseId = Lease(before) }, HttpStatusCode.Conflict, "leaseLost");
        JsonElement after = Assert.Single(await _company.ClaimAsync(new { agent = "test" }));
        Assert.Equal(before.GetProperty("id").GetGuid(), after.GetProperty("id").GetGuid());
        await _company.DoAsync(HttpMethod.Post, Path(after, "done"), new { leaseId = Lease(after) });
        await _company.UntilAsync(user, "provisioned");
    }

    [Fact]
    public async Task A_job_that_nobody_wants_any_more_is_closed_and_what_was_begun_is_taken_down()
    {
        // B325.
        Guid user = await _company.HireAsync();
        JsonElement job = Assert.Single(await _company.ClaimAsync(new { agent = "test" }));
        await _company.LicenseAsync(user, remove: HostedCompany.Small);
        await _company.UntilAsync(user, "failed");

        await _company.RefusedAsync(HttpMethod.Post, Path(job, "progress"), new { leaseId = Lease(job), percent = 90 }, HttpStatusCode.Conflict, "hostJobClosed");
        await _company.RefusedAsync(HttpMethod.Post, Path(job, "done"), new { leaseId = Lease(job) }, HttpStatusCode.Conflict, "leaseLost");
        JsonElement cleanUp = Assert.Single(await _company.ClaimAsync(new { agent = "test" }));
        Assert.Equal("deprovision", cleanUp.GetProperty("kind").GetString());
        await _company.DoAsync(HttpMethod.Post, Path(cleanUp, "done"), new { leaseId = Lease(cleanUp) });
        Assert.Empty(await _company.JobsAsync());
    }

    [Fact]
    public async Task Progress_is_seen_by_whoever_looks_at_the_jobs()
    {
        await _company.HireAsync();
        JsonElement job = Assert.Single(await _company.ClaimAsync(new { agent = "test" }));
        JsonElement renewed = await _company.DoAsync(HttpMethod.Post, Path(job, "progress"), new { leaseId = Lease(job), percent = 40, message = "copying the image" });

        JsonElement listed = Assert.Single(await _company.JobsAsync());
        Assert.Equal((40, "copying the image"), (listed.GetProperty("percent").GetInt32(), listed.GetProperty("message").GetString()));
        Assert.True(renewed.GetProperty("leaseExpiresDateTime").GetDateTimeOffset() >= job.GetProperty("leaseExpiresDateTime").GetDateTimeOffset());
    }

    [Fact]
    public async Task A_claim_names_how_many_jobs_of_which_kinds_and_the_oldest_come_first()
    {
        // B321.
        for (int i = 0; i < 4; i++)
        {
            await _company.HireAsync();
            await _company.PassAsync("PT1S");
        }

        Assert.Empty(await _company.ClaimAsync(new { agent = "a", max = 32, kinds = _others }));
        JsonElement[] two = await _company.ClaimAsync(new { agent = "a", max = 2, kinds = _provisioning }), rest = await _company.ClaimAsync(new { agent = "b", max = HostLimits.JobsPerClaim });
        Assert.Equal(["person1@contoso.example", "person2@contoso.example"], two.Select(Owner));
        Assert.Equal(["person3@contoso.example", "person4@contoso.example"], rest.Select(Owner));
        Assert.Empty(await _company.ClaimAsync(new { agent = "c" }));

        static string? Owner(JsonElement job) => job.GetProperty("cloudPc").GetProperty("userPrincipalName").GetString();
    }

    [Fact]
    public async Task What_an_agent_has_not_done_is_the_simulators_when_the_setting_says_so()
    {
        // B320.
        Guid user = await _company.HireAsync();
        JsonElement job = Assert.Single(await _company.ClaimAsync(new { agent = "test" }));
        await _company.DoAsync(HttpMethod.Patch, "/berth/v1/settings", new { host = "simulator" });
        await _company.PassAsync("PT1S");
        await _company.UntilAsync(user, "provisioned");

        await _company.RefusedAsync(HttpMethod.Post, Path(job, "done"), new { leaseId = Lease(job) }, HttpStatusCode.Conflict, "hostJobClosed");
    }

    [Fact]
    public async Task A_restore_point_is_asked_for_at_its_time_and_listed_when_it_is_made()
    {
        // B381, B384.
        Guid id = await MakeAsync(await _company.HireAsync());
        await _company.ActAsync(id, "createSnapshot");
        JsonElement byHand = Assert.Single(await _company.ClaimAsync(new { agent = "test" }));
        Assert.Equal(("snapshot", "manual"), (Kind(byHand), Snapshot(byHand).GetProperty("type").GetString()));
        Assert.Empty(Snapshot(byHand).GetProperty("keep").EnumerateArray());
        await DoneAsync(byHand);

        await _company.PassAsync("PT12H");
        JsonElement job = Assert.Single(await _company.ClaimAsync(new { agent = "test", kinds = _snapshot }));
        Guid point = HostedCompany.Id(Snapshot(job));
        Assert.Equal((id, "automatic"), (Snapshot(job).GetProperty("cloudPcId").GetGuid(), Snapshot(job).GetProperty("type").GetString()));
        Assert.Equal([HostedCompany.Id(Snapshot(byHand))], Snapshot(job).GetProperty("keep").EnumerateArray().Select(one => one.GetGuid()));
        Assert.Equal(["manual"], (await _company.PointsAsync(id)).Select(one => one.Type));
        await DoneAsync(job);
        Assert.Equal([(point, "automatic"), (HostedCompany.Id(Snapshot(byHand)), "manual")], await _company.PointsAsync(id));

        await _company.PassAsync("PT12H");
        JsonElement failed = Assert.Single(await _company.ClaimAsync(new { agent = "test" }));
        Assert.Equal(2, Snapshot(failed).GetProperty("keep").GetArrayLength());
        await _company.DoAsync(HttpMethod.Post, Path(failed, "failed"), Failure(failed));
        Assert.Empty(await _company.JobsAsync());
        Assert.Equal(2, (await _company.PointsAsync(id)).Length);
        JsonElement[] story = [.. (await _company.DoAsync(HttpMethod.Get, $"/berth/v1/cloudPCs/{id}/timeline")).GetProperty("value").EnumerateArray()];
        Assert.Contains("A restore point was not made", story[0].GetProperty("text").GetString()!, StringComparison.Ordinal);
        Assert.Contains("Rack 7 is full.", story[0].GetProperty("text").GetString()!, StringComparison.Ordinal);
        Assert.DoesNotContain(story, entry => entry.GetProperty("reason").GetString() is "pointAsked" or "pointMade");

        await _company.ActAsync(id, "restore", new { cloudPcSnapshotId = point });
        JsonElement restore = Assert.Single(await _company.ClaimAsync(new { agent = "test" }));
        Assert.Equal(("restore", point, "automatic"), (Kind(restore), HostedCompany.Id(Snapshot(restore)), Snapshot(restore).GetProperty("type").GetString()));
    }

    [Fact]
    public async Task What_is_asked_for_comes_before_a_restore_point_but_not_while_somebody_is_at_the_machine()
    {
        // B382, B383.
        Guid id = await MakeAsync(await _company.HireAsync());
        await _company.PassAsync("PT12H");
        JsonElement snapshot = Assert.Single(await _company.ClaimAsync(new { agent = "one", leaseSeconds = HostLimits.LongestLeaseSeconds }));
        await _company.ActAsync(id, "reboot");
        Assert.Equal(["restart"], (await _company.JobsAsync()).Select(Kind));
        Assert.Empty(await _company.ClaimAsync(new { agent = "other" }));

        await _company.RefusedAsync(HttpMethod.Post, Path(snapshot, "progress"), new { leaseId = Lease(snapshot), percent = 50 }, HttpStatusCode.Conflict, "hostJobClosed");
        await DoneAsync(Assert.Single(await _company.ClaimAsync(new { agent = "other" })));
        Assert.Empty(await _company.PointsAsync(id));
    }

    [Fact]
    public async Task An_agent_keeps_what_an_expired_subscription_leaves_until_it_is_to_drop_it()
    {
        // B385.
        Guid user = await _company.HireAsync(), id = await MakeAsync(user);
        await _company.SubscribeAsync("Suspended");
        JsonElement down = Assert.Single(await _company.ClaimAsync(new { agent = "test" }));
        Guid kept = HostedCompany.Id(Snapshot(down));
        Assert.Equal(("deprovision", id, "retention"), (Kind(down), Snapshot(down).GetProperty("cloudPcId").GetGuid(), Snapshot(down).GetProperty("type").GetString()));
        Assert.Empty(await _company.RetainedAsync());
        await DoneAsync(down);
        Assert.Equal([kept], await _company.RetainedAsync());

        await _company.SubscribeAsync("Enabled");
        Guid next = await MakeAsync(user);
        await _company.ActAsync(next, "restore", new { cloudPcSnapshotId = kept });
        JsonElement restore = Assert.Single(await _company.ClaimAsync(new { agent = "test" }));
        Assert.Equal(
            (next, kept, id),
            (HostedCompany.Id(restore.GetProperty("cloudPc")), HostedCompany.Id(Snapshot(restore)), Snapshot(restore).GetProperty("cloudPcId").GetGuid()));
        await DoneAsync(restore);

        await _company.PassAsync("P28D");
        Assert.Empty(await _company.RetainedAsync());
        JsonElement drop = Assert.Single(await _company.ClaimAsync(new { agent = "test", kinds = _dropping }));
        Assert.Equal(("deleteSnapshot", kept, id), (Kind(drop), HostedCompany.Id(Snapshot(drop)), Snapshot(drop).GetProperty("cloudPcId").GetGuid()));
        Assert.False(drop.TryGetProperty("cloudPc", out _));
        Assert.Equal([kept], (await _company.JobsAsync()).Where(job => Kind(job) == "deleteSnapshot").Select(job => job.GetProperty("snapshotId").GetGuid()));
        await DoneAsync(drop);
        Assert.DoesNotContain(await _company.JobsAsync(), job => Kind(job) == "deleteSnapshot");
    }

    [Fact]
    public async Task Another_name_is_no_work_for_an_agent_but_it_is_told_with_the_next()
    {
        // B386.
        Guid id = await MakeAsync(await _company.HireAsync());
        await _company.ActAsync(id, "rename", new { displayName = "Ada's own" });
        Assert.Empty(await _company.JobsAsync());

        await _company.ActAsync(id, "reboot");
        JsonElement pc = Assert.Single(await _company.ClaimAsync(new { agent = "test" })).GetProperty("cloudPc");
        Assert.Equal("Ada's own", pc.GetProperty("displayName").GetString());
        Assert.NotEqual("Ada's own", pc.GetProperty("managedDeviceName").GetString());
    }

    [Fact]
    public async Task What_shall_be_applied_is_what_the_policy_says_now()
    {
        Guid user = await _company.HireAsync();
        await DoneAsync(Assert.Single(await _company.ClaimAsync(new { agent = "test" })));
        Guid id = HostedCompany.Id(await _company.UntilAsync(user, "provisioned"));
        await _company.ApplySingleSignOnAsync();

        JsonElement job = Assert.Single(await _company.ClaimAsync(new { agent = "test" }));
        Assert.Equal(
            ("applySettings", id, true),
            (job.GetProperty("kind").GetString(), job.GetProperty("cloudPc").GetProperty("id").GetGuid(), job.GetProperty("cloudPc").GetProperty("singleSignOn").GetBoolean()));
        Assert.False((await _company.UntilAsync(user, "modifyingSingleSignOn")).GetProperty("connectionSetting").GetProperty("enableSingleSignOn").GetBoolean());
        await DoneAsync(job);
        Assert.True((await _company.UntilAsync(user, "provisioned")).GetProperty("connectionSetting").GetProperty("enableSingleSignOn").GetBoolean());
    }

    [Fact]
    public async Task An_agent_tells_what_it_found_at_a_network_connection()
    {
        JsonElement connection = await ConnectAsync("West");
        JsonElement job = Assert.Single(await _company.ClaimAsync(new { agent = "test" }));
        Assert.Equal(
            ("healthCheck", HostedCompany.Id(connection), "azureADJoin"),
            (job.GetProperty("kind").GetString(), job.GetProperty("connection").GetProperty("id").GetGuid(), job.GetProperty("connection").GetProperty("connectionType").GetString()));
        await _company.DoAsync(HttpMethod.Post, Path(job, "done"), new
        {
            leaseId = Lease(job),
            checks = new[] { new { displayName = "udp", status = "failed", additionalDetail = "No answer on port 3478." } },
        });
        Assert.Equal("failed", await HealthAsync(connection));

        // The sample agent looks at the folder of its machines.
        await StartAsync("rack-7");
        JsonElement other = await ConnectAsync("East");
        await HostedCompany.UntilAsync(async () => await HealthAsync(other) == "passed" ? (bool?)true : null);
        await _company.DoAsync(HttpMethod.Post, $"{Connections}/{HostedCompany.Id(connection)}/runHealthChecks");
        await HostedCompany.UntilAsync(async () => await HealthAsync(connection) == "passed" ? (bool?)true : null);
    }

    [Fact]
    public async Task A_claim_that_is_sent_again_gets_the_same_jobs()
    {
        await _company.HireAsync();
        await _company.HireAsync();
        string id = Guid.NewGuid().ToString();

        Assert.Equal(await ClaimAsync(), await ClaimAsync());

        async Task<string> ClaimAsync()
        {
            using HttpRequestMessage request = new(HttpMethod.Post, "/berth/v1/host/jobs/claim")
            {
                Content = new StringContent("""{"agent":"test"}""", new MediaTypeHeaderValue("application/json")),
            };
            request.Headers.Add("Repeatability-Request-ID", id);
            using HttpResponseMessage response = await _company.Http.SendAsync(request, Cancel);
            return await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync(Cancel);
        }
    }

    [Fact]
    public async Task What_is_no_claim_and_no_report_is_refused_and_leases_nothing()
    {
        await _company.HireAsync();
        const string Claim = "/berth/v1/host/jobs/claim";
        foreach ((object body, string code) in new (object, string)[]
        {
            (new { }, "valueMissing"),
            (new { agent = "" }, "valueInvalid"),
            (new { agent = new string('a', HostLimits.AgentCharacters + 1) }, "valueInvalid"),
            (new { agent = "a", max = 0 }, "valueInvalid"),
            (new { agent = "a", max = HostLimits.JobsPerClaim + 1 }, "valueInvalid"),
            (new { agent = "a", leaseSeconds = HostLimits.ShortestLeaseSeconds - 1 }, "valueInvalid"),
            (new { agent = "a", leaseSeconds = HostLimits.LongestLeaseSeconds + 1 }, "valueInvalid"),
            (new { agent = "a", kinds = new[] { "dance" } }, "valueInvalid"),
            (new { agent = "a", color = "red" }, "propertyUnknown"),
        })
        {
            await _company.RefusedAsync(HttpMethod.Post, Claim, body, HttpStatusCode.BadRequest, code);
        }

        JsonElement job = Assert.Single(await _company.ClaimAsync(new { agent = new string('a', HostLimits.AgentCharacters), leaseSeconds = HostLimits.LongestLeaseSeconds }));
        Guid lease = Lease(job);
        foreach ((string path, object body, string code) in new (string, object, string)[]
        {
            ("progress", new { percent = 1 }, "valueMissing"),
            ("progress", new { leaseId = lease, percent = 101 }, "valueInvalid"),
            ("progress", new { leaseId = lease, percent = -1 }, "valueInvalid"),
            ("progress", new { leaseId = lease, message = new string('m', HostLimits.ProgressCharacters + 1) }, "valueInvalid"),
            ("progress", new { leaseId = "x" }, "guidInvalid"),
            ("done", new { }, "valueMissing"),
            ("done", new { leaseId = lease, warning = new { code = "c" } }, "valueMissing"),
            ("done", new { leaseId = lease, warning = new { code = "c", message = "m", extra = 1 } }, "propertyUnknown"),
            ("done", new { leaseId = lease, checks = new[] { new { displayName = "d" } } }, "valueMissing"),
            ("done", new { leaseId = lease, checks = new[] { new { displayName = "d", status = "pending" } } }, "valueInvalid"),
            ("done", new { leaseId = lease, checks = Enumerable.Repeat(new { displayName = "d", status = "passed" }, HostLimits.ChecksPerReport + 1) }, "valueInvalid"),
            ("failed", new { leaseId = lease, code = "c" }, "valueMissing"),
            ("failed", new { leaseId = lease, message = "m" }, "valueMissing"),
            ("failed", new { leaseId = lease, code = new string('c', HostLimits.CodeCharacters + 1), message = "m" }, "valueInvalid"),
            ("failed", new { leaseId = lease, code = "c", message = new string('m', HostLimits.MessageCharacters + 1) }, "valueInvalid"),
            ("failed", new { leaseId = lease, code = "c", message = "m", retriable = "no" }, "typeWrong"),
        })
        {
            await _company.RefusedAsync(HttpMethod.Post, Path(job, path), body, HttpStatusCode.BadRequest, code);
        }

        await _company.RefusedAsync(HttpMethod.Post, "/berth/v1/host/jobs/nothing/progress", new { leaseId = lease }, HttpStatusCode.NotFound, "resourceNotFound");
        await _company.RefusedAsync(HttpMethod.Post, "/berth/v1/host/jobs/nothing/done", new { leaseId = lease }, HttpStatusCode.NotFound, "resourceNotFound");
        await _company.RefusedAsync(HttpMethod.Post, $"/berth/v1/host/jobs/{Guid.NewGuid()}/done", new { leaseId = lease }, HttpStatusCode.Conflict, "leaseLost");

        // Nothing of all that ended the job.
        await _company.DoAsync(HttpMethod.Post, Path(job, "done"), new { leaseId = lease });
    }

    [Fact]
    public async Task An_agent_that_is_started_wrongly_says_so()
    {
        (int code, string errors) = await AgentProcess.RunAsync("--parallel", "33");
        Assert.Equal(2, code);
        Assert.Contains("'--parallel' is not an option, or its value is not one", errors, StringComparison.Ordinal);

        (code, errors) = await AgentProcess.RunAsync("--name", "x");
        Assert.Equal(2, code);
        Assert.Contains("--client-id is missing", errors, StringComparison.Ordinal);
    }

    private async Task<AgentProcess> StartAsync(string name, params string[] arguments)
    {
        AgentProcess agent = await AgentProcess.StartAsync(_company.Berth.Http!, _state, name, arguments);
        _agents.Add(agent);
        return agent;
    }

    // The test makes the machine itself.
    private async Task<Guid> MakeAsync(Guid user)
    {
        await DoneAsync(Assert.Single(await _company.ClaimAsync(new { agent = "test" })));
        return HostedCompany.Id(await _company.UntilAsync(user, "provisioned"));
    }

    private static string? Kind(JsonElement job) => job.GetProperty("kind").GetString();

    private static JsonElement Snapshot(JsonElement job) => job.GetProperty("snapshot");

    private async Task DoneAsync(JsonElement job) => await _company.DoAsync(HttpMethod.Post, Path(job, "done"), new { leaseId = Lease(job) });

    private Task<JsonElement> ConnectAsync(string name) => _company.DoAsync(HttpMethod.Post, Connections, new
    {
        displayName = name,
        connectionType = "azureADJoin",
        subscriptionId = "0ac520ee-14c0-480f-b6c9-0a90c58f0a21",
        resourceGroupId = "/subscriptions/0ac520ee-14c0-480f-b6c9-0a90c58f0a21/resourceGroups/rg",
        virtualNetworkId = "/subscriptions/0ac520ee-14c0-480f-b6c9-0a90c58f0a21/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/net",
        subnetId = "/subscriptions/0ac520ee-14c0-480f-b6c9-0a90c58f0a21/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/net/subnets/default",
    });

    private async Task<string?> HealthAsync(JsonElement connection) =>
        (await _company.DoAsync(HttpMethod.Get, $"{Connections}/{HostedCompany.Id(connection)}")).GetProperty("healthCheckStatus").GetString();

    private static Guid Lease(JsonElement job) => job.GetProperty("leaseId").GetGuid();

    private static string Path(JsonElement job, string report) => $"/berth/v1/host/jobs/{job.GetProperty("id").GetGuid()}/{report}";

    private static object Failure(JsonElement job, bool retriable = true) => new { leaseId = Lease(job), code = "noRoom", message = "Rack 7 is full.", retriable };
}
