using Berth.Conformance.Tests.Faults;
using Berth.Engine;
using Berth.Engine.CloudPcs;
using Berth.Graph.Hosts;
using Xunit;

namespace Berth.Conformance.Tests.Hosts;

/// <summary>The leases of one tenant on a clock that the test moves (B321, B322, B323, B324, B325, B383).</summary>
public sealed class Leases
{
    private static readonly TimeSpan _minute = TimeSpan.FromMinutes(1);

    private readonly ManualTime _time = new();
    private readonly TenantLeases _leases;
    private readonly Guid[] _jobs = [.. Enumerable.Range(0, 5).Select(_ => Guid.NewGuid())];

    public Leases() => _leases = new TenantLeases(_time);

    [Fact]
    public void A_job_is_with_one_agent_at_a_time_and_the_oldest_goes_first()
    {
        // B321.
        IReadOnlyList<HostLease> first = _leases.Claim(Each(_jobs), "a", 2, _minute)!, second = _leases.Claim(Each(_jobs), "b", 32, _minute)!;

        Assert.Equal(_jobs[..2], first.Select(lease => lease.JobId));
        Assert.Equal(_jobs[2..], second.Select(lease => lease.JobId));
        Assert.Empty(_leases.Claim(Each(_jobs), "c", 32, _minute)!);
        Assert.Equal(("a", "b"), (_leases.On(_jobs[0])!.Agent, _leases.On(_jobs[4])!.Agent));
        Assert.Equal(5, first.Concat(second).Select(lease => lease.Id).Distinct().Count());
    }

    [Fact]
    public void Many_who_claim_at_once_share_the_jobs_without_overlap()
    {
        Guid[] jobs = [.. Enumerable.Range(0, 1000).Select(_ => Guid.NewGuid())];

        Guid[][] got = new Guid[8][];
        Parallel.For(0, got.Length, agent => got[agent] = [.. Enumerable.Range(0, 50).SelectMany(_ => _leases.Claim(Each(jobs), $"{agent}", 3, _minute)!).Select(lease => lease.JobId)]);

        Assert.Equal(jobs.Order(), got.SelectMany(one => one).Order());
    }

    [Fact]
    public void A_lease_is_over_when_nobody_spoke_for_its_length_and_the_job_goes_to_the_next()
    {
        // B322.
        HostLease old = Claim(_jobs[0], "a");
        _time.Advance(_minute - TimeSpan.FromTicks(1));
        Assert.Empty(_leases.Claim(Each(_jobs[0]), "b", 1, _minute)!);
        _time.Advance(TimeSpan.FromTicks(1));

        Assert.Null(_leases.On(_jobs[0]));
        Assert.Null(_leases.Renew(old.JobId, old.Id, 50, null));
        Assert.False(_leases.TryKeep(old.JobId, old.Id, out _));

        HostLease next = Claim(_jobs[0], "b");
        Assert.NotEqual(old.Id, next.Id);
        Assert.Null(_leases.Renew(old.JobId, old.Id, 50, null));
        Assert.False(_leases.TryKeep(old.JobId, old.Id, out _));
        Assert.Equal("b", _leases.On(_jobs[0])!.Agent);
    }

    [Fact]
    public void Each_word_begins_the_lease_anew_and_keeps_the_last_message()
    {
        HostLease lease = Claim(_jobs[0], "a");
        for (int i = 1; i <= 5; i++)
        {
            _time.Advance(_minute - TimeSpan.FromTicks(1));
            Assert.Equal(_time.GetUtcNow() + _minute, _leases.Renew(lease.JobId, lease.Id, i, i == 1 ? "copying" : null)!.ExpiresAt);
        }

        Assert.Equal((5, "copying"), (_leases.On(_jobs[0])!.Percent, _leases.On(_jobs[0])!.Message));
    }

    [Fact]
    public void Another_process_knows_nothing_of_them_and_gives_every_job_anew()
    {
        // B324.
        HostLease old = Claim(_jobs[0], "a");
        TenantLeases restarted = new(_time);

        Assert.False(restarted.TryKeep(old.JobId, old.Id, out _));
        Assert.Single(restarted.Claim(Each(_jobs[0]), "b", 1, _minute)!);
    }

