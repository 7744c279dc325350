using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;

namespace Berth.Engine;

/// <content>Provisioning policies and the groups they are assigned to (C137 to C158).</content>
internal sealed partial class Decider
{
    private Refusal? CreatePolicy(Command.CreatePolicy create)
    {
        if (_draft.Fleet.FindPolicy(create.Policy.Id) >= 0)
        {
            return new Refusal(RefusalCode.IdTaken) { Subject = create.Policy.Id };
        }

        _draft.Record(new Change.PolicySet(_draft.Fleet.NextPolicy, create.Policy with { CreatedAt = _now, ModifiedAt = _now, Assignments = [] }));
        return null;
    }

    private Refusal? UpdatePolicy(Command.UpdatePolicy update)
    {
        if (FindPolicy(update.Policy.Id, out int index, out ProvisioningPolicy before) is { } missing)
        {
            return missing;
        }

        _draft.Record(new Change.PolicySet(index, update.Policy with { CreatedAt = before.CreatedAt, ModifiedAt = _now, Assignments = before.Assignments }));
        return null;
    }

    private Refusal? DeletePolicy(Command.DeletePolicy delete)
    {
        if (FindPolicy(delete.PolicyId, out int index, out ProvisioningPolicy policy) is { } missing)
        {
            return missing;
        }

        if (policy.Assignments.Count > 0)
        {
            return new Refusal(RefusalCode.PolicyInUse)
            {
                Subject = policy.Id,
                Ids = policy.Assignments.Select(one => _draft.Group(one.Group).Id).Distinct().ToValueArray(),
            };
        }

        _draft.Record(new Change.PolicyDeleted(index));
        return null;
    }

    private Refusal? AssignPolicy(Command.AssignPolicy assign)
    {
        if (FindPolicy(assign.PolicyId, out int index, out ProvisioningPolicy policy) is { } missing)
        {
            return missing;
        }

        List<PolicyAssignment> assignments = [];
        foreach (AssignmentRequest wanted in assign.Assignments)
        {
            if (FindGroup(wanted.GroupId, out int group) is { } nobody)
            {
                return nobody;
            }

            int? plan = wanted.ServicePlanId is { } id && _draft.Catalog.TryGetPlan(id, out ServicePlan? found) ? found.Index : null;
            PolicyAssignment? kept = policy.Assignments.FirstOrDefault(one => one.Group == group && one.Plan == plan);
            assignments.Add(kept is null
                ? new PolicyAssignment($"{policy.Id}_{wanted.GroupId}", group, plan, wanted.AllotmentName, wanted.AllotmentLicenses, _now)
                : kept with { AllotmentName = wanted.AllotmentName, AllotmentLicenses = wanted.AllotmentLicenses });
        }

        _draft.Record(new Change.PolicySet(index, policy with { Assignments = assignments.ToValueArray() }));
        return null;
    }

    private Refusal? FindPolicy(Guid id, out int index, out ProvisioningPolicy policy)
    {
        index = _draft.Fleet.FindPolicy(id);
        policy = index < 0 ? null! : _draft.Fleet.Policies[index];
        return index < 0 ? new Refusal(RefusalCode.PolicyNotFound) { Subject = id } : null;
    }
}
