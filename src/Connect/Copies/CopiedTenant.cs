using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Licensing;

namespace Berth.Connect.Copies;

/// <summary>
/// A copy as a tenant of the engine: plan, explain and every read work on it as on Berth's own. It is made of changes whose outcomes are what was seen, and nothing is
/// decided (B565): a source gives what Graph says it gives, with the error that Graph says, right or wrong.
/// </summary>
public sealed class CopiedTenant
{
    private const int Portion = 16_384;

    private readonly TenantCopy _copy;
    private readonly SkuCatalog _catalog;
    private readonly Dictionary<Guid, int> _users = [];
    private readonly List<Guid> _ids = [];
    private readonly Dictionary<string, int> _names = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<Guid, int> _groups = [];
    private readonly Dictionary<Guid, int> _policies = [];

    private CopiedTenant(TenantCopy copy) => (_copy, _catalog) = (copy, CopiedCatalog.Of(copy));

    /// <summary>The tenant of a copy, at version 1. It tries waiting pairs again only when Microsoft does (L65, L66).</summary>
    /// <exception cref="ConnectFailedException">No tenant can be like this: what was copied is not Microsoft Graph's.</exception>
    public static Tenant Of(TenantCopy copy)
    {
        try
        {
            return Deciding.Restore(1, new CopiedTenant(copy).Changes());
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or OverflowException)
        {
            throw new ConnectFailedException($"the copy has what no tenant can have ({e.Message}): is the address right?", e);
        }
    }

    private IEnumerable<Change> Changes() => Head().Concat(Users()).Concat(Groups()).Concat(Licenses()).Concat(Machines());

    private IEnumerable<Change> Head()
    {
        GraphOrganization organization = _copy.Head.Organization;
        yield return new Change.TenantCreated(new TenantProfile(
            organization.Id, organization.DisplayName ?? "", organization.Domain, organization.CountryLetterCode ?? "", TenantKind.Production, organization.CreatedDateTime ?? default));
        yield return new Change.CatalogSet(_catalog);
        yield return new Change.SettingsSet(TenantSettings.Default with { Retry = RetryMode.EntraStrict });
        yield return new Change.ClockSet(default);
        foreach (GraphSku sku in _copy.Skus)
        {
            foreach (Subscription subscription in CopiedSubscriptions.Of(_copy, sku, IndexOf(sku.SkuId)))
            {
                yield return new Change.SubscriptionSet(subscription);
            }
        }
    }

    private IEnumerable<Change> Users()
    {
        List<User> portion = [];
        foreach (GraphUser user in _copy.Users.Values)
        {
            // A name can be somebody else's for a moment, when a copy was pulled while two changed.
            if (!_names.TryAdd(user.UserPrincipalName, _users.Count))
            {
                continue;
            }

            _users.Add(user.Id, _users.Count);
            _ids.Add(user.Id);
            portion.Add(CopiedUser.Of(user));
            if (portion.Count == Portion)
            {
                yield return Set(portion);
                portion = [];
            }
        }

        if (portion.Count > 0)
        {
            yield return Set(portion);
        }

        Change.UsersSet Set(List<User> users) =>
            new(Enumerable.Range(_users.Count - users.Count, users.Count).ToValueArray(), users.ToValueArray());
    }

    private IEnumerable<Change> Groups()
    {
        foreach (GraphGroup group in _copy.Groups.Values)
        {
            _groups.Add(group.Id, _groups.Count);
            yield return new Change.GroupSet(_groups.Count - 1, CopiedGroup.Of(group));
        }

        // A group that is gone can still give something for a while (L72): it keeps a place, and no members.
        foreach (Guid gone in _copy.Users.Values.SelectMany(static user => user.LicenseAssignmentStates ?? []).Select(static state => state.AssignedByGroup).OfType<Guid>().Distinct())
        {
            if (_groups.TryAdd(gone, _groups.Count))
            {
                yield return new Change.GroupSet(_groups.Count - 1, new GroupProfile(gone, $"{gone}", null, null, false, true, [], null, default));
                yield return new Change.GroupDeleted(_groups.Count - 1);
            }
        }

        foreach (GraphGroup group in _copy.Groups.Values)
        {
            int index = _groups[group.Id];
            if (_copy.Members.TryGetValue(group.Id, out GraphMembers? members))
            {
                // Devices and people from elsewhere can be members too: they hold no license here.
                int[] users = [.. members.Users.Where(_users.ContainsKey).Select(id => _users[id]).Order()];
                int[] groups = [.. members.Groups.Where(_copy.Groups.ContainsKey).Select(id => _groups[id]).Order()];
                yield return new Change.MembersAdded(index, ValueArray.Own(users), ValueArray.Own(groups));
            }

            if (group.IsLicensed)
            {
                yield return new Change.GroupLicensesSet(index, LicenseSet.Empty, SetOf(group.AssignedLicenses!));
            }
        }
    }