    [Fact]
    public void A_job_is_not_given_away_while_its_report_is_being_written()
    {
        HostLease lease = _leases.Claim(Each(_jobs[0]), "a", 1, TimeSpan.FromSeconds(1))![0];
        Assert.True(_leases.TryKeep(lease.JobId, lease.Id, out _));
        _time.Advance(HostLimits.Reporting - TimeSpan.FromTicks(1));
        Assert.Empty(_leases.Claim(Each(_jobs[0]), "b", 1, _minute)!);

        // The writing broke off: the job is not lost for ever.
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Single(_leases.Claim(Each(_jobs[0]), "b", 1, _minute)!);
    }

    [Fact]
    public void A_machine_is_with_one_agent_at_a_time_also_when_its_job_is_wanted_no_more()
    {
        // B383.
        Guid machine = Guid.NewGuid();
        HostLease first = Assert.Single(_leases.Claim([(_jobs[0], machine)], "a", 1, _minute)!);
        Assert.Equal([_jobs[2]], _leases.Claim([(_jobs[1], machine), (_jobs[2], Guid.NewGuid())], "b", 2, _minute)!.Select(lease => lease.JobId));

        _leases.Drop(first.JobId, first.Id);
        Assert.Equal([_jobs[1]], _leases.Claim([(_jobs[1], machine), (_jobs[0], machine)], "b", 2, _minute)!.Select(lease => lease.JobId));
        _time.Advance(_minute);
        Assert.Equal([_jobs[0]], _leases.Claim([(_jobs[0], machine)], "c", 1, _minute)!.Select(lease => lease.JobId));
    }

    [Fact]
    public void What_was_reported_is_remembered_under_its_lease_until_too_much_came_after_it()
    {
        // B323.
        HostLease lease = Claim(_jobs[0], "a");
        Command.ReportHostJob report = new(lease.JobId, HostOutcome.Done, null);
        _leases.End(lease.JobId, lease.Id, report);

        Assert.Null(_leases.On(_jobs[0]));
        Assert.Equal(report, _leases.ReportOf(lease.JobId, lease.Id));
        Assert.Null(_leases.ReportOf(lease.JobId, Guid.NewGuid()));
        for (int i = 1; i < HostLimits.RememberedOutcomes; i++)
        {
            _leases.End(Guid.NewGuid(), Guid.NewGuid(), report);
        }

        Assert.Equal(report, _leases.ReportOf(lease.JobId, lease.Id));
        _leases.End(Guid.NewGuid(), Guid.NewGuid(), report);
        Assert.Null(_leases.ReportOf(lease.JobId, lease.Id));
    }

    [Fact]
    public void A_tenant_has_so_many_leases_and_no_more_until_one_is_over()
    {
        Guid[] jobs = [.. Enumerable.Range(0, HostLimits.LeasesPerTenant).Select(_ => Guid.NewGuid())];
        Assert.Equal(jobs.Length - 1, _leases.Claim(Each(jobs[..^1]), "a", jobs.Length, _minute)!.Count);
        Assert.Single(_leases.Claim(Each(jobs[^1], _jobs[0]), "a", 2, TimeSpan.FromHours(1))!);
        Assert.Null(_leases.Claim(Each(_jobs), "a", 1, _minute));

        _time.Advance(_minute);
        Assert.Equal(_jobs, _leases.Claim(Each(_jobs), "a", _jobs.Length, _minute)!.Select(lease => lease.JobId));
    }

    [Fact]
    public void A_tenant_knows_nothing_of_the_leases_of_another()
    {
        HostLeases leases = new(_time);
        Guid one = Guid.NewGuid(), other = Guid.NewGuid();
        HostLease lease = Assert.Single(leases.Of(one).Claim(Each(_jobs[0]), "a", 1, _minute)!);

        Assert.Same(leases.Of(one), leases.Of(one));
        Assert.Null(leases.Of(other).On(_jobs[0]));
        Assert.Null(leases.Of(other).Renew(_jobs[0], lease.Id, 1, null));
        Assert.False(leases.Of(other).TryKeep(_jobs[0], lease.Id, out _));
    }

    [Fact]
    public void A_lease_that_is_dropped_frees_the_job_only_for_who_held_it()
    {
        // B325.
        HostLease lease = Claim(_jobs[0], "a");
        _leases.Drop(_jobs[0], Guid.NewGuid());
        Assert.NotNull(_leases.On(_jobs[0]));
        _leases.Drop(_jobs[0], lease.Id);
        Assert.Null(_leases.On(_jobs[0]));
    }

    // Jobs that have nothing in common.
    private static IEnumerable<(Guid Id, Guid About)> Each(params Guid[] jobs) => jobs.Select(job => (job, job));

    private HostLease Claim(Guid job, string agent) => Assert.Single(_leases.Claim(Each(job), agent, 1, _minute)!);
}
