namespace Berth.Identity;

/// <summary>What a request for a token may bring.</summary>
internal static class TokenRequestLimits
{
    /// <summary>The longest body, in bytes: room for a client assertion.</summary>
    public const int Body = 64 * 1024;

    /// <summary>The most parameters.</summary>
    public const int Parameters = 64;

    /// <summary>The longest name of a parameter, in bytes.</summary>
    public const int ParameterName = 128;

    /// <summary>The longest value of a parameter, in bytes.</summary>
    public const int ParameterValue = 32 * 1024;
}
