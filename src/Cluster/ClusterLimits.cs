namespace Berth.Cluster;

/// <summary>Every time and number of a cluster, in one place.</summary>
public static class ClusterLimits
{
    /// <summary>Where nodes talk with each other about who is there, when nothing else is said.</summary>
    public const int SiloPort = 11_111;

    /// <summary>How often a node tells the others that it lives, and looks for tenants that nobody has.</summary>
    public static readonly TimeSpan Tend = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a node waits for the answer to a probe of another one, to begin with; it adapts to what it measures.</summary>
    public static readonly TimeSpan Probe = TimeSpan.FromSeconds(1);

    /// <summary>Probes in a row that a node may leave unanswered.</summary>
    public const int MissedProbes = 2;

    /// <summary>How often a node reads who is there, beside what it is told.</summary>
    public static readonly TimeSpan Refresh = TimeSpan.FromSeconds(5);

    /// <summary>How often a node notes in the table that it is there; one that has not for three times as long keeps nobody from joining.</summary>
    public static readonly TimeSpan Alive = TimeSpan.FromSeconds(2);

    /// <summary>Notes that may be missing.</summary>
    public const int MissedAlive = 3;

    /// <summary>How long a node tries to join.</summary>
    public static readonly TimeSpan Join = TimeSpan.FromMinutes(1);

    /// <summary>How long the others are remembered after their end.</summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromHours(1);

    /// <summary>How long one question after a tenant's place may take; a large tenant is still being read then, and is asked after again.</summary>
    public static readonly TimeSpan Ask = TimeSpan.FromMilliseconds(750);

    /// <summary>How long the nodes are the same before tenants move to where they belong, and how long it takes at least until it is looked again.</summary>
    public static readonly TimeSpan Settled = TimeSpan.FromSeconds(10);

    /// <summary>Tenants a node gives up at one time because they belong elsewhere: those wait meanwhile, and the others are still served.</summary>
    public const int MovedAtOnce = 8;

    /// <summary>Tenants that nobody has and a node brings to life at one time.</summary>
    public const int BroughtAtOnce = 32;

    /// <summary>How long a node goes on after it said that it takes no tenants: then the others know.</summary>
    public static readonly TimeSpan Known = Tend + Tend;

    /// <summary>How often it is looked whether the last tenant has gone.</summary>
    public static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    /// <summary>How long requests in flight may hold up that a tenant is given up.</summary>
    public static readonly TimeSpan Drain = TimeSpan.FromSeconds(15);

    /// <summary>How long a request waits for a node that has not renewed its word.</summary>
    public static readonly TimeSpan Renewal = TimeSpan.FromSeconds(10);

    /// <summary>How long the end of a membership may take before it is left to itself.</summary>
    public static readonly TimeSpan Parting = TimeSpan.FromSeconds(25);
}
