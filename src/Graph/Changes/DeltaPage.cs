using Berth.Engine;
using Berth.Engine.Collections;
using Berth.Graph.Audit;
using Berth.Graph.Queries;
using Berth.Graph.Reads;
using Berth.Ledger;

namespace Berth.Graph.Changes;

/// <summary>One end of a relation that changed, as it is now.</summary>
/// <param name="Type">The type on the wire.</param>
/// <param name="Id">The id.</param>
/// <param name="IsRemoved">Whether it is not related any more.</param>
internal readonly record struct DeltaLink(string Type, Guid Id, bool IsRemoved);

/// <summary>One object on a page.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Row">What it is now; null when it is gone.</param>
/// <param name="Changed">The followed properties that changed.</param>
/// <param name="Links">For each relation of the set what of it stands on this page; null for none.</param>
internal sealed record DeltaItem<TRow>(Guid Id, TRow? Row, UInt128 Changed, List<DeltaLink>?[] Links)
    where TRow : struct, IRow
{
    /// <summary>Whether what is gone lies in deleted items (L161, B146).</summary>
    public bool CanBeRestored { get; init; }
}

/// <summary>A page of a round.</summary>
/// <param name="Items">What stands on it.</param>
/// <param name="Next">Where the next one goes on; null when the round ends here.</param>
internal sealed record DeltaPage<TRow>(IReadOnlyList<DeltaItem<TRow>> Items, DeltaPlace? Next)
    where TRow : struct, IRow;

/// <summary>Makes pages: of everything there is, and of what changed between two versions. What is shown is always the state of now (B184).</summary>
internal static class DeltaPages
{
    /// <summary>Where the first page of a first round begins.</summary>
    public static DeltaPlace Start { get; } = new(0, 0, 0, -1);

    /// <summary>A page of everything: the objects in order of their index, each with its relations, repeated while those do not fit on one page.</summary>
    public static DeltaPage<TRow> List<TRow>(DeltaSet<TRow> set, DeltaSelection<TRow> selection, ValueArray<Guid> ids, Tenant tenant, DeltaPlace from, int size)
        where TRow : struct, IRow
    {
        List<DeltaItem<TRow>> items = [];
        int room = size * GraphLimits.DeltaRelatedPerObject;
        foreach (int index in Indexes(set, ids, tenant, from.First))
        {
            if (set.At(tenant, index) is not { } row)
            {
                continue;
            }

            if (items.Count == size || room == 0)
            {
                return new DeltaPage<TRow>(items, new DeltaPlace(0, index, 0, -1));
            }

            DeltaItem<TRow> item = new(set.IdOf(row), row, UInt128.Zero, new List<DeltaLink>?[set.Relations.Length]);
            items.Add(item);
            int first = index == from.First ? from.Relation : 0, after = index == from.First ? from.After : -1;
            for (int relation = first; relation < set.Relations.Length; relation++, after = -1)
            {
                if (!selection.Relations[relation])
                {
                    continue;
                }

                foreach (FarEnd related in set.Relations[relation].From(row, after))
                {
                    if (room-- == 0)
                    {
                        return new DeltaPage<TRow>(items, new DeltaPlace(0, index, relation, after));
                    }

                    (item.Links[relation] ??= []).Add(new DeltaLink(related.Type, related.Id, false));
                    after = related.Position;
                }
            }
        }

        return new DeltaPage<TRow>(items, null);
    }

    /// <summary>
    /// A page of what changed up to a version, in the order in which it happened: so an id that was given again is removed before it comes. What changed
    /// often stands on a page once.
    /// </summary>
    public static async ValueTask<DeltaPage<TRow>> ChangedAsync<TRow>(
        DeltaSet<TRow> set, DeltaSelection<TRow> selection, ValueArray<Guid> ids, TenantDesk desk, Tenant tenant, long until, DeltaPlace from, int size, CancellationToken cancel)
        where TRow : struct, IRow
    {
        Gathering<TRow> gathering = new(set, selection, ids, tenant, size);
        DeltaPlace? next = null;
        int entries = 0;
        await foreach (TenantEvent happened in RecentEvents.Of(desk).ReadOnAsync(desk, from.Sequence, until, cancel).ConfigureAwait(false))
        {
            if (++entries > GraphLimits.DeltaScanEntries)
            {
                next = new DeltaPlace(happened.Sequence - 1, 0, 0, 0);
                break;
            }

            foreach ((int number, Touch touch) in new EventTouches(happened).From(happened.Sequence == from.Sequence + 1 ? from.First : 0))
            {
                if (!gathering.Take(touch))
                {
                    next = new DeltaPlace(happened.Sequence - 1, number, 0, 0);
                    break;
                }
            }

            if (next is not null)
            {
                break;
            }
        }

        if (gathering.IsNameless)
        {
            await DepartedUsers.Of(desk).SearchAsync(desk, from.Sequence + 1, cancel).ConfigureAwait(false);
        }

        return new DeltaPage<TRow>([.. gathering.Items(DepartedUsers.Of(desk))], next);
    }

    private static IEnumerable<int> Indexes<TRow>(DeltaSet<TRow> set, ValueArray<Guid> ids, Tenant tenant, int from)
        where TRow : struct, IRow => ids.Count == 0
            ? Enumerable.Range(from, Math.Max(0, set.End(tenant) - from))
            : ids.Select(id => set.Find(tenant, id)).Where(index => index >= from).Order();

