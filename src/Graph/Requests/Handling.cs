using Berth.Engine;
using Berth.Ledger;

namespace Berth.Graph.Requests;

/// <summary>A user's new password on its way to where it is kept: never into a command, a journal or a log (B203).</summary>
/// <param name="UserId">Whose.</param>
/// <param name="Text">The password itself.</param>
public sealed record NewPassword(Guid UserId, string Text)
{
    /// <summary>Without the password, so that no message has it.</summary>
    public override string ToString() => $"the password of {UserId}";
}

/// <summary>Where passwords of users go.</summary>
/// <param name="IsAdministrator">Whether a user (second) is an administrator of a tenant (first): their password is not everybody's to change (B205).</param>
/// <param name="Keep">Keeps a password.</param>
public sealed record PasswordDoor(Func<Guid, Guid, bool> IsAdministrator, KeepPassword Keep)
{
    /// <summary>Whether a user (second) of a tenant (first) has a role whose holders a User Administrator does not reach (B746).</summary>
    public Func<Guid, Guid, bool> IsPrivileged { get; init; } = static (_, _) => false;

    /// <summary>The Global Administrators of a tenant, whether or not they can sign in (B747).</summary>
    public Func<Guid, IReadOnlyCollection<Guid>> GlobalAdministrators { get; init; } = static _ => [];
}

/// <summary>Keeps a password so that its owner can sign in with it; durable when it returns.</summary>
/// <param name="tenant">The user's tenant.</param>
/// <param name="password">Whose, and what.</param>
/// <param name="cancel">Is heeded while nothing is written.</param>
public delegate ValueTask KeepPassword(Tenant tenant, NewPassword password, CancellationToken cancel);

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

        /// <summary>A password that the command came with; it is kept once the command is decided and never part of it (B203).</summary>
        public NewPassword? Password { get; init; }
    }

    /// <summary>A command that takes long to make or to decide: it is made of the newest tenant, which stands still until it is decided (B510).</summary>
    /// <param name="Make">Makes the command and what becomes of its decision. It runs on no thread that others wait for.</param>
    public sealed record Deliberate(Func<Tenant, Wanted> Make) : Handling;

    /// <summary>Work that needs the ledger itself: reading its journal back, or a body that is read in portions.</summary>
    public sealed record Working(Func<TenantDesk, CancellationToken, ValueTask<GraphResponse>> Work) : Handling;

    /// <summary>An answer is a handling.</summary>
    public static implicit operator Handling(GraphResponse response) => new Answered(response);
}
