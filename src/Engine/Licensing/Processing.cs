using Berth.Engine.Collections;

namespace Berth.Engine.Licensing;

/// <summary>
/// Carries evaluations out for one command: first the pairs the command touches, then the retry. Retry in mode fair must end
/// as if every pair in error were evaluated again and again from the earliest; it looks only at pairs whose outcome or shown
/// code can differ: pairs of users whose licenses changed, and pairs that wait for a SKU whose seats ran out or came back.
/// </summary>
internal sealed class Processing
{
    private readonly Tenant _before;
    private readonly Draft _draft;
    private DateTimeOffset _now;
    private Retries? _retries;

    // The user whose reprocess is under way.
    private int _explained = -1;

    // Answers to one question about a group, asked of one user after the other; the question changes when seats turn.
    private RecentLicenses<string>? _answers;
    private (int Group, bool Member, int Turns) _asked = (-1, false, 0);
    private int _turns;

    public Processing(Tenant before, Draft draft, DateTimeOffset now)
    {
        _before = before;
        _draft = draft;
        _now = now;
        draft.SeatsTurned = SeatsTurned;
    }

    // Asked each time: a command can switch the mode, and then already works in the new one.
    private bool Fair => _draft.Settings.Retry == RetryMode.Fair;

    /// <summary>Whether any evaluation so far ended in error.</summary>
    public bool AnyTrouble { get; private set; }

    private long Sequence => _before.Version + 1;

    /// <summary>The tenant's time at which pairs are evaluated.</summary>
    public DateTimeOffset Now
    {
        get => _now;
        set
        {
            _now = value;
            _asked = (-1, false, 0);
        }
    }

    /// <summary>Evaluates a pair.</summary>
    /// <returns>Whether it succeeded, or at least changed what is in force (mode independent).</returns>
    public bool Evaluate(int user, int group) => Evaluate(user, group, _draft.IsMember(user, group));

    private bool Evaluate(int user, int group, bool member)
    {
        bool moved = EvaluateOnce(user, group, member);
        if (user == _explained)
        {
            Retried.Found[group] = Explain(user, group);
        }

        return moved;
    }

    private bool EvaluateOnce(int user, int group, bool member)
    {
        UserLicenses licenses = _draft.Licenses(user);
        LicenseSet wanted = member ? _draft.Group(group).Licenses : LicenseSet.Empty;
        GroupSource? source = licenses.Source(group);
        if (source is null && wanted.IsEmpty)
        {
            return true;
        }

        // Only plans that some country lacks make it matter where the user lives.
        string country = wanted.For(_draft.Catalog).HasRegional ? _draft.Country(user) : "";
        if (_asked != (group, member, _turns))
        {
            _asked = (group, member, _turns);
            _answers?.Clear();
        }
        else if (_answers?.Find(licenses, country) is { } answer)
        {
            // The same question with the same answer as for a user before: groups of a million ask it a million times.
            _draft.SetLicenses(user, answer);
            return true;
        }

        int turns = _turns;
        LicenseSet applied = source?.Applied ?? LicenseSet.Empty;
        Outcome outcome = new GroupEvaluation(_draft.Catalog, _draft.Seats, licenses, group, wanted, country).Evaluate(_draft.Settings.GroupAtomicity);
        Trouble? trouble = outcome.Errors.Count == 0
            ? null
            : new Trouble(source?.Trouble?.Since ?? new WaitingSince(Sequence, _now), outcome.Errors);
        bool moved = !outcome.Applied.Equals(applied);
        if (moved || trouble != source?.Trouble)
        {
            bool gone = outcome.Applied.IsEmpty && trouble is null;
            UserLicenses after = licenses.WithGroup(group, gone ? null : new GroupSource(group, outcome.Applied, trouble, _now));
            _draft.SetLicenses(user, after);
            if (trouble is null && turns == _turns && IsUntroubled(licenses))
            {
                (_answers ??= new RecentLicenses<string>()).Keep(licenses, country, after);
            }
        }

        AnyTrouble |= trouble is not null;
        if (Fair)
        {
            if (trouble is not null)
            {
                WaitingPair pair = Key(user, group, trouble);
                foreach (SkuError error in trouble.Errors)
                {
                    FailedFor(error.Sku).Add(pair);
                }
            }

            if (moved)
            {
                // This pair too, when it got only part of what it wants: what it gave up itself can change the code it shows (B32).
                Disturb(user);
            }
        }

        return trouble is null || moved;
    }

