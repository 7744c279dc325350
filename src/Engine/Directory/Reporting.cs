using Berth.Engine.Collections;

namespace Berth.Engine.Directory;

/// <summary>Who reports to whom, both ways round (B140). It grows with the users who have a manager or are one: a directory without pays nothing.</summary>
internal sealed class Reporting
{
    /// <summary>Nobody has a manager.</summary>
    public static readonly Reporting Nobody = new(PagedVector<int>.Empty, PagedVector<SortedPages<int>?>.Empty);

    // A manager's index and one more, so that a fresh page needs no filling.
    private readonly PagedVector<int> _managers;
    private readonly PagedVector<SortedPages<int>?> _reports;

    private Reporting(PagedVector<int> managers, PagedVector<SortedPages<int>?> reports)
    {
        _managers = managers;
        _reports = reports;
    }

    /// <summary>The index of a user's manager, or -1.</summary>
    public int ManagerOf(int user) => (user < _managers.Count ? _managers[user] : 0) - 1;

    /// <summary>The users whose manager a user is, ascending.</summary>
    public SortedPages<int> ReportsOf(int user) => (user < _reports.Count ? _reports[user] : null) ?? SortedPages<int>.Empty;

    /// <summary>Every manager with the users who report to them, ascending by manager.</summary>
    public IEnumerable<(int Manager, SortedPages<int> Reports)> Lines()
    {
        for (int manager = 0; manager < _reports.Count; manager++)
        {
            if (_reports[manager] is { Count: > 0 } reports)
            {
                yield return (manager, reports);
            }
        }
    }

    /// <summary>Collects changes; one owner, one thread.</summary>
    public sealed class Builder(Reporting source)
    {
        private readonly PagedVector<int>.Builder _managers = source._managers.ToBuilder();
        private readonly PagedVector<SortedPages<int>?>.Builder _reports = source._reports.ToBuilder();

        /// <summary>The index of a user's manager so far, or -1.</summary>
        public int ManagerOf(int user) => (user < _managers.Count ? _managers[user] : 0) - 1;

        /// <summary>The users whose manager a user is so far, ascending.</summary>
        public SortedPages<int> ReportsOf(int user) => (user < _reports.Count ? _reports[user] : null) ?? SortedPages<int>.Empty;

        /// <summary>Gives users (ascending) a manager in place of the one they have; -1 takes it away.</summary>
        public void Set(ReadOnlySpan<int> users, int manager)
        {
            foreach (int user in users)
            {
                int before = ManagerOf(user);
                if (before >= 0 && before != manager)
                {
                    _reports[before] = ReportsOf(before).Remove(user);
                }

                if (before != manager)
                {
                    _managers.Grow(user + 1);
                    _managers[user] = manager + 1;
                }
            }

            if (manager >= 0)
            {
                _reports.Grow(manager + 1);
                _reports[manager] = ReportsOf(manager).Merge(users, []);
            }
        }

        /// <summary>The lines as they are now.</summary>
        public Reporting Seal() => new(_managers.Seal(), _reports.Seal());
    }
}
