using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;

namespace Berth.Engine.Frontline;

/// <summary>The storages of users of shared Cloud PCs while a command is decided (B430 to B433).</summary>
/// <param name="draft">The tenant in the making.</param>
/// <param name="version">The version that the command makes.</param>
internal sealed class StorageKeeping(Draft draft, long version)
{
    /// <summary>Pools come with the assignments of a policy that keeps something, and go with them (B430, B433).</summary>
    public void Follow(ProvisioningPolicy before, ProvisioningPolicy after)
    {
        HashSet<Guid> were = [.. before.Assignments.Select(one => one.Key).OfType<Guid>()], are = [.. after.Assignments.Select(one => one.Key).OfType<Guid>()];
        foreach (Guid gone in were.Except(are).Where(draft.Storages.Pools.ContainsKey).Order().ToArray())
        {
            if (draft.Storages.Pools[gone].Storages is { IsEmpty: false } kept)
            {
                draft.Record(new Change.StoragesDeleted(gone, [.. kept.Keys]));
            }

            draft.Record(new Change.StorageTermsSet(gone, null));
        }

        if (after is { ProvisioningType: ProvisioningType.SharedByEntraGroup, Persistence: { Enabled: true } terms })
        {
            foreach (Guid came in are.Except(were).Order())
            {
                draft.Record(new Change.StorageTermsSet(came, new StorageTerms(terms.SizeGB, null)));
            }
        }
    }

    /// <summary>A session of a user begins: the storage is attached, or made when there is room (B431).</summary>
    public void Attach(Guid assignment, int user, DateTimeOffset now)
    {
        if (!draft.Storages.Pools.TryGetValue(assignment, out StoragePool? pool))
        {
            return;
        }

        if (pool.Storages.TryGetValue(user, out UserStorage? own))
        {
            draft.Record(new Change.StorageAttached(assignment, user, own with { AttachedAt = now }));
        }
        else if (pool.UsedGB + pool.Terms.SizeGB <= Capacity(assignment))
        {
            draft.Record(new Change.StorageAttached(assignment, user, new UserStorage(IdsByName.Of(assignment, $"storage/{user}/{version}"), now)));
        }
    }

    /// <summary>What the storages of an assignment take more than a number of Cloud PCs have, in GB; null when they do not (B433).</summary>
    public long? Missing(Guid assignment, int cloudPcs) =>
        draft.Storages.Pools.TryGetValue(assignment, out StoragePool? pool) && pool.UsedGB - (Disk(assignment) * cloudPcs) is > 0 and long missing ? missing : null;

    /// <summary>Whether a user has a session on a Cloud PC of an assignment.</summary>
    public bool IsConnected(Guid assignment, int user)
    {
        foreach (Guid id in draft.Fleet.SessionsOf(user).Span)
        {
            if (draft.Fleet.CloudPc(draft.Fleet.Sessions[id].CloudPc) is { IsShared: true } row && row.Assignment == assignment)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Deletes what was attached longest ago where a pool has been exceeded for too long (B432).</summary>
    public void BecomeDue(DateTimeOffset now)
    {
        foreach (Guid assignment in draft.Storages.DueAt(now).ToArray())
        {
            StoragePool pool = draft.Storages.Pools[assignment];
            long over = pool.UsedGB - Capacity(assignment), most = (over + pool.Terms.SizeGB - 1) / pool.Terms.SizeGB;
            int[] oldest =
            [
                .. pool.Storages.Where(one => !IsConnected(assignment, one.Key)).OrderBy(one => one.Value.AttachedAt).ThenBy(one => IdOf(one.Key))
                    .Take((int)Math.Min(most, pool.Storages.Count)).Select(one => one.Key).Order(),
            ];
            if (oldest.Length > 0)
            {
                draft.Record(new Change.StoragesDeleted(assignment, [.. oldest]));
            }

            // The settling begins anew when that was not enough.
            draft.Record(new Change.StorageTermsSet(assignment, pool.Terms with { ExceededSince = null }));
        }
    }

    /// <summary>Follows what a settling left: pools are exceeded, or are no more (B432).</summary>
    public void Settle(DateTimeOffset now)
    {
        if (draft.Storages.Pools.IsEmpty)
        {
            return;
        }

        SortedSet<Guid> stirred = [.. draft.Fleet.TakeShifted(), .. draft.Frontline.TakeStirred()];
        foreach (Guid assignment in stirred)
        {
            if (draft.Storages.Pools.TryGetValue(assignment, out StoragePool? pool))
            {
                StorageTerms after = pool.Terms with { ExceededSince = pool.UsedGB > Capacity(assignment) ? pool.Terms.ExceededSince ?? now : null };
                if (after != pool.Terms)
                {
                    draft.Record(new Change.StorageTermsSet(assignment, after));
                }
            }
        }
    }

    private long Capacity(Guid assignment) => Disk(assignment) * draft.Fleet.UseOf(assignment).Provisioned;

    private long Disk(Guid assignment) => draft.Catalog.CloudPcPlanOf(draft.Fleet.FindAssignment(assignment)!.Assignment.Plan!.Value)!.Size.Disk;

    private Guid IdOf(int user) => draft.User(user)?.Id ?? draft.Deleted.Users[user].User.Id;
}
