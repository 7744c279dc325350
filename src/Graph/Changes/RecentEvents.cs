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

    /// <summary>The events above a sequence number and up to another, in the order in which they happened.</summary>
    public async IAsyncEnumerable<TenantEvent> ReadOnAsync(TenantDesk desk, long above, long upTo, [EnumeratorCancellation] CancellationToken cancel)
    {
        int most = StretchEvents;
        for (long next = above + 1; next <= upTo;)
        {
            if (Find(next) is { } known)
            {
                next++;
                yield return known;
                continue;
            }

            long last = next;
            while (last < upTo && last - next + 1 < most && !Knows(last + 1))
            {
                last++;
            }

            if (await StretchAsync(desk, next - 1, last, cancel).ConfigureAwait(false) is not { } stretch)
            {
                // Heavy entries: fewer of them at once.
                most = Math.Max(1, (int)(last - next + 1) / 4);
                continue;
            }

            most = Math.Min(StretchEvents, most * 2);
            next = last + 1;
            for (int i = stretch.Count - 1; i >= 0; i--)
            {
                yield return stretch[i];
            }
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

    // A stretch of the journal, newest first; null when it weighs too much to be held at once.
    private async ValueTask<List<TenantEvent>?> StretchAsync(TenantDesk desk, long above, long last, CancellationToken cancel)
    {
        List<TenantEvent> stretch = [];
        long weight = 0;
        await foreach (TenantEvent happened in desk.ReadBackAsync(last + 1, above, cancel).ConfigureAwait(false))
        {
            weight += WeightOf(happened);
            if (weight > MostWeight && last - above > 1)
            {
                return null;
            }

            stretch.Add(happened);
        }

        if (stretch.Count != last - above)
        {
            throw new InvalidOperationException($"The journal has {stretch.Count} of the entries {above + 1} to {last}.");
        }

        stretch.ForEach(Put);
        return stretch;
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
