namespace Berth.Connect;

/// <summary>Nothing can be said to a tenant: no way in, nobody there, or somebody who is not Graph. The message is one sentence for people and has no secret.</summary>
public sealed class ConnectFailedException : Exception
{
    /// <summary>Says why.</summary>
    public ConnectFailedException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
