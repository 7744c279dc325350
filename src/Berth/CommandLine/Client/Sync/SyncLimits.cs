namespace Berth.CommandLine.Client.Sync;

/// <summary>How far a sync goes: sizes, counts and times, in one place.</summary>
internal static class SyncLimits
{
    /// <summary>How much of what a sync brought may go in one run, in percent (B813).</summary>
    public const int RemovalPercent = 30;

    /// <summary>Of fewer than these as many may go as will (B813).</summary>
    public const int RemovalLeast = 10;

    /// <summary>The most users, and the most groups, of a source.</summary>
    public const int Entries = 1_000_000;

    /// <summary>The most members of a group of a source, groups inside counted in.</summary>
    public const int Members = 1_000_000;

    /// <summary>The longest name of a sync, in characters: with the hash of a key behind it, it is a mail alias.</summary>
    public const int NameCharacters = 20;

    /// <summary>The longest key of a user or group in a source, in characters.</summary>
    public const int KeyCharacters = 256;

    /// <summary>The largest file of settings, in bytes.</summary>
    public const int SettingsBytes = 64 * 1024;

    /// <summary>The lines that go to the import in one request; the answer names as many that were not taken.</summary>
    public const int ImportLines = 1000;

    /// <summary>The writes of one portion.</summary>
    public const int Portion = 1000;

    /// <summary>The changes that a plan names one by one for people; all are counted, and JSON has all.</summary>
    public const int Named = 50;

    /// <summary>The entries of a page that LDAP is asked for when nothing else is said.</summary>
    public const int Page = 500;

    /// <summary>How long LDAP may take for one page.</summary>
    public static readonly TimeSpan LdapAnswer = TimeSpan.FromSeconds(60);

    /// <summary>The shortest pause between two runs.</summary>
    public static readonly TimeSpan ShortestPause = TimeSpan.FromMinutes(1);

    /// <summary>The longest pause between two runs.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromDays(7);
}
