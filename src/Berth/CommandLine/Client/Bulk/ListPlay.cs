using Berth.CommandLine.Client.Tenants;
using Berth.CommandLine.Client.Wire;
using Berth.Engine;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Licensing;
using Berth.Graph.Errors;
using Berth.Graph.Requests;

namespace Berth.CommandLine.Client.Bulk;

/// <summary>Decides a list row by row on the copy of a tenant, each on what the rows before it leave, as the tenant itself would (B569). The copy stays what it is.</summary>
/// <param name="copy">The copy.</param>
/// <param name="job">What is wanted for each user.</param>
/// <param name="now">The time.</param>
internal sealed class ListPlay(CopyDoor copy, BulkJob job, DateTimeOffset now)
{
    private readonly List<Command> _commands = [];
    private Tenant _tenant = copy.Tenant;

    /// <summary>What the rows that would be done ask for.</summary>
    public IReadOnlyList<Command> Commands => _commands;

    /// <summary>What would become of the next row.</summary>
    public RowOutcome Next(WireUser user)
    {
        BulkStep wanted = job.For(user);
        if (wanted is not BulkStep.Switch step)
        {
            return ((BulkStep.Settled)wanted).Outcome;
        }

        Command[] commands = [.. CommandsOf(user, step)];
        Tenant next = _tenant;
        foreach (Command command in commands)
        {
            switch (Deciding.Decide(next, command, new DecisionContext(now, Actor.Berth)))
            {
                case Decision.Refused refused:
                    GraphError error = refused.Refusal.ToError();
                    return RowOutcome.Failure(error.InnerCode, $"{error.Message} So it is on the copy of {copy.PulledAt:u}, and nothing was sent.");
                case Decision.Accepted accepted:
                    next = accepted.Next;
                    break;
            }
        }

        _tenant = next;
        _commands.AddRange(commands);
        return new RowOutcome(RowFate.Changed, "", job.DoneWords(user, step));
    }

    private IEnumerable<Command> CommandsOf(WireUser user, BulkStep.Switch step)
    {
        if (job.NeedsLocation(user, step.Licenses) && _tenant.TryGetUser(_tenant.FindUser(user.Id), out User? before))
        {
            yield return new Command.UpdateUser(before with { UsageLocation = job.UsageLocation }) { Basis = before };
        }

        yield return new Command.AssignUserLicenses(
            user.Id, step.Licenses.AddLicenses.Select(static one => new LicenseRequest(one.SkuId, (one.DisabledPlans ?? []).ToValueArray())).ToValueArray(), step.Licenses.RemoveLicenses.ToValueArray());
    }
}
