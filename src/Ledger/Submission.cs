using Berth.Engine;

namespace Berth.Ledger;

/// <summary>What became of a submitted command. Everything it tells is durable.</summary>
public abstract record Submission
{
    private Submission()
    {
    }

    /// <summary>The command was decided; an acceptance is in the journal.</summary>
    public sealed record Done(Decision Decision) : Submission;

    /// <summary>The same command came before under the same key: this is the answer it got then. Nothing was done now.</summary>
    public sealed record Repeated(ReadOnlyMemory<byte> Answer) : Submission;

    /// <summary>Another command came before under the same key. Nothing was done now.</summary>
    public sealed record RepeatedDifferently : Submission;
}

/// <summary>Makes a command safe to send twice (contract, <c>Repeatability-Request-ID</c>).</summary>
/// <param name="Key">What names the request within the tenant: application, request id, method and path.</param>
/// <param name="BodyHash">A hash of the body, to tell a repetition from another request under the same key.</param>
/// <param name="Render">
/// The answer to remember. It is called once, by the writer, so that the answer is stored in the transaction of the event; keep it quick.
/// A refusal is not remembered.
/// </param>
public sealed record Repeatable(string Key, ReadOnlyMemory<byte> BodyHash, Func<Decision.Accepted, byte[]> Render)
{
    /// <summary>How long an answer is remembered, in real time, whatever the tenant's clock says.</summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromHours(24);

    /// <summary>The longest key, in characters.</summary>
    public const int LongestKey = 4096;

    /// <summary>The longest body hash, in bytes.</summary>
    public const int LongestBodyHash = 64;
}

/// <summary>What became of the wish for a tenant.</summary>
public abstract record TenantCreation
{
    private TenantCreation()
    {
    }

    /// <summary>The tenant exists, durably.</summary>
    public sealed record Created(TenantDesk Desk) : TenantCreation;

    /// <summary>There is no new tenant.</summary>
    public sealed record Refused(Refusal Refusal) : TenantCreation;
}
