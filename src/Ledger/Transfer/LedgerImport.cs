using System.Runtime.InteropServices;
using Berth.Engine;
using Berth.Ledger.Journal;
using Berth.Ledger.Stores;

namespace Berth.Ledger.Transfer;

/// <summary>
/// Brings what <see cref="LedgerExport"/> wrote into a store of whatever kind. First the whole file is read, checked and replayed; only then is anything written (B708).
/// </summary>
public sealed class LedgerImport
{
    private const int MostEvents = 1024;
    private const long MostBytes = 4 << 20;

    private readonly string _path;
    private readonly Dictionary<Guid, (Tenant Tenant, long Epoch)> _tenants = [];
    private bool _isEverything;

    private LedgerImport(string path) => _path = path;

    /// <summary>The tenants of the file.</summary>
    public IEnumerable<Tenant> Tenants => _tenants.Values.Select(one => one.Tenant);

    /// <summary>Reads a file to its end and makes the tenants of it.</summary>
    /// <exception cref="LedgerRefusedException">It cannot be imported; the message says why.</exception>
    /// <exception cref="JournalDamagedException">An event in it cannot be read.</exception>
    public static LedgerImport Read(string path, CancellationToken cancel)
    {
        LedgerImport import = new(path);

        // The checksum stands at the end: what is read after this is what was written.
        foreach ((TransferFile.Kind, byte[]) _ in import.Records())
        {
            cancel.ThrowIfCancellationRequested();
        }

        try
        {
            import.Replay(cancel);
        }
        catch (Exception e) when (e is EndOfStreamException or ArgumentException or FormatException)
        {
            // The checksum is good and a record is not: it was written by something else.
            throw new LedgerRefusedException($"{path} is damaged: a record in it cannot be read. Nothing was imported; export again, or copy the file again.", e);
        }

        return import;
    }

    private void Replay(CancellationToken cancel)
    {
        Guid id = default;
        Tenant tenant = Tenant.Unborn;
        foreach ((TransferFile.Kind kind, byte[] content) in Records())
        {
            cancel.ThrowIfCancellationRequested();
            switch (kind)
            {
                case TransferFile.Kind.Head:
                    _isEverything = content is [not 0, ..];
                    break;
                case TransferFile.Kind.Tenant:
                    (id, tenant) = (new Guid(content), Tenant.Unborn);
                    break;
                case TransferFile.Kind.Event:
                    JournalRow row = TransferFile.ReadEvent(id, content);
                    if (row.Sequence != tenant.Version + 1)
                    {
                        throw new JournalDamagedException($"Event {tenant.Version + 1} of tenant {id} is missing in {_path}.");
                    }

                    tenant = Deciding.Apply(tenant, JournalReader.Read(row));
                    _tenants[id] = (tenant, row.Epoch);
                    break;
                case TransferFile.Kind.Answer:
                    _ = TransferFile.ReadAnswer(id, content);
                    break;
                case TransferFile.Kind.Blob:
                    _ = TransferFile.ReadBlob(content);
                    break;
                default:
                    throw new LedgerRefusedException($"{_path} was written by a newer version of Berth. Use that version.");
            }
        }
    }

    /// <summary>Writes the tenants into a store.</summary>
    /// <param name="store">Where to.</param>
    /// <param name="replace">Whether a tenant that is there gives way.</param>
    /// <param name="shared">How values of several tenants are put together.</param>
    /// <exception cref="LedgerRefusedException">The store has what stands against it; nothing was written.</exception>
    public async Task WriteAsync(IJournalStore store, bool replace, JointValues shared)
    {
        // What was removed is no tenant any more, and what is left of it would be mixed with what comes (B743).
        GoneTenant.FinishAll(store, shared);
        Check(store, replace);
        List<(string Name, ReadOnlyMemory<byte> Value)> values = [];
        foreach ((Guid id, (Tenant tenant, long epoch)) in _tenants)
        {
            await UnfinishedImport.SetAsync(store, id).ConfigureAwait(false);
            Claim claim = store.TakeEpoch(id, epoch);
            store.Clear(claim);
            values.Add(UnfinishedImport.Gone(id));
        }

        Rows rows = new(store);
        Guid current = default;
        foreach ((TransferFile.Kind kind, byte[] content) in Records())
        {
            switch (kind)
            {
                case TransferFile.Kind.Tenant:
                    current = new Guid(content);
                    rows.Begin(store.TakeEpoch(current));
                    break;
                case TransferFile.Kind.Event:
                    rows.Add(TransferFile.ReadEvent(current, content));
                    break;
                case TransferFile.Kind.Answer:
                    rows.Add(TransferFile.ReadAnswer(current, content));
                    break;
                case TransferFile.Kind.Blob:
                    (string name, byte[] value) = TransferFile.ReadBlob(content);
                    byte[]? merged = _isEverything ? null : shared.Merge(name, await store.ReadBlobAsync(name, CancellationToken.None).ConfigureAwait(false), value, current);
                    values.Add((name, merged ?? value));
                    break;
            }
        }

        rows.Flush();
        PayloadWriter payload = new();
        foreach ((Guid id, (Tenant tenant, _)) in _tenants)
        {
            WriteSnapshot(store, store.TakeEpoch(id), tenant, payload);
        }

        // The marks go with the last write: from here on the tenants are whole.
        await store.WriteBlobsAsync(values, CancellationToken.None).ConfigureAwait(false);
    }

