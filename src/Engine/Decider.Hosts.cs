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

        ICloudPcHost host = settings.CloudPcHost();
        foreach (int index in _tenant.Fleet.Jobs.Values.Order())
        {
            if (_draft.Fleet.CloudPc(index) is { Job: { DueAt: null } job } row)
            {
                _draft.Record(new Change.CloudPcSet(index, row with { Job = job with { DueAt = host.DueAt(job.Kind, _now) } }, new CloudPcStep(_now, CloudPcReason.HostChanged, null)));
            }
        }

        foreach (NetworkConnection connection in _tenant.Fleet.Connections.Values)
        {
            if (connection.Job is { DueAt: null } job)
            {
                _draft.Record(new Change.ConnectionSet(connection with { Job = job with { DueAt = host.DueAt(job.Kind, _now) } }));
            }
        }
    }
}
