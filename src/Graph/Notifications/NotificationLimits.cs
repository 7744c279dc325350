namespace Berth.Graph.Notifications;

/// <summary>Every limit of change notifications, in one place (L171, B187).</summary>
public static class NotificationLimits
{
    /// <summary>The longest <c>clientState</c>, in characters.</summary>
    public const int ClientStateCharacters = 128;

    /// <summary>The longest notification URL, in characters.</summary>
    public const int UrlCharacters = 2048;

    /// <summary>The longest <c>resource</c>, in characters.</summary>
    public const int ResourceCharacters = 1024;

    /// <summary>The most subscriptions of a tenant.</summary>
    public const int PerTenant = 1000;

    /// <summary>The most subscriptions of an application in a tenant.</summary>
    public const int PerApplication = 100;

    /// <summary>The longest life of a subscription to directory objects, in minutes.</summary>
    public const int LongestLifeMinutes = 41_760;

    /// <summary>The shortest life: what is asked below it is raised to it.</summary>
    public static readonly TimeSpan ShortestLife = TimeSpan.FromMinutes(45);

    /// <summary>How long before its end a subscription asks to be renewed or reauthorized.</summary>
    public static readonly TimeSpan ReauthorizeBefore = TimeSpan.FromMinutes(15);

    /// <summary>How long a receiver may take to answer a validation.</summary>
    public static readonly TimeSpan Handshake = TimeSpan.FromSeconds(10);

    /// <summary>The largest answer to a validation that is read, in bytes.</summary>
    public const int HandshakeBytes = 4096;

    /// <summary>How long a receiver may take to take notifications.</summary>
    public static readonly TimeSpan Delivery = TimeSpan.FromSeconds(3);

    /// <summary>The first pause after a receiver took nothing; each further one is twice as long.</summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause, also when a receiver asks for more.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);

    /// <summary>How long change notifications are sent again before they are given up.</summary>
    public static readonly TimeSpan RetryFor = TimeSpan.FromHours(4);

    /// <summary>How long lifecycle notifications are sent again before they are given up.</summary>
    public static readonly TimeSpan LifecycleRetryFor = TimeSpan.FromMinutes(15);

    /// <summary>The most notifications in one delivery.</summary>
    public const int BatchNotices = 100;

    /// <summary>The most members that one notification names; further ones come with another.</summary>
    public const int NoticeMembers = 100;

    /// <summary>The most entries of the journal that are looked at for one delivery.</summary>
    public const int ScanEntries = 1000;

    /// <summary>The most answers of a tenant that are remembered for requests that come again.</summary>
    public const int Answers = 256;

    /// <summary>The most deliveries under way at once.</summary>
    public const int Deliveries = 64;
}
