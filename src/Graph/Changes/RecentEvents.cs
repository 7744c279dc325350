using System.Runtime.CompilerServices;
using Berth.Engine;
using Berth.Ledger;

namespace Berth.Graph.Changes;

/// <summary>
/// Entries of a tenant's journal that were read not long ago, so that many followers near the tip, or many pages of one large entry, read and
/// decode it once. Bounded by what the entries weigh; what was not asked for longest goes first. For any number of threads.
/// </summary>
internal sealed class RecentEvents
{
    /// <summary>What all remembered entries weigh together: one index of a list weighs 1, which is four bytes.</summary>
    internal const int MostWeight = 4_000_000;

    private const int EntryWeight = 64;
    private const int UserWeight = 100;
    private const int StretchEvents = 64;

    private static readonly ConditionalWeakTable<TenantDesk, RecentEvents> ByDesk = [];

    private readonly Lock _lock = new();
    private readonly Dictionary<long, LinkedListNode<(TenantEvent Event, int Weight)>> _bySequence = [];
    private readonly LinkedList<(TenantEvent Event, int Weight)> _byUse = [];
    private int _weight;

    /// <summary>What is remembered of a tenant's journal.</summary>
    public static RecentEvents Of(TenantDesk desk) => ByDesk.GetOrAdd(desk, static _ => new RecentEvents());

    /// <summary>The events below a sequence number and above another, newest first.</summary>
    public async IAsyncEnumerable<TenantEvent> ReadBackAsync(TenantDesk desk, long below, long above, [EnumeratorCancellation] CancellationToken cancel)
    {
        for (long next = below - 1; next > above;)
        {
            if (Find(next) is { } known)
            {
                next--;
                yield return known;
                continue;
            }

            long last = next;
            while (last - 1 > above && next - last + 1 < StretchEvents && !Knows(last - 1))
            {
                last--;
            }

            await foreach (TenantEvent happened in desk.ReadBackAsync(next + 1, last - 1, cancel).ConfigureAwait(false))
            {
                Put(happened);
                yield return happened;
            }

            next = last - 1;
        }
    }

    /// <summary>What an event weighs. One that is heavier than <see cref="MostWeight"/> alone is not remembered.</summary>
    internal static int WeightOf(TenantEvent happened)
    {
        long weight = EntryWeight;
        foreach (Change change in happened.Changes.Span)
        {
            weight += change switch
            {
                Change.UsersSet set => (long)set.Users.Count * UserWeight,
                Change.MembersAdded added => added.Users.Count + added.Groups.Count,
                Change.MembersRemoved removed => removed.Users.Count + removed.Groups.Count,
                Change.DirectSet direct => direct.Users.Count,
                Change.SourceSet source => source.Users.Count,
                _ => EntryWeight,
            };
        }

        return (int)Math.Min(weight, int.MaxValue / 2);
    }

    private bool Knows(long sequence)
    {
        lock (_lock)
        {
            return _bySequence.ContainsKey(sequence);
        }
    }

    private TenantEvent? Find(long sequence)
    {
        lock (_lock)
        {
            if (!_bySequence.TryGetValue(sequence, out LinkedListNode<(TenantEvent Event, int Weight)>? node))
            {
                return null;
            }

            _byUse.Remove(node);
            _byUse.AddFirst(node);
            return node.Value.Event;
        }
    }

    private void Put(TenantEvent happened)
    {
        int weight = WeightOf(happened);
        if (weight > MostWeight)
        {
            return;
        }

        lock (_lock)
        {
            if (_bySequence.ContainsKey(happened.Sequence))
            {
                return;
            }

            _bySequence.Add(happened.Sequence, _byUse.AddFirst((happened, weight)));
            for (_weight += weight; _weight > MostWeight && _byUse.Last is { } oldest; _weight -= oldest.Value.Weight)
            {
                _byUse.RemoveLast();
                _bySequence.Remove(oldest.Value.Event.Sequence);
            }
        }
    }
}
