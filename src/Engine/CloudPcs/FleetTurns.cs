namespace Berth.Engine.CloudPcs;

/// <summary>What a command has changed that Cloud PCs depend on, collected while it is decided (B260).</summary>
internal sealed class FleetTurns
{
    private HashSet<int>? _users;
    private HashSet<int>? _groups;
    private HashSet<Guid>? _assignments;

    /// <summary>Users whose Cloud PCs are to be looked at.</summary>
    public HashSet<int> Users => _users ??= [];

    /// <summary>Groups whose members are to be looked at, because a policy came to them or went.</summary>
    public HashSet<int> Groups => _groups ??= [];

    /// <summary>Ids of the assignments whose shared Cloud PCs are to be looked at (B404).</summary>
    public HashSet<Guid> Assignments => _assignments ??= [];

    /// <summary>Whether anything may have changed.</summary>
    public bool Any => _users is { Count: > 0 } || _groups is { Count: > 0 } || _assignments is { Count: > 0 };
}
