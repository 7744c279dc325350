namespace Berth.Graph.Notifications;

/// <summary>A subscription to change notifications. It belongs to the application that made it, and to the person it was made for, if any.</summary>
/// <param name="Id">Its id.</param>
/// <param name="ApplicationId">Whose it is.</param>
/// <param name="UserId">The signed-in person it was made for; null for the application's own.</param>
/// <param name="Resource">The resource as it was asked for.</param>
/// <param name="Watched">The resource, read.</param>
/// <param name="Updated">Whether creations, updates and soft deletions are told.</param>
/// <param name="Deleted">Whether deletions for good are told.</param>
/// <param name="ClientState">The secret that proves to the receiver who sends; null for none. It is never logged.</param>
/// <param name="NotificationUrl">Where changes are told.</param>
/// <param name="LifecycleUrl">Where is told what becomes of the subscription; null for nowhere.</param>
/// <param name="LatestTls">What the client said of its receiver, kept for it.</param>
/// <param name="ExpiresAt">When it ends, in real time.</param>
/// <param name="Told">The entry of the journal up to which everything was told, or given up.</param>
/// <param name="IsChallenged">Whether it was asked to be reauthorized and has not been.</param>
public sealed record ChangeSubscription(
    Guid Id,
    Guid ApplicationId,
    Guid? UserId,
    string Resource,
    Watched Watched,
    bool Updated,
    bool Deleted,
    string? ClientState,
    string NotificationUrl,
    string? LifecycleUrl,
    string LatestTls,
    DateTimeOffset ExpiresAt,
    long Told,
    bool IsChallenged)
{
    /// <summary>The kinds of change as they stand on the wire.</summary>
    public string ChangeType => (Updated, Deleted) switch
    {
        (true, true) => "updated,deleted",
        (true, false) => "updated",
        _ => "deleted",
    };
}
