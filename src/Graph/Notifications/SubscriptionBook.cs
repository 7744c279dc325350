using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;
using Berth.Graph.Requests;
using Berth.Ledger;

namespace Berth.Graph.Notifications;

/// <summary>
/// The subscriptions of one tenant, kept as a named value beside its journal: each with the entry up to which everything was told, so that nothing
/// is lost between a commit and its delivery, whatever happens to the process. For any number of threads.
/// </summary>
public sealed class SubscriptionBook : IDisposable
{
    /// <summary>What the names of all tenants' values begin with.</summary>
    internal const string Beginning = "notifications/";

    private const int FormatVersion = 1;

    private readonly LedgerDoor _ledger;
    private readonly Action _changed;
    private readonly SemaphoreSlim _writing = new(1);
    private readonly KeptAnswers _answers;
    private readonly ConcurrentDictionary<Guid, long> _told = new();
    private volatile Dictionary<Guid, ChangeSubscription> _byId;
    private volatile bool _isBehind;

    private SubscriptionBook(TenantDesk desk, LedgerDoor ledger, Action changed, StoredBook stored)
    {
        (Desk, _ledger, _changed) = (desk, ledger, changed);
        _answers = new KeptAnswers(NotificationLimits.Answers, stored.Answers, KeepAnswersAsync);

        // A restored backup can be behind what a subscription was told: then it goes on from the state that is there.
        _byId = stored.Subscriptions.ToDictionary(one => one.Id, one => one with { Told = Math.Min(one.Told, desk.Current.Version) });
    }

    /// <summary>The tenant's desk.</summary>
    public TenantDesk Desk { get; }

    /// <summary>Every subscription, in no order.</summary>
    public IReadOnlyCollection<ChangeSubscription> All => _byId.Values;

    private string BlobName => NameOf(Desk);

    /// <summary>Reads what the store keeps.</summary>
    /// <exception cref="InvalidDataException">It was written by a newer version, or is damaged; the message is for people.</exception>
    public static async Task<SubscriptionBook> OpenAsync(TenantDesk desk, LedgerDoor ledger, Action changed, CancellationToken cancel)
    {
        return Open(desk, ledger, changed, await ledger.ReadBlobAsync(NameOf(desk), cancel).ConfigureAwait(false));
    }

    /// <summary>The name of a tenant's value.</summary>
    internal static string NameOf(TenantDesk desk) => $"{Beginning}{desk.Id:D}";

    /// <summary>The same as <see cref="OpenAsync"/> of what was read already.</summary>
    internal static SubscriptionBook Open(TenantDesk desk, LedgerDoor ledger, Action changed, byte[]? blob)
    {
        return new SubscriptionBook(desk, ledger, changed, blob is null ? new StoredBook(FormatVersion, [], []) : Read(blob, desk));
    }

    /// <summary>The subscription with an id, or null.</summary>
    public ChangeSubscription? Find(Guid id) => _byId.GetValueOrDefault(id);

    /// <summary>Adds a subscription unless there are too many; it is durable when this returns. What is committed from then on is told.</summary>
    /// <returns>What stands against it: a sentence for people; null when it is in.</returns>
    public async Task<string?> AddAsync(ChangeSubscription subscription, CancellationToken cancel)
    {
        await _writing.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            if (Refusal(subscription.ApplicationId) is { } refusal)
            {
                return refusal;
            }

            await StoreAsync(new Dictionary<Guid, ChangeSubscription>(_byId) { [subscription.Id] = subscription with { Told = Desk.Current.Version } }, cancel).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }

