using Berth.Engine;
using Berth.Ledger;
using Berth.Ledger.Stores;

namespace Berth.Conformance.Tests.Ledger;

/// <summary>A store whose process ends after so many writes: what was written is there, and nothing more is.</summary>
internal sealed class StoppingStore(IJournalStore store, int writes) : IJournalStore
{
    private int _left = writes;

    /// <summary>Whether it came to a write that was one too many.</summary>
    public bool HasStopped { get; private set; }

    public IJournalStore HoldMoment() => store.HoldMoment();

    public IReadOnlyList<Guid> Tenants() => store.Tenants();

    public Claim TakeEpoch(Guid tenant, long above = 0) => Counted(() => store.TakeEpoch(tenant, above));

    public IReadOnlyList<Claim> TakeEpochs(IReadOnlyList<Guid> tenants) => Counted(() => store.TakeEpochs(tenants));

    public void Clear(Claim claim) => Counted(() => store.Clear(claim));

    public Claim? Retire(Guid tenant, long maker, long? version) => Counted(() => store.Retire(tenant, maker, version));

    public bool Keep(Claim claim, TenantProfile profile) => Counted(() => store.Keep(claim, profile));

    public int Erase(Claim claim, int most) => Counted(() => store.Erase(claim, most));

    public void Append(ReadOnlySpan<Claim> claims, ReadOnlySpan<JournalRow> events, ReadOnlySpan<AnswerRow> answers)
    {
        Count();
        store.Append(claims, events, answers);
    }

    public IEnumerable<JournalRow> ReadFrom(Guid tenant, long after) => store.ReadFrom(tenant, after);

    public AnswerRow? FindAnswer(Guid tenant, string key) => store.FindAnswer(tenant, key);

    public IEnumerable<AnswerRow> ReadAnswers(Guid tenant) => store.ReadAnswers(tenant);

    public int ForgetAnswers(long before, int most) => store.ForgetAnswers(before, most);

    public void WriteSnapshotPart(Claim claim, long sequence, int part, ReadOnlySpan<byte> payload)
    {
        Count();
        store.WriteSnapshotPart(claim, sequence, part, payload);
    }

    public void CompleteSnapshot(Claim claim, SnapshotMark mark) => Counted(() => store.CompleteSnapshot(claim, mark));

    public int PruneSnapshots(Claim claim, int most) => Counted(() => store.PruneSnapshots(claim, most));

    public SnapshotMark? FindSnapshot(Guid tenant) => store.FindSnapshot(tenant);

    public IEnumerable<ReadOnlyMemory<byte>> ReadSnapshot(Guid tenant, SnapshotMark mark) => store.ReadSnapshot(tenant, mark);

    public ValueTask<IReadOnlyList<JournalRow>> ReadBackAsync(Guid tenant, long below, int most, long mostBytes, CancellationToken cancel) => store.ReadBackAsync(tenant, below, most, mostBytes, cancel);

    public ValueTask<long> FindSequenceAsync(Guid tenant, long at, CancellationToken cancel) => store.FindSequenceAsync(tenant, at, cancel);

    public ValueTask<ReadOnlyMemory<byte>?> ReadSnapshotPartAsync(Guid tenant, long sequence, int part, CancellationToken cancel) => store.ReadSnapshotPartAsync(tenant, sequence, part, cancel);

    public IReadOnlyList<string> BlobNames(string beginning = "") => store.BlobNames(beginning);

    public void DeleteBlobs(IReadOnlyList<string> names) => Counted(() => store.DeleteBlobs(names));

    public ValueTask<byte[]?> ReadBlobAsync(string name, CancellationToken cancel) => store.ReadBlobAsync(name, cancel);

    public ValueTask<IReadOnlyList<(string Name, byte[] Value)>> ReadBlobsAsync(string beginning, CancellationToken cancel) => store.ReadBlobsAsync(beginning, cancel);

    public ValueTask WriteBlobAsync(string name, ReadOnlyMemory<byte> value, CancellationToken cancel) => Counted(() => store.WriteBlobAsync(name, value, cancel));

    public ValueTask WriteBlobsAsync(IReadOnlyList<(string Name, ReadOnlyMemory<byte> Value)> values, CancellationToken cancel) => Counted(() => store.WriteBlobsAsync(values, cancel));

    public ValueTask WriteBlobsAsync(IReadOnlyList<(string Name, ReadOnlyMemory<byte> Value)> values, Claim claim, CancellationToken cancel) => Counted(() => store.WriteBlobsAsync(values, claim, cancel));

    public void Dispose() => store.Dispose();

    private void Count()
    {
        if (Interlocked.Decrement(ref _left) < 0)
        {
            HasStopped = true;
            throw new WriteFailedException("The process has ended.");
        }
    }

    private void Counted(Action write)
    {
        Count();
        write();
    }

    private T Counted<T>(Func<T> write)
    {
        Count();
        return write();
    }
}
