using Berth.Ledger.Stores;

namespace Berth.Ledger;

/// <summary>
/// The ledger cannot be opened here: a newer version wrote it, another process has it, the folder cannot be written. The message is one line for people.
/// </summary>
public sealed class LedgerRefusedException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// This ledger may not write any more: another writer has taken the tenant over, or it cannot know whether its last commit happened.
/// What it has published stays readable; only opening it again helps.
/// </summary>
public sealed class LedgerFencedException(string message, Guid? tenant, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The tenant that is lost to another writer; null when the whole ledger stopped.</summary>
    public Guid? Tenant => tenant;

    internal static LedgerFencedException Of(Claim claim) =>
        new($"Another process has taken over tenant {claim.Tenant}: this one may not write it any more.", claim.Tenant);
}

/// <summary>The database took nothing of a commit (a full disk, say): nothing changed and the command may be sent again.</summary>
public sealed class WriteFailedException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// The database went away in the middle of a commit: whether it happened is not known yet (B704). Nothing further is decided until it is; what was published stays readable.
/// </summary>
public sealed class CommitInDoubtException : Exception
{
    private readonly Func<bool?> _findOut;

    internal CommitInDoubtException(string message, Func<bool?> findOut, Exception inner)
        : base(message, inner) => _findOut = findOut;

    /// <summary>Asks the database whether the commit happened; null while it cannot be asked.</summary>
    /// <exception cref="LedgerFencedException">The database is another process's by now, or it lost what it had acknowledged.</exception>
    internal bool? FindOut() => _findOut();
}

/// <summary>The database cannot be read now. The message is one line for people; what was asked may be asked again.</summary>
public sealed class DatabaseAwayException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A journal entry or a snapshot cannot be read back. The message names the tenant and the sequence number.</summary>
public sealed class JournalDamagedException(string message, Exception? inner = null) : Exception(message, inner);
