using Berth.Graph.Requests;

namespace Berth.Graph.Hosting;

/// <summary>What became of the token of a request.</summary>
public abstract record Authentication
{
    private Authentication()
    {
    }

    /// <summary>The token is good.</summary>
    public sealed record Known(Caller Caller) : Authentication;

    /// <summary>There is none, or it is not good: 401.</summary>
    /// <param name="Message">For people, as Graph words it, such as <c>Access token is empty.</c></param>
    /// <param name="Challenge">The <c>WWW-Authenticate</c> header.</param>
    public sealed record Refused(string Message, string Challenge) : Authentication;

    /// <summary>It was not looked at: the address it came from was refused too often (B771): 429.</summary>
    /// <param name="Seconds">How long to wait.</param>
    public sealed record TooMany(int Seconds) : Authentication;
}
