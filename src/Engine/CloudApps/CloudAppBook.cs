using System.Collections.Immutable;

namespace Berth.Engine.CloudApps;

/// <summary>The cloud apps of a tenant. An immutable value; an index of an app is never reused.</summary>
public sealed class CloudAppBook
{
    private ImmutableDictionary<Guid, int> _byId = ImmutableDictionary<Guid, int>.Empty;
    private ImmutableDictionary<int, ImmutableSortedSet<int>> _ofPolicies = ImmutableDictionary<int, ImmutableSortedSet<int>>.Empty;
    private ImmutableSortedSet<(DateTimeOffset At, int Index)> _dues = ImmutableSortedSet<(DateTimeOffset At, int Index)>.Empty;

    private CloudAppBook()
    {
    }

    private CloudAppBook(CloudAppBook before) =>
        (Apps, NextApp, Awaiting, _byId, _ofPolicies, _dues) = (before.Apps, before.NextApp, before.Awaiting, before._byId, before._ofPolicies, before._dues);

    /// <summary>No apps.</summary>
    public static CloudAppBook Empty { get; } = new();

    /// <summary>The apps by index: in the order in which they came.</summary>
    public ImmutableSortedDictionary<int, CloudApp> Apps { get; private init; } = ImmutableSortedDictionary<int, CloudApp>.Empty;

    /// <summary>The index that the next app gets.</summary>
    public int NextApp { get; private init; }

    /// <summary>The indexes of those that wait for a machine (B470).</summary>
    public ImmutableSortedSet<int> Awaiting { get; private init; } = ImmutableSortedSet<int>.Empty;

    /// <summary>When the status of an app next changes; null for never.</summary>
    public DateTimeOffset? DueAt => _dues.IsEmpty ? null : _dues.Min.At;

    /// <summary>The index of the app with an id, or -1.</summary>
    public int Find(Guid id) => _byId.GetValueOrDefault(id, -1);

    /// <summary>The indexes of the apps of a policy, ascending.</summary>
    public ImmutableSortedSet<int> OfPolicy(int policy) => _ofPolicies.GetValueOrDefault(policy, ImmutableSortedSet<int>.Empty);

    /// <summary>The indexes of the apps whose time has come, ascending.</summary>
    internal int[] DueBy(DateTimeOffset now) => [.. _dues.TakeWhile(one => one.At <= now).Select(one => one.Index).Order()];

    internal CloudAppBook With(int index, CloudApp app)
    {
        CloudApp? before = Apps.GetValueOrDefault(index);
        ImmutableSortedSet<(DateTimeOffset At, int Index)> dues = before?.DueAt is { } was ? _dues.Remove((was, index)) : _dues;
        return new(this)
        {
            Apps = Apps.SetItem(index, app),
            NextApp = Math.Max(NextApp, index + 1),
            Awaiting = app.AwaitsMachine ? Awaiting.Add(index) : Awaiting.Remove(index),
            _byId = _byId.SetItem(app.Id, index),
            _ofPolicies = _ofPolicies.SetItem(app.Policy, OfPolicy(app.Policy).Add(index)),
            _dues = app.DueAt is { } due ? dues.Add((due, index)) : dues,
        };
    }

    internal CloudAppBook Without(int index)
    {
        if (!Apps.TryGetValue(index, out CloudApp? gone))
        {
            return new(this) { NextApp = Math.Max(NextApp, index + 1) };
        }

        ImmutableSortedSet<int> others = OfPolicy(gone.Policy).Remove(index);
        return new(this)
        {
            Apps = Apps.Remove(index),
            Awaiting = Awaiting.Remove(index),
            _byId = _byId.Remove(gone.Id),
            _ofPolicies = others.IsEmpty ? _ofPolicies.Remove(gone.Policy) : _ofPolicies.SetItem(gone.Policy, others),
            _dues = gone.DueAt is { } due ? _dues.Remove((due, index)) : _dues,
        };
    }

    /// <summary>The book as changes from nothing: its part of a tenant's description.</summary>
    internal IEnumerable<Change> Describe()
    {
        int next = 0;
        foreach ((int index, CloudApp app) in Apps)
        {
            next = index + 1;
            yield return new Change.CloudAppSet(index, app);
        }

        if (NextApp > next)
        {
            yield return new Change.CloudAppGone(NextApp - 1);
        }
    }
}
