namespace Berth.Clustering;

/// <summary>Every limit of the way from one node to another, in one place.</summary>
internal static class EdgeLimits
{
    /// <summary>How long a request is carried after its tenant while that moves.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>How long until a place is asked after again.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>How often it is looked whether the node that has a request still lives.</summary>
    public static readonly TimeSpan Watch = TimeSpan.FromMilliseconds(250);

    /// <summary>How long it may take to reach another node.</summary>
    public static readonly TimeSpan Reach = TimeSpan.FromSeconds(2);

    /// <summary>How long another node may take for a request.</summary>
    public static readonly TimeSpan Answer = TimeSpan.FromMinutes(10);

    /// <summary>The nodes that a request may come to after the first one: a node that has just given a tenant up sends on once.</summary>
    public const int Hops = 2;

    /// <summary>Bytes of a body that are kept, so that it can be sent again: what a route takes at most, but for changes and imports.</summary>
    public const int Body = 1 << 20;

    /// <summary>The longest token whose tenant is looked at, in characters.</summary>
    public const int Token = 16 * 1024;

    /// <summary>How long this node goes on sending on after it has given everything up, so that whoever shares out requests hears of it.</summary>
    public static readonly TimeSpan Linger = TimeSpan.FromSeconds(2);
}
