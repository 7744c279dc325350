using Berth.Engine;
using Berth.Ledger;

namespace Berth.Graph.Requests;

/// <summary>
/// What a route makes of a tenant and a request: an answer, or a command whose decision becomes the answer. Nothing has happened yet
/// when it is returned.
/// </summary>
public abstract record Handling
{
    private Handling()
    {
    }

    /// <summary>The answer.</summary>
    public sealed record Answered(GraphResponse Response) : Handling;

    /// <summary>A command to submit.</summary>
    /// <param name="Command">What is wanted.</param>
    /// <param name="Render">
    /// The answer for the decision: rendered from <see cref="Decision.Accepted.Next"/>, not from the tenant the route saw. It may run on
    /// the writer's thread and must be quick.
    /// </param>
    public sealed record Wanted(Command Command, Func<Decision, GraphResponse> Render) : Handling
    {
        /// <summary>What tells a repetition from another request under the same id, when that is not the body as it came: a password is no part of it.</summary>
        public Func<byte[]>? BodyHash { get; init; }
    }

    /// <summary>Work that needs the ledger itself: reading its journal back, or a body that is read in portions.</summary>
    public sealed record Working(Func<TenantDesk, CancellationToken, ValueTask<GraphResponse>> Work) : Handling;

    /// <summary>An answer is a handling.</summary>
    public static implicit operator Handling(GraphResponse response) => new Answered(response);
}
