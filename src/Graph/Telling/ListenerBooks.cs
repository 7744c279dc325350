using System.Collections.Concurrent;
using Berth.Graph.Notifications;
using Berth.Ledger;

namespace Berth.Graph.Telling;

/// <summary>Sends a message to its receiver; what stood against it, in words for administrators and without anything secret, or null when it was taken.</summary>
public delegate Task<string?> SendAlerts(AlertMessage message, CancellationToken cancel);

/// <summary>The receivers of every tenant's alerts, and the ways out to them. For any number of threads.</summary>
/// <param name="ledger">Where they are kept.</param>
/// <param name="hosts">Where messages to webhooks may go.</param>
/// <param name="hasMail">Whether there is a mail server that takes letters.</param>
/// <param name="send">The way out.</param>
public sealed class ListenerBooks(LedgerDoor ledger, NotificationHosts hosts, bool hasMail, SendAlerts send) : IDisposable
{
    private readonly ConcurrentDictionary<Guid, ListenerBook> _books = new();
    private readonly SemaphoreSlim _opening = new(1);
    private TaskCompletionSource _change = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Where messages to webhooks may go.</summary>
    public NotificationHosts Hosts { get; } = hosts;

    /// <summary>Whether there is a mail server that takes letters.</summary>
    public bool HasMail { get; } = hasMail;

    /// <summary>The way out.</summary>
    public SendAlerts Send { get; } = send;

    /// <summary>Every book that is open, in no order.</summary>
    public IEnumerable<ListenerBook> Opened => _books.Select(static pair => pair.Value);

    /// <summary>Ends when a receiver comes, goes or changes after it was asked for.</summary>
    public Task Change => Volatile.Read(ref _change).Task;

    /// <summary>Opens the book of every tenant that is there now.</summary>
    /// <exception cref="InvalidDataException">A book cannot be read; the message is for people.</exception>
    public async Task OpenAsync(CancellationToken cancel)
    {
        // All in one reading: there are as many as there are tenants (B776).
        Dictionary<string, byte[]> stored = (await ledger.ReadBlobsAsync(ListenerBook.Beginning, cancel).ConfigureAwait(false)).ToDictionary(static one => one.Name, static one => one.Value, StringComparer.Ordinal);
        foreach (TenantDesk desk in ledger.Desks)
        {
            _books[desk.Id] = ListenerBook.Open(desk, ledger, HasMail, Changed, stored.GetValueOrDefault(ListenerBook.NameOf(desk)));
        }

        Changed();
    }

    /// <summary>The book of a tenant.</summary>
    public async ValueTask<ListenerBook> OfAsync(TenantDesk desk, CancellationToken cancel)
    {
        if (_books.TryGetValue(desk.Id, out ListenerBook? known))
        {
            return known;
        }

        await _opening.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            // Who was inside when it went: nobody is told of a tenant that is not here.
            if (desk.IsClosed)
            {
                throw new LedgerFencedException($"Tenant {desk.Id} is not here any more.", desk.Id);
            }

            if (!_books.TryGetValue(desk.Id, out known))
            {
                _books[desk.Id] = known = await ListenerBook.OpenAsync(desk, ledger, HasMail, Changed, cancel).ConfigureAwait(false);
                Changed();
            }

            return known;
        }
        finally
        {
            _opening.Release();
        }
    }

    /// <summary>Closes the book of a tenant that goes to another node.</summary>
    public async Task CloseAsync(TenantDesk desk)
    {
        if (_books.TryGetValue(desk.Id, out ListenerBook? book) && book.Desk == desk && _books.TryRemove(KeyValuePair.Create(desk.Id, book)))
        {
            await book.CloseAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Closes the book of a tenant that was removed (B743).</summary>
    public async Task CloseAsync(Guid tenant)
    {
        await _opening.WaitAsync().ConfigureAwait(false);
        try
        {
            if (_books.TryRemove(tenant, out ListenerBook? book))
            {
                await book.CloseAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            _opening.Release();
        }

        Changed();
    }

    /// <summary>Has whoever follows the receivers look at them again.</summary>
    public void LookAgain() => Changed();

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (ListenerBook book in Opened)
        {
            book.Dispose();
        }

        _opening.Dispose();
    }

    private void Changed() => Interlocked.Exchange(ref _change, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
}
