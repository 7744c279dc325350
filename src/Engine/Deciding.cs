namespace Berth.Engine;

/// <summary>The one entrance of the engine: pure functions from a tenant to the next.</summary>
public static class Deciding
{
    /// <summary>Decides a command: refused with a reason, or accepted with the next tenant and the event that leads there.</summary>
    public static Decision Decide(Tenant tenant, Command command, DecisionContext context)
    {
        if (tenant.Version == 0 != command is Command.CreateTenant)
        {
            return new Decision.Refused(new Refusal(RefusalCode.TenantNotReady)
            {
                Detail = tenant.Version == 0 ? "The tenant has not been created." : "The tenant exists already.",
            });
        }

        if (command is Command.ApplyChanges several)
        {
            return Together.Decide(tenant, several, context);
        }

        DateTimeOffset now = tenant.Now(context.Now);
        if (tenant.NextDue is not { } due || due > now)
        {
            Decider decider = new(tenant, now, context.Now);
            return decider.Decide(command) is { } refusal
                ? new Decision.Refused(refusal) { RuleEvaluations = decider.RuleEvaluations }
                : decider.Finish(command, context.Actor, [], 0);
        }

        // What time has done comes first and belongs to the command: to a tenant of its own, so that the command finds everything up to date (B135).
        (Tenant passed, List<Change> flips, long evaluations) = Decider.PassFlips(tenant, now, context.Now);
        Decider after = new(passed, now, context.Now);
        return after.Decide(command) is { } no
            ? new Decision.Refused(no) { RuleEvaluations = evaluations + after.RuleEvaluations }
            : after.Finish(command, context.Actor, flips, evaluations);
    }

    /// <summary>Replays an event: the tenant as the decision left it. Nothing is decided again.</summary>
    public static Tenant Apply(Tenant tenant, TenantEvent happened)
    {
        if (happened.Sequence != tenant.Version + 1)
        {
            throw new InvalidOperationException($"Event {happened.Sequence} does not follow version {tenant.Version}.");
        }

        return Apply(tenant, happened.Sequence, happened.At, happened.Changes);
    }

    /// <summary>
    /// The changes that lead from <see cref="Tenant.Unborn"/> to this tenant, in portions of bounded size: a snapshot.
    /// Apply them with <see cref="Restore"/>.
    /// </summary>
    public static IEnumerable<Change> Describe(Tenant tenant) => Description.Of(tenant);

    /// <summary>The tenant that <see cref="Describe"/> described, at its version.</summary>
    public static Tenant Restore(long version, IEnumerable<Change> changes) => Apply(Tenant.Unborn, version, default, changes);

    private static Tenant Apply(Tenant tenant, long version, DateTimeOffset at, IEnumerable<Change> changes)
    {
        Draft draft = new(tenant, at);
        List<Change.MembersAdded> joining = [];
        foreach (Change change in changes)
        {
            if (change is Change.MembersAdded { Groups.Count: 0 } added)
            {
                joining.Add(added);
                continue;
            }

            // These read no memberships, so that of a snapshot all groups are filled at once.
            if (joining.Count > 0 && change is not (Change.MembersAdded or Change.OwnersAdded or Change.GroupLicensesSet or Change.MembershipProcessed))
            {
                draft.Join(joining);
                joining.Clear();
            }

            draft.Apply(change);
        }

        draft.Join(joining);
        return draft.Seal(version, null);
    }
}
