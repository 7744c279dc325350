namespace Berth.Gateway;

/// <summary>How far the gateway goes: names, counts, sizes and times, in one place.</summary>
internal static class GatewayLimits
{
    /// <summary>The port of the names that are served.</summary>
    public const int Port = 443;

    /// <summary>The longest head of a CONNECT request, in bytes.</summary>
    public const int ConnectHead = 8 * 1024;

    /// <summary>How long a program may take to send it.</summary>
    public static readonly TimeSpan ConnectTime = TimeSpan.FromSeconds(15);

    /// <summary>The most connections at once.</summary>
    public const int Connections = 1_000;

    /// <summary>The most names told of on the error stream; a program that tries more is told nothing new by them.</summary>
    public const int RefusedNames = 100;

    /// <summary>What a refused program may still send before its connection is closed, in bytes; it would not read the refusal otherwise.</summary>
    public const int Discarded = 64 * 1024;

    /// <summary>How long that may take.</summary>
    public static readonly TimeSpan DiscardTime = TimeSpan.FromSeconds(2);

    /// <summary>How long the server may take to accept a connection.</summary>
    public static readonly TimeSpan ServerConnect = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The names of Microsoft that mean the server here: Graph's, and those of its authority, of which MSAL takes each for the other. Every
    /// other name is refused.
    /// </summary>
    public static readonly IReadOnlyList<string> Names =
        ["graph.microsoft.com", "login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"];
}
