namespace Berth.CommandLine.Client.Sync;

/// <summary>What becomes of what a sync brought and its source does not have any more (B812).</summary>
internal enum Missing
{
    /// <summary>It stays: omission is no removal.</summary>
    Keep,

    /// <summary>Users are disabled and leave the groups of the sync.</summary>
    Disable,

    /// <summary>Users and groups are deleted.</summary>
    Delete,
}

/// <summary>What one sync is to do.</summary>
/// <param name="Name">Its name, by which it knows what it brought (B810).</param>
/// <param name="Missing">What becomes of what the source does not have any more.</param>
internal sealed record SyncOptions(string Name, Missing Missing)
{
    /// <summary>Whether groups that have the name of one of the source are taken over.</summary>
    public bool TakesOverGroups { get; init; }

    /// <summary>Whether many may go at once (B813).</summary>
    public bool MayRemoveMany { get; init; }

    /// <summary>Whether it is only said what would happen.</summary>
    public bool IsDryRun { get; init; }
}
