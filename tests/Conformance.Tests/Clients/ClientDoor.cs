namespace Berth.Conformance.Tests.Clients;

/// <summary>A way by which a program of another language reaches Berth.</summary>
public enum ClientDoor
{
    /// <summary>Over TLS under a name of its own, which the program is told.</summary>
    OwnName,

    /// <summary>Behind <c>berth exec</c>, where Microsoft's names mean this Berth and the program is told nothing.</summary>
    Exec,
}
