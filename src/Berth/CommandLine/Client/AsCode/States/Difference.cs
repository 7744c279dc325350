using Berth.CommandLine.Client.AsCode.Format;

namespace Berth.CommandLine.Client.AsCode.States;

/// <summary>
/// The changes that make a tenant what it should be: a pure function. What is not named stays, but where a scope is exclusive (B552, B553). The order keeps as
/// many seats and Cloud PCs in their hands as it can (B555).
/// </summary>
internal static class Difference
{
    /// <summary>The changes, in the order in which they are to be made; none when everything is as it should be.</summary>
    public static IReadOnlyList<StateChange> Of(Desired desired, TenantView view)
    {
        DesiredSku[] changed = [.. desired.Skus.Where(sku => sku.Units is { } units && units != (view.UnitsOf(sku.Id) ?? 0))];
        IEnumerable<StateChange.Units> Units(bool more) => changed
            .Where(sku => sku.Units > (view.UnitsOf(sku.Id) ?? 0) == more)
            .Select(sku => new StateChange.Units(sku.Id, sku.Units!.Value));

        StateChange.OfGroup[] groups = [.. Groups(desired, view)];
        StateChange.Members[] members = [.. desired.Groups.SelectMany(group => Members(group, view.Groups[group.Id]))];
        StateChange.OfUser[] users = [.. Users(desired, view)];

        // Whoever has the SKU already, through a group say, needs no seat for it: those come before anything is taken away.
        bool IsHeld(StateChange.OfUser change) => change.Remove.Count == 0 && change.Add.All(one => view.Users[change.User].Held.Contains(one.Sku));
        return
        [
            .. Units(more: true),
            .. groups.Where(change => change.Remove.Count == 0),
            .. members.Where(change => change.Remove.Count == 0),
            .. users.Where(IsHeld),
            .. groups.Where(change => change.Remove.Count > 0),
            .. members.Where(change => change.Remove.Count > 0),
            .. users.Where(change => change.Add.Count == 0),
            .. users.Where(change => change is { Add.Count: > 0, Remove.Count: > 0 }),
            .. users.Where(change => change.Remove.Count == 0 && !IsHeld(change)),
            .. desired.Policies.Select(policy => Assignments(policy, view.Policies[policy.Id])).OfType<(int Turn, StateChange.Assignments Change)>()
                .OrderBy(one => one.Turn).Select(one => one.Change),
            .. Units(more: false),
        ];
    }

    private static IEnumerable<StateChange.OfGroup> Groups(Desired desired, TenantView view)
    {
        Dictionary<Guid, DesiredGroup> named = desired.Groups.ToDictionary(group => group.Id);
        HashSet<Guid> scopes = [.. desired.Skus.Where(sku => sku.OnlyGroups).Select(sku => sku.Id)];
        IEnumerable<Guid> others = scopes.Count == 0 ? [] : view.Groups.Keys.Where(id => !named.ContainsKey(id)).Order();
        foreach (Guid id in named.Keys.Concat(others))
        {
            DesiredGroup? wanted = named.GetValueOrDefault(id);
            if (Licenses(wanted?.Licenses ?? [], wanted?.OnlyLicenses ?? false, view.Groups[id].Licenses, scopes) is { } change)
            {
                yield return new StateChange.OfGroup(id, change.Add, change.Remove);
            }
        }
    }

    private static IEnumerable<StateChange.OfUser> Users(Desired desired, TenantView view)
    {
        Dictionary<Guid, DesiredUser> named = desired.Users.ToDictionary(user => user.Id);
        HashSet<Guid> scopes = [.. desired.Skus.Where(sku => sku.OnlyUsers).Select(sku => sku.Id)];
        IEnumerable<Guid> others = scopes.Count == 0 ? [] : view.Users.Values.Where(user => user.Direct is not null && !named.ContainsKey(user.Id)).Select(user => user.Id).Order();
        foreach (Guid id in named.Keys.Concat(others))
        {
            DesiredUser? wanted = named.GetValueOrDefault(id);
            if (Licenses(wanted?.Licenses ?? [], wanted?.OnlyLicenses ?? false, view.Users[id].Direct!, scopes) is { } change)
            {
                yield return new StateChange.OfUser(id, change.Add, change.Remove);
            }
        }
    }

    private static (IReadOnlyList<DesiredLicense> Add, IReadOnlyList<Guid> Remove)? Licenses(
        IReadOnlyList<DesiredLicense> wanted, bool isOnly, LicenseSet present, HashSet<Guid> scopes)
    {
        DesiredLicense[] add =
            [.. wanted.Where(one => !present.TryGetValue(one.Sku, out IReadOnlySet<Guid>? off) || (one.DisabledPlans is { } plans && !off.SetEquals(plans)))];
        HashSet<Guid> named = [.. wanted.Select(one => one.Sku)];
        Guid[] remove = [.. present.Keys.Where(sku => !named.Contains(sku) && (isOnly || scopes.Contains(sku)))];
        return add.Length + remove.Length == 0 ? null : (add, remove);
    }

    private static IEnumerable<StateChange.Members> Members(DesiredGroup wanted, SeenGroup present)
    {
        if (present.Members is not { } members)
        {
            yield break;
        }

        foreach (Guid[] add in wanted.Members.Where(member => !members.Contains(member)).Chunk(CodeLimits.MembersOfOneChange))
        {
            yield return new StateChange.Members(wanted.Id, add, []);
        }

        if (wanted.OnlyMembers)
        {
            foreach (Guid[] remove in members.Except(wanted.Members).Order().Chunk(CodeLimits.MembersOfOneChange))
            {
                yield return new StateChange.Members(wanted.Id, [], remove);
            }
        }
    }

    // What frees licenses of Frontline comes first, then what only adds, then what takes away.
    private static (int Turn, StateChange.Assignments Change)? Assignments(DesiredPolicy wanted, SeenPolicy present)
    {
        Dictionary<(Guid, Guid?), DesiredAssignment> named = wanted.Assignments.ToDictionary(one => (one.Group, one.Plan));
        List<SeenAssignment> all =
        [
            .. present.Assignments
                .Where(one => !wanted.OnlyAssignments || named.ContainsKey((one.Group, one.Plan)))
                .Select(one => named.Remove((one.Group, one.Plan), out DesiredAssignment? said)
                    ? one with { Allotment = said.Allotment ?? one.Allotment, Licenses = said.Licenses ?? one.Licenses }
                    : one),
            .. wanted.Assignments.Where(one => named.ContainsKey((one.Group, one.Plan))).Select(one => new SeenAssignment(one.Group, one.Plan, one.Allotment, one.Licenses)),
        ];
        if (all.SequenceEqual(present.Assignments))
        {
            return null;
        }

        long Allotted(IEnumerable<SeenAssignment> list) => list.Sum(one => (long)(one.Licenses ?? 0));
        bool takes = present.Assignments.Any(one => !all.Any(other => (other.Group, other.Plan) == (one.Group, one.Plan)));
        return (Allotted(all) < Allotted(present.Assignments) ? 0 : takes ? 2 : 1, new StateChange.Assignments(wanted.Id, all));
    }
}