        _changed();
        return null;
    }

    /// <summary>Why an application can have no further subscription, or null.</summary>
    public string? Refusal(Guid applicationId) =>
        _byId.Count >= NotificationLimits.PerTenant
            ? $"The tenant has {_byId.Count} subscriptions; the maximum for all applications is {NotificationLimits.PerTenant}. Delete one that is not needed any more."
        : _byId.Values.Count(other => other.ApplicationId == applicationId) is >= NotificationLimits.PerApplication and int own
            ? $"The application has {own} subscriptions in this tenant; the maximum is {NotificationLimits.PerApplication}. Delete one that is not needed any more."
        : null;

    /// <summary>Changes a subscription, durably; null when it is not there any more.</summary>
    public async Task<ChangeSubscription?> ChangeAsync(Guid id, Func<ChangeSubscription, ChangeSubscription> change, CancellationToken cancel)
    {
        ChangeSubscription? after;
        await _writing.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            if (Find(id) is not { } before)
            {
                return null;
            }

            after = change(before);
            await StoreAsync(new Dictionary<Guid, ChangeSubscription>(_byId) { [id] = after }, cancel).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }

        _changed();
        return after;
    }

    /// <summary>Takes a subscription out, durably; false when it is not there any more.</summary>
    public async Task<bool> RemoveAsync(Guid id, CancellationToken cancel)
    {
        await _writing.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            Dictionary<Guid, ChangeSubscription> rest = new(_byId);
            if (!rest.Remove(id))
            {
                return false;
            }

            await StoreAsync(rest, cancel).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }

        _changed();
        return true;
    }

    /// <summary>Notes up to where a subscription was told; it is stored with the next <see cref="SaveAsync"/>, and told again when that never comes.</summary>
    public void Tell(Guid id, long sequence)
    {
        _told[id] = sequence;
        _isBehind = true;
    }

    /// <summary>Stores what was noted since the last time.</summary>
    public async Task SaveAsync(CancellationToken cancel)
    {
        if (!_isBehind)
        {
            return;
        }

        await _writing.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            await StoreAsync(_byId, cancel).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Ends the book where it is, because the tenant goes to another node: what was noted is stored, and nobody is told from here any more (B719).</summary>
    internal async Task CloseAsync()
    {
        await _writing.WaitAsync().ConfigureAwait(false);
        try
        {
            if (_isBehind)
            {
                await StoreAsync(_byId, CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is LedgerFencedException or WriteFailedException or DatabaseAwayException)
        {
            // What was told is told again by the next node.
        }
        finally
        {
            _isBehind = false;
            _byId = [];
            _writing.Release();
        }

        _changed();
    }

    /// <summary>Does something once, however often the request comes.</summary>
    internal ValueTask<GraphResponse> OnceAsync(GraphRequest request, Func<ValueTask<GraphResponse>> act, CancellationToken cancel) => _answers.OnceAsync(request, act, cancel);

    /// <inheritdoc/>
    public void Dispose()
    {
        _writing.Dispose();
        _answers.Dispose();
    }

    private async Task KeepAnswersAsync()
    {
        await _writing.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            await StoreAsync(_byId, CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    // How far each was told is kept beside the subscriptions: it changes with every commit, they hardly ever do.
    private async Task StoreAsync(Dictionary<Guid, ChangeSubscription> next, CancellationToken cancel)
    {
        _isBehind = false;
        try
        {
            StoredBook book = new(FormatVersion, [.. next.Values.OrderBy(one => one.Id).Select(one => one with { Told = Math.Max(one.Told, _told.GetValueOrDefault(one.Id)) })], _answers.All);
            await _ledger.WriteBlobAsync(Desk, BlobName, JsonSerializer.SerializeToUtf8Bytes(book, StoredBookJson.Default.StoredBook), cancel).ConfigureAwait(false);
        }
        catch
        {
            _isBehind = true;
            throw;
        }

        _byId = next;
        foreach (Guid gone in _told.Keys.Where(id => !next.ContainsKey(id)))
        {
            _told.TryRemove(gone, out _);
        }
    }

    private static StoredBook Read(byte[] blob, TenantDesk desk)
    {
        StoredBook? book;
        try
        {
            book = JsonSerializer.Deserialize(blob, StoredBookJson.Default.StoredBook);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"The subscriptions of tenant {desk.Id} in the database are damaged; restore the database from a backup.", e);
        }

        return book is { Version: FormatVersion }
            ? book
            : throw new InvalidDataException($"The subscriptions of tenant {desk.Id} in the database were written by a newer version of Berth; use that version.");
    }
}

/// <summary>The subscriptions as they lie in the store, with the answers to writes that may come again, oldest first.</summary>
internal sealed record StoredBook(int Version, IReadOnlyList<ChangeSubscription> Subscriptions, IReadOnlyList<StoredAnswer> Answers);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, IgnoreReadOnlyProperties = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(StoredBook))]
internal sealed partial class StoredBookJson : JsonSerializerContext;
