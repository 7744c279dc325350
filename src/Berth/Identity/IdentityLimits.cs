namespace Berth.Identity;

/// <summary>How many and how long, of everything that people and their programs are given on the way to a token.</summary>
internal static class IdentityLimits
{
    /// <summary>Wrong passwords of one name within <see cref="AttemptWindow"/> after which it is locked (B202).</summary>
    public const int WrongPasswords = 10;

    /// <summary>How long a wrong password counts.</summary>
    public static readonly TimeSpan AttemptWindow = TimeSpan.FromMinutes(10);

    /// <summary>How long a name is locked.</summary>
    public static readonly TimeSpan Lockout = TimeSpan.FromMinutes(1);

    /// <summary>The most names whose attempts are remembered.</summary>
    public const int RememberedNames = 10_000;

    /// <summary>How far clocks may differ.</summary>
    public static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);

    /// <summary>How long a refresh token is good; using it does not make it longer (B206).</summary>
    public static readonly TimeSpan RefreshToken = TimeSpan.FromDays(90);

    /// <summary>How long a key is published before it signs (B734): those who check tokens ask for keys once a day at least.</summary>
    public static readonly TimeSpan KeyPublished = TimeSpan.FromHours(24);

    /// <summary>The age at which the newest key gets a successor.</summary>
    public static readonly TimeSpan KeyAge = TimeSpan.FromDays(90);

    /// <summary>How long a key stays after it signed last: as long as the longest token, a refresh token, and clocks that differ.</summary>
    public static readonly TimeSpan KeyAfterwards = RefreshToken + Skew;

    /// <summary>How often the keys are looked after.</summary>
    public static readonly TimeSpan KeyTending = TimeSpan.FromMinutes(1);

    /// <summary>The least time between two looks into the database for a key that nobody knows.</summary>
    public static readonly TimeSpan KeyReading = TimeSpan.FromSeconds(5);

    /// <summary>The most keys at a time.</summary>
    public const int Keys = 8;

    /// <summary>How long an authorization code is good (B208).</summary>
    public static readonly TimeSpan AuthorizationCode = TimeSpan.FromMinutes(10);

    /// <summary>The most authorization codes that wait.</summary>
    public const int AuthorizationCodes = 1_000;

    /// <summary>How long a device code is good (B207).</summary>
    public static readonly TimeSpan DeviceCode = TimeSpan.FromMinutes(15);

    /// <summary>How long a device is asked to wait between two questions.</summary>
    public static readonly TimeSpan DeviceInterval = TimeSpan.FromSeconds(5);

    /// <summary>How much sooner than that it may ask: what clocks and ways make of five seconds.</summary>
    public static readonly TimeSpan DeviceHaste = TimeSpan.FromSeconds(1);

    /// <summary>The most device codes that wait.</summary>
    public const int DeviceCodes = 1_000;

    /// <summary>Wrong codes on the page for devices within <see cref="AttemptWindow"/>, of everybody together, after which none is taken.</summary>
    public const int WrongDeviceCodes = 100;

    /// <summary>The longest a client assertion may have to go (B201).</summary>
    public static readonly TimeSpan Assertion = TimeSpan.FromHours(24);

    /// <summary>The most certificates of one application.</summary>
    public const int Certificates = 20;

    /// <summary>The longest <c>state</c> and <c>nonce</c>, in characters.</summary>
    public const int State = 4096;

    /// <summary>The longest redirect address, in characters.</summary>
    public const int RedirectUri = 2048;

    /// <summary>Rounds of PBKDF2 over a password of a tenant that is real.</summary>
    public const int PasswordRounds = 100_000;

    /// <summary>The same of a tenant of the demo or an emulator, whose people are made up: creating them is not to cost what it must elsewhere (B203).</summary>
    public const int MadeUpPasswordRounds = 1_000;
}