    /// <summary>Gathers touches into objects until a page is full.</summary>
    private sealed class Gathering<TRow>(DeltaSet<TRow> set, DeltaSelection<TRow> selection, ValueArray<Guid> ids, Tenant tenant, int size)
        where TRow : struct, IRow
    {
        private readonly Dictionary<int, Gathered> _byIndex = [];
        private readonly List<Gathered> _inOrder = [];
        private readonly int _mostRelated = size * GraphLimits.DeltaRelatedPerObject;
        private int _related;
        private int _looked;

        /// <summary>Whether the id of somebody who is gone has to be searched for.</summary>
        public bool IsNameless { get; private set; }

        /// <summary>Takes a touch; false when the page has no room for it and the next one begins with it.</summary>
        public bool Take(Touch touch)
        {
            if (_looked++ == GraphLimits.DeltaScanTouches)
            {
                return false;
            }

            DeltaEffect effect = set.EffectOf(touch);
            return effect == DeltaEffect.None || Take(touch, effect);
        }

        /// <summary>What was gathered, as it is now.</summary>
        public IEnumerable<DeltaItem<TRow>> Items(DepartedUsers departed)
        {
            foreach (Gathered one in _inOrder)
            {
                if (one.Row is { } row)
                {
                    yield return new DeltaItem<TRow>(set.IdOf(row), row, one.Changed, [.. Enumerable.Range(0, set.Relations.Length).Select(i => Links(row, i, one, departed))]);
                }
                else if ((one.IdOfGone ?? departed[one.Index]?.Id) is { } id && (ids.Count == 0 || ids.Contains(id)))
                {
                    yield return new DeltaItem<TRow>(id, null, UInt128.Zero, new List<DeltaLink>?[set.Relations.Length]) { CanBeRestored = tenant.Deleted.Contains(id) };
                }
            }
        }

        private bool Take(Touch touch, DeltaEffect effect)
        {
            bool known = _byIndex.TryGetValue(touch.Subject, out Gathered? before);
            Gathered gathered = before ?? new Gathered(touch.Subject, set.At(tenant, touch.Subject));
            if (gathered.Row is { } present && ids.Count > 0 && !ids.Contains(set.IdOf(present)))
            {
                return true;
            }

            UInt128 changed = gathered.Row is not { } row ? UInt128.Zero : effect switch
            {
                DeltaEffect.Everything => selection.All,
                DeltaEffect.Licenses => selection.Licenses,
                DeltaEffect.Properties => Differences(row, touch, gathered.Changed),
                DeltaEffect.Relation or DeltaEffect.None => UInt128.Zero,
            };
            bool isGone = gathered.Row is null && effect == DeltaEffect.Everything;
            (int Relation, int Index, bool OfGroup) related = (set.RelationOf(touch), touch.Related, touch.OfGroup);
            bool isRelated = gathered.Row is not null && effect == DeltaEffect.Relation && selection.Relations[related.Relation] && !gathered.Related.Contains(related);
            bool isThere = gathered.Row is not null && effect == DeltaEffect.Everything;
            if (!isGone && !isThere && !isRelated && changed == UInt128.Zero)
            {
                return true;
            }

            if ((!known && _inOrder.Count == size) || (isRelated && _related == _mostRelated))
            {
                return false;
            }

            if (!known)
            {
                _byIndex.Add(touch.Subject, gathered);
                _inOrder.Add(gathered);
            }

            gathered.Changed |= changed;
            if (isRelated)
            {
                _related++;
                gathered.Related.Add(related);
                IsNameless |= !touch.OfGroup && !tenant.TryGetUser(touch.Related, out _);
            }

            if (isGone)
            {
                gathered.IdOfGone ??= set.IdOfGone(tenant, touch.Subject, touch);
                IsNameless |= gathered.IdOfGone is null;
            }

            return true;
        }

        private UInt128 Differences(TRow row, Touch touch, UInt128 known)
        {
            (TRow was, TRow now) = set.Sides(row, touch);
            return selection.Differences(was, now, known);
        }

        private List<DeltaLink>? Links(TRow row, int relation, Gathered gathered, DepartedUsers departed)
        {
            List<DeltaLink>? links = null;
            foreach ((int _, int index, bool ofGroup) in gathered.Related.Where(one => one.Relation == relation))
            {
                (string type, Guid? id) = ofGroup
                    ? ("#microsoft.graph.group", tenant.Groups[index].Id)
                    : ("#microsoft.graph.user", UserReads.At(tenant, index)?.User.Id ?? departed[index]?.Id);
                if (id is { } known)
                {
                    (links ??= []).Add(new DeltaLink(type, known, !set.Relations[relation].Has(row, index, ofGroup)));
                }
            }

            return links;
        }

        private sealed class Gathered(int index, TRow? row)
        {
            public int Index { get; } = index;

            public TRow? Row { get; } = row;

            public UInt128 Changed { get; set; }

            /// <summary>Whose relation to this object changed, once each, in the order in which they were met.</summary>
            public HashSet<(int Relation, int Index, bool OfGroup)> Related { get; } = [];

            public Guid? IdOfGone { get; set; }
        }
    }
}
