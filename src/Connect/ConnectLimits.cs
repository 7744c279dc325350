namespace Berth.Connect;

/// <summary>How far this room goes in speaking to somebody else's Graph: sizes, counts and times, in one place.</summary>
public static class ConnectLimits
{
    /// <summary>How long one request may take.</summary>
    public static readonly TimeSpan Request = TimeSpan.FromSeconds(100);

    /// <summary>How long a connection may take to open.</summary>
    public static readonly TimeSpan Connect = TimeSpan.FromSeconds(10);

    /// <summary>The most times one request is sent while Graph asks to wait (B561).</summary>
    public const int ThrottledAttempts = 30;

    /// <summary>The most times one request is sent when the network or a gateway loses it; only one that may be sent twice is (B561).</summary>
    public const int LostAttempts = 5;

    /// <summary>The longest <c>Retry-After</c> that is waited for; whoever asks for more has refused (B561).</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    /// <summary>The wait when Graph asks for one and does not say how long.</summary>
    public static readonly TimeSpan UnnamedWait = TimeSpan.FromSeconds(2);

    /// <summary>The pause before the second attempt after a lost one; it doubles with every further one.</summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);

    /// <summary>The most bytes of one answer.</summary>
    public const int AnswerBytes = 64 * 1024 * 1024;

    /// <summary>The most requests in one <c>$batch</c>: Graph's own limit (protocol 1.6).</summary>
    public const int BatchItems = 20;

    /// <summary>How long before its end a token is not used any more.</summary>
    public static readonly TimeSpan TokenMargin = TimeSpan.FromMinutes(2);

    /// <summary>The longest name of a tenant, in characters.</summary>
    public const int NameCharacters = 64;

    /// <summary>The most tenants in one data folder.</summary>
    public const int Tenants = 1_000;

    /// <summary>The largest profile, in bytes.</summary>
    public const int ProfileBytes = 16 * 1024;

    /// <summary>The most characters of what Graph says that are repeated to a person.</summary>
    public const int SaidCharacters = 1_000;
}
