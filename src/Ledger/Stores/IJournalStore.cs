using Berth.Engine;

namespace Berth.Ledger.Stores;

/// <summary>An event as it lies in the journal.</summary>
/// <param name="Tenant">Whose.</param>
/// <param name="Sequence">Its number in the tenant's journal, from 1 without gaps.</param>
/// <param name="Epoch">The epoch of the writer that appended it.</param>
/// <param name="At">The tenant's time, in UTC ticks.</param>
/// <param name="Actor">Who, as text.</param>
/// <param name="Kind">The command it came from.</param>
/// <param name="Payload">What changed, encoded.</param>
public readonly record struct JournalRow(Guid Tenant, long Sequence, long Epoch, long At, string Actor, string Kind, ReadOnlyMemory<byte> Payload);

/// <summary>An answer that is remembered under a key.</summary>
/// <param name="Tenant">Whose.</param>
/// <param name="Key">What names the request.</param>
/// <param name="BodyHash">Tells a repetition from another request.</param>
/// <param name="At">When it was given, in UTC ticks of real time.</param>
/// <param name="Answer">The answer.</param>
public readonly record struct AnswerRow(Guid Tenant, string Key, ReadOnlyMemory<byte> BodyHash, long At, ReadOnlyMemory<byte> Answer);

/// <summary>The right to write one tenant.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Epoch">Taken by <see cref="IJournalStore.TakeEpoch"/>; the highest one taken is in force.</param>
public readonly record struct Claim(Guid Tenant, long Epoch);

/// <summary>A complete snapshot.</summary>
/// <param name="Sequence">The version of the tenant it holds.</param>
/// <param name="Parts">The number of its parts, numbered from 0.</param>
/// <param name="Bytes">The size of all parts.</param>
public readonly record struct SnapshotMark(long Sequence, int Parts, long Bytes);

/// <summary>
/// Where journals lie. One suite of tests holds for every store. What the ledger's own writer calls blocks and is called from one
/// thread at a time, but for <see cref="FindAnswer"/>, which another thread calls meanwhile; what requests call is asynchronous and
/// may be called from any thread. Every write is durable when it returns.
/// </summary>
/// <remarks>
/// A write fails in one of three ways: <see cref="LedgerFencedException"/> when a claim is no longer in force and
/// <see cref="WriteFailedException"/> when the database took nothing, both without any effect; any other exception leaves open what happened.
/// </remarks>
public interface IJournalStore : IDisposable
{
    /// <summary>
    /// The store as it is at this moment, to be read by one thread after the other: what is written later is not in it, nobody waits for it, and nothing is written through it.
    /// Whoever holds it disposes it (B751).
    /// </summary>
    IJournalStore HoldMoment();

    /// <summary>Every tenant a claim was ever taken for.</summary>
    IReadOnlyList<Guid> Tenants();

    /// <summary>Takes the right to write a tenant; whoever had it before is fenced. Epochs of a tenant start at 1 and rise by 1.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="above">The epoch is above this one too: that of events that come from elsewhere.</param>
    Claim TakeEpoch(Guid tenant, long above = 0);

    /// <summary>The same of many tenants, all or none, in one commit: what a start does (B776). One claim each, in their order.</summary>
    IReadOnlyList<Claim> TakeEpochs(IReadOnlyList<Guid> tenants);

    /// <summary>Deletes every event, snapshot and answer of a tenant, all or nothing; its epoch stays.</summary>
    void Clear(Claim claim);

    /// <summary>
    /// Takes the right to write a tenant that is to be gone: whoever had it before is fenced, and the tenant has the mark of <see cref="GoneTenant"/> from then on, all or nothing (B743).
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="maker">The node that makes it and will take the mark away; 0 when it is removed.</param>
    /// <param name="version">The only version at which it may go; null for any.</param>
    /// <returns>Null, and nothing is changed, when it is at another version.</returns>
    Claim? Retire(Guid tenant, long maker, long? version);

    /// <summary>A tenant stays: takes its mark away.</summary>
    /// <param name="claim">What <see cref="Retire"/> gave.</param>
    /// <param name="profile">The tenant.</param>
    /// <returns>False when the store knows another tenant with its domain; the mark stays then.</returns>
    bool Keep(Claim claim, TenantProfile profile);

    /// <summary>Deletes at most <paramref name="most"/> events, as many parts of snapshots and as many answers of a tenant.</summary>
    /// <returns>How many rows it deleted.</returns>
    int Erase(Claim claim, int most);

