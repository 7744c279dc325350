using Berth.Engine.CloudPcs;

namespace Berth.Engine;

/// <content>Who makes the machines (B320).</content>
internal sealed partial class Decider
{
    // What an agent had not done is the simulator's now; what the simulator began it ends. Restore points are counted by the one and made by the other (B381).
    private void ChangeHost(TenantSettings settings)
    {
        if (settings.Host == _tenant.Settings.Host)
        {
            return;
        }

        CloudPcStep step = new(_now, CloudPcReason.HostChanged, null);
        if (settings.Host == HostKind.Agent)
        {
            foreach ((int index, CloudPc row) in _draft.Fleet.All().Where(one => one.Row.PointsSince is not null).ToArray())
            {
                _draft.Record(new Change.CloudPcSet(index, _machines.Handed(row), step));
            }

            return;
        }

        ICloudPcHost host = settings.CloudPcHost();
        foreach ((int index, CloudPc row) in _draft.Fleet.All().Where(one => one.Row.Points is not null || one.Row.Job is { DueAt: null }).ToArray())
        {
            HostJob? job = row.Job is { DueAt: null, GivesWay: false } open ? open with { DueAt = host.DueAt(open.Kind, _now) } : row.IsBusy ? row.Job : null;
            _draft.Record(new Change.CloudPcSet(index, row with { Job = job, Points = null }, step));
        }

        foreach (RetentionSnapshot kept in _tenant.Fleet.Retained.Values.Where(one => one.Job is not null))
        {
            _machines.DropRetained(kept.Id);
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
