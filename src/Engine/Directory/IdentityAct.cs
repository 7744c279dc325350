namespace Berth.Engine.Directory;

/// <summary>What somebody did to who may sign in, what they may, and who is told (B738). What it was done to lies beside the journal; that it was done stands in it.</summary>
public enum IdentityAct : byte
{
    /// <summary>An application was registered.</summary>
    ApplicationAdded,

    /// <summary>An application was taken away.</summary>
    ApplicationRemoved,

    /// <summary>An application got a new secret.</summary>
    SecretChanged,

    /// <summary>An application got a certificate.</summary>
    CertificateAdded,

    /// <summary>Somebody got a role.</summary>
    RoleAssigned,

    /// <summary>Somebody has a role no more.</summary>
    RoleRemoved,

    /// <summary>The installation has another tenant.</summary>
    TenantMade,

    /// <summary>The keys that sign tokens changed.</summary>
    KeysRotated,

    /// <summary>The installation has one tenant less.</summary>
    TenantRemoved,

    /// <summary>Everything of a tenant was given to somebody as a file (B752).</summary>
    TenantExported,

    /// <summary>Somebody more is told of alerts (B753).</summary>
    AlertReceiverAdded,

    /// <summary>A receiver of alerts is told of something else, or has another name.</summary>
    AlertReceiverChanged,

    /// <summary>A receiver is told of alerts no more.</summary>
    AlertReceiverRemoved,
}