    private IEnumerable<Change> Licenses()
    {
        foreach ((Guid id, int index) in _users)
        {
            foreach (IGrouping<Guid?, GraphAssignment> source in (_copy.Users[id].LicenseAssignmentStates ?? []).GroupBy(static state => state.AssignedByGroup))
            {
                GraphAssignment[] applied = [.. source.Where(static state => state.IsApplied).DistinctBy(static state => state.SkuId)];
                LicenseSet gives = SetOf(applied.Select(static state => new GraphLicense(state.SkuId, state.DisabledPlans)));
                if (source.Key is not { } group)
                {
                    Dictionary<int, DateTimeOffset> at = applied.ToDictionary(state => IndexOf(state.SkuId), static state => state.LastUpdatedDateTime ?? default);
                    if (!gives.IsEmpty)
                    {
                        yield return new Change.DirectSet([index], LicenseSet.Empty, gives, gives.Items.Select(one => at[one.Sku]).ToValueArray());
                    }

                    continue;
                }

                DateTimeOffset updated = source.Max(static state => state.LastUpdatedDateTime) ?? default;
                SkuError[] errors = [.. source.Where(static state => !state.IsGood).DistinctBy(static state => state.SkuId)
                    .Select(state => new SkuError(IndexOf(state.SkuId), ErrorOf(state))).OrderBy(static error => error.Sku)];

                // Who waits longest is not told; since when a source is as it is comes nearest.
                Trouble? trouble = errors.Length == 0 ? null : new Trouble(new WaitingSince(1, updated), ValueArray.Own(errors));
                if (!gives.IsEmpty || trouble is not null)
                {
                    yield return new Change.SourceSet(_groups[group], [index], gives, trouble, updated);
                }
            }
        }
    }

    private IEnumerable<Change> Machines()
    {
        List<ProvisioningPolicy> policies = [];
        foreach (GraphPolicy policy in _copy.Policies)
        {
            if (_policies.TryAdd(policy.Id, policies.Count))
            {
                policies.Add(CopiedPolicy.Of(policy, _catalog, _groups));
                yield return new Change.PolicySet(policies.Count - 1, policies[^1]);
            }
        }

        Dictionary<int, HashSet<int>> used = [];
        List<CloudPc> machines = [];
        foreach (GraphCloudPc machine in _copy.CloudPcs)
        {
            if (CopiedCloudPc.Of(machine, _catalog, _names, _ids, _policies, policies) is { } row)
            {
                machines.Add(row);
                if (row is { Policy: >= 0, IsShared: false })
                {
                    (used.TryGetValue(row.User, out HashSet<int>? some) ? some : used[row.User] = []).Add(row.Policy);
                }
            }
        }

        foreach (Change change in CopiedPolicy.Coverages(policies, _copy, _groups, _users, used))
        {
            yield return change;
        }

        for (int i = 0; i < machines.Count; i++)
        {
            yield return new Change.CloudPcSet(i, machines[i], new CloudPcStep(machines[i].ModifiedAt, CloudPcReason.ConditionsMet, null));
        }

        // Graph's restore points have ids of Graph's making, as what an expired subscription leaves has; those of the simulator have its own (B536).
        Dictionary<Guid, CloudPc> byId = machines.ToDictionary(static one => one.Id);
        foreach (GraphSnapshot snapshot in _copy.Snapshots)
        {
            if (snapshot is { IsReady: true, CloudPcId: { } of, CreatedDateTime: { } at } && byId.GetValueOrDefault(of) is { User: >= 0 } machine)
            {
                yield return new Change.SnapshotRetained(new RetentionSnapshot(snapshot.Id, of, machine.User, machine.Plan, machine.Origin?.RegionName, at));
            }
        }
    }

    private LicenseSet SetOf(IEnumerable<GraphLicense> licenses) => LicenseSet.Of(licenses.DistinctBy(static one => one.SkuId)
        .Select(one => new License(IndexOf(one.SkuId), (one.DisabledPlans ?? []).Select(PlanOf).Distinct().Order().ToValueArray())));

    private int IndexOf(Guid sku) => _catalog.TryGetSku(sku, out Sku? found) ? found.Index : throw new InvalidOperationException($"The catalog of the copy lacks {sku}.");

    private int PlanOf(Guid plan) => _catalog.TryGetPlan(plan, out ServicePlan? found) ? found.Index : throw new InvalidOperationException($"The catalog of the copy lacks {plan}.");

    private static LicenseError ErrorOf(GraphAssignment state) =>
        Enum.TryParse(state.Error, ignoreCase: true, out LicenseError error) && Enum.IsDefined(error) && error != LicenseError.None ? error : LicenseError.Other;
}
