using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Frontline;

namespace Berth.Engine;

/// <content>Sessions, power and the concurrency buffer of Frontline (B411 to B424).</content>
internal sealed partial class Decider
{
    private readonly MachinePower _power;

    // B415: what is refused although the command happened.
    private Refusal? _refusedConnection;

    // B412, B413: a session of dedicated mode takes a license, unless the machine has one.
    private Refusal? Connect(int index, CloudPc row, Session session)
    {
        Session begun = session;
        if (!row.TakesLicense)
        {
            if (FindLicense(row) is not { } source)
            {
                return NoLicense(session.User, row.Plan, row.Assignment, index);
            }

            begun = session with { UsesBuffer = source == LicenseSource.Buffer };
        }

        _draft.Record(new Change.SessionSet(begun));
        _power.Connect(index, _now);
        return null;
    }

    // B414.
    private Refusal? StartPoolSession(Command.StartPoolSession start)
    {
        if (FindUser(start.UserId, out int user) is { } stranger)
        {
            return stranger;
        }

        if (_draft.Fleet.FindAssignment(start.AssignmentId) is not { } assignment)
        {
            return new Refusal(RefusalCode.AssignmentNotFound) { Subject = start.AssignmentId };
        }

        if (WhyNotAssigned(user, assignment) is { } why)
        {
            return new Refusal(RefusalCode.NotAssigned) { Subject = start.AssignmentId, Name = "Assignment", Detail = why };
        }

        if (CheckSessionApp(start.CloudAppId, assignment) is { } noApp)
        {
            return noApp;
        }

        if (HeldOn(user, start.AssignmentId) is { } held)
        {
            return held.DisconnectedAt is null
                ? new Refusal(RefusalCode.CloudPcInUse) { Subject = _draft.Fleet.CloudPc(held.CloudPc)!.Id }
                : Occupy(held with { DisconnectedAt = null, CloudApp = start.CloudAppId });
        }

        int plan = assignment.Assignment.Plan!.Value;
        AssignmentUse use = _draft.Fleet.UseOf(start.AssignmentId);
        if (use.Sessions >= assignment.Allotment || _draft.Fleet.UseOf(plan).Sessions >= Slots.Of(_draft.Catalog, _draft.Subscriptions, plan))
        {
            return NoLicense(user, plan, start.AssignmentId, null);
        }

        if (_draft.Fleet.FreeOf(start.AssignmentId) is { Count: > 0 } free)
        {
            Occupy(Begin(start.Id, free.Min, user) with { CloudApp = start.CloudAppId });
            _storages.Attach(start.AssignmentId, user, _now);
            return null;
        }

        return use.Coming > 0
            ? new Refusal(RefusalCode.CloudPcNotReady) { Subject = start.AssignmentId, Detail = "what is not in use is being made, or the profile of its last user is going; try again in a few minutes." }
            : NoLicense(user, plan, start.AssignmentId, null);
    }

    private string? WhyNotAssigned(int user, FrontlineAssignment assignment) =>
        !assignment.IsShared ? "its Cloud PCs belong to one user each: name the user's own with cloudPcId."
        : !_draft.IsMember(user, assignment.Assignment.Group) ? "the user is no direct member of its group."
        : !_draft.User(user)!.AccountEnabled ? "the account is disabled."
        : null;

    private Session? HeldOn(int user, Guid assignment)
    {
        foreach (Guid id in _draft.Fleet.SessionsOf(user).Span)
        {
            Session session = _draft.Fleet.Sessions[id];
            if (_draft.Fleet.CloudPc(session.CloudPc) is { IsShared: true } row && row.Assignment == assignment)
            {
                return session;
            }
        }

        return null;
    }

    private Refusal? Occupy(Session session)
    {
        _draft.Record(new Change.SessionSet(session));
        _power.Connect(session.CloudPc, _now);
        return null;
    }

    private Refusal? PowerOn(Command.PowerOnCloudPc on)
    {
        if (FindFrontline(on.CloudPcId, out int index, out CloudPc row) is { } cannot)
        {
            return cannot;
        }

        if (!row.IsShared && !row.TakesLicense && FindLicense(row) is null)
        {
            return NoLicense(row.User, row.Plan, row.Assignment, index);
        }

        _machines.Put(index, Done(row, "PowerOn") with { Power = MachinePower.On(row, _now) }, CloudPcReason.ActionAsked);
        return null;
    }

