using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Directory.Rules;

namespace Berth.Engine;

/// <content>Dynamic groups (B130 to B138).</content>
internal sealed partial class Decider
{
    private readonly Memberships _memberships;

    /// <summary>How often a rule was asked about a user.</summary>
    public long RuleEvaluations => _memberships.Evaluations;

    /// <summary>A tenant after every flip up to its time (B135), with what that changed; its version is the same.</summary>
    public static (Tenant Passed, List<Change> Changes, long Evaluations) PassFlips(Tenant tenant, DateTimeOffset now, DateTimeOffset system)
    {
        Decider decider = new(tenant, now, system);
        decider._memberships.PassFlips(now, decider._machines);
        decider._memberships.Note();
        List<Change> outcomes = [];
        Tenant passed = decider._draft.Seal(tenant.Version, outcomes);
        return (passed, [.. decider._draft.Recorded, .. outcomes], decider.RuleEvaluations);
    }

    // B134: what a group is refused for because of its rule. The index is -1 when it is only about to come.
    private Refusal? CheckRule(int group, GroupProfile wanted)
    {
        if (wanted.HasDynamicType != wanted.IsDynamic || (wanted.RuleProcessing is not null && !wanted.IsDynamic))
        {
            return new Refusal(RefusalCode.MembershipRuleMismatch) { Subject = wanted.Id };
        }

        GroupProfile? before = group >= 0 ? _draft.Group(group).Profile : null;
        if (wanted.MembershipRule is not { } text || text == before?.MembershipRule)
        {
            return null;
        }

        if (!MembershipRule.TryParse(text, out MembershipRule? rule, out RuleError? error))
        {
            return new Refusal(RefusalCode.MembershipRuleInvalid) { Subject = wanted.Id, Position = error.Position, Detail = error.Message };
        }

        if (rule.IsAboutDevices && (wanted.IsUnified || (group >= 0 && !_draft.Group(group).Licenses.IsEmpty)))
        {
            return new Refusal(RefusalCode.DeviceRuleNotAllowed) { Subject = wanted.Id };
        }

        return CheckSources(group, wanted.Id, rule) ?? CheckNumbers(group, wanted.Id, before, rule);
    }

    // B130.
    private Refusal? CheckSources(int group, Guid id, MembershipRule rule, bool mayBeMissing = false)
    {
        if (!rule.IsMemberOf)
        {
            return null;
        }

        List<Guid> missing = [], circling = [];
        foreach (Guid source in rule.Sources.Select(source => source.Group).Distinct())
        {
            int index = _draft.FindGroup(source);
            if (index < 0)
            {
                missing.Add(source);
            }
            else if (index == group || _draft.Rules.IsMemberOf(index))
            {
                circling.Add(source);
            }
        }

        if (missing.Count > 0 && !mayBeMissing)
        {
            return new Refusal(RefusalCode.MemberOfSourceNotFound) { Subject = id, Ids = missing.ToValueArray() };
        }

        if (circling.Count == 0 && _draft.Rules.NamedBy(id).Any(other => other != group))
        {
            circling.Add(id);
        }

        return circling.Count == 0 ? null : new Refusal(RefusalCode.MemberOfSourceNotAllowed) { Subject = id, Ids = circling.ToValueArray() };
    }

    private Refusal? CheckNumbers(int group, Guid id, GroupProfile? before, MembershipRule rule) =>
        before is not { IsDynamic: true } && _draft.Rules.Count >= RuleLimits.MostDynamicGroups ? new Refusal(RefusalCode.TooManyDynamicGroups) { Subject = id }
        : rule.IsMemberOf && !_draft.Rules.IsMemberOf(group) && _draft.Rules.MemberOfCount >= RuleLimits.MostMemberOfGroups
            ? new Refusal(RefusalCode.TooManyMemberOfGroups) { Subject = id }
        : null;

    // L140, B132.
    private static Refusal? CheckByHand(GroupProfile group, bool somebody) =>
        somebody && group.IsDynamic ? new Refusal(RefusalCode.GroupIsDynamic) { Subject = group.Id } : null;

    // B132: a dynamic group without a state is on.
    private static GroupProfile WithState(GroupProfile group) =>
        group.IsDynamic ? group with { RuleProcessing = group.RuleProcessing ?? RuleProcessing.On } : group;

    // B133.
    private void FollowIfNew(int group, GroupProfile? before, GroupProfile now)
    {
        if (now.RuleProcessing == RuleProcessing.On && (before?.RuleProcessing != RuleProcessing.On || before.MembershipRule != now.MembershipRule))
        {
            _memberships.Follow(group);
        }
    }
}
