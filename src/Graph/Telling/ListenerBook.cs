using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Berth.Engine;
using Berth.Engine.Alerts;
using Berth.Engine.CloudPcs;
using Berth.Engine.Directory;
using Berth.Graph.Notifications;
using Berth.Graph.Requests;
using Berth.Ledger;

namespace Berth.Graph.Telling;

/// <summary>
/// The receivers of one tenant's alerts, kept as a named value beside its journal, each with what it was told, so that no beginning and no end is lost whatever happens to the
/// process (B790, B792). For any number of threads.
/// </summary>
public sealed class ListenerBook : IDisposable
{
    /// <summary>What the names of all tenants' values begin with.</summary>
    internal const string Beginning = "alerts/";

    private const int FormatVersion = 1;

    private static readonly AlertTemplate[] _templates = Enum.GetValues<AlertTemplate>();

    private readonly LedgerDoor _ledger;
    private readonly Action _changed;
    private readonly bool _hasMail;
    private readonly SemaphoreSlim _writing = new(1);
    private readonly KeptAnswers _answers;
    private readonly CancellationTokenSource _closing = new();
    private readonly ConcurrentDictionary<Guid, ImmutableDictionary<string, ToldAlert>> _told;
    private readonly ConcurrentDictionary<Guid, ListenerStanding> _standing = new();
    private volatile Dictionary<Guid, AlertListener> _own;
    private volatile Dictionary<Guid, AlertListener> _ofRules = [];
    private volatile Dictionary<string, DateTimeOffset> _seen;
    private volatile bool _isBehind;

    private ListenerBook(TenantDesk desk, LedgerDoor ledger, bool hasMail, Action changed, StoredListeners stored)
    {
        (Desk, _ledger, _hasMail, _changed) = (desk, ledger, hasMail, changed);
        _answers = new KeptAnswers(TellingLimits.Answers, stored.Answers, () => WriteAsync(static own => own, CancellationToken.None));
        _own = stored.Listeners.ToDictionary(static one => one.Id);
        _told = new ConcurrentDictionary<Guid, ImmutableDictionary<string, ToldAlert>>(stored.Told.Select(static one => KeyValuePair.Create(
            one.Listener, one.Alerts.ToImmutableDictionary(static told => told.Alert.Key, StringComparer.Ordinal))));
        _seen = stored.Seen.ToDictionary(static one => one.Key, static one => one.At, StringComparer.Ordinal);
        Closing = _closing.Token;
        Look();
    }

    /// <summary>The tenant's desk.</summary>
    public TenantDesk Desk { get; }

    /// <summary>The receivers that administrators made, in no order.</summary>
    public IReadOnlyCollection<AlertListener> Own => _own.Values;

    /// <summary>Everybody who is told, those of the channel <c>email</c> of Graph's rules among them (B795), in no order.</summary>
    public IEnumerable<AlertListener> All => _own.Values.Concat(_ofRules.Values);

    /// <summary>Whether anybody is told.</summary>
    public bool IsHeard => _own.Count + _ofRules.Count > 0;

    /// <summary>Is cancelled when nobody is to be told from here any more.</summary>
    public CancellationToken Closing { get; }

    private string BlobName => NameOf(Desk);

    /// <summary>Reads what the store keeps.</summary>
    /// <exception cref="InvalidDataException">It was written by a newer version, or is damaged; the message is for people.</exception>
    public static async Task<ListenerBook> OpenAsync(TenantDesk desk, LedgerDoor ledger, bool hasMail, Action changed, CancellationToken cancel)
    {
        return Open(desk, ledger, hasMail, changed, await ledger.ReadBlobAsync(NameOf(desk), cancel).ConfigureAwait(false));
    }

    /// <summary>The same as <see cref="OpenAsync"/> of what was read already.</summary>
    internal static ListenerBook Open(TenantDesk desk, LedgerDoor ledger, bool hasMail, Action changed, byte[]? blob)
    {
        return new ListenerBook(desk, ledger, hasMail, changed, blob is null ? new StoredListeners(FormatVersion, [], [], [], []) : Read(blob, desk));
    }

    /// <summary>The receiver with an id, or null.</summary>
    public AlertListener? Find(Guid id) => _own.GetValueOrDefault(id) ?? _ofRules.GetValueOrDefault(id);

    /// <summary>Adds a receiver unless there are too many; durable when this returns, and told in the journal before (B753).</summary>
    /// <returns>What stands against it: a sentence for people; null when it is in.</returns>
    public async Task<string?> AddAsync(AlertListener listener, Actor actor, CancellationToken cancel)
    {
        bool isFull = false;
        await WriteAsync(
            own => (isFull = own.Count >= TellingLimits.MostReceivers) ? own : new Dictionary<Guid, AlertListener>(own) { [listener.Id] = listener },
            cancel,
            () => RecordAsync(IdentityAct.AlertReceiverAdded, listener, actor)).ConfigureAwait(false);
        return isFull ? $"The tenant has {TellingLimits.MostReceivers} receivers of alerts, and that is the maximum. Delete one that is not needed any more." : null;
    }

