using System.Collections.Concurrent;
using Berth.Ledger;

namespace Berth.Graph.Notifications;

/// <summary>What a receiver made of a validation.</summary>
public enum HandshakeOutcome
{
    /// <summary>It gave the token back.</summary>
    Echoed,

    /// <summary>It did not answer in time.</summary>
    TimedOut,

    /// <summary>It could not be reached, or answered with another status than 200.</summary>
    NotOk,

    /// <summary>It answered with something else than the token as plain text.</summary>
    OtherText,
}

/// <summary>Sends a validation token to a receiver and looks whether it comes back.</summary>
public delegate Task<HandshakeOutcome> Handshake(Uri receiver, string token, CancellationToken cancel);

/// <summary>The subscriptions of every tenant, and the ways out that they may use. For any number of threads.</summary>
/// <param name="ledger">Where they are kept.</param>
/// <param name="hosts">Where notifications may go.</param>
/// <param name="handshake">How a receiver is validated.</param>
public sealed class SubscriptionBooks(LedgerDoor ledger, NotificationHosts hosts, Handshake handshake) : IDisposable
{
    private readonly ConcurrentDictionary<Guid, SubscriptionBook> _books = new();
    private readonly SemaphoreSlim _opening = new(1);
    private TaskCompletionSource _change = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Where notifications may go.</summary>
    public NotificationHosts Hosts { get; } = hosts;

    /// <summary>How a receiver is validated.</summary>
    public Handshake Handshake { get; } = handshake;

    /// <summary>Every book that was opened, in no order.</summary>
    public IEnumerable<SubscriptionBook> Opened => _books.Select(pair => pair.Value);

    /// <summary>Ends when a subscription comes, goes or changes after it was asked for.</summary>
    public Task Change => Volatile.Read(ref _change).Task;

    /// <summary>Opens the book of every tenant that is there now.</summary>
    /// <exception cref="InvalidDataException">A book cannot be read; the message is for people.</exception>
    public async Task OpenAsync(CancellationToken cancel)
    {
        // All in one reading: there are as many as there are tenants (B776).
        Dictionary<string, byte[]> stored = (await ledger.ReadBlobsAsync(SubscriptionBook.Beginning, cancel).ConfigureAwait(false)).ToDictionary(static one => one.Name, static one => one.Value, StringComparer.Ordinal);
        foreach (TenantDesk desk in ledger.Desks)
        {
            _books[desk.Id] = SubscriptionBook.Open(desk, ledger, Changed, stored.GetValueOrDefault(SubscriptionBook.NameOf(desk)));
        }

        Changed();
    }

    /// <summary>The book of a tenant.</summary>
    public async ValueTask<SubscriptionBook> OfAsync(TenantDesk desk, CancellationToken cancel)
    {
        if (_books.TryGetValue(desk.Id, out SubscriptionBook? known))
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
                _books[desk.Id] = known = await SubscriptionBook.OpenAsync(desk, ledger, Changed, cancel).ConfigureAwait(false);
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
        if (_books.TryGetValue(desk.Id, out SubscriptionBook? book) && book.Desk == desk && _books.TryRemove(KeyValuePair.Create(desk.Id, book)))
        {
            await book.CloseAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Closes the book of a tenant that was removed.</summary>
    public async Task CloseAsync(Guid tenant)
    {
        await _opening.WaitAsync().ConfigureAwait(false);
        try
        {
            if (_books.TryRemove(tenant, out SubscriptionBook? book))
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

    /// <summary>Has whoever follows the subscriptions look at them again.</summary>
    public void LookAgain() => Changed();

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (SubscriptionBook book in Opened)
        {
            book.Dispose();
        }

        _opening.Dispose();
    }

    private void Changed() => Interlocked.Exchange(ref _change, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
}
