namespace Berth.Engine.CloudPcs;

/// <summary>What a command has changed that Cloud PCs depend on, collected while it is decided (B260).</summary>
internal sealed class FleetTurns
{
    /// <summary>Users whose Cloud PCs are to be looked at.</summary>
    public HashSet<int> Users { get; } = [];

    /// <summary>Groups whose members are to be looked at, because a policy came to them or went.</summary>
    public HashSet<int> Groups { get; } = [];

    /// <summary>Ids of the assignments whose shared Cloud PCs are to be looked at (B404).</summary>
    public HashSet<Guid> Assignments { get; } = [];

    /// <summary>Whether anything may have changed.</summary>
    public bool Any => Users.Count + Groups.Count + Assignments.Count > 0;
}
