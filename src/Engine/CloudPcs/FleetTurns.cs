namespace Berth.Engine.CloudPcs;

/// <summary>What a command has changed that Cloud PCs depend on, collected while it is decided (B260).</summary>
internal sealed class FleetTurns
{
    private readonly List<int> _users = [];
    private HashSet<int>? _groups;
    private HashSet<Guid>? _assignments;

    /// <summary>Groups whose members are to be looked at, because a policy came to them or went.</summary>
    public HashSet<int> Groups => _groups ??= [];

    /// <summary>Ids of the assignments whose shared Cloud PCs are to be looked at (B404).</summary>
    public HashSet<Guid> Assignments => _assignments ??= [];

    /// <summary>Whether there are such groups.</summary>
    public bool AnyGroups => _groups is { Count: > 0 };

    /// <summary>Whether there are such assignments.</summary>
    public bool AnyAssignments => _assignments is { Count: > 0 };

    /// <summary>Whether anything may have changed.</summary>
    public bool Any => _users.Count > 0 || AnyGroups || AnyAssignments;

    /// <summary>The Cloud PCs of a user are to be looked at; said twice is said once.</summary>
    public void Turn(int user)
    {
        // A million turn in one command: what is said again, mostly at once, goes here or when they are taken.
        if (_users.Count == 0 || _users[^1] != user)
        {
            _users.Add(user);
        }
    }

    /// <summary>Users whose Cloud PCs are to be looked at, each once, ascending; from then on there are none.</summary>
    /// <param name="below">The indexes that users have are below it; others are nobody's.</param>
    public int[] TakeUsers(int below)
    {
        int[] users = [.. _users];
        _users.Clear();
        users.AsSpan().Sort();
        int kept = 0;
        foreach (int user in users)
        {
            if (user < below && (kept == 0 || users[kept - 1] != user))
            {
                users[kept++] = user;
            }
        }

        return kept == users.Length ? users : users[..kept];
    }
}
