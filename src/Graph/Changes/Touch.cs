using Berth.Engine.Directory;

namespace Berth.Graph.Changes;

/// <summary>How an event touched a user or a group.</summary>
internal enum TouchKind
{
    /// <summary>The user's own properties: <see cref="Touch.UserWas"/> to <see cref="Touch.UserIs"/>; a user who was nobody before came.</summary>
    UserSet,

    /// <summary>The user's licenses, direct ones or through a group.</summary>
    UserLicenses,

    /// <summary>Whom the user reports to: <see cref="Touch.Related"/> became the manager, or ceased to be.</summary>
    ManagerSet,

    /// <summary>The user is gone, for good unless <see cref="Touch.CanBeRestored"/>.</summary>
    UserDeleted,

    /// <summary>The group's own properties: <see cref="Touch.GroupWas"/> to <see cref="Touch.GroupIs"/>; a group that was none before came.</summary>
    GroupSet,

    /// <summary>What the group wants for its members.</summary>
    GroupLicenses,

    /// <summary>The group is gone, for good unless <see cref="Touch.CanBeRestored"/>.</summary>
    GroupDeleted,

    /// <summary>Somebody became a member of the group.</summary>
    MemberAdded,

    /// <summary>Somebody is no longer a member of the group.</summary>
    MemberRemoved,

    /// <summary>Somebody owns the group.</summary>
    OwnerAdded,

    /// <summary>Somebody does not own the group any more.</summary>
    OwnerRemoved,
}

/// <summary>One thing that an event did to one user, one group, or one pair of them. Everybody is named by index.</summary>
/// <param name="Kind">What.</param>
/// <param name="Subject">The user or the group, as the kind says.</param>
internal readonly record struct Touch(TouchKind Kind, int Subject)
{
    /// <summary>The member, owner or manager in question: a user, or a group when <see cref="OfGroup"/>.</summary>
    public int Related { get; init; }

    /// <summary>Whether <see cref="Related"/> is a group.</summary>
    public bool OfGroup { get; init; }

    /// <summary>Whether who is gone can be restored: then it is told as an update (L171).</summary>
    public bool CanBeRestored { get; init; }

    /// <summary>The user before, when it was there before and this event tells.</summary>
    public User? UserWas { get; init; }

    /// <summary>The user after.</summary>
    public User? UserIs { get; init; }

    /// <summary>The group before, when it was there before.</summary>
    public GroupProfile? GroupWas { get; init; }

    /// <summary>The group after.</summary>
    public GroupProfile? GroupIs { get; init; }
}
