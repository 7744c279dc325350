namespace Berth.PowerShell;

/// <summary>How far the module goes: counts, sizes and times, in one place (B846, B848).</summary>
internal static class ShellLimits
{
    /// <summary>The most changes of one list: what a plan takes (B509).</summary>
    public const int Changes = 20_000;

    /// <summary>The most rows of one list that may be refused before the rest is not tried any more (B846): each costs one more plan.</summary>
    public const int Refused = 1_000;

    /// <summary>The most requests of one batch, as Graph has it.</summary>
    public const int BatchItems = 20;

    /// <summary>The largest answer that is read, in bytes.</summary>
    public const int AnswerBytes = 64 * 1024 * 1024;

    /// <summary>The longest wait for an answer.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(100);

    /// <summary>How often a request is sent that is told to wait or lost on the way.</summary>
    public const int Attempts = 5;

    /// <summary>The longest single wait that a server may ask for; a longer one is told to the caller.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);

    /// <summary>The pause after a loss or a refusal for load that names none; each further one is twice as long.</summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);

    /// <summary>How deep the values of a change may be nested.</summary>
    public const int Depth = 16;

    /// <summary>How many operations of the history are shown unless told otherwise.</summary>
    public const int History = 50;
}