    /// <summary>Appends events and answers of tenants whose claims are in force, all or nothing. An answer replaces an older one of its key.</summary>
    /// <param name="claims">One for each tenant that occurs.</param>
    /// <param name="events">In order; each one above the last of its tenant.</param>
    /// <param name="answers">To remember.</param>
    void Append(ReadOnlySpan<Claim> claims, ReadOnlySpan<JournalRow> events, ReadOnlySpan<AnswerRow> answers);

    /// <summary>The events of a tenant after a sequence number, ascending, read as they are asked for.</summary>
    IEnumerable<JournalRow> ReadFrom(Guid tenant, long after);

    /// <summary>The remembered answer of a key, however old, or null: what the last finished <see cref="Append"/> left.</summary>
    AnswerRow? FindAnswer(Guid tenant, string key);

    /// <summary>Every remembered answer of a tenant, read as they are asked for.</summary>
    IEnumerable<AnswerRow> ReadAnswers(Guid tenant);

    /// <summary>Forgets at most <paramref name="most"/> answers given before a time.</summary>
    /// <returns>How many it forgot.</returns>
    int ForgetAnswers(long before, int most);

    /// <summary>Writes a part of a snapshot that is not complete yet; one that was there is replaced.</summary>
    void WriteSnapshotPart(Claim claim, long sequence, int part, ReadOnlySpan<byte> payload);

    /// <summary>Makes a snapshot the newest complete one.</summary>
    void CompleteSnapshot(Claim claim, SnapshotMark mark);

    /// <summary>Deletes at most <paramref name="most"/> parts that do not belong to the newest complete snapshot.</summary>
    /// <returns>How many it deleted.</returns>
    int PruneSnapshots(Claim claim, int most);

    /// <summary>The newest complete snapshot of a tenant, or null.</summary>
    SnapshotMark? FindSnapshot(Guid tenant);

    /// <summary>The parts of a complete snapshot in order, read as they are asked for.</summary>
    IEnumerable<ReadOnlyMemory<byte>> ReadSnapshot(Guid tenant, SnapshotMark mark);

    /// <summary>
    /// The newest events of a tenant below a sequence number, descending: at most <paramref name="most"/>, and no further one once
    /// <paramref name="mostBytes"/> of payload are read; empty when there is none.
    /// </summary>
    ValueTask<IReadOnlyList<JournalRow>> ReadBackAsync(Guid tenant, long below, int most, long mostBytes, CancellationToken cancel);

    /// <summary>The number of the newest event of a tenant whose time is not after a moment, in UTC ticks of the tenant's time; 0 when there is none.</summary>
    ValueTask<long> FindSequenceAsync(Guid tenant, long at, CancellationToken cancel);

    /// <summary>A part of a complete snapshot, or null once another snapshot took its place.</summary>
    ValueTask<ReadOnlyMemory<byte>?> ReadSnapshotPartAsync(Guid tenant, long sequence, int part, CancellationToken cancel);

    /// <summary>The names of all named values, or of those with a beginning.</summary>
    IReadOnlyList<string> BlobNames(string beginning = "");

    /// <summary>Deletes named values, all or none; of one that is not there nothing is left either.</summary>
    void DeleteBlobs(IReadOnlyList<string> names);

    /// <summary>A named value, such as a key, or null.</summary>
    ValueTask<byte[]?> ReadBlobAsync(string name, CancellationToken cancel);

    /// <summary>Every named value whose name has a beginning, by name.</summary>
    ValueTask<IReadOnlyList<(string Name, byte[] Value)>> ReadBlobsAsync(string beginning, CancellationToken cancel);

    /// <summary>Writes a named value in place of what it was.</summary>
    ValueTask WriteBlobAsync(string name, ReadOnlyMemory<byte> value, CancellationToken cancel);

    /// <summary>Writes several named values in place of what they were, all or none; of one name given twice the last.</summary>
    ValueTask WriteBlobsAsync(IReadOnlyList<(string Name, ReadOnlyMemory<byte> Value)> values, CancellationToken cancel);

    /// <summary>The same of one tenant, while its claim is in force.</summary>
    ValueTask WriteBlobsAsync(IReadOnlyList<(string Name, ReadOnlyMemory<byte> Value)> values, Claim claim, CancellationToken cancel);
}
