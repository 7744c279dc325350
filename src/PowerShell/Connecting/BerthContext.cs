using Berth.PowerShell.Connecting;
using Berth.PowerShell.Wire;

namespace Berth.PowerShell;

/// <summary>
/// A connection to a server, as <c>Connect-Berth</c> gives it. The newest one is what cmdlets use when none is named; it belongs to the process, so that parallel runspaces share it. No secret is in it (B847).
/// </summary>
public sealed class BerthContext
{
    private static BerthContext? _current;

    internal BerthContext(Uri server, SignIn signIn, string authType)
    {
        (Server, TenantId, ClientId, AuthType) = (server, signIn.Tenant, signIn.ClientId, authType);
        Client = new BerthClient(server, signIn);
    }

    /// <summary>The server's address.</summary>
    public Uri Server { get; }

    /// <summary>The tenant, as it was named.</summary>
    public string TenantId { get; }

    /// <summary>The application that is signed in.</summary>
    public string ClientId { get; }

    /// <summary>How: <c>ClientSecret</c> or <c>DeviceCode</c>.</summary>
    public string AuthType { get; }

    /// <summary>The connection that is used when none is named; null when there is none.</summary>
    internal static BerthContext? Current => Volatile.Read(ref _current);

    internal BerthClient Client { get; }

    /// <summary>Makes it the one that is used.</summary>
    internal void Use() => Volatile.Write(ref _current, this);

    /// <summary>Ends it: its token and secret are forgotten.</summary>
    internal void End()
    {
        Interlocked.CompareExchange(ref _current, null, this);
        Client.Dispose();
    }
}