    /// <summary>Changes a receiver, durably, and told in the journal before; null when it is not there any more.</summary>
    public async Task<AlertListener?> ChangeAsync(Guid id, Func<AlertListener, AlertListener> change, Actor actor, CancellationToken cancel)
    {
        AlertListener? after = null;
        await WriteAsync(
            own => own.TryGetValue(id, out AlertListener? before) ? new Dictionary<Guid, AlertListener>(own) { [id] = after = change(before) } : own,
            cancel,
            () => RecordAsync(IdentityAct.AlertReceiverChanged, after!, actor)).ConfigureAwait(false);
        return after;
    }

    /// <summary>Takes a receiver out, durably, and told in the journal before; false when it is not there any more.</summary>
    public async Task<bool> RemoveAsync(Guid id, Actor actor, CancellationToken cancel)
    {
        AlertListener? gone = null;
        await WriteAsync(
            own =>
            {
                Dictionary<Guid, AlertListener> rest = new(own);
                return rest.Remove(id, out gone) ? rest : own;
            },
            cancel,
            () => RecordAsync(IdentityAct.AlertReceiverRemoved, gone!, actor)).ConfigureAwait(false);
        return gone is not null;
    }

    /// <summary>What a receiver was told, by keys of alerts.</summary>
    public ImmutableDictionary<string, ToldAlert> ToldOf(Guid listener) => _told.GetValueOrDefault(listener) ?? AlertTelling.Nothing;

    /// <summary>Notes what a receiver was told; what is to outlive the process is stored by the next <see cref="SaveAsync"/>, and told again when that never comes.</summary>
    public void Tell(Guid listener, ImmutableDictionary<string, ToldAlert> told, bool isToKeep)
    {
        if (!Closing.IsCancellationRequested)
        {
            _told[listener] = told;
            _isBehind |= isToKeep;
        }
    }

    /// <summary>How telling a receiver went.</summary>
    public ListenerStanding StandingOf(Guid listener) => _standing.GetValueOrDefault(listener) ?? ListenerStanding.Unknown;

    /// <summary>Notes how telling a receiver went.</summary>
    public void Note(Guid listener, Func<ListenerStanding, ListenerStanding> change) =>
        _standing.AddOrUpdate(listener, _ => change(ListenerStanding.Unknown), (_, before) => change(before));

    /// <summary>When an alert was seen first, by the tenant's time.</summary>
    public DateTimeOffset? FirstSeen(string key) => _seen.TryGetValue(key, out DateTimeOffset at) ? at : null;

    /// <summary>What is wrong with the tenant now, by the thresholds of a receiver, or by the default ones (B789).</summary>
    public IReadOnlyList<ActiveAlert> Active(AlertListener? listener) => listener switch
    {
        { OnlyRule: { } rule } => AlertSight.OfRule(Desk.Current, rule) is { } alert ? [alert] : [],
        { } => AlertSight.Of(Desk.Current, listener.Thresholds, listener.Kinds, FirstSeen, Desk.Now),
        null => AlertSight.Of(Desk.Current, AlertThresholds.Default, TellingNames.Kinds.Values, FirstSeen, Desk.Now),
    };

    /// <summary>Looks at the tenant: notes what is seen for the first time, and who is told because of Graph's rules.</summary>
    public void Look()
    {
        DateTimeOffset now = Desk.Now;
        Dictionary<string, DateTimeOffset> seen = new(StringComparer.Ordinal);
        foreach (ActiveAlert alert in Active(null))
        {
            seen[alert.Key] = FirstSeen(alert.Key) ?? now;
        }

        if (seen.Count != _seen.Count || seen.Keys.Any(key => FirstSeen(key) is null))
        {
            _seen = seen;
            _isBehind = true;
        }

        Dictionary<Guid, AlertListener> ofRules = _hasMail && !Closing.IsCancellationRequested ? OfRules(Desk.Current) : [];
        if (ofRules.Count != _ofRules.Count || ofRules.Keys.Any(id => !_ofRules.ContainsKey(id)))
        {
            _ofRules = ofRules;
            _changed();
        }
    }

    /// <summary>Stores what was noted since the last time.</summary>
    public Task SaveAsync(CancellationToken cancel) => _isBehind ? WriteAsync(static own => own, cancel) : Task.CompletedTask;

    /// <summary>Ends the book where it is, because the tenant goes to another node or the process ends: nobody is told from here any more (B792).</summary>
    internal async Task CloseAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        try
        {
            await SaveAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is LedgerFencedException or WriteFailedException or DatabaseAwayException)
        {
            // What was told is told again by the next node.
        }