    private static void WriteSnapshot(IJournalStore store, Claim claim, Tenant tenant, PayloadWriter payload)
    {
        int parts = 0;
        long bytes = 0;
        foreach (byte[] part in Snapshots.PartsOf(tenant, payload))
        {
            store.WriteSnapshotPart(claim, tenant.Version, parts++, part);
            bytes += part.Length;
        }

        store.CompleteSnapshot(claim, new SnapshotMark(tenant.Version, parts, bytes));
    }

    private void Check(IJournalStore store, bool replace)
    {
        foreach (Guid id in store.Tenants())
        {
            bool isUnfinished = UnfinishedImport.Is(store, id);
            if (isUnfinished && _tenants.ContainsKey(id))
            {
                continue;
            }

            if (isUnfinished)
            {
                throw new LedgerRefusedException($"The import of tenant {id} was not finished. Import its file first.");
            }

            Tenant there = Recovery.Recover(store, id).Tenant;
            if (there.Version == 0)
            {
                continue;
            }

            if (_isEverything)
            {
                throw new LedgerRefusedException($"A file with a whole database goes into an empty one, and this one has the tenant {there.Profile.DisplayName} ({id}). Nothing was changed.");
            }

            bool isKnown = _tenants.TryGetValue(id, out (Tenant Tenant, long Epoch) ours);
            if (isKnown && !replace)
            {
                throw new LedgerRefusedException(
                    $"The tenant {there.Profile.DisplayName} ({id}) is there already, at version {there.Version}; the file has version {ours.Tenant.Version}. Nothing was changed; --replace puts the file's in its place.");
            }

            if (!isKnown && _tenants.Values.Any(one => one.Tenant.Profile.Domain.Equals(there.Profile.Domain, StringComparison.OrdinalIgnoreCase)))
            {
                throw new LedgerRefusedException($"Another tenant ({id}) has the domain {there.Profile.Domain} already. Nothing was changed.");
            }
        }
    }

    private IEnumerable<(TransferFile.Kind Kind, byte[] Content)> Records()
    {
        using FileStream file = Open();
        foreach ((TransferFile.Kind Kind, byte[] Content) record in TransferFile.Read(file, _path))
        {
            yield return record;
        }
    }

    private FileStream Open()
    {
        try
        {
            return new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LedgerRefusedException($"{_path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Rows on their way into a store, so many at a time.</summary>
    private sealed class Rows(IJournalStore store)
    {
        private readonly List<JournalRow> _events = [];
        private readonly List<AnswerRow> _answers = [];
        private Claim _claim;
        private long _bytes;

        public void Begin(Claim claim)
        {
            Flush();
            _claim = claim;
        }

        public void Add(JournalRow row)
        {
            _events.Add(row);
            Count(row.Payload.Length);
        }

        public void Add(AnswerRow row)
        {
            _answers.Add(row);
            Count(row.Answer.Length);
        }

        public void Flush()
        {
            if (_events.Count + _answers.Count > 0)
            {
                store.Append([_claim], CollectionsMarshal.AsSpan(_events), CollectionsMarshal.AsSpan(_answers));
                _events.Clear();
                _answers.Clear();
                _bytes = 0;
            }
        }

        private void Count(int bytes)
        {
            _bytes += bytes;
            if (_events.Count + _answers.Count >= MostEvents || _bytes >= MostBytes)
            {
                Flush();
            }
        }
    }
}
