using System.Runtime.CompilerServices;
using Berth.Engine;
using Berth.Engine.Directory;
using Berth.Ledger;

namespace Berth.Graph.Audit;

/// <summary>
/// The names of deleted users of a tenant, for entries of the journal that name them by index alone. They are read from the journal
/// when they are needed and kept, so that a stretch of it is searched once.
/// </summary>
internal sealed class DepartedUsers : IDisposable
{
    private static readonly ConditionalWeakTable<TenantDesk, DepartedUsers> ByDesk = [];

    private readonly SemaphoreSlim _searching = new(1, 1);
    private Known _known = new([], long.MaxValue, 0);

    /// <summary>What is known about the users of a tenant.</summary>
    public static DepartedUsers Of(TenantDesk desk) => ByDesk.GetOrAdd(desk, static _ => new DepartedUsers());

    /// <summary>The deleted user that had an index, or null when that is not known.</summary>
    public User? this[int index] => Volatile.Read(ref _known).Users.GetValueOrDefault(index);

    /// <summary>Who has or had an index, as far as anybody knows: now, in deleted items, or gone for good; null when that is not known.</summary>
    public User? Whoever(Tenant tenant, int index) => (tenant.TryGetUser(index, out User? known) ? known : null)
        ?? (tenant.Deleted.Users.TryGetValue(index, out DeletedUser? item) ? item.User : null)
        ?? this[index];

    /// <summary>Knows every user who was deleted at or after an entry of the journal.</summary>
    public async ValueTask SearchAsync(TenantDesk desk, long sequence, CancellationToken cancel)
    {
        await _searching.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            Known known = _known;
            long newest = desk.Current.Version;
            if (known.Newest >= newest && known.Oldest <= sequence)
            {
                return;
            }

            Dictionary<int, User> users = new(known.Users);
            await CollectAsync(desk, checked(newest + 1), Math.Max(known.Newest + 1, sequence), users, cancel).ConfigureAwait(false);
            if (known.Newest > 0)
            {
                await CollectAsync(desk, known.Oldest, sequence, users, cancel).ConfigureAwait(false);
            }

            Volatile.Write(ref _known, new Known(users, Math.Min(known.Oldest, sequence), newest));
        }
        finally
        {
            _searching.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _searching.Dispose();

    private static async Task CollectAsync(TenantDesk desk, long below, long downTo, Dictionary<int, User> users, CancellationToken cancel)
    {
        if (below <= downTo)
        {
            return;
        }

        await foreach (TenantEvent happened in desk.ReadBackAsync(below, cancel).ConfigureAwait(false))
        {
            if (happened.Sequence < downTo)
            {
                return;
            }

            foreach (Change.UserWas was in happened.Changes.OfType<Change.UserWas>())
            {
                users.TryAdd(was.User, was.Was);
            }
        }
    }

    private sealed record Known(Dictionary<int, User> Users, long Oldest, long Newest);
}
