using Berth.Engine.Collections;
using Berth.Engine.Frontline;

namespace Berth.Engine;

/// <content>Storages of users of shared Cloud PCs, as far as somebody deletes them (B434).</content>
internal sealed partial class Decider
{
    private readonly StorageKeeping _storages;

    // All of them, or none.
    private Refusal? DeleteUserStorages(Command.DeleteUserStorages delete)
    {
        if (!_draft.Storages.Pools.TryGetValue(delete.AssignmentId, out StoragePool? pool))
        {
            return new Refusal(RefusalCode.AssignmentNotFound) { Subject = delete.AssignmentId };
        }

        Dictionary<Guid, int> users = pool.Storages.ToDictionary(one => one.Value.Id, one => one.Key);
        foreach (Guid id in delete.StorageIds)
        {
            if (!users.TryGetValue(id, out int user))
            {
                return new Refusal(RefusalCode.StorageNotFound) { Subject = id };
            }

            if (_storages.IsConnected(delete.AssignmentId, user))
            {
                return new Refusal(RefusalCode.StorageInUse) { Subject = id };
            }
        }

        if (delete.StorageIds.Count > 0)
        {
            _draft.Record(new Change.StoragesDeleted(delete.AssignmentId, delete.StorageIds.Select(id => users[id]).Distinct().Order().ToValueArray()));
        }

        return null;
    }
}
