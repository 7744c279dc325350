using Berth.Engine;

namespace Berth.Ledger.Stores;

/// <summary>A store that lasts as long as its process: for emulators and tests that need no disk. Disposing it keeps what it holds.</summary>
public sealed class MemoryStore : IJournalStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, Held> _tenants = [];
    private readonly Dictionary<(Guid Tenant, string Key), AnswerRow> _answers = [];
    private readonly Dictionary<string, byte[]> _blobs = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public IJournalStore HoldMoment()
    {
        lock (_lock)
        {
            MemoryStore moment = new();
            foreach ((Guid tenant, Held held) in _tenants)
            {
                moment._tenants[tenant] = held.Copy();
            }

            foreach (((Guid, string) key, AnswerRow answer) in _answers)
            {
                moment._answers[key] = answer;
            }

            foreach ((string name, byte[] value) in _blobs)
            {
                moment._blobs[name] = value;
            }

            return moment;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<Guid> Tenants()
    {
        lock (_lock)
        {
            return [.. _tenants.Keys];
        }
    }

    /// <inheritdoc/>
    public Claim TakeEpoch(Guid tenant, long above = 0)
    {
        lock (_lock)
        {
            if (!_tenants.TryGetValue(tenant, out Held? held))
            {
                _tenants.Add(tenant, held = new Held());
            }

            held.Epoch = Math.Max(held.Epoch, above) + 1;
            return new Claim(tenant, held.Epoch);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<Claim> TakeEpochs(IReadOnlyList<Guid> tenants)
    {
        lock (_lock)
        {
            return [.. tenants.Select(tenant => TakeEpoch(tenant))];
        }
    }

    /// <inheritdoc/>
    public void Clear(Claim claim)
    {
        lock (_lock)
        {
            Held held = Check(claim);
            held.Events.Clear();
            held.Parts.Clear();
            held.Snapshot = null;
            foreach ((Guid Tenant, string Key) answer in _answers.Keys.Where(key => key.Tenant == claim.Tenant).ToArray())
            {
                _answers.Remove(answer);
            }
        }
    }

    /// <inheritdoc/>
    public Claim? Retire(Guid tenant, long maker, long? version)
    {
        lock (_lock)
        {
            if (version is { } wanted && (_tenants.GetValueOrDefault(tenant)?.Events.Count ?? 0) != wanted)
            {
                return null;
            }

            _blobs[GoneTenant.NameOf(tenant)] = GoneTenant.ValueOf(maker);
            return TakeEpoch(tenant);
        }
    }

    /// <inheritdoc/>
    public bool Keep(Claim claim, TenantProfile profile)
    {
        lock (_lock)
        {
            Check(claim);
            _blobs.Remove(GoneTenant.NameOf(claim.Tenant));
            return true;
        }
    }

    /// <inheritdoc/>
    public int Erase(Claim claim, int most)
    {
        lock (_lock)
        {
            Held held = Check(claim);
            int events = Math.Min(most, held.Events.Count);
            held.Events.RemoveRange(0, events);
            (long, int)[] parts = [.. held.Parts.Keys.Take(most)];
            (Guid, string)[] answers = [.. _answers.Keys.Where(key => key.Tenant == claim.Tenant).Take(most)];
            return events + parts.Count(held.Parts.Remove) + answers.Count(_answers.Remove);
        }
    }

    /// <inheritdoc/>
    public void Append(ReadOnlySpan<Claim> claims, ReadOnlySpan<JournalRow> events, ReadOnlySpan<AnswerRow> answers)
    {
        lock (_lock)
        {
            foreach (Claim claim in claims)
            {
                Check(claim);
            }

            foreach (JournalRow row in events)
            {
                if (_tenants[row.Tenant].Events is [.., JournalRow last] && last.Sequence >= row.Sequence)
                {
                    throw new InvalidOperationException($"Event {row.Sequence} of tenant {row.Tenant} is in the journal already.");
                }
            }

            foreach (JournalRow row in events)
            {
                _tenants[row.Tenant].Events.Add(row);
            }

            foreach (AnswerRow row in answers)
            {
                _answers[(row.Tenant, row.Key)] = row;
            }
        }
    }

    /// <inheritdoc/>
    public IEnumerable<JournalRow> ReadFrom(Guid tenant, long after)
    {
        lock (_lock)
        {
            return [.. _tenants[tenant].Events.Skip(checked((int)after))];
        }
    }

    /// <inheritdoc/>
    public AnswerRow? FindAnswer(Guid tenant, string key)
    {
        lock (_lock)
        {
            return _answers.TryGetValue((tenant, key), out AnswerRow row) ? row : null;
        }
    }

    /// <inheritdoc/>
    public IEnumerable<AnswerRow> ReadAnswers(Guid tenant)
    {
        lock (_lock)
        {
            return [.. _answers.Values.Where(answer => answer.Tenant == tenant)];
        }
    }

    /// <inheritdoc/>
    public int ForgetAnswers(long before, int most)
    {
        lock (_lock)
        {
            (Guid, string)[] old = [.. _answers.Where(pair => pair.Value.At < before).Take(most).Select(pair => pair.Key)];
            return old.Count(_answers.Remove);
        }
    }

    /// <inheritdoc/>
    public void WriteSnapshotPart(Claim claim, long sequence, int part, ReadOnlySpan<byte> payload)
    {
        lock (_lock)
        {
            Check(claim).Parts[(sequence, part)] = payload.ToArray();
        }
    }

    /// <inheritdoc/>
    public void CompleteSnapshot(Claim claim, SnapshotMark mark)
    {
        lock (_lock)
        {
            Check(claim).Snapshot = mark;
        }
    }

    /// <inheritdoc/>
    public int PruneSnapshots(Claim claim, int most)
    {
        lock (_lock)
        {
            Held held = Check(claim);
            (long, int)[] old = [.. held.Parts.Keys.Where(key => key.Sequence != held.Snapshot?.Sequence).Take(most)];
            return old.Count(held.Parts.Remove);
        }
    }

    /// <inheritdoc/>
    public SnapshotMark? FindSnapshot(Guid tenant)
    {
        lock (_lock)
        {
            return _tenants[tenant].Snapshot;
        }
    }

    /// <inheritdoc/>
    public IEnumerable<ReadOnlyMemory<byte>> ReadSnapshot(Guid tenant, SnapshotMark mark)
    {
        lock (_lock)
        {
            return [.. _tenants[tenant].Parts.Where(pair => pair.Key.Sequence == mark.Sequence && pair.Key.Part < mark.Parts)
                .OrderBy(pair => pair.Key.Part).Select(pair => (ReadOnlyMemory<byte>)pair.Value)];
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<JournalRow>> ReadBackAsync(Guid tenant, long below, int most, long mostBytes, CancellationToken cancel)
    {
        List<JournalRow> page = [];
        lock (_lock)
        {
            long bytes = 0;
            List<JournalRow> events = _tenants[tenant].Events;
            for (int at = (int)Math.Min(below - 1, events.Count); at > 0 && page.Count < most && bytes < mostBytes; at--)
            {
                page.Add(events[at - 1]);
                bytes += events[at - 1].Payload.Length;
            }
        }

        return new ValueTask<IReadOnlyList<JournalRow>>(page);
    }

    /// <inheritdoc/>
    public ValueTask<long> FindSequenceAsync(Guid tenant, long at, CancellationToken cancel)
    {
        lock (_lock)
        {
            return new ValueTask<long>(_tenants[tenant].Events.FindLastIndex(row => row.At <= at) + 1L);
        }
    }

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> ReadSnapshotPartAsync(Guid tenant, long sequence, int part, CancellationToken cancel)
    {
        lock (_lock)
        {
            return new ValueTask<ReadOnlyMemory<byte>?>(_tenants[tenant].Parts.TryGetValue((sequence, part), out byte[]? payload) ? (ReadOnlyMemory<byte>?)payload : null);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> BlobNames(string beginning = "")
    {
        lock (_lock)
        {
            return [.. _blobs.Keys.Where(name => name.StartsWith(beginning, StringComparison.Ordinal))];
        }
    }

    /// <inheritdoc/>
    public void DeleteBlobs(IReadOnlyList<string> names)
    {
        lock (_lock)
        {
            foreach (string name in names)
            {
                _blobs.Remove(name);
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask<byte[]?> ReadBlobAsync(string name, CancellationToken cancel)
    {
        lock (_lock)
        {
            return new ValueTask<byte[]?>(_blobs.TryGetValue(name, out byte[]? value) ? [.. value] : null);
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<(string Name, byte[] Value)>> ReadBlobsAsync(string beginning, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        lock (_lock)
        {
            return new([.. _blobs.Where(pair => pair.Key.StartsWith(beginning, StringComparison.Ordinal)).OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => (pair.Key, pair.Value))]);
        }
    }

    /// <inheritdoc/>
    public ValueTask WriteBlobAsync(string name, ReadOnlyMemory<byte> value, CancellationToken cancel)
    {
        lock (_lock)
        {
            _blobs[name] = value.ToArray();
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask WriteBlobsAsync(IReadOnlyList<(string Name, ReadOnlyMemory<byte> Value)> values, CancellationToken cancel)
    {
        lock (_lock)
        {
            foreach ((string name, ReadOnlyMemory<byte> value) in values)
            {
                _blobs[name] = value.ToArray();
            }
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask WriteBlobsAsync(IReadOnlyList<(string Name, ReadOnlyMemory<byte> Value)> values, Claim claim, CancellationToken cancel)
    {
        lock (_lock)
        {
            Check(claim);
            return WriteBlobsAsync(values, cancel);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private Held Check(Claim claim) =>
        _tenants.TryGetValue(claim.Tenant, out Held? held) && held.Epoch == claim.Epoch ? held : throw LedgerFencedException.Of(claim);

    private sealed class Held
    {
        public long Epoch { get; set; }

        public List<JournalRow> Events { get; } = [];

        public Dictionary<(long Sequence, int Part), byte[]> Parts { get; } = [];

        public SnapshotMark? Snapshot { get; set; }

        public Held Copy()
        {
            Held copy = new() { Epoch = Epoch, Snapshot = Snapshot };
            copy.Events.AddRange(Events);
            foreach (((long, int) place, byte[] part) in Parts)
            {
                copy.Parts[place] = part;
            }

            return copy;
        }
    }
}
