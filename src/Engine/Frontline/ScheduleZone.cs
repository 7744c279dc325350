namespace Berth.Engine.Frontline;

/// <summary>The zones of a schedule: <c>cloudPcPolicyTimezone</c>, called as Graph calls them (B439).</summary>
public enum ScheduleZone : byte
{
    /// <summary>UTC.</summary>
    Gmt,

    /// <summary>UTC −12.</summary>
    Bit,

    /// <summary>UTC −11.</summary>
    Nut,

    /// <summary>UTC −10.</summary>
    Hst,

    /// <summary>UTC −9:30.</summary>
    Mit,

    /// <summary>UTC −9.</summary>
    Akst,

    /// <summary>UTC −8.</summary>
    Pst,

    /// <summary>UTC −7.</summary>
    Mst,

    /// <summary>UTC −6.</summary>
    East,

    /// <summary>UTC −5.</summary>
    Est,

    /// <summary>UTC −4.</summary>
    Ast,

    /// <summary>UTC −3:30.</summary>
    Nst,

    /// <summary>UTC −3.</summary>
    Art,

    /// <summary>UTC −2.</summary>
    Gst,

    /// <summary>UTC −1.</summary>
    Azot,

    /// <summary>UTC +1.</summary>
    Cet,

    /// <summary>UTC +2.</summary>
    Cat,

    /// <summary>UTC +3.</summary>
    Eat,

    /// <summary>UTC +4.</summary>
    Get,

    /// <summary>UTC +5.</summary>
    Pkt,

    /// <summary>UTC +5:30.</summary>
    Ist,

    /// <summary>UTC +6.</summary>
    Bst,

    /// <summary>UTC +7.</summary>
    Tha,

    /// <summary>UTC +8.</summary>
    Cst,

    /// <summary>UTC +9.</summary>
    Jst,

    /// <summary>UTC +9:30.</summary>
    Acst,

    /// <summary>UTC +10.</summary>
    Pgt,

    /// <summary>UTC +11.</summary>
    Sbt,

    /// <summary>UTC +12.</summary>
    Fjt,

    /// <summary>UTC +13.</summary>
    Tot,

    /// <summary>UTC +14.</summary>
    Lint,
}

/// <summary>How far zones of schedules are from UTC.</summary>
public static class ScheduleZones
{
    // In half hours, by member.
    private static readonly sbyte[] _halves =
        [0, -24, -22, -20, -19, -18, -16, -14, -12, -10, -8, -7, -6, -4, -2, 2, 4, 6, 8, 10, 11, 12, 14, 16, 18, 19, 20, 22, 24, 26, 28];

    /// <summary>What is added to UTC, the whole year (B439).</summary>
    public static TimeSpan Offset(this ScheduleZone zone) => TimeSpan.FromMinutes(30 * _halves[(int)zone]);
}
