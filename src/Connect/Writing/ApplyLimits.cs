namespace Berth.Connect.Writing;

/// <summary>How far a run goes: counts and times, in one place.</summary>
public static class ApplyLimits
{
    /// <summary>The writes a second that a run allows itself: 18 of the 20 that Graph allows an application in a tenant (L164; B574).</summary>
    public const int WritesPerSecond = 18;

    /// <summary>The fewest writes a second that may be asked for.</summary>
    public const int FewestWritesPerSecond = 1;

    /// <summary>The most writes a second of a run at a Graph that is not Microsoft's (B574).</summary>
    public const int MostWritesPerSecond = 1_000;

    /// <summary>The most writes of one <c>$batch</c>.</summary>
    public const int WritesOfABatch = 18;

    /// <summary>The most batches of writes on their way at once.</summary>
    public const int WritesInFlight = 8;

    /// <summary>The most batches of reads on their way at once.</summary>
    public const int ReadsInFlight = 4;

    /// <summary>How often a call is sent whose answer is lost, or that somebody else's write got in the way of.</summary>
    public const int Rounds = 5;

    /// <summary>So many calls refused for want of permission, and none done, are not about the calls.</summary>
    public const int DenialsThatSayNo = 20;

    /// <summary>The pause before a second look; it doubles with every further one, up to <see cref="LongestLook"/>.</summary>
    public static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest pause between two looks.</summary>
    public static readonly TimeSpan LongestLook = TimeSpan.FromSeconds(30);

    /// <summary>How long is looked for what was accepted, when nothing else is said (B575).</summary>
    public static readonly TimeSpan Look = TimeSpan.FromMinutes(5);

    /// <summary>The shortest time that may be asked for: one look.</summary>
    public static readonly TimeSpan LeastLook = TimeSpan.Zero;

    /// <summary>The longest time that may be asked for.</summary>
    public static readonly TimeSpan MostLook = TimeSpan.FromHours(24);

    /// <summary>How long calls on their way may take to be answered after Ctrl-C.</summary>
    public static readonly TimeSpan Finish = TimeSpan.FromSeconds(10);

    /// <summary>The most calls of one run.</summary>
    public const int Calls = 1_000_000;

    /// <summary>The most members in error of a group that are named.</summary>
    public const int NamedMembers = 10;

    /// <summary>The most pages of one group's members.</summary>
    public const int Pages = 10_000;
}
