using Berth.Engine.Frontline;

namespace Berth.Graph.Telling;

/// <summary>Every limit of alerts that are told to receivers, in one place (B790 to B796).</summary>
public static class TellingLimits
{
    /// <summary>The most receivers of a tenant.</summary>
    public const int MostReceivers = 20;

    /// <summary>The longest name of a receiver, in characters.</summary>
    public const int NameCharacters = 120;

    /// <summary>The longest mail address, in characters: no mail server takes a longer one.</summary>
    public const int AddressCharacters = 254;

    /// <summary>The longest part of a mail address before its sign, in characters.</summary>
    public const int MailboxCharacters = 64;

    /// <summary>The greatest threshold that is a number of seats or of people.</summary>
    public const int MostUnits = 1_000_000;

    /// <summary>The greatest threshold that is a number of uses of a buffer: no more begin within a day (C102).</summary>
    public const int MostUses = ConcurrencyBuffer.MostUses;

    /// <summary>The most alerts in one message; further ones come with another.</summary>
    public const int MessageAlerts = 100;

    /// <summary>How long something must have been over before its end is told.</summary>
    public static readonly TimeSpan EndAfter = TimeSpan.FromMinutes(1);

    /// <summary>The least time between two tellings that one thing began.</summary>
    public static readonly TimeSpan BeginAgainAfter = TimeSpan.FromMinutes(15);

    /// <summary>How long after it was told last is told that something is still so.</summary>
    public static readonly TimeSpan RemindAfter = TimeSpan.FromHours(24);

    /// <summary>How often is told that something is still so.</summary>
    public const int MostReminders = 7;

    /// <summary>The least time between two looks at a tenant.</summary>
    public static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    /// <summary>How many times as long as a look took nobody looks again, when that is longer.</summary>
    public const int RestShare = 50;

    /// <summary>The first pause after a message was not taken; each further one is twice as long.</summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);

    /// <summary>The least time between two tests of a receiver.</summary>
    public static readonly TimeSpan TestEvery = TimeSpan.FromSeconds(10);

    /// <summary>The most messages under way at once.</summary>
    public const int Messages = 16;

    /// <summary>The most letters of a tenant within <see cref="LettersWithin"/>, tests among them.</summary>
    public const int MostLetters = 600;

    /// <summary>The time that <see cref="MostLetters"/> is about.</summary>
    public static readonly TimeSpan LettersWithin = TimeSpan.FromHours(1);

    /// <summary>The most answers of a tenant that are remembered for requests that come again.</summary>
    public const int Answers = 64;

    /// <summary>The random bytes of a webhook's secret.</summary>
    public const int SecretBytes = 32;
}