    private Refusal? PowerOff(Command.PowerOffCloudPc off)
    {
        if (FindFrontline(off.CloudPcId, out int index, out CloudPc _) is { } cannot)
        {
            return cannot;
        }

        _power.SwitchOff(index, _now);
        _machines.Put(index, Done(_draft.Fleet.CloudPc(index)!, "PowerOff"), CloudPcReason.ActionAsked);
        return null;
    }

    // C84, C87: only Frontline has power, and only what can be used.
    private Refusal? FindFrontline(Guid id, out int index, out CloudPc row)
    {
        if (FindCloudPc(id, out index, out row) is { } missing)
        {
            return missing;
        }

        return row.Assignment is null
            ? new Refusal(RefusalCode.OperationNotSupported) { Subject = id, Detail = "only Frontline Cloud PCs are switched on and off." }
            : row.LetsIn ? null : Conflict(row, "only a Cloud PC that can be used is switched on and off.");
    }

    private CloudPc Done(CloudPc row, string action)
    {
        CloudPc begun = _machines.Begun(row, action);
        return begun with { Actions = begun.Actions.Skip(1).Prepend(begun.Actions[0] with { State = RemoteActionState.Done }).ToValueArray() };
    }

    private Refusal? UnblockBuffer(Command.UnblockBuffer unblock)
    {
        if (!_draft.Catalog.TryGetPlan(unblock.ServicePlanId, out ServicePlan? plan) || _draft.Catalog.CloudPcPlanOf(plan.Index) is not { Kind: CloudPcKind.Frontline })
        {
            return new Refusal(RefusalCode.ServicePlanNotFound) { Subject = unblock.ServicePlanId };
        }

        ConcurrencyBuffer buffer = _draft.Frontline.BufferOf(plan.Index);
        if (buffer.IsBlocked)
        {
            _draft.Record(new Change.BufferSet(plan.Index, buffer.Lift()));
        }

        return null;
    }

    private LicenseSource? FindLicense(CloudPc row)
    {
        // What has another size by now is not the row's any more (B408).
        Guid key = row.Assignment!.Value;
        FrontlineAssignment? assignment = _draft.Fleet.FindAssignment(key) is { } found && found.Assignment.Plan == row.Plan ? found : null;
        return PlanStanding.Of(_draft, row.Plan).Find(_draft.Fleet.UseOf(key).Taken, assignment?.Allotment, _now);
    }

    // B415: the journal tells it, although nothing else happens.
    private Refusal NoLicense(int user, int plan, Guid? assignment, int? cloudPc)
    {
        _draft.Note(new Change.ConnectionRefused(user, plan, assignment, cloudPc));
        return _refusedConnection = new Refusal(RefusalCode.NoLicensesAvailable) { Subject = _draft.Catalog.Plans[plan].Id, Detail = WhyNone(plan, assignment, cloudPc is null) };
    }

    private string WhyNone(int plan, Guid? assignment, bool isShared)
    {
        PlanStanding standing = PlanStanding.Of(_draft, plan);
        FrontlineAssignment? known = assignment is { } id ? _draft.Fleet.FindAssignment(id) : null;
        string name = known is null ? "" : $"'{known.Assignment.AllotmentName}' has {known.Allotment}, ";
        return isShared
            ? $"{name}the tenant {standing.Licenses}; wait until somebody signs out, allot more or buy more."
            : $"{name}the tenant {standing.Limit} for dedicated mode, and {WhyNoBuffer(standing)}; wait until somebody signs out, allot more or buy more.";
    }

    private string WhyNoBuffer(PlanStanding standing) => standing switch
    {
        { HasBuffer: false } => "there is no concurrency buffer for it",
        { Buffer: { IsBlocked: true, BlockedUntil: { } until } } => $"its concurrency buffer is blocked until {until:O} (C105)",
        { Buffer.IsBlocked: true } => "its concurrency buffer is blocked until an administrator lifts that (C106)",
        { Buffer.Since: { } since } when _now - since >= ConcurrencyBuffer.LongestUse => $"its concurrency buffer has been in use for more than an hour, since {since:O} (C102)",
        { Buffer.Since: null } when standing.Buffer.UsesAt(_now) >= ConcurrencyBuffer.MostUses => "its concurrency buffer was used four times within 24 hours (C102)",
        _ => $"its concurrency buffer gives no more than {standing.MostExcess} (setting bufferExcess)",
    };
}