    /// <summary>What a user has or where the user lives changed: the user's pairs in error may come out differently.</summary>
    public void Disturb(int user)
    {
        if (Fair)
        {
            foreach (ref readonly GroupSource source in _draft.Licenses(user).Groups.Span)
            {
                if (source.Trouble is { } trouble)
                {
                    Retried.Again.Add(Key(user, source.Group, trouble));
                }
            }
        }
    }

    /// <summary>Rules or settings changed: every pair in error may come out differently.</summary>
    public void DisturbEverybody()
    {
        if (Fair)
        {
            Retried.Again.UnionWith(_before.Troubled);
        }
    }

    /// <summary>Evaluates those who have just joined a group.</summary>
    public void Welcome(int group, int[] users)
    {
        if (!_draft.Group(group).Licenses.IsEmpty)
        {
            // A pair held from an earlier membership is evaluated as well: it exists only while something is owed (L72).
            EvaluateMembers(group, users, areMembers: false);
            return;
        }

        foreach (int user in users)
        {
            if (_draft.Licenses(user).Source(group) is not null)
            {
                Evaluate(user, group);
            }
        }
    }

    /// <summary>Evaluates members of a group in order: who waits already first, earliest first, then by user id.</summary>
    /// <param name="group">The group.</param>
    /// <param name="members">Users who are members, or are held still.</param>
    /// <param name="areMembers">Whether all of them are known to be members: to ask each costs as much as the rest.</param>
    public void EvaluateMembers(int group, int[] members, bool areMembers)
    {
        LicenseSet wanted = _draft.Group(group).Licenses;
        long free = long.MaxValue;
        foreach (License license in wanted.Items)
        {
            free = Math.Min(free, _draft.Seats.Free(license.Sku));
        }

        if (free < members.Length)
        {
            // Only scarce seats make the order matter.
            members = InOrder(group, members);
        }

        // Where seats are left when all have theirs, it matters to nobody who came before: who has what somebody had gets what somebody got.
        LicenseTurns? known = areMembers && free > members.Length && members.Length >= LicenseTurns.Worth ? new LicenseTurns() : null;
        for (int i = 0; i < members.Length; i++)
        {
            i += known is null ? 0 : _draft.SetLicenses(members.AsSpan(i), known);
            if (i < members.Length)
            {
                UserLicenses before = _draft.Licenses(members[i]);
                Evaluate(members[i], group, areMembers || _draft.IsMember(members[i], group));
                if (known is not null && _answers?.Find(before, "") is { } after)
                {
                    known.Keep(_draft.TurnOf(before, after));
                }
            }
        }
    }

    /// <summary>Evaluates every pair of a user again, those without error too (L67); from then on it is kept what each evaluation of this user finds.</summary>
    public void EvaluateAll(int user)
    {
        _explained = user;
        IEnumerable<int> groups = _draft.Licenses(user).Groups.Select(source => source.Group).Union(_draft.Memberships(user));
        foreach (int group in InOrder(user, groups))
        {
            Evaluate(user, group);
        }
    }

    /// <summary>What the last evaluation of a pair of the user who is reprocessed found (B36).</summary>
    public Refusal? Found(int group) => _retries?.Found.GetValueOrDefault(group);

    /// <summary>What stands in the way of a pair in error, looked at now; null when it is not in error or would succeed.</summary>
    public Refusal? Explain(int user, int group) => _draft.Licenses(user).Source(group)?.Trouble is null
        ? null
        : new GroupEvaluation(_draft.Catalog, _draft.Seats, _draft.Licenses(user), group, _draft.Wanted(user, group), _draft.Country(user))
            .FirstViolation(_draft.Settings.GroupAtomicity);

    /// <summary>
    /// Mode strict, after a removal from a group (L65): the user's other pairs in error, earliest first, from the start after each success.
    /// </summary>
    /// <param name="user">The user.</param>
    /// <param name="left">The group the user left: its pair was just evaluated (B31).</param>
    public void RetryUser(int user, int left)
    {
        bool moved = true;
        while (moved)
        {
            moved = false;
            foreach (int group in InOrder(user, _draft.Licenses(user).Groups.Where(source => source.Trouble is not null && source.Group != left).Select(source => source.Group)))
            {
                if (Evaluate(user, group))
                {
                    moved = true;
                    break;
                }
            }
        }
    }

