using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Licensing;

namespace Berth.Engine;

/// <content>Licenses of users, and what follows at once: seats, and whose Cloud PCs are to be looked at.</content>
internal sealed partial class Draft
{
    private readonly IndexRuns _touched = new();
    private PagedVector<UserLicenses>.Builder? _licenses;
    private RecentLicenses<(int Group, GroupSource? Source)>? _recent;
    private LicenseTurns? _licenseTurns;

    // Ways that users turned in the sweep that is under way.
    private List<LicenseTurn>? _swept;

    /// <summary>Called with a user and what the user had, before the licenses change.</summary>
    public Action<int, UserLicenses>? LicensesTurn { get; set; }

    /// <summary>Called with a SKU when it gets its first free seat or loses its last one.</summary>
    public Action<int>? SeatsTurned { get; set; }

    public UserLicenses Licenses(int user) => _licenses is { } licenses ? licenses[user] : _before.Parts.Licenses[user];

    /// <summary>Replaces the licenses of a user and counts the seats.</summary>
    public void SetLicenses(int user, UserLicenses after)
    {
        UserLicenses before = Licenses(user);
        if (ReferenceEquals(before, after))
        {
            return;
        }

        LicensesTurn?.Invoke(user, before);
        LicenseTurn turn = TurnOf(before, after);
        Touch(user, turn);
        Licensing[user] = after;
        CountSeats(turn, 1);
    }

    /// <summary>
    /// Replaces the licenses of users as long as it is known what becomes of what each has, and counts the seats of all of them together: of a million who have one of a few things each costs next to
    /// nothing.
    /// </summary>
    /// <param name="users">The users; ascending ones are quickest.</param>
    /// <param name="known">What becomes of what.</param>
    /// <returns>How many it was known of, from the first on.</returns>
    public int SetLicenses(ReadOnlySpan<int> users, LicenseTurns known)
    {
        if (!known.Any)
        {
            return 0;
        }

        PagedVector<UserLicenses>.Builder all = Licensing;
        List<LicenseTurn> swept = _swept ??= [];
        int done = 0;
        for (bool isKnown = true; isKnown && done < users.Length;)
        {
            int page = users[done] / PagedVector<UserLicenses>.PageSize, first = page * PagedVector<UserLicenses>.PageSize;
            Span<UserLicenses> licenses = all.PageToWrite(page);
            for (; done < users.Length && (uint)(users[done] - first) < (uint)licenses.Length; done++)
            {
                int user = users[done];
                ref UserLicenses own = ref licenses[user - first];
                if (known.Find(own) is not { } turn)
                {
                    isKnown = false;
                    break;
                }

                LicensesTurn?.Invoke(user, own);
                Touch(user, turn);
                own = turn.After;
                if (turn.Users++ == 0)
                {
                    swept.Add(turn);
                }
            }
        }

        foreach (LicenseTurn turn in swept)
        {
            CountSeats(turn, turn.Users);
            turn.Users = 0;
        }

        swept.Clear();
        return done;
    }

    /// <summary>The way from some licenses to others.</summary>
    public LicenseTurn TurnOf(UserLicenses before, UserLicenses after)
    {
        LicenseTurns turns = _licenseTurns ??= new LicenseTurns();
        return turns.Find(before, after)
            ?? turns.Keep(new LicenseTurn(before, after, HeldOnlyBy(before, after), HeldOnlyBy(after, before), Turns is not null && before.CloudPcPlans(Catalog) != after.CloudPcPlans(Catalog)));
    }

    private PagedVector<UserLicenses>.Builder Licensing => _licenses ??= _before.Parts.Licenses.ToBuilder();

    private RecentLicenses<(int Group, GroupSource? Source)> Recent => _recent ??= new RecentLicenses<(int, GroupSource?)>();

    private void Touch(int user, LicenseTurn turn)
    {
        if (turn.IsOfCloudPcs)
        {
            Turns!.Turn(user);
        }

        if (_touched.Last != user)
        {
            _touched.Add(user);
        }
    }

    private void CountSeats(LicenseTurn turn, int users)
    {
        CountSeats(turn.Lost, -users);
        CountSeats(turn.Gained, users);
    }

    private void CountSeats(int[] skus, int users)
    {
        foreach (int sku in skus)
        {
            if (Seats.Take(sku, users))
            {
                SeatsTurned?.Invoke(sku);
            }
        }
    }

    // The SKUs that one holds and the other does not: one seat each, whatever the number of sources (L61).
    private static int[] HeldOnlyBy(UserLicenses one, UserLicenses other)
    {
        int[] skus = one.Held();
        int count = 0;
        foreach (int sku in skus)
        {
            if (!other.Holds(sku))
            {
                skus[count++] = sku;
            }
        }

        return count == skus.Length ? skus : skus[..count];
    }

    private void SetDirect(Change.DirectSet direct)
    {
        UserLicenses? lastBefore = null, lastAfter = null;
        foreach (int user in direct.Users)
        {
            UserLicenses before = Licenses(user);
            if (!ReferenceEquals(before, lastBefore))
            {
                lastBefore = before;
                bool none = direct.After.IsEmpty && before.Groups.Count == 0;
                lastAfter = none ? UserLicenses.None : new UserLicenses(direct.After, direct.UpdatedAt, before.Groups);
            }

            SetLicenses(user, lastAfter!);
        }
    }

    private void SetSource(Change.SourceSet source)
    {
        GroupSource? entry = source.Applied.IsEmpty && source.Trouble is null
            ? null
            : new GroupSource(source.Group, source.Applied, source.Trouble, source.UpdatedAt);
        LicenseTurns? known = source.Users.Count >= LicenseTurns.Worth ? new LicenseTurns() : null;
        ReadOnlySpan<int> users = source.Users.Span;
        for (int i = 0; i < users.Length; i++)
        {
            i += known is null ? 0 : SetLicenses(users[i..], known);
            if (i < users.Length)
            {
                UserLicenses before = Licenses(users[i]);
                UserLicenses after = Recent.Find(before, (source.Group, entry)) ?? Recent.Keep(before, (source.Group, entry), before.WithGroup(source.Group, entry));
                SetLicenses(users[i], after);
                if (known is not null && !ReferenceEquals(before, after))
                {
                    known.Keep(TurnOf(before, after));
                }
            }
        }
    }

    // Page by page: a million looked up one by one cost more than what is done with them.
    private void Follow(IndexRuns touched, Consequences consequences)
    {
        foreach ((int from, int next) in touched.Runs)
        {
            for (int user = from; user < next;)
            {
                int page = user / PagedVector<UserLicenses>.PageSize, first = page * PagedVector<UserLicenses>.PageSize;
                ReadOnlySpan<UserLicenses> before = page < _before.Parts.Licenses.Pages ? _before.Parts.Licenses.Page(page) : [], after = _licenses!.Page(page);
                ReadOnlySpan<User?> users = _users is { } all ? all.Page(page) : _before.Users.Page(page);
                for (int end = Math.Min(next, first + PagedVector<UserLicenses>.PageSize); user < end; user++)
                {
                    int at = user - first;
                    consequences.Add(user, at < before.Length ? before[at] : UserLicenses.None, after[at], isThere: users[at] is not null);
                }
            }
        }
    }
}
