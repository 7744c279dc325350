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

        // Also what became due before this command and was the agent's for no time.
        ICloudPcHost host = settings.CloudPcHost();
        foreach ((int index, CloudPc row) in _draft.Fleet.All().Where(one => one.Row.Points is not null || one.Row.Job is { DueAt: null }).ToArray())
        {
            HostJob? job = !row.IsBusy ? null : row.Job!.DueAt is null ? Taken(row.Job, host) : row.Job;
            _draft.Record(new Change.CloudPcSet(index, row with { Job = job, Points = null, ManualPointAt = null }, step));
        }

        foreach (RetentionSnapshot kept in _draft.Fleet.Retained.Values.Where(one => one.Job is not null).ToArray())
        {
            _machines.DropRetained(kept.Id);
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
