using Berth.Engine;
using Berth.Ledger;

namespace Berth.Serving;

/// <summary>
/// Has done what is due at tenants whose clock is the system's (B135). A frozen clock does it itself when it moves, and every command does it first;
/// this is for when nobody asks for anything.
/// </summary>
internal sealed class DueWork(LedgerDoor ledger, TimeProvider time, ILogger<DueWork> log) : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    // The version of a tenant at which what was due had no effect: trying again there would have none either.
    private readonly Dictionary<Guid, long> _atRest = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = new(LookEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            foreach (TenantDesk desk in ledger.Desks)
            {
                await LookAsync(desk, stoppingToken).ConfigureAwait(false);
            }
        }
    }

    private async Task LookAsync(TenantDesk desk, CancellationToken cancel)
    {
        Tenant tenant = desk.Current;
        if (tenant.Clock.FrozenAt is not null || tenant.NextDue is not { } due || due > desk.Now || _atRest.GetValueOrDefault(desk.Id) == tenant.Version)
        {
            return;
        }

        try
        {
            Submission submission = await desk.SubmitAsync(new Command.RunDue(), Actor.Berth, null, cancel).ConfigureAwait(false);
            if (submission is Submission.Done { Decision: Decision.Accepted { Event: null } })
            {
                _atRest[desk.Id] = tenant.Version;
            }
        }
        catch (Exception e) when (e is WriteFailedException or LedgerFencedException or CommitInDoubtException)
        {
            // Nothing was written: the next look finds it due still. Health tells of a ledger that may not write any more.
            log.LogWarning("What is due at tenant {Tenant} was not written and is tried again: {Message}", desk.Id, e.Message);
        }
    }
}