    /// <summary>The retry of mode fair; in mode strict nothing happens.</summary>
    public void Retry()
    {
        if (!Fair)
        {
            return;
        }

        for (int sku = 0; sku < _before.Parts.Waiting.Length; sku++)
        {
            if (_before.Parts.Waiting[sku].Count > 0)
            {
                Look(sku);
            }
        }

        while (Next() is { } pair)
        {
            Retried.Again.Remove(pair);
            if (pair.User < _draft.UserCount && _draft.User(pair.User) is not null
                && _draft.Licenses(pair.User).Source(pair.Group)?.Trouble?.Since == pair.Since)
            {
                Evaluate(pair.User, pair.Group);
            }
        }
    }

    private static bool IsUntroubled(UserLicenses licenses)
    {
        foreach (ref readonly GroupSource source in licenses.Groups.Span)
        {
            if (source.Trouble is not null)
            {
                return false;
            }
        }

        return true;
    }

    private static bool WasOpen(Tenant before, int sku) => before.FreeSeats(sku) >= 1;

    private List<WaitingPair> FailedFor(int sku)
    {
        if (!Retried.Failed.TryGetValue(sku, out List<WaitingPair>? pairs))
        {
            Retried.Failed.Add(sku, pairs = []);
        }

        return pairs;
    }

    private WaitingPair Key(int user, int group, Trouble trouble) =>
        new(trouble.Since, _draft.User(user)!.Id, _draft.Group(group).Id, user, group);

    private void SeatsTurned(int sku)
    {
        _turns++;
        if (!Fair)
        {
            return;
        }

        // Who failed since the last turn failed under the other answer.
        if (_retries is { } retries && retries.Failed.Remove(sku, out List<WaitingPair>? pairs))
        {
            Retried.Again.UnionWith(pairs);
        }

        Look(sku);
    }

    // Pairs that waited before the command were last evaluated under the answer that stood then.
    private void Look(int sku)
    {
        bool open = _draft.Seats.IsOpen(sku);
        if (open == WasOpen(_before, sku))
        {
            _retries?.Open.Remove(sku);
        }
        else if (open)
        {
            // A seat came back: the earliest that can use it takes it, so look at them one by one.
            IEnumerator<WaitingPair> waiting = _before.WaitingFor(sku).GetEnumerator();
            if (waiting.MoveNext())
            {
                Retried.Open[sku] = waiting;
            }
        }
        else if (Retried.Shut.Add(sku))
        {
            // The last seat went: nobody gains, but everybody shows it.
            Retried.Again.UnionWith(_before.WaitingFor(sku));
        }
    }

    private WaitingPair? Next()
    {
        if (_retries is null)
        {
            return null;
        }

        WaitingPair? next = Retried.Again.First;
        int from = -1;
        foreach ((int sku, IEnumerator<WaitingPair> waiting) in Retried.Open)
        {
            if (next is not { } earliest || waiting.Current < earliest)
            {
                next = waiting.Current;
                from = sku;
            }
        }

        if (from >= 0 && !Retried.Open[from].MoveNext())
        {
            Retried.Open.Remove(from);
        }

        return next;
    }

    /// <summary>Members of a group in order: who waits already first, earliest first, then by user id (B22).</summary>
    public int[] InOrder(int group, int[] members)
    {
        WaitingSince now = new(Sequence, _now);
        WaitingPair[] keys = new WaitingPair[members.Length];
        for (int i = 0; i < members.Length; i++)
        {
            WaitingSince since = _draft.Licenses(members[i]).Source(group)?.Trouble?.Since ?? now;
            keys[i] = new WaitingPair(since, _draft.User(members[i])!.Id, Guid.Empty, members[i], group);
        }

        Array.Sort(keys);
        return [.. keys.Select(key => key.User)];
    }

    private int[] InOrder(int user, IEnumerable<int> groups) =>
        [.. groups.OrderBy(group => _draft.Licenses(user).Source(group)?.Trouble?.Since ?? new WaitingSince(Sequence, _now))
            .ThenBy(group => _draft.Group(group).Id)];

    private Retries Retried => _retries ??= new Retries();

    /// <summary>What is kept of a command after which pairs in error are to be looked at; most have none.</summary>
    private sealed class Retries
    {
        public PairQueue Again { get; } = new();

        public Dictionary<int, List<WaitingPair>> Failed { get; } = [];

        public Dictionary<int, IEnumerator<WaitingPair>> Open { get; } = [];

        public HashSet<int> Shut { get; } = [];

        // What the last evaluation of each pair in error found.
        public Dictionary<int, Refusal?> Found { get; } = [];
    }
}
