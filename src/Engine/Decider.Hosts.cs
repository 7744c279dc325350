using Berth.Engine.CloudPcs;

namespace Berth.Engine;

/// <content>Who makes the machines (B320).</content>
internal sealed partial class Decider
{
    // What an agent had not done is the simulator's now; what the simulator began it ends.
    private void TakeOverJobs(TenantSettings settings)
    {
        if (settings.Host != HostKind.Simulator || _tenant.Settings.Host == HostKind.Simulator)
        {
            return;
        }

        // Also what became due before this command and was the agent's for no time.
        ICloudPcHost host = settings.CloudPcHost();
        foreach ((int index, CloudPc row) in _draft.Fleet.All().Where(one => one.Row.Job is { DueAt: null }).ToArray())
        {
            _draft.Record(new Change.CloudPcSet(index, row with { Job = Taken(row.Job!, host) }, new CloudPcStep(_now, CloudPcReason.HostChanged, null)));
        }

        foreach (NetworkConnection connection in _draft.Fleet.Connections.Values.Where(one => one.Job is { DueAt: null }).ToArray())
        {
            _draft.Record(new Change.ConnectionSet(connection with { Job = Taken(connection.Job!, host) }));
        }

        // What takes no time is done at once (B283).
        _machines.PassTo(_now, inclusive: true);
    }

    // What is to be tried later is not begun before (B328).
    private HostJob Taken(HostJob job, ICloudPcHost host) => job with { DueAt = host.DueAt(job.Kind, job.RequestedAt > _now ? job.RequestedAt : _now) };
}
