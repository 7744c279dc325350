using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;

namespace Berth.Engine;

/// <content>Sessions on Cloud PCs (B285, B370, B371, B380).</content>
internal sealed partial class Decider
{
    private Refusal? StartSession(Command.StartSession start)
    {
        if (FindUser(start.UserId, out int user) is { } stranger)
        {
            return stranger;
        }

        if (FindCloudPc(start.CloudPcId, out int index, out CloudPc row) is { } missing)
        {
            return missing;
        }

        if (row.User != user)
        {
            return new Refusal(RefusalCode.NotAssigned)
            {
                Subject = row.Id,
                Detail = row.IsShared ? "it is shared: name its assignment with assignmentId." : "it belongs to somebody else.",
            };
        }

        if (!_draft.User(user)!.AccountEnabled)
        {
            return new Refusal(RefusalCode.NotAssigned) { Subject = row.Id, Detail = "the account is disabled." };
        }

        // Licenses of Reserve and Frontline are the policy's to give, not the user's (B282, B411).
        bool isPolicys = _draft.Catalog.CloudPcPlanOf(row.Plan) is { Kind: CloudPcKind.Reserve or CloudPcKind.Frontline };
        if (row.Status != CloudPcStatus.InGracePeriod && !isPolicys && !_machines.LicensedPlans(user).Span.Contains(row.Plan))
        {
            return new Refusal(RefusalCode.NotLicensed) { Subject = row.Id, Detail = "none with its service plan is assigned." };
        }

        if (!row.IsUsable)
        {
            return new Refusal(RefusalCode.CloudPcNotReady) { Subject = row.Id, Name = row.Status.ToName() };
        }

        if (!row.LetsIn)
        {
            return new Refusal(RefusalCode.CloudPcNotReady) { Subject = row.Id, Name = "under review" };
        }

        // B380: a session that was left is gone on with, one that somebody looks at is not taken away.
        Session? held = _draft.Fleet.SessionOn(index);
        if (held is { DisconnectedAt: null })
        {
            return new Refusal(RefusalCode.CloudPcInUse) { Subject = row.Id };
        }

        Session session = held is null ? Begin(start.Id, index, user) : held with { DisconnectedAt = null };
        if (row.Power is not null)
        {
            return Connect(index, row, session);
        }

        _draft.Record(new Change.SessionSet(session));
        return null;
    }

    private Session Begin(Guid id, int cloudPc, int user) => new(id, cloudPc, user, _now, null, SettingOf(user) is { LocalAdmin: true });

    private Refusal? EndSession(Command.EndSession end)
    {
        if (!_draft.Fleet.Sessions.TryGetValue(end.SessionId, out Session? session))
        {
            return new Refusal(RefusalCode.SessionNotFound) { Subject = end.SessionId };
        }

        _power.SignOut(session, _now);
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
            if (_draft.Fleet.CloudPc(session.CloudPc) is { Power: not null })
            {
                _power.Disconnect(session.CloudPc, _now);
            }
        }

        return null;
    }

    // B285: who is disabled or deleted is signed out.
    private void EndSessionsOf(int user)
    {
        foreach (Guid id in _draft.Fleet.SessionsOf(user))
        {
            _power.SignOut(_draft.Fleet.Sessions[id], _now);
        }
    }
}
