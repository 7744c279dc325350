using Berth.Engine.Catalog;
using Berth.Engine.Collections;
using Berth.Engine.Licensing;

namespace Berth.Engine;

/// <summary>Decides several commands as one (B500): one entry of the journal, or none.</summary>
internal static class Together
{
    public static Decision Decide(Tenant tenant, Command.ApplyChanges several, DecisionContext context)
    {
        if (several.ExpectedVersion is { } expected && expected != tenant.Version)
        {
            return new Decision.Refused(new Refusal(RefusalCode.VersionMoved)
            {
                Detail = $"it has version {tenant.Version}, and {expected} was expected",
            });
        }

        DateTimeOffset now = tenant.Now(context.Now);
        Tenant current = tenant, before = tenant;
        List<Change> changes = [];
        long evaluations = 0;
        if (tenant.NextDue is { } due && due <= now)
        {
            (current, changes, evaluations) = Decider.PassFlips(tenant, now, context.Now);
            before = current;
        }

        for (int part = 0; part < several.Commands.Count; part++)
        {
            Command command = several.Commands[part];
            if (command is Command.ApplyChanges or Command.CreateTenant or Command.SetClock)
            {
                throw new ArgumentException($"{command.GetType().Name} is decided alone (B500).", nameof(several));
            }

            // Every part is decided on the same version: what it refers to by the number of the entry is the one entry that comes of them.
            Decider decider = new(current, now, context.Now);
            if (decider.Decide(command) is { } refusal)
            {
                return new Decision.Refused(refusal with { Part = part }) { RuleEvaluations = evaluations + decider.RuleEvaluations };
            }

            Decision.Accepted accepted = decider.Finish(command, context.Actor, [], 0);
            evaluations += accepted.RuleEvaluations;
            if (accepted.Event is { } happened)
            {
                changes.AddRange(happened.Changes);
                current = new Tenant(accepted.Next.Parts with { Version = tenant.Version });
            }
        }

        if (!several.MayRemoveMany && MassRemoval.Between(before, current) is { Count: > 0 } many)
        {
            return new Decision.Refused(new Refusal(RefusalCode.RemovesMany)
            {
                Subject = tenant.Catalog.Skus[many[0].Sku].Id,
                Detail = $"{many[0].Losing} of its {many[0].Holders} holders",
            })
            {
                RuleEvaluations = evaluations,
            };
        }

        if (changes.Count == 0)
        {
            return new Decision.Accepted(tenant, null) { RuleEvaluations = evaluations };
        }

        Tenant next = new(current.Parts with { Version = tenant.Version + 1 });
        return new Decision.Accepted(next, new TenantEvent(next.Version, now, context.Actor, nameof(Command.ApplyChanges), changes.ToValueArray()))
        {
            RuleEvaluations = evaluations,
        };
    }
}
