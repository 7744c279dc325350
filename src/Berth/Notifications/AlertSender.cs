using System.Collections.Concurrent;
using Berth.Graph.Telling;

namespace Berth.Notifications;

/// <summary>Sends messages about alerts to webhooks, signed, and to mailboxes, so many an hour for each tenant (B793, B794).</summary>
internal sealed class AlertSender(NotificationSender webhooks, LetterSender? letters, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _messages = new(TellingLimits.Messages);
    private readonly ConcurrentDictionary<Guid, LetterCount> _letters = new();

    /// <summary>Sends a message; what stood against it, or null when it was taken.</summary>
    public async Task<string?> SendAsync(AlertMessage message, CancellationToken cancel)
    {
        await _messages.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            return message.Listener switch
            {
                { Url: { } url, Secret: { } secret } => await PostAsync(new Uri(url), secret, message, cancel).ConfigureAwait(false),
                { Address: { } address } => await MailAsync(address, message, cancel).ConfigureAwait(false),
                _ => throw new InvalidOperationException("A receiver is a webhook or a mailbox."),
            };
        }
        finally
        {
            _messages.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _messages.Dispose();

    private async Task<string?> PostAsync(Uri url, string secret, AlertMessage message, CancellationToken cancel)
    {
        byte[] body = message.ToJson();
        DeliveryOutcome outcome = await webhooks.PostAsync(url, body, cancel, (AlertMessage.SignatureHeader, AlertMessage.Sign(secret, body, time.GetUtcNow()))).ConfigureAwait(false);
        return outcome.IsTaken ? null : outcome.Problem;
    }

    private async Task<string?> MailAsync(string address, AlertMessage message, CancellationToken cancel)
    {
        if (letters is null)
        {
            return "this Berth has no mail server: whoever runs it names one with --smtp";
        }

        return _letters.GetOrAdd(message.Tenant.Id, static _ => new LetterCount()).Takes(time.GetUtcNow())
            ? await letters.SendAsync(address, message.Subject(), message.Letter(), cancel).ConfigureAwait(false)
            : $"the tenant has sent {TellingLimits.MostLetters} letters within {TellingLimits.LettersWithin.TotalMinutes} minutes, and that is the maximum";
    }
}

/// <summary>Counts the letters of a tenant within a time. For any number of threads.</summary>
internal sealed class LetterCount
{
    private readonly Lock _lock = new();
    private readonly Queue<DateTimeOffset> _sent = new();

    /// <summary>Whether another letter may go; then it counts.</summary>
    public bool Takes(DateTimeOffset now)
    {
        lock (_lock)
        {
            while (_sent.TryPeek(out DateTimeOffset oldest) && oldest + TellingLimits.LettersWithin <= now)
            {
                _sent.Dequeue();
            }

            if (_sent.Count == TellingLimits.MostLetters)
            {
                return false;
            }

            _sent.Enqueue(now);
            return true;
        }
    }
}
