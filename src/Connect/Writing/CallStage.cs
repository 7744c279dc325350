namespace Berth.Connect.Writing;

/// <summary>
/// The order in which a tenant is written to: what gives comes before what takes, so that nobody loses a service in between (B571). A stage begins when every
/// call of the one before it has its answer.
/// </summary>
public enum CallStage : byte
{
    /// <summary>Properties of users: a license wants a usage location (L20).</summary>
    Properties,

    /// <summary>Licenses of groups that get more, or something else.</summary>
    GroupLicenses,

    /// <summary>Members that come to groups.</summary>
    Joining,

    /// <summary>Groups of provisioning policies.</summary>
    Policies,

    /// <summary>Direct licenses of users, each user's in one switch.</summary>
    UserLicenses,

    /// <summary>Licenses that groups lose without getting any.</summary>
    GroupRemovals,

    /// <summary>Members that leave groups.</summary>
    Leaving,

    /// <summary>Actions for Cloud PCs.</summary>
    CloudPcs,

    /// <summary>Users that are deleted.</summary>
    Deletions,
}