        (_own, _ofRules, _isBehind) = ([], [], false);
        _changed();
    }

    /// <summary>Does something once, however often the request comes.</summary>
    internal ValueTask<GraphResponse> OnceAsync(GraphRequest request, Func<ValueTask<GraphResponse>> act, CancellationToken cancel) => _answers.OnceAsync(request, act, cancel);

    /// <inheritdoc/>
    public void Dispose()
    {
        _writing.Dispose();
        _answers.Dispose();
        _closing.Dispose();
    }

    /// <summary>The name of a tenant's value.</summary>
    internal static string NameOf(TenantDesk desk) => $"{Beginning}{desk.Id:D}";

    private static Dictionary<Guid, AlertListener> OfRules(Tenant tenant)
    {
        Dictionary<Guid, AlertListener> listeners = [];
        foreach (AlertTemplate template in _templates)
        {
            foreach (AlertReceiver receiver in tenant.Alerts.RuleOf(template).Channels
                .Where(static channel => channel.Kind == AlertChannelKind.Email).SelectMany(static channel => channel.Receivers)
                .Where(static receiver => MailAddress.IsOne(receiver.Contact)))
            {
                Guid id = IdsByName.Of(tenant.Profile.Id, $"alertChannel/{template}/{receiver.Contact}");
                listeners[id] = new AlertListener(id, null, null, null, receiver.Contact, [AlertKind.CloudPcRule], AlertThresholds.Default, default) { OnlyRule = template };
            }
        }

        return listeners;
    }

    // Its secret is in no journal, and of a webhook only the host is.
    private Task<Submission> RecordAsync(IdentityAct act, AlertListener listener, Actor actor) =>
        Desk.SubmitAsync(new Command.RecordIdentity(act, listener.Id, listener.Name ?? listener.Place(), listener.Place()), actor, null, CancellationToken.None).AsTask();

    private async Task WriteAsync(Func<Dictionary<Guid, AlertListener>, Dictionary<Guid, AlertListener>> change, CancellationToken cancel, Func<Task>? record = null)
    {
        bool isOther;
        await _writing.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            Dictionary<Guid, AlertListener> next = change(_own);
            isOther = next != _own;
            if (isOther && record is not null)
            {
                await record().ConfigureAwait(false);
            }

            foreach (Guid gone in _told.Keys.Where(id => !next.ContainsKey(id) && !_ofRules.ContainsKey(id)))
            {
                _told.TryRemove(gone, out _);
                _standing.TryRemove(gone, out _);
            }

            _isBehind = false;
            try
            {
                StoredListeners stored = new(
                    FormatVersion,
                    [.. next.Values.OrderBy(static one => one.Id)],
                    [.. _told.Where(static one => one.Value.Count > 0).OrderBy(static one => one.Key).Select(static one => new StoredTold(one.Key, [.. one.Value.Values]))],
                    [.. _seen.Select(static one => new StoredSeen(one.Key, one.Value))],
                    _answers.All);
                await _ledger.WriteBlobAsync(Desk, BlobName, JsonSerializer.SerializeToUtf8Bytes(stored, StoredListenersJson.Default.StoredListeners), cancel).ConfigureAwait(false);
            }
            catch
            {
                _isBehind = true;
                throw;
            }

            _own = next;
        }
        finally
        {
            _writing.Release();
        }

        if (isOther)
        {
            _changed();
        }
    }

    private static StoredListeners Read(byte[] blob, TenantDesk desk)
    {
        StoredListeners? book;
        try
        {
            book = JsonSerializer.Deserialize(blob, StoredListenersJson.Default.StoredListeners);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"The receivers of alerts of tenant {desk.Id} in the database are damaged; restore the database from a backup.", e);
        }

        return book is { Version: FormatVersion }
            ? book
            : throw new InvalidDataException($"The receivers of alerts of tenant {desk.Id} in the database were written by a newer version of Berth; use that version.");
    }
}

/// <summary>What a receiver was told, as it lies in the store.</summary>
internal sealed record StoredTold(Guid Listener, IReadOnlyList<ToldAlert> Alerts);

/// <summary>Since when something is so, by the tenant's time, as it lies in the store.</summary>
internal sealed record StoredSeen(string Key, DateTimeOffset At);

/// <summary>The receivers as they lie in the store, with what each was told, what was seen since when, and the answers to writes that may come again.</summary>
internal sealed record StoredListeners(
    int Version, IReadOnlyList<AlertListener> Listeners, IReadOnlyList<StoredTold> Told, IReadOnlyList<StoredSeen> Seen, IReadOnlyList<StoredAnswer> Answers);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, IgnoreReadOnlyProperties = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(StoredListeners))]
internal sealed partial class StoredListenersJson : JsonSerializerContext;
