using System.Threading.Channels;
using Berth.Engine;
using Berth.Ledger.Journal;
using Berth.Ledger.Stores;

namespace Berth.Ledger;

/// <summary>
/// Writes snapshots off the hot path: a tenant is a value, so it is described in the background while the writer goes on, and each
/// part is stored between two commits.
/// </summary>
internal sealed class Snapshots
{
    /// <summary>Events after which a snapshot of a small tenant is due; a large one may have a tail of a share of its users more.</summary>
    internal const int TailEvents = 32_768;
    private const int UsersPerTailEvent = 8;

    /// <summary>Payload bytes after which a snapshot is due, or the size of the last one where that is more, so that writing stays linear.</summary>
    internal const long TailBytes = 32 << 20;

    /// <summary>A part is closed when it has this size: about a millisecond of the writer's time.</summary>
    internal const int PartBytes = 256 << 10;

    private const int PartsPerPruning = 16;

    private readonly GroupCommit _writer;
    private readonly Channel<(TenantDesk Desk, TaskCompletionSource? Asked)> _wanted =
        Channel.CreateUnbounded<(TenantDesk, TaskCompletionSource?)>(new UnboundedChannelOptions { SingleReader = true });

    private readonly PayloadWriter _payload = new();
    private readonly Task _work;
    private Exception? _failure;
    private volatile bool _stopping;

    public Snapshots(GroupCommit writer)
    {
        _writer = writer;
        _writer.Grown = Consider;
        _work = Task.Run(WorkAsync);
    }

    /// <summary>Why the last snapshot was not finished, or null.</summary>
    public Exception? Failure => Volatile.Read(ref _failure);

    /// <summary>Finishes nothing more: what is not complete is not used.</summary>
    public async Task StopAsync()
    {
        _wanted.Writer.TryComplete();
        _stopping = true;
        await _work.ConfigureAwait(false);
    }

    /// <summary>Whether a tenant's tail is long enough for a snapshot.</summary>
    internal static bool IsDue(Tenant tenant, SnapshotMark last, long tailBytes) =>
        tenant.Version - last.Sequence >= TailEvents + (tenant.UserCount / UsersPerTailEvent)
        || tailBytes >= Math.Max(TailBytes, last.Bytes);

    /// <summary>Takes a snapshot of a tenant whether one is due or not; finished when it is complete.</summary>
    public Task TakeAsync(TenantDesk desk)
    {
        TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        ObjectDisposedException.ThrowIf(!_wanted.Writer.TryWrite((desk, asked)), this);
        return asked.Task;
    }

    // On the writer's thread.
    private void Consider(TenantDesk desk)
    {
        if (!desk.InSnapshot && desk.Current.Version >= desk.SnapshotNotBefore && IsDue(desk.Current, desk.Snapshot, desk.TailBytes))
        {
            desk.InSnapshot = _wanted.Writer.TryWrite((desk, null));
        }
    }

    private async Task WorkAsync()
    {
        await foreach ((TenantDesk desk, TaskCompletionSource? asked) in _wanted.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                await WriteAsync(desk).ConfigureAwait(false);
                Volatile.Write(ref _failure, null);
                asked?.SetResult();
            }
            catch (OperationCanceledException)
            {
                asked?.SetCanceled();
            }
            catch (LedgerFencedException e) when (desk.IsClosed)
            {
                // The tenant went meanwhile: there is nothing to recover here.
                asked?.SetException(e);
            }
#pragma warning disable CA1031 // The journal is complete without a snapshot: the failure is shown, and a further tail tries again.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Volatile.Write(ref _failure, e);
                desk.SnapshotNotBefore = desk.Current.Version + TailEvents;
                asked?.SetException(e);
            }

            desk.InSnapshot = asked is not null && desk.InSnapshot;
        }
    }

    private async Task WriteAsync(TenantDesk desk)
    {
        Tenant tenant = desk.Current;
        SnapshotMark newest = default;
        long tailBytes = 0;
        await _writer.RunAsync(_ => (tenant, newest, tailBytes) = (desk.Current, desk.Snapshot, desk.TailBytes)).ConfigureAwait(false);
        if (newest.Sequence == tenant.Version)
        {
            return;
        }

        int parts = 0;
        long bytes = 0;
        foreach (byte[] part in PartsOf(tenant, _payload))
        {
            if (_stopping)
            {
                throw new OperationCanceledException("The ledger is being closed.");
            }

            int number = parts++;
            bytes += part.Length;
            await _writer.RunAsync(store => store.WriteSnapshotPart(desk.Claim, tenant.Version, number, part)).ConfigureAwait(false);
        }

        SnapshotMark mark = new(tenant.Version, parts, bytes);
        await _writer.RunAsync(store =>
        {
            store.CompleteSnapshot(desk.Claim, mark);
            desk.Snapshot = mark;
            desk.TailBytes -= tailBytes;
        }).ConfigureAwait(false);
        for (int pruned = PartsPerPruning; pruned == PartsPerPruning;)
        {
            await _writer.RunAsync(store => pruned = store.PruneSnapshots(desk.Claim, PartsPerPruning)).ConfigureAwait(false);
        }
    }

    /// <summary>What a tenant holds, as the parts of a snapshot.</summary>
    internal static IEnumerable<byte[]> PartsOf(Tenant tenant, PayloadWriter payload)
    {
        int part = 0;
        payload.Begin(JournalReader.SnapshotTime);
        foreach (Change change in Deciding.Describe(tenant))
        {
            payload.Write(change);
            if (payload.Length >= PartBytes)
            {
                yield return payload.End(tenant.Version, part++).ToArray();
                payload.Begin(JournalReader.SnapshotTime);
            }
        }

        yield return payload.End(tenant.Version, part).ToArray();
    }
}
