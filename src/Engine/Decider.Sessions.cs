using Berth.Engine.CloudPcs;
using Berth.Engine.Directory;

namespace Berth.Engine;

/// <content>Sessions on Cloud PCs (B285, B330).</content>
internal sealed partial class Decider
{
    private Refusal? StartSession(Command.StartSession start)
    {
        if ((FindUser(start.UserId, out int user) ?? FindCloudPc(start.CloudPcId, out int _, out CloudPc _)) is { } missing)
        {
            return missing;
        }

        int index = _draft.Fleet.FindCloudPc(start.CloudPcId);
        CloudPc row = _draft.Fleet.CloudPc(index)!;
        if (row.User != user)
        {
            return new Refusal(RefusalCode.NotAssigned) { Subject = row.Id, Detail = "it belongs to somebody else." };
        }

        if (!_draft.User(user)!.AccountEnabled)
        {
            return new Refusal(RefusalCode.NotAssigned) { Subject = row.Id, Detail = "the account is disabled." };
        }

        if (row.Status != CloudPcStatus.InGracePeriod && !_machines.HasRight(row))
        {
            bool licensed = _machines.LicensedPlans(user).Contains(row.Plan);
            return new Refusal(RefusalCode.NotLicensed)
            {
                Subject = row.Id,
                Detail = licensed ? "no provisioning policy covers the user." : "no license with its service plan is assigned.",
            };
        }

        if (!row.IsUsable)
        {
            return new Refusal(RefusalCode.CloudPcNotReady) { Subject = row.Id, Name = row.Status.ToName() };
        }

        if (_draft.Fleet.SessionOn(index) is not null)
        {
            return new Refusal(RefusalCode.CloudPcInUse) { Subject = row.Id };
        }

        _draft.Record(new Change.SessionSet(new Session(start.Id, index, user, _now, null)));
        return null;
    }

    private Refusal? EndSession(Command.EndSession end)
    {
        if (!_draft.Fleet.Sessions.ContainsKey(end.SessionId))
        {
            return new Refusal(RefusalCode.SessionNotFound) { Subject = end.SessionId };
        }

        _draft.Record(new Change.SessionEnded(end.SessionId));
        return null;
    }

    private Refusal? DisconnectSession(Command.DisconnectSession disconnect)
    {
        if (!_draft.Fleet.Sessions.TryGetValue(disconnect.SessionId, out Session? session))
        {
            return new Refusal(RefusalCode.SessionNotFound) { Subject = disconnect.SessionId };
        }

        if (session.DisconnectedAt is null)
        {
            _draft.Record(new Change.SessionSet(session with { DisconnectedAt = _now }));
        }

        return null;
    }

    // B330: who may not sign in is signed out.
    private void EndSessionsOf(int user)
    {
        foreach (int index in _draft.Fleet.OfUser(user))
        {
            if (_draft.Fleet.SessionOn(index) is { } session)
            {
                _draft.Record(new Change.SessionEnded(session.Id));
            }
        }
    }
}
