using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Directory;

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

        if (_draft.Fleet.Policies.Count >= ProvisioningPolicy.MostPolicies)
        {
            return new Refusal(RefusalCode.TooManyObjects) { Name = "provisioning policies", Detail = $"{ProvisioningPolicy.MostPolicies}" };
        }

        ProvisioningPolicy policy = PolicyChecks.Canonical(create.Policy, _draft.Fleet);
        if (PolicyChecks.Check(policy, _draft.Fleet) is { } refusal)
        {
            return refusal;
        }

        _draft.Record(new Change.PolicySet(_draft.Fleet.NextPolicy, policy with { CreatedAt = _now, ModifiedAt = _now, Assignments = [] }));
        return null;
    }

    private Refusal? UpdatePolicy(Command.UpdatePolicy update)
    {
        if (FindPolicy(update.Policy.Id, out int index, out ProvisioningPolicy before) is { } missing)
        {
            return missing;
        }

        ProvisioningPolicy wanted = update.Basis is { } seen ? Rebase.Onto(before, seen, update.Policy) : update.Policy;
        ProvisioningPolicy policy = PolicyChecks.Canonical(wanted, _draft.Fleet) with
        {
            CreatedAt = before.CreatedAt,
            CreatedBy = before.CreatedBy,
            ModifiedAt = before.ModifiedAt,
            ModifiedBy = before.ModifiedBy,
            Assignments = before.Assignments,
        };
        if ((PolicyChecks.CheckFixed(before, policy) ?? PolicyChecks.Check(policy, _draft.Fleet)) is { } refusal)
        {
            return refusal;
        }

        if (policy != before)
        {
            _draft.Record(new Change.PolicySet(index, policy with { ModifiedAt = _now, ModifiedBy = update.Policy.ModifiedBy }));
        }

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

        if (assign.Assignments.Count > ProvisioningPolicy.MostAssignments)
        {
            return Invalid("assignments", $"A policy has at most {ProvisioningPolicy.MostAssignments} assignments.");
        }

        Dictionary<(int Group, int? Plan), PolicyAssignment> wanted = [];
        List<(int Group, int? Plan)> order = [];
        List<(PolicyAssignment Assignment, int To)> resized = [];
        foreach (AssignmentRequest request in assign.Assignments)
        {
            if (request.Id is { } id && !policy.Assignments.Any(one => IsCalled(one, id)))
            {
                return new Refusal(RefusalCode.AssignmentGone) { Subject = policy.Id, Name = id };
            }

            int? plan = null;
            if ((CheckAssigned(request.GroupId, out int group) ?? PolicyChecks.CheckTarget(policy, request, _draft.Catalog, out plan)) is { } refusal)
            {
                return refusal;
            }

            if (CheckSize(policy, assign, request, group, plan, resized, out PolicyAssignment? before) is { } cannot)
            {
                return cannot;
            }

            PolicyAssignment assignment = Assignment(policy, request, group, plan, before);
            if (wanted.TryAdd((group, plan), assignment))
            {
                order.Add((group, plan));
                if (before is not null)
                {
                    resized.Add((before, plan!.Value));
                }
            }
            else if (wanted[(group, plan)] is var listed && (listed.AllotmentName, listed.AllotmentLicenses) != (assignment.AllotmentName, assignment.AllotmentLicenses))
            {
                return Invalid("assignments", $"Group {request.GroupId} is named twice with the same service plan and different allotments: name it once.");
            }
        }

        ProvisioningPolicy after = policy with { Assignments = order.Select(key => wanted[key]).ToValueArray() };
        if ((CheckAllotments(index, policy, after) ?? CheckLowered(policy, after)) is { } no)
        {
            return no;
        }

        if (after != policy)
        {
            _draft.Record(new Change.PolicySet(index, after));
            _storages.Follow(policy, after);
            _apps.Follow(index, policy, after, _now);
            foreach ((PolicyAssignment old, int to) in resized)
            {
                _machines.ResizeAssignment(old.Key!.Value, old.Group, old.Plan!.Value, to);
            }
        }

        return null;
    }

    // B408: an entry with the id and the group of an assignment of dedicated mode, but another plan, is that assignment with another size.
    private Refusal? CheckSize(
        ProvisioningPolicy policy,
        Command.AssignPolicy assign,
        AssignmentRequest request,
        int group,
        int? plan,
        List<(PolicyAssignment Assignment, int To)> resized,
        out PolicyAssignment? before)
    {
        before = null;
        if (policy.ProvisioningType != ProvisioningType.SharedByUser || request.Id is not { } id || plan is not { } to
            || policy.Assignments.Any(one => one.Group == group && one.Plan == to)
            || policy.Assignments.FirstOrDefault(one => IsCalled(one, id) && one.Group == group) is not { } old
            || resized.Any(one => one.Assignment == old)
            || assign.Assignments.Any(one => one.GroupId == request.GroupId && one.ServicePlanId == _draft.Catalog.Plans[old.Plan!.Value].Id))
        {
            return null;
        }

        CloudPcPlan source = _draft.Catalog.CloudPcPlanOf(old.Plan!.Value)!, target = _draft.Catalog.CloudPcPlanOf(to)!;
        if (source.HasGraphics || target.HasGraphics)
        {
            return Invalid("servicePlanId", "Sizes with a graphics processor cannot be resized (C60): leave the id out to assign it anew, and the Cloud PCs of the old size go.");
        }

        if (target.Size.Disk < source.Size.Disk)
        {
            return Invalid(
                "servicePlanId",
                $"A disk of {source.Size.Disk} GB does not fit on one of {target.Size.Disk} GB; a disk only grows (C60). Leave the id out to assign it anew, and the Cloud PCs of the old size go.");
        }

        before = old;
        return null;
    }

    // B345: what is assigned to a group ends with the group, for good.
    private void Unassign(int group)
    {
        foreach (int index in _draft.Fleet.PoliciesOf(group))
        {
            ProvisioningPolicy policy = _draft.Fleet.Policies[index];
            ProvisioningPolicy after = policy with { Assignments = policy.Assignments.Where(one => one.Group != group).ToValueArray() };
            _draft.Record(new Change.PolicySet(index, after));
            _storages.Follow(policy, after);
            _apps.Follow(index, policy, after, _now);
        }

        foreach (UserSetting setting in _draft.Fleet.UserSettings.Values.Where(setting => setting.Assignments.Any(one => one.Group == group)).ToArray())
        {
            _draft.Record(new Change.UserSettingSet(setting with { Assignments = setting.Assignments.Where(one => one.Group != group).ToValueArray() }));
        }
    }

    private Refusal? FindPolicy(Guid id, out int index, out ProvisioningPolicy policy)
    {
        index = _draft.Fleet.FindPolicy(id);
        policy = index < 0 ? null! : _draft.Fleet.Policies[index];
        return index < 0 ? new Refusal(RefusalCode.PolicyNotFound) { Subject = id } : null;
    }

    // C25: only direct members count; security groups and Microsoft 365 groups have them.
    private Refusal? CheckAssigned(Guid id, out int index)
    {
        if (FindGroup(id, out index) is { } missing)
        {
            return missing;
        }

        GroupProfile profile = _draft.Group(index).Profile;
        return profile.SecurityEnabled || profile.IsUnified
            ? null
            : Invalid("groupId", $"Group {id} is neither a security group nor a Microsoft 365 group (C25).");
    }

    // B344: clients echo the id of an assignment as they read it, or name a dedicated one by its group.
    private bool IsCalled(PolicyAssignment assignment, string id) =>
        assignment.Id.Equals(id, StringComparison.OrdinalIgnoreCase)
        || (assignment.Plan is null && Guid.TryParse(id, out Guid group) && group == _draft.Group(assignment.Group).Id);

    private PolicyAssignment Assignment(ProvisioningPolicy policy, AssignmentRequest request, int group, int? plan, PolicyAssignment? resized)
    {
        PolicyAssignment assignment = policy.Assignments.FirstOrDefault(one => one.Group == group && one.Plan == plan)
            ?? (resized is null ? null : resized with { Plan = plan })
            ?? new PolicyAssignment(
                plan is null
                    ? $"{policy.Id}_{request.GroupId}"
                    : IdsByName.Of(policy.Id, $"assignment/{request.GroupId}/{request.ServicePlanId}/{_tenant.Version + 1}").ToString(),
                group, plan, null, null, _now);
        return plan is null ? assignment : assignment with { AllotmentName = request.AllotmentName, AllotmentLicenses = request.AllotmentLicenses };
    }

    // C80, C222. What a shrink of the subscription left too high may stay and fall, but not grow.
    private Refusal? CheckAllotments(int index, ProvisioningPolicy before, ProvisioningPolicy after)
    {
        foreach (int plan in after.Assignments.Select(one => one.Plan).OfType<int>().Distinct())
        {
            long licenses = Slots.Of(_draft.Catalog, _draft.Subscriptions, plan);
            long others = _draft.Fleet.Policies.Where(one => one.Key != index).Sum(one => Allotted(one.Value, plan));
            long now = others + Allotted(after, plan);
            if (now > licenses && now > others + Allotted(before, plan))
            {
                return Invalid(
                    "allotmentLicensesCount",
                    $"The allotments of service plan {_draft.Catalog.Plans[plan].Id} would sum up to {now}, but the tenant has {licenses} licenses for it (C222). Lower them or buy more.");
            }
        }

        return null;
    }

    // C121: what failed on all of them would fail again; and what users keep must have room (B433).
    private Refusal? CheckLowered(ProvisioningPolicy before, ProvisioningPolicy after)
    {
        foreach (PolicyAssignment one in after.ProvisioningType == ProvisioningType.SharedByEntraGroup ? after.Assignments : [])
        {
            if (one.Key is not { } key || !before.Assignments.Any(old => old.Key == key && one.AllotmentLicenses < old.AllotmentLicenses))
            {
                continue;
            }

            if (_draft.Fleet.PoolOf(key) is { IsEmpty: false } rows && rows.All(row => _draft.Fleet.CloudPc(row)!.Status == CloudPcStatus.Failed))
            {
                return Invalid("allotmentLicensesCount", $"All Cloud PCs of {one.AllotmentName} failed (C121): reprovision them first, then their number can be lowered.");
            }

            if (_storages.Missing(key, one.AllotmentLicenses ?? 0) is { } missing)
            {
                return Invalid(
                    "allotmentLicensesCount",
                    $"The user storages of {one.AllotmentName} take {missing} GB more than the disks of {one.AllotmentLicenses} Cloud PCs have (C121): delete storages first, then their number can be lowered.");
            }
        }

        return null;
    }

    private static long Allotted(ProvisioningPolicy policy, int plan) => policy.Assignments.Where(one => one.Plan == plan).Sum(one => (long)(one.AllotmentLicenses ?? 0));
}
